#!/usr/bin/python3
"""`juyan watch` as a user meets it: what is sent is shown at once, as lines and as JSON, and what was missed while nobody told
it is shown as well, so that the days it tells are those of `juyan totals`. A silence is told with its age.
"""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
from serving import JUYAN, PATIENCE_S, Server, Wrong, ask, run

KG = 1000


class Watch:
    """A watcher whose output is gathered as it comes."""

    def __init__(self, *arguments):
        self.child = subprocess.Popen([JUYAN, "watch", *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        self.changed = threading.Condition()
        self.said = {"out": [], "err": []}
        for name, stream in (("out", self.child.stdout), ("err", self.child.stderr)):
            threading.Thread(target=self.gather, args=(name, stream), daemon=True).start()

    def gather(self, name, stream):
        for line in stream:
            with self.changed:
                self.said[name].append(line.rstrip("\n"))
                self.changed.notify_all()

    def wait(self, name, pattern):
        """The first line that matches."""
        deadline = time.monotonic() + PATIENCE_S
        with self.changed:
            while True:
                for line in self.said[name]:
                    if re.search(pattern, line):
                        return line
                if not self.changed.wait(deadline - time.monotonic()) and time.monotonic() >= deadline:
                    raise Wrong(f"no '{pattern}' in {self.said}")

    def news(self):
        with self.changed:
            return [json.loads(line) for line in self.said["out"]]

    def close(self):
        self.child.send_signal(signal.SIGTERM)
        code = self.child.wait(PATIENCE_S)
        if code != 0:
            raise Wrong(f"juyan watch ended with {code}; expected 0: {self.said['err']}")


def batch(name, port="ceke", at_ms=1738281600000):
    """A manifest, which departs and is released: 31 January 2025 at 08:00 by the ports' clock."""
    head = {"occurred_at_ms": at_ms, "port": port, "batch_no": name}
    manifest = {"direction": "IMPORT", "mode": "TRUCK", "units": [{"unit_id": "U"}],
        "waybills": [{"waybill_no": "W", "goods": [{"description": "coal", "declared_kg": KG}]}]}
    return "\n".join(json.dumps({**head, **what})
        for what in ({"manifest_lodged": manifest}, {"released": {}}, {"unit_departed": {"unit_id": "U"}})) + "\n"


def send(data, *batches):
    said = ask("send", "--data", data, "-", stdin="".join(batches))
    if said["accepted"] != 3 * len(batches):
        raise Wrong(f"not all was taken: {said}")


def day_totals(news):
    """What a listener has who takes each day as the last news tell it."""
    days = {}
    for one in news:
        told = {}
        for row in one.get("days", []):
            key = (row["port"], row["day"])
            told[key] = told.get(key, 0) + row.get("net_kg", 0)
        days.update(told)
    return days


def days_on_file(data):
    return {(row["port"], row["period"]): row["net_kg"] for row in ask("totals", "--data", data, "--by", "port,period", "--period",
        "day")}


def shown_at_once(data):
    lines, only = Watch("--data", data), Watch("--data", data, "--port", "wuliji", "--json")
    for watch in (lines, only):
        watch.wait("err", "hears the feed, from event [0-9]+ on")
    send(data, batch("W-1"), batch("W-2", port="wuliji"))
    lines.wait("out", r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  ceke  W-1  departed, truck import, 1 unit, counts 1\.000 t  \(.*released")
    lines.wait("out", r"ceke  day 2025-01-31: 1\.000 t, 1 batch$")
    only.wait("out", '"day":"2025-01-31"')
    for one in only.news():
        ports = {row["crossing"]["port"] for row in one.get("crossings", [])} | {row["port"] for row in one.get("days", [])}
        if ports - {"wuliji"}:
            raise Wrong(f"asked for wuliji alone, and told of {ports}")
    lines.close()
    only.close()


def missed_and_shown(data, server):
    """While the feed is away something is committed; the watcher, who stays, shows it when the feed is back."""
    watch, lines = Watch("--data", data, "--json"), Watch("--data", data)
    for one in (watch, lines):
        one.wait("err", "hears the feed")
    send(data, batch("G-1"))
    watch.wait("out", "G-1")
    server.close()
    watch.wait("err", "silent for [0-9]+ s; nobody knows")
    alone = subprocess.Popen([JUYAN, "serve", "--data", data, "--set", "listen=tcp://127.0.0.1:0", "ingest", "query"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        while alone.stdout.readline().strip() not in ("ready", ""):
            pass
        send(data, batch("G-2"), batch("G-3", port="wuliji", at_ms=1738281600000 + 86400000))
    finally:
        alone.terminate()
        alone.wait(PATIENCE_S)
    server = Server(data)
    watch.wait("err", "heard again")
    send(data, batch("G-4"))
    for name in ("G-2", "G-3", "G-4"):
        watch.wait("out", name)
        lines.wait("out", f"  {name}  departed")
    news = watch.news()
    for before, after in zip(news, news[1:]):
        if after["before_lsn"] != before["lsn"]:
            raise Wrong(f"between {before['lsn']} and {after['before_lsn']} something is missing")
    told, on_file = day_totals(news), days_on_file(data)
    if any(on_file[key] != kg for key, kg in told.items()) or ("wuliji", "2025-02-01") not in told:
        raise Wrong(f"the news add up to {told}; on file are {on_file}")
    watch.close()
    lines.close()
    return server


def refusals(data, folder):
    for arguments, code, said in ((("--data", data, "--port", "wulji"), 1, "is 'wuliji' meant"), (("more",), 2, "not expected"),
        (("--data", f"{folder}/nowhere"), 1, "no Juyan has been started"), (("--connect", "tcp://127.0.0.1:1"), 2, "--server-key")):
        error = run("watch", *arguments, code=code)[1]
        if said not in error:
            raise Wrong(f"juyan watch {' '.join(arguments)} says {error}; expected '{said}'")


def main():
    folder = tempfile.mkdtemp()
    data, server = os.path.join(folder, "data"), None
    try:
        server = Server(data)
        shown_at_once(data)
        refusals(data, folder)
        server = missed_and_shown(data, server)
        server.close()
        server = None
    except Wrong as wrong:
        print(wrong)
        return 1
    finally:
        if server is not None:
            server.kill()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
