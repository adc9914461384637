/* SPDX-License-Identifier: MIT */
#ifndef _I915_EB_H_
#define _I915_EB_H_

#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/rbtree.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>
#include <linux/types.h>
#include <linux/uaccess.h>

#include <drm/drm_exec.h>

#include <uapi/drm/i915_drm.h>

#include "gt/i915_request_await.h"
#include "mem/i915_gem_object.h"

struct dma_fence;
struct dma_fence_chain;
struct drm_file;
struct drm_i915_private;
struct drm_syncobj;
struct i915_file;
struct i915_gem_context;
struct i915_lrc;
struct i915_request;
struct i915_vma;
struct sync_file;

/* Buffer lists up to this long live on the stack; as many as fit in a request without allocation */
#define I915_EB_INLINE		4

/* Internal, positive: the locks were dropped for a wait; lock and bind again */
#define I915_EB_AGAIN		1

/**
 * struct i915_eb_vma - one entry of the buffer list
 *
 * Several entries may name one object. Then the first has the requirements of all of
 * them and alone holds the mark; the others only get its address.
 */
struct i915_eb_vma {
	/** @obj: referenced until the end of the ioctl */
	struct drm_i915_gem_object *obj;
	/** @vma: bound, and marked by the first entry, while the objects are locked */
	struct i915_vma *vma;
	/** @first: index of the first entry with this object; known once the objects were locked */
	u32 first;
	/** @flags: EXEC_OBJECT_* from user space, plus writes found in relocations */
	u16 flags;
	/** @moved: True if it is not where user space expected it */
	bool moved;
	/** @pages_pinned: True while the execbuf itself pins the pages: i915_eb_pin_pages() */
	bool pages_pinned;
};

/**
 * struct i915_eb_signal - a syncobj to signal
 */
struct i915_eb_signal {
	/** @node: in i915_execbuffer.signals */
	struct rb_node node;
	/** @syncobj: referenced */
	struct drm_syncobj *syncobj;
	/** @chain: link for @point of a timeline syncobj, NULL for a binary one; owned */
	struct dma_fence_chain *chain;
	/** @point: the highest of the points on the timeline; 0 for a binary syncobj */
	u64 point;
};

/**
 * struct i915_execbuffer - state of an execbuffer ioctl
 *
 * Private to its thread.
 */
struct i915_execbuffer {
	/** @i915: the device */
	struct drm_i915_private *i915;
	/** @file: for handles of objects and syncobjs */
	struct drm_file *file;
	/** @fpriv: for handles of contexts */
	struct i915_file *fpriv;
	/** @args: the ioctl's argument */
	struct drm_i915_gem_execbuffer2 *args;

	/** @exec: the buffer list as user space gave it; offsets are updated here */
	struct drm_i915_gem_exec_object2 *exec;
	/** @ev: what belongs to each entry of @exec */
	struct i915_eb_vma *ev;
	/** @count: entries in both */
	unsigned int count;
	/** @repeated: number of entries that name the object of an earlier one; set by locking */
	unsigned int repeated;
	/** @held: number of entries of @ev that are looked up */
	unsigned int held;
	/** @closes: i915_file.handle_closes before the lookup */
	int closes;
	/** @batch: index of the batch */
	unsigned int batch;
	/** @any_moved: True if i915_eb_vma.moved is set in some entry */
	bool any_moved;
	/** @has_relocs: True if some entry has relocations */
	bool has_relocs;

	/** @ctx: referenced */
	struct i915_gem_context *ctx;
	/** @lrc: where the batch will run; owned by @ctx */
	struct i915_lrc *lrc;
	/** @turn: True while i915_lrc.turn is held */
	bool turn;

	/** @locks: locks of the objects, if there is more than one entry */
	struct drm_exec locks;
	/** @locked: True while the objects are locked */
	bool locked;
	/** @marked: True while VMAs may have marks of this execbuf; dropped by unlocking */
	bool marked;

	/**
	 * @relocs: relocations of all entries, or NULL if not read yet; target_handle is replaced
	 * by the index of the target, see i915_eb_check_relocs()
	 */
	struct drm_i915_gem_relocation_entry *relocs;
	/** @reloc_waits: how often an object to be written was waited for; valid with @relocs */
	unsigned int reloc_waits;

	/** @fence_submit: FENCE_SUBMIT, or NULL; referenced */
	struct dma_fence *fence_submit;
	/** @awaits: fences that user space named, to be waited for */
	struct i915_awaits awaits;
	/**
	 * @signals: struct i915_eb_signal by the address of the syncobj; those of one syncobj in
	 * the order in which they take effect
	 */
	struct rb_root signals;
	/** @num_fences: entries of FENCE_ARRAY and timeline fences so far */
	unsigned int num_fences;
	/** @timeline: the single timeline of the context, while locked by this execbuf, or NULL */
	struct i915_gem_timeline *timeline;
	/** @out: FENCE_OUT, or NULL */
	struct sync_file *out;
	/** @out_fd: file descriptor reserved for @out, or -1 */
	int out_fd;

	/** @rq: under construction */
	struct i915_request *rq;
};

#define I915_ADDRESS_BITS	48

/**
 * i915_canonical_address - sign-extend a GPU address
 * @address: 48 bits
 *
 * Context: any.
 * Return: the address as commands and user space write it.
 */
static inline u64 i915_canonical_address(u64 address)
{
	return sign_extend64(address, I915_ADDRESS_BITS - 1);
}

/**
 * i915_plain_address - undo i915_canonical_address()
 * @address: as commands and user space write it
 *
 * Context: any.
 * Return: 48 bits.
 */
static inline u64 i915_plain_address(u64 address)
{
	return address & GENMASK_ULL(I915_ADDRESS_BITS - 1, 0);
}

/**
 * i915_eb_size - address space that an entry of the buffer list takes
 * @entry: the entry
 * @obj: its object
 *
 * Return: bytes.
 */
static inline u64 i915_eb_size(const struct drm_i915_gem_exec_object2 *entry,
			       const struct drm_i915_gem_object *obj)
{
	u64 size = obj->base.size;

	return entry->flags & EXEC_OBJECT_PAD_TO_SIZE ? max(size, entry->pad_to_size) : size;
}

/**
 * i915_eb_breathe_deep - reschedule in a loop whose every iteration may take long
 *
 * Return: 0, or -EINTR if the caller was killed.
 */
static inline int i915_eb_breathe_deep(void)
{
	cond_resched();
	return fatal_signal_pending(current) ? -EINTR : 0;
}

/**
 * i915_eb_breathe - reschedule in a loop over a list that may be very long
 * @i: number of iterations so far
 *
 * Return: 0, or -EINTR if the caller was killed.
 */
static inline int i915_eb_breathe(size_t i)
{
	if (likely(i % SZ_1K != SZ_1K - 1))
		return 0;

	return i915_eb_breathe_deep();
}

/**
 * i915_eb_copy_from_user - copy_from_user() in pieces that can be interrupted
 * @to: destination
 * @from: source
 * @bytes: number of bytes
 *
 * Context: process context, may fault.
 * Return: 0, -EFAULT, -EINTR: killed.
 */
static inline int i915_eb_copy_from_user(void *to, const void __user *from, size_t bytes)
{
	for (;;) {
		size_t n = min_t(size_t, bytes, SZ_1M);

		if (copy_from_user(to, from, n))
			return -EFAULT;

		bytes -= n;
		if (likely(!bytes))
			return 0;

		to += n;
		from += n;
		cond_resched();
		if (fatal_signal_pending(current))
			return -EINTR;
	}
}

/**
 * i915_eb_is_first - test whether an entry is the first one of its object
 * @eb: the execbuffer, whose objects were locked at least once
 * @i: index of the entry
 *
 * Return: true if it is.
 */
static inline bool i915_eb_is_first(const struct i915_execbuffer *eb, unsigned int i)
{
	return eb->ev[i].first == i;
}

/**
 * i915_eb_is_alone - test cheaply whether nobody else uses an object of the list
 * @obj: the object, locked, with a mark of this execbuffer
 *
 * Later users wait for the lock of the object.
 *
 * Return: true if all its fences have signalled; false if they have to be checked.
 */
static inline bool i915_eb_is_alone(const struct drm_i915_gem_object *obj)
{
	/* Pairs with i915_vma_put_active(). */
	return atomic_read_acquire(&obj->in_use) == 1 && i915_gem_object_is_private(obj);
}

#endif
