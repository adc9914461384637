// SPDX-License-Identifier: MIT

#include <linux/uaccess.h>

#include "base/i915_drv.h"
#include "base/i915_user_extensions.h"
#include "mem/i915_gem_create.h"
#include "mem/i915_gem_object.h"
#include "mem/i915_gem_shmem.h"

/**
 * DOC: Creating objects
 *
 * All memory is system memory, so GEM_CREATE_EXT creates the same object as
 * GEM_CREATE, with its only possible placement spelled out.
 */

static int i915_gem_create_handle(struct drm_file *file, u64 *size, u32 *handle)
{
	struct drm_i915_private *i915 = to_i915(file->minor->dev);
	struct drm_i915_gem_object *obj;
	u64 bytes;
	int ret;

	/* Wraps to zero for sizes in the last page below 2^64. */
	bytes = PAGE_ALIGN(*size);
	if (!bytes) {
		drm_dbg(&i915->drm, "size %llu: zero, or too large\n", *size);
		return -EINVAL;
	}

	obj = i915_gem_object_create_shmem(i915, bytes);
	if (IS_ERR(obj))
		return PTR_ERR(obj);

	/* The handle now holds the object, and may be closed at any time. */
	ret = drm_gem_handle_create(file, &obj->base, handle);
	drm_gem_object_put(&obj->base);
	if (ret)
		return ret;

	*size = bytes;

	return 0;
}

/**
 * i915_gem_create_ioctl - DRM_IOCTL_I915_GEM_CREATE
 * @dev: the device
 * @data: struct drm_i915_gem_create
 * @file: the caller's file
 *
 * Return: 0, -EINVAL (no size), -E2BIG, -ENOMEM.
 */
int i915_gem_create_ioctl(struct drm_device *dev, void *data, struct drm_file *file)
{
	struct drm_i915_gem_create *args = data;

	return i915_gem_create_handle(file, &args->size, &args->handle);
}

struct i915_gem_create {
	struct drm_i915_private *i915;
	bool has_regions;
};

static int i915_gem_create_regions(struct i915_user_extension __user *base, void *data)
{
	struct i915_gem_create *create = data;
	struct drm_i915_private *i915 = create->i915;
	struct drm_i915_gem_memory_class_instance region;
	struct drm_i915_gem_create_ext_memory_regions ext;

	if (create->has_regions) {
		drm_dbg(&i915->drm, "memory regions given twice\n");
		return -EINVAL;
	}
	create->has_regions = true;

	if (copy_from_user(&ext, base, sizeof(ext)))
		return -EFAULT;

	if (ext.pad || ext.num_regions != 1) {
		drm_dbg(&i915->drm, "pad %u, num_regions %u: there is one memory region\n",
			ext.pad, ext.num_regions);
		return -EINVAL;
	}

	if (copy_from_user(&region, u64_to_user_ptr(ext.regions), sizeof(region)))
		return -EFAULT;

	if (region.memory_class != I915_MEMORY_CLASS_SYSTEM || region.memory_instance) {
		drm_dbg(&i915->drm, "no memory region %u:%u\n", region.memory_class,
			region.memory_instance);
		return -EINVAL;
	}

	return 0;
}

static int i915_gem_create_unsupported(struct i915_user_extension __user *base, void *data)
{
	return -ENODEV;
}

static const i915_user_extension_fn i915_gem_create_extensions[] = {
	[I915_GEM_CREATE_EXT_MEMORY_REGIONS] = i915_gem_create_regions,
	[I915_GEM_CREATE_EXT_PROTECTED_CONTENT] = i915_gem_create_unsupported,
	[I915_GEM_CREATE_EXT_SET_PAT] = i915_gem_create_unsupported,
};

/**
 * i915_gem_create_ext_ioctl - DRM_IOCTL_I915_GEM_CREATE_EXT
 * @dev: the device
 * @data: struct drm_i915_gem_create_ext
 * @file: the caller's file
 *
 * Return: 0, -EINVAL (size, flags, extension or its fields), -ENODEV (an
 * extension for other hardware), -E2BIG, -EFAULT, -ENOMEM.
 */
int i915_gem_create_ext_ioctl(struct drm_device *dev, void *data, struct drm_file *file)
{
	struct drm_i915_gem_create_ext *args = data;
	struct i915_gem_create create = { .i915 = to_i915(dev) };
	int ret;

	/* The only flag asks for device memory that the CPU can access. */
	if (args->flags) {
		drm_dbg(dev, "flags %#x: there is no device memory\n", args->flags);
		return -EINVAL;
	}

	ret = i915_user_extensions(args->extensions, i915_gem_create_extensions,
				   ARRAY_SIZE(i915_gem_create_extensions), &create);
	if (ret)
		return ret;

	return i915_gem_create_handle(file, &args->size, &args->handle);
}
