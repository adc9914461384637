// SPDX-License-Identifier: MIT

#include "gt/i915_gt_power.h"
#include "gt/i915_priority.h"
#include "gt/i915_request.h"
#include "gt/i915_request_add.h"
#include "gt/i915_retire.h"
#include "gt/i915_sched.h"

/**
 * DOC: Adding a request
 *
 * The point of no return: the request is closed and handed to the scheduler.
 */

/* The request before on the timeline, if it is less important */
static struct i915_request *i915_request_lesser_predecessor(const struct i915_request *rq)
{
	struct i915_request *prev;

	if (list_empty(&rq->lrc->requests))
		return NULL;

	prev = list_last_entry(&rq->lrc->requests, struct i915_request, lrc_link);

	return prev->priority < rq->priority ? prev : NULL;
}

/*
 * First what goes first: nothing that has to run before a request may be less
 * important when the request joins its timeline. Meanwhile somebody may raise
 * it: whoever was shown its fence early. Return: with engine->lock held.
 */
static unsigned long i915_request_lock_raised(struct i915_request *rq)
	__acquires(&rq->engine->lock)
{
	struct i915_engine *engine = rq->engine;
	struct i915_request *prev;
	unsigned long flags;
	int priority;

	for (;;) {
		priority = READ_ONCE(rq->priority);
		if (!list_empty(&rq->signalers))
			i915_request_inherit(rq, priority);

		spin_lock_irqsave(&engine->lock, flags);
		prev = i915_request_lesser_predecessor(rq);
		if (!prev && rq->priority == priority)
			return flags;
		if (prev)
			i915_request_get(prev);
		spin_unlock_irqrestore(&engine->lock, flags);

		if (prev) {
			i915_request_set_priority(prev, READ_ONCE(rq->priority));
			i915_request_put(prev);
		}
	}
}

/**
 * i915_request_add - the point of no return
 * @rq: the request; the caller keeps its reference
 *
 * Closes the request, drops lrc->lock and hands it to the scheduler, which
 * gives it to the hardware at once if that has room and nothing is awaited. If
 * the GPU was given up while the request was built, that ends it.
 *
 * Context: process context; does not sleep.
 * Return: 0; -EIO: the request has ended, its fence says the same.
 */
int i915_request_add(struct i915_request *rq)
{
	struct i915_lrc *lrc = rq->lrc;
	bool cookie = dma_fence_begin_signalling();
	unsigned long flags;
	int ret;

	i915_request_close(rq);
	i915_gt_get_awake(rq->engine->gt);
	i915_request_get(rq);
	flags = i915_request_lock_raised(rq);
	ret = i915_sched_insert(rq);
	i915_sched_unlock(rq->engine, flags);
	mutex_unlock(&lrc->lock);
	dma_fence_end_signalling(cookie);

	return ret;
}
