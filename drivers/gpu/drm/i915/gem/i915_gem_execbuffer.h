/* SPDX-License-Identifier: MIT */
#ifndef _I915_GEM_EXECBUFFER_H_
#define _I915_GEM_EXECBUFFER_H_

#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>
#include <linux/types.h>

#include <drm/drm_exec.h>

#include <uapi/drm/i915_drm.h>

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

/* Positive, for inside: the locks were dropped for a wait, all from them on is to be done again */
#define I915_EB_AGAIN		1

/**
 * struct i915_eb_vma - one entry of the buffer list
 *
 * Several entries may name one object. Then the first of them is as strict as
 * all together, and it alone has the mark; the others only have its address.
 */
struct i915_eb_vma {
	/** @obj: referenced until the end of the ioctl */
	struct drm_i915_gem_object *obj;
	/** @vma: while the objects are locked: bound, with an active mark of the first entry */
	struct i915_vma *vma;
	/** @first: index of the first entry with this object; known once the objects were locked */
	u32 first;
	/** @flags: EXEC_OBJECT_* of user space, and writes found in relocations */
	u16 flags;
	/** @moved: not where user space thought */
	bool moved;
};

/**
 * struct i915_eb_fence - one syncobj to wait for or to signal
 */
struct i915_eb_fence {
	/** @syncobj: to signal, or NULL; referenced */
	struct drm_syncobj *syncobj;
	/** @wait: to wait for, or NULL; referenced */
	struct dma_fence *wait;
	/** @chain: link for @point of a timeline syncobj, or NULL; owned */
	struct dma_fence_chain *chain;
	/** @point: on the timeline */
	u64 point;
};

/**
 * struct i915_execbuffer - one execbuffer ioctl under way
 *
 * Private to the thread that runs it.
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
	/** @repeated: entries that name the object of an earlier one, found when they are locked */
	unsigned int repeated;
	/** @held: entries of @ev that are looked up */
	unsigned int held;
	/** @closes: i915_file.handle_closes before the look-up */
	int closes;
	/** @batch: index of the batch */
	unsigned int batch;
	/** @any_moved: some entry has i915_eb_vma.moved set */
	bool any_moved;
	/** @has_relocs: some entry has relocations */
	bool has_relocs;

	/** @ctx: referenced */
	struct i915_gem_context *ctx;
	/** @lrc: where the batch will run; owned by @ctx */
	struct i915_lrc *lrc;
	/** @turn: i915_lrc.turn is held: the next room in the ring is for this one */
	bool turn;

	/** @locks: the objects' locks where there is more than one */
	struct drm_exec locks;
	/** @locked: the objects are locked */
	bool locked;
	/** @marked: VMAs may have marks of this execbuf, which go when the objects are unlocked */
	bool marked;

	/**
	 * @relocs: the relocations of all entries in a row, or NULL: not read yet. In
	 * target_handle stands the index of the target, see i915_eb_check_relocs()
	 */
	struct drm_i915_gem_relocation_entry *relocs;

	/** @fence_in: FENCE_IN or FENCE_SUBMIT, or NULL; referenced */
	struct dma_fence *fence_in;
	/** @fences: FENCE_ARRAY and timeline fences */
	struct i915_eb_fence *fences;
	/** @num_fences: entries in @fences */
	unsigned int num_fences;
	/** @timeline: of a context with a single one, locked by this execbuf; else NULL */
	struct i915_gem_timeline *timeline;
	/** @out: FENCE_OUT, or NULL */
	struct sync_file *out;
	/** @out_fd: reserved for @out */
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
 * i915_eb_size - room that an entry of the buffer list takes
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
 * i915_eb_breathe - in a loop over a list that may be very long: let others run
 * @i: how many times round
 *
 * Return: 0; -EINTR: nobody waits for the result any more.
 */
static inline int i915_eb_breathe(size_t i)
{
	if (likely(i % SZ_1K != SZ_1K - 1))
		return 0;

	cond_resched();
	return fatal_signal_pending(current) ? -EINTR : 0;
}

/**
 * i915_eb_is_first - is this the entry that stands for its object?
 * @eb: the execbuffer, its objects were locked before
 * @i: index of the entry
 *
 * Return: false: an earlier one does.
 */
static inline bool i915_eb_is_first(const struct i915_execbuffer *eb, unsigned int i)
{
	return eb->ev[i].first == i;
}

/**
 * i915_eb_is_alone - does nobody else use an object of the list?
 * @obj: the object, locked, with a mark of this execbuffer
 *
 * Whoever comes later waits for the object's lock.
 *
 * Return: true: its fences have signalled. False: ask them.
 */
static inline bool i915_eb_is_alone(const struct drm_i915_gem_object *obj)
{
	/* Pairs with i915_vma_put_active(). */
	return atomic_read_acquire(&obj->in_use) == 1 && i915_gem_object_is_private(obj);
}

/* i915_gem_execbuffer.c */
int i915_eb_copy_from_user(void *to, const void __user *from, size_t bytes);

/* i915_eb_vma.c */
int i915_eb_lookup(struct i915_execbuffer *eb);
void i915_eb_honour_closes(struct i915_execbuffer *eb);
void i915_eb_release(struct i915_execbuffer *eb);

/* i915_eb_lock.c */
int i915_eb_lock(struct i915_execbuffer *eb);
void i915_eb_drop_marks(struct i915_execbuffer *eb);
void i915_eb_unlock(struct i915_execbuffer *eb);

/* i915_eb_bind.c */
int i915_eb_bind(struct i915_execbuffer *eb);

/* i915_eb_reloc.c */
int i915_eb_copy_relocs(struct i915_execbuffer *eb);
int i915_eb_relocate(struct i915_execbuffer *eb);
void i915_eb_return_relocs(struct i915_execbuffer *eb);

/* i915_eb_fence.c */
int i915_eb_copy_fences(struct i915_execbuffer *eb);
void i915_eb_put_fences(struct i915_execbuffer *eb);
int i915_eb_reserve_fences(struct i915_execbuffer *eb);
int i915_eb_await(struct i915_execbuffer *eb);
int i915_eb_make_out_fence(struct i915_execbuffer *eb);
void i915_eb_publish_resv(struct i915_execbuffer *eb);
void i915_eb_publish_fences(struct i915_execbuffer *eb);
void i915_eb_unlock_timeline(struct i915_execbuffer *eb);

#endif
