// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual Intel GPU, tests: faults on demand: what rules say and when they
 * hit. What each fault does is in i915-gt-test-faultdo.c.
 */
#include "i915-gt-lib.h"

/* one context submitted n times; returns how many status events came */
static unsigned submissions(Ctx *c, int n)
{
    Gt *g = c->g;
    unsigned events = 0;

    for (int i = 0; i < n; i++) {
        unsigned before = mem(g, g->hwsp[c->eng] + 0x7c);

        emit(c, NOOP);
        emit(c, NOOP);
        submit(c);
        run(g, 100 * USEC);
        events += (mem(g, g->hwsp[c->eng] + 0x7c) + 6 - before) % 6;
    }
    return events;
}

static Gt *start(int chip, Ctx *c, int eng)
{
    Gt *g = gt_start(chip, NULL);

    engines_up(g);
    ctx_init(c, g, eng, 0x20);
    return g;
}

/* each submission stores two events: active and complete */
static void lost_of(int chip, const char *rule, int n, unsigned lost)
{
    Ctx c;
    Gt *g = start(chip, &c, BCS);
    unsigned id = arm(g, rule);

    g_assert_cmpuint(submissions(&c, n), ==, 2 * n - lost);
    g_assert_cmpuint(fault_hits(g, id), ==, lost);
    g_assert_cmpuint(fault_lines(g, "csb-lost"), ==, lost);
    gt_stop(g);
}

static void test_when(const void *chip)
{
    int c = CHIP(chip);

    lost_of(c, "csb-lost", 8, 1);
    lost_of(c, "csb-lost@bcs0", 8, 1);
    lost_of(c, "csb-lost@rcs0", 8, 0);
    lost_of(c, "csb-lost:n=3", 8, 1);
    lost_of(c, "csb-lost:n=3:count=4", 8, 4);
    lost_of(c, "csb-lost:n=17", 8, 0);
    lost_of(c, "csb-lost:every=1", 8, 16);
    lost_of(c, "csb-lost:every=5", 8, 3);
    lost_of(c, "csb-lost:every=2:count=3", 8, 3);
    lost_of(c, "csb-lost:event=complete:every=1", 8, 8);
    lost_of(c, "csb-lost:event=preempt:every=1", 8, 0);
    lost_of(c, "csb-lost:every=1:ctx=0x20", 8, 16);
    lost_of(c, "csb-lost:every=1:ctx=0x40", 8, 0);
    lost_of(c, "csb-lost:every=1:t=350us", 8, 8);
    lost_of(c, "csb-lost:t=350us", 8, 1);
    lost_of(c, "csb-lost:every=1:batch=0x5000", 8, 0);
}

/* the same chance each time, and about the one that was asked for */
static void test_chance(const void *chip)
{
    unsigned hits[2];

    for (int i = 0; i < 2; i++) {
        Gt *g = gt_start(CHIP(chip), "seed=7");
        unsigned id;
        Ctx c;

        engines_up(g);
        ctx_init(&c, g, BCS, 0x20);
        id = arm(g, "csb-lost:p=1/4");
        submissions(&c, 200);
        hits[i] = fault_hits(g, id);
        gt_stop(g);
    }
    g_assert_cmpuint(hits[0], ==, hits[1]);
    g_assert_cmpuint(hits[0], >, 60);
    g_assert_cmpuint(hits[0], <, 140);
}

static void test_refused(const void *chip)
{
    static const struct {
        const char *rule, *why;
    } row[] = {
        { "", "known are irq-lost" },
        { "nonsense", "no fault nonsense: known are irq-lost" },
        { "hang@gpu", "no engine gpu: known are rcs0 bcs0 vcs0 vecs0" },
        { "gone@rcs0", "gone is of the whole device" },
        { "hang:colour=red", "hang knows no colour: its keys are n every p" },
        { "hang:addr=1", "hang knows no addr: its keys are" },
        { "gone:ctx=1", "gone knows no ctx: its keys are" },
        { "hang:n", "hang knows no n without a value" },
        { "hang:n=", "n=: a number from 1 on" },
        { "hang:n=0", "n=0: a number from 1 on" },
        { "hang:n=-1", "n=-1: a number from 1 on" },
        { "hang:n=3x", "n=3x: a number from 1 on" },
        { "hang:n=1:n=2", "n is given twice" },
        { "hang:n=1:every=2", "exclude each other" },
        { "hang:p=3", "p=3: a chance, like 1/10" },
        { "hang:p=1/0", "p=1/0: a chance" },
        { "hang:mode=slow", "mode=slow: one of spin noarb dead" },
        { "irq-late:delay=5m", "delay=5m: a time, like 500ns" },
        { "irq-late:delay=0", "delay=0: a time" },
        { "irq-late:delay=99999999999999s", "a time" },
        { "csb-garbled:value=zz", "value=zz: a number, 0x..." },
        { "fw-stuck:domain=blitter", "one of gt render media" },
    };
    Gt *g = gt_start(CHIP(chip), NULL);

    for (int i = 0; i < ARRAY_SIZE(row); i++) {
        g_autofree char *why = refused(g, row[i].rule);

        if (!why || !strstr(why, row[i].why)) {
            g_test_message("rule '%s': '%s', expected '%s'", row[i].rule,
                           why ?: "accepted", row[i].why);
            g_test_fail();
        }
    }
    g_assert_cmpuint(fault_lines(g, "refused"), ==, ARRAY_SIZE(row));
    for (int i = 0; i < 40; i++) {
        g_assert_cmpuint(arm(g, "hang"), ==, i + 1);
    }
    g_free(refused(g, "hang"));                 /* no room */
    wr(g, 0x7f2008, 7);
    wr(g, 0x7f2004, 3);                         /* disarm one */
    g_assert_cmpuint(rd(g, 0x7f2004), ==, 0);
    wr(g, 0x7f2004, 3);                         /* again: not there */
    g_assert_cmpuint(rd(g, 0x7f2004), ==, 1);
    g_assert_cmpuint(arm(g, "hang"), ==, 7);
    wr(g, 0x7f2004, 9);                         /* no such command */
    g_assert_cmpuint(rd(g, 0x7f2004), ==, 1);
    disarm(g);
    g_assert_cmpuint(arm(g, "hang"), ==, 1);
    gt_stop(g);
}

/* the command line arms, too, and several at once */
static void test_property(const void *chip)
{
    Gt *g = gt_start(CHIP(chip),
                     "faults=csb-lost@bcs0:n=2+csb-lost@bcs0:n=4");
    Ctx c;

    engines_up(g);
    ctx_init(&c, g, BCS, 0x20);
    g_assert_cmpuint(submissions(&c, 4), ==, 6);
    g_assert_cmpuint(fault_lines(g, "csb-lost"), ==, 2);
    gt_stop(g);
}

/* disarmed, nothing happens any more; a spent rule stays to be asked */
static void test_disarm(const void *chip)
{
    Ctx c;
    Gt *g = start(CHIP(chip), &c, BCS);
    unsigned id = arm(g, "csb-lost:every=1:count=2");

    g_assert_cmpuint(submissions(&c, 4), ==, 6);
    g_assert_cmpuint(fault_hits(g, id), ==, 2);
    disarm(g);
    g_assert_cmpuint(fault_hits(g, id), ==, 0);
    arm(g, "csb-lost:every=1");
    disarm(g);
    g_assert_cmpuint(submissions(&c, 2), ==, 4);
    gt_stop(g);
}

void add_fault_tests(void)
{
    add(ON_BOTH, "fault/when", test_when);
    add(ON_BDW, "fault/chance", test_chance);
    add(ON_BDW, "fault/refused", test_refused);
    add(ON_BDW, "fault/property", test_property);
    add(ON_BDW, "fault/disarm", test_disarm);
}
