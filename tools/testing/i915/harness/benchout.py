# SPDX-License-Identifier: GPL-2.0
"""What make bench leaves: the table; bench.txt, the same with one line an operation; bench.csv; bench.svg with the
ratios; bench-profile.txt with the instructions by function; bench-where.txt with those of ours by owner."""

import csv
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from . import profile, report, ui
from . import results as out_files

UNITS = ('instructions', 'MMIO', 'interrupts', 'GGTT PTEs', 'allocations', 'page allocations', 'bytes')
# In these ours is never to be above stock.
PROMISED = ('instructions', 'MMIO', 'interrupts', 'GGTT PTEs')
NOTHING = 0.01                  # of a unit an operation
# Columns of bench-where.txt, and the owners in each
GROUPS = (('driver', ('i915',)), ('DRM, fences', ('drm', 'dma-buf, fence, resv')),
          ('user, copy', ('user space', 'system call, copies')), ('memory', ('slab', 'memory', 'files, shmem')))
TOP = 30                        # functions of a row in the profile


@dataclass
class Cost:
    """What one operation costs; or why that is not known."""
    units: dict[str, float] = field(default_factory=dict)
    functions: dict[profile.Name, profile.Function] = field(default_factory=dict)       # of one operation
    why: str = ''
    misuse: int = 0                                     # what the GPU reported, of the row's sections


Costs = dict[str, Cost]         # of the rows, by name


class Row(NamedTuple):
    """One unit of one operation on both drivers."""
    name: str
    unit: str                   # empty when there are no numbers
    stock: float | None
    ours: float | None
    ratio: float | None         # None when stock has none of it
    why: str                    # why there are no numbers

    def numbers(self) -> tuple[float, float]:
        """Stock's and ours, of a row that has numbers."""
        assert self.stock is not None and self.ours is not None
        return self.stock, self.ours


def table(stock_costs: Costs, our_costs: Costs) -> list[Row]:
    """A row for each operation and unit."""
    rows = []
    for name in dict.fromkeys([*stock_costs, *our_costs]):
        costs = [c.get(name, Cost(why='not reached')) for c in (stock_costs, our_costs)]
        if any(c.why for c in costs):
            rows.append(Row(name, '', None, None, None, 'stock: %s; ours: %s' % tuple(c.why or 'ran' for c in costs)))
            continue
        for unit in [u for u in UNITS if all(u in c.units for c in costs)]:
            a, b = (c.units[unit] for c in costs)
            rows.append(Row(name, unit, a, b, b / a if a > NOTHING else None, ''))
    return rows


def worse(rows: Sequence[Row]) -> list[Row]:
    """Rows in which ours takes more than stock. A hundredth of an access or an allocation, or a thousandth of the
    instructions, is where a timer happened to strike, not what an operation costs."""
    def above(row: Row) -> bool:
        stock, ours = row.numbers()
        return ours > stock + NOTHING + (stock / 1000 if row.unit == 'instructions' else 0)

    return [r for r in rows if not r.why and above(r)]


def lines(rows: Sequence[Row]) -> Iterator[str]:
    yield '%-36s %-16s %14s %14s %8s' % ('operation', 'unit', 'stock', 'ours', 'ratio')
    for row in rows:
        if row.why:
            yield '%-36s %s' % (row.name, row.why)
        elif max(row.numbers()) > NOTHING:
            ratio = '%.2f' % row.ratio if row.ratio is not None else '-'
            yield '%-36s %-16s %14.2f %14.2f %8s' % (row.name, row.unit, *row.numbers(), ratio)


def summary(rows: Sequence[Row]) -> Iterator[str]:
    """One line an operation: instructions in full, the other units as "stock ours"."""
    short = ('MMIO', 'interrupts', 'GGTT PTEs', 'allocations', 'page allocations')
    yield '%-34s %13s %13s %6s' % ('', 'stock', 'ours', 'ratio') + ''.join(' %17s' % u for u in short)
    for name in dict.fromkeys(r.name for r in rows):
        mine = {r.unit: r for r in rows if r.name == name}
        if '' in mine:
            yield '%-34s %s' % (name, mine[''].why)
            continue
        main = mine.get('instructions') or mine['bytes']
        ratio = '' if main.ratio is None else '%.2f' % main.ratio
        line = '%-34s %13.0f %13.0f %6s' % (name, *main.numbers(), ratio)
        for unit in short:
            row = mine.get(unit)
            seen = row.numbers() if row else (0.0, 0.0)
            line += ' %17s' % ('%s %s' % tuple('%.4g' % round(v, 2) for v in seen) if max(seen) > NOTHING else '')
        yield line.rstrip()


def _plot(rows: Sequence[Row], path: str) -> None:
    """The ratios of the instructions as bars: one that ends left of 1 is less than stock."""
    bars = [(r.name, r.ratio) for r in rows if r.unit == 'instructions' and r.ratio is not None]
    width, left, step = 400, 260, 18
    top = max([r for _, r in bars] + [1.0])
    out = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="12">'
           % (left + width + 60, step * (len(bars) + 2)),
           '<text x="4" y="14">guest instructions an operation, ours / stock</text>']
    for i, (name, ratio) in enumerate(bars):
        y = step * (i + 1) + 4
        out.append('<text x="4" y="%d">%s</text><rect x="%d" y="%d" width="%.1f" height="12" fill="%s"/>'
                   '<text x="%.1f" y="%d">%.2f</text>' % (
                       y + 11, name, left, y, width * ratio / top, '#4a7' if ratio <= 0.5 else '#48b' if ratio <= 1
                       else '#c54', left + width * ratio / top + 4, y + 11, ratio))
    for mark in (0.5, 1.0):
        x = left + width * mark / top
        out.append('<line x1="%.1f" y1="20" x2="%.1f" y2="%d" stroke="#888"/>' % (x, x, step * (len(bars) + 1) + 4))
    with open(path, 'w') as f:
        f.write('\n'.join(out + ['</svg>\n']))


def _by_owner(functions: Mapping[profile.Name, profile.Function]) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, f in functions.items():
        title = profile.owner(name)
        found[title] = found.get(title, 0) + f.insns
    return found


def where(stock_costs: Costs, our_costs: Costs) -> Iterator[str]:
    """Where our instructions go, row by row, and how far half of stock's is.

    The driver can only save its own, unless it asks the rest of the kernel for less: the other columns together are
    the floor. A row whose floor is above half of stock's figure is not halved in the driver's own code.
    """
    yield '%-34s %11s' % ('', 'ours') + ''.join(' %11s' % title for title, _ in GROUPS) + ' %11s %11s  way to half' % (
        'rest', 'stock / 2')
    for name, ours in our_costs.items():
        stock = stock_costs.get(name)
        if not ours.functions or not stock or not stock.functions:
            continue
        split = _by_owner(ours.functions)
        total, half = sum(split.values()), sum(f.insns for f in stock.functions.values()) / 2
        parts: list[float] = [sum(split.get(o, 0) for o in owners) for _, owners in GROUPS]
        floor = total - parts[0]
        way = 'there' if total <= half else 'floor %.0f is above' % floor if floor > half else \
            '%.0f of the driver\'s %.0f' % (total - half, parts[0])
        yield '%-34s %11.0f' % (name, total) + ''.join(' %11.0f' % v for v in parts) + ' %11.0f %11.0f  %s' % (
            total - sum(parts), half, way)


def _profile_row(name: str, stock: Cost, ours: Cost) -> Iterator[str]:
    yield '=== %s' % name
    split = [_by_owner(c.functions) for c in (stock, ours)]
    yield '%-28s %14s %14s' % ('instructions an operation', 'stock', 'ours')
    for owner in sorted(set(split[0]) | set(split[1]), key=lambda o: -max(s.get(o, 0) for s in split)):
        yield '%-28s %14.1f %14.1f' % (owner, split[0].get(owner, 0), split[1].get(owner, 0))
    yield '%-28s %14.1f %14.1f' % ('sum', sum(split[0].values()), sum(split[1].values()))
    for title, cost in (('ours', ours), ('stock', stock)):
        yield '--- %s: instructions, entries, function, owner' % title
        order = sorted(cost.functions.items(), key=lambda item: -item[1].insns)
        for (module, function), f in order[:TOP]:
            yield '%12.1f %9.2f  %s%s  (%s)' % (f.insns, f.entries, function, ' [%s]' % module if module else '',
                                                profile.owner((module, function)))
        rest = sum(f.insns for _, f in order[TOP:])
        yield '%12.1f %9s  %d more' % (rest, '', max(0, len(order) - TOP))
    yield ''


def entries(rows: Sequence[Row]) -> list[report.Entry]:
    """An entry for each operation: it holds when ours is nowhere above stock in what is promised, and ran."""
    above = {r.name for r in worse(rows) if r.unit in PROMISED}
    found = []
    for name in dict.fromkeys(r.name for r in rows):
        mine = [r for r in rows if r.name == name]
        why = mine[0].why
        held = why.endswith('; ours: ran') if why else name not in above
        main = mine[0]
        seen = why or '%s: stock %.2f, ours %.2f' % (main.unit, *main.numbers())
        found.append(report.Entry('operation: ' + name, held, seen, output=list(lines(mine)),
                                  word='skip' if why and held else ''))
    return found


def write(results: str, rows: Sequence[Row], stock_costs: Costs, our_costs: Costs) -> None:
    """Print the table and leave the files."""
    for text in lines(rows):
        ui.line(text)
    with open(os.path.join(results, 'bench.txt'), 'w') as f:
        f.writelines(row + '\n' for row in summary(rows))
    with open(os.path.join(results, 'bench-where.txt'), 'w') as f:
        f.writelines(row + '\n' for row in where(stock_costs, our_costs))
    with open(os.path.join(results, 'bench.csv'), 'w', newline='') as f:
        out = csv.writer(f)
        out.writerow(('operation', 'unit', 'stock', 'ours', 'ratio', 'note'))
        for row in rows:
            numbers = ('' if v is None else '%.6g' % v for v in (row.stock, row.ours, row.ratio))
            out.writerow((row.name, row.unit, *numbers, row.why))
    with open(os.path.join(results, 'bench-profile.txt'), 'w') as f:
        for name, stock in stock_costs.items():
            ours = our_costs.get(name)
            if ours and stock.functions and ours.functions:
                f.writelines(row + '\n' for row in _profile_row(name, stock, ours))
    _plot(rows, os.path.join(results, 'bench.svg'))
    with open(os.path.join(results, 'bench.svg')) as f:
        out_files.write(os.path.join(results, 'bench'), 'bench', entries(rows), plots=[f.read()])
    ui.line('files: bench.txt, bench.csv, bench.svg, bench-where.txt, bench-profile.txt in ' + results)


def compare(first: Mapping[str, Costs], later: Mapping[str, Costs], drivers: Mapping[str, str]) -> bool:
    """Say whether a second run counted the same; returns whether it did."""
    same = True
    for title, flavour in drivers.items():
        a, b = first[flavour], later[flavour]
        rows = [n for n in a if n in b and (a[n].units, a[n].why) == (b[n].units, b[n].why)]
        ui.line('%s, twice: %d of %d rows counted the same' % (title, len(rows), len(set(a) | set(b))))
        for name in dict.fromkeys([*a, *b]):
            if name not in rows:
                same = False
                for unit in UNITS:
                    x, y = (c[name].units.get(unit) if name in c else None for c in (a, b))
                    if x != y:
                        ui.line('  differs: %s, %s: %s and %s' % (name, unit, x, y))
    return same


def misuse(costs: Mapping[str, Costs]) -> bool:
    """Say in which rows the GPU reported misuse; returns whether in none."""
    found = [(title, name, c.misuse) for title, rows in costs.items() for name, c in rows.items() if c.misuse]
    for title, name, count in found:
        ui.line('the GPU reported misuse, %s, %s: %d times (see bench-*/qemu.log)' % (title, name, count))
    return not found


def verdict(rows: Sequence[Row]) -> bool:
    """Print where ours is above stock and which rows have no numbers; returns whether ours is nowhere above stock in a
    unit of PROMISED and has a number wherever it was asked for one.

    A row in which stock alone fails has no numbers and is told.
    """
    more, without = worse(rows), [r for r in rows if r.why]
    for head, some in (('more than stock', [r for r in more if r.unit in PROMISED]),
                       ('more than stock in allocations and memory', [r for r in more if r.unit not in PROMISED])):
        ui.line('%s: %s' % (head, len(some) or 'nothing'))
        for row in some:
            stock, ours = row.numbers()
            ui.line('  %s, %s: %.2f, stock %.2f' % (row.name, row.unit, ours, stock))
    ui.line('without numbers: %s' % (', '.join(r.name for r in without) or 'nothing'))
    failed = [r for r in without if not r.why.endswith('; ours: ran')]
    return not failed and not any(r.unit in PROMISED for r in more)
