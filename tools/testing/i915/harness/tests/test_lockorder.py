# SPDX-License-Identifier: GPL-2.0
"""lockorder: a lock that is not on the list, or not in its place, is complained of."""

import unittest

from harness import lockorder

ORDER = """
 * DOC: Lock order
 *
 * 1. b_lock, inside it a.outer
 * 2. a.inner
 *
 * An execbuf is something else.
 */
static void i915_lock_order_prime_irq(struct x *x)
{
\t\tI915_LOCK_OF(a, inner, x),
}

static void i915_lock_order_prime_all(struct x *x)
{
\t\tI915_LOCK(b_lock),
\t\tI915_LOCK_OF(a, outer, x),
}
"""
SOURCE = """static DEFINE_MUTEX(b_lock);
struct a {
\tstruct mutex outer;
\t/* @inner: */
\tspinlock_t inner;
};
"""


class LockOrder(unittest.TestCase):
    def setUp(self) -> None:
        self.locks = dict.fromkeys(lockorder.declared(SOURCE), 'a.c')

    def test_declared(self) -> None:
        self.assertEqual(lockorder.declared(SOURCE), ['b_lock', 'a.outer', 'a.inner'])

    def test_all_there(self) -> None:
        self.assertEqual(lockorder.compare(ORDER, self.locks), ([], 3))

    def test_not_primed(self) -> None:
        self.locks['c.lock'] = 'c.h'
        self.assertEqual(lockorder.compare(ORDER, self.locks)[0], ['c.h: c.lock is not primed in i915_lock_order.c'])

    def test_not_listed(self) -> None:
        rows, _ = lockorder.compare(ORDER.replace(', inside it a.outer', ''), self.locks)
        self.assertEqual(rows, [lockorder.ORDER + ': a.outer is not on the list'])

    def test_other_order(self) -> None:
        rows, _ = lockorder.compare(ORDER.replace('b_lock, inside it a.outer', 'a.outer, inside it b_lock'), self.locks)
        self.assertEqual(rows, [lockorder.ORDER + ': the list has a.outer where b_lock is primed'])

    def test_nothing(self) -> None:
        self.assertTrue(lockorder.compare('', {})[0])
