# SPDX-License-Identifier: GPL-2.0
"""The driver's locks: each one that a file declares is on the written list and primed in lockdep, in the same order."""

import os
import re
from collections.abc import Iterable

from . import kernel

# how a lock is declared: as a member of a struct, or by itself
MEMBER = re.compile(r'^\t+(?:struct mutex|(?:raw_)?spinlock_t|rwlock_t|struct rw_semaphore|seq(?:lock|count\w*)_t|'
                    r'struct ww_mutex|struct srcu_struct) (\w+);', re.M)
ALONE = re.compile(r'^(?:static )?DEFINE_(?:MUTEX|(?:RAW_)?SPINLOCK|RWLOCK|SEQLOCK|\w*SRCU|WW_CLASS|XARRAY\w*)\((\w+)'
                   r'|^(?:static )?DECLARE_RWSEM\((\w+)', re.M)
STRUCT = re.compile(r'^(?:static )?struct (\w+) \{\n(.*?)^\}', re.M | re.S)
ORDER = os.path.join(kernel.DRIVER, 'i915_lock_order.c')
LIST = re.compile(r'DOC: Lock order(.*?)\n \*\n \* An execbuf', re.S)
PRIMED = re.compile(r'I915_LOCK(?:_OF\((\w+), ([\w.]+),|\((\w+)\))')
# the functions that prime, from the outermost locks to the innermost
PRIMERS = ('prime_all', 'prime_inner', 'prime_irq')
# how the list calls what is not struct.member
ALIASES = {'mm_struct.mmap_lock': 'mmap_lock', 'dma_resv.lock.base': 'drm_gem_object.resv',
           'drm_i915_gem_object.vma_lock': 'i915_gem_object.vma_lock'}


def declared(text: str) -> list[str]:
    """The locks a source file declares, as the list writes them: struct.member, or the variable's name."""
    found = [m[1] or m[2] for m in ALONE.finditer(text)]
    for struct in STRUCT.finditer(text):
        found += [alias('%s.%s' % (struct[1], member)) for member in MEMBER.findall(struct[2])]
    return found


def alias(name: str) -> str:
    """The list's name of a lock."""
    return ALIASES.get(name, name.removesuffix('.xa_lock'))


def primed(text: str) -> list[str]:
    """What lockdep is told of, in that order."""
    functions = re.split(r'\n(?=static )', text)
    found = []
    for what in PRIMERS:
        for body in functions:
            if body.startswith('static void i915_lock_order_%s(' % what):
                found += [alias(m[3] or '%s.%s' % (m[1], m[2])) for m in PRIMED.finditer(body)]
    return found


def compare(order: str, locks: dict[str, str]) -> tuple[list[str], int]:
    """Complaints about the text of the lock order, for {lock: file that declares it}; and how many locks it has."""
    known = primed(order)
    text = LIST.search(order)
    rows = ['%s: %s is not primed in i915_lock_order.c' % (where, lock)
            for lock, where in sorted(locks.items()) if lock not in known]
    if not text or not known:
        return rows + [ORDER + ': no list, or nothing that primes lockdep'], 0
    places = {}
    for lock in known:
        place = re.search(r'(?<![\w.])%s(?![\w.]*\w)' % re.escape(lock), text[1])
        if place:
            places[lock] = place.start()
        else:
            rows.append('%s: %s is not on the list' % (ORDER, lock))
    listed = sorted(places, key=lambda lock: places[lock])
    rows += ['%s: the list has %s where %s is primed' % (ORDER, a, b) for a, b in zip(listed, places) if a != b][:1]
    return rows, len(known)


def complaints(tree: str, files: Iterable[str]) -> tuple[list[str], int]:
    """Those about the driver in a kernel tree, of whose files these are; and how many locks it has."""
    locks = {}
    for name in files:
        if '/selftests/' not in name and '/tests/' not in name:
            with open(os.path.join(tree, name)) as f:
                locks.update(dict.fromkeys(declared(f.read()), name))
    with open(os.path.join(tree, ORDER)) as f:
        return compare(f.read(), locks)
