// SPDX-License-Identifier: MIT

#include <linux/dma-resv.h>
#include <linux/slab.h>

#include <drm/drm_file.h>

#include "base/i915_audit.h"
#include "base/i915_drv.h"
#include "gem/i915_gem_context.h"
#include "gem/i915_gem_file.h"
#include "gt/i915_gt_context.h"
#include "gt/i915_gt_layer.h"
#include "gt/i915_retire.h"
#include "mem/i915_gem_object.h"
#include "vm/i915_vma_end.h"

/**
 * DOC: Files
 *
 * An open file owns three handle tables: objects (kept by the DRM core), contexts
 * and address spaces. Opening it creates none of them, so that a program that only
 * queries the device does not pay for them; context 0 is created when it is first
 * used.
 *
 * When the file is released, the DRM core closes the object handles first, while the
 * contexts still exist: each VMA of the file is destroyed, at once if it is idle and
 * when it retires if not. i915_gem_postclose() then closes contexts and address
 * spaces. Requests in flight keep their context alive; nothing refers to the file
 * any more.
 */

/**
 * i915_gem_file_init_tables - prepare the tables of a file and their locks
 * @fpriv: new
 *
 * Context: any.
 */
void i915_gem_file_init_tables(struct i915_file *fpriv)
{
	xa_init_flags(&fpriv->contexts, XA_FLAGS_ALLOC | XA_FLAGS_ACCOUNT);
	xa_init_flags(&fpriv->vms, XA_FLAGS_ALLOC1 | XA_FLAGS_ACCOUNT);
	mutex_init(&fpriv->lock);
}

/**
 * i915_gem_open - a file of the device was opened
 * @dev: the device
 * @file: the file
 *
 * Context: process context.
 * Return: 0 or -ENOMEM.
 */
int i915_gem_open(struct drm_device *dev, struct drm_file *file)
{
	struct i915_file *fpriv;

	fpriv = kzalloc(sizeof(*fpriv), GFP_KERNEL_ACCOUNT);
	if (!fpriv)
		return -ENOMEM;

	fpriv->client = i915_gt_client_create();
	if (!fpriv->client) {
		kfree(fpriv);
		return -ENOMEM;
	}

	fpriv->i915 = to_i915(dev);
	fpriv->id = file->client_id;
	i915_gem_file_init_tables(fpriv);

	file->driver_priv = fpriv;
	i915_audit_inc(I915_AUDIT_FILE);
	return 0;
}

/**
 * i915_gem_postclose - release what a file owns
 * @dev: the device
 * @file: the file; the DRM core has closed its object handles
 *
 * Context: process context; no ioctl of the file is running.
 */
void i915_gem_postclose(struct drm_device *dev, struct drm_file *file)
{
	struct i915_file *fpriv = file->driver_priv;
	struct i915_address_space *vm;
	struct i915_gem_context *ctx;
	unsigned long id;

	xa_for_each(&fpriv->contexts, id, ctx) {
		i915_gem_context_close(ctx);
		cond_resched();
	}
	xa_destroy(&fpriv->contexts);

	xa_for_each(&fpriv->vms, id, vm) {
		i915_vm_put_user(vm);
		cond_resched();
	}
	xa_destroy(&fpriv->vms);

	i915_gt_client_put(fpriv->client);
	mutex_destroy(&fpriv->lock);
	file->driver_priv = NULL;
	kfree(fpriv);
	i915_audit_dec(I915_AUDIT_FILE);
}

/*
 * Who looks may see that a request is complete a moment before it lets go of its VMAs: for user
 * space the object is idle then, and its addresses are free once it is closed.
 */
static void i915_gem_file_settle_object(struct i915_file *file, struct drm_i915_gem_object *obj)
{
	if (unlikely(atomic_read(&obj->in_use)) &&
	    dma_resv_test_signaled(obj->base.resv, DMA_RESV_USAGE_READ))
		i915_gt_retire_short(to_gt(file->i915));
}

/**
 * i915_gem_file_close_object - close the VMAs of an object whose handle is closed
 * @file: the file
 * @obj: the object; the caller holds a reference
 *
 * Closes the VMA of @obj in every address space of the file: destroys it at once if
 * it is idle, and when it retires if not. Walks neither the contexts of the file nor
 * the VMAs of others.
 *
 * Context: process context; no lock of an object or a VM held.
 */
void i915_gem_file_close_object(struct i915_file *file, struct drm_i915_gem_object *obj)
{
	/*
	 * Before looking for VMAs: an execbuf that still found the handle has either marked its
	 * VMA before we look, or sees the new count afterwards and closes the VMA itself, see
	 * i915_eb_honour_closes().
	 */
	atomic_inc(&file->handle_closes);
	/* the count before the marks: pairs with i915_eb_lookup() */
	smp_mb__after_atomic();

	/* Shared by name only, or never used: no file has a VMA of it. */
	if (!READ_ONCE(obj->vmas.rb_node))
		return;

	i915_gem_file_settle_object(file, obj);
	i915_vma_close_owner(obj, file->id);
}

/**
 * i915_gem_file_next_context - walk the contexts of a file
 * @file: the file
 * @id: handle to begin with; on return that of the context found
 *
 * Context: any that may take a spinlock.
 * Return: the context with that handle or the next higher one, with one more
 * reference, or NULL at the end.
 */
struct i915_gem_context *i915_gem_file_next_context(struct i915_file *file, unsigned long *id)
{
	struct i915_gem_context *ctx;

	xa_lock(&file->contexts);
	ctx = xa_find(&file->contexts, id, ULONG_MAX, XA_PRESENT);
	if (ctx)
		i915_gt_context_get(&ctx->base);
	xa_unlock(&file->contexts);

	return ctx;
}
