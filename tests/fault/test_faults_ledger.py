#!/usr/bin/python3
"""Every call of the ledger that can fail fails, each once: the first, the second … until a run passes untouched; and each of them
again with all that come after it.

A run founds a ledger and writes groups of events (ledger_load.c under shim.c), or goes on with one that is there. It has to end
well, or to stop with its status and one sentence: never by a signal, never in silence, never hanging. Then, without the library:
the ledger opens, all that was acknowledged is in it, everything counts once, a recount agrees, and writing goes on to the end.

JUYAN_FAULT_EVENTS (60) is how many events a run writes; with more, there are more points. Uses $JUYAN_TESTS.
also: slow
"""
import os
import shutil
import sys

from faults import Control, Fault, TESTS, Wrong, last_acked, memory_folder, run

EVENTS = int(os.environ.get("JUYAN_FAULT_EVENTS", "60"))
GROUP, STOPPED = 5, 4
LOAD = os.path.join(TESTS, "ledger_load")

FAULTS = [
    *(Fault("memory", "ENOMEM", lasting) for lasting in (False, True)),
    *(Fault("write", error, lasting, file="data.mdb") for error in ("EIO", "ENOSPC", "SHORT") for lasting in (False, True)),
    Fault("write", "EINTR", file="data.mdb"),
    *(Fault("sync", error, lasting) for error in ("EIO", "ENOSPC") for lasting in (False, True)),
    *(Fault("open", error, lasting) for error in ("EMFILE", "EROFS", "EIO") for lasting in (False, True)),
    *(Fault("map", "ENOMEM", lasting) for lasting in (False, True)),
]


class World:
    def __init__(self):
        self.folder = memory_folder("juyan-faults-")
        self.control = Control(self.folder)
        self.data = os.path.join(self.folder, "d")
        self.begun = os.path.join(self.folder, "begun")
        run(LOAD, "write", self.begun, str(EVENTS // 2), str(GROUP))
        self.points = self.stops = 0

    def one_point(self, fault, n, from_nothing):
        """False: the run was not touched."""
        shutil.rmtree(self.data, ignore_errors=True)
        if not from_nothing:
            shutil.copytree(self.begun, self.data)
        self.control.set(armed=1)
        code, lines, said = run(LOAD, "write", self.data, str(EVENTS), str(GROUP), env=fault.environment(self.control, n),
            code=(0, STOPPED))
        if self.control.failed == 0:
            return False
        if code == STOPPED and (len(said.splitlines()) != 1 or said.endswith(": ")):
            raise Wrong(f"it stopped, and said [{said}]; expected: one sentence")
        if code == 0 and last_acked(lines) != EVENTS:
            raise Wrong(f"it ended well with {last_acked(lines)} of {EVENTS} events")
        self.stops += code == STOPPED
        self.points += 1
        run(LOAD, "check", self.data, str(last_acked(lines)), str(EVENTS))
        return True

    def close(self, keep):
        if not keep:
            shutil.rmtree(self.folder)


def main():
    world = World()
    wrong = 0
    for fault in FAULTS:
        for from_nothing in (True, False):
            n, before = 1, (world.points, world.stops)
            while True:
                try:
                    if not world.one_point(fault, n, from_nothing):
                        break
                except Wrong as what:
                    wrong += 1
                    print(f"{fault}: call {n}, {'from nothing' if from_nothing else 'going on'}: {what}", flush=True)
                    if wrong > 20:
                        return 1
                n += 1
            if n == 1 and from_nothing:
                print(f"{fault}: no such call was seen")
                wrong += 1
            print(f"{fault}, {'from nothing' if from_nothing else 'going on'}: {world.points - before[0]} points, "
                f"{world.stops - before[1]} stops", flush=True)
    print(f"{world.points} points, {world.stops} stops with a sentence, {wrong} wrong")
    world.close(keep=wrong > 0)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
