// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual Intel GPU, tests: what each fault does, and that it does it only
 * as often as it was asked to. None of them may cause a strict report.
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

static Fix start(int chip, int eng)
{
    Fix f = { .g = gt_start(chip, NULL) };

    engines_up(f.g);
    ctx_init(&f.c, f.g, eng, 0x20);
    f.data = page(f.g);
    ctx_map(&f.c, DATA, f.data, 3);
    f.b = batch_at(&f.c, CODE);
    return f;
}

/* two NOOPs */
static void submit_some(Fix *f)
{
    emit(&f->c, NOOP);
    emit(&f->c, NOOP);
    submit(&f->c);
}

static void expect_run(Fix *f)
{
    expect_event(f->g, f->c.eng, EV_ACTIVE, 0x20);
    expect_event(f->g, f->c.eng, EV_COMPLETE, 0x20);
    expect_no_event(f->g, f->c.eng);
}

static void user_interrupt(Fix *f)
{
    emit(&f->c, USER_IRQ);
    submit(&f->c);
    run(f->g, 10 * USEC);
}

/* ------------------------------------------------------------ interrupts */

static void test_irq_lost(const void *chip)
{
    Fix f = start(CHIP(chip), BCS);
    uint64_t at = aim_msi(f.g);

    unmask(f.g, BCS, 1);
    arm(f.g, "irq-lost@bcs0:bit=user");
    user_interrupt(&f);
    g_assert_cmphex(iir(f.g, BCS), ==, 0);
    g_assert(!msi(f.g, at));
    user_interrupt(&f);
    g_assert_cmphex(iir(f.g, BCS), ==, 1);
    g_assert(msi(f.g, at));
    gt_stop(f.g);
}

static void test_irq_late(const void *chip)
{
    Fix f = start(CHIP(chip), RCS);
    uint64_t at = aim_msi(f.g);

    unmask(f.g, RCS, 1);
    arm(f.g, "irq-late:delay=50us");
    user_interrupt(&f);
    run(f.g, 30 * USEC);
    g_assert_cmphex(iir(f.g, RCS), ==, 0);
    g_assert(!msi(f.g, at));
    run(f.g, 30 * USEC);
    g_assert_cmphex(iir(f.g, RCS), ==, 1);
    g_assert(msi(f.g, at));
    gt_stop(f.g);
}

static void test_irq_twice(const void *chip)
{
    Fix f = start(CHIP(chip), VCS);

    unmask(f.g, VCS, 1);
    arm(f.g, "irq-twice");
    user_interrupt(&f);
    iir_clear(f.g, VCS, 1);
    g_assert_cmphex(iir(f.g, VCS), ==, 1);
    iir_clear(f.g, VCS, 1);
    g_assert_cmphex(iir(f.g, VCS), ==, 0);
    gt_stop(f.g);
}

static void test_irq_spurious(const void *chip)
{
    Fix f = start(CHIP(chip), VECS);

    unmask(f.g, VECS, 9);
    arm(f.g, "irq-spurious@vecs0:t=1ms");       /* out of the blue */
    run(f.g, 900 * USEC);
    g_assert_cmphex(iir(f.g, VECS), ==, 0);
    run(f.g, 200 * USEC);
    g_assert_cmphex(iir(f.g, VECS), ==, 1);
    iir_clear(f.g, VECS, 1);
    arm(f.g, "irq-spurious@vecs0:bit=error:n=2");   /* with a submission */
    for (int i = 0; i < 3; i++) {
        submit_some(&f);
        run(f.g, 10 * USEC);
        g_assert_cmphex(iir(f.g, VECS), ==, i ? 8 : 0);
    }
    gt_stop(f.g);
}

static void test_msi(const void *chip)
{
    Fix f = start(CHIP(chip), RCS);
    uint64_t at = aim_msi(f.g);

    unmask(f.g, RCS, 1);
    arm(f.g, "msi-spurious:t=1ms");
    run(f.g, 2 * MSEC);
    g_assert(msi(f.g, at));
    g_assert_cmphex(rd(f.g, 0x44200), ==, 0x80000000);
    arm(f.g, "msi-lost");
    user_interrupt(&f);
    g_assert(!msi(f.g, at));
    g_assert_cmphex(rd(f.g, 0x44200), ==, 0x80000001);
    wr(f.g, 0x44200, 0);
    wr(f.g, 0x44200, 0x80000000);
    g_assert(msi(f.g, at));
    gt_stop(f.g);
}

/* --------------------------------------------------------- status events */

static void test_csb_late(const void *chip)
{
    Fix f = start(CHIP(chip), BCS);

    arm(f.g, "csb-late:delay=50us:event=active");
    submit_some(&f);
    run(f.g, 40 * USEC);
    g_assert_cmphex(ctx_get(&f.c, 5), ==, f.c.tail);    /* long done */
    expect_no_event(f.g, BCS);
    run(f.g, 20 * USEC);
    expect_run(&f);                                     /* in order */
    submit_some(&f);
    run(f.g, 10 * USEC);
    expect_run(&f);
    arm(f.g, "csb-late:delay=50us");                    /* void by a reset */
    submit_some(&f);
    run(f.g, 10 * USEC);
    reset_gpu(f.g, 1 << 3);
    engines_up(f.g);
    run(f.g, MSEC);
    expect_no_event(f.g, BCS);
    gt_stop(f.g);
}

static void test_csb_hole(const void *chip)
{
    Fix f = start(CHIP(chip), RCS);
    uint64_t first = f.g->hwsp[RCS] + 0x40;

    set_mem(f.g, first, ~0u);
    arm(f.g, "csb-hole:delay=20us");
    submit_some(&f);
    run(f.g, 10 * USEC);
    g_assert_cmphex(mem(f.g, f.g->hwsp[RCS] + 0x7c), ==, 1);
    g_assert_cmphex(mem(f.g, first), ==, ~0u);
    g_assert_cmphex(rd(f.g, 0x2370), ==, EV_ACTIVE);    /* the mirror */
    run(f.g, 20 * USEC);
    expect_run(&f);
    gt_stop(f.g);
}

static void test_csb_early_irq(const void *chip)
{
    Fix f = start(CHIP(chip), RCS);

    unmask(f.g, RCS, 0x100);
    arm(f.g, "csb-early-irq:delay=20us");
    submit_some(&f);
    run(f.g, 10 * USEC);
    g_assert_cmphex(iir(f.g, RCS), ==, 0x100);
    expect_no_event(f.g, RCS);
    run(f.g, 20 * USEC);
    expect_run(&f);
    gt_stop(f.g);
}

static void test_csb_garbled(const void *chip)
{
    Fix f = start(CHIP(chip), VCS);

    arm(f.g, "csb-twice:event=active");
    submit_some(&f);
    run(f.g, 10 * USEC);
    expect_event(f.g, VCS, EV_ACTIVE, 0x20);
    expect_run(&f);
    arm(f.g, "csb-garbled:event=complete");
    submit_some(&f);
    run(f.g, 10 * USEC);
    expect_event(f.g, VCS, EV_ACTIVE, 0x20);
    expect_event(f.g, VCS, ~EV_COMPLETE, 0x20);
    arm(f.g, "csb-garbled:event=complete:value=0x77:id=5");
    submit_some(&f);
    run(f.g, 10 * USEC);
    expect_event(f.g, VCS, EV_ACTIVE, 0x20);
    expect_event(f.g, VCS, 0x77, 5);
    arm(f.g, "csb-lost:event=complete");
    submit_some(&f);
    run(f.g, 10 * USEC);
    expect_event(f.g, VCS, EV_ACTIVE, 0x20);
    expect_no_event(f.g, VCS);
    g_assert_cmphex(ctx_get(&f.c, 5), ==, f.c.tail);
    gt_stop(f.g);
}

static void test_csb_stray(const void *chip)
{
    Fix f = start(CHIP(chip), VCS);

    submit_some(&f);
    run(f.g, 10 * USEC);
    expect_run(&f);
    arm(f.g, "csb-stray@vcs0:t=100us");
    run(f.g, 200 * USEC);
    expect_event(f.g, VCS, EV_COMPLETE, 0x20);
    arm(f.g, "csb-stray:value=0x14:id=9");
    submit_some(&f);
    run(f.g, 10 * USEC);
    expect_event(f.g, VCS, EV_SWITCH, 9);
    expect_run(&f);
    gt_stop(f.g);
}

/* the event is there when the engine is reset, and survives it in memory */
static void test_csb_at_reset(const void *chip)
{
    Fix f = start(CHIP(chip), RCS);

    unmask(f.g, RCS, 0x100);
    arm(f.g, "csb-at-reset@rcs0:value=0x18:id=0x20");
    reset_gpu(f.g, 1 << 3);                    /* another engine's */
    expect_no_event(f.g, RCS);
    reset_gpu(f.g, 1 << 1);
    g_assert_cmphex(rd(f.g, 0x941c), ==, 0);
    expect_event(f.g, RCS, EV_COMPLETE, 0x20);
    g_assert_cmphex(iir(f.g, RCS), ==, 0x100);
    g_assert_cmphex(rd(f.g, 0x23a0) & 7, ==, 5);
    gt_stop(f.g);
}

static void test_elsp_lost(const void *chip)
{
    Fix f = start(CHIP(chip), BCS);

    arm(f.g, "elsp-lost");
    submit_some(&f);
    run(f.g, MSEC);
    expect_no_event(f.g, BCS);
    submit2(&f.c, NULL);
    run(f.g, MSEC);
    expect_run(&f);
    gt_stop(f.g);
}

/* ------------------------------------------------------------------ hangs */

/* two stores; the first is done when the engine hangs after one command */
static void hang(Fix *f, const char *rule)
{
    arm(f->g, rule);
    put_store(&f->b, DATA, 1);
    put_store(&f->b, DATA + 4, 2);
    put(&f->b, BBE);
    emit_batch(&f->c, CODE);
    submit(&f->c);
    run(f->g, MSEC);
    expect_event(f->g, f->c.eng, EV_ACTIVE, 0x20);
    expect_no_event(f->g, f->c.eng);
    g_assert_cmphex(mem(f->g, f->data), ==, 1);
    g_assert_cmphex(mem(f->g, f->data + 4), ==, 0);
    g_assert_cmphex(rd(f->g, eng_base[f->c.eng] + 0x74), ==, CODE + 16);
    g_assert_cmphex(rd(f->g, eng_base[f->c.eng] + 0x9c) & 0x200, ==, 0);
}

static bool stops(Fix *f)
{
    uint32_t mode = eng_base[f->c.eng] + 0x9c;
    bool idle;

    wr(f->g, mode, 0x01000100);
    run(f->g, 10 * MSEC);
    idle = rd(f->g, mode) & 0x200;
    wr(f->g, mode, 0x01000000);
    return idle;
}

/* another context is submitted: does it preempt? */
static bool preempted(Fix *f)
{
    unsigned was = f->g->csb_rd[f->c.eng];
    Ctx d;

    ctx_init(&d, f->g, f->c.eng, 0x40);
    emit(&d, NOOP);
    emit(&d, NOOP);
    submit(&d);
    run(f->g, MSEC);
    if (mem(f->g, f->g->hwsp[f->c.eng] + 0x7c) == was) {
        return false;
    }
    expect_event(f->g, f->c.eng, EV_PREEMPT, 0x20);
    expect_event(f->g, f->c.eng, EV_COMPLETE, 0x40);
    return true;
}

/* spins on where it is when it comes back, until the driver rewinds it */
static void test_hang_spin(const void *chip)
{
    Fix f = start(CHIP(chip), VCS);

    hang(&f, "hang@vcs0:after=1");
    g_assert(preempted(&f));
    submit2(&f.c, NULL);
    run(f.g, MSEC);
    expect_event(f.g, VCS, EV_ACTIVE, 0x20);
    expect_no_event(f.g, VCS);
    g_assert_cmphex(mem(f.g, f.data + 4), ==, 0);
    g_assert(stops(&f));
    reset_gpu(f.g, 1 << 2);
    engines_up(f.g);
    ctx_set(&f.c, 0x0f, 0);                     /* out of the batch */
    ctx_set(&f.c, 0x05, 0);
    submit2(&f.c, NULL);
    run(f.g, MSEC);
    expect_run(&f);
    g_assert_cmphex(mem(f.g, f.data + 4), ==, 2);
    gt_stop(f.g);
}

static void test_hang_noarb(const void *chip)
{
    Fix f = start(CHIP(chip), RCS);

    hang(&f, "hang:mode=noarb:after=1");
    g_assert(!preempted(&f));
    g_assert(stops(&f));
    g_assert_cmphex(rd(f.g, 0x2238), ==, 0x20);
    gt_stop(f.g);
}

static void test_hang_dead(const void *chip)
{
    Fix f = start(CHIP(chip), RCS);

    hang(&f, "hang:mode=dead:after=1");
    g_assert(!preempted(&f));
    g_assert(!stops(&f));
    reset_gpu(f.g, 1 << 1);
    g_assert_cmphex(rd(f.g, 0x209c) & 0x200, ==, 0x200);
    engines_up(f.g);
    submit2(&f.c, NULL);
    run(f.g, MSEC);
    expect_run(&f);
    gt_stop(f.g);
}

/* for a while only: what was submitted meanwhile goes on, too */
static void test_hang_delay(const void *chip)
{
    static const char *const rule[] = {
        "hang:after=1:delay=20ms", "hang:after=1:delay=20ms:mode=noarb",
        "hang:after=1:delay=20ms:mode=dead",
    };

    for (int i = 0; i < ARRAY_SIZE(rule); i++) {
        Fix f = start(CHIP(chip), BCS);

        hang(&f, rule[i]);
        run(f.g, 10 * MSEC);
        expect_no_event(f.g, BCS);
        run(f.g, 20 * MSEC);
        expect_event(f.g, BCS, EV_COMPLETE, 0x20);
        g_assert_cmphex(mem(f.g, f.data + 4), ==, 2);
        gt_stop(f.g);
    }
}

/* a batch at this address, a context at that one: only they hang */
static void test_hang_whom(const void *chip)
{
    Fix f = start(CHIP(chip), RCS);
    g_autofree char *rule = g_strdup_printf("hang:ctx=0x%x:batch=0x%x",
                                            f.c.lrca, CODE + 0x800);

    arm(f.g, rule);
    put(&f.b, BBE);
    emit_batch(&f.c, CODE);
    submit(&f.c);
    run(f.g, MSEC);
    expect_run(&f);
    f.b.n = 0x200;
    put(&f.b, BBE);
    emit_batch(&f.c, CODE + 0x800);
    submit(&f.c);
    run(f.g, MSEC);
    expect_event(f.g, RCS, EV_ACTIVE, 0x20);
    expect_no_event(f.g, RCS);
    gt_stop(f.g);
}

/* ---------------------------------------------------- memory, semaphores */

static void test_page_fault(const void *chip)
{
    Fix f = start(CHIP(chip), BCS);

    arm(f.g, "page-fault:addr=0x300008");       /* anywhere in its page */
    put_store(&f.b, DATA, 1);
    put(&f.b, BBE);
    emit_batch(&f.c, CODE);
    submit(&f.c);
    run(f.g, MSEC);
    expect_event(f.g, BCS, EV_ACTIVE, 0x20);
    expect_no_event(f.g, BCS);
    g_assert_cmphex(mem(f.g, f.data), ==, 0);
    g_assert_cmphex(rd(f.g, 0x4094) & 1, ==, 1);
    g_assert_cmphex(rd(f.g, 0x4b10), ==, DATA >> 12);
    gt_stop(f.g);
}

static void test_semaphore_late(const void *chip)
{
    Fix f = start(CHIP(chip), VCS);

    arm(f.g, "sem-late:delay=500us");
    set_mem(f.g, f.data, 1);
    for (int i = 0; i < 2; i++) {
        put(&f.b, SEM_WAIT | SEM_EQ);
        put(&f.b, 1);
        put(&f.b, DATA);
        put(&f.b, 0);
    }
    put(&f.b, BBE);
    emit_batch(&f.c, CODE);
    submit(&f.c);
    run(f.g, 400 * USEC);
    expect_event(f.g, VCS, EV_ACTIVE, 0x20);
    expect_no_event(f.g, VCS);
    run(f.g, 400 * USEC);                       /* the second is in time */
    expect_event(f.g, VCS, EV_COMPLETE, 0x20);
    gt_stop(f.g);
}

/* a translation in use changes; the invalidation is lost; the old page */
static void test_inval_lost(const void *chip)
{
    Fix f = start(CHIP(chip), BCS);
    uint64_t other = page(f.g);

    arm(f.g, "inval-lost@bcs0:n=1");
    ctx_map(&f.c, DATA + 0x1000, f.data, 3);
    put_store(&f.b, DATA + 0x1000, 1);
    put(&f.b, SEM_WAIT | SEM_EQ);
    put(&f.b, 1);
    put(&f.b, DATA + 0xffc);
    put(&f.b, 0);
    put_store(&f.b, DATA + 0x1000, 2);
    put(&f.b, BBE);
    emit_batch(&f.c, CODE);
    submit(&f.c);
    run(f.g, 10 * USEC);
    ctx_map(&f.c, DATA + 0x1000, other, 3);
    wr(f.g, 0x426c, 1);
    set_mem(f.g, f.data + 0xffc, 1);
    run(f.g, MSEC);
    g_assert_cmphex(mem(f.g, f.data), ==, 2);
    g_assert_cmphex(mem(f.g, other), ==, 0);
    g_assert_cmpuint(fault_lines(f.g, "note"), ==, 1);
    gt_stop(f.g);
}

static void test_flush_lost(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);
    uint64_t a = page(g), b = page(g);

    set_mem(g, a, 0xaa);
    set_mem(g, b, 0xbb);
    set_pte(g, 0x5000, a | 1);
    g_assert_cmphex(qpci_io_readl(g->dev, g->ap, 0x5000), ==, 0xaa);
    arm(g, "ggtt-flush-lost");
    set_pte(g, 0x5000, b | 1);
    g_assert_cmphex(qpci_io_readl(g->dev, g->ap, 0x5000), ==, 0xaa);
    g_assert_cmpuint(fault_lines(g, "note"), ==, 1);
    set_pte(g, 0x5000, b | 1);
    g_assert_cmphex(qpci_io_readl(g->dev, g->ap, 0x5000), ==, 0xbb);
    gt_stop(g);
}

/* --------------------------------------------- resets, power, the device */

static void test_reset_stuck(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);

    wake(g);
    arm(g, "reset-stuck@rcs0:delay=200us");
    arm(g, "reset-stuck@bcs0");
    wr(g, 0x20d0, 0x00010001);
    wr(g, 0x220d0, 0x00010001);
    wr(g, 0x120d0, 0x00010001);
    g_assert_cmphex(rd(g, 0x20d0), ==, 1);
    g_assert_cmphex(rd(g, 0x120d0), ==, 3);
    run(g, MSEC);
    g_assert_cmphex(rd(g, 0x20d0), ==, 3);
    g_assert_cmphex(rd(g, 0x220d0), ==, 1);
    wr(g, 0x220d0, 0x00010000);
    g_assert_cmphex(rd(g, 0x220d0), ==, 0);
    wr(g, 0x220d0, 0x00010001);                 /* the next one is ready */
    g_assert_cmphex(rd(g, 0x220d0), ==, 3);
    gt_stop(g);
}

static void test_gdrst_stuck(const void *chip)
{
    Fix f = start(CHIP(chip), RCS);

    arm(f.g, "gdrst-stuck:reset=full");
    ask_reset(f.g, 1, true);
    wr(f.g, 0x941c, 1 << 3);                    /* an engine's takes place */
    g_assert_cmphex(rd(f.g, 0x941c), ==, 0);
    g_assert_cmphex(rd(f.g, 0x2229c), ==, 0);
    wr(f.g, 0x941c, 1);
    run(f.g, 10 * MSEC);
    g_assert_cmphex(rd(f.g, 0x941c), ==, 1);
    g_assert_cmphex(rd(f.g, 0x229c), ==, 0x8000);   /* not reset */
    wr(f.g, 0x941c, 1);
    g_assert_cmphex(rd(f.g, 0x941c), ==, 0);
    g_assert_cmphex(rd(f.g, 0x229c), ==, 0);
    engines_up(f.g);
    arm(f.g, "gdrst-stuck@rcs0:delay=5ms");
    wr(f.g, 0x941c, 1 << 1);
    run(f.g, 4 * MSEC);
    g_assert_cmphex(rd(f.g, 0x941c), ==, 2);
    run(f.g, 2 * MSEC);
    g_assert_cmphex(rd(f.g, 0x941c), ==, 0);
    g_assert_cmphex(rd(f.g, 0x229c), ==, 0);
    arm(f.g, "gdrst-stuck@rcs0:delay=5ms:count=2");
    for (int i = 0; i < 2; i++) {
        wr(f.g, 0x941c, 1 << 1);
        if (i) {
            disarm(f.g);                        /* forgotten */
        } else {
            wr(f.g, 0x941c, 1);                 /* a full one takes place */
        }
        engines_up(f.g);
        g_assert_cmphex(rd(f.g, 0x941c), ==, 0);
        run(f.g, 10 * MSEC);
        g_assert_cmphex(rd(f.g, 0x229c), ==, 0x8000);   /* none comes late */
    }
    gt_stop(f.g);
}

static void test_fw_stuck(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);

    arm(g, "fw-stuck:domain=gt:delay=20ms");
    wr(g, 0xa188, 0x00010001);
    run(g, 10 * MSEC);
    g_assert_cmphex(rd(g, 0x130044), ==, 0);
    run(g, 20 * MSEC);
    g_assert_cmphex(rd(g, 0x130044), ==, 1);
    arm(g, "fw-stuck:edge=clear");
    wr(g, 0xa188, 0x00010000);
    run(g, 1000 * MSEC);
    g_assert_cmphex(rd(g, 0x130044), ==, 1);    /* for ever */
    wr(g, 0xa188, 0x80008000);                  /* or until another one */
    g_assert_cmphex(rd(g, 0x130044), ==, 0x8000);
    arm(g, "fw-stuck:every=1");
    wr(g, 0xa188, 0x80000000);
    g_assert_cmphex(rd(g, 0x130044), ==, 0x8000);
    disarm(g);
    g_assert_cmphex(rd(g, 0x130044), ==, 0);
    gt_stop(g);
}

/* one domain, the others follow */
static void test_fw_domain(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);

    arm(g, "fw-stuck:domain=media");
    wr(g, 0xa278, 0x00010001);
    wr(g, 0xa270, 0x00010001);
    g_assert_cmphex(rd(g, 0x0d84), ==, 1);
    g_assert_cmphex(rd(g, 0x0d88), ==, 0);
    gt_stop(g);
}

static void test_gone(const void *chip)
{
    Fix f = start(CHIP(chip), RCS);
    uint64_t at = aim_msi(f.g);

    unmask(f.g, RCS, 1);
    set_pte(f.g, 0x5000, f.data | 1);
    arm(f.g, "gone:t=1ms:delay=5ms");
    g_assert_cmphex(rd(f.g, 0x44200), ==, 0x80000000);
    run(f.g, 2 * MSEC);
    g_assert_cmphex(rd(f.g, 0x44200), ==, ~0u);
    g_assert_cmphex(rd(f.g, 0x800000), ==, ~0u);
    g_assert_cmphex(qpci_io_readl(f.g->dev, f.g->ap, 0x5000), ==, ~0u);
    g_assert_cmphex(qpci_config_readl(f.g->dev, 0), ==, ~0u);
    wr(f.g, 0x4090, 5);
    user_interrupt(&f);
    expect_no_event(f.g, RCS);
    g_assert(!msi(f.g, at));
    run(f.g, 5 * MSEC);                         /* back, as new */
    g_assert_cmphex(qpci_config_readw(f.g->dev, 0), ==, 0x8086);
    g_assert_cmphex(rd(f.g, 0x44200), ==, 0);
    wake(f.g);
    g_assert_cmphex(rd(f.g, 0x4090), ==, 0);
    arm(f.g, "gone:addr=0x4090:n=2");           /* when that one is read */
    rd(f.g, 0x4090);
    rd(f.g, 0x44200);
    g_assert_cmphex(rd(f.g, 0x4090), ==, ~0u);
    g_assert_cmphex(rd(f.g, 0x44200), ==, ~0u);
    disarm(f.g);
    g_assert_cmphex(rd(f.g, 0x44200), ==, 0);
    gt_stop(f.g);
}

static void test_registers(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);

    wake(g);
    arm(g, "inval-stuck@vcs0:delay=1ms");
    wr(g, 0x4260, 1);
    wr(g, 0x4264, 1);
    g_assert_cmphex(rd(g, 0x4260), ==, 0);
    g_assert_cmphex(rd(g, 0x4264), ==, 1);
    run(g, 2 * MSEC);
    g_assert_cmphex(rd(g, 0x4264), ==, 0);
    arm(g, "pcode-error:cmd=0x1a:value=6");
    wr(g, 0x138124, 0x80000008);
    g_assert_cmphex(rd(g, 0x138124), ==, 0);
    wr(g, 0x138124, 0x8000001a);
    g_assert_cmphex(rd(g, 0x138124), ==, 6);
    gt_stop(g);
}

void add_faultdo_tests(void)
{
    add(ON_ALL, "faultdo/irq-lost", test_irq_lost);
    add(ON_ALL, "faultdo/irq-late", test_irq_late);
    add(ON_BOTH, "faultdo/irq-twice", test_irq_twice);
    add(ON_BOTH, "faultdo/irq-spurious", test_irq_spurious);
    add(ON_BOTH, "faultdo/msi", test_msi);
    add(ON_ALL, "faultdo/csb-late", test_csb_late);
    add(ON_BOTH, "faultdo/csb-hole", test_csb_hole);
    add(ON_BOTH, "faultdo/csb-early-irq", test_csb_early_irq);
    add(ON_ALL, "faultdo/csb-garbled", test_csb_garbled);
    add(ON_ALL, "faultdo/csb-stray", test_csb_stray);
    add(ON_BOTH, "faultdo/csb-at-reset", test_csb_at_reset);
    add(ON_BOTH, "faultdo/elsp-lost", test_elsp_lost);
    add(ON_ALL, "faultdo/hang-spin", test_hang_spin);
    add(ON_ALL, "faultdo/hang-noarb", test_hang_noarb);
    add(ON_ALL, "faultdo/hang-dead", test_hang_dead);
    add(ON_ALL, "faultdo/hang-delay", test_hang_delay);
    add(ON_ALL, "faultdo/hang-whom", test_hang_whom);
    add(ON_BOTH, "faultdo/page-fault", test_page_fault);
    add(ON_ALL, "faultdo/semaphore-late", test_semaphore_late);
    add(ON_BOTH, "faultdo/inval-lost", test_inval_lost);
    add(ON_BOTH, "faultdo/ggtt-flush-lost", test_flush_lost);
    add(ON_BOTH, "faultdo/reset-stuck", test_reset_stuck);
    add(ON_BOTH, "faultdo/gdrst-stuck", test_gdrst_stuck);
    add(ON_BDW, "faultdo/fw-stuck", test_fw_stuck);
    add(ON_SKL, "faultdo/fw-domain", test_fw_domain);
    add(ON_BOTH, "faultdo/gone", test_gone);
    add(ON_BOTH, "faultdo/registers", test_registers);
}
