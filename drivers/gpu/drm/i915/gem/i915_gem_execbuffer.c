// SPDX-License-Identifier: MIT

#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/nospec.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/sync_file.h>
#include <linux/uaccess.h>

#include <drm/drm_auth.h>
#include <drm/drm_file.h>

#include "base/i915_drv.h"
#include "gem/i915_eb.h"
#include "gem/i915_eb_bind.h"
#include "gem/i915_eb_fence.h"
#include "gem/i915_eb_lock.h"
#include "gem/i915_eb_reloc.h"
#include "gem/i915_eb_syncobj.h"
#include "gem/i915_eb_vma.h"
#include "gem/i915_gem_context.h"
#include "gem/i915_gem_execbuffer.h"
#include "gt/i915_gt_context.h"
#include "gt/i915_request.h"
#include "gt/i915_request_add.h"
#include "gt/i915_request_end.h"
#include "gt/i915_ring_room.h"
#include "mem/i915_gem_object.h"
#include "vm/i915_vma.h"

/**
 * DOC: Execbuffer
 *
 * One ioctl turns a list of objects, one of them a batch of commands, into a
 * request on an engine:
 *
 * 1. Copy everything from user space: buffer list, fences, relocations. No lock is
 *    held, so page faults are allowed.
 * 2. Look up context, engine and objects.
 * 3. Make sure that the ring has room.
 * 4. Lock the objects and mark the VMA of each; from here on it stays bound. Bind
 *    those that are not, and write relocations if an address differs from what user
 *    space presumed.
 * 5. Begin the request in the ring, and make it wait for the fences of its objects
 *    and those that user space named.
 * 6. The point of no return: the batch start is written to the ring, the fence is
 *    published and the request is handed to the scheduler.
 * 7. Copy back what has changed.
 *
 * Everything that can fail or allocate comes before step 6. With the same objects at
 * the same addresses as last time, only the request is allocated, no lock of the
 * address space is taken, and only the buffer list is walked.
 *
 * Objects may belong to several clients, so the driver does not wait for the GPU while
 * one is locked or marked. If it has to wait, for room in the ring or in the address
 * space or before it writes a relocation, it drops locks and marks and repeats steps
 * 3 and 4 afterwards. One exception is in "Relocations of an execbuffer". The same for
 * memory: an object gets its pages with no other one locked.
 *
 * A handle may be closed while its execbuf is in progress: the object and its
 * binding then live until the request retires. See i915_eb_honour_closes().
 */

#define I915_EXEC_REFUSED \
	(__I915_EXEC_UNKNOWN_FLAGS | I915_EXEC_CONSTANTS_MASK | I915_EXEC_RESOURCE_STREAMER | \
	 I915_EXEC_GEN7_SOL_RESET)

#define I915_EXEC_CLIPRECTS_USED	(I915_EXEC_FENCE_ARRAY | I915_EXEC_USE_EXTENSIONS)

static int i915_eb_check_secure(struct drm_device *dev, struct drm_file *file)
{
	if (!drm_is_current_master(file) || !capable(CAP_SYS_ADMIN))
		return -EPERM;

	drm_dbg(dev, "flags: no secure batches on this device\n");
	return -ENODEV;
}

static int i915_eb_check_flags(struct drm_device *dev, struct drm_file *file,
			       const struct drm_i915_gem_execbuffer2 *args)
{
	const u64 both_fences = I915_EXEC_FENCE_IN | I915_EXEC_FENCE_SUBMIT;
	const u64 both_lists = I915_EXEC_CLIPRECTS_USED;

	if (args->flags & I915_EXEC_REFUSED) {
		drm_dbg(dev, "flags 0x%llx: unknown or not supported\n", args->flags);
		return -EINVAL;
	}
	if ((args->flags & both_fences) == both_fences ||
	    (args->flags & both_lists) == both_lists) {
		drm_dbg(dev, "flags 0x%llx: exclude each other\n", args->flags);
		return -EINVAL;
	}
	if (args->flags & I915_EXEC_SECURE)
		return i915_eb_check_secure(dev, file);

	return 0;
}

static int i915_eb_check_args(struct drm_device *dev, struct drm_file *file,
			      struct drm_i915_gem_execbuffer2 *args)
{
	if (!args->buffer_count || args->buffer_count > INT_MAX) {
		drm_dbg(dev, "buffer_count %u\n", args->buffer_count);
		return -EINVAL;
	}
	if (!(args->flags & I915_EXEC_CLIPRECTS_USED) &&
	    (args->num_cliprects || args->cliprects_ptr)) {
		drm_dbg(dev, "cliprects are gone from the API\n");
		return -EINVAL;
	}
	if (args->flags & I915_EXEC_USE_EXTENSIONS && args->num_cliprects) {
		drm_dbg(dev, "num_cliprects must be zero with extensions\n");
		return -EINVAL;
	}

	/* An old X driver left all ones in DR4. */
	if (args->DR1 || (args->DR4 && args->DR4 != 0xffffffff)) {
		drm_dbg(dev, "DR1 and DR4 must be zero\n");
		return -EINVAL;
	}
	if ((args->batch_start_offset | args->batch_len) & 0x7) {
		drm_dbg(dev, "batch_start_offset or batch_len is not a multiple of 8\n");
		return -EINVAL;
	}

	return i915_eb_check_flags(dev, file, args);
}

/* Ring selectors of contexts without an engine map */
static const u8 i915_eb_rings[] = {
	[I915_EXEC_DEFAULT] = I915_RCS0,
	[I915_EXEC_RENDER] = I915_RCS0,
	[I915_EXEC_BSD] = I915_VCS0,
	[I915_EXEC_BLT] = I915_BCS0,
	[I915_EXEC_VEBOX] = I915_VECS0,
};

static int i915_eb_engine_index(struct i915_execbuffer *eb)
{
	unsigned int ring = eb->args->flags & I915_EXEC_RING_MASK;

	if (READ_ONCE(eb->ctx->user_engines))
		return ring;

	if (ring != I915_EXEC_BSD && eb->args->flags & I915_EXEC_BSD_MASK) {
		drm_dbg(&eb->i915->drm, "flags: a BSD engine is chosen for another ring\n");
		return -EINVAL;
	}
	if (ring >= ARRAY_SIZE(i915_eb_rings)) {
		drm_dbg(&eb->i915->drm, "flags: no ring %u\n", ring);
		return -EINVAL;
	}

	return i915_eb_rings[array_index_nospec(ring, ARRAY_SIZE(i915_eb_rings))];
}

static int i915_eb_select_engine(struct i915_execbuffer *eb)
{
	struct i915_gem_context *ctx;
	struct i915_lrc *lrc;
	int idx;

	ctx = i915_gem_context_lookup(eb->fpriv, eb->args->rsvd1);
	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	eb->ctx = ctx;

	idx = i915_eb_engine_index(eb);
	if (idx < 0)
		return idx;

	lrc = i915_gem_context_lrc(eb->ctx, idx);
	if (IS_ERR(lrc))
		return PTR_ERR(lrc);

	eb->lrc = lrc;
	return 0;
}

/* Called without objects locked, because it may wait for the client's own requests. */
static int i915_eb_find_ring_room(struct i915_execbuffer *eb)
{
	int ret;

	if (likely(eb->turn || i915_lrc_has_room(eb->lrc)))
		return 0;

	ret = i915_lrc_begin_turn(eb->lrc, eb->file->filp->f_flags & O_NONBLOCK);
	eb->turn = !ret;
	return ret;
}

static void i915_eb_end_turn(struct i915_execbuffer *eb)
{
	if (unlikely(eb->turn))
		i915_lrc_end_turn(eb->lrc);
	eb->turn = false;
}

static bool i915_eb_always_relocates(const struct i915_execbuffer *eb)
{
	return eb->has_relocs && !(eb->args->flags & I915_EXEC_NO_RELOC);
}

/* On success the objects are locked and bound. */
static int i915_eb_prepare_objects(struct i915_execbuffer *eb)
{
	int ret;

	ret = i915_eb_bind(eb);
	if (ret || !eb->has_relocs || !(eb->any_moved || i915_eb_always_relocates(eb)))
		return ret;

	if (!eb->relocs) {
		/* Reading them may fault: not with objects locked, nor while others wait for us. */
		i915_eb_unlock(eb);
		i915_eb_end_turn(eb);
		ret = i915_eb_copy_relocs(eb);
		return ret ?: I915_EB_AGAIN;
	}

	return i915_eb_relocate(eb);
}

static u64 i915_eb_batch_address(const struct i915_execbuffer *eb)
{
	return i915_vma_offset(eb->ev[eb->batch].vma) + eb->args->batch_start_offset;
}

/* The request takes over the marks, and gets references of its own. */
static void i915_eb_hand_over(struct i915_execbuffer *eb)
{
	unsigned int i;

	for (i = 0; i < eb->count; i++) {
		if (!i915_eb_is_first(eb, i))
			continue;

		i915_gem_object_get(eb->ev[i].obj);
		i915_request_use_vma(eb->rq, eb->ev[i].vma);
	}
	eb->marked = false;
}

static int i915_eb_begin_request(struct i915_execbuffer *eb)
{
	struct i915_request *rq = i915_request_try_create(eb->lrc, eb->count - eb->repeated);

	if (unlikely(rq == ERR_PTR(-EAGAIN))) {
		/* Somebody else took the room: wait for more, in turn. */
		i915_eb_unlock(eb);
		i915_eb_end_turn(eb);
		return I915_EB_AGAIN;
	}
	if (IS_ERR(rq))
		return PTR_ERR(rq);

	eb->rq = rq;
	return 0;
}

/* Objects are locked and bound. Everything up to the point of no return. */
static int i915_eb_build_request(struct i915_execbuffer *eb)
{
	int ret;

	ret = i915_eb_reserve_fences(eb);
	if (ret)
		return ret;

	/* The ring is ours until the request is added or abandoned. */
	ret = i915_eb_begin_request(eb);
	if (ret)
		return ret;

	ret = i915_eb_await(eb);
	if (ret)
		goto err_abandon;

	if (eb->args->flags & I915_EXEC_FENCE_OUT) {
		ret = i915_eb_make_out_fence(eb);
		if (ret)
			goto err_abandon;
	}

	return 0;

err_abandon:
	i915_request_abandon(eb->rq);
	eb->rq = NULL;
	i915_eb_unlock_timeline(eb);
	return ret;
}

static int i915_eb_build(struct i915_execbuffer *eb)
{
	int ret = 0;

	if (i915_eb_always_relocates(eb))
		ret = i915_eb_copy_relocs(eb);
	if (ret)
		return ret;

	do {
		ret = i915_eb_find_ring_room(eb);
		if (!ret)
			ret = i915_eb_prepare_objects(eb);
		if (!ret)
			ret = i915_eb_build_request(eb);
	} while (ret == I915_EB_AGAIN);

	i915_eb_end_turn(eb);
	return ret;
}

/*
 * Past the point of no return. Return: 0; -EIO: the GPU was given up meanwhile, and the request has
 * ended; only its objects know its fence.
 */
static int i915_eb_submit(struct i915_execbuffer *eb)
{
	struct i915_request *rq = eb->rq;
	int ret;

	i915_request_emit_batch(rq, i915_eb_batch_address(eb), 0);

	i915_eb_honour_closes(eb);
	i915_eb_hand_over(eb);
	i915_eb_publish_resv(eb);
	/* It may retire at once. What is unlocked keeps its references: i915_eb_release() */
	ret = i915_request_add(rq);
	i915_eb_unlock(eb);

	if (likely(!ret))
		i915_eb_publish_fences(eb);
	else
		i915_eb_unlock_timeline(eb);
	i915_request_put(rq);

	return ret;
}

static int i915_eb_run_objects(struct i915_execbuffer *eb)
{
	int ret;

	ret = i915_eb_lookup(eb);
	if (!ret)
		ret = i915_eb_build(eb);
	if (!ret) {
		ret = i915_eb_submit(eb);
	} else {
		i915_eb_unlock(eb);
		i915_eb_honour_closes(eb);
	}

	i915_eb_return_relocs(eb);
	i915_eb_release(eb);
	return ret;
}

static int i915_eb_run(struct i915_execbuffer *eb)
{
	int ret;

	ret = i915_eb_copy_fences(eb);
	if (!ret)
		ret = i915_eb_select_engine(eb);
	if (!ret)
		ret = i915_eb_run_objects(eb);

	if (eb->ctx)
		i915_gt_context_put(&eb->ctx->base);
	i915_eb_put_fences(eb);
	return ret;
}

/* Report the addresses of objects that are not where user space expected them. */
static void i915_eb_return_offsets(const struct i915_execbuffer *eb)
{
	struct drm_i915_gem_exec_object2 __user *user = u64_to_user_ptr(eb->args->buffers_ptr);
	unsigned int i;

	if (!eb->any_moved)
		return;

	for (i = 0; i < eb->count; i++) {
		cond_resched();
		/*
		 * The batch was submitted and the list was readable: if it is not writable, user
		 * space only loses a hint.
		 */
		if (eb->ev[i].moved && put_user(eb->exec[i].offset, &user[i].offset))
			return;
	}
}

static int i915_eb_execute(struct drm_device *dev, struct drm_file *file,
			   struct drm_i915_gem_execbuffer2 *args,
			   struct drm_i915_gem_exec_object2 *exec, struct i915_eb_vma *ev)
{
	struct i915_execbuffer eb;
	int ret;

	ret = i915_eb_copy_from_user(exec, u64_to_user_ptr(args->buffers_ptr),
				     array_size(args->buffer_count, sizeof(*exec)));
	if (ret)
		return ret;

	eb.i915 = to_i915(dev);
	eb.file = file;
	eb.fpriv = file->driver_priv;
	eb.args = args;
	eb.exec = exec;
	eb.ev = ev;
	eb.count = args->buffer_count;
	eb.repeated = 0;
	eb.held = 0;
	eb.batch = args->flags & I915_EXEC_BATCH_FIRST ? 0 : eb.count - 1;
	eb.any_moved = false;
	eb.has_relocs = false;
	eb.ctx = NULL;
	eb.lrc = NULL;
	eb.turn = false;
	eb.locked = false;
	eb.marked = false;
	eb.relocs = NULL;
	eb.fence_submit = NULL;
	eb.awaits.tree = RB_ROOT;
	eb.signals = RB_ROOT;
	eb.num_fences = 0;
	eb.timeline = NULL;
	eb.out = NULL;
	eb.out_fd = -1;
	eb.rq = NULL;

	ret = i915_eb_run(&eb);
	if (!ret)
		i915_eb_return_offsets(&eb);

	return ret;
}

static int i915_eb_execute_long(struct drm_device *dev, struct drm_file *file,
				struct drm_i915_gem_execbuffer2 *args)
{
	struct drm_i915_gem_exec_object2 *exec;
	struct i915_eb_vma *ev;
	int ret;

	/* Both arrays in one allocation */
	exec = kvmalloc_array(args->buffer_count, sizeof(*exec) + sizeof(*ev),
			      GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!exec)
		return -ENOMEM;

	ev = (struct i915_eb_vma *)(exec + args->buffer_count);
	ret = i915_eb_execute(dev, file, args, exec, ev);

	kvfree(exec);
	return ret;
}

/**
 * i915_gem_execbuffer2_ioctl - EXECBUFFER2 and EXECBUFFER2_WR: run a batch
 * @dev: the device
 * @data: struct drm_i915_gem_execbuffer2
 * @file: whose context and objects
 *
 * Limits: INT_MAX entries; INT_MAX bytes for the list and the driver's state of each
 * entry (24 million entries); I915_EB_MAX_FENCES fences. Beyond the latter two it
 * returns -ENOMEM. The memory is charged to the caller's cgroup.
 *
 * Context: process context; sleeps interruptibly for ring space (O_NONBLOCK: does
 * not), for memory, for the GPU where an address is in use, and for user pages.
 * Return: 0; -EINVAL, -EFAULT and -ENOENT for what user space got wrong; -ENOSPC: the
 * objects do not fit together; -EWOULDBLOCK: no room in the ring; -EIO: GPU wedged or
 * context banned; -ENOMEM, -ERESTARTSYS, -EPERM, -ENODEV.
 */
int i915_gem_execbuffer2_ioctl(struct drm_device *dev, void *data, struct drm_file *file)
{
	struct drm_i915_gem_exec_object2 exec[I915_EB_INLINE];
	struct drm_i915_gem_execbuffer2 *args = data;
	struct i915_eb_vma ev[I915_EB_INLINE];
	int ret;

	ret = i915_eb_check_args(dev, file, args);
	if (ret)
		return ret;

	if (args->buffer_count > I915_EB_INLINE)
		return i915_eb_execute_long(dev, file, args);

	return i915_eb_execute(dev, file, args, exec, ev);
}
