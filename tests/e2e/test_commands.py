#!/usr/bin/python3
"""The asking commands as an operator meets them, on a running Juyan: totals in all shapes, the story of a batch, quarantine and its
settling, the registry shown, compared and applied, verify; and what they say to what is wrong.
"""
import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
from serving import JUYAN, Server, Wrong, ask, run

SOURCE = os.environ.get("JUYAN_SOURCE") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
TOOLS = os.path.join(SOURCE, "tools")
HOUR_MS = 3600000
NOON = 1738296000000  # 2025-01-31 12:00 at +08:00

PORT = """ports:
  - id: mandula
    name_zh: 满都拉
    name_mn: Хангай
    name_en: "Mandula: #1"
    utc_offset: "+08:00"
    count_on: release
"""


OVERRIDE = """overrides:
  - id: strike
    port: ceke
    from: 2026-03-01
    to: 2026-03-03
    per_mille: 400
    by: a planner
    reason: drivers are on strike
"""

PUBLISHED = """published:
  - {port: ceke, definition: all, from: 2024-01-01, to: 2024-09-30, net_kg: 18440700000, precision: exact, source: Xinhua}
"""


def event(batch, what, port="ceke", at=NOON, **says):
    return json.dumps({"occurred_at_ms": at, "port": port, "batch_no": batch, what: says})


def manifest(batch, kg, direction="IMPORT", mode="TRUCK", hs="2701", description="", units=1, **where):
    goods = {"description": description, "hs_code": hs}
    if kg is not None:
        goods["declared_kg"] = kg
    return event(batch, "manifest_lodged", direction=direction, mode=mode,
        units=[{"unit_id": f"{batch}-{i}"} for i in range(units)],
        waybills=[{"waybill_no": f"W{batch}", "goods": [goods]}], **where)


def events():
    """Three batches that count, one of them of unknown mass; one that waits for its manifest; one for a port that nobody knows."""
    yield manifest("A", 111000)
    yield event("A", "unit_weighed", unit_id="A-0", gross_kg=146800, tare_kg=36000, scale="S1")
    yield event("A", "released", at=NOON + HOUR_MS, office="策克海关")
    yield manifest("B", 65000, mode="AGV", hs="", description="Нүүрсний баяжмал")
    yield event("B", "released", at=NOON + 12 * HOUR_MS)  # past midnight, local
    yield manifest("C", None, direction="EXPORT", hs="8429", units=2)
    yield event("C", "released")
    yield event("C", "unit_weighed", unit_id="C-1", gross_kg=30000)
    yield event("D", "released", port="wuliji")
    yield manifest("M", 7000, port="mandula")
    yield event("M", "released", port="mandula")


def expect(what, found, expected):
    if found != expected:
        raise Wrong(f"{what} is\n{found}\nexpected\n{expected}")


def expect_in(what, text, *parts):
    for part in parts:
        if part not in text:
            raise Wrong(f"{what}: {part!r} is not in\n{text}")


def on(server, *arguments, **how):
    return run(*arguments, "--data", server.data, **how)


def ask_on(server, *arguments, **how):
    return ask(*arguments, "--data", server.data, **how)


# ---- totals ----

def test_totals(server):
    def rows(*arguments):
        return [tuple(row.values()) for row in ask_on(server, "totals", *arguments)]

    row = {"port": "ceke", "period": "2025", "direction": None, "mode": None, "group": None, "basis": None, "net_kg": 175800,
        "batches": 3, "units": 4, "units_unknown": 2}
    expect("the year", ask_on(server, "totals"), [row])
    expect("all", rows("--by", "all"), [(None, None, None, None, None, None, 175800, 3, 4, 2)])
    expect("by basis", rows("--by", "basis,direction"), [
        (None, None, "import", None, None, "declared", 65000, 1, 1, 0),
        (None, None, "export", None, None, "unknown", 0, 1, 2, 2),
        (None, None, "import", None, None, "weighed", 110800, 1, 1, 0)])
    expect("by day", rows("--by", "period,mode,group", "--period", "day", "--direction", "import"), [
        (None, "2025-01-31", None, "truck", "coal", None, 110800, 1, 1, 0),
        (None, "2025-02-01", None, "agv", "coal", None, 65000, 1, 1, 0)])
    expect("by hour", [row[1] for row in rows("--period", "hour", "--by", "period")],
        ["2025-01-31T12", "2025-01-31T13", "2025-02-01T00"])
    expect("January", rows("--by", "all", "--from", "2025-01", "--to", "2025-01")[0][6], 110800)
    expect("up to an hour", rows("--by", "all", "--to", "2025-01-31T12")[0][6:], (0, 1, 2, 2))
    expect("modes", rows("--by", "mode", "--mode", "agv,rail", "--mode", "truck", "--group", "coal", "--basis", "weighed"),
        [(None, None, None, "truck", None, None, 110800, 1, 1, 0)])
    expect("nothing", rows("--port", "wuliji"), [])

    said = list(csv.reader(io.StringIO(on(server, "totals", "--by", "direction,basis", "--csv")[0])))
    expect("csv", said, [["direction", "basis", "net_kg", "batches", "units", "units_unknown"],
        ["export", "unknown", "0", "1", "2", "2"],
        ["import", "declared", "65000", "1", "1", "0"], ["import", "weighed", "110800", "1", "1", "0"]])
    table = on(server, "totals", "--by", "direction")[0]
    lines = table.splitlines()
    expect("the head", lines[0].split("  ")[0], "direction")
    expect_in("the table", table, "weighed t", "175.800", "110.800", "65.000", "as of event ", "s ago", "2 in quarantine")
    # Unknown is not zero.
    expect("export", re.split(r" {2,}", lines[2]), ["export", "unknown", "unknown", "unknown", "unknown", "1", "2", "2"])
    expect("import", re.split(r" {2,}", lines[3]), ["import", "175.800", "110.800", "65.000", "0.000", "2", "2", "0"])
    expect("the sums", re.split(r" {2,}", lines[5]), ["all", "175.800", "110.800", "65.000", "0.000", "3", "4", "2"])
    expect("nothing in a table", on(server, "totals", "--port", "wuliji")[0].splitlines()[0], "nothing is counted here")


def test_watch(server):
    """Two pictures, the second after something has happened."""
    child = subprocess.Popen([JUYAN, "totals", "--by", "all", "--csv", "--watch=1", "--data", server.data], stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL, text=True)
    try:
        first = [child.stdout.readline() for _ in range(2)][1]
        second = [child.stdout.readline() for _ in range(2)][1]
        expect("two pictures", first, second)
    finally:
        child.terminate()
        child.wait()


# ---- batch ----

def test_batch(server):
    story = ask_on(server, "batch", "A")
    expect("the state", (story["port"], story["batch_no"], story["state"]), ("ceke", "A", "counted"))
    expect("the line", story["counted"], [{"unit_id": "A-0", "hour": "2025-01-31T13", "direction": "import", "mode": "truck",
        "group": "coal", "basis": "weighed", "net_kg": 110800}])
    expect("the events", [list(e["event"])[-1] for e in story["events"]], ["manifest_lodged", "unit_weighed", "released"])
    text = on(server, "batch", "A", "--port", "ceke")[0]
    expect_in("the story", text, "Batch A at ceke: counted", "2025-01-31 13:00:00  released: by 策克海关",
        "gross 146.800 t, tare 36.000 t",
        "import by truck, 1 unit, 1 waybill, declared 111.000 t", "HS 2701")
    expect_in("unknown", on(server, "batch", "C")[0], "unknown", "!")
    expect_in("weighed in vain", on(server, "batch", "C")[0], "C-1 was weighed, but makes no net mass: unknown tare\n")
    expect_in("waiting", on(server, "batch", "D")[0], "waiting for its manifest", "It counts for nothing yet.")
    expect_in("no such batch", on(server, "batch", "nobody", code=1)[1], "juyan batch: ", "nobody")
    on(server, "batch", "A", "--port", "wuliji", code=1)


# ---- quarantine ----

def test_quarantine(server, folder):
    rows = ask_on(server, "quarantine", "list")
    expect("what waits", [(row["name"], row["state"]) for row in rows], [("unknown_port", "waiting")] * 2)
    first, second = (str(row["lsn"]) for row in rows)
    expect_in("the table", on(server, "quarantine", "list")[0], first, second, "unknown_port", "mandula")
    expect_in("one", on(server, "quarantine", "show", first)[0], "mandula", "waiting", '"manifest_lodged"')
    shown = ask_on(server, "quarantine", "show", second)
    expect("its event", shown["event"]["port"], "mandula")

    # Dismissed: it counts for nothing and waits no more. A mended event in its place needs no new port.
    on(server, "quarantine", "release", first, code=2)
    on(server, "quarantine", "dismiss", first, "--reason", "a test", "--by", "operator 策克")
    expect_in("settled", on(server, "quarantine", "dismiss", first, "--reason", "again", code=1)[1], "was dismissed by event")
    mended = os.path.join(folder, "mended.json")
    shown["event"].update(port="wuliji", batch_no="M2")
    with open(mended, "w") as file:
        json.dump(shown, file)
    on(server, "quarantine", "release", second, "--with", mended, "--reason", "port misread")
    expect("where it went", ask_on(server, "batch", "M2")["state"], "waiting for its manifest")
    expect_in("how it came to be", on(server, "batch", "M2")[0], "released from quarantine (unknown_port) by ", ": port misread")
    expect_in("who settled it", on(server, "quarantine", "show", first)[0], "dismissed by event ", ", by operator 策克: a test")
    settled = ask_on(server, "quarantine", "show", first)
    expect("who, and why", (settled["settled_by"], settled["settled_reason"]), ("operator 策克", "a test"))
    expect("what waits now", ask_on(server, "quarantine", "list"), [])
    expect("all", [row["state"] for row in ask_on(server, "quarantine", "list", "--all")], ["dismissed", "released"])
    expect("review", [(row["port"], row["batch_no"]) for row in ask_on(server, "quarantine", "list", "--review")], [("ceke", "C")])
    expect("review elsewhere", ask_on(server, "quarantine", "list", "--review", "--port", "wuliji"), [])

    expect_in("not there", on(server, "quarantine", "show", "999999", code=1)[1], "999999")
    expect_in("not there", on(server, "quarantine", "release", "999999", "--reason", "x", code=1)[1], "999999")
    for text, complaint in (("{", "mended.json:1:"), ('{"port": 7}', "port"), ('{"harbour": "x"}', "harbour")):
        with open(mended, "w") as file:
            file.write(text)
        said = on(server, "quarantine", "release", second, "--with", mended, "--reason", "x", code=1)[1]
        expect_in("a wrong file", said, complaint)


def test_release_after_a_fix(server, folder):
    """The port is added to the registry; then what waited for it counts as if it had come today."""
    path = write(folder, "more.ndjson", (manifest("N", 8000, port="mandula"), event("N", "released", port="mandula")))
    on(server, "send", path, code=1)
    waiting = [str(row["lsn"]) for row in ask_on(server, "quarantine", "list")]
    expect("what waits", len(waiting), 2)
    registry = write(folder, "port.yaml", [PORT.rstrip("\n")])
    said = on(server, "registry", "apply", registry, "--yes", "--reason", "opened", "--by", "operator")[0]
    expect_in("what is done", said, "+ port/mandula", "name_zh: 满都拉", "applied: 1 added, 0 changed, 0 dropped")
    for lsn in waiting:
        on(server, "quarantine", "release", lsn, "--reason", "the port is known now")
    expect("what it counts for", [row["net_kg"] for row in ask_on(server, "totals", "--port", "mandula")], [8000])
    expect("what waits now", ask_on(server, "quarantine", "list"), [])


# ---- registry ----

def test_registry(server, folder):
    shown = on(server, "registry", "show")[0]
    path = write(folder, "registry.yaml", [shown.rstrip("\n")])
    said = on(server, "registry", "diff", path)[0]
    expect("no difference", said, "0 to add, 0 to change, 0 to drop\n")
    expect("no difference in JSON", ask_on(server, "registry", "diff", path), [])
    expect("nothing to apply", on(server, "registry", "apply", path)[0], said)
    ports = [record["port"]["id"] for record in ask_on(server, "registry", "show", "--kind", "ports")]
    expect("ports", sorted(ports), ["ceke", "mandula", "wuliji"])
    expect_in("as YAML", on(server, "registry", "show", "--kind", "group")[0], "words: [煤, нүүрс, coal]")

    for shipped in ("registry.yaml", "calendar.yaml"):
        expect_in("what a ledger is founded with", on(server, "registry", "diff", os.path.join(TOOLS, shipped))[0],
            "0 to add, 0 to change, 0 to drop")

    changed = write(folder, "changed.yaml", [shown.replace("words: [煤, нүүрс, coal]", "words: [煤, нүүрс, coal, 焦炭]")])
    expect("changed", ask_on(server, "registry", "diff", changed, code=1), [{"record": "group/coal", "change": "changed"}])
    expect_in("as text", on(server, "registry", "diff", changed, code=1)[0], "words: [煤, нүүрс, coal] -> [煤, нүүрс, coal, 焦炭]")
    expect_in("nobody to ask", on(server, "registry", "apply", changed, code=2)[1], "--yes")
    on(server, "registry", "apply", changed, "--yes")
    on(server, "registry", "diff", changed)
    on(server, "registry", "diff", path, code=1)


def test_registry_drops(server, folder):
    """What is missing in a file stays, unless one says otherwise; more than one event can hold goes in parts."""
    terminals = ask_on(server, "registry", "show", "--kind", "terminals")
    note = "x" * 80
    many = [f'  - {{port: ceke, day: {2030 + i // 336}-{i // 28 % 12 + 1:02}-{i % 28 + 1:02}, kind: closed, note: "{i}, {note}"}}'
        for i in range(2000)]
    path = write(folder, "days.yaml", ["terminals:", "days:", *many])
    said = on(server, "registry", "apply", path, "--yes")[0]
    expect_in("added", said, "applied: 2000 added, 0 changed, 0 dropped", "in use and not in the file: they stay")
    expect("terminals", ask_on(server, "registry", "show", "--kind", "terminals"), terminals)
    path = write(folder, "days.yaml", ["days:", *many[:3]])
    on(server, "registry", "apply", path, "--yes", "--drop-missing")
    expect("days", len(ask_on(server, "registry", "show", "--kind", "days")), 3)
    expect("terminals", ask_on(server, "registry", "show", "--kind", "terminals"), terminals)


def test_overrides_and_published(server, folder):
    """A planner's judgement is on file with who and why until it is withdrawn, which is dropping it; so are published totals."""
    path = write(folder, "override.yaml", [OVERRIDE.rstrip("\n"), PUBLISHED.rstrip("\n")])
    expect_in("put", on(server, "registry", "apply", path, "--yes")[0], "+ override/strike", "per_mille: 400", "by: a planner",
        "+ published/ceke/all/2024-01-01/2024-09-30", "applied: 2 added")
    kept = ask_on(server, "registry", "show", "--kind", "overrides")[0]["override"]
    expect("who and why", (kept["by"], kept["reason"], kept["per_mille"]), ("a planner", "drivers are on strike", 400))
    expect("published", ask_on(server, "registry", "show", "--kind", "published")[0]["published"]["net_kg"], 18440700000)
    shown = on(server, "registry", "show")[0]
    expect("as shown", ask_on(server, "registry", "diff", write(folder, "shown.yaml", [shown.rstrip("\n")])), [])
    path = write(folder, "withdrawn.yaml", ["overrides: []"])
    expect_in("it stays", on(server, "registry", "apply", path, "--yes")[0], "1 in use and not in the file: they stay")
    expect_in("withdrawn", on(server, "registry", "apply", path, "--yes", "--drop-missing")[0], "- override/strike",
        "applied: 0 added, 0 changed, 1 dropped")
    expect("overrides", ask_on(server, "registry", "show", "--kind", "overrides"), [])
    expect("published", len(ask_on(server, "registry", "show", "--kind", "published")), 1)


def test_registry_refuses(server, folder):
    for text, complaint in (
        ("ports:\n  - id: x\n    utc_offset: 8\n", "wrong.yaml:2: port/x: "),
        ("ports:\n  - id: x\n    colour: red\n", "wrong.yaml:3: a port has no field 'colour'"),
        ("goals:\n  - id: year\n    from: 2025-01-01\n    to: 2025-12-31\n",
            "wrong.yaml:2: goal/year: target_kg is missing: a goal has to say how many kg are to pass"),
        ("harbours: []\n", "wrong.yaml:1: "),
        ("ports: [\n", "wrong.yaml:"),
        ("capacities:\n  - {port: nowhere, kg_per_day: 5}\n", "wrong.yaml:2: capacity/nowhere/all names the port 'nowhere'"),
        ("goals:\n  - id: year\n    ports: [ceke, wulji]\n    from: 2025-01-01\n    to: 2025-12-31\n    target_kg: 5\n",
            "wrong.yaml:2: goal/year names the port or place 'wulji', which is not in the registry; the nearest known is 'wuliji'"),
        ("levers:\n\n  - {port: cek, mode: agv, name: agvs, now: 1, most: 2}\n",
            "wrong.yaml:3: lever/cek/agv/agvs names the port 'cek', which is not in the registry; the nearest known is 'ceke'"),
        (OVERRIDE.replace("ceke", "cekee"), "wrong.yaml:2: override/strike names the port 'cekee'"),
    ):
        path = write(folder, "wrong.yaml", [text.rstrip("\n")])
        expect_in(text, on(server, "registry", "apply", path, "--yes", code=1)[1], complaint)
    expect("overrides", ask_on(server, "registry", "show", "--kind", "overrides"), [])
    path = write(folder, "wrong.yaml", ["ports: []"])
    expect_in("a port in use", on(server, "registry", "apply", path, "--yes", "--drop-missing", code=1)[1], "not in the registry")
    expect("ports", len(ask_on(server, "registry", "show", "--kind", "port")), 3)
    expect_in("no file", on(server, "registry", "diff", os.path.join(folder, "none.yaml"), code=1)[1], "none.yaml")


def test_rights(server, folder):
    """What a terminal had no right to say waits; when it has the right, it is released under its own number."""
    key = os.path.join(folder, "gate.key")
    run("keys", "make", key)
    on(server, "keys", "authorise", key + ".pub", "--name", "gate 5", "--ports", "wuliji", "--kinds", "released")
    path = write(folder, "gate.ndjson", (manifest("G", 9000), event("G", "released")))
    on(server, "send", path, "--key", key, code=1)
    waiting = ask_on(server, "quarantine", "list")
    expect("what waits", [(row["name"], row["terminal_name"], row["stream_seq"]) for row in waiting],
        [("not_authorised", "gate 5", 1), ("not_authorised", "gate 5", 2)])

    shown = on(server, "registry", "show", "--kind", "terminals")[0]
    mine = shown.replace("ports: [wuliji]", 'ports: ["*"]').replace("kinds: [released]", "kinds: [manifest_lodged, released]")
    path = write(folder, "terminals.yaml", [mine.rstrip("\n")])
    expect_in("the change", on(server, "registry", "apply", path, "--yes")[0], '    ports: [wuliji] -> ["*"]', "1 changed")
    for row in waiting:
        on(server, "quarantine", "release", str(row["lsn"]), "--reason", "the right was given")
    expect("what it counts for", ask_on(server, "batch", "G")["counted"][0]["net_kg"], 9000)

    # What leaves nobody in charge is refused. A terminal that is not in the file is revoked: its number stays its own, and what
    # it sent stays.
    path = write(folder, "nobody.yaml", ["terminals: []"])
    expect_in("nobody", on(server, "registry", "apply", path, "--yes", "--drop-missing", code=1)[1], "administrator")
    path = write(folder, "without.yaml", [mine[:mine.index("  - terminal_no: 2")].rstrip("\n")])
    on(server, "registry", "apply", path, "--yes", "--drop-missing")
    terminals = [record["terminal"] for record in ask_on(server, "registry", "show", "--kind", "terminals")]
    expect("terminals", [(t["terminal_no"], t.get("revoked", False)) for t in terminals], [(1, False), (2, True)])
    expect("once", ask_on(server, "registry", "diff", path, "--drop-missing"), [])
    other = os.path.join(folder, "other.key")
    run("keys", "make", other)
    with open(key + ".pub") as old, open(other + ".pub") as new:
        path = write(folder, "other.yaml", [shown.rstrip("\n").replace(old.read().strip(), new.read().strip())])
    expect_in("another key", on(server, "registry", "apply", path, "--yes", code=1)[1], "another key")
    expect("what it counts for", ask_on(server, "batch", "G")["counted"][0]["net_kg"], 9000)
    expect("right", ask_on(server, "verify")["right"], True)


# ---- machines ----

def test_machines(server, folder):
    """How machines stand, by a gateway that may tell that and nothing else; what does not work asks for a person."""
    expect_in("nobody", on(server, "machines")[0], "nothing has been told of any machine")
    now = int(time.time() * 1000)
    key = os.path.join(folder, "gateway.key")
    run("keys", "make", key)
    on(server, "keys", "authorise", key + ".pub", "--name", "gateway", "--ports", "ceke", "--kinds", "machine_reported")
    told = [("scale 1", "SCALE", "WORKING", 120), ("scale 1", "SCALE", "SILENT", 60), ("AGV-1", "VEHICLE", "CHARGING", 30)]
    path = write(folder, "machines.ndjson", [json.dumps({"occurred_at_ms": now - minutes * 60000, "port": "ceke",
        "machine_reported": {"machine": machine, "kind": kind, "condition": condition, "note": "it said so"}})
        for machine, kind, condition, minutes in told])
    on(server, "send", path, "--key", key)
    expect_in("as a table", on(server, "machines", "--port", "ceke")[0], "scale 1", "silent", "AGV-1", "charging",
        "100.0 %", "it said so")
    rows = ask_on(server, "machines")["rows"]
    expect("as JSON", [(row["machine"], row["condition"]) for row in rows], [("AGV-1", "charging"), ("scale 1", "silent")])
    expect("the scale worked", rows[1]["latest"]["available_ms"], HOUR_MS)
    expect("who charges is available", rows[0]["latest"]["available_ms"], rows[0]["latest"]["known_ms"])
    expect("elsewhere", ask_on(server, "machines", "--port", "wuliji")["rows"], [])
    expect_in("a port that is none", on(server, "machines", "--port", "cek", code=1)[1], "is 'ceke' meant?")
    asks = [row for row in ask_on(server, "attention")["rows"] if row["kind"] == "machine"]
    expect("what asks", [(row["machine"], row["machine_kind"], row["condition"]) for row in asks], [("scale 1", "scale", "silent")])
    on(server, "attention", "note", asks[0]["subject"], "--note", "the technician is on his way")
    expect("noted", [row for row in ask_on(server, "attention").get("rows", []) if row["kind"] == "machine"], [])
    on(server, "send", write(folder, "more.ndjson", [event("G9", "released")]), "--key", key, code=1)
    expect("right", ask_on(server, "verify")["right"], True)


# ---- verify and the command line ----

def test_verify(server, folder):
    said = ask_on(server, "verify")
    expect("right", said["right"], True)
    expect_in("in words", on(server, "verify")[0], f"right: {said['events']} events", said["chain"])
    expect_in("no ledger", run("verify", "--data", os.path.join(folder, "nowhere"), code=3)[1], "nowhere has no ledger yet")


def test_command_line(server):
    for line in ("totals --by colour", "totals --from 2025-13", "totals --period week", "totals 2025", "totals --mode ship",
            "totals --from 2026 --to 2025-12",
            "totals --basis guessed", "totals --watch=0", "totals --nothing", "batch", "batch A B", "quarantine", "quarantine burn",
            "quarantine show", "quarantine show -1", "quarantine show x", "quarantine dismiss 7",
            "quarantine dismiss 7 --reason x --with f", "registry", "registry diff", "registry show x", "registry show --kind ship",
            "registry diff f --kind port", "verify x", "bench x", "bench --events 0",
            "simulate --from 2025-02-01 --to 2025-01-31"):
        wrong = line.split()
        said = run(*wrong, code=2)
        expect("stdout of " + line, said[0], "")
        expect_in(line, said[1], f"juyan {wrong[0]}: ")
    expect_in("bench load", run("bench", "load", "--hostile", "x", code=2)[1], "juyan bench load: ", "'x'")
    for name in ("totals", "batch", "quarantine", "registry", "verify"):
        expect_in(name, run(name, "--help")[0], f"Usage: juyan {name} ", "--json")


def test_without_a_server(data):
    """What reads goes on without a running Juyan; what writes says that nobody is there."""
    expect("the totals", [row["net_kg"] for row in ask("totals", "--port", "ceke", "--data", data)], [184800])
    expect("the story", ask("batch", "A", "--data", data)["state"], "counted")
    run("registry", "show", "--data", data)
    run("verify", "--data", data)


def write(folder, name, lines):
    path = os.path.join(folder, name)
    with open(path, "w") as file:
        file.writelines(line + "\n" for line in lines)
    return path


def main():
    folder = tempfile.mkdtemp(prefix="juyan-commands-")
    server = Server(os.path.join(folder, "data"))
    try:
        on(server, "send", write(folder, "events.ndjson", events()), code=1)
        test_totals(server)
        test_watch(server)
        test_batch(server)
        test_quarantine(server, folder)
        test_release_after_a_fix(server, folder)
        test_registry(server, folder)
        test_registry_drops(server, folder)
        test_overrides_and_published(server, folder)
        test_registry_refuses(server, folder)
        test_rights(server, folder)
        test_verify(server, folder)
        test_machines(server, folder)
        test_command_line(server)
        server.close()
        test_without_a_server(server.data)
    except Wrong as wrong:
        print(wrong)
        return 1
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


sys.exit(main())
