# SPDX-License-Identifier: GPL-2.0
"""The documentation pages: each piece of kernel-doc on exactly one of them, and all of them rendered by Sphinx.

Rendering reads only our pages and our files, so it takes about a minute where "make htmldocs SPHINXDIRS=gpu" takes
a quarter of an hour; configuration and extensions are the kernel's. What rendered without a warning is remembered by
content, and not rendered again.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Protocol

from . import cache, debian, kernel, proc

PAGES = 'Documentation/gpu'
# A page that is not there is noticed as a piece that stands nowhere
INDEX = '''\
.. SPDX-License-Identifier: GPL-2.0

drm/i915
========

.. toctree::

   gpu/i915
'''
DIRECTIVE = re.compile(r'^\.\. kernel-doc:: (\S+)\n((?:   :.*\n)*)', re.M)
OPTION = re.compile(r'^   :(\w+):[ ]*(.*)$', re.M)
DOC = re.compile(r'^ \* DOC: (.*)$', re.M)
OTHERS = re.compile(r'^/\*\*\n \* (?!DOC:)', re.M)
# what the kernel's conf.py prints
THEME = re.compile(r'Using \S+ theme')
FUNCTIONS = 'its functions and structures (:internal:)'
Piece = tuple[str, str]         # file, title of a DOC paragraph or FUNCTIONS


class Checker(Protocol):
    """What is needed of check.Checker."""
    tree: str


def pages(tree: str) -> list[str]:
    """Names of our pages below Documentation, without suffix."""
    names = [name for name, _ in cache.files_below(os.path.join(tree, PAGES, 'i915'))]
    return ['gpu/i915'] + ['gpu/i915/' + name[:-4] for name in names if name.endswith('.rst')]


def wanted(tree: str) -> list[Piece]:
    """What has to stand on a page: (file, title of a DOC paragraph, or FUNCTIONS)."""
    found: list[Piece] = []
    for name, full in cache.files_below(os.path.join(tree, kernel.DRIVER)):
        if name.endswith(('.c', '.h')):
            with open(full) as f:
                text = f.read()
            found += [(name, title) for title in DOC.findall(text)]
            if OTHERS.search(text):
                found.append((name, FUNCTIONS))
    return found


def placed(text: str) -> Iterator[Piece]:
    """What a page takes from the driver: the same pairs."""
    for source, options in DIRECTIVE.findall(text):
        if not source.startswith(kernel.DRIVER + '/'):
            continue
        name = source[len(kernel.DRIVER) + 1:]
        for option, value in OPTION.findall(options):
            if option == 'doc':
                yield name, value
            elif option in ('internal', 'export'):
                yield name, FUNCTIONS


def check_pages(checker: Checker) -> tuple[list[str], str]:
    """Every piece of kernel-doc of the driver stands on exactly one page."""
    where: dict[Piece, list[str]] = {}
    for page in pages(checker.tree):
        with open(os.path.join(checker.tree, 'Documentation', page + '.rst')) as f:
            for piece in placed(f.read()):
                where.setdefault(piece, []).append(page)
    rows = []
    pieces = wanted(checker.tree)
    for name, title in pieces:
        found = where.pop((name, title), [])
        if len(found) != 1:
            rows.append('%s: %s: on %s' % (name, title, ' and '.join(found) or
                                           'no page; add it to one of %s/i915/*.rst' % PAGES))
    rows += ['%s: names %s: %s, which is not there' % (found[0], name, title)
             for (name, title), found in sorted(where.items())]
    return rows, '%d pieces of kernel-doc' % len(pieces)


def _lay_out(tree: str, source: str) -> None:
    """A source directory for Sphinx with our pages and nothing else."""
    shutil.rmtree(source, ignore_errors=True)
    os.makedirs(os.path.join(source, 'gpu'))
    with open(os.path.join(source, 'index.rst'), 'w') as f:
        f.write(INDEX)
    shutil.copytree(os.path.join(tree, PAGES, 'i915'), os.path.join(source, 'gpu/i915'))
    shutil.copy(os.path.join(tree, PAGES, 'i915.rst'), os.path.join(source, 'gpu'))


def _sphinx(tree: str, source: str, out: str) -> tuple[list[str], int]:
    """Run it; returns its lines on standard error and its status."""
    env = proc.environment(srctree=tree, PYTHONDONTWRITEBYTECODE='1', BUILDDIR=out,
                           SPHINX_CONF=os.path.join(source, 'conf.py'))
    done = subprocess.run(
        ['nice', 'sphinx-build', '-q', '-E', '-j', str(proc.jobs()), '-b', 'html',
         '-c', os.path.join(tree, 'Documentation'), '-d', os.path.join(out, 'doctrees'),
         '-D', 'kerneldoc_srctree=' + tree, '-D', 'kerneldoc_bin=' + os.path.join(tree, 'scripts/kernel-doc'),
         '-D', 'version=i915', '-D', 'release=i915',
         source, os.path.join(out, 'html')],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, errors='replace',
        env=env, timeout=1800)
    return done.stderr.splitlines(), done.returncode


def check_render(checker: Checker) -> tuple[list[str], str]:
    """Sphinx renders our pages and has nothing to say about them."""
    tree = checker.tree
    out = cache.path('docs')
    seen = '%d pages in %s' % (len(pages(tree)), os.path.join(out, 'html'))
    read = [os.path.join(tree, PAGES, 'i915'), os.path.join(tree, PAGES, 'i915.rst'),
            os.path.join(tree, kernel.DRIVER), __file__]
    key = [cache.digest(*[('path', name) for name in read]),
           debian.version('python3-sphinx')]
    stamp = cache.Stamp(out, 'docs')
    if stamp.matches(key) and os.path.isdir(os.path.join(out, 'html')):
        return [], seen
    with cache.lock('docs'):
        stamp.drop()
        source = os.path.join(out, 'source')
        _lay_out(tree, source)
        rows, status = _sphinx(tree, source, out)
        rows = [row.replace(source + '/', 'Documentation/').replace(tree + '/', '') for row in rows
                if row.strip() and not THEME.fullmatch(row.strip())]
        if status and not rows:
            rows = ['sphinx-build ended with status %d and said nothing' % status]
        if not rows:
            stamp.write(key)
    return rows, seen
