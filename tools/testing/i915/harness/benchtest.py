# SPDX-License-Identifier: GPL-2.0
"""Tests of make bench itself: that its counts are right, and that what did not run never becomes a number."""

import contextlib
import io
import os
import shlex

from . import bench, benchout, guest, profile, ui
from .benchrows import Igt
from .front import Front
from .report import Report

ROW = Igt('row', 'program -r %d', 'handler')
# Of the two counters one is read by the program itself, a few hundred instructions after the other one stopped.
TOLERANCE = 1000
OWN = 'wait-signalled'
Run = tuple[guest.Result, dict[int, profile.Section]]


def _result(length: int, counts: int, said: list[str], status: int = 0) -> Run:
    """A run of a program whose handler ran `counts` times, at ten instructions each."""
    name = 'igt-0.%d' % length
    line = 'BENCH %s n=1 ns=5 mmio-reads=%d mmio-writes=0 interrupts=0 ggtt-pte-writes=0 guest-instructions=%d' % (
        name, counts, 1000 + 10 * counts)
    section = profile.Section(1000, {0x1000: counts, 0x1004: 9 * counts})
    return guest.Result(name, status, [line] * (status == 0) + said), {profile.number(name): section}


class _Symbols(profile.Symbols):
    """One function, at 0x1000."""

    def __init__(self) -> None:
        super().__init__(os.devnull)

    def functions(self, section: profile.Section) -> dict[profile.Name, profile.Function]:
        return {('', 'handler'): profile.Function(sum(section.counts.values()), section.counts[0x1000])}


def _cost(short: Run, long: Run) -> benchout.Cost:
    sections = {**short[1], **long[1]}
    return bench.read_igt(ROW, [short[0], long[0]], sections, _Symbols())


def unit_tests(report: Report) -> None:
    """Made-up runs: which of them make a number, and which one."""
    good = _cost(_result(1, 100, ['1.5']), _result(2, 300, ['1.4']))
    held = good.units.get('instructions') == 10 and good.units.get('MMIO') == 1 and not good.why
    report.add('bench: cost of an operation', held, str(good.units))
    cases = (('failed', _cost(_result(1, 100, ['1.5']), _result(2, 300, ['oops'], 99))),
             ('skipped', _cost(_result(1, 100, ['Test requirement not met']), _result(2, 300, ['1.4']))),
             ('without a figure', _cost(_result(1, 100, ['1.5']), _result(2, 300, []))),
             ('not done more often', _cost(_result(1, 100, ['1.5']), _result(2, 100, ['1.4']))))
    for title, cost in cases:
        rows = benchout.table({'row': good}, {'row': cost})
        text = list(benchout.lines(rows))[1:]
        held = (bool(cost.why) and not cost.units and len(text) == 1
                and [(r.stock, r.ours, r.ratio) for r in rows] == [(None, None, None)])
        report.add('bench: %s, no number' % title, held, text[0] if text else 'no line')
    rows = benchout.table({'row': good}, {'row': benchout.Cost({'instructions': 11.0})})
    report.add('bench: more than stock is told', [r.name for r in benchout.worse(rows)] == ['row'], '11 against 10')
    failed = benchout.Cost(why='status 1')
    verdicts: tuple[tuple[bool, benchout.Costs, benchout.Costs], ...] = (
        (False, {'row': good}, {'row': benchout.Cost({'instructions': 11.0})}),
        (True, {'row': benchout.Cost({'allocations': 1.0})}, {'row': benchout.Cost({'allocations': 2.0})}),
        (False, {'row': good}, {'row': failed}),
        (True, {'row': failed}, {'row': good}),
    )
    with contextlib.redirect_stdout(io.StringIO()):
        held = all(benchout.verdict(benchout.table(stock, ours)) == wanted for wanted, stock, ours in verdicts)
    report.add('bench: what fails a run', held, 'instructions above stock, or a row that only stock has')


def guest_test(front: Front, report: Report) -> None:
    """The plugin's sum against the device's counter, on the debug kernel, which make test has built."""
    built, emulator = front.build('debug')
    files, dynamic = front.programs()
    plugin = profile.build(front.repo, profile.header())
    machine = front.machine(built, emulator, 'test-bench', memory=1024, cpus=1, accel='tcg', append=bench.APPEND)
    record = os.path.join(machine.run_dir, 'sections')
    machine.qemu_args = bench.DETERMINISTIC + ['-plugin', '%s,out=%s' % (plugin, record)]
    command = 'i915_bench --op %s --op no-such-row' % shlex.quote(OWN)
    outcome = machine.run([guest.Step('enable', bench.ENABLE), guest.Step('load', 'modprobe i915', 300),
                           guest.Step('symbols', profile.SYMBOLS, 300), guest.Step('own', command, 300)],
                          files, dynamic, boot_limit=600)
    own = outcome.results.get('own')
    if not own or not outcome.finished:
        report.add('bench: guest', False, outcome.why or 'not reached', None, outcome.console_tail())
        return
    sections = profile.read(record)
    symbols = profile.Symbols(os.path.join(built.objects, 'System.map'), outcome.results['symbols'].output)
    section = sections.get(profile.number(OWN), profile.Section())
    line = next((r for r in (bench.raw(row, sections, symbols) for row in own.output) if r), None)
    told = line.units['instructions'] if line else 0
    counted = section.user + section.kernel()
    report.add('bench: plugin and device agree', bool(line) and abs(told - counted) < TOLERANCE,
               'instructions: device %d, plugin %d' % (told, counted))
    calls = profile.entries(line.functions, ('i915_gem_wait_ioctl',)) if line else 0
    times = line.times if line else 0
    report.add('bench: calls are counted', bool(line) and calls == times, '%d of %d' % (calls, times))
    costs: benchout.Costs = {}
    bench.read_own(own, sections, symbols, costs)
    missing = costs.get('no-such-row')
    report.add('bench: unknown row, no number', bool(missing and missing.why and not missing.units) and own.status != 0,
               missing.why if missing else 'not told')


def tests(front: Front, report: Report) -> None:
    """All of it."""
    unit_tests(report)
    ui.say('measuring one operation, to see that the counters agree')
    guest_test(front, report)
