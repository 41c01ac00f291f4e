#!/usr/bin/python3
"""Flips bits of a ledger's file and cuts it short, at random, and has each damaged file proved (flip_load.c): it is found to be
damaged, with a sentence, or all its tables are what they were. Never a signal, never a hang, never another truth.

Two ledgers of 2,000 events: one that was written in few commits, nearly all of whose pages are in use, and one of many.
JUYAN_FLIPS (500) for each, JUYAN_SEED. Uses $JUYAN_TESTS.
also: address slow
"""
import os
import random
import shutil
import subprocess
import sys

from faults import TESTS, memory_folder

SEED = int(os.environ.get("JUYAN_SEED", "0")) or int.from_bytes(os.urandom(4), "big")
FLIPS = int(os.environ.get("JUYAN_FLIPS", "500"))
EVENTS = 2000


def main():
    print(f"seed={SEED} flips={FLIPS}", flush=True)
    chance = random.Random(SEED)
    for group in (400, 40):
        folder = memory_folder("juyan-flips-")
        data = os.path.join(folder, "d")
        subprocess.run([os.path.join(TESTS, "ledger_load"), "write", data, str(EVENTS), str(group)], check=True,
            stdout=subprocess.DEVNULL)
        done = subprocess.run([os.path.join(TESTS, "flip_load"), data, str(chance.getrandbits(32)), str(FLIPS), str(FLIPS // 20)],
            capture_output=True, text=True, check=False)
        print(f"groups of {group}: {done.stdout.strip()}", flush=True)
        if done.returncode != 0:
            print(f"{done.stderr.strip()}\nseed={SEED}; the ledger is in {folder}")
            return 1
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
