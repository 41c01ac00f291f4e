#!/usr/bin/python3
"""`juyan gateway` as a gate's programs meet it: lines from the standard input and over its socket, what it answers, what it says
when its spool fills and when the centre is away, that one process has a spool, that a key that is let in later gets in; what it
tells a service manager.
"""
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
from serving import JUYAN, PATIENCE_S, Server, Wrong, ask, run

RIGHT = '{"occurred_at_ms": 1738281600000, "port": "ceke", "batch_no": "%s", "released": {}}\n'


class Gate:
    """One gateway's spool and key; `log` is what the last one said."""

    def __init__(self, folder, server, name):
        self.folder, self.path, self.spool, self.log = folder, os.path.join(folder, "gate"), os.path.join(folder, name), ""
        self.key = os.path.join(folder, name + ".key")
        run("keys", "make", self.key)
        server_key = os.path.join(server.data, "keys", "server.key.pub")
        self.where = ["--connect", server.tcp, "--server-key", server_key, "--key", self.key]

    def let_in(self, server):
        run("keys", "authorise", "--data", server.data, "--name", os.path.basename(self.spool), "--ports", "ceke", "--kinds", "*",
            self.key + ".pub")

    def start(self, *more, environment=None):
        self.child = subprocess.Popen([JUYAN, "gateway", "--spool", self.spool, "--listen", self.path, *self.where, *more],
            stdin=subprocess.DEVNULL, env=os.environ | (environment or {}),
            stderr=open(os.path.join(self.folder, "gateway.log"), "wb"))
        return self

    def connect(self):
        said, deadline = socket.socket(socket.AF_UNIX), time.monotonic() + PATIENCE_S
        said.settimeout(PATIENCE_S)
        while said.connect_ex(self.path) != 0:
            if time.monotonic() > deadline or self.child.poll() is not None:
                raise Wrong("the gateway does not listen")
        return said

    def wait(self, what, until):
        deadline = time.monotonic() + PATIENCE_S
        while not until(ask("spool", "show", self.spool)):
            if time.monotonic() > deadline:
                raise Wrong(f"{what}: not within {PATIENCE_S} s")

    def end(self, code=0):
        self.child.terminate()
        if self.child.wait(PATIENCE_S) != code or os.path.exists(self.path):
            raise Wrong(f"the gateway ended with {self.child.returncode}; expected {code}")
        with open(os.path.join(self.folder, "gateway.log"), encoding="utf-8") as file:
            self.log = file.read()


def talk(gate, text, answers):
    with gate.connect() as program:
        program.sendall(text.encode())
        program.shutdown(socket.SHUT_WR)
        said = [json.loads(line) for line in program.makefile()]
    if [answer["line"] for answer in said] != answers[0] or [sorted(set(answer) - {"line"})[0] for answer in said] != answers[1]:
        raise Wrong(f"it answers {said}; expected {answers}")
    return said


def test_standard_input(gate):
    lines = RIGHT % "S-1" + "\nnonsense\n" + RIGHT % "S-2"
    done = subprocess.run([JUYAN, "gateway", "--spool", gate.spool, *gate.where], input=lines, capture_output=True, text=True,
        timeout=PATIENCE_S)
    if done.returncode != 1 or "stdin:3: " not in done.stderr or "connected" not in done.stderr:
        raise Wrong(f"it ended with {done.returncode}: {done.stderr}")
    shown = ask("spool", "show", gate.spool)
    if (shown["taken"], shown["waiting"], shown["in_use"]) != (2, 0, False):
        raise Wrong(f"the spool is {shown}")


def test_programs(gate):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(os.path.join(gate.folder, "manager"))
        manager.settimeout(PATIENCE_S)
        gate.start(environment={"NOTIFY_SOCKET": os.path.join(gate.folder, "manager"), "WATCHDOG_USEC": "300000"})
        said = [manager.recv(4096).decode() for _ in range(4)]
    if not said[0].startswith("READY=1\n") or said[1:] != ["WATCHDOG=1"] * 3:
        raise Wrong(f"to its manager it says {said}")
    talk(gate, RIGHT % "P-1" + "\r\n{\"port\": 7}\n" + RIGHT % "P-2", ([1, 3, 4], ["taken", "wrong", "taken"]))
    talk(gate, "x" * 300000 + "\n" + RIGHT % "P-3", ([1, 2], ["wrong", "taken"]))
    run("gateway", "--spool", gate.spool, "--listen", gate.path + "2", *gate.where, code=2)
    run("spool", "hand-over", gate.spool, gate.key + ".pub", code=3)
    gate.wait("bringing", lambda shown: shown["taken"] == 5 and shown["waiting"] == 0)
    gate.end()


def test_full(gate, server):
    """Long before it is full it says so; then every line is answered, and nothing of what was taken is lost."""
    server.close()
    gate.start("--spool-mib", "1")
    many = [RIGHT % f"F-{i}-{'x' * 40}" for i in range(12000)]
    with gate.connect() as program:
        for at in range(0, len(many), 500):
            program.sendall("".join(many[at:at + 500]).encode())
            for _ in range(500):
                answer = b""
                while not answer.endswith(b"\n"):
                    answer += program.recv(1)
                if b'"full"' in answer:
                    break
            if b'"full"' in answer:
                break
        if b'"full"' not in answer or at == 0:
            raise Wrong(f"it is not full at line {at}: {answer}")
    waiting = ask("spool", "show", gate.spool)["waiting"]
    deadline = time.monotonic() + PATIENCE_S
    while b" spool_fills " not in open(os.path.join(gate.folder, "gateway.log"), "rb").read():
        if time.monotonic() > deadline:
            raise Wrong("it does not say that the spool fills")
    gate.end()
    server = Server(server.data)
    gate.where[1] = server.tcp
    gate.start("--spool-mib", "1")
    gate.wait("bringing", lambda shown: shown["waiting"] == 0 and shown["taken"] >= waiting)
    talk(gate, RIGHT % "F-end", ([1], ["taken"]))
    gate.end()
    return server


def test_let_in_later(gate, server):
    """The door was never knocked at again with a new connection."""
    gate.start()
    talk(gate, RIGHT % "L-1", ([1], ["taken"]))
    deadline = time.monotonic() + PATIENCE_S
    while b" away " not in open(os.path.join(gate.folder, "gateway.log"), "rb").read():
        if time.monotonic() > deadline:
            raise Wrong("it does not say that nobody answers")
    gate.let_in(server)
    gate.wait("being let in", lambda shown: shown["waiting"] == 0)
    gate.end()
    if " connected " not in gate.log:
        raise Wrong(f"it says: {gate.log}")


def main():
    folder = tempfile.mkdtemp(prefix="juyan-gate-")
    server, ok = Server(os.path.join(folder, "d")), False
    gates = [Gate(folder, server, name) for name in ("scale", "box", "late")]
    try:
        gates[0].let_in(server)
        test_standard_input(gates[0])
        test_programs(gates[0])
        gates[1].let_in(server)
        server = test_full(gates[1], server)
        gates[2].where[1] = server.tcp
        test_let_in_later(gates[2], server)
        server.close()
        ok = True
    except (Wrong, OSError, subprocess.SubprocessError) as wrong:
        server.kill()
        for gate in gates:
            if getattr(gate, "child", None) and gate.child.poll() is None:
                gate.child.kill()
        print(f"{wrong}\nall is kept in {folder}")
    if ok:
        shutil.rmtree(folder)
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
