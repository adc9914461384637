// SPDX-License-Identifier: MIT

#include <linux/jiffies.h>
#include <linux/ktime.h>

#include "base/i915_drv.h"
#include "mem/i915_gem_domain.h"
#include "mem/i915_gem_object.h"
#include "mem/i915_gem_pages.h"

/**
 * DOC: Domains, caching, waiting, madvise
 *
 * CPU and GPU share the last level cache, so nothing is ever flushed: to move an
 * object between domains means to wait for the GPU; the rest is bookkeeping. The
 * caching mode is stored and has no other effect.
 */

#define I915_GEM_CPU_DOMAINS \
	(I915_GEM_DOMAIN_CPU | I915_GEM_DOMAIN_GTT | I915_GEM_DOMAIN_WC)

static int i915_gem_object_set_domain(struct drm_i915_gem_object *obj, u32 read, u32 write)
{
	long wait;
	int ret = 0;

	wait = i915_gem_object_wait(obj, write, true, MAX_SCHEDULE_TIMEOUT);
	if (wait < 0)
		return wait;

	ret = i915_gem_object_lock(obj);
	if (ret)
		return ret;

	if (obj->madv == __I915_MADV_PURGED) {
		ret = -EFAULT;
	} else {
		obj->read_domains = write ?: obj->read_domains | read;
		obj->write_domain = write;
	}
	i915_gem_object_unlock(obj);

	return ret;
}

/**
 * i915_gem_set_domain_ioctl - DRM_IOCTL_I915_GEM_SET_DOMAIN
 * @dev: the device
 * @data: struct drm_i915_gem_set_domain
 * @file: the caller's file
 *
 * Return: 0, -EINVAL (domains), -ENOENT (handle), -EFAULT (purged), -ERESTARTSYS.
 */
int i915_gem_set_domain_ioctl(struct drm_device *dev, void *data, struct drm_file *file)
{
	struct drm_i915_gem_set_domain *args = data;
	u32 read = args->read_domains, write = args->write_domain;
	struct drm_i915_gem_object *obj;
	int ret;

	if ((read | write) & I915_GEM_GPU_DOMAINS) {
		drm_dbg(dev, "read_domains %#x, write_domain %#x: not CPU domains\n", read, write);
		return -EINVAL;
	}

	if (write && read != write) {
		drm_dbg(dev, "write_domain %#x is not the only read domain (%#x)\n", write, read);
		return -EINVAL;
	}

	if (!read)
		return 0;

	obj = i915_gem_object_lookup(file, args->handle);
	if (!obj)
		return -ENOENT;

	ret = i915_gem_object_set_domain(obj, read & I915_GEM_CPU_DOMAINS,
					 write & I915_GEM_CPU_DOMAINS);
	i915_gem_object_put(obj);

	return ret;
}

/**
 * i915_gem_sw_finish_ioctl - DRM_IOCTL_I915_GEM_SW_FINISH
 * @dev: the device
 * @data: struct drm_i915_gem_sw_finish
 * @file: the caller's file
 *
 * CPU access is over. Nothing to do, because no display scans out of the object.
 *
 * Return: 0 or -ENOENT.
 */
int i915_gem_sw_finish_ioctl(struct drm_device *dev, void *data, struct drm_file *file)
{
	struct drm_i915_gem_sw_finish *args = data;
	struct drm_i915_gem_object *obj;

	obj = i915_gem_object_lookup(file, args->handle);
	if (!obj)
		return -ENOENT;

	i915_gem_object_put(obj);

	return 0;
}

/**
 * i915_gem_set_caching_ioctl - DRM_IOCTL_I915_GEM_SET_CACHING
 * @dev: the device
 * @data: struct drm_i915_gem_caching
 * @file: the caller's file
 *
 * I915_CACHING_DISPLAY asks for write-through caches, which these GPUs do not
 * have: it counts as I915_CACHING_NONE.
 *
 * Return: 0, -EINVAL (mode), -ENOENT (handle), -ENXIO (imported), -ERESTARTSYS.
 */
int i915_gem_set_caching_ioctl(struct drm_device *dev, void *data, struct drm_file *file)
{
	struct drm_i915_gem_caching *args = data;
	struct drm_i915_gem_object *obj;
	u32 mode = args->caching;
	int ret;

	if (mode != I915_CACHING_NONE && mode != I915_CACHING_CACHED &&
	    mode != I915_CACHING_DISPLAY) {
		drm_dbg(dev, "caching %u: unknown mode\n", mode);
		return -EINVAL;
	}

	if (mode == I915_CACHING_DISPLAY)
		mode = I915_CACHING_NONE;

	obj = i915_gem_object_lookup(file, args->handle);
	if (!obj)
		return -ENOENT;

	ret = -ENXIO;
	if (obj->import)
		goto out_put;

	ret = i915_gem_object_lock(obj);
	if (ret)
		goto out_put;

	obj->caching = mode;
	i915_gem_object_unlock(obj);

out_put:
	i915_gem_object_put(obj);
	return ret;
}

/**
 * i915_gem_get_caching_ioctl - DRM_IOCTL_I915_GEM_GET_CACHING
 * @dev: the device
 * @data: struct drm_i915_gem_caching
 * @file: the caller's file
 *
 * Return: 0 or -ENOENT.
 */
int i915_gem_get_caching_ioctl(struct drm_device *dev, void *data, struct drm_file *file)
{
	struct drm_i915_gem_caching *args = data;
	struct drm_i915_gem_object *obj;

	obj = i915_gem_object_lookup(file, args->handle);
	if (!obj)
		return -ENOENT;

	args->caching = READ_ONCE(obj->caching);
	i915_gem_object_put(obj);

	return 0;
}

/**
 * i915_gem_madvise_ioctl - DRM_IOCTL_I915_GEM_MADVISE
 * @dev: the device
 * @data: struct drm_i915_gem_madvise
 * @file: the caller's file
 *
 * Return: 0, -EINVAL (madv), -ENOENT (handle), -ERESTARTSYS.
 */
int i915_gem_madvise_ioctl(struct drm_device *dev, void *data, struct drm_file *file)
{
	struct drm_i915_gem_madvise *args = data;
	struct drm_i915_gem_object *obj;
	bool retained;
	int ret;

	if (args->madv != I915_MADV_WILLNEED && args->madv != I915_MADV_DONTNEED) {
		drm_dbg(dev, "madv %u: unknown\n", args->madv);
		return -EINVAL;
	}

	obj = i915_gem_object_lookup(file, args->handle);
	if (!obj)
		return -ENOENT;

	ret = i915_gem_object_lock(obj);
	if (!ret) {
		i915_gem_object_set_madv(obj, args->madv, &retained);
		args->retained = retained;
		i915_gem_object_unlock(obj);
	}
	i915_gem_object_put(obj);

	return ret;
}

/* Never wait for less than asked: round up, and add the jiffy that has already begun. */
static long i915_wait_jiffies(s64 timeout_ns)
{
	if (timeout_ns < 0)
		return MAX_SCHEDULE_TIMEOUT;

	if (!timeout_ns)
		return 0;

	return min_t(u64, MAX_SCHEDULE_TIMEOUT - 1, nsecs_to_jiffies64(timeout_ns) + 1);
}

/**
 * i915_gem_wait_ioctl - DRM_IOCTL_I915_GEM_WAIT
 * @dev: the device
 * @data: struct drm_i915_gem_wait; timeout_ns: negative waits forever, 0 polls; a positive one
 *	is updated to the time that is left
 * @file: the caller's file
 *
 * Return: 0, -ETIME, -EINVAL (flags), -ENOENT (handle), -ERESTARTSYS.
 */
int i915_gem_wait_ioctl(struct drm_device *dev, void *data, struct drm_file *file)
{
	struct drm_i915_gem_wait *args = data;
	struct drm_i915_gem_object *obj;
	ktime_t start;
	long ret;

	if (args->flags) {
		drm_dbg(dev, "flags %#x must be zero\n", args->flags);
		return -EINVAL;
	}

	obj = i915_gem_object_lookup(file, args->bo_handle);
	if (!obj)
		return -ENOENT;

	start = ktime_get();
	ret = i915_gem_object_wait(obj, true, true, i915_wait_jiffies(args->timeout_ns));
	i915_gem_object_put(obj);

	if (args->timeout_ns > 0) {
		args->timeout_ns -= ktime_to_ns(ktime_sub(ktime_get(), start));
		if (args->timeout_ns < 0 || ret == -ETIME)
			args->timeout_ns = 0;
	}

	return ret < 0 ? ret : 0;
}
