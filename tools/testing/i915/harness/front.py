# SPDX-License-Identifier: GPL-2.0
"""What all targets share: this clone of the project, its builders, and where results go."""

import os
import shutil
from typing import Any

from . import cache, debian, guest, kernel, programs, qemu, ui

REPO = os.path.abspath(os.path.join(os.path.dirname(__file__), '../../../..'))


class Front:
    """What all targets share: the clone, the kernel and QEMU builders, where results go."""

    def __init__(self) -> None:
        self.repo = REPO
        self.results = os.path.abspath(os.environ.get('I915_RESULTS') or os.path.join(REPO, 'build'))
        self.kernel = kernel.Kernel(REPO)
        self.qemu = qemu.Builder(REPO)

    def setup(self, *more: str) -> None:
        """Packages and cache."""
        self._machine()
        cache.prepare()
        debian.ensure(debian.BUILD + list(more))

    @staticmethod
    def _machine() -> None:
        if os.uname().machine != 'x86_64':
            raise ui.Problem('this machine is %s' % os.uname().machine, 'run it on an x86_64 machine')
        if not shutil.which('apt-get'):
            raise ui.Problem('this is not a Debian machine (no apt-get)', 'run it on Debian 12')

    def emulator(self) -> qemu.Qemu:
        """The built QEMU, or the one that I915_QEMU names."""
        other = os.environ.get('I915_QEMU')
        if other:
            return qemu.Qemu(other, '', 'I915_QEMU=' + other)
        return self.qemu.build()

    def build(self, flavour: str) -> tuple[kernel.Built, qemu.Qemu]:
        """QEMU and one kernel. Returns (kernel.Built, qemu.Qemu)."""
        emulator = self.emulator()
        return self.kernel.build(flavour), emulator

    def machine(self, built: kernel.Built, emulator: qemu.Qemu, name: str, **kw: Any) -> guest.Machine:
        """A guest whose files go to build/NAME."""
        kw.setdefault('device', os.environ.get('I915_DEVICE', guest.DEVICE))
        return guest.Machine(self.repo, built, emulator, os.path.join(self.results, name), **kw)

    def programs(self) -> tuple[dict[str, str | bytes], list[str]]:
        """What runs in the guest, as {name there: file here}, and those of the files that need libraries."""
        files, dynamic = programs.Programs(self.kernel).build()
        return dict(files), dynamic
