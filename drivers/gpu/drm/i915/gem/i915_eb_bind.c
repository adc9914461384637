// SPDX-License-Identifier: MIT

#include <linux/sizes.h>

#include "gem/i915_gem.h"
#include "gem/i915_gem_execbuffer.h"
#include "i915_drv.h"
#include "vm/i915_vm.h"
#include "vm/i915_vma.h"

/**
 * DOC: Addresses of the buffer list
 *
 * Usually every VMA of the list has an address that is good, and the list is
 * walked once, with no lock of the address space.
 *
 * Where the addresses do not work out, all VMAs are let go and taken again,
 * those with a fixed address before the others: a VMA of this list may have
 * stood in the way of another. If that does not help either, the locks are
 * dropped and the GPU is waited for, so that what is active now in the place
 * that is wanted can be evicted.
 */

/* How often to wait for the GPU: others may take the place that became free. */
#define I915_EB_ATTEMPTS	8
/* A batch that is relocated stays off the addresses below. */
#define I915_EB_BATCH_BIAS	SZ_256K

/*
 * User space's idea of an address is taken up where it can be; a batch that is relocated may get
 * negative deltas and stays off the first addresses.
 */
static bool i915_eb_takes_hint(const struct i915_execbuffer *eb, unsigned int i)
{
	return i != eb->batch || !eb->exec[i].relocation_count ||
	       eb->exec[i].offset >= I915_EB_BATCH_BIAS;
}

static void i915_eb_placement(const struct i915_execbuffer *eb, unsigned int i,
			      struct i915_vma_placement *where)
{
	const struct drm_i915_gem_exec_object2 *entry = &eb->exec[i];

	where->offset = i915_plain_address(entry->offset);
	where->align = entry->alignment;
	where->exact = entry->flags & EXEC_OBJECT_PINNED;
	where->prefer = !where->exact && i915_eb_takes_hint(eb, i);
	where->low = !(entry->flags & EXEC_OBJECT_SUPPORTS_48B_ADDRESS);
	where->size = 0;
	if (entry->flags & EXEC_OBJECT_PAD_TO_SIZE)
		where->size = i915_eb_size(entry, eb->ev[i].obj);
}

/* The usual case: bound where user space thinks it is, and nothing special is asked for. */
static bool i915_eb_is_in_place(const struct drm_i915_gem_exec_object2 *entry,
				const struct i915_vma *vma)
{
	if (!i915_vma_is_bound(vma) || entry->alignment || entry->flags & EXEC_OBJECT_PAD_TO_SIZE)
		return false;

	return i915_canonical_address(i915_vma_offset(vma)) == entry->offset &&
	       (entry->flags & EXEC_OBJECT_SUPPORTS_48B_ADDRESS || i915_vma_is_low(vma));
}

static int i915_eb_bind_one(struct i915_execbuffer *eb, unsigned int i)
{
	struct drm_i915_gem_exec_object2 *entry = &eb->exec[i];
	struct i915_eb_vma *ev = &eb->ev[i];
	struct i915_vma_placement where;
	u64 offset;

	if (likely(i915_eb_is_in_place(entry, ev->vma)))
		return 0;

	i915_eb_placement(eb, i, &where);
	if (!i915_vma_fits(ev->vma, &where)) {
		int ret = i915_vma_bind(ev->vma, &where);

		if (ret)
			return ret;
	}

	offset = i915_canonical_address(i915_vma_offset(ev->vma));
	if (entry->offset != offset) {
		entry->offset = offset;
		ev->moved = true;
		eb->any_moved = true;
	}

	return 0;
}

static int i915_eb_bind_in_order(struct i915_execbuffer *eb)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < eb->count && !ret; i++)
		ret = i915_eb_bind_one(eb, i);

	return ret;
}

static void i915_eb_drop_marks(struct i915_execbuffer *eb)
{
	unsigned int i;

	for (i = 0; i < eb->count; i++) {
		if (eb->ev[i].vma)
			i915_vma_put_active(eb->ev[i].vma);
		eb->ev[i].vma = NULL;
	}
}

static int i915_eb_take_mark(struct i915_execbuffer *eb, unsigned int i)
{
	struct i915_vma *vma = i915_vma_get_active(eb->ev[i].obj, eb->ctx->base.vm);

	if (IS_ERR(vma))
		return PTR_ERR(vma);

	eb->ev[i].vma = vma;
	return 0;
}

/* Where the entry that has no room wants to be, and where it is: both may be in use. */
static void i915_eb_note_stuck(struct i915_execbuffer *eb, unsigned int i)
{
	const struct drm_i915_gem_exec_object2 *entry = &eb->exec[i];
	const struct i915_vma *vma = eb->ev[i].vma;

	eb->stuck.size = 0;
	if (entry->flags & EXEC_OBJECT_PINNED) {
		eb->stuck.size = i915_eb_size(entry, eb->ev[i].obj);
		eb->stuck.offset = i915_plain_address(entry->offset);
	}

	eb->stuck.self_size = 0;
	if (vma && READ_ONCE(vma->bound)) {
		eb->stuck.self_size = vma->node.size;
		eb->stuck.self_offset = vma->node.start;
	}
}

/* Everything is let go and bound again, fixed addresses first. Objects locked. */
static int i915_eb_bind_afresh(struct i915_execbuffer *eb)
{
	unsigned int pass, i;

	i915_eb_drop_marks(eb);

	for (pass = 0; pass < 2; pass++) {
		for (i = 0; i < eb->count; i++) {
			bool pinned = eb->exec[i].flags & EXEC_OBJECT_PINNED;
			int ret;

			if (pinned != !pass)
				continue;

			ret = i915_eb_take_mark(eb, i);
			if (!ret)
				ret = i915_eb_bind_one(eb, i);
			if (ret) {
				i915_eb_note_stuck(eb, i);
				return ret;
			}
		}
	}

	return 0;
}

static bool i915_eb_no_room(int err)
{
	return err == -ENOSPC || err == -EBUSY;
}

/* Locks on entry, no locks on return: the GPU may take its time. */
static int i915_eb_wait_for_room(struct i915_execbuffer *eb)
{
	struct i915_address_space *vm = eb->ctx->base.vm;
	int ret = 0;

	i915_eb_drop_marks(eb);
	i915_eb_unlock(eb);

	if (eb->stuck.self_size)
		ret = i915_vm_wait_range(vm, eb->stuck.self_offset, eb->stuck.self_size);
	if (!ret && eb->stuck.size)
		ret = i915_vm_wait_range(vm, eb->stuck.offset, eb->stuck.size);
	else if (!ret)
		ret = i915_vm_wait_range(vm, 0, vm->total);

	return ret;
}

static int i915_eb_bind_hard(struct i915_execbuffer *eb)
{
	unsigned int attempt;
	int ret;

	ret = i915_eb_bind_afresh(eb);

	for (attempt = 1; i915_eb_no_room(ret) && attempt < I915_EB_ATTEMPTS; attempt++) {
		ret = i915_eb_wait_for_room(eb);
		if (ret)
			return ret;

		ret = i915_eb_lock(eb);
		if (ret)
			return ret;

		ret = i915_eb_bind_afresh(eb);
	}

	return i915_eb_no_room(ret) ? -ENOSPC : ret;
}

/**
 * i915_eb_bind - lock the objects and see to it that all have an address
 * @eb: the execbuffer after i915_eb_lookup()
 *
 * Context: process context; waits interruptibly for the GPU where there is no
 * room otherwise. The objects are locked on success; on failure i915_eb_unlock()
 * does what is needed.
 * Return: 0; -ENOSPC: they do not fit together; -EINVAL, -EFAULT (purged object),
 * -ENOMEM, -ERESTARTSYS.
 */
int i915_eb_bind(struct i915_execbuffer *eb)
{
	int ret;

	ret = i915_eb_lock(eb);
	if (ret)
		return ret;

	ret = i915_eb_bind_in_order(eb);
	if (unlikely(i915_eb_no_room(ret)))
		ret = i915_eb_bind_hard(eb);

	return ret;
}
