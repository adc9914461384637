// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual Intel GPU: the fault window, by which a guest program arms and
 * disarms faults. It lies behind the marker window; README.md has its layout.
 * It stays when the device is "gone", and accesses are not counted.
 */
#include "gt_int.h"
#include "qemu/cutils.h"

#define WIN_MAGIC   0x544c4146      /* "FALT" */
#define WIN_CMD     0x004           /* write a command, read its status */
#define WIN_RULE    0x008           /* a rule's number */
#define WIN_HITS    0x00c           /* of that rule */
#define WIN_SEEN    0x010           /* events it has looked at */
#define WIN_TIME    0x018           /* virtual time, 8 bytes */
#define WIN_SEED    0x020           /* low, then high half: begins it anew */
#define WIN_TEXT    0x100           /* the rule to arm */
#define WIN_WHY     0x400           /* why the last command was refused */

enum { CMD_ARM = 1, CMD_DISARM_ALL = 2, CMD_DISARM = 3 };
enum { STATUS_DONE = 0, STATUS_REFUSED = 1 };

static GtRule *chosen(GtDev *s)
{
    unsigned i = s->fault_rule - 1;

    return i < GT_RULES && s->rule[i].used ? &s->rule[i] : NULL;
}

static bool arm(GtDev *s, char why[GT_WHY])
{
    char text[GT_RULE_TEXT];
    unsigned id;

    memcpy(text, s->fault_text, sizeof(text));
    text[sizeof(text) - 1] = 0;
    id = gt_inject_arm(s, text, why);
    if (id) {
        s->fault_rule = id;
    }
    return id;
}

static bool command(GtDev *s, uint32_t v, char why[GT_WHY])
{
    switch (v) {
    case CMD_ARM:
        return arm(s, why);
    case CMD_DISARM_ALL:
        gt_inject_disarm(s, 0);
        return true;
    case CMD_DISARM:
        if (chosen(s)) {
            gt_inject_disarm(s, s->fault_rule);
            return true;
        }
        snprintf(why, GT_WHY, "no rule %u: 1 to %d, if armed", s->fault_rule,
                 GT_RULES);
        return false;
    }
    snprintf(why, GT_WHY, "no command %u: 1 arms, 2 disarms all, 3 disarms "
             "one rule", v);
    return false;
}

static uint64_t win_read(void *opaque, hwaddr a, unsigned size)
{
    GtDev *s = opaque;
    GtRule *r = chosen(s);

    if (a >= WIN_WHY && a < WIN_WHY + GT_WHY) {
        return s->fault_why[(a - WIN_WHY) / 4];
    }
    if (a >= WIN_TEXT && a < WIN_TEXT + GT_RULE_TEXT) {
        return s->fault_text[(a - WIN_TEXT) / 4];
    }
    switch (a) {
    case 0:
        return WIN_MAGIC;
    case WIN_CMD:
        return s->fault_status;
    case WIN_RULE:
        return s->fault_rule;
    case WIN_HITS:
        return r ? r->hits : 0;
    case WIN_SEEN:
        return r ? r->seen : 0;
    case WIN_SEED:
        return s->seed;
    case WIN_SEED + 4:
        return s->seed >> 32;
    case WIN_TIME:
        return (uint32_t)qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    case WIN_TIME + 4:
        return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) >> 32;
    }
    return 0;
}

static void win_write(void *opaque, hwaddr a, uint64_t v, unsigned size)
{
    GtDev *s = opaque;

    if (a >= WIN_TEXT && a < WIN_TEXT + GT_RULE_TEXT) {
        s->fault_text[(a - WIN_TEXT) / 4] = v;
    } else if (a == WIN_SEED) {
        s->fault_seed = v;
    } else if (a == WIN_SEED + 4) {
        gt_seed_set(s, v << 32 | s->fault_seed);
    } else if (a == WIN_RULE) {
        s->fault_rule = v;
    } else if (a == WIN_CMD) {
        memset(s->fault_why, 0, sizeof(s->fault_why));
        s->fault_status = command(s, v, (char *)s->fault_why) ?
                          STATUS_DONE : STATUS_REFUSED;
        if (s->fault_status == STATUS_DONE) {
            memset(s->fault_why, 0, sizeof(s->fault_why));
        } else {
            fprintf(s->out, "i915-gpu: FAULT refused: %s\n",
                    (char *)s->fault_why);
            fflush(s->out);
        }
    }
}

static const MemoryRegionOps win_ops = {
    .read = win_read,
    .write = win_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 4, .max_access_size = 8 },
    .impl = { .min_access_size = 4, .max_access_size = 4 },
};

void gt_inject_window_init(GtDev *s)
{
    memory_region_init_io(&s->fault_mr, OBJECT(s), &win_ops, s,
                          "intel-gt-faults", GT_FAULT_BYTES);
    memory_region_add_subregion_overlap(&s->bar0, GT_FAULT_BASE, &s->fault_mr,
                                        1);
}
