/* SPDX-License-Identifier: MIT */
#ifndef _I915_GEM_OBJECT_H_
#define _I915_GEM_OBJECT_H_

#include <linux/dma-resv.h>

#include "mem/i915_gem_object_types.h"

/* Domains that an execbuffer may name; the others are for the CPU */
#define I915_GEM_GPU_DOMAINS \
	(I915_GEM_DOMAIN_RENDER | I915_GEM_DOMAIN_SAMPLER | I915_GEM_DOMAIN_COMMAND | \
	 I915_GEM_DOMAIN_INSTRUCTION | I915_GEM_DOMAIN_VERTEX)

struct drm_i915_private;
struct i915_mm;
struct drm_file;
struct drm_printer;
struct iosys_map;
struct dma_buf;
struct dma_buf_attachment;

/* the objects of a device (i915_mm.c) */
void i915_mm_init(struct drm_i915_private *i915, const struct drm_gem_object_funcs *funcs);
void i915_mm_fini(struct drm_i915_private *i915);
void i915_mm_flush_free(struct drm_i915_private *i915);
void i915_mm_flush(struct drm_i915_private *i915);
void i915_mm_unmap_dma(struct drm_i915_private *i915);
void i915_mm_add(struct drm_i915_gem_object *obj);
void i915_mm_remove(struct drm_i915_gem_object *obj);
struct drm_i915_gem_object *i915_mm_next_object(struct drm_i915_private *i915,
						struct drm_i915_gem_object *prev);

/* fn returns false to stop. It is called with a reference of the object, without locks. */
void i915_mm_walk(struct drm_i915_private *i915,
		  bool (*fn)(struct drm_i915_gem_object *obj, void *data), void *data);

/* creating, finding and freeing objects (i915_gem_object.c, i915_gem_shmem.c) */
int i915_gem_object_slab_init(void);
void i915_gem_object_slab_exit(void);
struct drm_i915_gem_object *i915_gem_object_alloc(void);
void i915_gem_object_init(struct drm_i915_private *i915, struct drm_i915_gem_object *obj,
			  const struct i915_gem_object_ops *ops, u64 size);
struct drm_i915_gem_object *i915_gem_object_create_shmem(struct drm_i915_private *i915, u64 size);
struct drm_i915_gem_object *i915_gem_object_create_internal(struct drm_i915_private *i915,
							    u64 size);
void i915_gem_object_fini(struct drm_i915_gem_object *obj);
struct drm_i915_gem_object *i915_gem_object_lookup(struct drm_file *file, u32 handle);

static inline void i915_gem_object_get(struct drm_i915_gem_object *obj)
{
	drm_gem_object_get(&obj->base);
}

void i915_gem_object_put_maybe_last(struct drm_i915_gem_object *obj);

/**
 * i915_gem_object_put - drop a reference
 * @obj: the object
 *
 * The last put frees the object from drm_i915_private.wq, never from here; see
 * "Life of an object" in i915_gem_object.c.
 *
 * Context: any, including hard interrupts.
 */
static inline void i915_gem_object_put(struct drm_i915_gem_object *obj)
{
	if (!refcount_dec_not_one(&obj->base.refcount.refcount))
		i915_gem_object_put_maybe_last(obj);
}

/**
 * i915_gem_object_has_pages - test whether an object has its pages
 * @obj: the object
 *
 * Context: any. The answer stays valid only while the object is locked or pinned.
 * Return: true if it has, even if they are no longer DMA mapped after an unplug.
 */
static inline bool i915_gem_object_has_pages(const struct drm_i915_gem_object *obj)
{
	return READ_ONCE(obj->pages) || READ_ONCE(obj->page_array);
}

/**
 * i915_gem_object_is_private - test whether an object was never shared through dma-buf
 * @obj: the object; the caller holds a reference
 *
 * If so, its fences are those of requests that have marked one of its VMAs, and
 * &drm_i915_gem_object.in_use replaces a walk of the fences.
 *
 * With the object locked the answer stays valid until it is unlocked, because whoever
 * gets hold of its dma-buf needs the lock to add a fence.
 *
 * Context: any.
 * Return: true if it was neither exported nor imported.
 */
static inline bool i915_gem_object_is_private(const struct drm_i915_gem_object *obj)
{
	return !READ_ONCE(obj->exported);
}

/**
 * i915_gem_object_is_idle - test cheaply whether an object is idle
 * @obj: the object; the caller holds a reference
 *
 * Context: any.
 * Return: true if all its fences have signalled; false if they have to be checked.
 */
static inline bool i915_gem_object_is_idle(const struct drm_i915_gem_object *obj)
{
	/* Pairs with i915_vma_put_active(): the caller sees what the GPU wrote. */
	return !atomic_read_acquire(&obj->in_use) && i915_gem_object_is_private(obj);
}

static inline int i915_gem_object_trylock(struct drm_i915_gem_object *obj)
{
	return dma_resv_trylock(obj->base.resv);
}

static inline int i915_gem_object_lock(struct drm_i915_gem_object *obj)
{
	return dma_resv_lock_interruptible(obj->base.resv, NULL);
}

static inline void i915_gem_object_unlock(struct drm_i915_gem_object *obj)
{
	dma_resv_unlock(obj->base.resv);
}

/* TLB invalidation (i915_mm_tlb.c) */
void i915_tlb_stamp(struct i915_mm *mm, u32 *stamp);
void i915_tlb_flush(struct drm_i915_private *i915, u32 stamp);

/* pages (i915_gem_pages.c) */
int i915_gem_object_pin_pages_unlocked(struct drm_i915_gem_object *obj);
int i915_gem_object_set_pages(struct drm_i915_gem_object *obj, struct page **pages);
void i915_gem_object_unmap_pages(struct drm_i915_gem_object *obj);
void i915_gem_object_unplug_pages(struct drm_i915_gem_object *obj);
void i915_gem_object_adopt_dma(struct drm_i915_gem_object *obj, struct sg_table *sgt);
void i915_gem_object_forget_dma(struct drm_i915_gem_object *obj);
void i915_gem_object_unset_pages(struct drm_i915_gem_object *obj);
int i915_gem_object_pin_pages(struct drm_i915_gem_object *obj);
void i915_gem_object_unpin_pages(struct drm_i915_gem_object *obj);
int i915_gem_object_put_pages(struct drm_i915_gem_object *obj);
void *i915_gem_object_vmap(struct drm_i915_gem_object *obj);
void i915_gem_object_vunmap(struct drm_i915_gem_object *obj);
void i915_gem_object_set_madv(struct drm_i915_gem_object *obj, u32 madv, bool *retained);

/**
 * struct i915_gem_copy - one PREAD or PWRITE
 */
struct i915_gem_copy {
	/** @offset: first byte in the object */
	u64 offset;
	/** @size: number of bytes */
	u64 size;
	/** @user: address in user space */
	void __user *user;
	/** @write: True if the copy goes into the object */
	bool write;
};

int i915_gem_object_copy(struct drm_i915_gem_object *obj, const struct i915_gem_copy *copy);

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
int i915_gem_object_mmap(struct drm_gem_object *gem, struct vm_area_struct *vma);
extern const struct vm_operations_struct i915_gem_vm_ops;

long i915_gem_object_wait(struct drm_i915_gem_object *obj, bool write, bool interruptible,
			  long timeout);

/* PRIME (i915_gem_dmabuf.c) */
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
