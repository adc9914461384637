// SPDX-License-Identifier: MIT

#include <linux/dma-fence-chain.h>
#include <linux/dma-resv.h>
#include <linux/file.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/sync_file.h>
#include <linux/uaccess.h>

#include <drm/drm_file.h>
#include <drm/drm_syncobj.h>

#include "base/i915_drv.h"
#include "base/i915_user_extensions.h"
#include "gem/i915_eb.h"
#include "gem/i915_eb_fence.h"
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
 *
 * User space may name up to I915_EB_MAX_FENCES fences, because each takes kernel
 * memory for the duration of the ioctl.
 */

/*
 * The same limit as the stock driver, which allocates 32 contiguous bytes for each and also
 * returns -ENOMEM.
 */
#define I915_EB_MAX_FENCES	(SZ_4M / 32)

static void i915_eb_put_fence(struct i915_eb_fence *fence)
{
	if (fence->syncobj)
		drm_syncobj_put(fence->syncobj);
	dma_fence_put(fence->wait);
	dma_fence_chain_free(fence->chain);
}

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
	while (eb->num_fences) {
		i915_eb_put_fence(&eb->fences[--eb->num_fences]);
		if (unlikely(eb->num_fences % SZ_1K == SZ_1K - 1))
			cond_resched();
	}
	kvfree(eb->fences);
	eb->fences = NULL;

	dma_fence_put(eb->fence_in);
	eb->fence_in = NULL;

	if (eb->out)
		fput(eb->out->file);
	if (eb->out_fd >= 0)
		put_unused_fd(eb->out_fd);
}

/*
 * Find the fence at a point of a syncobj. Return: -EINVAL if there is none yet; else 0, with @wait
 * NULL if that point has signalled.
 */
static int i915_eb_find_wait(struct drm_syncobj *syncobj, u64 point, struct dma_fence **wait)
{
	struct dma_fence *fence = drm_syncobj_fence_get(syncobj);
	struct dma_fence *at_point = fence;

	if (!fence || dma_fence_chain_find_seqno(&at_point, point)) {
		dma_fence_put(fence);
		return -EINVAL;
	}

	/* The reference has moved along. */
	*wait = at_point;
	return 0;
}

/* Takes one entry, from an array or a @timeline; @point is 0 for a binary syncobj. */
static int i915_eb_add_fence(struct i915_execbuffer *eb,
			     const struct drm_i915_gem_exec_fence *user, bool timeline, u64 point)
{
	struct i915_eb_fence *fence = &eb->fences[eb->num_fences];
	const bool signal = user->flags & I915_EXEC_FENCE_SIGNAL;
	int ret;

	if (user->flags & __I915_EXEC_FENCE_UNKNOWN_FLAGS) {
		drm_dbg(&eb->i915->drm, "fence flags 0x%x\n", user->flags);
		return -EINVAL;
	}

	memset(fence, 0, sizeof(*fence));
	fence->syncobj = drm_syncobj_find(eb->file, user->handle);
	if (!fence->syncobj) {
		drm_dbg(&eb->i915->drm, "no syncobj %u\n", user->handle);
		return -ENOENT;
	}

	/* From here on i915_eb_put_fences() puts it. */
	fence->point = point;
	eb->num_fences++;

	if (point && signal && user->flags & I915_EXEC_FENCE_WAIT) {
		drm_dbg(&eb->i915->drm, "cannot wait for the point that is signalled\n");
		return -EINVAL;
	}

	if (user->flags & I915_EXEC_FENCE_WAIT) {
		ret = i915_eb_find_wait(fence->syncobj, point, &fence->wait);
		/* An entry of a timeline that also signals may be its first user. */
		if (ret && !(timeline && signal)) {
			drm_dbg(&eb->i915->drm, "syncobj %u has no fence\n", user->handle);
			return ret;
		}
	}

	if (!signal) {
		drm_syncobj_put(fence->syncobj);
		fence->syncobj = NULL;
	} else if (point) {
		fence->chain = dma_fence_chain_alloc();
		if (!fence->chain)
			return -ENOMEM;
	}

	return 0;
}

/* Room for @more fences behind those that are there. */
static int i915_eb_grow_fences(struct i915_execbuffer *eb, u64 more)
{
	struct i915_eb_fence *fences;
	size_t count;

	if (more > U64_MAX / sizeof(struct drm_i915_gem_exec_fence) - eb->num_fences)
		return -EINVAL;
	if (more > I915_EB_MAX_FENCES - eb->num_fences) {
		drm_dbg(&eb->i915->drm, "%llu fences\n", eb->num_fences + more);
		return -ENOMEM;
	}

	count = eb->num_fences + more;
	fences = kvmalloc_array(count, sizeof(*fences), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!fences)
		return -ENOMEM;

	if (eb->num_fences)
		memcpy(fences, eb->fences, eb->num_fences * sizeof(*fences));
	kvfree(eb->fences);
	eb->fences = fences;
	return 0;
}

/* @values: user address of the points, NULL for binary syncobjs */
static int i915_eb_copy_fence_list(struct i915_execbuffer *eb,
				   const struct drm_i915_gem_exec_fence __user *handles,
				   const u64 __user *values, u64 count)
{
	int ret;
	u64 i;

	if (!count)
		return 0;

	ret = i915_eb_grow_fences(eb, count);

	for (i = 0; i < count && !ret; i++) {
		struct drm_i915_gem_exec_fence user;
		u64 point = 0;

		if (copy_from_user(&user, &handles[i], sizeof(user)))
			return -EFAULT;
		if (values && get_user(point, &values[i]))
			return -EFAULT;

		ret = i915_eb_add_fence(eb, &user, values, point) ?: i915_eb_breathe(i);
	}

	return ret;
}

static int i915_eb_timeline_fences(struct i915_user_extension __user *base, void *data)
{
	struct drm_i915_gem_execbuffer_ext_timeline_fences ext;

	if (copy_from_user(&ext, base, sizeof(ext)))
		return -EFAULT;
	if (ext.fence_count && !ext.values_ptr)
		return -EFAULT;

	return i915_eb_copy_fence_list(data, u64_to_user_ptr(ext.handles_ptr),
				       u64_to_user_ptr(ext.values_ptr), ext.fence_count);
}

static const i915_user_extension_fn i915_eb_extensions[] = {
	[DRM_I915_GEM_EXECBUFFER_EXT_TIMELINE_FENCES] = i915_eb_timeline_fences,
};

/**
 * i915_eb_copy_fences - read from user space which fences to wait for and to signal
 * @eb: the execbuffer
 *
 * Context: process context, may fault; no lock held.
 * Return: 0; -EINVAL for a sync_file, for flags, or where there is nothing to wait
 * for; -ENOENT for a syncobj; -ENOMEM, also for more than I915_EB_MAX_FENCES;
 * -EFAULT, -EINTR: killed. In each case i915_eb_put_fences() is due.
 */
int i915_eb_copy_fences(struct i915_execbuffer *eb)
{
	const struct drm_i915_gem_execbuffer2 *args = eb->args;

	if (args->flags & (I915_EXEC_FENCE_IN | I915_EXEC_FENCE_SUBMIT)) {
		eb->fence_in = sync_file_get_fence(lower_32_bits(args->rsvd2));
		if (!eb->fence_in) {
			drm_dbg(&eb->i915->drm, "rsvd2: not a sync_file\n");
			return -EINVAL;
		}
	}

	if (args->flags & I915_EXEC_FENCE_ARRAY)
		return i915_eb_copy_fence_list(eb, u64_to_user_ptr(args->cliprects_ptr), NULL,
					       args->num_cliprects);
	if (args->flags & I915_EXEC_USE_EXTENSIONS)
		return i915_user_extensions(args->cliprects_ptr, i915_eb_extensions,
					    ARRAY_SIZE(i915_eb_extensions), eb);

	return 0;
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

static int i915_eb_await_syncobjs(struct i915_execbuffer *eb)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < eb->num_fences && !ret; i++) {
		if (eb->fences[i].wait)
			ret = i915_request_await(eb->rq, eb->fences[i].wait);
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
	if (!ret)
		ret = i915_eb_await_syncobjs(eb);

	if (!ret && eb->fence_in) {
		if (eb->args->flags & I915_EXEC_FENCE_SUBMIT)
			ret = i915_eb_await_submit(eb, eb->fence_in);
		else
			ret = i915_request_await(eb->rq, eb->fence_in);
	}

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
	unsigned int i;

	for (i = 0; i < eb->num_fences; i++) {
		struct i915_eb_fence *fence = &eb->fences[i];

		if (!fence->syncobj)
			continue;

		if (fence->chain) {
			drm_syncobj_add_point(fence->syncobj, fence->chain, &eb->rq->fence,
					      fence->point);
			fence->chain = NULL;
		} else {
			drm_syncobj_replace_fence(fence->syncobj, &eb->rq->fence);
		}
	}

	if (eb->timeline) {
		dma_fence_put(eb->timeline->last);
		eb->timeline->last = dma_fence_get(&eb->rq->fence);
		i915_eb_unlock_timeline(eb);
	}

	if (eb->out) {
		fd_install(eb->out_fd, eb->out->file);
		eb->args->rsvd2 &= GENMASK_ULL(31, 0);
		eb->args->rsvd2 |= (u64)eb->out_fd << 32;
		eb->out = NULL;
		eb->out_fd = -1;
	}
}
