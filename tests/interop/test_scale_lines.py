#!/usr/bin/python3
"""A scale that dials in, as `juyan gateway --config` hears it: its load outlives broken lines and kills of the gateway at random
moments, and each load is one weighing, of the right mass; one scale is one connection; a scale that nobody hears is told of.

JUYAN_SCALE_LOADS (8), JUYAN_SEED. Uses $JUYAN.
"""
import collections
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from machines import JUYAN, Gateway, Wrong, gather, wait_for, yaohua
from serving import PATIENCE_S, Server, ask

LOADS = int(os.environ.get("JUYAN_SCALE_LOADS", "8"))
SEED = int(os.environ.get("JUYAN_SEED", "0")) or int.from_bytes(os.urandom(4), "big")
chance = random.Random(SEED)


class Gone(Exception):
    """The line, or the gateway, went while the scale spoke."""


class Scale:
    """Its serial server dials the gateway. What it says it says until the gateway has heard it; at random moments the gateway is
    killed, or the line breaks, and it says the same again."""

    def __init__(self, gateway):
        self.gateway, self.line, self.gate, self.fences = gateway, None, None, 0

    def connect(self):
        self.line, self.gate = self.gateway.connect("scale"), self.gateway.connect("gate")

    def close(self):
        for line in (self.line, self.gate):
            if line is not None:
                line.close()
        self.line = self.gate = None

    def waiting(self):
        return [json.loads(line)["event"] for line in self.shown("--json").splitlines()]

    def shown(self, *more):
        return subprocess.run([JUYAN, "gateway", "waiting", *more, "--config", self.gateway.config], capture_output=True, text=True,
            timeout=PATIENCE_S, check=True).stdout

    def weighings(self):
        return collections.Counter(int(event["unit_weighed"]["gross_kg"]) for event in self.waiting() if "unit_weighed" in event)

    def fence(self):
        """All that was said before is on disk: twice, since of a new connection another one may be read first."""
        for _ in range(2):
            self.fences += 1
            plate = f"蒙L{self.fences:05d}"
            self.gate.sendall(gather(self.fences, plate))
            wait_for("a fence", lambda: any(event.get("unit_arrived", {}).get("unit_id") == plate for event in self.waiting()))

    def disturb(self):
        """Perhaps: the gateway dies, or the line breaks."""
        dice = chance.random()
        if dice < 0.25:
            self.gateway.kill()
            self.close()
            self.gateway.start()
            self.connect()
            return True
        if dice < 0.45:
            self.close()
            self.connect()
            return True
        return False

    def hold(self, kg):
        """It stands still, until that is heard."""
        while True:
            self.line.sendall(yaohua(kg) * chance.randrange(6, 40))
            if self.disturb():
                continue
            self.fence()
            if not self.disturb():
                return
            self.line.sendall(yaohua(kg) * 6)
            self.fence()
            return

    def roll(self, from_kg, to_kg):
        for i in range(6):
            self.line.sendall(yaohua(from_kg + (to_kg - from_kg) * (i + 1) // 7 + i % 2 * 20))
        self.disturb()


def test_each_load_is_one_weighing(world):
    """Whatever is killed or breaks between load on and load off."""
    gateway = world.gateway("loads", [{"name": "scale", "connector": "yaohua", "listen": "127.0.0.1:0", "lane": "L1"},
        {"name": "gate", "connector": "gate", "listen": "127.0.0.1:0"}]).start()
    scale, masses = Scale(gateway), [chance.randrange(40000, 150000, 20) for _ in range(LOADS)]
    scale.connect()
    scale.hold(0)
    for kg in masses:
        scale.roll(600, kg // 2)
        if chance.random() < 0.5:
            scale.hold(kg // 2)
        scale.roll(kg // 2, kg)
        scale.hold(kg)
        scale.roll(kg, kg // 3)
        if chance.random() < 0.5:
            scale.hold(kg // 3)
        scale.hold(0)
    found = scale.weighings()
    if found != collections.Counter(masses):
        raise Wrong(f"the loads were {sorted(masses)}; the weighings are {sorted(found.elements())}")
    rows = [line.split() for line in scale.shown().splitlines()]
    if not all(any("L1" in row and str(kg) in row for row in rows) for kg in masses):  # what a person needs to find the vehicle
        raise Wrong(f"of the loads {masses} a person sees {rows}")
    scale.close()
    gateway.end()


def test_one_scale_is_one_connection(world):
    """Who speaks is heard, another one is turned away; a line that has been silent for long gives way to the next."""
    gateway = world.gateway("one", [{"name": "scale", "connector": "yaohua", "listen": "127.0.0.1:0"}]).start()
    first = gateway.connect("scale")
    gateway.wait("connection_made")
    first.sendall(yaohua(0) * 3)
    with gateway.connect("scale") as second:
        second.settimeout(PATIENCE_S)
        if second.recv(1) != b"":
            raise Wrong("a second connection was let in")
    gateway.wait("turned_away")
    tried = []

    def let_in():
        tried.append(gateway.connect("scale"))
        return gateway.log().count("connection_made") == 2
    wait_for("the next connection", let_in)
    for line in [first, *tried]:
        line.close()
    gateway.end()


def test_more_connections_are_refused(world):
    """Two scales at one address would be one scale with two loads."""
    gateway = world.gateway("more", [{"name": "scale", "connector": "yaohua", "listen": "127.0.0.1:0", "connections": 2}])
    with open(gateway.config, "w", encoding="utf-8") as file:
        json.dump({**gateway.settings, "sources": gateway.sources}, file)
    done = subprocess.run([JUYAN, "gateway", "--config", gateway.config], capture_output=True, text=True, timeout=PATIENCE_S,
        check=False)
    if done.returncode != 2 or "connections: expected 1" not in done.stderr:
        raise Wrong(f"it ended with {done.returncode}: {done.stderr}")


def test_a_scale_that_never_dials_is_offline(world):
    """Also one that said goodbye: the centre hears of both."""
    gateway = world.gateway("never", [{"name": "scale", "connector": "yaohua", "listen": "127.0.0.1:0", "silent_s": 5}]).start()

    def stands(condition):
        return lambda: [row["condition"] for row in ask("machines", "--data", world.server.data)["rows"]] == [condition]
    wait_for("OFFLINE", stands("offline"))
    with gateway.connect("scale") as line:
        line.sendall(yaohua(0) * 3)
        wait_for("WORKING", stands("working"))
    wait_for("OFFLINE", stands("offline"))
    gateway.end()


class World:
    def __init__(self):
        self.root = tempfile.mkdtemp(prefix="juyan-scales-")
        self.server = Server(os.path.join(self.root, "d"))
        self.gateways = []

    def gateway(self, name, sources):
        self.gateways.append(Gateway(os.path.join(self.root, name), self.server, sources))
        return self.gateways[-1]


def main():
    print(f"seed={SEED}", flush=True)
    world, ok = World(), False
    try:
        for name, test in list(globals().items()):
            if name.startswith("test_") and (not sys.argv[1:] or name in sys.argv[1:]):
                print(name, flush=True)
                test(world)
        world.server.close()
        ok = True
    except (Wrong, OSError, subprocess.SubprocessError) as wrong:
        world.server.kill()
        print(f"{wrong}\nseed={SEED}; all is kept in {world.root}")
    finally:
        for gateway in world.gateways:
            gateway.kill()
    if ok:
        shutil.rmtree(world.root)
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
