/* SPDX-License-Identifier: MIT */
#ifndef _I915_GEM_MMAN_H_
#define _I915_GEM_MMAN_H_

#include <linux/bits.h>
#include <linux/build_bug.h>

#include <drm/drm_vma_manager.h>

#include "mem/i915_gem_object_types.h"

struct drm_device;
struct drm_file;
struct drm_gem_object;
struct file;
struct vm_area_struct;

/* How the CPU caches a mapping, in the order of the windows */
enum i915_mmap_mode {
	I915_MMAP_MODE_WB,
	I915_MMAP_MODE_WC,
	I915_MMAP_MODE_UC,
	I915_MMAP_MODES
};

/*
 * Size of a window, pages. All windows together fit in the 31 bits of page offset that mmap2() of
 * 32-bit user space can pass.
 */
#define I915_MMAP_WINDOW	BIT(29)

static_assert(DRM_FILE_PAGE_OFFSET_START + DRM_FILE_PAGE_OFFSET_SIZE <= I915_MMAP_WINDOW);
static_assert(I915_MMAP_MODES * I915_MMAP_WINDOW <= BIT(31));

/**
 * i915_mmap_offset - fake offset of an object in the window of a caching mode
 * @obj: the object, which has its fake offsets
 * @mode: the caching mode
 *
 * Return: file offset of the first byte of the object.
 */
static inline u64 i915_mmap_offset(struct drm_i915_gem_object *obj, enum i915_mmap_mode mode)
{
	return drm_vma_node_offset_addr(&obj->base.vma_node) +
	       ((u64)mode * I915_MMAP_WINDOW << PAGE_SHIFT);
}

int i915_gem_object_create_mmap_offset(struct drm_i915_gem_object *obj);

int i915_gem_mmap_ioctl(struct drm_device *dev, void *data, struct drm_file *file);
int i915_gem_mmap_offset_ioctl(struct drm_device *dev, void *data, struct drm_file *file);
int i915_gem_mmap(struct file *filp, struct vm_area_struct *vma);
int i915_gem_object_mmap(struct drm_gem_object *gem, struct vm_area_struct *vma);
extern const struct vm_operations_struct i915_gem_vm_ops;

#endif
