#!/usr/bin/python3
"""The page has words, in each of its languages, for every name that the engine gives as a reason.

What a status, a mark or a kind of attention is called goes over the wire; the page says it in the reader's language. A name without
words would be shown in English in the midst of Chinese. Uses $JUYAN_SOURCE (else the folder above).
"""
import json
import os
import re
import sys

ROOT = os.environ.get("JUYAN_SOURCE", os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
LANGUAGES = ("zh", "mn", "en")

# Where an event is judged: what these refuse it with is what it waits in quarantine for.
JUDGES = (
    "proto/wire.c", "proto/wire_check.c", "proto/wire_event.c", "proto/wire_registry.c", "storage/judge.c", "storage/ledger.c",
    "storage/manifests.c", "storage/notes.c", "storage/quarantine.c", "storage/registry_check.c", "storage/registry_references.c",
    "storage/registry_table.c", "services/ingest/intake.c",
)
SESSION = {"no_hello", "revoked", "version", "window"}  # refuse a session or a batch, not an event


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def reasons():
    refusing = dict(re.findall(r'X\(\d+, (\w+), "(\w+)", REFUSE', read("proto/status.h")))
    given = {refusing[name] for path in JUDGES for name in re.findall(r"STATUS_(\w+)", read(path)) if name in refusing}
    return given - SESSION


def names():
    """Every name with the family that its words stand in."""
    marks = re.findall(r'X\(\d+, [A-Z_0-9]+, "(\w+)",', read("storage/facts.h"))
    kinds = re.search(r"names\[ATTENTIONS\] = \{([^}]*)\}", read("storage/attention.c"))
    yield from (("reason", name) for name in sorted(reasons()))
    yield from (("remark", name) for name in [*marks, "quarantine_released"])
    brought = re.findall(r'\{ "\w+", "(\w+)", "\w+:\w+", "\w+" \}', read("services/query/matters.c"))
    troubles = re.findall(r'X\([A-Z_]+, "(\w+)", ', read("services/warehouse/trouble.h"))
    yield from (("kind", name) for name in re.findall(r'"(\w+)"', kinds[1]) + brought)
    yield from (("trouble", name) for name in [*troubles, "silent"] if name != "none")


def missing(catalogues, wanted):
    for language, words in catalogues.items():
        for family, name in wanted:
            if not words.get(f"{family}.{name}"):
                yield f"services/dashboard/page/src/words/{language}.json: '{family}.{name}' is missing"


def main():
    wanted = list(names())
    catalogues = {of: json.loads(read(f"services/dashboard/page/src/words/{of}.json")) for of in LANGUAGES}
    for family, least in (("reason", 12), ("remark", 11), ("kind", 11), ("trouble", 14)):
        found = [name for of, name in wanted if of == family]
        if len(found) < least:
            sys.exit(f"only {len(found)} names of the family '{family}' are found in the source; expected {least} or more")
    robbed = {**catalogues, "mn": {key: text for key, text in catalogues["mn"].items() if key != "reason.unknown_port"}}
    if not list(missing(robbed, wanted)):
        sys.exit("a missing word is not seen")
    complaints = list(missing(catalogues, wanted))
    print("\n".join(complaints))
    sys.exit(1 if complaints else 0)


main()
