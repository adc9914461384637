# SPDX-License-Identifier: GPL-2.0
"""The KTAP reader, on what the guest printed and on what must not pass."""

import unittest

from .. import ktap

KSELFTEST = '''\
TAP version 13
1..7
ok 1 running
ok 2 waits-for-fence
ok 3 behind-another
ok 4 # SKIP preempted no preemption
ok 5 persistent
ok 6 no-heartbeat
ok 7 heartbeat-ends
# Totals: pass:6 fail:0 xfail:0 xpass:0 skip:1 error:0
'''

# What kselftest's runner prints around a program
RUNNER = '''\
TAP version 13
1..1
# timeout set to 300
# selftests: drivers/gpu/i915: gem_ppgtt
# TAP version 13
# 1..2
# ok 1 flink-and-exit-vma-leak
# ok 2 flink-and-close-vma-leak
# # Totals: pass:2 fail:0 xfail:0 xpass:0 skip:0 error:0
ok 1 selftests: drivers/gpu/i915: gem_ppgtt
'''

KUNIT = '''\
KTAP version 1
1..1
    KTAP version 1
    # Subtest: i915_lrc
    # module: i915_test
    1..2
        KTAP version 1
        # Subtest: layout
        ok 1 gen8 render
        ok 2 gen8 blitter
    # layout: pass:2 fail:0 skip:0 total:2
    ok 1 layout
    ok 2 timestamp # SKIP no device
# i915_lrc: pass:1 fail:0 skip:1 total:2
# Totals: pass:2 fail:0 skip:1 total:3
ok 1 i915_lrc
'''


def read(text: str) -> tuple[str, list[str]]:
    """(summary, problems)."""
    cases, problems = ktap.parse(text.splitlines())
    return ktap.summary(cases), problems


class Good(unittest.TestCase):
    """Texts without a failure."""

    def test_kselftest(self) -> None:
        self.assertEqual(read(KSELFTEST), ('6 ok, 1 skipped', []))

    def test_runner(self) -> None:
        self.assertEqual(read(RUNNER), ('1 ok', []))

    def test_kunit_counts_leaves(self) -> None:
        cases, problems = ktap.parse(KUNIT.splitlines())
        self.assertEqual(problems, [])
        self.assertEqual([(c.name, c.verdict) for c in cases],
                         [('i915_lrc.layout.gen8 render', 'ok'), ('i915_lrc.layout.gen8 blitter', 'ok'),
                          ('i915_lrc.timestamp', 'skipped')])

    def test_glib_has_no_dash_and_slashes(self) -> None:
        self.assertEqual(read('1..1\nok 1 /x86_64/i915-gt/bdw/pci\n'), ('1 ok', []))

    def test_one_document_after_another(self) -> None:
        self.assertEqual(read(KSELFTEST + KSELFTEST)[1], [])


class Broken(unittest.TestCase):
    """Texts in which something failed, or is missing."""

    def test_failed_case(self) -> None:
        self.assertEqual(read(KSELFTEST.replace('ok 3', 'not ok 3'))[0], '5 ok, 1 failed, 1 skipped')

    def test_failed_leaf(self) -> None:
        text = KUNIT.replace('ok 2 gen8', 'not ok 2 gen8').replace('ok 1 layout', 'not ok 1 layout')
        self.assertEqual(read(text)[0], '1 ok, 1 failed, 1 skipped')

    def test_failed_above_good_leaves(self) -> None:
        _, problems = read(KUNIT.replace('    ok 1 layout', '    not ok 1 layout'))
        self.assertEqual(problems, ['layout failed, though nothing in it did'])

    def test_killed_in_the_middle(self) -> None:
        for lines in range(2, 9):
            text = '\n'.join(KSELFTEST.splitlines()[:lines])
            self.assertTrue(read(text)[1], text)

    def test_nested_plan_not_met(self) -> None:
        self.assertEqual(read(KUNIT.replace('    1..2', '    1..3'))[1], ['i915_lrc: 2 of 3 results came'])

    def test_more_results_than_planned(self) -> None:
        self.assertTrue(read(KSELFTEST + 'ok 8 one more\n')[1])

    def test_first_of_two_documents_is_short(self) -> None:
        text = KSELFTEST.replace('ok 7 heartbeat-ends\n', '') + KSELFTEST
        self.assertEqual(read(text)[1], ['6 of 7 results came before another plan'])

    def test_nothing_at_all(self) -> None:
        for text in ('', 'TAP version 13\n', 'TAP version 13\n1..0\n', 'sh: i915_reset: not found\n'):
            self.assertIn('no test reported a result', read(text)[1], text)

    def test_bail_out(self) -> None:
        self.assertEqual(read('1..1\nok 1 a\nBail out! no device\n')[1], ['Bail out! no device'])

    def test_a_word_that_begins_with_ok_is_no_result(self) -> None:
        self.assertEqual(read('1..1\nokay 1 a\n')[0], '0 ok')


if __name__ == '__main__':
    unittest.main()
