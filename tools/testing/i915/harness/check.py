# SPDX-License-Identifier: GPL-2.0
"""make check: what kernel people run on a driver before they read it, and the like for the tools, all at zero.

CHECKS names them; each is a function of a Checker that returns (complaints, what was looked at).
"""

import concurrent.futures
import contextlib
import json
import os
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from . import cache, debian, docs, floors, kernel, lockorder, names, proc, ui
from .front import Front

T = TypeVar('T')
U = TypeVar('U')
Found = tuple[list[str], str]   # complaints, and what was looked at

# files whose own form has no comments, or where the kernel has no such line either
NO_SPDX = ('.kunitconfig', 'config', 'settings', 'README.md')
OURS = (kernel.DRIVER, kernel.SELFTESTS, 'tools/testing/i915/guest', 'tools/testing/i915/bench',
        'tools/testing/i915/harness')
COMPLAINT = re.compile(r'(warning|error):', re.I)


class Checker:
    """The assembled tree, and the objects that only checks use."""

    def __init__(self, front: Front) -> None:
        self.front = front
        self.kernel = front.kernel
        self.tree = ''
        self.objects = ''
        self.build_log = cache.path('log', 'check-build.log')
        self.built = ''             # the message of the build that failed
        self.anew = True            # all of the driver was compiled, not only what changed

    @contextlib.contextmanager
    def prepared(self, compiled: bool) -> Iterator[None]:
        """Within it, tree and objects are those of this clone."""
        self.objects = self.kernel.objects('check')
        with contextlib.ExitStack() as use:
            self.tree = use.enter_context(self.kernel.laid_out())
            if compiled:
                use.enter_context(cache.lock('kernel-check'))
                self.kernel.configure('check', self.tree, self.objects)
                self._compile()
            yield

    def _compile(self) -> None:
        """One build of the driver serves W=1, sparse and the header test. What was compiled without a complaint and has
        not changed since is not compiled again."""
        clean = cache.Stamp(self.objects, 'clean')
        tools = [proc.output([t, '--version']) for t in ('gcc', 'sparse')]
        self.anew = not clean.matches(tools)
        if self.anew:
            shutil.rmtree(os.path.join(self.objects, kernel.DRIVER), ignore_errors=True)
        clean.drop()
        try:
            proc.run(['make', '-k', '-C', self.tree, 'O=' + self.objects, '-j%d' % proc.jobs(), 'W=1', 'C=1',
                      'CF=-D__CHECK_ENDIAN__', kernel.DRIVER + '/'], self.build_log,
                     'compiling the driver with W=1 and sparse', '', count=(' CC ', 'files compiled'))
            self.built = ''
        except ui.Problem as problem:
            self.built = problem.what
        if not compiler(self)[0] and not sparse(self)[0]:
            clean.write(tools)

    def files(self, *suffixes: str, tops: Sequence[str] = OURS) -> list[str]:
        """Our files in the tree, by suffix."""
        found = []
        for top in tops:
            base = os.path.join(self.tree, top)
            if os.path.isdir(base):
                found += [os.path.join(top, name) for name, _ in cache.files_below(base)
                          if name.endswith(suffixes)]
        return sorted(found)

    def script(self, cmd: Sequence[str], cwd: str | None = None) -> tuple[list[str], int]:
        """Run one of the tree's scripts; returns its lines and status."""
        done = subprocess.run(cmd, cwd=cwd or self.tree, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                              stdin=subprocess.DEVNULL, text=True, errors='replace',
                              env=proc.environment(PYTHONDONTWRITEBYTECODE='1'))
        return done.stdout.splitlines(), done.returncode


def side_by_side(func: Callable[[T], U], things: Iterable[T]) -> list[U]:
    """func of each of the things, on all processors; returns a list in their order."""
    with concurrent.futures.ThreadPoolExecutor(proc.jobs()) as pool:
        return list(pool.map(func, things))


class Clean:
    """Files a tool had nothing to say about, by name and content, so that it is asked only about what changed."""

    def __init__(self, tool: str, *key: Any) -> None:
        self.file = cache.path('clean-%s.json' % tool)
        self.key = cache.digest(*key)
        try:
            with open(self.file) as f:
                self.known = set(json.load(f))
        except (OSError, ValueError):
            self.known = set()

    def mark(self, top: str, name: str) -> str:
        """What stands for a file with its content."""
        return cache.digest(self.key, name, ('path', os.path.join(top, name)))

    def keep(self, marks: Iterable[str]) -> None:
        """These are clean, and nothing else is known."""
        with open(self.file + '.new', 'w') as f:
            json.dump(sorted(marks), f)
        os.replace(self.file + '.new', self.file)


def checkpatch(c: Checker) -> Found:
    files = c.files('.c', '.h', 'Kconfig', 'Makefile')
    scripts = [('path', os.path.join(c.tree, 'scripts', n)) for n in (
        'checkpatch.pl', 'spelling.txt', 'const_structs.checkpatch')]
    return check_files(Clean('checkpatch', *scripts), c.tree, files, lambda some: c.script(
        ['perl', 'scripts/checkpatch.pl', '--strict', '--terse', '--no-summary', '--quiet', '-f', *some]))


def check_files(clean: Clean, top: str, files: list[str], run: Callable[[list[str]], tuple[list[str], int]]) -> Found:
    """Complaints of a tool about files, of which those it had none about before are left out.

    run: takes names, returns (lines, exit status).
    """
    marks = {name: clean.mark(top, name) for name in files}
    todo = [name for name in files if marks[name] not in clean.known]
    some = [todo[n::proc.jobs()] for n in range(proc.jobs())]
    rows = []
    for lines, status in side_by_side(run, [names for names in some if names]):
        rows += lines or (['it ended with status %d and said nothing' % status] if status else [])
    named = {name for name in todo if any(row.startswith(name + ':') for row in rows)}
    if rows and not named:
        named = set(todo)               # complaints about no file in particular
    clean.keep(mark for name, mark in marks.items() if name not in named)
    return rows, '%d files' % len(files)


def compiler(c: Checker) -> Found:
    with open(c.build_log, errors='replace') as f:
        rows = [r.rstrip() for r in f if COMPLAINT.search(r) and ('[-W' in r or ' error: ' in r)]
    if c.built and not rows:
        rows = [c.built] + proc.tail(c.build_log, 5)
    return rows, '%d objects' % _count(c, '.o')


def sparse(c: Checker) -> Found:
    with open(c.build_log, errors='replace') as f:
        text = f.read()
    rows = [r for r in text.splitlines() if COMPLAINT.search(r) and '[-W' not in r]
    checked = text.count(' CHECK ')
    if not checked and c.anew:
        rows.append('sparse looked at no file')
    return rows, '%d files%s' % (checked, '' if c.anew else ' that changed')


def _count(c: Checker, suffix: str) -> int:
    base = os.path.join(c.objects, kernel.DRIVER)
    return sum(1 for name, _ in cache.files_below(base) if name.endswith(suffix)) if os.path.isdir(base) else 0


def kernel_doc(c: Checker) -> Found:
    files = c.files('.c', '.h', tops=[kernel.DRIVER, 'tools/testing/i915/bench'])
    rows, status = c.script(['perl', 'scripts/kernel-doc', '-none', '-Werror', *files])
    if status and not rows:
        rows = ['kernel-doc ended with status %d' % status]
    return [r for r in rows if r.strip()], '%d files' % len(files)


def headers(c: Checker) -> Found:
    """Each header of the driver compiles on its own, twice included."""
    commands = [full for name, full in cache.files_below(os.path.join(c.objects, kernel.DRIVER))
                if name.endswith('.o.cmd') and not name.endswith(('.mod.o.cmd', 'i915.o.cmd', 'kunit.o.cmd'))]
    cmd = None
    for full in commands:
        with open(full) as f:
            m = re.match(r'savedcmd_\S+ := (gcc .*?) -c -o \S+ \S+\.c\b', f.readline())
        if m:
            cmd = m[1]
            break
    files = c.files('.h', tops=[kernel.DRIVER])
    if not cmd:
        return ['no compiled file to take the compiler\'s options from'], 'nothing'
    args = [a for a in shlex.split(cmd) if not a.startswith(('-Wp,-M', '-DKBUILD_'))]

    args += ['-DKBUILD_MODNAME="h"', '-DKBUILD_BASENAME="h"', '-Werror', '-S', '-o', '/dev/null', '-x', 'c']

    def one(name: str) -> list[str]:
        full = os.path.join(c.tree, name)
        rows, status = c.script(args + ['-include', full, '-include', full, '/dev/null'], cwd=c.objects)
        wrong = [r for r in rows if COMPLAINT.search(r)] or rows or ['?']
        return ['%s: %s' % (name, wrong[0])] if status else []

    return sum(side_by_side(one, files), []), '%d headers' % len(files)


def layers(c: Checker) -> Found:
    """The order of the driver's directories, and circles of its files."""
    return floors.look(os.path.join(c.tree, kernel.DRIVER), os.path.join(c.objects, kernel.DRIVER))


def prefixes(c: Checker) -> Found:
    """Static functions say whose they are."""
    return names.look(floors.read(os.path.join(c.tree, kernel.DRIVER)), floors.ORDER)


def spdx(c: Checker) -> Found:
    """spdxcheck wants a git tree: give it one of our files and the kernel's LICENSES."""
    with tempfile.TemporaryDirectory() as tmp:
        shutil.copytree(os.path.join(c.tree, 'LICENSES'), os.path.join(tmp, 'LICENSES'))
        count = 0
        rows: list[str] = []
        for top in ('drivers', 'tools', 'Documentation'):
            base = os.path.join(c.front.repo, top)
            for name, full in cache.files_below(base) if os.path.isdir(base) else ():
                target = os.path.join(tmp, top, name)
                os.makedirs(os.path.dirname(target), exist_ok=True)
                shutil.copy(full, target)
                count += 1
                with open(full, errors='replace') as f:
                    if os.path.basename(name) not in NO_SPDX and 'SPDX-License-Identifier' not in f.read(400):
                        rows.append('%s/%s: no SPDX line' % (top, name))
        git = ['git', '-c', 'user.name=check', '-c', 'user.email=check', '-c', 'init.defaultBranch=main']
        for args in (['init', '-q'], ['add', '-Af'], ['commit', '-qm', 'check']):
            subprocess.run(git + args, cwd=tmp, check=True, env=proc.environment(), stdout=subprocess.DEVNULL)
        spdxcheck = os.path.join(c.tree, 'scripts/spdxcheck.py')
        more, status = c.script(['/usr/bin/python3', spdxcheck, 'drivers', 'tools'], cwd=tmp)
        if status and not more:
            more = ['spdxcheck.py ended with status %d' % status]
        return rows + more, '%d files' % count


def maintainer(c: Checker) -> Found:
    name = c.files('.c', tops=[kernel.DRIVER])[0]
    rows, _ = c.script(['perl', 'scripts/get_maintainer.pl', '--no-git', '--no-git-fallback', '--sections', '-f', name])
    text = '\n'.join(rows)
    found = [r for r in rows if r.startswith('INTEL DRM I915 DRIVER')]
    return ([] if found and 'tools/testing/i915/' in text else ['no entry of ours for %s' % name]), \
        'entry "%s"' % (found[0] if found else '')


TOOLS = 'tools/testing/i915'


def _python(c: Checker, *command: str) -> tuple[list[str], int]:
    """A tool that reads the harness, with its settings from setup.cfg."""
    return c.script(['/usr/bin/python3', '-m', *command], cwd=os.path.join(c.front.repo, TOOLS))


def harness_types(c: Checker) -> Found:
    """mypy --strict."""
    rows, status = _python(c, 'mypy', '--cache-dir', cache.path('mypy'), '--no-error-summary', 'harness')
    return rows or (['mypy ended with status %d' % status] if status else []), _modules(c)


def harness_form(c: Checker) -> Found:
    """flake8: what pyflakes and pycodestyle say."""
    rows, status = _python(c, 'flake8', 'harness')
    return rows or (['flake8 ended with status %d' % status] if status else []), _modules(c)


def _modules(c: Checker) -> str:
    found = [n for n, _ in cache.files_below(os.path.join(c.front.repo, TOOLS, 'harness')) if n.endswith('.py')]
    return '%d modules' % len(found)


def harness_tests(c: Checker) -> Found:
    """The harness's own tests: of what decides whether something passed."""
    rows, status = _python(c, 'unittest', 'discover', '-t', '.', '-s', 'harness/tests')
    ran = next((re.findall(r'\d+', row)[0] for row in rows if re.match(r'Ran \d+ tests? in', row)), '0')
    return rows if status or ran == '0' else [], ran + ' tests'


def shell(c: Checker) -> Found:
    """shellcheck, of every script that a shell runs."""
    files = []
    for top in ('tools', '.ci'):
        base = os.path.join(c.front.repo, top)
        for name, full in cache.files_below(base) if os.path.isdir(base) else ():
            with open(full, 'rb') as f:
                if f.readline().strip() in (b'#!/bin/sh', b'#!/bin/bash'):
                    files.append(os.path.join(top, name))
    rows, status = c.script(['shellcheck', '-f', 'gcc', *sorted(files)], cwd=c.front.repo)
    if not files or (status and not rows):
        rows = ['shellcheck ended with status %d, and looked at %d files' % (status, len(files))]
    return rows, '%d scripts' % len(files)


def device(c: Checker) -> Found:
    """QEMU's own checkpatch, of the device, its tests and the plugin, each where it stands in QEMU's tree: the script
    goes by the path."""
    places = {'gpu': 'hw/display/i915-gt', 'profile': 'contrib/plugins'}
    script = os.path.join(c.front.qemu.source(), 'scripts/checkpatch.pl')
    ours = {}                       # name there: name here
    with tempfile.TemporaryDirectory() as tmp:
        for here, there in places.items():
            for name, full in cache.files_below(os.path.join(c.front.repo, TOOLS, here)):
                if name.endswith(('.c', '.h')):
                    place = os.path.join('tests/qtest' if name.startswith('i915-gt-') else there, name)
                    ours[place] = os.path.join(TOOLS, here, name)
                    os.makedirs(os.path.dirname(os.path.join(tmp, place)), exist_ok=True)
                    shutil.copy(full, os.path.join(tmp, place))
        rows, _ = check_files(Clean('checkpatch-qemu', ('path', script)), tmp, sorted(ours), lambda some: c.script(
            ['perl', script, '--no-tree', '--strict', '--terse', '--no-summary', '--quiet', '-f', *some], cwd=tmp))
    return [ours.get(r.partition(':')[0], '?') + ':' + r.partition(':')[2] for r in rows], '%d files' % len(ours)


def locks(c: Checker) -> Found:
    """The written lock order names every lock, and lockdep is told of them in that order."""
    rows, count = lockorder.complaints(c.tree, c.files('.c', '.h', tops=[kernel.DRIVER]))
    return rows, '%d locks' % count


# name, function, whether it reads the compiled driver
CHECKS = [
    ('checkpatch', checkpatch, False),
    ('W=1', compiler, True),
    ('sparse', sparse, True),
    ('kernel-doc', kernel_doc, False),
    ('headers', headers, True),
    ('layers', layers, True),
    ('names', prefixes, False),
    ('spdx', spdx, False),
    ('get_maintainer', maintainer, False),
    ('locks', locks, False),
    ('types', harness_types, False),
    ('flake8', harness_form, False),
    ('unit tests', harness_tests, False),
    ('shellcheck', shell, False),
    ('QEMU checkpatch', device, False),
    ('pages', docs.check_pages, False),
    ('htmldocs', docs.check_render, False),
]


def each(front: Front, report: Callable[[str, list[str], str], None], only: Sequence[str] = ()) -> None:
    """Run every check, or only those; report(name, complaints, seen) for each."""
    checks = [c for c in CHECKS if not only or c[0] in only]
    checker = Checker(front)
    ui.say('checking the driver\'s source')
    with checker.prepared(any(c[2] for c in checks)):
        for name, func, _ in checks:
            rows, seen = func(checker)
            report(name, rows, seen)


def run(front: Front, only: Sequence[str] = ()) -> int:
    """make check."""
    front.setup(*debian.CHECK)
    failed = []

    def report(name: str, rows: list[str], seen: str) -> None:
        ui.line('%-4s  %-20s  %s' % ('FAIL' if rows else 'ok', name, '%d complaints' % len(rows) if rows else seen))
        for row in rows[:40]:
            ui.line('      ' + row)
        if len(rows) > 40:
            ui.line('      ... and %d more' % (len(rows) - 40))
        if rows:
            failed.append(name)

    each(front, report, only)
    return 1 if failed else 0
