#!/usr/bin/python3
"""A region's analysts ask one database: the warehouse of a headquarters says what `juyan totals` says there, which is the sum of
its sites' warehouses, row by row - while all is killed, after a correction, a decree, an event out of quarantine, a ledger that was
restored, and in a database whose tables are of the version before. Who told what, and in which league it is, stands there by name.

also: slow
"""
import json
import os
import random
import shutil
import socket
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import postgres
from postgres import DATABASE, Cluster, until
from serving import Wrong, ask, run
from warehousing import Juyan, check_all, expect, last_lsn, moves_on, rows_of_all, simulate

SEED = int(os.environ.get("JUYAN_SEED", "0")) or int.from_bytes(os.urandom(4), "big")
KILLS = int(os.environ.get("JUYAN_WAREHOUSE_KILLS", "6"))
PORTS = ("ceke", "ceke-1")
SOURCE = os.environ.get("JUYAN_SOURCE") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
TWIN = 'ports:\n  - {id: ceke-1, name_en: Ceke 1, utc_offset: "+08:00", count_on: release, place: alxa}\n'
GROUPS = "groups:\n  - {id: raw_coal, name_en: Raw coal, hs_prefixes: ['270119'], rank: 1}\n"
chance = random.Random(SEED)


class Base:
    """One database of the cluster, as the helpers of warehousing.py take a cluster."""

    def __init__(self, cluster, name, made=False):
        self.cluster, self.name = cluster, name
        if not made:
            cluster.sql(f"CREATE DATABASE {name}", "postgres")

    def sql(self, text, check=True):
        return self.cluster.sql(text, self.name, check=check)

    def numbers(self, text):
        return tuple(int(cell or 0) for cell in self.sql(text)[0])

    def conninfo(self):
        return self.cluster.conninfo().replace(f"dbname={DATABASE}", f"dbname={self.name}")


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def written(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


class World:
    def __init__(self, folder, cluster):
        self.folder, self.cluster = folder, cluster
        self.base, self.bases = Base(cluster, DATABASE), [Base(cluster, f"of_site_{i}") for i, _ in enumerate(PORTS)]
        listen = free_port()
        data = self.make("hq")
        self.hq = Juyan(data, "", f"listen=tcp://127.0.0.1:{listen}", services=("ingest", "query")).start()
        self.ware = Juyan(data, self.base.conninfo(), services=("warehouse",)).start()
        self.sites = [Juyan(self.make(port), base.conninfo(), f"headquarters=tcp://127.0.0.1:{listen}",
            f"headquarters_key={data}/keys/server.key.pub", services=("ingest", "query", "relay", "warehouse"))
            for port, base in zip(PORTS, self.bases)]
        self.signer = os.path.join(folder, "above.key")
        self.above = written(folder, "above.yaml", run("registry", "key", self.signer, "--authority", "above")[0])
        self.decree(self.hq)
        for site, port in zip(self.sites, PORTS):
            self.found(site, port)

    def make(self, name):
        os.mkdir(os.path.join(self.folder, name))
        return os.path.join(self.folder, name, "data")

    def apply(self, juyan, path, *more):
        run("registry", "apply", "--data", juyan.data, "--yes", "--by", "test", *more, path)

    def decree(self, juyan):
        """What comes signed from above is the same wherever it is signed."""
        self.apply(juyan, self.above)
        for name in ("alxa", "inner_mongolia"):
            self.apply(juyan, os.path.join(SOURCE, "tools", "places", name + ".yaml"), "--sign", self.signer)
        self.apply(juyan, written(self.folder, "twin.yaml", TWIN))

    def found(self, site, port):
        site.start()
        self.decree(site)
        key = os.path.join(site.data, "keys", "site.key.pub")
        until("the site has its key", lambda: os.path.exists(key))
        run("keys", "authorise", key, "--site", "--name", f"site {port}", "--ports", port, "--data", self.hq.data)

    def delivered(self):
        for site in self.sites:
            lsn = last_lsn(site.data)
            until("the site is delivered", lambda: relayed(site) >= lsn)

    def end(self):
        for juyan in (self.ware, *self.sites, self.hq):
            juyan.stop()


def relayed(site):
    try:
        state = ask("relay", "--data", site.data)
        return state["lsn"] if state["state"] == "connected" and state["behind"] == 0 else 0
    except Wrong:
        return 0


def said(juyan, *more):
    """All that passed, as the ledger says."""
    return sum(row["net_kg"] for row in ask("totals", "--data", juyan.data, "--from", "2023", "--to", "2027", *more))


def compare(world, stories=10):
    """Headquarters' tables are its ledger's, and those of the sites together."""
    world.delivered()
    check_all(world.base, world.hq.data, chance, stories)
    for base, site in zip(world.bases, world.sites):
        check_all(base, site.data, chance, stories)
    for what, text in (
        ("total_day", "SELECT port, day, direction, mode, basis, commodity_group, net_kg, batches, units FROM juyan.total_day"),
        ("total_hour", "SELECT port, day, hour, direction, mode, basis, commodity_group, net_kg, units FROM juyan.total_hour"),
        ("batch", "SELECT port, day, batch_no, stage, net_kg, declared_kg, weighed_kg, events, remarks, counts_as"
            " FROM juyan.batch"),
        ("unit", "SELECT * FROM juyan.unit"), ("goods_line", "SELECT * FROM juyan.goods_line"),
        ("weighing", "SELECT port, batch_no, unit_id, weighed_at, received_at, gross_kg, scale, terminal_no % 65536, stream_seq"
            " FROM juyan.weighing"),
        ("release", "SELECT port, batch_no, released_at, received_at, document_no, holds, terminal_no % 65536, stream_seq"
            " FROM juyan.release")):
        there = [tuple(row) for row in world.base.sql(text)]
        here = [tuple(row) for base in world.bases for row in base.sql(text)]
        expect(f"how many rows of {what}", len(there), len(here))
        expect(f"rows of {what} at headquarters beside those of the sites", set(there), set(here))
    whole, sites = said(world.hq), sum(said(site) for site in world.sites)
    expect("all that passed", (world.base.numbers("SELECT sum(net_kg) FROM juyan.total_day")[0], sites), (whole, whole))
    return whole


def streaming(world):
    """Events at both sites, while headquarters' warehouse, headquarters and sites are killed."""
    traffic = [simulate(site.data, "--port", "ceke", *twin, "--from", "2025-03-03", "--to", "2025-03-10", "--scale", "0.1",
        "--resend", "--speedup", "60000", "--seed", str(SEED % 1000)) for site, twin in zip(world.sites, ((), ("--twin", "1")))]
    kills = 0
    while any(one.poll() is None for one in traffic) or kills < KILLS:
        moves_on(world.base, chance.randrange(1, 1500), next((one for one in traffic if one.poll() is None), traffic[0]))
        victim = chance.choice((world.ware, world.ware, world.hq))
        victim.kill()
        victim.start()
        kills += 1
    for one in traffic:
        if one.wait() != 0:
            raise Wrong(f"a simulation ended with {one.returncode}")
    whole = compare(world)
    print(f"{kills} kills: {last_lsn(world.hq.data)} events at headquarters, {whole} kg")


def named(world):
    """Who told what is told by name, and a crossing is looked for by port, league and region."""
    text = "SELECT DISTINCT {} FROM juyan.weighings ORDER BY 1, 2"
    there = [row for base in world.bases for row in base.sql(text.format("port, terminal"))]
    here = world.base.sql(text.format("port, terminal, site"))
    expect("terminals", here, [[port, name, f"site {port}"] for port, name in there])
    if any(not name for _, name in there):
        raise Wrong(f"a terminal has no name: {there}")
    expect("sites", world.base.sql("SELECT name FROM juyan.terminal WHERE is_site ORDER BY 1"),
        [[f"site {port}"] for port in PORTS])
    expect("whose registry", world.base.sql("SELECT DISTINCT site FROM juyan.registry_history ORDER BY 1"),
        [*([f"site {port}"] for port in PORTS), [None]])
    expect("ports", world.base.sql("SELECT port, place, top_place FROM juyan.ports WHERE place = 'alxa' ORDER BY 1"),
        [[port, "alxa", "inner_mongolia"] for port in (*PORTS, "wuliji")])
    for place in (*PORTS, "alxa", "inner_mongolia"):
        expect(f"tonnage of {place}", world.base.numbers(f"SELECT sum(net_kg) FROM juyan.tonnage_by_place WHERE place = '{place}'"),
            (said(world.hq, "--port", place),))


def late(world, i, *events):
    """Events of a terminal that speaks for all ports, brought to a site."""
    site, key = world.sites[i], os.path.join(world.folder, f"late-{i}.key")
    if not os.path.exists(key):
        run("keys", "make", key)
        run("keys", "authorise", "--data", site.data, "--name", "late", "--ports", "*", "--kinds", "*", key + ".pub")
    path = written(world.folder, "late.ndjson", "".join(json.dumps(event) + "\n" for event in events))
    refused = any(event["port"] == "nowhere" for event in events)  # it goes to quarantine, and `send` says so
    run("send", "--data", site.data, "--key", key, path, code=1 if refused else 0)


def now():
    return int(time.time() * 1000)


def corrected(world):
    """A correction at a site, headquarters' warehouse being away meanwhile; and it is kept there what had been so."""
    batch_no, unit, kg = world.base.sql("SELECT batch_no, unit_id, net_kg FROM juyan.unit u WHERE port = 'ceke'"
        " AND basis = 'weighed' AND NOT EXISTS (SELECT 1 FROM juyan.unit o WHERE o.port = u.port AND o.batch_no = u.batch_no"
        " AND o.unit_id <> u.unit_id)"
        " ORDER BY batch_no LIMIT 1")[0]
    world.ware.kill()
    late(world, 0, {"occurred_at_ms": now(), "port": "ceke", "batch_no": batch_no,
        "mass_corrected": {"unit_id": unit, "net_kg": int(kg) + 777, "by": "scale office", "reason": "the wrong plate"}})
    world.ware.start()
    compare(world, 3)
    for base in (world.base, world.bases[0]):
        expect("the correction", base.sql(f"SELECT changed_kg FROM juyan.corrections WHERE batch_no = '{batch_no}'"), [["777"]])


def decreed(world):
    """Groups that headquarters decides count anew what is there, and what is at the sites."""
    for juyan in (world.hq, *world.sites):
        world.apply(juyan, written(world.folder, "groups.yaml", GROUPS), "--sign", world.signer)
    for base in (world.base, *world.bases):
        until("the decree counts", lambda: base.numbers("SELECT sum(net_kg) FROM juyan.total_day WHERE commodity_group = 'raw_coal'"
            )[0] > 0)
        expect("the decree in the history of the registry", base.sql("SELECT site, changed_by FROM juyan.registry_history"
            " WHERE record_name LIKE 'group/raw_coal%'"), [[None, "test"]])
    compare(world, 3)


def settled(world):
    """What leaves quarantine at a site leaves it at headquarters, with the time when it came first."""
    weighing = {"occurred_at_ms": now(), "port": "nowhere", "batch_no": "Q-1", "unit_weighed": {"unit_id": "T1", "gross_kg": 41000}}
    late(world, 0, weighing)
    data, held = world.sites[0].data, {}
    for row in ask("quarantine", "list", "--data", data):
        event = ask("quarantine", "show", "--data", data, str(row["lsn"])).get("event", {})
        if event.get("port") == "nowhere":
            held[event["batch_no"]] = str(row["lsn"])

    def release(batch_no, port):
        path = written(world.folder, "fixed.json", json.dumps(dict(weighing, batch_no=batch_no, port=port)))
        run("quarantine", "release", "--data", data, held[batch_no], "--with", path, "--reason", "misread")

    release("Q-1", "ceke")
    compare(world, 3)
    expect("what was released", world.base.sql("SELECT port, gross_kg FROM juyan.weighing WHERE batch_no = 'Q-1'"),
        [["ceke", "41000"]])


def made_anew(world):
    """A restored ledger goes on in the same warehouse; another, whose tables are of version 1 at first, says the same."""
    world.end()
    copy, data = os.path.join(world.folder, "copy"), world.make("restored")
    run("backup", "--data", world.hq.data, "--to", copy)
    run("restore", "--from", copy, "--data", data)
    text = run("warehouse", "sql")[0]
    text = text[:text.index("-- Version 2")] + "COMMIT;"
    other = Base(world.cluster, "again")
    world.cluster.run("psql", "-h", world.cluster.folder, "-p", str(world.cluster.port), "-U", "postgres", "-d", "again", "-X",
        "-q", "-v", "ON_ERROR_STOP=1", "-f", written(world.folder, "made.sql", text))
    lsn = str(last_lsn(world.hq.data))
    for base in (world.base, other):
        juyan = Juyan(data, base.conninfo(), services=("warehouse",)).start()
        juyan.wait_for(state="going", trouble="none")
        until("it has all", lambda: base.sql("SELECT lsn FROM juyan.position") == [[lsn]])
        juyan.stop()
    expect("a warehouse of the restored ledger", rows_of_all(other), rows_of_all(world.base))
    for table in ("place", "place_port", "terminal"):
        text = f"SELECT * FROM juyan.{table} ORDER BY 1, 2"
        expect(table, other.sql(text), world.base.sql(text))


def main():
    if postgres.programs() is None:
        print("skipped: there is no PostgreSQL here; tools/packages test installs it")
        return 77
    print(f"seed={SEED}")
    folder = tempfile.mkdtemp(prefix="juyan-region-")
    os.chmod(folder, 0o755)
    os.mkdir(os.path.join(folder, "pg"))
    cluster = Cluster(os.path.join(folder, "pg"), "one", 5432)
    try:
        world = World(folder, cluster)
        streaming(world)
        named(world)
        corrected(world)
        decreed(world)
        settled(world)
        made_anew(world)
    except BaseException:
        print(f"seed={SEED}; what it left is in {folder}", file=sys.stderr)
        Juyan.kill_all()
        cluster.stop()
        raise
    cluster.stop()
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
