# SPDX-License-Identifier: GPL-2.0
"""QEMU: Debian's source with our device in it, for x86_64 only, built incrementally."""

import os
import shutil
from dataclasses import dataclass

from . import cache, debian, proc, ui

CONFIGURE = ['--target-list=x86_64-softmmu', '--without-default-features', '--enable-system', '--enable-tcg',
             '--enable-kvm', '--enable-plugins', '--enable-fdt=system', '--disable-docs', '--disable-tools',
             '--disable-guest-agent', '--disable-werror', '--audio-drv-list=', '--without-default-devices',
             '--with-devices-x86_64=i915']
FIRMWARE = ['/usr/share/qemu', '/usr/share/seabios']
TARGETS = ['qemu-system-x86_64', 'tests/qtest/i915-gt-test']


@dataclass
class Qemu:
    """What a build leaves."""
    binary: str
    qtest: str                  # the device's own tests; they need no kernel
    version: str


class Builder:
    """Fetches, extends and builds QEMU for one clone of the project."""

    def __init__(self, repo: str) -> None:
        self.repo = repo
        self.gpu = os.path.join(repo, 'tools/testing/i915/gpu')

    @staticmethod
    def _home() -> tuple[str, str]:
        """(Debian's version, where its source is unpacked)."""
        version = debian.version('qemu-system-data')
        if not version:
            raise ui.Problem('package qemu-system-data is not installed', 'apt-get install -y qemu-system-data')
        return version, cache.path('qemu', version.replace(':', '_'))

    def source(self) -> str:
        """Debian's source; fetched when it is not there."""
        version, home = self._home()
        with cache.lock('qemu'):
            self._fetch(version, home)
        return home

    @staticmethod
    def _fetch(version: str, home: str) -> None:
        if not os.path.isdir(home):
            cache.need_space(3, 'building QEMU')
            debian.fetch_source('qemu', version, home)
            cache.expire(cache.path('qemu'), 14, keep=[os.path.basename(home)])
        os.utime(home)

    def build(self) -> Qemu:
        """Build as far as it is not built: a copy, which stays as it is whoever builds what meanwhile."""
        version, home = self._home()
        install = os.path.join(self.gpu, 'install.sh')
        if not os.path.exists(install):
            raise ui.Problem('no virtual GPU in %s' % self.gpu, 'run this from a complete clone of the project')
        devices = os.path.join(self.repo, 'tools/testing/i915/configs/qemu-devices.mak')
        kept, there = cache.kept('qemu-' + cache.digest(version, CONFIGURE, ('path', self.gpu), ('path', devices),
                                                        ('path', os.path.abspath(__file__))))
        if not there:
            with cache.lock('qemu'):
                kept, there = cache.kept(os.path.basename(kept))
                if not there:
                    self._fetch(version, home)
                    objects = os.path.join(home, 'build')
                    self._compile(home, objects, install, devices)
                    with cache.keep(kept) as tmp:
                        for name in TARGETS:        # large, and the linker makes a new file
                            os.link(os.path.join(objects, name), os.path.join(tmp, os.path.basename(name)))
        binary, qtest = (os.path.join(kept, os.path.basename(name)) for name in TARGETS)
        return Qemu(binary, qtest, version)

    @staticmethod
    def _compile(home: str, objects: str, install: str, devices: str) -> None:
        log = cache.path('log', 'qemu.log')
        todo = 'the last lines above say what; mend it and run again (a killed build just goes on)'
        proc.run([install, home], cache.path('log', 'qemu-install.log'), 'putting the device into QEMU', todo)
        shutil.copyfile(devices, os.path.join(home, 'configs/devices/x86_64-softmmu/i915.mak'))
        configured = cache.Stamp(objects, 'configured')
        wanted = [CONFIGURE, cache.digest(('path', devices))]
        if not configured.matches(wanted) or not os.path.exists(os.path.join(objects, 'build.ninja')):
            ui.say('configuring QEMU')
            os.makedirs(objects, exist_ok=True)
            configured.drop()
            proc.run(['../configure', *CONFIGURE], cache.path('log', 'qemu-configure.log'), 'configuring QEMU', todo,
                     cwd=objects)
            configured.write(wanted)
        ui.say('building QEMU with the virtual GPU (the first time this takes minutes; log: %s)' % log)
        proc.run(['nice', 'ninja', '-j%d' % proc.jobs(), *TARGETS], log, 'building QEMU', todo, cwd=objects,
                 count=('] Compiling', 'files compiled'))
