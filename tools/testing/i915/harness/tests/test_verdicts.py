# SPDX-License-Identifier: GPL-2.0
"""Verdicts: from a step's result to passed or failed, for make run, test, igt and judge."""

import contextlib
import io
import os
import tempfile
import unittest
from unittest import mock

from .. import guest, igt, live, mainjob, parts, results, suite, ui
from ..report import Entry, Report

WARNING = '<4>[ 1.0] i915 0000:00:02.0: something is wrong'


def result(status: int | None = 0, output: str = '', log: tuple[str, ...] = (), why: str = '') -> guest.Result:
    """What became of a step."""
    return guest.Result('step', status, output.splitlines(), list(log), 1.0, why)


class Suite(unittest.TestCase):
    """make test."""

    def held(self, test: suite.Test, got: guest.Result) -> bool:
        """Only the verdict."""
        return suite.judge(test, got)[0]

    def test_plain(self) -> None:
        test = suite.Test('load', '/guest/load')
        self.assertTrue(self.held(test, result(0, 'loaded')))
        self.assertFalse(self.held(test, result(1, 'loaded')))
        self.assertFalse(self.held(test, result(0, 'loaded', (WARNING,))))
        self.assertFalse(self.held(test, result(None, 'loaded', why='the guest hung')))

    def test_the_gpu_complains(self) -> None:
        got = result(0, 'loaded')
        got.strict = ['i915-gpu: STRICT tail: engine rcs0']
        held, _, details = suite.judge(suite.Test('load', '/guest/load'), got)
        self.assertFalse(held)
        self.assertEqual(details, got.strict)

    def test_wanted_status(self) -> None:
        test = suite.Test('must-fail', 'false', status=1)
        self.assertTrue(self.held(test, result(1)))
        self.assertFalse(self.held(test, result(0)))

    def test_ktap(self) -> None:
        test = suite.Test('gem_ppgtt', './gem_ppgtt', suite.read_ktap)
        self.assertTrue(self.held(test, result(0, '1..1\nok 1 a\n')))
        self.assertFalse(self.held(test, result(0, '1..1\nnot ok 1 a\n')))
        self.assertFalse(self.held(test, result(1, '1..1\nok 1 a\n')))
        self.assertFalse(self.held(test, result(0, '1..2\nok 1 a\n')))
        self.assertFalse(self.held(test, result(0, '')))

    def test_details_say_why(self) -> None:
        test = suite.Test('gem_ppgtt', './gem_ppgtt', suite.read_ktap)
        output = '1..2\n# fine\nok 1 a\n# VMA leaked\nnot ok 2 b\n'
        held, seen, details = suite.judge(test, result(1, output, (WARNING,)))
        self.assertFalse(held)
        self.assertIn('1 ok, 1 failed', seen)
        self.assertEqual(details, ['# VMA leaked', 'not ok 2 b', 'i915 0000:00:02.0: something is wrong'])

    def test_kunit_in_the_log(self) -> None:
        test = suite.Test('kunit', '/guest/kunit', suite.read_kernel_ktap)
        log = ('<6>[ 1.0] KTAP version 1', '<6>[ 1.0] 1..1', '<6>[ 1.1] ok 1 i915_lrc')
        self.assertTrue(self.held(test, result(0, log=log)))
        self.assertFalse(self.held(test, result(0, log=log[:2])))

    def test_parts(self) -> None:
        def nothing(_report: Report) -> None:
            pass

        found = [parts.Part('build-debug', nothing), parts.Part('build-builtin', nothing, after='build-debug'),
                 parts.Part('module', nothing, after='build-debug'),
                 parts.Part('builtin', nothing, after='build-builtin'), parts.Part('check', nothing)]
        names = [p.name for p in suite.selected(found, ['builtin', 'check'])]
        self.assertEqual(names, ['build-debug', 'build-builtin', 'builtin', 'check'])
        self.assertEqual(len(suite.selected(found, [])), len(found))
        with self.assertRaises(ui.Problem):
            suite.selected(found, ['modul'])


class Merge(unittest.TestCase):
    """Shards as one."""

    def merge(self, *shards: str, held: bool = True) -> int:
        """The exit status of merging such shards."""
        with tempfile.TemporaryDirectory() as top, contextlib.redirect_stdout(io.StringIO()):
            where = []
            for n, shard in enumerate(shards):
                where.append(os.path.join(top, str(n)))
                results.write(where[-1], 'test', [Entry('part%d: test' % n, held or n > 0, '')], shard=shard)
            front = mock.Mock(results=top)
            status = suite.merge(front, where)
            _, entries = results.read(os.path.join(top, 'test', 'results.json'))
            self.assertEqual(len(entries), len(shards))
            return status

    def test_merge(self) -> None:
        self.assertEqual(self.merge('2/3', '1/3', '3/3'), 0)
        self.assertEqual(self.merge('1/2', '2/2', held=False), 1)
        for bad in (('1/3', '2/3'), ('1/2', '1/2'), ('1/2', '2/3'), ('',), ('1/2', '2/2', '2/2')):
            self.assertRaises(ui.Problem, self.merge, *bad)


class MainJob(unittest.TestCase):
    """make run: rows and their readers."""

    def test_row(self) -> None:
        row = mainjob.Row('load', 'load', '/guest/load')
        self.assertTrue(mainjob.judge(row, result(0, 'loaded'))[0])
        for bad in (result(1, 'loaded'), result(None, why='hung'), None):
            self.assertFalse(mainjob.judge(row, bad)[0])

    def test_figures(self) -> None:
        self.assertEqual(mainjob.read_nop(result(0, '46.559\n')), (True, '46.559 us a batch'))
        for text in ('', 'nothing', '46.5\nTest requirement not met', 'SKIP', '1.0\nsubtest: FAIL (1 s)'):
            self.assertFalse(mainjob.read_nop(result(0, text))[0], text)

    def test_mock(self) -> None:
        good = ('<6>[ 1.0] i915: mock_gtt passed, 9 subtests', '<6>[ 1.0] i915: mock_tlb passed, 4 subtests')
        self.assertEqual(mainjob.read_mock(result(log=good)), (True, '2 suites, 13 subtests passed'))
        for bad in ((), (*good, '<3>[ 1.0] i915: mock_vma failed with -16'),
                    (*good, '<6>[ 1.0] i915: mock_vma passed, 0 subtests')):
            self.assertFalse(mainjob.read_mock(result(log=bad))[0], bad)


class Igt(unittest.TestCase):
    """make igt: drm-ci's words, and what was expected."""

    def test_words(self) -> None:
        for status, word in ((0, 'Pass'), (77, 'Skip'), (78, 'Timeout'), (98, 'Fail'), (99, 'Fail'), (1, 'Fail'),
                             (134, 'Crash'), (139, 'Crash'), (143, 'Timeout')):
            self.assertEqual(igt.verdict(result(status))[0], word, status)

    def test_kernel_log_fails_it(self) -> None:
        for status in (0, 77):
            word, note = igt.verdict(result(status, log=(WARNING,)))
            self.assertEqual((word, note[:10]), ('Fail', 'kernel log'))

    def test_guest_that_died(self) -> None:
        self.assertEqual(igt.verdict(result(None, why='the guest hung in step t1'))[0], 'Timeout')
        self.assertEqual(igt.verdict(result(None, why='the guest ended by itself (panic or reset)'))[0], 'Crash')

    def test_expectations(self) -> None:
        with tempfile.TemporaryDirectory() as top:
            for kind, text in (('fails', '# comment\ngem_a@x,Fail\ngem_b,Crash\n'), ('flakes', 'gem_c@.*\n'),
                               ('skips', 'gem_d(@.*)?\n')):
                with open(os.path.join(top, 'bdw-%s.txt' % kind), 'w') as f:
                    f.write(text)
            known = igt.Expected(top, 'bdw')
        for item, word, fine in (('gem_z', 'Pass', True), ('gem_z', 'Skip', True), ('gem_z', 'Fail', False),
                                 ('gem_z', 'Crash', False), ('gem_a@x', 'Fail', True), ('gem_a@x', 'Pass', False),
                                 ('gem_a@x', 'Crash', False), ('gem_b', 'Crash', True), ('gem_c@y', 'Fail', True),
                                 ('gem_c', 'Fail', False), ('gem_a@xy', 'Fail', False)):
            self.assertEqual(known.unexpected(item, word) is None, fine, (item, word))
        self.assertTrue(known.skip('gem_d@x') and known.skip('gem_d'))
        self.assertFalse(known.skip('gem_dd') or known.skip('gem_z'))

    def test_a_test_that_hangs_on_purpose(self) -> None:
        """Resets in the log, and the command that IGT stops an engine with, are no complaints; all else is."""
        reset = ('<5>[ 1.0] i915 0000:00:02.0: [drm] rcs0 reset: stopped by an error',
                 '<3>[ 1.1] i915 0000:00:02.0: [drm] *ERROR* GPU reset failed, declaring the GPU wedged')
        rows = ['i915-gpu: STRICT meant: engine rcs0 ctx 00110000 addr 1000 cmd deadbeef: no such command',
                'i915-gpu: STRICT command: engine rcs0 ctx 00110000 addr 1004 cmd 0e000000: no such command']
        for row, word in zip(rows, ('Pass', 'Fail')):
            got = result(0, log=reset)
            got.strict = guest.strict_reports([row])
            self.assertEqual(igt.verdict(got, got.strict)[0], word, row)
        self.assertEqual(igt.verdict(result(0, log=reset + (WARNING,)))[0], 'Fail')

    def test_misuse(self) -> None:
        with tempfile.TemporaryDirectory() as top:
            with open(os.path.join(top, 'bdw-misuse.txt'), 'w') as f:
                f.write('# why\ngem_a@x.*,STRICT length: .* 5 dwords\n')
            known = igt.Expected(top, 'bdw')
        rows = ['i915-gpu: STRICT length: engine rcs0: 5 dwords, 6 expected', 'i915-gpu: STRICT tail: 5 dwords']
        self.assertEqual(known.misused('gem_a@xy', rows), rows[1:])
        self.assertEqual(known.misused('gem_a@y', rows), rows)
        self.assertIn('misuse', igt.verdict(result(0), rows[1:])[1])

    def test_list(self) -> None:
        with tempfile.NamedTemporaryFile('w', suffix='.txt') as f:
            f.write('# comment\n\nigt@gem_basic@bad-close\ngem_exec_nop # why\n')
            f.flush()
            self.assertEqual(igt.read_list(f.name), ['gem_basic@bad-close', 'gem_exec_nop'])
            f.truncate(0)
            self.assertRaises(ui.Problem, igt.read_list, f.name)
        self.assertRaises(ui.Problem, igt.read_list, '/no/such/list')


class Live(unittest.TestCase):
    """make judge: a subtest that skipped itself has not passed."""

    IDLE = {'context-switches': 4, 'engine-resets': 0, 'aperture-accesses': 0, 'mmio-reads': 100,
            'guest-instructions': 1000}

    def verdict(self, got: guest.Result, counts: live.Counts | None, reports: tuple[str, ...] = ()) -> str:
        """Of one subtest on Broadwell."""
        judge = live.Judge(mock.Mock(), mock.Mock(), mock.Mock(), 'bdw', ({}, []))
        judge.idle = self.IDLE
        test = live.Subtest('vma', 'i915_vma_live_selftests/igt_vma_pin')
        judge._judge(test, got, counts, list(reports))
        return test.verdict

    def test_verdicts(self) -> None:
        ran = result(0, log=('<6>[ 1.0] i915: Running i915_vma_live_selftests/igt_vma_pin',))
        work = {**self.IDLE, 'context-switches': 5}
        self.assertEqual(self.verdict(ran, work), live.PASS)
        self.assertEqual(self.verdict(ran, self.IDLE), live.FAIL)           # skipped, and no rule says why
        self.assertEqual(self.verdict(ran, None), live.FAIL)
        self.assertEqual(self.verdict(result(0), work), live.FAIL)          # did not run
        self.assertEqual(self.verdict(result(1, log=tuple(ran.log)), work), live.FAIL)
        self.assertEqual(self.verdict(result(None, why='hung'), work), live.FAIL)
        self.assertEqual(self.verdict(result(0, log=(*ran.log, WARNING)), work), live.FAIL)
        self.assertEqual(self.verdict(ran, work, ('i915-gpu: STRICT stale-tlb: x',)), live.FAIL)

    def test_counts_belong_to_their_section(self) -> None:
        with tempfile.NamedTemporaryFile('w') as f:
            f.write('i915-gpu: STRICT pte: one\ni915-gpu: COUNT vma:igt_vma_pin mmio-reads=7\n'
                    'i915-gpu: STRICT pte: two\ni915-gpu: COUNT exit mmio-reads=9\n')
            f.flush()
            seen = live.sections(f.name)
        self.assertEqual(seen['vma:igt_vma_pin'], ({'mmio-reads': 7}, ['i915-gpu: STRICT pte: one']))
        self.assertEqual(seen[''], ({'mmio-reads': 9}, ['i915-gpu: STRICT pte: two']))


if __name__ == '__main__':
    unittest.main()
