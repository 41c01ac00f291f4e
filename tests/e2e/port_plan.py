"""What happens at a port in some time, drawn by chance: batches with their vehicles, papers and weighings. Each batch is the
tally's own (port_tally.Batch), as it has to stand in the end; beside it stand the papers and the passages that lead there.
"""
import port_papers as papers
from port_tally import WORDS, Batch, Unit

# Lanes: the gate's channel, its program, what stands beside it. "scale-N": a scale of its own; "gate": the gate's message says it.
IN_LANES = {"L1": ("0000000011", "a", "scale-1"), "L2": ("0000000012", "a", "scale-2"), "L3": ("0000000013", "b", "scale-3"),
    "L4": ("0000000014", "b", "scale-4"), "L5": ("0000000015", "b", "gate"), "L6": ("0000000016", "a", None),
    "X1": ("0000000017", "b", "gate tare")}
OUT_LANES = {"O1": ("0000000021", "a", "gate tare"), "O2": ("0000000022", "a", None), "O3": ("0000000023", "b", "gate tare"),
    "X2": ("0000000024", "b", "gate")}
CHANNELS = {channel: (lane, program, weighs) for lane, (channel, program, weighs) in (IN_LANES | OUT_LANES).items()}
SHARES = {"scale": 0.33, "gate": 0.26, "export": 0.08, "empty": 0.05, "agv": 0.14, "rail": 0.10, "yard": 0.04}
PROVINCES = "蒙京津冀晋辽吉黑沪苏"


class Truck:
    def __init__(self, plate, lane_in, lane_out, gross_kg, tare_kg, boxes=()):
        self.plate, self.lane_in, self.lane_out, self.boxes = plate, lane_in, lane_out, boxes
        self.gross_kg, self.tare_kg = gross_kg, tare_kg
        self.next = None  # the crossing with which it comes back

    def unit(self):
        """What is known of it when it has passed both lanes."""
        unit, lanes = Unit(self.boxes), (IN_LANES[self.lane_in], OUT_LANES[self.lane_out]) if self.lane_in else ()
        for _, _, weighs in lanes:
            if weighs is not None and "tare" in weighs:
                unit.weighed_tare_kg = self.tare_kg
            elif weighs is not None:
                unit.gross_kg = self.gross_kg
        return unit


class Crossing:
    """`papers`: what is dropped, in order: each a step of some files. `late`: they come after the vehicles."""

    def __init__(self, number, batch, trucks=()):
        self.number, self.batch, self.trucks = number, batch, list(trucks)
        self.papers, self.late, self.released_by, self.follows = [], False, "receipt", False
        self.answers, self.refused, self.again, self.resent_message = "batch", False, [], None
        self.goods_message = None  # MessageID of the paper with its waybills, where it has not been amended
        self.load_kg = 0


class Plan:
    def __init__(self, chance, vehicles):
        self.chance, self.numbers, self.crossings, self.trips, self.trains, self.bills, self.yard = chance, 0, [], [], [], [], []
        self.released_at_gate = {}  # by plate: the way at which the platform says so
        self.containers = 0
        left = {kind: round(vehicles * share) for kind, share in SHARES.items()}
        self.wagons(left["rail"] - left["rail"] // 3)
        self.consignments(left["rail"] // 3)
        for _ in range(left["agv"]):
            self.trips.append(self.trip(len(self.trips)))
        for _ in range(left["yard"]):
            self.yard.append(self.yard_move())
        for kind in ("export", "empty", "scale"):
            self.trucks(kind, left[kind])
        self.trucks("gate", vehicles - self.vehicles())
        self.come_back()
        chance.shuffle(self.crossings)

    def vehicles(self):
        return sum(len(batch.units) for batch in self.batches()) + sum(crossing.dropped for crossing in self.crossings)

    def batches(self):
        return [crossing.batch for crossing in self.crossings + self.trips + self.trains + self.bills + self.yard]

    def number(self):
        self.numbers += 1
        return self.numbers

    def plate(self):
        n = self.number()
        return f"{n:04d}УНА" if n % 7 == 0 and n < 10000 else f"{PROVINCES[n % 10]}L{n:05d}"

    def box(self):
        """With a right check digit."""
        self.containers += 1
        text = f"JUYU{self.containers:06d}"
        values = [int(sign) if sign.isdigit() else (value := ord(sign) - 55) + (value - 1) // 10 for sign in text]
        return text + str(sum(value << i for i, value in enumerate(values)) % 11 % 10)

    # ---- trucks ----

    def trucks(self, kind, wanted):
        while wanted > 0:
            n = min(wanted, 1 if kind == "empty" else self.chance.choice((1, 1, 1, 1, 2, 3, 4)))
            self.crossings.append(self.crossing(kind, n))
            wanted -= n

    def truck(self, kind):
        chance = self.chance
        lane_in = {"scale": chance.choice(("L1", "L2", "L3", "L4")), "gate": "L5", "export": "X1",
            "empty": chance.choice(("L5", "L6"))}[kind]
        lane_out = "X2" if kind == "export" else chance.choice(("O1", "O1", "O3", "O3", "O2"))
        tare = chance.randrange(15000, 24000, 20)
        load = chance.randrange(0, 200, 20) if kind == "empty" else chance.randrange(56000, 94000, 20)
        boxes = ()
        if kind in ("scale", "gate") and chance.random() < 0.15:
            boxes = tuple((self.box(), chance.choice((2200, 3750, 3750, None))) for _ in range(chance.randrange(1, 3)))
        return Truck(self.plate(), lane_in, lane_out, tare + load + sum(kg or 0 for _, kg in boxes), tare, boxes)

    def crossing(self, kind, n):
        chance = self.chance
        out = kind == "export" or (kind == "empty" and chance.random() < 0.5)
        batch = Batch("export" if out else "import", "truck")
        crossing = Crossing(f"B{self.number():06d}", batch, [self.truck(kind) for _ in range(n)])
        crossing.dropped = 0
        for truck in crossing.trucks:
            batch.units[truck.plate] = truck.unit()
        if kind != "empty":
            self.goods(crossing)
        self.lodge(crossing, kind)
        self.end(crossing)
        return crossing

    def goods(self, crossing):
        """Masses that can be shared among the vehicles without a rest, so that their order does not matter."""
        chance, batch, n = self.chance, crossing.batch, len(crossing.trucks)
        words = [chance.choice(WORDS)] if chance.random() < 0.7 else chance.sample(WORDS, 2)
        for i in range(chance.randrange(1, 4)):
            lines = [(chance.choice(words), n * chance.randrange(8000, 45000)) for _ in range(chance.randrange(1, 3))]
            total = sum(kg for _, kg in lines) if chance.random() < 0.9 else n * chance.randrange(30000, 80000)
            batch.waybills[f"{crossing.number}-W{i}"] = (total, lines)

    def paper(self, kind, function, body):
        """A file that will be written when its time has come: its SendTime is then."""
        number, encoding = self.number(), self.chance.choice(("UTF-8", "GBK"))
        return lambda at: (f"CN_{kind}_1p0_{number}.xml", papers.document(kind, function, number, at, body, encoding))

    def lodge(self, crossing, kind):
        chance, batch, number = self.chance, crossing.batch, crossing.number
        empty = chance.choice(("MT4404", "MT4406") if batch.direction == "export" else ("MT4403", "MT4405"))
        goods, vehicle = {"export": ("MT2401", "MT4402"), "empty": (None, empty)}.get(kind, ("MT1401", "MT4401"))
        first = [self.paper(vehicle, "9", papers.vehicle(number, truck.plate, truck.boxes)) for truck in crossing.trucks]
        if goods is not None:
            first += self.goods_papers(crossing, goods)
        if not any("УНА" in truck.plate for truck in crossing.trucks):
            chance.shuffle(first)
        crossing.papers.append(first)
        if goods is not None and chance.random() < 0.25:
            self.amend(crossing, goods, vehicle, first)

    def goods_papers(self, crossing, kind):
        """All waybills in one document, or each in its own, in any order: where all are of one kind, for rests go by the order."""
        number, waybills = crossing.number, crossing.batch.waybills
        alike = len({words for _, lines in waybills.values() for words, _ in lines}) == 1
        if self.chance.random() < 0.7 and len(waybills) > 1 and alike:
            return [self.paper(kind, "9", papers.waybills(number, {waybill: said})) for waybill, said in waybills.items()]
        paper = self.paper(kind, "9", papers.waybills(number, waybills))
        crossing.goods_message = papers.message_id(kind, self.numbers)
        return [paper]

    def amend(self, crossing, goods, vehicle, first):
        crossing.goods_message = None
        chance, batch, number, n = self.chance, crossing.batch, crossing.number, len(crossing.trucks)
        what = chance.choice(("change", "change", "add", "take", "vehicle", "delete", "again", "draft", "secondary"))
        step, waybill = [], next(iter(batch.waybills))
        words = batch.waybills[waybill][1][0][0]
        fresh = (n * chance.randrange(20000, 70000), [(words, n * 1000)])
        if what == "change":
            batch.waybills[waybill] = fresh
            step = [self.paper(goods, "5", papers.waybills(number, {waybill: fresh}))]
        elif what == "add":
            batch.waybills[f"{number}-W9"] = fresh
            step = [self.paper(goods, "2", papers.waybills(number, {f"{number}-W9": fresh}))]
        elif what == "take" and len(batch.waybills) > 1:
            del batch.waybills[waybill]
            step = [self.paper(goods, "3", papers.named(number, [waybill]))]
        elif what == "vehicle" and n > 1:
            gone = crossing.trucks[-1].plate
            del batch.units[gone]
            crossing.dropped += 1
            step = [self.paper(vehicle, "3", papers.vehicle(number, gone))]
            others = [other for other in batch.waybills if other != waybill]
            batch.waybills = {waybill: ((n - 1) * 60000, [(words, 1000)])}
            step.append(self.paper(goods, "5", papers.waybills(number, batch.waybills)))
            if others:
                step.append(self.paper(goods, "3", papers.named(number, others)))
        elif what in ("delete", "again"):
            step = [self.paper(goods, "3", papers.named(number))]
            batch.deleted = what == "delete"
        elif what == "draft":
            step = [self.paper(goods, "T", papers.waybills(number, {waybill: fresh}))]
        elif what == "secondary":
            step = [self.paper(goods, "0", f"<ID>{number}</ID><Agent><ID>7</ID></Agent>")]
        crossing.papers.append(step)
        if what == "again":
            crossing.papers.append([self.paper(vehicle, "9", papers.vehicle(number, truck.plate, truck.boxes))
                for truck in crossing.trucks] + self.goods_papers(crossing, goods))
            crossing.goods_message = None

    def end(self, crossing):
        """Who lets it go, if anybody does."""
        chance = self.chance
        draw = chance.random()
        crossing.codes = ["01"]
        crossing.late = draw > 0.85 and len(crossing.papers) == 1
        crossing.answers = "batch" if crossing.goods_message is None else chance.choice(("batch", "message", "both"))
        if draw < 0.06:
            crossing.codes += [chance.choice(("12", "13"))]
            return
        if draw < 0.12 and crossing.goods_message is not None and not crossing.late:
            self.refuse(crossing, chance)
            return
        crossing.batch.released = True
        asked = [truck for truck in crossing.trucks if truck.lane_in is not None and len(crossing.papers) == 1]
        gates = [truck for truck in asked if IN_LANES[truck.lane_in][1] == "b"]
        exits = [truck for truck in asked if OUT_LANES[truck.lane_out][1] == "b"]
        if draw < 0.25 and gates:
            self.released_at_gate[gates[0].plate] = "I"
            crossing.released_by = "gate"
        elif draw < 0.4 and exits:
            self.released_at_gate[exits[0].plate] = "E"
            crossing.released_by = "gate"
        else:
            crossing.codes += ["11"] if draw < 0.9 else ["12", "11"]

    def refuse(self, crossing, chance):
        """Customs refuses the goods' paper. Some send them again, under other numbers: they do not count twice."""
        crossing.refused = True
        if chance.random() < 0.3:
            crossing.batch.deleted = True
            return
        crossing.batch.released = True
        crossing.codes += ["11"]
        kind = "MT1401" if crossing.batch.direction == "import" else "MT2401"
        crossing.batch.waybills = {f"{number}-R": said for number, said in crossing.batch.waybills.items()}
        crossing.again = [self.paper(kind, "2", papers.waybills(crossing.number, crossing.batch.waybills))]
        crossing.resent_message = papers.message_id(kind, self.numbers)

    def come_back(self):
        """Some of the vehicles cross twice."""
        for crossing in [one for one in self.crossings if len(one.trucks) == 1 and not one.late and not one.refused and
                len(one.papers) == 1]:
            truck = crossing.trucks[0]
            if self.chance.random() > 0.15 or crossing.follows:
                continue
            others = [one for one in self.crossings if one is not crossing and len(one.trucks) == 1 and not one.late and
                len(one.papers) == 1 and not one.refused and not one.follows and one.trucks[0].next is None and
                not one.trucks[0].boxes and one.batch.direction == "import" and one.released_by == "receipt" and
                one.batch.waybills and one.batch.released]
            if not others or truck.next is not None:
                continue
            self.rename(others[0], truck.plate)
            truck.next = others[0]

    def rename(self, crossing, plate):
        truck = crossing.trucks[0]
        crossing.batch.units = {plate: crossing.batch.units[truck.plate]}
        truck.plate, crossing.follows = plate, True
        crossing.papers = []
        self.lodge_again(crossing)

    def lodge_again(self, crossing):
        truck = crossing.trucks[0]
        crossing.papers.append([self.paper("MT4401", "9", papers.vehicle(crossing.number, truck.plate)),
            self.paper("MT1401", "9", papers.waybills(crossing.number, crossing.batch.waybills))])
        crossing.goods_message = papers.message_id("MT1401", self.numbers)

    # ---- other machines ----

    def trip(self, i):
        """An order of a vehicle with one load or two. One fleet weighs what it carries, one has a manager with JSON of its own."""
        chance = self.chance
        weighs = chance.random() < 0.5
        loads = [(f"LD-{self.number()}", chance.randrange(20000, 36000) if n == 2 else chance.randrange(52000, 80000))
            for n in (chance.choice((1, 1, 1, 2)),) for _ in range(n)]
        crossing = Crossing(f"AG{self.number():06d}", Batch("import", "agv"))
        crossing.weighs, crossing.loads, crossing.dropped = weighs, loads, 0
        crossing.serial = f"{'W' if weighs else chance.choice('DV')}{i % 4}"
        for load, kg in loads:
            crossing.batch.waybills[load] = (None if weighs else kg, [("炼焦煤", 1)])
        unit = Unit()
        if weighs:
            unit.weighed_tare_kg, unit.gross_kg = 18000, 18000 + sum(kg for _, kg in loads)
            crossing.batch.waybills = {load: (0, goods) for load, (_, goods) in crossing.batch.waybills.items()}
        crossing.batch.units[crossing.serial] = unit
        crossing.batch.released, crossing.codes = chance.random() < 0.95, ["11"]
        return crossing

    def wagons(self, wanted):
        chance = self.chance
        while wanted > 0:
            n = min(wanted, 60, max(8, wanted // 2))
            crossing = Crossing(f"K{self.number():06d}", Batch("import", "rail"))
            crossing.rows, crossing.dropped, goods = [], 0, chance.choice(WORDS[:3])
            for i in range(n):
                load = chance.randrange(56000, 70000)
                waybill = f"{crossing.number}-{i // 10}"
                crossing.rows.append((f"48{self.number():05d}", 23800, load, goods, waybill))
                crossing.batch.units[crossing.rows[-1][0]] = Unit((), load, 23800)
                kg, lines = crossing.batch.waybills.get(waybill, (0, [(goods, 0)]))
                crossing.batch.waybills[waybill] = (kg + load, [(goods, kg + load)])
            crossing.batch.released, crossing.codes = True, ["01", "11"]
            self.trains.append(crossing)
            wanted -= n

    def consignments(self, wanted):
        """Trains without a list: each SMGS bill is a batch with its wagons. What each one holds, the bill does not say."""
        chance = self.chance
        while wanted > 0:
            n = min(wanted, chance.randrange(1, 5))
            crossing = Crossing(f"SM{self.number():06d}", Batch("import", "rail"))
            crossing.dropped, crossing.goods = 0, chance.choice(WORDS[:3])
            crossing.wagons = [(f"52{self.number():06d}", chance.randrange(22000, 25000)) for _ in range(n)]
            crossing.kg = n * chance.randrange(56000, 70000)
            crossing.batch.units = {number: Unit((), None, tare) for number, tare in crossing.wagons}
            crossing.batch.waybills[crossing.number] = (crossing.kg, [(crossing.goods, crossing.kg)])
            crossing.batch.released, crossing.codes = True, ["01", "11"]
            self.bills.append(crossing)
            wanted -= n

    def yard_move(self):
        """A container truck that only the yard's gate sees: its mass is declared."""
        truck = Truck(self.plate(), None, None, 0, 0, ((self.box(), None),))
        crossing = Crossing(f"Y{self.number():06d}", Batch("import", "truck"), [truck])
        crossing.batch.units[truck.plate], crossing.dropped = truck.unit(), 0
        self.goods(crossing)
        self.lodge(crossing, "yard")
        self.end(crossing)
        return crossing
