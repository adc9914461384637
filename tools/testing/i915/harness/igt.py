# SPDX-License-Identifier: GPL-2.0
"""make igt: any installed or built IGT in the guest, test by test, against expectation files.

Each test (or subtest) has a time limit of its own. One that hangs the guest or kills it gets Timeout or Crash; the
guest is booted again and goes on with the next. So it is after a kernel warning, lest one test's damage be read as
the next one's. Expectations are in drm-ci's form: NAME-fails.txt has "test@subtest,Fail" (or Crash, Timeout),
NAME-flakes.txt and NAME-skips.txt have one regular expression a line. NAME-misuse.txt is of our own: what IGT itself
does wrong, as the GPU reports it, "test@subtest,report", both regular expressions.

A test may hang the GPU on purpose. That resets are made for it is no complaint, in the kernel log (klog.py) nor of the
GPU, which knows the command that IGT stops an engine with.
"""

import fnmatch
import os
import re
import shlex
import subprocess
from argparse import Namespace
from collections.abc import Sequence

from . import guest, kernel, klog, proc, qemu, report, results, ui
from .front import Front

EXPECTATIONS = 'tools/testing/i915/expectations'
TEST_DIRS = ('libexec/igt-gpu-tools', 'tests', 'lib/x86_64-linux-gnu/igt-gpu-tools', 'benchmarks', 'tools', 'bin',
             'libexec/igt-gpu-tools/benchmarks')
LIB_DIRS = ('lib/x86_64-linux-gnu', 'lib64', 'lib', 'lib/.libs')
EXIT = {0: 'Pass', 77: 'Skip', 78: 'Timeout', 143: 'Timeout', 137: 'Timeout', 124: 'Timeout'}
CHUNK = 200                     # items a boot


class Igt:
    """One IGT on this machine."""

    def __init__(self, top: str | None) -> None:
        if not top or not os.path.isdir(top):
            raise ui.Problem('IGT=%s is not a directory' % (top or ''),
                             'make igt IGT=DIR LIST=FILE, where DIR is an install prefix or a meson build directory')
        self.top = os.path.abspath(top)
        self.tests = [os.path.join(self.top, d) for d in TEST_DIRS if os.path.isdir(os.path.join(self.top, d))]
        self.libs = [os.path.join(self.top, d) for d in LIB_DIRS if os.path.isdir(os.path.join(self.top, d))]
        if not self.tests:
            raise ui.Problem('no IGT tests in %s (looked for %s)' % (self.top, ', '.join(TEST_DIRS)),
                             'name an install prefix, or a meson build directory after ninja')

    def find(self, name: str) -> str | None:
        """The binary of a test, or None."""
        for directory in self.tests:
            full = os.path.join(directory, name)
            if os.path.isfile(full) and os.access(full, os.X_OK):
                return full
        return None

    def subtests(self, name: str) -> list[str]:
        """Names of a test's subtests; none for a test without, or with only itself."""
        env = proc.environment(LD_LIBRARY_PATH=':'.join(self.libs))
        try:
            done = subprocess.run([self.find(name) or name, '--list-subtests'], stdout=subprocess.PIPE, env=env,
                                  timeout=30, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, text=True,
                                  errors='replace', check=False)
        except subprocess.TimeoutExpired:
            raise ui.Problem('%s --list-subtests does not end' % name, 'leave it out of the list') from None
        return done.stdout.split() if done.returncode == 0 else []

    def expand(self, entries: Sequence[str]) -> tuple[list[str], list[str]]:
        """Items ("test" or "test@subtest") of a list's entries, and those that are not in this IGT."""
        items, unknown = [], []
        for entry in entries:
            test, _, sub = entry.partition('@')
            if not self.find(test):
                unknown.append(entry)
                continue
            subs = self.subtests(test)
            if not subs:
                wanted = [test] if not sub else []
            elif not sub:
                wanted = ['%s@%s' % (test, s) for s in subs]
            else:
                # what follows a second @ is a dynamic subtest: run its parent
                name = sub.partition('@')[0]
                wanted = ['%s@%s' % (test, s) for s in subs if fnmatch.fnmatchcase(s, name)]
            if not wanted:
                unknown.append(entry)
            items += [w for w in wanted if w not in items]
        return items, unknown


def read_list(path: str | None) -> list[str]:
    """Entries of a test list: one a line, # comments, an optional igt@ in front, commas or spaces for subtests."""
    if not path or not os.path.isfile(path):
        raise ui.Problem('LIST=%s is not a file' % (path or ''), 'give a file with one test a line: gem_basic, '
                         'gem_exec_basic@basic, gem_sync@basic*')
    entries = []
    with open(path) as f:
        for row in f:
            row = row.partition('#')[0].strip()
            if row:
                entries.append(row[4:] if row.startswith('igt@') else row)
    if not entries:
        raise ui.Problem('%s names no test' % path, 'give a file with one test a line')
    return entries


class Expected:
    """What is known to fail, to flake, and what is not to be run."""

    def __init__(self, directory: str, name: str) -> None:
        self.fails: dict[str, str] = {}
        for row in self._rows(directory, name, 'fails'):
            test, _, result = row.partition(',')
            self.fails[test] = result or 'Fail'
        self.flakes = [re.compile(r) for r in self._rows(directory, name, 'flakes')]
        self.skips = [re.compile(r) for r in self._rows(directory, name, 'skips')]
        self.misuse = [row.partition(',')[::2] for row in self._rows(directory, name, 'misuse')]

    @staticmethod
    def _rows(directory: str, name: str, kind: str) -> list[str]:
        path = os.path.join(directory, '%s-%s.txt' % (name, kind))
        if not os.path.exists(path):
            return []
        with open(path) as f:
            return [r.strip() for r in f if r.strip() and not r.startswith('#')]

    def skip(self, item: str) -> bool:
        return any(s.fullmatch(item) for s in self.skips)

    def misused(self, item: str, reports: Sequence[str]) -> list[str]:
        """Those of the GPU's reports that are not known of this item."""
        known = [report for test, report in self.misuse if re.fullmatch(test, item)]
        return [r for r in reports if not any(re.search(k, r) for k in known)]

    def unexpected(self, item: str, result: str) -> str | None:
        """None, or why this result is not what the files say."""
        if any(f.fullmatch(item) for f in self.flakes):
            return None
        wanted = self.fails.get(item)
        if wanted is None:
            return None if result in ('Pass', 'Skip') else 'expected Pass'
        if result == wanted:
            return None
        return 'expected %s (take it out of the -fails file if it is mended)' % wanted


def verdict(result: guest.Result, misuse: Sequence[str] = ()) -> tuple[str, str]:
    """The drm-ci word for a step's result, and a note; misuse: the GPU's reports that are not known of the test."""
    if result.status is None:
        return ('Timeout' if 'hung' in result.why else 'Crash'), result.why
    word = EXIT.get(result.status, 'Crash' if result.status >= 128 else 'Fail')
    bad = klog.failures(result.log)
    if bad:
        return ('Fail' if word in ('Pass', 'Skip') else word), 'kernel log: ' + bad[0]
    if misuse:
        return ('Fail' if word in ('Pass', 'Skip') else word), 'the GPU reports misuse: ' + misuse[0]
    if word in ('Fail', 'Skip'):
        rows = [r for r in result.output if re.search(r'assert|requirement|SKIP|FAIL', r, re.I)]
        return word, rows[0] if rows else ''
    return word, ''


class Session:
    """One make igt."""

    def __init__(self, front: Front, args: Namespace) -> None:
        self.front = front
        self.igt = Igt(args.igt)
        self.items, self.unknown = self.igt.expand(read_list(args.list))
        self.entries: list[report.Entry] = []
        self.limit = args.limit
        self.flavour = args.flavour
        self.release = ''
        self.expected = Expected(os.path.join(front.repo, EXPECTATIONS), args.expect)
        self.results: dict[str, tuple[str, float, str, str | None]] = {}     # item: verdict, time, note, why unexpected
        self.logs = os.path.join(front.results, 'igt', 'logs')
        self.reported: set[str] = set()         # what the GPU complained of in the tests

    def _files(self) -> tuple[dict[str, str | bytes], list[str]]:
        binaries = {b for b in (self.igt.find(i.partition('@')[0]) for i in self.items) if b}
        files: dict[str, str | bytes] = {'igt/' + os.path.basename(b): b for b in sorted(binaries)}
        return files, sorted(binaries)

    def _step(self, number: int, item: str) -> guest.Step:
        test, _, sub = item.partition('@')
        command = 'cd /tmp && LD_LIBRARY_PATH=/igt/lib /igt/' + test
        if sub:
            command += ' --run-subtest ' + shlex.quote(sub)
        return guest.Step('t%d' % number, command, self.limit)

    def _one(self, item: str, result: guest.Result) -> bool:
        misuse = self.expected.misused(item, result.strict)
        self.reported |= set(result.strict)
        word, note = verdict(result, misuse)
        wrong = self.expected.unexpected(item, word)
        self.results[item] = (word, result.seconds, note, wrong)
        details = ([note] if note else []) + misuse
        self.entries.append(report.Entry(item, not wrong, ('%s %s' % (word, wrong or note)).strip(), result.seconds,
                                         details, result.output, result.log, word.lower()))
        name = re.sub(r'[^\w@.+-]', '_', item)
        with open(os.path.join(self.logs, name + '.txt'), 'w') as f:
            f.write('\n'.join(['%s: %s %s' % (item, word, note), '--- output', *result.output, '--- kernel log',
                               *result.log, '--- GPU', *result.strict]) + '\n')
        unexpected = '  UNEXPECTED: ' + wrong if wrong else ''
        ui.line('%-8s %-48s %6.1f s  %s%s' % (word, item, result.seconds, note[:100], unexpected))
        return word in ('Timeout', 'Crash') or note.startswith('kernel log')

    def run(self, built: kernel.Built, emulator: qemu.Qemu) -> int:
        """Boot as often as it takes."""
        os.makedirs(self.logs, exist_ok=True)
        self.release = built.release
        files, binaries = self._files()
        todo = [i for i in self.items if not self.expected.skip(i)]
        for item in self.items:
            if item not in todo:
                ui.line('%-8s %-48s           in the -skips file' % ('Left out', item))
        strict: list[str] = []
        boots = 0
        while todo:
            part = dict(('t%d' % n, i) for n, i in enumerate(todo[:CHUNK]))
            steps = [guest.Step('load', '/guest/load', 60)]
            steps += [self._step(n, i) for n, i in enumerate(part.values())]
            machine = self.front.machine(built, emulator, 'igt', memory=4096)
            outcome = machine.run(steps, files, binaries, self.igt.libs, 'igt/lib', boot_limit=300,
                                  watch=lambda r: r.name in part and self._one(part[r.name], r))
            boots += 1
            strict += [r for r in outcome.strict if r not in self.reported]
            load = outcome.results.get('load')
            if load is None or load.status != 0:
                raise ui.Problem('the driver did not load: %s' % (
                    outcome.why or ' '.join(load.output[-2:]) if load else outcome.why),
                    'make run shows more; console log: ' + outcome.console, outcome.console_tail())
            before = len(todo)
            todo = [i for i in todo if i not in self.results]
            if len(todo) == before:
                raise ui.Problem('the guest ended without a result: ' + outcome.why, 'console log: ' + outcome.console,
                                 outcome.console_tail())
        return self._summary(boots, strict)

    def _summary(self, boots: int, strict: list[str]) -> int:
        counts: dict[str, int] = {}
        for word, *_ in self.results.values():
            counts[word] = counts.get(word, 0) + 1
        wrong = {i: r for i, r in self.results.items() if r[3]}
        with open(os.path.join(self.front.results, 'igt', 'results.csv'), 'w') as f:
            for item, (word, seconds, _, _) in self.results.items():
                f.write('%s,%s,%.3f\n' % (item, word, seconds))
        ui.line()
        ui.line('%d tests, %d boots: %s' % (len(self.results), boots, ', '.join(
            '%s %d' % (k, v) for k, v in sorted(counts.items())) or 'none ran'))
        for entry in self.unknown:
            ui.line('not in this IGT: ' + entry)
        for row in strict[:20]:
            ui.line('the GPU reports misuse outside of the tests: ' + row)
        ui.line('unexpected: %d' % len(wrong))
        for item, (word, _, note, why) in wrong.items():
            ui.line('  %s,%s   %s; %s' % (item, word, why, note))
        results.write(os.path.join(self.front.results, 'igt'), 'igt', self.entries, self.release)
        ui.line('output and kernel log of each test: ' + self.logs)
        return 1 if wrong or self.unknown or strict or not self.results else 0


def run(front: Front, args: Namespace) -> int:
    front.setup()
    session = Session(front, args)
    built, emulator = front.build(args.flavour)
    ui.say('%d tests of %s on Linux %s (%s)' % (len(session.items), session.igt.top, built.release, args.flavour))
    return session.run(built, emulator)
