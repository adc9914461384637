// SPDX-License-Identifier: GPL-2.0-or-later
/* Virtual Intel GPU, tests: interrupts. The MSI is aimed at guest RAM. */
#include "i915-gt-lib.h"
#include "hw/pci/pci_regs.h"

#define MSI_DATA    0x4711

static const struct {
    uint32_t bank;          /* ISR of the bank */
    int shift, summary;
} where[NENG] = {
    [RCS] = { 0x44300, 0, 0 }, [BCS] = { 0x44300, 16, 1 },
    [VCS] = { 0x44310, 0, 2 }, [VECS] = { 0x44330, 0, 6 },
};

static uint64_t aim_msi(Gt *g)
{
    uint8_t cap = qpci_find_capability(g->dev, PCI_CAP_ID_MSI, 0);
    uint64_t at = page(g);
    uint16_t flags;

    g_assert_cmpint(cap, !=, 0);
    flags = qpci_config_readw(g->dev, cap + PCI_MSI_FLAGS);
    g_assert(!(flags & PCI_MSI_FLAGS_64BIT));
    qpci_config_writel(g->dev, cap + PCI_MSI_ADDRESS_LO, at);
    qpci_config_writew(g->dev, cap + PCI_MSI_DATA_32, MSI_DATA);
    qpci_config_writew(g->dev, cap + PCI_MSI_FLAGS,
                       flags | PCI_MSI_FLAGS_ENABLE);
    return at;
}

/* did an MSI arrive since the last look? */
static bool msi(Gt *g, uint64_t at)
{
    bool came = mem(g, at) == MSI_DATA;

    set_mem(g, at, 0);
    return came;
}

static void unmask(Gt *g, int eng, uint32_t bits)
{
    wr(g, eng_base[eng] + 0xa8, ~(bits << where[eng].shift));
    wr(g, where[eng].bank + 0xc, bits << where[eng].shift);
    wr(g, where[eng].bank + 4, ~(bits << where[eng].shift));
    wr(g, 0x44200, 0x80000000);
}

static void user_interrupt(Ctx *c)
{
    emit(c, USER_IRQ);
    submit(c);
    run(c->g, 100 * USEC);
}

static void test_each_engine(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);
    uint64_t at = aim_msi(g);

    engines_up(g);
    for (int i = 0; i < NENG; i++) {
        Ctx c;
        uint32_t iir = where[i].bank + 8, bit = 1u << where[i].shift;

        ctx_init(&c, g, i, 0x20 + i);
        unmask(g, i, 1);
        g_assert(!msi(g, at));
        user_interrupt(&c);
        g_assert(msi(g, at));
        g_assert_cmphex(rd(g, 0x44200), ==,
                        0x80000000 | 1u << where[i].summary);
        g_assert_cmphex(rd(g, iir), ==, bit);
        wr(g, 0x44200, 0);
        wr(g, iir, bit);
        g_assert_cmphex(rd(g, iir), ==, 0);
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
