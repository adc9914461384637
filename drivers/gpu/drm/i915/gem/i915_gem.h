/* SPDX-License-Identifier: MIT */
#ifndef _I915_GEM_H_
#define _I915_GEM_H_

#include <drm/drm_gem.h>

#include "gem/i915_gem_context_types.h"

struct drm_device;
struct drm_i915_gem_context_param;
struct drm_i915_gem_object;
struct i915_address_space;
struct i915_file;
struct i915_gem_timeline;
struct i915_lrc;

/* GEM callbacks of every object (i915_gem_object_funcs.c): free, close, export, vmap, ... */
extern const struct drm_gem_object_funcs i915_gem_object_funcs;

/* files (i915_gem_file.c) */
void i915_gem_file_init_tables(struct i915_file *fpriv);
int i915_gem_open(struct drm_device *dev, struct drm_file *file);
void i915_gem_postclose(struct drm_device *dev, struct drm_file *file);

void i915_gem_file_close_object(struct i915_file *file, struct drm_i915_gem_object *obj);
struct i915_gem_context *i915_gem_file_next_context(struct i915_file *file, unsigned long *id);

/* address spaces (i915_gem_vm.c) */
struct i915_address_space *i915_gem_vm_lookup_user(struct i915_file *file, u32 id);
int i915_gem_vm_add_handle(struct i915_file *file, struct i915_address_space *vm, u32 *id);

/* contexts (i915_gem_context.c) */
int i915_gem_context_slab_init(void);
void i915_gem_context_slab_exit(void);
struct i915_gem_context *i915_gem_context_create(struct drm_i915_private *i915,
						 struct i915_file *file);
void i915_gem_context_close(struct i915_gem_context *ctx);
void i915_gem_timeline_init(struct i915_gem_timeline *timeline);
struct i915_gem_context *i915_gem_context_lookup(struct i915_file *file, u32 id);
void i915_gem_context_clean(struct i915_gem_context *ctx);
struct i915_address_space *i915_gem_context_vm(struct i915_gem_context *ctx);
void i915_gem_context_add_runtime(struct i915_gem_context *ctx, u64 *runtime_ns);
struct i915_lrc *i915_gem_context_lrc(struct i915_gem_context *ctx, unsigned int idx);

/* context parameters (i915_gem_context_param.c, i915_gem_context_engines.c) */
int i915_gem_context_set_param(struct i915_file *file, struct i915_gem_context *ctx,
			       const struct drm_i915_gem_context_param *args);
int i915_gem_context_set_engines(struct i915_gem_context *ctx,
				 const struct drm_i915_gem_context_param *args);

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
