# SPDX-License-Identifier: GPL-2.0
"""Parts side by side: every result arrives, and a part that dies has failed."""

import contextlib
import io
import os
import signal
import sys
import tempfile
import time
import unittest
from unittest import mock

from .. import parts, report, ui


def good(into: report.Report) -> None:
    into.add('part: test', True, 'fine', 0.1, output=['a line'])


def bad(into: report.Report) -> None:
    into.add('part: test', False, 'not fine', None, ['why'])


def problem(_into: report.Report) -> None:
    raise ui.Problem('no way', 'turn back')


def mistake(_into: report.Report) -> None:
    raise KeyError('mistake')


def dies(into: report.Report) -> None:
    into.add('part: before', True, 'fine')
    os.kill(os.getpid(), signal.SIGKILL)


def leaves(_into: report.Report) -> None:
    sys.exit(3)


class Parts(unittest.TestCase):
    """What a Runner makes of its parts."""

    def setUp(self) -> None:
        self.report = report.Report()
        cache = tempfile.TemporaryDirectory()
        self.addCleanup(cache.cleanup)
        patch = mock.patch.dict(os.environ, I915_CACHE=cache.name)
        patch.start()
        self.addCleanup(patch.stop)

    def run_parts(self, *some: parts.Part, jobs: int = 2, memory: int = 100000) -> dict[str, bool]:
        """Run them; returns {test: whether it held}."""
        runner = parts.Runner(self.report, jobs)
        runner.memory = memory
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            runner.run(list(some))
        return {e.name: e.held for e in self.report.entries}

    def status(self) -> int:
        with contextlib.redirect_stdout(io.StringIO()):
            return self.report.close()

    def test_results_arrive(self) -> None:
        self.assertEqual(self.run_parts(parts.Part('a', good)), {'part: test': True})
        self.assertEqual(self.report.entries[0].output, ['a line'])
        self.assertEqual(self.status(), 0)

    def test_failure_is_kept(self) -> None:
        self.run_parts(parts.Part('a', bad), parts.Part('b', good))
        self.assertEqual(sorted(e.held for e in self.report.entries), [False, True])
        self.assertEqual(self.report.failed, ['part: test'])
        self.assertEqual(self.status(), 1)

    def test_problem_fails_its_part(self) -> None:
        self.assertEqual(self.run_parts(parts.Part('a', problem)), {'a': False})
        self.assertIn('no way', self.report.entries[0].seen)

    def test_mistake_of_ours_fails_its_part(self) -> None:
        self.assertEqual(self.run_parts(parts.Part('a', mistake), parts.Part('b', good)),
                         {'a': False, 'part: test': True})

    def test_dead_process_fails_its_part(self) -> None:
        self.assertEqual(self.run_parts(parts.Part('a', dies)), {'part: before': True, 'a': False})

    def test_early_exit_fails_its_part(self) -> None:
        self.assertEqual(self.run_parts(parts.Part('a', leaves)), {'a': False})

    def test_nothing_run_is_no_success(self) -> None:
        self.run_parts()
        self.assertEqual(self.status(), 1)

    def test_what_is_needed_comes_first(self) -> None:
        self.run_parts(parts.Part('boot', good, after='build'), parts.Part('build', bad))
        self.assertEqual([(e.name, e.held) for e in self.report.entries], [('part: test', False), ('boot', False)])
        self.assertIn('build failed', self.report.entries[1].seen)

    def test_side_by_side_within_memory(self) -> None:
        def nap(into: report.Report) -> None:
            begin = time.monotonic()
            time.sleep(0.3)
            into.add('nap', True, '%f %f' % (begin, time.monotonic()))

        def overlap() -> bool:
            spans = sorted(tuple(map(float, e.seen.split())) for e in self.report.entries)
            self.report.entries.clear()
            return spans[1][0] < spans[0][1]

        two = [parts.Part('a', nap, 600), parts.Part('b', nap, 600)]
        self.run_parts(*two)
        self.assertTrue(overlap())
        self.run_parts(*two, memory=1000)
        self.assertFalse(overlap())
        self.run_parts(*two, jobs=1)
        self.assertFalse(overlap())

    def test_ended_run_says_what_was_not_reached(self) -> None:
        runner = parts.Runner(self.report, 1)
        with mock.patch.object(runner, '_listen', side_effect=KeyboardInterrupt), \
                contextlib.redirect_stdout(io.StringIO()), self.assertRaises(KeyboardInterrupt):
            runner.run([parts.Part('a', good), parts.Part('b', good)])
        self.assertEqual([(e.name, e.held) for e in self.report.entries], [('a', False), ('b', False)])
        self.assertIn('not reached', self.report.entries[0].seen)

    def test_shards_add_up(self) -> None:
        found = [parts.Part('build', good), parts.Part('big', good, after='build', seconds=300),
                 *[parts.Part('small%d' % n, good, after='build' * (n % 2)) for n in range(7)]]
        for count in range(1, 12):
            shards = [[p.name for p in parts.shard(found, '%d/%d' % (k + 1, count))] for k in range(count)]
            names = sorted(n for names in shards for n in names if n != 'build')
            self.assertEqual(names, sorted(p.name for p in found[1:]), count)
            for names in shards:
                needs = [n for n in names if n == 'big' or n[-1] in '1357']
                self.assertEqual('build' in names, bool(needs), names)
        for bad in ('0/2', '3/2', '1', '1/', 'a/b', '1/0', '-1/2'):
            self.assertRaises(ui.Problem, parts.shard, found, bad)

    def test_shards_share_the_work(self) -> None:
        found = [parts.Part(name, good, seconds=seconds)
                 for name, seconds in (('a', 100), ('b', 100), ('c', 100), ('long', 300))]
        self.assertEqual([[p.name for p in parts.shard(found, '%d/2' % k)] for k in (1, 2)],
                         [['long'], ['a', 'b', 'c']])

    def test_shards_have_what_is_needed_for_what_they_need(self) -> None:
        found = [parts.Part('tools', good), parts.Part('build', good, after='tools'),
                 parts.Part('boot', good, after='build'), parts.Part('other', good, after='tools')]
        self.assertEqual([p.name for p in parts.shard(found, '1/2')], ['tools', 'build', 'boot'])
        self.assertEqual([p.name for p in parts.shard(found, '2/2')], ['tools', 'other'])

    def test_longest_of_last_time_begins_first(self) -> None:
        runner = parts.Runner(self.report, 1)
        runner.took = {'short': 1.0, 'long': 50.0}
        order: list[str] = []
        with mock.patch.object(runner, '_start', lambda part: order.append(part.name)), \
                mock.patch.object(runner, '_listen'), contextlib.suppress(StopIteration):
            runner.run([parts.Part('short', good), parts.Part('new', good, seconds=300), parts.Part('long', good)])
        self.assertEqual(order, ['new', 'long', 'short'])


if __name__ == '__main__':
    unittest.main()
