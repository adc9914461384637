// SPDX-License-Identifier: MIT

#include <linux/overflow.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>
#include <linux/uaccess.h>

#include <kunit/visibility.h>

#include "base/i915_drv.h"
#include "mem/i915_gem_object.h"
#include "mem/i915_gem_pages.h"
#include "mem/i915_gem_rw.h"

/**
 * DOC: PREAD and PWRITE
 *
 * Copies through the kernel's mapping of the pages, which is coherent with the
 * GPU. No lock is held during the copy: it may fault, and the fault may need the
 * lock of this very object. The pages are pinned instead.
 *
 * An object may be gigabytes large, so it is copied in pieces. Between two pieces
 * the task may be rescheduled or killed.
 */

/* Bytes of an import copied in one go */
#define I915_GEM_COPY_PIECE	SZ_64K

static int i915_gem_copy_part(const struct i915_gem_copy *copy, void *vaddr, u64 done, size_t len)
{
	unsigned long left;

	/*
	 * copy_from_user() zeroes the rest of the destination on a fault, which would destroy the
	 * contents of the object. The caller has checked access_ok().
	 */
	if (copy->write)
		left = __copy_from_user(vaddr, copy->user + done, len);
	else
		left = copy_to_user(copy->user + done, vaddr, len);
	if (left)
		return -EFAULT;

	cond_resched();

	return fatal_signal_pending(current) ? -EINTR : 0;
}

static int i915_gem_copy_pages(struct page **pages, const struct i915_gem_copy *copy)
{
	u64 done;
	size_t len;
	int ret;

	for (done = 0; done < copy->size; done += len) {
		u64 at = copy->offset + done;

		len = min_t(u64, PAGE_SIZE - offset_in_page(at), copy->size - done);
		ret = i915_gem_copy_part(copy, page_address(pages[at >> PAGE_SHIFT]) +
					 offset_in_page(at), done, len);
		if (ret)
			return ret;
	}

	return 0;
}

static int i915_gem_copy_mapping(void *vaddr, const struct i915_gem_copy *copy)
{
	u64 done;
	size_t len;
	int ret;

	for (done = 0; done < copy->size; done += len) {
		len = min_t(u64, I915_GEM_COPY_PIECE, copy->size - done);
		ret = i915_gem_copy_part(copy, vaddr + copy->offset + done, done, len);
		if (ret)
			return ret;
	}

	return 0;
}

/* An object of another driver has no struct pages, only a mapping. */
static int i915_gem_copy_import(struct drm_i915_gem_object *obj, const struct i915_gem_copy *copy)
{
	void *vaddr;
	int ret;

	ret = i915_gem_object_lock(obj);
	if (ret)
		return ret;

	vaddr = i915_gem_object_vmap(obj);
	i915_gem_object_unlock(obj);
	if (IS_ERR(vaddr))
		return PTR_ERR(vaddr);

	ret = i915_gem_copy_mapping(vaddr, copy);
	i915_gem_object_vunmap(obj);

	return ret;
}

/**
 * i915_gem_object_copy - copy between an object and user memory
 * @obj: the object
 * @copy: what to copy; within the object, and access_ok() holds
 *
 * Waits for the GPU first. If the copy fails or is killed half-way, nothing beyond
 * that point was changed.
 *
 * Context: process context, may sleep; no lock held.
 * Return: 0, -EFAULT (user memory, or the contents were given up), -EINTR (killed),
 * -ERESTARTSYS, -ENOMEM, -ENODEV (unplugged).
 */
int i915_gem_object_copy(struct drm_i915_gem_object *obj, const struct i915_gem_copy *copy)
{
	long wait;
	int ret;

	wait = i915_gem_object_wait(obj, copy->write, true, MAX_SCHEDULE_TIMEOUT);
	if (wait < 0)
		return wait;

	if (!obj->ops->cpu_access)
		return i915_gem_copy_import(obj, copy);

	ret = i915_gem_object_pin_pages_unlocked(obj);
	if (ret)
		return ret;

	ret = i915_gem_copy_pages(obj->page_array, copy);
	i915_gem_object_unpin_pages(obj);

	return ret;
}
EXPORT_SYMBOL_IF_KUNIT(i915_gem_object_copy);

static int i915_gem_copy_ioctl(struct drm_file *file, u32 handle, const struct i915_gem_copy *copy)
{
	struct drm_i915_gem_object *obj;
	u64 end;
	int ret;

	if (!copy->size)
		return 0;

	obj = i915_gem_object_lookup(file, handle);
	if (!obj)
		return -ENOENT;

	if (check_add_overflow(copy->offset, copy->size, &end) || end > obj->base.size) {
		drm_dbg(obj->base.dev, "offset %llu, size %llu: the object ends at %zu\n",
			copy->offset, copy->size, obj->base.size);
		ret = -EINVAL;
	} else if (!access_ok(copy->user, copy->size)) {
		ret = -EFAULT;
	} else {
		ret = i915_gem_object_copy(obj, copy);
	}
	i915_gem_object_put(obj);

	return ret;
}

/**
 * i915_gem_pread_ioctl - DRM_IOCTL_I915_GEM_PREAD
 * @dev: the device
 * @data: struct drm_i915_gem_pread
 * @file: the caller's file
 *
 * Return: 0, -ENOENT (handle), -EINVAL (range), -EFAULT (user memory, or the
 * contents were given up), -ENOMEM, -ERESTARTSYS.
 */
int i915_gem_pread_ioctl(struct drm_device *dev, void *data, struct drm_file *file)
{
	struct drm_i915_gem_pread *args = data;
	struct i915_gem_copy copy = {
		.offset = args->offset,
		.size = args->size,
		.user = u64_to_user_ptr(args->data_ptr),
	};

	return i915_gem_copy_ioctl(file, args->handle, &copy);
}

/**
 * i915_gem_pwrite_ioctl - DRM_IOCTL_I915_GEM_PWRITE
 * @dev: the device
 * @data: struct drm_i915_gem_pwrite
 * @file: the caller's file
 *
 * Return: as i915_gem_pread_ioctl().
 */
int i915_gem_pwrite_ioctl(struct drm_device *dev, void *data, struct drm_file *file)
{
	struct drm_i915_gem_pwrite *args = data;
	struct i915_gem_copy copy = {
		.offset = args->offset,
		.size = args->size,
		.user = u64_to_user_ptr(args->data_ptr),
		.write = true,
	};

	return i915_gem_copy_ioctl(file, args->handle, &copy);
}
