#!/usr/bin/python3
"""`juyan history` as a planner meets it, on a running Juyan: published figures are taken once, listed, corrected and withdrawn;
what is wrong in a file is told with its line, and then nothing of it is taken.
"""
import datetime
import os
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
from serving import Server, Wrong, ask, run

SOURCE = os.environ.get("JUYAN_SOURCE") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
SHIPPED = os.path.join(SOURCE, "tools", "history", "ceke.csv")
HEADER = "port,kind,period_start,period_end,metric,value,source\n"
ROWS = HEADER + """ceke,annual,2016-01-01,2016-12-31,tonnes,12576700,yearbook
ceke,annual,2016-01-01,2016-12-31,vehicles,262900,yearbook
ceke,ytd,2020-01-01,2020-06-16,tonnes,2300000.5,press [~; coal]
mandula,month,2023-10-01,2023-10-31,tonnes,595000,press
wuliji,day,2025-12-02,2025-12-02,tonnes,26.03,press
"""


def expect(what, found, expected):
    if found != expected:
        raise Wrong(f"{what} is {found!r}; expected {expected!r}")


def expect_in(what, text, *parts):
    for part in parts:
        if part not in text:
            raise Wrong(f"{what}: {part!r} is not in:\n{text}")


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def figures(server, *more):
    return {(f["port"], f["definition"], f["from"], f["to"]): (f["net_kg"], f["precision"])
        for f in ask("history", "list", "--data", server.data, *more)}


TAKEN = {
    ("ceke", "all", "2016-01-01", "2016-12-31"): (12576700000, "EXACT"),
    ("ceke", "coal", "2020-01-01", "2020-06-16"): (2300000500, "ABOUT"),
    ("wuliji", "all", "2025-12-02", "2025-12-02"): (26030, "EXACT"),
}


def test_import(server, path):
    data = ("--data", server.data)
    expect_in("an empty list", run("history", "list", *data)[0], "no published figures", "juyan history import")
    said = run("history", "import", path, "--dry-run", *data)[0]
    expect_in("a dry run", said, "would be taken: 3 new, 0 changed, 0 on file already; 2 rows left")
    expect("after a dry run", figures(server), {})

    said = run("history", "import", path, "--by", "a planner", "--reason", "the press said so", *data)[0]
    expect_in("taken", said,
        f"{path}:2: taken (new): ceke, all, 2016-01-01 to 2016-12-31, 12,576,700 t, exact\n",
        f"{path}:3: left: vehicles, not tonnes\n",
        f"{path}:4: taken (new): ceke, coal, 2020-01-01 to 2020-06-16, 2,300,000.500 t, about\n",
        f"{path}:5: left: the registry does not know the port 'mandula'\n",
        "taken: 3 new, 0 changed, 0 on file already; 2 rows left\n")
    expect("on file", figures(server), TAKEN)
    expect("of one port", list(figures(server, "--port", "wuliji")), [("wuliji", "all", "2025-12-02", "2025-12-02")])
    expect_in("as a table", run("history", "list", *data)[0], "how exact", "12,576,700.000", "press [~; coal]")


def test_once_more(server, path):
    """Nothing changes, and the journal holds no more events than before."""
    before = ask("verify", "--data", server.data)["events"]
    expect_in("once more", run("history", "import", path, "--data", server.data)[0], "taken (on file): ceke, all",
        "nothing changes: all 3 figures are on file; 2 rows left")
    rows = ask("history", "import", path, "--data", server.data)
    expect("as JSON", [(row["line"], row["taken"], row.get("change")) for row in rows],
        [(2, True, "on file"), (3, False, None), (4, True, "on file"), (5, False, None), (6, True, "on file")])
    expect("events", ask("verify", "--data", server.data)["events"], before)


def test_a_corrected_figure(server, folder):
    path = write(folder, "corrected.csv", ROWS.replace("12576700", "12576701"))
    expect_in("corrected", run("history", "import", path, "--port", "ceke", "--data", server.data)[0],
        "taken (changed): ceke, all", ":6: left: another port, 'wuliji'", "taken: 0 new, 1 changed, 1 on file already")
    expect("corrected", figures(server)[("ceke", "all", "2016-01-01", "2016-12-31")], (12576701000, "EXACT"))


def test_what_is_wrong(server, folder):
    before = figures(server)
    for text, line, complaint in (
        (ROWS.replace("12576700", "12.5 Mt"), 2, "value is '12.5 Mt', expected a number such as 1234.56"),
        (ROWS.replace("2016-12-31,tonnes", "2016-12-30,tonnes"), 2, "expected a whole year"),
        (ROWS.replace("2020-06-16", "2020-06-31"), 4, "period_end is '2020-06-31', expected a day"),
        (ROWS.replace(",day,", ",daily,"), 6, "kind is 'daily'"),
        (ROWS.replace("[~; coal]", "[~; coal"), 4, "source has a '[' that is not closed"),
        (ROWS.replace("wuliji,", "wuliji"), 6, "it has 6 fields, expected the 7 of the header"),
        (ROWS.replace("port,", "ports,"), 1, "the column 'port' is there 0 times"),
        ("", 1, "the file is empty"),
    ):
        path = write(folder, "wrong.csv", text)
        said = run("history", "import", path, "--data", server.data, code=1)
        expect("stdout", said[0], "")
        expect_in(complaint, said[1], f"{path}:{line}: ", complaint)
    expect_in("several at once", run("history", "import", write(folder, "wrong.csv", ROWS.replace("press", "")), "--data",
        server.data, code=1)[1], ":6: ", "1 row is wrong, nothing was taken")
    expect("on file", figures(server), before)
    expect_in("a port that is none", run("history", "import", SHIPPED, "--port", "ceka", "--data", server.data, code=1)[1],
        "the registry does not know the port 'ceka'; the nearest known is 'ceke'")
    expect_in("no file", run("history", "import", os.path.join(folder, "none.csv"), "--data", server.data, code=3)[1], "none.csv")


def test_more_than_one_answer_holds(server, folder):
    day = datetime.date(2000, 1, 1)
    rows = [f"ceke,day,{(day + datetime.timedelta(i)).isoformat()},{(day + datetime.timedelta(i)).isoformat()},tonnes,{i + 1},"
        f"{'a long source ' * 14}\n" for i in range(5000)]
    before = figures(server)
    said = run("history", "import", write(folder, "many.csv", HEADER + "".join(rows)), "--data", server.data, code=1)
    expect_in("too many", said[1], "all published figures would take", "import fewer, such as months instead of days")
    expect("on file", figures(server), before)
    # More than one event holds: it goes in parts.
    run("history", "import", write(folder, "some.csv", HEADER + "".join(rows[:1500])), "--data", server.data)
    expect("how many", len(figures(server)), len(before) + 1500)


def test_withdrawn(server, folder):
    path = write(folder, "none.yaml", "published: []\n")
    run("registry", "apply", path, "--yes", "--drop-missing", "--data", server.data)
    expect("withdrawn", figures(server), {})


def test_the_figures_of_ceke(server):
    said = run("history", "import", SHIPPED, "--data", server.data)[0]
    expect_in("the shipped figures", said, "taken: 25 new, 0 changed, 0 on file already; 56 rows left")
    expect("January to September 2024", figures(server)[("ceke", "all", "2024-01-01", "2024-09-30")], (18440700000, "EXACT"))
    expect("right", ask("verify", "--data", server.data)["right"], True)


def test_command_line(server):
    for line in ("history", "history burn", "history import", "history list x", "history import a b", "history list --dry-run",
            "history list --by me"):
        said = run(*line.split(), code=2)
        expect("stdout of " + line, said[0], "")
        expect_in(line, said[1], "juyan history: ")
    expect_in("help", run("history", "--help")[0], "Usage: juyan history ", "--dry-run", "--port", "--json")
    expect("a dry run without a server", run("history", "import", SHIPPED, "--dry-run", "--data", server.data)[1], "")


def main():
    folder = tempfile.mkdtemp(prefix="juyan-history-")
    server = Server(os.path.join(folder, "data"))
    try:
        path = write(folder, "figures.csv", ROWS)
        test_import(server, path)
        test_once_more(server, path)
        test_a_corrected_figure(server, folder)
        test_what_is_wrong(server, folder)
        test_more_than_one_answer_holds(server, folder)
        test_withdrawn(server, folder)
        test_the_figures_of_ceke(server)
        server.close()
        test_command_line(server)
    except Wrong as wrong:
        print(wrong)
        return 1
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


sys.exit(main())
