// SPDX-License-Identifier: MIT

#include <linux/dma-fence-chain.h>
#include <linux/minmax.h>
#include <linux/rbtree.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/sync_file.h>
#include <linux/uaccess.h>

#include <drm/drm_file.h>
#include <drm/drm_syncobj.h>

#include "base/i915_drv.h"
#include "base/i915_user_extensions.h"
#include "gem/i915_eb.h"
#include "gem/i915_eb_syncobj.h"
#include "gt/i915_request_await.h"

/**
 * DOC: Syncobjs of an execbuffer
 *
 * User space names fences to wait for and syncobjs to signal: up to
 * I915_EB_MAX_FENCES, because each takes kernel memory for the duration of the ioctl.
 *
 * A fence that it names may be a chain of any length. It is therefore looked at before
 * anything is locked, each link once, see i915_awaits_add(). Of the points of one
 * syncobj, which signal together, only the highest is published, since publishing one
 * walks those before it and cannot be interrupted.
 */

/*
 * The same limit as the stock driver, which allocates 32 contiguous bytes for each and also
 * returns -ENOMEM.
 */
#define I915_EB_MAX_FENCES	(SZ_4M / 32)

/**
 * i915_eb_put_signals - put the syncobjs that are to be signalled
 * @eb: the execbuffer
 *
 * Context: process context.
 */
void i915_eb_put_signals(struct i915_execbuffer *eb)
{
	struct i915_eb_signal *signal, *next;

	rbtree_postorder_for_each_entry_safe(signal, next, &eb->signals, node) {
		drm_syncobj_put(signal->syncobj);
		dma_fence_chain_free(signal->chain);
		kfree(signal);
		cond_resched();
	}
	eb->signals = RB_ROOT;
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

static int i915_eb_add_wait(struct i915_execbuffer *eb, struct drm_syncobj *syncobj, u64 point)
{
	struct dma_fence *fence;
	int ret;

	ret = i915_eb_find_wait(syncobj, point, &fence);
	if (ret || !fence)
		return ret;

	ret = i915_awaits_add(&eb->awaits, fence);
	dma_fence_put(fence);
	return ret;
}

static struct i915_eb_signal *i915_eb_make_signal(struct drm_syncobj *syncobj, u64 point)
{
	struct i915_eb_signal *signal;

	signal = kzalloc(sizeof(*signal), GFP_KERNEL_ACCOUNT);
	if (!signal)
		return NULL;

	/* dma_fence_chain_alloc() would charge it to nobody. */
	if (point) {
		signal->chain = kmalloc(sizeof(*signal->chain), GFP_KERNEL_ACCOUNT);
		if (!signal->chain) {
			kfree(signal);
			return NULL;
		}
	}

	signal->point = point;
	drm_syncobj_get(syncobj);
	signal->syncobj = syncobj;
	return signal;
}

/*
 * Points of one syncobj become one, the highest. One that is signalled as a binary syncobj, too,
 * loses its timeline by that: these take effect in the order of the list.
 */
static int i915_eb_add_signal(struct i915_execbuffer *eb, struct drm_syncobj *syncobj, u64 point)
{
	struct rb_node **link = &eb->signals.rb_node, *parent = NULL;
	struct i915_eb_signal *signal, *last = NULL;

	while (*link) {
		parent = *link;
		signal = rb_entry(parent, struct i915_eb_signal, node);
		if (syncobj < signal->syncobj) {
			link = &parent->rb_left;
		} else {
			last = signal;
			link = &parent->rb_right;
		}
	}

	if (last && last->syncobj == syncobj && !last->point == !point) {
		last->point = max(last->point, point);
		return 0;
	}

	signal = i915_eb_make_signal(syncobj, point);
	if (!signal)
		return -ENOMEM;

	rb_link_node(&signal->node, parent, link);
	rb_insert_color(&signal->node, &eb->signals);
	return 0;
}

/* @point: 0 for a binary syncobj; @timeline: from a list of points, not from an array */
static int i915_eb_add_syncobj(struct i915_execbuffer *eb, struct drm_syncobj *syncobj, u32 flags,
			       bool timeline, u64 point)
{
	const bool signal = flags & I915_EXEC_FENCE_SIGNAL;
	int ret = 0;

	if (point && signal && flags & I915_EXEC_FENCE_WAIT) {
		drm_dbg(&eb->i915->drm, "cannot wait for the point that is signalled\n");
		return -EINVAL;
	}

	if (flags & I915_EXEC_FENCE_WAIT) {
		ret = i915_eb_add_wait(eb, syncobj, point);
		/* An entry of a timeline that also signals may be its first user. */
		if (ret == -EINVAL && timeline && signal)
			ret = 0;
		if (ret == -EINVAL)
			drm_dbg(&eb->i915->drm, "a syncobj has no fence\n");
	}

	if (!ret && signal)
		ret = i915_eb_add_signal(eb, syncobj, point);

	return ret;
}

static int i915_eb_add_fence(struct i915_execbuffer *eb,
			     const struct drm_i915_gem_exec_fence *user, bool timeline, u64 point)
{
	struct drm_syncobj *syncobj;
	int ret;

	if (user->flags & __I915_EXEC_FENCE_UNKNOWN_FLAGS) {
		drm_dbg(&eb->i915->drm, "fence flags 0x%x\n", user->flags);
		return -EINVAL;
	}

	syncobj = drm_syncobj_find(eb->file, user->handle);
	if (!syncobj) {
		drm_dbg(&eb->i915->drm, "no syncobj %u\n", user->handle);
		return -ENOENT;
	}

	ret = i915_eb_add_syncobj(eb, syncobj, user->flags, timeline, point);
	drm_syncobj_put(syncobj);
	return ret;
}

/* May user space name @more fences? */
static int i915_eb_count_fences(struct i915_execbuffer *eb, u64 more)
{
	if (more > U64_MAX / sizeof(struct drm_i915_gem_exec_fence) - eb->num_fences)
		return -EINVAL;
	if (more > I915_EB_MAX_FENCES - eb->num_fences) {
		drm_dbg(&eb->i915->drm, "%llu fences\n", eb->num_fences + more);
		return -ENOMEM;
	}

	eb->num_fences += more;
	return 0;
}

/* @values: user address of the points, NULL for binary syncobjs */
static int i915_eb_copy_fence_list(struct i915_execbuffer *eb,
				   const struct drm_i915_gem_exec_fence __user *handles,
				   const u64 __user *values, u64 count)
{
	int ret;
	u64 i;

	ret = i915_eb_count_fences(eb, count);

	for (i = 0; i < count && !ret; i++) {
		struct drm_i915_gem_exec_fence user;
		u64 point = 0;

		if (copy_from_user(&user, &handles[i], sizeof(user)))
			return -EFAULT;
		if (values && get_user(point, &values[i]))
			return -EFAULT;

		ret = i915_eb_add_fence(eb, &user, values, point) ?: i915_eb_breathe_deep();
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

/* FENCE_IN or FENCE_SUBMIT */
static int i915_eb_add_sync_file(struct i915_execbuffer *eb)
{
	struct dma_fence *fence = sync_file_get_fence(lower_32_bits(eb->args->rsvd2));
	int ret;

	if (!fence) {
		drm_dbg(&eb->i915->drm, "rsvd2: not a sync_file\n");
		return -EINVAL;
	}

	/* The start of a request can be waited for, but not that of several. */
	if (eb->args->flags & I915_EXEC_FENCE_SUBMIT && !dma_fence_is_container(fence)) {
		eb->fence_submit = fence;
		return 0;
	}

	ret = i915_awaits_add(&eb->awaits, fence);
	dma_fence_put(fence);
	return ret;
}

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
	int ret;

	if (args->flags & (I915_EXEC_FENCE_IN | I915_EXEC_FENCE_SUBMIT)) {
		ret = i915_eb_add_sync_file(eb);
		if (ret)
			return ret;
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
 * i915_eb_publish_signals - publish the fence of the request in syncobjs
 * @eb: the execbuffer, its request added
 *
 * Is not interrupted, not even by a fatal signal: others may wait for these syncobjs.
 * The core walks the chain of each.
 *
 * Context: process context.
 */
void i915_eb_publish_signals(struct i915_execbuffer *eb)
{
	struct i915_eb_signal *signal;
	struct rb_node *rb;

	for (rb = rb_first(&eb->signals); rb; rb = rb_next(rb)) {
		signal = rb_entry(rb, struct i915_eb_signal, node);
		if (signal->chain)
			drm_syncobj_add_point(signal->syncobj, signal->chain, &eb->rq->fence,
					      signal->point);
		else
			drm_syncobj_replace_fence(signal->syncobj, &eb->rq->fence);
		signal->chain = NULL;
		cond_resched();
	}
}
