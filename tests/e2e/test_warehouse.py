#!/usr/bin/python3
"""The warehouse as an analyst and an operator meet it: what PostgreSQL holds is what the ledger says, to the kilogram and row by
row, through kills of the service and of PostgreSQL, corrections, changes of the registry, and whatever may be wrong with one.

also: slow
"""
import json
import os
import random
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

sys.dont_write_bytecode = True
import postgres
from postgres import DATABASE, Cluster, until
from serving import JUYAN, Wrong, ask, run
from warehousing import Juyan, caught_up, check_all, expect, last_lsn, moves_on, rows_of_all, simulate

SEED = int(os.environ.get("JUYAN_SEED", "0")) or int.from_bytes(os.urandom(4), "big")
KILLS = int(os.environ.get("JUYAN_WAREHOUSE_KILLS", "8"))
chance = random.Random(SEED)


class Fake(threading.Thread):
    """A server that says of itself that it is of some version, and answers each statement with one refusal."""

    def __init__(self, version, code="", sentence=""):
        super().__init__(daemon=True)
        self.version, self.code, self.sentence = version, code, sentence
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.start()

    @staticmethod
    def message(kind, body=b""):
        return kind + struct.pack(">i", len(body) + 4) + body

    def refuse(self):
        fields = b"SERROR\0VERROR\0C%s\0M%s\0\0" % (self.code.encode(), self.sentence.encode())
        return self.message(b"E", fields)

    def answer(self, text):
        done = self.message(b"C", b"SET\0")
        if b"version()" in text:
            value = f"PostgreSQL {self.version} on a test".encode()
            row = self.message(b"T", struct.pack(">h", 1) + b"version\0" + struct.pack(">ihihih", 0, 0, 25, -1, -1, 0))
            return row + self.message(b"D", struct.pack(">hi", 1, len(value)) + value) + self.message(b"C", b"SELECT 1\0")
        return done if text.startswith(b"SET") else self.refuse()

    def serve(self, connection):
        stream = connection.makefile("rb")
        ready = self.message(b"Z", b"I")
        while True:
            size, = struct.unpack(">i", stream.read(4))
            body = stream.read(size - 4)
            if body[:4] == struct.pack(">i", 196608):
                break
            connection.sendall(b"N")  # no TLS, no GSSAPI
        hello = self.message(b"R", struct.pack(">i", 0))
        for name, value in (("server_version", self.version), ("server_encoding", "UTF8"), ("client_encoding", "UTF8"),
            ("default_transaction_read_only", "off"), ("in_hot_standby", "off"), ("standard_conforming_strings", "on")):
            hello += self.message(b"S", name.encode() + b"\0" + value.encode() + b"\0")
        connection.sendall(hello + ready)
        while kind := stream.read(1):
            size, = struct.unpack(">i", stream.read(4))
            body = stream.read(size - 4)
            if kind == b"Q":
                connection.sendall(self.answer(body) + ready)
            elif kind == b"S":
                connection.sendall(self.refuse() + ready)

    def run(self):
        while True:
            connection = self.listener.accept()[0]
            try:
                self.serve(connection)
            except (OSError, struct.error):
                pass
            connection.close()


def streaming(folder, cluster):
    """Events stream in while the service and PostgreSQL are killed at random."""
    data = os.path.join(folder, "data")
    centre = Juyan(data, "", services=("ingest", "query")).start()
    ware = Juyan(data, cluster.conninfo(), services=("warehouse",)).start()
    traffic = simulate(data, "--from", "2025-01-01", "--to", "2025-01-21", "--rail", "--scale", "0.25", "--resend", "--speedup",
        "80000", "--seed", str(SEED % 1000))
    kills = 0
    while traffic.poll() is None or kills < KILLS:
        moves_on(cluster, chance.randrange(1, 2500), traffic)
        if chance.random() < 0.6:
            ware.kill()
            ware.start()
        else:
            cluster.stop()
            cluster.start()
        kills += 1
    told = json.loads(traffic.stdout.read())
    if traffic.returncode != 0:
        raise Wrong(f"the simulation ended with {traffic.returncode}")
    crossings, days, hours = check_all(cluster, data, chance)
    print(f"{kills} kills: {last_lsn(data)} events, {crossings} crossings, {days} rows of days, {hours} of hours hold")
    expect("the sum of total_day beside the simulation's own count", cluster.numbers("SELECT sum(net_kg) FROM juyan.total_day")[0],
        told["net_kg"])
    return centre, ware


def corrected(cluster, centre, folder):
    """A late correction changes the rows, and what they were is kept with when it ceased to be so."""
    port, batch_no, unit, day, kg = cluster.sql("SELECT port, batch_no, unit_id, day, net_kg FROM juyan.unit"
        " u WHERE basis = 'weighed' AND mode = 'truck' AND direction = 'import' AND NOT EXISTS (SELECT 1 FROM juyan.unit o"
        " WHERE o.port = u.port AND o.batch_no = u.batch_no AND o.unit_id <> u.unit_id) ORDER BY batch_no LIMIT 1")[0]
    day_before = cluster.numbers(f"SELECT sum(net_kg) FROM juyan.total_day WHERE port = '{port}' AND day = '{day}'")[0]
    path = os.path.join(folder, "correction.ndjson")
    with open(path, "w") as file:
        json.dump({"occurred_at_ms": int(time.time() * 1000), "port": port, "batch_no": batch_no,
            "mass_corrected": {"unit_id": unit, "net_kg": int(kg) + 777, "by": "scale office", "reason": "the wrong plate"}}, file)
    key = os.path.join(folder, "late.key")
    run("keys", "make", key)
    run("keys", "authorise", "--data", centre.data, "--name", "late", "--ports", "ceke,wuliji", "--kinds", "*", key + ".pub")
    run("send", "--data", centre.data, "--key", key, path)
    caught_up(cluster, last_lsn(centre.data))
    where = f"port = '{port}' AND batch_no = '{batch_no}'"
    expect("the corrected unit", cluster.sql(f"SELECT basis, net_kg, corrected_kg FROM juyan.unit WHERE {where}"),
        [["corrected", str(int(kg) + 777), str(int(kg) + 777)]])
    last, newest = last_lsn(centre.data), f"WHERE {where} ORDER BY to_lsn DESC LIMIT 1"
    expect("what it was", cluster.sql(f"SELECT net_kg, to_lsn FROM juyan.batch_history {newest}"), [[kg, str(last)]])
    expect("its unit", cluster.sql(f"SELECT basis FROM juyan.unit_history {newest}"), [["weighed"]])
    expect("what the day was", cluster.numbers("SELECT sum(net_kg) FROM juyan.total_day_history"
        f" WHERE port = '{port}' AND day = '{day}' AND to_lsn = {last}")[0], day_before)
    expect("what the view says", cluster.sql(f"SELECT changed_kg FROM juyan.corrections {newest}"), [["777"]])


def recounted(cluster, centre, folder):
    """Another commodity group counts every crossing anew: all rows follow, also while the service is killed."""
    path = os.path.join(folder, "groups.yaml")
    with open(path, "w") as file:
        file.write("groups:\n  - {id: raw_coal, name_en: Raw coal, name_zh: 原煤, name_mn: Нүүрс, hs_prefixes: ['270119'],"
            " rank: 1}\n")
    run("registry", "apply", "--data", centre.data, "--yes", "--by", "test", "--reason", "another group", path)
    moved = cluster.numbers("SELECT count(*) FROM juyan.registry_history")[0]
    caught_up(cluster, last_lsn(centre.data))
    if cluster.numbers("SELECT count(*) FROM juyan.registry_history")[0] <= moved and moved == 0:
        raise Wrong("the change of the registry is not in registry_history")
    if cluster.numbers("SELECT sum(net_kg) FROM juyan.total_day WHERE commodity_group = 'raw_coal'")[0] == 0:
        raise Wrong("nothing counts for the new group")
    check_all(cluster, centre.data, chance, 5)


def made_anew(cluster, centre, folder, ware):
    """A warehouse that begins from nothing, in tables that an administrator made and that have no partitions, says the same."""
    cluster.sql("CREATE DATABASE again", "postgres")
    text = run("warehouse", "sql", "--partitions", "none")[0]
    path = os.path.join(folder, "made.sql")
    with open(path, "w") as file:
        file.write(text[:text.index("CREATE ROLE juyan_reader NOLOGIN;")])
    cluster.run("psql", "-h", cluster.folder, "-p", str(cluster.port), "-U", "postgres", "-d", "again", "-X", "-q", "-v",
        "ON_ERROR_STOP=1", "-f", path)
    cluster.sql("CREATE ROLE loader LOGIN; GRANT USAGE ON SCHEMA juyan TO loader; GRANT SELECT, INSERT, UPDATE, DELETE"
        " ON ALL TABLES IN SCHEMA juyan TO loader", "again")
    ware.stop()
    other = Juyan(centre.data, cluster.conninfo("loader").replace(DATABASE, "again"), services=("warehouse",)).start()
    lsn = last_lsn(centre.data)
    until("the second warehouse has caught up", lambda: cluster.sql("SELECT lsn FROM juyan.position", "again") == [[str(lsn)]], 120)
    other.stop()
    class Again:
        sql = staticmethod(lambda text: cluster.sql(text, "again"))
    expect("two warehouses of one ledger", rows_of_all(Again), rows_of_all(cluster))
    if "no_reader_role" not in other.said():
        raise Wrong("it is not said that the role of readers could not be given its rights")
    expect("history of a warehouse that saw no change",
        cluster.sql("SELECT (SELECT count(*) FROM juyan.batch_history) + (SELECT count(*) FROM juyan.total_day_history)", "again"),
        [["0"]])
    expect("partitions", cluster.sql("SELECT count(*) FROM pg_inherits", "again"), [["0"]])


def foreseen(cluster, centre):
    """Kept forecasts go over once each; one that cannot be read is passed over."""
    folder = os.path.join(centre.data, "forecasts")
    os.makedirs(folder, exist_ok=True)
    origin = 20103  # 2025-01-15
    leaf = {"port": "ceke", "direction": "import", "mode": "truck", "group": "coal", "past": [], "late": [], "mean": [5, -2, 7]}
    kept = {"version": 1, "program": "0", "model": "test", "lsn": 7, "first_day": 20000, "origin": origin, "silent_days": 0,
        "last_day": origin + 4, "paths": 100, "seed": 3, "leaves": [leaf, dict(leaf, mode="", mean=[1, 2, 3, 4])]}
    for name, text in (("2025-01-15", json.dumps(kept)), ("2025-01-16", "{"), ("2025-01-17", json.dumps(dict(kept, version=2)))):
        with open(os.path.join(folder, name + ".json"), "w") as file:
            file.write(text)
    ware = Juyan(centre.data, cluster.conninfo(), services=("warehouse",))
    for _ in range(2):
        ware.start()
        until("the forecast is in the warehouse",
            lambda: cluster.sql("SELECT made_on FROM juyan.forecast_made") == [["2025-01-15"]])
        ware.stop()
    expect("the forecast", cluster.sql("SELECT day, made_on, mode, net_kg FROM juyan.forecast ORDER BY mode DESC, day"),
        [[f"2025-01-{16 + i}", "2025-01-15", "truck", str(kg)] for i, kg in enumerate((5, 0, 0, 7))] +
        [[f"2025-01-{16 + i}", "2025-01-15", "", str(i + 1)] for i in range(4)])
    row = cluster.sql("SELECT forecast_kg, actual_kg > 0 FROM juyan.forecast_and_actual WHERE day = '2025-01-16'")
    expect("beside what came", row, [["6", "t"]])


def readable(cluster):
    """Everything is explained, and the role of readers reads and does no more."""
    expect("tables without a comment", cluster.sql("SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'juyan' AND c.relkind IN ('r', 'p', 'v') AND obj_description(c.oid) IS NULL"), [])
    expect("columns without a comment", cluster.sql("SELECT c.relname, a.attname FROM pg_class c JOIN pg_namespace n ON"
        " n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid WHERE n.nspname = 'juyan' AND c.relkind IN ('r', 'p')"
        " AND a.attnum > 0 AND NOT c.relispartition AND col_description(c.oid, a.attnum) IS NULL"), [])
    expect("partitions of months", cluster.sql("SELECT count(*) > 0 FROM pg_class WHERE relname = 'unit_202501'"), [["t"]])
    cluster.sql("CREATE ROLE analyst LOGIN; GRANT juyan_reader TO analyst")
    for view in ("crossings", "loads", "goods", "hourly_tonnage", "daily_tonnage", "monthly_tonnage", "yearly_tonnage",
        "dwell_times", "corrections", "forecast_and_actual", "freshness", "ports", "places", "tonnage_by_place", "weighings"):
        cluster.sql(f"SELECT * FROM juyan.{view} LIMIT 1", user="analyst")
    refused = cluster.sql("DELETE FROM juyan.batch", user="analyst", check=False)
    if "permission denied" not in str(refused):
        raise Wrong(f"the role of readers may delete: {refused}")


def asked(folder, cluster):
    """The questions in services/warehouse/questions are SQL that this schema answers."""
    source = os.path.join(os.environ.get("JUYAN_SOURCE", "."), "services/warehouse/questions")
    names = sorted(name for name in os.listdir(source) if name.endswith(".sql"))
    for name in names:
        with open(os.path.join(source, name)) as file:
            cluster.sql(file.read(), user="analyst")
    expect("questions", len(names), 10)


def troubled(cluster, centre, folder):
    """Each trouble is named, hinders nothing else, and passes by itself when its cause has passed."""
    ware = Juyan(centre.data, cluster.conninfo(), "warehouse_timeout_s=1", services=("warehouse",)).start()
    ware.wait_for(state="going", trouble="none")
    begun = len(ware.said())
    cluster.stop()
    ware.wait_for(state="waiting", trouble="away")
    run("registry", "apply", "--data", centre.data, "--yes", "--by", "test", "--reason", "while it is away", goal_file(folder))
    cluster.start()
    ware.wait_for(state="going", trouble="none")
    caught_up(cluster, last_lsn(centre.data))
    cluster.sql(f"ALTER DATABASE {DATABASE} SET default_transaction_read_only = on")
    break_lines(cluster)
    ware.wait_for(trouble="read_only")
    cluster.sql(f"ALTER DATABASE {DATABASE} RESET default_transaction_read_only", "postgres")
    ware.wait_for(trouble="none")
    cluster.sql("INSERT INTO juyan.schema_version VALUES (99, 'of later', now(), 'later', true)")
    before = rows_of_all(cluster)
    break_lines(cluster)
    ware.wait_for(trouble="schema")
    if "99" not in ware.standing()["sentence"]:
        raise Wrong(f"the version that is needed is not said: {ware.standing()}")
    run("registry", "apply", "--data", centre.data, "--yes", "--by", "test", "--reason", "another", goal_file(folder, 2))
    expect("rows under a schema that is newer", rows_of_all(cluster), before)
    cluster.sql("DELETE FROM juyan.schema_version WHERE version = 99")
    ware.wait_for(trouble="none")
    caught_up(cluster, last_lsn(centre.data))
    slow(cluster, centre, folder, ware)
    other_past(cluster, ware)
    ware.stop()
    said = ware.said()[begun:]
    expect("lines of each trouble, one for each change",
        {kind: said.count(f"kind={kind} ") for kind in ("read_only", "schema", "slow", "other_past")},
        {"read_only": 1, "schema": 1, "slow": 1, "other_past": 1})


def slow(cluster, centre, folder, ware):
    """Somebody holds the row of the position."""
    holder = subprocess.Popen([os.path.join(cluster.bin, "psql"), "-h", cluster.folder, "-p", str(cluster.port), "-U", "postgres",
        "-d", DATABASE, "-X", "-q"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    holder.stdin.write("BEGIN; UPDATE juyan.position SET program = program; SELECT 'held';\n")
    holder.stdin.flush()
    until("the lock is held", lambda: "held" in holder.stdout.readline())
    run("registry", "apply", "--data", centre.data, "--yes", "--by", "test", "--reason", "while it is slow", goal_file(folder, 3))
    ware.wait_for(trouble="slow")
    holder.stdin.close()
    holder.wait()
    ware.wait_for(trouble="none")
    caught_up(cluster, last_lsn(centre.data))


def other_past(cluster, ware):
    """The warehouse has another past than the ledger: nothing is written over it."""
    chain = cluster.sql("SELECT chain FROM juyan.position")[0][0]
    break_lines(cluster)
    cluster.sql(f"UPDATE juyan.position SET lsn = lsn - 1, chain = '{'ab' * 32}'")
    ware.wait_for(trouble="other_past")
    cluster.sql(f"UPDATE juyan.position SET lsn = lsn + 1, chain = '{chain}'")
    ware.wait_for(trouble="none")


def goal_file(folder, millions=1):
    path = os.path.join(folder, "goal.yaml")
    with open(path, "w") as file:
        file.write("goals:\n  - {id: test_goal, name: a goal, from: 2025-01-01, to: 2025-12-31, target_kg: %d000000}\n" % millions)
    return path


def break_lines(cluster):
    cluster.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'juyan'", "postgres")


def refused(cluster, centre, folder):
    """A role without rights, a server that is too old, one that is full, and a ledger that would count a port twice."""
    cluster.sql("CREATE ROLE nobody LOGIN")
    for trouble, conninfo in (("rights", cluster.conninfo("nobody")), ("rights", cluster.conninfo("unknown")),
        ("version", f"host=127.0.0.1 port={Fake('14.9').port} user=x dbname=y"),
        ("full", f"host=127.0.0.1 port={Fake('15.4', '53100', 'no space left on device').port} user=x dbname=y"),
        ("read_only", f"host=127.0.0.1 port={Fake('15.4', '25006', 'a read-only transaction').port} user=x dbname=y"),
        ("setting", "host=x colour=blue")):
        ware = Juyan(centre.data, conninfo, services=("warehouse",)).start()
        ware.wait_for(trouble=trouble)
        ware.stop()
    second = Juyan(os.path.join(folder, "second"), cluster.conninfo()).start()
    second.wait_for(trouble="other_ledger")
    second.stop()
    expect("ledgers", cluster.sql("SELECT count(DISTINCT ledger) FROM juyan.port"), [["1"]])


def shown(cluster, centre):
    """The dashboard's health and metrics say how the warehouse stands."""
    juyan = Juyan(centre.data, cluster.conninfo(), "dashboard_listen=127.0.0.1:0").start()
    juyan.wait_for(state="going", trouble="none")

    def read(path):
        with urllib.request.urlopen(juyan.dashboard.rstrip("/") + path, timeout=10) as answer:
            return answer.read().decode()
    until("the dashboard is well", lambda: b"well" in health(juyan.dashboard))
    said = json.loads(read("/healthz"))["warehouse"]
    expect("health", (said["state"], said["trouble"], said["figures"]["behind_events"]), ("going", "none", 0))
    metrics = read("/metrics")
    for line in ("juyan_warehouse_going 1", "juyan_warehouse_behind_events 0",
        f"juyan_warehouse_position_events {last_lsn(centre.data)}"):
        if f"\n{line}\n" not in metrics:
            raise Wrong(f"/metrics does not say '{line}'")
    cluster.stop()
    juyan.wait_for(trouble="away")
    if "\njuyan_warehouse_going 0\n" not in read("/metrics"):
        raise Wrong("/metrics does not say that the warehouse waits")
    cluster.start()
    juyan.stop()
    attended(centre)


def attended(centre):
    """What somebody has to mend asks for a person at once: on the page, which counts it, and on the command line."""
    juyan = Juyan(centre.data, "host=x colour=blue", "dashboard_listen=127.0.0.1:0").start()
    juyan.wait_for(trouble="setting")

    def read(path):
        try:
            with urllib.request.urlopen(juyan.dashboard.rstrip("/") + path, timeout=10) as answer:
                return json.loads(answer.read())
        except OSError:
            return {}

    def of_warehouse(rows):
        return [(row["subject"], row["reasons"]) for row in rows if row["kind"] == "warehouse"]
    asked = [("warehouse:postgresql", ["setting"])]
    until("the page's list has it", lambda: of_warehouse(read("/api/v1/attention").get("rows", [])) == asked)
    listed = read("/api/v1/attention")
    expect("the counts", sum(of["n"] for of in listed["counts"]), len(listed["rows"]))
    # … which is made anew once a minute where nothing comes.
    until("the present counts it", lambda: read("/api/v1/live").get("attention") == len(listed["rows"]), 120)
    expect("juyan attention", of_warehouse(ask("attention", "--data", centre.data).get("rows", [])), asked)
    juyan.stop()
    off = Juyan(centre.data, "").start()
    expect("a warehouse that is off", of_warehouse(ask("attention", "--data", centre.data).get("rows", [])), [])
    off.stop()


def health(address):
    try:
        with urllib.request.urlopen(address.rstrip("/") + "/healthz", timeout=10) as answer:
            return answer.read()
    except OSError:
        return b""


def twice(cluster, centre):
    """Two services of two processes at once: one of them is refused by the lock of its folder."""
    first = Juyan(centre.data, cluster.conninfo(), services=("warehouse",)).start()
    done = subprocess.run(first.command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    if done.returncode == 0 or "warehouse" not in done.stderr:
        raise Wrong(f"a second warehouse of one folder ends with {done.returncode}: {done.stderr}")
    first.stop()


def main():
    if postgres.programs() is None:
        print("skipped: there is no PostgreSQL here; tools/packages test installs it")
        return 77
    print(f"seed={SEED}")
    folder = tempfile.mkdtemp(prefix="juyan-warehouse-")
    cluster = Cluster(os.path.join(make(folder, "pg")), "one", 5432)
    try:
        cluster.sql(f"CREATE DATABASE {DATABASE}", "postgres")
        centre, ware = streaming(folder, cluster)
        corrected(cluster, centre, folder)
        recounted(cluster, centre, folder)
        readable(cluster)
        asked(folder, cluster)
        made_anew(cluster, centre, folder, ware)
        foreseen(cluster, centre)
        troubled(cluster, centre, folder)
        refused(cluster, centre, folder)
        twice(cluster, centre)
        centre.stop()
        shown(cluster, centre)
    except BaseException:
        print(f"seed={SEED}; what it left is in {folder}", file=sys.stderr)
        Juyan.kill_all()
        cluster.stop()
        raise
    cluster.stop()
    shutil.rmtree(folder)
    return 0


def make(folder, name):
    os.chmod(folder, 0o755)
    path = os.path.join(folder, name)
    os.mkdir(path)
    return path


if __name__ == "__main__":
    sys.exit(main())
