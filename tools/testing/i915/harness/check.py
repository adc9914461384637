# SPDX-License-Identifier: GPL-2.0
"""make check: what kernel people run on a driver before they read it, all at zero.

CHECKS names them; each is a function of a Checker that returns (complaints, what was looked at).
"""

import os
import re
import shlex
import shutil
import subprocess
import tempfile

from . import cache, debian, kernel, proc, ui

# files whose own form has no comments, or where the kernel has no such line either
NO_SPDX = ('.kunitconfig', 'config', 'settings', 'README.md')
COMPLAINT = re.compile(r'(warning|error):', re.I)


class Checker:
    """The assembled tree, and the objects that only checks use."""

    def __init__(self, front):
        self.front = front
        self.kernel = front.kernel
        self.tree = None
        self.objects = None
        self.build_log = cache.path('log', 'check-build.log')
        self.built = None           # None, or the message of the build that failed

    def prepare(self, compiled):
        with cache.lock('tree'):
            self.tree, _ = self.kernel.assemble()
        self.objects = self.kernel.objects('check')
        if compiled:
            with cache.lock('kernel-check'):
                self.kernel.configure('check', self.tree, self.objects)
                self._compile()

    def _compile(self):
        """One build of the driver from nothing serves W=1, sparse and the header test."""
        shutil.rmtree(os.path.join(self.objects, kernel.DRIVER), ignore_errors=True)
        try:
            proc.run(['make', '-k', '-C', self.tree, 'O=' + self.objects, '-j%d' % proc.jobs(), 'W=1', 'C=1',
                      'CF=-D__CHECK_ENDIAN__', kernel.DRIVER + '/'], self.build_log,
                     'compiling the driver with W=1 and sparse', '', count=(' CC ', 'files compiled'))
            self.built = ''
        except ui.Problem as problem:
            self.built = problem.what

    def files(self, *suffixes, tops=None):
        """Our files in the tree, by suffix."""
        found = []
        for top in tops or (kernel.DRIVER, kernel.SELFTESTS, 'tools/testing/i915/guest'):
            base = os.path.join(self.tree, top)
            if os.path.isdir(base):
                found += [os.path.join(top, name) for name, _ in cache.files_below(base)
                          if name.endswith(suffixes)]
        return sorted(found)

    def _script(self, cmd, **kw):
        """Run one of the tree's scripts; returns its lines and status."""
        done = subprocess.run(cmd, cwd=kw.pop('cwd', self.tree), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL, text=True, errors='replace', env=proc.environment(**kw))
        return done.stdout.splitlines(), done.returncode


def checkpatch(c):
    files = c.files('.c', '.h', 'Kconfig', 'Makefile')
    rows, status = c._script(['perl', 'scripts/checkpatch.pl', '--strict', '--terse', '--no-summary', '--quiet', '-f',
                              *files])
    if status and not rows:
        rows = ['checkpatch.pl ended with status %d and said nothing' % status]
    return rows, '%d files' % len(files)


def compiler(c):
    with open(c.build_log, errors='replace') as f:
        rows = [r.rstrip() for r in f if COMPLAINT.search(r) and ('[-W' in r or ' error: ' in r)]
    if c.built and not rows:
        rows = [c.built] + proc.tail(c.build_log, 5)
    return rows, '%d objects' % _count(c, '.o')


def sparse(c):
    with open(c.build_log, errors='replace') as f:
        text = f.read()
    rows = [r for r in text.splitlines() if COMPLAINT.search(r) and '[-W' not in r]
    checked = text.count(' CHECK ')
    if not checked:
        rows.append('sparse looked at no file')
    return rows, '%d files' % checked


def _count(c, suffix):
    base = os.path.join(c.objects, kernel.DRIVER)
    return sum(1 for name, _ in cache.files_below(base) if name.endswith(suffix)) if os.path.isdir(base) else 0


def kernel_doc(c):
    files = c.files('.c', '.h', tops=[kernel.DRIVER])
    rows, status = c._script(['perl', 'scripts/kernel-doc', '-none', '-Werror', *files])
    if status and not rows:
        rows = ['kernel-doc ended with status %d' % status]
    return [r for r in rows if r.strip()], '%d files' % len(files)


def headers(c):
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
    rows = []
    for name in files:
        full = os.path.join(c.tree, name)
        done = subprocess.run(args + ['-DKBUILD_MODNAME="h"', '-DKBUILD_BASENAME="h"', '-Werror', '-S', '-o', '/dev/null',
                                      '-x', 'c', '-include', full, '-include', full, '/dev/null'],
                              cwd=c.objects, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              env=proc.environment())
        if done.returncode:
            wrong = [r for r in done.stdout.splitlines() if COMPLAINT.search(r)] or done.stdout.splitlines() or ['?']
            rows.append('%s: %s' % (name, wrong[0]))
    return rows, '%d headers' % len(files)


def spdx(c):
    """spdxcheck wants a git tree: give it one of our files and the kernel's LICENSES."""
    with tempfile.TemporaryDirectory() as tmp:
        shutil.copytree(os.path.join(c.tree, 'LICENSES'), os.path.join(tmp, 'LICENSES'))
        count = 0
        rows = []
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
        more, status = c._script(['/usr/bin/python3', os.path.join(c.tree, 'scripts/spdxcheck.py'), 'drivers', 'tools'],
                                 cwd=tmp)
        if status and not more:
            more = ['spdxcheck.py ended with status %d' % status]
        return rows + more, '%d files' % count


def maintainer(c):
    name = c.files('.c', tops=[kernel.DRIVER])[0]
    rows, _ = c._script(['perl', 'scripts/get_maintainer.pl', '--no-git', '--no-git-fallback', '--sections', '-f', name])
    text = '\n'.join(rows)
    found = [r for r in rows if r.startswith('INTEL DRM I915 DRIVER')]
    return ([] if found and 'tools/testing/i915/' in text else ['no entry of ours for %s' % name]), \
        'entry "%s"' % (found[0] if found else '')


# name, function, whether it reads the compiled driver
CHECKS = [
    ('checkpatch', checkpatch, False),
    ('W=1', compiler, True),
    ('sparse', sparse, True),
    ('kernel-doc', kernel_doc, False),
    ('headers', headers, True),
    ('spdx', spdx, False),
    ('get_maintainer', maintainer, False),
]


def each(front, report, only=()):
    """Run every check, or only those; report(name, complaints, seen) for each."""
    checks = [c for c in CHECKS if not only or c[0] in only]
    checker = Checker(front)
    ui.say('checking the driver\'s source')
    checker.prepare(any(c[2] for c in checks))
    for name, func, _ in checks:
        rows, seen = func(checker)
        report(name, rows, seen)


def run(front, only=()):
    """make check."""
    front.setup(*debian.CHECK)
    failed = []

    def report(name, rows, seen):
        ui.line('%-4s  %-20s  %s' % ('FAIL' if rows else 'ok', name, '%d complaints' % len(rows) if rows else seen))
        for row in rows[:40]:
            ui.line('      ' + row)
        if len(rows) > 40:
            ui.line('      ... and %d more' % (len(rows) - 40))
        if rows:
            failed.append(name)

    each(front, report, only)
    return 1 if failed else 0
