// SPDX-License-Identifier: GPL-2.0-or-later
/* Virtual Intel GPU, tests: interrupts. The MSI is aimed at guest RAM. */
#include "i915-gt-lib.h"
#include "hw/pci/pci_regs.h"

static void user_interrupt(Ctx *c)
{
    emit(c, USER_IRQ);
    submit(c);
    run(c->g, 100 * USEC);
}

static void test_each_engine(const void *chip)
{
    static const int summary[NENG] = { 0, 1, 2, 6 };
    Gt *g = gt_start(CHIP(chip), NULL);
    uint64_t at = aim_msi(g);

    engines_up(g);
    for (int i = 0; i < NENG; i++) {
        Ctx c;

        ctx_init(&c, g, i, 0x20 + i);
        unmask(g, i, 1);
        g_assert(!msi(g, at));
        user_interrupt(&c);
        g_assert(msi(g, at));
        g_assert_cmphex(rd(g, 0x44200), ==, 0x80000000 | 1u << summary[i]);
        g_assert_cmphex(iir(g, i), ==, 1);
        wr(g, 0x44200, 0);
        iir_clear(g, i, 1);
        g_assert_cmphex(iir(g, i), ==, 0);
        wr(g, 0x44200, 0x80000000);
        g_assert(!msi(g, at));
    }
    gt_stop(g);
}

/* a second event on a set bit comes back after the first is cleared */
static void test_double_latch(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);
    uint64_t at = aim_msi(g);
    Ctx c;

    engines_up(g);
    ctx_init(&c, g, RCS, 0x20);
    unmask(g, RCS, 1);
    emit(&c, USER_IRQ);
    emit(&c, USER_IRQ);
    emit(&c, USER_IRQ);
    user_interrupt(&c);
    g_assert(msi(g, at));
    wr(g, 0x44200, 0);
    wr(g, 0x44308, 1);
    g_assert_cmphex(rd(g, 0x44308), ==, 1);
    wr(g, 0x44308, 1);
    g_assert_cmphex(rd(g, 0x44308), ==, 0);
    gt_stop(g);
}

/* one MSI at each rising edge, also when the master is switched on again */
static void test_edges(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);
    uint64_t at = aim_msi(g);
    Ctx c;

    engines_up(g);
    ctx_init(&c, g, VCS, 0x20);
    unmask(g, VCS, 1);
    user_interrupt(&c);
    g_assert(msi(g, at));
    user_interrupt(&c);
    g_assert(!msi(g, at));          /* still high */
    wr(g, 0x44200, 0);
    g_assert_cmphex(rd(g, 0x44200), ==, 1u << 2);
    g_assert(!msi(g, at));
    wr(g, 0x44200, 0x80000000);
    g_assert(msi(g, at));           /* still pending: a new edge */
    wr(g, 0x4431c, 0);              /* IER off: line falls */
    g_assert_cmphex(rd(g, 0x44200), ==, 0x80000000);
    wr(g, 0x4431c, 1);
    g_assert(msi(g, at));
    gt_stop(g);
}

static void test_masks(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);
    uint64_t at = aim_msi(g);
    Ctx c;

    engines_up(g);
    ctx_init(&c, g, BCS, 0x20);
    unmask(g, BCS, 1);
    wr(g, eng_base[BCS] + 0xa8, ~0u);       /* engine mask */
    user_interrupt(&c);
    g_assert_cmphex(rd(g, 0x44308), ==, 0);
    unmask(g, BCS, 1);
    wr(g, 0x44304, ~0u);                    /* bank mask */
    user_interrupt(&c);
    g_assert_cmphex(rd(g, 0x44308), ==, 0);
    unmask(g, BCS, 0x100);                  /* context switch only */
    user_interrupt(&c);
    g_assert_cmphex(rd(g, 0x44308), ==, 0x1000000);
    g_assert(msi(g, at));
    gt_stop(g);
}

/* without MSI the legacy line is raised: seen in the status register */
static void test_intx(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);
    Ctx c;

    engines_up(g);
    ctx_init(&c, g, RCS, 0x20);
    unmask(g, RCS, 1);
    g_assert(!(qpci_config_readw(g->dev, PCI_STATUS) &
               PCI_STATUS_INTERRUPT));
    user_interrupt(&c);
    g_assert(qpci_config_readw(g->dev, PCI_STATUS) & PCI_STATUS_INTERRUPT);
    wr(g, 0x44200, 0);
    g_assert(!(qpci_config_readw(g->dev, PCI_STATUS) &
               PCI_STATUS_INTERRUPT));
    gt_stop(g);
}

void add_irq_tests(void)
{
    add(ON_BOTH, "irq/each-engine", test_each_engine);
    add(ON_BOTH, "irq/double-latch", test_double_latch);
    add(ON_BOTH, "irq/msi-edges", test_edges);
    add(ON_BOTH, "irq/masks", test_masks);
    add(ON_BDW, "irq/intx", test_intx);
}
