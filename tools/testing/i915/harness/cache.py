# SPDX-License-Identifier: GPL-2.0
"""Where built things live: outside the clone, keyed by what went into them.

A directory is either whole or not there: it is made under a temporary name and renamed when done. Builds that
go on in place (kernel, QEMU) keep a stamp, taken away before the build and written after it, so a killed build is
simply continued. Clones of the project share the cache, and what one of them builds in place is gone when the next
one builds: a lock is held from laying out the sources to copying what was made into kept/, and only the copy, which is
named after what went into it and never changes, is given away.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Collection, Iterator
from typing import Any

from . import ui

MARK = '.i915-cache'
LAYOUT = 1


def root() -> str:
    """The cache directory; I915_CACHE overrides it."""
    return os.path.abspath(os.environ.get('I915_CACHE') or os.path.join(
        os.environ.get('XDG_CACHE_HOME') or os.path.expanduser('~/.cache'), 'i915-virtual'))


def path(*parts: str) -> str:
    return os.path.join(root(), *parts)


def prepare() -> None:
    """Make the cache directory, and begin anew in one that an older layout left."""
    try:
        os.makedirs(root(), exist_ok=True)
        mark = path(MARK)
        if os.path.exists(mark):
            with open(mark) as f:
                known = f.read().strip()
            if known != str(LAYOUT):
                ui.say('cache %s has an older layout: starting it anew' % root())
                clear()
                os.makedirs(root(), exist_ok=True)
        with open(mark, 'w') as f:
            f.write('%d\n' % LAYOUT)
    except OSError as e:
        raise ui.Problem('the cache %s cannot be written: %s' % (root(), e.strerror),
                         'make it writable, or name another directory: I915_CACHE=/some/dir make ...')


def clear() -> None:
    """Remove everything we made there; refuse a directory that is not ours."""
    if not os.path.isdir(root()):
        return
    if not os.path.exists(path(MARK)):
        raise ui.Problem('%s does not look like our cache' % root(), 'remove it by hand if it is yours to remove')
    shutil.rmtree(root())


@contextlib.contextmanager
def lock(name: str, shared: bool = False) -> Iterator[None]:
    """Hold one of the cache's locks ("tree", "qemu", "kernel-fast" ...); say so when another run has it.

    shared: together with others who hold it so.
    """
    how = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    with open(path(name + '.lock'), 'w') as f:
        try:
            fcntl.flock(f, how | fcntl.LOCK_NB)
        except OSError:
            ui.say('waiting for %s: another run, or another part of this one, is building with it' % name)
            fcntl.flock(f, how)
        yield


def need_space(gigabytes: float, what: str, where: str | None = None) -> None:
    """Refuse to begin something that would fill the disk."""
    where = where or root()
    free = shutil.disk_usage(where).free / 1e9
    if free < gigabytes:
        raise ui.Problem('%s needs %.1f GB in %s, and %.1f GB are free' % (what, gigabytes, where, free),
                         'free some space, or name a directory on another disk: I915_CACHE=/some/dir make ...')


@contextlib.contextmanager
def whole(directory: str) -> Iterator[str]:
    """A directory that appears only when it is whole: yields the name to fill."""
    tmp = directory + '.new'
    shutil.rmtree(tmp, ignore_errors=True)
    os.makedirs(tmp)
    yield tmp
    old = directory + '.old'
    shutil.rmtree(old, ignore_errors=True)
    if os.path.exists(directory):
        os.rename(directory, old)
    os.rename(tmp, directory)
    shutil.rmtree(old, ignore_errors=True)


def kept(name: str) -> tuple[str, bool]:
    """(full name, is it there?) of what is kept under a name that says what went into it. It stays for a day."""
    full = path('kept', name)
    try:
        os.utime(full)
        return full, True
    except FileNotFoundError:
        return full, False


@contextlib.contextmanager
def keep(full: str) -> Iterator[str]:
    """Fill what kept() did not find: yields the name of a directory. What nobody asked for within a day goes."""
    with whole(full) as tmp:
        yield tmp
    expire(os.path.dirname(full), 1, keep=[os.path.basename(full)])


class Stamp:
    """Says that a build in a directory is finished, and from what."""

    def __init__(self, directory: str, name: str = 'stamp') -> None:
        self.file = os.path.join(directory, '.i915-' + name)

    def matches(self, value: Any) -> bool:
        try:
            with open(self.file) as f:
                return bool(json.load(f) == json.loads(json.dumps(value)))
        except (OSError, ValueError):
            return False

    def drop(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.file)

    def write(self, value: Any) -> None:
        with open(self.file + '.new', 'w') as f:
            json.dump(value, f)
        os.replace(self.file + '.new', self.file)


def digest(*things: Any) -> str:
    """A short key of strings, and of files and directories given as ('path', name)."""
    h = hashlib.sha256()
    for thing in things:
        if isinstance(thing, tuple):
            for name, full in files_below(thing[1]):
                h.update(name.encode() + b'\0')
                with open(full, 'rb') as f:
                    h.update(hashlib.sha256(f.read()).digest())
        else:
            h.update(repr(thing).encode() + b'\0')
    return h.hexdigest()[:16]


def files_below(top: str) -> Iterator[tuple[str, str]]:
    """(relative name, full name) of every file below top, or of top itself, in a fixed order."""
    if os.path.isfile(top):
        yield os.path.basename(top), top
        return
    for base, dirs, names in os.walk(top):
        dirs[:] = sorted(d for d in dirs if d not in ('.git', '__pycache__'))
        for name in sorted(names):
            full = os.path.join(base, name)
            if os.path.isfile(full):
                yield os.path.relpath(full, top), full


def sync(source: str, target: str, keep: Collection[str] = ()) -> list[str]:
    """Make target equal to source by content, leaving unchanged files (and their times) alone.

    keep: names below target that are not ours to remove. Returns the list of names that changed.
    """
    changed = []
    wanted = set()
    for name, full in files_below(source):
        wanted.add(name)
        dest = os.path.join(target, name)
        with open(full, 'rb') as f:
            data = f.read()
        try:
            with open(dest, 'rb') as f:
                same = f.read() == data
        except OSError:
            same = False
        if not same:
            os.makedirs(os.path.dirname(dest), exist_ok=True)
            if os.path.exists(dest):
                os.unlink(dest)
            with open(dest, 'wb') as f:
                f.write(data)
            changed.append(name)
        mode = os.stat(full).st_mode & 0o777
        if os.stat(dest).st_mode & 0o777 != mode:
            os.chmod(dest, mode)
    if os.path.isdir(target):
        for name, full in list(files_below(target)):
            if name not in wanted and name not in keep:
                os.unlink(full)
                changed.append(name)
    return changed


def expire(directory: str, days: float = 14, keep: Collection[str] = ()) -> None:
    """Remove cached things nobody used for a while."""
    if not os.path.isdir(directory):
        return
    for name in os.listdir(directory):
        full = os.path.join(directory, name)
        with contextlib.suppress(FileNotFoundError):        # another run does the same
            if name not in keep and time.time() - os.stat(full).st_mtime > days * 86400:
                shutil.rmtree(full, ignore_errors=True)
