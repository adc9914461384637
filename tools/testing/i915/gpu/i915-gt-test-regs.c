// SPDX-License-Identifier: GPL-2.0-or-later
/* Virtual Intel GPU, tests: PCI identity, registers, forcewake, resets. */
#include "i915-gt-lib.h"
#include "hw/pci/pci_regs.h"

static void test_pci(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);

    g_assert_cmphex(qpci_config_readw(g->dev, PCI_VENDOR_ID), ==, 0x8086);
    g_assert_cmphex(qpci_config_readw(g->dev, PCI_DEVICE_ID), ==,
                    CHIP(chip) == SKL ? 0x1912 : 0x1616);
    g_assert_cmphex(qpci_config_readb(g->dev, PCI_REVISION_ID), ==,
                    CHIP(chip) == SKL ? 7 : 9);
    g_assert_cmphex(qpci_config_readw(g->dev, PCI_CLASS_DEVICE), ==, 0x0380);
    g_assert_cmphex(qpci_config_readw(g->dev, 0x50), ==, 0x00c0);
    qpci_config_writew(g->dev, 0x50, 0xffff);
    g_assert_cmphex(qpci_config_readw(g->dev, 0x50), ==, 0x00c0);
    g_assert_cmphex(qpci_config_readl(g->dev, 0xfc), ==, 0);
    qpci_config_writel(g->dev, PCI_BASE_ADDRESS_0, ~0u);
    g_assert_cmphex(qpci_config_readl(g->dev, PCI_BASE_ADDRESS_0), ==,
                    0xff000004);
    qpci_config_writel(g->dev, PCI_BASE_ADDRESS_2, ~0u);
    g_assert_cmphex(qpci_config_readl(g->dev, PCI_BASE_ADDRESS_2), ==,
                    0xf000000c);
    gt_stop(g);
}

static void test_reset_values(const void *chip)
{
    static const struct {
        uint32_t a, bdw, skl;
    } want[] = {
        { 0x78000, 0, 0 }, { 0x78004, 0, 0 }, { 0xa188, 0, 0 },
        { 0x130044, 0, 0 }, { 0x13805c, 0, 0 },
        { 0x42014, 0x40000000, 0x40000000 }, { 0x42300, 0, 0 },
        { 0x9120, 0x02000000, 0x02800000 }, { 0x9134, 0, 0 },
        { 0x8504, 0, 1 }, { 0x120010, 0, 0 },
        { 0x145998, 0x00061214, 0x00061214 }, { 0x138124, 0, 0 },
        { 0x7100, ~0u, ~0u }, { 0xe160, ~0u, ~0u }, { 0x44200, 0, 0 },
        { 0x44304, ~0u, ~0u }, { 0x44308, 0, 0 }, { 0x4430c, 0, 0 },
        { 0x206c, ~0u, ~0u }, { 0x20b0, 0, 0 }, { 0x20b8, 0, 0 },
        { 0x209c, 0x200, 0x200 }, { 0x220a8, ~0u, ~0u },
        { 0x123a0, 0x505, 0x505 }, { 0x4094, 0, 0 },
    };
    Gt *g = gt_start(CHIP(chip), NULL);

    wake(g);
    for (int i = 0; i < ARRAY_SIZE(want); i++) {
        if (want[i].a == 0xa188 || want[i].a == 0x130044) {
            continue;
        }
        g_assert_cmphex(rd(g, want[i].a), ==,
                        CHIP(chip) == SKL ? want[i].skl : want[i].bdw);
    }
    if (CHIP(chip) == SKL) {
        g_assert_cmphex(rd(g, 0x51000), ==, 0x50200000);
        g_assert_cmphex(rd(g, 0xa26c), ==, 4);
        g_assert_cmphex(rd(g, 0xc000), ==, 1);
    }
    gt_stop(g);
}

static void test_forcewake(const void *chip)
{
    static const uint32_t dom[][2] = {
        { 0xa188, 0x130044 }, { 0xa278, 0x0d84 }, { 0xa270, 0x0d88 },
    };
    Gt *g = gt_start(CHIP(chip), NULL);

    for (int i = 0; i < (CHIP(chip) == SKL ? 3 : 1); i++) {
        g_assert_cmphex(rd(g, dom[i][1]), ==, 0);
        wr(g, dom[i][0], 0x00010001);
        g_assert_cmphex(rd(g, dom[i][1]), ==, 1);
        wr(g, dom[i][0], 0x80008000);
        g_assert_cmphex(rd(g, dom[i][1]), ==, 0x8001);
        wr(g, dom[i][0], 0x00010000);
        g_assert_cmphex(rd(g, dom[i][1]), ==, 0x8000);
        wr(g, dom[i][0], 0xffff0000);
        g_assert_cmphex(rd(g, dom[i][1]), ==, 0);
    }
    gt_stop(g);
}

static void test_kinds(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);

    wake(g);
    wr(g, 0x4090, 0x12345678);                  /* plain */
    g_assert_cmphex(rd(g, 0x4090), ==, 0x12345678);
    wr(g, 0x20c0, 0x00f000a0);                  /* masked */
    g_assert_cmphex(rd(g, 0x20c0), ==, 0x00a0);
    wr(g, 0x20c0, 0x00200000);
    g_assert_cmphex(rd(g, 0x20c0), ==, 0x0080);
    wr(g, 0x138124, 0x8000001a);                /* mailbox: done, success */
    g_assert_cmphex(rd(g, 0x138124), ==, 0);
    wr(g, 0x138128, 0x00201007);                /* frequency table */
    wr(g, 0x138124, 0x80000008);
    wr(g, 0x138128, 7);
    wr(g, 0x138124, 0x80000009);
    g_assert_cmphex(rd(g, 0x138128), ==, 0x2010);
    wr(g, 0x4260, 1);                           /* self clearing */
    wr(g, 0x426c, 1);
    g_assert_cmphex(rd(g, 0x4260) | rd(g, 0x426c), ==, 0);
    reset_gpu(g, 1);
    g_assert_cmphex(rd(g, 0x941c), ==, 0);
    wr(g, 0x20d0, 0x00010001);                  /* reset request, ready */
    g_assert_cmphex(rd(g, 0x20d0), ==, 3);
    wr(g, 0x20d0, 0x00010000);
    g_assert_cmphex(rd(g, 0x20d0), ==, 0);
    wr(g, 0xa008, CHIP(chip) == SKL ? 18u << 23 : 12u << 24);
    g_assert_cmphex(rd(g, 0xa01c), ==,
                    CHIP(chip) == SKL ? 18u << 23 : 12u << 7);
    gt_stop(g);
}

/* 80 ns ticks on Broadwell, 12 MHz on Skylake; the same for all engines */
static void test_timestamp(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);
    uint32_t t;

    wake(g);
    for (int i = 0; i < NENG; i++) {
        t = rd(g, eng_base[i] + 0x358);
        run(g, 12 * MSEC);
        g_assert_cmpuint(rd(g, eng_base[i] + 0x358) - t, ==,
                         CHIP(chip) == SKL ? 144000 : 150000);
    }
    g_assert_cmphex(rd(g, 0x235c), ==, 0);
    if (CHIP(chip) == SKL) {                    /* the GuC's copy of it */
        g_assert_cmphex(rd(g, 0xc3e8), ==, rd(g, 0x2358));
    }
    run(g, 400LL * 1000 * MSEC);
    g_assert_cmphex(rd(g, 0x235c), ==, 1);
    gt_stop(g);
}

static void test_rc6(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);
    uint32_t t;

    wake(g);
    t = rd(g, 0x138108);
    run(g, MSEC);
    g_assert_cmpuint(rd(g, 0x138108), ==, t);
    wr(g, 0xa090, 0x88040000);
    wr(g, 0xa094, 0x40000);
    run(g, 1280 * USEC);
    g_assert_cmpuint(rd(g, 0x138108) - t, ==, 1000);
    gt_stop(g);
}

/* an engine reset loses what hardware loses and keeps the rest */
static void test_engine_reset_registers(const void *chip)
{
    Gt *g = gt_start(CHIP(chip), NULL);
    uint32_t ga;

    engines_up(g);
    ga = rd(g, 0x22080);
    wr(g, 0x220a8, 0x1234);
    wr(g, 0x4090, 0x77);
    wr(g, 0x40e0, 0x5a);
    wr(g, 0xa090, 0x40000);
    wr(g, 0x100000, 0x1001);
    wr(g, 0x44300 + 4, 0xfff0fff0);
    if (g->chip == SKL) {
        wr(g, 0x20d4, 0x00200020);
        wr(g, 0xc800, 0x33);
        wr(g, 0xcc00, 0x44);
    }
    reset_gpu(g, 1 << 3);                      /* blitter */
    g_assert_cmphex(rd(g, 0x220a8), ==, ~0u);
    g_assert_cmphex(rd(g, 0x2229c), ==, 0);
    g_assert_cmphex(rd(g, 0x229c), ==, 0x8000);
    g_assert_cmphex(rd(g, 0x223a0), ==, 0x505);
    g_assert_cmphex(rd(g, 0x22080), ==, ga);
    g_assert_cmphex(rd(g, 0x4090), ==, 0x77);
    if (g->chip == SKL) {
        g_assert_cmphex(rd(g, 0x20d4), ==, 0x20);
        g_assert_cmphex(rd(g, 0xc800), ==, 0x33);
        g_assert_cmphex(rd(g, 0xcc00), ==, 0);
    }
    reset_gpu(g, 1);                           /* all */
    g_assert_cmphex(rd(g, 0x229c), ==, 0);
    if (g->chip == SKL) {
        g_assert_cmphex(rd(g, 0x20d4), ==, 0);
    }
    g_assert_cmphex(rd(g, 0x4090), ==, 0);      /* of the GT */
    g_assert_cmphex(rd(g, 0x40e0), ==, 0x5a);   /* not lost: PRIVATE_PAT */
    g_assert_cmphex(rd(g, 0xa090), ==, 0x40000);        /* power management */
    g_assert_cmphex(rd(g, 0x100000), ==, 0x1001);
    g_assert_cmphex(rd(g, 0x44304), ==, 0xfff0fff0);
    g_assert_cmphex(rd(g, 0x130044), ==, 1);
    gt_stop(g);
}

void add_reg_tests(void)
{
    add(ON_BOTH, "pci", test_pci);
    add(ON_BOTH, "regs/reset-values", test_reset_values);
    add(ON_BOTH, "regs/forcewake", test_forcewake);
    add(ON_BOTH, "regs/kinds", test_kinds);
    add(ON_BOTH, "regs/timestamp", test_timestamp);
    add(ON_BOTH, "regs/rc6-residency", test_rc6);
    add(ON_BOTH, "regs/engine-reset", test_engine_reset_registers);
}
