// SPDX-License-Identifier: MIT

#include <drm/drm_file.h>

#include <uapi/drm/i915_drm.h>

#include "base/i915_drv.h"
#include "base/i915_user_extensions.h"
#include "gem/i915_gem_context_types.h"
#include "gem/i915_gem_vm.h"
#include "vm/i915_gen8_ppgtt.h"
#include "vm/i915_vm.h"
#include "vm/i915_vma_end.h"

/**
 * DOC: Handles of address spaces
 *
 * A handle is a user of its address space, like each context that runs in it. The
 * last user to leave destroys the VMAs that are left; see i915_vm_put_user().
 */

/**
 * i915_gem_vm_lookup_user - address space of a handle
 * @file: whose handle
 * @id: the handle
 *
 * Context: any that may take a spinlock.
 * Return: the address space with one more user, or NULL.
 */
struct i915_address_space *i915_gem_vm_lookup_user(struct i915_file *file, u32 id)
{
	struct i915_address_space *vm;

	xa_lock(&file->vms);
	vm = xa_load(&file->vms, id);
	if (vm)
		i915_vm_get_user(vm);
	xa_unlock(&file->vms);

	return vm;
}

/**
 * i915_gem_vm_add_handle - make a handle for an address space
 * @file: who gets it
 * @vm: the address space; the handle takes over one user of the caller
 * @id: where the handle goes
 *
 * Context: process context.
 * Return: 0, -ENOMEM, -EBUSY (no handle left).
 */
int i915_gem_vm_add_handle(struct i915_file *file, struct i915_address_space *vm, u32 *id)
{
	return xa_alloc(&file->vms, id, vm, xa_limit_32b, GFP_KERNEL);
}

/**
 * i915_gem_vm_create_ioctl - VM_CREATE: an address space and its handle
 * @dev: the device
 * @data: struct drm_i915_gem_vm_control
 * @file: who gets the handle
 *
 * Context: process context.
 * Return: 0; -EINVAL for flags or an extension (there is none), -EFAULT, -ENOMEM.
 */
int i915_gem_vm_create_ioctl(struct drm_device *dev, void *data, struct drm_file *file)
{
	struct drm_i915_gem_vm_control *args = data;
	struct i915_file *fpriv = file->driver_priv;
	struct i915_address_space *vm;
	int ret;

	if (args->flags) {
		drm_dbg(dev, "flags 0x%x: none is defined\n", args->flags);
		return -EINVAL;
	}

	ret = i915_user_extensions(args->extensions, NULL, 0, NULL);
	if (ret)
		return ret;

	vm = i915_ppgtt_create(to_i915(dev), fpriv->id);
	if (IS_ERR(vm))
		return PTR_ERR(vm);

	ret = i915_gem_vm_add_handle(fpriv, vm, &args->vm_id);
	if (ret)
		i915_vm_put_user(vm);

	return ret;
}

/**
 * i915_gem_vm_destroy_ioctl - VM_DESTROY: close a handle of an address space
 * @dev: the device
 * @data: struct drm_i915_gem_vm_control
 * @file: whose handle
 *
 * Context: process context.
 * Return: 0; -EINVAL for flags or extensions, -ENOENT for the handle.
 */
int i915_gem_vm_destroy_ioctl(struct drm_device *dev, void *data, struct drm_file *file)
{
	struct drm_i915_gem_vm_control *args = data;
	struct i915_file *fpriv = file->driver_priv;
	struct i915_address_space *vm;

	if (args->flags || args->extensions) {
		drm_dbg(dev, "flags and extensions must be zero\n");
		return -EINVAL;
	}

	mutex_lock(&fpriv->lock);
	vm = xa_erase(&fpriv->vms, args->vm_id);
	mutex_unlock(&fpriv->lock);
	if (!vm)
		return -ENOENT;

	i915_vm_put_user(vm);
	return 0;
}
