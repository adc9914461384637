/* SPDX-License-Identifier: MIT */
#ifndef _I915_GEM_CONTEXT_TYPES_H_
#define _I915_GEM_CONTEXT_TYPES_H_

#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "gt/i915_gt_types.h"

/* Render, copy, video, video enhancement: I915_ENGINE_CLASS_* up to the last these GPUs have */
#define I915_ENGINE_CLASSES	4

struct drm_file;
struct drm_i915_private;

/**
 * struct i915_file - what one open file owns, from open to postclose
 */
struct i915_file {
	/** @i915: the device */
	struct drm_i915_private *i915;
	/** @id: drm_file.client_id: i915_address_space.owner of its address spaces; constant */
	u64 id;
	/**
	 * @contexts: struct i915_gem_context by handle; 0 is the default context, made on first
	 * use. xa_lock for lookups with kref_get_unless_zero.
	 */
	struct xarray contexts;
	/** @vms: struct i915_address_space (a user each) by handle, from 1 */
	struct xarray vms;
	/**
	 * @lock: taken by whoever makes the default context or takes a context or VM out of its
	 * table. Outside i915_gem_context.lock.
	 */
	struct mutex lock;
	/**
	 * @handle_closes: object handles closed so far. An execbuf that sees it change closes the
	 * VMAs whose handles are gone.
	 */
	atomic_t handle_closes;
	/** @client: answers for the hangs of its contexts, also of those it has closed */
	struct i915_gt_client *client;
	/**
	 * @past_runtime_ns: time that destroyed contexts were on the engines, nanoseconds, by class
	 * of engine; @lock
	 */
	u64 past_runtime_ns[I915_ENGINE_CLASSES];
};

/**
 * struct i915_engine_slot - one entry of the engine map of a context
 */
struct i915_engine_slot {
	/** @engine: NULL: invalid entry, execbuf gives -EINVAL */
	struct i915_engine *engine;
	/** @lrc: made at first use; i915_gem_context.lock to make, smp-safe to read */
	struct i915_lrc *lrc;
};

/**
 * struct i915_gem_timeline - one order for the requests of all engines of a context
 */
struct i915_gem_timeline {
	/**
	 * @lock: held from the look at @last to the next one, so that each request waits for
	 * another one; inside i915_lrc.lock
	 */
	struct mutex lock;
	/** @last: fence of the latest request, referenced, or NULL */
	struct dma_fence *last;
};

/**
 * struct i915_gem_context - what user space calls a context
 *
 * Dies when its last reference goes: the handle's and one of each request in
 * flight. That may be in interrupt context, so the end is work on i915->wq.
 */
struct i915_gem_context {
	/**
	 * @base: what the GT knows; carries the reference count and the VM, which is made when it
	 * is first needed: i915_gem_context_vm()
	 */
	struct i915_gt_context base;
	/** @i915: the device */
	struct drm_i915_private *i915;
	/** @file: owner; NULL once closed; @lock */
	struct i915_file *file;
	/** @id: handle */
	u32 id;
	/** @pid: who made it, for debugfs; referenced */
	struct pid *pid;
	/** @user_engines: the engine map is user space's (I915_EXEC_RING_MASK is an index) */
	bool user_engines;
	/** @used: an execbuf has run: VM and engine map are fixed */
	bool used;
	/** @num_engines: entries in @engines */
	unsigned int num_engines;
	/**
	 * @engines: engine map: user space's, or one entry per engine of the device in the order
	 * of enum i915_engine_id; @lock until @used
	 */
	struct i915_engine_slot *engines;
	/** @default_engines: what @engines is until user space brings its own map */
	struct i915_engine_slot default_engines[I915_ENGINES];
	/** @lock: guards the map, @used, making of the VM, of lrcs, and parameters */
	struct mutex lock;
	/**
	 * @timeline: I915_CONTEXT_CREATE_FLAGS_SINGLE_TIMELINE: orders all its engines; else NULL
	 */
	struct i915_gem_timeline *timeline;
	/** @free_work: the end, on i915->wq */
	struct work_struct free_work;
};

#endif
