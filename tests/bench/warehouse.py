#!/usr/bin/python3
"""How fast the warehouse loads, beside a bare COPY of the same rows into the same tables; and how long ten usual questions take.

    tests/bench/warehouse.py --data DIR [--keep]

DIR holds a ledger, whose Juyan may run but without a warehouse. PostgreSQL is a cluster of its own, on the disk of the temporary
folder (TMPDIR), with its syncs. JUYAN names the command. Three figures in one run: events/s by the service, events/s by COPY, and
seconds for each question, the first time and again.
"""
import argparse
import glob
import os
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))
from postgres import DATABASE, Cluster, until
from warehousing import Juyan

TABLES = ("batch", "unit", "goods_line", "weighing", "release", "batch_place", "total_day", "total_hour")
QUESTIONS = os.path.join(HERE, "..", "..", "services", "warehouse", "questions", "*.sql")
SETTINGS = "shared_buffers = 1GB\nmax_wal_size = 4GB\nfsync = on\nwork_mem = 64MB\nmaintenance_work_mem = 256MB\n"


def timed(what):
    began = time.monotonic()
    what()
    return time.monotonic() - began


def psql(cluster, database, *arguments):
    return subprocess.run([os.path.join(cluster.bin, "psql"), "-h", cluster.folder, "-p", str(cluster.port), "-U", "postgres", "-d",
        database, "-X", "-q", "-v", "ON_ERROR_STOP=1", *arguments], check=True, capture_output=True, text=True).stdout


def load(cluster, data):
    """Seconds from the service's start until it has caught up, and the events that it has put in."""
    ware = Juyan(data, cluster.conninfo(), services=("warehouse",))

    def there():
        rows = cluster.sql("SELECT lsn, ahead_lsn FROM juyan.position", check=False)
        return not isinstance(rows, str) and rows != [] and rows[0][0] == rows[0][1] != "0"
    seconds = timed(lambda: (ware.start(), until("it has caught up", there, 7200)))
    peak = [line for line in open(f"/proc/{ware.child.pid}/status") if line.startswith("VmHWM")][0].split()[1]
    ware.stop()
    return seconds, cluster.numbers("SELECT max(lsn) FROM juyan.position")[0], int(peak) // 1024


def copy(cluster, folder):
    """The same rows from files into the same tables, table by table."""
    for table in TABLES:
        psql(cluster, DATABASE, "-c", rf"\copy (SELECT * FROM juyan.{table}) TO '{folder}/{table}'")
    text = subprocess.run([os.path.join(cluster.bin, "pg_dump"), "-h", cluster.folder, "-p", str(cluster.port), "-U", "postgres",
        "-s", DATABASE], check=True, capture_output=True, text=True).stdout
    with open(os.path.join(folder, "schema.sql"), "w") as file:
        file.write(text)
    cluster.sql("CREATE DATABASE bare", "postgres")
    psql(cluster, "bare", "-f", os.path.join(folder, "schema.sql"))
    arguments = [word for table in TABLES for word in ("-c", rf"\copy juyan.{table} FROM '{folder}/{table}'")]
    seconds = timed(lambda: psql(cluster, "bare", *arguments))
    cluster.sql("DROP DATABASE bare", "postgres")
    return seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--keep", action="store_true", help="leave the folder with the cluster")
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="juyan-bench-")
    os.chmod(folder, 0o755)
    place = os.path.join(folder, "pg")
    os.mkdir(place)
    cluster = Cluster(place, "one", 5432, SETTINGS)
    cluster.sql(f"CREATE DATABASE {DATABASE}", "postgres")
    seconds, events, peak = load(cluster, options.data)
    rows = sum(cluster.numbers(f"SELECT count(*) FROM juyan.{table}")[0] for table in TABLES)
    size = cluster.numbers(f"SELECT pg_database_size('{DATABASE}')")[0]
    print(f"service: {events} events, {rows} rows in {seconds:.1f} s: {events / seconds:.0f} events/s, {rows / seconds:.0f} rows/s;"
        f" {peak} MiB at most; {size >> 20} MiB in PostgreSQL", flush=True)
    bare = copy(cluster, folder)
    print(f"COPY:    the same {rows} rows in {bare:.1f} s: {events / bare:.0f} events/s, {rows / bare:.0f} rows/s", flush=True)
    psql(cluster, DATABASE, "-c", "VACUUM ANALYZE")
    for path in sorted(glob.glob(QUESTIONS)):
        first, again = (timed(lambda: psql(cluster, DATABASE, "-o", "/dev/null", "-f", path)) for _ in range(2))
        print(f"{os.path.basename(path)[:-4]:28} {first:7.2f} s {again:7.2f} s", flush=True)
    cluster.stop("fast")
    if not options.keep:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
