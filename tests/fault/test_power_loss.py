#!/usr/bin/python3
"""Cuts the power at every sync of a run that founds a ledger and takes 2,000 events, before it is done and behind it; and the same
of a terminal's spool that takes and forgets as many.

recorder.c writes down all that the process does to its files; disk.c makes of it what a cut leaves: what was synced, and of the
rest any sectors in any order; power_load.c opens each such folder with the real ledger. It has to open, have all that was
acknowledged by then, count each event once, and a recount has to agree. Last, the same record without its syncs has to be found
out.

JUYAN_POWER_BETWEEN=N (0) cuts at every N-th record between the syncs as well, JUYAN_POWER_ROUNDS (1) repeats it all with other
chances. JUYAN_SEED. Uses $JUYAN_TESTS.
also: slow
"""
import os
import random
import re
import shutil
import struct
import subprocess
import sys

from faults import TESTS, Wrong, memory_folder, run

EVENTS, GROUP = 2000, 4  # so that pages are used again: LMDB's are held back for 256 commits
SEED = int(os.environ.get("JUYAN_SEED", "0")) or int.from_bytes(os.urandom(4), "big")
BETWEEN = os.environ.get("JUYAN_POWER_BETWEEN", "0")
ROUNDS = int(os.environ.get("JUYAN_POWER_ROUNDS", "1"))
WORKERS = len(os.sched_getaffinity(0))
HEAD = struct.Struct("=IIQQII")  # struct record
RECORD_SYNC = 2

chance = random.Random(SEED)


def record(folder, kind):
    """The log of one run."""
    log, data = os.path.join(folder, kind + ".log"), os.path.join(folder, kind)
    environment = os.environ | {"LD_PRELOAD": os.path.join(TESTS, "recorder.so"), "RECORD_LOG": log, "RECORD_FOLDER": data}
    group = [str(GROUP)] if kind == "ledger" else []
    _, lines, _ = run(os.path.join(TESTS, kind + "_load"), "write", data, str(EVENTS), *group, env=environment)
    said = [line for line in lines if line.startswith(("done ", "taken "))]
    if int(said[-1].split()[1]) < EVENTS:
        raise Wrong(f"the run ended with '{said[-1]}'")
    return log, data


def cut(folder, program, log, data, seed, workers=WORKERS):
    """Every cut, shared among the processors; gives the images and the syncs."""
    images = syncs = 0
    works = [subprocess.Popen([os.path.join(TESTS, program), log, data, os.path.join(folder, f"image{i}"), str(seed),
        BETWEEN, str(i + 1), str(workers)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for i in range(workers)]
    said = [work.communicate() for work in works]
    for work, (out, wrong) in zip(works, said):
        if work.returncode != 0:
            raise Wrong(wrong.strip() or f"{program} ended with {work.returncode}")
        found = re.fullmatch(r"images (\d+) syncs (\d+)\n", out)
        images, syncs = images + int(found[1]), int(found[2])  # each worker sees all syncs
    return images, syncs


def without_syncs(log):
    """The record of a disk that is told to sync nothing but the folders and LMDB's head."""
    with open(log, "rb") as file:
        whole = file.read()
    kept, at = [], 0
    while at < len(whole):
        kind, _, _, _, path_bytes, data_bytes = HEAD.unpack_from(whole, at)
        end = at + HEAD.size + path_bytes + data_bytes
        if kind != RECORD_SYNC or not whole[at + HEAD.size:at + HEAD.size + path_bytes].endswith(b"data.mdb"):
            kept.append(whole[at:end])
        at = end
    path = log + ".unsynced"
    with open(path, "wb") as file:
        file.write(b"".join(kept))
    return path


def go_through(folder, kind, program):
    log, data = record(folder, kind)
    shutil.rmtree(data)
    for _ in range(ROUNDS):
        images, syncs = cut(folder, program, log, data, chance.getrandbits(32))
        print(f"{kind}: {images} images of {syncs} syncs: nothing lost, nothing twice", flush=True)
    try:
        cut(folder, program, without_syncs(log), data, SEED, workers=1)
    except Wrong as wrong:
        print(f"{kind}: without its syncs, as it must be: {wrong}", flush=True)
    else:
        raise Wrong(f"a {kind} that syncs nothing is not found out")
    for name in os.listdir(folder):
        if name.startswith("image"):
            shutil.rmtree(os.path.join(folder, name))


def main():
    print(f"seed={SEED} rounds={ROUNDS}", flush=True)
    folder = memory_folder("juyan-power-")
    try:
        go_through(folder, "ledger", "power_load")
        go_through(folder, "spool", "spool_load")
    except Wrong as wrong:
        print(f"{wrong}\nseed={SEED}; the record and the image are kept in {folder}")
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
