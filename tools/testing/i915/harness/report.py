# SPDX-License-Identifier: GPL-2.0
"""What the tests of a run saw: one named line for each, and the verdict of the whole."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from . import ui

SHOWN = 20                      # details of a test on the terminal


@dataclass
class Entry:
    """What became of one test."""
    name: str                   # "part: test"
    held: bool
    seen: str
    seconds: float | None = None
    details: list[str] = field(default_factory=list)        # why not
    output: list[str] = field(default_factory=list)         # what it printed
    log: list[str] = field(default_factory=list)            # what the kernel logged meanwhile
    word: str = ''              # igt_runner's word for it, when pass and fail do not say all

    @property
    def verdict(self) -> str:
        """igt_runner's word: pass, fail, skip, crash, timeout ..."""
        return self.word or ('pass' if self.held else 'fail')

    def lines(self) -> list[str]:
        """The test on the terminal."""
        took = ' (%.1f s)' % self.seconds if self.seconds is not None else ''
        head = '%-4s  %-34s  %s%s' % ('ok' if self.held else 'FAIL', self.name, self.seen, took)
        return [head] + ['        ' + row for row in self.details[:SHOWN]]


class Report:
    """Prints one line a test, and keeps what it saw."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def put(self, entry: Entry) -> None:
        """Take the result of a test."""
        ui.line('\n'.join(entry.lines()))
        self.entries.append(entry)

    def add(self, name: str, held: bool, seen: str, seconds: float | None = None,
            details: Iterable[str] = (), output: Iterable[str] = (), log: Iterable[str] = ()) -> None:
        """The result of a test, in its pieces."""
        self.put(Entry(name, held, seen, seconds, list(details), list(output), list(log)))

    @property
    def passed(self) -> int:
        return sum(e.held for e in self.entries)

    @property
    def failed(self) -> list[str]:
        return [e.name for e in self.entries if not e.held]

    def close(self) -> int:
        """Print the last lines; returns the exit status. A run without a single test has failed."""
        if self.failed:
            ui.line('failed: ' + ' '.join(self.failed))
        ui.line('%d passed, %d failed' % (self.passed, len(self.failed)))
        return 1 if self.failed or not self.passed else 0
