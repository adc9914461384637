# SPDX-License-Identifier: GPL-2.0
"""The rows of make bench that IGT's benchmarks make, and how a program's section becomes the cost of one operation.

A program is run twice, once for twice as long. What the second run had more, in each unit, divided by the operations
it did more, is the cost of one: starting the program, opening the device and asking it what it can do drop out. How
many operations there were is not taken from what the program prints: the plugin saw how often the ioctl's handler was
entered. (Its figure must be there all the same, or the row has failed.)
"""

import glob
import itertools
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

from . import ui

EXEC = 'i915_gem_execbuffer2_ioctl'
CREATE = 'i915_gem_create_ioctl'
READ = 'i915_gem_pread_ioctl'
WRITE = 'i915_gem_pwrite_ioctl'
DOMAIN = 'i915_gem_set_domain_ioctl'
BUSY = 'i915_gem_busy_ioctl'
WAIT = 'i915_gem_wait_ioctl'
POLL = 'do_sys_poll'
SYNCOBJ = 'drm_syncobj_wait_ioctl'

ENGINES = ('rcs', 'bcs', 'vcs', 'vecs')
KIB = 1024


# Its batches fill time with stores to the status page, which a user's batch may not: the GPU drops them, and says so.
# Debian ships gem_wsim without workloads; these are ours. make bench WSIM=DIR runs those of an IGT source.
WORKLOADS = (
    ('one engine', '1.RCS.100.0.1'),
    ('pipeline', '1.VCS.100.0.0,1.RCS.100.-1.0,2.BCS.50.-1.1'),
    ('two contexts', '1.RCS.50.0.0,2.RCS.50.0.0,1.RCS.50.0.0,2.RCS.50.0.1'),
)


@dataclass
class Igt:
    """A benchmark of IGT."""
    name: str
    command: str                # %d is how long, in the program's own unit
    op: str                     # function of the kernel that is entered once an operation
    per: int = 1                # or so many times
    lengths: tuple[int, ...] = (1, 2)
    clock: int = 16             # see bench/preload/clock.c
    sleep: int = 1
    limit: int = 300
    misuse: bool = False        # the program itself gives the GPU what it reports


def _nop() -> Iterator[Igt]:
    for sync in ('', ' -s'):
        for engine in ENGINES + ('all',):
            yield Igt('gem_exec_nop %s%s' % (engine, ' sync' if sync else ''),
                      'gem_exec_nop -e %s%s -r %%d' % (engine, sync), EXEC)


def _ctx() -> Iterator[Igt]:
    for sync in ('', ' -s'):
        for mode in ('nop', 'default', 'create', 'switch'):
            yield Igt('gem_exec_ctx %s%s' % (mode, ' sync' if sync else ''),
                      'gem_exec_ctx -b %s%s -r %%d' % (mode, sync), EXEC)


def _create() -> Iterator[Igt]:
    """Each run makes a thousand objects at least; from 1 MiB it makes no more."""
    for size in (4, 16, 64, 256, 1024, 4096, 8192):
        title = '%d KiB' % size if size < 1024 else '%d MiB' % (size // 1024)
        yield Igt('gem_create ' + title, 'gem_create -s %d -r %%d' % (size * KIB), CREATE,
                  clock=512 if size >= 1024 else 16, limit=900)


def _reloc() -> Iterator[Igt]:
    yield Igt('gem_exec_reloc none', 'gem_exec_reloc -e none -l %d', EXEC, lengths=(1, 4))
    for what in ('busy', 'cyclic', 'skip', 'none'):
        for mode in ('old', 'lut'):
            yield Igt('gem_exec_reloc 16x64 %s %s' % (what, mode),
                      'gem_exec_reloc -b 16 -r 64 -m %s -e %s -o sequential -l %%d' % (mode, what), EXEC)
    for order in ('constant', 'reverse', 'random'):
        yield Igt('gem_exec_reloc 16x64 busy lut ' + order,
                  'gem_exec_reloc -b 16 -r 64 -m lut -e busy -o %s -l %%d' % order, EXEC)


def _busy() -> Iterator[Igt]:
    for title, flags, op in (('', '', BUSY), (' wait', '-w', WAIT), (' dma-buf', '-d', POLL),
                             (' sync-file', '-s', POLL), (' syncobj', '-S', SYNCOBJ)):
        for idle in ('', ' -I'):
            if (flags, idle) != ('-s', ' -I'):          # without a fence there is nothing to poll
                yield Igt('gem_busy%s%s' % (title, ' idle' if idle else ''),
                          'gem_busy %s%s -r %%d' % (flags, idle), op)


def _others() -> Iterator[Igt]:
    for size in (4, 64, 1024):
        yield Igt('gem_exec_fault %d KiB' % size, 'gem_exec_fault -s %d -t %%d' % (size * KIB), EXEC, clock=32)
    for way in ('read', 'write'):
        yield Igt('gem_prw %s sweep' % way, 'gem_prw -D %s -r %%d' % way, READ if way == 'read' else WRITE,
                  lengths=(5, 10))
    for cpu, gtt in itertools.product('rw', repeat=2):
        yield Igt('gem_set_domain cpu %s gtt %s' % (cpu, gtt), 'gem_set_domain -c %s -g %s -r %%d' % (cpu, gtt), DOMAIN,
                  clock=64)
    for title, flags in (('', ''), (' 4 consumers', '-c 4'), (' 10 nops', '-n 10'), (' 2 producers', '-p 2'),
                         (' fence', '-F')):
        yield Igt('gem_latency' + title, 'gem_latency %s -t %%d' % flags, EXEC, sleep=16)
    # its threads set timers by the clock they read
    yield Igt('gem_syslatency', 'gem_syslatency -1 -t %d', EXEC, clock=1, sleep=16)
    yield Igt('gem_syslatency interrupts', 'gem_syslatency -1 -i -t %d', EXEC, clock=1, sleep=16)
    for title, workload in WORKLOADS:
        yield Igt('gem_wsim ' + title, 'gem_wsim -w %s -r %%d' % workload, EXEC, lengths=(300, 1300), clock=1,
                  misuse=True)


def workloads(directory: str) -> tuple[list[Igt], dict[str, str]]:
    """Rows of the *.wsim files of a directory, and {name in the guest: file}. What shares work between video engines
    does not fit: the GPU has one."""
    rows, files = [], {}
    for path in sorted(glob.glob(os.path.join(directory, '*.wsim'))):
        name = os.path.basename(path)
        with open(path) as f:
            text = f.read()
        if 'VCS2' in text or re.search('^[BMb][.]', text, re.M):
            ui.say('left out, for it shares work between video engines: ' + name)
            continue
        files['wsim/' + name] = path
        rows.append(Igt('gem_wsim ' + name[:-5], 'gem_wsim -w /wsim/%s -r %%d' % name, EXEC, lengths=(4, 12), clock=1,
                        misuse=True))
    if not rows:
        raise ui.Problem('no workload that fits in %s' % directory, 'name a directory with *.wsim files: WSIM=DIR')
    return rows, files


IGT = [*_nop(), *_ctx(), *_create(), *_reloc(), *_busy(), *_others()]
