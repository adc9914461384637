# SPDX-License-Identifier: GPL-2.0
"""Reads KTAP: kselftests, KUnit, and our own reports."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

LINE = re.compile(r'^(?P<indent>\s*)(?P<not>not )?ok (?P<number>\d+)(?: -)?(?: (?P<name>[^#]*?))?\s*'
                  r'(?:# ?(?P<note>.*))?$')
PLAN = re.compile(r'^(\s*)1\.\.(\d+)')


@dataclass
class Case:
    """One result line of the innermost level."""
    name: str
    verdict: str                # ok, failed, skipped
    note: str = ''
    depth: int = 0              # of the line that last spoke for it


def parse(lines: Iterable[str]) -> tuple[list[Case], list[str]]:
    """Cases of a KTAP text, leaves only, and complaints about its form (a plan not met, no result at all).

    A nested result's name is prefixed with that of what it belongs to, when that can be told.
    """
    cases: list[Case] = []
    problems: list[str] = []
    plans: dict[int, int] = {}                 # depth: how many results the plan promised
    counts: dict[int, int] = {}                 # depth: how many came
    for row in lines:
        plan = PLAN.match(row)
        m = LINE.match(row)
        if row.startswith('Bail out!'):
            problems.append(row.strip())
        if plan:
            depth = len(plan[1])
            if counts.get(depth, 0) != plans.get(depth, counts.get(depth, 0)):
                problems.append('%d of %d results came before another plan' % (counts[depth], plans[depth]))
            plans[depth] = int(plan[2])
            counts[depth] = 0
        if plan or not m:
            continue
        depth = len(m['indent'])
        counts[depth] = counts.get(depth, 0) + 1
        name = (m['name'] or m['number']).strip()
        inner = [c for c in cases if c.depth > depth]
        if inner:
            problems += _close(name, bool(m['not']), inner, depth, plans, counts)
            continue
        note = m['note'] or ''
        verdict = 'skipped' if note.upper().startswith('SKIP') else 'failed' if m['not'] else 'ok'
        cases.append(Case(name, verdict, note, depth))
    for depth, wanted in plans.items():
        if counts.get(depth, 0) != wanted:
            problems.append('%d of %d results came' % (counts.get(depth, 0), wanted))
    if not cases:
        problems.append('no test reported a result')
    return cases, problems


def _close(name: str, failed: bool, inner: list[Case], depth: int, plans: dict[int, int],
           counts: dict[int, int]) -> list[str]:
    """A result line that speaks for the results nested in it."""
    problems = []
    for deeper in [d for d in counts if d > depth]:
        came = counts.pop(deeper)
        wanted = plans.pop(deeper, came)
        if wanted != came:
            problems.append('%s: %d of %d results came' % (name, came, wanted))
    if failed and all(c.verdict != 'failed' for c in inner):
        problems.append('%s failed, though nothing in it did' % name)
    for case in inner:
        case.name = '%s.%s' % (name, case.name)
        case.depth = depth
    return problems


def summary(cases: Iterable[Case]) -> str:
    """'3 ok, 1 skipped' and the like."""
    parts = []
    for verdict in ('ok', 'failed', 'skipped'):
        count = sum(1 for c in cases if c.verdict == verdict)
        if count or verdict == 'ok':
            parts.append('%d %s' % (count, verdict))
    return ', '.join(parts)
