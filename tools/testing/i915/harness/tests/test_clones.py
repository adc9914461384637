# SPDX-License-Identifier: GPL-2.0
"""Two clones of the project that build in one cache: each gets what its own files make."""

import os
import shutil
import threading
import unittest
from collections.abc import Callable, Sequence
from typing import Any
from unittest import mock

from .. import cache, debian, kernel, proc, programs, qemu, ui
from .test_files import Where

FILES = ('one.c', 'two.c')


def read(path: str) -> str:
    with open(path) as f:
        return f.read()


class Clones(Where):
    """Clones "a" and "b", whose files say whose they are, and tools that only copy."""

    def setUp(self) -> None:
        super().setUp()
        os.makedirs(cache.root())
        for clone in ('a', 'b'):
            for name in (*FILES, 'Kconfig'):
                self.put('%s/%s/%s' % (clone, kernel.DRIVER, name), clone)
            self.put('%s/%s/gem.c' % (clone, kernel.SELFTESTS), clone)
            for name in ('configs/base.config', 'configs/fast.config', 'configs/qemu-devices.mak'):
                self.put('%s/tools/testing/i915/%s' % (clone, name), '')
            for name in ('gpu/install.sh', 'guest/mark.c', 'bench/i915_bench.c', 'bench/preload/clock.c'):
                self.put('%s/tools/testing/i915/%s' % (clone, name), clone)
        home = cache.path('linux', '1')
        self.tree = os.path.join(home, 'tree')
        self.put(os.path.join(self.tree, 'MAINTAINERS'))
        self.put(os.path.join(home, 'MAINTAINERS.debian'))
        self.put(cache.path('qemu', '1', 'configs/devices/x86_64-softmmu/i915.mak'))
        self.said: Callable[[str], None] = lambda text: None
        self.reading: Callable[[], None] = lambda: None
        for target, name, what in (
                (ui, 'say', lambda text: self.said(text)), (debian, 'version', lambda package: '1'),
                (kernel.Kernel, 'configure', staticmethod(self.configure)), (kernel.Kernel, '_make', self.make),
                (proc, 'run', self.run_tool), (qemu.Builder, '_fetch', lambda *_: None)):
            patch = mock.patch.object(target, name, what)
            patch.start()
            self.addCleanup(patch.stop)

    def clone(self, name: str) -> str:
        return os.path.join(self.top, name)

    @staticmethod
    def configure(_flavour: str, _tree: str, objects: str) -> None:
        os.makedirs(objects, exist_ok=True)
        with open(os.path.join(objects, '.config'), 'w') as f:
            f.write('CONFIG_DRM_I915=m\n')

    def make(self, tree: str, objects: str, targets: Sequence[str], _log: str, _title: str) -> None:
        """Compiles what is newer than its object, as make does, and links."""
        if targets == ['modules']:
            self.make_modules(tree, objects)
            return
        self.put(os.path.join(objects, kernel.RELEASE), '6')
        with open(os.path.join(objects, 'vmlinux.new'), 'w') as f:
            f.write('kernel')
        os.replace(os.path.join(objects, 'vmlinux.new'), os.path.join(objects, 'vmlinux'))

    def make_modules(self, tree: str, objects: str) -> None:
        where = os.path.join(objects, kernel.DRIVER)
        os.makedirs(where, exist_ok=True)
        sources = {os.path.join(where, n): os.path.join(tree, kernel.DRIVER, n) for n in FILES}
        old = {there: read(here) for there, here in sources.items()
               if not os.path.exists(there) or os.stat(there).st_mtime_ns < os.stat(here).st_mtime_ns}
        self.reading()
        for there, text in old.items():
            self.put(there, text)
        self.put(os.path.join(where, 'i915.ko'), ''.join(read(there) for there in sources))
        self.put(os.path.join(objects, 'modules.order'), kernel.DRIVER + '/i915.o\n')

    def run_tool(self, cmd: Sequence[str], _log: str, _title: str, _todo: str, cwd: str | None = None,
                 **_kw: Any) -> None:
        """gcc, make and ninja: what they make is what they read."""
        words = list(cmd)
        if words[0] == 'gcc':
            source = next(w for w in words if w.endswith('.c'))
            shutil.copy(source, words[words.index('-o') + 1])
        elif 'install' in words:
            target = next(w for w in words if w.startswith('INSTALL_PATH=')).partition('=')[2]
            shutil.copytree(os.path.join(self.tree, kernel.SELFTESTS), target)
            os.makedirs(next(w for w in words if w.startswith('O='))[2:])
        elif words[0].endswith('install.sh'):
            shutil.copy(words[0], self.put(os.path.join(words[1], 'device')))
        elif 'ninja' in words:
            assert cwd
            for name in qemu.TARGETS:
                self.put(os.path.join(cwd, name + '.new'), read(os.path.join(cwd, '../device')))
                os.replace(os.path.join(cwd, name + '.new'), os.path.join(cwd, name))

    def module(self, name: str) -> str:
        """The file that a clone gets."""
        return kernel.Kernel(self.clone(name)).build('fast').modules[0]

    def test_one_builds_while_the_other_compiles(self) -> None:
        read_by_a, b_waits = threading.Event(), threading.Event()
        made: dict[str, str] = {}

        def reading() -> None:
            """The first to compile has read its files, and writes no object before the other one waits for it."""
            self.reading = lambda: None
            read_by_a.set()
            b_waits.wait(20)

        def said(text: str) -> None:
            if 'waiting' in text:
                b_waits.set()

        self.reading, self.said = reading, said
        threads = [threading.Thread(target=lambda n=name: made.update({n: self.module(n)})) for name in ('a', 'b')]
        threads[0].start()
        self.assertTrue(read_by_a.wait(20))
        threads[1].start()
        for thread in threads:
            thread.join(20)
        self.assertTrue(b_waits.is_set())
        self.assertEqual({name: read(path) for name, path in made.items()}, {'a': 'aa', 'b': 'bb'})

    def test_what_one_got_stays(self) -> None:
        made = {name: self.module(name) for name in ('a', 'b')}
        self.assertEqual({name: read(path) for name, path in made.items()}, {'a': 'aa', 'b': 'bb'})

    def test_nothing_is_built_again(self) -> None:
        made = [self.module(name) for name in ('a', 'b')]
        self.reading = lambda: self.fail('built again')
        self.assertEqual([self.module(name) for name in ('a', 'b')], made)

    def test_what_is_built_in_place_is_of_whoever_holds_it(self) -> None:
        for name in ('a', 'b', 'a'):
            with kernel.Kernel(self.clone(name)).in_place('fast') as built:
                self.assertEqual(read(built.modules[0]), 2 * name)
                self.assertEqual(read(os.path.join(built.tree, kernel.DRIVER, 'two.c')), name)

    def test_programs(self) -> None:
        made = {name: programs.Programs(kernel.Kernel(self.clone(name))).build()[0] for name in ('a', 'b')}
        for name, files in made.items():
            self.assertEqual(set(map(read, files.values())), {name}, sorted(files))
            self.assertIn('kselftest/gem.c', files)

    def test_emulator(self) -> None:
        made = {name: qemu.Builder(self.clone(name)).build() for name in ('a', 'b')}
        self.assertEqual({name: (read(q.binary), read(q.qtest)) for name, q in made.items()},
                         {'a': ('a', 'a'), 'b': ('b', 'b')})


if __name__ == '__main__':
    unittest.main()
