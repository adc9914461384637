# SPDX-License-Identifier: GPL-2.0
"""Commands: output into a log file, progress from it, the end of it when it fails."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence

from . import ui


def tail(path: str, count: int = 20) -> list[str]:
    """The last lines of a log."""
    try:
        with open(path, 'rb') as f:
            f.seek(0, os.SEEK_END)
            f.seek(max(0, f.tell() - 16384))
            return f.read().decode('utf-8', 'replace').splitlines()[-count:]
    except OSError:
        return []


def jobs() -> int:
    """How many compilers to start."""
    return os.cpu_count() or 2


def environment(**more: str) -> dict[str, str]:
    """What every command runs in: C locale, no colours, none of our caller's make variables."""
    env = {k: v for k, v in os.environ.items()
           if k not in ('MAKEFLAGS', 'MFLAGS', 'MAKELEVEL', 'MAKEOVERRIDES', 'KBUILD_OUTPUT', 'ARCH',
                        'CROSS_COMPILE', 'CDPATH', 'GREP_OPTIONS', 'KCFLAGS', 'O')}
    env.update(LC_ALL='C', TERM='dumb', DEBIAN_FRONTEND='noninteractive')
    env['PATH'] = '/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin'
    env.update(more)
    return env


def _stop(child: 'subprocess.Popen[bytes]') -> None:
    """End a command's own process group: the children it started, nobody else's."""
    for sig in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(child.pid, sig)
        except ProcessLookupError:
            return
        try:
            child.wait(5)
            return
        except subprocess.TimeoutExpired:
            continue


def run(cmd: Sequence[str], log: str, title: str, todo: str, cwd: str | None = None,
        count: tuple[str, str] | None = None, limit: float = 3600, env: Mapping[str, str] | None = None) -> None:
    """Run cmd into log; say that it lives; raise ui.Problem with the log's end when it fails.

    count: a word whose lines in the log are the progress figure ("CC" for a kernel build).
    limit: seconds until it is ended and counts as failed.
    """
    os.makedirs(os.path.dirname(log), exist_ok=True)

    def figure() -> str:
        if not count:
            return ''
        with open(log, errors='replace') as f:
            return '%d %s' % (sum(1 for row in f if count[0] in row), count[1])

    with open(log, 'wb') as out, ui.Heartbeat(title, figure):
        child = subprocess.Popen(list(cmd), cwd=cwd, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                 env=env or environment(), start_new_session=True)
        try:
            status = child.wait(limit)
        except subprocess.TimeoutExpired:
            _stop(child)
            raise ui.Problem('%s took longer than %d s and was ended' % (title, limit), todo, tail(log)) from None
        except BaseException:
            _stop(child)
            raise
    if status < 0:
        raise ui.Problem('%s was killed by signal %d' % (title, -status),
                         'run the same command again: it goes on from what is built. '
                         'If it was not you, look for "Out of memory" in dmesg', tail(log))
    if status:
        raise ui.Problem('%s failed with status %d (whole log: %s)' % (title, status, log), todo, tail(log))


def output(cmd: Sequence[str]) -> str | None:
    """Standard output of a short command, or None when it fails."""
    done = subprocess.run(cmd, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                          env=environment(), text=True, errors='replace', check=False)
    return done.stdout if done.returncode == 0 else None
