#!/usr/bin/python3
"""What headquarters decides reaches its sites by itself, signed: places, and goals of a port, a league and the region.

Sites and headquarters are killed meanwhile, and one site is away while most is decided. What does not fit at a site holds up what
comes behind it there, is told, stands in its journal once, and is taken when it fits. What the sites have counted adds up at
headquarters, by port, league and region, to the kilogram.

JUYAN_SEED. Uses $JUYAN.
"""
import os
import random
import shutil
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import serving
from serving import Wrong, ask, run
from test_headquarters import Process, free_port, quietly, wait_for

SEED = int(os.environ.get("JUYAN_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)
SITES = ("ceke", "wuliji")
DECREES = 12
ASKED_EVERY_S = 2
PLACES = """places:
  - {id: region, name_en: Region}
  - {id: league, name_en: League, parent: region}
"""
GOALS = """goals:
  - {id: of-port, ports: [ceke], from: 2025-01-01, to: 2025-12-31, target_kg: %d}
  - {id: of-league, ports: [league], from: 2025-01-01, to: 2025-12-31, target_kg: 26000000000}
  - {id: of-region, ports: [region], from: 2025-01-01, to: 2025-12-31, target_kg: 130000000000}
"""


def port(name, place=None):
    below = f", place: {place}" if place else ""
    return f'  - {{id: {name}, utc_offset: "+08:00", count_on: release{below}}}\n'


class World:
    def __init__(self, folder):
        self.folder, self.chance, self.key = folder, random.Random(SEED), os.path.join(folder, "above.key")
        self.other_key = os.path.join(folder, "beside.key")
        listen = f"tcp://127.0.0.1:{free_port()}"
        self.hq = Process("hq", folder, ("ingest", "query", "forecast"), (f"listen={listen}",))
        self.sites = [Process(name, folder, ("ingest", "query", "relay"), ("listen=", f"headquarters={listen}",
            f"headquarters_key={self.hq.data}/keys/server.key.pub")) for name in SITES]
        self.everyone = [self.hq, *self.sites]

    def begin(self, process):
        process.begin()
        wait_for(f"{process.name} answers", lambda: quietly("registry", "show", "--data", process.data) is not None)

    def kill(self, process):
        process.kill()
        self.begin(process)

    def apply(self, process, text, *more, code=0):
        path = os.path.join(self.folder, "records.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return "".join(run("registry", "apply", path, "--yes", *more, "--data", process.data, code=code))

    def decide(self, text):
        return self.apply(self.hq, text, "--sign", self.key)

    def found(self):
        for process in self.everyone:
            self.begin(process)
        for key, authority, kinds in ((self.key, "above", "[place, goal]"), (self.other_key, "beside", "[group]")):
            record = run("registry", "key", key, "--authority", authority, "--data", self.hq.data)[0]
            for process in self.everyone:
                self.apply(process, record.replace("[place, group, goal]", kinds))
        for site in self.sites:
            key = os.path.join(site.data, "keys", "site.key.pub")
            wait_for("the site's key", lambda: os.path.exists(key))
            run("keys", "authorise", key, "--site", "--name", site.name, "--ports", site.name, "--data", self.hq.data)

    def end(self):
        for process in self.everyone:
            if process.child is not None and process.child.poll() is None:
                process.kill()


def records(process, kind):
    return ask("registry", "show", "--kind", kind, "--data", process.data)


def have(world, site, kind):
    wait_for(f"{site.name} has the {kind} of headquarters",
        lambda: quietly("registry", "show", "--kind", kind, "--data", site.data) == records(world.hq, kind))


def check_coming_down(world):
    """Through kills of all, each in the middle of something; Wuliji is away until the end."""
    away = world.sites[1]
    world.decide(PLACES)
    have(world, world.sites[0], "places")
    away.kill()
    for i in range(DECREES):
        world.decide(GOALS % (i + 1))
        if world.chance.random() < 0.5:
            world.kill(world.chance.choice((world.hq, world.sites[0])))
    have(world, world.sites[0], "goals")
    world.begin(away)
    have(world, away, "goals")
    said = world.apply(away, GOALS % 7, code=1)
    if "decided by the authority 'above'" not in said:
        raise Wrong(f"a site's own goal is refused with '{said}'")


def check_misfit(world):
    """A place of the name of a port that one site has: the site says so, and takes it when the port is gone."""
    site, other = world.sites
    world.apply(site, "ports:\n" + port("desert"))
    world.decide("places:\n  - {id: desert, name_en: Desert}\n")
    world.decide(GOALS % 99)
    have(world, other, "goals")

    def told():
        return "id of a port and of a place" in (quietly("relay", "--data", site.data) or {}).get("trouble", "")
    wait_for("the site says what it does not take", told)
    run("relay", "--data", site.data, code=1)
    if records(site, "goals") == records(world.hq, "goals"):
        raise Wrong("a decree was taken before the one that it stands behind")
    world.kill(world.hq)
    deadline = time.monotonic() + 3 * ASKED_EVERY_S
    while time.monotonic() < deadline:  # it is asked again, and not tried again
        waiting = ask("quarantine", "list", "--data", site.data)
        if len(waiting) != 1:
            raise Wrong(f"what is not taken stands in quarantine {len(waiting)} times; expected once")
    wait_for("it is told still", told)
    world.apply(world.hq, "groups:\n  - {id: sand, rank: 50, name_en: Sand, words: [sand]}\n", "--sign", world.other_key)
    have(world, site, "groups")  # another authority's go on
    world.apply(site, "ports:\n" + "".join(port(name) for name in SITES), "--drop-missing")
    have(world, site, "goals")
    wait_for("the relay has no trouble", lambda: (quietly("relay", "--data", site.data) or {}).get("trouble") == "")


def kg(rows):
    return sum(row["net_kg"] for row in rows)


def check_sums(world):
    for site, scale in zip(world.sites, ("0.01", "0.2")):
        run("simulate", "--live", "--data", site.data, "--port", site.name, "--from", "2025-02-01", "--to", "2025-04-30", "--scale",
            scale, "--speedup", "max", "--quiet")
    world.apply(world.hq, "ports:\n" + "".join(port(name, "league") for name in SITES))
    for site in world.sites:
        def delivered():
            state = quietly("relay", "--data", site.data) or {}
            end = ask("verify", "--data", site.data)["events"]
            return state.get("confirmed") == end
        wait_for(f"{site.name} is delivered", delivered)
    here = {site.name: kg(ask("totals", "--data", site.data)) for site in world.sites}
    if min(here.values()) <= 0:
        raise Wrong(f"nothing has passed: {here}")
    there = {row["port"]: row["net_kg"] for row in ask("totals", "--by", "port", "--data", world.hq.data)}
    by_place = {row["place"]: row["net_kg"] for row in ask("totals", "--by", "place", "--data", world.hq.data)}
    if there != here or by_place != {"league": sum(here.values())}:
        raise Wrong(f"headquarters has {there} and {by_place}; the sites have {here}")
    done = {name: ask("goal", name, "--as-of", "2025-04-30", "--data", world.hq.data)["goals"][0]["done_kg"]
        for name in ("of-port", "of-league", "of-region")}
    wanted = {"of-port": here["ceke"], "of-league": sum(here.values()), "of-region": sum(here.values())}
    if done != wanted:
        raise Wrong(f"done of the goals: {done}; expected {wanted}")
    return wanted


def check_proofs(world):
    """Decrees went up again in the sites' journals, and did nothing there."""
    proof = {process.name: ask("verify", "--data", process.data) for process in world.everyone}
    for row in proof["hq"]["sites"]:
        name = {one["terminal_no"]: one["terminal_name"] for one in ask("sites", "--data", world.hq.data)}[row["terminal_no"]]
        if row["chain"] != proof[name]["chain"]:
            raise Wrong(f"the chain of {name} is another at headquarters")
    goals = records(world.hq, "goals")
    if len(goals) != len({goal["goal"]["id"] for goal in goals}):
        raise Wrong(f"a goal stands twice: {goals}")


def main():
    print(f"seed={SEED}", flush=True)
    folder = tempfile.mkdtemp(prefix="juyan-from-above-")
    world = World(folder)
    try:
        world.found()
        check_coming_down(world)
        check_misfit(world)
        wanted = check_sums(world)
        check_proofs(world)
        for process in world.everyone:
            process.end()
    except Wrong as wrong:
        print(f"wrong: {wrong}; the logs are in {folder}", file=sys.stderr)
        return 1
    finally:
        world.end()
    print(f"{DECREES + 4} decrees, {sum(process.lives for process in world.everyone)} lives, {wanted} kg done")
    shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
