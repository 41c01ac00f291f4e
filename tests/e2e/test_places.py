#!/usr/bin/python3
"""Ports in a tree of places: a league and a region of tools/places/. Whatever is asked of a place is the same as asked of the ports
below it, by each command; a goal of a place is the goal of its ports; and what does not fit the tree is refused.
"""
import json
import os
import sys
import tempfile

sys.dont_write_bytecode = True
from serving import Server, Wrong, ask, run

SOURCE = os.environ.get("JUYAN_SOURCE") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
PLACES = os.path.join(SOURCE, "tools", "places")
PORTS = ["ceke", "wuliji"]


def same(what, left, right):
    if left != right:
        raise Wrong(f"{what}: {left}, expected {right}")


def kg(rows):
    return sum(row["net_kg"] for row in rows)


def check_totals(data):
    both = kg(ask("totals", "--port", ",".join(PORTS), "--data", data))
    parts = {port: kg(ask("totals", "--port", port, "--data", data)) for port in PORTS}
    if min(parts.values()) <= 0:
        raise Wrong(f"nothing passed at one of the ports: {parts}")
    for place in ("alxa", "inner_mongolia", "alxa,ceke", "inner_mongolia,ganqimaodu"):
        same(f"totals of {place}", kg(ask("totals", "--port", place, "--data", data)), both)
    same("totals of a port without traffic", kg(ask("totals", "--port", "ganqimaodu", "--data", data)), 0)
    rows = ask("totals", "--by", "place", "--data", data)
    same("totals by place", [(row["place"], row["net_kg"], row["port"]) for row in rows], [("alxa", both, None)])
    rows = ask("totals", "--by", "place,port", "--data", data)
    same("totals by place and port", {(row["place"], row["port"]): row["net_kg"] for row in rows},
        {("alxa", port): parts[port] for port in PORTS})
    out = run("totals", "--port", "alxi", "--data", data, code=1)[1]
    if "'alxa'" not in out:
        raise Wrong(f"who mistypes a place is not told the nearest: {out}")


def check_forecast(data):
    """Of the same leaves and draws, so that the figures are the same."""
    def rows(*port):
        return ask("forecast", *port, "--as-of", "2026-03-31", "--data", data)[0]["rows"]

    league = rows("--port", "alxa")
    same("forecast of the league", league, rows("--port", "ceke,wuliji"))
    same("forecast of the region", rows("--port", "inner_mongolia"), rows())
    if league == rows("--port", "wuliji"):
        raise Wrong("the forecast of a place is that of one of its ports")


def check_goals(data, before):
    goals = {name: ask("goal", name, "--as-of", "2026-03-31", "--data", data)["goals"][0]
        for name in ("annual-2026", "region-2025")}
    same("ports of the league's goal", goals["annual-2026"]["goal"]["ports"], ["alxa"])
    for field in ("done", "chance", "end", "open_days_left", "done_by_basis"):
        same(f"{field} of the goal said of ports and of their league", goals["annual-2026"].get(field), before.get(field))
    same("done of the region's goal", goals["region-2025"]["done_kg"],
        kg(ask("totals", "--port", "ceke,wuliji", "--from", "2025", "--to", "2025", "--data", data)))
    said = run("goal", "annual-2026", "--as-of", "2026-03-31", "--data", data)[0]
    if ": alxa, 2026-01-01" not in said:
        raise Wrong(f"the goal is not said of its league: {said[:200]}")


def check_others(data):
    report = json.loads(run("report", "--from", "2026-02", "--port", "alxa", "--format", "json", "--data", data)[0])
    same("report of the league", report["total"]["net_kg"],
        kg(ask("totals", "--port", "ceke,wuliji", "--from", "2026-02", "--to", "2026-02", "--data", data)))


def check_refused(data, folder):
    def apply(text, expected, *more):
        path = os.path.join(folder, "wrong.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        said = run("registry", "apply", path, "--yes", *more, "--data", data, code=1)[1]
        if expected not in said:
            raise Wrong(f"{text!r} is refused with '{said}', expected '{expected}'")

    apply("places:\n  - {id: ceke}\n", "id of a port and of a place")
    apply("places:\n  - {id: inner_mongolia, parent: alxa}\n", "below itself")
    apply("places:\n  - {id: ejin, parent: alxia}\n", "the nearest known is 'alxa'")
    apply("places:\n  - {id: inner_mongolia}\n", "place 'alxa', which is not in the registry", "--drop-missing")
    apply("places: []\nports: []\n", "which is not in the registry", "--drop-missing")
    apply("goals:\n  - {id: g, ports: [inner_mongolie], from: 2025-01-01, to: 2025-12-31, target_kg: 1}\n",
        "port or place 'inner_mongolie'")
    apply("places:\n  - {id: dated, valid_from: 2025-01-01}\n", "a place has no valid_from")


def main():
    with tempfile.TemporaryDirectory() as folder:
        data = os.path.join(folder, "data")
        server = Server(data)
        try:
            run("simulate", "--live", "--data", data, "--from", "2025-12-01", "--to", "2026-03-31", "--scale", "0.05", "--speedup",
                "max", "--quiet")
            before = ask("goal", "annual-2026", "--as-of", "2026-03-31", "--data", data)["goals"][0]
            for name in ("alxa.yaml", "inner_mongolia.yaml"):
                run("registry", "apply", os.path.join(PLACES, name), "--yes", "--data", data)
            check_totals(data)
            check_forecast(data)
            check_goals(data, before)
            check_others(data)
            check_refused(data, folder)
            written = run("registry", "show", "--data", data)[0]
            if not written.startswith("places:\n"):
                raise Wrong(f"places do not stand first in what the registry shows: {written[:60]}")
            server.close()
        except BaseException:
            server.kill()
            raise


if __name__ == "__main__":
    try:
        main()
    except Wrong as wrong:
        sys.exit(f"test_places.py: {wrong}")
