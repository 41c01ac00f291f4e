#!/usr/bin/python3
"""A planner's program that shares no code with Juyan (terminal.py) asks the forecast service over ipc, on a simulated port.

A year and a half of both ports goes into a server; then outlooks are asked for. What has passed is what `juyan totals` says, months
and parts add up, the same question gives the same bytes, also from a service in a process of its own, and what cannot be is refused
with a reason. Each day's forecast is kept.

JUYAN_SEED. Uses $JUYAN.
"""
import json
import os
import random
import selectors
import shutil
import subprocess
import sys
import tempfile
import time

try:
    import zmq

    import terminal as our
except ImportError as missing:
    print(f"skipped: {missing}; apt-get install python3-zmq python3-protobuf protobuf-compiler")
    sys.exit(77)

JUYAN = os.environ.get("JUYAN") or os.path.join(our.SOURCE, "build", "juyan")
SEED = int(os.environ.get("JUYAN_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)
PATIENCE_S = 60
QUANTILES = ("p025_kg", "p10_kg", "p25_kg", "p50_kg", "p75_kg", "p90_kg", "p975_kg")
CHILDREN = []


class Wrong(Exception):
    pass


def check(truth, what):
    if not truth:
        raise Wrong(what)


def juyan(*arguments):
    done = subprocess.run([JUYAN, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    check(done.returncode == 0, f"juyan {' '.join(arguments)} ended with {done.returncode}: {done.stderr}")
    return done.stdout


def serve(data, *services):
    """`juyan serve`, ready."""
    with open(os.path.join(data, "serve.log"), "ab") as log:
        child = subprocess.Popen([JUYAN, "serve", "--data", data, "--set", "listen=tcp://127.0.0.1:0", "--set",
            "forecast_paths=200", *services], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log)
    CHILDREN.append(child)
    said, deadline = b"", time.monotonic() + PATIENCE_S
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while b"ready\n" not in said:
            check(selector.select(max(0, deadline - time.monotonic())), f"serve was not ready in time; it said {said}")
            more = os.read(child.stdout.fileno(), 65536)
            check(more, "serve ended at its start: " + open(os.path.join(data, "serve.log")).read()[-2000:])
            said += more
    return child


def stop(child):
    child.terminate()
    check(child.wait(PATIENCE_S) == 0, f"serve ended with {child.returncode} after SIGTERM; expected 0")


def key_of(path):
    with open(path, "rb") as file:
        return file.read().strip()


class Planner:
    """Asks one question after the other."""

    def __init__(self, data):
        keys = os.path.join(data, "keys")
        self.connection = our.Connection(zmq.Context.instance(), f"ipc://{data}/run/forecast.ipc",
            key_of(os.path.join(keys, "server.key.pub")),
            (key_of(os.path.join(keys, "admin.key.pub")), key_of(os.path.join(keys, "admin.key"))))
        self.nonce = 0

    def ask(self, **ask):
        self.nonce += 1
        self.connection.give(our.forecast.ForecastQuestion(version=1, nonce=self.nonce, **ask), PATIENCE_S)
        reply = self.connection.take(our.forecast.ForecastReply, PATIENCE_S)
        check(reply.nonce == self.nonce, f"the reply has nonce {reply.nonce}; expected {self.nonce}")
        return reply

    def outlook(self, **ask):
        reply = self.ask(outlook=our.forecast.OutlookAsk(**ask))
        check(reply.WhichOneof("say") == "outlook", f"an outlook was expected, and came {str(reply)[:300]}")
        return reply.outlook

    def refused(self, code, **ask):
        reply = self.ask(outlook=our.forecast.OutlookAsk(**ask))
        check(reply.WhichOneof("say") == "failure" and reply.failure.name == code,
            f"{code} was expected, and came {str(reply)[:300]}")


def check_rows(outlook):
    for row in outlook.rows:
        spread = [getattr(row.total, name) for name in QUANTILES]
        check(spread == sorted(spread), f"the quantiles of {row.period} are not in order: {spread}")
        parts = sum(part.kg for part in outlook.parts if part.period == row.period)
        check(parts == row.total.mean_kg - row.known_kg, f"the parts of {row.period} are {parts} kg together")


def check_past(planner, data):
    """What an outlook knows of the months before its origin is what the ledger says."""
    making = our.forecast.Making(as_of="2024-04-30")
    months = planner.outlook(by_period=our.query.MONTH, making=making)
    check(months.provenance.origin == "2024-04-30", f"the origin is {months.provenance.origin}")
    check(len(months.rows) == 12, f"{len(months.rows)} months")
    check_rows(months)
    rows = json.loads(juyan("totals", "--data", data, "--json", "--period", "month", "--by", "period", "--from", "2024-01", "--to",
        "2024-04"))
    check([row["net_kg"] for row in rows] == [row.known_kg for row in months.rows[:4]], "the known months are not the ledger's")
    year = sum(row.total.mean_kg for row in months.rows)
    check(months.rows[-1].year_to_date.mean_kg == year, "months do not add up to the year")
    split = planner.outlook(by_period=our.query.MONTH, by_port=True, by_group=True, making=making)
    check(sum(row.total.mean_kg for row in split.rows) == year, "groups of ports do not add up to the year")


def check_refusals(planner):
    planner.refused("unknown_port", slice=our.forecast.Slice(ports=["ceka"]))
    planner.refused("syntax", to="tomorrow")
    planner.refused("out_of_range", making=our.forecast.Making(as_of="2099-01-01"))
    planner.refused("too_large", by_period=our.query.DAY, by_port=True, by_group=True, by_mode=True, by_direction=True,
        to="2026-12-31", making=our.forecast.Making(as_of="2024-04-30"))


def run(data):
    server = serve(data)
    options = ["--seed", str(SEED), "--scale", "0.02", "--to", "2024-06-30"]
    juyan("simulate", "--live", "--speedup", "max", "--quiet", "--data", data, *options)
    planner = Planner(data)
    check_past(planner, data)
    check_refusals(planner)
    first = planner.outlook(by_port=True).SerializeToString()
    check(planner.outlook(by_port=True).SerializeToString() == first, "the same question has two answers")
    planner.connection.close()
    stop(server)

    ledger, alone = serve(data, "ingest", "query"), serve(data, "forecast", "--set", "forecast_threads=3")
    planner = Planner(data)
    check(planner.outlook(by_port=True).SerializeToString() == first, "a service in a process of its own answers otherwise")
    # It looks at the ledger before it answers, and what it finds new it keeps.
    check(any(name.endswith(".json") for name in os.listdir(os.path.join(data, "forecasts"))), "no forecast was kept")
    stop(ledger)
    reply = planner.ask(outlook=our.forecast.OutlookAsk())
    check(reply.failure.name == "timeout", f"without query 'timeout' was expected, and came {str(reply)[:300]}")
    planner.connection.close()
    stop(alone)


def main():
    print(f"seed={SEED}", flush=True)
    data = tempfile.mkdtemp(prefix="juyan-forecast-")
    try:
        run(data)
    except Wrong as wrong:
        print(f"test_forecast_service.py: {wrong}", file=sys.stderr)
        return 1
    finally:
        for child in CHILDREN:
            if child.poll() is None:
                child.kill()
                child.wait()
        shutil.rmtree(data, ignore_errors=True)
    return 0


sys.exit(main())
