#!/usr/bin/python3
"""`juyan serve` under a service manager, played by a socket of the test's own: READY=1 only when it answers, WATCHDOG=1 again and
again, STOPPING=1 when it is asked to end; nothing of it from a start that fails; and no watchdog where none was asked for.

also: address thread
"""
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from serving import JUYAN, PATIENCE_S, Wrong, run

WATCHDOG_S = 4


class Manager:
    """The manager's end of $NOTIFY_SOCKET, and the process that it watches."""

    def __init__(self, folder, *arguments, watchdog=True):
        self.path = os.path.join(folder, "manager")
        self.heard = []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        environment = {**os.environ, "NOTIFY_SOCKET": self.path}
        if watchdog:
            environment["WATCHDOG_USEC"] = str(WATCHDOG_S * 1000000)
        self.log = open(os.path.join(folder, "serve.log"), "ab")
        self.child = subprocess.Popen([JUYAN, "serve", "--set", "listen=tcp://127.0.0.1:0", "--set",
            "dashboard_listen=127.0.0.1:0", *arguments], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=self.log)

    def wait(self, word, patience_s=PATIENCE_S):
        """Waits for a datagram that holds this line; gives the seconds that it took."""
        began = time.monotonic()
        while (left := began + patience_s - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                lines = self.socket.recv(4096).decode().split("\n")
            except TimeoutError:
                break
            self.heard += lines
            if word in lines:
                return time.monotonic() - began
        raise Wrong(f"the manager did not hear {word} in {patience_s} s; it heard {self.heard}")

    def close(self):
        self.child.kill()
        self.child.wait()
        self.socket.close()
        os.remove(self.path)
        self.log.close()


def expect(truth, sentence):
    if not truth:
        raise Wrong(sentence)


def a_life(folder, data):
    manager = Manager(folder, "--data", data)
    try:
        manager.wait("READY=1")
        running = "STATUS=running: ingest query feed forecast dashboard keeper relay warehouse"
        expect(running in manager.heard, f"its status is {manager.heard}")
        run("keys", "list", "--data", data)  # ready is true: it answers
        for _ in range(3):
            manager.wait("WATCHDOG=1", WATCHDOG_S)
        expect("STOPPING=1" not in manager.heard, "it says that it stops")
        manager.child.send_signal(signal.SIGTERM)
        manager.wait("STOPPING=1")
        expect(manager.child.wait(PATIENCE_S) == 0, f"it ended with {manager.child.returncode}; expected 0")
    finally:
        manager.close()


def no_watchdog(folder, data):
    manager = Manager(folder, "--data", data, watchdog=False)
    try:
        manager.wait("READY=1")
        manager.child.send_signal(signal.SIGTERM)
        manager.wait("STOPPING=1")
        expect("WATCHDOG=1" not in manager.heard, "it feeds a watchdog that nobody keeps")
        manager.child.wait(PATIENCE_S)
    finally:
        manager.close()


def a_failed_start(folder, data):
    manager = Manager(folder, "--data", data, "--set", "dashboard_listen=0.0.0.0:0")
    try:
        code = manager.child.wait(PATIENCE_S)
        expect(code == 2, f"a start that cannot be ended with {code}; expected 2")
        manager.wait("STOPPING=1")
        expect("READY=1" not in manager.heard, "it was ready, though it did not start")
    finally:
        manager.close()


def main():
    folder = tempfile.mkdtemp(prefix="juyan-")
    try:
        for part in (a_life, no_watchdog, a_failed_start):
            part(folder, os.path.join(folder, "data"))
            print(f"{part.__name__}: fine", flush=True)
    except Wrong as wrong:
        print(f"{wrong}\n--- serve.log", file=sys.stderr)
        with open(os.path.join(folder, "serve.log")) as log:
            print(log.read(), file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
