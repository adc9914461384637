# SPDX-License-Identifier: GPL-2.0
"""What the guest starts from: one cached archive of Debian's programs, one small archive per run.

The kernel unpacks archives one after the other, so what rarely changes (busybox, kmod, IGT's tools and every shared
library they need) is kept, and only the modules, the tests and the job are written anew.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence

from . import cache, cpio, debian, kernel, proc, ui

TOOLS = ['/usr/bin/lsgpu', '/usr/bin/intel_gpu_top']
BENCHMARKS = '/usr/libexec/igt-gpu-tools/benchmarks'
# Loaded at run time, so ldd does not name it: pthread_cancel() aborts without it.
DLOPENED = ['libgcc_s.so.1']
PACKAGES = ['busybox-static', 'kmod', 'intel-gpu-tools', 'libgcc-s1', 'libc6']


def libraries(programs: Iterable[str], search: Sequence[str] = ()) -> dict[str, str]:
    """Shared libraries the programs need, as {name in the guest's /lib: file here}."""
    found: dict[str, str] = {}
    env = proc.environment(LD_LIBRARY_PATH=':'.join(search)) if search else proc.environment()
    for program in programs:
        out = subprocess.run(['ldd', program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                             env=env, check=False).stdout
        for row in out.splitlines():
            m = re.match(r'\s*(\S+) => (/\S+)', row) or re.match(r'\s*(/\S+)() \(', row)
            if m and m[2]:
                found[os.path.basename(m[1])] = m[2]
            elif m:
                found[m[1]] = m[1]
            elif 'not found' in row:
                raise ui.Problem('%s needs a library this machine does not have: %s' % (program, row.strip()),
                                 'install it, or point IGT= at a prefix that brings it along')
    return found


def _system_library(name: str) -> str:
    out = proc.output(['ldconfig', '-p']) or ''
    for row in out.splitlines():
        if row.strip().startswith(name + ' ') and 'x86-64' in row:
            return row.split('=> ')[1].strip()
    raise ui.Problem('library %s is not on this machine' % name, 'apt-get install -y libgcc-s1')


def base() -> str:
    """The cached archive; returns its file name."""
    key = cache.digest(5, [debian.version(p) for p in PACKAGES], ('path', os.path.abspath(__file__)))
    target = cache.path('initrd', 'base-%s.cpio' % key)
    if os.path.exists(target):
        os.utime(target)
        return target
    os.makedirs(os.path.dirname(target), exist_ok=True)
    programs = TOOLS + [os.path.join(BENCHMARKS, n) for n in sorted(os.listdir(BENCHMARKS))
                        if not n.endswith(('.so', '.sh')) and os.access(os.path.join(BENCHMARKS, n), os.X_OK)
                        and os.path.isfile(os.path.join(BENCHMARKS, n))]
    programs = [p for p in programs if _is_elf(p)]
    new = '%s.%d' % (target, os.getpid())
    with open(new, 'wb') as out:
        archive = cpio.Archive(out)
        for name in ('dev', 'proc', 'sys', 'tmp', 'run', 'etc', 'root', 'mnt', 'var'):
            archive.directory(name)
        archive.copy('bin/busybox', '/bin/busybox', 0o755)
        for name in (proc.output(['/bin/busybox', '--list']) or '').split():
            if name not in ('modprobe', 'insmod', 'rmmod', 'lsmod', 'depmod', 'modinfo', 'busybox', 'poweroff', 'halt'):
                archive.link('bin/' + name, 'busybox')
        # without ACPI the machine cannot power off; a reset ends QEMU
        archive.file('sbin/poweroff', b'#!/bin/sh\nexec reboot -f\n', 0o755)
        archive.copy('bin/kmod', '/bin/kmod', 0o755)
        for name in ('modprobe', 'insmod', 'rmmod', 'lsmod', 'modinfo'):
            archive.link('sbin/' + name, '/bin/kmod')
        for program in programs:
            archive.copy('usr/bin/' + os.path.basename(program), program, 0o755)
        _add_libraries(archive, libraries(['/bin/kmod'] + programs))
        for name in DLOPENED:
            archive.copy('lib/' + name, _system_library(name), 0o755)
        archive.file('etc/passwd', b'root:x:0:0:root:/root:/bin/sh\n')
        archive.file('etc/group', b'root:x:0:\nvideo:x:44:\nrender:x:104:\n')
        archive.close()
    os.replace(new, target)
    cache.expire(os.path.dirname(target), 14, keep=[os.path.basename(target)])
    return target


def _is_elf(path: str) -> bool:
    with open(path, 'rb') as f:
        return f.read(4) == b'\x7fELF'


def _add_libraries(archive: cpio.Archive, found: Mapping[str, str], where: str = 'lib') -> None:
    for name, source in sorted(found.items()):
        if name.startswith('/'):
            archive.copy(name, source, 0o755)           # the dynamic loader has a fixed place
        else:
            archive.copy('%s/%s' % (where, name), source, 0o755)


def extra(target: str, built: kernel.Built, files: Mapping[str, str | bytes], programs: Sequence[str] = (),
          search: Sequence[str] = (), where: str = 'lib') -> None:
    """The archive of one run.

    built: kernel.Built whose modules go in. files: {name in the guest: bytes, or the name of a file here}.
    programs: files of this machine whose libraries must come along, looked for in `search` first, and
    put into the guest's `where`.
    """
    with open(target, 'wb') as out:
        archive = cpio.Archive(out)
        _add_modules(archive, built)
        for name, what in sorted(files.items()):        # two runs of the same have the same archive
            if isinstance(what, bytes):
                archive.file(name, what, 0o755)
            else:
                archive.copy(name, what)
        if programs:
            _add_libraries(archive, libraries(programs, search), where)
        archive.close()


def _add_modules(archive: cpio.Archive, built: kernel.Built) -> None:
    """Modules with the index files modprobe wants."""
    with tempfile.TemporaryDirectory() as tmp:
        where = os.path.join(tmp, 'lib/modules', built.release)
        os.makedirs(where)
        names = []
        for module in built.modules:
            name = os.path.relpath(module, built.objects)
            os.makedirs(os.path.dirname(os.path.join(where, 'kernel', name)), exist_ok=True)
            shutil.copy(module, os.path.join(where, 'kernel', name))
            names.append('kernel/' + name)
        with open(os.path.join(where, 'modules.order'), 'w') as f:
            f.writelines(n + '\n' for n in names)
        for name in ('modules.builtin', 'modules.builtin.modinfo'):
            source = os.path.join(built.objects, name)
            if os.path.exists(source):
                shutil.copy(source, where)
        subprocess.run(['/sbin/depmod', '-b', tmp, built.release], check=False, stderr=subprocess.DEVNULL,
                       env=proc.environment())
        for name, full in cache.files_below(where):
            archive.copy('lib/modules/%s/%s' % (built.release, name), full, 0o644)
