# SPDX-License-Identifier: GPL-2.0
"""The layers of the driver: what looks up is found, and so is a circle that is too large."""

import unittest

from .. import floors


def calls(*pairs: tuple[str, str]) -> list[tuple[str, str, str]]:
    """nm of files that call each other: each has one function of its name."""
    names = sorted({name for pair in pairs for name in pair})
    return [(name, name, 'T') for name in names] + [(user, used, 'U') for user, used in pairs]


def ring(*names: str) -> list[tuple[str, str, str]]:
    return calls(*zip(names, names[1:] + names[:1]))


class Includes(unittest.TestCase):
    def look(self, name: str, header: str, *others: str) -> list[str]:
        files = {name: ['/* a line */', '#include "%s"' % header]}
        files.update({other: [] for other in others})
        return floors.includes(files)

    def test_down(self) -> None:
        self.assertEqual(self.look('gem/a.c', 'vm/b.h', 'vm/b.h'), [])

    def test_same(self) -> None:
        self.assertEqual(self.look('vm/a.c', 'vm/b.h', 'vm/b.h'), [])

    def test_up(self) -> None:
        self.assertEqual(self.look('vm/a.h', 'gt/b.h', 'gt/b.h'),
                         ['vm/a.h:2: includes gt/b.h, of a higher layer than vm'])

    def test_root_is_the_roof(self) -> None:
        self.assertEqual(self.look('a.c', 'diag/b.h', 'diag/b.h'), [])
        self.assertEqual(len(self.look('diag/a.c', 'b.h', 'b.h')), 1)

    def test_beside(self) -> None:
        self.assertEqual(self.look('vm/a.c', 'b.h', 'vm/b.h'), [])

    def test_unknown(self) -> None:
        self.assertEqual(self.look('vm/a.c', 'b.h'), ['vm/a.c:2: includes b.h, which is not there'])

    def test_of_the_tests(self) -> None:
        self.assertEqual(len(self.look('vm/a.c', 'selftests/b.h', 'selftests/b.h')), 1)
        self.assertEqual(self.look('a.c', 'selftests/b.h', 'selftests/b.h'), [])
        self.assertEqual(self.look('selftests/a.c', 'vm/b.h', 'vm/b.h'), [])

    def test_base(self) -> None:
        """The lowest layer serves all and knows none of them."""
        self.assertEqual(self.look('hw/a.c', 'base/b.h', 'base/b.h'), [])
        self.assertEqual(self.look('base/a.h', 'hw/b.h', 'hw/b.h'),
                         ['base/a.h:2: includes hw/b.h, of a higher layer than base'])
        self.assertEqual(len(self.look('base/i915_drv.h', 'gt/b_types.h', 'gt/b_types.h')), 1)


class Symbols(unittest.TestCase):
    def test_down(self) -> None:
        self.assertEqual(floors.uses(floors.graph(calls(('gem/a', 'base/b'), ('gem/a', 'gem/c')))), [])

    def test_up(self) -> None:
        self.assertEqual(floors.uses(floors.graph(calls(('mem/a', 'vm/b')))),
                         ['mem/a.c: uses vm/b of vm/b.c, of a higher layer than mem'])

    def test_others_are_not_ours(self) -> None:
        self.assertEqual(floors.graph([('mem/a', 'kmalloc', 'U')]), {'mem/a': {}})

    def test_tests_look_at_all(self) -> None:
        self.assertEqual(floors.graph(calls(('selftests/a', 'vm/b'))), {'vm/b': {}})


class Circles(unittest.TestCase):
    def judge(self, symbols: list[tuple[str, str, str]]) -> list[str]:
        return floors.judge({}, symbols)[0]

    def test_none(self) -> None:
        self.assertEqual(floors.circles(floors.graph(calls(('vm/a', 'vm/b'), ('vm/b', 'vm/c'), ('vm/a', 'vm/c')))), [])

    def test_small(self) -> None:
        symbols = ring('vm/a', 'vm/b', 'vm/c')
        self.assertEqual(floors.circles(floors.graph(symbols)), [['vm/a', 'vm/b', 'vm/c']])
        self.assertEqual(self.judge(symbols), [])

    def test_too_large(self) -> None:
        rows = self.judge(ring('vm/a', 'vm/b', 'vm/c', 'vm/d'))
        self.assertEqual(rows[0], 'a circle of 4 files, at most 3 may need each other: vm/a vm/b vm/c vm/d')
        self.assertIn('    vm/d.c needs vm/a.c: vm/a', rows)

    def test_two(self) -> None:
        """Circles that one leads to another are two."""
        symbols = ring('vm/a', 'vm/b') + ring('vm/c', 'vm/d', 'vm/e') + calls(('vm/a', 'vm/c'))
        found = floors.circles(floors.graph(symbols))
        self.assertEqual(found, [['vm/c', 'vm/d', 'vm/e'], ['vm/a', 'vm/b']])

    def test_nothing(self) -> None:
        self.assertEqual(self.judge([]), ['no compiled file to take symbols from'])

    def test_stranger(self) -> None:
        self.assertEqual(floors.strangers(['cellar/a.c', 'vm/b.c', 'tests/c.c', 'd.c']),
                         ['cellar/: no layer; give it a place in ORDER of harness/floors.py'])


if __name__ == '__main__':
    unittest.main()
