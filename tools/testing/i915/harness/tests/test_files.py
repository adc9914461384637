# SPDX-License-Identifier: GPL-2.0
"""Archives, and caches that must notice every change and keep nothing half made."""

import contextlib
import io
import os
import stat
import subprocess
import tempfile
import unittest
from unittest import mock

from .. import cache, check, cpio, ui


class Where(unittest.TestCase):
    """A directory of its own, which is also the cache."""

    def setUp(self) -> None:
        top = tempfile.TemporaryDirectory()
        self.addCleanup(top.cleanup)
        self.top = top.name
        patch = mock.patch.dict(os.environ, I915_CACHE=os.path.join(self.top, 'cache'))
        patch.start()
        self.addCleanup(patch.stop)

    def put(self, name: str, text: str = 'text') -> str:
        """A file below it; returns its full name."""
        full = os.path.join(self.top, name)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, 'w') as f:
            f.write(text)
        return full

    def get(self, name: str) -> str:
        """The content of one."""
        with open(os.path.join(self.top, name)) as f:
            return f.read()


class Cpio(Where):
    """Archives, as busybox reads them."""

    def unpack(self, *archives: bytes) -> None:
        """What the kernel does with them, one after the other."""
        for data in archives:
            subprocess.run(['/bin/busybox', 'cpio', '-idu'], input=data, cwd=self.top, check=True,
                           stderr=subprocess.DEVNULL)

    @staticmethod
    def archive(**files: bytes) -> bytes:
        """An archive of these files."""
        out = io.BytesIO()
        writer = cpio.Archive(out)
        for name, data in files.items():
            writer.file(name, data)
        writer.close()
        return out.getvalue()

    def test_everything_comes_back(self) -> None:
        out = io.BytesIO()
        writer = cpio.Archive(out)
        for size in range(9):                           # padding: each length
            writer.file('a/b/f%d' % size, b'x' * size)
        writer.file('run', b'#!/bin/sh\n', 0o755)
        writer.link('bin/sh', 'busybox')
        writer.directory('empty/one')
        writer.copy('copied', self.put('source', 'from here'))
        writer.close()
        self.unpack(out.getvalue())
        for size in range(9):
            self.assertEqual(self.get('a/b/f%d' % size), 'x' * size)
        self.assertEqual(stat.S_IMODE(os.stat(os.path.join(self.top, 'run')).st_mode), 0o755)
        self.assertEqual(os.readlink(os.path.join(self.top, 'bin/sh')), 'busybox')
        self.assertTrue(os.path.isdir(os.path.join(self.top, 'empty/one')))
        self.assertEqual(self.get('copied'), 'from here')

    def test_later_archive_wins(self) -> None:
        self.unpack(self.archive(f=b'old', g=b'kept'), self.archive(f=b'new'))
        self.assertEqual((self.get('f'), self.get('g')), ('new', 'kept'))

    def test_archives_may_follow_one_another(self) -> None:
        for size in range(5):
            self.assertEqual(len(self.archive(f=b'x' * size)) % 512, 0)

    def test_same_twice(self) -> None:
        self.assertEqual(self.archive(f=b'x', g=b'y'), self.archive(f=b'x', g=b'y'))


class Cache(Where):
    """Keys, stamps and directories."""

    def test_digest_sees_every_change(self) -> None:
        tree = os.path.join(self.top, 'tree')

        def key() -> str:
            return cache.digest('x', ('path', tree))

        self.put('tree/a', '1')
        self.put('tree/sub/b', '2')
        keys = [key()]
        self.put('tree/a', '1 ')
        keys.append(key())
        os.rename(os.path.join(tree, 'a'), os.path.join(tree, 'c'))
        keys.append(key())
        self.put('tree/new', '')
        keys.append(key())
        keys.append(cache.digest('y', ('path', tree)))
        self.assertEqual(len(set(keys)), len(keys))
        os.utime(os.path.join(tree, 'new'), (1, 1))
        self.assertEqual(key(), keys[3])                # the time is no content

    def test_digest_of_nothing_there(self) -> None:
        self.assertNotEqual(cache.digest(('path', self.put('f', ''))), cache.digest(('path', self.top + '/none')))

    def test_stamp(self) -> None:
        stamp = cache.Stamp(self.top)
        self.assertFalse(stamp.matches(None))
        stamp.write(['key', 1])
        self.assertTrue(stamp.matches(['key', 1]))
        self.assertFalse(stamp.matches(['key', 2]))
        stamp.drop()
        self.assertFalse(stamp.matches(['key', 1]))
        stamp.drop()

    def test_stamp_torn(self) -> None:
        stamp = cache.Stamp(self.top)
        stamp.write(['key'])
        with open(stamp.file, 'w') as f:
            f.write('["ke')
        self.assertFalse(stamp.matches(['key']))

    def test_whole_or_not_there(self) -> None:
        target = os.path.join(self.top, 'made')
        with contextlib.suppress(ZeroDivisionError), cache.whole(target) as tmp:
            self.put(tmp + '/half')
            raise ZeroDivisionError
        self.assertFalse(os.path.exists(target))
        with cache.whole(target) as tmp:
            self.put(tmp + '/all')
        self.assertEqual(os.listdir(target), ['all'])
        with cache.whole(target) as tmp:
            self.put(tmp + '/again')
        self.assertEqual(os.listdir(target), ['again'])

    def test_sync(self) -> None:
        for name in ('a', 'sub/b', 'same'):
            self.put('from/' + name, name)
            self.put('to/' + name, 'old' if name != 'same' else name)
        self.put('to/gone')
        self.put('to/kept')
        os.utime(os.path.join(self.top, 'to/same'), (1, 1))
        where = [os.path.join(self.top, n) for n in ('from', 'to')]
        self.assertEqual(sorted(cache.sync(where[0], where[1], keep=['kept'])), ['a', 'gone', 'sub/b'])
        self.assertEqual(sorted(n for n, _ in cache.files_below(where[1])), ['a', 'kept', 'same', 'sub/b'])
        self.assertEqual(self.get('to/sub/b'), 'sub/b')
        self.assertEqual(os.stat(os.path.join(self.top, 'to/same')).st_mtime, 1)
        self.assertEqual(cache.sync(where[0], where[1], keep=['kept']), [])

    def test_sync_breaks_hard_links(self) -> None:
        """The stock tree shares its files with ours by hard links, and must not change with it."""
        other = os.path.join(self.top, 'stock')
        self.put('from/f', 'new')
        os.link(self.put('to/f', 'old'), other)
        cache.sync(os.path.join(self.top, 'from'), os.path.join(self.top, 'to'))
        self.assertEqual((self.get('to/f'), self.get('stock')), ('new', 'old'))

    def test_somebody_elses_directory_is_not_cleared(self) -> None:
        kept = self.put('cache/precious')
        with self.assertRaises(ui.Problem):
            cache.clear()
        self.assertTrue(os.path.exists(kept))
        with contextlib.redirect_stdout(io.StringIO()):
            cache.prepare()
        cache.clear()
        self.assertFalse(os.path.exists(kept))


class Clean(Where):
    """Files a tool is not asked about again."""

    def setUp(self) -> None:
        super().setUp()
        os.makedirs(cache.root())
        self.asked: list[str] = []
        self.put('a.c', 'good')
        self.put('b.c', 'good')

    def tool(self, names: list[str]) -> tuple[list[str], int]:
        """Complains about files with the word bad."""
        self.asked += names
        rows = [name + ':1: ERROR' for name in names if 'bad' in self.get(name)]
        return rows, 1 if rows else 0

    def run_tool(self, version: str = '1') -> tuple[list[str], list[str]]:
        """(complaints, files it was asked about)."""
        self.asked = []
        rows, _ = check.check_files(check.Clean('tool', version), self.top, ['a.c', 'b.c'], self.tool)
        return rows, sorted(self.asked)

    def test_what_changed_is_asked_about(self) -> None:
        self.assertEqual(self.run_tool(), ([], ['a.c', 'b.c']))
        self.assertEqual(self.run_tool(), ([], []))
        self.put('b.c', 'bad')
        self.assertEqual(self.run_tool(), (['b.c:1: ERROR'], ['b.c']))
        self.assertEqual(self.run_tool(), (['b.c:1: ERROR'], ['b.c']))     # a complaint is not forgotten
        self.put('b.c', 'good again')
        self.assertEqual(self.run_tool(), ([], ['b.c']))
        self.assertEqual(self.run_tool(), ([], []))

    def test_another_version_of_the_tool_begins_anew(self) -> None:
        self.run_tool()
        self.assertEqual(self.run_tool('2'), ([], ['a.c', 'b.c']))

    def test_a_tool_that_fails_silently(self) -> None:
        with mock.patch.object(self, 'tool', lambda names: ([], 2)):
            rows, _ = self.run_tool()
        self.assertTrue(rows)
        self.assertEqual(self.run_tool(), ([], ['a.c', 'b.c']))


if __name__ == '__main__':
    unittest.main()
