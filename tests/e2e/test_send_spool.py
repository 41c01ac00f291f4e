#!/usr/bin/python3
"""`juyan send --spool` and `juyan spool` as a user meets them: a file counts once through any crash, with the centre away and back;
a stolen key's spool goes on under a new one.

The sender is killed while it takes and while it brings, and started again; each batch of the file is at the centre once.
"""
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
from serving import JUYAN, PATIENCE_S, Server, Wrong, ask, run

SEED = int(os.environ.get("JUYAN_SEED", "0")) or int.from_bytes(os.urandom(4), "big")
KG, BATCHES, KILLS, KEY_CHARACTERS = 1000, 20000, 12, 40

chance = random.Random(SEED)


def write(path, name, batches, wrong=False):
    with open(path, "w") as file:
        for i in range(batches):
            head = {"occurred_at_ms": 1738281600000 + i, "port": "ceke", "batch_no": f"{name}-{i}"}
            unit = {"unit_id": f"U{i}", "declared_kg": str(KG)}
            waybill = {"waybill_no": f"W{i}", "goods": [{"description": "coal", "declared_kg": KG}]}
            lodged = {"direction": "IMPORT", "mode": "TRUCK", "units": [unit], "waybills": [waybill]}
            file.write(json.dumps({**head, "manifest_lodged": lodged}) + "\n")
            file.write(json.dumps({**head, "released": {}}) + "\n")
        if wrong:
            file.write('{"port": 7}\n')
    return path


def expect(what, said, **expected):
    for name, value in expected.items():
        if said[name] != value:
            raise Wrong(f"{what}: {name} is {said[name]}; expected {value}: {said}")


def expect_at_centre(server, batches):
    rows = ask("totals", "--data", server.data, "--from", "2025", "--to", "2025")
    said = (sum(row["batches"] for row in rows), sum(row["net_kg"] for row in rows))
    if said != (batches, batches * KG):
        raise Wrong(f"(batches, kg) are {said}; expected {(batches, batches * KG)}")


def new_key(folder, server, name, *rights):
    path = os.path.join(folder, name + ".key")
    run("keys", "make", path)
    run("keys", "authorise", "--data", server.data, *rights, path + ".pub")
    return path


class Terminal:
    def __init__(self, folder, server, key):
        self.spool, self.key = os.path.join(folder, "spool"), key
        self.where = ("--connect", server.tcp, "--server-key", os.path.join(server.data, "keys", "server.key.pub"))

    def send(self, *arguments, code=0):
        return ask("send", "--spool", self.spool, *self.where, "--key", self.key, "--wait", "60", *arguments, code=code)

    def look(self):
        return ask("spool", "show", self.spool)

    def kill_at(self, path, when):
        """Starts sending, and kills it once `when` holds of the spool; False: it had ended before."""
        child = subprocess.Popen([JUYAN, "send", "--spool", self.spool, *self.where, "--key", self.key, path],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + PATIENCE_S
        while child.poll() is None and time.monotonic() < deadline:
            shown = subprocess.run([JUYAN, "spool", "show", "--json", self.spool], capture_output=True, text=True)
            if shown.returncode == 0 and when(json.loads(shown.stdout)):
                child.send_signal(signal.SIGKILL)
                break
        return child.wait(PATIENCE_S) == -signal.SIGKILL


def test_crashes(folder, server, terminal):
    path, kills, events = write(os.path.join(folder, "big.ndjson"), "B", BATCHES), 0, 2 * BATCHES
    for i in range(KILLS):
        taken = chance.randrange(events)
        confirmed = chance.randrange(events // 4) * i // 2
        kills += terminal.kill_at(path, lambda at: at["taken"] >= taken and at["confirmed"] >= confirmed)
    said = terminal.send(path)
    expect("after the kills", said, read=events, wrong=0, waiting=0, conflict=0, quarantined=0)
    if said["known"] + said["taken"] != events:
        raise Wrong(f"known and taken are not all: {said}")
    expect("the spool", terminal.look(), taken=events, confirmed=events, waiting=0, lost_there=0)
    expect_at_centre(server, BATCHES)
    expect("once more", terminal.send(path), known=events, taken=0, waiting=0)
    expect_at_centre(server, BATCHES)
    return kills


def test_centre_away(folder, server, terminal):
    server.close()
    path = write(os.path.join(folder, "away.ndjson"), "A", 50, wrong=True)
    said = ask("send", "--spool", terminal.spool, *terminal.where, "--key", terminal.key, "--wait", "1", path, code=3)
    expect("away", said, read=100, wrong=1, taken=100, waiting=100)
    out, complaint = run("send", "--spool", terminal.spool, *terminal.where, "--key", terminal.key, "--wait", "1", code=3)
    if "waiting" not in out or "100   in the spool" not in out or "the centre took nothing for 1 s" not in complaint:
        raise Wrong(f"with the centre away it says: {out}{complaint}")
    server = Server(server.data)
    terminal.where = (terminal.where[0], server.tcp, *terminal.where[2:])
    expect("back", terminal.send(), read=0, taken=0, waiting=0)
    expect_at_centre(server, BATCHES + 50)
    return server


def test_stolen(folder, server, terminal):
    """The administrator puts a new key in the old one's place; what waited goes out under it."""
    nowhere = ("--connect", "tcp://127.0.0.1:1", *terminal.where[2:])
    run("send", "--spool", terminal.spool, *nowhere, "--key", terminal.key, "--wait", "1",
        write(os.path.join(folder, "stolen.ndjson"), "S", 30), code=3)
    fresh = os.path.join(folder, "fresh.key".rjust(KEY_CHARACTERS - len(folder) - len("/.pub"), "x"))  # read as a key once
    run("keys", "make", fresh)
    said = run("keys", "authorise", "--data", server.data, "--replaces", "gate", "--by", "Li", "--reason", "the box was stolen",
        fresh + ".pub")[0]
    if "\"gate\" is authorised" not in said or "\"gate\" is revoked" not in said:
        raise Wrong(f"keys authorise --replaces says: {said}")
    run("keys", "authorise", "--data", server.data, "--replaces", "1", fresh + ".pub", code=2)
    run("send", "--spool", terminal.spool, *terminal.where, "--key", terminal.key, "--wait", "2", code=3)
    run("send", "--spool", terminal.spool, *terminal.where, "--key", fresh, code=1)  # still the old key's
    said = run("spool", "hand-over", terminal.spool, fresh + ".pub")[0]
    if "60 events that wait" not in said:
        raise Wrong(f"spool hand-over says: {said}")
    terminal.key = fresh
    expect("under the new key", terminal.send(), waiting=0, conflict=0, quarantined=0)
    expect_at_centre(server, BATCHES + 80)
    keys = ask("keys", "list", "--data", server.data)
    rights = [(key["ports"], key["kinds"], bool(key.get("revoked"))) for key in keys if key["name"] == "gate"]
    if len(fresh + ".pub") != KEY_CHARACTERS or rights != [(["ceke"], ["*"], True), (["ceke"], ["*"], False)]:
        raise Wrong(f"the rights are {rights}")


def test_looking(folder):
    run("spool", "show", os.path.join(folder, "nowhere"), code=1)
    run("spool", "hand-over", os.path.join(folder, "nowhere"), os.path.join(folder, "gate.key.pub"), code=1)
    if os.path.exists(os.path.join(folder, "nowhere")):
        raise Wrong("looking has made a folder")
    run("spool", "show", code=2)
    run("send", code=2)


def test_bench(folder):
    """That it measures; how fast it is depends on who else is at work."""
    command = [JUYAN, "bench", "catch-up", "--events", "3000", "--dir", folder, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)
    said = json.loads(done.stdout) if done.returncode in (0, 1) else {}
    if said.get("events") != 3000 or (said["ratio"] >= 0.5) != (done.returncode == 0):
        raise Wrong(f"bench catch-up ended with {done.returncode}: {done.stdout}{done.stderr}")


def main():
    print(f"seed={SEED}", flush=True)
    folder = tempfile.mkdtemp(prefix="juyan-spool-")
    server, ok = Server(os.path.join(folder, "d")), False
    try:
        terminal = Terminal(folder, server, new_key(folder, server, "gate", "--name", "gate", "--ports", "ceke", "--kinds", "*"))
        kills = test_crashes(folder, server, terminal)
        server = test_centre_away(folder, server, terminal)
        test_stolen(folder, server, terminal)
        test_looking(folder)
        test_bench(folder)
        server.close()
        ok = True
        print(f"{kills} kills")
    except (Wrong, OSError, subprocess.SubprocessError) as wrong:
        server.kill()
        print(f"{wrong}\nseed={SEED}; all is kept in {folder}")
    if ok:
        shutil.rmtree(folder)
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
