# SPDX-License-Identifier: GPL-2.0
"""The kernel: Debian's source with our driver laid over it, built in flavours.

One tree per Debian version, unpacked once; the driver directory is synced by content, so the kernel's own build
system sees exactly the files that changed. Objects are outside the tree, one directory per flavour. The stock
driver is kept aside, and goes back into a second tree (hard links) for the judge and the bench.

Tree and objects serve all clones of the project in turn. Whoever reads the tree holds "sources", shared with others who
have the same files to lay over it; a clone with other files waits for them. What a guest boots is a copy.
"""

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from . import cache, debian, proc, ui

PACKAGE = 'linux-source-6.12'
TARBALL = '/usr/src/linux-source-6.12.tar.xz'
DRIVER = 'drivers/gpu/drm/i915'
SELFTESTS = 'tools/testing/selftests/drivers/gpu/i915'
# What we lay over the tree, beside the driver
PIECES = (SELFTESTS, 'Documentation/gpu/i915', 'Documentation/gpu/i915.rst', 'tools/testing/i915')
RELEASE = 'include/config/kernel.release'
# Never read by an x86 build: half of the files, and most of the time to unpack.
LEFT_OUT = ['drivers/gpu/drm/amd/include/*'] + [
    'arch/%s/%s' % (arch, ext) for arch in (
        'alpha', 'arc', 'arm', 'arm64', 'csky', 'hexagon', 'loongarch', 'm68k', 'microblaze', 'mips', 'nios2',
        'openrisc', 'parisc', 'powerpc', 'riscv', 's390', 'sh', 'sparc', 'xtensa')
    for ext in ('*.[chS]', '*.dts', '*.dtsi')]

FRAGMENTS = {
    'fast': ['base', 'fast'],
    'debug': ['base', 'debug'],
    'builtin': ['base', 'debug', 'builtin'],
    'stock': ['base', 'fast', 'stock'],
    'check': ['base', 'fast', 'check'],
}


@dataclass
class Built:
    """One built kernel."""
    flavour: str
    tree: str                   # the source it was built from; ours only within Kernel.in_place()
    objects: str                # where modules and System.map are
    place: str                  # where kbuild works, with all objects; ours only within Kernel.in_place()
    release: str                # uname -r
    image: str                  # what QEMU boots (ELF, PVH entry)
    modules: list[str] = field(default_factory=list)     # full names of the .ko files


class Kernel:
    """The kernel source and its builds, for one clone of the project."""

    def __init__(self, repo: str) -> None:
        self.repo = repo
        self.configs = os.path.join(repo, 'tools/testing/i915/configs')

    def _home(self) -> str:
        version = debian.version(PACKAGE)
        if not version:
            raise ui.Problem('package %s is not installed' % PACKAGE, 'apt-get install -y ' + PACKAGE)
        return cache.path('linux', version)

    def unpack(self) -> str:
        """The pristine tree, without the stock driver; unpacked when it is not there."""
        home = self._home()
        tree = os.path.join(home, 'tree')
        if not os.path.isdir(tree):
            cache.need_space(8, 'unpacking and building the kernel')
            ui.say('unpacking %s' % TARBALL)
            with cache.whole(home) as tmp:
                excludes = ' '.join("--exclude='*/%s'" % e for e in LEFT_OUT)
                new = os.path.join(tmp, 'tree')
                os.mkdir(new)
                proc.run(['bash', '-c', 'set -o pipefail; xz -dc -T0 %s | tar x -C %s --strip-components=1 %s'
                          % (TARBALL, new, excludes)], cache.path('log', 'unpack.log'), 'unpacking the kernel',
                         'reinstall the package: apt-get install --reinstall ' + PACKAGE)
                os.rename(os.path.join(new, DRIVER), os.path.join(tmp, 'stock-i915'))
                shutil.copy2(os.path.join(new, 'MAINTAINERS'), os.path.join(tmp, 'MAINTAINERS.debian'))
            cache.expire(cache.path('linux'), 14, keep=[os.path.basename(home)])
        os.utime(home)
        return tree

    @contextlib.contextmanager
    def laid_out(self) -> Iterator[str]:
        """The tree with our files over it, and no other clone's for as long as it is held."""
        with contextlib.ExitStack() as use:
            with cache.lock('tree'):        # nobody comes between the two uses of "sources"
                tree = self.unpack()
                use.enter_context(cache.lock('sources', shared=True))
                if not self._is_laid_out(tree):
                    use.close()
                    with cache.lock('sources'):
                        self._lay_out(tree)
                    use.enter_context(cache.lock('sources', shared=True))
            yield tree

    def _driver(self) -> str:
        """Our driver."""
        driver = os.path.join(self.repo, DRIVER)
        if not os.path.exists(os.path.join(driver, 'Kconfig')):
            raise ui.Problem('no driver in %s' % driver, 'run this from a complete clone of the project')
        return driver

    def _pieces(self, tree: str) -> list[tuple[str, str]]:
        """(ours, in the tree) of every directory or file that we lay over it."""
        pieces = [(os.path.join(self.repo, p), os.path.join(tree, p)) for p in PIECES]
        return [(self._driver(), os.path.join(tree, DRIVER))] + [p for p in pieces if os.path.exists(p[0])]

    def _is_laid_out(self, tree: str) -> bool:
        with open(os.path.join(tree, 'MAINTAINERS')) as f:
            same = f.read() == self._maintainers(tree)
        return same and all(cache.digest(('path', ours)) == cache.digest(('path', there))
                            for ours, there in self._pieces(tree))

    def _lay_out(self, tree: str) -> None:
        for ours, there in self._pieces(tree):
            if os.path.isdir(ours):
                cache.sync(ours, there)
            else:
                os.unlink(there)            # it may be a hard link into the stock tree
                shutil.copy2(ours, there)
        target = os.path.join(tree, 'MAINTAINERS')
        os.unlink(target)
        with open(target, 'w') as f:
            f.write(self._maintainers(tree))

    def _maintainers(self, tree: str) -> str:
        """The tree's MAINTAINERS, with our entry in place of the stock driver's, so that get_maintainer finds it."""
        with open(os.path.join(tree, '..', 'MAINTAINERS.debian')) as f:
            whole = f.read()
        ours = os.path.join(self.repo, 'MAINTAINERS')
        if not os.path.exists(ours):
            return whole
        with open(ours) as f:
            entry = f.read().strip() + '\n\n'
        entry = entry[entry.index('INTEL DRM I915'):]
        merged, count = re.subn(r'(?ms)^INTEL DRM I915 DRIVER.*?\n\n', lambda _: entry, whole, count=1)
        if not count:
            raise ui.Problem('the tree\'s MAINTAINERS has no entry of the stock driver to replace',
                             'adapt Kernel._maintainers to this kernel version')
        return merged

    def stock_tree(self) -> str:
        """A second tree, of hard links, with the driver that Debian ships."""
        tree = self.unpack()
        home = self._home()
        stock = os.path.join(home, 'stock-tree')
        if not os.path.isdir(stock):
            ui.say('making a tree with the stock driver')
            shutil.rmtree(stock + '.new', ignore_errors=True)
            proc.run(['cp', '-al', tree, stock + '.new'], cache.path('log', 'stock-tree.log'), 'copying the tree',
                     'run it again')
            shutil.rmtree(os.path.join(stock + '.new', DRIVER))
            proc.run(['cp', '-al', os.path.join(home, 'stock-i915'), os.path.join(stock + '.new', DRIVER)],
                     cache.path('log', 'stock-tree.log'), 'copying the stock driver', 'run it again')
            os.rename(stock + '.new', stock)
        return stock

    def _wanted(self, flavour: str) -> dict[str, str]:
        """The flavour's whole configuration request, a later fragment winning."""
        rows: dict[str, str] = {}
        for name in FRAGMENTS[flavour]:
            with open(os.path.join(self.configs, name + '.config')) as f:
                for row in f:
                    m = re.match(r'(CONFIG_\w+)=(.*)', row.strip())
                    if m:
                        rows[m[1]] = m[2]
        return rows

    def _make(self, tree: str, objects: str, targets: Sequence[str], log: str, title: str, count: bool = True,
              limit: float = 5400) -> None:
        proc.run(['nice', 'make', '-C', tree, 'O=' + objects, '-j%d' % proc.jobs(), 'KBUILD_BUILD_USER=i915',
                  'KBUILD_BUILD_HOST=guest', *targets], log, title,
                 'the last lines above say which file; mend it and run again (a killed build just goes on)',
                 count=(' CC ', 'files compiled') if count else None, limit=limit)

    def configure(self, flavour: str, tree: str, objects: str) -> None:
        """Write the flavour's .config when what it comes from has changed; check that all of it was taken."""
        wanted = self._wanted(flavour)
        kconfigs = [('path', p) for _, p in cache.files_below(os.path.join(tree, DRIVER))
                    if os.path.basename(p).startswith('Kconfig')]
        key = cache.digest(sorted(wanted.items()), self._gcc(), *kconfigs)
        stamp = cache.Stamp(objects, 'config')
        if stamp.matches(key) and os.path.exists(os.path.join(objects, '.config')):
            return
        stamp.drop()
        os.makedirs(objects, exist_ok=True)
        request = os.path.join(objects, '.i915-request')
        with open(request, 'w') as f:
            f.writelines('%s=%s\n' % item for item in wanted.items())
        proc.run(['make', '-s', '-C', tree, 'O=' + objects, 'KCONFIG_ALLCONFIG=' + request, 'allnoconfig'],
                 cache.path('log', 'config-%s.log' % flavour), 'configuring the %s kernel' % flavour,
                 'the last lines above say what Kconfig did not like')
        have = {}
        with open(os.path.join(objects, '.config')) as f:
            for row in f:
                m = re.match(r'(CONFIG_\w+)=(.*)', row.strip())
                if m:
                    have[m[1]] = m[2]
        lost = ['%s=%s (got %s)' % (k, v, have.get(k, 'n')) for k, v in wanted.items() if have.get(k, 'n') != v]
        if lost:
            raise ui.Problem('the %s configuration asks for what this kernel does not take: %s'
                             % (flavour, ', '.join(lost)), 'mend tools/testing/i915/configs or the driver\'s Kconfig')
        stamp.write(key)

    @staticmethod
    def _gcc() -> str:
        return (proc.output(['gcc', '--version']) or '').split('\n')[0]

    def objects(self, flavour: str) -> str:
        return os.path.join(self._home(), 'o-' + flavour)

    def build(self, flavour: str) -> Built:
        """One flavour, built as far as it is not: a copy, which stays as it is whoever builds what meanwhile."""
        kept, there = cache.kept('%s-%s' % (flavour, self._key(flavour)))
        if not there:
            with self.in_place(flavour) as made:
                kept, there = cache.kept(os.path.basename(kept))
                if not there:
                    with cache.keep(kept) as tmp:
                        _copy(made, tmp)
        tree = os.path.join(self._home(), 'stock-tree' if flavour == 'stock' else 'tree')
        return self._result(flavour, tree, kept)

    def _key(self, flavour: str) -> str:
        """What a flavour is made of."""
        driver = 'stock' if flavour == 'stock' else ('path', self._driver())
        return cache.digest(debian.version(PACKAGE), sorted(self._wanted(flavour).items()), self._gcc(), driver,
                            ('path', os.path.abspath(__file__)))

    @contextlib.contextmanager
    def in_place(self, flavour: str) -> Iterator[Built]:
        """One flavour where kbuild works, with all its objects, and no other clone's for as long as it is held."""
        with self.laid_out() as tree, cache.lock('kernel-' + flavour):
            yield self._build(flavour, self.stock_tree() if flavour == 'stock' else tree)

    def _build(self, flavour: str, tree: str) -> Built:
        objects = self.objects(flavour)
        if flavour == 'builtin' and not os.path.isdir(objects):
            self._clone_debug(objects)
        self.configure(flavour, tree, objects)
        stamp = cache.Stamp(objects, 'built')
        with open(os.path.join(objects, '.config'), 'rb') as f:
            config = f.read()
        key = [cache.digest(config, ('path', os.path.join(tree, DRIVER))), self._gcc()]
        if not stamp.matches(key):
            stamp.drop()
            cache.need_space(2, 'building the kernel')
            self._compile(flavour, tree, objects, config)
            stamp.write(key)
        return self._result(flavour, tree, objects)

    def _compile(self, flavour: str, tree: str, objects: str, config: bytes) -> None:
        """The kernel when its configuration changed, then the modules; make sees which files are old."""
        log = cache.path('log', 'kernel-%s.log' % flavour)
        base = cache.Stamp(objects, 'base')
        key = [cache.digest(config), self._gcc()]
        if not base.matches(key) or b'\nCONFIG_DRM_I915=y' in config:
            ui.say('building the %s kernel (the first time this takes minutes; log: %s)' % (flavour, log))
            base.drop()
            self._make(tree, objects, ['vmlinux'], log, 'building the %s kernel' % flavour)
            base.write(key)
        ui.say('building the driver and modules (%s kernel)' % flavour)
        self._make(tree, objects, ['modules'], cache.path('log', 'modules-%s.log' % flavour), 'building the modules')

    def _clone_debug(self, objects: str) -> None:
        """Begin the built-in flavour from the debug objects: only what depends on DRM_I915 is compiled again."""
        debug = self.objects('debug')
        if not os.path.exists(cache.Stamp(debug, 'base').file) or not os.path.exists(os.path.join(debug, 'vmlinux')):
            return
        with cache.lock('kernel-debug'), cache.whole(objects) as tmp:
            subprocess.run(['cp', '-a', debug + '/.', tmp], check=True)
            for name in ('built', 'config', 'base'):
                cache.Stamp(tmp, name).drop()
            # the host tools name their objects in full, and everything depends on objtool
            for _, full in cache.files_below(os.path.join(tmp, 'tools')):
                if full.endswith('.cmd'):
                    _replace(full, debug, objects)

    def _result(self, flavour: str, tree: str, objects: str) -> Built:
        with open(os.path.join(objects, RELEASE)) as f:
            release = f.read().strip()
        modules = []
        with open(os.path.join(objects, 'modules.order')) as f:
            for row in f:
                modules.append(os.path.join(objects, row.strip()[:-2] + '.ko'))
        return Built(flavour, tree, objects, self.objects(flavour), release, os.path.join(objects, 'vmlinux'), modules)


def _copy(made: Built, target: str) -> None:
    """What a guest needs, and what the profile needs to name functions."""
    names = [os.path.relpath(m, made.objects) for m in made.modules]
    names += ['System.map', 'modules.order', 'modules.builtin', 'modules.builtin.modinfo', RELEASE]
    for name in names:
        source, there = os.path.join(made.objects, name), os.path.join(target, name)
        if os.path.exists(source):
            os.makedirs(os.path.dirname(there), exist_ok=True)
            shutil.copy2(source, there)
    # large, and the linker makes a new file
    os.link(made.image, os.path.join(target, os.path.basename(made.image)))


def _replace(path: str, old: str, new: str) -> None:
    """Put new in place of old in a file, and keep the file's times."""
    times = os.stat(path)
    with open(path) as f:
        text = f.read()
    with open(path, 'w') as f:
        f.write(text.replace(old, new))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
