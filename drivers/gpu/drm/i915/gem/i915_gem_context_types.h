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
 * struct i915_file - state of an open file
 */
struct i915_file {
	/** @i915: the device */
	struct drm_i915_private *i915;
	/** @id: drm_file.client_id: i915_address_space.owner of its address spaces; constant */
	u64 id;
	/**
	 * @contexts: struct i915_gem_context by handle; 0 is the default context, created on first
	 * use. Lookups take a reference under xa_lock.
	 */
	struct xarray contexts;
	/** @vms: struct i915_address_space (a user each) by handle, from 1 */
	struct xarray vms;
	/**
	 * @lock: serialises creating the default context and removing contexts and VMs from their
	 * tables. Outside i915_gem_context.lock.
	 */
	struct mutex lock;
	/**
	 * @handle_closes: number of object handles closed so far. An execbuf that sees it change
	 * closes the VMAs of handles that are gone.
	 */
	atomic_t handle_closes;
	/** @client: accounts the hangs of its contexts, including closed ones */
	struct i915_gt_client *client;
	/**
	 * @past_runtime_ns: time that destroyed contexts have run, nanoseconds, by engine class;
	 * @lock
	 */
	u64 past_runtime_ns[I915_ENGINE_CLASSES];
};

/**
 * struct i915_engine_slot - one entry of the engine map of a context
 */
struct i915_engine_slot {
	/** @engine: NULL for an invalid entry, for which execbuf returns -EINVAL */
	struct i915_engine *engine;
	/** @lrc: set once, at first use, under i915_gem_context.lock; smp_load_acquire to read */
	struct i915_lrc *lrc;
};

/**
 * struct i915_gem_timeline - common order of the requests on all engines of a context
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
 * Freed with its last reference: the handle's, one of each request in flight and one of
 * each port. The last put may be in an interrupt, so it queues @free_work.
 */
struct i915_gem_context {
	/**
	 * @base: what the GT knows; carries the reference count and the VM, which is made when it
	 * is first needed: i915_gem_context_vm()
	 */
	struct i915_gt_context base;
	/** @i915: the device */
	struct drm_i915_private *i915;
	/**
	 * @owner: i915_file.id of its file, or 0 for one of the driver's own; constant. Its address
	 * space may be made when the context is closed, or even the file.
	 */
	u64 owner;
	/** @id: handle */
	u32 id;
	/** @pid: the process that created it, referenced; names its timelines */
	struct pid *pid;
	/** @user_engines: True once user space has set an engine map, which execbuf then indexes */
	bool user_engines;
	/** @used: True from the first execbuf on: VM and engine map are constant */
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
	/** @lock: protects the engine map, @used, and creation of VM and lrcs; not @base.flags */
	struct mutex lock;
	/**
	 * @timeline: order of all engines with I915_CONTEXT_CREATE_FLAGS_SINGLE_TIMELINE, or NULL
	 */
	struct i915_gem_timeline *timeline;
	/** @free_work: frees it, on drm_i915_private.wq */
	struct work_struct free_work;
};

#endif
