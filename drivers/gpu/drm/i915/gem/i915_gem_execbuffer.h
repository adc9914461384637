/* SPDX-License-Identifier: MIT */
#ifndef _I915_GEM_EXECBUFFER_H_
#define _I915_GEM_EXECBUFFER_H_

#include <linux/bitops.h>
#include <linux/minmax.h>
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

/**
 * struct i915_eb_vma - one entry of the buffer list
 */
struct i915_eb_vma {
	/** @obj: referenced until the request takes over */
	struct drm_i915_gem_object *obj;
	/** @vma: with an active mark until the request takes over; NULL between attempts to bind */
	struct i915_vma *vma;
	/** @flags: EXEC_OBJECT_* of user space, and writes found in relocations */
	u32 flags;
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
	/** @held: entries of @ev that are looked up and not handed to the request */
	unsigned int held;
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

	/** @locks: the objects' locks where there is more than one */
	struct drm_exec locks;
	/** @locked: the objects are locked */
	bool locked;

	/** @stuck: what the entry without room waits for */
	struct {
		/** @stuck.offset: where it wants to be */
		u64 offset;
		/** @stuck.size: bytes from there on; 0: anywhere */
		u64 size;
		/** @stuck.self_offset: where it is */
		u64 self_offset;
		/** @stuck.self_size: bytes from there on; 0: nowhere */
		u64 self_size;
	} stuck;

	/** @relocs: the relocations of all entries in a row, or NULL: not read yet */
	struct drm_i915_gem_relocation_entry *relocs;
	/** @handle_hash: indices into @ev by handle, open addressing; NULL: not made yet */
	u32 *handle_hash;
	/** @handle_bits: log2 of the size of @handle_hash */
	unsigned int handle_bits;

	/** @fence_in: FENCE_IN or FENCE_SUBMIT, or NULL; referenced */
	struct dma_fence *fence_in;
	/** @fences: FENCE_ARRAY and timeline fences */
	struct i915_eb_fence *fences;
	/** @num_fences: entries in @fences */
	unsigned int num_fences;
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

/* i915_eb_vma.c */
int i915_eb_lookup(struct i915_execbuffer *eb);
void i915_eb_release(struct i915_execbuffer *eb);
int i915_eb_lock(struct i915_execbuffer *eb);
void i915_eb_unlock(struct i915_execbuffer *eb);

/* i915_eb_bind.c */
int i915_eb_bind(struct i915_execbuffer *eb);

/* i915_eb_reloc.c */
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

#endif
