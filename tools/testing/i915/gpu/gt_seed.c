// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual Intel GPU: schedules from a seed.
 *
 * A real GPU takes its own time for everything, this one the same each time.
 * With a seed it does not: how long it takes to begin, how much an engine does
 * at once, which of two engines comes first, when it lets itself be preempted,
 * when reports and interrupts arrive, and what the TLB forgets all vary within
 * what hardware may do. The numbers come from the seed alone and all times are
 * of the guest's clock, so that the same seed in the same run is the same
 * schedule. Without one nothing here is called.
 */
#include "gt_int.h"

/* longest times, as powers of two of a ns */
#define BEGIN_BITS      18      /* submission to the first command: 262 us */
#define STATUS_BITS     15      /* status event to memory: 33 us */
#define MSI_BITS        16      /* interrupt line to the message: 66 us */
#define KICK_BITS       10      /* between engines due at once: 1 us */

uint64_t gt_splitmix(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15ULL;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

void gt_seed_set(GtDev *s, uint64_t seed)
{
    s->seed = seed;
    s->random = seed;
    s->vary = seed ^ 0x5eed;
}

/* 0 to n - 1 */
static uint64_t vary(GtDev *s, uint64_t n)
{
    return n ? gt_splitmix(&s->vary) % n : 0;
}

/* small as likely as large: 0 to 2^bits - 1 */
static uint64_t vary_log(GtDev *s, unsigned bits)
{
    return vary(s, 1ULL << vary(s, bits + 1));
}

/* ns between a submission and its first command; a third begin at once */
int64_t gt_seed_begin(GtDev *s)
{
    return vary(s, 3) ? 1 + vary_log(s, BEGIN_BITS) : 0;
}

/* a slice begins: its commands, as many as there may be, or fewer */
int gt_seed_slice(GtEng *e, int most)
{
    GtDev *s = e->gt;

    e->f_host = NULL;           /* fetched through the TLB again */
    gt_seed_tlb(e);
    return 1 + vary(s, MIN(most, 1 + vary_log(s, 31 - clz32(most | 1))));
}

/* later by so many ns: of two engines due at once either comes first */
int64_t gt_seed_kick(GtDev *s, int64_t delay)
{
    return delay + vary_log(s, KICK_BITS) + vary(s, delay / 4);
}

/* an arbitration point at which nothing is preempted although it might */
bool gt_seed_pass_arb(GtDev *s)
{
    return !vary(s, 3);
}

/* at its end, with another submission there: ended, or preempted? */
bool gt_seed_preempt_at_end(GtEng *e)
{
    return e->arb && vary(e->gt, 2);
}

/* a status event on its way, which keeps its place; true: it comes later */
bool gt_seed_status(GtEng *e, uint32_t lo, uint32_t id)
{
    if (vary(e->gt, 2)) {
        return false;
    }
    gt_later(e->gt, e, LT_STATUS, 1 + vary_log(e->gt, STATUS_BITS), lo, id,
             CSB_PARTS);
    return true;
}

/* the message of an interrupt; true: it comes later */
bool gt_seed_msi(GtDev *s)
{
    if (vary(s, 2)) {
        return false;
    }
    gt_later(s, NULL, LT_MSI, 1 + vary_log(s, MSI_BITS), 0, 0, 0);
    return true;
}

/* what is remembered may be forgotten at any time */
void gt_seed_tlb(GtEng *e)
{
    unsigned from = vary(e->gt, 4 * GT_TLB);

    for (unsigned i = from; i < from + GT_TLB && from < GT_TLB; i++) {
        if (e->tlb[i % GT_TLB].tag) {
            e->tlb[i % GT_TLB].tag = 0;
            return;
        }
    }
}
