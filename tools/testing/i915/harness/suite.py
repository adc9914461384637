# SPDX-License-Identifier: GPL-2.0
"""make test: everything the project promises. One test is one named line with what it saw.

To add a test to a boot of the debug kernel, add one line to MODULE or BUILTIN: its name, what the guest runs, and
how its output is read (by default: exit status 0, and the last line is what it saw). Any kernel log line at
warning level or worse, any detector's report and any complaint of the virtual GPU fails the test it came in.

A kselftest program is a test of its own in each boot where the device is: it needs no line here, only one in PROGRAMS
if it does not belong everywhere or takes longer than usual. The driver as a module is booted on each chip, with a GPU
that is done with a batch before the driver looks, and with one that takes its time (SLOW).
"""

import os
import re
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from . import benchtest, check, debian, guest, klog, ktap, mainjob, parts, proc, results, stress, ui
from .front import Front
from .mainjob import Reader
from .report import Report


@dataclass
class Test:
    """One test in the guest."""
    name: str
    command: str
    read: Reader = mainjob.last_line
    limit: int = 120
    status: int = 0                         # the exit status that is right
    ends: bool = False                      # the guest goes down in it, with the GPU at rest


@dataclass
class Boot:
    """One start of a kernel, with the tests it carries."""
    name: str
    flavour: str
    tests: list[Test]                       # KSELFTESTS stands for the programs that belong here
    device: str | None = guest.DEVICE       # the GPU
    other: str | None = None                # a second one
    kexec: bool = False                     # a test starts the kernel anew (guest/goesdown)
    append: str = ''
    memory: int = 1024                      # MiB: much of a debug kernel's boot is proportional to it


DEBUG_MODULE = 'module(-skl)?(-slow)?'


@dataclass
class Program:
    """What is special about a kselftest program."""
    boots: str = DEBUG_MODULE               # regular expression: the boots it belongs to
    limit: int = 300                        # seconds
    args: str = ''


def read_kernel_ktap(result: guest.Result) -> tuple[bool, str]:
    """KUnit reports in the kernel log."""
    return _ktap([klog.LINE.sub(r'\2', row) for row in result.log])


def read_ktap(result: guest.Result) -> tuple[bool, str]:
    return _ktap(result.output)


def complaints(rows: Iterable[str]) -> list[str]:
    """What a KTAP text says before each result that is not ok."""
    bad: list[str] = []
    since: list[str] = []
    for row in rows:
        if row.startswith(('ok ', 'not ok ')):
            if row.startswith('not ok ') and '# SKIP' not in row:
                bad += since + [row]
            since = []
        elif row.startswith('# '):
            since.append(row)
    return bad


def _ktap(rows: Iterable[str]) -> tuple[bool, str]:
    cases, problems = ktap.parse(rows)
    bad = ['%s %s' % (c.name, c.note) for c in cases if c.verdict == 'failed'] + problems
    return not bad, ktap.summary(cases) + (': ' + '; '.join(bad) if bad else '')


# SLUB's own checks, for the caches of the driver: red zones, poison, who allocated
SLABS = 'slab_debug=FZPU,i915_*,drm_i915_*'
HERE = '/kselftest/drivers/gpu/i915'
PPGTT = HERE + '/gem_ppgtt'
# as anybody runs them: the runner finds its programs and says what became of them
RUNNER = 'cd /kselftest && sh ./run_kselftest.sh -t drivers/gpu/i915:gem_ppgtt'

STORES = [Test('store-%s' % e, 'i915_store ' + e) for e in mainjob.ENGINES]
KMEMLEAK = Test('kmemleak', '/guest/kmemleak scan', limit=300)

KSELFTESTS = Test('kselftests', '')
STRESS = {chip: Test('stress', '/guest/stress %d %s' % (stress.SHORT_MS, schedule), limit=180)
          for chip, schedule in stress.SHORT.items()}
BEGIN = [
    Test('kmemleak-ready', '/guest/kmemleak clear && echo cleared'),
    Test('load', '/guest/load'),
    *STORES,
]
END = [
    Test('leftovers', '/guest/leftovers'),
    KMEMLEAK,
]

MODULE = [
    *BEGIN,
    Test('faults', '/guest/faults'),
    Test('kselftest-runner', RUNNER, read_ktap, 240),
    KSELFTESTS,
    STRESS['bdw'],
    Test('igt-gem_exec_nop', 'cd /tmp && gem_exec_nop -e all -r 1', mainjob.read_nop),
    Test('igt-gem_create', 'cd /tmp && gem_create -s 4096 -r 1', mainjob.read_create),
    Test('lsgpu', 'lsgpu', mainjob.read_lsgpu),
    Test('intel_gpu_top', '/guest/gputop', mainjob.read_gputop),
    Test('unload', '/guest/unload'),
    # one suite that is asked for, then all of them in one load: what a suite leaks is told by its name
    Test('mock-sanitycheck', '/guest/mock sanitycheck', mainjob.read_mock, 60),
    Test('mock-all', '/guest/mock all', mainjob.read_mock, 300),
    Test('kunit', '/guest/kunit', read_kernel_ktap),
    # the load table does so some thirty times
    Test('load-unload-loop', 'for i in 1 2; do /guest/load && /guest/unload || exit 1; done; '
         'echo "twice, nothing left"', limit=180),
    Test('reload', '/guest/load'),
    # gem_ppgtt with the unbind made to fail: it must report the leak
    Test('leak-is-seen', HERE + '/gem_ppgtt_inject', read_ktap),
    Test('unload-after-leak', '/guest/unload'),
    *END,
]
# What depends on the chip, or on how quick the GPU is
ROAD = [*BEGIN, KSELFTESTS, Test('unload', '/guest/unload'), *END]

# A kexec and a reboot, each with the GPU busy. What the second kernel finds is looked at before anything else.
QUIET = Test('kexec-quiet', 'i915_mark quiet')
AGAIN = [Test('kexec-' + t.name, t.command) for t in STORES]
REBOOT = Test('reboot', '/guest/goesdown reboot', ends=True)
MODULE_REBOOT = [Test('load-for-reboot', '/guest/load'), REBOOT]
MODULE_DOWN = [
    Test('load-for-kexec', '/guest/load'),
    Test('kexec', '/guest/goesdown kexec kexec', limit=240),
    QUIET,
    Test('kexec-load', '/guest/load'),
    *AGAIN,
    REBOOT,
]
BUILTIN = [
    Test('bound', '/guest/bound'),
    *STORES,
    Test('gem_ppgtt', PPGTT, read_ktap, 240),
    KMEMLEAK,
]

DOWN = [
    Test('kexec', '/guest/goesdown kexec kexec kunit.enable=0 i915.inject_probe_failure=1', limit=240),
    QUIET,
    Test('probe-fails', '/guest/builtinstate full unbound'),
    *AGAIN,
    REBOOT,
]

BDW, SKL = guest.DEVICE, guest.DEVICE + ',variant=skl'
SLOW = ',inline=0,latency=1000000'          # ns between a submission and its first command
BOOTS = [
    Boot('module', 'debug', MODULE, BDW),
    Boot('module-slow', 'debug', ROAD + MODULE_REBOOT, BDW + SLOW),
    Boot('module-skl', 'debug', [*BEGIN, STRESS['skl'], *ROAD[len(BEGIN):], *MODULE_DOWN], SKL, kexec=True),
    Boot('module-skl-slow', 'debug', ROAD, SKL + SLOW),
    # what needs a large machine, or one that is not slowed down by its detectors
    Boot('scale', 'fast', [*BEGIN[1:], KSELFTESTS, Test('unload', '/guest/unload')], memory=4096),
    Boot('builtin', 'builtin', BUILTIN + DOWN, kexec=True),
    Boot('builtin-no-gpu', 'builtin', [Test('no-device', '/guest/nodevice')], device=None),
    Boot('builtin-mock', 'builtin', [Test('result', '/guest/mockresult'), Test('bound', '/guest/bound'), REBOOT], SKL,
         append='i915.mock_selftests=1'),
]
# What takes much more or much less than a minute on two cores
SECONDS = {'check': 60, 'bench': 25, 'stress': 40, 'module': 355, 'module-slow': 170, 'module-skl': 285,
           'module-skl-slow': 170, 'scale': 120, 'load': 200}
# MiB that QEMU takes beside the guest's memory
OVERHEAD = 512
QUICK = 'module|module-skl'
# What has nothing to do with the chip or with how quick the GPU is, and takes its time
ONCE = 'module'
PROGRAMS: dict[str, list[Program]] = {
    'gem_ppgtt_inject': [],                 # leak-is-seen
    'i915_stress': [],                      # stress
    # the whole table where it is quick, another part of it under each debug kernel
    'i915_importer': [
        Program('scale', 600),
        Program('module', 400, '--run-subtest "flink-*-one" --run-subtest "vgem-*-one"'),
        Program('module-slow', 400, '--run-subtest "prime-*-shared" --run-subtest "twice-*-shared"'),
        Program('module-skl', 400, '--run-subtest "both-*-handle" --run-subtest "flink-*-handle"'),
        Program('module-skl-slow', 400, '--run-subtest "vgem-*-shared" --run-subtest "twice-*-handle"'),
    ],
    # needs the processor for itself: a time is compared with a time
    'i915_importer_scale': [Program('scale|module-skl', 600)],
    'i915_ioctl_errno': [Program(QUICK)],
    'gem_close': [Program(ONCE)],
    'gem_exec_list': [Program(ONCE)],
    'gem_rw': [Program(ONCE)],
    'i915_limits': [Program(ONCE)],
    'i915_dma': [Program(QUICK)],
    # a GPU that takes its time: what is lost, and resets
    'i915_faults': [
        Program(QUICK),
        Program('module(-skl)?-slow', 300, '--run-subtest "*-lost" --run-subtest "*reset*"'),
    ],
    # a hibernation visits each page of the machine, and is the same as a suspend for the driver (i915_pm.c)
    'i915_sleep': [
        Program('module|module-skl-slow'),
        Program('module-slow|module-skl', args='--run-subtest "[!h]*"'),
    ],
}


def check_tests(front: Front, report: Report) -> None:
    begin = time.monotonic()

    def add(name: str, rows: list[str], seen: str) -> None:
        nonlocal begin
        now = time.monotonic()
        report.add('check: ' + name, not rows, '%d complaints' % len(rows) if rows else seen, now - begin, rows)
        begin = now

    check.each(front, add)


# How load ends does not depend on how many suites run; builtin-mock runs all of them.
ONE_SUITE = 'i915.igt__1__mock_sanitycheck=1'
# Every way load can end: Documentation/gpu/i915/load.rst
BOOTS += [
    Boot('load', 'debug', [
        Test('kmemleak-ready', '/guest/kmemleak clear && echo cleared'),
        Test('table', '/guest/loadtable', read_ktap, 900),
        KMEMLEAK,
    ], other=SKL),
    *[Boot('builtin-' + name, 'builtin', [Test('state', '/guest/builtinstate "%s" unbound' % state)], append=append)
      for name, state, append in (
          ('modeset0', 'failed: -19', 'i915.modeset=0'),
          ('mock-nomodeset', 'partial: stopped at wanted by a device', 'nomodeset i915.mock_selftests=1 ' + ONE_SUITE),
          ('mock-only', 'partial: stopped at mock selftests', 'i915.mock_selftests=-1 ' + ONE_SUITE),
          ('init-fails', 'failed: -12', 'i915.inject_load_failure=5'))],
]


QTEST_LIMIT = 1200              # seconds: they take one minute alone, but the machine may be busy


def device_tests(front: Front, report: Report) -> None:
    """The virtual GPU's own tests, which need no kernel."""
    ui.say('testing the virtual GPU without a kernel')
    emulator = front.qemu.build()
    log = os.path.join(front.results, 'qtest.log')
    os.makedirs(front.results, exist_ok=True)
    env = proc.environment(QTEST_QEMU_BINARY=emulator.binary)
    begin = time.monotonic()
    with open(log, 'w') as out:
        try:
            done = subprocess.run([emulator.qtest, '--tap', '-k'], stdout=out, stderr=subprocess.STDOUT, env=env,
                                  cwd=os.path.dirname(emulator.binary), timeout=QTEST_LIMIT, check=False)
            status = str(done.returncode)
        except subprocess.TimeoutExpired:
            status = 'not there within %d s' % QTEST_LIMIT
    with open(log, errors='replace') as f:
        cases, problems = ktap.parse(f.read().splitlines())
    for case in cases:
        report.add('device: ' + case.name.split('/i915-gt/')[-1], case.verdict == 'ok', case.note or case.verdict)
    whole = status == '0' and not problems
    report.add('device: all', whole, '%s, status %s' % (ktap.summary(cases), status), time.monotonic() - begin,
               [] if whole else problems + proc.tail(log, 10))


def kselftests(boot: Boot, files: Mapping[str, str | bytes]) -> list[Test]:
    """The kselftest programs that belong to a boot, from the list that was installed with them."""
    with open(files['kselftest/kselftest-list.txt']) as f:
        names = [row.strip().split(':')[1] for row in f if row.strip()]
    tests = []
    for name in sorted(names):
        for program in PROGRAMS.get(name, [Program()]):
            if re.fullmatch(program.boots, boot.name):
                tests.append(Test(name, ('%s/%s %s' % (HERE, name, program.args)).strip(), read_ktap, program.limit))
    return tests


def judge(test: Test, result: guest.Result) -> tuple[bool, str, list[str]]:
    """(held, what was seen, details) of one test."""
    held, seen = test.read(result)
    bad = klog.failures(result.log) + result.strict
    details = bad
    if test.read is read_ktap:
        details = complaints(result.output) + bad
    if result.status is None:
        return False, result.why, details + result.output[-10:]
    if result.status != test.status:
        if test.read is not read_ktap or held:
            details = details + result.output[-10:]
        return False, 'status %d: %s' % (result.status, seen), details
    if bad:
        return False, '%s; but %d bad lines in the kernel log or of the GPU' % (seen, len(bad)), details
    return held, seen, details


def boot_tests(front: Front, boot: Boot, report: Report) -> None:
    """One boot and the tests in it."""
    built, emulator = front.build(boot.flavour)
    files, dynamic = front.programs()
    ui.say('boot %s: Linux %s, %s kernel' % (boot.name, built.release, boot.flavour))
    steps: list[Test] = []
    for test in boot.tests:
        steps += kselftests(boot, files) if test is KSELFTESTS else [test]
    tests = {t.name: t for t in steps}

    def one(result: guest.Result) -> None:
        held, seen, details = judge(tests[result.name], result)
        report.add('%s: %s' % (boot.name, result.name), held, seen, result.seconds, details, result.output,
                   result.log)

    append = boot.append if boot.flavour == 'fast' else ' '.join(['kunit.enable=1', SLABS, boot.append]).strip()
    if boot.kexec:
        append += ' retain_initrd'
        files = {**files, 'boot/vmlinux': built.image}
    machine = front.machine(built, emulator, 'test-' + boot.name, memory=boot.memory, device=boot.device,
                            append=append, qemu_args=['-device', boot.other] if boot.other else [])
    outcome = machine.run([guest.Step(t.name, t.command, t.limit, t.ends) for t in steps], files, dynamic,
                          boot_limit=600, watch=one)
    for test in steps:
        if test.name not in outcome.results:
            report.add('%s: %s' % (boot.name, test.name), False, 'not reached')
    bad = [text for step, text in outcome.bad_lines() if step in ('boot', 'console')]
    up = 'booted in %.1f s (%s)' % (outcome.booted, outcome.accel) if outcome.booted else ''
    report.add(boot.name + ': boot and kernel log', bool(outcome.booted) and outcome.finished and not bad,
               '%d bad lines' % len(bad) if bad else outcome.why or up, None,
               bad or ([] if outcome.finished else outcome.console_tail()))
    if boot.device:
        report.add(boot.name + ': misuse the GPU reports', outcome.finished and not outcome.strict,
                   '%d reports' % len(outcome.strict), None, outcome.strict)
    if any(t.ends for t in steps):
        report.add(boot.name + ': the GPU is at rest', outcome.finished and set(outcome.busy) == {'0'},
                   'busy: ' + (' '.join(outcome.busy) or 'unknown'))
    kunit = [klog.LINE.sub(r'\2', row) for row in outcome.boot_log]
    if boot.flavour == 'builtin' and outcome.booted:
        held, seen = _ktap(kunit)
        report.add(boot.name + ': kunit at boot', held, seen)


def build(front: Front, flavour: str, _report: Report) -> None:
    """One of the kernels, before the boots that need it. Tests nothing: a build that fails is a Problem."""
    front.build(flavour)


def all_parts(front: Front) -> list[parts.Part]:
    """What make test consists of: the builds, what needs no guest, and the boots."""
    flavours = dict.fromkeys(b.flavour for b in BOOTS)
    found = [parts.Part('build-' + f, partial(build, front, f), 1024, 'build-debug' if f == 'builtin' else '')
             for f in flavours]
    found += [parts.Part('check', partial(check_tests, front)),
              parts.Part('device', partial(device_tests, front), 512),
              parts.Part('bench', partial(benchtest.tests, front), 1024 + OVERHEAD, 'build-debug'),
              parts.Part('stress', partial(stress.tests, front), 1024 + OVERHEAD, 'build-fast')]
    found += [parts.Part(b.name, partial(boot_tests, front, b), b.memory + OVERHEAD, 'build-' + b.flavour)
              for b in BOOTS]
    for part in found:
        part.seconds = SECONDS.get(part.name, part.seconds)
    return found


def selected(found: list[parts.Part], only: Sequence[str]) -> list[parts.Part]:
    """Those parts whose name matches one of the regular expressions, with what they need; a Problem names what does
    not exist."""
    names = [p.name for p in found]
    unknown = [o for o in only if not any(re.fullmatch(o, n) for n in names)]
    if unknown:
        raise ui.Problem('make test has no part %s' % ' '.join(unknown), 'the parts are: ' + ' '.join(names))
    wanted = {n for n in names if not only or any(re.fullmatch(o, n) for o in only)}
    while more := {p.after for p in found if p.name in wanted and p.after} - wanted:
        wanted |= more
    return [p for p in found if p.name in wanted]


def run(front: Front, only: Sequence[str] = (), jobs: int | None = None, shard: str = '') -> int:
    """All of it, or only the parts that match one of `only`, or only one shard "k/n"."""
    front.setup(*debian.CHECK)
    todo = selected(all_parts(front), only)
    if shard:
        todo = parts.shard(todo, shard)
    where = os.path.join(front.results, 'test')
    results.forget(where)
    report = Report()
    try:
        parts.Runner(report, jobs).run(todo)
    finally:
        results.write(where, 'test', report.entries, shard=shard)
    return report.close()


def merge(front: Front, directories: Sequence[str]) -> int:
    """The results of all shards as one; every shard once, and every one of them whole."""
    found = [results.read(os.path.join(d, 'results.json')) for d in directories]
    shards = [shard for shard, _ in found]
    count = shards[0].partition('/')[2]
    if sorted(shards) != sorted('%d/%s' % (k + 1, count) for k in range(int(count or 0))):
        raise ui.Problem('these are not all shards of one run: %s' % ', '.join(s or 'a whole run' for s in shards),
                         'give the directories of make test SHARD=1/n to SHARD=n/n, each once')
    report = Report()
    report.entries += [entry for _, entries in found for entry in entries]
    results.write(os.path.join(front.results, 'test'), 'test', report.entries)
    return report.close()
