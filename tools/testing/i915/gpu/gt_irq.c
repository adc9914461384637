// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual Intel GPU: interrupts.
 *
 * Engine event -> engine IMR -> bank IMR -> IIR (two deep) -> IER -> master.
 * The line is a level; the MSI is sent at each of its rising edges, also the
 * one caused by re-enabling the master with something still pending.
 */
#include "gt_int.h"
#include "hw/pci/msi.h"

#define BANK(s, reg, b) R(s, (reg) + 0x10 * (b))

/* the low bits of the master register */
uint32_t gt_irq_summary(GtDev *s)
{
    static const struct {
        uint8_t bank, shift, bit;
    } half[] = {
        { 0, 0, 0 }, { 0, 16, 1 }, { 1, 0, 2 }, { 1, 16, 3 },
        { 2, 0, 4 }, { 2, 16, 5 }, { 3, 0, 6 },
    };
    uint32_t sum = 0;

    for (int i = 0; i < ARRAY_SIZE(half); i++) {
        uint32_t p = BANK(s, REG_BANK_IIR, half[i].bank) &
                     BANK(s, REG_BANK_IER, half[i].bank);

        if ((p >> half[i].shift) & 0xffff) {
            sum |= 1u << half[i].bit;
        }
    }
    return sum;
}

/* an MSI, whatever the line says */
void gt_msi(GtDev *s)
{
    if (msi_enabled(&s->dev)) {
        s->count[CN_IRQ]++;
        msi_notify(&s->dev, 0);
    }
}

void gt_irq_update(GtDev *s)
{
    bool line = (R(s, REG_MASTER_IRQ) & MASTER_ENABLE) && gt_irq_summary(s) &&
                !s->gone;

    if (line == s->line) {
        return;
    }
    s->line = line;
    if (!msi_enabled(&s->dev)) {
        s->count[CN_IRQ] += line;
        pci_set_irq(&s->dev, line);
        return;
    }
    if (!line || (gt_armed(s, FT_MSI_LOST) &&
                  gt_inject_hit(s, NULL, FT_MSI_LOST, 0, 0))) {
        return;
    }
    if (!unlikely(s->seed) || !gt_seed_msi(s)) {
        gt_msi(s);
    }
    if (gt_armed(s, FT_MSI_SPURIOUS) &&
        gt_inject_hit(s, NULL, FT_MSI_SPURIOUS, 0, 0)) {
        gt_msi(s);
    }
}

void gt_irq_ack(GtDev *s, int bank, uint32_t v)
{
    uint32_t *iir = &BANK(s, REG_BANK_IIR, bank);

    *iir &= ~v;
    *iir |= s->iir2[bank] & v;
    s->iir2[bank] &= ~v;
    gt_irq_update(s);
}

static bool masked_off(GtEng *e, uint32_t m)
{
    return (ER(e, ENG_IMR) & m) ||
           (BANK(e->gt, REG_BANK_IMR, e->def->bank) & m);
}

void gt_event_latch(GtEng *e, int bit)
{
    GtDev *s = e->gt;
    int bank = e->def->bank;
    uint32_t m = (1u << bit) << e->def->shift;

    if (masked_off(e, m)) {
        return;
    }
    if (BANK(s, REG_BANK_IIR, bank) & m) {
        s->iir2[bank] |= m;
    } else {
        BANK(s, REG_BANK_IIR, bank) |= m;
    }
    gt_irq_update(s);
}

void gt_event(GtEng *e, int bit)
{
    if (unlikely(e->gt->armed) &&
        !masked_off(e, (1u << bit) << e->def->shift) &&
        gt_inject_event(e, bit)) {
        return;
    }
    gt_event_latch(e, bit);
}
