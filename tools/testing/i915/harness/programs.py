# SPDX-License-Identifier: GPL-2.0
"""User-space programs that run in the guest: our own, and the kselftests of the assembled tree."""

import os
import shutil

from . import cache, kernel, proc

CFLAGS = ('-O2', '-Wall', '-Wextra', '-Werror', '-Wno-missing-field-initializers', '-static')


class Programs:
    """Builds them against the kernel's own user API headers."""

    def __init__(self, built_from: kernel.Kernel) -> None:
        self.repo = built_from.repo

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

    def build(self, tree: str) -> tuple[dict[str, str], list[str]]:
        """Build what is old. Returns {name in the guest: file here} and the list of ELF files among them."""
        with cache.lock('programs'):
            return self._build(tree)

    def _build(self, tree: str) -> tuple[dict[str, str], list[str]]:
        include = self._headers(tree)
        out = os.path.join(os.path.dirname(tree), 'programs')
        source = os.path.join(self.repo, 'tools/testing/i915/guest')
        bench = os.path.join(self.repo, 'tools/testing/i915/bench')
        tests = os.path.join(self.repo, 'tools/testing/selftests/drivers/gpu/i915')
        stamp = cache.Stamp(out, 'programs')
        key = cache.digest(2, ('path', source), ('path', bench), ('path', tests) if os.path.isdir(tests) else 'none')
        if not stamp.matches(key):
            shutil.rmtree(out, ignore_errors=True)
            os.makedirs(os.path.join(out, 'bin'))
            for name in sorted(os.listdir(source)):
                if name.endswith('.c'):
                    proc.run(['gcc', *CFLAGS, '-isystem', include,
                              os.path.join(source, name), '-o', os.path.join(out, 'bin', name[:-2])],
                             cache.path('log', 'programs.log'), 'compiling ' + name, 'mend the file')
            sources = sorted(os.path.join(bench, n) for n in os.listdir(bench) if n.endswith('.c'))
            proc.run(['gcc', *CFLAGS, '-isystem', include, *sources, '-o', os.path.join(out, 'bin/i915_bench')],
                     cache.path('log', 'programs.log'), 'compiling i915_bench', 'mend the file')
            proc.run(['gcc', *CFLAGS[:-1], '-shared', '-fPIC', os.path.join(bench, 'preload/clock.c'), '-o',
                      os.path.join(out, 'bin/bench-clock.so')],
                     cache.path('log', 'programs.log'), 'compiling bench-clock.so', 'mend the file')
            if os.path.exists(os.path.join(tests, 'Makefile')):
                self._kselftests(tree, out, include)
            stamp.write(key)
        files = {'tests/' + n: os.path.join(out, 'bin', n) for n in os.listdir(os.path.join(out, 'bin'))}
        for name, full in cache.files_below(os.path.join(out, 'kselftest')):
            files['kselftest/' + name] = full
        return files, [f for f in files.values() if _dynamic(f)]

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
