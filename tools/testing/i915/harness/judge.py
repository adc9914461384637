# SPDX-License-Identifier: GPL-2.0
"""make judge: the driver that Debian ships, unmodified, on the virtual GPU.

A device that only our own driver likes is not a GPU. The stock i915 of the same kernel source and configuration must
probe without a warning, work, unload and load again, and pass its own live selftests.
"""

import re

from . import guest, klog, mainjob, proc, programs, ui
from .mainjob import Row, last_line, read_figure

# The live suites of the stock driver that need no shader, display or power hardware.
LIVE = ('sanitycheck', 'uncore', 'gt_engines', 'gt_timelines', 'gt_contexts', 'gt_lrc', 'gt_heartbeat', 'requests',
        'active', 'objects', 'mman', 'dmabuf', 'vma', 'coherency', 'gtt', 'gem', 'evict', 'hugepages', 'gem_contexts',
        'client', 'migrate', 'reset', 'hangcheck', 'execlists', 'workarounds')
# Left out, each for its reason.
LEFT_OUT = {
    'gt_pm': 'needs frequency and power hardware',
    'guc': 'Broadwell has no GuC submission',
    'guc_multi_lrc': 'Broadwell has no GuC submission',
    'guc_hang': 'Broadwell has no GuC submission',
    'guc_doorbells': 'Broadwell has no GuC submission',
    'slpc': 'Broadwell has no GuC submission',
    'ring_submission': 'for engines without execlists',
    'gt_mocs': 'Gen9 and newer',
    'memory_region': 'no local memory',
}


def left_out(built):
    """Live suites of the built driver that LIVE does not name, each with its reason."""
    module = next(m for m in built.modules if m.endswith('/i915.ko'))
    text = proc.output(['/sbin/modinfo', '-F', 'parmtype', module]) or ''
    suites = re.findall(r'^igt__\d+__live_(\w+):', text, re.M)
    return [(s, LEFT_OUT.get(s, 'not tried yet')) for s in suites if s not in LIVE]


def read_live(result):
    """The parameter is the verdict; a suite that reports a failed subtest in the log fails all the same."""
    text = [klog.LINE.sub(r'\2', r) for r in result.log]
    failed = [t for t in text if re.search(r'failed with error (?!-25)', t)]
    ran = sum(1 for t in text if ': Running ' in t)
    if failed:
        return False, failed[0]
    return True, '%d subtests' % ran


ROWS = [
    Row('stock driver bound', 'load', '/guest/load', last_line),
    Row('not wedged', 'wedged', 'cat /sys/kernel/debug/dri/0/i915_wedged', lambda r: (r.output == ['0'], r.output[0])),
    *[Row('store through PPGTT, %s' % e, 'store-' + e, 'i915_store ' + e, last_line) for e in mainjob.ENGINES],
    *[Row('IGT gem_exec_nop, %s' % e, 'nop-' + e, 'cd /tmp && gem_exec_nop -e %s -r 1' % mainjob.BENCH_RING[e],
          read_figure) for e in mainjob.ENGINES],
    Row('unload', 'unload', 'rmmod i915 && echo unloaded', last_line),
    Row('load again', 'again', '/guest/load', last_line),
    Row('unload again', 'unload-again', 'rmmod i915 && echo unloaded', last_line),
    *[Row('live selftest %s' % s, 'live-' + s, '/guest/live ' + s, read_live, 600) for s in LIVE],
]


def run(front, args):
    """Boot the stock flavour and run ROWS; with --no-live only the first part."""
    front.setup()
    built, emulator = front.build('stock')
    files, dynamic = programs.Programs(front.kernel).build(built.tree)
    rows = [r for r in ROWS if args.live or not r.name.startswith('live-')]
    ui.say('booting Linux %s with the stock driver' % built.release)
    table, strict, todo = [], [], rows
    while todo:
        outcome = front.machine(built, emulator, 'judge', memory=4096).run(
            [guest.Step(r.name, r.command, r.limit) for r in todo], files, dynamic,
            watch=lambda r: ui.say('  %s: %.1f s' % (r.name, r.seconds)))
        strict += outcome.strict
        for row in [r for r in todo if r.name in outcome.results]:
            result = outcome.results[row.name]
            held, seen = mainjob.judge(row, result)
            bad = klog.failures(result.log)
            table.append((row.title, held and not bad, bad[0] if bad else seen))
        left = [r for r in todo if r.name not in outcome.results]
        if outcome.finished or len(left) == len(todo):
            table += [(r.title, False, outcome.why or 'not reached') for r in left]
            break
        todo = left                     # a suite that hung the guest: go on with the next in a new one
    table.append(('misuse the GPU reports', not strict, strict[0] if strict else 'none'))
    mainjob.table(table)
    for name, why in left_out(built) if args.live else ():
        ui.line('left out: live selftest %s: %s' % (name, why))
    failed = sum(1 for r in table if not r[1])
    ui.line('%d held, %d did not' % (len(table) - failed, failed))
    return 1 if failed else 0
