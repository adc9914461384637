// SPDX-License-Identifier: MIT

#include "gt/i915_lrc.h"
#include "gt/i915_request.h"
#include "gt/i915_retire.h"
#include "gt/i915_ring_room.h"

/**
 * DOC: Room in the ring
 *
 * A request is contiguous in the ring and never overwrites one that is not
 * complete. A caller that finds no room waits for the oldest request, before it
 * locks any object. Callers are served in the order they came.
 */

/* How often to look for an idle context while the GGTT is full, in jiffies */
#define ADDRESS_POLL	msecs_to_jiffies(20)

/* Return: a reference to the oldest request if there is no room for another one, or NULL */
static struct i915_request *i915_ring_blocker(struct i915_lrc *lrc)
{
	struct i915_engine *engine = lrc->engine;
	struct i915_request *rq;

	lockdep_assert_held(&lrc->lock);

	i915_sched_retire(engine);

	spin_lock_irq(&engine->lock);
	rq = i915_lrc_measure_room(lrc) ? NULL : i915_request_get(i915_lrc_first(lrc));
	spin_unlock_irq(&engine->lock);

	return rq;
}

/* How often the GGTT was found full */
enum ggtt_full {
	GGTT_FULL_FIRST,
	GGTT_FULL_AGAIN,
	GGTT_FULL_IDLE,
};

/*
 * The GGTT is full of active contexts. Return: 0 to bind again: at once after retiring, so that
 * completed contexts leave their ports; then after ADDRESS_POLL; a last time when nothing runs.
 * Retires long lists of others, with nothing locked that an execbuf takes after its objects.
 */
static int i915_ring_wait_for_address(struct i915_lrc *lrc, bool nonblock, enum ggtt_full *full)
{
	int ret;

	if (*full == GGTT_FULL_FIRST) {
		*full = GGTT_FULL_AGAIN;
		i915_gt_retire(lrc->engine->gt);
		return 0;
	}
	if (nonblock)
		return -EWOULDBLOCK;
	if (*full == GGTT_FULL_IDLE)
		return -ENOSPC;

	ret = i915_gt_wait_for_idle(lrc->engine->gt, ADDRESS_POLL);
	if (!ret)
		*full = GGTT_FULL_IDLE;

	return ret == -ETIME ? 0 : ret;
}

static int i915_ring_wait_for_room(struct i915_lrc *lrc, bool nonblock)
{
	enum ggtt_full full = GGTT_FULL_FIRST;
	struct i915_request *rq;
	long ret;

	for (;;) {
		/* dropped before waiting: somebody with objects locked may need it */
		if (mutex_lock_interruptible(&lrc->lock))
			return -ERESTARTSYS;
		ret = i915_lrc_bind(lrc);
		rq = ret ? NULL : i915_ring_blocker(lrc);
		mutex_unlock(&lrc->lock);

		if (ret == -ENOSPC) {
			ret = i915_ring_wait_for_address(lrc, nonblock, &full);
			if (ret)
				return ret;
			continue;
		}
		if (!rq)
			return ret;

		ret = nonblock ? -EWOULDBLOCK : dma_fence_wait(&rq->fence, true);
		i915_request_put(rq);
		if (ret)
			return ret;
	}
}

/**
 * i915_lrc_begin_turn - wait for room for a request, in the ring and in the GGTT
 * @lrc: the timeline
 * @nonblock: return -EWOULDBLOCK instead of waiting
 *
 * Waiters are served in the order they came. The turn lasts until
 * i915_lrc_end_turn(), to be called when the request has been created or is not
 * wanted any more. The room is not reserved: a caller that saw
 * i915_lrc_has_room() may take it first, so i915_request_try_create() may still
 * return -EAGAIN.
 *
 * Context: process context, sleeps interruptibly; no object and no VM locked.
 * Return: 0, -EWOULDBLOCK, -ERESTARTSYS, -ENOSPC if the GGTT is full although
 * nothing runs, -ENOMEM, or -EIO.
 */
int i915_lrc_begin_turn(struct i915_lrc *lrc, bool nonblock)
{
	int ret;

	if (nonblock && !mutex_trylock(&lrc->turn))
		return -EWOULDBLOCK;
	if (!nonblock && mutex_lock_interruptible(&lrc->turn))
		return -ERESTARTSYS;

	ret = i915_ring_wait_for_room(lrc, nonblock);
	if (ret)
		mutex_unlock(&lrc->turn);

	return ret;
}

/**
 * i915_lrc_end_turn - end a turn, and let the next waiter have it
 * @lrc: the timeline
 *
 * Context: process context; after i915_lrc_begin_turn().
 */
void i915_lrc_end_turn(struct i915_lrc *lrc)
{
	mutex_unlock(&lrc->turn);
}

/**
 * i915_request_create - start building a request, waiting for room if necessary
 * @lrc: the context on its engine
 * @max_vmas: how many times i915_request_use_vma() will be called at most
 *
 * Like i915_request_try_create(), for callers that may wait.
 *
 * Context: process context, no object locked; waits interruptibly for room in
 * the ring.
 * Return: the request, or ERR_PTR: -EIO (GPU wedged, context banned), -ENOENT
 * (context closed), -ERESTARTSYS, -ENOMEM.
 */
struct i915_request *i915_request_create(struct i915_lrc *lrc, unsigned int max_vmas)
{
	struct i915_request *rq = i915_request_try_create(lrc, max_vmas);
	int ret;

	while (rq == ERR_PTR(-EAGAIN)) {
		ret = i915_lrc_begin_turn(lrc, false);
		if (ret)
			return ERR_PTR(ret);
		rq = i915_request_try_create(lrc, max_vmas);
		i915_lrc_end_turn(lrc);
	}

	return rq;
}
