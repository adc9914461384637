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
    bool idle = e->cur < 0 || (gt_stopped(e) && !e->deaf);

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

void gt_wr_mi_mode(GtDev *s, GtEng *e, uint32_t a, uint32_t v)
{
    R(s, a) = masked(R(s, a), v) & ~MI_MODE_IDLE;
    gt_engine_go_on(e);
}

void gt_wr_reset_ctl(GtDev *s, GtEng *e, uint32_t a, uint32_t v)
{
    const GtRule *late = NULL;

    e->held = masked(R(s, a), v) & RESET_CTL_REQUEST;
    R(s, a) = e->held ? RESET_CTL_REQUEST | RESET_CTL_READY : 0;
    if (e->held && gt_armed(s, FT_RESET_STUCK)) {
        late = gt_inject_hit(s, e, FT_RESET_STUCK, 0, 0);
    }
    if (late) {
        R(s, a) &= ~RESET_CTL_READY;
        gt_later_drop(s, e, LT_BIT(LT_READY));
        if (late->delay) {
            gt_later(s, e, LT_READY, late->delay, 0, 0, 0);
        }
    }
    gt_engine_go_on(e);
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

static const struct {
    uint32_t request, ack;
} fw_domain[] = {
    { REG_FW_GT, REG_FW_ACK_GT },
    { REG_FW_RENDER, REG_FW_ACK_RENDER },
    { REG_FW_MEDIA, REG_FW_ACK_MEDIA },
};

uint32_t gt_rd_fw_ack(GtDev *s, GtEng *e, uint32_t a)
{
    unsigned d = 0;

    while (fw_domain[d].ack != a) {
        d++;
    }
    return s->fw_ack[d];
}

/* the acknowledge becomes what is requested */
void gt_fw_follow(GtDev *s, unsigned domain)
{
    s->fw_ack[domain] = R(s, fw_domain[domain].request) & 0xffff;
}

/* true: the acknowledge does not follow now */
static bool fw_stuck(GtDev *s, unsigned domain, uint32_t old, uint32_t now)
{
    const GtRule *r;

    r = gt_inject_hit(s, NULL, FT_FW_STUCK, now & ~old ? EDGE_SET : EDGE_CLEAR,
                      domain + 1);
    gt_later_drop(s, NULL, LT_BIT(LT_FW));
    if (r && r->delay) {
        gt_later(s, NULL, LT_FW, r->delay, domain, 0, 0);
    }
    return r;
}

void gt_wr_fw(GtDev *s, GtEng *by, uint32_t a, uint32_t v)
{
    uint32_t old = R(s, a);
    unsigned d = 0;

    while (fw_domain[d].request != a) {
        d++;
    }
    if (v && !(v >> 16)) {
        gt_strict(s, by, SK_MASK, a, "write %08x to a forcewake request "
                  "changes nothing: set the upper half", v);
    }
    R(s, a) = masked(old, v);
    if (R(s, a) != old && gt_armed(s, FT_FW_STUCK) &&
        fw_stuck(s, d, old, R(s, a))) {
        return;
    }
    gt_fw_follow(s, d);
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
    if (gt_armed(s, FT_PCODE_ERROR)) {
        const GtRule *r = gt_inject_hit(s, NULL, FT_PCODE_ERROR, 0, v & 0xff);

        R(s, a) |= r ? r->value & 0xff : 0;
    }
}

/* --------------------------------------------------- memory and resetting */

void gt_wr_fault(GtDev *s, GtEng *e, uint32_t a, uint32_t v)
{
    R(s, a) &= v;               /* the driver clears the valid bit */
}

void gt_wr_pat(GtDev *s, GtEng *e, uint32_t a, uint32_t v)
{
    R(s, a) = v;
    s->pat_set |= 1 << ((a - REG_PAT) / 4);
}

void gt_wr_mocs(GtDev *s, GtEng *none, uint32_t a, uint32_t v)
{
    static const uint8_t table[] = { RCS, VCS, 0, VECS, BCS };
    GtEng *e = &s->eng[table[(a >> 8) - 0xc8]];

    R(s, a) = v;
    e->mocs_set |= 1ULL << ((a & 0xff) / 4);
}

void gt_wr_gfx_flush(GtDev *s, GtEng *e, uint32_t a, uint32_t v)
{
    COUNT(s, CN_GGTT_FLUSH);
    if (gt_armed(s, FT_GGTT_FLUSH_LOST) &&
        gt_inject_hit(s, NULL, FT_GGTT_FLUSH_LOST, 0, 0)) {
        s->flush_lost = true;
    } else if (!s->break_inval) {
        gt_ggtt_flush(s);
    }
}

void gt_wr_tlb(GtDev *s, GtEng *by, uint32_t a, uint32_t v)
{
    const GtRule *late = NULL;

    R(s, a) = v & ~1u;          /* done at once */
    for (int i = 0; i < GT_NENG && (v & 1); i++) {
        GtEng *e = &s->eng[i];

        if (e->def->tlb_reg != a) {
            continue;
        }
        if (gt_armed(s, FT_INVAL_STUCK)) {
            late = gt_inject_hit(s, e, FT_INVAL_STUCK, 0, 0);
        }
        if (!late) {
            gt_invalidate(e);
            continue;
        }
        R(s, a) = v;
        if (late->delay) {
            gt_later(s, e, LT_INVAL, late->delay, a, 0, 0);
        }
    }
}

/* true: the reset v does not take place now */
static bool gdrst_stuck(GtDev *s, uint32_t v)
{
    const GtRule *r = NULL;

    if (v & GDRST_FULL) {
        r = gt_inject_hit(s, NULL, FT_GDRST_STUCK, RESET_FULL, 0);
    }
    for (int i = 0; i < GT_NENG && !(v & GDRST_FULL) && !r; i++) {
        if (v & s->eng[i].def->reset_bit) {
            r = gt_inject_hit(s, &s->eng[i], FT_GDRST_STUCK, RESET_ENGINE, 0);
        }
    }
    if (!r) {
        return false;
    }
    R(s, REG_GDRST) |= v;
    gt_later_drop(s, NULL, LT_BIT(LT_GDRST));
    if (r->delay) {
        gt_later(s, NULL, LT_GDRST, r->delay, v, 0, 0);
    }
    return true;
}

/*
 * An engine is to be asked first, so that it stops at a place where it can be
 * reset. One that runs and was not asked is not reset.
 */
static uint32_t not_asked(GtDev *s, uint32_t v)
{
    uint32_t busy = 0;

    for (int i = 0; i < GT_NENG; i++) {
        GtEng *e = &s->eng[i];

        if (!(v & (GDRST_FULL | e->def->reset_bit)) || e->held) {
            continue;
        }
        gt_strict(s, e, SK_RESET_ORDER, REG_GDRST, "reset (%x) of an engine "
                  "that was not asked: set bit 0 of its RESET_CTL, wait for "
                  "bit 1", v);
        if (!(v & GDRST_FULL) && e->cur >= 0) {
            busy |= e->def->reset_bit;
        }
    }
    return busy;
}

void gt_wr_gdrst(GtDev *s, GtEng *by, uint32_t a, uint32_t v)
{
    v &= ~not_asked(s, v);
    if (v && gt_armed(s, FT_GDRST_STUCK) && gdrst_stuck(s, v)) {
        return;
    }
    /* a full reset takes those of engines with it that are stuck */
    R(s, a) &= v & GDRST_FULL ? 0 : ~v;
    if (!R(s, a)) {
        gt_later_drop(s, NULL, LT_BIT(LT_GDRST));
    }
    gt_engines_reset(s, v);
}
