# SPDX-License-Identifier: GPL-2.0
"""The kernel-log reader: what fails a run and what does not."""

import unittest

from .. import klog

# Each alone fails a step, whatever its level
BAD = (
    '<4>[  253.100000] i915 0000:00:02.0: [drm] GPU HANG',
    '<3>[  255.818592] (NULL device *): [drm] *ERROR* i915 selftest leaked lrc: +1 (0 alive before, 1 now)',
    '<4>[   12.000000] WARNING: CPU: 1 PID: 77 at drivers/gpu/drm/i915/vm/i915_vma.c:100 i915_vma_close+0x10/0x20',
    '<3>[   12.000000] BUG: KASAN: slab-use-after-free in i915_vma_close+0x10/0x20',
    '<6>[   12.000000] Call Trace:',
    '<1>[   12.000000] BUG: kernel NULL pointer dereference, address: 0000000000000000',
    '<3>[   12.000000] kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)',
    '<3>[   12.000000] INFO: task kworker/0:1:10 blocked for more than 120 seconds.',
    '<6>[   12.000000] WARNING: possible circular locking dependency detected',
    '<6>[   12.000000] WARNING: suspicious RCU usage',
    '<3>[   12.000000] BUG: sleeping function called from invalid context at kernel/locking/mutex.c:1',
    '<3>[   12.000000] UBSAN: array-index-out-of-bounds in drivers/gpu/drm/i915/gt/i915_ring.c:1',
    '<3>[   12.000000] ODEBUG: free active (active state 0) object: timer_list',
    '<1>[   12.000000] list_del corruption. next->prev should be x',
    '<4>[   12.000000] refcount_t: underflow; use-after-free.',
    '<3>[   12.000000] BUG i915_vma (Not tainted): Objects remaining in i915_vma on __kmem_cache_shutdown()',
    '<3>[   12.000000] watchdog: BUG: soft lockup - CPU#0 stuck for 26s!',
    '<12>[   12.000000] a warning that user space wrote',
    'Kernel panic - not syncing: Fatal exception',
)
GOOD = (
    '<5>[   94.629875] i915 0000:00:02.0: [drm] rcs0 reset: context closed',
    '<14>[   12.694020] i915-harness: begin kselftest-runner',
    '<12>[   13.403323] kselftest: Running tests in drivers/gpu/i915',
    '<4>[   47.351213] hrtimer: interrupt took 19569233 ns',
    '<6>[  260.742892] i915: Running contexts/destroyed_in_flight',
    '<4>[    1.000000] Setting dangerous option reset - tainting kernel',
    '',
)


class Lines(unittest.TestCase):
    """One line at a time, as dmesg -r prints it."""

    def test_bad(self) -> None:
        for row in BAD:
            self.assertEqual(len(klog.failures([row])), 1, row)

    def test_good(self) -> None:
        for row in GOOD:
            self.assertEqual(klog.failures([row]), [], row)

    def test_every_warning_level(self) -> None:
        for level in range(8):
            self.assertEqual(bool(klog.failures(['<%d>[ 1.0] something' % level])), level <= klog.WARNING, level)

    def test_facility_is_not_level(self) -> None:
        self.assertEqual(klog.failures(['<30>[ 1.0] daemon.info']), [])
        self.assertEqual(klog.failures(['<28>[ 1.0] daemon.warning']), ['daemon.warning'])

    def test_one_bad_line_among_many(self) -> None:
        self.assertEqual(len(klog.failures([*GOOD, BAD[0], *GOOD])), 1)

    def test_what_is_allowed_is_allowed_as_a_whole(self) -> None:
        self.assertEqual(len(klog.failures(['<4>[ 1.0] hrtimer: interrupt took too long'])), 1)


class Boot(unittest.TestCase):
    """Before the first step only the driver and the detectors count."""

    def test_platform_is_let_pass(self) -> None:
        self.assertEqual(klog.failures(['<4>[ 0.1] ACPI: no RSDP'], boot=True), [])

    def test_driver_and_detectors_are_not(self) -> None:
        for text in ('<4>[ 0.1] i915 0000:00:02.0: no', '<3>[ 0.1] [drm] *ERROR* no', '<6>[ 0.1] BUG: KASAN: x'):
            self.assertEqual(len(klog.failures([text], boot=True)), 1, text)


class Console(unittest.TestCase):
    """The console has no levels, only reports."""

    def test_reports(self) -> None:
        rows = ['[   12.345678] BUG: unable to handle page fault', '[   12.3][  T77] Kernel panic - not syncing',
                '[   12.345678] i915 0000:00:02.0: [drm] rcs0 reset', 'SeaBIOS (version 1.16)']
        self.assertEqual(klog.console_failures(rows), ['BUG: unable to handle page fault',
                                                       'Kernel panic - not syncing'])


if __name__ == '__main__':
    unittest.main()
