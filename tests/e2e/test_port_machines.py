#!/usr/bin/python3
"""A port's machines beside one `juyan gateway --config`, which speaks to one `juyan serve`: gates in both dialects with customs'
platform behind them, four weighbridges, a folder of manifests and receipts, three fleets of vehicles at a broker (one with a
manager whose JSON is read by a mapping), trains with their lists or with SMGS bills, a container yard. The ledger's totals equal an
independent tally to the kilogram, in batches and in units; and once more with the gateway and the broker killed, and the centre
stopped and killed, at random moments.

JUYAN_SEED. JUYAN_DAY=1: a day at the record instead, 3,127 vehicles and 217 kt at a hundred times its speed (tests/run --soak
day=1). Uses $JUYAN.

also: slow
"""
import os
import random
import shutil
import sys
import tempfile
import time

sys.dont_write_bytecode = True
from port_day import BROKEN, Day
from port_machines import free_port
from port_plan import Plan
from port_tally import differences, totals
from serving import Server, ask
from machines import Wrong

SEED = int(os.environ.get("JUYAN_SEED", "0")) or int.from_bytes(os.urandom(4), "big")
DAYS = int(os.environ.get("JUYAN_DAY", "0"))
RECORD_VEHICLES, SPEED = 3127, 100
FALLS_MAX = 4  # of the broker: each makes the gateway wait longer before it dials again


class Centre:
    """`juyan serve` at one place, however often it ends."""

    def __init__(self, root, chance):
        self.data, self.listen = os.path.join(root, "d"), f"tcp://127.0.0.1:{free_port(chance)}"
        self.start()

    def __getattr__(self, name):
        return getattr(self.server, name)

    def start(self):
        self.server = Server(self.data, self.listen)

    def totals(self):
        rows = ask("totals", "--data", self.data, "--by", "port,direction,mode,group,basis")
        return {tuple(row[name] for name in ("port", "direction", "mode", "group", "basis")):
            (row["net_kg"], row["batches"], row["units"]) for row in rows}


def compare(centre, day):
    """The centre may need a moment for what has just come."""
    ours = totals(day.plan.batches(), "ceke")
    deadline, theirs = time.monotonic() + 60, None
    while theirs != ours and time.monotonic() < deadline:
        theirs = centre.totals()
    if theirs != ours:
        raise Wrong("the ledger and the tally differ:\n" + "\n".join(differences(ours, theirs)))
    kg, batches, units = (sum(row[i] for row in ours.values()) for i in range(3))
    print(f"{day.plan.vehicles()} vehicles; counted and equal: {kg} kg, {batches} batches, {units} units in {len(ours)} rows",
        flush=True)


def check_folders(day):
    """What is broken lies in rejected/ beside its reason, and nothing else."""
    wanted = sorted([*BROKEN, *(name + ".txt" for name in BROKEN)])
    for name, folder in day.folders.items():
        if folder.rejected() != (wanted if name == "manifests" else []):
            raise Wrong(f"{name}/rejected has {folder.rejected()}; expected {wanted if name == 'manifests' else []}")
        if folder.done() != folder.dropped - (len(BROKEN) if name == "manifests" else 0):
            raise Wrong(f"{name}/done has {folder.done()} files of {folder.dropped}")


def trouble(day, centre, chance):
    """Beside the machines: the gateway and the broker are killed, the centre is stopped or killed, as long as something happens."""
    kills = stops = falls = 0
    while day.life.wait(chance.uniform(0.3, 1.2)) and day.unfinished > 0:
        draw = chance.random()
        if falls < FALLS_MAX and (falls == 0 or draw < 0.2):
            day.broker.fall(chance.uniform(0, 0.5), day.life)
            falls += 1
        elif draw < 0.75:
            day.life.number += 1
            day.gateway.kill()
            day.life.wait(chance.uniform(0, 0.5))
            day.gateway.start()
            day.life.number += 1
            kills += 1
        else:
            (centre.kill if chance.random() < 0.5 else centre.close)()
            day.life.wait(chance.uniform(0, 1))
            centre.start()
            stops += 1
    print(f"the gateway was killed {kills} times, the broker {falls} times, the centre was away {stops} times", flush=True)


def processor_s(child):
    with open(f"/proc/{child.pid}/stat", encoding="utf-8") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def run(root, seed, vehicles, seconds, troubled, faster=1):
    chance = random.Random(seed)
    os.makedirs(root)
    centre = Centre(root, chance)
    day = Day(root, centre, Plan(random.Random(seed), vehicles), lambda name: random.Random(f"{seed}-{name}"), seconds, faster)
    ok = False
    try:
        day.start()
        begun = time.monotonic()
        disturber = day.life.start(trouble, day, centre, chance) if troubled else None
        day.run()
        if disturber is not None:
            disturber.join()
        day.check_failure()
        day.gateway.all_there()
        took_s = time.monotonic() - begun
        shares = [f"{name} {processor_s(child) / took_s:.1%}" for name, child in
            (("gateway", day.gateway.child), ("serve", centre.server.child))]
        compare(centre, day)
        check_folders(day)
        if not troubled:
            print(f"{took_s:.0f} s; of one processor: {', '.join(shares)}", flush=True)
        day.gateway.end()
        centre.server.close()
        ok = True
    finally:
        day.end()
        if not ok:
            day.check_failure()
            centre.server.kill()


def main():
    print(f"seed={SEED}", flush=True)
    root = tempfile.mkdtemp(prefix="juyan-port-")
    try:
        for i in range(DAYS):
            run(os.path.join(root, f"day-{i}"), SEED + i, RECORD_VEHICLES, 86400 / SPEED, troubled=False, faster=SPEED)
        if DAYS == 0:
            run(os.path.join(root, "calm"), SEED, 150, 12, troubled=False)
            run(os.path.join(root, "troubled"), SEED + 1, 100, 12, troubled=True)
    except (Wrong, OSError) as wrong:
        print(f"{wrong}\nseed={SEED}; all is kept in {root}")
        return 1
    shutil.rmtree(root)
    return 0


if __name__ == "__main__":
    sys.exit(main())
