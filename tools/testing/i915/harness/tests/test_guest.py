# SPDX-License-Identifier: GPL-2.0
"""What a guest's results port says, and what becomes of a guest that dies."""

import os
import subprocess
import tempfile
import unittest
from unittest import mock

from .. import guest, mainjob

KEY = '007f1c22d06b'
STEPS = [guest.Step('load', '/guest/load'), guest.Step('gem_ppgtt', './gem_ppgtt')]
# As the second serial port has it
TEXT = '''
@KEY log
<6>[    4.064904] KTAP version 1
<6>[    4.064990] 1..1

@KEY up 7.60 6.12.117

@KEY begin load
0x8086:0x1616 at 0000:00:02.0, nodes card0 renderD128

@KEY log
<14>[    8.250000] i915-harness: begin load
<6>[    9.500000] [drm] Initialized i915 1.6.0 for 0000:00:02.0 on minor 0

@KEY end load 0 8.25 9.84

@KEY begin gem_ppgtt
TAP version 13
1..1
@000000000000 end gem_ppgtt 0 1 2
ok 1 flink-and-exit-vma-leak

@KEY log
<14>[   10.000000] i915-harness: begin gem_ppgtt

@KEY end gem_ppgtt 1 10.00 11.50

@KEY done
'''.replace('KEY', KEY)


class Port(unittest.TestCase):
    """The watcher, on a captured text."""

    def setUp(self) -> None:
        where = tempfile.TemporaryDirectory()
        self.addCleanup(where.cleanup)
        self.results = os.path.join(where.name, 'results.log')
        self.console = os.path.join(where.name, 'console.log')
        self.errors = os.path.join(where.name, 'qemu.log')
        self.outcome = guest.Outcome(console=self.console)
        self.seen: list[str] = []
        with open(self.console, 'w') as f:
            f.write('[   12.345678] Kernel panic - not syncing: Fatal exception\n')
        with open(self.errors, 'w') as f:
            f.write('i915-gpu: STRICT tail: before any step\n')

    def watch(self, result: guest.Result) -> None:
        self.seen.append(result.name)
        # the guest goes on while the step's report is looked at
        with open(self.errors, 'a') as f:
            f.write('i915-gpu: STRICT tail: after %s\n' % result.name)

    def follow(self, text: str, running: bool = False, boot_limit: float = 5) -> guest.Outcome:
        """Follow a guest that wrote this; it has ended unless it is running."""
        with open(self.results, 'w') as f:
            f.write(text)
        child = mock.create_autospec(subprocess.Popen, instance=True)
        child.poll.return_value = None if running else 0
        guest.Watcher(KEY, STEPS, self.outcome, self.results, self.errors, self.watch).follow(child, boot_limit)
        return self.outcome

    def test_whole(self) -> None:
        outcome = self.follow(TEXT)
        self.assertTrue(outcome.finished)
        self.assertEqual(outcome.release, '6.12.117')
        self.assertEqual(self.seen, ['load', 'gem_ppgtt'])
        load, ppgtt = outcome.results.values()
        self.assertEqual((load.status, ppgtt.status), (0, 1))
        self.assertEqual(load.output, ['0x8086:0x1616 at 0000:00:02.0, nodes card0 renderD128'])
        self.assertEqual(len(load.log), 2)
        self.assertAlmostEqual(load.seconds, 1.59)
        self.assertEqual(len(outcome.boot_log), 2)
        self.assertEqual(outcome.bad_lines(), [])

    def test_reports_of_the_gpu_belong_to_a_step(self) -> None:
        marked = guest.Watcher._marked

        def speak(watcher: guest.Watcher, words: list[str]) -> None:
            if words[0] == 'log':
                with open(self.errors, 'a') as f:
                    f.write('i915-gpu: STRICT tail: in a step\ni915-gpu: STRICT meant: on purpose\n')
            marked(watcher, words)

        with mock.patch.object(guest.Watcher, '_marked', speak):
            load, ppgtt = self.follow(TEXT).results.values()
        self.assertEqual(load.strict, ['i915-gpu: STRICT tail: in a step'])
        self.assertEqual(ppgtt.strict, ['i915-gpu: STRICT tail: in a step'])

    def test_marks_of_another_key_are_output(self) -> None:
        ppgtt = self.follow(TEXT).results['gem_ppgtt']
        self.assertIn('@000000000000 end gem_ppgtt 0 1 2', ppgtt.output)
        self.assertEqual(ppgtt.status, 1)

    def test_torn_anywhere_never_finishes(self) -> None:
        """However much of the text came: no step without its end mark has a status, and no guest is finished."""
        for length in range(0, len(TEXT) - 1, 7):
            self.setUp()
            outcome = self.follow(TEXT[:length])
            self.assertFalse(outcome.finished, TEXT[:length])
            self.assertTrue(outcome.why)
            for name, result in outcome.results.items():
                end = TEXT[TEXT.index('@%s end %s ' % (KEY, name)):].partition('\n')[0] + '\n'
                self.assertEqual(result.status is not None, end in TEXT[:length], TEXT[:length])

    def test_panic_in_a_step(self) -> None:
        outcome = self.follow(TEXT[:TEXT.index('ok 1 flink')])
        self.assertIsNone(outcome.results['gem_ppgtt'].status)
        self.assertIn('ended by itself', outcome.results['gem_ppgtt'].why)
        self.assertEqual(outcome.bad_lines(), [('console', 'Kernel panic - not syncing: Fatal exception')])
        row = mainjob.Row('leak test', 'gem_ppgtt', '', mainjob.read_ktap)
        self.assertFalse(mainjob.judge(row, outcome.results['gem_ppgtt'])[0])

    def test_never_comes_up(self) -> None:
        outcome = self.follow('', running=True, boot_limit=0.05)
        self.assertIsNone(outcome.booted)
        self.assertIn('did not come up', outcome.why)

    def test_hangs_in_a_step(self) -> None:
        with mock.patch.object(guest, 'GRACE', 0.05), mock.patch.object(STEPS[1], 'limit', 0):
            outcome = self.follow(TEXT[:TEXT.index('ok 1 flink')], running=True)
        self.assertIn('hung in step gem_ppgtt', outcome.why)
        self.assertIsNone(outcome.results['gem_ppgtt'].status)

    def test_hangs_between_two_steps(self) -> None:
        with mock.patch.object(guest, 'GRACE', 0.05):
            outcome = self.follow(TEXT[:TEXT.index('\n@%s begin gem_ppgtt' % KEY)], running=True)
        self.assertIn('between two steps', outcome.why)
        self.assertNotIn('gem_ppgtt', outcome.results)

    def test_warning_at_boot_is_bad(self) -> None:
        outcome = self.follow(TEXT.replace('<6>[    4.064904] KTAP version 1', '<4>[    4.0] i915: something'))
        self.assertEqual(outcome.bad_lines(), [('boot', 'i915: something')])


# A kernel that another one started goes on with the end of the step that did it; the last step ends the guest.
DOWN = '''
@KEY boot
<6>[    4.064904] first

@KEY up 7.60 6.12.117

@KEY begin load
going down

@KEY boot
<6>[    4.064904] second

@KEY up 9.60 6.12.117

@KEY end load 0 0 9.60

@KEY begin gem_ppgtt
'''.replace('KEY', KEY)


class GoesDown(Port):
    """A guest that starts another kernel, and ends by itself."""

    def test_as_it_should(self) -> None:
        self.outcome.goes_down = True
        with mock.patch.object(STEPS[1], 'ends', True):
            outcome = self.follow(DOWN)
        self.assertTrue(outcome.finished)
        self.assertEqual([r.status for r in outcome.results.values()], [0, 0])
        self.assertEqual([row[-6:].strip() for row in outcome.boot_log], ['first', 'second'])
        self.assertEqual(outcome.bad_lines(), [('console', 'Kernel panic - not syncing: Fatal exception')])

    def test_in_another_step(self) -> None:
        with mock.patch.object(STEPS[1], 'ends', True):
            outcome = self.follow(DOWN[:DOWN.index('going')])
        self.assertFalse(outcome.finished)
        self.assertIsNone(outcome.results['load'].status)


class Strict(unittest.TestCase):
    """Reports of the device: what tests do on purpose is a kind of its own."""

    def test_meant(self) -> None:
        self.assertEqual(guest.strict_reports(['i915-gpu: STRICT meant: engine rcs0', 'i915-gpu: TOTAL meant 40']), [])

    def test_printed(self) -> None:
        rows = ['i915-gpu: STRICT tail: engine rcs0', 'i915-gpu: TOTAL tail 40']
        self.assertEqual(guest.strict_reports(rows), rows[:1])

    def test_only_counted(self) -> None:
        self.assertEqual(guest.strict_reports(['i915-gpu: TOTAL command 3']),
                         ['3 reports of kind command, none of them printed'])


if __name__ == '__main__':
    unittest.main()
