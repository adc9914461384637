// SPDX-License-Identifier: MIT

#include <linux/dma-resv.h>
#include <linux/sizes.h>

#include "base/i915_drv.h"
#include "gem/i915_eb.h"
#include "gem/i915_eb_bind.h"
#include "gem/i915_eb_lock.h"
#include "gem/i915_gem_context_types.h"
#include "gt/i915_gt_layer.h"
#include "gt/i915_request_fence.h"
#include "gt/i915_retire.h"
#include "mem/i915_gem_object.h"
#include "mem/i915_gem_pages.h"
#include "vm/i915_evict.h"
#include "vm/i915_vm_types.h"
#include "vm/i915_vma.h"
#include "vm/i915_vma_bind.h"

/**
 * DOC: Addresses of the buffer list
 *
 * Usually every VMA of the list already has a suitable address, and the list is
 * walked once without a lock of the address space.
 *
 * If that fails, the marks of all VMAs are dropped and taken again, VMAs with the
 * fewest possible addresses first, because VMAs of this list may be in each other's
 * way. If there is still no room, idle VMAs are evicted, so that the list can use
 * everything that is not active. What is in the way after that either belongs to
 * this list, which is an error (-ENOSPC), or is active on behalf of somebody else,
 * which will end. Then locks and marks are dropped, the GPU is waited for, and
 * everything is tried again, as often as it takes: losing a race for an address is
 * not an error.
 *
 * Those who wait in one address space take turns, so that each of them makes
 * progress. Only work of that address space is waited for: a shared object may be
 * busy elsewhere indefinitely.
 *
 * An object that has no pages yet may take minutes to get them, if others have to be
 * swapped out. While the list is locked that would hold up everybody who shares any of
 * its objects. So pages are obtained with one object locked at a time, and pinned until
 * the list is locked and bound again.
 */

/* Internal, positive: an object has no pages, and others are locked, too */
#define I915_EB_COLD		2

/* A batch with relocations avoids the addresses below: deltas may be negative. */
#define I915_EB_BATCH_BIAS	SZ_256K

/* Freedom of an entry, in the order in which entries are bound */
enum i915_eb_choice {
	I915_EB_CHOICE_NONE,	/* a fixed address */
	I915_EB_CHOICE_LOW,	/* 32 bits of it */
	I915_EB_CHOICE_ALL,
	I915_EB_CHOICES
};

/* State of binding a list for which there is no room */
struct i915_eb_squeeze {
	/* index of the entry that did not fit */
	unsigned int stuck;
	/* number of bound VMAs of the list; of those in the 32-bit zone */
	unsigned int own;
	unsigned int own_low;
	/* i915_address_space.turn is held */
	bool turn;
};

static bool i915_eb_is_relocated_batch(const struct i915_execbuffer *eb, unsigned int i)
{
	return i == eb->batch && eb->exec[i].relocation_count;
}

static void i915_eb_placement(const struct i915_execbuffer *eb, unsigned int i,
			      struct i915_vma_placement *where)
{
	const struct drm_i915_gem_exec_object2 *entry = &eb->exec[i];

	where->offset = i915_plain_address(entry->offset);
	where->align = entry->alignment;
	where->start = i915_eb_is_relocated_batch(eb, i) ? I915_EB_BATCH_BIAS : 0;
	where->exact = entry->flags & EXEC_OBJECT_PINNED;
	/* Use the address that user space expects if it is free. */
	where->prefer = !where->exact && where->offset >= where->start;
	where->low = !(entry->flags & EXEC_OBJECT_SUPPORTS_48B_ADDRESS);
	where->own = 0;
	where->size = 0;
	if (entry->flags & EXEC_OBJECT_PAD_TO_SIZE)
		where->size = i915_eb_size(entry, eb->ev[i].obj);
}

/* The usual case: bound where user space expects it, and no special requirements. */
static bool i915_eb_is_in_place(const struct drm_i915_gem_exec_object2 *entry,
				const struct i915_vma *vma)
{
	if (!i915_vma_is_bound(vma) || entry->alignment || entry->flags & EXEC_OBJECT_PAD_TO_SIZE)
		return false;

	return i915_canonical_address(i915_vma_offset(vma)) == entry->offset &&
	       (entry->flags & EXEC_OBJECT_SUPPORTS_48B_ADDRESS || i915_vma_is_low(vma));
}

/* Report the address of the VMA to user space. */
static void i915_eb_note_offset(struct i915_execbuffer *eb, unsigned int i)
{
	u64 offset = i915_canonical_address(i915_vma_offset(eb->ev[i].vma));

	if (eb->exec[i].offset == offset)
		return;

	eb->exec[i].offset = offset;
	eb->ev[i].moved = true;
	eb->any_moved = true;
}

/* Would binding have to get pages, while others wait for the objects that are locked? */
static bool i915_eb_is_cold(const struct i915_execbuffer *eb, const struct i915_eb_vma *ev)
{
	return eb->count > 1 && !ev->pages_pinned && !i915_gem_object_has_pages(ev->obj);
}

/* Bind the marked VMA of an entry, unless it is where it is wanted. */
static noinline int i915_eb_place_one(struct i915_execbuffer *eb, unsigned int i,
				      const struct i915_eb_squeeze *squeeze)
{
	struct i915_eb_vma *ev = &eb->ev[i];
	struct i915_vma_placement where;
	int ret;

	i915_eb_placement(eb, i, &where);
	if (squeeze)
		where.own = where.low ? squeeze->own_low : squeeze->own;
	if (!i915_vma_fits(ev->vma, &where)) {
		if (i915_eb_is_cold(eb, ev))
			return I915_EB_COLD;

		ret = i915_vma_bind(ev->vma, &where);
		if (ret)
			return ret;
	}

	i915_eb_note_offset(eb, i);
	return 0;
}

/* Mark and bind the VMA of an entry; @squeeze is NULL in the first attempt. */
static int i915_eb_bind_one(struct i915_execbuffer *eb, unsigned int i,
			    const struct i915_eb_squeeze *squeeze)
{
	struct i915_eb_vma *ev = &eb->ev[i];
	struct i915_vma *vma;

	vma = i915_vma_get_active(ev->obj, eb->ctx->base.vm);
	if (IS_ERR(vma))
		return PTR_ERR(vma);

	ev->vma = vma;
	eb->marked = true;
	if (likely(i915_eb_is_in_place(&eb->exec[i], vma)))
		return 0;

	return i915_eb_place_one(eb, i, squeeze);
}

/* A repeated entry has the address of the first one. */
static void i915_eb_bind_repeated(struct i915_execbuffer *eb, unsigned int i)
{
	eb->ev[i].vma = eb->ev[eb->ev[i].first].vma;
	i915_eb_note_offset(eb, i);
}

static int i915_eb_bind_in_order(struct i915_execbuffer *eb)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < eb->count && !ret; i++) {
		if (unlikely(!i915_eb_is_first(eb, i)))
			i915_eb_bind_repeated(eb, i);
		else
			ret = i915_eb_bind_one(eb, i, NULL);
		ret = ret ?: i915_eb_breathe(i);
	}

	return ret;
}

static enum i915_eb_choice i915_eb_choice(const struct i915_execbuffer *eb, unsigned int i)
{
	const u64 flags = eb->exec[i].flags;

	if (flags & EXEC_OBJECT_PINNED)
		return I915_EB_CHOICE_NONE;

	return flags & EXEC_OBJECT_SUPPORTS_48B_ADDRESS ? I915_EB_CHOICE_ALL : I915_EB_CHOICE_LOW;
}

static int i915_eb_bind_choice(struct i915_execbuffer *eb, struct i915_eb_squeeze *squeeze,
			       enum i915_eb_choice choice)
{
	unsigned int i;

	for (i = 0; i < eb->count; i++) {
		int ret;

		if (!i915_eb_is_first(eb, i) || i915_eb_choice(eb, i) != choice)
			continue;

		squeeze->stuck = i;
		ret = i915_eb_bind_one(eb, i, squeeze) ?: i915_eb_breathe(i);
		if (ret)
			return ret;

		squeeze->own++;
		squeeze->own_low += i915_vma_offset(eb->ev[i].vma) < I915_LOW_END;
	}

	return 0;
}

/* Drop all marks and bind again, least freedom first. Objects locked. */
static int i915_eb_bind_afresh(struct i915_execbuffer *eb, struct i915_eb_squeeze *squeeze)
{
	enum i915_eb_choice choice;
	unsigned int i;
	int ret = 0;

	i915_eb_drop_marks(eb);
	squeeze->own = 0;
	squeeze->own_low = 0;

	for (choice = I915_EB_CHOICE_NONE; choice < I915_EB_CHOICES && !ret; choice++)
		ret = i915_eb_bind_choice(eb, squeeze, choice);
	if (ret)
		return ret;

	for (i = 0; i < eb->count; i++) {
		if (!i915_eb_is_first(eb, i))
			i915_eb_bind_repeated(eb, i);
	}

	return 0;
}

/* Is another VMA of the list at the fixed address of the stuck entry? */
static bool i915_eb_is_own_fault(const struct i915_execbuffer *eb,
				 const struct i915_eb_squeeze *squeeze)
{
	const struct drm_i915_gem_exec_object2 *entry = &eb->exec[squeeze->stuck];
	u64 start = i915_plain_address(entry->offset);
	u64 end = start + i915_eb_size(entry, eb->ev[squeeze->stuck].obj);
	unsigned int i;

	if (!(entry->flags & EXEC_OBJECT_PINNED))
		return false;

	for (i = 0; i < eb->count; i++) {
		const struct i915_vma *vma = eb->ev[i].vma;

		if (vma && i != squeeze->stuck && vma->node.start < end &&
		    start < vma->node.start + vma->node.size)
			return true;
	}

	return false;
}

/*
 * Try everything that needs no wait. Objects locked.
 * Return: -EBUSY if VMAs of others are in the way; -ENOSPC if waiting would not help.
 */
static int i915_eb_bind_somehow(struct i915_execbuffer *eb, struct i915_eb_squeeze *squeeze)
{
	int ret = i915_eb_bind_afresh(eb, squeeze);

	if (ret == -ENOSPC) {
		/* VMAs without marks are idle, or belong to this list and are bound again. */
		i915_eb_drop_marks(eb);
		i915_vm_evict_idle(eb->ctx->base.vm);
		ret = i915_eb_bind_afresh(eb, squeeze);
	}

	return ret == -EBUSY && i915_eb_is_own_fault(eb, squeeze) ? -ENOSPC : ret;
}

/* Wait for requests in @vm that use the object. Return: 1 if there were any, 0 if not. */
static int i915_eb_wait_object(struct drm_i915_gem_object *obj,
			       const struct i915_address_space *vm)
{
	struct dma_resv_iter cursor;
	struct dma_fence *fence;
	int ret = 0;

	dma_resv_iter_begin(&cursor, obj->base.resv, DMA_RESV_USAGE_READ);
	dma_resv_for_each_fence_unlocked(&cursor, fence) {
		long err;

		if (!i915_fence_is_in_vm(fence, vm))
			continue;

		err = dma_fence_wait(fence, true);
		ret = err ?: 1;
		if (err)
			break;
	}
	dma_resv_iter_end(&cursor);

	return ret;
}

/* @all: until nothing is active from @start to @end; else until there is less */
static int i915_eb_wait_range(struct i915_execbuffer *eb, u64 start, u64 end, bool all)
{
	struct i915_address_space *vm = eb->ctx->base.vm;
	struct drm_i915_gem_object *obj;
	u64 from = start;
	int ret;

	while ((obj = i915_vm_next_active(vm, &from, end))) {
		ret = i915_eb_wait_object(obj, vm);
		i915_gem_object_put(obj);
		if (ret < 0)
			return ret;
		if (ret && !all)
			break;
	}

	/* A fence may be seen signalled before its request has retired. */
	i915_gt_retire(to_gt(eb->i915));

	return all || !obj ? i915_vm_wait_marks(vm, start, end) : 0;
}

/* Called with the objects locked; returns with them unlocked. */
static int i915_eb_wait_for_room(struct i915_execbuffer *eb, struct i915_eb_squeeze *squeeze)
{
	const struct drm_i915_gem_exec_object2 *entry = &eb->exec[squeeze->stuck];
	struct i915_address_space *vm = eb->ctx->base.vm;
	const struct i915_vma *vma = eb->ev[squeeze->stuck].vma;
	bool exact = entry->flags & EXEC_OBJECT_PINNED;
	u64 start = 0, end = vm->total;

	if (i915_vma_is_bound(vma)) {
		/* It is active where it is, and cannot be moved. */
		start = vma->node.start;
		end = start + vma->node.size;
		exact = true;
	} else if (exact) {
		start = i915_plain_address(entry->offset);
		end = start + i915_eb_size(entry, eb->ev[squeeze->stuck].obj);
	} else if (!(entry->flags & EXEC_OBJECT_SUPPORTS_48B_ADDRESS)) {
		end = min_t(u64, end, I915_LOW_END);
	}
	i915_eb_unlock(eb);

	if (!squeeze->turn && mutex_lock_interruptible(&vm->turn))
		return -ERESTARTSYS;
	squeeze->turn = true;

	return i915_eb_wait_range(eb, start, end, exact);
}

static int i915_eb_bind_hard(struct i915_execbuffer *eb)
{
	struct i915_eb_squeeze squeeze = {};
	int ret;

	while ((ret = i915_eb_bind_somehow(eb, &squeeze)) == -EBUSY) {
		ret = i915_eb_wait_for_room(eb, &squeeze);
		if (!ret)
			ret = i915_eb_lock(eb);
		if (ret)
			break;
	}

	if (squeeze.turn)
		mutex_unlock(&eb->ctx->base.vm->turn);

	return ret;
}

static void i915_eb_unpin_pages(struct i915_execbuffer *eb)
{
	unsigned int i;

	for (i = 0; i < eb->count; i++) {
		if (eb->ev[i].pages_pinned)
			i915_gem_object_unpin_pages(eb->ev[i].obj);
		eb->ev[i].pages_pinned = false;
		cond_resched();
	}
}

/*
 * Pin the pages of the whole list, including what has them now: afterwards nothing of it is cold
 * again. Nothing locked.
 */
static int i915_eb_pin_pages(struct i915_execbuffer *eb)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < eb->count && !ret; i++) {
		struct i915_eb_vma *ev = &eb->ev[i];

		if (!i915_eb_is_first(eb, i))
			continue;

		ret = i915_gem_object_pin_pages_unlocked(ev->obj);
		ev->pages_pinned = !ret;
		ret = ret ?: i915_eb_breathe(i);
	}

	return ret == -EINTR ? -ERESTARTSYS : ret;
}

/* An object has no pages. Called with the objects locked. */
static int i915_eb_bind_cold(struct i915_execbuffer *eb)
{
	int ret;

	i915_eb_unlock(eb);

	ret = i915_eb_pin_pages(eb);
	if (!ret)
		ret = i915_eb_lock(eb);
	if (!ret)
		ret = i915_eb_bind_hard(eb);

	/* What is bound has a pin of its own. */
	i915_eb_unpin_pages(eb);
	return ret;
}

/* @ret: how it failed to bind the list in order */
static noinline int i915_eb_bind_slowly(struct i915_execbuffer *eb, int ret)
{
	if (ret == -ENOSPC || ret == -EBUSY)
		ret = i915_eb_bind_hard(eb);

	return ret == I915_EB_COLD ? i915_eb_bind_cold(eb) : ret;
}

/**
 * i915_eb_bind - lock the objects and bind their VMAs
 * @eb: the execbuffer after i915_eb_lookup()
 *
 * Context: process context; nothing locked; waits interruptibly for the GPU if there
 * is no room otherwise. On success the objects are locked and their VMAs marked; on
 * failure the caller calls i915_eb_unlock().
 * Return: 0; -ENOSPC if they do not fit together; -EINVAL, -EFAULT (purged object),
 * -ENOMEM, -ERESTARTSYS.
 */
int i915_eb_bind(struct i915_execbuffer *eb)
{
	int ret;

	ret = i915_eb_lock(eb);
	if (ret)
		return ret;

	ret = i915_eb_bind_in_order(eb);
	return likely(!ret) ? 0 : i915_eb_bind_slowly(eb, ret);
}
