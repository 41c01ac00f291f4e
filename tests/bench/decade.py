#!/usr/bin/python3
"""What one ledger does with ten years of a region: 100 million events of twenty ports.

    tests/bench/decade.py --dir DIR [--events 100000000] [--stages 1,10,30] [--no-recount]

Ten simulators, two ports each (`juyan simulate --twin`), stream 2016 to 2025 at once into one Juyan, as fast as it takes them. At
each stage (in millions of events) and at the end they are stopped, and so is Juyan, and told is: how large the ledger is, how long
loading took since the stage before and how much memory it needed, how long Juyan takes to open the ledger with nothing of it in
the system's cache (where this may be thrown away: as root), and how long questions take, the first time and again. At the end
the ledger's totals are held against the simulators' own, and all is recounted. DIR needs some 60 GB for 100 million.
JUYAN names the command.
"""
import argparse
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))
from serving import JUYAN, Wrong, ask, run

TWINS = 10
DECADE = ("--from", "2016-01-01", "--to", "2025-12-31", "--rail")
EVENTS_AT_FULL_SCALE = 11_580_000  # of two ports in these ten years
PARTS = ("port", "period", "direction", "mode", "group", "basis")
FIGURES = ("net_kg", "batches", "units", "units_unknown")
SETTINGS = ("listen=", "map_gib=96")


def rest(seconds):
    """Between two looks."""
    threading.Event().wait(seconds)


def memory(pid):
    """MiB: what is the process's own, and all that is resident, where the ledger's pages in the system's cache are counted too."""
    fields = dict(line.split(":", 1) for line in open(f"/proc/{pid}/status"))
    return int(fields["RssAnon"].split()[0]) >> 10, int(fields["VmRSS"].split()[0]) >> 10


class Peak(threading.Thread):
    """The most memory that a process had, and the most that a folder held, looked at each second until it ends."""

    def __init__(self, pid, folder=None):
        super().__init__(daemon=True)
        self.pid, self.folder, self.own, self.resident, self.disk = pid, folder, 0, 0, 0
        self.start()

    def run(self):
        while True:
            try:
                own, resident = memory(self.pid)
            except (OSError, KeyError):
                return
            self.own, self.resident = max(self.own, own), max(self.resident, resident)
            if self.folder is not None:
                self.disk = max(self.disk, size(self.folder))
            rest(1)


def size(folder):
    """Bytes on disk."""
    total = 0
    for place, _, files in os.walk(folder):
        for name in files:
            try:
                total += os.stat(os.path.join(place, name)).st_blocks * 512
            except OSError:
                pass
    return total


class Server:
    def __init__(self, data):
        command = [JUYAN, "serve", "ingest", "query", "--data", data]
        for setting in SETTINGS:
            command += ["--set", setting]
        self.log = open(data + ".log", "ab")
        began = time.monotonic()
        self.child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log, text=True)
        for line in self.child.stdout:
            if line.strip() == "ready":
                break
        else:
            raise Wrong(f"juyan serve did not say 'ready'; see {data}.log")
        self.opened_s = time.monotonic() - began
        self.peak = Peak(self.child.pid)

    def stop(self):
        self.child.terminate()
        if self.child.wait(600) != 0:
            raise Wrong("juyan serve did not end in order")
        self.log.close()


def registry(data):
    """The ports that each pair of twins stands for."""
    path = os.path.join(os.path.dirname(data), "region.yaml")
    with open(path, "w") as file:
        file.write("ports:\n")
        for twin in range(1, TWINS + 1):
            for port in ("ceke", "wuliji"):
                file.write(f'  - {{id: {port}-{twin}, name_en: {port.title()} {twin}, utc_offset: "+08:00", count_on: release}}\n')
    run("registry", "apply", path, "--data", data, "--yes", "--by", "bench", "--reason", "a region of twenty ports")


class Twin:
    """One simulator, which goes on where it was."""

    def __init__(self, data, number, scale):
        self.keys = f"{data}-keys-{number}"
        os.makedirs(self.keys, mode=0o700, exist_ok=True)
        self.said = open(f"{data}-twin-{number}.log", "w+")
        self.child = subprocess.Popen([JUYAN, "simulate", "--live", "--data", data, "--keys", self.keys, "--twin", str(number),
            "--seed", str(number), "--scale", f"{scale:.3f}", *DECADE, "--speedup", "max", "--json"], stdin=subprocess.DEVNULL,
            stdout=open(f"{data}-twin-{number}.json", "w"), stderr=self.said)
        self.number, self.data = number, data

    def on_disk(self):
        """What it said last."""
        end = os.fstat(self.said.fileno()).st_size
        text = os.pread(self.said.fileno(), 4096, max(0, end - 4096)).decode()
        found = re.findall(r"(\d+) (?:events on disk|on disk in all)", text)
        return int(found[-1]) if found else 0

    def end(self):
        if self.child.wait(1800) != 0:
            raise Wrong(f"simulator {self.number} ended with {self.child.returncode}:\n{open(self.said.name).read()[-500:]}")
        return json.load(open(f"{self.data}-twin-{self.number}.json"))


def load(data, scale, until):
    """Streams up to so many events; what the simulators then say of their totals."""
    began, twins = time.monotonic(), []
    for number in range(1, TWINS + 1):
        twins.append(Twin(data, number, scale))
        rest(0.5)  # each enters its terminals into the registry by itself
    told = began
    while any(twin.child.poll() is None for twin in twins):
        rest(0.5)
        there = sum(twin.on_disk() for twin in twins)
        if time.monotonic() - told > 30:
            told = time.monotonic()
            print(f"  {told - began:7.0f} s  {there:11d} events  {size(data) / 1e9:6.2f} GB", file=sys.stderr, flush=True)
        if there >= until:
            for twin in twins:
                if twin.child.poll() is None:
                    twin.child.send_signal(signal.SIGINT)
            break
    seconds = time.monotonic() - began
    return seconds, [twin.end() for twin in twins]


def check(data, said):
    """The ledger's totals are the simulators'."""
    wanted = {tuple(row[name] for name in PARTS): tuple(row[name] for name in FIGURES) for one in said for row in one["rows"]}
    rows = ask("totals", "--data", data, "--by", ",".join(PARTS), "--period", "year")
    found = {tuple(str(row[name]) for name in PARTS): tuple(row[name] for name in FIGURES) for row in rows}
    wanted = {tuple(map(str, key)): value for key, value in wanted.items() if any(value)}
    wrong = [key for key in wanted.keys() | found.keys() if wanted.get(key) != found.get(key)]
    if wrong:
        raise Wrong(f"{len(wrong)} rows of totals differ, such as {wrong[0]}: {found.get(wrong[0])}; expected"
            f" {wanted.get(wrong[0])}")
    print(f"totals equal the simulators' own: {len(wanted)} rows, {sum(one['net_kg'] for one in said)} kg", flush=True)


def forget():
    """Lets the system's cache forget the ledger. False where that is not allowed."""
    os.sync()
    try:
        with open("/proc/sys/vm/drop_caches", "w") as file:
            file.write("1\n")
        return True
    except OSError:
        return False


def timed(*arguments):
    began = time.monotonic()
    run(*arguments)
    return time.monotonic() - began


QUESTIONS = (("a year of all ports", "totals", "--by", "period", "--from", "2025", "--to", "2025"),
    ("a year's months of a port", "totals", "--by", "period", "--period", "month", "--from", "2019", "--to", "2019", "--port",
        "ceke-3"),
    ("a day's hours of all ports", "totals", "--by", "port,period", "--period", "hour", "--from", "2024-05-08", "--to",
        "2024-05-08"),
    ("ten years by goods and basis", "totals", "--by", "period,group,basis"))


def stage(data, said_s, loaded, events):
    cold = forget()
    server = Server(data)
    print(f"{events / 1e6:.1f} million events: loaded {loaded} in {said_s:.0f} s ({loaded / max(said_s, 0.001):.0f} a second);"
        f" ledger {size(data) / 1e9:.2f} GB ({size(data) / max(events, 1):.0f} bytes an event);"
        f" open {'cold' if cold else 'warm'} {server.opened_s:.2f} s", flush=True)
    for name, *question in QUESTIONS:
        first, again = (timed(*question, "--data", data) for _ in range(2))
        print(f"    {name:30} {first:7.3f} s {again:7.3f} s", flush=True)
    print(f"    memory for that: {server.peak.own} MiB its own, {server.peak.resident} MiB resident", flush=True)
    server.stop()


def recount(data):
    """juyan verify, with its memory and the disk that it needs beside."""
    scratch, before, began = data + "-recount", size(data), time.monotonic()
    child = subprocess.Popen([JUYAN, "verify", "--data", data, "--scratch", scratch, "--json"], stdout=subprocess.PIPE, text=True,
        stdin=subprocess.DEVNULL)
    peak = Peak(child.pid, scratch)
    said, _ = child.communicate()
    if child.returncode != 0:
        raise Wrong(f"juyan verify ended with {child.returncode}: {said}")
    events = json.loads(said)["events"]
    seconds = time.monotonic() - began
    print(f"recount of {events} events: {seconds:.0f} s ({events / seconds:.0f} a second), {peak.own} MiB its own,"
        f" {peak.resident} MiB resident, {peak.disk / 1e9:.2f} GB of scratch beside {before / 1e9:.2f} GB", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--dir", required=True)
    parser.add_argument("--events", type=int, default=100_000_000)
    parser.add_argument("--stages", default="1,10,30", help="in millions")
    parser.add_argument("--no-recount", action="store_true")
    options = parser.parse_args()
    data = os.path.join(os.path.abspath(options.dir), "region")
    # A little more than is asked for: simulators are stopped when it is there.
    scale = options.events * 1.01 / TWINS / EVENTS_AT_FULL_SCALE
    there = 0
    for until in [float(text) * 1e6 for text in options.stages.split(",") if text] + [options.events]:
        if until > options.events or (until < options.events and until <= there):
            continue
        server = Server(data)
        if there == 0:
            registry(data)
        seconds, said = load(data, scale, until)
        now = sum(one["events"] for one in said)
        print(f"while loading: {server.peak.own} MiB its own, {server.peak.resident} MiB resident at most", flush=True)
        if until == options.events:
            check(data, said)
        server.stop()
        stage(data, seconds, now - there, now)
        there = now
    if not options.no_recount:
        recount(data)


if __name__ == "__main__":
    try:
        main()
    except Wrong as wrong:
        sys.exit(f"decade: {wrong}")
