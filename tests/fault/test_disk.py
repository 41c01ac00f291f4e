#!/usr/bin/python3
"""A disk that is full, and then is not; a map at its threshold, and then is not: without a restart, with nothing lost. And a disk
that cannot be written, a log that cannot be, and a file that is cut short.

Each on a small file system that is made for the test, which only root can do; else the test is skipped. While there is no room,
every event is refused with "no room" and a sentence, questions are answered, and the terminal that was refused goes on by itself
when there is room again. Uses $JUYAN, $JUYAN_TESTS.
"""
import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from faults import JUYAN, TESTS, Wrong
from test_crash import Expected, Process, Wrong as Crash, juyan, pump

LOAD = os.path.join(TESTS, "crash_load")
PATIENCE_S = 60
FAILED = 3
MIB = 1 << 20
DISK_MIB, KEPT_FREE_MIB, BLOCK = 48, 16, 4096


class World:
    """A file system of 48 MiB with a data folder, a server and a terminal that sends without end."""

    def __init__(self, *settings):
        self.folder = tempfile.mkdtemp(prefix="juyan-disk-")
        self.disk, self.settings = os.path.join(self.folder, "disk"), settings
        self.data, self.ballast = os.path.join(self.disk, "d"), os.path.join(self.disk, "ballast")
        os.mkdir(self.disk)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "juyan-test", self.disk], check=True)
        self.selector = selectors.DefaultSelector()
        self.key = os.path.join(self.folder, "load.key")
        juyan("keys", "make", self.key)
        self.server = self.load = None

    def serve(self, log=None):
        self.log_path = log or os.path.join(self.folder, "serve.log")
        self.log = open(self.log_path, "ab")
        arguments = [part for setting in self.settings for part in ("--set", setting)]
        self.server = Process(self.selector, self.log, JUYAN, "serve", "--data", self.data, "--set", "listen=", *arguments,
            "ingest", "query")
        self.wait("the server is ready", lambda: "ready" in self.server.lines)

    def authorise(self):
        juyan("keys", "authorise", "--data", self.data, "--name", "load", "--ports", "ceke", "--kinds", "*", self.key + ".pub")

    def send(self, batch=4, events=None):
        self.load = Process(self.selector, subprocess.DEVNULL, LOAD, "send", f"ipc://{self.data}/run/ingest.ipc",
            f"{self.data}/keys/server.key.pub", self.key, "load", str(batch), *([str(events)] if events else []))

    def wait(self, what, until):
        """What is waited for may be in the log, which nobody is told of: so it is looked at now and then."""
        deadline = time.monotonic() + PATIENCE_S
        while not pump(self.selector, lambda: until() or self.server.ended, 0.05):
            if time.monotonic() > deadline:
                raise Wrong(f"not in time: {what}")
        if not until():
            raise Wrong(f"the server has ended instead of: {what}; {self.said()[-2000:]}")

    def said(self):
        with open(self.log_path, encoding="utf-8") as file:
            return file.read()

    def acked(self):
        strange = [line for line in self.load.lines
            if line.split()[0] not in ("acked", "done") and not (line.startswith("refused") and " no_room: " in line)]
        if strange:
            raise Wrong(f"the terminal was answered: {strange[0]}")
        return max((int(line.split()[1]) for line in self.load.lines if line[0] != "r"), default=0)

    def turns(self, times):
        """How often the log has told of no room, and of room again."""
        lines = self.said().splitlines()
        return [sum(f" ingest {word} " in line + " " for line in lines) for word in ("no_room", "room_again")] == times

    def stays_refused(self):
        """A whole question and its answer long nothing is taken, twice; gives where the terminal stands."""
        juyan("totals", "--data", self.data, "--json")
        self.acked_now()
        before = self.acked_now()
        rows = json.loads(juyan("totals", "--data", self.data, "--by", "basis", "--json"))
        if self.acked_now() != before:
            raise Wrong(f"events are taken without room: {before}, then {self.acked_now()}")
        if not rows:
            raise Wrong("while there is no room, totals are not told")
        return before

    def acked_now(self):
        for key, _ in self.selector.select(0):
            key.data.read()
        return self.acked()

    def goes_on(self, from_there, by=200):
        self.wait(f"the terminal goes on from {from_there}", lambda: self.acked() >= from_there + by)

    def stop(self):
        """All ends in order, and what is on disk is exactly what was acknowledged."""
        self.load.child.send_signal(signal.SIGTERM)
        self.wait("the terminal is done", lambda: self.load.ended)
        code = self.server.end(signal.SIGTERM)
        if code != 0:
            raise Wrong(f"the server ended with {code}; expected 0")
        self.check(self.acked(), exactly=True)

    def check(self, acked, exactly=False):
        said = subprocess.check_output([LOAD, "look", self.data], text=True)
        there = int(dict(line.rsplit(" ", 1) for line in said.splitlines())["load"])
        if there < acked or (exactly and there != acked):
            raise Wrong(f"{acked} events are acknowledged, on disk are {there}")
        rows = json.loads(juyan("totals", "--data", self.data, "--by", "basis", "--json"))
        got = {row["basis"]: (row["net_kg"], row["batches"]) for row in rows}
        wanted = {basis: sums for basis, sums in Expected().count(there).items() if sums[1]}
        if got != wanted:
            raise Wrong(f"the totals of {there} events are {got}; expected {wanted}")
        juyan("verify", "--data", self.data, "--scratch", os.path.join(self.folder, "scratch"))

    def fill(self):
        """A file that leaves nothing of the disk, while others write to it."""
        with open(self.ballast, "ab", buffering=0) as file:
            for block in (MIB, BLOCK):
                try:
                    while True:
                        file.write(bytes(block))
                except OSError:
                    pass

    def ended_with_a_sentence(self):
        code = self.server.child.wait(PATIENCE_S)
        sentences = [line for line in self.said().splitlines() if line.startswith("juyan serve: ")]
        if code != FAILED or len(sentences) != 1:
            raise Wrong(f"the server ended with {code} and said {sentences}; expected {FAILED} and one sentence")

    def close(self):
        for process in (self.load, self.server):
            if process is not None and process.child.poll() is None:
                process.end(signal.SIGKILL)
        subprocess.run(["umount", "-l", self.disk], check=True)
        shutil.rmtree(self.folder)


def full_and_then_not(world):
    """Twice: down to the last byte, and room again."""
    world.serve()
    world.authorise()
    world.send()
    world.goes_on(0)
    for times in (1, 2):
        world.fill()
        world.wait("no room is said", lambda: world.turns([times, times - 1]))
        there = world.stays_refused()
        os.unlink(world.ballast)
        world.goes_on(there)
        if not world.turns([times, times]):
            raise Wrong("the log does not tell of no room and of room again, once each")
    world.stop()


def map_at_its_threshold(world):
    """A reader that hangs keeps the file growing to the threshold; when it has gone, there is room again within the file."""
    world.serve()
    world.authorise()
    world.send()
    world.goes_on(0)
    reader = subprocess.Popen([LOAD, "hold", world.data], stdout=subprocess.PIPE, text=True)
    try:
        reader.stdout.readline()
        world.wait("no room is said", lambda: world.turns([1, 0]))
        there = world.stays_refused()
    finally:
        reader.kill()
        reader.communicate()
    world.goes_on(there)
    world.stop()


def full_without_headroom(world):
    """Where nothing is kept free, the commit itself finds the disk full: then it is a failed write, and the process stops."""
    world.serve()
    world.authorise()
    world.send()
    world.goes_on(0)
    world.fill()
    os.truncate(world.ballast, os.path.getsize(world.ballast) - 2 * BLOCK)  # room, but not for a commit
    if not pump(world.selector, lambda: world.server.ended, PATIENCE_S):
        raise Wrong("the server does not stop")
    world.ended_with_a_sentence()
    os.unlink(world.ballast)
    acked = world.acked_now()
    world.serve(log=os.path.join(world.folder, "again.log"))
    world.goes_on(acked)
    world.stop()


def full_log(world):
    """A log that cannot be written holds nothing up."""
    world.serve(log="/dev/full")
    world.authorise()
    world.send(events=400)
    world.wait("the terminal is done", lambda: world.load.ended)
    world.server.end(signal.SIGTERM)
    world.check(400, exactly=True)


def cannot_be_written(world):
    """A file system that is read-only: no start, a sentence; and questions are answered all the same."""
    world.serve()
    world.authorise()
    world.send(events=40)
    world.wait("the terminal is done", lambda: world.load.ended)
    world.server.end(signal.SIGTERM)
    subprocess.run(["mount", "-o", "remount,ro", world.disk], check=True)
    done = subprocess.run([JUYAN, "serve", "--data", world.data, "--set", "listen="], capture_output=True, text=True, check=False,
        timeout=PATIENCE_S)
    said = [line for line in done.stderr.splitlines() if line.startswith("juyan")]
    if done.returncode != FAILED or len(said) != 1 or "Read-only" not in said[0]:
        raise Wrong(f"on a read-only disk it ended with {done.returncode} and said {done.stderr}")
    subprocess.run(["mount", "-o", "remount,rw", world.disk], check=True)
    world.check(40, exactly=True)


STORIES = [
    (full_and_then_not, [f"headroom_disk_mib={KEPT_FREE_MIB}", "map_gib=1"]),
    (map_at_its_threshold, ["headroom_disk_mib=1", "map_gib=1", "headroom_map_mib=1012"]),
    (full_without_headroom, ["headroom_disk_mib=0", "map_gib=1"]),
    (full_log, ["headroom_disk_mib=1", "map_gib=1"]),
    (cannot_be_written, ["headroom_disk_mib=1", "map_gib=1"]),
]


def main():
    if os.geteuid() != 0:
        print("skip: only root can mount the file system of this test")
        return 77
    for story, settings in STORIES:
        try:
            world = World(*settings)
        except subprocess.CalledProcessError:
            print("skip: no file system can be mounted here")
            return 77
        try:
            story(world)
        except (Wrong, Crash, OSError, subprocess.SubprocessError) as wrong:
            print(f"{story.__name__}: {wrong}")
            return 1
        finally:
            world.close()
        print(f"{story.__name__}: right", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
