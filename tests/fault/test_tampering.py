#!/usr/bin/python3
"""A year's ledger, its backup, and a checkpoint that was given away before the last events came. Single bytes of the ledger's file
and of the backup's are flipped, files are cut and left out: `juyan verify` against that checkpoint finds each, or no row of any
table differs. Seeded (JUYAN_SEED); JUYAN_CASES says how many of each kind.
also: slow
"""
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from serving import JUYAN, Server, Wrong, ask, run

CASES = int(os.environ.get("JUYAN_CASES", "60"))
HEADS_BYTES = 2 * 4096  # of data.mdb
PATIENCE_S = 300


def verify(*where):
    """(exit code, what --json says or None, the sentence)."""
    done = subprocess.run([JUYAN, "verify", *where, "--json"], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=PATIENCE_S)
    if done.returncode < 0 or done.returncode not in (0, 1, 3, 4):
        raise Wrong(f"verify ended with {done.returncode}: {done.stderr}")
    said = json.loads(done.stdout) if done.returncode < 2 else None
    return done.returncode, said, said.get("difference", "") if said else done.stderr.strip()


class Flipped:
    """One byte of a file is another one, for a while."""

    def __init__(self, path, at, mask):
        self.path, self.at, self.mask = path, at, mask

    def flip(self):
        with open(self.path, "r+b") as file:
            file.seek(self.at)
            byte = file.read(1)[0]
            file.seek(self.at)
            file.write(bytes([byte ^ self.mask]))

    def __enter__(self):
        self.flip()

    def __exit__(self, *nothing):
        self.flip()


def make_year(folder):
    data, backup = os.path.join(folder, "data"), os.path.join(folder, "backup")
    server = Server(data)
    try:
        run("checkpoint", "key", "--data", data)
        for stage in range(2):  # so that the backup has several files
            load = subprocess.Popen([JUYAN, "simulate", "--live", "--data", data, "--from", "2025-01-01", "--to", "2025-12-31",
                "--rail", "--scale", "0.005", "--speedup", "max", "--quiet"], stdout=subprocess.DEVNULL)
            while stage == 0 and load.poll() is None and ask("backup", "--data", data, "--to", backup)["last_lsn"] < 1000:
                pass
            if stage == 0:
                load.send_signal(2)
            if load.wait(PATIENCE_S) != 0 and stage == 1:
                raise Wrong("the simulation failed")
            ask("backup", "--data", data, "--to", backup)
        published = os.path.join(folder, "published.txt")
        run("checkpoint", "--data", data, "--out", published)
        after = os.path.join(folder, "after.ndjson")
        with open(after, "w", encoding="utf-8") as file:
            for i in range(20):
                print(json.dumps({"occurred_at_ms": 1767000000000 + i, "port": "ceke", "batch_no": f"after-{i}", "released": {}}),
                    file=file)
        run("send", after, "--data", data)
        ask("backup", "--data", data, "--to", backup)
    finally:
        server.close()
    return data, backup, ("--checkpoint", published, "--public-key", os.path.join(data, "keys", "checkpoint.key.pub"))


def flip_ledger(data, proof, right, chance):
    """Found, or the journal has the same chain and every table is what that journal makes: no row differs."""
    path, found, harmless, rolled_back = os.path.join(data, "ledger", "data.mdb"), 0, 0, 0
    for case in range(CASES):
        # The heads are two pages of thousands, and those that matter most.
        size = HEADS_BYTES if case % 10 == 0 else os.path.getsize(path)
        at, mask = chance.randrange(size), 1 << chance.randrange(8)
        with Flipped(path, at, mask):
            code, said, sentence = verify("--data", data, *proof)
        if code != 0:
            found += 1
        elif said["chain"] == right["chain"] and said["rows"] == right["rows"]:
            harmless += 1
        elif at < HEADS_BYTES and said["last_lsn"] < right["last_lsn"]:
            rolled_back += 1  # only what came after the checkpoint is gone
        else:
            raise Wrong(f"a flipped byte at {at} (mask {mask}) was not found: {said} instead of {right}")
    print(f"ledger: {CASES} flipped bytes, {found} found, {harmless} where no row differs, {rolled_back} of the last commit's head")
    if found == 0:
        raise Wrong("no flipped byte was found at all")


def flip_backup(backup, proof, chance):
    files = sorted(os.path.join(backup, n) for n in os.listdir(backup) if n.endswith(".jnl"))
    sizes = [os.path.getsize(path) for path in files]
    for _ in range(CASES):
        path = chance.choices(files, weights=sizes)[0]
        at, mask = chance.randrange(os.path.getsize(path)), 1 << chance.randrange(8)
        with Flipped(path, at, mask):
            code, _, sentence = verify("--archive", backup, *proof)
        if code != 1 or sentence == "":
            raise Wrong(f"a flipped byte at {at} of {path} (mask {mask}) was not found: {code} {sentence}")
    print(f"backup: {CASES} flipped bytes in {len(files)} files, all found")


def tamper_with_files(backup, folder, proof, chance):
    files = sorted(os.path.join(backup, n) for n in os.listdir(backup) if n.endswith(".jnl"))
    aside, cases = os.path.join(folder, "aside"), 0
    for path in files:
        last = path == files[-1]
        os.rename(path, aside)
        code, said, sentence = verify("--archive", backup, *proof)
        # Without its last file the backup ends behind the checkpoint, or before it.
        if code != 1 and not (last and said["last_lsn"] >= said["checkpoint_lsn"]):
            raise Wrong(f"a missing file was not found: {path}: {said}")
        with open(path, "wb") as file, open(aside, "rb") as whole:
            file.write(whole.read()[:chance.randrange(os.path.getsize(aside))])
        code, _, sentence = verify("--archive", backup, *proof)
        if code != 1:
            raise Wrong(f"a file that was cut was not found: {path}")
        os.replace(aside, path)
        cases += 2
    expect_right(verify("--archive", backup, *proof))
    print(f"backup: {cases} times a file was missing or cut")


def expect_right(said):
    if said[0] != 0 or not said[1]["right"]:
        raise Wrong(f"it was right, and is not: {said}")


def main():
    seed = int(os.environ.get("JUYAN_SEED") or time.time_ns() % 2**31)
    print(f"seed={seed}", flush=True)
    chance = random.Random(seed)
    folder = tempfile.mkdtemp(prefix="juyan-tamper-")
    try:
        data, backup, proof = make_year(folder)
        right = verify("--data", data, *proof)
        expect_right(right)
        expect_right(verify("--archive", backup, *proof))
        flip_backup(backup, proof, chance)
        tamper_with_files(backup, folder, proof, chance)
        flip_ledger(data, proof, right[1], chance)
        expect_right(verify("--data", data, *proof))
    except Wrong as wrong:
        print(wrong, file=sys.stderr)
        sys.exit(1)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
