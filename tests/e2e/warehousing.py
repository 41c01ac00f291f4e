"""What the tests of the warehouse share: a Juyan that writes to PostgreSQL, and whether the tables say what the ledger says."""
import json
import os
import signal
import subprocess

from postgres import until
from serving import JUYAN, Wrong, ask, run

TOTALS = ("port", "period", "direction", "mode", "group", "basis", "net_kg", "batches", "units")


class Juyan:
    """`juyan serve` of these services, killed and started again as a test wants."""
    running = set()

    @classmethod
    def kill_all(cls):
        for juyan in list(cls.running):
            juyan.kill()

    def __init__(self, data, conninfo, *settings, services=()):
        self.data, self.child = data, None
        self.log_path = os.path.join(os.path.dirname(data), "-".join(("juyan", *services)) + ".log")
        self.command = [JUYAN, "serve", *services, "--data", data]
        for setting in ("listen=tcp://127.0.0.1:0", "dashboard_listen=", "scrub_mib_per_s=0", f"warehouse={conninfo}", *settings):
            self.command += ["--set", setting]

    def start(self):
        with open(self.log_path, "ab") as log:
            Juyan.running.add(self)
            self.child = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True)
        for line in self.child.stdout:
            if line.startswith("dashboard "):
                self.dashboard = line.split()[1]
            if line.strip() == "ready":
                return self
        raise Wrong(f"juyan serve did not say 'ready'; see {self.log_path}")

    def kill(self):
        if self.child is not None and self.child.poll() is None:
            self.child.send_signal(signal.SIGKILL)
        if self.child is not None:
            self.child.wait()

    def stop(self):
        self.child.terminate()
        if self.child.wait(60) != 0:
            raise Wrong(f"juyan serve ended with {self.child.returncode}; see {self.log_path}")

    def said(self):
        return open(self.log_path).read()

    def standing(self):
        done = subprocess.run([JUYAN, "warehouse", "--data", self.data, "--json"], capture_output=True, text=True)
        return json.loads(done.stdout) if done.returncode == 0 else {"trouble": "none", "state": "away"}

    def wait_for(self, **wanted):
        return until(f"the warehouse stands as {wanted}, but as {self.standing()}",
            lambda: all(self.standing().get(name) == value for name, value in wanted.items()))


def last_lsn(data):
    return ask("verify", "--data", data)["events"]


def caught_up(cluster, lsn):
    def there():
        rows = cluster.sql("SELECT lsn, ahead_lsn, COALESCE(sweep_lsn, 0) FROM juyan.position", check=False)
        return not isinstance(rows, str) and rows == [[str(lsn), str(lsn), "0"]]
    until(f"the warehouse is at {lsn}", there, 180)


def expect(what, said, wanted):
    if said != wanted:
        more = ""
        if isinstance(said, set) and isinstance(wanted, set):
            more = f"; only said: {sorted(set(said) - set(wanted))[:3]}; only wanted: {sorted(set(wanted) - set(said))[:3]}"
            said, wanted = len(said), len(wanted)
        raise Wrong(f"{what}: {said}; expected {wanted}{more}")


def ledger_totals(data, period):
    rows = []
    for year in range(2023, 2028):
        for month in range(1, 13):
            rows += ask("totals", "--data", data, "--by", "port,period,direction,mode,group,basis", "--period", period, "--from",
                f"{year}-{month:02}", "--to", f"{year}-{month:02}") if period == "hour" else []
        if period == "day":
            rows += ask("totals", "--data", data, "--by", "port,period,direction,mode,group,basis", "--period", period, "--from",
                str(year), "--to", str(year))
    return {tuple(str(row[name]) for name in TOTALS) for row in rows}


def check_totals(cluster, data):
    """Every row of both tables is the ledger's, and there is no other."""
    days = {tuple(row) for row in cluster.sql("SELECT port, day, direction, mode, commodity_group, basis, net_kg, batches, units"
        " FROM juyan.total_day")}
    expect("rows of total_day", days, ledger_totals(data, "day"))
    hours = {tuple(row) for row in cluster.sql("SELECT port, day || 'T' || lpad(hour::text, 2, '0'), direction, mode,"
        " commodity_group, basis, net_kg, batches, units FROM juyan.total_hour")}
    expect("rows of total_hour", hours, ledger_totals(data, "hour"))
    return len(days), len(hours)


def check_sums(cluster):
    """What the rows of crossings say adds up to the totals: nothing is there twice, and nothing is missing."""
    for name, of_rows, of_totals in (
        ("units by day, mode and basis",
            "SELECT port, counted_on, direction, mode, basis, sum(COALESCE(net_kg, 0)), count(*) FROM juyan.unit"
            " WHERE counted_on IS NOT NULL GROUP BY 1, 2, 3, 4, 5",
            "SELECT port, day, direction, mode, basis, sum(net_kg), sum(units) FROM juyan.total_day GROUP BY 1, 2, 3, 4, 5"
            " HAVING sum(units) > 0"),
        ("crossings by day and mode",
            "SELECT port, day, direction, mode, sum(net_kg), count(*) FROM juyan.batch WHERE counted GROUP BY 1, 2, 3, 4",
            "SELECT port, day, direction, mode, sum(net_kg), sum(batches) FROM juyan.total_day GROUP BY 1, 2, 3, 4"),
        ("goods by day and group",
            "SELECT port, day, commodity_group, sum(net_kg) FROM juyan.goods_line WHERE net_kg > 0 GROUP BY 1, 2, 3",
            "SELECT port, day, commodity_group, sum(net_kg) FROM juyan.total_day WHERE commodity_group <> 'empty'"
            " GROUP BY 1, 2, 3 HAVING sum(net_kg) > 0"),
        ("hours of a day",
            "SELECT port, day, direction, mode, basis, commodity_group, sum(net_kg), sum(batches), sum(units) FROM juyan.total_hour"
            " GROUP BY 1, 2, 3, 4, 5, 6",
            "SELECT port, day, direction, mode, basis, commodity_group, net_kg, batches, units FROM juyan.total_day"),
        ("places of crossings", "SELECT port, batch_no, day, counts_as FROM juyan.batch",
            "SELECT port, batch_no, day, counts_as FROM juyan.batch_place")):
        left = cluster.sql(f"(({of_rows}) EXCEPT ({of_totals})) UNION ALL (({of_totals}) EXCEPT ({of_rows})) LIMIT 5")
        expect(name, left, [])
    expect("crossings that stand twice", cluster.sql("SELECT port, batch_no FROM juyan.batch GROUP BY 1, 2"
        " HAVING count(*) > 1"), [])
    expect("weighings that stand twice", cluster.sql("SELECT lsn FROM juyan.weighing GROUP BY 1 HAVING count(*) > 1"), [])


def check_story(cluster, data, port, batch_no):
    """The rows of one crossing beside the story that the ledger tells of it, event by event."""
    story = ask("batch", "--data", data, "--port", port, batch_no)
    where = f"WHERE port = '{port}' AND batch_no = '{batch_no}'"
    events = story["events"]
    lsns = [int(event["lsn"]) for event in events]
    row = cluster.sql(f"SELECT events, first_lsn, lsn, COALESCE(net_kg, 0), counted FROM juyan.batch {where}")
    net = sum(int(line.get("net_kg", 0)) for line in story.get("counted", []))
    expect(batch_no, row, [[str(len(events)), str(min(lsns)), str(max(lsns)), str(net), "t" if story.get("counted") else "f"]])
    for kind, table, columns in (("unit_weighed", "weighing", "COALESCE(gross_kg, -1)"), ("released", "release", "holds")):
        told = {str(event["lsn"]): event for event in events if kind in event["event"]}
        rows = {lsn: value for lsn, value in cluster.sql(f"SELECT lsn, {columns} FROM juyan.{table} {where}")}
        expect(f"{batch_no}: lsns of {table}", set(rows), set(told))
        for lsn, event in told.items():
            wanted = "t" if event.get("holds") else "f"
            if kind == "unit_weighed":
                wanted = str(event["event"][kind].get("gross_kg", -1))
            expect(f"{batch_no}: {table} {lsn}", rows[lsn], wanted)
    by_unit = {}
    for line in story.get("counted", []):
        by_unit[line["unit_id"]] = by_unit.get(line["unit_id"], 0) + int(line.get("net_kg", 0))
    rows = dict(cluster.sql(f"SELECT unit_id, COALESCE(net_kg, 0) FROM juyan.unit {where} AND counted_on IS NOT NULL"))
    expect(f"{batch_no}: units", rows, {unit: str(kg) for unit, kg in by_unit.items()})


def check_all(cluster, data, chance, stories=25):
    caught_up(cluster, last_lsn(data))
    days, hours = check_totals(cluster, data)
    check_sums(cluster)
    numbers = cluster.sql("SELECT port, batch_no FROM juyan.batch ORDER BY 1, 2")
    for port, batch_no in chance.sample(numbers, min(stories, len(numbers))):
        check_story(cluster, data, port, batch_no)
    return len(numbers), days, hours


def rows_of_all(cluster):
    """All that follows from the ledger alone, as one digest for each table."""
    tables = ("batch", "unit", "goods_line", "weighing", "release", "total_day", "total_hour", "batch_place", "port",
        "commodity_group", "registry_history")
    return {table: cluster.sql(f"SELECT count(*), md5(string_agg(t::text, ' ' ORDER BY t::text)) FROM juyan.{table} t")
        for table in tables}


def moves_on(cluster, events, traffic):
    """Waits until the warehouse has so many events more, or nothing comes any more."""
    def position():
        rows = cluster.sql("SELECT COALESCE(max(lsn), 0) FROM juyan.position", check=False)
        return 0 if isinstance(rows, str) else int(rows[0][0])
    begun = position()
    until("events go on into the warehouse", lambda: traffic.poll() is not None or position() >= begun + events)


def simulate(data, *arguments):
    """Events into a running Juyan, in a process that goes on beside the test."""
    return subprocess.Popen([JUYAN, "simulate", "--live", "--data", data, "--quiet", "--json", *arguments],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
