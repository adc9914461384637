/* SPDX-License-Identifier: MIT */
#ifndef _I915_GEM_FILE_H_
#define _I915_GEM_FILE_H_

struct drm_device;
struct drm_file;
struct drm_i915_gem_object;
struct i915_file;
struct i915_gem_context;

void i915_gem_file_init_tables(struct i915_file *fpriv);
int i915_gem_open(struct drm_device *dev, struct drm_file *file);
void i915_gem_postclose(struct drm_device *dev, struct drm_file *file);
void i915_gem_file_close_object(struct i915_file *file, struct drm_i915_gem_object *obj);
struct i915_gem_context *i915_gem_file_next_context(struct i915_file *file, unsigned long *id);

#endif
