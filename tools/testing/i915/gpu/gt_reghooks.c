// SPDX-License-Identifier: GPL-2.0-or-later
/* Virtual Intel GPU: registers that do something when read or written. */
#include "gt_reg_table.h"

/* ------------------------------------------------------- engine, reading */

uint32_t gt_rd_tail(GtDev *s, GtEng *e, uint32_t a)
{
    return e->tail;
}

uint32_t gt_rd_head(GtDev *s, GtEng *e, uint32_t a)
{
    return e->head;
}

uint32_t gt_rd_ctl(GtDev *s, GtEng *e, uint32_t a)
{
    return R(s, a) | (e->waiting ? CTL_WAIT_SEMAPHORE : 0);
}

uint32_t gt_rd_acthd(GtDev *s, GtEng *e, uint32_t a)
{
    return gt_fetch_addr(e);
}

uint32_t gt_rd_acthd_hi(GtDev *s, GtEng *e, uint32_t a)
{
    return gt_fetch_addr(e) >> 32;
}

uint32_t gt_rd_instdone(GtDev *s, GtEng *e, uint32_t a)
{
    return e->cur < 0 ? ~0u : ~1u;
}

uint32_t gt_rd_mi_mode(GtDev *s, GtEng *e, uint32_t a)
{
    bool idle = e->cur < 0 || gt_stopped(e);

    return (R(s, a) & ~MI_MODE_IDLE) | (idle ? MI_MODE_IDLE : 0);
}

uint32_t gt_rd_bb(GtDev *s, GtEng *e, uint32_t a)
{
    switch (a - e->def->base) {
    case ENG_BB_STATE:
        return e->lvl >= 1 && e->bbpp[1] ? BB_STATE_PPGTT : 0;
    case ENG_BB_ADDR:
        return e->lvl >= 1 ? (uint32_t)e->bb[1] | 1 : 0;
    case ENG_BB_ADDR_HI:
        return e->lvl >= 1 ? e->bb[1] >> 32 : 0;
    case ENG_SBB_STATE:
        return e->lvl >= 2 && e->bbpp[2] ? BB_STATE_PPGTT : 0;
    case ENG_SBB_LO:
        return e->lvl >= 2 ? (uint32_t)e->bb[2] | 1 : 0;
    default:
        return e->lvl >= 2 ? e->bb[2] >> 32 : 0;
    }
}

uint32_t gt_rd_execlist(GtDev *s, GtEng *e, uint32_t a)
{
    if (a - e->def->base == ENG_EXECLIST_LO) {
        return gt_execlist_status(e);
    }
    return e->cur >= 0 ? e->el[e->cur].hi : 0;
}

uint32_t gt_rd_timestamp(GtDev *s, GtEng *e, uint32_t a)
{
    uint64_t t = gt_timestamp(s);

    return (a & 4) ? t >> 32 : t;
}

uint32_t gt_rd_ctx_timestamp(GtDev *s, GtEng *e, uint32_t a)
{
    return e->cur >= 0 ? gt_ctx_run_time(e) : R(s, a);
}

/* ------------------------------------------------------- engine, writing */

static uint32_t masked(uint32_t old, uint32_t v)
{
    return (old & ~(v >> 16)) | (v & (v >> 16));
}

/*
 * No longer held: go on, if there is something to do. (A timer for nothing is
 * dear with -icount: the CPU stands still until the main loop has run it.)
 */
static void go_on(GtEng *e)
{
    if (e->cur >= 0 && !e->dead && !gt_stopped(e)) {
        gt_kick(e, 0);
    }
}

void gt_wr_mi_mode(GtDev *s, GtEng *e, uint32_t a, uint32_t v)
{
    R(s, a) = masked(R(s, a), v) & ~MI_MODE_IDLE;
    go_on(e);
}

void gt_wr_reset_ctl(GtDev *s, GtEng *e, uint32_t a, uint32_t v)
{
    e->held = masked(R(s, a), v) & RESET_CTL_REQUEST;
    R(s, a) = e->held ? RESET_CTL_REQUEST | RESET_CTL_READY : 0;
    go_on(e);
}

void gt_wr_csb_ptr(GtDev *s, GtEng *e, uint32_t a, uint32_t v)
{
    R(s, a) = masked(R(s, a), v);
    if (v & 0x70000) {
        e->wp = v & 7;
    }
}

void gt_wr_eir(GtDev *s, GtEng *e, uint32_t a, uint32_t v)
{
    R(s, a) &= ~v;
    ER(e, ENG_ESR) &= ~v;
}

void gt_wr_elsp(GtDev *s, GtEng *e, uint32_t a, uint32_t v)
{
    gt_elsp_write(e, v);
}

/* ------------------------------------------------------------ interrupts */

uint32_t gt_rd_master(GtDev *s, GtEng *e, uint32_t a)
{
    return (R(s, a) & MASTER_ENABLE) | gt_irq_summary(s);
}

void gt_wr_master(GtDev *s, GtEng *e, uint32_t a, uint32_t v)
{
    R(s, a) = v & MASTER_ENABLE;
    gt_irq_update(s);
}

void gt_wr_iir(GtDev *s, GtEng *e, uint32_t a, uint32_t v)
{
    gt_irq_ack(s, (a - REG_BANK_IIR) >> 4, v);
}

void gt_wr_ier(GtDev *s, GtEng *e, uint32_t a, uint32_t v)
{
    R(s, a) = v;
    gt_irq_update(s);
}

/* ------------------------------------------------ forcewake, power, clock */

uint32_t gt_rd_fw_ack(GtDev *s, GtEng *e, uint32_t a)
{
    switch (a) {
    case REG_FW_ACK_RENDER:
        return R(s, REG_FW_RENDER) & 0xffff;
    case REG_FW_ACK_MEDIA:
        return R(s, REG_FW_MEDIA) & 0xffff;
    default:
        return R(s, REG_FW_GT) & 0xffff;
    }
}

uint32_t gt_rd_rpstat(GtDev *s, GtEng *e, uint32_t a)
{
    uint32_t req = R(s, REG_RPNSWREQ);

    return s->chip == CHIP_SKL ? req & 0xff800000u : ((req >> 24) & 0x7f) << 7;
}

/* RC6 "residency": time with RC6 enabled and requested, 1.28 us units */
uint32_t gt_rd_rc6(GtDev *s, GtEng *e, uint32_t a)
{
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);

    return (s->rc6_ns + (s->rc6_since ? now - s->rc6_since : 0)) / 1280;
}

void gt_wr_rc6(GtDev *s, GtEng *e, uint32_t a, uint32_t v)
{
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    bool on;

    R(s, a) = v;
    on = (R(s, REG_RC_CONTROL) & 0x40000) && (R(s, REG_RC_STATE) & 0x40000);
    if (on && !s->rc6_since) {
        s->rc6_since = now;
    } else if (!on && s->rc6_since) {
        s->rc6_ns += now - s->rc6_since;
        s->rc6_since = 0;
    }
}

/*
 * Evaluation interval counters: 1.28 us (Skylake 1.33 us) since the write
 * while frequency control is on.
 */
static int64_t ei_unit(GtDev *s)
{
    return s->chip == CHIP_SKL ? 1333 : 1280;
}

uint32_t gt_rd_ei(GtDev *s, GtEng *e, uint32_t a)
{
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);

    if (!(R(s, REG_RP_CONTROL) & RP_ENABLE)) {
        return R(s, a);
    }
    return ((now - s->ei_since[a == REG_CUR_DOWN_EI]) / ei_unit(s)) &
           0xffffff;
}

void gt_wr_ei(GtDev *s, GtEng *e, uint32_t a, uint32_t v)
{
    R(s, a) = v & 0xffffff;
    s->ei_since[a == REG_CUR_DOWN_EI] =
        qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) - R(s, a) * ei_unit(s);
}

/* a mailbox command completes at once and succeeds */
void gt_wr_pcode(GtDev *s, GtEng *e, uint32_t a, uint32_t v)
{
    uint32_t *data = &R(s, REG_PCODE_DATA);

    if ((v & 0xff) == PCODE_SET_FREQ) {
        s->ring_freq[*data & 0xff] = *data >> 8;
    } else if ((v & 0xff) == PCODE_GET_FREQ) {
        *data = s->ring_freq[*data & 0xff];
    }
    R(s, a) = v & ~0x800000ffu;
}

/* --------------------------------------------------- memory and resetting */

void gt_wr_fault(GtDev *s, GtEng *e, uint32_t a, uint32_t v)
{
    R(s, a) &= v;               /* the driver clears the valid bit */
}

void gt_wr_gfx_flush(GtDev *s, GtEng *e, uint32_t a, uint32_t v)
{
    COUNT(s, CN_GGTT_FLUSH);
    if (!s->break_inval) {
        gt_ggtt_flush(s);
    }
}

void gt_wr_tlb(GtDev *s, GtEng *by, uint32_t a, uint32_t v)
{
    for (int i = 0; i < GT_NENG && (v & 1); i++) {
        if (s->eng[i].def->tlb_reg == a) {
            COUNT(s, CN_INVAL);
            gt_tlb_flush(&s->eng[i]);
        }
    }
    R(s, a) = v & ~1u;          /* done at once */
}

void gt_wr_gdrst(GtDev *s, GtEng *by, uint32_t a, uint32_t v)
{
    for (int i = 0; i < GT_NENG; i++) {
        if (v & (1 | s->eng[i].def->reset_bit)) {
            COUNT(s, CN_RESET);
            gt_engine_reset(&s->eng[i]);
        }
    }
}
