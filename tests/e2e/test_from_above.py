#!/usr/bin/python3
"""What headquarters decides reaches its sites by itself, signed: places, and goals of a port, a league and the region.

Sites and headquarters are killed meanwhile, and one site is away while most is decided. What does not fit at a site holds up what
comes behind it there, is told at both ends, stands in its journal once, and is taken when it fits; what is not signed with the key
that a site knows does not come into its journal. What the sites have counted adds up at headquarters, by port, league and region,
to the kilogram; that their journals bring the decrees up again changes nothing there.

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


CAPACITY = """capacities:
  - {port: ceke, mode: rail, kg_per_day: 90000000}
"""
DAYS = """days:
  - {port: ceke, day: 2025-05-01, kind: closed}
"""


def port(name, place=None):
    below = f", place: {place}" if place else ""
    return f'  - {{id: {name}, utc_offset: "+08:00", count_on: release{below}}}\n'


class World:
    def __init__(self, folder):
        self.folder, self.chance, self.key = folder, random.Random(SEED), os.path.join(folder, "above.key")
        self.beside, self.calendar, self.forged = (os.path.join(folder, name + ".key") for name in ("beside", "calendar", "forged"))
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
        for key, authority, above, below in ((self.key, "above", "[place, goal]", "[place, goal]"),
                (self.beside, "beside", "[group, capacity]", "[group]"), (self.calendar, "calendar", "[day]", "[day]")):
            record = run("registry", "key", key, "--authority", authority, "--data", self.hq.data)[0]
            for process in self.everyone:
                kinds = below if process is self.sites[0] else above
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


def trouble(site, part):
    """What the relay says is wrong; it goes on, and `juyan relay` ends with 1."""
    wait_for(f"{site.name} says '{part}'", lambda: part in (quietly("relay", "--data", site.data) or {}).get("trouble", ""))
    run("relay", "--data", site.data, code=1)


def no_trouble(site):
    wait_for(f"{site.name} has no trouble", lambda: (quietly("relay", "--data", site.data) or {}).get("trouble") == "")


def stays(what, look, wanted):
    """While it is asked again and again."""
    deadline = time.monotonic() + 3 * ASKED_EVERY_S
    while time.monotonic() < deadline:
        if (found := look()) != wanted:
            raise Wrong(f"{what}: {found}; expected {wanted}")


def held(site):
    """Which decrees stand in quarantine there, each so often."""
    return sorted(row["sentence"] for row in ask("quarantine", "list", "--data", site.data))


def follow(world, wanted, code):
    """How far each site has come, as headquarters knows it: of each authority the number, and the one that does not fit."""
    def so():
        for row in quietly("sites", "--data", world.hq.data) or []:
            told = {one["authority"]: (one.get("last_number", 0), one.get("refused_number", 0)) for one in row["decrees"]}
            if told != wanted.get(row["terminal_name"], told):
                return False
        return True
    wait_for(f"headquarters knows of {wanted}", so)
    run("sites", "--data", world.hq.data, code=code)


def check_misfit(world):
    """A place of the name of a port that one site has, and a kind that it lets nobody else decide: told, and in time taken."""
    site, other = world.sites
    world.apply(site, "ports:\n" + port("desert"))
    world.decide("places:\n  - {id: desert, name_en: Desert}\n")
    world.decide(GOALS % 99)
    world.apply(world.hq, CAPACITY, "--sign", world.beside)
    have(world, other, "goals")
    trouble(site, "id of a port and of a place")
    if records(site, "goals") == records(world.hq, "goals"):
        raise Wrong("a decree was taken before the one that it stands behind")
    wait_for("both do not fit", lambda: len(held(site)) == 2)
    world.kill(world.hq)
    stays("two that wait are not tried in turn", lambda: len(held(site)), 2)
    trouble(site, "id of a port and of a place")
    last = DECREES + 1
    follow(world, {"ceke": {"above": (last, last + 1), "beside": (0, 1), "calendar": (0, 0)}}, 1)
    if [row["kind"] for row in ask("attention", "--data", world.hq.data)["rows"]].count("quarantine") < 2:
        raise Wrong("nobody at headquarters is asked to look")
    world.kill(site)  # who is begun anew tries once
    wait_for("both are tried anew", lambda: len(held(site)) == 4)
    stays("they are not tried once more", lambda: len(held(site)), 4)
    world.apply(site, "ports:\n" + "".join(port(name) for name in SITES), "--drop-missing")
    have(world, site, "goals")
    trouble(site, "does not decide this kind")
    world.apply(site, run("registry", "show", "--kind", "authorities", "--data", world.hq.data)[0])
    have(world, site, "capacities")
    no_trouble(site)
    follow(world, {name: {"above": (last + 2, 0), "beside": (1, 0), "calendar": (0, 0)} for name in SITES}, 0)
    for row in ask("quarantine", "list", "--data", site.data):  # it was taken since
        run("quarantine", "dismiss", str(row["lsn"]), "--reason", "taken since", "--data", site.data)


def check_forged(world):
    """Headquarters signs with a key that one site does not know: nothing of it stands in that site's journal."""
    site, other = world.sites
    right = run("registry", "show", "--kind", "authorities", "--data", site.data)[0]
    record = run("registry", "key", world.forged, "--authority", "calendar", "--data", world.hq.data)[0]
    world.apply(site, record.replace("[place, group, goal]", "[day]"))
    before, days = held(site), records(site, "days")
    world.apply(world.hq, DAYS, "--sign", world.calendar)
    have(world, other, "days")
    trouble(site, "is not signed with the key")
    stays("what is forged is kept out", lambda: (held(site), records(site, "days") == days), (before, True))
    world.decide(GOALS % 100)
    have(world, site, "goals")  # another authority's go on
    world.apply(site, right)
    have(world, site, "days")
    no_trouble(site)


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
    site = world.sites[0]
    world.apply(site, "ports:\n" + port(site.name, "league"))
    for name in wanted:  # at a site, what that site has brought
        if (kept := ask("goal", name, "--as-of", "2025-04-30", "--data", site.data)["goals"][0]["done_kg"]) != here[site.name]:
            raise Wrong(f"{name} at {site.name}: {kept} kg; expected {here[site.name]}")
    return wanted


def ends(world):
    return {process.name: ask("verify", "--data", process.data)["events"] for process in world.everyone}


def check_proofs(world):
    """Decrees went up again in the sites' journals, did nothing there, and do not come down once more."""
    wanted = {"above": (DECREES + 4, 0), "beside": (1, 0), "calendar": (1, 0)}
    follow(world, {name: wanted for name in SITES}, 0)
    stays("nothing goes round", lambda: ends(world), ends(world))
    waiting = [len(ask("quarantine", "list", "--data", process.data)) for process in world.everyone]
    if waiting[0] != sum(waiting[1:]):
        raise Wrong(f"in quarantine at headquarters and at the sites: {waiting}")
    proof = {process.name: ask("verify", "--data", process.data) for process in world.everyone}
    names = {one["terminal_no"]: one["terminal_name"] for one in ask("sites", "--data", world.hq.data)}
    for row in proof["hq"]["sites"]:
        if row["chain"] != proof[names[row["terminal_no"]]]["chain"]:
            raise Wrong(f"the chain of {names[row['terminal_no']]} is another at headquarters")
    goals = [goal["goal"] for goal in records(world.hq, "goals")]
    of_port = [goal["target_kg"] for goal in goals if goal["id"] == "of-port"]
    if len(goals) != len({goal["id"] for goal in goals}) or of_port != [100]:
        raise Wrong(f"headquarters has the goals {goals}")


def main():
    print(f"seed={SEED}", flush=True)
    folder = tempfile.mkdtemp(prefix="juyan-from-above-")
    world = World(folder)
    try:
        world.found()
        check_coming_down(world)
        check_misfit(world)
        check_forged(world)
        wanted = check_sums(world)
        check_proofs(world)
        for process in world.everyone:
            process.end()
    except Wrong as wrong:
        print(f"wrong: {wrong}; the logs are in {folder}", file=sys.stderr)
        return 1
    finally:
        world.end()
    print(f"{DECREES + 6} decrees, {sum(process.lives for process in world.everyone)} lives, {wanted} kg done")
    shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
