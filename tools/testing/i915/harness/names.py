# SPDX-License-Identifier: GPL-2.0
"""make check, the names: a static function of the driver says whose it is.

The name of a static function has no directory: a backtrace, an ftrace filter and a profile show it among those of
the whole kernel.
"""

import re
from collections.abc import Iterable

from . import floors

PREFIX = 'i915_'
# In a header it is inline: never seen in a backtrace. to_THING() is what the kernel calls the way to what contains.
INLINE = (PREFIX, '__' + PREFIX, 'to_')

COMMENT = re.compile(r'/\*.*?\*/', re.S)
# what stands before a name has no bracket; attributes and lock annotations may stand before the body
FUNCTION = re.compile(r'^static\s[^;={}()#]*?\b(\w+)\s*\(', re.M)
BODY = re.compile(r'(\s*__\w+(\([^()]*(\([^()]*\))?[^()]*\))?)*\s*\{')


def blank(m: re.Match[str]) -> str:
    """A comment takes as many lines as before."""
    return re.sub(r'[^\n]', ' ', m[0])


def behind(text: str, at: int) -> int:
    """Where the bracket that opens before this place has been closed."""
    depth = 1
    while depth and at < len(text):
        depth += {'(': 1, ')': -1}.get(text[at], 0)
        at += 1
    return at


def functions(text: str) -> list[tuple[int, str]]:
    """The static functions that a file defines: line, name."""
    text = COMMENT.sub(blank, text)
    return [(text.count('\n', 0, m.start(1)) + 1, m[1]) for m in FUNCTION.finditer(text)
            if BODY.match(text, behind(text, m.end()))]


def look(files: dict[str, list[str]], rooms: Iterable[str]) -> tuple[list[str], str]:
    """Complaints about the files of these directories, and what was looked at."""
    rows, count = [], 0
    for name, lines in sorted(files.items()):
        if floors.layer(name) not in rooms:
            continue
        for number, function in functions(''.join(lines)):
            count += 1
            if not function.startswith(INLINE if name.endswith('.h') else PREFIX):
                rows.append('%s:%d: %s() is static and does not begin with %s: a backtrace would not say whose it is'
                            % (name, number, function, PREFIX))
    if not count:
        rows.append('no static function found')
    return rows, '%d static functions' % count
