# SPDX-License-Identifier: GPL-2.0
"""make judge: the driver that Debian ships, unmodified, on the virtual GPU, as Broadwell and as Skylake.

A device that only our own driver likes is not a GPU. The stock i915 of the same kernel source and configuration must
probe without a warning, work, unload and load again, run IGT's benchmarks, and pass its own live selftests (live.py).
"""

import functools
import os
import re
from argparse import Namespace
from collections.abc import Callable, Mapping

from . import guest, kernel, klog, live, livetable, mainjob, qemu, report, ui
from . import results as out
from .front import Front
from .mainjob import Row, last_line, read_figure

CHIPS = (('bdw', 'Broadwell'), ('skl', 'Skylake'))
BENCH = 'cd /tmp && '
ERROR_STATE = 'echo 1 > /sys/kernel/debug/dri/0/i915_wedged && grep ^ERROR /sys/class/drm/card0/error'


def read_wedged(result: guest.Result) -> tuple[bool, str]:
    return result.output == ['0'], ' '.join(result.output)


def read_positive(result: guest.Result) -> tuple[bool, str]:
    """A figure, and not zero."""
    held, seen = read_figure(result)
    return held and any(float(n) > 0 for n in re.findall(r'\d+(?:\.\d+)?', seen)), seen


def read_error_state(result: guest.Result) -> tuple[bool, str]:
    """The line of the GT's error register, as the driver prints it."""
    return re.fullmatch('ERROR: 0x[0-9a-f]{8}', ''.join(result.output)) is not None, ' '.join(result.output)


def benchmark(command: str, limit: int = 120) -> Row:
    """A row for one of IGT's benchmarks: status 0 and a figure."""
    words = command.split()
    name = '-'.join(re.sub(r'\W', '', w) for w in words if w not in ('-r', '1'))
    return Row('IGT ' + command, name, BENCH + command, read_positive, limit)


ROWS = [
    Row('stock driver bound', 'load', '/guest/load', last_line),
    Row('not wedged', 'wedged', 'cat /sys/kernel/debug/dri/0/i915_wedged', read_wedged),
    *[Row('store through PPGTT, %s' % e, 'store-' + e, 'i915_store ' + e, last_line) for e in mainjob.ENGINES],
    *[benchmark('gem_exec_nop -e %s -r 1' % e) for e in ('rcs', 'bcs', 'vcs', 'vecs', 'all')],
    benchmark('gem_exec_nop -e rcs -s -r 1'),
    *[benchmark('gem_exec_ctx -b %s -e rcs -r 1' % b) for b in ('create', 'switch', 'default', 'nop')],
    *[benchmark('gem_create -s %d -r 1' % s) for s in (4096, 65536, 1 << 20, 8 << 20)],
    benchmark('gem_exec_fault -e rcs -r 1'),
    *[benchmark('gem_exec_reloc -e %s -l 1 -b 100 -r 100' % e) for e in ('busy', 'cyclic', 'skip', 'none')],
    *[benchmark('gem_prw -d %s -D %s' % (d, way)) for d in ('cpu', 'gtt') for way in ('read', 'write')],
    benchmark('gem_set_domain -c r -g w -r 1'),
    benchmark('gem_set_domain -c w -g w -r 1'),
    # -I: the busy mode ends with ENOENT (it asks for HANDLE_LUT and then names relocation targets by handle)
    *[benchmark('gem_busy -e %s -I -r 1' % e) for e in ('rcs', 'all')],
    benchmark('gem_latency -t 2'),
    benchmark('gem_syslatency -t 2'),
    # what a hang reads on top: the registers of the error state
    Row('reset by hand, error state', 'error-state', ERROR_STATE, read_error_state),
    Row('still not wedged', 'wedged-after', 'cat /sys/kernel/debug/dri/0/i915_wedged', read_wedged),
    Row('unload', 'unload', 'rmmod i915 && echo unloaded', last_line),
    Row('load again', 'again', '/guest/load', last_line),
    Row('unload again', 'unload-again', 'rmmod i915 && echo unloaded', last_line),
]


def first_part(front: Front, built: kernel.Built, emulator: qemu.Qemu, chip: str, files: Mapping[str, str | bytes],
               dynamic: list[str]) -> list[tuple[str, bool, str]]:
    """ROWS on one chip, as (title, held, seen)."""
    outcome = front.machine(built, emulator, 'judge-' + chip, device='intel-gt,variant=' + chip, memory=4096).run(
        [guest.Step(r.name, r.command, r.limit) for r in ROWS], files, dynamic,
        watch=lambda r: ui.say('  %s, %s: %.1f s' % (chip, r.name, r.seconds)))
    table = []
    bad = klog.failures(outcome.boot_log, boot=True)
    table.append(('boot', outcome.booted is not None and not bad, bad[0] if bad else outcome.why or 'Linux %s' %
                  outcome.release))
    for row in ROWS:
        result = outcome.results.get(row.name)
        held, seen = mainjob.judge(row, result)
        bad = klog.failures(result.log) if result else []
        table.append((row.title, held and not bad, bad[0] if bad else seen))
    strict = outcome.strict
    table.append(('misuse the GPU reports', not strict, strict[0] if strict else 'none'))
    return table


def print_first(tables: Mapping[str, list[tuple[str, bool, str]]]) -> None:
    """The first part, a line for each row and chip."""
    width = max((len(r[0]) for t in tables.values() for r in t), default=0)
    ui.line()
    for rows in zip(*tables.values()):
        for (chip, name), (title, held, seen) in zip(CHIPS, rows):
            ui.line('%-*s  %-9s  %-4s  %s' % (width, title, name, 'ok' if held else 'FAIL', seen))


def print_live(results: Mapping[str, list[live.Subtest]]) -> None:
    """A line for each suite with the numbers of both chips, then what failed, was allowed, and was left out."""
    suites = list(dict.fromkeys(t.suite for tests in results.values() for t in tests))
    ui.line()
    ui.line('%-16s' % 'live selftests' + ''.join('  %-36s' % name for _, name in CHIPS).rstrip())
    for suite in suites + ['total']:
        cells = []
        for tests in results.values():
            own = [t.verdict for t in tests if suite in ('total', t.suite)]
            cells.append(', '.join('%d %s' % (own.count(v), v) for v in (live.PASS, live.FAIL, live.SKIP, live.ABSENT)
                                   if v in own))
        ui.line('%-16s' % suite + ''.join('  %-36s' % c for c in cells).rstrip())
    # what the driver itself counts as passed: a subtest that skips itself ends without an error, too
    ended = [sum(t.verdict in (live.PASS, live.SKIP) for t in tests) for tests in results.values()]
    ui.line('%-16s' % 'without error' + ''.join('  %-36d' % n for n in ended).rstrip())
    ui.line()
    for verdict, head in ((live.FAIL, 'failed'), (live.SKIP, 'skipped itself'), (live.ABSENT, 'left out')):
        _by_reason(head, results, functools.partial(_why, verdict))
    _by_reason('let pass', results, lambda t: t.allowed)


def _why(verdict: str, test: live.Subtest) -> list[str]:
    return [test.why] if test.verdict == verdict else []


def _by_reason(head: str, results: Mapping[str, list[live.Subtest]],
               reasons: Callable[[live.Subtest], list[str]]) -> None:
    """Lines "head: reason: subtests", one for each reason, with the chips it holds for when that is not all."""
    names = dict(CHIPS)
    rows: dict[tuple[str, str], list[str]] = {}
    for chip, tests in results.items():
        for test in tests:
            for why in reasons(test):
                rows.setdefault((why, test.step), []).append(names[chip])
    grouped: dict[tuple[str, str], list[str]] = {}
    for (why, step), chips in rows.items():
        where = '' if len(chips) == len(results) else ' on %s' % chips[0]
        grouped.setdefault((why, where), []).append(step)
    for (why, where), steps in grouped.items():
        count = max(len(tests) for tests in results.values())
        ui.line('%s%s: %s: %s' % (head, where, why, 'most' if len(steps) > count // 2 else ' '.join(steps)))


def _write(front: Front, results: Mapping[str, list[live.Subtest]]) -> None:
    """Every line of every live subtest, for whoever looks for the cause."""
    for chip, tests in results.items():
        name = os.path.join(front.results, 'judge-live-%s.txt' % chip)
        with open(name, 'w') as f:
            for t in tests:
                f.write('%s %s %.1f s %s\n' % (t.verdict, t.step, t.seconds, t.why))
                f.writelines('    not allowed: %s\n' % row for row in t.complaints)
                f.writelines('    let pass: %s\n' % why for why in t.allowed)
        ui.line('all lines of the live selftests are in ' + name)


def results_of(front: Front, tables: Mapping[str, list[tuple[str, bool, str]]],
               results: Mapping[str, list[live.Subtest]], stray: list[tuple[str, str]], release: str) -> None:
    """The same for machines."""
    entries = [report.Entry('%s: %s' % (chip, title), held, seen) for chip, rows in tables.items()
               for title, held, seen in rows]
    entries += [report.Entry('%s live: %s' % (chip, t.step), t.verdict != live.FAIL, '%s %s' % (t.verdict, t.why),
                             t.seconds, t.complaints,
                             word={live.PASS: 'pass', live.FAIL: 'fail'}.get(t.verdict, 'skip'))
                for chip, tests in results.items() for t in tests]
    entries += [report.Entry('%s: outside of any subtest %d' % (chip, n), False, row)
                for n, (chip, row) in enumerate(stray)]
    out.write(os.path.join(front.results, 'judge'), 'judge', entries, release)


def run(front: Front, args: Namespace) -> int:
    """Both chips: the first part, then the live selftests. --no-live: only the former, --only WORD: only the latter."""
    front.setup()
    built, emulator = front.build('stock')
    files, dynamic = front.programs()
    ui.say('booting Linux %s with the stock driver' % built.release)
    tables: dict[str, list[tuple[str, bool, str]]] = {}
    results: dict[str, list[live.Subtest]] = {}
    stray: list[tuple[str, str]] = []
    for chip, name in CHIPS:
        tables[chip] = [] if args.only else first_part(front, built, emulator, chip, files, dynamic)
        if args.live:
            judge = live.Judge(front, built, emulator, chip, (files, dynamic))
            results[chip] = judge.run(args.only)
            stray += [(name, row) for row in judge.failures]
    print_first(tables)
    if args.live:
        print_live(results)
        _write(front, results)
    for name, row in stray:
        ui.line('%s, outside of any subtest: %s' % (name, row))
    for suite in livetable.unknown(live.subtests(built.tree)):
        ui.line('note: livetable.py names %s, which the built driver does not have' % suite)
    results_of(front, tables, results, stray, built.release)
    held = sum(1 for t in tables.values() for r in t if r[1])
    failed = sum(len(t) for t in tables.values()) - held + len(stray)
    verdicts = [t.verdict for tests in results.values() for t in tests]
    ui.line('%d rows held, %d live subtests passed, %d failures' % (
        held, verdicts.count(live.PASS), failed + verdicts.count(live.FAIL)))
    return 1 if failed or live.FAIL in verdicts else 0
