# SPDX-License-Identifier: GPL-2.0
"""make run: the main job, and the table it ends with.

ROWS is the job: what is done in the guest, in this order, and how its output becomes a verdict. A row holds only
when its step ended with status 0 and its reader found what it was to find.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from . import guest, ktap, ui
from .front import Front

ENGINES = ('rcs0', 'bcs0', 'vcs0', 'vecs0')
BENCH_RING = {'rcs0': 'rcs', 'bcs0': 'bcs', 'vcs0': 'vcs', 'vecs0': 'vecs'}


# What reads the output of a step: says whether it holds, and what was seen
Reader = Callable[[guest.Result], tuple[bool, str]]


def last_line(result: guest.Result) -> tuple[bool, str]:
    """Anything will do."""
    return True, result.output[-1] if result.output else 'no output'


@dataclass
class Row:
    """One step of the main job."""
    title: str
    name: str                   # of the step
    command: str
    read: Reader = last_line
    limit: int = 60


def read_ktap(result: guest.Result) -> tuple[bool, str]:
    cases, problems = ktap.parse(result.output)
    bad = [c.name for c in cases if c.verdict != 'ok'] + problems
    return not bad, ktap.summary(cases) + (': ' + ', '.join(bad) if bad else ' (%s)' % ', '.join(
        c.name for c in cases))


def read_mock(result: guest.Result) -> tuple[bool, str]:
    """The verdict is the module parameter, which guest/mock checked; the log names what ran."""
    text = '\n'.join(result.log)
    suites = re.findall(r'i915: mock_(\w+) passed, (\d+) subtests', text)
    failed = re.findall(r'i915: (mock_\w+) failed.*', text)
    seen = '%d suites, %d subtests' % (len(suites), sum(int(n) for _, n in suites))
    if failed or not suites or any(n == '0' for _, n in suites):
        return False, '%s; failed: %s' % (seen, ', '.join(failed) or 'a suite without a subtest')
    return True, seen + ' passed'


def read_figure(result: guest.Result, unit: str = '') -> tuple[bool, str]:
    """Benchmarks print figures; a skip or a complaint is not one."""
    rows = [r.strip() for r in result.output if r.strip()]
    for row in rows:
        if re.search(r'SKIP|FAIL|CRASH|requirement not met', row):
            return False, row
    if not rows or not re.search(r'\d', rows[-1]):
        return False, rows[-1] if rows else 'no figure'
    return True, rows[-1] + unit


def read_nop(result: guest.Result) -> tuple[bool, str]:
    return read_figure(result, ' us a batch')


def read_create(result: guest.Result) -> tuple[bool, str]:
    return read_figure(result, ' objects a second')


def read_lsgpu(result: guest.Result) -> tuple[bool, str]:
    rows = [r for r in result.output if 'i915' in r.lower() or '8086' in r or 'Intel' in r]
    return bool(rows), re.sub(r'\s+', ' ', rows[0].strip()) if rows else 'lsgpu does not list the GPU'


def read_gputop(result: guest.Result) -> tuple[bool, str]:
    rows = [r for r in result.output if re.match(r'\s*[\d.]', r)]
    heads = result.output[0] if result.output else ''
    seen = [e for e in ('RCS', 'BCS', 'VCS', 'VECS') if e in heads]
    return bool(rows), 'one sample, engines %s' % '/'.join(seen) if rows else 'no sample'


BENCH = 'cd /tmp && '
ROWS = [
    Row('GPU found, driver bound', 'load', '/guest/load', last_line),
    *[Row('store through PPGTT, %s' % e, 'store-' + e, 'i915_store ' + e, last_line) for e in ENGINES],
    Row('gem_ppgtt leak test', 'gem_ppgtt', '/kselftest/drivers/gpu/i915/gem_ppgtt', read_ktap, 90),
    Row('IGT gem_exec_nop, four engines', 'gem_exec_nop', BENCH + 'gem_exec_nop -e all -r 1', read_nop),
    Row('IGT gem_create', 'gem_create', BENCH + 'gem_create -s 4096 -r 1', read_create),
    Row('lsgpu', 'lsgpu', 'lsgpu', read_lsgpu),
    Row('intel_gpu_top -l', 'intel_gpu_top', '/guest/gputop', read_gputop),
    Row('unload, then alive', 'unload', '/guest/unload', last_line),
    Row('mock selftests', 'mock', '/guest/mock all', read_mock, 120),
    Row('alive at the end', 'leftovers', '/guest/leftovers', last_line),
]


def table(rows: list[tuple[str, bool, str]]) -> None:
    """Print (title, held, seen) rows."""
    width = max(len(r[0]) for r in rows)
    ui.line()
    for title, held, seen in rows:
        ui.line('%-*s  %-4s  %s' % (width, title, 'ok' if held else 'FAIL', seen))
    ui.line()


def judge(row: Row, result: guest.Result | None) -> tuple[bool, str]:
    """(held, seen) of one row."""
    if result is None:
        return False, 'not reached'
    if result.status is None:
        return False, result.why
    held, seen = row.read(result)
    if result.status != 0:
        last = result.output[-1] if result.output else 'no output'
        return False, 'status %d: %s' % (result.status, last if held else seen)
    return held, seen


def run(front: Front, flavour: str = 'fast') -> int:
    """Build, boot, run all rows, print the table; the exit status is whether all of it held."""
    front.setup()
    built, emulator = front.build(flavour)
    files, dynamic = front.programs()
    ui.say('booting Linux %s on the virtual GPU' % built.release)
    titles = {r.name: r.title for r in ROWS}
    outcome = front.machine(built, emulator, 'run').run(
        [guest.Step(r.name, r.command, r.limit) for r in ROWS], files, dynamic,
        watch=lambda r: ui.say('  %s: %.1f s' % (titles[r.name], r.seconds)))
    up = outcome.why
    if outcome.booted:
        up = 'Linux %s, %s, booted in %.1f s (%s)' % (outcome.release, flavour, outcome.booted, outcome.accel)
    rows = [('kernel', outcome.booted is not None, up)]
    for row in ROWS:
        rows.append((row.title, *judge(row, outcome.results.get(row.name))))
    bad = outcome.bad_lines()
    rows.append(('kernel log warnings', not bad and outcome.finished, '%s: %s (%d lines)' % (*bad[0], len(bad)) if bad
                 else 'none' if outcome.finished else 'the guest did not reach its end'))
    rows.append(('misuse the GPU reports', not outcome.strict, 'none' if not outcome.strict else '%s (%d lines)' % (
        outcome.strict[0], len(outcome.strict))))
    table(rows)
    held = all(r[1] for r in rows) and outcome.finished
    if not outcome.finished:
        raise ui.Problem(outcome.why or 'the guest did not reach its end',
                         'the whole console log is %s' % outcome.console, outcome.console_tail())
    for step, text in bad[:20]:
        ui.line('kernel log, %s: %s' % (step, text))
    ui.line('the main job %s (%.0f s; logs in %s/run)' % ('holds' if held else 'FAILED', ui.elapsed(), front.results))
    return 0 if held else 1
