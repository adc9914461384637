// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual Intel GPU: memory as the engines see it.
 *
 * Reads go through cached host pointers to guest RAM. Writes go through
 * address_space_write(), which tells the CPU emulation about changed code
 * and the migration code about dirty pages.
 */
#include "gt_int.h"
#include "exec/memory.h"

enum { XL_OK, XL_NONE, XL_FAULT };

/* host address of a page of guest RAM, NULL if it is not RAM */
uint8_t *gt_ram_page(GtDev *s, uint64_t gpa)
{
    unsigned i = (gpa >> 12) % GT_RAMCACHE;
    hwaddr off, len = 4096;
    MemoryRegion *mr;

    gpa &= ~0xfffULL;
    if (s->ram[i].host && s->ram[i].gpa == gpa) {
        return s->ram[i].host;
    }
    RCU_READ_LOCK_GUARD();
    mr = address_space_translate(s->as, gpa, &off, &len, false,
                                 MEMTXATTRS_UNSPECIFIED);
    if (len < 4096 || !memory_access_is_direct(mr, false)) {
        return NULL;
    }
    s->ram[i].gpa = gpa;
    s->ram[i].host = (uint8_t *)memory_region_get_ram_ptr(mr) + off;
    return s->ram[i].host;
}

void gt_ram_forget(GtDev *s)
{
    memset(s->ram, 0, sizeof(s->ram));
    for (int i = 0; i < GT_NENG; i++) {
        s->eng[i].f_host = NULL;
    }
}

static int translate(GtEng *e, uint64_t va, bool pp, bool wr, uint64_t *gpa)
{
    uint64_t leaf = pp ? gt_ppgtt_leaf(e, va, wr) :
                         gt_ggtt_leaf(e->gt, e, va);

    if (!leaf) {
        return pp ? XL_FAULT : XL_NONE;
    }
    *gpa = (leaf & GT_PTE_ADDR) | (va & 0xfff);
    if (!gt_ram_page(e->gt, *gpa)) {
        gt_strict(e->gt, e, SK_NOT_RAM, va, "PTE %" PRIx64 " points to no "
                  "RAM%s", leaf, pci_get_word(e->gt->dev.config + PCI_COMMAND)
                  & PCI_COMMAND_MASTER ? "" : " (bus mastering is off)");
        return XL_NONE;
    }
    if (pp && wr && !(leaf & GT_PTE_WRITE)) {
        gt_strict(e->gt, e, SK_READ_ONLY, va, "write to a read-only page "
                  "(PTE %" PRIx64 ") is lost", leaf);
        return XL_NONE;
    }
    return XL_OK;
}

bool gt_read(GtEng *e, uint64_t va, bool pp, void *buf, unsigned len)
{
    uint8_t *d = buf;

    e->gt->count[CN_BYTES_RD] += len;
    while (len) {
        unsigned n = MIN(len, 0x1000 - (va & 0xfff));
        uint64_t gpa;

        switch (translate(e, va, pp, false, &gpa)) {
        case XL_OK:
            memcpy(d, gt_ram_page(e->gt, gpa) + (gpa & 0xfff), n);
            break;
        case XL_NONE:
            memset(d, 0, n);
            break;
        default:
            memset(d, 0, len);
            return false;
        }
        d += n;
        va += n;
        len -= n;
    }
    return true;
}

bool gt_write(GtEng *e, uint64_t va, bool pp, const void *buf, unsigned len)
{
    const uint8_t *d = buf;

    e->gt->count[CN_BYTES_WR] += len;
    while (len) {
        unsigned n = MIN(len, 0x1000 - (va & 0xfff));
        uint64_t gpa;

        switch (translate(e, va, pp, true, &gpa)) {
        case XL_OK:
            if (pp && gt_user_batch(e) && e->gt->strict) {
                gt_check_user_write(e, va, gpa);
                gt_check_store_ahead(e, va, n);
            }
            address_space_write(e->gt->as, gpa, MEMTXATTRS_UNSPECIFIED, d, n);
            break;
        case XL_FAULT:
            return false;
        }
        d += n;
        va += n;
        len -= n;
    }
    return true;
}

void gt_wr32(GtEng *e, uint64_t va, bool pp, uint32_t v)
{
    gt_write(e, va & ~3ULL, pp, &v, 4);
}

void gt_wr64(GtEng *e, uint64_t va, bool pp, uint64_t v)
{
    gt_write(e, va & ~7ULL, pp, &v, 8);
}

uint32_t gt_rd32(GtEng *e, uint64_t va, bool pp)
{
    uint32_t v = 0;

    gt_read(e, va & ~3ULL, pp, &v, 4);
    return v;
}

/* the page commands are fetched from; NULL stops the engine */
uint8_t *gt_fetch_page(GtEng *e, uint64_t va, bool pp)
{
    uint64_t page = va & ~0xfffULL, gpa;

    if (e->f_host && e->f_va == page && e->f_pp == pp) {
        return e->f_host;
    }
    e->f_host = NULL;
    switch (translate(e, page, pp, false, &gpa)) {
    case XL_OK:
        e->f_host = gt_ram_page(e->gt, gpa);
        e->f_va = page;
        e->f_pp = pp;
        break;
    case XL_NONE:
        gt_fault(e, va, pp, 0, false);
        break;
    }
    return e->f_host;
}
