#!/usr/bin/python3
"""A terminal in Python, written from proto/ alone: it shares no code with Juyan, only the proto files.

As a program it sends events, one protobuf-JSON Event a line, and prints what was not simply accepted:

    terminal.py --connect tcp://127.0.0.1:4711 --server-key server.key.pub --key gate.key < events.ndjson

Keys stand in files, one line of Z85 each: PATH the secret, PATH.pub the public half. `terminal.py --make-key PATH` makes a pair.
"""
import argparse
import atexit
import importlib
import os
import shutil
import subprocess
import sys
import tempfile
import time

import zmq
from google.protobuf import json_format

SOURCE = os.environ.get("JUYAN_SOURCE") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
VERSION = 1


def _generate():
    """Has protoc write Python for the proto files into a folder that goes when we go."""
    folder = tempfile.mkdtemp(prefix="juyan-proto-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    proto = os.path.join(SOURCE, "proto")
    names = ("cargo", "crossing", "feed", "ingest", "query", "forecast")
    subprocess.run(
        ["protoc", f"--proto_path={proto}", f"--python_out={folder}", *(os.path.join(proto, name + ".proto") for name in names)],
        check=True,
    )
    sys.path.insert(0, folder)
    return [importlib.import_module(name + "_pb2") for name in names]


cargo, crossing, feed, ingest, query, forecast = _generate()


def message_classes():
    """Every message of the protocol by its name."""
    modules = (cargo, crossing, feed, ingest, query)
    return {name: getattr(module, name) for module in modules for name in module.DESCRIPTOR.message_types_by_name}


class Away(Exception):
    """No answer came in time. A key that is not authorised looks the same: CURVE closes the door without a word."""


class Refused(Exception):
    """The session is closed; say hello again when the reason is gone."""

    def __init__(self, refusal):
        super().__init__(f"{refusal.name}: {refusal.sentence}")
        self.refusal = refusal


class Connection:
    """One DEALER socket with CURVE: frames go out and come in, each one message."""

    def __init__(self, context, endpoint, server_key, keys):
        self.socket = context.socket(zmq.DEALER)
        self.socket.setsockopt(zmq.LINGER, 0)
        self.socket.setsockopt(zmq.IMMEDIATE, 1)
        self.socket.setsockopt(zmq.RECONNECT_IVL, 100)
        self.socket.setsockopt(zmq.RECONNECT_IVL_MAX, 1000)
        self.socket.curve_publickey, self.socket.curve_secretkey = keys
        self.socket.curve_serverkey = server_key
        self.socket.connect(endpoint)

    def give(self, frame, wait_s=5):
        """Bytes, or a message. With IMMEDIATE nothing is queued for a peer that is not there: then we wait for it."""
        if not isinstance(frame, bytes):
            frame = frame.SerializeToString()
        if not self.socket.poll(wait_s * 1000, zmq.POLLOUT):
            raise Away(f"nobody took a frame within {wait_s} s")
        self.socket.send(frame)

    def take(self, cls, wait_s=5):
        if not self.socket.poll(wait_s * 1000, zmq.POLLIN):
            raise Away(f"no {cls.__name__} within {wait_s} s")
        return cls.FromString(self.socket.recv())

    def close(self):
        self.socket.close()


class Terminal:
    """The terminal's end of a session. Events are bytes: encode each once, keep them until settled, send the same bytes again."""

    def __init__(self, context, endpoint, server_key, keys):
        self.make = lambda: Connection(context, endpoint, server_key, keys)
        self.connection = self.make()
        self.welcome = None
        self.last = 0  # the last number of our stream that is on the centre's disk

    def close(self):
        self.connection.close()

    def reconnect(self):
        self.connection.close()
        self.connection = self.make()

    def answer(self, kind, wait_s=5):
        """The next answer, which has to be of this kind."""
        said = self.connection.take(ingest.ToTerminal, wait_s)
        if said.WhichOneof("say") == "refusal" and kind != "refusal":
            raise Refused(said.refusal)
        if said.WhichOneof("say") != kind:
            raise AssertionError(f"{kind} was expected, and came {said}")
        return getattr(said, kind)

    def hello(self, version=VERSION, wait_s=5):
        self.connection.give(ingest.FromTerminal(hello=ingest.Hello(version=version, software="interop terminal 1")), wait_s)
        self.welcome = self.answer("welcome", wait_s)
        self.last = self.welcome.last_stream_seq
        return self.welcome

    def give_batch(self, first, events):
        """Sends and does not wait: up to welcome.window_batches may be under way."""
        self.connection.give(ingest.FromTerminal(event_batch=ingest.EventBatch(first_stream_seq=first, events=events)))

    def take_ack(self, wait_s=10):
        ack = self.answer("batch_ack", wait_s)
        self.last = ack.last_stream_seq
        return ack

    def batch(self, first, events):
        self.give_batch(first, events)
        return self.take_ack()

    def ping(self, nonce):
        self.connection.give(ingest.FromTerminal(ping=ingest.Ping(nonce=nonce)))
        return self.answer("pong")

    def stream(self, events, on_answer=lambda answer: None, patience_s=60):
        """
        Sends all of `events` (whose first has the number last + 1) as batches within the window, and returns when all are on disk.
        Whatever breaks the session - a lost answer, a restart of the centre - is met with a new hello, which says where to go on.
        """
        base, deadline = self.last, time.monotonic() + patience_s
        while self.last < base + len(events):
            try:
                if self.welcome is None:
                    self.hello()
                self._stream_once(events, base, on_answer)
            except (Away, Refused):
                self.welcome = None
                self.reconnect()
                if time.monotonic() > deadline:
                    raise

    def _stream_once(self, events, base, on_answer):
        size = min(self.welcome.events_max, 500)
        next_seq, under_way = self.last + 1, 0
        while under_way > 0 or next_seq <= base + len(events):
            while under_way < self.welcome.window_batches and next_seq <= base + len(events):
                part = events[next_seq - base - 1 : next_seq - base - 1 + size]
                self.give_batch(next_seq, part)
                next_seq += len(part)
                under_way += 1
            ack = self.take_ack()
            under_way -= 1
            for answer in ack.answers:
                on_answer(answer)


def read_key(path):
    with open(path, encoding="ascii") as file:
        return file.read().strip().encode()


def make_key(path):
    """Returns (public, secret) and writes PATH (only for us) and PATH.pub."""
    public, secret = zmq.curve_keypair()
    for name, key, mode in ((path, secret, 0o600), (path + ".pub", public, 0o644)):
        with open(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="ascii") as file:
            file.write(key.decode() + "\n")
    return public, secret


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--make-key", metavar="PATH")
    parser.add_argument("--connect", metavar="ENDPOINT")
    parser.add_argument("--server-key", metavar="FILE.pub")
    parser.add_argument("--key", metavar="FILE")
    options = parser.parse_args()
    if options.make_key:
        make_key(options.make_key)
        return 0
    events = [json_format.Parse(line, cargo.Event()).SerializeToString() for line in sys.stdin if line.strip()]
    terminal = Terminal(
        zmq.Context(), options.connect, read_key(options.server_key), (read_key(options.key + ".pub"), read_key(options.key))
    )
    try:
        terminal.hello()
    except (Away, Refused) as problem:
        print(f"terminal: {problem}", file=sys.stderr)
        return 3
    answers = []
    terminal.stream(events, answers.append)
    for answer in answers:
        print(f"{answer.stream_seq}: {answer.name}: {answer.sentence}")
    print(f"{len(events)} events are on disk, up to number {terminal.last}")
    terminal.close()
    return 1 if answers else 0


if __name__ == "__main__":
    sys.exit(main())
