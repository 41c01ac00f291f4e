#!/usr/bin/python3
"""`juyan send` as a user meets it: a file counts once, however its sending was cut off; a wrong line is named and the others go on.

The sender is killed in the middle and started again; other files, and others with the same key, use the stream in between; the
centre is put back to an older copy. Each time every batch of the file is on file exactly once, and nothing of it is in conflict but
a probe.
"""
import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from serving import JUYAN, PATIENCE_S, Server, Wrong, ask, run

SOURCE = os.environ.get("JUYAN_SOURCE") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
KG = 1000
GONE = '{"occurred_at_ms": 1767225600000, "port": "ceke", "batch_no": "B-17", "manifest_deleted": {}}'
BIG = 60000  # batches of the file whose sending is cut off


def lines_of(name, batches, port="ceke"):
    """A manifest and a release for each batch."""
    for i in range(batches):
        head = {"occurred_at_ms": 1738281600000 + i, "port": port, "batch_no": f"{name}-{i}"}
        unit = {"unit_id": f"U{i}", "declared_kg": str(KG)}
        waybill = {"waybill_no": f"W{i}", "goods": [{"description": "coal", "declared_kg": KG}]}
        manifest = {"direction": "IMPORT", "mode": "TRUCK", "units": [unit], "waybills": [waybill]}
        yield json.dumps({**head, "manifest_lodged": manifest})
        yield json.dumps({**head, "released": {}})


def write(path, lines):
    with open(path, "w") as file:
        file.writelines(line + "\n" for line in lines)
    return path


def expect(what, said, **expected):
    for name, value in expected.items():
        if said[name] != value:
            raise Wrong(f"{what}: {name} is {said[name]}; expected {value}: {said}")


def expect_batches(server, batches):
    rows = ask("totals", "--data", server.data, "--from", "2025", "--to", "2025")
    said = (sum(row["batches"] for row in rows), sum(row["net_kg"] for row in rows))
    if said != (batches, batches * KG):
        raise Wrong(f"(batches, kg) are {said}; expected {(batches, batches * KG)}")


def cut_off(server, path, how, after=1):
    """Sends a file and ends the sender with a signal once `after` events are acknowledged; its exit code."""
    child = subprocess.Popen([JUYAN, "send", "--data", server.data, "--progress", "--batch", "100", path],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = b""
    try:
        while data := os.read(child.stderr.fileno(), 4096):
            said += data
            if any(int(n) >= after for n in re.findall(rb"(\d+) on disk", said)):
                child.send_signal(how)
                break
        else:
            raise Wrong(f"the file was sent before it could be cut off: {said.decode()}")
        said += child.communicate(timeout=PATIENCE_S)[1]
    finally:
        child.kill()
        child.wait()
    return child.returncode, said.decode()


def wrong_lines(server, folder):
    good = list(lines_of("W", 1))
    path = write(f"{folder}/wrong.ndjson", [good[0], "", "{not json", '{"port": "ceke", "plate": 5}',
        '{"port": "ceke", "batch_no": "x"}', good[1], good[1].replace("ceke", "nowhere")])
    said = run("send", "--data", server.data, path, code=1)
    for pattern in (r":3: .*JSON", r":4: .*plate", r":5: ", r":7: quarantined \(unknown_port\): .*nowhere"):
        if not re.search(f"^{path}{pattern}", said[1], re.MULTILINE):
            raise Wrong(f"no line {pattern} in:\n{said[1]}")
    again = ask("send", "--data", server.data, path, code=1)
    expect("wrong lines", again, read=3, wrong=3, duplicate=3, accepted=0)
    if [c["line"] for c in again["complaints"]] != [3, 4, 5]:
        raise Wrong(f"complaints about other lines: {again['complaints']}")
    expect("no file", ask("send", "--data", server.data, f"{folder}/none.ndjson", code=1), wrong=1, read=0)
    expect_batches(server, 1)


def standard_input(server):
    text = "\n".join(lines_of("S", 2))
    expect("stdin", ask("send", "--data", server.data, "-", stdin=text), read=4, accepted=4)
    expect("a pipe", ask("send", "--data", server.data, "/dev/stdin", stdin=text), read=4, accepted=4)
    expect("a dry run", ask("send", "--data", server.data, "--dry-run", "-", stdin=text), read=4, sent=0)
    expect_batches(server, 3)


def readme_example(server, folder):
    """The spreadsheet and the mapping of tools/README.md are what it says: a manifest, a weighing and a release."""
    with open(os.path.join(SOURCE, "tools", "README.md")) as file:
        blocks = re.findall(r"(?:^    .*\n|^\n(?=    ))+", file.read(), re.MULTILINE)
    for ending, mark in (("csv", "date,time,batch"), ("yaml", "events:\n")):
        block = next(block for block in blocks if mark in block)
        write(f"{folder}/gate.{ending}", (line[4:] for line in block.strip("\n").split("\n")))
    said = ask("send", "--data", server.data, "--map", f"{folder}/gate.yaml", f"{folder}/gate.csv")
    expect("the README's example", said, read=3, accepted=3)
    [row] = ask("totals", "--data", server.data, "--from", "2025-01-31", "--to", "2025-01-31", "--by", "group,basis")
    if (row["group"], row["basis"], row["net_kg"]) != ("coal", "weighed", 134200 - 35900):
        raise Wrong(f"the README's example counts as {row}")


def cut_and_go_on(server, folder):
    """Killed twice, then interrupted, then sent to its end, with another file in between."""
    path, small = write(f"{folder}/big.ndjson", lines_of("C", BIG)), write(f"{folder}/small.ndjson", lines_of("M", 10))
    for after in (1, BIG // 2):
        code, _ = cut_off(server, path, signal.SIGKILL, after=after)
        if code != -signal.SIGKILL:
            raise Wrong(f"the sender ended with {code} before it was killed")
    expect("a file in between", ask("send", "--data", server.data, small), accepted=20, conflict=0)
    code, said = cut_off(server, path, signal.SIGINT, after=BIG)
    if code != 1 or "the same command goes on" not in said or "something else" in said:
        raise Wrong(f"interrupted, the sender ended with {code}; expected 1 and a word: {said}")
    rest = ask("send", "--data", server.data, path)
    expect("the rest", rest, read=2 * BIG, conflict=0, unanswered=0)
    if rest["accepted"] + rest["duplicate"] != 2 * BIG or rest["accepted"] == 0:
        raise Wrong(f"the rest: {rest}")
    expect("once more", ask("send", "--data", server.data, path), duplicate=2 * BIG, accepted=0)
    expect("the file in between once more", ask("send", "--data", server.data, small), duplicate=20)
    expect("as new", ask("send", "--data", server.data, "--again", small), accepted=20)
    expect_batches(server, 3 + BIG + 10)


def others_with_the_key(server, folder):
    """Somebody without our log sends with our key after we were killed."""
    path, other = write(f"{folder}/mine.ndjson", lines_of("K", BIG)), write(f"{folder}/other.ndjson", lines_of("O", 50))
    shutil.copy(f"{server.data}/keys/admin.key", f"{folder}/copy.key")
    os.chmod(f"{folder}/copy.key", 0o600)
    cut_off(server, path, signal.SIGKILL, after=BIG // 3)
    expect("the other", ask("send", "--data", server.data, "--key", f"{folder}/copy.key", other), accepted=100)
    rest = ask("send", "--data", server.data, path)
    expect("behind the other", rest, conflict=0, unanswered=0, sent=2 * BIG)
    if rest["accepted"] + rest["duplicate"] != 2 * BIG or not rest["notes"]:
        raise Wrong(f"behind the other: {rest}")
    expect("once more", ask("send", "--data", server.data, path), duplicate=2 * BIG, conflict=0)
    expect_batches(server, 3 + 2 * BIG + 10 + 50)


def older_copy(server, folder):
    """The centre is put back to yesterday's copy: what it lost goes in again, what it has does not."""
    kept, lost = write(f"{folder}/kept.ndjson", lines_of("P", 5)), write(f"{folder}/lost.ndjson", lines_of("L", 6))
    new = write(f"{folder}/new.ndjson", lines_of("N", 7))
    expect("kept", ask("send", "--data", server.data, kept), accepted=10)
    server.close()
    shutil.copytree(f"{server.data}/ledger", f"{folder}/copy")
    server = Server(server.data)
    try:
        expect("lost", ask("send", "--data", server.data, lost), accepted=12)
        server.close()
        shutil.rmtree(f"{server.data}/ledger")
        shutil.copytree(f"{folder}/copy", f"{server.data}/ledger")
        server = Server(server.data)
        said = ask("send", "--data", server.data, new, lost, kept)
        expect("put back", said, accepted=26, duplicate=10, conflict=0)
        expect_batches(server, 3 + 2 * BIG + 10 + 50 + 5 + 6 + 7)
        expect("once more", ask("send", "--data", server.data, kept, lost, new), duplicate=36)
        server.close()
    finally:
        server.kill()


def damaged_log(server, folder):
    """A line that was being written when the machine went down is none; one that cannot be read stops before anything is sent."""
    path, log = f"{folder}/small.ndjson", f"{server.data}/keys/admin.key.sent"
    with open(log, "a") as file:
        file.write("range half a li")
    expect("a torn line", ask("send", "--data", server.data, path), duplicate=20)
    with open(log, "a") as file:
        file.write("range half a line\n")
    number = sum(1 for _ in open(log))
    said = run("send", "--data", server.data, path, code=1)[1]
    if f"{log}:{number}: not a line of this log" not in said:
        raise Wrong(f"a line that cannot be read: {said}")


def one_at_a_time(server, folder):
    with open(f"{server.data}/keys/admin.key.sent.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = run("send", "--data", server.data, f"{folder}/small.ndjson", code=3)[1]
        administers = run("keys", "authorise", f"{server.data}/keys/server.key.pub", "--name", "x", "--ports", "ceke", "--kinds",
            "*", "--data", server.data, code=3)[1]
    for words in (said, administers):  # an administrator's event goes into the same stream
        if "another process sends with this key" not in words:
            raise Wrong(f"two senders with one key: {words}")


def no_connection(server, folder):
    path = f"{folder}/small.ndjson"
    run("send", "--data", server.data, "--wait", "1", path, code=3)
    run("send", "--data", f"{folder}/nothing", path, code=1)
    run("send", "--data", server.data, "x.csv", code=2)
    run("send", "--data", server.data, code=2)


def main():
    with tempfile.TemporaryDirectory() as folder:
        server = Server(f"{folder}/data")
        try:
            readme_example(server, folder)
            ask("send", "--data", server.data, "-", stdin=GONE)
            wrong_lines(server, folder)
            standard_input(server)
            cut_and_go_on(server, folder)
            others_with_the_key(server, folder)
            one_at_a_time(server, folder)
            damaged_log(server, folder)
            os.remove(f"{server.data}/keys/admin.key.sent")
            older_copy(server, folder)
            no_connection(server, folder)
        finally:
            server.kill()


if __name__ == "__main__":
    try:
        main()
    except Wrong as wrong:
        sys.exit(f"test_send: {wrong}")
