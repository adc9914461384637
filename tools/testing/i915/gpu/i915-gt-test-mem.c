// SPDX-License-Identifier: GPL-2.0-or-later
/* Virtual Intel GPU, tests: GGTT, aperture, fences, PPGTT walks. */
#include "i915-gt-lib.h"

static uint32_t ap_rd(Gt *g, uint64_t a)
{
    return qpci_io_readl(g->dev, g->ap, a);
}

static void test_aperture(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);
    uint64_t a = page(g), b = page(g);

    set_pte(g, 0x5000, a | 1);
    set_pte(g, 0x6000, b | 1);
    set_mem(g, a + 0xffc, 0x11223344);
    g_assert_cmphex(ap_rd(g, 0x5ffc), ==, 0x11223344);
    qpci_io_writel(g->dev, g->ap, 0x6010, 0xcafe);
    g_assert_cmphex(mem(g, b + 0x10), ==, 0xcafe);
    qpci_io_writeq(g->dev, g->ap, 0x6018, 0x0102030405060708ULL);
    g_assert_cmphex(mem(g, b + 0x1c), ==, 0x01020304);
    qpci_io_writeb(g->dev, g->ap, 0x6011, 0x55);
    g_assert_cmphex(mem(g, b + 0x10), ==, 0x55fe);
    set_pte(g, 0x5000, b | 1);                  /* changed and flushed */
    g_assert_cmphex(ap_rd(g, 0x5010), ==, 0x55fe);
    g_assert_cmphex(qpci_io_readq(g->dev, g->mmio, 0x800000 + 5 * 8), ==,
                    b | 1);
    gt_stop(g);
}

/* X: 512 bytes by 8 rows; Y: 16-byte columns of 32 rows */
static void test_fences(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);
    uint64_t p[4];

    for (int i = 0; i < 4; i++) {
        p[i] = page(g);
        set_pte(g, 0x10000 + 0x1000 * i, p[i] | 1);
    }
    wr(g, 0x100008 + 4, 0x13000 | (1024 / 128 - 1));    /* fence 1 */
    wr(g, 0x100008, 0x10000 | 1);
    set_mem(g, p[1] + 3 * 512 + 16, 0xaaa);     /* tile column 1, row 3 */
    g_assert_cmphex(ap_rd(g, 0x10000 + 3 * 1024 + 512 + 16), ==, 0xaaa);
    set_mem(g, p[2] + 512, 0xbbb);              /* tile row 1, row 1 */
    g_assert_cmphex(ap_rd(g, 0x10000 + 9 * 1024), ==, 0xbbb);
    wr(g, 0x100008, 0);
    g_assert_cmphex(ap_rd(g, 0x10000 + 9 * 1024), ==, 0);
    wr(g, 0x100008 + 4, 0x13000 | (256 / 128 - 1));
    wr(g, 0x100008, 0x10000 | 3);
    set_mem(g, p[1] + 2 * 512 + 5 * 16 + 4, 0xccc);
    g_assert_cmphex(ap_rd(g, 0x10000 + 5 * 256 + 128 + 2 * 16 + 4), ==,
                    0xccc);
    set_mem(g, p[2] + 7, 0xdd);
    g_assert_cmphex(ap_rd(g, 0x10000 + 32 * 256 + 4) >> 24, ==, 0xdd);
    gt_stop(g);
}

/* a store through four levels of page table, on each engine */
static void test_walk(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);

    engines_up(g);
    for (int i = 0; i < NENG; i++) {
        uint64_t data = page(g);
        Batch b;
        Ctx c;

        ctx_init(&c, g, i, 0x40 + i);
        ctx_map(&c, FAR, data, 3);
        b = batch_at(&c, 0x10000);
        put_store(&b, FAR + 0x84, 0xc0de0000 + i);
        /* canonical form of an address in the upper half */
        ctx_map(&c, 0x800000001000ULL, data, 3);
        put_store(&b, 0xffff800000001088ULL, 0x77);
        put(&b, BBE);
        emit_batch(&c, 0x10000);
        submit(&c);
        run(g, 100 * USEC);
        g_assert_cmphex(mem(g, data + 0x84), ==, 0xc0de0000 + i);
        g_assert_cmphex(mem(g, data + 0x88), ==, 0x77);
        expect_event(g, i, EV_ACTIVE, 0x40 + i);
        expect_event(g, i, EV_COMPLETE, 0x40 + i);
        expect_no_event(g, i);
    }
    gt_stop(g);
}

/* legacy 32-bit mode: four page directories in the image */
static void test_three_level(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);
    uint64_t pd, data = page(g);
    Batch b;
    Ctx c;

    engines_up(g);
    ctx_init(&c, g, RCS, 0x20);
    b = batch_at(&c, 0x10000);
    ctx_map(&c, 0xc0123000, data, 3);           /* fourth directory */
    put_store(&b, 0xc0123010, 0x32);
    put(&b, BBE);
    for (int k = 0; k < 4; k++) {
        pd = qtest_readq(g->qts, pde_of(&c, (uint64_t)k << 30, 3));
        if (!pd) {
            pd = page(g) | 3;
        }
        ctx_set(&c, 0x31 - 4 * k, pd >> 32);
        ctx_set(&c, 0x33 - 4 * k, pd & ~0xfffu);
    }
    c.flags = 0x109;
    emit_batch(&c, 0x10000);
    submit(&c);
    run(g, 100 * USEC);
    g_assert_cmphex(mem(g, data + 0x10), ==, 0x32);
    gt_stop(g);
}

static void test_read_only(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);
    uint64_t ro = page(g), rw = page(g);
    Batch b;
    Ctx c;

    engines_up(g);
    ctx_init(&c, g, BCS, 0x20);
    ctx_map(&c, FAR, ro, 1);
    ctx_map(&c, FAR + 0x1000, rw, 3);
    set_mem(g, ro, 0x600d);
    b = batch_at(&c, 0x10000);
    put_store(&b, FAR, 0xbad);
    put(&b, COPY_MEM);                  /* reading it is fine */
    put(&b, (uint32_t)(FAR + 0x1000));
    put(&b, (FAR + 0x1000) >> 32);
    put(&b, (uint32_t)FAR);
    put(&b, FAR >> 32);
    put(&b, BBE);
    emit_batch(&c, 0x10000);
    submit(&c);
    run(g, 100 * USEC);
    g_assert_cmphex(mem(g, ro), ==, 0x600d);
    g_assert_cmphex(mem(g, rw), ==, 0x600d);
    expect(g, "read-only");
    gt_stop(g);
}

/* no translation: fault registers, engine stopped, a reset helps */
static void test_fault(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);
    uint64_t data = page(g);
    Batch b;
    Ctx c, d;

    engines_up(g);
    ctx_init(&c, g, VECS, 0x20);
    ctx_map(&c, 0x5000, data, 3);
    b = batch_at(&c, 0x10000);
    put_store(&b, FAR, 1);
    put_store(&b, 0x5000, 1);
    put(&b, BBE);
    emit_batch(&c, 0x10000);
    submit(&c);
    run(g, MSEC);
    expect(g, "page-fault");
    g_assert_cmphex(mem(g, data), ==, 0);
    g_assert_cmphex(rd(g, 0x4094) & 0x7001, ==, 0x3001);
    g_assert_cmphex(rd(g, 0x4b10), ==, (uint32_t)(FAR >> 12));
    g_assert_cmphex(rd(g, 0x4b14), ==, (uint32_t)(FAR >> 44));
    wr(g, 0x4094, rd(g, 0x4094) & ~1u);
    g_assert_cmphex(rd(g, 0x4094) & 1, ==, 0);
    expect_event(g, VECS, EV_ACTIVE, 0x20);
    expect_no_event(g, VECS);
    reset_gpu(g, 1 << 4);
    engines_up(g);
    ctx_init(&d, g, VECS, 0x21);
    submit(&d);
    emit(&d, NOOP);
    emit(&d, NOOP);
    submit(&d);
    run(g, MSEC);
    expect_event(g, VECS, EV_ACTIVE, 0x21);
    gt_stop(g);
}

static void test_64k(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);
    uint64_t data, at;
    Batch b;
    Ctx c;

    engines_up(g);
    g->next_page = ROUND_UP(g->next_page, 0x10000);
    data = g->next_page;
    g->next_page += 0x10000;
    ctx_init(&c, g, RCS, 0x20);
    /* only the first of sixteen entries counts */
    ctx_map(&c, FAR & ~0xffffULL, data, 3);
    at = pde_of(&c, FAR, 2);
    qtest_writeq(g->qts, at, qtest_readq(g->qts, at) | 1 << 11);
    b = batch_at(&c, 0x10000);
    put_store(&b, (FAR & ~0xffffULL) + 0xb004, 0x64);
    put(&b, BBE);
    wr(g, 0x4080, 0xf);
    emit_batch(&c, 0x10000);
    submit(&c);
    run(g, 100 * USEC);
    g_assert_cmphex(mem(g, data + 0xb004), ==, 0x64);
    gt_stop(g);
}

void add_mem_tests(void)
{
    add(ON_BOTH, "mem/aperture", test_aperture);
    add(ON_BOTH, "mem/fences", test_fences);
    add(ON_BOTH, "mem/walk", test_walk);
    add(ON_BOTH, "mem/three-level", test_three_level);
    add(ON_BOTH, "mem/read-only", test_read_only);
    add(ON_BOTH, "mem/page-fault", test_fault);
    add(ON_SKL, "mem/64k", test_64k);
}
