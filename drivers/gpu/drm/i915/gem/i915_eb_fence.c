// SPDX-License-Identifier: MIT

#include <linux/dma-resv.h>
#include <linux/file.h>
#include <linux/rbtree.h>
#include <linux/sync_file.h>

#include "base/i915_drv.h"
#include "gem/i915_eb.h"
#include "gem/i915_eb_fence.h"
#include "gem/i915_eb_syncobj.h"
#include "gem/i915_gem_context_types.h"
#include "gt/i915_request_await.h"
#include "gt/i915_request_fence.h"

/**
 * DOC: Fences of an execbuffer
 *
 * A request waits for other users of its objects (unless user space does that
 * itself and sets EXEC_OBJECT_ASYNC), for a sync_file, and for syncobjs. It is
 * published in all of these. Waits are collected while the request can still be
 * abandoned; whatever publishing needs (a file descriptor, room in the reservation
 * objects, links of a timeline) is allocated by then, too.
 */

/**
 * i915_eb_put_fences - put all fences of an execbuffer
 * @eb: the execbuffer
 *
 * An out fence that was not published is released with its file descriptor.
 *
 * Context: process context.
 */
void i915_eb_put_fences(struct i915_execbuffer *eb)
{
	if (unlikely(!RB_EMPTY_ROOT(&eb->signals)))
		i915_eb_put_signals(eb);
	if (unlikely(!RB_EMPTY_ROOT(&eb->awaits.tree)))
		i915_awaits_free(&eb->awaits);
	dma_fence_put(eb->fence_submit);

	if (eb->out)
		fput(eb->out->file);
	if (eb->out_fd >= 0)
		put_unused_fd(eb->out_fd);
}

/**
 * i915_eb_reserve_fences - make room for the request's fence in every object
 * @eb: the execbuffer, its objects locked
 *
 * Two objects of the list may share a reservation object, one read and the other
 * written: reserve two slots.
 *
 * Context: process context.
 * Return: 0, -ENOMEM, -EINTR: killed.
 */
int i915_eb_reserve_fences(struct i915_execbuffer *eb)
{
	const unsigned int room = eb->count > 1 ? 2 : 1;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < eb->count && !ret; i++) {
		if (likely(i915_eb_is_first(eb, i)))
			ret = dma_resv_reserve_fences(eb->ev[i].obj->base.resv, room);
		ret = ret ?: i915_eb_breathe(i);
	}

	return ret;
}

static int i915_eb_await_object(struct i915_execbuffer *eb, const struct i915_eb_vma *ev)
{
	struct dma_resv_iter cursor;
	struct dma_fence *fence;
	int ret;

	if (i915_eb_is_alone(ev->obj))
		return 0;

	dma_resv_for_each_fence(&cursor, ev->obj->base.resv,
				dma_resv_usage_rw(ev->flags & EXEC_OBJECT_WRITE), fence) {
		ret = i915_request_await(eb->rq, fence);
		if (ret)
			return ret;
	}

	return 0;
}

/* The request may start together with the other one, not after it. */
static int i915_eb_await_submit(struct i915_execbuffer *eb, struct dma_fence *fence)
{
	struct i915_request *other = i915_fence_to_request(fence);

	if (other && test_bit(I915_RQ_EXECUTING, &other->state))
		return 0;

	return i915_request_await(eb->rq, fence);
}

/*
 * The timeline stays locked until this request is the latest on it or was abandoned. Otherwise two
 * requests could wait for the same one and run concurrently.
 */
static int i915_eb_await_timeline(struct i915_execbuffer *eb)
{
	struct i915_gem_timeline *timeline = eb->ctx->timeline;

	mutex_lock(&timeline->lock);
	eb->timeline = timeline;

	return timeline->last ? i915_request_await(eb->rq, timeline->last) : 0;
}

/**
 * i915_eb_unlock_timeline - unlock the timeline of the context, if it is locked
 * @eb: the execbuffer; its request is the latest on the timeline, or was abandoned
 *
 * Context: process context.
 */
void i915_eb_unlock_timeline(struct i915_execbuffer *eb)
{
	if (likely(!eb->timeline))
		return;

	mutex_unlock(&eb->timeline->lock);
	eb->timeline = NULL;
}

static int i915_eb_await_objects(struct i915_execbuffer *eb)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < eb->count && !ret; i++) {
		if (likely(i915_eb_is_first(eb, i)) && !(eb->ev[i].flags & EXEC_OBJECT_ASYNC))
			ret = i915_eb_await_object(eb, &eb->ev[i]);
		ret = ret ?: i915_eb_breathe(i);
	}

	return ret;
}

/**
 * i915_eb_await - make the request wait for everything it depends on
 * @eb: the execbuffer, with a request that was begun and objects locked
 *
 * The timeline of a context with a single one stays locked until
 * i915_eb_unlock_timeline().
 *
 * Context: process context.
 * Return: 0, -ENOMEM, -EINTR: killed.
 */
int i915_eb_await(struct i915_execbuffer *eb)
{
	int ret;

	ret = i915_eb_await_objects(eb);
	if (!ret && unlikely(!RB_EMPTY_ROOT(&eb->awaits.tree)))
		ret = i915_request_await_all(eb->rq, &eb->awaits);
	if (!ret && eb->fence_submit)
		ret = i915_eb_await_submit(eb, eb->fence_submit);
	if (!ret && eb->ctx->timeline)
		ret = i915_eb_await_timeline(eb);

	return ret;
}

/**
 * i915_eb_make_out_fence - prepare the sync_file of the request
 * @eb: the execbuffer with its request
 *
 * Context: process context.
 * Return: 0, -ENOMEM, -EMFILE.
 */
int i915_eb_make_out_fence(struct i915_execbuffer *eb)
{
	eb->out_fd = get_unused_fd_flags(O_CLOEXEC);
	if (eb->out_fd < 0)
		return eb->out_fd;

	eb->out = sync_file_create(&eb->rq->fence);
	return eb->out ? 0 : -ENOMEM;
}

/**
 * i915_eb_publish_resv - publish the fence of the request in its objects
 * @eb: the execbuffer past the point of no return, objects locked
 *
 * Context: process context.
 */
void i915_eb_publish_resv(struct i915_execbuffer *eb)
{
	unsigned int i;

	for (i = 0; i < eb->count; i++) {
		const struct i915_eb_vma *ev = &eb->ev[i];

		if (unlikely(!i915_eb_is_first(eb, i)))
			continue;

		dma_resv_add_fence(ev->obj->base.resv, &eb->rq->fence,
				   ev->flags & EXEC_OBJECT_WRITE ? DMA_RESV_USAGE_WRITE :
								   DMA_RESV_USAGE_READ);
	}
}

/**
 * i915_eb_publish_fences - publish the fence in syncobjs and the sync_file
 * @eb: the execbuffer, its request added
 *
 * Context: process context.
 */
void i915_eb_publish_fences(struct i915_execbuffer *eb)
{
	if (eb->timeline) {
		dma_fence_put(eb->timeline->last);
		eb->timeline->last = dma_fence_get(&eb->rq->fence);
		i915_eb_unlock_timeline(eb);
	}

	if (unlikely(!RB_EMPTY_ROOT(&eb->signals)))
		i915_eb_publish_signals(eb);

	if (eb->out) {
		fd_install(eb->out_fd, eb->out->file);
		eb->args->rsvd2 &= GENMASK_ULL(31, 0);
		eb->args->rsvd2 |= (u64)eb->out_fd << 32;
		eb->out = NULL;
		eb->out_fd = -1;
	}
}
