// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual Intel GPU: counters, and the marker window by which a guest
 * program begins, ends and reads a measured section.
 *
 * The window lies in BAR0 between the registers and the page table, where
 * real hardware has nothing. README.md has its layout. Accesses to it are
 * not counted.
 */
#include "gt_int.h"
#include "qemu/cutils.h"
#include "sysemu/cpu-timers.h"

#define MARK_MAGIC      0x4e554f43      /* "COUN" */
#define MARK_CMD        0x004           /* 1 begin, 2 end and print */
#define MARK_NCOUNT     0x008
#define MARK_BUSY       0x00c           /* what gt_busy() returns */
#define MARK_NAME       0x010           /* section name, 64 bytes */
#define MARK_TOTAL      0x100           /* 8 bytes each, since power on */
#define MARK_SECTION    0x800           /* 8 bytes each, since begin */
#define MARK_LABEL      0x1000          /* 32 bytes each, counter names */

static const char *const count_name[CN_N] = {
    [CN_MMIO_RD] = "mmio-reads",
    [CN_MMIO_WR] = "mmio-writes",
    [CN_IRQ] = "interrupts",
    [CN_ELSP] = "elsp-writes",
    [CN_CTX_SWITCH] = "context-switches",
    [CN_CTX_BYTES] = "context-bytes-saved",
    [CN_LITE] = "lite-restores",
    [CN_PREEMPT] = "preemptions",
    [CN_CSB] = "status-events",
    [CN_WALK] = "walk-steps",
    [CN_TLB_HIT] = "tlb-hits",
    [CN_TLB_MISS] = "tlb-misses",
    [CN_INVAL] = "invalidations",
    [CN_GGTT_FLUSH] = "ggtt-flushes",
    [CN_GGTT_PTE] = "ggtt-pte-writes",
    [CN_GGTT_PTE_RD] = "ggtt-pte-reads",
    [CN_APERTURE] = "aperture-accesses",
    [CN_BYTES_RD] = "bytes-read",
    [CN_BYTES_WR] = "bytes-written",
    [CN_BLT_BYTES] = "bytes-copied",
    [CN_CMD] = "commands",
    [CN_SLICE] = "slices",
    [CN_RESET] = "engine-resets",
    [CN_STRICT] = "strict-reports",
    [CN_GUEST_INSNS] = "guest-instructions",
    [CN_FAULT] = "faults",
    [CN_SKIPPED] = "skipped",
};

/*
 * Guest instructions executed, 0 without -icount. The raw count leaves out
 * the jumps of the clock while the guest is idle.
 */
static uint64_t value(GtDev *s, int i)
{
    if (i == CN_GUEST_INSNS) {
        return icount_enabled() ? icount_get_raw() : 0;
    }
    return s->count[i];
}

static void print_counts(GtDev *s, const char *section, const uint64_t *from)
{
    fprintf(s->out, "i915-gpu: COUNT %s", section);
    for (int i = 0; i < CN_N; i++) {
        fprintf(s->out, " %s=%" PRIu64, count_name[i],
                value(s, i) - (from ? from[i] : 0));
    }
    fputc('\n', s->out);
    fflush(s->out);
}

/* the name the guest stored, fit to print as one word */
static void section_name(GtDev *s, char name[64])
{
    memcpy(name, s->mark_name, 64);
    name[63] = 0;
    for (char *p = name; *p; p++) {
        if (!g_ascii_isgraph(*p)) {
            *p = '_';
        }
    }
    if (!*name) {
        strcpy(name, "unnamed");
    }
}

static void mark_command(GtDev *s, uint32_t v)
{
    char name[64];

    if (v == 1) {
        for (int i = 0; i < CN_N; i++) {
            s->mark[i] = value(s, i);
        }
        s->mark_open = true;
    } else if (v == 2 && s->mark_open) {
        section_name(s, name);
        print_counts(s, name, s->mark);
        s->mark_open = false;
    } else {
        gt_strict(s, NULL, SK_MARKER, GT_MARK_BASE + MARK_CMD, "command %u: "
                  "write 1 to begin a section, then 2 to end it", v);
    }
}

/* bits 0 to 3: engines that hold a context; 4: interrupts on; 5: held awake */
static uint32_t gt_busy(GtDev *s)
{
    uint32_t busy = 0;

    for (int i = 0; i < GT_NENG; i++) {
        busy |= (s->eng[i].cur >= 0) << i;
    }
    busy |= !!(R(s, REG_MASTER_IRQ) & MASTER_ENABLE) << 4;
    busy |= (R(s, REG_FW_GT) || R(s, REG_FW_RENDER) || R(s, REG_FW_MEDIA)) << 5;
    return busy;
}

static uint64_t mark_read(void *opaque, hwaddr a, unsigned size)
{
    GtDev *s = opaque;
    uint64_t v = 0;
    unsigned i;

    if (a == 0) {
        return MARK_MAGIC;
    }
    if (a == MARK_NCOUNT) {
        return CN_N;
    }
    if (a == MARK_BUSY) {
        return gt_busy(s);
    }
    if (a >= MARK_NAME && a < MARK_NAME + 64) {
        return s->mark_name[(a - MARK_NAME) / 4];
    }
    if (a >= MARK_LABEL) {
        i = (a - MARK_LABEL) / 32;
        if (i < CN_N) {
            char label[32] = "";

            pstrcpy(label, sizeof(label), count_name[i]);
            memcpy(&v, label + (a & 28), 4);
        }
        return v;
    }
    if (a >= MARK_TOTAL) {
        bool section = a >= MARK_SECTION;

        i = (a - (section ? MARK_SECTION : MARK_TOTAL)) / 8;
        if (i < CN_N) {
            v = value(s, i) - (section ? s->mark[i] : 0);
        }
        return (a & 4) ? v >> 32 : (uint32_t)v;
    }
    return 0;
}

static void mark_write(void *opaque, hwaddr a, uint64_t v, unsigned size)
{
    GtDev *s = opaque;

    if (a == MARK_CMD) {
        mark_command(s, v);
    } else if (a >= MARK_NAME && a < MARK_NAME + 64) {
        s->mark_name[(a - MARK_NAME) / 4] = v;
    }
}

static const MemoryRegionOps mark_ops = {
    .read = mark_read,
    .write = mark_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 4, .max_access_size = 8 },
    .impl = { .min_access_size = 4, .max_access_size = 4 },
};

void gt_count_init(GtDev *s)
{
    memory_region_init_io(&s->mark_mr, OBJECT(s), &mark_ops, s,
                          "intel-gt-marker", GT_MARK_BYTES);
    memory_region_add_subregion_overlap(&s->bar0, GT_MARK_BASE, &s->mark_mr,
                                        1);
}

void gt_count_exit(GtDev *s)
{
    print_counts(s, "exit", NULL);
    fprintf(s->out, "i915-gpu: BUSY %x\n", gt_busy(s));
    for (int i = 0; i < SK_NKIND; i++) {
        if (s->strict_n[i]) {
            fprintf(s->out, "i915-gpu: TOTAL %s %" PRIu64 "\n",
                    gt_kind_name(i), s->strict_n[i]);
        }
    }
    fflush(s->out);
}
