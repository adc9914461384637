/* SPDX-License-Identifier: MIT */
#ifndef _I915_GEM_H_
#define _I915_GEM_H_

#include <drm/drm_gem.h>

#include "gem/i915_gem_context_types.h"

struct drm_device;

/* GEM callbacks of every object (i915_gem_object_funcs.c): free, close, export, vmap, ... */
extern const struct drm_gem_object_funcs i915_gem_object_funcs;

/* files (i915_gem_file.c) */
int i915_gem_open(struct drm_device *dev, struct drm_file *file);
void i915_gem_postclose(struct drm_device *dev, struct drm_file *file);

/* contexts (i915_gem_context.c) */
int i915_gem_context_slab_init(void);
void i915_gem_context_slab_exit(void);
struct i915_gem_context *i915_gem_context_create(struct drm_i915_private *i915,
						 struct i915_file *file);
/* Closes the handle side: no more work; non-persistent work is cancelled; drops the handle's reference. */
void i915_gem_context_close(struct i915_gem_context *ctx);
/* Referenced context of a handle, or NULL. */
struct i915_gem_context *i915_gem_context_lookup(struct i915_file *file, u32 id);
/*
 * The final release of a context: unbind, without waiting, every VMA of its VM if it was the
 * VM's last user. After the engine state is released, before the VM reference is dropped.
 */
void i915_gem_context_clean(struct i915_gem_context *ctx);
/* lrc of engine-map index @idx, made at first use. Return: lrc or ERR_PTR (-EINVAL, -ENOMEM, -EIO) */
struct i915_lrc *i915_gem_context_lrc(struct i915_gem_context *ctx, unsigned int idx);

/* ioctls */
int i915_gem_context_create_ioctl(struct drm_device *dev, void *data, struct drm_file *file);
int i915_gem_context_destroy_ioctl(struct drm_device *dev, void *data, struct drm_file *file);
int i915_gem_context_getparam_ioctl(struct drm_device *dev, void *data, struct drm_file *file);
int i915_gem_context_setparam_ioctl(struct drm_device *dev, void *data, struct drm_file *file);
int i915_gem_context_reset_stats_ioctl(struct drm_device *dev, void *data, struct drm_file *file);
int i915_gem_vm_create_ioctl(struct drm_device *dev, void *data, struct drm_file *file);
int i915_gem_vm_destroy_ioctl(struct drm_device *dev, void *data, struct drm_file *file);
int i915_gem_execbuffer2_ioctl(struct drm_device *dev, void *data, struct drm_file *file);
int i915_gem_busy_ioctl(struct drm_device *dev, void *data, struct drm_file *file);
int i915_gem_throttle_ioctl(struct drm_device *dev, void *data, struct drm_file *file);
int i915_gem_get_aperture_ioctl(struct drm_device *dev, void *data, struct drm_file *file);
int i915_reg_read_ioctl(struct drm_device *dev, void *data, struct drm_file *file);
int i915_query_ioctl(struct drm_device *dev, void *data, struct drm_file *file);

static inline struct i915_gem_context *to_gem_context(struct i915_gt_context *base)
{
	return container_of(base, struct i915_gem_context, base);
}

#endif
