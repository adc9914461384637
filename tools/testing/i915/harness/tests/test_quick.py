# SPDX-License-Identifier: GPL-2.0
"""make quick, on a guest that says what it is told to: a leak is named, and nothing passes that did not run."""

import contextlib
import io
import unittest
from types import SimpleNamespace
from typing import Any

from .. import quick, ui

LEAK = '<4>[   10.0] i915 leaked vma: +1 (0 alive before, 1 now)'


def result(name: str, output: list[str], log: list[str] = [], status: int = 0) -> Any:
    return SimpleNamespace(name=name, output=output, log=log, status=status, why='', seconds=1.0)


def clean(name: str) -> Any:
    """What a row gives when all is well."""
    if name.startswith('mock-'):
        return result(name, ['all passed'], ['i915: mock_%s passed, 3 subtests' % name[5:]])
    if name in ('load', 'unload'):
        return result(name, ['nothing'])
    return result(name, ['TAP version 13', '1..1', 'ok 1 one'])


def front(results: dict[str, Any], bad: list[tuple[str, str]], finished: bool = True) -> Any:
    """In place of a Front: its guest has these results."""
    outcome = SimpleNamespace(results=results, bad_lines=lambda: bad, strict=[], finished=finished,
                              why='the guest died', console='console', console_tail=lambda: [])
    machine = SimpleNamespace(run=lambda *_a, **_k: outcome)
    return SimpleNamespace(setup=lambda: None, build=lambda _f: (None, None), programs=lambda: ({}, []),
                           machine=lambda *_a, **_k: machine, results='build')


class Quick(unittest.TestCase):
    def run_on(self, changed: dict[str, Any], bad: list[tuple[str, str]] = [], **kw: Any) -> tuple[int, str]:
        results = {row.name: clean(row.name) for row in quick.ROWS}
        results.update(changed)
        seen = io.StringIO()
        with contextlib.redirect_stdout(seen):
            status = quick.run(front({k: v for k, v in results.items() if v}, bad, **kw))
        return status, seen.getvalue()

    def test_nothing_leaks(self) -> None:
        status, seen = self.run_on({})
        self.assertEqual(status, 0, seen)
        self.assertIn('nothing leaks', seen)

    def test_leak_of_a_case_is_named(self) -> None:
        status, seen = self.run_on({'gem_close': result('gem_close', [
            'TAP version 13', '1..1', '# vma: 1 more than before', 'not ok 1 close'], status=1)})
        self.assertEqual(status, 1)
        self.assertIn('closed handles: # vma: 1 more than before', seen)

    def test_leak_at_unload_is_named(self) -> None:
        status, seen = self.run_on({'unload': result('unload', ['nothing'], [LEAK])}, [('unload', LEAK)])
        self.assertEqual(status, 1)
        self.assertIn('unload, nothing left: ' + LEAK, seen)

    def test_a_row_that_did_not_run(self) -> None:
        status, seen = self.run_on({'mock-vma': None})
        self.assertEqual(status, 1)
        self.assertIn('not reached', seen)

    def test_a_guest_that_died(self) -> None:
        with self.assertRaises(ui.Problem):
            self.run_on({}, finished=False)


if __name__ == '__main__':
    unittest.main()
