#!/usr/bin/python3
"""What headquarters decides, on its way down by a program that shares no code with Juyan.

An authority signs at headquarters; a site's session asks for what it has decreed; whoever brings it to the site's ledger, it is
taken there by its signature, once and in its turn, and what was turned on the way is not.
"""
import os
import shutil
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
try:
    import zmq

    import terminal as our
    import test_interop as base
    from test_sites import Site, authorise, juyan
except ImportError as missing:
    print(f"skipped: {missing}; apt-get install python3-zmq python3-protobuf protobuf-compiler")
    sys.exit(77)

PLACES = """places:
  - {id: region, name_en: Region}
  - {id: league, name_en: League, parent: region}
"""
GOALS = """goals:
  - {id: annual-2025, ports: [league], from: 2025-01-01, to: 2025-12-31, target_kg: 1000}
  - {id: theirs, ports: [erenhot], from: 2025-01-01, to: 2025-12-31, target_kg: 1000}
"""
FAR = 'ports:\n  - {id: erenhot, utc_offset: "+08:00", count_on: release}\n'
OWN = 'ports:\n  - {id: ceke, utc_offset: "+08:00", count_on: release, place: league}\n'


class Asker(Site):
    def ask(self, authority, after):
        self.connection.give(our.ingest.FromTerminal(decrees_ask=our.ingest.DecreesAsk(authority=authority, after=after)))
        return self.answer("decrees")


class Decrees(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="juyan-decrees-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.context = zmq.Context()
        self.addCleanup(self.context.destroy, linger=0)
        self.hq, self.site = (self.start(name) for name in ("hq", "site"))
        self.key = os.path.join(self.folder, "above.key")
        record = juyan(self.hq, "registry", "key", self.key, "--authority", "above")
        for server in (self.hq, self.site):
            self.apply(server, record)

    def start(self, name):
        os.mkdir(os.path.join(self.folder, name))
        server = base.Server(os.path.join(self.folder, name))
        self.addCleanup(server.stop)
        return server

    def apply(self, server, text, *more, wanted=0):
        path = os.path.join(self.folder, "records.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return juyan(server, "registry", "apply", path, "--yes", *more, wanted=wanted)

    def session(self, server, name, *rights):
        keys = our.make_key(os.path.join(self.folder, name))
        authorise(server, self.folder, name, "--name", name, "--ports", "ceke", *rights)
        session = Asker(self.context, server.endpoint(), server.server_key(), keys)
        self.addCleanup(session.close)
        session.hello()
        return session

    def test_what_is_decided_above_comes_down(self):
        self.assertIn("decided by the authority 'above'", self.apply(self.hq, PLACES, wanted=1))
        self.apply(self.hq, FAR)
        for text in (PLACES, GOALS):
            self.apply(self.hq, text, "--sign", self.key)
        up = self.session(self.hq, "ceke.key", "--site")
        told = up.ask("above", 0)
        self.assertEqual((told.authority, len(told.events)), ("above", 2))
        self.assertEqual(list(up.ask("above", 2).events), [])
        self.assertEqual(list(up.ask("nobody", 0).events), [])

        gate = self.session(self.site, "gate.key", "--kinds", "unit_arrived")
        turned = told.events[0].replace(b"League", b"Legion")
        out_of_turn = gate.batch(1, [turned, told.events[1]])
        self.assertEqual([answer.name for answer in out_of_turn.answers], ["not_authorised", "contradiction"])
        self.assertEqual(list(gate.batch(3, list(told.events)).answers), [])
        self.assertEqual(list(gate.batch(5, list(told.events)).answers), [])  # once more
        self.apply(self.site, OWN)
        shown = juyan(self.site, "registry", "show")
        self.assertIn("name_en: League\n    parent: region", shown)
        self.assertIn("id: annual-2025", shown)
        self.assertNotIn("id: theirs", shown)  # of a port that is not here
        self.assertIn("decided by the authority 'above'", self.apply(self.site, "goals: []", "--drop-missing", wanted=1))
        self.assertIn("right", juyan(self.site, "verify"))
        self.assertIn("right", juyan(self.hq, "verify"))

    def test_what_is_in_use_is_decreed_again_for_who_comes_later(self):
        self.apply(self.hq, PLACES, "--sign", self.key)
        self.assertIn("0 to add, 0 to change", self.apply(self.hq, PLACES, "--sign", self.key))
        self.apply(self.hq, PLACES, "--sign", self.key, "--again")
        up = self.session(self.hq, "ceke.key", "--site")
        self.assertEqual(len(up.ask("above", 1).events), 1)

    def test_decrees_are_told_to_sites(self):
        gate = self.session(self.hq, "gate.key", "--kinds", "*")
        with self.assertRaises(our.Refused) as caught:
            gate.ask("above", 0)
        self.assertEqual(caught.exception.refusal.name, "not_authorised")


if __name__ == "__main__":
    unittest.main(verbosity=2)
