// SPDX-License-Identifier: GPL-2.0-or-later
/* Virtual Intel GPU: MI commands between registers and memory. */
#include "gt_int.h"

#define REG_FIELD   0x7ffffcu

/* may the command write the register? */
bool gt_reg_ok(GtEng *e, uint32_t a)
{
    if (!gt_user_batch(e) || gt_reg_user(e, a)) {
        return true;
    }
    gt_strict(e->gt, e, SK_PRIVILEGE, e->cmd_at, "user batch writes register "
              "%05x: dropped, not a user register", a);
    return false;
}

static uint64_t addr64(const uint32_t *dw)
{
    uint64_t high = dw[1];

    return high << 32 | (dw[0] & ~3u);
}

int gt_mi_lri(GtEng *e, const uint32_t *dw, int n)
{
    if (!(n & 1)) {
        gt_strict(e->gt, e, SK_LENGTH, e->cmd_at, "MI_LOAD_REGISTER_IMM of %d "
                  "dwords: offsets and values do not pair", n);
    }
    for (int i = 1; i + 1 < n; i += 2) {
        uint32_t a = dw[i] & REG_FIELD;

        if (gt_reg_ok(e, a)) {
            gt_reg_write(e->gt, e, a, dw[i + 1]);
        }
    }
    return ST_GO;
}

int gt_mi_srm(GtEng *e, const uint32_t *dw, int n)
{
    gt_wr32(e, addr64(dw + 2), !(dw[0] & (1 << 22)),
            gt_reg_read(e->gt, e, dw[1] & REG_FIELD));
    gt_wake_waiters(e->gt, e);
    return ST_GO;
}

int gt_mi_lrm(GtEng *e, const uint32_t *dw, int n)
{
    uint32_t a = dw[1] & REG_FIELD, v;

    if (!gt_reg_ok(e, a)) {
        return ST_GO;
    }
    v = gt_rd32(e, addr64(dw + 2), !(dw[0] & (1 << 22)));
    if (!e->dead) {
        gt_reg_write(e->gt, e, a, v);
    }
    return ST_GO;
}

int gt_mi_lrr(GtEng *e, const uint32_t *dw, int n)
{
    uint32_t to = dw[2] & REG_FIELD;

    if (gt_reg_ok(e, to)) {
        gt_reg_write(e->gt, e, to,
                     gt_reg_read(e->gt, e, dw[1] & REG_FIELD));
    }
    return ST_GO;
}

int gt_mi_store_imm(GtEng *e, const uint32_t *dw, int n)
{
    bool qword = dw[0] & (1 << 21);

    if (qword && !(n & 1)) {
        gt_strict(e->gt, e, SK_LENGTH, e->cmd_at, "qword MI_STORE_DATA_IMM of "
                  "%d dwords: half a qword of data", n);
    }
    if (qword && (dw[1] & 7)) {
        gt_strict(e->gt, e, SK_COMMAND, e->cmd_at, "qword MI_STORE_DATA_IMM "
                  "to %x: not aligned to 8", dw[1]);
    }
    if (n > 3) {
        gt_write(e, addr64(dw + 1), !(dw[0] & (1 << 22)), dw + 3,
                 4 * (MIN(n, GT_CMD_MAX) - 3));
        gt_wake_waiters(e->gt, e);
    }
    return ST_GO;
}

int gt_mi_store_index(GtEng *e, const uint32_t *dw, int n)
{
    uint64_t page = dw[0] & (1 << 21) ? ELEM_LRCA(e->el[e->cur]) :
                                        ER(e, ENG_HWS_PGA) & 0xfffff000u;

    gt_write(e, page + (dw[1] & 0xffc), false, dw + 2, 4 * (n - 2));
    gt_wake_waiters(e->gt, e);
    return ST_GO;
}

int gt_mi_copy_mem(GtEng *e, const uint32_t *dw, int n)
{
    bool src_ggtt = dw[0] & (1 << 22), dst_ggtt = dw[0] & (1 << 21);
    uint32_t v;

    if (!gt_space_ok(e, src_ggtt || dst_ggtt)) {
        return ST_GO;
    }
    v = gt_rd32(e, addr64(dw + 3), !src_ggtt);
    if (!e->dead) {
        gt_wr32(e, addr64(dw + 1), !dst_ggtt, v);
        gt_wake_waiters(e->gt, e);
    }
    return ST_GO;
}

int gt_mi_update_gtt(GtEng *e, const uint32_t *dw, int n)
{
    uint32_t first = dw[1] >> 12;

    for (int i = 0; 2 + 2 * i + 1 < n; i++) {
        gt_ggtt_store(e->gt, e, (first + i) & (GT_NPTE - 1),
                      dw[2 + 2 * i] | ((uint64_t)dw[3 + 2 * i] << 32));
    }
    return ST_GO;
}
