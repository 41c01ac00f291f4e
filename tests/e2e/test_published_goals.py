#!/usr/bin/python3
"""What `juyan goal` would have said of 26 Mt on each day for which a figure of Ceke was published in 2023, 2024 and 2025, from the
figures up to that day alone, and what came to be: the table of the README. The chances have to be what a careful person would
defend, and the next figures have to lie where they were expected. With --write the README's table is written anew.
"""
import os
import sys
import tempfile

sys.dont_write_bytecode = True
from serving import Server, Wrong, ask, run

SOURCE = os.environ.get("JUYAN_SOURCE") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
HISTORY = os.path.join(SOURCE, "tools", "history", "ceke.csv")
README = os.path.join(SOURCE, "README.md")
BEGIN, END = "<!-- published goals -->\n", "<!-- end -->\n"
GOALS = "goals:\n" + "".join(
    f"  - {{id: mt26-{year}, name: 26 Mt in {year}, ports: [ceke, wuliji], from: {year}-01-01, to: {year}-12-31, "
    "target_kg: 26000000000}\n" for year in (2023, 2024))

# The day asked about; the next figure that was published of that year (day, Mt); the chance of 26 Mt that can be defended.
DAYS = [
    ("2023-06-30", ("2023-08-24", 10.0), (0.0, 0.05)),
    ("2023-08-24", ("2023-09-25", 12.24), (0.0, 0.05)),
    ("2023-09-25", ("2023-11-02", 14.1971), (0.0, 0.05)),
    ("2023-09-30", ("2023-11-02", 14.1971), (0.0, 0.05)),
    ("2023-11-02", None, (0.0, 0.01)),
    # 7.56 Mt in 92 days needs 82 kt a day, after 67 in nine months; the last quarter is strong, and rates do double.
    ("2024-09-30", None, (0.08, 0.35)),
    # Nothing was published since: the year before made some 24 Mt, and it may be a third more or less.
    ("2025-06-30", ("2025-12-09", 30.3), (0.25, 0.65)),
    ("2025-12-09", None, (1.0, 1.0)),
]
CAME = {
    "2023": "not published; 14.20 Mt by 2 Nov",
    "2024": "about 24 Mt (coal, the Mongolian side's figure)",
    "2025": "passed in autumn: above 30 Mt by 9 Dec",
}


def mt(kg):
    return f"{kg / 1e9:.1f}"


def goal_on(server, day):
    name = "annual-2025" if day.startswith("2025") else f"mt26-{day[:4]}"
    return ask("goal", name, "--as-of", day, "--data", server.data)["goals"][0]


def next_on(server, day, at):
    """The year to date on `at` as it was expected on `day`: P10, P50, P90."""
    rows = ask("forecast", "--as-of", day, "--to", at, "--period", "day", "--data", server.data)[0]["rows"]
    total = next(row for row in rows if row["period"] == at)["year_to_date"]
    return total["p10"], total["p50"], total["p90"]


def row_of(server, day, following, chances):
    report = goal_on(server, day)
    chance, end = report.get("chance", 0.0), report["end"]
    if not chances[0] <= chance <= chances[1]:
        raise Wrong(f"{day}: the chance of 26 Mt is {chance}; expected {chances[0]} to {chances[1]}")
    if not end["p10_kg"] < end["p50_kg"] < end["p90_kg"]:
        raise Wrong(f"{day}: the quantiles of the end are out of order: {end}")
    expected, inside = "", None
    if following:
        at, came = following
        low, middle, high = next_on(server, day, at)
        inside = low <= came * 1e9 <= high
        expected = f"{at}: {mt(middle)} ({mt(low)} to {mt(high)}); came {came:.2f}"
    said = "met" if report.get("met_on") else "< 1 %" if chance < 0.01 else f"{100 * chance:.0f} %"
    year = f"{mt(end['p50_kg'])} ({mt(end['p10_kg'])} to {mt(end['p90_kg'])})"
    return inside, f"| {day} | {report.get('done_kg', 0) / 1e9:.2f} | {year} | {said} | {CAME[day[:4]]} | {expected} |\n"


def table(server):
    head = ("| asked on | done, Mt | the year's end, Mt (80 %) | chance of 26 Mt | what came to be | the next figure, Mt |\n"
        "|---|---|---|---|---|---|\n")
    rows = [row_of(server, *day) for day in DAYS]
    told = [inside for inside, _ in rows if inside is not None]
    # Of five 80 % intervals three or more hold their figure in 94 of 100 cases.
    if sum(told) < 3:
        shown = "".join(row for _, row in rows)
        raise Wrong(f"only {sum(told)} of {len(told)} next figures lie within their 80 % interval:\n{shown}")
    return head + "".join(row for _, row in rows)


def compare(made, write):
    with open(README, encoding="utf-8") as file:
        text = file.read()
    before, rest = text.split(BEGIN)
    shown, after = rest.split(END, 1)
    if write:
        with open(README, "w", encoding="utf-8") as file:
            file.write(before + BEGIN + made + END + after)
    elif shown != made:
        raise Wrong(f"the README's table is another; {os.path.basename(__file__)} --write brings it up to date:\n{made}")


def main():
    with tempfile.TemporaryDirectory(prefix="juyan-test-") as folder:
        server = Server(os.path.join(folder, "data"))
        try:
            path = os.path.join(folder, "goals.yaml")
            with open(path, "w", encoding="utf-8") as file:
                file.write(GOALS)
            run("registry", "apply", "--yes", "--data", server.data, path)
            run("history", "import", "--data", server.data, HISTORY)
            compare(table(server), "--write" in sys.argv)
            server.close()
        except Exception:
            server.kill()
            raise


if __name__ == "__main__":
    try:
        main()
    except Wrong as wrong:
        sys.exit(f"wrong: {wrong}")
    print("ok")
