# SPDX-License-Identifier: GPL-2.0
"""Instructions of the guest's kernel by function, in measured sections.

The plugin (tools/testing/i915/profile/insn-count.c) counts by address; here addresses become functions. A function
was entered as often as its first instruction ran, which also counts allocations: the entries of the allocator's
functions. Both are exact, and need nothing in the guest.
"""

import bisect
import glob
import os
import re
import struct
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field

from . import cache, proc, ui

SOURCE = 'tools/testing/i915/profile/insn-count.c'
RECORD = 0x4e53434e53493931
# What the guest is asked for, as root, with the modules loaded; the kernel's own symbols come from System.map.
SYMBOLS = "grep -F '[' /proc/kallsyms | grep -i ' t '"

# No function of one list calls another one of the same list, so that nothing is counted twice. A slab that grows and
# a kmalloc() beyond two pages enter PAGES as well: PAGES is what the page allocator was asked for, by anyone.
SLAB = ('__kmalloc_noprof', '__kmalloc_cache_noprof', '__kmalloc_node_noprof', '__kmalloc_cache_node_noprof',
        '__kmalloc_node_track_caller_noprof', '__kmalloc_large_noprof', '__kmalloc_large_node_noprof',
        'kmem_cache_alloc_noprof', 'kmem_cache_alloc_lru_noprof', 'kmem_cache_alloc_node_noprof',
        'kmem_cache_alloc_bulk_noprof')
PAGES = ('__alloc_pages_noprof', 'alloc_pages_bulk_noprof')

# Who owns a function of the kernel proper, by name; modules own theirs.
OWNERS = (
    ('dma-buf, fence, resv', r'dma_(fence|resv|buf)|sync_file|ww_mutex|__ww'),
    ('drm', r'_*drm|objects_lookup|(add|rm|find)_hole'),
    ('slab', r'_*k[mvz]*alloc|_*kv?free|kmem_cache|.*slab|_*krealloc|memcg|ksize'),
    ('locks', r'.*mutex|.*spin_|.*rwsem|down_|up_|.*_lock|.*unlock|rwlock|osq'),
    ('RCU, work queues', r'.*rcu|.*work|.*wq_|insert_wq|kthread|.*pool_'),
    ('scheduler, waiting', r'.*sched|.*wake|.*wait|.*enqueue|.*dequeue|pick_|update_(curr|load|cfs|min|rq)|'
                           r'place_entity|.*_fair|.*_task|switch_|__switch|futex|.*context_switch|finish_|swake|'
                           r'.*completion|set_next|reweight|avg_vruntime|prepare_to|.*select_|cpu_idle|do_idle|'
                           r'default_idle|.*idle|__update_load|vruntime|ttwu|tasklet|__rseq|rseq|delay_'),
    ('interrupts, timers', r'.*irq|.*timer|tick_|ktime|timekeeping|.*apic|sysvec|asm_|common_interrupt|'
                           r'update_process_times|read_tsc|handle_edge|.*_msi|update_wall_time|do_timer|'
                           r'clockevents|exc_|error_|native_eoi|paravirt_'),
    ('module loader', r'apply_relocate|add_kallsyms|get_next_mod|load_module|layout_|find_(exported_)?symbol|cmp_name|'
                      r'_*text_poke|module_|mod_|resolve_symbol|simplify_symbols'),
    ('system call, copies', r'entry_|do_syscall|__x64_sys|.*_sys_|syscall|.*copy_(from|to)|copy_|rep_movs|fdget|'
                            r'__fget|fput|__fput|_*clear_user|_*get_user|_*put_user|.*ioctl|rep_stos|_*memcpy|_*memset|'
                            r'do_sys|ksys|vfs_|srso|__check_object|security_|arch_exit|do_msg|ipc|.*msg'),
    ('files, shmem', r'shmem|.*file|.*inode|.*dentry|d_|.*path|filemap|alloc_fd|simple_|kernfs|lookup_|.*permission|'
                     r'find_(get|lock)|.*page_cache|mapping_|truncate|lru_|.*_lru|.*folio|do_dentry|i_|iput|iget|open_|'
                     r'build_open|step_into|.*filp'),
    ('memory', r'.*page|.*pte|.*p[mu4g]d|.*vma|_*mmap|do_m|munmap|.*mm_|mas_|mt_|mtree|.*vmap|.*vmalloc|vfree|find_vm|'
               r'.*zone|rmqueue|.*pfn|set_memory|.*memtype|.*tlb|.*fault|swiotlb|.*dma_|.*iommu|pcpu|.*percpu|clear_|'
               r'remap|ioremap|iounmap|free_|change_|cpa_|unmap|zap|exit_mmap|purge|static_prot|do_vmi'),
    ('trees, arrays, ids', r'xa_|xas_|__xa|idr|ida_|rb_|__rb|_*radix|delete_node|.*list|interval|sg_|__sg|.*hash|'
                           r'refcount|sort|mem(cmp|chr)|str|bitmap|find_(first|next)|.*find_.*bit|_*bitmap|bsearch|'
                           r'sized_str'),
)


# Whose function, and which: the module ('' for the kernel proper), and the function's name
Name = tuple[str, str]


@dataclass
class Section:
    """What ran between a begin and an end."""
    user: int = 0                               # instructions of user space
    counts: dict[int, int] = field(default_factory=dict)    # address: how often the instruction there ran

    def kernel(self) -> int:
        """Instructions of the kernel."""
        return sum(self.counts.values())


@dataclass
class Function:
    """What ran of one function."""
    insns: float = 0.0
    entries: float = 0.0


def number(name: str) -> int:
    """What i915_bench tells the plugin for the name of a section (FNV-1a)."""
    value = 2166136261
    for byte in name.encode():
        value = (value ^ byte) * 16777619 & 0xffffffff
    return value


def build(repo: str, api: str) -> str:
    """Compile the plugin against QEMU's header; returns the file name."""
    source = os.path.join(repo, SOURCE)
    target = cache.path('plugin', 'insn-count-%s.so' % cache.digest(('path', source), ('path', api)))
    if not os.path.exists(target):
        os.makedirs(os.path.dirname(target), exist_ok=True)
        flags = (proc.output(['pkg-config', '--cflags', 'glib-2.0']) or '').split()
        new = '%s.%d' % (target, os.getpid())
        proc.run(['gcc', '-O2', '-Wall', '-Wextra', '-Wno-unused-parameter', '-shared', '-fPIC', '-I',
                  os.path.dirname(api), *flags, source, '-o', new], cache.path('log', 'plugin.log'),
                 'compiling the QEMU plugin', 'apt-get install -y gcc libglib2.0-dev pkg-config')
        os.replace(new, target)
        cache.expire(os.path.dirname(target), 14, keep=[os.path.basename(target)])
    return target


def header() -> str:
    """QEMU's plugin header, in the source that make build unpacked."""
    found = glob.glob(cache.path('qemu', '*', 'include/qemu/qemu-plugin.h'))
    if not found:
        raise ui.Problem('QEMU\'s source is not in the cache', 'make build')
    return max(found, key=os.path.getmtime)


def read(path: str) -> dict[int, Section]:
    """The sections of a file the plugin wrote, {number: Section}; the last of a number counts."""
    with open(path, 'rb') as f:
        data = f.read()
    sections: dict[int, Section] = {}
    at = 0
    while at + 32 <= len(data):
        magic, name, user, pairs = struct.unpack_from('<4Q', data, at)
        end = at + 32 + 16 * pairs
        if magic != RECORD or end > len(data):
            break                               # QEMU ended while it was being written
        words = struct.unpack_from('<%dQ' % (2 * pairs), data, at + 32)
        sections[name] = Section(user, dict(zip(words[::2], words[1::2])))
        at = end
    return sections


class Symbols:
    """Functions of the kernel and of the modules loaded in the guest."""

    def __init__(self, system_map: str, modules: Iterable[str] = ()) -> None:
        """modules: lines of /proc/kallsyms, "address type name [module]"."""
        found: dict[int, Name] = {}
        with open(system_map) as f:
            rows = [r.split() for r in f]
        for words in rows + [r.split() for r in modules]:
            if len(words) >= 3 and words[1] in 'tTwW' and re.fullmatch('[0-9a-f]{16}', words[0]):
                owner = words[3].strip('[]') if len(words) > 3 else ''
                found.setdefault(int(words[0], 16), (owner, words[2]))
        self.addresses = sorted(found)
        self.names = [found[a] for a in self.addresses]
        self.known: dict[int, tuple[Name, bool]] = {}

    def function(self, address: int) -> tuple[Name, bool]:
        """((module or '', name), whether the address is its first)."""
        if address not in self.known:
            i = bisect.bisect_right(self.addresses, address) - 1
            name = self.names[i] if i >= 0 else ('', '?')
            # far behind the last symbol of a module: code that was freed, as a module's init
            if i < 0 or address - self.addresses[i] > 1 << 20:
                name = ('', '(gone)')
            self.known[address] = (name, i >= 0 and address == self.addresses[i])
        return self.known[address]

    def functions(self, section: Section) -> dict[Name, Function]:
        """{(module, name): Function} of a section, user space as one."""
        found: dict[Name, Function] = {('', '(user space)'): Function(section.user, 0)}
        for address, count in section.counts.items():
            name, first = self.function(address)
            f = found.setdefault(name, Function())
            f.insns += count
            if first:
                f.entries += count
        return found


def entries(functions: Mapping[Name, Function], names: Container[str]) -> float:
    """How often any of the functions was entered."""
    return sum(f.entries for (_, name), f in functions.items() if name in names)


def owner(name: Name) -> str:
    """Who a function belongs to, for the split of a row."""
    module, function = name
    if function == '(user space)':
        return 'user space'
    if module.startswith('drm') or module == 'gpu_sched':
        return 'drm'
    if module:
        return module
    for title, pattern in OWNERS:
        if re.match(pattern, function):
            return title
    return 'kernel, other'
