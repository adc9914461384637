// SPDX-License-Identifier: MIT

#include <linux/slab.h>
#include <linux/uaccess.h>

#include <drm/drm_file.h>

#include <uapi/drm/i915_drm.h>

#include "base/i915_drv.h"
#include "base/i915_user_extensions.h"
#include "gem/i915_gem_context.h"
#include "gem/i915_gem_context_ioctl.h"
#include "gem/i915_gem_context_param.h"
#include "gt/i915_gt_context.h"
#include "gt/i915_gt_layer.h"
#include "gt/i915_gt_power.h"
#include "gt/i915_verdict.h"

/**
 * DOC: Handles of contexts
 *
 * A context gets its handle last, when every extension has been applied, so
 * that no other thread meets it half made. Who takes it out of the table
 * closes it.
 */

/* What the extensions of CONTEXT_CREATE_EXT work on. */
struct i915_context_create {
	struct i915_file *file;
	struct i915_gem_context *ctx;
};

static int i915_gem_context_create_setparam(struct i915_user_extension __user *ext, void *data)
{
	struct drm_i915_gem_context_create_ext_setparam setparam;
	struct i915_context_create *create = data;

	if (copy_from_user(&setparam, ext, sizeof(setparam)))
		return -EFAULT;

	if (setparam.param.ctx_id) {
		drm_dbg(&create->ctx->i915->drm, "ctx_id must be zero while creating\n");
		return -EINVAL;
	}

	return i915_gem_context_set_param(create->file, create->ctx, &setparam.param);
}

static const i915_user_extension_fn i915_gem_context_create_extensions[] = {
	[I915_CONTEXT_CREATE_EXT_SETPARAM] = i915_gem_context_create_setparam,
};

static int i915_gem_context_check_create(struct drm_i915_private *i915, struct i915_file *file,
					 u32 flags)
{
	if (flags & I915_CONTEXT_CREATE_FLAGS_UNKNOWN) {
		drm_dbg(&i915->drm, "flags 0x%x: unknown bits\n", flags);
		return -EINVAL;
	}
	if (i915_gt_is_wedged(to_gt(i915)))
		return -EIO;
	if (i915_gt_client_is_refused(file->client)) {
		drm_dbg(&i915->drm, "contexts of this file hung too often\n");
		return -EIO;
	}

	return 0;
}

/**
 * i915_gem_timeline_init - begin a timeline that orders all engines of a context
 * @timeline: zeroed
 *
 * Context: any.
 */
void i915_gem_timeline_init(struct i915_gem_timeline *timeline)
{
	mutex_init(&timeline->lock);
}

static int i915_gem_context_apply_create(struct i915_file *file, struct i915_gem_context *ctx,
					 const struct drm_i915_gem_context_create_ext *args)
{
	struct i915_context_create create = { .file = file, .ctx = ctx };

	if (args->flags & I915_CONTEXT_CREATE_FLAGS_SINGLE_TIMELINE) {
		ctx->timeline = kzalloc(sizeof(*ctx->timeline), GFP_KERNEL_ACCOUNT);
		if (!ctx->timeline)
			return -ENOMEM;
		i915_gem_timeline_init(ctx->timeline);
	}

	if (!(args->flags & I915_CONTEXT_CREATE_FLAGS_USE_EXTENSIONS))
		return 0;

	return i915_user_extensions(args->extensions, i915_gem_context_create_extensions,
				    ARRAY_SIZE(i915_gem_context_create_extensions), &create);
}

/**
 * i915_gem_context_create_ioctl - CONTEXT_CREATE and CONTEXT_CREATE_EXT
 * @dev: the device
 * @data: struct drm_i915_gem_context_create_ext; the short form is its beginning
 * @file: who gets the handle
 *
 * Context: process context.
 * Return: 0; -EINVAL for flags, unknown extensions and bad parameters, -EFAULT,
 * -ENOMEM, -EIO (GPU wedged, or the file's contexts are banned again and again).
 */
int i915_gem_context_create_ioctl(struct drm_device *dev, void *data, struct drm_file *file)
{
	struct drm_i915_gem_context_create_ext *args = data;
	struct drm_i915_private *i915 = to_i915(dev);
	struct i915_file *fpriv = file->driver_priv;
	struct i915_gem_context *ctx;
	int ret;

	ret = i915_gem_context_check_create(i915, fpriv, args->flags);
	if (ret)
		return ret;

	ctx = i915_gem_context_create(i915, fpriv);
	if (IS_ERR(ctx))
		return PTR_ERR(ctx);

	ret = i915_gem_context_apply_create(fpriv, ctx, args);
	if (ret)
		goto err_ctx;

	/* Once it has a handle, another thread may guess that and destroy the context. */
	i915_gt_context_get(&ctx->base);
	ret = xa_alloc(&fpriv->contexts, &ctx->id, ctx, XA_LIMIT(1, U32_MAX), GFP_KERNEL);
	args->ctx_id = ctx->id;
	i915_gt_context_put(&ctx->base);
	if (ret)
		goto err_ctx;

	return 0;

err_ctx:
	i915_gem_context_close(ctx);
	return ret;
}

/**
 * i915_gem_context_destroy_ioctl - CONTEXT_DESTROY: close a context's handle
 * @dev: the device
 * @data: struct drm_i915_gem_context_destroy
 * @file: whose handle
 *
 * Context: process context.
 * Return: 0; -EINVAL for the padding, -ENOENT for the handle (the default
 * context cannot be destroyed).
 */
int i915_gem_context_destroy_ioctl(struct drm_device *dev, void *data, struct drm_file *file)
{
	struct drm_i915_gem_context_destroy *args = data;
	struct i915_file *fpriv = file->driver_priv;
	struct i915_gem_context *ctx;

	if (args->pad) {
		drm_dbg(dev, "pad must be zero\n");
		return -EINVAL;
	}
	if (!args->ctx_id)
		return -ENOENT;

	mutex_lock(&fpriv->lock);
	ctx = xa_erase(&fpriv->contexts, args->ctx_id);
	if (ctx)
		i915_gem_context_add_runtime(ctx, fpriv->past_runtime_ns);
	mutex_unlock(&fpriv->lock);
	if (!ctx)
		return -ENOENT;

	i915_gem_context_close(ctx);
	return 0;
}
