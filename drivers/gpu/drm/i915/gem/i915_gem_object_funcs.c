// SPDX-License-Identifier: MIT

#include <drm/drm_gem.h>

#include "base/i915_drv.h"
#include "gem/i915_gem_context_types.h"
#include "gem/i915_gem_file.h"
#include "gem/i915_gem_object_funcs.h"
#include "mem/i915_gem_dmabuf.h"
#include "mem/i915_gem_mman.h"
#include "mem/i915_gem_object.h"
#include "vm/i915_vma_end.h"

/**
 * DOC: GEM callbacks
 *
 * The table of GEM callbacks of every object. It is in gem/ because destroying an
 * object tears down its VMAs (vm/) and its pages (mem/), closing a handle concerns
 * the address spaces of the file, and mem/ must not call up into either.
 */

static void i915_gem_object_close(struct drm_gem_object *gem, struct drm_file *file)
{
	struct i915_file *fpriv = file->driver_priv;

	if (fpriv)
		i915_gem_file_close_object(fpriv, to_i915_bo(gem));
}

static enum drm_gem_object_status i915_gem_object_status(struct drm_gem_object *gem)
{
	struct drm_i915_gem_object *obj = to_i915_bo(gem);
	enum drm_gem_object_status status = 0;

	if (i915_gem_object_has_pages(obj))
		status |= DRM_GEM_OBJECT_RESIDENT;
	if (READ_ONCE(obj->madv) != I915_MADV_WILLNEED)
		status |= DRM_GEM_OBJECT_PURGEABLE;

	return status;
}

const struct drm_gem_object_funcs i915_gem_object_funcs = {
	.free = i915_vma_object_free,
	.close = i915_gem_object_close,
	.export = i915_gem_prime_export,
	.pin = i915_gem_prime_pin,
	.unpin = i915_gem_prime_unpin,
	.get_sg_table = i915_gem_prime_get_sg_table,
	.vmap = i915_gem_prime_vmap,
	.vunmap = i915_gem_prime_vunmap,
	.mmap = i915_gem_object_mmap,
	.vm_ops = &i915_gem_vm_ops,
	.status = i915_gem_object_status,
};
