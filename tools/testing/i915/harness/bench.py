# SPDX-License-Identifier: GPL-2.0
"""make bench: what an operation costs on our driver and on the stock one, side by side.

Same kernel source and configuration, same virtual GPU, same command lines, one driver after the other. The units are
counts of the virtual machine: guest instructions under -icount (idle time is not in them), MMIO accesses, interrupts,
GGTT PTE writes, from the device; allocations, and instructions by function, from a plugin of QEMU. They do not depend
on the host, and two runs give the same: nothing in the guest is random, and no clock of the host reaches it.

A row whose program failed or was skipped says so and never has a number.
"""

import os
import re
import subprocess
from argparse import Namespace
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from . import benchout, guest, kernel, profile, qemu, ui
from .benchout import Cost, Costs
from .benchrows import IGT, Igt, workloads
from .front import Front

DRIVERS = (('stock', 'stock'), ('ours', 'fast'))
# A string instruction counts once for each unit it moves: without erms the kernel clears and copies by eight bytes.
DETERMINISTIC = ['-cpu', 'max,erms=off', '-icount', 'shift=0,sleep=off', '-rtc', 'base=2026-01-01,clock=vm',
                 '-seed', '1']
APPEND = 'norandmaps nokaslr'
# Seconds of the guest between rows, which cost no time of the host: what a row freed lingers in lists of each CPU.
IDLE = 30
KEY = 'bench0000000'            # of the results port: a random one would be one more thing that differs
DEVICE_UNITS = (('instructions', ('guest-instructions',)),
                ('MMIO', ('mmio-reads', 'mmio-writes')),
                ('interrupts', ('interrupts',)),
                ('GGTT PTEs', ('ggtt-pte-writes',)))
# Waking the PCI function before a driver does: the marker window is behind its BAR.
ENABLE = ('for f in /sys/bus/pci/devices/*/class; do d=${f%/class}; '
          'case $(cat $f) in 0x03*) echo 1 >$d/enable;; esac; done')
# Suites that both drivers have, of the same name; each driver has its own tests in them.
MOCK_SUITES = ('sanitycheck', 'requests', 'objects', 'dmabuf', 'vma', 'evict', 'gtt')
MOCK = ('for s in %s; do p="$p $(modinfo -F parmtype i915 | sed -n "s/^\\(igt__[0-9]*__mock_$s\\):.*/\\1=1/p")"; done; '
        'echo "asked for:$p"; i915_bench --wrap mock-selftests modprobe i915 mock_selftests=-1 $p && %s; '
        'test "$(cat /sys/module/i915/parameters/mock_selftests)" = -25' % (' '.join(MOCK_SUITES), profile.SYMBOLS))


@dataclass
class Raw:
    """What a section counted, whole."""
    times: int                                          # operations, as i915_bench counts them
    units: dict[str, float]
    functions: dict[profile.Name, profile.Function]
    misuse: int = 0


Sections = Mapping[int, profile.Section]


def raw(line: str, sections: Sections, symbols: profile.Symbols) -> Raw | None:
    """A section from its BENCH line and from the plugin's record of it; None if the line is none."""
    m = re.match(r'BENCH (\S+) n=(\d+) (.*)', line)
    if not m:
        return None
    counts = dict(re.findall(r'([\w-]+)=(\d+)', m[3]))
    units: dict[str, float] = {unit: sum(int(counts[n]) for n in names) for unit, names in DEVICE_UNITS
                               if all(n in counts for n in names)}
    section = sections.get(profile.number(m[1]))
    functions = symbols.functions(section) if section else {}
    if section:
        units['allocations'] = profile.entries(functions, profile.SLAB)
        units['page allocations'] = profile.entries(functions, profile.PAGES)
    return Raw(int(m[2]), units, functions, int(counts.get('strict-reports', 0)))


def divide(longer: Raw, times: float, shorter: Raw | None = None) -> Cost:
    """Cost of one operation, of `times` which `longer` had more than `shorter`."""
    cost = Cost(misuse=longer.misuse + (shorter.misuse if shorter else 0))
    for unit, value in longer.units.items():
        cost.units[unit] = (value - (shorter.units[unit] if shorter else 0)) / times
    for name in set(longer.functions) | set(shorter.functions if shorter else ()):
        f, less = longer.functions.get(name), shorter.functions.get(name) if shorter else None
        insns = (f.insns if f else 0) - (less.insns if less else 0)
        if insns:
            count = (f.entries if f else 0) - (less.entries if less else 0)
            cost.functions[name] = profile.Function(insns / times, count / times)
    return cost


def read_own(result: guest.Result, sections: Sections, symbols: profile.Symbols, costs: Costs) -> None:
    """The lines of i915_bench."""
    for row in result.output:
        m = re.match(r'(BENCH|FAILED|MEMORY) (\S+) ?(.*)', row)
        if not m:
            continue
        kind, name, rest = m.groups()
        if result.name == 'memory':
            name = 'memory: ' + name
        if kind == 'FAILED':
            costs[name] = Cost(why=rest)
        elif kind == 'MEMORY':
            costs[name] = Cost({'bytes': float(rest.partition('bytes=')[2].split()[0])})
        else:
            section = raw(row, sections, symbols)
            assert section is not None
            costs[name] = divide(section, section.times)
    if result.status is None:
        costs['step ' + result.name] = Cost(why=result.why)


def read_igt(row: Igt, results: Iterable[guest.Result], sections: Sections, symbols: profile.Symbols) -> Cost:
    """Cost of a row of IGT from its runs; one that failed, was skipped or printed no figure has none."""
    runs: list[Raw] = []
    for result in results:
        said = [r for r in result.output if not r.startswith(('BENCH', 'FAILED'))]
        last = said[-1].strip() if said else 'no output'
        if result.status != 0:
            return Cost(why=result.why or 'status %s: %s' % (result.status, last))
        if any(re.search(r'SKIP|FAIL|CRASH|requirement not met', r) for r in said) or not re.search(r'\d', last):
            return Cost(why='no figure: ' + last)
        section = next((s for s in (raw(r, sections, symbols) for r in result.output) if s), None)
        if not section or not section.functions:
            return Cost(why='no counts')
        runs.append(section)
    if len(runs) < len(lengths(row)):
        return Cost(why='not reached')
    short, long = runs[0] if len(runs) == 2 else None, runs[-1]
    before, after = (profile.entries(r.functions, (row.op,)) if r else 0 for r in (short, long))
    if after <= before:
        return Cost(why='%s ran %d times in the short run and %d in the long one' % (row.op, before, after))
    cost = divide(long, (after - before) / row.per, short)
    if row.misuse:
        cost.misuse = 0
    return cost


def lengths(row: Igt) -> list[int]:
    """The runs a row needs; length 0 is no run at all."""
    return [n for n in row.lengths if n]


def command(row: Igt, name: str, length: int) -> str:
    line = row.command % length if '%d' in row.command else row.command
    return 'cd /tmp && LD_PRELOAD=/tests/bench-clock.so BENCH_CLOCK=%d BENCH_SLEEP=%d i915_bench --wrap %s %s' % (
        row.clock, row.sleep, name, line)


def steps(own: Sequence[str], igt: Sequence[Igt]) -> list[guest.Step]:
    """What the guest does, the same for both drivers."""
    todo = [guest.Step('enable', ENABLE), guest.Step('load', 'i915_bench --wrap load modprobe i915', 300),
            guest.Step('symbols', profile.SYMBOLS, 300)]
    if own:
        todo.append(guest.Step('own', 'i915_bench --idle %d ' % IDLE + ' '.join('--op ' + n for n in own), 1800))
    for i, row in enumerate(igt):
        names = {n: 'igt-%d.%d' % (i, n) for n in lengths(row)}
        todo += [guest.Step(name, command(row, name, n), row.limit) for n, name in names.items()]
    return todo + [guest.Step('memory', 'i915_bench --memory', 600),
                   guest.Step('unload', 'i915_bench --unload i915', 300),
                   guest.Step('mock', MOCK, 900)]


def measure(front: Front, built: kernel.Built, emulator: qemu.Qemu, own: Sequence[str], igt: Sequence[Igt], plugin: str,
            files: Mapping[str, str | bytes], dynamic: list[str]) -> Costs:
    """All rows on one driver: {name: Cost}."""
    flavour = built.flavour
    machine = front.machine(built, emulator, 'bench-' + flavour, memory=4096, cpus=1, accel='tcg', append=APPEND)
    machine.key = KEY
    record = os.path.join(machine.run_dir, 'sections')
    os.makedirs(machine.run_dir, exist_ok=True)
    machine.qemu_args = DETERMINISTIC + ['-plugin', '%s,out=%s' % (plugin, record)]
    outcome = machine.run(steps(own, igt), files, dynamic, boot_limit=300,
                          watch=lambda r: ui.say('  %s: %s (%s)' % (flavour, _title(r.name, igt), r.status)))
    if not outcome.finished:
        ui.say('the guest with the %s driver did not reach its end: %s' % (flavour, outcome.why))
    if not outcome.booted:
        raise ui.Problem('no guest with the %s driver: %s' % (flavour, outcome.why), 'see ' + outcome.console,
                         outcome.console_tail())
    return costs_of(outcome, igt, profile.read(record), os.path.join(built.objects, 'System.map'))


def _title(name: str, igt: Sequence[Igt]) -> str:
    m = re.fullmatch(r'igt-(\d+)\.(\d+)', name)
    return '%s, length %s' % (igt[int(m[1])].name, m[2]) if m else name


def costs_of(outcome: guest.Outcome, igt: Sequence[Igt], sections: Sections, system_map: str) -> Costs:
    """{name: Cost} of a whole guest, in the order of the table."""
    got = outcome.results
    symbols = profile.Symbols(system_map, got['symbols'].output if 'symbols' in got else ())
    costs: Costs = {}
    for name in ('load', 'own'):
        if name in got:
            read_own(got[name], sections, symbols, costs)
    for i, row in enumerate(igt):
        runs = [got['igt-%d.%d' % (i, n)] for n in lengths(row) if 'igt-%d.%d' % (i, n) in got]
        costs[row.name] = read_igt(row, runs, sections, symbols)
    for name in ('memory', 'unload'):
        if name in got:
            read_own(got[name], sections, symbols, costs)
    if 'mock' in got:
        read_own(got['mock'], sections, profile.Symbols(system_map, got['mock'].output), costs)
        if got['mock'].status:
            costs['mock-selftests'] = Cost(why='failed, status %d' % got['mock'].status)
    return costs


def own_rows(program: str, only: Sequence[str]) -> list[str]:
    """Names of the rows of i915_bench that are asked for."""
    listed = subprocess.run([program, '--list'], stdout=subprocess.PIPE, text=True, check=True)
    return [n for n in listed.stdout.split() if wanted(n, only)]


def wanted(name: str, only: Sequence[str]) -> bool:
    return not only or any(o in name for o in only)


def run(front: Front, args: Namespace) -> int:
    """Measure both drivers, print the table, draw the plot. The exit status says whether ours is nowhere above stock
    in what is promised, and every row ran."""
    front.setup()
    igt, more = workloads(args.wsim) if args.wsim else ([], {})
    igt = [r for r in IGT + igt if wanted(r.name, args.only)]
    builds: dict[str, tuple[kernel.Built, qemu.Qemu]] = {}
    for _, flavour in DRIVERS:
        builds[flavour] = front.build(flavour)
    files, dynamic = front.programs()
    own = own_rows(str(files['tests/i915_bench']), args.only)
    files.update(more)
    plugin = profile.build(front.repo, profile.header())
    runs: list[dict[str, Costs]] = [{} for _ in range(args.repeat)]
    for name, flavour in DRIVERS:
        for again, costs in enumerate(runs):
            ui.say('measuring the %s driver%s' % (name, ', once more' if again else ''))
            costs[flavour] = measure(front, *builds[flavour], own, igt, plugin, files, dynamic)
    costs = runs[0]
    rows = benchout.table(*[costs[f] for _, f in DRIVERS])
    benchout.write(front.results, rows, *[costs[f] for _, f in DRIVERS])
    same = True
    for later in runs[1:]:
        same &= benchout.compare(costs, later, dict(DRIVERS))
    clean = benchout.misuse({name: costs[flavour] for name, flavour in DRIVERS})
    return 0 if benchout.verdict(rows) and same and clean else 1
