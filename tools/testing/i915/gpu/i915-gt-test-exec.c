// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual Intel GPU, tests: execution lists: the event sequences a driver
 * relies on, context images, preemption, endless batches, resets.
 */
#include "i915-gt-lib.h"

#define SEM_VA  0x200000        /* semaphore page in these tests */

/* n NOOP pairs in the ring, so that a submission has something to run */
static void pad(Ctx *c, int n)
{
    for (int i = 0; i < 2 * n; i++) {
        emit(c, NOOP);
    }
}

/* wait in the ring until the dword at GGTT address sem is 1 */
static void emit_gate(Ctx *c, uint32_t sem)
{
    emit(c, SEM_WAIT | SEM_EQ | GGTT);
    emit(c, 1);
    emit(c, sem);
    emit(c, 0);
}

static void test_complete(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);
    Ctx c;

    engines_up(g);
    for (int i = 0; i < NENG; i++) {
        ctx_init(&c, g, i, 0x40 + i);
        expect_no_event(g, i);
        for (int k = 0; k < 8; k++) {       /* the buffer wraps at six */
            pad(&c, 1);
            submit(&c);
            run(g, 10 * USEC);
            expect_event(g, i, EV_ACTIVE, 0x40 + i);
            expect_event(g, i, EV_COMPLETE, 0x40 + i);
            expect_no_event(g, i);
        }
        g_assert_cmphex(rd(g, eng_base[i] + 0x3a0) & 7, ==, g->csb_rd[i]);
        g_assert_cmphex(ctx_get(&c, 5), ==, c.tail);
        g_assert_cmphex(ctx_get(&c, 3) & 1, ==, 0);
        g_assert_cmphex(ctx_get(&c, 0x23), !=, 0);
        g_assert_cmphex(rd(g, eng_base[i] + 0x9c) & 0x200, ==, 0x200);
    }
    gt_stop(g);
}

static void test_element_switch(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);
    Ctx a, b;

    engines_up(g);
    ctx_init(&a, g, BCS, 0x20);
    ctx_init(&b, g, BCS, 0x40);
    pad(&a, 2);
    pad(&b, 3);
    publish(&a);
    publish(&b);
    submit2(&a, &b);
    run(g, 10 * USEC);
    expect_event(g, BCS, EV_ACTIVE, 0x20);
    expect_event(g, BCS, EV_SWITCH, 0x20);
    expect_event(g, BCS, EV_COMPLETE, 0x40);
    expect_no_event(g, BCS);
    g_assert_cmphex(ctx_get(&a, 5), ==, a.tail);
    g_assert_cmphex(ctx_get(&b, 5), ==, b.tail);
    gt_stop(g);
}

/* same context again: TAIL is read again, no save, second element replaced */
static void test_lite_restore(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);
    uint64_t sem;
    uint32_t ga;
    Ctx a, b, d;

    engines_up(g);
    ga = ggtt_page(g, &sem);
    ctx_init(&a, g, VCS, 0x20);
    ctx_init(&b, g, VCS, 0x40);
    ctx_init(&d, g, VCS, 0x60);
    emit_gate(&a, ga);
    pad(&b, 1);
    pad(&d, 1);
    publish(&a);
    publish(&b);
    publish(&d);
    submit2(&a, &b);
    run(g, 50 * USEC);
    expect_event(g, VCS, EV_ACTIVE, 0x20);
    expect_no_event(g, VCS);
    g_assert_cmphex(rd(g, 0x1203c) & 0x400, ==, 0x400);
    g_assert_cmphex(rd(g, 0x12238), ==, 0x20);
    g_assert_cmphex(rd(g, 0x12234) & 0x4c018, ==, 0x44018);
    pad(&a, 4);
    publish(&a);
    submit2(&a, &d);
    run(g, 50 * USEC);
    expect_event(g, VCS, EV_LITE, 0x20);
    expect_no_event(g, VCS);
    set_mem(g, sem, 1);
    run(g, MSEC);
    expect_event(g, VCS, EV_SWITCH, 0x20);
    expect_event(g, VCS, EV_COMPLETE, 0x60);
    expect_no_event(g, VCS);
    g_assert_cmphex(ctx_get(&a, 5), ==, a.tail);
    g_assert_cmphex(ctx_get(&b, 5), ==, 0);     /* displaced, never ran */
    gt_stop(g);
}

/* another context is submitted while the first waits: preempted, resumed */
static void test_preempt(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);
    uint64_t sem, data = page(g);
    uint32_t ga;
    Batch t;
    Ctx a, b;

    engines_up(g);
    ga = ggtt_page(g, &sem);
    ctx_init(&a, g, RCS, 0x20);
    ctx_init(&b, g, RCS, 0x40);
    ctx_map(&a, FAR, data, 3);
    t = batch_at(&a, 0x10000);
    put_store(&t, FAR, 0x99);
    put(&t, BBE);
    emit_gate(&a, ga);
    emit_batch(&a, 0x10000);
    submit(&a);
    run(g, 30 * USEC);
    expect_event(g, RCS, EV_ACTIVE, 0x20);
    pad(&b, 1);
    submit(&b);
    run(g, 300 * USEC);
    expect_event(g, RCS, EV_PREEMPT, 0x20);
    expect_event(g, RCS, EV_COMPLETE, 0x40);
    g_assert_cmphex(ctx_get(&a, 5), ==, 0);     /* HEAD on the semaphore */
    set_mem(g, sem, 1);
    submit2(&a, NULL);
    run(g, MSEC);
    expect_event(g, RCS, EV_ACTIVE, 0x20);
    expect_event(g, RCS, EV_COMPLETE, 0x20);
    g_assert_cmphex(mem(g, data), ==, 0x99);
    gt_stop(g);
}

/* with arbitration off nothing preempts; 0x18 then 0x1 at the end */
static void test_arbitration_off(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);
    uint64_t sem;
    uint32_t ga;
    Ctx a, b;

    engines_up(g);
    ga = ggtt_page(g, &sem);
    ctx_init(&a, g, BCS, 0x20);
    ctx_init(&b, g, BCS, 0x40);
    emit(&a, ARB_OFF);
    emit_gate(&a, ga);
    submit(&a);
    run(g, 30 * USEC);
    expect_event(g, BCS, EV_ACTIVE, 0x20);
    pad(&b, 1);
    submit(&b);
    run(g, MSEC);
    expect_no_event(g, BCS);
    g_assert_cmphex(rd(g, 0x22234) & 2, ==, 2);
    set_mem(g, sem, 1);
    run(g, MSEC);
    expect_event(g, BCS, EV_COMPLETE, 0x20);
    expect_event(g, BCS, EV_ACTIVE, 0x40);
    expect_event(g, BCS, EV_COMPLETE, 0x40);
    expect_no_event(g, BCS);
    gt_stop(g);
}

/* stop in the middle of a batch, with a register set, and go on there */
static void test_mid_batch(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);
    uint64_t data = page(g);
    Batch t;
    Ctx a, b;

    engines_up(g);
    ctx_init(&a, g, RCS, 0x20);
    ctx_init(&b, g, RCS, 0x40);
    ctx_map(&a, SEM_VA, data, 3);
    t = batch_at(&a, 0x10000);
    put(&t, LRI(1));
    put(&t, 0x2600);
    put(&t, 0xabcd);
    put(&t, SEM_WAIT | SEM_EQ);
    put(&t, 1);
    put(&t, SEM_VA);
    put(&t, 0);
    put(&t, SRM);
    put(&t, 0x2600);
    put(&t, SEM_VA + 8);
    put(&t, 0);
    put(&t, BBE);
    emit_batch(&a, 0x10000);
    submit(&a);
    run(g, 30 * USEC);
    t = batch_at(&b, 0x10000);      /* the other one spoils the register */
    put(&t, LRI(1));
    put(&t, 0x2600);
    put(&t, 0x5555);
    put(&t, BBE);
    emit_batch(&b, 0x10000);
    submit(&b);
    run(g, 300 * USEC);
    expect_event(g, RCS, EV_ACTIVE, 0x20);
    expect_event(g, RCS, EV_PREEMPT, 0x20);
    expect_event(g, RCS, EV_COMPLETE, 0x40);
    g_assert_cmphex(ctx_get(&a, 0xf), ==, 0x10000 + 12 + 1);
    g_assert_cmphex(ctx_get(&a, 0x11), ==, 0x20);
    g_assert_cmphex(ctx_get(&a, g->chip == SKL ? 0x69 : 0xd9), ==, 0xabcd);
    set_mem(g, data, 1);
    submit2(&a, NULL);
    run(g, MSEC);
    expect_event(g, RCS, EV_ACTIVE, 0x20);
    expect_event(g, RCS, EV_COMPLETE, 0x20);
    g_assert_cmphex(mem(g, data + 8), ==, 0xabcd);
    gt_stop(g);
}

/* the wait event comes once, and only after a while */
static void test_wait_event(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);
    uint64_t sem;
    uint32_t ga;
    Ctx a;

    engines_up(g);
    ga = ggtt_page(g, &sem);
    ctx_init(&a, g, RCS, 0x20);
    wr(g, 0x20a8, ~0x800u);
    wr(g, 0x44304, ~0x800u);
    emit_gate(&a, ga);
    submit(&a);
    for (int i = 0; i < 20; i++) {
        run(g, 10 * USEC);
    }
    g_assert_cmphex(rd(g, 0x44308), ==, 0);
    for (int i = 0; i < 100; i++) {
        run(g, 10 * USEC);
    }
    g_assert_cmphex(rd(g, 0x44308), ==, 0x800);
    wr(g, 0x44308, 0x800);
    run(g, 5 * MSEC);
    g_assert_cmphex(rd(g, 0x44308), ==, 0);
    gt_stop(g);
}

/* one engine's store lets another one go on */
static void test_cross_engine(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);
    uint64_t sem;
    uint32_t ga;
    Ctx a, b;

    engines_up(g);
    ga = ggtt_page(g, &sem);
    ctx_init(&a, g, VECS, 0x20);
    ctx_init(&b, g, BCS, 0x40);
    emit_gate(&a, ga);
    submit(&a);
    run(g, 20 * MSEC);
    expect_event(g, VECS, EV_ACTIVE, 0x20);
    expect_no_event(g, VECS);
    emit(&b, STORE | GGTT);
    emit(&b, ga);
    emit(&b, 0);
    emit(&b, 1);
    submit(&b);
    run(g, USEC);
    expect_event(g, VECS, EV_COMPLETE, 0x20);
    gt_stop(g);
}

/* a batch that never ends, on three engines: the fourth still works */
static void test_endless(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);
    Batch t;
    Ctx c[NENG];

    engines_up(g);
    for (int i = 0; i < NENG - 1; i++) {
        ctx_init(&c[i], g, i, 0x20 + i);
        t = batch_at(&c[i], 0x10000);
        put(&t, NOOP);
        put(&t, BBS_PP);
        put(&t, 0x10000);
        put(&t, 0);
        emit_batch(&c[i], 0x10000);
        submit(&c[i]);
    }
    run(g, 10 * MSEC);
    ctx_init(&c[VECS], g, VECS, 0x40);
    pad(&c[VECS], 1);
    submit(&c[VECS]);
    run(g, 10 * USEC);
    expect_event(g, VECS, EV_ACTIVE, 0x40);
    expect_event(g, VECS, EV_COMPLETE, 0x40);
    for (int i = 0; i < NENG - 1; i++) {
        expect_event(g, i, EV_ACTIVE, 0x20 + i);
        expect_no_event(g, i);
    }
    /* the CPU ends the second one by overwriting it */
    set_mem(g, qtest_readq(g->qts, pde_of(&c[BCS], 0x10000, 1)) & ~0xfffULL,
            BBE);
    run(g, MSEC);
    expect_event(g, BCS, EV_COMPLETE, 0x20 + BCS);
    /* STOP_RING and RESET_CTL really stop the others */
    wr(g, 0x209c, 0x01000100);
    g_assert_cmphex(rd(g, 0x209c) & 0x200, ==, 0x200);
    ask_reset(g, 1 << 1 | 1 << 2, true);
    g_assert_cmphex(rd(g, 0x120d0), ==, 3);
    g_assert_cmphex(rd(g, 0x12238), ==, 0x20 + VCS);    /* the guilty one */
    wr(g, 0x941c, 1 << 1 | 1 << 2);
    run(g, MSEC);
    expect_no_event(g, RCS);
    expect_no_event(g, VCS);
    g_assert_cmphex(rd(g, 0x12034) | rd(g, 0x12030) | rd(g, 0x12038), ==, 0);
    ask_reset(g, 1 << 1 | 1 << 2, false);
    engines_up(g);
    ctx_init(&c[VCS], g, VCS, 0x60);
    pad(&c[VCS], 1);
    submit(&c[VCS]);
    run(g, 10 * USEC);
    expect_event(g, VCS, EV_ACTIVE, 0x60);
    expect_event(g, VCS, EV_COMPLETE, 0x60);
    gt_stop(g);
}

/* half an ELSP submission is forgotten by a reset */
static void test_full_reset(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);
    uint64_t sem;
    uint32_t ga;
    Ctx c;

    engines_up(g);
    ga = ggtt_page(g, &sem);
    ctx_init(&c, g, RCS, 0x20);
    emit_gate(&c, ga);
    submit(&c);
    run(g, 10 * USEC);
    wr(g, 0x2230, 0);
    reset_gpu(g, 1);
    reset_gpu(g, 1);
    set_mem(g, sem, 1);
    run(g, MSEC);
    expect_event(g, RCS, EV_ACTIVE, 0x20);
    expect_no_event(g, RCS);
    engines_up(g);
    submit2(&c, NULL);
    run(g, MSEC);
    expect_event(g, RCS, EV_ACTIVE, 0x20);
    expect_event(g, RCS, EV_COMPLETE, 0x20);
    gt_stop(g);
}

/* events start again at the first entry, without the driver's help */
static void test_reset_events(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);
    Ctx c;

    engines_up(g);
    ctx_init(&c, g, BCS, 0x20);
    pad(&c, 1);
    submit(&c);
    run(g, MSEC);
    expect_event(g, BCS, EV_ACTIVE, 0x20);
    expect_event(g, BCS, EV_COMPLETE, 0x20);
    reset_gpu(g, 1 << 3);
    g_assert_cmphex(rd(g, 0x223a0) & 7, ==, 5);
    wr(g, 0x2229c, 0x80008000);
    g->csb_rd[BCS] = 5;
    set_mem(g, g->hwsp[BCS] + 0x40, ~0u);
    pad(&c, 1);
    submit(&c);
    run(g, MSEC);
    expect_event(g, BCS, EV_ACTIVE, 0x20);
    expect_event(g, BCS, EV_COMPLETE, 0x20);
    expect_no_event(g, BCS);
    gt_stop(g);
}

/* a ring that was stopped, or held for a reset that did not come, goes on */
static void test_stop_and_go(const void *chip)
{
    static const struct {
        uint32_t reg, stop, go;
    } way[] = {
        { 0x9c, 0x01000100, 0x01000000 }, { 0xd0, 0x00010001, 0x00010000 },
    };
    Gt *g = gt_start(CHIP(chip), NULL);
    uint64_t sem;
    uint32_t ga;
    Ctx c;

    engines_up(g);
    ga = ggtt_page(g, &sem);
    ctx_init(&c, g, VCS, 0x20);
    for (int i = 0; i < ARRAY_SIZE(way); i++) {
        set_mem(g, sem, 0);
        emit_gate(&c, ga);
        submit(&c);
        run(g, 30 * USEC);
        expect_event(g, VCS, EV_ACTIVE, 0x20);
        wr(g, 0x12000 + way[i].reg, way[i].stop);
        set_mem(g, sem, 1);
        run(g, MSEC);
        expect_no_event(g, VCS);
        wr(g, 0x12000 + way[i].reg, way[i].go);
        run(g, MSEC);
        expect_event(g, VCS, EV_COMPLETE, 0x20);
    }
    gt_stop(g);
}

/* inline=N: done when the ELSP write returns, no time needed */
static void test_inline(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), "inline=64");
    Ctx c;

    engines_up(g);
    ctx_init(&c, g, RCS, 0x20);
    pad(&c, 8);
    submit(&c);
    expect_event(g, RCS, EV_ACTIVE, 0x20);
    expect_event(g, RCS, EV_COMPLETE, 0x20);
    pad(&c, 100);                           /* too much: the timer goes on */
    submit(&c);
    expect_event(g, RCS, EV_ACTIVE, 0x20);
    expect_no_event(g, RCS);
    run(g, 100 * USEC);
    expect_event(g, RCS, EV_COMPLETE, 0x20);
    gt_stop(g);
}

/* latency=N: nothing happens for that long */
static void test_latency(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), "latency=5000");
    Ctx c;

    engines_up(g);
    ctx_init(&c, g, BCS, 0x20);
    pad(&c, 1);
    submit(&c);
    run(g, 4 * USEC);
    expect_event(g, BCS, EV_ACTIVE, 0x20);
    expect_no_event(g, BCS);
    run(g, 2 * USEC);
    expect_event(g, BCS, EV_COMPLETE, 0x20);
    gt_stop(g);
}

/* the layout a render context has after hardware saved it */
static void test_saved_layout(const void *chip)
{
    static const uint32_t bdw[][2] = {
        { 0x58, 0x9c }, { 0xc4, 0x158 }, { 0xd8, 0x600 }, { 0x116, 0x67c },
    };
    static const uint32_t skl[][2] = {
        { 0x54, 0x9c }, { 0x64, 0x158 }, { 0x66, 0x41c }, { 0x68, 0x600 },
        { 0xa6, 0x67c },
    };
    Gt *g = gt_start(CHIP(chip), NULL);
    Ctx c;

    engines_up(g);
    for (int i = 0; i < NENG; i++) {
        ctx_init(&c, g, i, 0x20);
        pad(&c, 1);
        submit(&c);
        run(g, 10 * USEC);
        if (g->chip == SKL) {
            for (int k = 0; k < ARRAY_SIZE(skl); k++) {
                g_assert_cmphex(ctx_get(&c, skl[k][0]), ==,
                                eng_base[i] + skl[k][1]);
            }
        }
        for (int k = 0; g->chip == BDW && k < ARRAY_SIZE(bdw); k++) {
            g_assert_cmphex(ctx_get(&c, bdw[k][0]), ==,
                            i == RCS ? eng_base[i] + bdw[k][1] : 0);
        }
        g_assert_cmphex(ctx_get(&c, 4), ==, eng_base[i] + 0x34);
    }
    gt_stop(g);
}

void add_exec_tests(void)
{
    add(ON_ALL, "exec/complete", test_complete);
    add(ON_ALL, "exec/element-switch", test_element_switch);
    add(ON_ALL, "exec/lite-restore", test_lite_restore);
    add(ON_ALL, "exec/preempt", test_preempt);
    add(ON_ALL, "exec/arbitration-off", test_arbitration_off);
    add(ON_ALL, "exec/mid-batch", test_mid_batch);
    add(ON_ALL, "exec/wait-event", test_wait_event);
    add(ON_ALL, "exec/cross-engine", test_cross_engine);
    add(ON_ALL, "exec/endless", test_endless);
    add(ON_ALL, "exec/full-reset", test_full_reset);
    add(ON_BOTH, "exec/reset-events", test_reset_events);
    add(ON_ALL, "exec/stop-and-go", test_stop_and_go);
    add(ON_BOTH, "exec/inline", test_inline);
    add(ON_BOTH, "exec/latency", test_latency);
    add(ON_ALL, "exec/saved-layout", test_saved_layout);
}
