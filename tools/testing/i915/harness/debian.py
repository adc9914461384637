# SPDX-License-Identifier: GPL-2.0
"""Debian: packages by name, and source packages without touching /etc.

Source packages need deb-src entries, which most machines do not have. They are derived at run time from where this
machine's apt gets its binary packages (whatever the format of its lists), and kept in private apt directories
inside the cache.
"""

import os
import subprocess
from collections.abc import Iterable, Sequence

from . import cache, proc, ui

BUILD = ['gcc', 'libc6-dev', 'perl', 'make', 'bc', 'bison', 'flex', 'libelf-dev', 'xz-utils', 'kmod',
         'linux-source-6.12', 'busybox-static', 'intel-gpu-tools', 'dpkg-dev', 'ninja-build', 'meson', 'pkg-config',
         'libglib2.0-dev', 'libfdt-dev', 'libpixman-1-dev', 'zlib1g-dev', 'seabios', 'qemu-system-data',
         'ca-certificates', 'libgcc-s1', 'rsync']
CHECK = ['sparse', 'python3-ply', 'python3-git', 'git', 'mypy', 'flake8', 'shellcheck', 'python3-sphinx',
         'graphviz']

KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'
NETWORK = ('check this machine\'s network and its apt sources (apt-get update must work), then run the same '
           'command again')


def version(package: str) -> str | None:
    """Installed version of a package, or None."""
    out = proc.output(['dpkg-query', '-W', '-f', '${db:Status-Status} ${Version}', package])
    if not out or not out.startswith('installed '):
        return None
    return out.split()[1]


def missing(packages: list[str]) -> list[str]:
    """Those of the packages that are not installed."""
    out = subprocess.run(['dpkg-query', '-W', '-f', '${Package} ${db:Status-Status}\n'] + packages,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=proc.environment()).stdout
    have = {row.split()[0] for row in out.splitlines() if row.endswith(' installed')}
    return [p for p in packages if p not in have]


def _explain(log: str, doing: str) -> ui.Problem:
    """Turn what apt wrote into a Problem."""
    text = '\n'.join(proc.tail(log, 200))
    rows = [r for r in text.splitlines() if r.startswith(('E:', 'W:', 'Err:', 'dpkg:'))][-8:] or proc.tail(log, 8)
    for words, what, todo in (
            (('Could not resolve', 'Temporary failure resolving', 'Could not connect', 'Cannot initiate the connection',
              'Network is unreachable', 'Connection timed out', 'Connection refused', 'Unable to connect'),
             'no network: apt could not reach this machine\'s Debian mirror', NETWORK),
            (('No space left on device', "don't have enough free space"),
             'the disk is full', 'free some space and run the same command again'),
            (('Could not get lock', 'is another process using it'),
             'another apt or dpkg is running', 'wait until it is done and run the same command again'),
            (('Unable to locate package', 'has no installation candidate', 'Unable to find a source package'),
             'this machine\'s apt sources do not have the package',
             'they must hold Debian 12 (bookworm) main, with its security updates, for linux-source-6.12'),
            (('Hash Sum mismatch', 'Failed to fetch', 'Some index files failed'),
             'a download broke off', 'run the same command again: it goes on where it stopped')):
        if any(w in text for w in words):
            return ui.Problem('%s: %s' % (doing, what), todo, rows)
    return ui.Problem('%s failed (whole log: %s)' % (doing, log), NETWORK, rows)


def _apt(args: Sequence[str], log: str, title: str, options: Iterable[str] = ()) -> None:
    cmd = ['apt-get', '-q', '-o', 'DPkg::Lock::Timeout=120', '-o', 'Acquire::Retries=2',
           '-o', 'APT::Update::Error-Mode=any', '-o', 'APT::Sandbox::User=root', *options, *args]
    try:
        proc.run(cmd, log, title, NETWORK, limit=1800)
    except ui.Problem:
        raise _explain(log, title) from None


def ensure(packages: list[str]) -> None:
    """Install what is missing of the packages."""
    lack = missing(packages)
    if not lack:
        return
    if os.geteuid() != 0:
        raise ui.Problem('Debian packages are missing and only root can install them: ' + ' '.join(lack),
                         'as root: apt-get install -y --no-install-recommends %s; or run the same command as root'
                         % ' '.join(lack))
    cache.need_space(1.5, 'installing packages', '/usr')
    ui.say('installing %d Debian packages: %s' % (len(lack), ' '.join(lack)))
    log = cache.path('log', 'apt.log')
    if proc.output(['dpkg', '--audit']):
        ui.say('an earlier installation was interrupted: completing it (dpkg --configure -a)')
        proc.run(['dpkg', '--configure', '-a'], log, 'dpkg --configure -a', 'look at the log: ' + log)
    stale = None
    try:
        _apt(['update'], log, 'apt-get update')
    except ui.Problem as problem:
        stale = problem                 # perhaps a source we do not need: the packages decide
    try:
        _apt(['install', '-y', '--no-install-recommends', *lack], log, 'apt-get install')
    except ui.Problem as problem:
        raise (stale or problem) from None
    lack = missing(packages)
    if lack:
        raise ui.Problem('still missing after apt-get install: ' + ' '.join(lack), 'look at the log: ' + log,
                         proc.tail(log))


def _deb_src() -> list[str]:
    """deb-src lines for the Debian archives this machine uses."""
    shape = '$(ORIGIN)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)'
    out = proc.output(['apt-get', 'indextargets', '--format', shape, 'Created-By: Packages']) or ''
    option = '[signed-by=%s] ' % KEYRING if os.path.exists(KEYRING) else ''
    rows = sorted({row for row in out.splitlines() if row.startswith('Debian|') and row.count('|') == 3})
    lines = []
    for row in rows:
        _, uri, release, component = row.split('|')
        if not uri.startswith('cdrom:'):
            lines.append('deb-src %s%s %s %s\n' % (option, uri, release, component))
    if not lines:
        raise ui.Problem('apt on this machine has no Debian archive to take the QEMU source from',
                         'give it one: an entry for Debian bookworm main in /etc/apt/sources.list.d, then apt-get '
                         'update')
    return lines


def _private_apt() -> list[str]:
    """apt options that keep deb-src lists in the cache."""
    top = cache.path('apt')
    for sub in ('lists/partial', 'cache/archives/partial', 'parts'):
        os.makedirs(os.path.join(top, sub), exist_ok=True)
    with open(os.path.join(top, 'src.list'), 'w') as f:
        f.writelines(_deb_src())
    return ['-o', 'Dir::Etc::SourceList=%s/src.list' % top, '-o', 'Dir::Etc::SourceParts=%s/parts' % top,
            '-o', 'Dir::State::Lists=%s/lists' % top, '-o', 'Dir::Cache=%s/cache' % top]


def fetch_source(package: str, wanted: str, directory: str) -> None:
    """Unpack Debian's source package, patches applied, so that `directory` is its top."""
    options = _private_apt()
    log = cache.path('log', 'source-%s.log' % package)
    ui.say('fetching the Debian source of %s %s' % (package, wanted))
    _apt(['update'], log, 'apt-get update for source packages', options)
    parts = cache.path('apt', 'download')
    os.makedirs(parts, exist_ok=True)
    cmd = ['apt-get', '-q', *options, '-o', 'APT::Sandbox::User=root', '--download-only', 'source',
           '%s=%s' % (package, wanted)]
    try:
        proc.run(cmd, log, 'apt-get source ' + package, NETWORK, cwd=parts, limit=1800)
    except ui.Problem:
        raise _explain(log, 'apt-get source ' + package) from None
    bare = wanted.split(':', 1)[-1]
    dsc = os.path.join(parts, '%s_%s.dsc' % (package, bare))
    if not os.path.exists(dsc):
        raise ui.Problem('apt-get source left no ' + dsc, 'remove %s and run again' % parts, proc.tail(log))
    with cache.whole(directory) as tmp:
        proc.run(['dpkg-source', '--no-check', '-x', dsc, os.path.join(tmp, 'src')], log, 'unpacking ' + package,
                 'remove %s and run again' % parts)
        inner = os.path.join(tmp, 'src')
        for name in os.listdir(inner):
            os.rename(os.path.join(inner, name), os.path.join(tmp, name))
        os.rmdir(inner)
