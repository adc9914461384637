# SPDX-License-Identifier: GPL-2.0
"""make check, the layers: that the driver's directories stand on each other in one order, and that few files need each
other in a circle.

A file may include headers and use symbols of its own layer and of those below. Inside a layer, a set of files in which
each leads by its symbols to each of the others is a circle: nobody can read one of them first.
"""

import os
import re
from collections.abc import Iterable

from . import cache, proc

# lowest first; a file outside of any directory is of the last
ORDER = ('base', 'hw', 'mem', 'vm', 'gt', 'gem', 'diag', 'root')
# these look at everything; the root starts those that are built in
TESTS = ('selftests', 'tests')
# files that may need each other
MOST = 3

INCLUDE = re.compile(r'#include "([^"]+)"')
Graph = dict[str, dict[str, list[str]]]     # file: file it needs: by which symbols


def layer(name: str) -> str:
    """Of a file below the driver's directory."""
    return name.split('/')[0] if '/' in name else 'root'


def above(user: str, used: str) -> bool:
    return ORDER.index(layer(used)) > ORDER.index(layer(user))


def strangers(names: Iterable[str]) -> list[str]:
    """Directories that have no place in the order."""
    found = sorted({layer(name) for name in names} - set(ORDER) - set(TESTS))
    return ['%s/: no layer; give it a place in ORDER of harness/floors.py' % name for name in found]


def includes(files: dict[str, list[str]]) -> list[str]:
    """Includes of higher layers; files: the lines of each, by name below the driver's directory."""
    rows = []
    for name, lines in sorted(files.items()):
        for number, line in enumerate(lines, 1):
            m = INCLUDE.match(line)
            if not m or layer(name) not in ORDER:
                continue
            # relative to its own directory, or to the driver's
            beside = os.path.normpath(os.path.join(os.path.dirname(name), m[1]))
            used = beside if beside in files else m[1]
            if used not in files:
                wrong = 'which is not there'
            elif layer(used) in TESTS:
                if layer(name) == ORDER[-1]:
                    continue
                wrong = 'which belongs to the tests'
            elif above(name, used):
                wrong = 'of a higher layer than %s' % layer(name)
            else:
                continue
            rows.append('%s:%d: includes %s, %s' % (name, number, used, wrong))
    return rows


def graph(symbols: Iterable[tuple[str, str, str]]) -> Graph:
    """Who needs whom; symbols: file, symbol and letter of nm."""
    found = [s for s in symbols if layer(s[0]) in ORDER]
    maker = {symbol: name for name, symbol, letter in found if letter in 'TDBRVWC'}
    needs: Graph = {name: {} for name, _, _ in found}
    for name, symbol, letter in found:
        other = maker.get(symbol)
        if letter == 'U' and other and other != name:
            needs[name].setdefault(other, []).append(symbol)
    return needs


def uses(needs: Graph) -> list[str]:
    """Symbols of higher layers."""
    return ['%s.c: uses %s of %s.c, of a higher layer than %s' % (user, symbol, used, layer(user))
            for user, others in sorted(needs.items()) for used, names in sorted(others.items())
            if above(user, used) for symbol in sorted(names)]


def circles(needs: Graph) -> list[list[str]]:
    """Sets of files each of which leads to each other one, the largest first."""
    reach: dict[str, set[str]] = {}
    for name in needs:
        seen, todo = set[str](), list(needs[name])
        while todo:
            other = todo.pop()
            if other not in seen:
                seen.add(other)
                todo += needs[other]
        reach[name] = seen
    found = {tuple(sorted(o for o in reach[name] if name in reach[o])) for name in needs if name in reach[name]}
    return sorted((list(circle) for circle in found), key=lambda circle: (-len(circle), circle))


def too_large(circle: list[str], needs: Graph) -> list[str]:
    """What to say of a circle: its files, and what leads from each to the others."""
    rows = ['a circle of %d files, at most %d may need each other: %s' % (len(circle), MOST, ' '.join(circle))]
    return rows + ['    %s.c needs %s.c: %s' % (name, other, ' '.join(sorted(needs[name][other])))
                   for name in circle for other in circle if other in needs[name]]


def judge(files: dict[str, list[str]], symbols: list[tuple[str, str, str]]) -> tuple[list[str], str]:
    """Complaints, and what was looked at."""
    needs = graph(symbols)
    found = circles(needs)
    rows = strangers(files) + includes(files) + uses(needs)
    for circle in found:
        if len(circle) > MOST:
            rows += too_large(circle, needs)
    if not needs:
        rows.append('no compiled file to take symbols from')
    return rows, '%d files in %d layers, circles: %s' % (len(needs), len({layer(n) for n in needs}),
                                                         ', '.join(map(' '.join, found)) or 'none')


def read(directory: str) -> dict[str, list[str]]:
    """Source and headers, by name below the driver's directory."""
    files = {}
    for name, full in cache.files_below(directory):
        if name.endswith(('.c', '.h')):
            with open(full) as f:
                files[name] = f.readlines()
    return files


def symbols_of(directory: str, names: Iterable[str]) -> list[tuple[str, str, str]]:
    """What nm says of the objects of these sources."""
    objects = [name[:-2] + '.o' for name in names if name.endswith('.c')]
    objects = [name for name in objects if os.path.exists(os.path.join(directory, name))]
    if not objects:
        return []
    rows = proc.output(['nm', '-A', '--format=posix'] + [os.path.join(directory, name) for name in objects])
    found = (re.match(r'(.*)\.o: (\S+) (\w)\b', row) for row in (rows or '').splitlines())
    return [(os.path.relpath(m[1], directory), m[2], m[3]) for m in found if m]


def look(source: str, objects: str) -> tuple[list[str], str]:
    """The driver's directory, and that of its objects."""
    files = read(source)
    return judge(files, symbols_of(objects, files))
