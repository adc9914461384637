# SPDX-License-Identifier: GPL-2.0
"""Writes cpio archives in the kernel's initramfs format ("newc"); several may follow one another."""

import os
import stat
from typing import BinaryIO


class Archive:
    """One archive being written to a binary file object."""

    def __init__(self, out: BinaryIO) -> None:
        self.out = out
        self.inode = 0
        self.dirs: set[str] = set()

    def _entry(self, name: str, mode: int, data: bytes = b'') -> None:
        self.inode += 1
        head = '070701' + ''.join('%08X' % v for v in (
            self.inode, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0))
        raw = head.encode() + name.encode() + b'\0'
        self.out.write(raw + b'\0' * (-len(raw) % 4) + data + b'\0' * (-len(data) % 4))

    def directory(self, name: str) -> None:
        """A directory, with those above it."""
        name = name.strip('/')
        if not name or name in self.dirs:
            return
        self.directory(os.path.dirname(name))
        self.dirs.add(name)
        self._entry(name, stat.S_IFDIR | 0o755)

    def file(self, name: str, data: bytes, mode: int = 0o644) -> None:
        """A file with the given bytes."""
        name = name.strip('/')
        self.directory(os.path.dirname(name))
        self._entry(name, stat.S_IFREG | mode, data)

    def copy(self, name: str, source: str, mode: int | None = None) -> None:
        """A file copied from this machine, links followed."""
        with open(source, 'rb') as f:
            data = f.read()
        self.file(name, data, os.stat(source).st_mode & 0o777 if mode is None else mode)

    def link(self, name: str, target: str) -> None:
        """A symbolic link."""
        name = name.strip('/')
        self.directory(os.path.dirname(name))
        self._entry(name, stat.S_IFLNK | 0o777, target.encode())

    def close(self) -> None:
        self._entry('TRAILER!!!', 0)
        self.out.write(b'\0' * (-self.out.tell() % 512))
