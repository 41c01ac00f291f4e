#!/usr/bin/python3
"""The simulated Ceke and Wuliji, 2023 to 2025, go live into a server, and the ledger's totals equal the simulator's own tally to
the kilogram: by month, direction, mode, group and basis, with batches and units, and by day where the record was set.

On the way the simulator is interrupted (what it then says must be on disk is what the ledger counts), and later the server is
stopped and started again under it. The published milestones come out of the ledger, and `juyan verify` recounts it.

JUYAN_SIMULATE_SCALE (1: the real traffic, five million events), JUYAN_SEED. Uses $JUYAN.
also: slow
"""
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile

JUYAN = os.environ.get("JUYAN", "build/juyan")
SCALE = float(os.environ.get("JUYAN_SIMULATE_SCALE", "1"))
SEED = int(os.environ.get("JUYAN_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)
DEADLINE_S = 580
PARTS = ("port", "period", "direction", "mode", "group", "basis")
FIGURES = ("net_kg", "batches", "units", "units_unknown")

# shared figures: first day, last day, kg
MILESTONES = [
    ("2023-01-01", "2023-08-24", 10_000_000_000),
    ("2023-01-01", "2023-09-25", 12_240_000_000),
    ("2023-01-01", "2023-11-02", 14_197_100_000),
    ("2024-01-01", "2024-09-30", 18_440_700_000),
    ("2025-01-01", "2025-12-09", 30_000_000_000),
]


CHILDREN = []


class Wrong(Exception):
    pass


def juyan(*arguments):
    done = subprocess.run([JUYAN, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise Wrong(f"juyan {' '.join(arguments)} ended with {done.returncode}: {done.stderr.strip() or done.stdout}")
    return done.stdout


class Server:
    def __init__(self, data):
        self.data = data

    def start(self):
        self.log = open(os.path.join(self.data, "serve.log"), "a")
        self.child = subprocess.Popen([JUYAN, "serve", "--data", self.data, "--set", "listen=tcp://127.0.0.1:0"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log, text=True)
        CHILDREN.append(self.child)
        for line in self.child.stdout:
            if line.startswith("ready"):
                return
        raise Wrong("serve ended before it was ready: " + open(self.log.name).read()[-2000:])

    def stop(self):
        self.child.send_signal(signal.SIGTERM)
        if self.child.wait() != 0:
            raise Wrong(f"serve ended with {self.child.returncode} after SIGTERM; expected 0")
        self.log.close()


class Simulation:
    """One run of `simulate --live`; its progress is read from stderr, its tally from stdout."""

    def __init__(self, data, *more):
        self.out = open(os.path.join(data, "tally.json"), "w+")
        command = [JUYAN, "simulate", "--live", "--speedup", "max", "--data", data, "--json", "--by", "day"]
        self.child = subprocess.Popen([*command, *more],
            stdin=subprocess.DEVNULL, stdout=self.out, stderr=subprocess.PIPE, text=True)
        CHILDREN.append(self.child)
        self.said = ""

    def until(self, events):
        """Until so many events are on disk, or it has ended; the number."""
        found = 0
        for line in self.child.stderr:
            self.said += line
            number = re.search(r"(\d+) events on disk", line)
            found = int(number.group(1)) if number else found
            if found >= events:
                break
        return found

    def end(self):
        said = self.said + self.child.stderr.read()
        if self.child.wait() != 0:
            raise Wrong(f"simulate ended with {self.child.returncode}: {said[-2000:]}")
        last = said.strip().split("\n")[-1]
        print(last)
        meant, quarantined, refused = map(int, re.search(r"(\d+) meant .* quarantined (\d+), refused (\d+)", last).groups())
        if quarantined > meant or refused > 0:
            raise Wrong(f"{meant} events were meant to be wrong; the server quarantined {quarantined} and refused {refused}")
        self.out.seek(0)
        return json.load(self.out)


def by_part(rows, digits):
    """Sums of the figures by all parts, the period cut to so many characters."""
    sums = {}
    for row in rows:
        key = tuple(row[part][:digits] if part == "period" else row[part] for part in PARTS)
        known = sums.setdefault(key, [0] * len(FIGURES))
        for i, figure in enumerate(FIGURES):
            known[i] += row[figure]
    return sums


def totals(data, period, *more):
    return json.loads(juyan("totals", "--data", data, "--json", "--period", period, "--by", ",".join(PARTS), *more))


def compare(what, tally, ledger):
    different = [key for key in sorted(set(tally) | set(ledger)) if tally.get(key) != ledger.get(key)]
    if different:
        key = different[0]
        raise Wrong(f"{what}: {len(different)} rows differ, first {key}: "
            f"the tally has {tally.get(key)}, the ledger {ledger.get(key)}")
    if not tally:
        raise Wrong(f"{what}: nothing was counted")
    print(f"{what}: {len(tally)} rows, {sum(row[0] for row in tally.values())} kg, equal")


def check_months(data, tally, what):
    compare(what, by_part(tally["rows"], 7), by_part(totals(data, "month"), 7))


def check_record_month(data, tally):
    days = [row for row in tally["rows"] if row["period"].startswith("2023-09")]
    compare("September 2023 by day", by_part(days, 10), by_part(totals(data, "day", "--from", "2023-09", "--to", "2023-09"), 10))


def check_milestones(data):
    for first, last, published in MILESTONES:
        rows = json.loads(juyan("totals", "--data", data, "--json", "--port", "ceke", "--by", "all", "--from", first, "--to", last))
        kg = sum(row["net_kg"] for row in rows)
        print(f"Ceke {first} to {last}: {kg} kg, published {published}")
        # A small simulation is coarse: its last train or truck weighs more than the difference.
        if abs(kg / SCALE - published) > published * (0.03 if SCALE >= 0.1 else 0.2):
            raise Wrong(f"the milestone of {last} is missed by {(kg / SCALE / published - 1) * 100:.1f} %")


def run(data):
    options = ["--seed", str(SEED), "--scale", str(SCALE), "--resend"]
    server = Server(data)
    server.start()
    simulation = Simulation(data, *options)
    simulation.until(int(400_000 * SCALE))
    simulation.child.send_signal(signal.SIGINT)
    check_months(data, simulation.end(), "interrupted")

    simulation = Simulation(data, *options)
    simulation.until(int(2_000_000 * SCALE))
    server.stop()
    server.start()
    tally = simulation.end()
    check_months(data, tally, "whole, by month")
    check_record_month(data, tally)
    check_milestones(data)
    server.stop()
    print(juyan("verify", "--data", data).strip())


def main():
    print(f"seed={SEED} scale={SCALE}", flush=True)
    data = tempfile.mkdtemp(prefix="juyan-simulated-")
    signal.signal(signal.SIGALRM, lambda *_: sys.exit(f"not done in {DEADLINE_S} s"))
    signal.alarm(DEADLINE_S)
    try:
        run(data)
    except Wrong as wrong:
        print(f"test_simulated_ceke.py: {wrong}", file=sys.stderr)
        return 1
    finally:
        for child in CHILDREN:
            if child.poll() is None:
                child.kill()
                child.wait()
        shutil.rmtree(data, ignore_errors=True)
    return 0


sys.exit(main())
