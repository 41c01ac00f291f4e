#!/usr/bin/python3
"""What hostile peers do to a running Juyan, by `juyan bench load` in a short form: whatever they do is counted under a name, and of
what the other terminals send meanwhile nothing is lost, refused or left without an answer. How long they wait is not looked at.

also: slow
"""
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
from serving import Wrong, ask

# At least these counters rise.
COUNTED = {
    "garbage": ("frames_undecodable", "sessions_refused"),
    "bombs": ("frames_undecodable", "sessions_refused"),
    "flood": ("batches_window", "sessions_refused"),
    "numbers": ("batches_gap", "events_duplicate", "events_conflicting"),
    "huge": ("events_accepted", "commits"),
    "deaf": ("peers_away",),
    "hellos": ("sessions_opened",),
    "crowd": ("sessions_crowded", "keys_accepted"),
    "strangers": ("keys_refused",),
    "half_open": ("handshakes_failed",),
    "storm": ("handshakes_failed",),
}
TRIES = 3


def load(folder, kinds, seconds):
    chosen = [word for kind in kinds for word in ("--hostile", kind)]
    return ask("bench", "load", "--dir", folder, "--terminals", "20", "--rate", "100", "--rounds", "1", "--seconds", str(seconds),
        *chosen)


def check_others(told):
    if told["unanswered"] != 0 or told["accepted"] != told["sent"] or told["sent"] == 0:
        raise Wrong(f"of {told['sent']} events {told['accepted']} were accepted and {told['unanswered']} never answered")


def uncounted(told):
    """The kinds of which a counter did not rise."""
    rose = {turn["name"]: turn["counters"] for turn in told["turns"]}
    return [kind for kind in rose if any(rose[kind].get(name, 0) == 0 for name in COUNTED.get(kind, ()))]


def main():
    folder = tempfile.mkdtemp(prefix="juyan-test-")
    try:
        kinds = list(COUNTED)
        for attempt in range(TRIES):  # on a machine with much else to do a hostile peer may not come to its point
            told = load(folder, kinds, (2 * len(kinds) + 2) * 2**attempt)
            check_others(told)
            kinds = uncounted(told)
            if not kinds:
                print(f"{len(COUNTED)} kinds of hostile peers are counted, {told['sent']} events of others are on disk")
                return 0
        raise Wrong(f"not counted: {', '.join(kinds)}")
    except Wrong as wrong:
        print(wrong, file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
