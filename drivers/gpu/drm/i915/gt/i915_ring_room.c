// SPDX-License-Identifier: MIT

#include "gt/i915_lrc.h"
#include "gt/i915_request.h"
#include "gt/i915_retire.h"
#include "gt/i915_ring_room.h"

/**
 * DOC: Room in the ring
 *
 * A request never wraps and is never written over one that is not complete. Who
 * finds no room waits for the oldest request, before it has any object locked,
 * in the order in which they came.
 */

/* How often to look for a context that has become idle, when all addresses are taken: jiffies */
#define ADDRESS_POLL	msecs_to_jiffies(20)

/* The oldest request that is in the way of another one, referenced; NULL: there is room. */
static struct i915_request *blocks_ring(struct i915_lrc *lrc)
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

/* What has ended may still be in a port: that is looked for before the answer is no. */
static int bind_address(struct i915_lrc *lrc)
{
	int ret = i915_lrc_bind(lrc);

	if (ret == -ENOSPC) {
		i915_gt_retire(lrc->engine->gt);
		ret = i915_lrc_bind(lrc);
	}

	return ret;
}

/* All of the GGTT is in use: look again in a moment, or when nothing runs any more. */
static int wait_for_address(struct i915_lrc *lrc, bool *idle)
{
	int ret;

	if (*idle)
		return -ENOSPC;

	ret = i915_gt_wait_for_idle(lrc->engine->gt, ADDRESS_POLL);
	*idle = !ret;

	return ret == -ETIME ? 0 : ret;
}

static int wait_for_room(struct i915_lrc *lrc, bool nonblock)
{
	struct i915_request *rq;
	bool idle = false;
	long ret;

	for (;;) {
		/* not while waiting: whoever has objects locked may want this lock */
		if (mutex_lock_interruptible(&lrc->lock))
			return -ERESTARTSYS;
		ret = bind_address(lrc);
		rq = ret ? NULL : blocks_ring(lrc);
		mutex_unlock(&lrc->lock);

		if (ret == -ENOSPC) {
			ret = nonblock ? -EWOULDBLOCK : wait_for_address(lrc, &idle);
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
 * i915_lrc_begin_turn - wait until there is room for a request: in the ring, and for it in the GGTT
 * @lrc: the timeline
 * @nonblock: -EWOULDBLOCK instead of a wait
 *
 * Those who wait do so in the order they came. The turn lasts until
 * i915_lrc_end_turn(), which is due when the request has been begun or is not
 * wanted any more. Who found i915_lrc_has_room() may still be quicker:
 * i915_request_try_create() has the last word.
 *
 * Context: process context, sleeps interruptibly; no object and no VM locked.
 * Return: 0, -EWOULDBLOCK, -ERESTARTSYS; -ENOSPC: the GGTT is full and nothing
 * runs; -ENOMEM, -EIO.
 */
int i915_lrc_begin_turn(struct i915_lrc *lrc, bool nonblock)
{
	int ret;

	if (nonblock && !mutex_trylock(&lrc->turn))
		return -EWOULDBLOCK;
	if (!nonblock && mutex_lock_interruptible(&lrc->turn))
		return -ERESTARTSYS;

	ret = wait_for_room(lrc, nonblock);
	if (ret)
		mutex_unlock(&lrc->turn);

	return ret;
}

/**
 * i915_lrc_end_turn - let the next one wait for room in the ring
 * @lrc: the timeline
 *
 * Context: process context; after i915_lrc_begin_turn().
 */
void i915_lrc_end_turn(struct i915_lrc *lrc)
{
	mutex_unlock(&lrc->turn);
}

/**
 * i915_request_create - begin a request
 * @lrc: on which context and engine
 * @max_vmas: room for i915_request_use_vma()
 *
 * i915_request_try_create() for those who may wait.
 *
 * Context: process context; no object locked; waits, interruptibly, for room in
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
