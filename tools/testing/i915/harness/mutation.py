# SPDX-License-Identifier: GPL-2.0
"""The tables of make mutate: small changes that break the driver, and who must notice each.

The changes are data, tools/testing/i915/mutations/*.toml, one file for each room of the driver:

    [[mutation]]
    name = "vma-closed-mark-is-kept"
    file = "vm/i915_vma_end.c"
    after = "i915_vma_close("                   # optional: look for `old` from here on
    old = "what stands there"                   # without `after` it must stand there once
    new = "what stands there instead"
    tests = ["mock vma", "gem_close:*busy*"]    # who must notice, the cheapest first
    why = "which promise is broken by it"

A test is `mock SUITE`, `kunit`, `load` (load, store a value on each engine, unload), `run COMMAND` (with the driver
loaded), `guest COMMAND` (without), a kselftest PROGRAM, with `PROGRAM:PATTERN,...` for some of its cases, or
`kmemleak` (nothing is without an owner after all that). Also: flavour = "debug" where only a
detector sees it (`kunit` implies it), device = "intel-gt,...", append = "kernel command line", memory = MiB,
hangs = true where the end of the time limit is how it is noticed, and survives = "reason" for one that changes
nothing that anybody could see.
"""

import os
import tomllib
from dataclasses import dataclass, field, fields

from . import guest, ui

TABLES = 'tools/testing/i915/mutations'
FLAVOURS = ('fast', 'debug')
# What the guest must be for the tests of a mutation: flavour, device, kernel command line, MiB
Needs = tuple[str, str, str, int]


@dataclass
class Mutation:
    """One row of a table."""
    name: str
    file: str                   # below drivers/gpu/drm/i915
    old: str
    new: str
    tests: list[str]
    why: str
    after: str = ''
    flavour: str = 'fast'
    device: str = guest.DEVICE
    append: str = ''
    memory: int = 1024          # MiB
    hangs: bool = False
    survives: str = ''
    objects: list[str] = field(default_factory=list)
    table: str = ''             # the file it stands in

    @property
    def boot(self) -> Needs:
        """What the guest must be for its tests."""
        return self.flavour, self.device, self.append, self.memory


def load(repo: str) -> list[Mutation]:
    """All tables; complains about the first row that makes no sense."""
    top = os.path.join(repo, TABLES)
    known = {f.name for f in fields(Mutation)} - {'table'}
    needed = {'name', 'file', 'old', 'new', 'tests', 'why'}
    rows: list[Mutation] = []
    for name in sorted(os.listdir(top)):
        if not name.endswith('.toml'):
            continue
        where = os.path.join(TABLES, name)
        try:
            with open(os.path.join(top, name), 'rb') as f:
                table = tomllib.load(f).get('mutation', [])
        except tomllib.TOMLDecodeError as e:
            raise ui.Problem('%s is not TOML: %s' % (where, e), 'mend that line') from e
        for row in table:
            title = '%s: mutation %s' % (where, row.get('name', '(without a name)'))
            wrong = sorted(needed - set(row)) + sorted(set(row) - known)
            if wrong:
                raise ui.Problem('%s: missing or unknown: %s' % (title, ', '.join(wrong)),
                                 'the fields are described at the top of harness/mutation.py')
            mutation = Mutation(table=name, **row)
            if any(t == 'kunit' for t in mutation.tests):
                mutation.flavour = 'debug'
            if mutation.flavour not in FLAVOURS or not mutation.tests:
                raise ui.Problem('%s: flavour is one of %s, and a test must be named' % (title, ', '.join(FLAVOURS)),
                                 'mend the row')
            if mutation.name in {r.name for r in rows}:
                raise ui.Problem('%s: the name is taken' % title, 'give it another one')
            rows.append(mutation)
    return rows


def apply(mutation: Mutation, text: str) -> str:
    """The text of the file with the mutation in it; raises ui.Problem when it does not apply."""
    start = 0
    todo = 'look at what became of it in the file, and adapt or remove the row of ' + mutation.table
    if mutation.after:
        start = text.find(mutation.after)
        if start < 0:
            raise ui.Problem('%s: %s has no "%s"' % (mutation.name, mutation.file, mutation.after), todo)
    found = text.count(mutation.old, start)
    if not found:
        raise ui.Problem('%s: %s does not have what is to be replaced: "%s"' % (
            mutation.name, mutation.file, mutation.old.strip()), todo)
    if found > 1 and not mutation.after:
        raise ui.Problem('%s: %s has "%s" %d times' % (mutation.name, mutation.file, mutation.old.strip(), found),
                         'give more of the lines, or say with `after` where to begin')
    where = text.index(mutation.old, start)
    return text[:where] + mutation.new + text[where + len(mutation.old):]
