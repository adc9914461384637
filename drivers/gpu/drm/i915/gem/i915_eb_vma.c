// SPDX-License-Identifier: MIT

#include <linux/log2.h>
#include <linux/sched/signal.h>

#include <drm/drm_file.h>

#include "gem/i915_gem.h"
#include "gem/i915_gem_execbuffer.h"
#include "gt/i915_gt.h"
#include "i915_drv.h"
#include "mem/i915_gem_object.h"
#include "vm/i915_vm.h"
#include "vm/i915_vma.h"

/**
 * DOC: The buffer list of an execbuffer
 *
 * Handles become objects, and objects become VMAs with an active mark. What is
 * done with those comes in i915_eb_bind.c.
 *
 * A handle may be closed by another thread after it was looked up. The file
 * counts closed handles, so one comparison tells whether that may have happened.
 */

/* Exists in no address space of its own choosing: VMAs live in per-process address spaces only. */
#define I915_EB_REFUSED_OBJECT_FLAGS	(__EXEC_OBJECT_UNKNOWN_FLAGS | EXEC_OBJECT_NEEDS_GTT)

static int i915_eb_check_pinned(struct i915_execbuffer *eb,
				const struct drm_i915_gem_exec_object2 *entry,
				const struct drm_i915_gem_object *obj)
{
	u64 start = i915_plain_address(entry->offset);
	u64 size = i915_eb_size(entry, obj);
	u64 end = eb->ctx->base.vm->total;

	if (entry->offset != i915_canonical_address(start) || !PAGE_ALIGNED(start)) {
		drm_dbg(&eb->i915->drm, "offset 0x%llx: not canonical or not a page\n",
			entry->offset);
		return -EINVAL;
	}
	if (entry->alignment && !IS_ALIGNED(start, entry->alignment)) {
		drm_dbg(&eb->i915->drm, "offset 0x%llx: not aligned\n", entry->offset);
		return -EINVAL;
	}

	if (!(entry->flags & EXEC_OBJECT_SUPPORTS_48B_ADDRESS))
		end = min(end, I915_LOW_END);
	if (size > end || start > end - size) {
		drm_dbg(&eb->i915->drm, "offset 0x%llx: beyond the address space\n",
			entry->offset);
		return -EINVAL;
	}

	return 0;
}

static int i915_eb_check_batch(struct i915_execbuffer *eb,
			       const struct drm_i915_gem_exec_object2 *entry,
			       const struct drm_i915_gem_object *obj)
{
	u64 start = eb->args->batch_start_offset;

	if (entry->flags & EXEC_OBJECT_WRITE) {
		drm_dbg(&eb->i915->drm, "a batch must not write to itself\n");
		return -EINVAL;
	}
	if (start >= obj->base.size || eb->args->batch_len > obj->base.size - start) {
		drm_dbg(&eb->i915->drm, "batch_start_offset, batch_len: beyond the object\n");
		return -EINVAL;
	}

	return 0;
}

static int i915_eb_check_entry(struct i915_execbuffer *eb, unsigned int i,
			       const struct drm_i915_gem_object *obj)
{
	const struct drm_i915_gem_exec_object2 *entry = &eb->exec[i];

	if (entry->flags & I915_EB_REFUSED_OBJECT_FLAGS) {
		drm_dbg(&eb->i915->drm, "object flags 0x%llx\n", entry->flags);
		return -EINVAL;
	}
	if (entry->alignment && !is_power_of_2(entry->alignment)) {
		drm_dbg(&eb->i915->drm, "alignment 0x%llx\n", entry->alignment);
		return -EINVAL;
	}
	if (entry->flags & EXEC_OBJECT_PAD_TO_SIZE && !PAGE_ALIGNED(entry->pad_to_size)) {
		drm_dbg(&eb->i915->drm, "pad_to_size 0x%llx\n", entry->pad_to_size);
		return -EINVAL;
	}

	if (i == eb->batch) {
		int ret = i915_eb_check_batch(eb, entry, obj);

		if (ret)
			return ret;
	}

	return entry->flags & EXEC_OBJECT_PINNED ? i915_eb_check_pinned(eb, entry, obj) : 0;
}

static int i915_eb_lookup_one(struct i915_execbuffer *eb, unsigned int i)
{
	struct i915_eb_vma *ev = &eb->ev[i];
	struct drm_i915_gem_object *obj;
	struct i915_vma *vma;
	int ret;

	obj = i915_gem_object_lookup(eb->file, eb->exec[i].handle);
	if (!obj) {
		drm_dbg(&eb->i915->drm, "entry %u: no object %u\n", i, eb->exec[i].handle);
		return -ENOENT;
	}

	ret = i915_eb_check_entry(eb, i, obj);
	if (ret)
		goto err_obj;

	vma = i915_vma_get_active(obj, eb->ctx->base.vm);
	if (IS_ERR(vma)) {
		ret = PTR_ERR(vma);
		goto err_obj;
	}

	ev->obj = obj;
	ev->vma = vma;
	ev->flags = eb->exec[i].flags;
	ev->moved = false;
	if (eb->exec[i].relocation_count)
		eb->has_relocs = true;

	return 0;

err_obj:
	i915_gem_object_put(obj);
	return ret;
}

/* Some handle of the file was closed: is it one of ours? Then its VMA is not to stay. */
static int i915_eb_recheck_handles(struct i915_execbuffer *eb)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < eb->count; i++) {
		struct drm_i915_gem_object *obj;

		obj = i915_gem_object_lookup(eb->file, eb->exec[i].handle);
		if (obj != eb->ev[i].obj) {
			i915_vma_close(eb->ev[i].obj, eb->ctx->base.vm);
			ret = -ENOENT;
		}
		if (obj)
			i915_gem_object_put(obj);
	}

	return ret;
}

/**
 * i915_eb_lookup - objects and VMAs of the buffer list
 * @eb: the execbuffer, with its context
 *
 * Checks each entry. Every VMA gets an active mark.
 *
 * Context: process context; no object lock held.
 * Return: 0; -ENOENT for a handle, -EINVAL for an entry, -ENOMEM. In each case
 * i915_eb_release() is due.
 */
int i915_eb_lookup(struct i915_execbuffer *eb)
{
	int closes = atomic_read(&eb->fpriv->handle_closes);
	int ret;

	/* Pairs with the order in i915_gem_file_close_object(): count, then look at the VMAs. */
	smp_rmb();

	for (; eb->held < eb->count; eb->held++) {
		ret = i915_eb_lookup_one(eb, eb->held);
		if (ret)
			return ret;
	}

	if (unlikely(atomic_read(&eb->fpriv->handle_closes) != closes))
		return i915_eb_recheck_handles(eb);

	return 0;
}

/**
 * i915_eb_release - let go of the buffer list
 * @eb: the execbuffer, its objects not locked
 *
 * Nothing is left to do where the request has taken over.
 *
 * Context: process context.
 */
void i915_eb_release(struct i915_execbuffer *eb)
{
	while (eb->held) {
		struct i915_eb_vma *ev = &eb->ev[--eb->held];

		if (ev->vma)
			i915_vma_put_active(ev->vma);
		i915_gem_object_put(ev->obj);
	}
}

/**
 * i915_eb_lock - lock all objects of the list
 * @eb: the execbuffer
 *
 * An object may be in the list more than once.
 *
 * Context: process context, sleeps interruptibly.
 * Return: 0, -ERESTARTSYS, -ENOMEM.
 */
int i915_eb_lock(struct i915_execbuffer *eb)
{
	unsigned int i;
	int ret = 0;

	if (eb->count == 1) {
		ret = i915_gem_object_lock(eb->ev[0].obj);
		eb->locked = !ret;
		/* -EINTR stands for a lock that may be tried again */
		return ret == -EINTR ? -ERESTARTSYS : ret;
	}

	drm_exec_init(&eb->locks, DRM_EXEC_INTERRUPTIBLE_WAIT | DRM_EXEC_IGNORE_DUPLICATES,
		      eb->count);
	drm_exec_until_all_locked(&eb->locks) {
		for (i = 0; i < eb->count; i++) {
			ret = drm_exec_lock_obj(&eb->locks, &eb->ev[i].obj->base);
			drm_exec_retry_on_contention(&eb->locks);
			if (ret)
				break;
		}
		if (ret)
			break;
	}

	if (ret)
		drm_exec_fini(&eb->locks);
	eb->locked = !ret;
	return ret == -EINTR ? -ERESTARTSYS : ret;
}

/**
 * i915_eb_unlock - unlock the objects of the list, if they are locked
 * @eb: the execbuffer
 *
 * Context: process context.
 */
void i915_eb_unlock(struct i915_execbuffer *eb)
{
	if (!eb->locked)
		return;

	eb->locked = false;
	if (eb->count == 1)
		i915_gem_object_unlock(eb->ev[0].obj);
	else
		drm_exec_fini(&eb->locks);
}
