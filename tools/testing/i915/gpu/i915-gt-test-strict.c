// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual Intel GPU, tests: every kind of strict report is triggered once,
 * and nothing else is reported.
 */
#include "i915-gt-lib.h"

#define DATA    0x300000
#define CODE    0x10000

typedef struct Fix {
    Gt *g;
    Ctx c;
    Batch b;
    uint64_t data;
} Fix;

static Fix start_with(int chip, int eng, const char *props)
{
    Fix f = { .g = gt_start(chip, props) };

    engines_up(f.g);
    ctx_init(&f.c, f.g, eng, 0x20);
    f.data = page(f.g);
    ctx_map(&f.c, DATA, f.data, 3);
    f.b = batch_at(&f.c, CODE);
    return f;
}

static Fix start(int chip, int eng)
{
    return start_with(chip, eng, NULL);
}

static void go(Fix *f)
{
    put(&f->b, BBE);
    emit_batch(&f->c, CODE);
    submit(&f->c);
    run(f->g, MSEC);
}

static void put_semaphore(Fix *f, uint32_t v)
{
    put(&f->b, SEM_WAIT | SEM_EQ);
    put(&f->b, v);
    put(&f->b, DATA + 0xffc);
    put(&f->b, 0);
}

/* a PTE changes under a waiting batch; first with, then without a flush */
static void stale_tlb(int chip, bool flush, const char *props)
{
    Fix f = start_with(chip, BCS, props);
    uint64_t other = page(f.g);

    ctx_map(&f.c, DATA + 0x1000, f.data, 3);
    put_store(&f.b, DATA + 0x1000, 1);
    put_semaphore(&f, 1);
    if (flush) {
        put(&f.b, FLUSH_DW | 1 << 18 | 1 << 14);
        put(&f.b, DATA + 0x800);
        put(&f.b, 0);
        put(&f.b, 0);
    }
    put_store(&f.b, DATA + 0x1000, 2);
    go(&f);
    ctx_map(&f.c, DATA + 0x1000, other, 3);
    set_mem(f.g, f.data + 0xffc, 1);
    run(f.g, MSEC);
    if (!flush || props) {
        expect(f.g, "stale-tlb");
        g_assert_cmphex(mem(f.g, f.data), ==, 2);   /* the old page */
    } else {
        g_assert_cmphex(mem(f.g, other), ==, 2);
    }
    gt_stop(f.g);
}

static void test_stale_tlb(const void *chip)
{
    stale_tlb(CHIP(chip), true, NULL);
    stale_tlb(CHIP(chip), false, NULL);
    stale_tlb(CHIP(chip), true, "break-inval=on");
}

/* the invalidation registers flush too */
static void test_tlb_registers(const void *chip)
{
    static const uint32_t reg[NENG] = { 0x4260, 0x426c, 0x4264, 0x4270 };

    for (int eng = 0; eng < NENG; eng++) {
        Fix f = start(CHIP(chip), eng);
        uint64_t other = page(f.g);

        ctx_map(&f.c, DATA + 0x1000, f.data, 3);
        put_store(&f.b, DATA + 0x1000, 1);
        put_semaphore(&f, 1);
        put_store(&f.b, DATA + 0x1000, 2);
        go(&f);
        ctx_map(&f.c, DATA + 0x1000, other, 3);
        wr(f.g, reg[eng], 1);
        set_mem(f.g, f.data + 0xffc, 1);
        run(f.g, MSEC);
        g_assert_cmphex(mem(f.g, other), ==, 2);
        gt_stop(f.g);
    }
}

static void test_stale_ggtt(const void *chip)
{
    Fix f = start(CHIP(chip), RCS);
    uint64_t a = page(f.g), b = page(f.g);

    set_pte(f.g, 0x5000, a | 1);
    qpci_io_readl(f.g->dev, f.g->ap, 0x5000);
    qpci_io_writeq(f.g->dev, f.g->mmio, 0x800000 + 5 * 8, b | 1);
    set_mem(f.g, b, 0xbb);
    g_assert_cmphex(qpci_io_readl(f.g->dev, f.g->ap, 0x5000), ==, 0);
    expect(f.g, "stale-ggtt");
    wr(f.g, 0x101008, 1);
    g_assert_cmphex(qpci_io_readl(f.g->dev, f.g->ap, 0x5000), ==, 0xbb);
    gt_stop(f.g);
}

static void test_ggtt_absent(const void *chip)
{
    Fix f = start(CHIP(chip), RCS);

    qpci_io_readl(f.g->dev, f.g->ap, 0x9000);
    expect(f.g, "ggtt-absent");
    emit(&f.c, STORE | GGTT);
    emit(&f.c, 0x9000);
    emit(&f.c, 0);
    emit(&f.c, 1);
    submit(&f.c);
    run(f.g, MSEC);
    expect(f.g, "ggtt-absent");
    gt_stop(f.g);
}

static void test_not_ram(const void *chip)
{
    Fix f = start(CHIP(chip), VCS);

    ctx_map(&f.c, DATA, 0x7000000000ULL, 3);
    put_store(&f.b, DATA, 1);
    go(&f);
    expect(f.g, "not-ram");
    gt_stop(f.g);
}

/* without bus mastering the device reaches no memory at all */
static void test_bus_master(const void *chip)
{
    Fix f = start(CHIP(chip), VCS);
    uint16_t cmd = qpci_config_readw(f.g->dev, 4);

    qpci_config_writew(f.g->dev, 4, cmd & ~4);
    set_pte(f.g, 0x5000, f.data | 1);
    qpci_io_readl(f.g->dev, f.g->ap, 0x5000);
    expect(f.g, "not-ram");
    qpci_config_writew(f.g->dev, 4, cmd);
    qpci_io_readl(f.g->dev, f.g->ap, 0x5000);
    gt_stop(f.g);
}

static void test_pte(const void *chip)
{
    Fix f = start(CHIP(chip), VECS);
    uint64_t at = pde_of(&f.c, DATA, 1), leaf = qtest_readq(f.g->qts, at);

    qtest_writeq(f.g->qts, at, leaf | 1ULL << 45);
    put_store(&f.b, DATA, 1);
    go(&f);
    expect(f.g, "pte");
    qtest_writeq(f.g->qts, at, leaf);
    at = pde_of(&f.c, DATA, 2);
    qtest_writeq(f.g->qts, at, qtest_readq(f.g->qts, at) | 1 << 7);
    f.b.n = 0;
    put_store(&f.b, DATA, 2);
    go(&f);
    expect(f.g, "pte");
    wr(f.g, 0x800000 + 8, 1);                   /* half a PTE */
    expect(f.g, "pte");
    set_pte(f.g, 0x2000, 1ULL << 40 | 1);
    expect(f.g, "pte");
    gt_stop(f.g);
}

static void bad_image(int chip, unsigned dw, uint32_t v, const char *kind)
{
    Fix f = start(chip, BCS);

    publish(&f.c);
    ctx_set(&f.c, dw, v);
    submit2(&f.c, NULL);
    run(f.g, MSEC);
    expect(f.g, kind);
    gt_stop(f.g);
}

static void test_context(const void *chip)
{
    int c = CHIP(chip);

    bad_image(c, 0x01, 0, "context");           /* no list header */
    bad_image(c, 0x04, 0x12034, "context");     /* another engine's HEAD */
    bad_image(c, 0x24, 0, "context");           /* no page directories */
    bad_image(c, 0x0b, 0, "context");           /* ring not valid */
    bad_image(c, 0x0b, 0x2001, "context");      /* three pages */
    bad_image(c, 0x09, 0x100804, "context");    /* START not a page */
    bad_image(c, 0x31, 0x70, "context");        /* PML4 in no RAM */
    bad_image(c, 0x05, 0x1000, "context");      /* HEAD beyond the ring */
}

static void test_tail(const void *chip)
{
    Fix f = start(CHIP(chip), RCS);

    bad_image(CHIP(chip), 0x07, 0x1000, "tail");
    bad_image(CHIP(chip), 0x07, 0x4, "tail");
    emit(&f.c, STORE | GGTT);                   /* four dwords, TAIL at 2 */
    emit(&f.c, f.c.ring_ga + 0x800);
    submit(&f.c);
    run(f.g, MSEC);
    expect(f.g, "tail");
    gt_stop(f.g);
}

/* TAIL before HEAD in one line: the ring is full to the brim */
static void test_ring_line(const void *chip)
{
    Fix f = start(CHIP(chip), RCS);

    for (int i = 0; i < 10; i++) {
        emit(&f.c, NOOP);
    }
    submit(&f.c);
    run(f.g, MSEC);
    f.c.tail = 0x20;                            /* HEAD is at 0x28 */
    submit(&f.c);
    run(f.g, MSEC);
    expect(f.g, "tail");
    gt_stop(f.g);
}

/* a status page, an image, a ring lose their place while they are in use */
static void test_ggtt_in_use(const void *chip)
{
    Fix f = start(CHIP(chip), BCS);
    uint64_t p = page(f.g), q = page(f.g);
    uint32_t used[] = { f.c.lrca, f.c.lrca + 0x1000, f.c.ring_ga, 0 };

    used[3] = rd(f.g, 0x22080);
    set_pte(f.g, 0x5000, p | 1);
    set_pte(f.g, 0x5000, q | 1);                /* of nobody */
    put_semaphore(&f, 1);
    go(&f);
    for (int i = 0; i < ARRAY_SIZE(used); i++) {
        uint32_t at = 0x800000 + (used[i] >> 12) * 8;
        uint64_t pte = qpci_io_readq(f.g->dev, f.g->mmio, at);

        qpci_io_writeq(f.g->dev, f.g->mmio, at, pte);   /* unchanged */
        qpci_io_writeq(f.g->dev, f.g->mmio, at, q | 1);
        expect(f.g, "ggtt-in-use");
        qpci_io_writeq(f.g->dev, f.g->mmio, at, pte);
        expect(f.g, "ggtt-in-use");
    }
    reset_gpu(f.g, 1 << 3);
    for (int i = 0; i < ARRAY_SIZE(used); i++) {
        qpci_io_writeq(f.g->dev, f.g->mmio, 0x800000 + (used[i] >> 12) * 8, 0);
    }
    gt_stop(f.g);
}

static void test_pat(const void *chip)
{
    Fix f = { .g = gt_start(CHIP(chip), NULL) };
    uint32_t ga, b = eng_base[BCS];

    wake(f.g);
    wr(f.g, 0x40e0, 7);                         /* not the other half */
    ga = ggtt_page(f.g, &f.g->hwsp[BCS]);
    wr(f.g, b + 0x80, ga);
    wr(f.g, b + 0x29c, 0x80008000);
    ctx_init(&f.c, f.g, BCS, 0x20);
    f.data = page(f.g);
    ctx_map(&f.c, DATA, f.data, 3 | 1 << 7);
    f.b = batch_at(&f.c, CODE);
    put_store(&f.b, DATA, 1);
    go(&f);
    expect(f.g, "pat");
    wr(f.g, 0x40e4, 0x3b2b1b0b);
    f.b.n = 0;
    put_store(&f.b, DATA, 1);
    go(&f);
    gt_stop(f.g);
}

static void put_state_base(Fix *f, unsigned index)
{
    put(&f->b, 0x61010000 | 14);
    put(&f->b, index << 5 | 1);
    for (int i = 2; i < 16; i++) {
        put(&f->b, i == 3 ? index << 17 : 0);
    }
}

static void test_mocs(const void *chip)
{
    Fix f = start(CHIP(chip), RCS);

    wr(f.g, 0xc800 + 4 * 5, 0x39);
    put_state_base(&f, 5);
    go(&f);
    f.b.n = 0;
    put_state_base(&f, 6);
    go(&f);
    expect(f.g, "mocs");
    reset_gpu(f.g, 1 << 1);
    engines_up(f.g);
    f.b.n = 0;
    put_state_base(&f, 5);
    go(&f);
    expect(f.g, "mocs");                        /* lost */
    gt_stop(f.g);
}

/* a user batch reaches its own page table */
static void test_write_to_table(const void *chip)
{
    Fix f = start(CHIP(chip), BCS);
    uint64_t table = pde_of(&f.c, DATA, 1) & ~0xfffULL;

    ctx_map(&f.c, DATA + 0x1000, table, 3);
    put_store(&f.b, DATA, 1);                   /* walked */
    put_store(&f.b, DATA + 0x1ff8, 0);
    go(&f);
    expect(f.g, "write-to-table");
    gt_stop(f.g);
}

static void test_prefetch(const void *chip)
{
    Fix f = start(CHIP(chip), BCS);

    f.b.n = 0xfe0 / 4;                          /* NOOP up to there */
    go(&f);
    expect(f.g, "prefetch");
    ctx_map(&f.c, CODE + 0x1000, f.data, 1);
    set_mem(f.g, f.b.gpa + 0xfe0, NOOP);
    f.b.n = 0xff0 / 4;
    go(&f);
    f.b.n = 0;
    put_store(&f.b, CODE + 0x20, BBE);          /* over a NOOP, too late */
    f.b.n = 16;
    go(&f);
    expect(f.g, "prefetch");
    gt_stop(f.g);
}

/* without an invalidation a cache of directories shows the old table */
static void test_walk_cache(const void *chip)
{
    for (int cached = 0; cached < 2; cached++) {
        Fix f = start_with(CHIP(chip), BCS, cached ? "walk-cache=on" : NULL);
        uint64_t pde = pde_of(&f.c, DATA, 2), other = page(f.g);
        uint64_t to = page(f.g);

        qtest_writeq(f.g->qts, other + ((DATA >> 12) & 511) * 8 + 8, to | 3);
        ctx_map(&f.c, DATA + 0x1000, f.data, 3);
        put_store(&f.b, DATA, 1);                   /* walked */
        put_semaphore(&f, 1);
        put_store(&f.b, DATA + 0x1000, 2);
        go(&f);
        qtest_writeq(f.g->qts, pde, other | 3);
        set_mem(f.g, f.data + 0xffc, 1);
        run(f.g, MSEC);
        if (cached) {
            expect(f.g, "stale-tlb");
            g_assert_cmphex(mem(f.g, f.data), ==, 2);   /* the old table */
        } else {
            g_autofree char *ignored = report_text(f.g);

            g_assert_cmphex(mem(f.g, to), ==, 2);
        }
        gt_stop(f.g);
    }
}

static void test_descriptor(const void *chip)
{
    Fix f = start(CHIP(chip), RCS);
    Ctx none = { .g = f.g, .eng = RCS };

    submit2(&none, NULL);                       /* element 0 not valid */
    expect(f.g, "descriptor");
    f.c.flags = 0x101;                          /* addressing mode 0 */
    submit(&f.c);
    expect(f.g, "descriptor");
    run(f.g, MSEC);
    f.c.flags = 0x119;
    submit2(&f.c, &f.c);                        /* the same twice */
    expect(f.g, "descriptor");
    gt_stop(f.g);
}

static void test_elsp_pending(const void *chip)
{
    Fix f = start(CHIP(chip), BCS);
    uint64_t sem;
    uint32_t ga = ggtt_page(f.g, &sem);
    Ctx d, e;

    ctx_init(&d, f.g, BCS, 0x40);
    ctx_init(&e, f.g, BCS, 0x60);
    emit(&f.c, ARB_OFF);
    emit(&f.c, SEM_WAIT | SEM_EQ | GGTT);
    emit(&f.c, 1);
    emit(&f.c, ga);
    emit(&f.c, 0);
    submit(&f.c);
    run(f.g, USEC);
    submit(&d);
    submit(&e);
    expect(f.g, "elsp-pending");
    gt_stop(f.g);
}

static void test_runlist_off(const void *chip)
{
    Fix f = start(CHIP(chip), BCS);

    wr(f.g, 0x2229c, 0x80000000);
    submit(&f.c);
    expect(f.g, "runlist-off");
    gt_stop(f.g);
}

/* an unknown command stops the engine and raises the error event */
static void stops(int chip, int eng, uint32_t cmd, const char *kind)
{
    Fix f = start(chip, eng);

    wr(f.g, eng_base[eng] + 0xb4, ~1u);
    put(&f.b, cmd);
    put_store(&f.b, DATA, 1);
    go(&f);
    expect(f.g, kind);
    g_assert_cmphex(mem(f.g, f.data), ==, 0);
    g_assert_cmphex(rd(f.g, eng_base[eng] + 0xb0), ==, 1);
    g_assert_cmphex(rd(f.g, eng_base[eng] + 0xb8), ==, 1);
    g_assert_cmphex(rd(f.g, eng_base[eng] + 0x68), ==, cmd);
    g_assert_cmphex(rd(f.g, eng_base[eng] + 0x74), ==, CODE);
    gt_stop(f.g);
}

static void test_command(const void *chip)
{
    int c = CHIP(chip);

    stops(c, RCS, 0x1fu << 23, "meant");
    stops(c, BCS, 1u << 29, "command");
    stops(c, VCS, 0xdeadbeef, "meant");
    stops(c, VCS, 0xdeadbee0, "command");
    stops(c, RCS, 0x1eu << 23, "command");
    stops(c, BCS, PIPE_CONTROL, "engine");
    stops(c, RCS, 0x54000005, "engine");
    stops(c, VCS, 0x06u << 23, "engine");      /* MI_RS_CONTROL */
    if (c == BDW) {
        stops(c, BCS, 0x50800008, "command");   /* fast copy: Skylake */
    }
}

static void test_reserved(const void *chip)
{
    Fix f = start(CHIP(chip), BCS);

    put(&f.b, 0x50u << 22 | 2u << 29 | 5);      /* colour, strange raster */
    put(&f.b, 0x12 << 16 | 64);
    put(&f.b, 0);
    put(&f.b, 1 << 16 | 1);
    put(&f.b, DATA);
    put(&f.b, 0);
    put(&f.b, 1);
    go(&f);
    expect(f.g, "command");
    f.b.n = 0;
    put(&f.b, MATH(1));
    put(&f.b, 0x7ffu << 20);
    go(&f);
    expect(f.g, "command");
    f.b.n = 0;
    put(&f.b, ATOMIC | 0x1f << 8 | 1);
    put(&f.b, DATA);
    put(&f.b, 0);
    go(&f);
    expect(f.g, "command");
    gt_stop(f.g);
}

static void test_length(const void *chip)
{
    Fix f = start(CHIP(chip), BCS);

    put(&f.b, SRM + 1);                         /* five dwords */
    put(&f.b, 0x22358);
    put(&f.b, DATA);
    put(&f.b, 0);
    put(&f.b, 0);
    go(&f);
    expect(f.g, "length");
    f.b.n = 0;
    put(&f.b, LRI(1) + 1);                      /* half a pair */
    put(&f.b, 0x22600);
    put(&f.b, 0);
    put(&f.b, 0);
    go(&f);
    expect(f.g, "length");
    f.b.n = 0;
    put(&f.b, ATOMIC | 0x05 << 8 | 1 << 18 | 1); /* no room for operands */
    put(&f.b, DATA);
    put(&f.b, 0);
    go(&f);
    expect(f.g, "length");
    f.b.n = 0;
    put(&f.b, ATOMIC | 0x05 << 8 | 2);          /* room for one too many */
    put(&f.b, DATA);
    put(&f.b, 0);
    put(&f.b, 0);
    go(&f);
    expect(f.g, "length");
    gt_stop(f.g);
}

static void test_batch(const void *chip)
{
    Fix f = start(CHIP(chip), BCS);

    emit(&f.c, BBE);
    emit(&f.c, NOOP);
    submit(&f.c);
    run(f.g, MSEC);
    expect(f.g, "batch");
    for (int i = 0; i < 2; i++) {               /* calls itself */
        put(&f.b, BBS_PP | 1 << 22);
        put(&f.b, CODE + 12 * (i + 1));
        put(&f.b, 0);
    }
    go(&f);
    expect(f.g, "batch");
    gt_stop(f.g);
}

static void test_privilege(const void *chip)
{
    Fix f = start(CHIP(chip), RCS);
    uint64_t p;
    uint32_t ga = ggtt_page(f.g, &p);

    put(&f.b, STORE | GGTT);
    put(&f.b, ga);
    put(&f.b, 0);
    put(&f.b, 1);
    go(&f);
    expect(f.g, "privilege");
    g_assert_cmphex(mem(f.g, p), ==, 0);
    f.b.n = 0;
    put(&f.b, LRI(1));
    put(&f.b, 0x4090);
    put(&f.b, 7);
    go(&f);
    expect(f.g, "privilege");
    g_assert_cmphex(rd(f.g, 0x4090), ==, 0);
    f.b.n = 0;
    put(&f.b, UPDATE_GTT);
    put(&f.b, 0x1000);
    put(&f.b, f.data | 1);
    put(&f.b, 0);
    go(&f);
    expect(f.g, "privilege");
    gt_stop(f.g);
}

/* on Skylake the driver may open registers to users */
static void test_nonpriv(const void *chip)
{
    Fix f = start(CHIP(chip), RCS);

    wr(f.g, 0x24d0, 0xb118);
    put(&f.b, LRI(1));
    put(&f.b, 0xb118);
    put(&f.b, 0x1234);
    go(&f);
    g_assert_cmphex(rd(f.g, 0xb118), ==, 0x1234);
    gt_stop(f.g);
}

static void test_register(const void *chip)
{
    Fix f = start(CHIP(chip), RCS);

    rd(f.g, 0x1f0000);
    expect(f.g, "register");
    wr(f.g, 0x3ffc, 1);
    expect(f.g, "register");
    rd(f.g, 0x400000);
    expect(f.g, "register");
    emit(&f.c, LRI(1));
    emit(&f.c, 0x3ffc);
    emit(&f.c, 1);
    submit(&f.c);
    run(f.g, MSEC);
    expect(f.g, "register");
    wr(f.g, 0x9120, 0);
    expect(f.g, "register-ro");
    wr(f.g, 0x20c0, 0x20);
    expect(f.g, "mask");
    gt_stop(f.g);
}

static void test_forcewake(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);

    rd(g, 0x4090);
    expect(g, "forcewake");
    wr(g, 0x4090, 1);
    expect(g, "forcewake");
    wr(g, 0xa008, 0);               /* shadowed */
    rd(g, 0x44200);                 /* needs none */
    wr(g, 0xa188, 0x00010001);
    rd(g, 0x4090);
    wr(g, 0xa188, 0x00010000);
    rd(g, 0x4094);
    expect(g, "forcewake");
    gt_stop(g);
}

/* each domain answers for its own registers only */
static void test_forcewake_domains(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);

    wr(g, 0xa278, 0x00010001);      /* render */
    rd(g, 0x2090);
    rd(g, 0xe4f0);
    rd(g, 0x12098);
    expect(g, "forcewake");
    rd(g, 0x4090);
    expect(g, "forcewake");
    rd(g, 0x941c);                  /* render and media */
    expect(g, "forcewake");
    wr(g, 0xa270, 0x00010001);      /* media too */
    rd(g, 0x941c);
    rd(g, 0x12098);
    rd(g, 0x1a098);
    rd(g, 0x22098);                 /* the blitter is of the GT domain */
    expect(g, "forcewake");
    wr(g, 0xa278, 0x00010000);
    wr(g, 0xa270, 0x00010000);
    wr(g, 0xa188, 0x00010001);      /* GT */
    rd(g, 0x4090);
    rd(g, 0x22098);
    rd(g, 0x2090);
    expect(g, "forcewake");
    gt_stop(g);
}

/* equal lines once, strict-max lines a kind, strict=off: silence */
static void test_limits(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), "strict-max=2");
    g_autofree char *text = NULL;

    for (int i = 0; i < 5; i++) {
        rd(g, 0x1f0000);
    }
    text = report_text(g);
    g_assert_cmpint(strlen(text), >, 0);
    g_assert_null(strchr(strchr(text, '\n') + 1, '\n'));
    g_assert_nonnull(strstr(text, "i915-gpu: STRICT register: engine cpu ctx "
                            "00000000 addr 1f0000 cmd 00000000: "));
    rd(g, 0x1f0004);
    expect(g, "register");
    rd(g, 0x1f0008);                /* the third line is not printed */
    gt_stop(g);
    g = gt_start(CHIP(chip), "strict=off");
    rd(g, 0x1f0000);
    gt_stop(g);
}

void add_strict_tests(void)
{
    add(ON_BOTH, "strict/stale-tlb", test_stale_tlb);
    add(ON_BOTH, "strict/tlb-registers", test_tlb_registers);
    add(ON_BOTH, "strict/stale-ggtt", test_stale_ggtt);
    add(ON_BOTH, "strict/ggtt-absent", test_ggtt_absent);
    add(ON_BOTH, "strict/not-ram", test_not_ram);
    add(ON_BOTH, "strict/bus-master", test_bus_master);
    add(ON_BOTH, "strict/pte", test_pte);
    add(ON_BOTH, "strict/context", test_context);
    add(ON_BOTH, "strict/tail", test_tail);
    add(ON_BOTH, "strict/ring-line", test_ring_line);
    add(ON_BOTH, "strict/ggtt-in-use", test_ggtt_in_use);
    add(ON_BOTH, "strict/pat", test_pat);
    add(ON_SKL, "strict/mocs", test_mocs);
    add(ON_BOTH, "strict/write-to-table", test_write_to_table);
    add(ON_BOTH, "strict/prefetch", test_prefetch);
    add(ON_BOTH, "strict/walk-cache", test_walk_cache);
    add(ON_BOTH, "strict/descriptor", test_descriptor);
    add(ON_BOTH, "strict/elsp-pending", test_elsp_pending);
    add(ON_BOTH, "strict/runlist-off", test_runlist_off);
    add(ON_BOTH, "strict/command", test_command);
    add(ON_BOTH, "strict/reserved", test_reserved);
    add(ON_BOTH, "strict/length", test_length);
    add(ON_BOTH, "strict/batch", test_batch);
    add(ON_BOTH, "strict/privilege", test_privilege);
    add(ON_SKL, "strict/nonpriv", test_nonpriv);
    add(ON_BOTH, "strict/register", test_register);
    add(ON_BOTH, "strict/forcewake", test_forcewake);
    add(ON_SKL, "strict/forcewake-domains", test_forcewake_domains);
    add(ON_BOTH, "strict/limits", test_limits);
}
