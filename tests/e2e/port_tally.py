"""An independent tally of a port's crossings: what each batch counts for, by the rules that storage/counting.h states, written
down once more from them alone; and whether the ledger's totals are equal to it.
"""
from collections import defaultdict

BASES = ("corrected", "weighed", "declared", "unknown")
GROUPS = (("炼焦煤", "coal"), ("铜精矿", "copper"), ("铁矿石", "iron_ore"), ("萤石", "fluorspar"), ("羊毛", "wool"),
    ("机械设备", "machinery"), ("奇物", "other"))
WORDS = [words for words, _ in GROUPS]


class Unit:
    def __init__(self, containers=(), declared_kg=None, tare_kg=None):
        self.containers, self.declared_kg, self.tare_kg = containers, declared_kg, tare_kg
        self.gross_kg = self.weighed_tare_kg = None

    def net_kg(self):
        tare = self.weighed_tare_kg if self.weighed_tare_kg is not None else self.tare_kg
        boxes = [kg for _, kg in self.containers]
        if self.gross_kg is None or tare is None or None in boxes or self.gross_kg < tare + sum(boxes):
            return None
        return self.gross_kg - tare - sum(boxes)


class Batch:
    """As it stands in the end: `waybills` by number, each with its total and its lines (words, kg); `units` by plate."""

    def __init__(self, direction, mode):
        self.direction, self.mode, self.waybills, self.units = direction, mode, {}, {}
        self.released = self.deleted = False

    def counts(self):
        return self.released and not self.deleted and bool(self.units)


def shares(total, weights):
    """Whole parts in proportion, which add up."""
    whole, done, given, parts = sum(weights), 0, 0, []
    for weight in weights:
        done += weight if whole else 1
        until = total * done // (whole or len(weights))
        parts.append(until - given)
        given = until
    return parts


def lines_of(batch):
    lines = []
    for kg, goods in batch.waybills.values():
        lines += zip((words for words, _ in goods), shares(kg, [line_kg for _, line_kg in goods]))
    return [(dict(GROUPS)[words], kg) for words, kg in lines]


def count(batch, port, rows):
    """Adds what it counts for to `rows`: by (port, direction, mode, group, basis), kg, batches and units."""
    if not batch.counts():
        return
    lines = lines_of(batch) or [("empty", 0)]
    units = list(batch.units.values())
    by_unit = all(unit.declared_kg is not None for unit in units)
    declared = shares(sum(kg for _, kg in lines), [unit.declared_kg if by_unit else 0 for unit in units])
    heaviest = lines[max(range(len(lines)), key=lambda i: (lines[i][1], -i))][0]
    by_basis, bases = defaultdict(int), set()
    for unit, declared_kg in zip(units, declared):
        net = unit.net_kg()
        basis = "declared" if net is None else "weighed"
        net = declared_kg if net is None else net
        by_basis[basis] += net
        bases.add(basis)
        for (group, _), kg in zip(lines, shares(net, [kg for _, kg in lines])):
            rows[port, batch.direction, batch.mode, group, basis][0] += kg
        rows[port, batch.direction, batch.mode, heaviest, basis][2] += 1
    most = max(bases, key=lambda basis: (by_basis[basis], -BASES.index(basis)))
    rows[port, batch.direction, batch.mode, heaviest, most][1] += 1


def totals(batches, port):
    rows = defaultdict(lambda: [0, 0, 0])
    for batch in batches:
        count(batch, port, rows)
    return {key: tuple(row) for key, row in rows.items() if any(row)}


def differences(ours, theirs):
    """One line for each row that is not the same in both."""
    out = []
    for key in sorted(set(ours) | set(theirs)):
        mine, other = ours.get(key, (0, 0, 0)), theirs.get(key, (0, 0, 0))
        if mine != other:
            out.append("%s: tally %d kg, %d batches, %d units; ledger %d kg, %d batches, %d units" % (" ".join(key), *mine, *other))
    return out
