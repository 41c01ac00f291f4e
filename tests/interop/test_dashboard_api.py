#!/usr/bin/python3
"""Holds what the dashboard answers against its contract, services/dashboard/openapi.yaml, with a validator of another's making.

The contract first: every schema is one, every field that it names is required. Then the pictures that the unit tests paint, from
ledgers that are empty, quiet, late, corrected and broken: test_painter*.c write them into a folder when they are asked to. A field
that the contract does not name is as wrong as one that is missing.

Uses $JUYAN_TESTS, the folder of the built tests.
"""
import json
import os
import subprocess
import sys
import tempfile

try:
    import jsonschema
    import yaml
except ImportError as missing:
    print(f"skipped: {missing}; apt-get install python3-jsonschema python3-yaml")
    sys.exit(77)

SOURCE = os.environ.get("JUYAN_SOURCE", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
TESTS = os.environ.get("JUYAN_TESTS", os.path.join(SOURCE, "build", "tests"))
CONTRACT = os.path.join(SOURCE, "services", "dashboard", "openapi.yaml")
PAINTERS = ("test_painter", "test_painter_year")
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
    wanted = {"Place", "Live", "Overview", "Flow", "Calendar", "Goods", "Found", "Story", "Attention", "Quarantined"}
    complaints += [f"no picture of {name} was painted" for name in sorted(wanted - set(seen))]
    for complaint in sorted(set(complaints)):
        print(complaint)
    print(f"{sum(seen.values())} pictures of {len(seen)} kinds, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
