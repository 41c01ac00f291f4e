#!/usr/bin/python3
"""The sample board for Grafana (tools/grafana/juyan.json) over a warehouse that Juyan has filled: each of its questions is answered
to who has the role juyan_reader and nothing else, with its variables and macros put in as Grafana does; its figures are the
ledger's, also in the hours in which a port's day is another than UTC's. And each panel shows a kind of answer that it can show.
"""
import datetime
import json
import os
import re
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
import postgres
from postgres import DATABASE, Cluster
from serving import Wrong, ask
from warehousing import Juyan, caught_up, expect, last_lsn, simulate

SOURCE = os.environ.get("JUYAN_SOURCE") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
BOARD = os.path.join(SOURCE, "tools", "grafana", "juyan.json")
DAY = datetime.timedelta(days=1)
CLOCK = datetime.timedelta(hours=8)
# The ports' day is half an hour old, and UTC's is the day before.
NOW = datetime.datetime(2025, 6, 20, 16, 30, tzinfo=datetime.timezone.utc)
TODAY = datetime.date(2025, 6, 21)
NEW_YEAR = datetime.date(2025, 1, 1)
PLUGIN = "grafana-postgresql-datasource"
# The types of columns as PostgreSQL names them, by what Grafana makes of them.
NUMBERS = {"smallint", "integer", "bigint", "numeric", "double precision", "real"}
TIMES = {"date", "timestamp without time zone", "timestamp with time zone"}


def said(moment):
    return "'" + moment.strftime("%Y-%m-%dT%H:%M:%SZ") + "'"


class Board:
    """The board, with a time and ports chosen, and `now` put in the place of the database's clock."""

    def __init__(self, cluster):
        self.cluster, self.begin, self.end = cluster, NOW - 30 * DAY, NOW
        with open(BOARD, encoding="utf-8") as file:
            self.json = json.load(file)
        self.panels = {panel["id"]: panel for panel in self.json["panels"]}
        self.values = {}
        for variable in self.json["templating"]["list"]:
            if variable["type"] == "query":
                rows = self.rows(variable["query"])
                self.values[variable["name"]] = [row[0] for row in rows] if variable["multi"] else rows[0][0]

    def put_in(self, sql):
        def value(match):
            of = self.values[match.group(1)]
            return ", ".join(f"'{one}'" for one in of) if match.group(2) == ":singlequote" else of
        sql = re.sub(r"\$\{(\w+)(:\w+)?\}", value, sql)
        sql = re.sub(r"\$__timeFilter\(([^()]+)\)", rf"\1 BETWEEN {said(self.begin)} AND {said(self.end)}", sql)
        sql = sql.replace("$__timeFrom()", said(self.begin)).replace("$__timeTo()", said(self.end))
        if "$" in sql:
            raise Wrong(f"a variable or macro that this test does not know: {sql}")
        return sql.replace("now()", f"CAST({said(NOW)} AS timestamptz)")

    def rows(self, sql):
        return self.cluster.sql(self.put_in(sql), user="reader")

    def panel(self, number):
        return self.rows(self.panels[number]["targets"][0]["rawSql"])

    def columns(self, sql):
        """Name and type of each column of an answer."""
        return [tuple(row) for row in self.cluster.sql("CREATE TEMPORARY TABLE answer AS " + self.put_in(sql) + " LIMIT 0;"
            " SELECT attname, format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = 'answer'::regclass AND attnum > 0"
            " ORDER BY attnum") if len(row) == 2]


def check_kind(board, panel):
    """What a panel is given is what panels of its kind show: else it says "No data" over a right answer."""
    sql = panel["targets"][0]["rawSql"].split(" LIMIT ")[0]
    columns, what, form = board.columns(sql), f"panel {panel['id']} ({panel['title']})", panel["targets"][0]["format"]
    numbers = [name for name, kind in columns if kind in NUMBERS]
    if panel["type"] == "timeseries":
        if form != "time_series" or columns[0] != ("time", "timestamp with time zone") or not numbers:
            raise Wrong(f"{what}: it needs a column 'time' and numbers, and has {columns}")
    elif panel["type"] == "stat" and panel["options"]["reduceOptions"]["fields"] == "" and not numbers:
        raise Wrong(f"{what}: without 'fields' it shows numbers alone, and has {columns}")
    elif panel["type"] in ("piechart", "barchart") and (columns[0][1] in NUMBERS | TIMES or not numbers):
        raise Wrong(f"{what}: it needs a name and numbers, and has {columns}")
    for override in panel["fieldConfig"]["overrides"]:
        if override["matcher"]["options"] not in dict(columns):
            raise Wrong(f"{what}: an override is of a column that is not there: {override}")


def check_form(board):
    numbers = [panel["id"] for panel in board.json["panels"]]
    expect("numbers of panels", len(set(numbers)), len(numbers))
    places = set()
    for panel in board.json["panels"]:
        grid = panel["gridPos"]
        cells = {(x, y) for x in range(grid["x"], grid["x"] + grid["w"]) for y in range(grid["y"], grid["y"] + grid["h"])}
        if cells & places or grid["x"] + grid["w"] > 24:
            raise Wrong(f"panel {panel['id']} lies over another, or beyond the edge")
        places |= cells
        expect(f"sources of panel {panel['id']}", {(of["datasource"]["type"], of["datasource"]["uid"]) for of in
            (panel, *panel["targets"])}, {(PLUGIN, "${warehouse}")})
        check_kind(board, panel)


def ledger_kg(data, first, last, *by):
    rows = ask("totals", "--data", data, "--by", ",".join(("period", *by)), "--period", "day", "--from", first.isoformat(), "--to",
        last.isoformat())
    return {tuple(row[name] for name in ("period", *by)): int(row["net_kg"]) for row in rows if int(row["net_kg"]) > 0}


def kg(tonnes):
    return round(float(tonnes or 0) * 1000)


def check_figures(board, data):
    """The figures of the ledger are those of whole days, as the board's."""
    totals = lambda first, last: sum(ledger_kg(data, first, last).values())
    expect("today so far", kg(board.panel(1)[0][0]), totals(TODAY, TODAY))
    expect("yesterday", kg(board.panel(12)[0][0]), totals(TODAY - DAY, TODAY - DAY))
    expect("this year", kg(board.panel(2)[0][0]), totals(NEW_YEAR, TODAY))
    first = (board.begin + CLOCK).date()
    by_mode = {((datetime.datetime.fromisoformat(time) + CLOCK).date().isoformat(), mode): kg(tonnes)
        for time, mode, tonnes in board.panel(5)}
    expect("by day and mode", {name: n for name, n in by_mode.items() if n > 0}, ledger_kg(data, first, TODAY, "mode"))
    expect("goods", sum(kg(tonnes) for _, tonnes in board.panel(6)), totals(first, TODAY))
    expect("what it rests on", sum(kg(row[2]) for row in board.panel(17)), totals(first, TODAY))
    months = board.panel(14)
    expect("the year by month", sum(kg(row[1]) for row in months), totals(NEW_YEAR, TODAY - DAY))
    places = {row[0]: kg(row[2]) for row in board.panel(11)}
    expect("places", sum(places.values()), totals(first, TODAY))
    for number in (8, 10, 19):
        if not board.panel(number):
            raise Wrong(f"panel {number} ({board.panels[number]['title']}) is empty")


def check_forecast(board, cluster, data):
    """A kept forecast is what the rest of the year, and the panel beside what came, are made of."""
    ledger = cluster.sql("SELECT ledger FROM juyan.position")[0][0]
    cluster.sql(f"INSERT INTO juyan.forecast_made VALUES ('{ledger}', DATE '{TODAY - 2 * DAY}', DATE '{TODAY + 2 * DAY}', 1,"
        " 'test', '0', 1, 1)")
    for day in range(-1, 3):
        cluster.sql(f"INSERT INTO juyan.forecast VALUES ('ceke', DATE '{TODAY + day * DAY}', DATE '{TODAY - 2 * DAY}', 'import',"
            f" 'truck', 'coal', {10 ** (day + 4)})")
    done = sum(ledger_kg(data, NEW_YEAR, TODAY - DAY).values())
    expect("expected of the year", kg(board.panel(13)[0][0]), done + 10_000 + 100_000 + 1_000_000)
    rows = [(kg(expected), None if came is None else kg(came)) for _, expected, came in board.panel(7)]
    passed = sum(n for (_, port), n in ledger_kg(data, TODAY - DAY, TODAY - DAY, "port").items() if port == "ceke")
    expect("forecast and what came", rows, [(1000, passed), (10000, None)])


def check_goals(board, data):
    """Of the goals of the ledger those that run, with what is done."""
    rows = {row[0]: (kg(row[1]), kg(row[2])) for row in board.panel(15)}
    told = {}
    for record in ask("registry", "show", "--data", data, "--kind", "goals"):
        goal = record["goal"]
        if goal["from"] <= TODAY.isoformat() <= goal["to"]:
            done = ledger_kg(data, datetime.date.fromisoformat(goal["from"]), TODAY)
            told[goal["name"]] = (int(goal["target_kg"]), sum(done.values()))
    expect("goals", rows, told)


def go(folder, cluster):
    cluster.sql(f"CREATE DATABASE {DATABASE}", "postgres")
    juyan = Juyan(os.path.join(folder, "data"), cluster.conninfo(), services=("ingest", "query", "warehouse")).start()
    traffic = simulate(juyan.data, "--from", (TODAY - 3 * DAY).isoformat(), "--to", TODAY.isoformat(), "--rail", "--scale", "0.1",
        "--speedup", "max")
    if traffic.wait(60) != 0:
        raise Wrong("the simulation failed")
    caught_up(cluster, last_lsn(juyan.data))
    cluster.sql("CREATE ROLE reader LOGIN; GRANT juyan_reader TO reader")
    board = Board(cluster)
    check_form(board)
    check_figures(board, juyan.data)
    check_goals(board, juyan.data)
    check_forecast(board, cluster, juyan.data)
    for number in board.panels:
        board.panel(number)
    juyan.stop()


def main():
    if postgres.programs() is None:
        print("skipped: there is no PostgreSQL here; tools/packages test installs it")
        return 77
    folder = tempfile.mkdtemp(prefix="juyan-board-")
    os.chmod(folder, 0o755)
    os.mkdir(os.path.join(folder, "pg"))
    cluster = Cluster(os.path.join(folder, "pg"), "one", 5432)
    try:
        go(folder, cluster)
    except (Wrong, postgres.Away) as wrong:
        print(f"test_board: {wrong}; what it left is in {folder}")
        return 1
    finally:
        Juyan.kill_all()
        cluster.stop()
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
