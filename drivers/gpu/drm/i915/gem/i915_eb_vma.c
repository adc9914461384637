// SPDX-License-Identifier: MIT

#include <linux/log2.h>

#include <drm/drm_file.h>

#include "base/i915_drv.h"
#include "gem/i915_eb.h"
#include "gem/i915_eb_vma.h"
#include "gem/i915_gem_context_types.h"
#include "mem/i915_gem_object.h"
#include "vm/i915_vm_types.h"
#include "vm/i915_vma.h"
#include "vm/i915_vma_end.h"

/**
 * DOC: The buffer list of an execbuffer
 *
 * Looks up the handles of the list, once and with nothing locked. The objects are
 * locked in i915_eb_lock.c and bound in i915_eb_bind.c.
 *
 * Another thread may close a handle after it was looked up, while this one sleeps
 * or creates a VMA. The close then does not find that VMA, which would stay until
 * its address space ends. So every execbuf, whether it succeeds or not, checks
 * whether a handle of its list was closed, once it takes no more marks, and if so
 * closes the VMA itself. The file counts closed handles, so one comparison tells
 * whether that may have happened.
 */

/* NEEDS_GTT is refused: user objects are only ever bound in a PPGTT. */
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
	int ret;

	obj = i915_gem_object_lookup(eb->file, eb->exec[i].handle);
	if (!obj) {
		drm_dbg(&eb->i915->drm, "entry %u: no object %u\n", i, eb->exec[i].handle);
		return -ENOENT;
	}

	ret = i915_eb_check_entry(eb, i, obj);
	if (ret) {
		i915_gem_object_put(obj);
		return ret;
	}

	ev->obj = obj;
	ev->vma = NULL;
	ev->first = i;
	ev->flags = eb->exec[i].flags;
	ev->moved = false;
	ev->pages_pinned = false;
	if (eb->exec[i].relocation_count)
		eb->has_relocs = true;

	return 0;
}

/**
 * i915_eb_lookup - look up the objects of the buffer list
 * @eb: the execbuffer, with its context
 *
 * Checks each entry.
 *
 * Context: process context; no object lock held.
 * Return: 0; -ENOENT for a handle, -EINVAL for an entry, -EINTR: killed. In each
 * case i915_eb_release() is due.
 */
int i915_eb_lookup(struct i915_execbuffer *eb)
{
	int ret = 0;

	/* If a handle is closed from here on, i915_eb_honour_closes() notices. */
	eb->closes = atomic_read(&eb->fpriv->handle_closes);
	/* the count before the handles: pairs with i915_gem_file_close_object() */
	smp_rmb();

	for (; eb->held < eb->count && !ret; eb->held++) {
		ret = i915_eb_lookup_one(eb, eb->held);
		if (ret)
			return ret;
		ret = i915_eb_breathe(eb->held);
	}

	return ret;
}

static void i915_eb_close_lost_handles(struct i915_execbuffer *eb)
{
	unsigned int i;

	for (i = 0; i < eb->held; i++) {
		struct drm_i915_gem_object *obj;

		obj = i915_gem_object_lookup(eb->file, eb->exec[i].handle);
		if (obj != eb->ev[i].obj)
			i915_vma_close(eb->ev[i].obj, eb->ctx->base.vm);
		if (obj)
			i915_gem_object_put(obj);
		cond_resched();
	}
}

/**
 * i915_eb_honour_closes - close VMAs whose handles were closed meanwhile
 * @eb: the execbuffer after i915_eb_lookup(); no more marks will be taken
 *
 * A marked VMA is destroyed when the request retires. This is not an error: the
 * handles were valid when the ioctl began.
 *
 * Context: process context; either the objects are locked and all VMAs marked, or
 * no object is locked.
 */
void i915_eb_honour_closes(struct i915_execbuffer *eb)
{
	/*
	 * Take marks, then read the count. i915_gem_file_close_object() increments the count and
	 * then looks for marks, so at least one of the two sees the other.
	 */
	smp_mb__after_atomic();

	if (unlikely(atomic_read(&eb->fpriv->handle_closes) != eb->closes))
		i915_eb_close_lost_handles(eb);
}

/**
 * i915_eb_release - put the objects of the buffer list
 * @eb: the execbuffer, its objects not locked
 *
 * Called last, because the references keep the objects that are being unlocked.
 *
 * Context: process context.
 */
void i915_eb_release(struct i915_execbuffer *eb)
{
	while (eb->held) {
		i915_gem_object_put(eb->ev[--eb->held].obj);
		if (unlikely(eb->held % SZ_1K == SZ_1K - 1))
			cond_resched();
	}
}
