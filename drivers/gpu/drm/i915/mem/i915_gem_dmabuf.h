/* SPDX-License-Identifier: MIT */
#ifndef _I915_GEM_DMABUF_H_
#define _I915_GEM_DMABUF_H_

struct dma_buf;
struct dma_buf_attachment;
struct drm_device;
struct drm_gem_object;
struct iosys_map;
struct sg_table;

struct dma_buf *i915_gem_prime_export(struct drm_gem_object *gem, int flags);
int i915_gem_prime_pin(struct drm_gem_object *gem);
void i915_gem_prime_unpin(struct drm_gem_object *gem);
int i915_gem_prime_vmap(struct drm_gem_object *gem, struct iosys_map *map);
void i915_gem_prime_vunmap(struct drm_gem_object *gem, struct iosys_map *map);
struct sg_table *i915_gem_prime_get_sg_table(struct drm_gem_object *gem);
struct drm_gem_object *i915_gem_prime_import(struct drm_device *dev, struct dma_buf *dmabuf);
struct drm_gem_object *i915_gem_prime_import_sg_table(struct drm_device *dev,
						      struct dma_buf_attachment *attach,
						      struct sg_table *sgt);

#endif
