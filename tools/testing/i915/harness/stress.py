# SPDX-License-Identifier: GPL-2.0
"""make stress: clients of all kinds at once, under many schedules and faults of the virtual GPU, on both chips.

A run is a seed and a fault. The seed is the GPU's schedule (gpu/README.md) and what the clients do (i915_stress of the
kselftests); the faults take turns, so that the n-th seed has the n-th of them. A failure is printed with the command
that does it again, alone, on a guest that has just booted.
"""

import os
import re
import shlex
import time
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass

from . import bench, guest, klog, ui
from .front import Front
from .report import Report

CHIPS = ('bdw', 'skl')
# What a driver lives with so that nobody else notices. Faults that lose work have tests of their own (i915_faults).
FAULTS = ('none', 'irq-lost:p=1/8', 'irq-late:p=1/4:delay=500us', 'irq-twice:p=1/4', 'msi-spurious:p=1/8',
          'csb-late:p=1/4:delay=200us', 'csb-hole:p=1/4', 'csb-early-irq:p=1/4', 'sem-late:p=1/4',
          'inval-stuck:p=1/4:delay=500us', 'fw-stuck:p=1/4:delay=1ms', 'reset-stuck:p=1/4:delay=200us',
          'gdrst-stuck:reset=engine:p=1/4', 'irq-lost:p=1/16+csb-late:p=1/8')
LOSING = re.compile(r'(^|\+)(hang|page-fault|gone|csb-(lost|garbled|stray|twice|at-reset)|elsp-lost|ggtt-flush-lost|'
                    r'inval-lost|pcode-error)\b')
MIX_MS = 2000
RUN_LIMIT = 300                         # seconds, on a busy machine
# In make test: a schedule for each chip
SHORT = {'bdw': '1', 'skl': '2:irq-lost:p=1/8+csb-late:p=1/4:delay=200us'}
SHORT_MS = 1000
# Two schedules in one boot, each with counters of its own
EXACT = '/guest/load' + ''.join(
    ' && i915_fault seed %d && i915_mark begin seed-%d && I915_STRESS_MS=100 %s --run-subtest mix && i915_mark end' % (
        seed, seed, '/kselftest/drivers/gpu/i915/i915_stress') for seed in (1, 2))


@dataclass
class Run:
    """One schedule with one fault."""
    seed: int
    fault: str

    def argument(self) -> str:
        return '%d%s' % (self.seed, '' if self.fault == 'none' else ':' + self.fault)


def seeds_of(text: str) -> list[int]:
    """The numbers of "3", "1-20" or "1-5,17"."""
    seeds: list[int] = []
    for part in text.split(','):
        m = re.fullmatch(r'(\d+)(?:-(\d+))?', part.strip())
        first, last = (int(m[1]), int(m[2] or m[1])) if m else (0, 0)
        if not 0 < first <= last:
            raise ui.Problem('SEEDS=%s: "%s" is no range of numbers from 1 on' % (text, part),
                             'give one like SEEDS=7, SEEDS=1-20 or SEEDS=1-5,17')
        seeds += range(first, last + 1)
    return seeds


def faults_of(text: str) -> list[str]:
    """The rules of FAULTS, by blanks; the device itself says which make sense."""
    faults = text.split() or list(FAULTS)
    for fault in faults:
        if LOSING.search(fault):
            raise ui.Problem('FAULTS=%s: with it innocent work may be lost, which is what stress looks for' % fault,
                             'use one of those that are survived: ' + ' '.join(FAULTS))
    return faults


def again(flavour: str, chip: str, run_: Run) -> str:
    """The command that does one run again."""
    other = '' if flavour == 'debug' else ' FLAVOUR=' + flavour
    return "make stress CHIP=%s SEEDS=%d FAULTS='%s'%s" % (chip, run_.seed, run_.fault, other)


class Stress:
    """The runs of one chip, in one boot."""

    def __init__(self, chip: str, runs: Sequence[Run], seconds: float) -> None:
        self.chip = chip
        self.runs = {'run-%d-%d' % (n, r.seed): r for n, r in enumerate(runs)}
        self.left = seconds             # when the guest is up
        self.until = 0.0                # time.monotonic()
        self.done = 0
        self.failed: list[tuple[Run, str, list[str]]] = []      # run, why, lines

    def steps(self) -> list[guest.Step]:
        """Load the driver, then the runs."""
        return [guest.Step('load', '/guest/load')] + [
            guest.Step(name, '/guest/stress %d %s' % (MIX_MS, shlex.quote(one.argument())), RUN_LIMIT)
            for name, one in self.runs.items()]

    def watch(self, result: guest.Result) -> bool:
        """After each run: what came of it. True ends the guest: the time is over, or it failed."""
        if result.name == 'load':
            self.until = time.monotonic() + self.left
            return result.status != 0
        one = self.runs[result.name]
        bad = result.strict + klog.failures(result.log)
        held = result.status == 0 and not bad
        self.done += 1
        last = result.output[-1] if result.output else 'no output'
        ui.say('  %s, seed %d, %s: %s, %.1f s' % (self.chip, one.seed, one.fault, last if held else 'FAILED',
                                                  result.seconds))
        if not held:
            why = result.why or (bad[0] if bad else 'status %s' % result.status)
            self.failed.append((one, why, result.output[-15:] + bad[:15]))
        self.left = self.until - time.monotonic()
        return not held or self.left <= 0


def run_chip(front: Front, flavour: str, stress: Stress) -> None:
    """One boot; a guest that does not get as far as a run is a Problem."""
    built, emulator = front.build(flavour)
    files, dynamic = front.programs()
    machine = front.machine(built, emulator, 'stress-' + stress.chip, device='intel-gt,variant=' + stress.chip,
                            memory=1024)
    outcome = machine.run(stress.steps(), files, dynamic, boot_limit=600, watch=stress.watch)
    if outcome.booted is None:
        raise ui.Problem(outcome.why, 'the whole console log is ' + outcome.console, outcome.console_tail())
    load = outcome.results.get('load')
    if load is None or load.status != 0:
        raise ui.Problem('the driver does not load', 'the whole console log is ' + outcome.console,
                         load.output if load else outcome.console_tail())


def run(front: Front, args: Namespace) -> int:
    """SECONDS of it on each chip, or all SEEDS once when only these are given."""
    seeds, faults = seeds_of(args.seeds or '1-10000'), faults_of(args.faults)
    seconds = args.seconds or (300 if not args.seeds else 1 << 30)
    runs = [Run(seed, faults[n % len(faults)]) for n, seed in enumerate(seeds)]
    front.setup()
    failed: list[tuple[str, Run, str, list[str]]] = []
    done = 0
    for chip in [args.chip] if args.chip else CHIPS:
        left = runs
        rest: float = seconds
        # a failure ends the guest: the others go on in a new one
        while left and rest > 0:
            stress = Stress(chip, left, rest)
            try:
                run_chip(front, args.flavour, stress)
            except KeyboardInterrupt:
                ui.line('interrupted on %s in seed %d; the logs are in %s' % (
                    chip, left[min(stress.done, len(left) - 1)].seed, os.path.join(front.results, 'stress-' + chip)))
                raise
            failed += [(chip, *f) for f in stress.failed]
            done += stress.done
            if not stress.done:
                break
            left, rest = left[stress.done:], stress.left
    for chip, what, why, lines in failed:
        ui.line('FAILED  %s: %s' % (again(args.flavour, chip, what), why))
        for row in lines:
            ui.line('        ' + row)
    ui.line('%d runs, %d failed' % (done, len(failed)))
    return 1 if failed or not done else 0


def _exact(front: Front) -> tuple[list[str], list[str]]:
    """(counters of the two schedules, what went wrong) of one boot under instruction counting."""
    built, emulator = front.build('fast')
    files, dynamic = front.programs()
    machine = front.machine(built, emulator, 'test-seed', memory=1024, cpus=1, accel='tcg', append=bench.APPEND,
                            device='intel-gt,variant=skl,seed=1')
    machine.key = bench.KEY
    machine.qemu_args = bench.DETERMINISTIC
    outcome = machine.run([guest.Step('same', EXACT, 120)], files, dynamic, boot_limit=300)
    result = outcome.results.get('same')
    counts = [row.split(None, 3)[3] for row in outcome.counts if 'COUNT seed-' in row]
    if not result or result.status != 0 or len(counts) != 2:
        return [], result.output[-5:] if result else [outcome.why]
    return counts, []


def tests(front: Front, report: Report) -> None:
    """In make test: the same seed is the same run, to the last counter, and another one is not."""
    ui.say('two runs of the same two seeds')
    begin = time.monotonic()
    one, why = _exact(front)
    other, more = _exact(front)
    held = bool(one) and one == other
    report.add('stress: the same seed is the same run', held,
               '%d counters equal' % sum(row.count('=') for row in one) if held else 'they differ, or did not end',
               time.monotonic() - begin, [] if held else why + more + one + other)
    differ = bool(one) and one[0] != one[1]
    report.add('stress: another seed is another run', differ, 'they differ' if differ else 'all counters are the same')
