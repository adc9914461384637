# SPDX-License-Identifier: GPL-2.0
"""Tests of docs.py: which pieces of kernel-doc stand on no page, or on two."""

import os
import tempfile
import unittest
from dataclasses import dataclass

from .. import docs, kernel

SOURCE = '''\
/**
 * DOC: Life
 *
 * Text.
 */

/**
 * i915_live - do it
 */
'''
ONCE = '''\
.. kernel-doc:: drivers/gpu/drm/i915/vm/life.c
   :doc: Life

.. kernel-doc:: drivers/gpu/drm/i915/vm/life.c
   :internal:
'''


@dataclass
class Tree:
    """In place of a Checker."""
    tree: str


class Pages(unittest.TestCase):
    def complaints(self, *pages: str) -> list[str]:
        """What check_pages() says of one source file and these pages."""
        with tempfile.TemporaryDirectory() as tree:
            files = {kernel.DRIVER + '/vm/life.c': SOURCE, docs.PAGES + '/i915.rst': ''}
            files.update(('%s/i915/page%d.rst' % (docs.PAGES, n), text) for n, text in enumerate(pages))
            for name, text in files.items():
                full = os.path.join(tree, name)
                os.makedirs(os.path.dirname(full), exist_ok=True)
                with open(full, 'w') as f:
                    f.write(text)
            return docs.check_pages(Tree(tree))[0]

    def test_once(self) -> None:
        self.assertEqual(self.complaints(ONCE), [])

    def test_nowhere(self) -> None:
        rows = self.complaints('')
        self.assertEqual(len(rows), 2)
        self.assertIn('vm/life.c: Life: on no page', rows[0])

    def test_twice(self) -> None:
        rows = self.complaints(ONCE, ONCE)
        self.assertEqual(len(rows), 2)
        self.assertIn('Life: on gpu/i915/page0 and gpu/i915/page1', rows[0])

    def test_stale(self) -> None:
        rows = self.complaints(ONCE + '\n.. kernel-doc:: drivers/gpu/drm/i915/vm/gone.c\n   :doc: Gone\n')
        self.assertEqual(rows, ['gpu/i915/page0: names vm/gone.c: Gone, which is not there'])


if __name__ == '__main__':
    unittest.main()
