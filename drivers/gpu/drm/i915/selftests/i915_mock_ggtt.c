// SPDX-License-Identifier: MIT

#include <linux/array_size.h>
#include <linux/delay.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include <uapi/drm/i915_drm.h>

#include "base/i915_drv.h"
#include "gem/i915_gem_stats.h"
#include "gt/i915_gt_layer.h"
#include "gt/i915_lrc_layout.h"
#include "gt/i915_mock_engine.h"
#include "gt/i915_request.h"
#include "gt/i915_request_end.h"
#include "gt/i915_retire.h"
#include "gt/i915_ring_room.h"
#include "selftests/i915_mock_selftests.h"
#include "selftests/mock_util.h"
#include "vm/i915_ggtt.h"
#include "vm/i915_vm_layer.h"

/**
 * DOC: mock ggtt
 *
 * The global address space when it is full: contexts that are idle make room,
 * the longest idle first, and run again at another address; those in use stay.
 */

struct ggtt_filler {
	struct drm_mm_node node;
	struct list_head link;
};

static struct ggtt_filler *filler_add(struct i915_st *st, struct list_head *fillers, u64 size)
{
	struct i915_ggtt *ggtt = to_ggtt(st->i915);
	struct ggtt_filler *filler;
	int ret;

	filler = kzalloc(sizeof(*filler), GFP_KERNEL);
	if (!st_ptr(st, "memory", filler))
		return NULL;

	mutex_lock(&ggtt->lock);
	ret = drm_mm_insert_node(&ggtt->mm, &filler->node, size);
	mutex_unlock(&ggtt->lock);
	if (ret) {
		kfree(filler);
		return NULL;
	}
	list_add(&filler->link, fillers);

	return filler;
}

static void filler_remove(struct i915_st *st, struct ggtt_filler *filler)
{
	mutex_lock(&to_ggtt(st->i915)->lock);
	drm_mm_remove_node(&filler->node);
	mutex_unlock(&to_ggtt(st->i915)->lock);
	list_del(&filler->link);
	kfree(filler);
}

/* Take every address but @room bytes in one piece. */
static void ggtt_fill(struct i915_st *st, struct list_head *fillers, u64 room)
{
	struct ggtt_filler *hole = room ? filler_add(st, fillers, room) : NULL;
	u64 size;

	for (size = to_ggtt(st->i915)->total; size >= SZ_4K; size /= 2) {
		while (filler_add(st, fillers, size))
			;
	}
	if (hole)
		filler_remove(st, hole);
}

static void ggtt_empty(struct i915_st *st, struct list_head *fillers)
{
	struct ggtt_filler *filler, *next;

	list_for_each_entry_safe(filler, next, fillers, link)
		filler_remove(st, filler);
}

#define GGTT_CLIENTS	4

struct ggtt_clients {
	struct i915_st *st;
	struct mock_client client[GGTT_CLIENTS];
	unsigned int opened;
	struct list_head fillers;
};

/* Clients whose contexts have never run, and addresses for @fit of them */
static bool clients_open(struct i915_st *st, struct ggtt_clients *c, unsigned int fit)
{
	*c = (struct ggtt_clients){ .st = st };
	INIT_LIST_HEAD(&c->fillers);

	for (; c->opened < GGTT_CLIENTS; c->opened++) {
		if (!mock_client_open(st, &c->client[c->opened]))
			return false;
	}
	ggtt_fill(st, &c->fillers, (u64)fit * c->client[0].lrc->buf.count * SZ_4K);

	return true;
}

static void clients_close(struct ggtt_clients *c)
{
	while (c->opened)
		mock_client_close(&c->client[--c->opened]);
	ggtt_empty(c->st, &c->fillers);
}

/* Run something, at another time than before. */
static void run(struct ggtt_clients *c, unsigned int n)
{
	struct i915_request *rq = mock_request(c->st, &c->client[n], NULL, NULL);

	if (rq)
		mock_request_finish(c->st, rq);
	schedule_timeout_uninterruptible(2);
}

static bool has_address(const struct ggtt_clients *c, unsigned int n)
{
	return c->client[n].lrc->buf.bound;
}

/* PTEs and image agree on where the context is. */
static void check_address(struct ggtt_clients *c, unsigned int n)
{
	const struct i915_lrc *lrc = c->client[n].lrc;
	u32 offset = i915_ggtt_buf_offset(&lrc->buf);
	const u64 *ptes = to_ggtt(c->st->i915)->mock_ptes + offset / SZ_4K;
	unsigned int page;

	for (page = 0; page < lrc->buf.count; page++)
		st_eq(c->st, "page behind a PTE", ptes[page] & ~0xfffull, lrc->buf.dma[page]);
	st_eq(c->st, "address in the descriptor", lrc->desc & ~0xfff, offset);
	st_eq(c->st, "ring in the image", lrc->regs[LRC_RING_START],
	      offset + (lrc->buf.count - 4) * SZ_4K);
	st_eq(c->st, "status page of the commands", lrc->hwsp_seqno_ggtt & ~0xfff, offset);
}

static void longest_idle_makes_room(struct i915_st *st)
{
	struct ggtt_clients c;
	unsigned int n;

	if (!clients_open(st, &c, 3))
		goto out;

	for (n = 0; n < GGTT_CLIENTS; n++)
		st_true(st, "no address before the first request", !has_address(&c, n));
	run(&c, 0);
	run(&c, 1);
	run(&c, 2);
	/* the first was used again: the second is the one */
	run(&c, 0);
	run(&c, 3);
	st_true(st, "the one used again has an address", has_address(&c, 0));
	st_true(st, "the longest idle has none", !has_address(&c, 1));
	st_true(st, "the next has one", has_address(&c, 2));
	st_true(st, "the new one has one", has_address(&c, 3));
	check_address(&c, 3);

	run(&c, 1);
	st_true(st, "it has one again", has_address(&c, 1));
	st_true(st, "now another one has none", !has_address(&c, 2));
	check_address(&c, 1);
	check_address(&c, 0);
out:
	clients_close(&c);
}

static void in_use_stays(struct i915_st *st)
{
	struct i915_request *rq[2], *late;
	struct dma_fence *fence;
	struct ggtt_clients c;

	if (!clients_open(st, &c, 2))
		goto out;

	fence = mock_fence_create();
	rq[0] = mock_request(st, &c.client[0], NULL, fence);
	rq[1] = mock_request(st, &c.client[1], NULL, fence);

	late = i915_request_try_create(c.client[2].lrc, 0);
	st_eq(st, "a request when all addresses are in use", PTR_ERR_OR_ZERO(late), -EAGAIN);
	if (!IS_ERR(late))
		i915_request_abandon(late);
	st_eq(st, "waiting for one, not blocking",
	      i915_lrc_begin_turn(c.client[2].lrc, true), -EWOULDBLOCK);
	st_true(st, "the first has its address", has_address(&c, 0));
	st_true(st, "the second has its address", has_address(&c, 1));

	mock_fence_signal(fence);
	if (rq[0])
		mock_request_finish(st, rq[0]);
	if (rq[1])
		mock_request_finish(st, rq[1]);
	run(&c, 2);
	st_true(st, "the third has an address", has_address(&c, 2));
out:
	clients_close(&c);
}

/* Its requests have ended, but the hardware may not have saved its image yet. */
static void in_port_stays(struct i915_st *st)
{
	struct i915_engine *engine = to_gt(st->i915)->engine[I915_RCS0];
	struct i915_request *rq, *late;
	struct ggtt_clients c;

	if (!clients_open(st, &c, 1))
		goto out;

	i915_mock_engine_hold(engine);
	rq = mock_request(st, &c.client[0], NULL, NULL);
	if (rq) {
		i915_mock_engine_acknowledge(engine);
		WRITE_ONCE(*c.client[0].lrc->hwsp_seqno, rq->fence.seqno);
		i915_gt_retire_short(to_gt(st->i915));
		st_alive_eq(st, "complete", I915_AUDIT_REQUEST, 0);
	}

	late = i915_request_try_create(c.client[1].lrc, 0);
	st_eq(st, "a request when the address is in a port", PTR_ERR_OR_ZERO(late), -EAGAIN);
	if (!IS_ERR(late))
		i915_request_abandon(late);
	st_true(st, "the first has its address", has_address(&c, 0));

	i915_mock_engine_complete(engine);
	i915_mock_engine_let_run(engine);
	if (rq)
		mock_request_finish(st, rq);
	run(&c, 1);
	st_true(st, "the second has an address", has_address(&c, 1));
out:
	clients_close(&c);
}

/* A context that is gone makes no room. */
static void gone_is_not_looked_at(struct i915_st *st)
{
	struct ggtt_clients c;

	if (!clients_open(st, &c, 1))
		goto out;

	run(&c, GGTT_CLIENTS - 1);
	mock_client_close(&c.client[--c.opened]);
	run(&c, 0);
	run(&c, 1);
	st_true(st, "the first has no address", !has_address(&c, 0));
	st_true(st, "the second has one", has_address(&c, 1));
out:
	clients_close(&c);
}

#define ROW_PAGES	4

/* A buffer of one page that is idle, and when it was used last */
struct row_page {
	struct i915_ggtt_buf buf;
	unsigned long used;
};

static bool row_page_idle(struct i915_ggtt_buf *buf, unsigned long *since)
{
	*since = container_of(buf, struct row_page, buf)->used;

	return true;
}

/* One subtest runs at a time. */
static struct i915_ggtt *row_ggtt;

static bool row_page_evict(struct i915_ggtt_buf *buf)
{
	i915_ggtt_buf_unbind_locked(row_ggtt, buf);

	return true;
}

static const struct i915_ggtt_buf_ops row_page_ops = {
	.idle = row_page_idle,
	.evict = row_page_evict,
};

/* Pages 0, 2 and 1 have been idle the longest: two of them make room for two, the third stays. */
static void only_what_is_needed_goes(struct i915_st *st)
{
	static const unsigned int order[ROW_PAGES] = { 0, 2, 1, 3 };
	struct i915_ggtt *ggtt = to_ggtt(st->i915);
	struct i915_ggtt_buf two = {};
	struct row_page *row;
	unsigned int n, left = 0;
	LIST_HEAD(fillers);

	row = kcalloc(ROW_PAGES, sizeof(*row), GFP_KERNEL);
	if (!st_true(st, "memory for the pages", row))
		return;

	row_ggtt = ggtt;
	ggtt_fill(st, &fillers, ROW_PAGES * SZ_4K);
	for (n = 0; n < ROW_PAGES; n++) {
		struct i915_ggtt_buf *buf = &row[n].buf;

		if (!st_ok(st, "allocating a page", i915_ggtt_buf_alloc(ggtt, buf, 1, 0, 0)))
			goto out;
		buf->ops = &row_page_ops;
		st_ok(st, "binding a page", i915_ggtt_buf_bind(ggtt, buf));
		row[n].used = buf->since + order[n];
	}

	st_ok(st, "two pages in a row", i915_ggtt_buf_init(ggtt, &two, 2, 0, 0));
	for (n = 0; n < ROW_PAGES; n++)
		left += row[n].buf.bound;
	st_eq(st, "pages that stay", left, ROW_PAGES - 2);
	st_true(st, "the one used last stays", row[ROW_PAGES - 1].buf.bound);
out:
	i915_ggtt_buf_fini(ggtt, &two);
	for (n = 0; n < ROW_PAGES; n++)
		i915_ggtt_buf_fini(ggtt, &row[n].buf);
	ggtt_empty(st, &fillers);
	kfree(row);
}

/* Nothing idle and nothing runs: waiting would be for ever. */
static void no_room_at_all(struct i915_st *st)
{
	struct i915_request *rq;
	struct ggtt_clients c;

	if (!clients_open(st, &c, 0))
		goto out;

	rq = i915_request_create(c.client[0].lrc, 0);
	st_eq(st, "a request in a full GGTT", PTR_ERR_OR_ZERO(rq), -ENOSPC);
	if (!IS_ERR(rq))
		i915_request_abandon(rq);
out:
	clients_close(&c);
}

struct full_request {
	struct work_struct work;
	struct i915_lrc *lrc;
	struct i915_request *rq;
};

static void full_request(struct work_struct *work)
{
	struct full_request *full = container_of(work, struct full_request, work);

	full->rq = i915_request_create(full->lrc, 0);
}

static void check_ring_is_free(struct i915_st *st, struct i915_lrc *lrc)
{
	unsigned int n;
	bool is_free;

	for (n = 0; n < 200 && !mutex_is_locked(&lrc->turn); n++)
		msleep(20);
	msleep(50);
	st_true(st, "it waits for its turn to end", mutex_is_locked(&lrc->turn));
	is_free = mutex_trylock(&lrc->lock);
	if (is_free)
		mutex_unlock(&lrc->lock);
	st_true(st, "its ring is not locked meanwhile", is_free);
}

/* In a full GGTT others' long lists are retired: whoever has objects locked may need the ring. */
static void no_room_locks_nobody_out(struct i915_st *st)
{
	struct i915_gt *gt = to_gt(st->i915);
	struct full_request full = {};
	struct ggtt_clients c;

	if (!clients_open(st, &c, 0))
		goto out;

	full.lrc = c.client[0].lrc;
	INIT_WORK_ONSTACK(&full.work, full_request);
	/* as while somebody retires a long list */
	mutex_lock(&gt->late_mutex);
	atomic_inc(&gt->late);
	queue_work(system_unbound_wq, &full.work);
	check_ring_is_free(st, full.lrc);
	atomic_dec(&gt->late);
	mutex_unlock(&gt->late_mutex);

	flush_work(&full.work);
	destroy_work_on_stack(&full.work);
	st_eq(st, "a request in a full GGTT", PTR_ERR_OR_ZERO(full.rq), -ENOSPC);
	if (!IS_ERR(full.rq))
		i915_request_abandon(full.rq);
out:
	clients_close(&c);
}

static u64 aperture_free(struct i915_st *st)
{
	struct drm_i915_gem_get_aperture args = {};

	st_ok(st, "GET_APERTURE", i915_gem_get_aperture_ioctl(&st->i915->drm, &args, NULL));

	return args.aper_available_size;
}

static void aperture_is_counted(struct i915_st *st)
{
	struct mock_client client;
	struct i915_request *rq;
	u64 before, size;

	before = aperture_free(st);
	if (!mock_client_open(st, &client))
		return;

	size = (u64)client.lrc->buf.count * SZ_4K;
	rq = mock_request(st, &client, NULL, NULL);
	if (rq)
		mock_request_finish(st, rq);
	st_eq(st, "free with one context bound", aperture_free(st), before - size);
	mock_client_close(&client);
	st_eq(st, "free with none", aperture_free(st), before);
}

static const struct i915_subtest ggtt_subtests[] = {
	I915_SUBTEST(longest_idle_makes_room),
	I915_SUBTEST(in_use_stays),
	I915_SUBTEST(in_port_stays),
	I915_SUBTEST(gone_is_not_looked_at),
	I915_SUBTEST(only_what_is_needed_goes),
	I915_SUBTEST(no_room_at_all),
	I915_SUBTEST(no_room_locks_nobody_out),
	I915_SUBTEST(aperture_is_counted),
};

const struct i915_suite i915_mock_ggtt_suite = {
	.name = "ggtt",
	.tests = ggtt_subtests,
	.count = ARRAY_SIZE(ggtt_subtests),
};
