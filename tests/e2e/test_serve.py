#!/usr/bin/python3
"""`juyan serve` and `juyan keys` as an operator meets them: one process or two, a second one on the same folder, wrong settings,
keys that are let in and shut out, a kill and an orderly end; a ledger that is founded once, and one that is damaged.

also: address thread
"""
import json
import os
import select
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time

JUYAN = os.environ.get("JUYAN", "build/juyan")
PATIENCE_S = 30


class Wrong(Exception):
    pass


def expect(truth, sentence):
    if not truth:
        raise Wrong(sentence)


def run(*arguments, code=0):
    done = subprocess.run([JUYAN, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    expect(done.returncode == code,
        f"juyan {' '.join(arguments)} ended with {done.returncode}; expected {code}:\n{done.stdout}{done.stderr}")
    return done.stdout, done.stderr


def start(*arguments, log):
    return subprocess.Popen([JUYAN, "serve", *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log)


def ready(child):
    """The lines up to 'ready', as a dictionary of lists: {"ingest": [...], "query": [...], "server": ["key ..."]}."""
    deadline, text = time.monotonic() + PATIENCE_S, b""
    while not text.endswith(b"ready\n"):
        found, _, _ = select.select([child.stdout], [], [], max(0, deadline - time.monotonic()))
        data = os.read(child.stdout.fileno(), 65536) if found else b""
        expect(data, f"juyan serve did not say 'ready', but: {text!r}")
        text += data
    said = {}
    for line in text.decode().splitlines()[:-1]:
        word, rest = line.split(" ", 1)
        said.setdefault(word, []).append(rest)
    return said


def end(child):
    child.send_signal(signal.SIGTERM)
    expect(child.wait(PATIENCE_S) == 0, f"juyan serve ended with {child.returncode}; expected 0")


def names(*connection):
    rows = json.loads(run("keys", "list", "--json", *connection)[0])
    return {row["name"]: row for row in rows}


def one_process(folder, data, children, log):
    child = start("--data", data, "--listen", "tcp://127.0.0.1:0", log=log)
    children.append(child)
    said = ready(child)
    expect(said["ingest"][0] == f"ipc://{data}/run/ingest.ipc" and said["ingest"][1].startswith("tcp://127.0.0.1:"),
        f"it listens at {said}")
    expect(said["query"] == [f"ipc://{data}/run/query.ipc"], f"it listens at {said}")
    with open(f"{data}/keys/server.key.pub") as file:
        expect(said["server"] == ["key " + file.read().strip()], "the key that it prints is not its own")
    for path, mode in (("keys", 0o700), ("run", 0o700), ("keys/server.key", 0o600), ("keys/admin.key", 0o600)):
        is_mode = stat.S_IMODE(os.stat(f"{data}/{path}").st_mode)
        expect(is_mode == mode, f"{path} has the mode {is_mode:o}; expected {mode:o}")
    expect(list(names("--data", data)) == ["local administrator"], "a ledger begins with one terminal")
    _, complaint = run("serve", "--data", data, code=3)
    expect(f"in use by process {child.pid}" in complaint, f"a second serve is told: {complaint}")
    keys(folder, data)
    end(child)
    expect(names("--data", data)["gate 1"].get("revoked"), "what was said is on disk")


def revoke_with_a_folder_of_that_name(folder, name, data):
    """A folder is no key: whoever stands beside the folder of a site's ledger means the site."""
    os.mkdir(f"{folder}/{name}")
    done = subprocess.run([JUYAN, "keys", "revoke", name, "--data", os.path.abspath(data)], stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=60, cwd=folder)
    expect(done.returncode == 0, f"beside a folder of its name a terminal is not revoked: {done.stderr}")


def keys(folder, data):
    key = f"{folder}/gate.key"
    run("keys", "make", key)
    expect("exists already" in run("keys", "make", key, code=1)[1], "a key is not made twice")
    with open(key + ".pub") as file:
        expect(file.read().strip() == json.loads(run("keys", "show", key, "--json")[0])["key"], "show shows another key")
    run("keys", "authorise", key + ".pub", "--data", data, code=2)  # no name, no rights
    run("keys", "authorise", key + ".pub", "--name", "gate 1", "--ports", "ceke", "--kinds", "sings", "--data", data, code=2)
    run("keys", "authorise", key + ".pub", "--name", "gate 1", "--ports", "nowhere", "--kinds", "*", "--data", data, code=1)
    run("keys", "authorise", key + ".pub", "--name", "gate 1", "--ports", "ceke", "--kinds", "released,unit_weighed",
        "--data", data)
    run("keys", "authorise", key + ".pub", "--reader", "--data", data)
    row = names("--data", data)["gate 1"]
    expect((row["terminal_no"], row["ports"], row["kinds"], row["reader"]) == (2, ["ceke"], ["released", "unit_weighed"], True),
        f"the terminal is {row}")
    run("keys", "revoke", "gate 2", "--data", data, code=1)
    revoke_with_a_folder_of_that_name(folder, "gate 1", data)
    expect(names("--data", data)["gate 1"]["revoked"], "it is not revoked")
    os.chmod(key, 0o644)
    expect("0600" in run("keys", "show", key, code=2)[1], "a secret that others can read is shown")


def two_processes(folder, data, children, log):
    query = start("query", "--data", data, "--set", "query_listen=tcp://127.0.0.1:0", log=log)
    ingest = start("ingest", "--data", data, "--listen", "tcp://127.0.0.1:0", log=log)
    children += [query, ingest]
    asked, sent = ready(query), ready(ingest)
    expect("query" not in sent and "ingest" not in asked and asked["server"] == sent["server"], f"they say {asked} and {sent}")
    reader, tcp = f"{folder}/reader.key", asked["query"][1]
    run("keys", "make", reader)
    run("keys", "authorise", reader + ".pub", "--name", "office", "--reader", "--data", data)
    rows = names("--connect", tcp, "--server-key", f"{data}/keys/server.key.pub", "--key", reader)
    expect(rows["office"]["reader"], "a reader cannot ask over tcp")
    run("keys", "revoke", "office", "--connect", sent["ingest"][1], "--ask", tcp, "--server-key", f"{data}/keys/server.key.pub",
        "--key", f"{data}/keys/admin.key")
    ingest.kill()
    ingest.wait()
    expect(names("--data", data)["office"]["revoked"], "what was acknowledged is gone after a kill")
    expect("nobody takes events here" in run("keys", "revoke", "1", "--data", data, code=3)[1], "somebody takes events")
    end(query)


def wrong_settings(folder, data, children, log):
    path = f"{folder}/juyan.yaml"
    with open(path, "w") as file:
        file.write("map_gib: 1\nsessions: 5\n")
    for arguments, sentence in (
            (("--config", path), f"{path}:2: there is no setting 'sessions'"),
            (("--set", "map_gib=0"), "map_gib is '0'; expected: a whole number from 1 to 16384 GiB"),
            (("--set", "listen=udp://x:1"), "expected: tcp://ADDRESS:PORT"),
            (("--listen", "tcp://127.0.0.1:0", "nonsense"), "there is no service 'nonsense'"),
            (("--data", f"{folder}/{'x' * 120}"), "a shorter data folder")):
        _, complaint = run("serve", "--data", data, *arguments, code=2)
        expect(sentence in complaint, f"serve {arguments} says: {complaint}")
    expect(not os.path.exists(data), "a start with a wrong setting leaves a folder behind")
    helped = run("serve", "--help")[0]
    expect("map_gib: 1 to 16384 GiB (default 64)" in helped and "ingest" in helped, "the help tells too little")


def founding(folder, data, children, log):
    said, _ = run("found", "--data", data)
    with open(f"{data}/keys/server.key.pub") as file:
        expect(f"server key {file.read().strip()}\n" in said, f"found says: {said}")
    _, complaint = run("found", "--data", data, code=1)
    expect(f"{data} holds a ledger already, of 1 events" in complaint, f"a second founding is told: {complaint}")
    child = start("--data", data, "--listen", "tcp://127.0.0.1:0", log=log)
    children.append(child)
    ready(child)
    expect(list(names("--data", data)) == ["local administrator"], "a founded ledger begins with one terminal")
    end(child)


def without_a_dashboard(folder, data, children, log):
    """It once ended by an assertion there, for it waited for nothing at all."""
    child = start("--data", data, "--listen", "tcp://127.0.0.1:0", "--set", "dashboard_listen=", log=log)
    children.append(child)
    expect("dashboard" not in ready(child), "a dashboard listens that nobody wants")
    expect(list(names("--data", data)) == ["local administrator"], "it does not answer")
    end(child)


def damaged(folder, data, children, log):
    """What no new start can mend has an exit code of its own, so that a service manager does not try again."""
    run("found", "--data", data)
    with open(f"{data}/ledger/data.mdb", "r+b") as file:
        file.write(b"\xff" * 8192)
    _, complaint = run("serve", "--data", data, "--listen", "tcp://127.0.0.1:0", code=4)
    expect("the ledger is damaged" in complaint, f"a damaged ledger is told: {complaint}")


def main():
    folder = tempfile.mkdtemp(prefix="juyan-")
    children = []
    try:
        with open(f"{folder}/serve.log", "ab") as log:
            for part in (wrong_settings, founding, without_a_dashboard, damaged, one_process, two_processes):
                part(folder, f"{folder}/{part.__name__}", children, log)
                print(f"{part.__name__}: fine", flush=True)
    except Wrong as wrong:
        print(f"{wrong}\n--- serve.log", file=sys.stderr)
        with open(f"{folder}/serve.log") as log:
            print(log.read(), file=sys.stderr)
        return 1
    finally:
        for child in children:
            child.kill()
            child.wait()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
