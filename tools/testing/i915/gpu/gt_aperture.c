// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual Intel GPU: the aperture (BAR2). The CPU sees the first 256 MiB of
 * the GGTT through it, with tiled ranges made linear by the fence registers.
 */
#include "gt_int.h"
#include "exec/memory.h"

#define NFENCE      32
#define FENCE_VALID (1u << 0)
#define FENCE_Y     (1u << 1)

static uint64_t detile(GtDev *s, uint64_t a)
{
    for (int i = 0; i < NFENCE; i++) {
        uint32_t lo = R(s, REG_FENCE + 8 * i);
        uint32_t hi = R(s, REG_FENCE + 8 * i + 4);
        uint64_t first = lo & 0xfffff000u;
        uint64_t end = (hi & 0xfffff000u) + 0x1000ULL;

        if ((lo & FENCE_VALID) && a >= first && a < end) {
            GtSurf surf = {
                .base = first,
                .pitch = ((hi & 0xfff) + 1) * 128,
                .tile = (lo & FENCE_Y) ? 2 : 1,
            };
            uint64_t off = a - first;
            int run;

            return gt_surf_addr(&surf, off % surf.pitch, off / surf.pitch,
                                &run);
        }
    }
    return a;
}

/* guest-physical address behind an aperture offset, false if none */
static bool behind(GtDev *s, uint64_t a, uint64_t *gpa)
{
    uint64_t pte;

    COUNT(s, CN_APERTURE);
    a = detile(s, a);
    pte = gt_ggtt_leaf(s, NULL, a);
    if (!pte) {
        return false;
    }
    *gpa = (pte & GT_PTE_ADDR) | (a & 0xfff);
    if (!gt_ram_page(s, *gpa)) {
        gt_strict(s, NULL, SK_NOT_RAM, a, "aperture PTE %" PRIx64
                  " points to no RAM", pte);
        return false;
    }
    return true;
}

static uint64_t ap_read(void *opaque, hwaddr a, unsigned size)
{
    GtDev *s = opaque;
    uint64_t gpa, v = 0;

    if (s->gone) {
        return ~0ULL;
    }
    if (behind(s, a, &gpa)) {
        memcpy(&v, gt_ram_page(s, gpa) + (gpa & 0xfff), size);
    }
    return v;
}

static void ap_write(void *opaque, hwaddr a, uint64_t v, unsigned size)
{
    GtDev *s = opaque;
    uint64_t gpa;

    if (!s->gone && behind(s, a, &gpa)) {
        address_space_write(s->as, gpa, MEMTXATTRS_UNSPECIFIED, &v, size);
    }
}

static const MemoryRegionOps ap_ops = {
    .read = ap_read,
    .write = ap_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 8 },
    .impl = { .min_access_size = 1, .max_access_size = 8 },
};

void gt_aperture_init(GtDev *s)
{
    memory_region_init_io(&s->bar2, OBJECT(s), &ap_ops, s,
                          "intel-gt-aperture", GT_APERTURE);
}
