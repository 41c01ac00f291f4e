#!/usr/bin/python3
"""How good the automatic forecast is, on real freight and on two public competitions, beside the methods of R's forecast package.

    test_accuracy.py [--all] [--sets tonnage,monthly,daily,m3,nn5] [--sample K] [--keep FOLDER] [--jobs N]

It forecasts the tasks of ../shared/data/forecast (of border counts the core series; --all, or JUYAN_ACCURACY=all in the
environment: all 85 of them), lets that folder's own scorer judge, and prints a table: what is ours, the best of R's methods, the
aim, and whether it is reached. It fails where one of the GATES is worse than the best of R's methods. The folder is not part of
the repository: $JUYAN_DATA_FOLDER, $JUYAN_SHARED/data, or ../shared/data beside the checkout ($JUYAN_SOURCE).

also: slow
"""
import argparse
import collections
import csv
import os
import re
import subprocess
import sys
import tempfile
import zipfile

SOURCE = os.environ.get("JUYAN_SOURCE") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
PROGRAM = os.path.join(os.environ.get("JUYAN_TESTS") or os.path.join(SOURCE, "build", "tests"), "accuracy")
WIDE = {"m3": "m3_monthly", "nn5": "nn5_daily"}
SETS = ("tonnage", "monthly", "daily", "m3", "nn5")
PEERS = ("naive", "snaive", "theta", "stlf", "ets", "arima", "comb", "tbats", "ets7", "snaive7", "snaive364", "stlf_7_365",
    "dhr_arima", "monthly_ets", "monthly_theta", "monthly_arima")

TENTH = 0.9  # of the best peer


def totals(*parts, metrics=("MAPE", "sIS80", "Brier")):
    return [(part, metric, TENTH) for part in parts for metric in metrics]


def covered(*parts):
    return [(part, metric, None) for part in parts for metric in ("cov80", "cov95")]


# (part of the set, metric, aim): a number, a share of the best peer's (below 1 for totals), or None for coverage.
POINTS = ("pre2020", "shock")
YEAR = ("total-k3", "total-k6", "total-k9")
OVER = ("total-k369-pre2020", "total-k369-shock")
AIMS = {
    "tonnage": [("pre2020", "MASE", 1.19), ("shock", "MASE", 1.54), ("pre2020", "sCRPS", "best"), ("shock", "sCRPS", "best")]
    + totals("total-k0", *YEAR) + covered(*POINTS, "total-k0", *OVER),
    "core": [("pre2020", "MASE", 0.66), ("shock", "MASE", 0.87), ("pre2020", "sCRPS", 0.48), ("shock", "sCRPS", 0.62)]
    + totals(*YEAR) + covered(*POINTS, "total-k0", *OVER),
    "all": [("pre2020", "MASE", 0.726 * 0.95), ("shock", "MASE", 1.108 * 0.95), ("pre2020", "sCRPS", "best"),
        ("shock", "sCRPS", "best")] + totals(*YEAR) + covered(*POINTS, "total-k0", *OVER),
    "daily": [("all", "MASE", 0.73), ("all", "sCRPS", "best")] + totals("total-k0", *YEAR) + covered("all", "total-k369-all"),
    "m3": [("", "sMAPE", 13.6), ("", "MASE", 0.84), ("", "sCRPS", "best"), ("", "MSIS95", "best")] + covered(""),
    "nn5": [("", "MASE", 0.84), ("", "sCRPS", "best"), ("", "MSIS95", "best")] + covered(""),
}
# Where we must not be worse than the best of R's methods; elsewhere the table tells.
GATES = {
    ("tonnage", "pre2020"): "MASE sCRPS",
    ("tonnage", "shock"): "MASE sCRPS",
    ("tonnage", "total-k0"): "MAPE sIS80 Brier",
    ("tonnage", "total-k3"): "MAPE sIS80 Brier",
    ("tonnage", "total-k6"): "MAPE sIS80 Brier",
    ("tonnage", "total-k9"): "MAPE Brier",
    ("core", "pre2020"): "MASE sCRPS",
    ("core", "shock"): "MASE sCRPS",
    ("core", "total-k3"): "MAPE sIS80 Brier",
    ("core", "total-k6"): "MAPE sIS80 Brier",
    ("core", "total-k9"): "MAPE sIS80 Brier",
    ("all", "pre2020"): "MASE sCRPS",
    ("all", "shock"): "MASE sCRPS",
    ("all", "total-k3"): "MAPE sIS80 Brier",
    ("all", "total-k6"): "MAPE sIS80 Brier",
    ("all", "total-k9"): "MAPE sIS80 Brier",
    ("daily", "all"): "MASE sCRPS",
    ("daily", "total-k0"): "MAPE Brier",
    ("daily", "total-k6"): "sIS80",
    ("daily", "total-k9"): "sIS80 Brier",
    ("m3", ""): "sMAPE MASE sCRPS MSIS95",
    ("nn5", ""): "MASE sCRPS MSIS95",
}


def find_folder():
    shared = os.environ.get("JUYAN_SHARED")
    folders = [os.environ.get("JUYAN_DATA_FOLDER"), shared and os.path.join(shared, "data"), f"{SOURCE}/../shared/data"]
    for folder in filter(None, folders):
        if os.path.exists(os.path.join(folder, "forecast", "score.py")):
            return os.path.join(folder, "forecast")
    print("skip: the forecasting benchmark is not here; $JUYAN_DATA_FOLDER says where")
    sys.exit(77)


def forecast(name, folder, place, options):
    """Runs the program; the CSV's path and the CPU seconds of a task."""
    out = os.path.join(place, name + ".csv")
    command = [PROGRAM, "--set", name, "--out", out, "--sample", str(options.sample), "--jobs", str(options.jobs)]
    if name in WIDE:
        train = os.path.join(place, name + "_train.csv")
        with zipfile.ZipFile(os.path.join(folder, "m4", WIDE[name] + "_train.csv.zip")) as packed, open(train, "wb") as file:
            file.write(packed.read(packed.namelist()[0]))
        command += ["--train", train]
    else:
        command += ["--folder", folder] + ([] if options.all or name != "monthly" else ["--core"])
    run = subprocess.run(command, stderr=subprocess.PIPE, text=True)
    if run.returncode != 0:
        sys.exit(f"test_accuracy: {run.stderr.strip().splitlines()[-1]}")
    return out, re.search(r"([0-9.]+) CPU seconds each", run.stderr).group(1)


def score(name, folder, out, seconds, place):
    """{(dataset, metric): value} by the benchmark's own scorer."""
    emitted = os.path.join(place, name + "_scores.csv")
    if os.path.exists(emitted):
        os.remove(emitted)
    kind = ["wide", out, "--set", WIDE[name]] if name in WIDE else ["daily" if name == "daily" else "monthly", out, "--side", "dev"]
    scorer = os.path.join(folder, "tonnage" if name == "tonnage" else "", "score.py")
    command = [sys.executable, scorer, *kind, "--name", "juyan", "--seconds", seconds, "--emit", emitted, "--quiet"]
    subprocess.run(command, check=True, stdout=subprocess.PIPE)
    with open(emitted, newline="") as file:
        return {(row["dataset"], row["metric"]): float(row["value"]) for row in csv.DictReader(file)}


def peers_of(name, folder):
    peers = collections.defaultdict(dict)
    with open(os.path.join(folder, "tonnage" if name == "tonnage" else "", "peers.csv"), newline="") as file:
        for row in csv.DictReader(file):
            if row["method"] in PEERS:
                peers[row["dataset"], row["metric"]][row["method"]] = float(row["value"])
    return peers


def dataset(table, part):
    if table in WIDE:
        return WIDE[table]
    return {"tonnage": "bts-dev-core/", "core": "bts-dev-core/", "all": "bts-dev-all/", "daily": "daily-dev/"}[table] + part


def judge(table, part, metric, aim, ours, peers):
    """(aim as text, reached, best peer as text, worse than the best peer)."""
    values = peers.get((dataset(table, part), metric), {})
    if aim is None:
        low, high = (0.77, 0.83) if metric == "cov80" else (0.93, 0.97)
        span = f"{min(values.values()):.3f}-{max(values.values()):.3f}" if values else "-"
        return f"{low}-{high}", low <= round(ours, 3) <= high, span, False
    method = min(values, key=values.get) if values else None
    best = values[method] if method else float("inf")
    limit = best if aim == "best" else aim * best if aim == TENTH else aim
    return f"{limit:.3f}", ours <= limit, f"{best:.3f} {method}", ours > best


def report(table, scores, peers, failed):
    print(f"\n{table:8} {'part':19} {'metric':7} {'ours':>8}  {'best of R':20} {'aim':>10}  reached")
    reached = asked = 0
    for part, metric, aim in AIMS[table]:
        ours = scores.get((dataset(table, part), metric))
        if ours is None:
            continue
        text, good, best, worse = judge(table, part, metric, aim, ours, peers)
        gate = metric in GATES.get((table, part), "").split()
        asked, reached = asked + 1, reached + good
        print(f"{table:8} {part:19} {metric:7} {ours:8.3f}  {best:20} {text:>10}  {'yes' if good else 'no'}"
            + (" WORSE THAN R" if gate and worse else " (worse than R)" if worse else ""))
        if gate and worse:
            failed.append(f"{table} {part} {metric}: {ours:.3f}, R's best is {best}")
    print(f"{table}: {reached} of {asked} aims")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--all", action="store_true", default=os.environ.get("JUYAN_ACCURACY") == "all")
    parser.add_argument("--sample", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--keep")
    options = parser.parse_args()
    folder, failed = find_folder(), []
    with tempfile.TemporaryDirectory() as temporary:
        place = options.keep or temporary
        os.makedirs(place, exist_ok=True)
        for name in options.sets.split(","):
            out, seconds = forecast(name, folder, place, options)
            scores, peers = score(name, folder, out, seconds, place), peers_of(name, folder)
            for table in ("core", "all")[: 2 if options.all else 1] if name == "monthly" else (name,):
                report(table, scores, peers, failed)
            print(f"{name}: {seconds} CPU seconds a task" + ("; a sample: not to be compared" if options.sample > 1 else ""))
    if failed and options.sample == 1:
        sys.exit("test_accuracy: worse than the best of R's methods:\n" + "\n".join(failed))


if __name__ == "__main__":
    main()
