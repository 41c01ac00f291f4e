#!/usr/bin/python3
"""A simulated fortnight as files: each terminal's file is sent with a key of its own, and the totals equal tally.json to the
kilogram. The same command writes the same files, and lines that are meant to be wrong are named by `juyan send`.

JUYAN_SEED. Uses $JUYAN.
"""
import filecmp
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile

JUYAN = os.environ.get("JUYAN", "build/juyan")
SEED = int(os.environ.get("JUYAN_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)
DEADLINE_S = 300
PARTS = ("port", "period", "direction", "mode", "group", "basis")
FIGURES = ("net_kg", "batches", "units", "units_unknown")


class Wrong(Exception):
    pass


def juyan(*arguments, codes=(0,)):
    done = subprocess.run([JUYAN, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode not in codes:
        raise Wrong(f"juyan {' '.join(arguments)} ended with {done.returncode}: {done.stderr.strip() or done.stdout}")
    return done


def terminals(folder):
    """What terminals.yaml says, which is simple enough to be read by hand: [(name, ports, kinds)]."""
    found, name, ports = [], None, None
    for line in open(os.path.join(folder, "terminals.yaml")):
        word, _, rest = line.strip().partition(": ")
        if word == "- name":
            name = rest
        elif word == "ports":
            ports = rest.strip("[]")
        elif word == "kinds":
            found.append((name, ports, rest.strip("[]").replace(" ", "")))
    return found


def figures(rows):
    return {tuple(row[part] for part in PARTS): tuple(row[figure] for figure in FIGURES) for row in rows}


def send_all(data, folder):
    wrong = 0
    for name, ports, kinds in terminals(folder):
        key = os.path.join(folder, name + ".key")
        juyan("keys", "make", key)
        juyan("keys", "authorise", key + ".pub", "--data", data, "--name", name, "--ports", ports, "--kinds", kinds)
        file = os.path.join(folder, name + ".ndjson")
        done = juyan("send", file, "--key", key, "--data", data, codes=(0, 1))
        wrong += sum(line.startswith((file + ":", f"juyan send: {file}:")) for line in done.stderr.split("\n"))
    return wrong


def run(data, folder):
    options = ["--seed", str(SEED), "--from", "2025-09-20", "--to", "2025-10-05", "--scale", "0.3", "--rail", "--by", "day"]
    for name in ("once", "again"):
        juyan("simulate", "--out", os.path.join(folder, name), *options)
    once, again = os.path.join(folder, "once"), os.path.join(folder, "again")
    names = sorted(os.listdir(once))
    if filecmp.cmpfiles(once, again, names, shallow=False)[0] != names:
        raise Wrong("the same command wrote other files")
    wrong = send_all(data, once)
    tally = json.load(open(os.path.join(once, "tally.json")))
    ledger = json.loads(juyan("totals", "--data", data, "--json", "--period", "day", "--by", ",".join(PARTS)).stdout)
    expected, found = figures(tally["rows"]), figures(ledger)
    different = [key for key in sorted(set(expected) | set(found)) if expected.get(key) != found.get(key)]
    if different or not expected:
        key = different[0] if different else None
        raise Wrong(f"{len(different)} rows differ, first {key}: the tally has {expected.get(key)}, the ledger {found.get(key)}")
    print(f"{tally['events']} events in {len(names) - 2} files, {wrong} lines named as wrong; {len(expected)} rows, "
        f"{tally['net_kg']} kg, equal")
    juyan("verify", "--data", data)


def main():
    print(f"seed={SEED}", flush=True)
    signal.signal(signal.SIGALRM, lambda *_: sys.exit(f"not done in {DEADLINE_S} s"))
    signal.alarm(DEADLINE_S)
    folder = tempfile.mkdtemp(prefix="juyan-files-")
    data = os.path.join(folder, "data")
    server = subprocess.Popen([JUYAN, "serve", "--data", data, "--set", "listen=tcp://127.0.0.1:0"], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        if not any(line.startswith("ready") for line in server.stdout):
            raise Wrong("serve ended before it was ready")
        run(data, folder)
    except Wrong as wrong:
        print(f"test_simulate_files.py: {wrong}", file=sys.stderr)
        return 1
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


sys.exit(main())
