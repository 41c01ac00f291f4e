#!/usr/bin/python3
"""`juyan gateway --config` as machines meet it: gates over TCP (in any pieces, passed on to their platform byte by byte), a folder
of manifests (XML and zip; what is wrong, hostile or not yet whole), a scale over a serial line and over TCP that comes and goes,
many connections, kills at random moments. What comes to the centre is what the machines said, once.

JUYAN_SEED. Uses $JUYAN.
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
import tty

sys.dont_write_bytecode = True
from machines import JUYAN, Gateway, Wrong, ask, carriage, gather, manifest, wait_for, yaohua, zipped
from serving import PATIENCE_S, Server

SEED = int(os.environ.get("JUYAN_SEED", "0")) or int.from_bytes(os.urandom(4), "big")
chance = random.Random(SEED)


def drop(folder, name, data):
    """A file that is whole from its first moment."""
    with open(os.path.join(folder, "." + name), "wb") as file:
        file.write(data)
    os.rename(os.path.join(folder, "." + name), os.path.join(folder, name))


def lodge(folder, number, batch, plate, kg):
    drop(folder, f"{batch}.xml", manifest(number * 2, batch, kg))
    drop(folder, f"{batch}-vehicle.xml", carriage(number * 2 + 1, batch, plate))


def facts(server, batch):
    """The kinds of events that the centre has of a batch; none where it knows none. A manifest may come in growing parts."""
    try:
        events = ask("batch", "--data", server.data, batch)["events"]
    except Wrong:
        return []
    kinds = [kind for event in events for kind, said in event["event"].items() if isinstance(said, dict)]
    return sorted(set(kinds) & {"manifest_lodged"}) + sorted(kind for kind in kinds if kind != "manifest_lodged")


def expect_facts(server, batch, wanted):
    try:
        wait_for(batch, lambda: facts(server, batch) == sorted(wanted))
    except Wrong as wrong:
        raise Wrong(f"of {batch} the centre has {facts(server, batch)}; expected {sorted(wanted)}") from wrong


def in_pieces(connection, data):
    while data:
        n = chance.randrange(1, 200)
        connection.sendall(data[:n])
        data = data[n:]


# ---- gates ----

def test_gates(world, server):
    """Three gates at once, in pieces; one says all twice: it counts once."""
    gateway = world.gateway("gates", [{"name": "gate", "connector": "gate", "listen": "127.0.0.1:0"},
        {"name": "manifests", "connector": "manifest", "files": world.folder("gate-manifests")}]).start()
    for i in range(3):
        lodge(world.folder("gate-manifests"), i, f"G-{i}", f"蒙L0000{i}", 90000)
    gates = [gateway.connect("gate") for _ in range(3)]
    frames = [gather(i, f"蒙L0000{i}", 130000 + i) for i in range(3)]
    in_pieces(gates[0], frames[0] + b"\x00nonsense\xE2\x5C" + frames[0])
    in_pieces(gates[1], frames[1])
    in_pieces(gates[2], frames[2])
    for i in range(3):
        expect_facts(server, f"G-{i}", ["manifest_lodged", "unit_arrived", "unit_weighed"])
    gateway.wait("remark=broken_frame")
    gateway.wait("remark=repeated")
    for gate in gates:
        gate.close()
    gateway.wait("connection_ended")
    gateway.end()


class Platform:
    """Customs' side of a gate: keeps what it hears, and answers each piece."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.where = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.heard, self.said, self.ended = [], [], threading.Event()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            heard, said = bytearray(), bytearray()
            self.heard.append(heard)
            self.said.append(said)
            while data := connection.recv(65536):
                heard += data
                answer = bytes(chance.randrange(256) for _ in range(chance.randrange(50)))
                said += answer
                connection.sendall(answer)
            connection.sendall(b"the end")
            said += b"the end"
            connection.close()
            self.ended.set()


def test_pass_to(world, _):
    """Bytes both ways are unchanged, whatever they are, and the end of either is told to the other."""
    platform = Platform()
    gateway = world.gateway("passed", [{"name": "gate", "connector": "gate", "listen": "127.0.0.1:0",
        "pass_to": platform.where}]).start()
    sent = b"".join(gather(i, f"蒙L1000{i}", 100000) + bytes(chance.randrange(256) for _ in range(3000)) for i in range(20))
    gate, back = gateway.connect("gate"), bytearray()

    def listen():
        while data := gate.recv(65536):
            back.extend(data)
    ear = threading.Thread(target=listen)
    ear.start()
    in_pieces(gate, sent)
    gate.shutdown(socket.SHUT_WR)
    ear.join(PATIENCE_S)
    if not platform.ended.wait(PATIENCE_S) or bytes(platform.heard[0]) != sent:
        raise Wrong(f"the platform heard {len(platform.heard[0])} bytes, and not the {len(sent)} that the gate said")
    if bytes(back) != bytes(platform.said[0]):
        raise Wrong(f"the gate heard {len(back)} bytes, and not the {len(platform.said[0])} that the platform said")
    gateway.wait("remark=no_manifest")  # it was understood, too

    platform.listener.shutdown(socket.SHUT_RDWR)  # a gate meets what it would meet at the platform: nobody
    gate = gateway.connect("gate")
    gate.settimeout(PATIENCE_S)
    if gate.recv(1) != b"":
        raise Wrong("the platform is away, and the gate's connection is held")
    gateway.wait("the platform is away")
    gateway.end()


# ---- folders ----

def test_folder(world, server):
    folder = world.folder("dropped")
    gateway = world.gateway("folder", [{"name": "manifests", "connector": "manifest", "files": folder}]).start()
    lodge(folder, 1000, "F-1", "蒙L20001", 90000)
    drop(folder, "two words and \xff.zip", zipped(a=manifest(3000, "F-2", 80000), b=carriage(3001, "F-2", "蒙L20002")))
    expect_facts(server, "F-1", ["manifest_lodged"])
    expect_facts(server, "F-2", ["manifest_lodged"])
    drop(folder, "again.xml", manifest(2000, "F-1", 90000))  # the same under another name
    gateway.wait('file_done .*where="again.xml"')
    expect_facts(server, "F-1", ["manifest_lodged"])
    done = sorted(name for _, _, names in os.walk(os.path.join(folder, "done")) for name in names)
    if done != ["F-1-vehicle.xml", "F-1.xml", "again.xml", "two words and \xff.zip"]:
        raise Wrong(f"done/ has {done}")
    drop(folder, "again.xml", manifest(2000, "F-1", 90000))  # nothing in done/ is written over
    wait_for("a second again.xml", lambda: any("again-2.xml" in names for _, _, names in os.walk(folder)))
    gateway.end()


def test_hostile_files(world, server):
    folder, aside = world.folder("hostile"), world.folder("aside")
    gateway = world.gateway("hostile-gateway", [{"name": "manifests", "connector": "manifest", "files": folder}]).start()
    drop(folder, "nonsense.xml", b"<Manifest><Head>")
    drop(folder, "empty.xml", b"")
    drop(folder, "no.zip", b"PK\x03\x04" + b"x" * 500)
    drop(folder, "bomb.zip", zipped(**{f"{i}.xml": b" " * (4 << 20) for i in range(8)}))
    drop(folder, "nested.zip", zipped(inner=zipped(a=manifest(4000, "H-1", 1))))
    drop(folder, "mixed.zip", zipped(**{"bad.xml": b"<a", "good.xml": manifest(4002, "H-2", 5),
        "vehicle.xml": carriage(4003, "H-2", "蒙L30002")}))
    with open(os.path.join(folder, ".huge"), "wb") as file:
        file.truncate(65 << 20)
    os.rename(os.path.join(folder, ".huge"), os.path.join(folder, "huge.xml"))
    secret = os.path.join(aside, "secret.xml")
    with open(secret, "wb") as file:
        file.write(manifest(4004, "H-3", 5))
    os.symlink(secret, os.path.join(folder, "link.xml"))
    os.mkfifo(os.path.join(folder, "pipe.xml"))
    for name in ("later.xml.part", "later.tmp", ".hidden.xml"):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(manifest(4005, "H-4", 5))
    rejected = os.path.join(folder, "rejected")
    wanted = ["bomb.zip", "empty.xml", "huge.xml", "mixed.zip", "nested.zip", "no.zip", "nonsense.xml"]
    wanted = sorted(wanted + [name + ".txt" for name in wanted])
    try:
        wait_for("rejecting", lambda: os.path.isdir(rejected) and sorted(os.listdir(rejected)) == wanted)
    except Wrong as wrong:
        raise Wrong(f"rejected/ has {sorted(os.listdir(rejected))}; expected {wanted}") from wrong
    for name, sentence in (("bomb.zip", "times its size"), ("huge.xml", "at most 64 MiB"), ("nested.zip", "a zip in a zip"),
            ("mixed.zip", "bad.xml: "), ("empty.xml", "")):
        with open(os.path.join(rejected, name + ".txt"), encoding="utf-8") as file:
            if sentence not in file.read():
                raise Wrong(f"{name}.txt does not say '{sentence}'")
    left = sorted(name for name in os.listdir(folder) if name not in ("done", "rejected"))
    if left != [".hidden.xml", "later.tmp", "later.xml.part", "link.xml", "pipe.xml"]:
        raise Wrong(f"in the folder is left {left}")
    expect_facts(server, "H-2", ["manifest_lodged"])  # the good members of a zip count
    if facts(server, "H-3") or facts(server, "H-4"):
        raise Wrong("a link, or a file that is not whole yet, was read")
    gateway.end()


# ---- scales ----

def weigh(write, kg):
    """A vehicle drives on, stands, and leaves."""
    for frame in [yaohua(0)] * 3 + [yaohua(kg // 2)] + [yaohua(kg)] * 12 + [yaohua(kg // 3)] + [yaohua(0)] * 8:
        write(frame)


def test_serial(world, server):
    """The scale's weighing belongs to the vehicle that the gate saw in its lane."""
    ours, theirs = os.openpty()
    tty.setraw(ours)
    folder = world.folder("serial-manifests")
    gateway = world.gateway("serial", [{"name": "scale-1", "connector": "yaohua", "serial": os.ttyname(theirs), "baud": 4800,
        "lane": "L1"}, {"name": "gate", "connector": "gate", "listen": "127.0.0.1:0",
        "lanes": {"0000000003": "L1"}}, {"name": "manifests", "connector": "manifest", "files": folder}]).start()
    lodge(folder, 5000, "S-1", "蒙L40001", 90000)
    with gateway.connect("gate") as gate:
        gate.sendall(gather(1, "蒙L40001", at="%s" % world.now()))
        weigh(lambda frame: os.write(ours, frame), 131240)
        expect_facts(server, "S-1", ["manifest_lodged", "unit_arrived", "unit_weighed"])
    os.close(theirs)
    os.close(ours)
    gateway.wait('source_away source="scale-1"')
    gateway.end()


def test_a_scale_that_comes_and_goes(world, _):
    """We connect, whenever it is there."""
    scale = socket.create_server(("127.0.0.1", 0))
    port = scale.getsockname()[1]
    scale.close()
    gateway = world.gateway("dialled", [{"name": "scale-2", "connector": "yaohua", "connect": f"127.0.0.1:{port}"}]).start()
    gateway.wait('source_away source="scale-2"')
    for _ in range(2):
        scale = socket.create_server(("127.0.0.1", port))
        scale.settimeout(PATIENCE_S)
        connection, _ = scale.accept()
        weigh(connection.sendall, 120000)
        wait_for("a weighing", lambda: gateway.log().count("remark=no_vehicle") or gateway.log().count("source_back"))
        connection.close()
        scale.close()
        gateway.wait("it hung up")
    gateway.end()


def test_a_load_on_a_scale_outlives_a_kill(world, server):
    """The vehicle stands there while the gateway is killed, and has left when it is back: its weighing is told."""
    scale, folder = socket.create_server(("127.0.0.1", 0)), world.folder("stood-manifests")
    scale.settimeout(PATIENCE_S)
    gateway = world.gateway("stood", [{"name": "scale-3", "connector": "yaohua", "lane": "L1",
        "connect": "127.0.0.1:%d" % scale.getsockname()[1]}, {"name": "gate", "connector": "gate", "listen": "127.0.0.1:0",
        "lanes": {"0000000003": "L1"}}, {"name": "manifests", "connector": "manifest", "files": folder}]).start()
    with gateway.connect("gate") as gate, scale.accept()[0] as line:
        gate.sendall(gather(1, "蒙L45001", at=world.now()))
        gateway.wait("remark=no_manifest")
        line.sendall(yaohua(0) * 5 + yaohua(98760) * 12)
        lodge(folder, 5100, "S-3", "蒙L45001", 90000)
        expect_facts(server, "S-3", ["manifest_lodged", "unit_arrived"])  # so the load is on disk, too
        gateway.kill()
    gateway.start()
    with scale.accept()[0] as line:
        line.sendall(yaohua(0) * 12)
        expect_facts(server, "S-3", ["manifest_lodged", "unit_arrived", "unit_weighed"])
    gateway.end()


# ---- vehicles ----

def state(second, loads, node):
    return json.dumps({"headerId": second, "timestamp": f"2026-03-02T00:30:{second:02d}Z", "version": "2.1.0", "manufacturer": "K",
        "serialNumber": "7", "orderId": "o-1", "orderUpdateId": 0, "lastNodeId": node, "lastNodeSequenceId": 2, "nodeStates": [],
        "edgeStates": [], "driving": False, "actionStates": [], "batteryState": {"batteryCharge": 80, "charging": False},
        "operatingMode": "AUTOMATIC", "errors": [], "safetyState": {"eStop": "NONE", "fieldViolation": False}, "loads": loads})


def kept_raw(gateway):
    """Messages as they came, each with how many events were made of it."""
    for number in range(1, 9):
        done = subprocess.run([JUYAN, "gateway", "raw", str(number), "--config", gateway.config], capture_output=True, check=False)
        if done.returncode == 0:
            yield done.stdout, int(done.stderr.rsplit(b" ", 1)[1])


def test_broker(world, _):
    """A vehicle is seen with its load, the gateway is killed, and then it is empty: that was one trip."""
    if shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin") is None:
        print("no mosquitto: no broker is tried")
        return
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    gateway = world.gateway("broker", [{"name": "agv", "connector": "vda5050", "mqtt": f"mqtt://127.0.0.1:{port}",
        "topics": ["uagv/v2/+/+/+"], "unload_nodes": ["Y"]}]).start()
    gateway.wait('source_away source="agv"')
    broker = subprocess.Popen([shutil.which("mosquitto", path="/usr/sbin:/usr/bin"), "-p", str(port)], stderr=subprocess.DEVNULL)
    try:
        gateway.wait('source_back source="agv"')
        def say(text):
            subprocess.run(["mosquitto_pub", "-p", str(port), "-q", "1", "-t", "uagv/v2/K/7/state", "-m", text], check=True)
        say(state(1, [{"loadId": "L-1", "weight": 32000}], "Y"))
        memory = os.path.join(gateway.settings["folder"], "memory", "agv")
        wait_for("the load", lambda: os.path.exists(memory) and b"L-1" in open(memory, "rb").read())
        gateway.kill()
        gateway.start()
        gateway.wait('source_back source="agv"')
        say(state(2, [], "Y"))
        wait_for("the trip", lambda: any(made > 0 and b'"loads": []' in raw for raw, made in kept_raw(gateway)))
        gateway.end()
    finally:
        broker.kill()
        broker.wait()


# ---- many, slow, killed ----

def test_a_thousand_connections(world, _):
    """As many as are allowed are held, others are turned away, and one who speaks among them is heard."""
    gateway = world.gateway("many", [{"name": "gate", "connector": "gate", "listen": "127.0.0.1:0", "connections": 300}]).start()
    first = gateway.connect("gate")
    crowd = [gateway.connect("gate") for _ in range(1000)]
    gateway.wait("turned_away")
    crowd[7].sendall(gather(1, "蒙L50001")[:50])  # and then nothing: it holds nobody
    first.sendall(gather(2, "蒙L50002"))
    gateway.wait("蒙L50002")
    wait_for("the metrics", lambda: os.path.exists(gateway.metrics_path))
    for one in crowd:
        one.close()
    gateway.end()


def test_killed(world, server):
    """Every vehicle that a gate told of again until it was heard, and every file, is at the centre once."""
    folder = world.folder("killed-manifests")
    gateway = world.gateway("killed", [{"name": "gate", "connector": "gate", "listen": "127.0.0.1:0"},
        {"name": "manifests", "connector": "manifest", "files": folder}]).start()
    n = 30
    for life in range(6):
        for i in range(life * n // 6, (life + 1) * n // 6):
            lodge(folder, 6000 + i, f"K-{i}", f"蒙L6{i:04d}", 90000)
        with gateway.connect("gate") as gate:
            gate.sendall(b"".join(gather(i, f"蒙L6{i:04d}", 100000 + i) for i in range((life + 1) * n // 6)))
            wait_for("some time", lambda: chance.random() < 0.05)
            gateway.kill()
        gateway.start()
    with gateway.connect("gate") as gate:
        gate.sendall(b"".join(gather(i, f"蒙L6{i:04d}", 100000 + i) for i in range(n)))
        for i in range(n):
            expect_facts(server, f"K-{i}", ["manifest_lodged", "unit_arrived", "unit_weighed"])
    gateway.end()


class World:
    def __init__(self):
        self.root = tempfile.mkdtemp(prefix="juyan-machines-")
        self.server = Server(os.path.join(self.root, "d"))
        self.gateways = []

    def folder(self, name):
        path = os.path.join(self.root, name)
        os.makedirs(path, exist_ok=True)
        return path

    def gateway(self, name, sources):
        self.gateways.append(Gateway(os.path.join(self.root, name), self.server, sources))
        return self.gateways[-1]

    @staticmethod
    def now():
        import datetime
        return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=8)).strftime("%Y%m%d%H%M%S")


def main():
    print(f"seed={SEED}", flush=True)
    world, ok, test = World(), False, None
    wanted = sys.argv[1:]
    try:
        for name, test in list(globals().items()):
            if name.startswith("test_") and (not wanted or name in wanted):
                print(name, flush=True)
                test(world, world.server)
        world.server.close()
        ok = True
    except (Wrong, OSError) as wrong:
        world.server.kill()
        print(f"{wrong}\nseed={SEED}; all is kept in {world.root}")
    finally:
        for gateway in world.gateways:
            gateway.kill()
    if ok:
        shutil.rmtree(world.root)
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
