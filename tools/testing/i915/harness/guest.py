# SPDX-License-Identifier: GPL-2.0
"""One boot of the guest: steps in, verdicts out.

A step is a shell command with a name and a time limit. For each one the guest hands back its output, its exit
status and what the kernel logged meanwhile, between marks that carry a key made up for this boot. A step passes
only when its end mark came, with status 0; a guest that panics, hangs or never comes up leaves the step it was in
without a mark, and its console log.
"""

import os
import re
import secrets
import shlex
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from . import cache, initrd, kernel, klog, proc, qemu, ui

HZ = 250                        # CONFIG_HZ of the guest
BOOT_LIMIT = 90                 # seconds until the first line of init, TCG on a busy machine included
GRACE = 20                      # seconds a step may be over its own limit before the guest is given up
DEVICE = 'intel-gt'             # the QEMU device
STRICT = 'i915-gpu: STRICT'
COUNT = 'i915-gpu: COUNT'
BUSY = 'i915-gpu: BUSY'
FAULT = 'i915-gpu: FAULT'
TOTAL = re.compile(r'i915-gpu: TOTAL (\S+) (\d+)')
# The kind of what tests do on purpose: a command that exists on no chip, in i915_batch_invalid() of the kselftests and
# in batches of IGT that are to hang
MEANT = 'meant'


@dataclass
class Step:
    """One command in the guest."""
    name: str                   # one word
    command: str                # for sh -c
    limit: int = 60             # seconds
    ends: bool = False          # the guest goes down in it, and that is right


@dataclass
class Result:
    """What became of a step."""
    name: str
    status: int | None = None   # exit status; None: the guest did not live to tell
    output: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)         # kernel log, "<level>[time] text"
    seconds: float = 0.0
    why: str = ''               # how the guest ended, when status is None
    strict: list[str] = field(default_factory=list)     # the device's complaints meanwhile


@dataclass
class Outcome:
    """What became of a boot."""
    release: str = ''
    booted: float | None = None                     # seconds from starting QEMU to init
    results: dict[str, Result] = field(default_factory=dict)     # by name, in order
    boot_log: list[str] = field(default_factory=list)
    finished: bool = False                          # the job's end mark came
    why: str = ''
    strict: list[str] = field(default_factory=list)     # the device's complaints
    counts: list[str] = field(default_factory=list)     # the device's counters
    faults: list[str] = field(default_factory=list)     # what it did wrong because it was told to
    goes_down: bool = False                             # a step ends the guest, or starts another kernel
    busy: list[str] = field(default_factory=list)       # what was left busy in each GPU, a word each
    console: str = ''                               # file name
    accel: str = ''

    def console_tail(self, count: int = 25) -> list[str]:
        return proc.tail(self.console, count)

    def bad_lines(self) -> list[tuple[str, str]]:
        """Kernel log lines that fail the run, as (step, line)."""
        bad = [('boot', row) for row in klog.failures(self.boot_log, boot=True)]
        for result in self.results.values():
            bad += [(result.name, row) for row in klog.failures(result.log)]
        # nobody hands over what a kernel says on its way down
        if not self.finished or self.goes_down:
            with open(self.console, errors='replace') as f:
                bad += [('console', row) for row in klog.console_failures(f.read().splitlines())]
        return bad


class Machine:
    """Boots a built kernel on a built QEMU."""

    def __init__(self, repo: str, built: kernel.Built, emulator: qemu.Qemu, run_dir: str, *,
                 device: str | None = DEVICE, memory: int = 2048, cpus: int = 2, accel: str | None = None,
                 append: str = '', qemu_args: Sequence[str] = ()) -> None:
        self.repo = repo
        self.built = built
        self.emulator = emulator
        self.run_dir = run_dir
        self.device = device
        self.memory = memory
        self.cpus = cpus
        self.append = append
        self.qemu_args = list(qemu_args)
        self.accel = accel or os.environ.get('I915_ACCEL')
        self.key = secrets.token_hex(6)

    def chosen_accel(self) -> str:
        """The accelerator asked for, or the best that works."""
        if not self.accel:
            self.accel = choose_accel(self)
        return self.accel

    def command(self, ramdisk: str, serial: Sequence[str]) -> list[str]:
        """The QEMU command line."""
        accel = self.chosen_accel()
        firmware = []
        for directory in qemu.FIRMWARE:
            firmware += ['-L', directory]
        device = ['-device', self.device] if self.device else []
        cmdline = ('console=ttyS0,115200 panic=-1 oops=panic reboot=k no_timer_check tsc=reliable '
                   'random.trust_cpu=on rdinit=/init ' + self.append)
        if accel == 'tcg':
            icount = '-icount' in self.qemu_args        # shift=0: an instruction is a nanosecond and a TSC tick
            khz = 1000000 if icount else tsc_khz()
            cmdline += ' tsc_early_khz=%d lpj=%d' % (khz, khz * 1000 // HZ)
            if icount:
                cmdline += ' noapictimer'               # to calibrate it takes a minute, one instruction at a time
        return [self.emulator.binary, '-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none',
                '-machine', 'pc', '-accel', accel, '-cpu', 'max' if accel == 'tcg' else 'host',
                '-smp', '%d,sockets=%d' % (self.cpus, self.cpus), '-m', str(self.memory), *firmware,
                '-kernel', self.built.image, '-initrd', ramdisk, '-append', cmdline.strip(), *serial,
                *device, *self.qemu_args]

    def _ramdisk(self, files: Mapping[str, str | bytes], programs: Sequence[str], search: Sequence[str],
                 where: str = 'lib') -> str:
        os.makedirs(self.run_dir, exist_ok=True)
        ramdisk = os.path.join(self.run_dir, 'initrd')
        extra = os.path.join(self.run_dir, 'extra.cpio')
        guest = os.path.join(self.repo, 'tools/testing/i915/guest')
        everything: dict[str, str | bytes] = {'init': os.path.join(guest, 'init')}
        for name, full in cache.files_below(guest):
            if name != 'init' and not name.endswith(('.c', '.h', '.o')):
                everything['guest/' + name] = full
        everything.update(files)
        initrd.extra(extra, self.built, everything, programs, search, where)
        with open(ramdisk, 'wb') as out:
            for part in (initrd.base(), extra):
                with open(part, 'rb') as f:
                    while block := f.read(1 << 22):
                        out.write(block)
        os.unlink(extra)
        return ramdisk

    def run(self, steps: Sequence[Step], files: Mapping[str, str | bytes] | None = None, programs: Sequence[str] = (),
            search: Sequence[str] = (), where: str = 'lib', boot_limit: float = BOOT_LIMIT,
            watch: Callable[[Result], object] | None = None) -> Outcome:
        """Boot, run the steps, end the guest. watch(Result) is called as each step ends, and
        may ask for the end of the guest by returning true. Returns Outcome."""
        names = [s.name for s in steps]
        assert len(set(names)) == len(names) and not any(' ' in n for n in names), names
        job = ''.join('step %s %d %s\n' % (s.name, s.limit, shlex.quote(s.command)) for s in steps)
        job_files = {'job/run': job.encode(), 'job/key': ('KEY=%s\n' % self.key).encode()}
        ramdisk = self._ramdisk({**(files or {}), **job_files}, programs, search, where)
        console = os.path.join(self.run_dir, 'console.log')
        results = os.path.join(self.run_dir, 'results.log')
        errors = os.path.join(self.run_dir, 'qemu.log')
        for name in (console, results):
            with open(name, 'wb'):
                pass
        cmd = self.command(ramdisk, ['-serial', 'file:' + console, '-serial', 'file:' + results])
        with open(os.path.join(self.run_dir, 'qemu.cmd'), 'w') as f:
            f.write(shlex.join(cmd) + '\n')
        outcome = Outcome(console=console, accel=self.chosen_accel(), goes_down=any(s.ends for s in steps))
        with open(errors, 'wb') as err:
            child = subprocess.Popen(cmd, stdin=subprocess.DEVNULL, stdout=err, stderr=err, start_new_session=True)
            try:
                Watcher(self.key, steps, outcome, results, errors, watch).follow(child, boot_limit)
            finally:
                end(child)
        with open(errors, errors='replace') as f:
            rows = f.read().splitlines()
        outcome.strict = strict_reports(rows)
        outcome.counts = [r for r in rows if COUNT in r]
        outcome.busy = [r.split()[-1] for r in rows if BUSY in r]
        outcome.faults = [r for r in rows if FAULT in r]
        if not outcome.finished and not outcome.why:
            outcome.why = 'the guest was ended early'
        os.unlink(ramdisk)
        return outcome

    def shell(self, files: Mapping[str, str | bytes] | None = None, programs: Sequence[str] = (),
              search: Sequence[str] = ()) -> int:
        """Boot with the console on this terminal."""
        ramdisk = self._ramdisk(files or {}, programs, search)
        serial = ['-chardev', 'stdio,id=c,mux=on,signal=off', '-serial', 'chardev:c', '-mon', 'chardev=c']
        return subprocess.call(self.command(ramdisk, serial) + ['-name', 'i915-guest'])


def strict_reports(rows: Sequence[str]) -> list[str]:
    """What the GPU complained of, in the lines QEMU wrote: the lines it printed, and kinds that it only counted."""
    reports = [r for r in rows if STRICT in r and not r.startswith('%s %s:' % (STRICT, MEANT))]
    printed = {r[len(STRICT):].split(':')[0].strip() for r in reports}
    for m in filter(None, map(TOTAL.match, rows)):
        if m[1] != MEANT and m[1] not in printed:
            reports.append('%s reports of kind %s, none of them printed' % (m[2], m[1]))
    return reports


def end(child: 'subprocess.Popen[bytes]') -> None:
    """End our own QEMU, by its pid: politely, so that it prints its counters, then for good."""
    for sig, wait in ((signal.SIGTERM, 5), (signal.SIGKILL, 5)):
        if child.poll() is not None:
            return
        child.send_signal(sig)
        try:
            child.wait(wait)
        except subprocess.TimeoutExpired:
            continue


class Watcher:
    """Follows the results port of a running guest."""

    def __init__(self, key: str, steps: Sequence[Step], outcome: Outcome, results: str, errors: str,
                 watch: Callable[[Result], object] | None) -> None:
        self.mark = '@%s ' % key
        self.limits = {s.name: s.limit for s in steps}
        self.ends = {s.name for s in steps if s.ends}
        self.outcome = outcome
        self.results = results
        self.errors = errors            # QEMU's standard error
        self.watch = watch
        self.current: Result | None = None      # being filled
        self.log: list[str] | None = None       # where lines of the kernel log go, while they come
        self.stopped = False            # watch() asked for the end
        self.told = 0                   # how far QEMU's standard error was read, bytes
        self.begin = time.monotonic()
        self.since = self.begin         # when the current step (or the boot) began
        self.buffer = ''

    def follow(self, child: 'subprocess.Popen[bytes]', boot_limit: float) -> None:
        """Read until the job is done, the guest ends, or a limit is passed."""
        with open(self.results, errors='replace', newline='\n') as f:
            while True:
                ended = child.poll() is not None
                text = f.read()
                if text:
                    self._take(text)
                if self.outcome.finished or self.stopped:
                    return
                if ended and not text and self.current and self.current.name in self.ends:
                    self.current.status = 0
                    self._close()
                    self.outcome.finished = True
                    return
                if ended and not text:
                    self._give_up('the guest ended by itself (panic or reset)')
                    return
                if self._late(boot_limit):
                    return
                if not text:
                    time.sleep(0.02)

    def _late(self, boot_limit: float) -> bool:
        spent = time.monotonic() - self.since
        if self.outcome.booted is None:
            if self.outcome.accel == 'kvm' and 'KVM internal error' in '\n'.join(proc.tail(self.errors, 60)):
                self._give_up('KVM on this machine cannot run the kernel (KVM internal error)')
                return True
            if spent > boot_limit:
                self._give_up('the guest did not come up within %d s' % boot_limit)
                return True
        elif self.current and spent > self.limits[self.current.name] + GRACE:
            self._give_up('the guest hung in step %s (limit %d s)' % (
                self.current.name, self.limits[self.current.name]))
            return True
        elif not self.current and spent > GRACE:
            self._give_up('the guest hung between two steps')
            return True
        return False

    def _give_up(self, why: str) -> None:
        self.outcome.why = why
        if self.current:
            self.current.why = why
            self.current.seconds = time.monotonic() - self.since
            self._close()

    def _reports(self) -> list[str]:
        """What QEMU wrote since the last call. The GPU has written before the guest can say that a step has ended."""
        with open(self.errors, 'rb') as f:
            f.seek(self.told)
            text = f.read()
        whole = text[:text.rfind(b'\n') + 1]
        self.told += len(whole)
        return whole.decode(errors='replace').splitlines()

    def _close(self) -> None:
        done, self.current = self.current, None
        assert done is not None
        done.strict = strict_reports(self._reports())
        self.outcome.results[done.name] = done
        if self.watch and self.watch(done):
            self.stopped = True

    def _take(self, text: str) -> None:
        rows = (self.buffer + text).split('\n')
        self.buffer = rows.pop()
        for row in rows:
            row = row.rstrip('\r')
            if self.stopped:
                return
            if row.startswith(self.mark):
                self._marked(row[len(self.mark):].split())
            elif row and self.log is not None:
                self.log.append(row)
            elif row and self.current:
                self.current.output.append(row)

    def _marked(self, words: list[str]) -> None:
        now = time.monotonic()
        if words[0] in ('log', 'boot'):
            self.log = self.current.log if self.current and words[0] == 'log' else self.outcome.boot_log
            return
        if words[0] == 'up':
            if self.outcome.booted is None:
                self.outcome.booted = now - self.begin
            self.outcome.release = words[2]
        elif words[0] == 'begin':
            self._reports()
            self.current = Result(words[1])
        elif words[0] == 'end' and self.current:
            self.current.status = int(words[2])
            self.current.seconds = float(words[4]) - float(words[3])
            self._close()
        elif words[0] == 'done':
            self.outcome.finished = True
        self.log = None
        self.since = now


def tsc_khz() -> int:
    """Rate of this machine's time stamp counter, measured once after each start of the machine."""
    boot = proc.output(['cat', '/proc/sys/kernel/random/boot_id'])
    known = cache.path('tsc-%s' % cache.digest(boot))
    if not os.path.exists(known):
        program = cache.path('tsc_khz')
        proc.run(['gcc', '-O2', os.path.join(os.path.dirname(__file__), 'tsc_khz.c'), '-o', program],
                 cache.path('log', 'tsc.log'), 'compiling tsc_khz', 'apt-get install -y gcc libc6-dev')
        with open(known, 'w') as f:
            f.write(proc.output([program]) or '')
    with open(known) as f:
        return int(f.read())


def choose_accel(machine: Machine) -> str:
    """kvm when this machine really boots our kernel with it, else tcg; tried once and remembered."""
    if not os.access('/dev/kvm', os.R_OK | os.W_OK):
        return 'tcg'
    verdict = cache.path('accel-%s' % cache.digest(
        machine.emulator.version, os.uname().release, proc.output(['cat', '/proc/sys/kernel/random/boot_id'])))
    if os.path.exists(verdict):
        with open(verdict) as f:
            return f.read().strip()
    ui.say('/dev/kvm is there: trying a boot with it')
    probe = Machine(machine.repo, machine.built, machine.emulator, os.path.join(machine.run_dir, 'kvm-probe'),
                    device=None, accel='kvm')
    outcome = probe.run([Step('hello', 'echo hello', 10)], boot_limit=15)
    works = outcome.finished and outcome.results['hello'].status == 0
    ui.say('KVM %s' % ('works' if works else 'does not work here (%s): using emulation (TCG)' % outcome.why))
    with open(verdict, 'w') as f:
        f.write('kvm' if works else 'tcg')
    return 'kvm' if works else 'tcg'
