# SPDX-License-Identifier: GPL-2.0
"""Mutants of the driver: how one is built in seconds, and how some of them share a boot.

The sources that are changed are a copy. A mutant is compiled by the commands that kbuild kept for its objects and
linked with all others. Several share a boot, one after the other, as long as what one leaves behind is clean: after a
warning, a leak or a module that does not unload the next has a guest of its own, and so has one that fails like that
without being the first, before it counts.
"""

import os
import re
import shlex
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from typing import Any

from . import cache, guest, initrd, kernel, klog, mainjob, proc, suite, ui
from .front import Front
from .mutation import Mutation, Needs, apply

HUNG = 'time limit'
MISUSE = 'misuse the GPU reports'
TIMED_OUT = (124, 137, 143)     # exit statuses of a step that was ended


class Bench:
    """Where one worker changes a copy of the driver and builds from it."""

    def __init__(self, repo: str, top: str, objects: dict[str, str]):
        self.objects = objects          # of the unchanged driver, by flavour
        self.source = os.path.join(top, 'source')
        self.out = ''
        self.top = top
        cache.sync(os.path.join(repo, kernel.DRIVER), self.source)

    def build(self, mutation: Mutation, built: kernel.Built) -> dict[str, str]:
        """Modules of the mutant: {name in the guest: file here}."""
        target = os.path.join(self.source, mutation.file)
        try:
            with open(target) as f:
                text = f.read()
        except FileNotFoundError as e:
            raise ui.Problem('%s: the driver has no file %s' % (mutation.name, mutation.file),
                             'name the file that took its place, in ' + mutation.table) from e
        mutant = apply(mutation, text)
        self.out = os.path.join(self.top, 'out', mutation.name)
        shutil.rmtree(self.out, ignore_errors=True)
        try:
            with open(target, 'w') as f:
                f.write(mutant)
            return self._modules(built, self._compile(mutation, built))
        finally:
            with open(target, 'w') as f:
                f.write(text)

    def _compile(self, mutation: Mutation, built: kernel.Built) -> list[str]:
        """Compile what depends on the file; the names of the objects."""
        top = self.objects[built.flavour]
        named = re.compile(r'%s/%s\b' % (kernel.DRIVER, re.escape(mutation.file)))
        done = []
        for name, full in cache.files_below(top):
            if not name.endswith('.o.cmd') or name.endswith('.mod.o.cmd'):
                continue
            with open(full) as f:
                rows = f.read()
            where, base = os.path.split(name)
            obj = os.path.join(where, base[1:-4])
            if 'source_' not in rows or not named.search(rows) or obj not in (mutation.objects or [obj]):
                continue
            self._command(mutation, built, rows, obj)
            done.append(obj)
        if not done:
            raise ui.Problem('%s: no object of the %s kernel comes from %s' % (
                mutation.name, built.flavour, mutation.file), 'name another flavour, or a file that is compiled')
        return done

    def _command(self, mutation: Mutation, built: kernel.Built, rows: str, obj: str) -> None:
        """Repeat the command that made an object, on the copy."""
        m = re.search(r'^savedcmd_\S+ := (.*)$', rows, re.M)
        assert m, obj
        where, base = os.path.split(obj)
        target = os.path.join(self.out, obj)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        ours = os.path.join(kernel.DRIVER, where, base)
        cmd = m[1].replace('$(pound)', '#').replace('$$', '$')
        cmd = cmd.replace(os.path.join(kernel.DRIVER, where, '.%s.d' % base), target + '.d')
        cmd = re.sub(r'(?<=[ ])%s(?=\s|;|$)' % re.escape(ours), target, cmd)
        cmd = cmd.replace(os.path.join(built.tree, kernel.DRIVER), self.source)
        self._run(cmd, mutation, built)

    def _run(self, cmd: str, mutation: Mutation, built: kernel.Built) -> None:
        log = os.path.join(self.top, 'build.log')
        with open(log, 'w') as out:
            status = subprocess.run(['sh', '-c', cmd], cwd=built.place, stdout=out, stderr=out,
                                    stdin=subprocess.DEVNULL, env=proc.environment(), check=False).returncode
        if status:
            raise ui.Problem('%s does not compile' % mutation.name, 'mend its row of ' + mutation.table,
                             proc.tail(log, 12))

    def _modules(self, built: kernel.Built, done: list[str]) -> dict[str, str]:
        """Link each module that one of the objects belongs to."""
        made = {}
        for module in built.modules:
            name = os.path.relpath(module, os.path.join(built.objects, kernel.DRIVER))[:-3]
            if name.startswith('..'):
                continue
            where = self.objects[built.flavour]
            with open(os.path.join(where, name + '.mod')) as f:
                parts = [os.path.relpath(row.strip(), kernel.DRIVER) for row in f if row.strip()]
            if not set(parts) & set(done):
                continue
            whole = os.path.join(self.out, name + '.whole.o')
            os.makedirs(os.path.dirname(whole), exist_ok=True)
            parts = [os.path.join(self.out if p in done else where, p) for p in parts]
            with open(whole + '.list', 'w') as f:
                f.writelines(p + '\n' for p in parts)
            final = os.path.join(self.out, name + '.ko')
            ld = ['ld', '-r', '-m', 'elf_x86_64', '-z', 'noexecstack', '--no-warn-rwx-segments']
            for cmd in (ld + ['-o', whole, '@%s.list' % whole],
                        ld + ['--build-id=sha1', '-T', 'scripts/module.lds', '-o', final, whole,
                              os.path.join(where, name + '.mod.o'), '.module-common.o']):
                subprocess.run(cmd, cwd=built.place, check=True, env=proc.environment())
            made['lib/modules/%s/kernel/%s/%s.ko' % (built.release, kernel.DRIVER, name)] = final
        return made


def word(spec: str) -> str:
    return re.sub(r'[^\w.-]+', '-', spec).strip('-')


def steps_of(specs: list[str]) -> list[suite.Test]:
    """The steps of a boot that runs these tests: what needs no device first, then a load with all the rest."""
    first, loaded, last = [], [], []
    for spec in specs:
        kind, _, rest = spec.partition(' ')
        if kind == 'mock':
            first.append(suite.Test(word(spec), '/guest/mock ' + rest, mainjob.read_mock, 40))
        elif kind == 'kunit':
            first.append(suite.Test('kunit', '/guest/kunit', suite.read_kernel_ktap, 90))
        elif kind == 'guest':
            first.append(suite.Test(word(rest), rest, limit=120))
        elif kind == 'kmemleak':
            first.insert(0, suite.Test('kmemleak-ready', '/guest/kmemleak clear'))
            last.append(suite.Test('kmemleak', '/guest/kmemleak scan', limit=120))
        elif kind == 'load':
            loaded += [suite.Test('store-' + e, 'i915_store ' + e, limit=30) for e in mainjob.ENGINES]
        elif kind == 'run':
            loaded.append(suite.Test(word(rest), rest, limit=120))
        else:
            program, _, pattern = spec.partition(':')
            args = ''.join(' --run-subtest ' + shlex.quote(p) for p in pattern.split(',') if p)
            loaded.append(suite.Test(word(spec), suite.HERE + '/' + program + args, suite.read_ktap, 150))
    if loaded:
        loaded = [suite.Test('load', '/guest/load', limit=60), *loaded, suite.Test('unload', '/guest/unload', limit=60)]
    return first + loaded + last


class Tester:
    """Boots mutants and says what noticed them."""

    def __init__(self, front: Front, top: str):
        self.front = front
        self.top = top
        self.emulator = front.emulator()
        self.built: dict[str, kernel.Built] = {}
        self.objects: dict[str, str] = {}
        self.files: dict[str, Any] = {}
        self.dynamic: list[str] = []
        self.reports: set[Needs] = set()        # where the GPU reports misuse by the unchanged driver

    def prepare(self, flavours: set[str]) -> None:
        """Build, and keep what is used again and again: meanwhile somebody may build something else."""
        for flavour in sorted(flavours):
            self.objects[flavour] = os.path.join(self.top, 'objects-' + flavour)
            shutil.rmtree(self.objects[flavour], ignore_errors=True)
            with self.front.kernel.in_place(flavour) as made:
                shutil.copytree(os.path.join(made.objects, kernel.DRIVER), self.objects[flavour])
            self.built[flavour] = self.front.kernel.build(flavour)
        initrd.base()           # not by two at once
        self.files, self.dynamic = self.front.programs()

    def files_for(self, programs_wanted: set[str]) -> dict[str, Any]:
        """What goes into the guest: of the kselftests, which are large, only those that are run."""
        return {n: f for n, f in self.files.items() if not n.startswith('kselftest/drivers/') or
                os.path.basename(n) in programs_wanted | {'settings'}}

    def machine(self, boot: Needs, name: str) -> guest.Machine:
        flavour, device, append, memory = boot
        if flavour == 'debug':
            append = 'kunit.enable=1 %s %s' % (suite.SLABS, append)
        return guest.Machine(self.front.repo, self.built[flavour], self.emulator, os.path.join(self.top, name),
                             device=device or None, memory=memory, append=append)

    def boot(self, specs: list[str], boot: Needs, modules: dict[str, str], name: str,
             whole: bool = False) -> tuple[list[tuple[str, str, list[str], str]], float]:
        """Run the tests in a guest of its own, until one fails or (whole) all of them.

        Returns [(test, what was seen, details, '' or HUNG)] of those that failed, and the seconds it took.
        """
        tests = {t.name: t for t in steps_of(specs)}
        files = self.files_for({spec.partition(':')[0] for spec in specs})
        files.update(modules)
        failed = []

        def one(result: guest.Result) -> bool:
            test = tests[result.name]
            held, seen, details = suite.judge(test, result)
            if not held:
                late = result.status in TIMED_OUT or (result.status is None and 'hung' in result.why)
                failed.append((test.name, seen, details, HUNG if late else ''))
            return not held and not whole

        begin = time.monotonic()
        steps = [guest.Step(t.name, t.command, t.limit) for t in tests.values()]
        outcome = self.machine(boot, name).run(steps, files, self.dynamic, watch=one)
        bad = [text for step, text in outcome.bad_lines() if step in ('boot', 'console')]
        if outcome.booted is None or (not outcome.finished and not failed):
            late = 'come up' in outcome.why or 'hung' in outcome.why
            failed.append(('boot', outcome.why, bad or outcome.console_tail(8), HUNG if late else ''))
        elif not failed and bad:
            failed.append(('kernel log', bad[0], bad, ''))
        if outcome.strict and (whole or not failed):
            failed.append((MISUSE, outcome.strict[0], outcome.strict, ''))
        return failed, time.monotonic() - begin


@dataclass
class Shared:
    """A mutant in a boot that it has in common with others."""
    mutation: Mutation
    modules: dict[str, str]
    tests: dict[str, suite.Test] = field(default_factory=dict)      # by step
    failed: tuple[str, str, list[str], str] | None = None           # the first one
    dirty: bool = False
    over: bool = False
    seconds: float = 0.0


class Round:
    """One boot with several mutants, one after the other."""

    def __init__(self, tester: Tester, entries: list[Shared], name: str):
        self.tester = tester
        self.entries = entries
        self.name = name
        self.steps: list[guest.Step] = []
        self.by_step: dict[str, Shared] = {}
        for number, entry in enumerate(entries):
            self._add(number, entry)

    def _add(self, number: int, entry: Shared) -> None:
        """Put the module in its place, run the tests until one fails, take it out again."""
        flag = '/tmp/failed-%d' % number
        put = ' && '.join('cp /mutants/%d/%s /%s' % (number, n, n) for n in entry.modules)
        wanted = [('put', suite.Test('put', put, limit=30))]
        wanted += [(t.name, t) for t in steps_of(entry.mutation.tests)]
        for name, test in wanted:
            step = '%d.%s' % (number, name)
            command = test.command if name == 'unload' else '[ ! -e %s ] || exit 0\n(%s)' % (flag, test.command)
            self.steps.append(guest.Step(step, '%s\nstatus=$?\n[ $status = 0 ] || touch %s\nexit $status' % (
                command, flag), test.limit))
            entry.tests[step] = test
            self.by_step[step] = entry
        last = '%d.end' % number
        self.steps.append(guest.Step(last, 'rmmod i915_test i915 2>/dev/null; ! grep -q ^i915 /proc/modules', 40))
        entry.tests[last] = suite.Test('end', '')
        self.by_step[last] = entry

    def _watch(self, result: guest.Result) -> bool:
        entry = self.by_step[result.name]
        entry.seconds += result.seconds
        test = entry.tests[result.name]
        bad = [row for row in result.log if klog.REPORTS.search(row) or 'leaked' in row]
        entry.dirty = entry.dirty or bool(bad) or result.status is None
        if not entry.failed and test.name != 'end':
            held, seen, details = suite.judge(test, result)
            if not held:
                late = result.status in TIMED_OUT or (result.status is None and 'hung' in result.why)
                entry.failed = (test.name, seen, details, HUNG if late else '')
        if test.name == 'end':
            entry.over = True
            entry.dirty = entry.dirty or result.status != 0
        return entry.dirty

    def run(self) -> tuple[list[Shared], list[Shared]]:
        """Returns (those whose verdict stands, those to run again)."""
        tester = self.tester
        wanted = {spec.partition(':')[0] for e in self.entries for spec in e.mutation.tests}
        files = tester.files_for(wanted)
        for number, entry in enumerate(self.entries):
            files.update({'mutants/%d/%s' % (number, n): f for n, f in entry.modules.items()})
        machine = tester.machine(self.entries[0].mutation.boot, self.name)
        outcome = machine.run(self.steps, files, tester.dynamic, watch=self._watch)
        if outcome.booted is None:
            raise ui.Problem(outcome.why, 'the console log is ' + outcome.console, outcome.console_tail())
        strict = [] if self.entries[0].mutation.boot in tester.reports else outcome.strict
        done: list[Shared] = []
        again: list[Shared] = []
        for number, entry in enumerate(self.entries):
            reached = entry.over or entry.failed or entry.dirty
            if strict and reached and not entry.failed and len(self.entries) == 1:
                entry.failed = (MISUSE, strict[0], strict, '')
            alone = number > 0 and (entry.dirty or (strict and not entry.failed))
            if not reached or alone or (strict and not entry.failed and len(self.entries) > 1):
                again.append(Shared(entry.mutation, entry.modules))
            else:
                if entry.dirty and not entry.failed:
                    entry.failed = ('kernel log', outcome.why or 'what is left behind is not clean', [], '')
                done.append(entry)
        return done, again
