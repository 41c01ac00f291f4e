#!/usr/bin/python3
"""Three sites and a headquarters, all killed at random, over links that delay and are cut: at the end headquarters has the sum of
the sites, each event once, and proves each site's chain.

Each site is a `juyan serve` with a ledger of its own into which files of events are sent all the while; between it and headquarters
stands a proxy of ours. A site whose ledger was put back to an older copy is refused, with the first event that differs, and told by
both ends.

JUYAN_SEED; JUYAN_HEADQUARTERS: seconds of trouble (10). Uses $JUYAN.
"""
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
import serving
from serving import Wrong

SEED = int(os.environ.get("JUYAN_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)
SECONDS = float(os.environ.get("JUYAN_HEADQUARTERS", "10"))
PORTS = ("ceke", "wuliji", "mandal")
PATIENCE_S = 120
CHUNKS_PER_S = 3
BY = "port,period,direction,mode,group,basis"


def rest(seconds):
    """Between one trouble and the next: chance, not a wait for something."""
    threading.Event().wait(seconds)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Process:
    """`juyan serve` that is killed and begun again."""

    def __init__(self, name, folder, services, settings):
        self.name, self.data, self.services, self.settings = name, os.path.join(folder, name), services, settings
        self.log = open(os.path.join(folder, name + ".log"), "ab")
        self.child, self.lives = None, 0

    def begin(self):
        arguments = [serving.JUYAN, "serve", *self.services, "--data", self.data]
        for setting in self.settings:
            arguments += ["--set", setting]
        self.child = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self.log)
        self.lives += 1

    def kill(self):
        self.child.kill()
        self.child.wait()

    def end(self):
        if self.child is None or self.child.poll() is not None:
            return
        self.child.terminate()
        if self.child.wait(PATIENCE_S) != 0:
            raise Wrong(f"{self.name} ended with {self.child.returncode}")


class Proxy:
    """Passes bytes on to headquarters, late by chance, and cuts all lines when it is told to."""

    def __init__(self, target, chance):
        self.target, self.chance, self.open, self.lines, self.cuts = target, chance, True, set(), 0
        self.lock = threading.Lock()
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = self.door.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            near, _ = self.door.accept()
            try:
                if not self.open:
                    raise OSError
                far = socket.create_connection(("127.0.0.1", self.target), timeout=5)
            except OSError:
                near.close()
                continue
            with self.lock:
                self.lines |= {near, far}
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self.carry, args=(one, other), daemon=True).start()

    def carry(self, one, other):
        try:
            while data := one.recv(65536):
                if self.chance.random() < 0.1:
                    rest(self.chance.random() * 0.05)
                other.sendall(data)
        except OSError:
            pass
        self.drop(one, other)

    def drop(self, *lines):
        with self.lock:
            self.lines -= set(lines)
        for line in lines:
            try:
                line.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            line.close()

    def cut(self):
        self.cuts += 1
        with self.lock:
            lines = list(self.lines)
        self.drop(*lines)


class Feed(threading.Thread):
    """What a site's terminals say, in small files, each sent until it has arrived."""

    def __init__(self, site, chunks):
        super().__init__(daemon=True)
        self.site, self.chunks, self.wrong, self.again, self.events = site, chunks, None, 0, 0

    def run(self):
        try:
            begun = time.monotonic()
            for i, (path, key, events) in enumerate(self.chunks):
                rest(max(0, begun + i / CHUNKS_PER_S - time.monotonic()))
                self.send(path, key)
                self.events += events
        except Exception as wrong:  # told by the main thread
            self.wrong = wrong

    def send(self, path, key):
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            done = subprocess.run([serving.JUYAN, "send", path, "--key", key, "--data", self.site.data, "--wait", "10"],
                stdin=subprocess.DEVNULL, capture_output=True, text=True)
            if done.returncode in (0, 1) and "interrupted" not in done.stderr:  # 1: lines that are meant to be wrong
                return
            self.again += 1
        raise Wrong(f"{path} does not arrive: {done.stderr}")


def terminals(folder):
    """[(name, kinds)] of a simulation's terminals.yaml."""
    found = []
    for line in open(os.path.join(folder, "terminals.yaml")):
        word, _, rest = line.strip().partition(": ")
        if word == "- name":
            found.append([rest, None])
        elif word == "kinds":
            found[-1][1] = rest.strip("[]").replace(" ", "")
    return found


def write_chunks(folder, port, seed, n):
    """Some days of Ceke's traffic as if it were this port's: [(terminal, kinds, [files])]."""
    os.mkdir(folder)
    days = max(3, int(SECONDS / 3))
    last = time.strftime("%Y-%m-%d", time.gmtime(1740960000 + days * 86400))  # from 2025-03-03 on
    serving.run("simulate", "--port", "ceke", "--from", "2025-03-03", "--to", last, "--scale", "0.2", "--seed", str(seed),
        "--out", folder)
    for name, kinds in terminals(folder):
        with open(os.path.join(folder, name + ".ndjson"), encoding="utf-8") as file:
            lines = [line.replace('"ceke"', f'"{port}"') for line in file]
        paths = []
        for i in range(n):
            part = lines[len(lines) * i // n : len(lines) * (i + 1) // n]
            if part:
                paths.append((os.path.join(folder, f"{name}-{i}.ndjson"), len(part)))
                with open(paths[-1][0], "w", encoding="utf-8") as file:
                    file.writelines(part)
        yield name, kinds, paths


def wait_for(what, done, patience_s=PATIENCE_S):
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        found = done()
        if found:
            return found
        rest(0.05)
    raise Wrong(f"{what}: not within {patience_s} s")


def quietly(*arguments):
    """The answer, or None."""
    done = subprocess.run([serving.JUYAN, *arguments, "--json"], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    try:
        return json.loads(done.stdout)
    except ValueError:
        return None


class World:
    def __init__(self, folder):
        self.folder, self.chance = folder, random.Random(SEED)
        listen = free_port()
        self.hq = Process("hq", folder, ("ingest", "query"), (f"listen=tcp://127.0.0.1:{listen}",))
        self.proxies = [Proxy(listen, random.Random(SEED + i)) for i, _ in enumerate(PORTS)]
        self.sites = [Process(port, folder, ("ingest", "query", "relay"), ("listen=",
            f"headquarters=tcp://127.0.0.1:{proxy.port}", f"headquarters_key={self.hq.data}/keys/server.key.pub"))
            for port, proxy in zip(PORTS, self.proxies)]
        self.everyone = [self.hq, *self.sites]

    def found(self):
        """Headquarters knows the ports and the sites; each site its port and its terminals."""
        more = os.path.join(self.folder, "more.yaml")
        with open(more, "w", encoding="utf-8") as file:
            file.write(f'ports:\n  - id: {PORTS[2]}\n    name_en: Mandal\n    utc_offset: "+08:00"\n    count_on: release\n')
        for process in self.everyone:
            process.begin()
            wait_for(f"{process.name} runs", lambda: quietly("registry", "show", "--data", process.data))
            serving.run("registry", "apply", more, "--yes", "--data", process.data)
        self.own = serving.ask("verify", "--data", self.hq.data)["events"] + len(self.sites)
        for site in self.sites:
            self.authorise(site)

    def authorise(self, site):
        key = os.path.join(site.data, "keys", "site.key.pub")
        wait_for("the site's key", lambda: os.path.exists(key))
        serving.run("keys", "authorise", key, "--site", "--name", site.name, "--ports", site.name, "--data", self.hq.data)

    def feeds(self):
        n = int(SECONDS * CHUNKS_PER_S / 5) + 1
        for i, site in enumerate(self.sites):
            chunks = []
            for name, kinds, paths in write_chunks(os.path.join(self.folder, f"of-{site.name}"), site.name, SEED % 1000 + i, n):
                key = os.path.join(self.folder, f"{site.name}-{name}.key")
                serving.run("keys", "make", key)
                serving.run("keys", "authorise", key + ".pub", "--name", name, "--ports", site.name, "--kinds", kinds,
                    "--data", site.data)
                chunks += [(j, path, key, events) for j, (path, events) in enumerate(paths)]
            yield Feed(site, [(path, key, events) for _, path, key, events in sorted(chunks)])

    def trouble(self):
        """One thing that goes wrong; what it was is told, and put right after a while."""
        what, i = self.chance.choice(("site", "site", "hq", "cut", "cut", "down")), self.chance.randrange(len(PORTS))
        if what in ("site", "hq"):
            process = self.hq if what == "hq" else self.sites[i]
            process.kill()
            rest(self.chance.random() * 0.5)
            process.begin()
        elif what == "cut":
            self.proxies[i].cut()
        else:
            self.proxies[i].open = False
            self.proxies[i].cut()
            rest(self.chance.random())
            self.proxies[i].open = True

    def settle(self):
        """All that the sites have is at headquarters."""
        for process in self.everyone:
            wait_for(f"{process.name} answers", lambda: quietly("registry", "show", "--data", process.data))
        for site in self.sites:
            def delivered():
                state = quietly("relay", "--data", site.data)
                return state and state["runs"] and state["state"] == "connected" and state["behind"] == 0 and state["lsn"] > 0
            try:
                wait_for(f"{site.name} is delivered", delivered)
            except Wrong as wrong:
                raise Wrong(f"{wrong}: {quietly('relay', '--data', site.data)}") from wrong

    def compare(self):
        there = serving.ask("totals", "--from", "2025-01-01", "--to", "2025-12-31", "--by", BY, "--data", self.hq.data)
        here, waiting, proofs = [], 0, {}
        for site in self.sites:
            here += serving.ask("totals", "--from", "2025-01-01", "--to", "2025-12-31", "--by", BY, "--data", site.data)
            waiting += len(serving.ask("quarantine", "list", "--data", site.data))
            proofs[site.name] = serving.ask("verify", "--tables", "--data", site.data)
        self.equal("totals", sorted(map(json.dumps, there)), sorted(map(json.dumps, here)))
        self.equal("events in quarantine", len(serving.ask("quarantine", "list", "--data", self.hq.data)), waiting)
        proof = serving.ask("verify", "--tables", "--data", self.hq.data)
        names = {row["terminal_no"]: row["terminal_name"] for row in serving.ask("sites", "--data", self.hq.data)}
        self.equal("sites", {names[row["terminal_no"]] for row in proof["sites"]}, set(PORTS))
        for row in proof["sites"]:
            self.equal(f"chain of {names[row['terminal_no']]}", row["chain"], proofs[names[row["terminal_no"]]]["chain"])
        for table, rows in proof["tables"].items():
            theirs = [one["tables"][table] for one in proofs.values()]
            self.equal(f"rows of {table}", rows["rows"], sum(one["rows"] for one in theirs))
            digest = 0
            for one in theirs:
                digest ^= int(one["digest"], 16)
            self.equal(f"content of {table}", int(rows["digest"], 16), digest)
        own = proof["events"] - sum(one["events"] for one in proofs.values())
        self.equal("events of headquarters' own", own, self.own)
        return there, proof

    def equal(self, what, there, here):
        if there != here:
            raise Wrong(f"{what}: headquarters has {there!s:.600}, the sites have {here!s:.600}")

    def end(self):
        for process in self.everyone:
            if process.child is not None and process.child.poll() is None:
                process.kill()


def test_random_trouble(world):
    feeds = list(world.feeds())
    for feed in feeds:
        feed.start()
    end, troubles = time.monotonic() + SECONDS, 0
    while time.monotonic() < end:
        rest(world.chance.random() * 1.2)
        world.trouble()
        troubles += 1
    for feed in feeds:
        feed.join(PATIENCE_S + SECONDS)
        if feed.wrong or feed.is_alive():
            raise Wrong(f"{feed.site.name} was not fed: {feed.wrong}")
    world.settle()
    rows, proof = world.compare()
    lives = sum(process.lives for process in world.everyone)
    print(f"{troubles} troubles, {lives} lives, {sum(proxy.cuts for proxy in world.proxies)} cuts, {proof['events']} events at "
        f"headquarters, {len(rows)} rows of totals")


def authorise_one(site, name, key):
    """One event more."""
    serving.run("keys", "make", key)
    serving.run("keys", "authorise", key + ".pub", "--name", name, "--ports", site.name, "--kinds", "*", "--data", site.data)


def above(world, site):
    """What headquarters says of a site."""
    rows = quietly("sites", "--data", world.hq.data) or []
    return {"stopped_since_ms": 0, "name": "", "sentence": "", **next(row for row in rows if row["terminal_name"] == site.name)}


def told_above(world, site, words):
    def told():
        row = above(world, site)
        return row["name"] == "other_past" and words in row["sentence"]
    wait_for(f"headquarters says of {site.name} '{words}', but {above(world, site)}", told)


def test_an_older_copy(world):
    """A site's ledger that was put back: both ends say so, the others go on, and with its newer ledger it is right again."""
    site, copy = world.sites[0], os.path.join(world.folder, "older")
    key = os.path.join(world.folder, "late.key")
    site.end()
    shutil.copytree(site.data, copy, ignore=shutil.ignore_patterns("run"))
    site.begin()
    wait_for("the site answers", lambda: quietly("registry", "show", "--data", site.data))
    authorise_one(site, "late", key)
    world.settle()
    newest = serving.ask("relay", "--data", site.data)["lsn"]
    site.end()
    os.rename(site.data, site.data + "-newer")
    os.rename(copy, site.data)
    site.begin()
    wait_for("it stops", lambda: (quietly("relay", "--data", site.data) or {}).get("state") == "stopped")
    state = serving.ask("relay", "--data", site.data, code=1)
    if state["status"] != "other_past" or state["differs"] != state["lsn"] + 1 or "older copy" not in state["trouble"]:
        raise Wrong(f"a site that was put back says {state}")
    told_above(world, site, "restored from an older copy")
    # Then it ends just where headquarters does, and behind that, each time with another past.
    for words in (f"event {newest}, the last of its journal", f"event {newest} is on file here"):
        authorise_one(site, words[-4:], os.path.join(world.folder, f"{words[-4:]}.key"))
        site.end()
        site.begin()
        told_above(world, site, words)
    site.end()
    shutil.rmtree(site.data)
    os.rename(site.data + "-newer", site.data)
    site.begin()
    world.settle()
    wait_for("headquarters says that it goes on", lambda: above(world, site)["stopped_since_ms"] == 0)
    if serving.ask("relay", "--data", site.data)["lsn"] != newest:
        raise Wrong("the newer ledger is not what it was")
    world.compare()


def main():
    print(f"seed={SEED}", flush=True)
    folder = tempfile.mkdtemp(prefix="juyan-headquarters-")
    world = World(folder)
    try:
        world.found()
        test_random_trouble(world)
        test_an_older_copy(world)
        for process in world.everyone:
            process.end()
    except Wrong as wrong:
        print(f"wrong: {wrong}; the logs are in {folder}", file=sys.stderr)
        return 1
    finally:
        world.end()
    shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
