#!/usr/bin/python3
"""The warehouse over a primary with two standbys, of which one has to confirm each commit: the primary is killed while events
stream in, a standby is promoted, and the service finds it by its connection string of several hosts. Nothing is lost, and nothing
is there twice.

Three servers stand in one folder; each round kills the primary at a moment of chance, promotes the standby that has come furthest,
points the other at it and makes the old primary a standby anew. JUYAN_FAILOVER_S: how long; else three rounds.

also: slow
"""
import os
import random
import shutil
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
import postgres
from postgres import DATABASE, Cluster, until
from serving import Wrong
from warehousing import Juyan, check_all, last_lsn, moves_on, simulate

SEED = int(os.environ.get("JUYAN_SEED", "0")) or int.from_bytes(os.urandom(4), "big")
SECONDS = int(os.environ.get("JUYAN_FAILOVER_S", "0"))
ROUNDS, NAMES, PORT = 3, ("north", "middle", "south"), 5432
chance = random.Random(SEED)


def settings(name):
    others = ", ".join(other for other in NAMES if other != name)
    return f"synchronous_standby_names = 'ANY 1 ({others})'\nsynchronous_commit = on\nhot_standby = on\nmax_wal_senders = 8\n" \
        f"wal_keep_size = 256MB\nwal_receiver_status_interval = 1\ncluster_name = '{name}'\n"


def standby_of(primary, folder, name):
    """A copy of the primary as it is; what stood there before is no more."""
    shutil.rmtree(os.path.join(folder, name), ignore_errors=True)
    return Cluster(folder, name, PORT + NAMES.index(name), settings(name), copy_of=primary)


def follows(primary, names):
    def connected():
        rows = primary.sql("SELECT application_name FROM pg_stat_replication WHERE state = 'streaming'", "postgres", check=False)
        return not isinstance(rows, str) and {row[0] for row in rows} >= set(names)
    until(f"{names} follow {primary.name}", connected)


def furthest(standbys):
    """Whoever has received most: among the two is the one that confirmed the last commit."""
    def received(cluster):
        high, low = cluster.sql("SELECT COALESCE(pg_last_wal_receive_lsn(), '0/0')", "postgres")[0][0].split("/")
        return int(high, 16) << 32 | int(low, 16)
    return max(standbys, key=received)


def fail_over(servers, folder):
    primary = servers[0]
    primary.stop()
    best = furthest(servers[1:])
    best.promote()
    rest = [server for server in servers[1:] if server is not best]
    for server in rest:
        server.stop("fast")
    made = [standby_of(best, folder, server.name) for server in (primary, *rest)]
    follows(best, [server.name for server in made])
    return [best, *made]


def main():
    if postgres.programs() is None:
        print("skipped: there is no PostgreSQL here; tools/packages test installs it")
        return 77
    print(f"seed={SEED}")
    folder = tempfile.mkdtemp(prefix="juyan-failover-")
    os.chmod(folder, 0o755)
    place, data, servers, rounds = os.path.join(folder, "pg"), os.path.join(folder, "data"), [], 0
    os.mkdir(place)
    try:
        servers.append(Cluster(place, NAMES[0], PORT, "max_wal_senders = 8\nwal_keep_size = 256MB\n"))
        servers[0].sql(f"CREATE DATABASE {DATABASE}", "postgres")
        servers += [standby_of(servers[0], place, name) for name in NAMES[1:]]
        with open(os.path.join(servers[0].data, "postgresql.conf"), "a") as file:
            file.write(settings(NAMES[0]))
        servers[0].run("pg_ctl", "-D", servers[0].data, "reload")
        follows(servers[0], NAMES[1:])
        centre = Juyan(data, "", services=("ingest", "query")).start()
        hosts = f"host={','.join([place] * 3)} port={','.join(str(PORT + i) for i in range(3))}"
        ware = Juyan(data, f"{hosts} user=postgres dbname={DATABASE} target_session_attrs=read-write",
            services=("warehouse",)).start()
        began = time.monotonic()
        traffic = simulate(data, "--from", "2025-01-01", "--to", "2025-12-31", "--scale", "0.2", "--speedup",
            "15000" if SECONDS == 0 else str(max(1000, 365 * 86400 // SECONDS)), "--seed", str(SEED % 1000))
        while rounds < ROUNDS or time.monotonic() - began < SECONDS:
            moves_on(servers[0], chance.randrange(1, 1500), traffic)
            before = servers[0].numbers("SELECT COALESCE(max(lsn), 0) FROM juyan.position")[0]
            servers = fail_over(servers, place)
            after = until("the service has found the new primary and gone on",
                lambda: (lsn := servers[0].numbers("SELECT max(lsn) FROM juyan.position")[0]) > before and lsn, 120)
            rounds += 1
            print(f"round {rounds}: {servers[0].name} took over; {before} events before, {after} since", flush=True)
        traffic.terminate()
        traffic.wait()
        crossings, days, hours = check_all(servers[0], data, chance, 10)
        print(f"{rounds} primaries killed in {time.monotonic() - began:.0f} s: {last_lsn(data)} events, {crossings} crossings,"
            f" {days} rows of days, {hours} of hours: 0 lost, 0 twice")
        ware.stop()
        centre.stop()
    except BaseException:
        print(f"seed={SEED}; what it left is in {folder}", file=sys.stderr)
        Juyan.kill_all()
        for server in servers:
            server.stop()
        raise
    for server in servers:
        server.stop()
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
