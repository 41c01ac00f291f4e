#!/usr/bin/python3
"""Forecasts and backtests of a file's series as a planner meets them: tables, CSV, JSON, paths, pictures and reports that are
well-formed XML and load nothing, the same bytes for the same seed, parts and years that add up, and what is said of files and
options that are wrong.
"""
import csv
import io
import json
import math
import os
import re
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from datetime import date, timedelta

sys.dont_write_bytecode = True
from serving import Wrong, ask, run

SVG = "{http://www.w3.org/2000/svg}"


def expect(what, found, expected):
    if found != expected:
        raise Wrong(f"{what} is\n{found}\nexpected\n{expected}")


def expect_in(what, text, *parts):
    for part in parts:
        if part not in text:
            raise Wrong(f"{what}: {part!r} is not in\n{text}")


def near(what, found, expected, tolerance=1e-6):
    if not abs(found - expected) <= tolerance * max(1, abs(expected)):
        raise Wrong(f"{what} is {found}; expected {expected}")


def wave(i, season):
    """A deterministic series with a season and something like noise."""
    return 1000 + 3 * i + 200 * math.sin(2 * math.pi * i / season) + (i * 7919) % 101


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)
    return path


def months(folder, n=100):
    rows = "".join(f"{2017 + i // 12}-{i % 12 + 1:02d},{wave(i, 12):.1f}\n" for i in range(n))
    return write(folder, "months.csv", "month,策克 coal\n" + rows)


def days(folder, n=800):
    first = date(2023, 1, 1)
    rows = "".join(f"{first + timedelta(i)},{wave(i, 7):.2f},{wave(i, 30):.2f}\n" for i in range(n))
    return write(folder, "days.csv", "date,truck,rail\n" + rows)


# ---- forecast ----

def test_table(folder):
    out, _ = run("forecast", "--series", months(folder))
    expect_in("the table", out, "策克 coal: 100 months known to 2025-04, by month", "2025-05", "2025-12",
        "2025 to the end of 2025-12", "2024 was", "Backtest: ", "1000 paths, seed 1")
    if "2026-01" in out:
        raise Wrong(f"the forecast goes beyond the year:\n{out}")


def test_csv_and_json_agree(folder):
    path = months(folder)
    rows = list(csv.DictReader(io.StringIO(run("forecast", "--series", path, "--csv", "--to", "2026-06")[0])))
    found, = ask("forecast", "--series", path, "--to", "2026-06")
    expect("the periods", [row["period"] for row in rows],
        [f"2025-{m:02d}" for m in range(5, 13)] + [f"2026-{m:02d}" for m in range(1, 7)])
    for row, other in zip(rows, found["rows"]):
        for name in ("mean", "p025", "p10", "p25", "p50", "p75", "p90", "p975"):
            near(f"{row['period']} {name}", float(row[name]), other["total"][name])
            near(f"{row['period']} to date {name}", float(row["to_date_" + name]), other["year_to_date"][name])
        quantiles = [other["total"][name] for name in ("p025", "p10", "p25", "p50", "p75", "p90", "p975")]
        expect(f"{row['period']}: quantiles in order", quantiles, sorted(quantiles))
        near(f"{row['period']}: parts", sum(other["parts"].values()), other["total"]["mean"])


def test_years_add_up(folder):
    """The year to date holds what is known of the year; with a new year it begins again."""
    path = months(folder)
    found, = ask("forecast", "--series", path, "--to", "2026-06")
    known = sum(round(wave(i, 12), 1) for i in range(96, 100))
    total = 0
    for row in found["rows"]:
        if row["period"] == "2026-01":
            known = total = 0
        total += row["total"]["mean"]
        near(f"to date at {row['period']}", row["year_to_date"]["mean"], known + total)
    by_year, = ask("forecast", "--series", path, "--to", "2026-06", "--period", "year")
    december = next(row for row in found["rows"] if row["period"] == "2025-12")
    near("2025", by_year["rows"][0]["total"]["mean"], december["year_to_date"]["mean"])
    near("2025, 10 %", by_year["rows"][0]["total"]["p10"], december["year_to_date"]["p10"])


def test_same_seed_same_bytes(folder):
    path = days(folder)
    arguments = ("forecast", "--series", path, "--column", "truck", "--horizon", "20", "--csv")
    first, _ = run(*arguments)
    expect("the second time", run(*arguments)[0], first)
    expect("seed 1", run(*arguments, "--seed", "1")[0], first)
    if run(*arguments, "--seed", "2")[0] == first:
        raise Wrong("another seed gives the same figures")


def test_paths(folder):
    """Quantiles of the table are those of the paths."""
    path = days(folder)
    arguments = ("forecast", "--series", path, "--column", "rail", "--horizon", "3", "--paths", "201")
    rows = list(csv.DictReader(io.StringIO(run(*arguments, "--print-paths")[0])))
    expect("the number of values", len(rows), 3 * 201)
    drawn = sorted(float(row["value"]) for row in rows if row["period"] == "2025-03-11")
    expect("paths of a period", len(drawn), 201)
    found, = ask(*arguments)
    near("the median", found["rows"][0]["total"]["p50"], drawn[100])
    near("10 %", found["rows"][0]["total"]["p10"], drawn[20])
    sums = {}
    for row in rows:
        sums[row["path"]] = sums.get(row["path"], 0) + float(row["value"])
    known = sum(round(wave(i, 30), 2) for i in range(731, 800))
    near("the median of sums", found["rows"][2]["year_to_date"]["p50"], known + sorted(sums.values())[100])


# ---- pictures ----

def look_at(svg, what):
    """Well-formed, told in words, everything within the view box, nothing from elsewhere."""
    root = ElementTree.fromstring(svg)
    expect(f"{what}: the root", root.tag, SVG + "svg")
    for name in ("title", "desc"):
        if not (root.findtext(SVG + name) or "").strip():
            raise Wrong(f"{what}: there is no {name}")
    width, height = [float(n) for n in root.get("viewBox").split()[2:]]
    for element in root.iter():
        if element.tag == SVG + "text":
            x, y = float(element.get("x")), float(element.get("y"))
            if not (0 <= x <= width and 0 <= y <= height):
                raise Wrong(f"{what}: '{element.text}' at {x}, {y} is outside of {width} x {height}")
        for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", element.get("d") or ""):
            if not (-0.01 <= float(x) <= width + 0.01 and -0.01 <= float(y) <= height + 0.01):
                raise Wrong(f"{what}: a line goes to {x}, {y}, outside of {width} x {height}")
    nothing_from_elsewhere(svg, what)
    return root


def nothing_from_elsewhere(text, what):
    for found in re.findall(r"(?:href|src|url|@import)[^>]{0,40}|https?://[^\"' >]*", text):
        if found != "http://www.w3.org/2000/svg":
            raise Wrong(f"{what} loads {found}")


def texts(root):
    return [element.text for element in root.iter(SVG + "text")]


def labels_keep_apart(root, what):
    """Texts that begin or end at the same place stand at least a line apart."""
    places = {}
    for element in root.iter(SVG + "text"):
        places.setdefault((element.get("x"), element.get("text-anchor")), []).append(float(element.get("y")))
    for ys in places.values():
        ys.sort()
        for a, b in zip(ys, ys[1:]):
            if b - a < 12:
                raise Wrong(f"{what}: two texts stand {b - a:.1f} apart")


def test_fan(folder):
    path = os.path.join(folder, "fan.svg")
    run("forecast", "--series", months(folder), "--svg", path)
    with open(path, encoding="utf-8") as file:
        root = look_at(file.read(), "the fan")
    labels_keep_apart(root, "the fan")
    expect_in("the fan's texts", " | ".join(texts(root)), "策克 coal", "known to 2025-04", "(80 %)", "(95 %)", "2024")
    for name in ("band95", "band80", "band50", "past", "mean"):
        if not any(name == element.get("class") for element in root.iter()):
            raise Wrong(f"the fan has no {name}")


def test_report(folder):
    path = os.path.join(folder, "report.html")
    run("forecast", "--series", days(folder), "--html", path)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    nothing_from_elsewhere(text, "the report")
    page = ElementTree.fromstring(text.replace("<!DOCTYPE html>\n", ""))
    pictures = list(page.iter(SVG + "svg"))
    if len(pictures) < 4:
        raise Wrong(f"the report of two series has {len(pictures)} pictures")
    for picture in pictures:
        look_at(ElementTree.tostring(picture, encoding="unicode"), "a picture of the report")
        labels_keep_apart(picture, "a picture of the report")
    ids = [element.get("id") for element in page.iter() if element.get("id")]
    expect("names within the report, once each", len(set(ids)), len(ids))
    expect_in("the report", text, "prefers-color-scheme: dark", "Backtest: ", "seed 1", "2025-12", "truck", "rail")


def test_the_year_before(folder):
    """Beside this year stands the whole one before it, to the same end in a leap year; of half a year there is none."""
    for first, n, expected in ((date(2023, 1, 1), 639, True), (date(2023, 7, 1), 458, False)):
        rows = "".join(f"{first + timedelta(i)},{1000 + wave(i, 7):.2f}\n" for i in range(n))
        path = os.path.join(folder, "year.html")
        run("forecast", "--series", write(folder, "year.csv", "date,value\n" + rows), "--html", path)
        with open(path, encoding="utf-8") as file:
            page = ElementTree.fromstring(file.read().replace("<!DOCTYPE html>\n", ""))
        picture = next(page.iter(SVG + "svg"))
        texts = [element.text for element in picture.iter(SVG + "text")]
        expect(f"whether {first.year} is told at the end of 2024", any(text.startswith("2023: ") for text in texts), expected)
        expect("whether it is drawn at all", any(text.startswith("2023") for text in texts), expected)


def test_report_that_cannot_be(folder):
    _, said = run("forecast", "--series", months(folder), "--html", os.path.join(folder, "no", "r.html"), code=3)
    expect_in("what is said", said, "no/r.html: No such file")


# ---- backtest ----

def test_backtest(folder):
    path = months(folder)
    svg, html = os.path.join(folder, "b.svg"), os.path.join(folder, "b.html")
    found = ask("backtest", "--series", path, "--svg", svg, "--html", html)
    expect("origins", found["origins"], 24)
    rows = {(row["method"], row["distance"]): row for row in found["rows"]}
    # Of 24 origins all see one step, and the last but two three; 2 + 1 steps are not there yet.
    expect("values 1-3 months ahead", rows["naive", "1-3 months"]["n"], 24 * 3 - 3)
    expect("all", rows["naive", "all"]["n"], sum(min(12, i) for i in range(1, 25)))
    near("seasonal naive", rows["seasonal naive", "7-12 months"]["mase"], by_hand(12), 1e-7)
    year = next(year for year in found["years"] if year["origin"] == "2023-09")
    near("what came", year["came"], sum(round(wave(i, 12), 1) for i in range(72, 84)))
    near("the naive's year", year["forecast"]["naive"]["mean"],
        sum(round(wave(i, 12), 1) for i in range(72, 81)) + 3 * round(wave(80, 12), 1))
    with open(svg, encoding="utf-8") as file:
        labels_keep_apart(look_at(file.read(), "the backtest's picture"), "the backtest's picture")
    with open(html, encoding="utf-8") as file:
        ElementTree.fromstring(file.read().replace("<!DOCTYPE html>\n", ""))
    expect_in("the table", run("backtest", "--series", path)[0], "In short: from 24 earlier origins", "year's total from")


def by_hand(season):
    """MASE of the seasonal naive 7 to 12 months ahead, from the last 24 origins."""
    values = [round(wave(i, season), 1) for i in range(100)]
    errors = []
    for origin in range(76, 100):
        scale = sum(abs(values[i] - values[i - season]) for i in range(season, origin)) / (origin - season)
        for h in range(7, 13):
            if origin + h <= 100:
                errors.append(abs(values[origin + h - 1] - values[origin + h - 1 - season]) / scale)
    return sum(errors) / len(errors)


def test_backtest_of_several(folder):
    found = ask("backtest", "--series", days(folder), "--months", "6", "--horizon", "10")
    expect("distances", sorted({row["distance"] for row in found["rows"]}), ["1-7 days", "8-10 days", "all"])
    expect("origins of two series", found["origins"], 12)
    for jobs in ("1", "2", "5"):
        expect(f"the same with {jobs} at a time", ask("backtest", "--series", days(folder), "--months", "6", "--horizon", "10",
            "--jobs", jobs), found)
    run("backtest", "--series", days(folder), "--jobs", "0", code=2)


# ---- what is wrong ----

def test_wrong_files(folder):
    for text, sentence in (
            ("date,value\n2025-01-01,1\n2025-01-32,2\n", ":3: the date is '2025-01-32', expected a form such as 2025-01-31"),
            ("date,value\n2025-01-01,1\n2025-01-02,2\n2025-01-05,2\n",
                ":4: before this row 2025-01-03 to 2025-01-04 are missing (2 days), expected every day, or --gaps unknown"),
            ("date,value\n2025-01-01,1\n2025-01-02,2\n2025-01-02,2\n", ":4: 2025-01-02 stands twice (see line 3)"),
            ("date,value\n2025-01-01,1\n2025-01-02,much\n", ":3: the value is 'much', expected a number such as 1234.56")):
        path = write(folder, "wrong.csv", text)
        for command in ("forecast", "backtest"):
            expect_in("what is said", run(command, "--series", path, code=1)[1], path + sentence)


def test_short_series(folder):
    """Too few values for a season: the model that can, and a note."""
    path = write(folder, "short.csv", "month,value\n" + "".join(f"2025-0{i},{10 + i}\n" for i in range(1, 8)))
    out, _ = run("forecast", "--series", path)
    expect_in("the forecast", out, "2025-12", "Note: 7 months are too few for a season of 12: this is a forecast without it.")
    _, said = run("backtest", "--series", write(folder, "two.csv", "month,value\n2025-01,1\n2025-02,3\n"), code=1)
    expect_in("what is said", said, "2 months are too few for a backtest")


def test_wrong_options(folder):
    path = months(folder)
    for arguments, sentence in (
            (("--season", "1"), "--season has '1', expected steps from 2 to 20000, or none"),
            (("--season", "12,7"), "expected seasons in rising order"),
            (("--to", "2024"), "--to is '2024', expected a period behind 2025-04, where the series ends"),
            (("--to", "soon"), "--to is 'soon', expected a period such as 2025"),
            (("--horizon", "0"), "--horizon is '0', expected a number from 1 to 20000"),
            (("--period", "day"), "expected no finer one than the series' own: month"),
            (("--port", "ceke"), "--series goes without the options of the ledger"),
            (("--gaps", "fill"), "--gaps is 'fill', expected unknown")):
        expect_in("what is said", run("forecast", "--series", path, *arguments, code=2)[1], sentence)
    expect_in("what is said", run("forecast", "--series", path, "--id", "x", code=1)[1], "there is no series 'x'")


def main():
    tests = [value for name, value in globals().items() if name.startswith("test_")]
    for test in tests:
        with tempfile.TemporaryDirectory() as folder:
            test(folder)
            print(f"{test.__name__}: fine")


if __name__ == "__main__":
    try:
        main()
    except Wrong as wrong:
        sys.exit(f"wrong: {wrong}")
