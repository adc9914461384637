# SPDX-License-Identifier: GPL-2.0
"""What make mutate reads and what it does to a file."""

import os
import tempfile
import unittest

from .. import mutation, ui
from ..mutant import steps_of

ROW = '''[[mutation]]
name = "one"
file = "vm/x.c"
old = "a();"
new = ";"
tests = ["mock vma"]
why = "a promise"
'''


def row(**changed: str) -> mutation.Mutation:
    told = {'name': 'one', 'file': 'x.c', 'old': 'a();', 'new': ';', 'why': 'a promise', **changed}
    return mutation.Mutation(tests=['kunit'], **told)     # type: ignore[arg-type]


class Apply(unittest.TestCase):
    def test_replaces_once(self) -> None:
        self.assertEqual(mutation.apply(row(), 'x\na();\ny\n'), 'x\n;\ny\n')

    def test_begins_behind(self) -> None:
        self.assertEqual(mutation.apply(row(after='f('), 'a();\nf()\na();\na();\n'), 'a();\nf()\n;\na();\n')

    def test_does_not_apply(self) -> None:
        for text, after in (('b();', ''), ('a(); a();', ''), ('a();', 'f('), ('a(); f(', 'f(')):
            with self.assertRaises(ui.Problem) as caught:
                mutation.apply(row(after=after), text)
            self.assertTrue(caught.exception.todo)


class Load(unittest.TestCase):
    def load(self, text: str) -> list[mutation.Mutation]:
        with tempfile.TemporaryDirectory() as repo:
            os.makedirs(os.path.join(repo, mutation.TABLES))
            with open(os.path.join(repo, mutation.TABLES, 't.toml'), 'w') as f:
                f.write(text)
            return mutation.load(repo)

    def test_row(self) -> None:
        rows = self.load(ROW)
        self.assertEqual((rows[0].name, rows[0].table, rows[0].flavour), ('one', 't.toml', 'fast'))

    def test_kunit_is_debug(self) -> None:
        self.assertEqual(self.load(ROW.replace('mock vma', 'kunit'))[0].flavour, 'debug')

    def test_refused(self) -> None:
        for text in (ROW + ROW, ROW.replace('why', 'because'), ROW + 'flavour = "slow"\n', 'name = [\n'):
            self.assertRaises(ui.Problem, self.load, text)


class Steps(unittest.TestCase):
    def test_order(self) -> None:
        names = [t.name for t in steps_of(['gem_rw:a,b', 'kmemleak', 'mock vma'])]
        self.assertEqual(names, ['kmemleak-ready', 'mock-vma', 'load', 'gem_rw-a-b', 'unload', 'kmemleak'])
