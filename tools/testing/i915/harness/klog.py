# SPDX-License-Identifier: GPL-2.0
"""Reads a kernel log and says what in it is a failure."""

import re
from collections.abc import Iterable

# A line at this level or below (more severe) fails the run, whoever wrote it ...
WARNING = 4
# ... and these do at any level: detectors that print in continuation lines or at odd levels.
REPORTS = re.compile(
    r'WARNING: |BUG: |BUG:|KASAN|UBSAN|kmemleak: \d+ new suspected|INFO: task .* blocked|possible recursive locking|'
    r'possible circular locking|inconsistent lock state|suspicious RCU usage|sleeping function called|'
    r'scheduling while atomic|ODEBUG:|list_(add|del) corruption|refcount_t:|general protection fault|Oops|'
    r'Kernel panic|Call Trace:|unable to handle|detected stall|soft lockup|hard LOCKUP|workqueue lockup|'
    r'slab-use-after-free|=====\[|Objects remaining|still has objects|Tainted:|kobject.*(?:error|failed)|'
    r'debugfs: .*already present|sysfs: cannot create duplicate|Unpatched return thunk')
# Warnings that are not a fault: what tests ask for, and what a virtual machine's firmware makes the kernel say.
ALLOWED = re.compile(
    r'Setting dangerous option \w+ - tainting kernel|FAULT_INJECTION: forcing a failure|'
    r'i915-harness: |kselftest: Running tests in |'
    # i915_faults takes away every kind of reset
    r'GPU reset failed, declaring the GPU wedged|GPU reset failed, disabling bus mastering|'
    r'GPU reset failed at load|probe with driver i915 failed with error -5$|'
    # and the GPU itself, once each time: it counts them
    r'registers read all ones: the GPU is not there|'
    # a guest that was not given a CPU for a while
    r'hrtimer: interrupt took \d+ ns|'
    # the emulated timer was late while the kernel calibrated its own, on a busy machine
    r'APIC timer disabled due to verification failure|Could not switch to high resolution mode|'
    r'could not switch to one-shot mode|^\s*lapic is not functional|'
    r'\*{10,}|NOTICE NOTICE|This means that this kernel|trace_printk')
# Before the first step nobody but the platform speaks; only our driver and the detectors count there.
OURS = re.compile(r'i915|\[drm|drm:')

LINE = re.compile(r'^<(\d+)>(?:\[\s*\d+\.\d+\])?\s?(.*)$')
CONSOLE = re.compile(r'^\[\s*\d+\.\d+\](?:\[\s*[TC]\d+\])? ?(.*)$')


def failures(lines: Iterable[str], boot: bool = False) -> list[str]:
    """Those of the lines ("<level>[time] text", as dmesg -r prints) that fail a run."""
    bad = []
    for row in lines:
        m = LINE.match(row)
        level, text = (int(m[1]) & 7, m[2]) if m else (None, row)
        if ALLOWED.search(text):
            continue
        if REPORTS.search(text):
            bad.append(text.strip())
        elif level is not None and level <= WARNING and (not boot or OURS.search(text)):
            bad.append(text.strip())
    return bad


def console_failures(lines: Iterable[str]) -> list[str]:
    """Reports in a console log (which has no levels): for a guest that died before it could hand over its log."""
    bad = []
    for row in lines:
        m = CONSOLE.match(row)
        text = m[1] if m else row
        if REPORTS.search(text) and not ALLOWED.search(text):
            bad.append(text.strip())
    return bad
