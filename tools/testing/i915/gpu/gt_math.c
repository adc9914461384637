// SPDX-License-Identifier: GPL-2.0-or-later
/* Virtual Intel GPU: MI_MATH, MI_PREDICATE, MI_ATOMIC. */
#include "gt_int.h"

#define ATOMIC_DW           3
#define ATOMIC_INLINE_DW    11

#define OPND_SRCA   0x20
#define OPND_SRCB   0x21
#define OPND_ACCU   0x31
#define OPND_ZF     0x32
#define OPND_CF     0x33

typedef struct Alu {
    uint64_t a, b, acc;
    bool zf, cf;
} Alu;

static uint64_t reg64(GtEng *e, uint32_t o)
{
    return ER(e, o) | ((uint64_t)ER(e, o + 4) << 32);
}

static void set_reg64(GtEng *e, uint32_t o, uint64_t v)
{
    ER(e, o) = v;
    ER(e, o + 4) = v >> 32;
}

/* false for an operand that does not exist */
static bool alu_get(GtEng *e, const Alu *u, unsigned src, uint64_t *v)
{
    if (src < 16) {
        *v = reg64(e, ENG_GPR + 8 * src);
    } else if (src == OPND_ACCU) {
        *v = u->acc;
    } else if (src == OPND_ZF) {
        *v = u->zf ? ~0ULL : 0;
    } else if (src == OPND_CF) {
        *v = u->cf ? ~0ULL : 0;
    } else {
        return false;
    }
    return true;
}

static void alu_set(Alu *u, uint64_t acc, bool cf)
{
    u->acc = acc;
    u->cf = cf;
    u->zf = !acc;
}

static bool alu_load(Alu *u, unsigned dst, uint64_t v)
{
    if (dst == OPND_SRCA) {
        u->a = v;
    } else if (dst == OPND_SRCB) {
        u->b = v;
    } else {
        return false;
    }
    return true;
}

/* one ALU dword; false if reserved */
static bool alu_step(GtEng *e, Alu *u, uint32_t d)
{
    unsigned op = d >> 20, x = (d >> 10) & 0x3ff, y = d & 0x3ff;
    uint64_t v;

    switch (op) {
    case 0x000:
        return true;
    case 0x080:
        return alu_get(e, u, y, &v) && alu_load(u, x, v);
    case 0x480:
        return alu_get(e, u, y, &v) && alu_load(u, x, ~v);
    case 0x081:
        return alu_load(u, x, 0);
    case 0x481:
        return alu_load(u, x, ~0ULL);
    case 0x100:
        alu_set(u, u->a + u->b, u->a + u->b < u->a);
        return true;
    case 0x101:
        alu_set(u, u->a - u->b, u->a < u->b);
        return true;
    case 0x102:
        alu_set(u, u->a & u->b, false);
        return true;
    case 0x103:
        alu_set(u, u->a | u->b, false);
        return true;
    case 0x104:
        alu_set(u, u->a ^ u->b, false);
        return true;
    case 0x180:
    case 0x580:
        if (x >= 16 || y < 16 || !alu_get(e, u, y, &v)) {
            return false;
        }
        set_reg64(e, ENG_GPR + 8 * x, op == 0x580 ? ~v : v);
        return true;
    }
    return false;
}

int gt_mi_math(GtEng *e, const uint32_t *dw, int n)
{
    Alu u = { 0 };

    for (int i = 1; i < n; i++) {
        if (!alu_step(e, &u, dw[i])) {
            gt_strict(e->gt, e, SK_COMMAND, e->cmd_at + 4 * i, "MI_MATH "
                      "instruction %08x is reserved", dw[i]);
        }
    }
    return ST_GO;
}

int gt_mi_predicate(GtEng *e, const uint32_t *dw, int n)
{
    uint64_t s0 = reg64(e, ENG_PRED_SRC0), s1 = reg64(e, ENG_PRED_SRC1);
    bool now = ER(e, ENG_PRED_RESULT) & 1, cmp;
    unsigned load = (dw[0] >> 6) & 3;

    switch (dw[0] & 3) {
    case 0:
        cmp = true;
        break;
    case 1:
        cmp = false;
        break;
    case 2:
        cmp = s0 == s1;
        break;
    default:
        cmp = s0 - s1 == reg64(e, ENG_PRED_DATA);
    }
    if (load < 2) {
        return ST_GO;           /* keep */
    }
    cmp ^= load == 3;
    switch ((dw[0] >> 3) & 3) {
    case 0:
        now = cmp;
        break;
    case 1:
        now = now && cmp;
        break;
    case 2:
        now = now || cmp;
        break;
    default:
        now ^= cmp;
    }
    ER(e, ENG_PRED_RESULT) = now;
    return ST_GO;
}

/* new value for operation op; false if reserved */
static bool atomic_op(unsigned op, bool wide, uint64_t m, uint64_t a,
                      uint64_t b, uint64_t *out)
{
    bool less = wide ? (int64_t)m < (int64_t)a : (int32_t)m < (int32_t)a;

    if (!wide) {
        m = (uint32_t)m;
        a = (uint32_t)a;
    }
    switch (op & 0x1f) {
    case 0x01:
        *out = m & a;
        return true;
    case 0x02:
        *out = m | a;
        return true;
    case 0x03:
        *out = m ^ a;
        return true;
    case 0x04:
        *out = a;
        return true;
    case 0x05:
        *out = m + 1;
        return true;
    case 0x06:
        *out = m - 1;
        return true;
    case 0x07:
        *out = m + a;
        return true;
    case 0x08:
        *out = m - a;
        return true;
    case 0x09:
        *out = a - m;
        return true;
    case 0x0a:
        *out = less ? a : m;
        return true;
    case 0x0b:
        *out = less ? m : a;
        return true;
    case 0x0c:
        *out = MAX(m, a);
        return true;
    case 0x0d:
        *out = MIN(m, a);
        return true;
    case 0x0e:
        *out = m == a ? b : m;
        return true;
    }
    *out = m;
    return false;
}

/*
 * Operands in the command come in four parts of a dword each, the first
 * operand's and the second's in turn: DW3 and DW5 are the low qword of the
 * first, DW4 and DW6 of the second. The command is then always of full
 * length.
 */
static uint64_t inline_operand(const uint32_t *dw, int n, int which)
{
    uint32_t lo = n > 3 + which ? dw[3 + which] : 0;
    uint32_t hi = n > 5 + which ? dw[5 + which] : 0;

    return lo | ((uint64_t)hi << 32);
}

int gt_mi_atomic(GtEng *e, const uint32_t *dw, int n)
{
    unsigned op = (dw[0] >> 8) & 0xff, size = (dw[0] >> 19) & 3;
    uint64_t va = ((uint64_t)dw[2] << 32) | (dw[1] & ~3u);
    bool pp = !(dw[0] & (1 << 22)), wide = size == 1;
    bool in_cmd = dw[0] & (1 << 18);
    uint64_t m = 0, out, a = reg64(e, ENG_GPR), b = reg64(e, ENG_GPR + 8);

    if (n != (in_cmd ? ATOMIC_INLINE_DW : ATOMIC_DW)) {
        gt_strict(e->gt, e, SK_LENGTH, e->cmd_at, "MI_ATOMIC %s inline data "
                  "of %d dwords, %d expected", in_cmd ? "with" : "without", n,
                  in_cmd ? ATOMIC_INLINE_DW : ATOMIC_DW);
    }
    if (in_cmd) {
        a = inline_operand(dw, n, 0);
        b = inline_operand(dw, n, 1);
    }
    if (!gt_read(e, va, pp, &m, wide ? 8 : 4)) {
        return ST_DEAD;
    }
    if (size > 1 || !atomic_op(op, wide, m, a, b, &out)) {
        gt_strict(e->gt, e, SK_COMMAND, e->cmd_at, "MI_ATOMIC operation %02x "
                  "size %u does not exist", op, size);
        return ST_GO;
    }
    gt_write(e, va, pp, &out, wide ? 8 : 4);
    if (dw[0] & (1 << 16)) {    /* return the old value */
        set_reg64(e, ENG_GPR, m);
    }
    gt_wake_waiters(e->gt, e);
    return ST_GO;
}
