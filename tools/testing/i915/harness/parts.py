# SPDX-License-Identifier: GPL-2.0
"""Runs the parts of a long job side by side, as many at once as the machine has processors and memory for.

A guest keeps one of its two processors busy at best, so two guests side by side take little longer than one. Each part
is a process of its own, whose results come back through a pipe; one that ends without a word has failed. The part that
took longest the last time begins first.
"""

import json
import multiprocessing
import os
import re
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from . import cache, report, ui

RESERVE = 1024                  # MiB of the machine's memory that no part is given
MOST = 4                        # parts at once
PROCESSES = multiprocessing.get_context('fork')


@dataclass
class Part:
    """One piece of the job."""
    name: str
    work: Callable[[report.Report], None]
    memory: int = 1024          # MiB it needs, roughly
    after: str = ''             # the part whose work it needs
    seconds: float = 60         # it takes on two cores, roughly; shares shards out


class _Sender(report.Report):
    """A part's own report: hands each result to the parent."""

    def __init__(self, pipe: Connection) -> None:
        super().__init__()
        self.pipe = pipe

    def put(self, entry: report.Entry) -> None:
        self.pipe.send(entry)


def _child(part: Part, pipe: Connection) -> None:
    """What the process of a part does."""
    sender = _Sender(pipe)
    try:
        part.work(sender)
    except ui.Problem as problem:
        ui.report(problem)
        sender.add(part.name, False, problem.what)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:      # a mistake of ours fails this part, not the others
        traceback.print_exc()
        sender.add(part.name, False, 'the harness failed: %r' % error)
    sender.pipe.close()


@dataclass
class _Running:
    part: Part
    process: BaseProcess
    pipe: Connection
    begin: float
    held: bool = True           # no result so far says otherwise


def shard(found: list[Part], which: str) -> list[Part]:
    """The k-th of n shards, "k/n": as much work in each, and each part in one, whatever machine asks. What a part needs
    is in every shard that needs it."""
    m = re.fullmatch(r'(\d+)/(\d+)', which)
    if not m or not 1 <= int(m[1]) <= int(m[2]):
        raise ui.Problem('SHARD=%s is no shard' % which, 'give k/n, for instance SHARD=1/3, with k from 1 to n')
    needed = {p.after for p in found}
    loads = [0.0] * int(m[2])
    mine = set()
    for part in sorted((p for p in found if p.name not in needed), key=lambda p: (-p.seconds, p.name)):
        least = loads.index(min(loads))
        loads[least] += part.seconds
        if least == int(m[1]) - 1:
            mine.add(part.name)
    while more := {p.after for p in found if p.name in mine and p.after} - mine:
        mine |= more
    return [p for p in found if p.name in mine]


def memory_available() -> int:
    """MiB that processes can have on this machine."""
    with open('/proc/meminfo') as f:
        for row in f:
            if row.startswith('MemAvailable:'):
                return int(row.split()[1]) // 1024
    return 0


class Runner:
    """Runs parts and keeps their results in a report."""

    def __init__(self, into: report.Report, jobs: int | None = None) -> None:
        self.report = into
        self.jobs = jobs or min(os.cpu_count() or 1, MOST)
        self.memory = memory_available() - RESERVE
        self.took = self._remembered()
        self.running: list[_Running] = []
        self.done: dict[str, bool] = {}                 # name: whether all of it held

    @staticmethod
    def _file() -> str:
        return cache.path('part-seconds.json')

    def _remembered(self) -> dict[str, float]:
        try:
            with open(self._file()) as f:
                return {str(k): float(v) for k, v in json.load(f).items()}
        except (OSError, ValueError, AttributeError):
            return {}

    def _remember(self) -> None:
        with open(self._file() + '.new', 'w') as f:
            json.dump(self.took, f, indent=1)
        os.replace(self._file() + '.new', self._file())

    def run(self, parts: list[Part]) -> None:
        """Run all of them; what they need comes first."""
        names = {p.name for p in parts}
        needed = {p.after for p in parts}               # what others wait for goes first
        waiting = sorted(parts, key=lambda p: (p.name not in needed, -self.took.get(p.name, p.seconds)))
        try:
            while waiting or self.running:
                for part in list(waiting):
                    if part.after in names and part.after not in self.done:
                        continue
                    if part.after in names and not self.done[part.after]:
                        waiting.remove(part)
                        self.report.add(part.name, False, 'not run: %s failed' % part.after)
                        self.done[part.name] = False
                    elif self._fits(part):
                        waiting.remove(part)
                        self._start(part)
                self._listen()
        finally:
            for part in [r.part for r in self.running] + waiting:
                self.report.add(part.name, False, 'not reached: the run was ended')
            self._stop()
            self._remember()

    def _fits(self, part: Part) -> bool:
        if not self.running:
            return True
        used = sum(r.part.memory for r in self.running)
        return len(self.running) < self.jobs and used + part.memory <= self.memory

    def _start(self, part: Part) -> None:
        sys.stdout.flush()
        ours, theirs = PROCESSES.Pipe(duplex=False)
        process = PROCESSES.Process(target=_child, args=(part, theirs))
        process.start()
        theirs.close()
        self.running.append(_Running(part, process, ours, time.monotonic()))

    def _listen(self) -> None:
        """Take what came from the parts, and see which of them ended."""
        ready = wait([r.pipe for r in self.running], timeout=60) if self.running else []
        for one in [r for r in self.running if r.pipe in ready]:
            try:
                entry = one.pipe.recv()
            except EOFError:
                self._ended(one)
                continue
            one.held &= entry.held
            self.report.put(entry)

    def _ended(self, one: _Running) -> None:
        one.process.join()
        status = one.process.exitcode
        if status:
            one.held = False
            self.report.add(one.part.name, False, 'its process ended with status %s' % status)
        self.running.remove(one)
        one.pipe.close()
        self.done[one.part.name] = one.held
        self.took[one.part.name] = round(time.monotonic() - one.begin, 1)

    def _stop(self) -> None:
        """End what still runs, when the whole is being ended: each part ends its own guest."""
        for one in self.running:
            one.process.terminate()
        for one in self.running:
            one.process.join(20)
            if one.process.is_alive():
                one.process.kill()
