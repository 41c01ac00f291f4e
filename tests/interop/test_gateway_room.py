#!/usr/bin/python3
"""What a gateway does where there is no room, or no right to write: a full spool and a full book (nothing more is read, what is
passed on goes through, nothing is lost or counted twice, over a kill as well, and all goes on by itself), a folder whose files
cannot be moved, files that grow slowly or change meanwhile, half-said frames and floods of connections. And what its metrics and
its raw messages say of what is known to have come in.

JUYAN_SEED. Uses $JUYAN.
also: slow
"""
import contextlib
import os
import random
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

import zmq

sys.dont_write_bytecode = True
import terminal as our
from machines import JUYAN, Gateway, Wrong, carriage, gather, head, manifest, wait_for, yaohua, zipped
from serving import PATIENCE_S, Server

SEED = int(os.environ.get("JUYAN_SEED", "0")) or int.from_bytes(os.urandom(4), "big")
chance = random.Random(SEED)
EARLY = 1_700_000_000  # a time of files, long ago


def place(folder, name, data, at=None):
    """A file that is whole from its first moment."""
    draft = os.path.join(folder, "." + name)
    with open(draft, "wb") as file:
        file.write(data)
    if at is not None:
        os.utime(draft, (at, at))
    os.rename(draft, os.path.join(folder, name))


class Questions:
    """The centre's administrator on one connection: hundreds of questions, each by a command of its own, would take minutes."""

    def __init__(self, data):
        served, public, secret = (our.read_key(os.path.join(data, "keys", name))
            for name in ("server.key.pub", "admin.key.pub", "admin.key"))
        where = "ipc://" + os.path.join(data, "run", "query.ipc")
        self.nonce, self.connection = 0, our.Connection(zmq.Context.instance(), where, served, (public, secret))

    def batch(self, batch):
        """The kinds of events that the centre has of a batch, each as often as it has it."""
        self.nonce += 1
        self.connection.give(our.query.Question(version=1, nonce=self.nonce, batch=our.query.BatchAsk(batch_no=batch)), PATIENCE_S)
        answer = self.connection.take(our.query.Answer, PATIENCE_S)
        if answer.nonce != self.nonce:
            raise Wrong(f"the question {self.nonce} is answered by {answer}")
        return sorted(one.event.WhichOneof("what") for one in answer.batch.events)


def expect_events(server, batch, wanted):
    try:
        wait_for(batch, lambda: server.questions.batch(batch) == sorted(wanted))
    except Wrong as wrong:
        raise Wrong(f"of {batch} the centre has {server.questions.batch(batch)}; expected {sorted(wanted)}") from wrong


def large(message, batch, plate, waybills=60):
    """A batch of one vehicle and many waybills, in a zip: an event of some 30 KB."""
    words = " ".join("coking coal washed in the river" for _ in range(8))
    body = "".join(f"<Consignment><TransportContractDocument><ID>W-{batch}-{i}</ID></TransportContractDocument>"
        '<GovernmentAgencyGoodsItem><GoodsMeasure><GrossMassMeasure unitCode="KGM">1000</GrossMassMeasure></GoodsMeasure>'
        "</GovernmentAgencyGoodsItem><ConsignmentItem><SequenceNumeric>1</SequenceNumeric><Commodity>"
        f"<CargoDescription>{words} {i}</CargoDescription></Commodity><GoodsMeasure>"
        '<GrossMassMeasure unitCode="KGM">1000</GrossMassMeasure></GoodsMeasure></ConsignmentItem></Consignment>'
        for i in range(waybills))
    whole = head(2 * message, "MT1401") + f"<Declaration><ID>{batch}</ID>{body}</Declaration></Manifest>"
    return zipped(a=carriage(2 * message + 1, batch, plate), b=whole.encode())


def names_in(folder):
    return sorted(name for name in os.listdir(folder) if name not in ("done", "rejected"))


def names_under(folder, sub):
    return sorted(name for _, _, names in os.walk(os.path.join(folder, sub)) for name in names)


def seconds_pass(seconds):
    until = time.monotonic() + seconds
    wait_for("time", lambda: time.monotonic() > until)


class Platform:
    """Customs' side: says each piece back."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.where = "127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.answer, args=(connection,), daemon=True).start()

    @staticmethod
    def answer(connection):
        with connection, contextlib.suppress(OSError):
            while data := connection.recv(65536):
                connection.sendall(data)


def is_open(connection):
    connection.setblocking(False)
    try:
        return connection.recv(1) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        connection.settimeout(PATIENCE_S)


# ---- a full spool, and a full book ----

def passed_on(gateway, said):
    """What comes back to a gate that connects for one message. None: it was turned away, with those before it not seen to go."""
    back = b""
    with contextlib.suppress(ConnectionError), gateway.connect("passed") as gate:
        gate.settimeout(PATIENCE_S)
        gate.sendall(said)
        while len(back) < len(said) and (piece := gate.recv(65536)):
            back += piece
    return back or None


def crowd_through(gateway, n):
    """Gates that connect anew for each message, while the book is full: all that they say goes on, and they get their answers."""
    for i in range(n):
        said = gather(i, f"蒙P{i:05d}", 90000)
        if wait_for(f"while the book is full, gate {i} of {n}", lambda said=said: passed_on(gateway, said)) != said:
            raise Wrong("what is passed on was changed, or not all of it")


def test_a_full_book_loses_nothing_and_goes_on_by_itself(world):
    server, folder, n = world.serve("full"), world.folder("full-manifests"), 430
    gateway = world.gateway("full-gateway", server, [{"name": "manifests", "connector": "manifest", "files": folder},
        {"name": "gate", "connector": "gate", "listen": "127.0.0.1:0", "idle_s": 1},
        {"name": "passed", "connector": "gate", "listen": "127.0.0.1:0", "connections": 4, "pass_to": Platform().where}],
        spool_mib=1, book_mib=16, keep_raw_days=0)
    tcp = server.tcp
    server.kill()
    for i in range(n):
        place(folder, f"B-{i:03d}.zip", large(i, f"B-{i}", f"蒙L7{i:04d}"), EARLY + i)
    gateway.start()
    gateway.wait(" spool_full ")
    gateway.wait(" book_full ")
    wait_for("the metrics", lambda: os.path.exists(gateway.metrics_path) and gateway.metrics()["juyan_gateway_book_full"] == "1")
    if gateway.metrics()["juyan_gateway_spool_full"] != "1":
        raise Wrong("the metrics do not say that the spool is full")
    left = names_in(folder)
    gate = gateway.connect("gate")
    gate.sendall(gather(1, "蒙L70003", 131000))
    crowd_through(gateway, 12)
    seconds_pass(2)
    if not is_open(gate):
        raise Wrong("while the book is full a connection is not read, and it was closed because it says nothing")
    if names_in(folder) != left or not left:
        raise Wrong("while the book is full, files are read")
    gate.close()

    gateway.kill()  # what was half entered is entered once more, and known
    gateway.start()
    gateway.wait(" book_full ")
    gate = gateway.connect("gate")
    gate.sendall(gather(1, "蒙L70003", 131000))
    oldest = names_in(folder)[0]  # it was read, and waits to be moved: another comes in its place
    place(folder, oldest, zipped(a=carriage(9001, "B-new", "蒙L79999"), b=manifest(9002, "B-new", 5000)), EARLY)
    server.again(tcp)
    gateway.wait(" book_has_room ", 120)
    gateway.wait(" spool_has_room ", 120)
    wait_for("all files", lambda: not names_in(folder), 120)
    expect_events(server, "B-3", ["manifest_lodged", "unit_arrived", "unit_weighed"])
    expect_events(server, "B-new", ["manifest_lodged"])
    for i in range(n):
        if i != 3:
            expect_events(server, f"B-{i}", ["manifest_lodged"])
    if names_under(folder, "rejected") or len(names_under(folder, "done")) != n:
        raise Wrong(f"rejected/ has {names_under(folder, 'rejected')}; done/ has {len(names_under(folder, 'done'))} of {n}")
    gateway.wait(f' file_changed .*where="{re.escape(oldest)}"')
    gate.close()
    gateway.end()
    server.close()


def test_what_the_book_can_never_take_is_rejected(world):
    """A file of more than all of a small book does not stand in the way of the others for ever."""
    server, folder = world.serve("small"), world.folder("small-manifests")
    gateway = world.gateway("small-gateway", server, [{"name": "manifests", "connector": "manifest", "files": folder}],
        book_mib=16).start()
    padding = b"<!--" + b"x" * (9 << 20) + b"-->"
    place(folder, "huge.xml", manifest(1, "M-1", 5000).replace(b"<Declaration>", padding + b"<Declaration>"), EARLY)
    place(folder, "small.zip", zipped(a=carriage(3, "M-2", "蒙L80001"), b=manifest(4, "M-2", 5000)), EARLY + 1)
    expect_events(server, "M-2", ["manifest_lodged"])
    wait_for("rejected/", lambda: names_under(folder, "rejected") == ["huge.xml", "huge.xml.txt"])
    with open(os.path.join(folder, "rejected", "huge.xml.txt"), encoding="utf-8") as file:
        if "more than the whole book may use" not in (said := file.read()):
            raise Wrong(f"huge.xml.txt says '{said}'")
    gateway.end()
    server.close()


# ---- folders ----

def test_a_file_that_cannot_be_moved_is_read_once(world):
    server, folder = world.serve("unmoved"), world.folder("unmoved-manifests")
    gateway = world.gateway("unmoved-gateway", server, [{"name": "manifests", "connector": "manifest", "files": folder}]).start()
    os.symlink(folder, os.path.join(folder, "done"))  # never by way of a link
    place(folder, "a.zip", zipped(a=carriage(1, "U-1", "蒙L80001"), b=manifest(2, "U-1", 5000)))
    gateway.wait(' file_not_moved .*where="a.zip"')
    expect_events(server, "U-1", ["manifest_lodged"])
    os.unlink(os.path.join(folder, "done"))
    gateway.wait(' file_done .*where="a.zip"')
    if names_in(folder) or names_under(folder, "done") != ["a.zip"]:
        raise Wrong(f"{names_in(folder)} is left, and done/ has {names_under(folder, 'done')}")
    said = gateway.log()
    if said.count("file_not_moved") != 1 or said.count(" file_done ") != 1 or "remark=repeated" in said:
        raise Wrong(f"it was read or told more than once: {said}")
    gateway.end()
    server.close()


def test_a_disk_that_takes_nothing(world):
    """A folder on a disk that is read only, then on one that is full: what is in it counts, and is moved when it can be."""
    server, folder = world.serve("disk"), world.folder("disk-manifests")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m,nr_inodes=8", "juyan-test", folder], capture_output=True,
        check=False)
    if mounted.returncode != 0:
        print("no file system can be mounted here: no disk is tried")
        server.close()
        return
    world.mounts.append(folder)
    place(folder, "a.zip", zipped(a=carriage(1, "D-1", "蒙L80001"), b=manifest(2, "D-1", 5000)))
    subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
    gateway = world.gateway("disk-gateway", server, [{"name": "manifests", "connector": "manifest", "files": folder}]).start()
    gateway.wait(' file_not_moved .*where="a.zip" .*[Rr]ead-only')
    expect_events(server, "D-1", ["manifest_lodged"])
    subprocess.run(["mount", "-o", "remount,rw", folder], check=True)
    gateway.wait(' file_done .*where="a.zip"')
    shutil.rmtree(os.path.join(folder, "done"))
    with contextlib.suppress(OSError):
        place(folder, "b.zip", zipped(a=carriage(3, "D-2", "蒙L80002"), b=manifest(4, "D-2", 5000)))
        for i in range(20):
            with open(os.path.join(folder, f".ballast-{i}"), "xb"):
                pass
    gateway.wait(' file_(not_moved|done) .*where="b.zip"')
    expect_events(server, "D-2", ["manifest_lodged"])
    for name in names_in(folder):
        if name.startswith(".ballast"):
            os.unlink(os.path.join(folder, name))
    gateway.wait(' file_done .*where="b.zip"')
    gateway.end()
    server.close()


def test_a_file_that_grows_slowly_is_read_whole(world):
    server, folder = world.serve("slow"), world.folder("slow-manifests")
    gateway = world.gateway("slow-gateway", server, [{"name": "manifests", "connector": "manifest", "files": folder}]).start()
    whole = zipped(a=carriage(1, "S-1", "蒙L80001"), b=manifest(2, "S-1", 5000))
    with open(os.path.join(folder, "slow.zip"), "wb", buffering=0) as file:
        for i in range(0, len(whole), len(whole) // 9):
            file.write(whole[i:i + len(whole) // 9])
            seconds_pass(0.2 + chance.random())
            if "slow.zip" in gateway.log():
                raise Wrong("a file was touched that was not whole yet")
    gateway.wait(' file_done .*where="slow.zip"')
    expect_events(server, "S-1", ["manifest_lodged"])
    gateway.end()
    server.close()


# ---- hostile connections ----

def test_half_a_frame_holds_nobody(world):
    """Who says half a frame and no more is closed after `idle_s`, and one byte now and then keeps nobody else out for long."""
    server = world.serve("loris")
    gateway = world.gateway("loris-gateway", server, [{"name": "gate", "connector": "gate", "listen": "127.0.0.1:0", "idle_s": 1,
        "connections": 5}]).start()
    slow = [gateway.connect("gate") for _ in range(5)]
    for i, one in enumerate(slow):
        one.sendall(gather(i, f"蒙S{i:05d}")[:40 + i])
    gateway.wait("silent for as long as 'idle_s' allows")
    for one in slow:
        wait_for("being closed", lambda one=one: not is_open(one))
        one.close()
    with gateway.connect("gate") as gate:
        gate.sendall(gather(9, "蒙L80009"))
        gateway.wait("蒙L80009")
    gateway.end()
    server.close()


def flood(where, ended):
    """Connects and breaks off, some with a few bytes of nonsense, as fast as it can."""
    while not ended.is_set():
        with contextlib.suppress(OSError), socket.create_connection(where, 5) as one:
            if chance.random() < 0.5:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            one.sendall(chance.randbytes(chance.randrange(1, 60)))


def test_nonsense_of_one_connection_is_nobody_elses(world):
    """Under a flood of connections, and beside neighbours who say nonsense, every frame of every good gate counts once."""
    server, folder, n = world.serve("flood"), world.folder("flood-manifests"), 12
    gateway = world.gateway("flood-gateway", server, [{"name": "gate", "connector": "gate", "listen": "127.0.0.1:0",
        "connections": 64}, {"name": "manifests", "connector": "manifest", "files": folder}]).start()
    for i in range(n):
        place(folder, f"F-{i}.zip", zipped(a=carriage(2 * i, f"F-{i}", f"蒙L6{i:04d}"), b=manifest(2 * i + 1, f"F-{i}", 90000)))
    gates, bad = [gateway.connect("gate") for _ in range(3)], [gateway.connect("gate") for _ in range(8)]
    ended = threading.Event()
    floods = [threading.Thread(target=flood, args=(gateway.where("gate"), ended)) for _ in range(4)]
    for one in floods:
        one.start()
    for i in range(n):
        frame = gather(i, f"蒙L6{i:04d}", 100000 + i)
        while frame:  # in pieces, and nonsense of the others between them
            k = chance.randrange(1, 120)
            gates[i % 3].sendall(frame[:k])
            frame = frame[k:]
            one = chance.choice(bad)
            one.sendall(chance.choice((b"\xE2\x5C\x4B\x89" + struct.pack("<I", chance.randrange(1 << 32)), chance.randbytes(90),
                gather(99, "蒙L60000")[:chance.randrange(60)], b"<GATHER_INFO", b"\xFF\xFF")))
    for i in range(n):
        expect_events(server, f"F-{i}", ["manifest_lodged", "unit_arrived", "unit_weighed"])
    ended.set()
    for one in floods:
        one.join()
    for one in gates + bad:
        one.close()
    gateway.end()
    server.close()


# ---- what it says of itself ----

def test_metrics_count_what_came(world):
    """Each counter once, right after input that is known."""
    server, folder = world.serve("metrics"), world.folder("metrics-manifests")
    scale = socket.create_server(("127.0.0.1", 0))
    scale.settimeout(PATIENCE_S)
    gateway = world.gateway("metrics-gateway", server, [{"name": "gate", "connector": "gate", "listen": "127.0.0.1:0",
        "connections": 2}, {"name": "manifests", "connector": "manifest", "files": folder},
        {"name": "scale", "connector": "yaohua", "connect": "127.0.0.1:%d" % scale.getsockname()[1], "lane": "L9"}]).start()
    line = scale.accept()[0]
    line.sendall(yaohua(0) * 5)
    said = manifest(1, "M-1", 90000)
    files = {"a.xml": said, "b.xml": carriage(2, "M-1", "蒙L90001"), "c.xml": b"<a", "d.xml": said}
    for i, (name, data) in enumerate(files.items()):
        place(folder, name, data, EARLY + i)
    wait_for("the files", lambda: not names_in(folder))
    frames = gather(1, "蒙L90001", 131000) + b"nonsense" + gather(1, "蒙L90001", 131000) + gather(2, "蒙L90002")
    with gateway.connect("gate") as gate, gateway.connect("gate"):
        gate.sendall(frames)
        gateway.wait("remark=no_manifest")
        with gateway.connect("gate") as third:
            third.settimeout(PATIENCE_S)
            if third.recv(1):
                raise Wrong("one more was let in than 'connections' allows")
        expect_events(server, "M-1", ["manifest_lodged", "unit_arrived", "unit_weighed"])
        gateway.all_there()
        g, m, s = ('{source="gate",connector="gate"}', '{source="manifests",connector="manifest"}',
            '{source="scale",connector="yaohua"}')
        wanted = {"source_bytes_total" + g: len(frames), "source_bytes_total" + m: sum(map(len, files.values())),
            "source_bytes_total" + s: 60, "source_connections_total" + g: 2, "source_turned_away_total" + g: 1,
            "source_open_connections" + g: 2, "source_open_connections" + s: 1, "source_connections_total" + s: 1,
            "source_files_done_total" + m: 3, "source_files_rejected_total" + m: 1, "source_given_up_total" + g: 0,
            "source_bytes_unheard_total" + g: 0, "source_up" + s: 1, "source_up" + m: 1, "book_full": 0, "spool_full": 0,
            "waiting_units": 1, "waiting_weighings": 0, "outbox_events": 0, "centre_connected": 1,
            "source_events_total" + g: 5, 'remarks_total{remark="unreadable"}': 1, 'remarks_total{remark="no_manifest"}': 1,
            'remarks_total{remark="broken_frame"}': 1, 'remarks_total{remark="repeated"}': 3,
            "source_remarks_total" + g: 4}
        def differs():
            said = {name.removeprefix("juyan_gateway_"): int(value) for name, value in gateway.metrics().items()}
            if said["spool_taken_total"] != said["events_total"] or said["spool_confirmed_total"] != said["events_total"]:
                return {"events": said["events_total"], "taken": said["spool_taken_total"], "there": said["spool_confirmed_total"]}
            return {name: (said.get(name), value) for name, value in wanted.items() if said.get(name) != value}
        try:
            wait_for("the metrics", lambda: not differs())
        except Wrong as wrong:
            raise Wrong(f"of the metrics, as they are and as they should be: {differs()}") from wrong
    with open(gateway.metrics_path, encoding="utf-8") as file:
        names = [text.rsplit(" ", 1)[0] for text in file if not text.startswith("#")]
    if len(names) != len(set(names)):
        raise Wrong("a metric stands there twice")
    line.close()
    gateway.end()
    server.close()


def test_raw_messages_are_what_came(world):
    """Byte by byte, for every message; a look makes nothing, and none is kept where none is to be."""
    server, folder = world.serve("raw"), world.folder("raw-manifests")
    gateway = world.gateway("raw-gateway", server, [{"name": "gate", "connector": "gate", "listen": "127.0.0.1:0"},
        {"name": "manifests", "connector": "manifest", "files": folder}])
    gateway.start().end()
    shutil.rmtree(gateway.settings["folder"])
    for words in (["waiting"], ["raw", "1"]):
        done = subprocess.run([JUYAN, "gateway", *words, "--config", gateway.config], capture_output=True, check=False)
        if done.returncode == 0 or b"once it has run" not in done.stderr or os.path.exists(gateway.settings["folder"]):
            raise Wrong(f"before the gateway has run, '{words[0]}' says {done.stderr}, or it made a book")
    gateway.start()
    frames = [gather(i, f"蒙L1000{i}", 130000) for i in range(3)]
    files = [carriage(1, "R-1", "蒙L10000"), manifest(2, "R-1", 90000), b"<nonsense"]
    with gateway.connect("gate") as gate:
        gate.sendall(b"?!".join(frames))
        gateway.wait("蒙L10002")
    place(folder, "two.zip", zipped(a=files[0], b=files[1]))
    place(folder, "bad.xml", files[2])
    wait_for("the files", lambda: not names_in(folder))
    expect_events(server, "R-1", ["manifest_lodged", "unit_arrived", "unit_weighed"])
    kept = dict(world.raw(gateway))
    for one in frames + files:
        if sum(one in raw for raw in kept.values()) != 1 or one not in kept.values():
            raise Wrong(f"a message of {len(one)} bytes is not kept as it came, once")
    number = next(row["raw"] for row in world.waiting(gateway) if row["event"]["unit_arrived"]["unit_id"] == "蒙L10001")
    if kept[number] != frames[1]:
        raise Wrong("'waiting' names another message than the one that the event is of")
    gateway.end()
    gateway.settings["keep_raw_days"] = 0
    gateway.start()
    with gateway.connect("gate") as gate:
        gate.sendall(gather(7, "蒙L10007"))
        gateway.wait("蒙L10007")
    if dict(world.raw(gateway)) != kept:
        raise Wrong("a message was kept where none is to be, or one is gone before its time")
    gateway.end()
    server.close()


class Centre(Server):
    def __init__(self, data, **more):
        super().__init__(data, **more)
        self.questions = Questions(data)

    def again(self, tcp):
        self.questions.connection.close()
        self.__init__(self.data, listen=tcp)


class World:
    def __init__(self):
        self.root = tempfile.mkdtemp(prefix="juyan-room-")
        self.servers, self.gateways, self.mounts = [], [], []

    def folder(self, name):
        path = os.path.join(self.root, name)
        os.makedirs(path, exist_ok=True)
        return path

    def serve(self, name):
        self.servers.append(Centre(os.path.join(self.folder("at-" + name), "d")))
        return self.servers[-1]

    def gateway(self, name, server, sources, **settings):
        self.gateways.append(Gateway(os.path.join(self.root, name), server, sources, **settings))
        return self.gateways[-1]

    @staticmethod
    def raw(gateway):
        for number in range(1, 60):
            done = subprocess.run([JUYAN, "gateway", "raw", str(number), "--config", gateway.config], capture_output=True,
                check=False)
            if done.returncode == 0:
                yield number, done.stdout

    @staticmethod
    def waiting(gateway):
        import json
        said = subprocess.check_output([JUYAN, "gateway", "waiting", "--json", "--config", gateway.config], text=True)
        return [row for row in map(json.loads, said.splitlines()) if "unit_arrived" in row["event"]]

    def leave(self, ok):
        for one in self.gateways:
            one.kill()
        for path in self.mounts:
            subprocess.run(["umount", "-l", path], check=False)
        if ok:
            shutil.rmtree(self.root)


def main():
    print(f"seed={SEED}", flush=True)
    world, ok = World(), False
    wanted = sys.argv[1:]
    try:
        for name, test in list(globals().items()):
            if name.startswith("test_") and (not wanted or name in wanted):
                print(name, flush=True)
                test(world)
        ok = True
    except (Wrong, OSError) as wrong:
        for one in world.servers:
            one.kill()
        print(f"{wrong}\nseed={SEED}; all is kept in {world.root}")
    finally:
        world.leave(ok)
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
