// SPDX-License-Identifier: MIT

#include <linux/module.h>

#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_ioctl.h>

#include <uapi/drm/i915_drm.h>

#include "base/i915_drv.h"
#include "diag/i915_fdinfo.h"
#include "gem/i915_gem_busy.h"
#include "gem/i915_gem_context_ioctl.h"
#include "gem/i915_gem_context_param.h"
#include "gem/i915_gem_execbuffer.h"
#include "gem/i915_gem_file.h"
#include "gem/i915_gem_stats.h"
#include "gem/i915_gem_vm.h"
#include "gem/i915_query.h"
#include "i915_compat.h"
#include "i915_drm.h"
#include "i915_getparam.h"
#include "mem/i915_gem_create.h"
#include "mem/i915_gem_dmabuf.h"
#include "mem/i915_gem_domain.h"
#include "mem/i915_gem_mman.h"
#include "mem/i915_gem_rw.h"

/**
 * DOC: The driver as DRM sees it
 *
 * The driver description, its file operations and the ioctl table.
 *
 * An ioctl that is listed is implemented in full, or is one for hardware that this
 * driver does not drive (overlay, perf, tiling) and fails with the errno that user
 * space takes as "not supported". For numbers that are not listed the DRM core
 * returns -EINVAL.
 */

/* Tiling needs fence registers, which work through the aperture only. */
static int i915_gem_no_tiling_ioctl(struct drm_device *dev, void *data, struct drm_file *file)
{
	return -EOPNOTSUPP;
}

/* Overlay, vblank pipe, sprite keys, user memory, perf: not supported. */
static int i915_no_unit_ioctl(struct drm_device *dev, void *data, struct drm_file *file)
{
	return -ENODEV;
}

/* All of them are allowed on render nodes. */
#define I915_IOCTL(name, func) DRM_IOCTL_DEF_DRV(I915_##name, func, DRM_RENDER_ALLOW)

static const struct drm_ioctl_desc i915_ioctls[] = {
	I915_IOCTL(GETPARAM, i915_getparam_ioctl),
	I915_IOCTL(REG_READ, i915_reg_read_ioctl),
	I915_IOCTL(QUERY, i915_query_ioctl),
	I915_IOCTL(GET_RESET_STATS, i915_gem_context_reset_stats_ioctl),

	I915_IOCTL(GEM_CREATE, i915_gem_create_ioctl),
	I915_IOCTL(GEM_CREATE_EXT, i915_gem_create_ext_ioctl),
	I915_IOCTL(GEM_PREAD, i915_gem_pread_ioctl),
	I915_IOCTL(GEM_PWRITE, i915_gem_pwrite_ioctl),
	I915_IOCTL(GEM_MMAP, i915_gem_mmap_ioctl),
	I915_IOCTL(GEM_MMAP_OFFSET, i915_gem_mmap_offset_ioctl),
	I915_IOCTL(GEM_SET_DOMAIN, i915_gem_set_domain_ioctl),
	I915_IOCTL(GEM_SW_FINISH, i915_gem_sw_finish_ioctl),
	I915_IOCTL(GEM_SET_CACHING, i915_gem_set_caching_ioctl),
	I915_IOCTL(GEM_GET_CACHING, i915_gem_get_caching_ioctl),
	I915_IOCTL(GEM_MADVISE, i915_gem_madvise_ioctl),
	I915_IOCTL(GEM_BUSY, i915_gem_busy_ioctl),
	I915_IOCTL(GEM_WAIT, i915_gem_wait_ioctl),
	I915_IOCTL(GEM_THROTTLE, i915_gem_throttle_ioctl),
	I915_IOCTL(GEM_GET_APERTURE, i915_gem_get_aperture_ioctl),
	I915_IOCTL(GEM_EXECBUFFER2_WR, i915_gem_execbuffer2_ioctl),

	I915_IOCTL(GEM_CONTEXT_CREATE_EXT, i915_gem_context_create_ioctl),
	I915_IOCTL(GEM_CONTEXT_DESTROY, i915_gem_context_destroy_ioctl),
	I915_IOCTL(GEM_CONTEXT_GETPARAM, i915_gem_context_getparam_ioctl),
	I915_IOCTL(GEM_CONTEXT_SETPARAM, i915_gem_context_setparam_ioctl),
	I915_IOCTL(GEM_VM_CREATE, i915_gem_vm_create_ioctl),
	I915_IOCTL(GEM_VM_DESTROY, i915_gem_vm_destroy_ioctl),

	I915_IOCTL(GEM_SET_TILING, i915_gem_no_tiling_ioctl),
	I915_IOCTL(GEM_GET_TILING, i915_gem_no_tiling_ioctl),
	I915_IOCTL(GEM_USERPTR, i915_no_unit_ioctl),
	I915_IOCTL(GET_PIPE_FROM_CRTC_ID, i915_no_unit_ioctl),
	I915_IOCTL(PERF_OPEN, i915_no_unit_ioctl),
	I915_IOCTL(PERF_ADD_CONFIG, i915_no_unit_ioctl),
	I915_IOCTL(PERF_REMOVE_CONFIG, i915_no_unit_ioctl),
};

static const struct file_operations i915_fops = {
	.owner = THIS_MODULE,
	.open = drm_open,
	.release = drm_release,
	.unlocked_ioctl = drm_ioctl,
	.compat_ioctl = i915_compat_ioctl,
	.mmap = i915_gem_mmap,
	.poll = drm_poll,
	.read = drm_read,
	.llseek = noop_llseek,
	.show_fdinfo = drm_show_fdinfo,
	.fop_flags = FOP_UNSIGNED_OFFSET,
};

const struct drm_driver i915_drm_driver = {
	.driver_features = DRIVER_GEM | DRIVER_RENDER | DRIVER_SYNCOBJ | DRIVER_SYNCOBJ_TIMELINE,
	.open = i915_gem_open,
	.postclose = i915_gem_postclose,
	.gem_prime_import = i915_gem_prime_import,
	.gem_prime_import_sg_table = i915_gem_prime_import_sg_table,
	.show_fdinfo = i915_show_fdinfo,
	.ioctls = i915_ioctls,
	.num_ioctls = ARRAY_SIZE(i915_ioctls),
	.fops = &i915_fops,
	.name = DRIVER_NAME,
	.desc = DRIVER_DESC,
	.date = DRIVER_DATE,
	.major = DRIVER_MAJOR,
	.minor = DRIVER_MINOR,
};
