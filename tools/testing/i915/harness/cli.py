# SPDX-License-Identifier: GPL-2.0
"""The targets of the Makefile, one function each."""

import argparse
import os
import shutil
import signal
import sys
from argparse import Namespace
from collections.abc import Callable

from . import bench, cache, check, guest, igt, judge, mainjob, mutate, mutation, parts, quick, stress, suite, ui
from .front import Front

BOOTED = ('fast', 'debug', 'builtin', 'stock')
HELP = '''\
make run      build everything, boot the kernel on the virtual GPU, load i915, test it, print one table
make quick    build the driver, boot, run what a change to the clean-up path needs: does it leak, and what?
make test [ONLY='PART...'] [SHARD=K/N]
              everything the project promises, under a debug kernel; last line "N passed, N failed". Parts run side by
              side; ONLY= names some of them (a wrong name lists them); SHARD= is the K-th of N shares, for N machines
make merge DIRS='DIR...'
              one result of all shares; DIR is what each left in build/test
make shell    the same guest, interactive (login is automatic; "poweroff" or Ctrl-A X leaves)
make igt IGT=DIR LIST=FILE [FLAVOUR=debug] [LIMIT=SECONDS]
              run an installed or built IGT: DIR is its prefix or meson build directory, FILE lists tests, one
              a line ("gem_basic", "gem_exec_basic@basic"); results are compared with tools/testing/i915/expectations
make check    checkpatch --strict, sparse, W=1, kernel-doc, headers that stand alone, SPDX; for the tools mypy, flake8,
              shellcheck, unit tests, QEMU's checkpatch; documentation: all at zero
make judge    the stock driver of the same kernel on the virtual GPU
make bench [ONLY='WORD...'] [REPEAT=N] [WSIM=DIR]
              the stock driver and ours side by side: counts per operation, ratios, a plot, a profile by function
              ONLY='WORD...'  only rows whose name contains a WORD
              REPEAT=N        measure N times and compare
              WSIM=DIR        add DIR's gem_wsim workloads (benchmarks/wsim of an IGT source)
make mutate [ONLY='PATTERN...'] [JOBS=N]
              breaks the driver on purpose, one small change at a time (tools/testing/i915/mutations), and says which
              test noticed each; only those with PATTERN in their name, file or table
make stress [SECONDS=300] [SEEDS=1-20] [FAULTS='RULE...'] [CHIP=bdw|skl] [FLAVOUR=debug]
              clients of all kinds at once, under a schedule of the virtual GPU for each seed and with faults in turn,
              for so long on each chip or each seed once; for a failure it prints the command that does it again
make build    only build: packages, kernel, QEMU
make clean    remove build/ and the cache

All set-up is done when it is needed: Debian 12, as root the first time, 12 GB of disk.
test, igt, judge and bench leave junit.xml, results.json (igt_runner's form) and index.html in build/TARGET.
I915_RESULTS=DIR  in place of build/
I915_CACHE=DIR  where the unpacked sources and built things are kept (now: %s)
I915_DEVICE=intel-gt,variant=skl  the virtual GPU is a Skylake (by default a Broadwell)
I915_ACCEL=tcg|kvm  force emulation or KVM (by default KVM where a trial boot with it works)
tools/testing/i915/run-guest --help  boots the guest and runs a script of your own in it'''


def do_help(_front: Front, _args: Namespace) -> int:
    ui.line(HELP % cache.root())
    return 0


def do_build(front: Front, args: Namespace) -> int:
    front.setup()
    front.build(args.flavour)
    ui.say('built; "make run" boots it')
    return 0


def do_clean(front: Front, _args: Namespace) -> int:
    shutil.rmtree(front.results, ignore_errors=True)
    cache.clear()
    return 0


def do_guest(front: Front, args: Namespace) -> int:
    """run-guest: one script of the user's own."""
    front.setup()
    built, emulator = front.build(args.flavour)
    machine = front.machine(built, emulator, 'guest', append=args.append, memory=args.memory, cpus=args.cpus,
                            accel=args.accel, qemu_args=args.qemu_arg)
    if args.device is not None:
        machine.device = args.device or None
    files, dynamic = front.programs()
    for spec in args.file:
        source, _, target = spec.partition(':')
        files[target or 'tests/' + os.path.basename(source)] = source
        with open(source, 'rb') as f:
            if f.read(4) == b'\x7fELF':
                dynamic.append(source)
    if not args.script:
        return machine.shell(_shell_files(files), dynamic)
    files['job/script'] = args.script
    outcome = machine.run([guest.Step('script', 'sh /job/script', args.limit)], files, dynamic)
    for result in outcome.results.values():
        ui.line('\n'.join(result.output))
        if args.log:
            ui.line('\n'.join(result.log))
    for row in outcome.faults + outcome.strict + outcome.counts:
        ui.line(row)
    bad = outcome.bad_lines()
    for step, row in bad:
        ui.line('kernel log (%s): %s' % (step, row))
    if not outcome.finished:
        raise ui.Problem(outcome.why, 'the whole console log is ' + outcome.console, outcome.console_tail())
    result = outcome.results['script']
    ui.line('boot %.1f s, script %.1f s, status %s%s' % (
        outcome.booted or 0, result.seconds, result.status, ', %d bad log lines' % len(bad) if bad else ''))
    return 0 if result.status == 0 and not bad and not outcome.strict else 1


def _shell_files(files: dict[str, str | bytes]) -> dict[str, str | bytes]:
    hello = ('"modprobe i915" loads the driver; IGT\'s tools and benchmarks are in /usr/bin, our tests in /tests, the '
             'kernel log is dmesg. "poweroff" or Ctrl-A X leaves.')
    shell = "echo '%s'\nexec setsid cttyhack sh -l\n" % hello.replace("'", "'\\''")
    return {**files, 'job/shell': shell.encode()}


def do_shell(front: Front, args: Namespace) -> int:
    front.setup()
    built, emulator = front.build(args.flavour)
    files, dynamic = front.programs()
    return front.machine(built, emulator, 'shell').shell(_shell_files(files), dynamic)


def do_run(front: Front, args: Namespace) -> int:
    return mainjob.run(front, args.flavour)


def do_quick(front: Front, _args: Namespace) -> int:
    return quick.run(front)


def do_test(front: Front, args: Namespace) -> int:
    return suite.run(front, args.only, args.jobs, args.shard)


def do_merge(front: Front, args: Namespace) -> int:
    return suite.merge(front, args.results)


def do_mutate(front: Front, args: Namespace) -> int:
    return mutate.run(front, args)


def do_check(front: Front, args: Namespace) -> int:
    return check.run(front, args.only)


def do_igt(front: Front, args: Namespace) -> int:
    return igt.run(front, args)


def parser() -> argparse.ArgumentParser:
    # what the user typed: make, this program, or run-guest, which stands for one target
    called = os.environ.get('I915_CALLED') or 'tools/testing/i915/front'
    top = argparse.ArgumentParser(prog=called, description='Without a target: make help.')
    subs = top.add_subparsers(dest='target', required=True)

    def sub(name: str, func: Callable[[Front, Namespace], int], help_: str) -> argparse.ArgumentParser:
        own = called.endswith('run-guest') and name == 'guest'
        p = subs.add_parser(name, help=help_, description=help_[0].upper() + help_[1:] + '.',
                            prog=called if own else '%s %s' % (called, name))
        p.set_defaults(func=func, flavour='fast')
        return p

    sub('help', do_help, 'what there is')
    sub('clean', do_clean, 'remove what was built')
    for name, func, help_ in (('build', do_build, 'only build: packages, kernel, QEMU'),
                              ('shell', do_shell, 'the guest, interactive'),
                              ('run', do_run, 'build, boot, test, print one table')):
        sub(name, func, help_).add_argument('--flavour', default='fast', choices=BOOTED)
    sub('quick', do_quick, 'does a change to the clean-up path leak?')
    p = sub('check', do_check, 'checkpatch, sparse, W=1, kernel-doc, headers, SPDX')
    p.add_argument('--only', action='append', default=[], choices=[c[0] for c in check.CHECKS])
    p = sub('test', do_test, 'everything the project promises')
    p.add_argument('--only', action='append', default=[], metavar='PART',
                   help='check, device, bench, stress, or one of the boots: ' + ', '.join(b.name for b in suite.BOOTS))
    p.add_argument('--jobs', type=int, metavar='N',
                   help='parts side by side (by default one a processor, at most %d)' % parts.MOST)
    p.add_argument('--shard', default='', metavar='K/N', help='the K-th of N shares of the whole, for N machines')
    p = sub('merge', do_merge, 'one result of all shards')
    p.add_argument('results', nargs='+', metavar='DIR', help='what each shard left in build/test')
    p = sub('judge', judge.run, 'the stock driver on the virtual GPU')
    p.add_argument('--no-live', dest='live', action='store_false', help='without its live selftests')
    p.add_argument('--only', action='append', default=[], metavar='WORD', help='of the live selftests, those with WORD')
    p = sub('bench', bench.run, 'both drivers side by side')
    p.add_argument('--only', action='append', default=[], metavar='WORD', help='only rows with WORD in their name')
    p.add_argument('--repeat', type=int, default=1, metavar='N',
                   help='measure N times and say whether the counts are the same')
    p.add_argument('--wsim', metavar='DIR', help='where workloads for gem_wsim are (*.wsim)')
    p = sub('mutate', do_mutate, 'break the driver on purpose: does a test notice?')
    p.add_argument('--only', action='append', default=[], metavar='PATTERN',
                   help='part of a name, a file, a table or a reason')
    p.add_argument('--jobs', type=int, default=1, metavar='N', help='how many at a time')
    p.add_argument('--flavour', default=None, choices=mutation.FLAVOURS,
                   help='only those whose tests run on this kernel')
    p.add_argument('--again', action='store_true', help='do not believe what is known from before')
    p = sub('stress', stress.run, 'clients of all kinds under schedules and faults')
    p.add_argument('--seconds', type=int, default=0, help='on each chip; 300, or with SEEDS until they are done')
    p.add_argument('--seeds', default='', help='numbers: 7, 1-20 or 1-5,17')
    p.add_argument('--faults', default='', help='rules of gpu/README.md by blanks, joined by +; "none" is one, too')
    p.add_argument('--chip', choices=stress.CHIPS, help='only on this one')
    p.add_argument('--flavour', default='debug', choices=('fast', 'debug'))
    p = sub('igt', do_igt, 'run an installed or built IGT')
    p.add_argument('--igt', metavar='DIR', help='install prefix or meson build directory')
    p.add_argument('--list', metavar='FILE', help='tests to run')
    p.add_argument('--flavour', default='fast', choices=('fast', 'debug', 'stock'))
    p.add_argument('--limit', type=int, default=60, help='seconds a test may take')
    p.add_argument('--expect', default='bdw', help='name of the expectation files')
    p = sub('guest', do_guest, 'boot and run a script of your own')
    p.add_argument('--flavour', default='fast', choices=BOOTED)
    p.add_argument('--script', help='shell script to run in the guest (none: a shell)')
    p.add_argument('--file', action='append', default=[], metavar='FILE[:NAME]',
                   help='copy FILE into the guest as NAME (default: tests/FILE), with the libraries it needs')
    p.add_argument('--limit', type=int, default=300, help='seconds the script may take')
    p.add_argument('--append', default='', help='more kernel command line')
    p.add_argument('--device', help='QEMU device (empty: none)')
    p.add_argument('--memory', type=int, default=2048, help='MiB')
    p.add_argument('--cpus', type=int, default=2)
    p.add_argument('--accel', choices=('tcg', 'kvm'))
    p.add_argument('--qemu-arg', action='append', default=[])
    p.add_argument('--log', action='store_true', help='print the kernel log too')
    return top


def main() -> int:
    """Run one target; the exit status is the verdict."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    args = parser().parse_args()
    front = Front()
    try:
        return int(args.func(front, args))
    except ui.Problem as problem:
        ui.report(problem)
        return 2
    except KeyboardInterrupt:
        ui.report(ui.Problem('interrupted', 'run the same command again: it goes on from what is built'))
        return 130
    except OSError as e:
        if e.errno == 28:
            ui.report(ui.Problem('the disk is full', 'free some space and run the same command again'))
            return 2
        raise
