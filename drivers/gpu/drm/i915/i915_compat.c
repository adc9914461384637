// SPDX-License-Identifier: MIT

#include <linux/compat.h>
#include <linux/fs.h>
#include <linux/uaccess.h>

#include <drm/drm_device.h>
#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_ioctl.h>

#include <uapi/drm/i915_drm.h>

#include "i915_compat.h"

/**
 * DOC: 32-bit user space
 *
 * The structs of the i915 user API have the same layout in 32-bit and 64-bit
 * programs: addresses are __u64, and every __u64 is naturally aligned to 8 bytes.
 * The exception is &struct drm_i915_getparam, which contains a pointer. (So do the
 * ioctls of user mode setting, which no longer exist.)
 *
 * The kselftest i915_compat checks the layout of each struct in a 32-bit program.
 */

/* struct drm_i915_getparam as laid out in a 32-bit program */
struct i915_compat_getparam {
	s32 param;
	compat_uptr_t value;
};

static long i915_compat_getparam_ioctl(struct file *filp, unsigned long arg)
{
	struct drm_file *file = filp->private_data;
	const struct drm_driver *driver = file->minor->dev->driver;
	const struct drm_ioctl_desc *ioctl = &driver->ioctls[DRM_I915_GETPARAM];
	struct i915_compat_getparam compat;
	struct drm_i915_getparam args;

	if (copy_from_user(&compat, compat_ptr(arg), sizeof(compat)))
		return -EFAULT;

	args = (struct drm_i915_getparam) {
		.param = compat.param,
		.value = compat_ptr(compat.value),
	};

	return drm_ioctl_kernel(filp, ioctl->func, &args, ioctl->flags);
}

/**
 * i915_compat_ioctl - ioctl() of a 32-bit program
 * @filp: a file of the device
 * @cmd: the ioctl
 * @arg: its argument, a 32-bit address
 *
 * Context: process context.
 * Return: 0 or -errno.
 */
long i915_compat_ioctl(struct file *filp, unsigned int cmd, unsigned long arg)
{
	if (DRM_IOCTL_TYPE(cmd) == DRM_IOCTL_BASE &&
	    DRM_IOCTL_NR(cmd) == DRM_COMMAND_BASE + DRM_I915_GETPARAM)
		return i915_compat_getparam_ioctl(filp, arg);

	return drm_compat_ioctl(filp, cmd, arg);
}
