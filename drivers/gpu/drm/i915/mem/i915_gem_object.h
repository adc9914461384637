/* SPDX-License-Identifier: MIT */
#ifndef _I915_GEM_OBJECT_H_
#define _I915_GEM_OBJECT_H_

#include <linux/dma-resv.h>

#include "mem/i915_gem_object_types.h"

struct drm_i915_private;
struct drm_file;
struct dma_buf;
struct dma_buf_attachment;
struct i915_mm;

/* life */
int i915_gem_object_slab_init(void);
void i915_gem_object_slab_exit(void);

void i915_mm_init(struct drm_i915_private *i915, const struct drm_gem_object_funcs *funcs);
void i915_mm_fini(struct drm_i915_private *i915);
void i915_mm_flush_free(struct drm_i915_private *i915);

struct drm_i915_gem_object *i915_gem_object_alloc(void);
void i915_gem_object_init(struct drm_i915_private *i915, struct drm_i915_gem_object *obj,
			  const struct i915_gem_object_ops *ops, u64 size);
struct drm_i915_gem_object *i915_gem_object_create_shmem(struct drm_i915_private *i915, u64 size);
struct drm_i915_gem_object *i915_gem_object_create_internal(struct drm_i915_private *i915,
							    u64 size);
/* the object's own share of its end; VMAs are gone by now. May sleep. */
void i915_gem_object_fini(struct drm_i915_gem_object *obj);
struct drm_i915_gem_object *i915_gem_object_lookup(struct drm_file *file, u32 handle);

static inline void i915_gem_object_get(struct drm_i915_gem_object *obj)
{
	drm_gem_object_get(&obj->base);
}

/* Context: any, also hard interrupt: a last reference dropped there is freed on i915->wq. */
static inline void i915_gem_object_put(struct drm_i915_gem_object *obj)
{
	drm_gem_object_put(&obj->base);
}

static inline int i915_gem_object_lock(struct drm_i915_gem_object *obj)
{
	return dma_resv_lock_interruptible(obj->base.resv, NULL);
}

static inline void i915_gem_object_unlock(struct drm_i915_gem_object *obj)
{
	dma_resv_unlock(obj->base.resv);
}

/* pages (i915_gem_pages.c). pin: object locked, may sleep; -EFAULT if purged. unpin: any context */
int i915_gem_object_pin_pages(struct drm_i915_gem_object *obj);
void i915_gem_object_unpin_pages(struct drm_i915_gem_object *obj);
int i915_gem_object_put_pages(struct drm_i915_gem_object *obj);
void *i915_gem_object_vmap(struct drm_i915_gem_object *obj);
void i915_gem_object_vunmap(struct drm_i915_gem_object *obj);
void i915_gem_object_set_madv(struct drm_i915_gem_object *obj, u32 madv, bool *retained);
unsigned long i915_mm_shrink_pages(struct drm_i915_private *i915, unsigned long target,
				   bool dontneed_only);

/* CPU access (i915_gem_rw.c, i915_gem_mman.c, i915_gem_domain.c) */
int i915_gem_create_ioctl(struct drm_device *dev, void *data, struct drm_file *file);
int i915_gem_create_ext_ioctl(struct drm_device *dev, void *data, struct drm_file *file);
int i915_gem_pread_ioctl(struct drm_device *dev, void *data, struct drm_file *file);
int i915_gem_pwrite_ioctl(struct drm_device *dev, void *data, struct drm_file *file);
int i915_gem_mmap_ioctl(struct drm_device *dev, void *data, struct drm_file *file);
int i915_gem_mmap_offset_ioctl(struct drm_device *dev, void *data, struct drm_file *file);
int i915_gem_set_domain_ioctl(struct drm_device *dev, void *data, struct drm_file *file);
int i915_gem_sw_finish_ioctl(struct drm_device *dev, void *data, struct drm_file *file);
int i915_gem_set_caching_ioctl(struct drm_device *dev, void *data, struct drm_file *file);
int i915_gem_get_caching_ioctl(struct drm_device *dev, void *data, struct drm_file *file);
int i915_gem_madvise_ioctl(struct drm_device *dev, void *data, struct drm_file *file);
int i915_gem_wait_ioctl(struct drm_device *dev, void *data, struct drm_file *file);
int i915_gem_mmap(struct file *filp, struct vm_area_struct *vma);
void i915_gem_object_release_mmaps(struct drm_i915_gem_object *obj);

/* Waits on the fences of the object. timeout: jiffies. Return: jiffies left, or -errno. */
long i915_gem_object_wait(struct drm_i915_gem_object *obj, bool write, bool interruptible,
			  long timeout);

/* PRIME (i915_gem_dmabuf.c) */
struct sg_table *i915_gem_prime_get_sg_table(struct drm_gem_object *gem);
struct drm_gem_object *i915_gem_prime_import_sg_table(struct drm_device *dev,
						      struct dma_buf_attachment *attach,
						      struct sg_table *sgt);

#endif
