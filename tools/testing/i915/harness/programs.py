# SPDX-License-Identifier: GPL-2.0
"""User-space programs that run in the guest: our own, and the kselftests of the assembled tree."""

import os
import shutil

from . import cache, debian, kernel, proc

GUEST = 'tools/testing/i915/guest'
BENCH = 'tools/testing/i915/bench'
CFLAGS = ('-O2', '-Wall', '-Wextra', '-Werror', '-Wno-missing-field-initializers', '-static')


class Programs:
    """Builds them against the kernel's own user API headers."""

    def __init__(self, of: kernel.Kernel) -> None:
        self.kernel = of
        self.repo = of.repo

    def _headers(self, tree: str) -> str:
        """The exported headers, made once for each tree."""
        out = os.path.join(os.path.dirname(tree), 'o-headers')
        include = os.path.join(out, 'usr/include')
        stamp = cache.Stamp(out, 'headers')
        key = cache.digest(('path', os.path.join(tree, 'include/uapi/drm')))
        if not stamp.matches(key):
            os.makedirs(out, exist_ok=True)
            stamp.drop()
            proc.run(['make', '-s', '-C', tree, 'O=' + out, 'headers'], cache.path('log', 'headers.log'),
                     'exporting the kernel headers', 'run it again')
            stamp.write(key)
        return include

    def build(self) -> tuple[dict[str, str], list[str]]:
        """Build what is old. Returns {name in the guest: file here} and the list of ELF files among them."""
        source, bench, tests = (os.path.join(self.repo, p) for p in (GUEST, BENCH, kernel.SELFTESTS))
        out, there = cache.kept('programs-' + cache.digest(
            debian.version(kernel.PACKAGE), ('path', source), ('path', bench), ('path', tests),
            ('path', os.path.abspath(__file__))))
        if not there:
            with self.kernel.laid_out() as tree, cache.lock('programs'):
                out, there = cache.kept(os.path.basename(out))
                if not there:
                    with cache.keep(out) as tmp:
                        self._build(tree, tmp, source, bench)
        files = {'tests/' + n: os.path.join(out, 'bin', n) for n in os.listdir(os.path.join(out, 'bin'))}
        for name, full in cache.files_below(os.path.join(out, 'kselftest')):
            files['kselftest/' + name] = full
        return files, [f for f in files.values() if _dynamic(f)]

    def _build(self, tree: str, out: str, source: str, bench: str) -> None:
        include = self._headers(tree)
        os.makedirs(os.path.join(out, 'bin'))
        sources = {name[:-2]: [os.path.join(source, name)] for name in sorted(os.listdir(source))
                   if name.endswith('.c')}
        sources['i915_bench'] = sorted(os.path.join(bench, n) for n in os.listdir(bench) if n.endswith('.c'))
        for name, files in sources.items():
            proc.run(['gcc', *CFLAGS, '-isystem', include, *files, '-o', os.path.join(out, 'bin', name)],
                     cache.path('log', 'programs.log'), 'compiling ' + name, 'mend the file')
        proc.run(['gcc', *CFLAGS[:-1], '-shared', '-fPIC', os.path.join(bench, 'preload/clock.c'), '-o',
                  os.path.join(out, 'bin/bench-clock.so')],
                 cache.path('log', 'programs.log'), 'compiling bench-clock.so', 'mend the file')
        self._kselftests(tree, out, include)
        shutil.rmtree(os.path.join(out, 'o'))

    @staticmethod
    def _kselftests(tree: str, out: str, include: str) -> None:
        """As anybody would: make TARGETS=drivers/gpu/i915 install, runner included."""
        target = os.path.join(out, 'kselftest')
        proc.run(['make', '-C', os.path.join(tree, 'tools/testing/selftests'), 'TARGETS=drivers/gpu/i915',
                  'O=' + os.path.join(out, 'o'), 'KHDR_INCLUDES=-isystem ' + include, 'INSTALL_PATH=' + target,
                  'install'],
                 cache.path('log', 'kselftest.log'), 'building the kselftests',
                 'the last lines above say which file; mend it and run again')


def _dynamic(path: str) -> bool:
    with open(path, 'rb') as f:
        head = f.read(4096)
    return head[:4] == b'\x7fELF' and b'ld-linux' in head
