#!/usr/bin/python3
"""Kills `juyan gateway` with SIGKILL at random moments while programs speak to it, and now and then the centre as well.

Each program writes lines, each with a batch number of its own, and hears of each. In the end every line that was answered "taken"
is in the centre's journal exactly once, each program's in the order in which it said them; a line without an answer is there at
most once. Some lives end by SIGTERM instead: then the gateway ends with 0 and leaves no socket behind.

JUYAN_GATEWAY_CYCLES (30), JUYAN_SEED. Uses $JUYAN and $JUYAN_TESTS (the folder of gateway_load).
also: slow
"""
import json
import os
import random
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
CYCLES = int(os.environ.get("JUYAN_GATEWAY_CYCLES", "30"))
SEED = int(os.environ.get("JUYAN_SEED", "0")) or int.from_bytes(os.urandom(4), "big")
JUYAN = os.environ.get("JUYAN", "build/juyan")
LOOK = os.path.join(os.environ.get("JUYAN_TESTS", "build/tests"), "gateway_load")
SPEAKERS, PATIENCE_S, WRONG_EVERY, UNHEARD = 3, 60, 97, 500

chance = random.Random(SEED)


class Wrong(Exception):
    pass


def juyan(*arguments, code=0):
    done = subprocess.run([JUYAN, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE_S)
    if done.returncode != code:
        raise Wrong(f"juyan {' '.join(arguments)} ended with {done.returncode}; expected {code}: {done.stdout}{done.stderr}")
    return done.stdout


def wait_for(what, until):
    deadline = time.monotonic() + PATIENCE_S
    while not until():
        if time.monotonic() > deadline:
            raise Wrong(f"{what} took more than {PATIENCE_S} s")
        select.select(0.01)


select = selectors.DefaultSelector()


class Speaker:
    """A program of the gate: says lines with numbers of its own, and keeps what it heard of each."""

    def __init__(self, name):
        self.name, self.said, self.taken, self.unheard, self.socket = name, 0, [], [], None

    def connect(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        wait_for("connecting", lambda: self.socket.connect_ex(path) == 0)
        self.socket.setblocking(False)
        self.out, self.rest, self.pending = b"", b"", []

    def lines(self):
        for _ in range(chance.choice((1, 5, 200))):
            self.said += 1
            batch = f"{self.name}-{self.said}"
            wrong = self.said % WRONG_EVERY == 0
            event = {"occurred_at_ms": 1738281600000 + self.said, "port": "ceke", "batch_no": batch}
            event["unsaid" if wrong else "released"] = {}
            self.pending.append((batch, wrong))
            self.out += json.dumps(event).encode() + b"\n"

    def hear(self, answer):
        batch, wrong = self.pending.pop(0)
        if wrong != ("wrong" in answer) or (not wrong and answer.get("taken") is not True):
            raise Wrong(f"of {batch} it says {answer}")
        if not wrong:
            self.taken.append(batch)

    def speak(self):
        """One turn; False: the gateway has gone."""
        if not self.out and len(self.pending) < UNHEARD:
            self.lines()
        try:
            if self.out:
                self.out = self.out[self.socket.send(self.out):]
        except BlockingIOError:
            pass
        except OSError:
            return False
        return self.listen()

    def listen(self):
        try:
            data = self.socket.recv(65536)
        except BlockingIOError:
            return True
        except OSError:
            return False
        *whole, self.rest = (self.rest + data).split(b"\n")
        for line in whole:
            self.hear(json.loads(line))
        return data != b""

    def end(self):
        """What the gateway had answered before it went is heard; of the rest nothing is known."""
        deadline = time.monotonic() + PATIENCE_S
        while self.listen() and time.monotonic() < deadline:
            select.select(0.001)
        self.unheard += [batch for batch, wrong in self.pending if not wrong]
        self.socket.close()


class World:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="juyan-gateway-")
        self.data, self.spool = os.path.join(self.folder, "d"), os.path.join(self.folder, "spool")
        self.path, self.key = os.path.join(self.folder, "gate"), os.path.join(self.folder, "gate.key")
        self.log = open(os.path.join(self.folder, "log"), "ab")
        self.centre = self.gateway = None
        self.speakers = [Speaker(name) for name in "abcdefgh"[:SPEAKERS]]
        self.start_centre()
        juyan("keys", "make", self.key)
        juyan("keys", "authorise", "--data", self.data, "--name", "gate", "--ports", "ceke", "--kinds", "*", self.key + ".pub")

    def start_centre(self):
        self.centre = subprocess.Popen([JUYAN, "serve", "--data", self.data, "--set", "listen=", "--set", "dashboard_listen=",
            "ingest", "query"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log, text=True)
        if not any(line == "ready\n" for line in iter(self.centre.stdout.readline, "")):
            raise Wrong("the centre did not start")

    def kill_centre(self):
        self.centre.kill()
        self.centre.wait()
        self.centre.stdout.close()
        self.centre = None

    def start_gateway(self):
        self.gateway = subprocess.Popen([JUYAN, "gateway", "--data", self.data, "--key", self.key, "--spool", self.spool,
            "--listen", self.path], stdin=subprocess.DEVNULL, stderr=self.log)

    def one_life(self):
        if self.centre is None and chance.random() < 0.7:
            self.start_centre()
        elif self.centre is not None and chance.random() < 0.2:
            self.kill_centre()
        if chance.random() < 0.1:  # while it starts
            self.start_gateway()
            time_to_go = time.monotonic() + chance.random() * 0.05
            wait_for("starting", lambda: time.monotonic() > time_to_go)
            self.gateway.kill()
            self.gateway.wait()
        self.start_gateway()
        for speaker in self.speakers:
            speaker.connect(self.path)
        target = sum(len(speaker.taken) for speaker in self.speakers) + chance.randrange(1, 3000)
        deadline = time.monotonic() + PATIENCE_S
        while sum(len(speaker.taken) for speaker in self.speakers) < target:
            if time.monotonic() > deadline or not all([speaker.speak() for speaker in self.speakers]):
                raise Wrong(f"the gateway went, or does not go on; see {self.folder}/log")
        self.end_gateway(signal.SIGTERM if chance.random() < 0.2 else signal.SIGKILL)

    def end_gateway(self, number):
        self.gateway.send_signal(number)
        code = self.gateway.wait(PATIENCE_S)
        if number == signal.SIGTERM and (code != 0 or os.path.exists(self.path)):
            raise Wrong(f"on SIGTERM the gateway ended with {code}")
        self.gateway = None
        for speaker in self.speakers:
            speaker.end()

    def bring_all(self):
        """A gateway without programs brings what is left."""
        if self.centre is None:
            self.start_centre()
        self.start_gateway()
        wait_for("bringing all", lambda: json.loads(juyan("spool", "show", "--json", self.spool))["waiting"] == 0)
        self.gateway.terminate()
        self.gateway.wait(PATIENCE_S)
        self.kill_centre()

    def check(self):
        there = subprocess.check_output([LOOK, "look", self.data], text=True).split()
        if len(set(there)) != len(there):
            raise Wrong(f"{len(there) - len(set(there))} of {len(there)} events are there twice")
        for speaker in self.speakers:
            own = [batch for batch in there if batch.split("-")[0] == speaker.name]
            taken, may = set(speaker.taken), set(speaker.unheard)
            if [batch for batch in own if batch in taken] != speaker.taken:
                raise Wrong(f"of program {speaker.name} {len(taken - set(own))} taken lines are missing, or not in their order")
            if set(own) - taken - may:
                raise Wrong(f"of program {speaker.name} is there what it never said")
        return len(there)

    def close(self, keep):
        for process in (self.gateway, self.centre):
            if process and process.poll() is None:
                process.kill()
                process.wait()
        self.log.close()
        if not keep:
            shutil.rmtree(self.folder)


def main():
    print(f"seed={SEED} cycles={CYCLES}", flush=True)
    world, ok, done = World(), False, 0
    try:
        for done in range(CYCLES):
            world.one_life()
        world.bring_all()
        events = world.check()
        juyan("verify", "--data", world.data)
        print(f"{CYCLES} lives, {events} events: all that was taken is there once, in order")
        ok = True
    except (Wrong, OSError, subprocess.SubprocessError) as wrong:
        print(f"life {done}: {wrong}\nseed={SEED}; all is kept in {world.folder}")
    finally:
        world.close(keep=not ok)
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
