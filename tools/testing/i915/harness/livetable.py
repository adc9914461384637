# SPDX-License-Identifier: GPL-2.0
"""What is known beforehand about the stock driver's live selftests: those that cannot run on these GPUs, what others
say in the log or have the GPU report because that is what they test, and limits.

A rule holds for a suite, or for 'suite:subtest' (a regular expression of the whole); chip is 'bdw', 'skl' or ''
(both). A subtest that skips itself or is not run without a rule here is a failure, and so is every log line at
warning level and every report of the GPU.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

T = TypeVar('T')


class Named(Protocol):
    """A subtest, as live.py has it."""

    @property
    def step(self) -> str:
        """suite:subtest, or the suite alone."""


NO_LMEM = 'needs local memory, which only discrete GPUs have'
NO_GUC = 'needs submission by the GuC microcontroller, which the driver does not use before Gen12'
NO_PREEMPTION = 'the driver does not preempt on Broadwell, and such subtests pass over each engine without it'
BROKEN = 'compiled to nothing without CONFIG_DRM_I915_SELFTEST_BROKEN'
NO_STOLEN = 'needs stolen memory, which the virtual GPU has none of (display fused off)'

# (subtest, chip, why it does not run or skips itself)
LEFT_OUT = (
    (r'gt_mocs:.*', 'bdw', 'Broadwell has no MOCS registers, they come with Gen9'),
    (r'gem_migrate:.*', '', NO_LMEM),
    (r'memory_region:.*', '', NO_LMEM),
    (r'mman:igt_mmap_migrate', '', NO_LMEM),
    (r'dmabuf:igt_dmabuf_import_same_driver_lmem(_smem)?', '', NO_LMEM),
    (r'ring_submission:.*', '', 'for GPUs without execlists (before Gen8)'),
    (r'(guc|guc_multi_lrc|guc_hang|slpc)(:.*)?', '', NO_GUC),
    (r'uncore:live_forcewake_(ops|domains)', '', BROKEN),
    (r'gt_lrc:live_lrc_garbage', '', BROKEN),
    (r'gt_lrc:live_lrc_(indirect|per)_ctx_bb', '', 'contexts have a page for such batches only from Gen12 on'),
    (r'workarounds:live_(dirty|reset|isolated)_whitelist', 'bdw', 'Broadwell has no registers to whitelist'),
    (r'gt_pm:live_rps_power', '', 'needs the energy counter of the processor package (RAPL)'),
    (r'gt_pm:live_rps_interrupt', '', 'the driver finds the load by a timer, and asks for no interrupts, on engines '
     'that keep statistics'),
    (r'gt_heartbeat:live_(idle_pulse|heartbeat_off)', 'bdw', NO_PREEMPTION),
    (r'requests:live_cancel_request', 'bdw', NO_PREEMPTION),
    (r'execlists:live_virtual_(mask|preserved|slice|reset)', '', 'needs two engines of a class; these GPUs have one of '
     'each'),
    (r'execlists:.*', 'bdw', NO_PREEMPTION),
    (r'hugepages:igt_ppgtt_(sanity_check|huge_fill|64K)', 'bdw', 'Broadwell has no 64 KiB pages'),
    (r'hugepages:igt_ppgtt_(compact|mixed)', '', 'needs the compact 64 KiB page tables of discrete GPUs'),
    (r'hugepages:igt_shrink_thp', '', 'needs transparent huge pages (CONFIG_TRANSPARENT_HUGEPAGE) for shmem'),
    (r'gem_contexts:igt_ctx_sseu', '', 'needs slices that can be switched off; these GPUs have one'),
    (r'reset:igt_reset_(device|engines)_stolen', '', NO_STOLEN),
)

# Subtests that work with the processor alone: that the GPU did nothing does not mean that they skipped themselves.
PROCESSOR_ONLY = (
    r'sanitycheck',
    r'uncore:live_fw_table',
    r'gt_engines:live_engine_pm',
    r'gt_lrc:live_lrc_(layout|fixed)',
    r'dmabuf:igt_dmabuf_(export|import_same_driver_smem)',
    r'gt_pm:live_rc6_manual',
    r'gtt:igt_ppgtt_(alloc|shrink_boom|misaligned_pin)',
    r'gtt:igt_ggtt_misaligned_pin',
    r'gem:igt_gem_ww_ctx',
    r'hugepages:igt_tmpfs_fallback',
)

# (subtest, line of the kernel log or of the GPU, why it is no fault)
ALLOWED = (
    (r'.*', r'probe with driver i915 failed with error -25$',
     'live_selftests=-1 ends the load of the driver with ENOTTY when all passed'),
    (r'gt_tlb:invalidate_full', r'Failed to allocate contiguous pages for size \w+',
     'looks for the largest block of memory it can get'),
    (r'gt_tlb:invalidate_full', r'STRICT stale-tlb: ',
     'changes a PTE under a running batch on purpose, then invalidates'),
    (r'gt_lrc:live_lrc_isolation', r'STRICT (privilege|mask): ',
     'has a user batch write to every register of the context image, with any value'),
    (r'workarounds:live_dirty_whitelist', r'STRICT mask: ',
     'writes any value to the registers that user batches may write'),
    (r'execlists:live_error_interrupt', r'STRICT meant: .* cmd deadbeef: ',
     'runs a command that does not exist, to see the engine stopped and reset'),
    (r'client:igt_client_tiled_blits', r'STRICT privilege: .* register 22204: ',
     'writes BLIT_CCTL, which only Gen12 has, before any fast copy'),
    (r'gem_contexts:igt_(vm_isolation|ctx_readonly)', r'STRICT read-only: ',
     'writes to pages that must stay as they are'),
)

# Seconds a subtest may take on this machine. They are short but for loops of st_timeout of the guest's time.
LIMIT = 300
LIMITS = (
    (r'hangcheck:.*', 600),
    (r'execlists:.*', 600),
)

# Milliseconds of such a loop, by default 500. The shorter ones loop for each engine, with each of the others busy.
LOOPS = (
    (r'hangcheck:.*', 100),
)

# Properties of the GPU for some.
DEVICE = (
    (r'(gt_pm:live_(rc6_manual|gt_resume)|late_gt_pm:.*)', 'bdw', ',rc6=on'),
)


def _of_chip(rules: Iterable[tuple[str, str, str]], test: Named, chip: str, default: T) -> str | T:
    found = [what for name, chips, what in rules if re.fullmatch(name, test.step) and chips in ('', chip)]
    return found[0] if found else default


def reason(chip: str, test: Named) -> str | None:
    """Why the subtest does not run on this chip, or None."""
    return _of_chip(LEFT_OUT, test, chip, None)


def processor_only(test: Named) -> bool:
    return any(re.fullmatch(r, test.step) for r in PROCESSOR_ONLY)


def allowed(test: Named, line: str) -> str | None:
    """Why the line is no fault in this subtest, or None."""
    for what, pattern, why in ALLOWED:
        if re.fullmatch(what, test.step) and re.search(pattern, line):
            return why
    return None


def limit(test: Named) -> int:
    return next((seconds for name, seconds in LIMITS if re.fullmatch(name, test.step)), LIMIT)


def loop(test: Named) -> int:
    return next((ms for name, ms in LOOPS if re.fullmatch(name, test.step)), 500)


def device(chip: str, test: Named) -> str:
    """More properties of the GPU for this subtest."""
    return _of_chip(DEVICE, test, chip, '')


def unknown(suites: Mapping[str, Sequence[str]]) -> list[str]:
    """Rules that no subtest of the built driver matches: something was renamed."""
    steps = [s for s, names in suites.items() if not names]
    steps += ['%s:%s' % (s, n.split('/')[1]) for s, names in suites.items() for n in names]
    rules = [row[0] for row in (*LEFT_OUT, *ALLOWED, *DEVICE)]
    rules += [name for name, _ in LIMITS + LOOPS] + list(PROCESSOR_ONLY)
    return [r for r in dict.fromkeys(rules) if not any(re.fullmatch(r, s) for s in steps)]
