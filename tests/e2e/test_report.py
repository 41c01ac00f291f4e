#!/usr/bin/python3
"""`juyan report` of a simulated day, month and year, of both ports and of one, as JSON, CSV, XLSX and PDF in three languages: read
back by other programs (csv, openpyxl, pdftotext, pdfinfo) and held against `juyan totals`, to the kilogram. A day is one page.
Names that look like formulas or scripts stay texts. A port with no traffic, days before the ledger, wrong input.
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

import openpyxl

sys.dont_write_bytecode = True
from serving import JUYAN, Server, Wrong, run

MASSES = ("net_kg", "weighed_kg", "declared_kg", "corrected_kg")
FIGURES = MASSES + ("batches", "units", "units_unknown")
LANGUAGES = ("zh", "mn", "en")
SPANS = (("2025-02-18", None), ("2025-02", None), ("2025-01-10", "2025-02-20"), ("2024-06", "2025-02"), ("2024", None))
HOSTILE = {"name_zh": "=cmd|' /C calc'!A0", "name_mn": "@SUM(1,2)\"<script>",
    "name_en": "-2+3</text><script>alert(1)</script>, \"q\""}
TABLES = ("about", "summary", "periods", "streams", "goods", "dwell", "remarks")


def expect(what, found, expected):
    if found != expected:
        raise Wrong(f"{what} is {found!r}; expected {expected!r}")


def expect_in(what, text, *parts):
    for part in parts:
        if part not in text:
            raise Wrong(f"{what}: {part!r} is not in:\n{text[:3000]}")


# ---- what the ledger says ----

def folded(rows, *parts):
    """Rows of totals, by basis, as masses by these parts."""
    sums = {}
    for row in rows:
        mass = sums.setdefault(tuple(row[part] for part in parts), dict.fromkeys(FIGURES, 0))
        mass["net_kg"] += row["net_kg"]
        if row["basis"] != "unknown":
            mass[row["basis"] + "_kg"] += row["net_kg"]
        for figure in ("batches", "units", "units_unknown"):
            mass[figure] += row[figure]
    return {key: mass for key, mass in sums.items() if any(mass.values())}


def totals(server, start, end, port, by, period="year"):
    text = run("totals", "--data", server.data, "--json", "--from", start, "--to", end, "--period", period, "--by", by + ",basis",
        *(("--port", port) if port else ()))[0]
    return folded(json.loads(text), *by.split(","))


def hold_json(server, report, port):
    """The report's JSON against the ledger's totals."""
    span = (server, report["from"], report["to"], port)
    days = len(report["by_period"])
    kind = "hour" if report["from"] == report["to"] else "day" if len(report["by_period"][0]["period"]) == 10 else "month"
    parts = totals(*span, "port,mode,direction")
    whole = dict.fromkeys(FIGURES, 0)
    for mass in parts.values():
        for figure in FIGURES:
            whole[figure] += mass[figure]
    expect("the total", report["total"], whole)
    expect("the streams", {(r["port"], r["mode"], r["direction"]): r["mass"] for r in report["by_mode_direction"]}, parts)
    expect("the goods", {(r["group"], r["direction"]): r["mass"] for r in report["by_group"]}, totals(*span, "group,direction"))
    periods = {(r["period"],): r["mass"] for r in report["by_period"]}
    expect("the periods", {p: m for p, m in periods.items() if any(m.values())}, totals(*span, "period", kind))
    expect("periods told once", len(periods), days)
    if report["before"] is not None:
        before = totals(server, report["before_from"], report["before_to"], port, "period")
        expect("the year before", report["before"]["net_kg"], sum(mass["net_kg"] for mass in before.values()))


# ---- the same figures in other forms ----

def rows_of(report):
    """Every table of masses as lists of figures in its order, the sum last."""
    total = [report["total"]]
    lists = {"summary": total + [report["before"]], "periods": [r["mass"] for r in report["by_period"]] + total,
        "streams": [r["mass"] for r in report["by_mode_direction"]] + total,
        "goods": [r["mass"] for r in report["by_group"]] + total}
    return {name: [None if mass is None else [mass[f] for f in FIGURES] for mass in masses] for name, masses in lists.items()}


def hold_csv(text, report):
    if not text.startswith("\ufeff"):
        raise Wrong("the CSV does not begin with a mark; spreadsheets would not read it as UTF-8")
    blocks, block = [], []
    for row in csv.reader(io.StringIO(text[1:], newline=""), strict=True):
        if row:
            block.append(row)
        elif block:
            blocks.append(block)
            block = []
    expect("blocks of the CSV", len(blocks), len(TABLES))
    tables = dict(zip(TABLES, blocks))
    for name, masses in rows_of(report).items():
        found = [[int(cell) if cell else None for cell in row[-7:]] for row in tables[name][2:]]
        expect(f"{name} in CSV", found, [mass or [None] * 7 for mass in masses])
    expect("dwell in CSV", [[int(cell) for cell in row[2:]] for row in tables["dwell"][2:]],
        [[row["n"], row["p50_ms"], row["p90_ms"]] for row in report["dwell"]])
    for row in (row for table in blocks for row in table):
        for cell in row:
            if re.match(r"[=+@-]", cell) and not re.fullmatch(r"-?\d+", cell):
                raise Wrong(f"the CSV has a cell that a spreadsheet takes for a formula: {cell!r}")
    return tables


def kilograms(cell):
    return None if cell is None else round(cell * 1000)


def hold_xlsx(path, report):
    book = openpyxl.load_workbook(path)
    expect("sheets", len(book.worksheets), len(TABLES))
    sheets = dict(zip(TABLES, book.worksheets))
    for name, masses in rows_of(report).items():
        found = []
        for row in sheets[name].iter_rows(min_row=4):
            cells = row[-7:]
            found.append([kilograms(c.value) for c in cells[:4]] + [c.value for c in cells[4:]])
            for cell in cells[:4]:
                if cell.value is not None:
                    expect("a mass's number format", cell.number_format, "#,##0.000")
        expect(f"{name} in XLSX", found, [mass or [None] * 7 for mass in masses])
    for sheet in book.worksheets:
        expect(f"paper of {sheet.title}", str(sheet.page_setup.paperSize), "9")
        expect(f"head of {sheet.title}", sheet.freeze_panes, "A4")
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    raise Wrong(f"{sheet.title}!{cell.coordinate} is a formula: {cell.value!r}")
    return book


def tonnes(kg):
    return f"{kg // 1000:,}.{kg % 1000:03d}"


def hold_pdf(path, report, lang):
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True).stdout.decode()
    info = subprocess.run(["pdfinfo", path], capture_output=True, check=True).stdout.decode()
    pages = int(re.search(r"^Pages:\s+(\d+)$", info, re.MULTILINE).group(1))
    expect_in("pdfinfo", info, "A4", "Juyan")
    with open(path, "rb") as file:
        expect_in("the PDF", file.read().decode("latin-1"), f"/Lang ({lang})")
    day = report["from"] == report["to"]
    if day:
        expect("pages of a day", pages, 1)
    plain = text.replace(",", "").replace("\f", "\n")
    lines = [line.split() for line in plain.split("\n")]
    for name, masses in rows_of(report).items():
        for mass in masses:
            if mass is None or (name == "periods" and day):
                continue
            wanted = [tonnes(kg).replace(",", "") for kg in mass[:4]] + [str(n) for n in mass[4:]]
            if not any(line[-7:] == wanted for line in lines) and report["total"]["units"] > 0:
                raise Wrong(f"{name} in the PDF has no row {wanted}:\n{text}")
    if day and report["total"]["units"] > 0:
        for row in report["by_period"]:
            hour = [row["period"][-2:] + ":00", tonnes(row["mass"]["net_kg"]).replace(",", ""), str(row["mass"]["batches"]),
                str(row["mass"]["units"])]
            if not any(hour in (line[i:i + 4] for i in range(len(line))) for line in lines):
                raise Wrong(f"the PDF has no hour {hour}:\n{text}")
    expect_in("the PDF", plain, tonnes(report["total"]["net_kg"]).replace(",", ""))
    return text


def hold_one(server, folder, span, port):
    start, end = span
    asked = ("report", "--data", server.data, "--from", start, *(("--to", end) if end else ()), *(("--port", port) if port else ()))
    report = json.loads(run(*asked, "--format", "json")[0])
    hold_json(server, report, port)
    for lang in LANGUAGES:
        path = {form: os.path.join(folder, f"{start}-{port or 'all'}-{lang}.{form}") for form in ("csv", "xlsx", "pdf")}
        for form, name in path.items():
            said = run(*asked, "--format", form, "--lang", lang, "--out", name)
            expect(f"what {form} says", said, ("", ""))
        with open(path["csv"], encoding="utf-8", newline="") as file:
            hold_csv(file.read(), report)
        hold_xlsx(path["xlsx"], report)
        hold_pdf(path["pdf"], report, lang)
    shown = run(*asked)[0]
    expect_in("the table", shown, tonnes(report["total"]["net_kg"]), tonnes(report["total"]["weighed_kg"]))


# ---- odd reports ----

def test_hostile_names(server, folder):
    """A commodity group that is called like a formula: a text everywhere."""
    registry = os.path.join(folder, "hostile.yaml")
    with open(registry, "w", encoding="utf-8") as file:
        file.write("groups:\n  - id: coal\n    rank: 1\n    hs_prefixes: ['2701', '2702', '2704']\n    words: [coal]\n" +
            "".join(f"    {name}: {json.dumps(text, ensure_ascii=False)}\n" for name, text in HOSTILE.items()))
    run("registry", "apply", registry, "--data", server.data, "--yes", "--reason", "a test")
    asked = ("report", "--data", server.data, "--from", "2025-02-18")
    report = json.loads(run(*asked, "--format", "json")[0])
    for lang, name in zip(LANGUAGES, HOSTILE.values()):
        path = os.path.join(folder, "hostile-" + lang)
        for form in ("csv", "xlsx", "pdf"):
            run(*asked, "--format", form, "--lang", lang, "--out", f"{path}.{form}")
        with open(path + ".csv", encoding="utf-8", newline="") as file:
            goods = hold_csv(file.read(), report)["goods"]
        expect_in("names in CSV", [row[0] for row in goods], "'" + name)
        book = hold_xlsx(path + ".xlsx", report)
        expect_in("names in XLSX", [row[0].value for row in book.worksheets[4].iter_rows()], name)
        text = hold_pdf(path + ".pdf", report, lang)
        expect_in("names in the PDF", re.sub(r"\s", "", text), re.sub(r"\s", "", name)[:8])


def test_nothing_passed(server, folder):
    asked = ("report", "--data", server.data, "--port", "wuliji", "--from", "2024-01-01")
    report = json.loads(run(*asked, "--format", "json")[0])
    expect("nothing", report["total"], dict.fromkeys(FIGURES, 0))
    before = json.loads(run("report", "--data", server.data, "--from", "2023-06-01", "--format", "json")[0])
    expect("periods before the ledger", before["by_period"], [])
    expect("a year before that", before["before"], None)
    path = os.path.join(folder, "quiet.pdf")
    run(*asked, "--format", "pdf", "--lang", "mn", "--out", path)
    expect_in("a quiet day", hold_pdf(path, report, "mn"), "0.000")


def test_wrong_input(server, folder):
    data = ("--data", server.data)
    expect_in("an unknown port", run("report", *data, "--port", "cekke", "--from", "2025", code=1)[1], "cekke", "ceke")
    expect_in("no day", run("report", *data, "--from", "2025-02-30", code=1)[1], "2025-02-30", "expected")
    expect_in("the future", run("report", *data, "--from", "2150", code=1)[1], "has not begun")
    expect_in("a format", run("report", *data, "--format", "doc", code=2)[1], "expected table, csv, xlsx, pdf or json")
    expect_in("a language", run("report", *data, "--lang", "ru", code=2)[1], "expected zh, mn or en")
    lost = os.path.join(folder, "no", "such", "folder.pdf")
    expect_in("no folder", run("report", *data, "--from", "2025", "--format", "pdf", "--out", lost, code=3)[1], lost)
    fontless = os.path.join(folder, "fonts.conf")
    with open(fontless, "w", encoding="utf-8") as file:
        file.write('<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
            f"<dir>/usr/share/fonts/truetype/noto</dir><cachedir>{folder}/fontcache</cachedir></fontconfig>")
    path = os.path.join(folder, "fontless.pdf")
    done = subprocess.run([JUYAN, "report", *data, "--from", "2025-02-18", "--format", "pdf", "--lang", "zh", "--out", path],
        env={**os.environ, "FONTCONFIG_FILE": fontless}, capture_output=True, text=True)
    expect("without Chinese fonts it ends", done.returncode, 0)
    expect_in("without Chinese fonts", done.stderr, "fonts-noto-cjk")
    yesterday = json.loads(run("report", *data, "--format", "json")[0])
    expect("yesterday is a day", yesterday["from"], yesterday["to"])


def main():
    folder = tempfile.mkdtemp(prefix="juyan-test-report-")
    server = None
    try:
        os.mkdir(os.path.join(folder, "data"))
        server = Server(os.path.join(folder, "data"))
        run("simulate", "--live", "--speedup", "max", "--quiet", "--rail", "--scale", "0.02", "--from", "2024-01-01", "--to",
            "2025-02-28", "--data", server.data)
        for span in SPANS:
            hold_one(server, folder, span, "")
        hold_one(server, folder, ("2025-02-18", None), "ceke")
        hold_one(server, folder, ("2025", "2025"), "wuliji")
        test_nothing_passed(server, folder)
        test_wrong_input(server, folder)
        test_hostile_names(server, folder)
        server.close()
        shutil.rmtree(folder)
    except Wrong as wrong:
        print(f"FAILED: {wrong} (see {folder})")
        if server is not None and server.child.poll() is None:
            server.kill()
        return 1
    print("every form of every report has the ledger's figures")
    return 0


if __name__ == "__main__":
    sys.exit(main())
