// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual Intel GPU: the global page table.
 *
 * PTEs live in BAR0's upper half. A translation stays in use until the
 * driver announces changes with a write to GFX_FLSH_CNTL; using one whose
 * PTE changed in between is reported, and sees the old page.
 */
#include "gt_int.h"

uint64_t gt_ggtt_leaf(GtDev *s, GtEng *e, uint64_t ga)
{
    uint64_t n = ga >> 12, now;

    if (n >= GT_NPTE) {
        gt_strict(s, e, SK_GGTT_ABSENT, ga, "address beyond the GGTT (4 GiB)");
        return 0;
    }
    now = s->gtt[n];
    if (s->gtt_tlb_epoch[n] == s->gtt_epoch) {
        uint64_t old = s->gtt_tlb[n];

        if (!((now ^ old) & (GT_PTE_ADDR | GT_PTE_PRESENT))) {
            return old;
        }
        if (s->flush_lost) {
            gt_inject_note(s, e, "stale GGTT translation of %" PRIx64 " used "
                           "after ggtt-flush-lost", ga);
        } else {
            gt_strict(s, e, SK_STALE_GGTT, ga, "PTE changed from %" PRIx64
                      " to %" PRIx64 " with no write to 0x101008 before this "
                      "use", old, now);
        }
        return old;
    }
    COUNT(s, CN_WALK);
    if (!(now & GT_PTE_PRESENT)) {
        gt_strict(s, e, SK_GGTT_ABSENT, ga, "no PTE for this page: bind it "
                  "before use; reads give 0, writes are lost");
        return 0;
    }
    s->gtt_tlb[n] = now;
    s->gtt_tlb_epoch[n] = s->gtt_epoch;
    return now;
}

void gt_ggtt_flush(GtDev *s)
{
    s->gtt_epoch++;
    s->flush_lost = false;
    for (int i = 0; i < GT_NENG; i++) {
        s->eng[i].f_host = NULL;
    }
}

void gt_ggtt_store(GtDev *s, GtEng *by, uint32_t n, uint64_t pte)
{
    COUNT(s, CN_GGTT_PTE);
    if ((pte & GT_PTE_PRESENT) && (pte & ~(GT_PTE_ADDR | 0xfffULL))) {
        gt_strict(s, by, SK_PTE, (uint64_t)n << 12, "GGTT PTE %" PRIx64
                  " has address bits above 38 set", pte);
    }
    if (s->strict && !by) {
        gt_check_ggtt_store(s, n, pte);
    }
    s->gtt[n] = pte;
}

void gt_ggtt_clear(GtDev *s)
{
    memset(s->gtt, 0, GT_PTE_BYTES);
    gt_ggtt_flush(s);
}

static uint64_t pte_read(void *opaque, hwaddr a, unsigned size)
{
    GtDev *s = opaque;
    uint64_t v = s->gtt[a >> 3];

    COUNT(s, CN_GGTT_PTE_RD);
    if (s->gone) {
        return ~0ULL;
    }
    return size == 8 ? v : (uint32_t)((a & 4) ? v >> 32 : v);
}

static void pte_write(void *opaque, hwaddr a, uint64_t v, unsigned size)
{
    GtDev *s = opaque;
    uint32_t n = a >> 3;

    if (s->gone) {
        return;
    }
    if (size != 8) {
        gt_strict(s, NULL, SK_PTE, (uint64_t)n << 12, "GGTT PTE written in "
                  "pieces: use one 8-byte store, an engine may read between");
        v = deposit64(s->gtt[n], (a & 4) * 8, 32, v);
    }
    gt_ggtt_store(s, NULL, n, v);
}

static const MemoryRegionOps pte_ops = {
    .read = pte_read,
    .write = pte_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 4, .max_access_size = 8 },
    .impl = { .min_access_size = 4, .max_access_size = 8 },
};

void gt_ggtt_init(GtDev *s)
{
    s->gtt = g_new0(uint64_t, GT_NPTE);
    s->gtt_tlb = g_new0(uint64_t, GT_NPTE);
    s->gtt_tlb_epoch = g_new0(uint32_t, GT_NPTE);
    s->gtt_epoch = 1;
    memory_region_init_io(&s->gtt_mr, OBJECT(s), &pte_ops, s, "intel-gt-ptes",
                          GT_PTE_BYTES);
    memory_region_add_subregion(&s->bar0, GT_PTE_BYTES, &s->gtt_mr);
}
