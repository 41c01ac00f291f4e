#!/usr/bin/python3
"""Proof, backup and care as an operator meets them: a checkpoint that openssl checks as well, a backup of a running Juyan and the
same ledger out of it, figures as they were known, and ledgers of older formats.
"""
import base64
import hashlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time

sys.dont_write_bytecode = True
from serving import JUYAN, Server, Wrong, ask, run

SOURCE = os.environ.get("JUYAN_SOURCE") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
ED25519_SPKI = bytes.fromhex("302a300506032b6570032100")  # what stands before a raw public key in its DER form
SIMULATED = ("simulate", "--live", "--from", "2025-01-01", "--to", "2025-12-31", "--rail", "--scale", "0.02", "--speedup",
    "max", "--quiet")
STAGE_EVENTS = 3000
PATIENCE_S = 120
BY_ALL = ("--by", "port,period,direction,mode,group,basis")


def expect(what, got, wanted):
    if got != wanted:
        raise Wrong(f"{what}: {got!r}; expected {wanted!r}")


def expect_in(what, text, *parts):
    for part in parts:
        if part not in text:
            raise Wrong(f"{what}: '{part}' is not in:\n{text}")


def totals(data, *more):
    return ask("totals", "--data", data, *BY_ALL, *more)


def signed_note(path):
    """(text, name, key hash, signature) of a note, taken apart as C2SP's page has it."""
    with open(path, encoding="utf-8") as file:
        text, lines = file.read().split("\n\n")
    dash, name, encoded = lines.rstrip("\n").split(" ")
    expect("the signature's line", dash, "\u2014")
    decoded = base64.b64decode(encoded, validate=True)
    return text + "\n", name, decoded[:4], decoded[4:]


def check_with_openssl(folder, checkpoint, public):
    text, name, hashed, signature = signed_note(checkpoint)
    with open(public, encoding="ascii") as file:
        key_name, key_hash, key = file.read().strip().split("+", 2)
    decoded = base64.b64decode(key, validate=True)
    expect("the signer", (name, hashed.hex()), (key_name, key_hash))
    expect("the hash", hashlib.sha256(name.encode() + b"\n" + decoded).digest()[:4], hashed)
    expect("the algorithm", decoded[0], 1)
    paths = {}
    for what, content in (("der", ED25519_SPKI + decoded[1:]), ("text", text.encode()), ("signature", signature)):
        paths[what] = os.path.join(folder, what)
        with open(paths[what], "wb") as file:
            file.write(content)
    done = subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", paths["der"], "-rawin", "-in",
        paths["text"], "-sigfile", paths["signature"]], capture_output=True, text=True)
    expect_in("openssl", done.stdout, "Signature Verified Successfully")
    lines = text.splitlines()
    expect("its origin", lines[0].split(" ")[:2], ["juyan", "ledger"])
    expect("bytes of its chain", len(base64.b64decode(lines[2], validate=True)), 32)
    return int(lines[1])


def test_checkpoints(server, folder):
    data, public = server.data, os.path.join(server.data, "keys", "checkpoint.key.pub")
    expect_in("no key", run("checkpoint", "--data", data, code=1)[1], "'juyan checkpoint key' makes one")
    run("checkpoint", "key", "--data", data)
    expect("the key's mode", os.stat(public[:-4]).st_mode & 0o777, 0o600)
    expect_in("a second key", run("checkpoint", "key", "--data", data, code=1)[1], "not overwritten")
    out = os.path.join(folder, "published.txt")
    kept = run("checkpoint", "--data", data, "--out", out)[0].strip()
    with open(kept, encoding="utf-8") as one, open(out, encoding="utf-8") as other:
        expect("what was published", one.read(), other.read())
    lsn = check_with_openssl(folder, out, public)
    expect_in("shown", run("checkpoint", "show", out, "--public-key", public)[0], f"events    {lsn}", "ceke")
    with open(out, encoding="utf-8") as file:
        forged = file.read().replace(" kg ", "0 kg ", 1)
    false_one = os.path.join(folder, "forged.txt")
    with open(false_one, "w", encoding="utf-8") as file:
        file.write(forged)
    expect_in("forged", run("checkpoint", "show", false_one, "--public-key", public, code=1)[1], "does not belong to this text")
    stranger = os.path.join(folder, "stranger")
    os.makedirs(os.path.join(stranger, "keys"))
    run("checkpoint", "key", "--data", stranger)
    expect_in("a stranger's", run("checkpoint", "show", out, "--public-key", os.path.join(stranger, "keys", "checkpoint.key.pub"),
        code=1)[1], "has not signed it")
    return out, public


def take_events(data, backup):
    """Takes a few thousand events more, and backs up meanwhile; gives what these runs did. The simulation goes on where it was."""
    load = subprocess.Popen([JUYAN, *SIMULATED, "--data", data], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        runs, deadline = [ask("backup", "--data", data, "--to", backup)], time.monotonic() + PATIENCE_S
        while runs[-1]["last_lsn"] < runs[0]["last_lsn"] + STAGE_EVENTS and load.poll() is None:
            if time.monotonic() > deadline:
                raise Wrong(f"no events are taken: {runs[-1]}")
            runs.append(ask("backup", "--data", data, "--to", backup))
    finally:
        load.send_signal(signal.SIGINT)
        load.wait(PATIENCE_S)
    return runs


def known_now(data):
    """What is known at this moment, and the moment; nothing is received within it."""
    figures, now = totals(data), time.time_ns() // 1000000
    while time.time_ns() // 1000000 == now:
        pass
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now // 1000)) + f".{now % 1000:03}Z", figures


def test_backup_of_a_running_juyan(server, folder, checkpoint, public):
    data, backup, restored = server.data, os.path.join(folder, "backup"), os.path.join(folder, "restored")
    first = ask("backup", "--data", data, "--to", backup)
    expect("what came before", first["new_events"], 0)
    runs = take_events(data, backup)
    last = ask("backup", "--data", data, "--to", backup, "--with-keys")
    expect("nothing is copied twice",
        first["last_lsn"] + sum(r["new_events"] for r in [*runs, last]), last["last_lsn"])
    expect("its files", last["files"],
        first["files"] + sum(r["new_events"] > 0 for r in [*runs, last]))
    proof = ("--checkpoint", checkpoint, "--public-key", public)
    expect("the ledger", ask("verify", "--data", data, *proof)["right"], True)
    verified = ask("verify", "--archive", backup, *proof)
    expect("the backup", (verified["right"], verified["last_lsn"]), (True, last["last_lsn"]))
    for name in ("compact", "upgrade"):
        expect_in(name, run(name, "--data", data, code=3)[1], "in use by process")
    server.close()
    expect_in("restored", run("restore", "--from", backup, "--data", restored, *proof)[0], verified["chain"], "the checkpoint fits")
    ours, theirs = ask("verify", "--data", data), ask("verify", "--data", restored)
    expect("the restored ledger", theirs, ours)
    expect("its totals", totals(restored), totals(data))
    expect("its keys", sorted(os.listdir(os.path.join(restored, "keys"))), sorted(os.listdir(os.path.join(data, "keys"))))
    expect("their mode", os.stat(os.path.join(restored, "keys", "server.key")).st_mode & 0o777, 0o600)
    expect_in("again", run("restore", "--from", backup, "--data", restored, code=1)[1], "is not replaced")
    run("compact", "--data", restored)
    expect("compacted", ask("verify", "--data", restored), ours)
    expect_in("this format", run("upgrade", "--data", restored, code=1)[1], "already")
    return restored


def test_a_stretch_for_an_outsider(data, folder, checkpoint, public):
    out = os.path.join(folder, "stretch.jnl")
    said = run("export", "--data", data, "--to", "5", "--out", out, code=1)[1]
    expect_in("no block ends there", said, "no block ends with event 5")
    end = int(said.rsplit(" ", 1)[1])
    run("export", "--data", data, "--from", str(end + 1), "--out", out)
    expect_in("a stretch", run("verify", "--archive", out, "--checkpoint", checkpoint, "--public-key", public)[0],
        "its chain alone is proved", "the checkpoint fits")
    with open(out, "r+b") as file:
        file.seek(os.path.getsize(out) // 2)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 16]))
    expect_in("a changed byte", run("verify", "--archive", out, code=1)[0], "NOT RIGHT: ", "behind event")


def test_figures_as_they_were_known(data, known):
    for at, figures in known:
        expect(f"as known at {at}", totals(data, "--as-known-at", at), figures)
    expect_in("too early", run("totals", "--data", data, "--as-known-at", "2020-01-01T00:00Z", code=1)[1],
        "nothing had been received")
    expect_in("no zone", run("totals", "--data", data, "--as-known-at", "2026-01-01T00:00", code=2)[1], "a time with its zone")
    expect("what is left", [n for n in os.listdir(data) if n.startswith("known.")], [])


def test_a_ledger_of_another_format(folder, n):
    with tarfile.open(os.path.join(SOURCE, "tests", "reference", f"ledger-format-{n}.tar.xz")) as archive:
        archive.extractall(folder)
    data = os.path.join(folder, f"ledger-format-{n}")
    with open(os.path.join(data, "verified.txt"), encoding="ascii") as file:
        chain = file.read().strip().rsplit(" ", 1)[1]
    for name in ("totals", "verify", "serve"):
        expect_in(name, run(name, "--data", data, code=4)[1], f"has format {n}", "'juyan upgrade'")
    expect_in("upgraded", run("upgrade", "--data", data)[0], f"from format {n}", f"ledger.{n}-old")
    said = ask("verify", "--data", data)
    expect("verified", (said["right"], said["chain"]), (True, chain))
    with open(os.path.join(data, "totals.json"), encoding="utf-8") as file:
        expect("its totals", totals(data), json.load(file))
    with open(os.path.join(data, "quarantine.json"), encoding="utf-8") as file:
        expect("its quarantine", ask("quarantine", "list", "--data", data), json.load(file))
    expect("the old one is kept", os.path.exists(os.path.join(data, f"ledger.{n}-old", "data.mdb")), True)
    expect_in("a second time", run("upgrade", "--data", data, code=1)[1], "already")
    # Cut off behind the exchange: the old one stands where the new one was made, and gets its name.
    os.mkdir(os.path.join(data, "remade"))
    os.rename(os.path.join(data, f"ledger.{n}-old"), os.path.join(data, "remade", "ledger"))
    run("upgrade", "--data", data, code=1)
    expect("the old one is kept after a cut", os.path.exists(os.path.join(data, f"ledger.{n}-old", "data.mdb")), True)
    expect("the new one", ask("verify", "--data", data)["chain"], chain)


def test_the_keeper(data):
    for name in os.listdir(os.path.join(data, "checkpoints")):
        os.remove(os.path.join(data, "checkpoints", name))
    server = Server(data)
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not os.listdir(os.path.join(data, "checkpoints")):
            if time.monotonic() > deadline or server.child.poll() is not None:
                raise Wrong("the keeper has made no checkpoint")
            select.select([], [], [], 0.05)
    finally:
        server.close()


def main():
    folder = tempfile.mkdtemp(prefix="juyan-proof-")
    server = None
    try:
        server = Server(os.path.join(folder, "data"))
        take_events(server.data, os.path.join(folder, "backup"))
        ask("backup", "--data", server.data, "--to", os.path.join(folder, "backup"))
        known = [known_now(server.data)]
        checkpoint, public = test_checkpoints(server, folder)
        restored = test_backup_of_a_running_juyan(server, folder, checkpoint, public)
        known.append(known_now(restored))
        test_a_stretch_for_an_outsider(restored, folder, checkpoint, public)
        test_figures_as_they_were_known(restored, known)
        test_a_ledger_of_another_format(folder, 1)
        test_a_ledger_of_another_format(folder, 4)
        test_the_keeper(server.data)
    except Wrong as wrong:
        print(wrong, file=sys.stderr)
        sys.exit(1)
    finally:
        if server is not None and server.child.poll() is None:
            server.kill()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
