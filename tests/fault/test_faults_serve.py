#!/usr/bin/python3
"""Every call of the way from a terminal to the ledger's disk that can fail fails, each once, in a running `juyan serve ingest`: the
first, the second … until a run passes untouched.

The server runs under shim.c; the calls of its ingest and committer threads count from the moment when it is ready, and libzmq's of
a socket. A terminal (crash_load.c) sends in small groups, which ingest commits itself, and in large ones, which the committer does.
Either the terminal gets all its acknowledgements, or the server ends with its exit status and one sentence: never by a signal,
never hanging. Then, without the library: server and terminal start again and finish, nothing acknowledged is missing, everything
counts once, and `juyan verify` agrees.

The same for the server's start, the very first on an empty folder and a later one; of the first one's thousands of allocations
only each JUYAN_FAULT_STEP-th (401) fails. Not counted is memory that libzmq and the C library take for themselves: where there is
none, they end the process by a signal. Uses $JUYAN, $JUYAN_TESTS.
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
from test_crash import Expected, Process, Wrong as Crash, juyan, pump

LOAD = os.path.join(TESTS, "crash_load")
SMALL, LARGE = (24, 3), (160, 40)  # events in all, and in a batch
PATIENCE_S = 60
FAILED = 3  # the exit status of a command that the machine has let down
THREADS = "ingest,committer"
SPARES = "libzmq,libpgm,libstdc++,ld-linux,libc.so"

FAULTS = [
    Fault("memory", "ENOMEM", threads=THREADS, spares=SPARES),
    Fault("memory", "ENOMEM", lasting=True, threads=THREADS, spares=SPARES),
    *(Fault("write", error, file="data.mdb") for error in ("EIO", "ENOSPC", "SHORT", "EINTR")),
    Fault("sync", "EIO"),
    Fault("send", "ECONNRESET"),
    Fault("send", "EAGAIN"),
    Fault("send", "SHORT"),
]

STEP = int(os.environ.get("JUYAN_FAULT_STEP", "401"))
STARTS = [  # with how many calls from one to the next that fails, at the very first start
    (Fault("memory", "ENOMEM", spares=SPARES), STEP),
    (Fault("write", "ENOSPC", file="/d/"), 1),
    (Fault("write", "SHORT", file="/d/"), 1),
    (Fault("sync", "EIO"), 1),
    (Fault("open", "EMFILE", file="/d/"), 1),
    (Fault("open", "EROFS", file="/d/"), 1),
    (Fault("map", "ENOMEM"), 1),
]


class Server(Process):
    """`juyan serve ingest`; what it says to stderr goes into a file of its own."""

    def __init__(self, world, environment=None):
        self.said = open(os.path.join(world.folder, "serve.log"), "w+b")
        super().__init__(world.selector, self.said, JUYAN, "serve", "--data", world.data, "--set", "listen=", "ingest",
            env=environment)
        pump(world.selector, lambda: self.ended or "ready" in self.lines, PATIENCE_S)

    def must_be_ready(self):
        if "ready" not in self.lines:
            raise Wrong(f"the server did not start: {self.sentences()}")
        return self

    def sentences(self):
        """What it said to people, other than its log."""
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
        server = Server(self).must_be_ready()
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
        server = Server(self, fault.environment(self.control, n)).must_be_ready()
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
        server = Server(self).must_be_ready()
        self.send(server, events, batch)
        self.end(server, False)
        self.check(events, events, exactly=True)
        return True

    def one_start(self, fault, n, first):
        shutil.rmtree(self.data, ignore_errors=True)
        if not first:
            shutil.copytree(self.begun, self.data, ignore=shutil.ignore_patterns("*.ipc"))
        self.control.set(armed=1)
        server = Server(self, fault.environment(self.control, n))
        self.control.disarm()
        touched = self.control.failed > 0
        self.end(server, touched)
        if not touched:
            return False
        self.points += 1
        self.end(Server(self).must_be_ready(), False)
        juyan("verify", "--data", self.data)
        return True


def all_points(world, what, one_point, step=1):
    """Runs until one is not touched; gives how many went wrong."""
    before, n, wrong = (world.points, world.stops), 1, 0
    while wrong < 5:
        try:
            if not one_point(n):
                break
        except (Wrong, Crash, OSError, subprocess.SubprocessError) as why:
            wrong += 1
            print(f"{what}, call {n}: {why}", flush=True)
        n += step
    print(f"{what}: {world.points - before[0]} points, {world.stops - before[1]} stops", flush=True)
    return wrong


def main():
    world, wrong = World(), 0
    for fault, step in STARTS:
        wrong += all_points(world, f"first start, {fault}", lambda n: world.one_start(fault, n, True), step)
        wrong += all_points(world, f"start, {fault}", lambda n: world.one_start(fault, n, False))
    for fault in FAULTS:
        for events, batch in (SMALL, LARGE):
            wrong += all_points(world, f"{events} events, {fault}", lambda n: world.one_point(fault, n, events, batch))
    print(f"{world.points} points, {world.stops} stops with a sentence, {wrong} wrong")
    if not wrong:
        shutil.rmtree(world.folder)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
