#!/usr/bin/python3
"""Forecasts of the ledger as a planner meets them: the table, slices that add up to the whole, what is known by now as the totals
say it, the same answer with the services and without, a scenario that changes what it should, a report that is well-formed.
"""
import csv
import io
import os
import re
import shutil
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

sys.dont_write_bytecode = True
from serving import Server, Wrong, ask, run

SCENARIO = """name: closed in December
changes:
  - {from: 2025-12-01, to: 2025-12-31, closed: true}
"""


def expect(what, found, expected):
    if found != expected:
        raise Wrong(f"{what} is\n{found}\nexpected\n{expected}")


def expect_in(what, text, *parts):
    for part in parts:
        if part not in text:
            raise Wrong(f"{what}: {part!r} is not in\n{text}")


def rows_of(data, *arguments):
    """(series, period) -> row, in whole kg."""
    text, _ = run("forecast", "--data", data, "--as-of", "2025-08-14", "--csv", *arguments)
    rows = {}
    for row in csv.DictReader(io.StringIO(text)):
        rows[row["series"], row["period"]] = {k: int(v) for k, v in row.items() if k not in ("series", "period")}
    return rows


def test_table(data):
    out, _ = run("forecast", "--data", data, "--as-of", "2025-08-14")
    expect_in("the table", out, "all ports (t): tonnage known to 2025-08-14, by month", "2025-08", "2025-12",
        "2025 to the end of 2025-12", "log sequence number")
    # What was measured: the sum of the days to come, of all ports, whatever the slice.
    for slice_of in ((), ("--mode", "truck"), ("--by", "mode")):
        out, _ = run("forecast", "--data", data, "--as-of", "2025-08-14", *slice_of)
        if not re.search(r"Backtest: all ports together, forecast again from \d+ earlier days: the sum of the next 139 days "
                r"\(what was done before is not in it\) was off by [\d.]+ % \(median\); of single days \d+ % lay within", out):
            raise Wrong(f"the line about earlier forecasts does not say what it measured:\n{out}")


def test_known_is_what_has_passed(data):
    """What is known of August and of the year is what the totals say, to the kilogram."""
    passed = ask("totals", "--data", data, "--from", "2025-01-01", "--to", "2025-08-14", "--period", "month", "--by", "all")
    months = {row["period"]: row["net_kg"] for row in passed}
    rows = rows_of(data)
    expect("August", rows["all ports", "2025-08"]["known"], months["2025-08"])
    beyond = rows["all ports", "2025-08"]["to_date_mean"] - rows["all ports", "2025-08"]["mean"]
    expect("the year before August", beyond, sum(kg for month, kg in months.items() if month < "2025-08"))


def test_parts_add_up(data):
    whole = rows_of(data)
    for by in ("port", "mode", "port,direction,mode,group"):
        parts = rows_of(data, "--by", by)
        for (_, period), row in whole.items():
            for name in ("known", "mean", "to_date_mean"):
                expect(f"{name} of {period} by {by}", sum(r[name] for (_, p), r in parts.items() if p == period), row[name])


def test_how_far(data):
    expect("periods", [p for _, p in rows_of(data, "--to", "2026-02")],
        [f"2025-{m:02d}" for m in range(8, 13)] + ["2026-01", "2026-02"])
    days = rows_of(data, "--horizon", "10", "--period", "day")
    expect("days", [p for _, p in days], [f"2025-08-{d}" for d in range(15, 25)])
    out, _ = run("forecast", "--data", data, "--as-of", "2025-08-14", "--horizon", "10")
    expect_in("a part of a month", out, "2025-08 (in part)")


def test_same_bytes(data):
    expect("asked again", rows_of(data, "--seed", "5"), rows_of(data, "--seed", "5"))


def test_scenario(data, folder):
    path = os.path.join(folder, "closed.yaml")
    with open(path, "w", encoding="utf-8") as out:
        out.write(SCENARIO)
    plain, closed = rows_of(data), rows_of(data, "--scenario", path)
    name = "all ports (closed in December)"
    expect("December", closed[name, "2025-12"]["p975"], 0)
    expect("October", closed[name, "2025-10"], plain["all ports", "2025-10"])
    with open(path, "w", encoding="utf-8") as out:
        out.write("name: x\nchanges:\n  - {from: 2025-13-01, closed: true}\n")
    expect_in("what is said", run("forecast", "--data", data, "--scenario", path, code=1)[1], f"{path}:3: ")


def test_report(data, folder):
    html, svg = os.path.join(folder, "r.html"), os.path.join(folder, "r.svg")
    run("forecast", "--data", data, "--as-of", "2025-08-14", "--html", html, "--svg", svg)
    with open(html, encoding="utf-8") as file:
        text = file.read()
    page = ElementTree.fromstring(text.replace("<!DOCTYPE html>\n", ""))
    if len(list(page.iter("{http://www.w3.org/2000/svg}svg"))) < 2:
        raise Wrong("the report has less than two pictures")
    expect_in("the report", text, "all ports", "2025-12", "seed")
    # The year before is beside this one: a dashed line in the year's picture, twelve months more in that of months.
    texts = [element.text for element in page.iter() if element.text]
    if "2024" not in texts:
        raise Wrong("the report's pictures do not show the year before")
    paths = [e.get("d") for e in ElementTree.parse(svg).iter() if (e.get("class") or "").endswith("past") and e.get("d")]
    if max((path.count("L") for path in paths), default=0) < 18:
        raise Wrong(f"the months before this year are not in the picture: {paths}")


def test_wrong(data):
    for arguments, code, sentence in (
            (("--port", "cekee"), 1, "the nearest is 'ceke'"),
            (("--mode", "ship"), 2, "--mode has 'ship', expected truck, agv or rail"),
            (("--period", "week"), 2, "--period is week, expected day, month or year for the ledger"),
            (("--by", "basis"), 2, "--by has 'basis', expected any of port, direction, mode, group"),
            (("--season", "7"), 2, "go with --series"),
            (("--to", "soon"), 2, "--to is 'soon', expected a period such as 2025")):
        expect_in("what is said", run("forecast", "--data", data, *arguments, code=code)[1], sentence)


def test_backtest(data):
    out, _ = run("backtest", "--data", data, "--as-of", "2025-08-14", "--months", "3")
    expect_in("the backtest", out, "all ports: backtest from ", "seasonal naive", "In short: ")


def main():
    folder = tempfile.mkdtemp(prefix="juyan-forecast-")
    data = os.path.join(folder, "data")
    server = Server(data)
    try:
        run("simulate", "--live", "--data", data, "--from", "2024-01-01", "--to", "2025-08-14", "--scale", "0.05",
            "--speedup", "max", "--quiet", "--clean")
        test_table(data)
        test_known_is_what_has_passed(data)
        test_parts_add_up(data)
        test_how_far(data)
        test_same_bytes(data)
        test_scenario(data, folder)
        test_report(data, folder)
        test_wrong(data)
        test_backtest(data)
        with_services = rows_of(data)
        server.close()
        expect("the answer without the services", rows_of(data), with_services)
    except Wrong as wrong:
        print(wrong)
        return 1
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


sys.exit(main())
