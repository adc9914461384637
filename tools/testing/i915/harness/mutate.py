# SPDX-License-Identifier: GPL-2.0
"""make mutate: the driver is broken on purpose, one small change at a time, and a test must notice each.

The changes are in tools/testing/i915/mutations; mutation.py tells how one is written, mutant.py how it is built and
run. The tests are run on the unchanged driver first: one that fails there says nothing. What is known of a mutant is
kept as long as neither the driver nor its tests change, so an interrupted run goes on where it was.
"""

import concurrent.futures
import fnmatch
import json
import os
import shutil
import threading
from dataclasses import dataclass, field, fields
from typing import Any, Callable

from . import cache, kernel, ktap, ui
from .front import Front
from .mutant import MISUSE, Bench, Round, Shared, Tester, word
from .mutation import Mutation, Needs, load

VERSION = 1                     # of how a mutant is judged: results of another one are not believed
SHARE = 8                       # mutants in a boot


@dataclass
class Verdict:
    """What became of one mutant."""
    what: str                   # killed, survived, hung, error
    by: str = ''                # the test
    seen: str = ''
    seconds: float = 0.0
    key: str = ''
    details: list[str] = field(default_factory=list)


class Book:
    """What is known of each mutant, kept between runs."""

    def __init__(self, path: str, repo: str):
        self.path = path
        self.repo = repo
        self.lock = threading.Lock()
        self.known: dict[str, Any] = {}
        try:
            with open(path) as f:
                self.known = json.load(f)
        except (OSError, ValueError):
            pass
        self.driver = self._driver()

    def _driver(self) -> str:
        top = os.path.join(self.repo, kernel.DRIVER)
        return cache.digest(*[('path', full) for name, full in cache.files_below(top)
                              if not name.startswith(('selftests/i915_', 'tests/', 'Makefile'))])

    def key(self, mutation: Mutation) -> str:
        """Of all that the verdict depends on."""
        driver = os.path.join(self.repo, kernel.DRIVER)
        selftests = os.path.join(self.repo, kernel.SELFTESTS)
        sources: list[Any] = [VERSION, self.driver]
        for spec in mutation.tests:
            kind, _, rest = spec.partition(' ')
            if kind == 'mock':
                suites = os.path.join(driver, 'selftests')
                sources += [('path', full) for name, full in cache.files_below(suites)
                            if rest == 'all' or name == 'i915_mock_%s.c' % rest]
            elif kind == 'kunit':
                sources.append(('path', os.path.join(driver, 'tests')))
            elif kind not in ('load', 'run', 'guest', 'kmemleak'):
                program = os.path.join(selftests, spec.partition(':')[0] + '.c')
                sources += [('path', p) for p in (program, os.path.join(selftests, 'lib'),
                                                  os.path.join(selftests, 'i915_util.h')) if os.path.exists(p)]
        told = {f.name: getattr(mutation, f.name) for f in fields(Mutation)
                if f.name not in ('why', 'table', 'survives')}
        return cache.digest(sorted(told.items()), *sources)

    def get(self, name: str, key: str) -> Verdict | None:
        row = self.known.get(name)
        return Verdict(**row) if row and row['key'] == key else None

    def put(self, name: str, verdict: Verdict) -> None:
        with self.lock:
            self.known[name] = verdict.__dict__
            os.makedirs(os.path.dirname(self.path), exist_ok=True)
            with open(self.path + '.new', 'w') as f:
                json.dump(self.known, f, indent=1)
            os.replace(self.path + '.new', self.path)


def baseline(tester: Tester, rows: list[Mutation], book: Book) -> dict[tuple[Any, ...], str]:
    """Run the tests on the unchanged driver; {(boot, test): why it cannot be believed} of those that fail there."""
    boots: dict[Needs, list[str]] = {}
    for row in rows:
        specs = boots.setdefault(row.boot, [])
        specs += [t for t in row.tests if t not in specs]
    useless: dict[tuple[Any, ...], str] = {}
    for boot, specs in boots.items():
        name = '(unchanged) %s %s %s %d' % boot
        asked = Mutation(name, '', '', '', specs, '', '', *boot)
        key = book.key(asked)
        verdict = book.get(name, key)
        if not verdict:
            ui.say('the unchanged driver, %s kernel, %s: %d tests' % (
                boot[0], ' '.join(b for b in boot[1:3] if b), len(specs)))
            failed, seconds = tester.boot(specs, boot, {}, 'unchanged', whole=True)
            verdict = Verdict('fails' if failed else 'passes', '', '', seconds, key,
                              ['%s: %s' % (n, seen) for n, seen, _, _ in failed])
            if not failed:
                book.put(name, verdict)
        for complaint in verdict.details:
            ui.line('FAIL  on the unchanged driver (%s): %s' % (boot[0], complaint))
            culprit = complaint.split(':')[0]
            if culprit == MISUSE:       # of some test: then the tests themselves have to tell
                tester.reports.add(boot)
                continue
            alone = culprit in {word(spec) for spec in specs}
            useless.update({(boot, spec): complaint for spec in specs if not alone or word(spec) == culprit})
    return useless


def verdict_of(entry: Shared) -> Verdict:
    """What a mutant that was run came to."""
    if not entry.failed:
        return Verdict('survived', '', 'by ' + ', '.join(entry.mutation.tests), entry.seconds)
    name, seen, details, late = entry.failed
    first = [d for d in details if ktap.LINE.match(d) and 'not ok' in d] or details
    seen = (seen + ': ' + first[0] if first and first[0] not in seen else seen)[:200]
    what = 'hung' if late and not entry.mutation.hangs else 'killed'
    return Verdict(what, name, seen, entry.seconds, details=details[:60])


def judge(rows: list[Mutation], tester: Tester, bench: Bench, useless: dict[tuple[Any, ...], str],
          tell: Callable[[Mutation, Verdict], None]) -> None:
    """Build mutants that want the same boot and see who notices each."""
    entries: list[Shared] = []
    for row in rows:
        unfit = [useless[(row.boot, t)] for t in row.tests if (row.boot, t) in useless]
        if unfit:
            tell(row, Verdict('error', '', 'a test of it fails on the unchanged driver: ' + unfit[0]))
            continue
        try:
            entries.append(Shared(row, bench.build(row, tester.built[row.flavour])))
        except ui.Problem as problem:
            tell(row, Verdict('error', '', problem.what, details=[r.rstrip() for r in problem.tail] + [
                'what to do: ' + problem.todo]))
    while entries:
        try:
            done, entries = Round(tester, entries, os.path.basename(bench.top)).run()
        except ui.Problem as problem:
            tell(entries[0].mutation, Verdict('killed', 'boot', problem.what))
            entries = [Shared(e.mutation, e.modules) for e in entries[1:]]
            continue
        for entry in done:
            tell(entry.mutation, verdict_of(entry))
    shutil.rmtree(os.path.join(bench.top, 'out'), ignore_errors=True)


def run(front: Front, args: Any) -> int:
    """All rows, or those whose name, file or table matches one of `only`; status 0 when none survives."""
    chosen = [r for r in load(front.repo) if args.flavour in (None, r.flavour) and (not args.only or any(
        fnmatch.fnmatch(text, '*%s*' % o) for o in args.only for text in (r.name, r.file, r.table, r.why)))]
    if not chosen:
        raise ui.Problem('no mutation matches %s' % ' '.join(args.only),
                         'a pattern is part of a name, a file, a table or a reason')
    front.setup()
    top = os.path.join(front.results, 'mutate')
    os.makedirs(top, exist_ok=True)
    book = Book(os.path.join(top, 'known.json'), front.repo)
    verdicts: dict[str, Verdict] = {}
    keys = {row.name: book.key(row) for row in chosen}
    for row in chosen:
        known = None if args.again else book.get(row.name, keys[row.name])
        if known:
            verdicts[row.name] = known
    left = [row for row in chosen if row.name not in verdicts]
    ui.say('%d mutations, %d known from before' % (len(chosen), len(verdicts)))
    if left:
        tester = Tester(front, top)
        tester.prepare({row.flavour for row in left})
        useless = baseline(tester, left, book)
        _judge_all(left, tester, useless, book, keys, verdicts, args.jobs)
    return report(chosen, verdicts)


def shares(rows: list[Mutation]) -> list[list[Mutation]]:
    """Those that want the same boot, some at a time."""
    groups: dict[Needs, list[Mutation]] = {}
    for row in rows:
        groups.setdefault(row.boot, []).append(row)
    return [group[n:n + SHARE] for group in groups.values() for n in range(0, len(group), SHARE)]


def _judge_all(left: list[Mutation], tester: Tester, useless: dict[tuple[Any, ...], str], book: Book,
               keys: dict[str, str], verdicts: dict[str, Verdict], jobs: int) -> None:
    """Judge what is left, some at a time, and print a line for each."""
    free = [Bench(tester.front.repo, os.path.join(tester.top, 'bench-%d' % n), tester.objects) for n in range(jobs)]
    total = len(verdicts) + len(left)

    def tell(row: Mutation, verdict: Verdict) -> None:
        verdict.key = keys[row.name]
        verdicts[row.name] = verdict
        if verdict.what != 'error':
            book.put(row.name, verdict)
        by = verdict.by and verdict.by + ': '
        ui.say('%3d/%d %-8s %-32s %s%s' % (len(verdicts), total, verdict.what, row.name, by, verdict.seen))

    def some(rows: list[Mutation]) -> None:
        bench = free.pop()
        try:
            judge(rows, tester, bench, useless, tell)
        finally:
            free.append(bench)

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        waiting = [pool.submit(some, rows) for rows in shares(left)]
        try:
            for done in concurrent.futures.as_completed(waiting):
                done.result()
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def report(rows: list[Mutation], verdicts: dict[str, Verdict]) -> int:
    """The table at the end, and the exit status."""
    ui.line()
    tables: dict[str, dict[str, int]] = {}
    bad = []
    for row in rows:
        verdict = verdicts[row.name]
        what = verdict.what
        if what == 'survived' and row.survives:
            what = 'excused'
        elif row.survives:
            verdict.details = ['it is said to survive (%s), and does not: remove that from %s' % (
                row.survives, row.table)]
            what = 'error'
        count = tables.setdefault(row.table, {})
        count[what] = count.get(what, 0) + 1
        if what not in ('killed', 'excused'):
            bad.append((row, verdict, what))
    for row, verdict, what in bad:
        ui.line('%-8s  %s (%s): %s' % (what, row.name, row.file, verdict.seen))
        ui.line('          ' + row.why)
        for detail in verdict.details[:6]:
            ui.line('          | ' + detail)
    kinds = ('killed', 'survived', 'hung', 'error', 'excused')
    ui.line('%-16s' % 'table' + ''.join('%10s' % k for k in kinds))
    for name in sorted(tables):
        ui.line('%-16s' % name + ''.join('%10d' % tables[name].get(k, 0) for k in kinds))
    ui.line('%-16s' % 'all' + ''.join('%10d' % sum(t.get(k, 0) for t in tables.values()) for k in kinds))
    if bad:
        ui.line('what to do: write or strengthen the test that is to notice, and name it in the row; one that '
                'changes nothing anybody could see says why in `survives`')
    return 1 if bad else 0
