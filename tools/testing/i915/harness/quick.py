# SPDX-License-Identifier: GPL-2.0
"""make quick: does a change to the clean-up path leak? Build, one boot of the fast kernel, and an answer by kind.

ROWS is what a change to bind, unbind, close, retire or release has to pass before it is worth a run of make test. Keep
it under a minute: what takes longer belongs to suite.py.
"""

import re

from . import guest, mainjob, suite, ui
from .front import Front

HERE = '/kselftest/drivers/gpu/i915'
SUITES = ('objects', 'dmabuf', 'vma', 'evict', 'gtt', 'contexts', 'tlb', 'handles', 'ggtt')
# one way to share, one address space: every batch and every end
IMPORTER = HERE + '/i915_importer --run-subtest "flink-*-one"'

ROWS = [
    mainjob.Row('load', 'load', '/guest/load', mainjob.last_line),
    mainjob.Row('importers leave nothing', 'gem_ppgtt', HERE + '/gem_ppgtt', mainjob.read_ktap, 60),
    mainjob.Row('every end of an importer', 'i915_importer', IMPORTER, suite.read_ktap, 90),
    mainjob.Row('closed handles', 'gem_close', HERE + '/gem_close', suite.read_ktap, 60),
    mainjob.Row('unload, nothing left', 'unload', '/guest/unload', mainjob.last_line),
    *[mainjob.Row('mock ' + s, 'mock-' + s, '/guest/mock ' + s, mainjob.read_mock, 60) for s in SUITES],
]
# what the driver says of a leak, in the kernel log
LEAK = re.compile(r'leak|still allocated|alive before', re.I)


def details(result: guest.Result | None) -> list[str]:
    """What a failed row has to say: the complaints of its cases, and the kinds that the kernel log names."""
    if result is None:
        return []
    rows = suite.complaints(result.output) or [r for r in result.output if LEAK.search(r)]
    rows += [r for r in result.log if LEAK.search(r)]
    return rows[:12]


def run(front: Front) -> int:
    """Build, boot, run the rows, print the table and what leaked."""
    front.setup()
    built, emulator = front.build('fast')
    files, dynamic = front.programs()
    outcome = front.machine(built, emulator, 'quick', memory=1024).run(
        [guest.Step(r.name, r.command, r.limit) for r in ROWS], files, dynamic)
    bad: dict[str, list[str]] = {}
    for step, text in outcome.bad_lines():
        bad.setdefault(step, []).append(text)
    rows: list[tuple[str, bool, str]] = []
    told: list[str] = []
    for row in ROWS:
        result = outcome.results.get(row.name)
        held, seen = mainjob.judge(row, result)
        if held and row.name in bad:
            held, seen = False, '%d bad lines in the kernel log' % len(bad[row.name])
        rows.append((row.title, held, seen))
        if not held:
            told += ['%s: %s' % (row.title, text) for text in details(result) or bad.get(row.name, [])[:3]]
    rows.append(('kernel log, GPU reports', not bad and not outcome.strict and outcome.finished,
                 'nothing' if not bad and not outcome.strict else '%d lines, %d reports' % (
                     sum(len(b) for b in bad.values()), len(outcome.strict))))
    mainjob.table(rows)
    for text in told:
        ui.line(text)
    if not outcome.finished:
        raise ui.Problem(outcome.why or 'the guest did not reach its end',
                         'the whole console log is %s' % outcome.console, outcome.console_tail())
    held = all(r[1] for r in rows)
    ui.line('%s (%.0f s; logs in %s/quick)' % ('nothing leaks' if held else 'FAILED', ui.elapsed(), front.results))
    return 0 if held else 1
