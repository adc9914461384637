// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual Intel GPU: what a fault rule says.
 *
 *   what[@engine][:key=value]...
 *
 * The tables below are all there is: faults with the keys they take, keys
 * with their kind of value. A rule that makes no sense is refused with what
 * would have been understood.
 */
#include "gt_int.h"
#include "qemu/cutils.h"

enum {
    K_N, K_EVERY, K_P, K_COUNT, K_T, K_CTX, K_BATCH, K_DELAY, K_BIT, K_EVENT,
    K_VALUE, K_ID, K_MODE, K_AFTER, K_ADDR, K_RESET, K_DOMAIN, K_EDGE, K_CMD,
    K_KEYS
};

#define KB(k)       (1u << (k))
#define KB_WHEN     (KB(K_N) | KB(K_EVERY) | KB(K_P))
#define KB_ALWAYS   (KB_WHEN | KB(K_COUNT) | KB(K_T))
#define KB_ADDR     (KB(K_ADDR) | KB(K_DOMAIN) | KB(K_CMD))
#define KB_ENGINE   (KB(K_CTX) | KB(K_BATCH))

#define USEC    1000
#define MSEC    1000000

/* value: the status event made up, or the error code */
const GtFaultDef gt_faultdef[FT_N] = {
    [FT_IRQ_LOST] = { "irq-lost", KB(K_BIT), true },
    [FT_IRQ_LATE] = { "irq-late", KB(K_BIT) | KB(K_DELAY), true, 100 * USEC },
    [FT_IRQ_TWICE] = { "irq-twice", KB(K_BIT), true },
    [FT_IRQ_SPURIOUS] = { "irq-spurious", KB(K_BIT), true },
    [FT_MSI_LOST] = { "msi-lost", 0 },
    [FT_MSI_SPURIOUS] = { "msi-spurious", 0 },
    [FT_CSB_LATE] = { "csb-late", KB(K_EVENT) | KB(K_DELAY), true,
                      50 * USEC },
    [FT_CSB_HOLE] = { "csb-hole", KB(K_EVENT) | KB(K_DELAY), true, 5 * USEC },
    [FT_CSB_EARLY_IRQ] = { "csb-early-irq", KB(K_EVENT) | KB(K_DELAY), true,
                           5 * USEC },
    [FT_CSB_TWICE] = { "csb-twice", KB(K_EVENT), true },
    [FT_CSB_GARBLED] = { "csb-garbled", KB(K_EVENT) | KB(K_VALUE) | KB(K_ID),
                         true },
    [FT_CSB_LOST] = { "csb-lost", KB(K_EVENT), true },
    [FT_CSB_STRAY] = { "csb-stray", KB(K_VALUE) | KB(K_ID), true, 0,
                       CSB_COMPLETE },
    [FT_CSB_AT_RESET] = { "csb-at-reset", KB(K_VALUE) | KB(K_ID), true, 0,
                          CSB_COMPLETE },
    [FT_ELSP_LOST] = { "elsp-lost", 0, true },
    [FT_HANG] = { "hang", KB(K_MODE) | KB(K_AFTER) | KB(K_DELAY), true },
    [FT_PAGE_FAULT] = { "page-fault", KB(K_ADDR), true },
    [FT_SEM_LATE] = { "sem-late", KB(K_DELAY), true, 100 * USEC },
    [FT_RESET_STUCK] = { "reset-stuck", KB(K_DELAY), true },
    [FT_GDRST_STUCK] = { "gdrst-stuck", KB(K_RESET) | KB(K_DELAY), true },
    [FT_FW_STUCK] = { "fw-stuck", KB(K_DOMAIN) | KB(K_EDGE) | KB(K_DELAY) },
    [FT_GONE] = { "gone", KB(K_ADDR) | KB(K_DELAY) },
    [FT_GGTT_FLUSH_LOST] = { "ggtt-flush-lost", 0 },
    [FT_INVAL_LOST] = { "inval-lost", 0, true },
    [FT_INVAL_STUCK] = { "inval-stuck", KB(K_DELAY), true },
    [FT_PCODE_ERROR] = { "pcode-error", KB(K_CMD) | KB(K_VALUE), false, 0, 1 },
};

typedef struct GtWord {
    const char *name;
    uint64_t value;             /* never 0 */
} GtWord;

static const GtWord bits[] = {
    { "user", 1 + EV_USER }, { "error", 1 + EV_CS_ERROR },
    { "notify", 1 + EV_NOTIFY }, { "switch", 1 + EV_SWITCH },
    { "semaphore", 1 + EV_SEMWAIT }, { }
};
static const GtWord events[] = {
    { "active", CSB_IDLE_ACTIVE }, { "preempt", CSB_PREEMPT },
    { "lite", CSB_LITE }, { "switch", CSB_SWITCH },
    { "complete", CSB_COMPLETE }, { }
};
static const GtWord modes[] = {
    { "spin", HANG_SPIN }, { "noarb", HANG_NOARB }, { "dead", HANG_DEAD }, { }
};
static const GtWord resets[] = {
    { "engine", RESET_ENGINE }, { "full", RESET_FULL }, { }
};
static const GtWord domains[] = {
    { "gt", 1 }, { "render", 2 }, { "media", 3 }, { }
};
static const GtWord edges[] = {
    { "set", EDGE_SET }, { "clear", EDGE_CLEAR }, { }
};

enum { V_COUNT, V_NUMBER, V_TIME, V_CHANCE, V_WORD };

static const struct {
    const char *name;
    uint8_t kind;
    size_t field;
    const GtWord *words;
} keydef[K_KEYS] = {
#define KEY(nm, kd, fld, ...) { nm, kd, offsetof(GtRule, fld), ##__VA_ARGS__ }
    [K_N] = KEY("n", V_COUNT, n),
    [K_EVERY] = KEY("every", V_COUNT, every),
    [K_P] = KEY("p", V_CHANCE, p),
    [K_COUNT] = KEY("count", V_COUNT, count),
    [K_T] = KEY("t", V_TIME, t),
    [K_CTX] = KEY("ctx", V_NUMBER, ctx),
    [K_BATCH] = KEY("batch", V_NUMBER, batch),
    [K_DELAY] = KEY("delay", V_TIME, delay),
    [K_BIT] = KEY("bit", V_WORD, sub, bits),
    [K_EVENT] = KEY("event", V_WORD, sub, events),
    [K_VALUE] = KEY("value", V_NUMBER, value),
    [K_ID] = KEY("id", V_NUMBER, id),
    [K_MODE] = KEY("mode", V_WORD, mode, modes),
    [K_AFTER] = KEY("after", V_COUNT, after),
    [K_ADDR] = KEY("addr", V_NUMBER, addr),
    [K_RESET] = KEY("reset", V_WORD, sub, resets),
    [K_DOMAIN] = KEY("domain", V_WORD, addr, domains),
    [K_EDGE] = KEY("edge", V_WORD, sub, edges),
    [K_CMD] = KEY("cmd", V_NUMBER, addr),
#undef KEY
};

static const struct {
    const char *name;
    int64_t ns;
} units[] = {
    { "", 1 }, { "ns", 1 }, { "us", USEC }, { "ms", MSEC },
    { "s", 1000LL * MSEC },
};

static bool refuse(char why[GT_WHY], const char *fmt, ...) G_GNUC_PRINTF(2, 3);

static bool refuse(char why[GT_WHY], const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(why, GT_WHY, fmt, ap);
    va_end(ap);
    return false;
}

static void append(char why[GT_WHY], const char *word)
{
    pstrcat(why, GT_WHY, " ");
    pstrcat(why, GT_WHY, word);
}

static uint32_t keys_of(const GtFaultDef *def)
{
    return def->keys | KB_ALWAYS | (def->engine ? KB_ENGINE : 0);
}

static bool number(const char *text, uint64_t *v, const char **end)
{
    return g_ascii_isdigit(*text) && !qemu_strtou64(text, end, 0, v);
}

static bool time_value(const char *text, uint64_t *v)
{
    const char *unit;

    if (!number(text, v, &unit)) {
        return false;
    }
    for (int i = 0; i < ARRAY_SIZE(units); i++) {
        if (!strcmp(unit, units[i].name)) {
            if (!*v || *v > INT64_MAX / 4 / units[i].ns) {
                return false;
            }
            *v *= units[i].ns;
            return true;
        }
    }
    return false;
}

static bool parse_value(GtRule *r, int k, const char *text, char why[GT_WHY])
{
    uint64_t *v = (uint64_t *)((char *)r + keydef[k].field);
    const char *end = "";

    switch (keydef[k].kind) {
    case V_COUNT:
        return (number(text, v, &end) && !*end && *v) ||
               refuse(why, "%s=%s: a number from 1 on", keydef[k].name, text);
    case V_NUMBER:
        return (number(text, v, &end) && !*end) ||
               refuse(why, "%s=%s: a number, 0x... for hexadecimal",
                      keydef[k].name, text);
    case V_TIME:
        return time_value(text, v) ||
               refuse(why, "%s=%s: a time, like 500ns, 20us, 5ms or 1s",
                      keydef[k].name, text);
    case V_CHANCE:
        return (!strncmp(text, "1/", 2) && number(text + 2, v, &end) &&
                !*end && *v) ||
               refuse(why, "p=%s: a chance, like 1/10", text);
    }
    for (const GtWord *w = keydef[k].words; w->name; w++) {
        if (!strcmp(w->name, text)) {
            *v = w->value;
            return true;
        }
    }
    refuse(why, "%s=%s: one of", keydef[k].name, text);
    for (const GtWord *w = keydef[k].words; w->name; w++) {
        append(why, w->name);
    }
    return false;
}

static bool parse_key(GtRule *r, const GtFaultDef *def, char *text,
                      char why[GT_WHY])
{
    char *value = strchr(text, '=');

    if (value) {
        *value++ = 0;
        for (int k = 0; k < K_KEYS; k++) {
            if (strcmp(text, keydef[k].name) || !(keys_of(def) & KB(k))) {
                continue;
            }
            if (r->keys & KB(k)) {
                return refuse(why, "%s is given twice", text);
            }
            r->keys |= KB(k);
            return parse_value(r, k, value, why);
        }
    }
    refuse(why, "%s knows no %s%s: its keys are", def->name, text,
           value ? "" : " without a value");
    for (int k = 0; k < K_KEYS; k++) {
        if (keys_of(def) & KB(k)) {
            append(why, keydef[k].name);
        }
    }
    return false;
}

static bool parse_engine(GtRule *r, const GtFaultDef *def, const char *name,
                         char why[GT_WHY])
{
    if (!def->engine) {
        return refuse(why, "%s is of the whole device: no @%s", def->name,
                      name);
    }
    for (int i = 0; i < GT_NENG; i++) {
        if (!strcmp(name, gt_engine_name(i))) {
            r->eng = 1 + i;
            return true;
        }
    }
    refuse(why, "no engine %s: known are", name);
    for (int i = 0; i < GT_NENG; i++) {
        append(why, gt_engine_name(i));
    }
    return false;
}

static bool parse_what(GtRule *r, const char *name, char why[GT_WHY])
{
    for (int i = 0; i < FT_N; i++) {
        if (!strcmp(name, gt_faultdef[i].name)) {
            r->what = i;
            r->delay = gt_faultdef[i].delay;
            r->value = gt_faultdef[i].value;
            r->mode = HANG_SPIN;
            return true;
        }
    }
    refuse(why, "no fault %s: known are", *name ? name : "without a name");
    for (int i = 0; i < FT_N; i++) {
        append(why, gt_faultdef[i].name);
    }
    return false;
}

/* keys that contradict each other */
static bool check(const GtRule *r, char why[GT_WHY])
{
    uint32_t when = r->keys & KB_WHEN;

    if (when & (when - 1)) {
        return refuse(why, "n, every and p exclude each other");
    }
    return true;
}

/* may leave *r half filled when it refuses */
bool gt_rule_parse(const char *text, GtRule *r, char why[GT_WHY])
{
    g_auto(GStrv) part = g_strsplit(text, ":", -1);
    char *engine = part[0] ? strchr(part[0], '@') : NULL;
    const GtFaultDef *def;

    memset(r, 0, sizeof(*r));
    if (engine) {
        *engine++ = 0;
    }
    if (!parse_what(r, part[0] ? part[0] : "", why)) {
        return false;
    }
    def = &gt_faultdef[r->what];
    if (engine && !parse_engine(r, def, engine, why)) {
        return false;
    }
    for (int i = 1; part[i]; i++) {
        if (!parse_key(r, def, part[i], why)) {
            return false;
        }
    }
    /* unless it says otherwise, once */
    if (!(r->keys & (KB(K_EVERY) | KB(K_P) | KB(K_COUNT)))) {
        r->count = 1;
    }
    r->has_value = r->keys & KB(K_VALUE);
    r->has_id = r->keys & KB(K_ID);
    r->has_addr = r->keys & KB_ADDR;
    r->by_time = (r->keys & KB(K_T)) && !(r->keys & KB_WHEN);
    return check(r, why);
}
