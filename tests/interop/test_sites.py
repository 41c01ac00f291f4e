#!/usr/bin/python3
"""A site's journal, brought to a headquarters by a program that shares no code with Juyan.

The site is a real ledger; its blocks are read from what `juyan export` writes and sent as proto/README.md says. Then headquarters
has the same totals, knows the chain, tells another past from its own with an alarm, and proves it all by `juyan verify`.

also: thread
"""
import datetime
import hashlib
import json
import os
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
try:
    import zmq

    import terminal as our
    import test_interop as base
except ImportError as missing:
    print(f"skipped: {missing}; apt-get install python3-zmq python3-protobuf protobuf-compiler")
    sys.exit(77)

HEAD, PREFIX, CHAIN = 16 + 8 + 32 + 32, 4 + 8, 32
AT_RECEIVED, AT_CHAIN, AT_EVENTS = 16, 24, 56
WHOLE = ("totals", "--from", "2025-01-01", "--to", "2025-12-31", "--by", "port,period,direction,mode,group,basis", "--json")


def juyan(server, *arguments, wanted=0):
    result = subprocess.run([base.JUYAN, *arguments, "--data", server.data()], capture_output=True, timeout=60, check=False)
    if wanted is not None and result.returncode != wanted:
        raise AssertionError(f"juyan {' '.join(arguments)} gave {result.returncode}: {result.stdout!r} {result.stderr!r}")
    return result.stdout.decode() if wanted == 0 else result.stderr.decode() + result.stdout.decode()


def authorise(server, folder, name, *rights, wanted=0):
    return juyan(server, "keys", "authorise", os.path.join(folder, name + ".pub"), *rights, wanted=wanted)


def exported(path):
    """[(first lsn, block)] of a journal file."""
    with open(path, "rb") as file:
        data = file.read()
    at, blocks = HEAD, []
    while True:
        (size,) = struct.unpack_from("<I", data, at)
        if size == 0:
            return blocks
        (lsn,) = struct.unpack_from("<Q", data, at + 4)
        blocks.append((lsn, data[at + PREFIX : at + PREFIX + size]))
        at += PREFIX + size


def events_of(block):
    return struct.unpack_from("<H", block, 4)[0]


def chain_of(before, lsn, block):
    """As storage/block.h says it."""
    return hashlib.blake2b(
        before + struct.pack("<Q", lsn) + block[:AT_CHAIN] + block[AT_EVENTS:], digest_size=CHAIN
    ).digest()


def rechained(blocks, moved_ms):
    """The same as another ledger: received at other times, with the chain that follows."""
    out, before = [], bytes(CHAIN)
    for lsn, block in blocks:
        (received,) = struct.unpack_from("<q", block, AT_RECEIVED)
        block = block[:AT_RECEIVED] + struct.pack("<q", received + moved_ms) + block[AT_RECEIVED + 8 :]
        before = chain_of(before, lsn, block)
        out.append((lsn, block[:AT_CHAIN] + before + block[AT_EVENTS:]))
    return out


class Site(our.Terminal):
    def journal(self, blocks):
        message = our.ingest.JournalBatch(first_lsn=blocks[0][0], blocks=[block for _, block in blocks])
        self.connection.give(our.ingest.FromTerminal(journal_batch=message))

    def bring(self, blocks):
        self.journal(blocks)
        return self.take_ack()


class Sites(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="juyan-sites-")
        cls.context = zmq.Context()
        cls.servers = []
        for name in ("site", "hq"):
            os.mkdir(os.path.join(cls.folder, name))
            cls.servers.append(base.Server(os.path.join(cls.folder, name)))
        cls.site, cls.hq = cls.servers
        ports = os.path.join(cls.folder, "ports.yaml")
        with open(ports, "w", encoding="ascii") as file:
            file.write("ports:\n")
            for port in ("third", "fourth", "fifth", "sixth"):
                file.write(f"- {{id: {port}, name_en: {port}, utc_offset: '+08:00', count_on: release}}\n")
        juyan(cls.hq, "registry", "apply", "--yes", "--reason", "more ports", ports)
        cls.write_site()

    @classmethod
    def tearDownClass(cls):
        for server in cls.servers:
            server.stop()
        cls.context.destroy(linger=0)
        shutil.rmtree(cls.folder, ignore_errors=True)

    @classmethod
    def write_site(cls):
        """A gate at Ceke, one crossing, one event that waits in quarantine, and what its administrator says."""
        keys = our.make_key(os.path.join(cls.folder, "gate.key"))
        authorise(cls.site, cls.folder, "gate.key", "--name", "gate 1", "--ports", "ceke", "--kinds", "*")
        gate = our.Terminal(cls.context, cls.site.endpoint(), cls.site.server_key(), keys)
        gate.hello()
        gate.stream(base.crossing("CK1", 50000, 20000) + base.crossing("CK2", 61000, 21000) + [base.event(port="cake")])
        gate.close()
        cls.blocks = cls.export()

    @classmethod
    def export(cls):
        path = os.path.join(cls.folder, "journal")
        if os.path.exists(path):
            os.unlink(path)
        juyan(cls.site, "export", "--out", path)
        return exported(path)

    def site_session(self, name, port="ceke"):
        keys = our.make_key(os.path.join(self.folder, name))
        said = authorise(self.hq, self.folder, name, "--site", "--name", port, "--ports", port)
        session = Site(self.context, self.hq.endpoint(), self.hq.server_key(), keys)
        self.addCleanup(session.close)
        return session, int(said.split()[1])

    def listed(self, number, wanted=0):
        rows = json.loads(juyan(self.hq, "sites", "--json", wanted=None) or "[]")
        return next(row for row in rows if row["terminal_no"] == number)

    def assertStops(self, session, blocks, name, *parts):
        session.journal(blocks)
        with self.assertRaises(our.Refused) as caught:
            session.take_ack()
        self.assertEqual(caught.exception.refusal.name, name)
        for part in parts:
            self.assertIn(part, caught.exception.refusal.sentence)
        with self.assertRaises(our.Refused):  # the session is closed
            session.ping(1)
        return caught.exception.refusal

    def test_a_journal_comes_whole_and_is_proved(self):
        session, number = self.site_session("whole.key")
        blocks = self.blocks
        self.assertEqual(session.hello().site_chain, b"")
        half = len(blocks) // 2
        for block in blocks[:half]:
            self.assertEqual(list(session.bring([block]).answers), [])
        known = [self.known_now()]
        welcome = session.hello()
        self.assertEqual((welcome.last_stream_seq, welcome.site_chain),
            (blocks[half][0] - 1, blocks[half - 1][1][AT_CHAIN:AT_EVENTS]))

        again = session.bring(blocks[:half])  # once more
        self.assertEqual({answer.name for answer in again.answers}, {"duplicate_event"})
        self.assertEqual(len(again.answers), blocks[half][0] - 1)

        changed = bytearray(blocks[half][1])
        changed[-1] ^= 1
        next_lsn = blocks[half][0]
        refusal = self.assertStops(session, [(next_lsn, bytes(changed))], "other_past", "site ceke", f"event {next_lsn} ")
        self.assertEqual(refusal.expected_stream_seq, blocks[half][0])
        row = self.listed(number)
        self.assertEqual((row["name"], row["stopped_lsn"], row["last_lsn"]), ("other_past", blocks[half][0], blocks[half][0] - 1))
        alarms = json.loads(juyan(self.hq, "attention", "--json"))["rows"]
        self.assertEqual([(alarm["kind"], alarm["terminal_name"], alarm["reasons"]) for alarm in alarms if alarm["kind"] == "site"],
            [("site", "ceke", ["other_past"])])

        session.hello()
        for block in blocks[half:]:
            session.bring([block])
            known.append(self.known_now())
        self.check_what_was_known(known)
        self.assertNotIn("stopped_since_ms", self.listed(number))
        self.assertEqual(session.hello().site_chain, blocks[-1][1][AT_CHAIN:AT_EVENTS])
        ours, theirs = (json.loads(juyan(server, *WHOLE)) for server in (self.hq, self.site))
        self.assertEqual(ours, theirs)
        self.assertTrue(ours)

        story = json.loads(juyan(self.hq, "batch", "CK1", "--json"))
        self.assertEqual({told["terminal_name"] for told in story["events"]}, {"ceke · gate 1"})
        there = json.loads(juyan(self.site, "batch", "CK1", "--json"))
        self.assertEqual([told["received_at_ms"] for told in story["events"]], [told["received_at_ms"] for told in there["events"]])
        self.settle(session)

        self.check_a_checkpoint(number)
        said = json.loads(juyan(self.hq, "verify", "--json"))
        proved = next(row for row in said["sites"] if row["terminal_no"] == number)
        self.assertEqual(proved["chain"], session.hello().site_chain.hex())
        self.assertStops(session, [(blocks[0][0], blocks[1][1])], "other_past", "parted")
        self.assertEqual(self.listed(number)["name"], "other_past")

    def known_now(self):
        """A moment after all that has come, before all that will, and what headquarters says at it."""
        last = time.time_ns() // 1_000_000
        while (now := time.time_ns() // 1_000_000) <= last:
            select.select([], [], [], 0.001)
        figures = json.loads(juyan(self.hq, *WHOLE))
        at = datetime.datetime.fromtimestamp(now / 1000, datetime.timezone.utc)
        return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now % 1000:03d}Z", figures

    def check_what_was_known(self, known):
        """What had come by then, though the site had long had the rest."""
        told = {json.dumps(figures) for _, figures in known}
        self.assertGreater(len(told), 1)
        for at, figures in known:
            self.assertEqual(json.loads(juyan(self.hq, *WHOLE, "--as-known-at", at)), figures)

    def check_a_checkpoint(self, number):
        """What the site has signed holds for what came of it, and what another has signed does not."""
        out = os.path.join(self.folder, "checkpoint")
        for server, code in ((self.site, 0), (self.hq, 1)):
            juyan(server, "checkpoint", "key")
            juyan(server, "checkpoint", "--out", out)
            key = os.path.join(server.data(), "keys", "checkpoint.key.pub")
            said = juyan(self.hq, "verify", "--site", str(number), "--checkpoint", out, "--public-key", key, wanted=code)
            self.assertIn("the checkpoint of the site fits" if code == 0 else "NOT RIGHT: the", said)

    def test_a_site_goes_on_under_another_key(self):
        first, number = self.site_session("first.key", "third")
        first.hello()
        our.make_key(os.path.join(self.folder, "second.key"))
        said = authorise(self.hq, self.folder, "second.key", "--replaces", str(number))
        self.assertIn(f"terminal {number} ", said)
        with self.assertRaises((our.Refused, our.Away)):
            first.ping(1)
        said = authorise(self.hq, self.folder, "gate.key", "--site", "--name", "x", "--ports", "third", wanted=1)
        self.assertIn("of two sites", said)

    def test_a_journal_is_here_once_whatever_key_brings_it(self):
        """A site that was revoked and authorised anew got another number, and brought all that was there once more."""
        first, number = self.site_session("once.key", "fifth")
        blocks = rechained(self.blocks[:2], 1)
        first.hello()
        first.bring(blocks[:1])
        juyan(self.hq, "keys", "revoke", str(number), "--reason", "its disk is gone")
        self.assertTrue(self.listed(number)["revoked"])
        again, second = self.site_session("twice.key", "fifth")
        self.assertNotEqual(second, number)
        again.hello()
        self.assertStops(again, blocks, "contradiction", "event 1 is on file here as the first of site", f"--replaces {number}'")
        self.assertEqual((self.listed(second)["name"], self.listed(second).get("last_lsn", 0)), ("contradiction", 0))
        said = authorise(self.hq, self.folder, "twice.key", "--replaces", str(number))
        self.assertIn(f"terminal {number} ", said)
        self.assertIn(f"terminal {second} ", said.splitlines()[-1])
        self.assertTrue(self.listed(second)["revoked"])
        self.assertNotIn("stopped_since_ms", self.listed(second))
        self.assertEqual(again.hello().last_stream_seq, events_of(blocks[0][1]))
        again.bring(blocks[1:])
        with self.assertRaises((our.Refused, our.Away)):  # the key that was replaced
            first.hello()
        row = self.listed(number)
        self.assertNotIn("revoked", row)
        self.assertEqual(row["last_lsn"], sum(events_of(block) for _, block in blocks))

    def test_what_is_no_journal_is_an_alarm_too(self):
        session, number = self.site_session("no.key", "sixth")
        session.hello()
        self.assertStops(session, [(1, self.blocks[0][1][:-1])], "undecodable", "no block of a journal")
        row = self.listed(number)
        self.assertEqual((row["name"], row["stopped_lsn"]), ("undecodable", 1))
        session.hello()
        session.bring(rechained(self.blocks[:1], 86_400_000))
        self.assertNotIn("stopped_since_ms", self.listed(number))
        self.assertIn("its clock is 23 h", juyan(self.hq, "sites", wanted=None))
        juyan(self.hq, "keys", "revoke", str(number), "--reason", "done")

    def settle(self, session):
        """Headquarters cannot settle what waits at the site; when it is settled there, it is here."""
        held = json.loads(juyan(self.hq, "quarantine", "list", "--json"))
        self.assertEqual(len(held), 1)
        self.assertIn("settled at its site, ceke, where it is event", held[0]["sentence"])
        there = json.loads(juyan(self.site, "quarantine", "list", "--json"))[0]["lsn"]
        said = juyan(self.hq, "quarantine", "dismiss", str(held[0]["lsn"]), "--reason", "no", wanted=1)
        self.assertIn(f"event {there}: settle it there", said)
        juyan(self.site, "quarantine", "dismiss", str(there), "--reason", "misspelt")
        session.hello()
        session.bring([block for block in self.export() if block[0] > session.last])
        left = json.loads(juyan(self.hq, "quarantine", "list", "--json"))
        self.assertEqual([row["terminal_name"] for row in left], ["local administrator"])  # the attempt itself

    def test_each_sends_what_is_its_to_send(self):
        session, _ = self.site_session("kinds.key", "fourth")
        session.hello()
        session.give_batch(1, base.arrivals(1))
        with self.assertRaises(our.Refused) as caught:
            session.take_ack()
        self.assertEqual(caught.exception.refusal.name, "not_authorised")
        keys = our.make_key(os.path.join(self.folder, "plain.key"))
        authorise(self.hq, self.folder, "plain.key", "--name", "gate", "--ports", "ceke", "--kinds", "*")
        plain = Site(self.context, self.hq.endpoint(), self.hq.server_key(), keys)
        self.addCleanup(plain.close)
        plain.hello()
        plain.journal(self.blocks[:1])
        with self.assertRaises(our.Refused) as caught:
            plain.take_ack()
        self.assertEqual(caught.exception.refusal.name, "not_authorised")

    def test_a_port_that_is_not_the_sites_stops_it(self):
        session, _ = self.site_session("other.key", "wuliji")
        session.hello()
        self.assertStops(session, rechained(self.blocks, 3), "not_authorised", "site wuliji", "'ceke'")
        self.assertGreater(session.hello().last_stream_seq, 0)  # what stands before is taken

    def test_the_chain_is_what_is_said_of_it(self):
        before = bytes(CHAIN)
        for lsn, block in self.blocks:
            before = chain_of(before, lsn, block)
            self.assertEqual(block[AT_CHAIN:AT_EVENTS], before)

    def test_a_sites_rights_are_refused_where_they_cannot_be(self):
        our.make_key(os.path.join(self.folder, "wrong.key"))
        new = (self.hq, self.folder, "wrong.key", "--site", "--name", "x")
        authorise(*new, wanted=2)
        authorise(*new, "--ports", "ceke", "--kinds", "*", wanted=2)
        self.assertIn("one by one", authorise(*new, "--ports", "*", wanted=1))
        said = authorise(self.hq, os.path.join(self.hq.data(), "keys"), "admin.key", "--site", wanted=1)
        self.assertIn("no administrator", said)


if __name__ == "__main__":
    unittest.main(verbosity=2)
