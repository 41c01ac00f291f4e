#!/usr/bin/python3
"""Holds the contract against protobuf's own Python library, which shares nothing with ours.

- tests/unit/golden.ndjson: the bytes of every message. tests/unit/test_json.c holds the same file against our C. A line, once
  there, never changes and never goes: a field number that came to mean something else would break it here and there. After
  adding a field or a message, `test_contract.py --missing` prints the lines that are to be appended.
- proto/README.md: the bytes of its worked example, and its table of limits against bounds.h.
"""
import json
import os
import re
import sys

from google.protobuf import json_format
from google.protobuf.descriptor import FieldDescriptor as F

import terminal

SOURCE = os.environ.get("JUYAN_SOURCE", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
README = os.path.join(SOURCE, "proto", "README.md")
BOUNDS = os.path.join(SOURCE, "proto", "bounds.h")
GOLDEN = os.path.join(SOURCE, "tests", "unit", "golden.ndjson")


def value_of(field, depth):
    """A value that tells the field from its neighbours."""
    if field.type == F.TYPE_STRING:
        return field.name + " 煤"
    if field.type == F.TYPE_BYTES:
        return bytes([field.number, 0, 255])
    if field.type == F.TYPE_BOOL:
        return True
    if field.type == F.TYPE_ENUM:
        return field.enum_type.values[-1].number
    if field.type == F.TYPE_UINT32:
        return 4000000000 + field.number
    if field.type == F.TYPE_UINT64:
        return 2**63 + field.number
    if field.type == F.TYPE_INT64:
        return -1000 - field.number
    raise SystemExit(f"{field.full_name} has a type that this protocol does not use")


def fill(message, member=None, depth=0):
    """Sets every field, and of each oneof the named member (or its first)."""
    for field in message.DESCRIPTOR.fields:
        real_oneof = field.containing_oneof is not None and not field.containing_oneof.name.startswith("_")
        if real_oneof and field.name != (member or field.containing_oneof.fields[0].name):
            continue
        repeated = field.label == F.LABEL_REPEATED
        if field.type == F.TYPE_MESSAGE:
            for _ in range(2 if repeated and depth == 0 else 1):
                inner = getattr(message, field.name).add() if repeated else getattr(message, field.name)
                inner.SetInParent() if not repeated else None
                fill(inner, depth=depth + 1)
        elif repeated:
            getattr(message, field.name).extend([value_of(field, depth)] * 2)
        else:
            setattr(message, field.name, value_of(field, depth))


def variants(cls):
    """One message for each member of its oneof; one where it has none."""
    oneofs = [o for o in cls.DESCRIPTOR.oneofs if not o.name.startswith("_")]
    for member in [f.name for f in oneofs[0].fields] if oneofs else [None]:
        message = cls()
        fill(message, member)
        yield member, message


def line_of(name, member, message):
    return {
        "message": name,
        "member": member,
        "hex": message.SerializeToString(deterministic=True).hex(),
        "json": json_format.MessageToDict(message, preserving_proto_field_name=True),
    }


def check(line, cls):
    message = cls()
    message.ParseFromString(bytes.fromhex(line["hex"]))
    assert not message.FindInitializationErrors()
    shown = json_format.MessageToDict(message, preserving_proto_field_name=True)
    assert shown == line["json"], f"{line['message']}: names have moved"
    again = json_format.ParseDict(line["json"], cls())
    assert again.SerializeToString(deterministic=True).hex() == line["hex"], f"{line['message']}: bytes have moved"


def check_example(classes):
    """Each `Name {json}` of the README is followed by its bytes; either may go on over several lines."""
    with open(README, encoding="utf-8") as file:
        lines = file.read().split("\n")
    found = 0
    while lines:
        match = re.fullmatch(r"    (\w+) (\{\".*)", lines.pop(0))
        if not match or match.group(1) not in classes:
            continue
        text, said = match.group(2), ""
        while lines[0].startswith("        "):
            text += " " + lines.pop(0).strip()
        while re.fullmatch(r"      [0-9a-f]+", lines[0]):
            said += lines.pop(0).strip()
        made = json_format.Parse(text, classes[match.group(1)]()).SerializeToString(deterministic=True).hex()
        assert said == made, f"README.md: {text[:60]}... has the bytes {made}"
        found += 1
    assert found >= 7, "README.md: the worked example has gone"
    return found


def check_limits():
    """Each row `NAME` | number of the README says what bounds.h says."""
    with open(BOUNDS, encoding="utf-8") as file:
        bounds = file.read()
    with open(README, encoding="utf-8") as file:
        rows = re.findall(r"^\| `([A-Z_]+)` \| (\d+) \|", file.read(), re.MULTILINE)
    for name, said in rows:
        match = re.search(rf"\b{name} (?:= ([0-9 *]+),|INT64_C\((\d+)\))", bounds)
        assert match, f"README.md: bounds.h has no {name}"
        value = 1
        for factor in (match.group(1) or match.group(2)).split("*"):
            value *= int(factor)
        assert value == int(said), f"README.md: {name} is {value}, not {said}"
    assert len(rows) > 10, "README.md: the table of limits has gone"
    return len(rows)


def main():
    classes = terminal.message_classes()
    lines = []
    if os.path.exists(GOLDEN):
        with open(GOLDEN, encoding="utf-8") as file:
            lines = [json.loads(text) for text in file]

    missing = []
    for name, cls in sorted(classes.items()):
        for member, message in variants(cls):
            fresh = line_of(name, member, message)
            # A line made before a field was added is still right, but no longer whole.
            same = [line for line in lines if (line["message"], line["member"]) == (name, member)]
            if not any(set(fresh["json"]) <= set(line["json"]) for line in same):
                missing.append(fresh)
    if "--missing" in sys.argv:
        for line in missing:
            print(json.dumps(line, ensure_ascii=False))
        return 0

    for line in lines:
        check(line, classes[line["message"]])
    if missing:
        print(f"golden.ndjson lacks {len(missing)} lines, the first for {missing[0]['message']}: see test_contract.py --missing")
        return 1
    examples, limits = check_example(classes), check_limits()
    print(f"{len(lines)} messages are as they were; the README is right in {examples} examples and {limits} limits")
    return 0


if __name__ == "__main__":
    sys.exit(main())
