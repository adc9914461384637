# SPDX-License-Identifier: GPL-2.0
"""Progress on the terminal, and the one kind of error a user is meant to see."""

import sys
import threading
import time
from collections.abc import Callable, Iterable

START = time.monotonic()


class Problem(Exception):
    """Something the user can act on: what is wrong, what to do next, and perhaps the end of a log."""

    def __init__(self, what: str, todo: str, tail: Iterable[str] = ()) -> None:
        super().__init__(what)
        self.what = what
        self.todo = todo
        self.tail = list(tail)


def say(text: str) -> None:
    """Print one line of progress, with the seconds since the start."""
    print('[%5.1fs] %s' % (time.monotonic() - START, text), flush=True)


def line(text: str = '') -> None:
    print(text, flush=True)


def report(problem: Problem) -> None:
    """Print a Problem in full on standard error."""
    sys.stdout.flush()
    for row in problem.tail:
        print('    | ' + row.rstrip(), file=sys.stderr)
    print('error: ' + problem.what, file=sys.stderr)
    print('  what to do: ' + problem.todo, file=sys.stderr, flush=True)


class Heartbeat:
    """Says that a long step is still going, every few seconds, with a figure from progress()."""

    def __init__(self, title: str, progress: Callable[[], str] | None = None, every: float = 15) -> None:
        self.title = title
        self.progress = progress
        self.every = every
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._beat, daemon=True)

    def _beat(self) -> None:
        begin = time.monotonic()
        while not self.done.wait(self.every):
            figure = self.progress() if self.progress else ''
            say('  %s: %d s%s' % (self.title, time.monotonic() - begin, figure and ', ' + figure))

    def __enter__(self) -> 'Heartbeat':
        self.thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.done.set()
        self.thread.join()


def elapsed() -> float:
    """Seconds since the start of the command."""
    return time.monotonic() - START
