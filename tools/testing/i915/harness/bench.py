# SPDX-License-Identifier: GPL-2.0
"""make bench: what an operation costs on our driver and on the stock one, side by side.

Same kernel source and configuration, same virtual GPU, same command lines, one driver after the other. The units are
counts of the virtual machine: guest instructions under -icount (idle time is not in them), MMIO accesses, interrupts,
GGTT PTE writes, kernel allocations. They do not depend on the host, and two runs give the same.

A row whose program failed or was skipped says so and never has a number.
"""

import os
import re
from dataclasses import dataclass, field

from . import guest, programs, ui

DRIVERS = (('stock', 'stock'), ('ours', 'fast'))
DETERMINISTIC = ['-icount', 'shift=0,sleep=off', '-rtc', 'clock=vm']
UNITS = (('instructions', ('guest-instructions',)),
         ('MMIO', ('mmio-reads', 'mmio-writes')),
         ('interrupts', ('interrupts',)),
         ('GGTT PTEs', ('ggtt-pte-writes',)),
         ('allocations', ('kmalloc', 'slab', 'pages')))
# Waking the PCI function before a driver does: the marker window is behind its BAR.
ENABLE = 'for f in /sys/bus/pci/devices/*/class; do d=${f%/class}; case $(cat $f) in 0x03*) echo 1 >$d/enable;; esac; done'


@dataclass
class Igt:
    """A benchmark of IGT: how it is run, and how its figure becomes nanoseconds of one operation."""
    name: str
    command: str
    figure: str                 # regular expression with one group
    unit: str                   # 'us', or 'per s'
    limit: int = 600


IGT = [
    *[Igt('gem_exec_nop %s' % e, 'gem_exec_nop -e %s -r 1' % e, r'([\d.]+)', 'us') for e in (
        'rcs', 'bcs', 'vcs', 'vecs', 'all')],
    Igt('gem_exec_nop rcs sync', 'gem_exec_nop -e rcs -s -r 1', r'([\d.]+)', 'us'),
    *[Igt('gem_exec_ctx %s' % m, 'gem_exec_ctx -b %s -r 1' % m, r'([\d.]+)', 'us') for m in ('nop', 'create', 'switch')],
    *[Igt('gem_create %d KiB' % (s >> 10), 'gem_create -s %d -r 1' % s, r'([\d.]+)', 'per s') for s in (
        4096, 1 << 20, 8 << 20)],
    Igt('gem_exec_fault 4 KiB', 'gem_exec_fault -s 4096 -r 1', r'([\d.]+)', 'us'),
    Igt('gem_busy', 'gem_busy -r 1', r'([\d.]+)', 'us'),
]


@dataclass
class Cost:
    """What one operation costs, by unit; or why that is not known."""
    units: dict = field(default_factory=dict)
    why: str = ''


def _pairs(text):
    return {k: v for k, v in re.findall(r'([\w-]+)=(\S+)', text)}


def _per_op(counts, times):
    """Cost of one of `times` operations from the counters of a section; unknown counters are left out."""
    cost = Cost()
    for unit, names in UNITS:
        if all(re.fullmatch(r'\d+', counts.get(n, '')) for n in names):
            cost.units[unit] = sum(int(counts[n]) for n in names) / times
    return cost


def read_own(result, costs):
    """The lines of i915_bench."""
    for row in result.output:
        m = re.match(r'(BENCH|ALLOC|FAILED|MEMORY) (\S+) ?(.*)', row)
        if not m:
            continue
        kind, name, rest = m.groups()
        pairs = _pairs(rest)
        if kind == 'FAILED':
            costs[name] = Cost(why=rest)
        elif kind == 'MEMORY':
            costs['memory: ' + name] = Cost({'bytes': float(pairs['bytes'])})
        else:
            cost = _per_op(pairs, int(pairs['n']))
            costs.setdefault(name, Cost()).units.update(cost.units)


def read_igt(row, result, costs):
    """The program's own figure says how long an operation took, and so how many there were."""
    section = next((r for r in result.output if r.startswith('BENCH ')), None)
    figure = next((m for r in result.output if not r.startswith('BENCH') for m in [re.search(row.figure, r)] if m), None)
    value = float(figure[1]) if figure else 0
    if result.status != 0 or not section or not value:
        last = result.output[-1] if result.output else 'no output'
        costs[row.name] = Cost(why=result.why or 'status %s: %s' % (result.status, last))
        return
    ns = value * 1e3 if row.unit == 'us' else 1e9 / value
    pairs = _pairs(section)
    costs[row.name] = _per_op(pairs, int(pairs['ns']) / ns)


def steps(igt):
    """What the guest does, the same for both drivers."""
    todo = [guest.Step('enable', ENABLE), guest.Step('load', 'i915_bench --wrap load modprobe i915', 300),
            guest.Step('own', 'i915_bench', 1800), guest.Step('memory', 'i915_bench --memory', 600)]
    todo += [guest.Step('igt-%d' % i, 'cd /tmp && i915_bench --wrap igt %s' % row.command, row.limit)
             for i, row in enumerate(igt)]
    return todo + [guest.Step('unload', 'i915_bench --wrap unload rmmod i915', 300)]


def measure(front, flavour, igt):
    """All rows on one driver: {name: Cost}."""
    built, emulator = front.build(flavour)
    files, dynamic = programs.Programs(front.kernel).build(built.tree)
    machine = front.machine(built, emulator, 'bench-' + flavour, memory=4096, cpus=1, accel='tcg',
                            qemu_args=DETERMINISTIC)
    outcome = machine.run(steps(igt), files, dynamic, boot_limit=300,
                          watch=lambda r: ui.say('  %s: %s' % (flavour, r.name)))
    costs = {}
    for name, result in outcome.results.items():
        if name in ('load', 'own', 'memory', 'unload'):
            read_own(result, costs)
        elif name.startswith('igt-'):
            read_igt(igt[int(name[4:])], result, costs)
    if not outcome.finished:
        ui.say('the guest with the %s driver did not reach its end: %s' % (flavour, outcome.why))
    return costs


def table(costs):
    """Rows of (operation, unit, stock, ours, ratio or reason)."""
    names = list(dict.fromkeys(n for _, flavour in DRIVERS for n in costs[flavour]))
    rows = []
    for name in names:
        stock, ours = (costs[f].get(name, Cost(why='not reached')) for _, f in DRIVERS)
        if stock.why or ours.why:
            rows.append((name, '', None, None, 'stock: %s; ours: %s' % (stock.why or 'ran', ours.why or 'ran')))
            continue
        for unit in [u for u in list(dict(UNITS)) + ['bytes'] if u in stock.units and u in ours.units]:
            a, b = stock.units[unit], ours.units[unit]
            rows.append((name, unit, a, b, b / a if a else None))
    return rows


def plot(rows, path):
    """The ratios of the instructions as an SVG bar chart: a bar that ends left of 1 is less than stock."""
    bars = [(r[0], r[4]) for r in rows if r[1] == 'instructions' and isinstance(r[4], float)]
    width, left, step = 400, 240, 18
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


def run(front, args):
    """Measure both drivers, print the table, draw the plot. The exit status says whether every row has its numbers."""
    front.setup()
    igt = [r for r in IGT if not args.only or any(o in r.name for o in args.only)]
    costs = {}
    for name, flavour in DRIVERS:
        ui.say('measuring the %s driver' % name)
        costs[flavour] = measure(front, flavour, igt)
    rows = table(costs)
    ui.line('%-30s %-13s %14s %14s %8s' % ('operation', 'unit', 'stock', 'ours', 'ratio'))
    for name, unit, stock, ours, ratio in rows:
        if stock is None:
            ui.line('%-30s %s' % (name, ratio))
        else:
            ui.line('%-30s %-13s %14.1f %14.1f %8s' % (name, unit, stock, ours,
                                                      '%.2f' % ratio if ratio is not None else '-'))
    path = os.path.join(front.results, 'bench.svg')
    plot(rows, path)
    worse = [r for r in rows if isinstance(r[4], float) and r[4] > 1 and r[1] != 'bytes']
    ui.line('more than stock: %s' % (', '.join('%s (%s)' % r[:2] for r in worse) or 'nothing'))
    ui.line('plot: ' + path)
    return 1 if any(r[2] is None for r in rows) else 0
