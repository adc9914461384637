/* SPDX-License-Identifier: MIT */
#ifndef _MOCK_UTIL_H_
#define _MOCK_UTIL_H_

#include <linux/dma-fence.h>
#include <linux/types.h>

#include "gem/i915_gem_context_types.h"
#include "selftests/i915_st.h"
#include "selftests/mock_device.h"
#include "vm/i915_vma.h"

struct drm_i915_gem_object;
struct i915_address_space;
struct i915_vma_placement;

/**
 * struct mock_client - a file with a context that can submit to the first engine
 */
struct mock_client {
	/** @st: the subtest */
	struct i915_st *st;
	/** @file: the file */
	struct file *file;
	/** @ctx: a context of it; NULL once closed */
	struct i915_gem_context *ctx;
	/** @vm: its address space; not a reference */
	struct i915_address_space *vm;
	/** @lrc: the context on the first engine */
	struct i915_lrc *lrc;
};

struct i915_gem_context *mock_context_create(struct i915_st *st, struct file *file);
bool mock_client_open(struct i915_st *st, struct mock_client *client);
void mock_client_close_context(struct mock_client *client);
void mock_client_close(struct mock_client *client);

/* Finish what was pushed to the device's workqueue */
void mock_flush(struct drm_i915_private *i915);

struct drm_i915_gem_object *mock_object(struct i915_st *st, unsigned int pages);
int mock_fill(struct drm_i915_gem_object *obj, u32 value);
int mock_verify(struct drm_i915_gem_object *obj, u32 value);

/* Bind and leave the VMA marked active; NULL if that failed (and is noted in the subtest) */
struct i915_vma *mock_bind_active(struct i915_st *st, struct drm_i915_gem_object *obj,
				  struct i915_address_space *vm,
				  const struct i915_vma_placement *where);
/* Bind, give back the address, leave the VMA idle. Return: what i915_vma_bind() said. */
int mock_bind(struct drm_i915_gem_object *obj, struct i915_address_space *vm,
	      const struct i915_vma_placement *where, u64 *offset);

/* Unbind an object wherever it is idle. Return: VMAs still bound. */
unsigned int mock_unbind(struct drm_i915_gem_object *obj);

struct i915_address_space *mock_vm_create(struct i915_st *st, unsigned int pages);

/* A fence that is signalled by mock_fence_signal(), which also lets go of it */
struct dma_fence *mock_fence_create(void);
void mock_fence_signal(struct dma_fence *fence);

/* A request that uses @obj (or nothing), waiting for @fence (or nothing); referenced */
struct i915_request *mock_request(struct i915_st *st, struct mock_client *client,
				  struct drm_i915_gem_object *obj, struct dma_fence *fence);
/* Wait until a request is complete and retired, and let go of it */
bool mock_request_finish(struct i915_st *st, struct i915_request *rq);

#endif
