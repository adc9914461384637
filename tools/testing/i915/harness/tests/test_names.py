# SPDX-License-Identifier: GPL-2.0
"""The names of static functions: one without the driver's prefix is found, what only looks like one is not."""

import unittest

from .. import names


def look(text: str, name: str = 'gt/a.c', room: str = 'gt') -> list[str]:
    return names.look({name: text.splitlines(True)}, (room,))[0]


class Functions(unittest.TestCase):
    def test_line_and_name(self) -> None:
        self.assertEqual(names.functions('/*\n * static int a(void)\n */\nstatic int b(int (*c)(void))\n{\n}\n'),
                         [(4, 'b')])

    def test_return_on_a_line_of_its_own(self) -> None:
        self.assertEqual(names.functions('static const struct i915_a *\nb(void)\n{\n}\n'), [(1 + 1, 'b')])

    def test_attributes(self) -> None:
        self.assertEqual(names.functions('static unsigned long a(int b)\n\t__acquires(&b->c(d)->lock) __must_hold(e)\n'
                                         '{\n}\n'), [(1, 'a')])

    def test_inline(self) -> None:
        self.assertEqual(names.functions('static inline bool a(void) { return true; }\n'), [(1, 'a')])

    def test_no_functions(self) -> None:
        self.assertEqual(names.functions('static LIST_HEAD(a);\n'
                                         'static int b(void);\n'
                                         'static const struct c d = {\n\t.e = f(g),\n};\n'
                                         'static_assert(sizeof(h) == 4);\n'
                                         'int i(void)\n{\n}\n'), [])


class Prefix(unittest.TestCase):
    def test_has_it(self) -> None:
        self.assertEqual(look('static int i915_a(void)\n{\n}\n'), [])

    def test_has_it_not(self) -> None:
        rows = look('\nstatic int a(void)\n{\n}\n')
        self.assertEqual(len(rows), 1)
        self.assertTrue(rows[0].startswith('gt/a.c:2: a() is static'), rows[0])

    def test_header(self) -> None:
        text = 'static inline int to_a(void)\n{\n}\nstatic inline int __i915_b(void)\n{\n}\n'
        self.assertEqual(look(text, 'gt/a.h'), [])
        self.assertEqual(len(look(text)), 2)
        self.assertEqual(len(look('static inline int c(void)\n{\n}\n', 'gt/a.h')), 1)

    def test_other_rooms(self) -> None:
        self.assertEqual(look('static int a(void)\n{\n}\n', 'tests/a.c'), ['no static function found'])

    def test_nothing(self) -> None:
        self.assertEqual(look('int a;\n'), ['no static function found'])


if __name__ == '__main__':
    unittest.main()
