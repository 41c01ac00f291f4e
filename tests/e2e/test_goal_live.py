#!/usr/bin/python3
"""`juyan goal` on the demonstration's port, of which a year and a half stream into the services at a twentieth of the real traffic,
with trains, faults and late facts: it answers while they stream, and then live and as of the day its figures are those of the
ledger, the chance is that of the paths, and days and masses add up.
"""
import datetime
import os
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from serving import JUYAN, Server, Wrong, ask, run

TARGET = 1_300_000_000  # 26 Mt, a twentieth of it
PORTS = "ports: [ceke, wuliji], from: 2025-01-01, to: 2025-12-31"
DAY = "2025-06-30"
END = datetime.date(2025, 12, 31)
PARTS_MOST = 40  # of a forecast
ORDER = ("p025_kg", "p10_kg", "p25_kg", "p50_kg", "p75_kg", "p90_kg", "p975_kg")


def same(what, is_, expected):
    if is_ != expected:
        raise Wrong(f"{what} is {is_}; expected {expected}")


def holds(what, true):
    if not true:
        raise Wrong(f"{what} does not hold")


def apply(data, folder, targets):
    path = os.path.join(folder, "goals.yaml")
    with open(path, "w", encoding="utf-8") as out:
        out.write("goals:\n" + "".join(f"  - {{id: {name}, name: {name}, {PORTS}, target_kg: {kg}}}\n"
            for name, kg in targets.items()))
    run("registry", "apply", path, "--data", data, "--yes", "--reason", "a test")


def goal(data, name, *arguments):
    return ask("goal", name, "--data", data, *arguments)["goals"][0]


def stream(data):
    """Streams; meanwhile the goal is asked again and again. Returns how often it was answered with a forecast."""
    child = subprocess.Popen([JUYAN, "simulate", "--live", "--data", data, "--speedup", "max", "--quiet", "--rail", "--scale",
        "0.05", "--from", "2024-01-01", "--to", DAY], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    answered = 0
    try:
        while child.poll() is None:
            end = goal(data, "twentieth").get("end")
            if end:
                in_order(end)
                answered += 1
    finally:
        if child.poll() is None:
            child.kill()
        child.wait()
    same("the end of the stream", child.returncode, 0)
    return answered


def in_order(end):
    quantiles = [end.get(name, 0) for name in ORDER]
    same("the order of the quantiles", quantiles, sorted(quantiles))


def check_masses(data, report):
    """What is done is the ledger's total, to the kilogram; with what is still to come it is the year's end."""
    known_to = report["known_to"]
    rows = ask("totals", "--data", data, "--from", "2025-01-01", "--to", known_to, "--by", "port")
    same("what is done", report["done_kg"], sum(row["net_kg"] for row in rows))
    same("its parts", sum(part["net_kg"] for part in report["done_by_basis"]), report["done_kg"])
    before = ask("totals", "--data", data, "--from", "2024-01-01", "--to", f"2024{known_to[4:]}", "--by", "port")
    same("the year before by the same day", report["last_year_kg"], sum(row["net_kg"] for row in before))
    in_order(report["end"])
    holds("no end below what is done", report["end"]["p025_kg"] >= report["done_kg"])


def check_days(report):
    left = (END - datetime.date.fromisoformat(report["known_to"])).days
    same("the days left", report["days_left"], left)
    holds("some of them are open", 0 < report["open_days_left"] <= left)
    needed = report["rate_needed_kg"] * report["open_days_left"]
    holds("the rate needed on the open days makes up the rest",
        abs(needed - (report["goal"]["target_kg"] - report["done_kg"])) <= report["open_days_left"])
    days = [report.get(name, "later") for name in ("reached_p10", "reached_p50", "reached_p90")]
    same("the order of the days on which it is reached", days, sorted(days))
    for name, share in (("reached_p10", 0.1), ("reached_p50", 0.5), ("reached_p90", 0.9)):
        same(f"whether {name} lies within the period", bool(report.get(name)), report.get("chance", 0) >= share)


def check_days_add_up(data, report, *as_of):
    """The same slice, asked for by day: the same end, and what is done with the days to come makes up its mean."""
    rows = ask("forecast", "--data", data, "--port", "ceke,wuliji", "--period", "day", "--to", "2025-12-31", *as_of)[0]["rows"]
    same("the days to come", len(rows), report["days_left"])
    last = rows[-1]["year_to_date"]
    same("the year's last day", [last[name[:-3]] for name in ORDER], [report["end"][name] for name in ORDER])
    # Means of days are rounded by part and day, so that they add up; that of an end once.
    holds("the same mean", abs(last["mean"] - report["end"]["mean_kg"]) <= PARTS_MOST * len(rows))
    # What is still expected of days that are over (late facts) is in the end and in none of these days.
    late = rows[0]["year_to_date"]["mean"] - rows[0]["total"]["mean"] - report["done_kg"]
    same("the days added up", report["done_kg"] + late + sum(row["total"]["mean"] for row in rows), last["mean"])


def check_chance(data, folder, report):
    """Goals whose targets are the quantiles of the end are reached by as many paths."""
    end = report["end"]
    apply(data, folder, {"twentieth": TARGET, **{f"at-{name[:-3]}": end[name] for name in ORDER}})
    for name, chance in zip(ORDER, (0.975, 0.9, 0.75, 0.5, 0.25, 0.1, 0.025)):
        other = goal(data, f"at-{name[:-3]}", "--as-of", DAY)
        same("the end, whatever the target", other["end"], end)
        holds(f"the chance of {name}, {other.get('chance', 0)}, is {chance}", abs(other.get("chance", 0) - chance) <= 0.0021)
    chance = report.get("chance", 0)
    for name, share in (("p10_kg", 0.9), ("p50_kg", 0.5), ("p90_kg", 0.1)):
        holds(f"the chance {chance} goes with {name}", (end[name] >= TARGET) == (chance >= share - 0.0021))


def main():
    folder = tempfile.mkdtemp(prefix="juyan-goal-")
    data = os.path.join(folder, "data")
    server = Server(data)
    try:
        apply(data, folder, {"twentieth": TARGET})
        holds("it answers while events stream in", stream(data) > 0)
        # The ledger's last day has just been streamed and lies in the past: live is the end of the last day but one.
        live = goal(data, "twentieth")
        same("known live", live["known_to"], "2025-06-29")
        check_masses(data, live)
        check_days(live)
        check_days_add_up(data, live)
        report = goal(data, "twentieth", "--as-of", DAY)
        same("known", report["known_to"], DAY)
        check_masses(data, report)
        check_days(report)
        check_days_add_up(data, report, "--as-of", DAY)
        check_chance(data, folder, report)
        server.close()
    except Wrong as wrong:
        print(wrong)
        return 1
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


sys.exit(main())
