#!/usr/bin/python3
"""Every call of the way from a terminal to the ledger's disk that can fail fails, each once, in a running `juyan serve ingest`: the
first, the second … until a run passes untouched.

The server runs under shim.c; the calls of its ingest and committer threads count from the moment when it is ready, and of a socket's
from libzmq's. A terminal (crash_load.c) sends in small groups, which ingest commits itself, and in large ones, which the committer
does. Either the terminal gets all its acknowledgements, or the server ends with its exit status and one sentence: never by a
signal, never hanging. Then, without the library: server and terminal start again and finish, nothing acknowledged is missing,
everything counts once, and `juyan verify` agrees.

Not counted is memory that libzmq takes for itself: it ends the process with abort where there is none. Uses $JUYAN, $JUYAN_TESTS.
also: slow
"""
import json
import os
import selectors
import shutil
import signal
import subprocess
import sys

from faults import Control, Fault, JUYAN, TESTS, Wrong, memory_folder
from test_crash import Expected, Process, juyan, pump

LOAD = os.path.join(TESTS, "crash_load")
SMALL, LARGE = (24, 3), (160, 40)  # events in all, and in a batch
PATIENCE_S = 60
FAILED = 3  # the exit status of a command that the machine has let down
THREADS = "ingest,committer"

FAULTS = [
    Fault("memory", "ENOMEM", threads=THREADS, spares="libzmq,libstdc++"),
    Fault("memory", "ENOMEM", lasting=True, threads=THREADS, spares="libzmq,libstdc++"),
    *(Fault("write", error, file="data.mdb") for error in ("EIO", "ENOSPC", "SHORT", "EINTR")),
    Fault("sync", "EIO"),
    Fault("write", "ENOSPC", lasting=True, file="serve.log"),
    Fault("send", "ECONNRESET"),
    Fault("send", "EAGAIN"),
    Fault("send", "SHORT"),
]


class Server(Process):
    """`juyan serve ingest`; what it says to stderr goes into a file of its own."""

    def __init__(self, world, environment=None):
        self.said = open(os.path.join(world.folder, "serve.log"), "w+b")
        environment = environment or {}
        before = {name: os.environ.get(name) for name in environment}
        os.environ.update(environment)
        try:
            super().__init__(world.selector, self.said, JUYAN, "serve", "--data", world.data, "--set", "listen=", "ingest")
        finally:
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})
        pump(world.selector, lambda: self.ended or "ready" in self.lines, PATIENCE_S)
        if "ready" not in self.lines:
            raise Wrong(f"the server did not start: {self.sentences()}")

    def sentences(self):
        """What it said last to people, other than its log."""
        self.said.seek(0)
        return [line for line in self.said.read().decode().splitlines() if line.startswith("juyan")]


class World:
    def __init__(self):
        self.folder = memory_folder("juyan-faults-")
        self.selector = selectors.DefaultSelector()
        self.control = Control(self.folder)
        self.data, self.begun = os.path.join(self.folder, "d"), os.path.join(self.folder, "begun")
        self.key = os.path.join(self.folder, "load.key")
        self.log = open(os.path.join(self.folder, "log"), "ab")
        self.points = self.stops = 0
        juyan("keys", "make", self.key)
        server = Server(self)
        juyan("keys", "authorise", "--data", self.data, "--name", "load", "--ports", "ceke", "--kinds", "*", self.key + ".pub")
        server.end(signal.SIGTERM)
        shutil.move(self.data, self.begun)

    def send(self, server, events, batch):
        """What the terminal knows as acknowledged in the end; it ends with the server."""
        load = Process(self.selector, self.log, LOAD, "send", f"ipc://{self.data}/run/ingest.ipc",
            f"{self.data}/keys/server.key.pub", self.key, "load", str(batch), str(events))
        finished = pump(self.selector, lambda: load.ended or server.ended, PATIENCE_S)
        load.end(signal.SIGKILL)
        if not finished:
            raise Wrong("neither the terminal nor the server came to an end")
        strange = [line for line in load.lines if line.split()[0] not in ("acked", "done")]
        if strange:
            raise Wrong(f"the terminal was answered: {strange[0]}")
        return max((int(line.split()[1]) for line in load.lines), default=0)

    def end(self, server, touched):
        """The server's end, by itself or as asked."""
        if not server.ended:
            code = server.end(signal.SIGTERM)
            if code == 0:
                return
        else:
            try:
                code = server.child.wait(PATIENCE_S)
            except subprocess.TimeoutExpired as late:
                raise Wrong("the server has closed its output, and hangs") from late
        said = server.sentences()
        if code != FAILED or len(said) != 1 or not touched:
            raise Wrong(f"the server ended with {code} and said {said}; expected {FAILED} and one sentence")
        self.stops += 1

    def check(self, acked, events, exactly=False):
        said = subprocess.check_output([LOAD, "look", self.data], text=True)
        there = dict((line.rsplit(" ", 1) for line in said.splitlines())).get("load", "0")
        if int(there) < acked or (exactly and int(there) != events):
            raise Wrong(f"{acked} of {events} events are acknowledged, on disk are {there}")
        rows = json.loads(juyan("totals", "--data", self.data, "--by", "basis", "--json"))
        got = {row["basis"]: (row["net_kg"], row["batches"]) for row in rows}
        wanted = {basis: sums for basis, sums in Expected().count(int(there)).items() if sums[1]}
        if got != wanted:
            raise Wrong(f"the totals of {there} events are {got}; expected {wanted}")
        juyan("verify", "--data", self.data)

    def one_point(self, fault, n, events, batch):
        shutil.rmtree(self.data, ignore_errors=True)
        shutil.copytree(self.begun, self.data, ignore=shutil.ignore_patterns("*.ipc"))
        self.control.set(armed=0)
        wanted = fault.environment(self.control, n)
        server = Server(self, {name: wanted[name] for name in wanted if name not in os.environ})
        try:
            self.control.arm()
            acked = self.send(server, events, batch)
            self.control.disarm()
            touched = self.control.failed > 0
            self.end(server, touched)
        finally:
            if server.child.poll() is None:
                server.end(signal.SIGKILL)
        if not touched:
            return False
        self.points += 1
        self.check(acked, events)
        server = Server(self)
        self.send(server, events, batch)
        self.end(server, False)
        self.check(events, events, exactly=True)
        return True


def main():
    world, wrong = World(), 0
    for fault in FAULTS:
        for events, batch in (SMALL, LARGE):
            before, n = (world.points, world.stops), 1
            while True:
                try:
                    if not world.one_point(fault, n, events, batch):
                        break
                except (Wrong, OSError, subprocess.SubprocessError, RuntimeError) as what:
                    wrong += 1
                    print(f"{fault}: call {n} of {events} events: {what}", flush=True)
                    if wrong > 10:
                        return 1
                n += 1
            print(f"{fault}, {events} events: {world.points - before[0]} points, {world.stops - before[1]} stops", flush=True)
    print(f"{world.points} points, {world.stops} stops with a sentence, {wrong} wrong")
    if not wrong:
        shutil.rmtree(world.folder)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
