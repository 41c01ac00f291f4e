#!/usr/bin/python3
"""Kills the server with SIGKILL at random moments under load, and looks each time at what is on disk.

After each kill, before the next start: nothing that a terminal knows as acknowledged is missing, the totals are exactly those of
the events on disk (nothing lost, nothing counted twice), and `juyan verify` agrees, which recounts the journal from nothing.
The terminals (crash_load.c) are not told: they go on by themselves when the server is back. Sometimes the server is killed while
it still starts, and sometimes a terminal is killed as well. A moment is a number of acknowledgements, or a short wait for a line.

Several worlds at once, each with a ledger of its own, for what each mostly does is wait for the disk. In the first all services
run; in the others all but the one that makes forecasts, which only reads, and would take a third of the processors at each start.

JUYAN_CRASH_CYCLES (500), JUYAN_SEED. Uses $JUYAN and $JUYAN_TESTS (the folder of crash_load).
also: slow
"""
import json
import multiprocessing
import os
import random
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time

CYCLES = int(os.environ.get("JUYAN_CRASH_CYCLES", "500"))
SEED = int(os.environ.get("JUYAN_SEED", "0")) or int.from_bytes(os.urandom(4), "big")
JUYAN = os.environ.get("JUYAN", "build/juyan")
LOAD = os.path.join(os.environ.get("JUYAN_TESTS", "build/tests"), "crash_load")
TERMINALS = 3
WORLDS = 4
LEDGER_CYCLES = 25  # then a new ledger: so that recounting stays cheap
PATIENCE_S = 60
SERVICES = ("ingest", "query", "feed", "dashboard", "keeper")  # all but forecasts, and what needs a place to go to

chance = random.Random(SEED)


class Wrong(Exception):
    pass


def juyan(*arguments, code=0):
    done = subprocess.run([JUYAN, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    if done.returncode != code:
        said = done.stderr.strip() or done.stdout
        raise Wrong(f"juyan {' '.join(arguments)} ended with {done.returncode}; expected {code}: {said}")
    return done.stdout


class Process:
    """A child whose lines are read as they come."""

    def __init__(self, selector, log, *command, env=None):
        self.selector, self.rest, self.lines, self.ended = selector, b"", [], False
        self.child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, env=env)
        os.set_blocking(self.child.stdout.fileno(), False)
        selector.register(self.child.stdout, selectors.EVENT_READ, self)

    def read(self):
        try:
            while data := os.read(self.child.stdout.fileno(), 65536):
                *whole, self.rest = (self.rest + data).split(b"\n")
                self.lines += [line.decode() for line in whole]
        except BlockingIOError:
            return
        self.ended = True
        self.selector.unregister(self.child.stdout)

    def end(self, number):
        """Sends the signal and gives the exit status; what it said until then is read."""
        self.child.send_signal(number)
        code = self.child.wait(PATIENCE_S)
        if not self.ended:
            self.read()
        if not self.ended:
            self.selector.unregister(self.child.stdout)
        self.child.stdout.close()
        return code


def pump(selector, until, seconds):
    """Reads what the children say until `until()` holds; False when that took too long."""
    deadline = time.monotonic() + seconds
    while not until():
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        for key, _ in selector.select(left):
            key.data.read()
    return True


class Load:
    """A terminal: its key, its process, and the last number that it knows as acknowledged."""

    def __init__(self, world, name):
        self.world, self.name, self.acked, self.done, self.process = world, name, 0, False, None
        self.key = os.path.join(world.folder, name + ".key")
        juyan("keys", "make", self.key)

    def start(self):
        data = self.world.data
        self.process = Process(self.world.selector, self.world.log, LOAD, "send", f"ipc://{data}/run/ingest.ipc",
            f"{data}/keys/server.key.pub", self.key, self.name, str(chance.choice([1, 7, 20, 100])))

    def kill(self):
        self.process.end(signal.SIGKILL)
        self.take()
        self.start()

    def take(self):
        """Takes in what it said."""
        for line in self.process.lines:
            word, _, rest = line.partition(" ")
            if word not in ("acked", "done"):
                raise Wrong(f"terminal {self.name} was answered: {line}")
            if int(rest) < self.acked:
                raise Wrong(f"terminal {self.name}: acknowledged {self.acked}, and later only {rest}")
            self.acked = int(rest)
            self.done |= word == "done"
        self.process.lines.clear()

    def look(self):
        """Takes in what it said, and complains when it has ended unasked."""
        self.take()
        if self.process.ended and not self.done:
            raise Wrong(f"terminal {self.name} gave up; see {self.world.folder}/log")


class Expected:
    """What the first N events of a terminal must count for (crash_load.c has the same numbers); N only grows."""

    def __init__(self):
        self.trucks, self.weighed, self.corrected, self.n_weighed, self.n_corrected = 0, 0, 0, 0, 0

    def count(self, n):
        while 4 * self.trucks + 4 <= n:
            if self.trucks % 3 == 0:
                self.corrected += 99000 + self.trucks % 5555
                self.n_corrected += 1
            else:
                self.weighed += 100000 + self.trucks % 7777
                self.n_weighed += 1
            self.trucks += 1
        fresh = 1 if n - 4 * self.trucks == 3 else 0  # released, and its fourth event is not there yet
        return {"weighed": (self.weighed + fresh * (100000 + self.trucks % 7777), self.n_weighed + fresh),
            "corrected": (self.corrected, self.n_corrected)}


class World:
    """A ledger, its terminals, and the server that is killed again and again."""

    def __init__(self, services=()):
        self.services = services
        self.folder = tempfile.mkdtemp(prefix="juyan-crash-")
        self.data = os.path.join(self.folder, "d")
        self.log = open(os.path.join(self.folder, "log"), "ab")
        self.selector = selectors.DefaultSelector()
        self.server = None
        self.loads, self.expected, self.on_disk = [], {}, {}
        self.started = False

    def start_server(self, seconds=PATIENCE_S):
        """True when its line came in time."""
        self.server = Process(self.selector, self.log, JUYAN, "serve", "--data", self.data, "--set", "listen=",
            *self.services)
        server = self.server
        pump(self.selector, lambda: server.ended or any("ready" in line for line in server.lines), seconds)
        if server.ended:
            raise Wrong(f"the server did not start; see {self.folder}/log")
        return any("ready" in line for line in server.lines)

    def start_terminals(self):
        for i in range(TERMINALS):
            load = Load(self, f"load{i}")
            self.loads.append(load)
            self.expected[load.name] = Expected()
            self.on_disk[load.name] = 0
            juyan("keys", "authorise", "--data", self.data, "--name", load.name, "--ports", "ceke",
                "--kinds", "*", load.key + ".pub")
        for load in self.loads:
            load.start()
        self.started = True

    def acked(self):
        """All that the terminals know as acknowledged by now."""
        for key, _ in self.selector.select(0):
            key.data.read()
        for load in self.loads:
            load.look()
        return sum(load.acked for load in self.loads)

    def one_life(self):
        """Starts the server, lets it work for a while, and kills it."""
        if chance.random() < 0.1:
            self.start_server(chance.random() * 0.1)
        else:
            if not self.start_server():
                raise Wrong(f"the server was not ready within {PATIENCE_S} s")
            if not self.started:
                self.start_terminals()
            target = self.acked() + chance.randrange(1, 4000)
            if not pump(self.selector, lambda: self.acked() >= target, PATIENCE_S):
                raise Wrong(f"the terminals did not go on within {PATIENCE_S} s")
        self.server.end(signal.SIGKILL)
        if self.started and chance.random() < 0.1:
            chance.choice(self.loads).kill()

    def check(self):
        """No server runs. What is on disk is compared with what was promised."""
        said = subprocess.check_output([LOAD, "look", self.data], text=True)
        found = dict(line.rsplit(" ", 1) for line in said.splitlines())
        self.acked()  # also what reached a terminal after the kill was a promise
        for load in self.loads:
            there = int(found.get(load.name, 0))
            if there < load.acked:
                raise Wrong(f"terminal {load.name}: {load.acked} is acknowledged, on disk is only {there}")
            if there < self.on_disk[load.name]:
                raise Wrong(f"terminal {load.name}: {self.on_disk[load.name]} was on disk, now only {there}")
            self.on_disk[load.name] = there
        self.check_totals()
        juyan("verify", "--data", self.data)

    def check_totals(self):
        wanted = {}
        for load in self.loads:
            for basis, (kg, n) in self.expected[load.name].count(self.on_disk[load.name]).items():
                before = wanted.get(basis, (0, 0))
                wanted[basis] = (before[0] + kg, before[1] + n)
        wanted = {basis: sums for basis, sums in wanted.items() if sums[1]}
        rows = json.loads(juyan("totals", "--data", self.data, "--by", "basis", "--json"))
        got = {row["basis"]: (row["net_kg"], row["batches"]) for row in rows}
        if got != wanted:
            raise Wrong(f"the totals are {got}; expected {wanted} for {self.on_disk} events on disk")

    def settle(self):
        """The terminals finish, the server stops as asked, and all must agree to the event."""
        if not self.start_server():
            raise Wrong(f"the server was not ready within {PATIENCE_S} s")
        if self.started:
            for load in self.loads:
                load.process.child.send_signal(signal.SIGTERM)
            if not pump(self.selector, lambda: self.acked() and all(load.done for load in self.loads), PATIENCE_S):
                raise Wrong("the terminals did not finish")
        code = self.server.end(signal.SIGTERM)
        if code != 0:
            raise Wrong(f"the server ended with {code} on SIGTERM; expected 0")
        self.server = None
        self.check()
        for load in self.loads:
            if load.acked != self.on_disk[load.name]:
                raise Wrong(f"terminal {load.name}: done at {load.acked}, on disk is {self.on_disk[load.name]}")
        return sum(self.on_disk.values())

    def close(self, keep):
        for process in [load.process for load in self.loads] + [self.server]:
            if process and process.child.poll() is None:
                process.child.kill()
                process.child.wait()
        self.selector.close()
        self.log.close()
        if not keep:
            shutil.rmtree(self.folder)


def live_lives(share, cycles):
    """One share of the cycles, world after world; whether all was right."""
    chance.seed(SEED + share)
    started, events, done = time.monotonic(), 0, 0
    while done < cycles:
        world = World(() if share == 0 else SERVICES)
        ok = False
        try:
            for _ in range(min(LEDGER_CYCLES, cycles - done)):
                world.one_life()
                done += 1
                if world.started:
                    world.check()
            events += world.settle()
            ok = True
        except (Wrong, OSError, subprocess.SubprocessError) as wrong:
            print(f"cycle {done} of share {share}: {wrong}\nseed={SEED}; ledger and log are kept in {world.folder}", flush=True)
            return False
        finally:
            world.close(keep=not ok)
    print(f"{done} kills, {events} events, {time.monotonic() - started:.0f} s: nothing missing, nothing twice", flush=True)
    return True


def main():
    shares = min(WORLDS, CYCLES)
    print(f"seed={SEED} cycles={CYCLES} in {shares} shares", flush=True)
    with multiprocessing.Pool(shares) as pool:
        right = pool.starmap(live_lives, [(n, CYCLES // shares + (n < CYCLES % shares)) for n in range(shares)])
    return 0 if all(right) else 1


if __name__ == "__main__":
    sys.exit(main())
