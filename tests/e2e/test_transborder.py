#!/usr/bin/python3
"""Real input, to the kilogram: 4,290 truck and rail records of January 2015, from the spreadsheet as it is, over the session.

What the command says by port, mode and direction, and by HS chapter, equals the sums that a few lines of Python take from the file;
and the same file sent again changes nothing. The file is not part of the repository: $JUYAN_DATA_FOLDER, $JUYAN_SHARED/data, or
../shared/data beside the checkout ($JUYAN_SOURCE).
"""
import csv
import os
import sys
import tempfile
from collections import Counter

sys.dont_write_bytecode = True
from serving import Server, Wrong, ask, run

NAME = "transborder_2015_01.csv"
SOURCE = os.environ.get("JUYAN_SOURCE") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
MAPS = os.path.join(SOURCE, "tools", "maps")


def find_input():
    shared = os.environ.get("JUYAN_SHARED")
    folders = [os.environ.get("JUYAN_DATA_FOLDER"), shared and os.path.join(shared, "data"), f"{SOURCE}/../shared/data"]
    for folder in filter(None, folders):
        if os.path.exists(os.path.join(folder, NAME)):
            return os.path.join(folder, NAME)
    print(f"skip: {NAME} is not here; $JUYAN_DATA_FOLDER says where")
    sys.exit(77)


def same(what, said, expected):
    for key in sorted(said.keys() | expected.keys()):
        if said.get(key) != expected.get(key):
            raise Wrong(f"{what}: {key} is {said.get(key)}; expected {expected.get(key)}")


def sums(rows, *columns):
    """(kg, rows) by these columns."""
    kg, n = Counter(), Counter()
    for row in rows:
        key = tuple(row[column] for column in columns)
        kg[key] += int(row["weight_kg"])
        n[key] += 1
    return {key: (kg[key], n[key]) for key in n}


def totals(server, *dimensions):
    rows = ask("totals", "--data", server.data, "--from", "2015", "--to", "2015", "--by", ",".join(dimensions))
    for row in rows:
        if row["units_unknown"] != 0 or row["units"] != row["batches"]:
            raise Wrong(f"every unit is one batch and has a mass, if only zero; but {row}")
    return {tuple(row[d] for d in dimensions): (row["net_kg"], row["batches"]) for row in rows}


def check(server, rows):
    said = totals(server, "port", "mode", "direction")
    same("by port, mode and direction", said, sums(rows, "port", "mode", "direction"))
    chapters = {("hs" + key[0],): value for key, value in sums(rows, "commodity_hs2").items()}
    same("by HS chapter", totals(server, "group"), chapters)
    same("by basis", totals(server, "basis"), {("declared",): (sum(int(r["weight_kg"]) for r in rows), len(rows))})
    same("by day", totals(server, "period"), {("2015",): (sum(int(r["weight_kg"]) for r in rows), len(rows))})
    return said


def go(server, path, rows):
    run("registry", "apply", os.path.join(MAPS, "transborder_registry.yaml"), "--data", server.data, "--drop-missing", "--yes",
        "--by", "test", "--reason", "the ports of the file")
    send = ("send", "--data", server.data, "--map", os.path.join(MAPS, "transborder.yaml"), path)
    first = ask(*send)
    expected = {"read": 2 * len(rows), "accepted": 2 * len(rows), "wrong": 0, "quarantined": 0, "unanswered": 0}
    same("send", {name: first[name] for name in expected}, expected)
    before = check(server, rows)
    again = ask(*send)
    if again["duplicate"] != 2 * len(rows) or again["accepted"] != 0:
        raise Wrong(f"sent again: {again}; expected duplicates alone")
    same("after sending again", check(server, rows), before)


def main():
    path = find_input()
    with open(path, newline="") as file:
        rows = [{**row, "port": row["port"].lower()} for row in csv.DictReader(file)]
    with tempfile.TemporaryDirectory() as folder:
        server = Server(os.path.join(folder, "data"))
        try:
            go(server, path, rows)
            server.close()
        finally:
            server.kill()
    kg = sum(int(row["weight_kg"]) for row in rows)
    print(f"{len(rows)} records, {kg} kg: equal by port, mode and direction, by HS chapter, and when sent again")


if __name__ == "__main__":
    try:
        main()
    except Wrong as wrong:
        sys.exit(f"test_transborder: {wrong}")
