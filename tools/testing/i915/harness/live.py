# SPDX-License-Identifier: GPL-2.0
"""The live selftests of the stock driver, one by one.

Each subtest has a load of the driver of its own, under -icount (one processor, an instruction is a nanosecond), so
that nothing depends on how busy this machine is. A guest in which one failed is ended, and the rest runs in a new
one. Around each load the virtual GPU counts and reports (guest/live): a subtest that made GPU and processor do no more
than a load of the driver alone does has skipped itself, whatever it returned, and is not counted as passed.
"""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from . import guest, kernel, klog, livetable, qemu, ui
from .front import Front

Counts = dict[str, int]

EXACT = ['-icount', 'shift=0,sleep=off', '-rtc', 'clock=vm']
FUNCTION = re.compile(r'^(?:static )?int (\w+)\([^;{]*\)\n\{\n(.*?)^\}', re.M | re.S)
NOTHING = 'sanitycheck'         # the suite that does nothing: what a load alone costs
# More than in a load alone, in any of these, is work the GPU did for the subtest. (Commands and ELSP writes are not:
# how requests of the load itself share a submission depends on when they come.)
WORK = ('context-switches', 'engine-resets', 'aperture-accesses')
# ... and so much more in these, which waking an idle GPU once more, or the first load of all, costs as well.
NOISE = {'mmio-reads': 60, 'guest-instructions': 20000000}
REPORTS_KEPT = 4096             # strict-max: so many lines of each kind are printed
PASS, FAIL, SKIP, ABSENT = 'passed', 'FAILED', 'skipped itself', 'not run'


@dataclass
class Subtest:
    """One subtest on one chip, and what became of it."""
    suite: str
    name: str                   # 'function/subtest', empty for a suite without any
    verdict: str = ''
    why: str = ''               # of anything but a pass
    seconds: float = 0.0        # on this machine's clock, with load and unload
    allowed: list[str] = field(default_factory=list)        # reasons for which lines were let pass
    complaints: list[str] = field(default_factory=list)     # lines that were not

    @property
    def step(self) -> str:
        """Its name as a step of the guest."""
        return self.suite + (':' + self.name.split('/')[1] if self.name else '')


def subtests(tree: str) -> dict[str, list[str]]:
    """{suite: ['function/subtest', ...]} of the driver in a kernel tree, as its filter parameter names them."""
    driver = os.path.join(tree, 'drivers/gpu/drm/i915')
    with open(os.path.join(driver, 'selftests/i915_live_selftests.h')) as f:
        suites = re.findall(r'^selftest\((\w+), (\w+)\)', f.read(), re.M)
    bodies: dict[str, str] = {}
    for top, _, names in os.walk(driver):
        for name in names:
            if name.endswith('.c') and ('selftest' in top or 'selftest' in name):
                with open(os.path.join(top, name)) as f:
                    bodies.update(FUNCTION.findall(f.read()))
    lists = {f: re.findall(r'\bSUBTEST\((\w+)\)', body) for f, body in bodies.items()}
    found = {}
    for suite, func in suites:
        called = [func] + re.findall(r'\b\w+\b', bodies.get(func, ''))
        found[suite] = ['%s/%s' % (f, s) for f in dict.fromkeys(called) for s in lists.get(f, ())]
    return found


def sections(path: str) -> dict[str, tuple[Counts, list[str]]]:
    """What the GPU printed, by section: {name: (counts, reports)}; '' holds what belongs to none."""
    found: dict[str, tuple[Counts, list[str]]] = {}
    reports: list[str] = []
    with open(path, errors='replace') as f:
        for row in f:
            m = re.match(r'i915-gpu: COUNT (\S+) (.*)', row)
            if m:
                counts = {k: int(v) for k, v in re.findall(r'([\w-]+)=(\d+)', m[2])}
                found['' if m[1] == 'exit' else m[1]] = (counts, reports)
                reports = []
            elif guest.STRICT in row:
                reports.append(row.strip())
    found[''] = (found.get('', ({}, []))[0], found.get('', ({}, []))[1] + reports)
    return found


def worked(counts: Counts, idle: Counts) -> bool:
    """Was more done than in a load alone?"""
    return any(counts[w] > idle[w] for w in WORK) or any(counts[w] > idle[w] + more for w, more in NOISE.items())


class Judge:
    """All live selftests on one chip."""

    def __init__(self, front: Front, built: kernel.Built, emulator: qemu.Qemu, chip: str,
                 programs: tuple[dict[str, str | bytes], list[str]]) -> None:
        self.front = front
        self.built = built
        self.emulator = emulator
        self.chip = chip                # 'bdw' or 'skl'
        self.files, self.dynamic = programs
        self.idle: Counts | None = None         # counts of a load alone
        self.failures: list[str] = []           # what belongs to no subtest

    def run(self, only: Sequence[str] = ()) -> list[Subtest]:
        """Returns [Subtest, ...], the suites in their own order."""
        tests = [Subtest(s, n) for s, names in subtests(self.built.tree).items() for n in names or ['']]
        tests = [t for t in tests if t.suite == NOTHING or not only or any(o in t.step for o in only)]
        for props in sorted({livetable.device(self.chip, t) for t in tests}):
            todo = [t for t in tests if livetable.device(self.chip, t) == props]
            while todo:
                left = self._guest(todo, props)
                if len(left) == len(todo):
                    for test in left:
                        test.verdict, test.why = FAIL, 'not reached'
                    break
                todo = left
        return tests

    def _guest(self, todo: list[Subtest], props: str) -> list[Subtest]:
        """One boot; returns the subtests it did not come to."""
        by_step = {t.step: t for t in todo}
        device = 'intel-gt,variant=%s,strict-max=%d%s' % (self.chip, REPORTS_KEPT, props)
        machine = self.front.machine(self.built, self.emulator, 'judge-live-' + self.chip, device=device, memory=4096,
                                     cpus=1, qemu_args=EXACT)

        def watch(result: guest.Result) -> bool:
            test = by_step[result.name]
            ui.say('  %s, %s: %s (%.1f s of the guest)' % (
                self.chip, result.name, 'done' if result.status == 0 else 'status %s' % result.status, result.seconds))
            return result.status != 0 and bool(test.name)

        steps = [guest.Step(t.step, '/guest/live %s %d %s %s' % (t.step, livetable.loop(t), t.suite, t.name),
                            livetable.limit(t)) for t in todo]
        outcome = machine.run(steps, self.files, self.dynamic, watch=watch)
        seen = sections(os.path.join(machine.run_dir, 'qemu.log'))
        self.failures += seen[''][1]
        bad = klog.failures(outcome.boot_log, boot=True)
        self.failures += bad
        for step, result in outcome.results.items():
            test = by_step[step]
            self._judge(test, result, *(seen[step] if step in seen else (None, [])))
        return [t for t in todo if t.step not in outcome.results]

    def _judge(self, test: Subtest, result: guest.Result, counts: Counts | None, reports: list[str]) -> None:
        """Verdict of one subtest from its result, the kernel log, and what the GPU counted and reported."""
        text = [klog.LINE.sub(r'\2', r) for r in result.log]
        if test.suite == NOTHING and counts:
            self.idle = counts
        for row in klog.failures(result.log) + reports:
            reason = livetable.allowed(test, row)
            if not reason:
                test.complaints.append(row)
            elif reason not in test.allowed:
                test.allowed.append(reason)
        test.seconds = result.seconds
        test.verdict = FAIL
        if result.status is None:
            test.why = result.why
        elif result.status:
            failed = [t for t in text if 'failed' in t and 'probe' not in t]
            test.why = failed[0] if failed else 'status %d: %s' % (result.status, ' '.join(result.output[-1:]))
        elif test.complaints:
            test.why = '%s (%d lines)' % (test.complaints[0], len(test.complaints))
        elif test.name and not any('Running ' + test.name in t for t in text):
            self._left_out(test, ABSENT)
        elif not counts or not self.idle:
            test.why = 'the GPU printed no counts for it'
        elif worked(counts, self.idle) or livetable.processor_only(test):
            test.verdict = PASS
        else:
            self._left_out(test, SKIP)

    def _left_out(self, test: Subtest, verdict: str) -> None:
        """Not run, or skipped itself: a failure unless the table knows the reason."""
        why = livetable.reason(self.chip, test)
        test.verdict = verdict if why else FAIL
        test.why = why or '%s, and livetable.py does not say why' % verdict
