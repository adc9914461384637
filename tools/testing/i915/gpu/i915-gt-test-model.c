// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual Intel GPU, tests: rules of the hardware a driver that only ever met
 * a forgiving model would break: each is followed once, and broken once.
 */
#include "i915-gt-lib.h"

#define DATA    0x300000
#define CODE    0x10000
#define FORCE   4           /* descriptor: restore, even if it runs */

typedef struct Fix {
    Gt *g;
    Ctx c;
    Batch b;
    uint64_t data, sem;
    uint32_t gate;          /* GGTT address of sem */
} Fix;

static Fix start_with(int chip, int eng, const char *props)
{
    Fix f = { .g = gt_start(chip, props) };

    engines_up(f.g);
    ctx_init(&f.c, f.g, eng, 0x20);
    f.data = page(f.g);
    ctx_map(&f.c, DATA, f.data, 3);
    f.b = batch_at(&f.c, CODE);
    f.gate = ggtt_page(f.g, &f.sem);
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

/* wait in the ring for the gate to be 1 */
static void emit_gate(Fix *f, Ctx *c, uint32_t mode)
{
    emit(c, (SEM_WAIT | SEM_EQ | GGTT) & ~mode);
    emit(c, 1);
    emit(c, f->gate);
    emit(c, 0);
}

static void emit_store(Ctx *c, uint32_t ga, uint32_t v)
{
    emit(c, STORE | GGTT);
    emit(c, ga);
    emit(c, 0);
    emit(c, v);
}

/* ---------------------------------------------------------- submissions */

/* the running context again, to be restored: it is saved and loaded */
static void test_force_restore(const void *chip)
{
    Fix f = start(CHIP(chip), VCS);
    uint32_t past;

    emit_gate(&f, &f.c, 0);
    emit_store(&f.c, f.gate + 16, 7);           /* taken back below */
    past = f.c.tail;
    submit(&f.c);
    run(f.g, 50 * USEC);
    expect_event(f.g, VCS, EV_ACTIVE, 0x20);
    f.c.tail = past - 16;
    publish(&f.c);
    f.c.flags |= FORCE;
    submit2(&f.c, NULL);
    run(f.g, 50 * USEC);
    expect_event(f.g, VCS, EV_PREEMPT, 0x20);
    g_assert_cmphex(ctx_get(&f.c, 5), ==, 0);
    set_mem(f.g, f.sem, 1);
    run(f.g, MSEC);
    expect_event(f.g, VCS, EV_COMPLETE, 0x20);
    g_assert_cmphex(mem(f.g, f.sem + 16), ==, 0);
    g_assert_cmphex(ctx_get(&f.c, 5), ==, f.c.tail);
    gt_stop(f.g);
}

static void test_lite_restore(const void *chip)
{
    Fix f = start(CHIP(chip), VCS);
    uint32_t tail;

    emit_gate(&f, &f.c, 0);
    emit_store(&f.c, f.gate + 16, 7);
    tail = f.c.tail;
    submit(&f.c);
    run(f.g, 50 * USEC);
    submit2(&f.c, NULL);                        /* the same TAIL */
    expect(f.g, "lite-restore");
    f.c.tail = tail - 16;                       /* and one before it */
    submit(&f.c);
    expect(f.g, "lite-restore");
    f.c.tail = tail;
    submit(&f.c);                               /* on again */
    set_mem(f.g, f.sem, 1);
    run(f.g, MSEC);
    g_assert_cmphex(mem(f.g, f.sem + 16), ==, 7);
    gt_stop(f.g);
}

/* --------------------------------------------------------------- images */

static void test_context_size(const void *chip)
{
    for (int eng = RCS; eng <= VECS; eng++) {
        Fix f = start(CHIP(chip), eng);
        unsigned last = image_pages(f.g, eng) - 1;
        uint32_t ga = f.c.lrca + 0x1000 * last;
        uint64_t pte;

        emit(&f.c, NOOP);
        submit(&f.c);
        run(f.g, MSEC);
        emit(&f.c, NOOP);
        submit(&f.c);
        run(f.g, MSEC);                         /* saved, restored: fine */
        if (last == 1) {
            gt_stop(f.g);
            continue;
        }
        pte = qpci_io_readq(f.g->dev, f.g->mmio, 0x800000 + (ga >> 12) * 8);
        set_mem(f.g, (pte & ~0xfffULL) + 0xff8, 1);     /* somebody's */
        emit(&f.c, NOOP);
        submit(&f.c);
        run(f.g, MSEC);
        expect(f.g, "context-size");
        set_pte(f.g, ga, 0);                    /* too small */
        emit(&f.c, NOOP);
        submit(&f.c);
        run(f.g, MSEC);
        expect(f.g, "context-size");
        gt_stop(f.g);
    }
}

/* a page of commands in the GGTT, for the registers 0x1c0 to 0x1c8 */
static uint32_t wa_batch(Fix *f, Batch *b)
{
    uint32_t ga = ggtt_page(f->g, &b->gpa);

    b->g = f->g;
    b->n = 0;
    return ga;
}

static void put_ggtt_store(Batch *b, uint32_t ga, uint32_t v)
{
    put(b, STORE | GGTT);
    put(b, ga);
    put(b, 0);
    put(b, v);
}

static void set_wa_registers(Fix *f, uint32_t per_ctx, uint32_t indirect,
                             uint32_t offset)
{
    const uint32_t v[3] = { per_ctx, indirect, offset };

    for (int i = 0; i < 3; i++) {
        ctx_set(&f->c, 0x18 + 2 * i, 0x21c0 + 4 * i);
        ctx_set(&f->c, 0x19 + 2 * i, v[i]);
    }
}

/* both run with each restore, before the commands of the context */
static void test_wa_batches(const void *chip)
{
    Fix f = start(CHIP(chip), RCS);
    uint32_t offset = f.g->chip == SKL ? 0x26 << 6 : 0x17 << 6;
    uint32_t ga[2];
    Batch b[2];

    ga[0] = wa_batch(&f, &b[0]);
    ga[1] = wa_batch(&f, &b[1]);
    put_ggtt_store(&b[0], f.gate + 16, 0x11);
    b[0].n = 16;
    put_ggtt_store(&b[0], f.gate + 20, 0x12);   /* behind the 64 bytes */
    put_ggtt_store(&b[1], f.gate + 24, 0x13);
    put(&b[1], BBE);
    put_ggtt_store(&b[1], f.gate + 28, 0x14);   /* behind the end */
    set_wa_registers(&f, ga[1] | 1, ga[0] | 1, offset);
    emit(&f.c, COPY_MEM | 1 << 22 | 1 << 21);
    emit(&f.c, f.gate + 32);
    emit(&f.c, 0);
    emit(&f.c, f.gate + 24);
    emit(&f.c, 0);
    submit(&f.c);
    run(f.g, MSEC);
    expect_event(f.g, RCS, EV_ACTIVE, 0x20);
    expect_event(f.g, RCS, EV_COMPLETE, 0x20);
    g_assert_cmphex(mem(f.g, f.sem + 16), ==, 0x11);
    g_assert_cmphex(mem(f.g, f.sem + 20), ==, 0);
    g_assert_cmphex(mem(f.g, f.sem + 24), ==, 0x13);
    g_assert_cmphex(mem(f.g, f.sem + 28), ==, 0);
    g_assert_cmphex(mem(f.g, f.sem + 32), ==, 0x13);
    set_wa_registers(&f, 0, ga[0] | 1, offset + 64);
    emit(&f.c, NOOP);
    submit(&f.c);
    run(f.g, MSEC);
    expect(f.g, "context");                     /* the wrong place */
    b[1].n = 0;
    put(&b[1], SEM_WAIT | SEM_EQ | GGTT);
    put(&b[1], 1);
    put(&b[1], f.gate);
    put(&b[1], 0);
    set_wa_registers(&f, ga[1] | 1, 0, offset);
    emit(&f.c, NOOP);
    submit(&f.c);
    run(f.g, MSEC);
    expect(f.g, "context");                     /* it waits */
    gt_stop(f.g);
}

/* --------------------------------------------------------------- resets */

static void test_reset_order(const void *chip)
{
    Fix f = start(CHIP(chip), BCS);

    reset_gpu(f.g, 1 << 1);
    wr(f.g, 0x941c, 1 << 1);
    expect(f.g, "reset-order");
    emit_gate(&f, &f.c, 0);
    submit(&f.c);
    run(f.g, 50 * USEC);
    wr(f.g, 0x941c, 1 << 3);                    /* busy: not even reset */
    expect(f.g, "reset-order");
    g_assert_cmphex(rd(f.g, 0x941c), ==, 0);
    set_mem(f.g, f.sem, 1);
    run(f.g, MSEC);
    expect_event(f.g, BCS, EV_ACTIVE, 0x20);
    expect_event(f.g, BCS, EV_COMPLETE, 0x20);
    wr(f.g, 0x941c, 1);
    expect(f.g, "reset-order");
    gt_stop(f.g);
}

/* ------------------------------------------------------------- commands */

static void test_flush_dw(const void *chip)
{
    for (int eng = BCS; eng <= VECS; eng++) {
        Fix f = start(CHIP(chip), eng);

        put(&f.b, FLUSH_DW | 1 << 18);
        put(&f.b, 0);
        put(&f.b, 0);
        put(&f.b, 0);
        go(&f);
        expect(f.g, "flush");
        gt_stop(f.g);
    }
}

static void put_pipe_control(Fix *f, uint32_t flags)
{
    put(&f->b, PIPE_CONTROL);
    put(&f->b, flags);
    put(&f->b, DATA);
    for (int i = 0; i < 3; i++) {
        put(&f->b, 0);
    }
}

static void test_pipe_control(const void *chip)
{
    static const struct {
        int chips;
        uint32_t good, bad;
    } rule[] = {
        { ON_BOTH, 1 << 20 | 1 << 18 | 1 << 1, 1 << 18 },   /* TLB */
        { ON_BDW, 1 << 20 | 1 << 5, 1 << 20 },              /* CS stall */
        { ON_BOTH, 1 << 21 | 1 << 14, 1 << 21 },            /* store index */
        { ON_BOTH, 1 << 13 | 2 << 14, 2 << 14 },            /* depth count */
        { ON_BOTH, 1 << 12, 1 << 12 | 1 << 6 },             /* reserved */
    };

    for (int i = 0; i < ARRAY_SIZE(rule); i++) {
        Fix f = start(CHIP(chip), RCS);

        if (rule[i].chips & (1 << f.g->chip)) {
            put_pipe_control(&f, rule[i].good);
            go(&f);
            f.b.n = 0;
            put_pipe_control(&f, rule[i].bad);
            go(&f);
            expect(f.g, "flush");
        }
        gt_stop(f.g);
    }
}

/* writes a register, also one of the GT if it comes from the ring */
static void test_pipe_control_register(const void *chip)
{
    Fix f = start(CHIP(chip), RCS);

    emit(&f.c, PIPE_CONTROL);
    emit(&f.c, 1 << 23);
    emit(&f.c, 0x4090);
    emit(&f.c, 0);
    emit(&f.c, 0x1234);
    emit(&f.c, 0);
    submit(&f.c);
    run(f.g, MSEC);
    g_assert_cmphex(rd(f.g, 0x4090), ==, 0x1234);
    ctx_map(&f.c, 0x2000, f.data, 3);           /* a GPR, and memory */
    put(&f.b, PIPE_CONTROL);
    put(&f.b, 1 << 23 | 1 << 14);
    put(&f.b, 0x2600);
    put(&f.b, 0);
    put(&f.b, 0x77);
    put(&f.b, 0);
    go(&f);
    expect(f.g, "flush");
    gt_stop(f.g);
}

static void test_vf_invalidate(const void *chip)
{
    Fix f = start(CHIP(chip), RCS);

    put_pipe_control(&f, 0);
    put_pipe_control(&f, 1 << 4);
    go(&f);
    f.b.n = 0;
    put_pipe_control(&f, 1 << 12);
    put_pipe_control(&f, 1 << 4);
    go(&f);
    expect(f.g, "flush");
    gt_stop(f.g);
}

/* without poll mode memory is not looked at before somebody signals */
static void test_signal(const void *chip)
{
    Fix f = start(CHIP(chip), BCS);
    Ctx d;

    ctx_init(&d, f.g, RCS, 0x40);
    emit_gate(&f, &f.c, SEM_NO_POLL);
    submit(&f.c);
    run(f.g, 50 * USEC);
    set_mem(f.g, f.sem, 1);
    run(f.g, 10 * MSEC);
    expect_event(f.g, BCS, EV_ACTIVE, 0x20);
    expect_no_event(f.g, BCS);
    emit(&d, SEM_SIGNAL | 2 << 15);
    emit(&d, 0x60);                             /* another context */
    submit(&d);
    run(f.g, MSEC);
    expect_no_event(f.g, BCS);
    emit(&d, SEM_SIGNAL | 2 << 15);
    emit(&d, 0x20);
    submit(&d);
    run(f.g, MSEC);
    expect_event(f.g, BCS, EV_COMPLETE, 0x20);
    gt_stop(f.g);
}

/* without CTX_CTRL bit 3 a wait ends the turn of the context */
static void test_sync_switch(const void *chip)
{
    Fix f = start(CHIP(chip), BCS);
    Ctx d;

    ctx_init(&d, f.g, BCS, 0x40);
    emit_gate(&f, &f.c, 0);
    emit(&d, NOOP);
    publish(&f.c);
    publish(&d);
    ctx_set(&f.c, 3, 0x000f0001);
    submit2(&f.c, &d);
    run(f.g, 50 * USEC);
    expect_event(f.g, BCS, EV_ACTIVE, 0x20);
    expect_event(f.g, BCS, 0x84, 0x20);
    expect_event(f.g, BCS, EV_COMPLETE, 0x40);
    submit2(&f.c, NULL);
    run(f.g, 50 * USEC);
    expect_event(f.g, BCS, EV_ACTIVE, 0x20);
    expect_event(f.g, BCS, 0x88, 0x20);
    set_mem(f.g, f.sem, 1);
    submit2(&f.c, NULL);
    run(f.g, 50 * USEC);
    expect_event(f.g, BCS, EV_ACTIVE, 0x20);
    expect_event(f.g, BCS, EV_COMPLETE, 0x20);
    gt_stop(f.g);
}

/* what is not done is reported, or counted when it is expected */
static void test_not_done(const void *chip)
{
    static const uint32_t reported[][2] = {
        { 0x01u << 23 | 1, 1 },                 /* MI_SET_PREDICATE */
        { 0x14u << 23 | 1, 3 },                 /* MI_DISPLAY_FLIP */
        { 0x28u << 23 | 2, 4 },                 /* MI_REPORT_PERF_COUNT */
        { 0x36u << 23 | 2, 4 },                 /* no comparison */
        { 0x36u << 23 | 1 << 19 | 1 << 21 | 2, 4 },
        { 0x5dc00004, 6 },                      /* XY_MONO_SRC_COPY_IMM.. */
        { 0x55c00004, 6 },
    };

    for (int i = 0; i < ARRAY_SIZE(reported); i++) {
        Fix f = start(CHIP(chip), BCS);

        put(&f.b, reported[i][0]);
        for (int k = 1; k < reported[i][1]; k++) {
            put(&f.b, k == 2 ? DATA : 0);
        }
        put_store(&f.b, DATA + 0x100, 1);
        go(&f);
        expect(f.g, "command");
        gt_stop(f.g);
    }
}

static void test_skipped(const void *chip)
{
    static const uint32_t work[] = {
        0x7b000005, 0x71000005, 0x71020005, 0x71030005, 0x71050005,
        0x71060005,
    };
    Fix f = start(CHIP(chip), RCS);

    for (int i = 0; i < ARRAY_SIZE(work); i++) {
        put(&f.b, work[i]);
        for (int k = 0; k < 6; k++) {
            put(&f.b, 0);
        }
    }
    put(&f.b, 0x03u << 23);                     /* MI_WAIT_FOR_EVENT */
    put(&f.b, 0x78000005);                      /* state alone is not */
    for (int k = 0; k < 6; k++) {
        put(&f.b, 0);
    }
    put_store(&f.b, DATA, 1);
    wr(f.g, 0x7f0004, 1);
    go(&f);
    g_assert_cmphex(mem(f.g, f.data), ==, 1);
    g_assert_cmpuint(section_count(f.g, "skipped"), ==, 7);
    gt_stop(f.g);
}

/* ------------------------------------------------------------ registers */

/* an access by the CPU that nothing answers is remembered */
static void test_unclaimed(const void *chip)
{
    Fix f = start(CHIP(chip), RCS);

    g_assert_cmphex(rd(f.g, 0x42300), ==, 0);
    emit(&f.c, LRI(1));
    emit(&f.c, 0x3ffc);
    emit(&f.c, 1);
    submit(&f.c);
    run(f.g, MSEC);
    g_assert_cmphex(rd(f.g, 0x42300), ==, 0);   /* not by an engine */
    rd(f.g, 0x1f0000);
    g_assert_cmphex(rd(f.g, 0x42300), ==, 1u << 31);
    wr(f.g, 0x42300, 1u << 31);
    g_assert_cmphex(rd(f.g, 0x42300), ==, 0);
    wr(f.g, 0x3ffc, 1);
    g_assert_cmphex(rd(f.g, 0x42300), ==, 1u << 31);
    expect(f.g, "register");
    gt_stop(f.g);
}

void add_model_tests(void)
{
    add(ON_BOTH, "model/force-restore", test_force_restore);
    add(ON_BOTH, "model/lite-restore", test_lite_restore);
    add(ON_BOTH, "model/context-size", test_context_size);
    add(ON_BOTH, "model/wa-batches", test_wa_batches);
    add(ON_BOTH, "model/reset-order", test_reset_order);
    add(ON_BOTH, "model/flush-dw", test_flush_dw);
    add(ON_BOTH, "model/pipe-control", test_pipe_control);
    add(ON_BOTH, "model/pipe-control-register", test_pipe_control_register);
    add(ON_SKL, "model/vf-invalidate", test_vf_invalidate);
    add(ON_BOTH, "model/signal", test_signal);
    add(ON_BOTH, "model/sync-switch", test_sync_switch);
    add(ON_BOTH, "model/not-done", test_not_done);
    add(ON_BOTH, "model/skipped", test_skipped);
    add(ON_BOTH, "model/unclaimed", test_unclaimed);
}
