#!/usr/bin/python3
"""Holds what the dashboard answers against its contract, services/dashboard/openapi.yaml, with a validator of another's making.

The contract first: every schema is one, every field that it names is required. Then the pictures that the unit tests paint, from
ledgers that are empty, quiet, late, corrected and broken: test_painter*.c write them into a folder when they are asked to. A field
that the contract does not name is as wrong as one that is missing.

Then the service itself, on some weeks of simulated ports, over HTTP.

Uses $JUYAN, and $JUYAN_TESTS, the folder of the built tests.
"""
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

try:
    import jsonschema
    import yaml
except ImportError as missing:
    print(f"skipped: {missing}; apt-get install python3-jsonschema python3-yaml")
    sys.exit(77)

SOURCE = os.environ.get("JUYAN_SOURCE", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
JUYAN = os.environ.get("JUYAN") or os.path.join(SOURCE, "build", "juyan")
TESTS = os.environ.get("JUYAN_TESTS", os.path.join(SOURCE, "build", "tests"))
CONTRACT = os.path.join(SOURCE, "services", "dashboard", "openapi.yaml")
PAINTERS = ("test_painter", "test_painter_year", "test_painter_machines")
MAY_BE_LEFT_OUT = {"Problem"}  # RFC 9457 leaves out what does not apply


def objects(schema, path):
    """Every schema of an object with named fields, and where it stands."""
    if isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict):
            yield schema, path
        for name, inner in schema.items():
            yield from objects(inner, f"{path}.{name}")
    elif isinstance(schema, list):
        for inner in schema:
            yield from objects(inner, path)


def strict(contract):
    """Complaints about the contract itself; afterwards none of its objects may have other fields than those it names."""
    for name, schema in contract["components"]["schemas"].items():
        for inner, path in objects(schema, name):
            left_out = set(inner["properties"]) - set(inner.get("required", ()))
            if left_out and name not in MAY_BE_LEFT_OUT:
                yield f"{path}: {', '.join(sorted(left_out))} may be left out; expected every field to be required"
            inner["additionalProperties"] = False


def validator(contract, name):
    schema = {"$ref": f"#/components/schemas/{name}", "components": contract["components"]}
    return jsonschema.Draft202012Validator(schema)


def paint(folder):
    """A folder of pictures: SCHEMA-….json."""
    for test in PAINTERS:
        done = subprocess.run([os.path.join(TESTS, test)], env={**os.environ, "JUYAN_PICTURES": folder}, capture_output=True,
            text=True, timeout=300)
        if done.returncode != 0:
            yield f"{test} ended with {done.returncode}:\n{done.stdout}{done.stderr}"


def hold(contract, folder, seen):
    validators = {name: validator(contract, name) for name in contract["components"]["schemas"]}
    for file in sorted(os.listdir(folder)):
        name = file.split("-")[0]
        seen[name] = seen.get(name, 0) + 1
        with open(os.path.join(folder, file), encoding="utf-8") as text:
            picture = json.load(text)
        for error in validators[name].iter_errors(picture):
            yield f"{name} at {'.'.join(str(step) for step in error.absolute_path)}: {error.message[:300]}"


class Service:
    """`juyan serve` with a dashboard on a free port, and some weeks of both ports in it."""

    def __init__(self, folder):
        data = os.path.join(folder, "data")
        self.child = subprocess.Popen([JUYAN, "serve", "--data", data, "--set", "listen=tcp://127.0.0.1:0", "--set",
            "dashboard_listen=127.0.0.1:0"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True)
        for line in self.child.stdout:
            if line.startswith("dashboard http://"):
                self.address = line.split()[1].rstrip("/")
            if line.strip() == "ready":
                break
        subprocess.run([JUYAN, "simulate", "--live", "--data", data, "--from", "2025-09-20", "--to", "2025-10-31",
            "--scale", "0.05", "--rail", "--speedup", "max", "--quiet"], check=True, capture_output=True, timeout=300)
        report = {"occurred_at_ms": int(time.time() * 1000), "port": "ceke", "machine_reported": {"machine": "scale 1",
            "kind": "SCALE", "condition": "SILENT", "note": "nothing for 60 s"}}
        subprocess.run([JUYAN, "send", "--data", data, "-"], input=json.dumps(report), text=True, check=True, capture_output=True,
            timeout=60)

    def ask(self, path):
        """(status, type, JSON)"""
        try:
            with urllib.request.urlopen(self.address + path, timeout=60) as answer:
                return answer.status, answer.headers["Content-Type"], json.load(answer)
        except urllib.error.HTTPError as refused:
            return refused.code, refused.headers["Content-Type"], json.load(refused)

    def close(self):
        self.child.terminate()
        self.child.wait(60)


def over_http(contract, service):
    [first, *_] = service.ask("/api/v1/search?q=CK25")[2]["rows"]
    batch = first["crossing"]["batch_no"]
    asked = [("place", "Place"), ("live", "Live"), ("session", "Session"), ("flow?port=ceke&day=2025-10-07", "Flow"),
        ("flow", "Flow"),
        ("calendar?port=ceke&year=2025", "Calendar"), ("goods?from=2025-10", "Goods"), ("search?q=CK25", "Found"),
        ("attention?noted=true", "Attention"), ("machines", "Machines"), ("machines?port=ceke", "Machines"),
        ("overview?goal=annual-2025", "Overview"), ("overview", "Overview"), (f"batches/ceke/{batch}", "Story")]
    for path, name in asked:
        status, kind, picture = service.ask(f"/api/v1/{path}")
        errors = list(validator(contract, name).iter_errors(picture))
        if status != 200 or kind != "application/json" or errors:
            yield f"/api/v1/{path}: {status} {kind}, {[error.message[:200] for error in errors[:3]]}"
    rows = service.ask("/api/v1/machines?port=ceke")[2]["rows"]
    if [(row["machine"], row["condition"]) for row in rows] != [("scale 1", "silent")]:
        yield f"/api/v1/machines: {rows}, expected one silent scale"
    for path in ("flow?port=cek", "flow?day=2025-02-30", "goods?from=soon", "overview?goal=none", "search?q=x", "batches/ceke/none",
        "machines?port=cek", "quarantine/999999999", "calendar?year=1", "flow?more=1"):
        status, kind, problem = service.ask(f"/api/v1/{path}")
        errors = list(validator(contract, "Problem").iter_errors(problem))
        if status not in (400, 404) or kind != "application/problem+json" or errors:
            yield f"/api/v1/{path}: {status} {kind}, {[error.message[:200] for error in errors[:3]]}"


def self_test(contract):
    """The validator bites: without a field, with one too many, with another type."""
    mass = dict.fromkeys(contract["components"]["schemas"]["Mass"]["properties"], 1)
    bites = validator(contract, "Mass")
    wrong = [{**mass, "net_kg": None}, {**mass, "more": 1}, {name: 1 for name in list(mass)[1:]}]
    if not bites.is_valid(mass) or any(bites.is_valid(one) for one in wrong):
        yield "the validator takes what is wrong, or refuses what is right"


def main():
    with open(CONTRACT, encoding="utf-8") as text:
        contract = yaml.safe_load(text)
    seen = {}
    complaints = list(strict(contract)) + list(self_test(contract))
    for name, schema in contract["components"]["schemas"].items():
        try:
            jsonschema.Draft202012Validator.check_schema(schema)
        except jsonschema.SchemaError as error:
            complaints.append(f"{name} is no schema: {error.message}")
    with tempfile.TemporaryDirectory() as folder:
        complaints += list(paint(folder)) + list(hold(contract, folder, seen))
    with tempfile.TemporaryDirectory() as folder:
        service = Service(folder)
        try:
            complaints += list(over_http(contract, service))
        finally:
            service.close()
    wanted = {"Place", "Live", "Overview", "Flow", "Calendar", "Goods", "Found", "Story", "Attention", "Quarantined",
        "Machines"}
    complaints += [f"no picture of {name} was painted" for name in sorted(wanted - set(seen))]
    for complaint in sorted(set(complaints)):
        print(complaint)
    print(f"{sum(seen.values())} pictures of {len(seen)} kinds, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
