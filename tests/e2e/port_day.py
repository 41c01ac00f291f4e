"""A plan (port_plan.Plan) carried out beside one gateway: vehicles in lanes, papers in folders, trips, trains, all at once, and
each machine by itself. At the end everything was said and settled, so that the ledger can be asked.
"""
import math
import os
import queue
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "interop"))
from machines import Gateway, Wrong
import port_papers as papers
from port_machines import Broker, Fence, Folder, Gate, Life, Platform, Publisher, Scale, free_port
from port_plan import CHANNELS, IN_LANES, OUT_LANES

FRAMES = {"scale-1": ("yaohua", papers.yaohua), "scale-2": ("equals", papers.equals), "scale-3": ("toledo", papers.toledo),
    "scale-4": ("sics", papers.sics)}
FLEETS = {"D": "acme", "W": "borei", "V": "cobalt"}
MANAGER = {"records": "data.list", "time": "epoch_s", "events": {"PICKED": "loaded", "PUT": "unloaded", "MOVE": "working"},
    "fields": {"vehicle": "car.no", "mission": "task", "event": "what", "time": "at", "node": "place", "load": "box.no",
        "weight": "box.kg"}}
BROKEN = {"cut-off.xml": b"<Manifest><Head>", "no-zip.zip": b"PK\x03\x04" + b"x" * 300, "other.xml": b"<a/>"}


class Day:
    def __init__(self, root, server, plan, chance, seconds, faster=1):
        self.root, self.plan, self.chance, self.seconds, self.faster = root, plan, chance, seconds, faster
        self.life, self.began = Life(), time.time()
        self.folders = {name: Folder(os.path.join(root, name)) for name in ("manifests", "trains", "inner", "bills", "yard",
            "fence")}
        self.fence = Fence(self.folders["fence"], self.life)
        self.platform = Platform(self.verdict, self.life)
        self.broker = Broker(root, free_port(self.chance("broker")))
        self.gates = {name: Gate(free_port(self.chance(name)), self.fence, self.life, self.chance("gate" + name))
            for name in "ab"}
        self.scales = {name: Scale(frame, self.fence, self.life, self.chance(name), faster)
            for name, (_, frame) in FRAMES.items()}
        self.lanes = {lane: queue.Queue() for lane in (*IN_LANES, *OUT_LANES)}
        self.left, self.lock, self.seq, self.answers = {}, threading.Lock(), 0, {}
        self.ways = plan.released_at_gate
        self.gateway = Gateway(os.path.join(root, "gateway"), server, self.sources(), spool_mib=64)

    # ---- the configuration ----

    def sources(self):
        def lane(channel):
            name, _, weighs = CHANNELS[channel]
            return {"lane": name, "weighs": {"gate": "gross", "gate tare": "tare"}.get(weighs, "nothing")}
        sources = []
        for name, gate in self.gates.items():
            sources.append({"name": f"gate-{name}", "connector": "gate", "listen": f"127.0.0.1:{gate.port}",
                "pass_to": self.platform.where, "answers": {"a": "inspected", "b": "released"}[name],
                "lanes": {channel: lane(channel) for channel, (_, program, _) in CHANNELS.items() if program == name}})
        for name, (connector, _) in FRAMES.items():
            at = next(lane for lane, (_, _, weighs) in IN_LANES.items() if weighs == name)
            sources.append({"name": name, "connector": connector, "connect": self.scales[name].where, "lane": at,
                **({"unit": "kg"} if connector in ("yaohua", "equals") else {})})
        for kind, maker in FLEETS.items():
            weight = {"weight": "weighed", "tare_kg": 18000} if kind == "W" else {"weight": "declared"}
            manager = MANAGER if kind == "V" else {}
            sources.append({"name": f"agv-{maker}", "connector": "vehicles" if manager else "vda5050", **manager,
                "mqtt": f"mqtt://127.0.0.1:{self.broker.port}", "client_id": f"juyan-{maker}",
                "topics": [f"uagv/v2/{maker}/+/state", f"uagv/v2/{maker}/+/connection"],
                "unload_nodes": ["yard-1", "yard-2"], "load_nodes": ["dock-1"], "batch": "{order}",
                "lodge": {"direction": "import", "goods": [{"description": "炼焦煤"}], "waybill": "{load}"}, **weight})
        sources += [{"name": "manifests", "connector": "manifest", "files": self.folders["manifests"].path},
            {"name": "trains", "connector": "wagons", "files": self.folders["trains"].path, "direction": "import",
                "batch": "{train}"},
            {"name": "bills", "connector": "smgs", "files": self.folders["bills"].path, "direction": "import"},
            {"name": "inner", "connector": "wagons", "files": self.folders["inner"].path, "direction": "import", "counts": "no"},
            {"name": "yard", "connector": "codeco", "files": self.folders["yard"].path},
            {"name": "fence", "connector": "manifest", "files": self.folders["fence"].path}]
        return sources

    def verdict(self, plate, way):
        return self.ways.get(plate) == way

    # ---- papers ----

    def drop_step(self, step, chance):
        """Some as they are, some in a zip, some twice."""
        folder, files = self.folders["manifests"], {}
        for paper in step:
            name, data = paper(time.time())
            files[name] = data
            self.life.wait(0.002)  # no two have one SendTime
        if len(files) > 1 and chance.random() < 0.4:
            files = {next(iter(files)) + ".zip": papers.zipped(files)}
        for name, data in files.items():
            folder.drop(name, data)
        for name, data in files.items():
            if chance.random() < 0.15:
                folder.drop("again " + name, data)
        return list(files)

    def drop_papers(self, crossing, chance):
        for step in crossing.papers:
            names = self.drop_step(step, chance)
            self.life.wait(0.02)
        return names

    def receipts(self, crossing, chance):
        if crossing.refused:
            self.receipt("03", chance, crossing.number if crossing.answers == "both" else None, crossing.goods_message)
            self.drop_step(crossing.again, chance)
        message = crossing.resent_message or crossing.goods_message if crossing.answers != "batch" else None
        for code in crossing.codes:
            self.receipt(code, chance, crossing.number if crossing.answers != "message" else None, message)

    def receipt(self, code, chance, batch, message):
        number = self.plan.number()
        data = papers.receipt(number, time.time(), batch, code, message)
        self.folders["manifests"].drop(f"receipt-{number}.xml", data)
        if chance.random() < 0.1:
            self.folders["manifests"].drop(f"receipt-{number}-again.xml", data)
        self.life.wait(0.005)

    # ---- trucks ----

    def number(self):
        with self.lock:
            self.seq += 1
            return self.seq

    def say(self, lane, truck, at):
        channel, program, weighs = (IN_LANES.get(lane) or OUT_LANES.get(lane))
        kg = "" if weighs is None or weighs.startswith("scale") else truck.tare_kg if "tare" in weighs else truck.gross_kg
        gather = papers.gather_a if program == "a" else papers.gather_b
        self.gates[program].say(gather(at, self.number(), channel, "I" if lane in IN_LANES else "E", truck.plate, kg))

    def drive_in(self, lane):
        """One after the other. A gate tells whole seconds, so each comes in a second after the weighing of the one before."""
        free, scale, program = 0, self.scales.get(IN_LANES[lane][2]), self.gates[IN_LANES[lane][1]]
        while (item := self.lanes[lane].get()) is not None:
            crossing, truck = item
            self.life.wait(free - time.time())
            self.say(lane, truck, time.time())
            if crossing.follows:  # two programs tell of its way in and out: the second does not overtake the first
                said = len(program.messages)
                self.life.until("a gate", lambda: program.sure >= said)
            if scale is not None:
                scale.weigh(truck.gross_kg)
                free = math.floor(time.time()) + 1
            self.lanes[truck.lane_out].put((crossing, truck))

    def drive_out(self, lane):
        chance = self.chance(lane)
        program = self.gates[OUT_LANES[lane][1]]
        while (item := self.lanes[lane].get()) is not None:
            crossing, truck = item
            self.say(lane, truck, time.time())
            if truck.next is not None:
                said = len(program.messages)
                self.life.start(self.come_again, program, said, truck.next)
            self.leave(crossing, chance)

    def come_again(self, program, said, crossing):
        """It is sure that it left; a second later it may come back."""
        self.life.until("a gate", lambda: program.sure >= said)
        self.life.wait(1.1)
        self.cross(crossing, self.chance(crossing.number))

    def leave(self, crossing, chance):
        with self.lock:
            self.left[crossing.number] = self.left.get(crossing.number, 0) + 1
            all_left = self.left[crossing.number] == len(crossing.trucks)
        if not all_left:
            return
        if crossing.late:
            self.drop_papers(crossing, chance)
        self.receipts(crossing, chance)
        self.finish()

    def finish(self):
        with self.lock:
            self.unfinished -= 1

    def cross(self, crossing, chance):
        if not crossing.late:
            names = self.drop_papers(crossing, chance)
            if crossing.released_by == "gate" or crossing.follows:  # customs releases, and lets back in, what a manifest names
                self.life.until("a manifest", lambda: all(self.folders["manifests"].is_read(name) for name in names))
        for truck in crossing.trucks:
            self.lanes[truck.lane_in].put((crossing, truck))

    # ---- others ----

    def fleet(self, serial, trips, chance):
        """One vehicle's trips, one after the other, with repetitions, old reports and a broker's redelivery."""
        maker, managed = FLEETS[serial[0]], serial[0] == "V"
        publisher, sequence = Publisher(self.broker, f"{maker}-{serial}"), 0
        topic, at_ms = f"uagv/v2/{maker}/{serial}/", int(time.time() * 1000)
        if not managed:
            publisher.publish(topic + "connection", papers.connection(maker, serial, at_ms, "ONLINE"))
        pause = self.seconds / max(1, len(trips)) * 0.8
        for trip in trips:
            until, old = time.monotonic() + pause * chance.uniform(0.5, 1), None
            yard = chance.choice(("yard-1", "yard-2"))
            for node, loads, driving, what in (("dock-1", [], False, "MOVE"), ("dock-1", trip.loads, False, "PICKED"),
                    ("road-7", trip.loads, True, "MOVE"), ("road-8", None, True, "MOVE"), (yard, trip.loads, False, "MOVE"),
                    (yard, [], False, "PUT"), ("road-9", [], True, "MOVE")):
                sequence += 1
                for _ in range(chance.choice((1, 1, 2, 3))):
                    at_ms = max(at_ms + 1, int(time.time() * 1000))
                    said = papers.records(serial, at_ms, trip.number, what, node, [] if what == "MOVE" else trip.loads) \
                        if managed else papers.state(maker, serial, at_ms, trip.number, node, loads, sequence, driving)
                    publisher.publish(topic + "state", said)
                    if chance.random() < 0.1:
                        publisher.publish(topic + "state", said, again=True)
                if old is not None and chance.random() < 0.2:
                    publisher.publish(topic + "state", old)
                old = said
                self.life.wait((until - time.monotonic()) / 7 if until > time.monotonic() else 0)
            if trip.batch.released:
                self.receipts(trip, chance)
            self.finish()
        if not managed:
            publisher.publish(topic + "connection", papers.connection(maker, serial, at_ms + 1, "OFFLINE"))
        publisher.close()

    def railway(self, chance):
        """Each list twice under two names, and once more as the inner train's, which counts for nothing."""
        for train in self.plan.trains:
            self.life.wait(self.seconds / (len(self.plan.trains) + 1) * chance.random())
            data = papers.wagon_list(train.number, train.rows)
            self.folders["trains"].drop(f"{train.number}.csv", data)
            self.folders["trains"].drop(f"{train.number}-again.csv", data)
            self.folders["inner"].drop(f"{train.number}.csv", data)
            self.receipts(train, chance)
            self.finish()

    def consignments(self, chance):
        """Each bill twice under two names."""
        for crossing in self.plan.bills:
            self.life.wait(self.seconds / (len(self.plan.bills) + 1) * chance.random())
            data = papers.consignment(crossing.number, crossing.wagons, crossing.kg, crossing.goods)
            self.folders["bills"].drop(f"{crossing.number}.xml", data)
            self.folders["bills"].drop(f"{crossing.number}-again.xml", data)
            self.receipts(crossing, chance)
            self.finish()

    def container_yard(self, chance):
        for crossing in self.plan.yard:
            self.life.wait(self.seconds / len(self.plan.yard) * chance.uniform(0, 1))
            self.drop_papers(crossing, chance)
            truck = crossing.trucks[0]
            for way_in in (True, False):
                number = self.plan.number()
                data = papers.gate_move(number, time.time(), truck.plate, truck.boxes[0][0], way_in)
                self.folders["yard"].drop(f"codeco-{number}.edi", data)
                self.folders["yard"].drop(f"codeco-{number}-again.edi", data)
            self.receipts(crossing, chance)
            self.finish()

    # ---- the day ----

    def start(self):
        self.gateway.start()
        self.broker.asked_for([f"uagv/v2/{maker}/+/{kind}" for maker in FLEETS.values() for kind in ("state", "connection")])
        for work in (self.fence.run, self.platform.run):
            self.life.start(work)
        for gate in self.gates.values():
            self.life.start(gate.run)
            self.life.start(gate.confirm)
        for scale in self.scales.values():
            self.life.start(scale.run)
            self.life.start(scale.speak)
        for lane in IN_LANES:
            self.life.start(self.drive_in, lane)
        for lane in OUT_LANES:
            self.life.start(self.drive_out, lane)

    def run(self):
        plan = self.plan
        self.unfinished = len(plan.batches())
        serials = sorted({trip.serial for trip in plan.trips})
        for serial in serials:
            self.life.start(self.fleet, serial, [trip for trip in plan.trips if trip.serial == serial], self.chance(serial))
        self.life.start(self.railway, self.chance("railway"))
        self.life.start(self.consignments, self.chance("consignments"))
        self.life.start(self.container_yard, self.chance("yard"))
        for name, data in BROKEN.items():
            self.folders["manifests"].drop(name, data)
        first = [crossing for crossing in plan.crossings if not crossing.follows]
        begun = time.monotonic()
        for i, crossing in enumerate(first):
            self.life.wait(begun + self.seconds * 0.85 * i / len(first) - time.monotonic())
            self.life.start(self.cross, crossing, self.chance(crossing.number))
        self.settle()

    def settle(self):
        """Everybody has said all, and all of it is on the gateway's disk."""
        patience = 120 + self.seconds
        self.life.until("all crossings", lambda: self.unfinished == 0, patience)
        self.life.until("the gates", lambda: all(gate.is_sure() for gate in self.gates.values()), patience)
        self.life.until("the folders", lambda: not any(folder.waiting() for folder in self.folders.values()), patience)
        self.life.until("the fence", self.fence.pass_by)

    def check_failure(self):
        if self.life.failure is not None:
            raise Wrong(f"a machine failed: {self.life.failure!r}") from self.life.failure

    def end(self):
        self.life.over.set()
        self.gateway.kill()
        self.broker.end()
