// SPDX-License-Identifier: MIT

#include <linux/capability.h>
#include <linux/nospec.h>
#include <linux/uaccess.h>

#include <drm/drm_file.h>

#include <uapi/drm/i915_drm.h>

#include "base/i915_drv.h"
#include "gem/i915_gem_context.h"
#include "gem/i915_gem_context_engines.h"
#include "gem/i915_gem_context_param.h"
#include "gem/i915_gem_vm.h"
#include "gt/i915_gt.h"
#include "gt/i915_gt_context.h"
#include "gt/i915_gt_layer.h"
#include "hw/i915_hw_layer.h"
#include "vm/i915_gen8_ppgtt.h"
#include "vm/i915_vm.h"
#include "vm/i915_vma_end.h"

/**
 * DOC: Context parameters
 *
 * One table, with a row per parameter: a flag of the context, or functions that read
 * and set the value and a flag of -1. If a function is NULL, user space gets -EINVAL,
 * as for parameters that were removed from the API (BAN_PERIOD, NO_ZEROMAP,
 * RINGSIZE). The size of a parameter whose value is a number must be zero.
 */

struct i915_context_param {
	/* get: fills args->value and args->size */
	int (*get)(struct i915_file *file, struct i915_gem_context *ctx,
		   struct drm_i915_gem_context_param *args);
	/* set: args is not changed */
	int (*set)(struct i915_file *file, struct i915_gem_context *ctx,
		   const struct drm_i915_gem_context_param *args);
	/* flag: bit of i915_gt_context.flags, or -1; 0 only in the gaps of the table */
	int flag;
};

static int i915_context_get_gtt_size(struct i915_file *file, struct i915_gem_context *ctx,
				     struct drm_i915_gem_context_param *args)
{
	args->size = 0;
	args->value = BIT_ULL(I915_PPGTT_BITS);
	return 0;
}

static int i915_context_get_flag(struct i915_gem_context *ctx, int flag,
				 struct drm_i915_gem_context_param *args)
{
	args->size = 0;
	args->value = test_bit(flag, &ctx->base.flags);
	return 0;
}

static int i915_context_set_flag(struct i915_gem_context *ctx, int flag,
				 const struct drm_i915_gem_context_param *args)
{
	if (args->size) {
		drm_dbg(&ctx->i915->drm, "param %llu: size must be zero\n", args->param);
		return -EINVAL;
	}

	/* Only the administrator may hang the GPU repeatedly without being banned. */
	if (flag == I915_CTX_BANNABLE && !args->value && !capable(CAP_SYS_ADMIN))
		return -EPERM;

	assign_bit(flag, &ctx->base.flags, args->value);
	return 0;
}

static int i915_context_get_priority(struct i915_file *file, struct i915_gem_context *ctx,
				     struct drm_i915_gem_context_param *args)
{
	args->size = 0;
	args->value = (s64)READ_ONCE(ctx->base.priority);
	return 0;
}

static int i915_context_set_priority(struct i915_file *file, struct i915_gem_context *ctx,
				     const struct drm_i915_gem_context_param *args)
{
	s64 priority = args->value;

	if (args->size) {
		drm_dbg(&ctx->i915->drm, "priority: size must be zero\n");
		return -EINVAL;
	}
	if (priority < I915_CONTEXT_MIN_USER_PRIORITY ||
	    priority > I915_CONTEXT_MAX_USER_PRIORITY) {
		drm_dbg(&ctx->i915->drm, "priority %lld is out of range\n", priority);
		return -EINVAL;
	}
	if (priority > I915_CONTEXT_DEFAULT_PRIORITY && !capable(CAP_SYS_NICE))
		return -EPERM;

	WRITE_ONCE(ctx->base.priority, priority);
	return 0;
}

static struct i915_engine *
i915_context_sseu_engine(struct i915_gem_context *ctx,
			 const struct drm_i915_gem_context_param_sseu *sseu)
{
	unsigned int idx = sseu->engine.engine_instance;

	if (!(sseu->flags & I915_CONTEXT_SSEU_FLAG_ENGINE_INDEX))
		return i915_gt_engine(to_gt(ctx->i915), sseu->engine.engine_class,
				      sseu->engine.engine_instance);

	if (!ctx->user_engines || sseu->engine.engine_class ||
	    idx >= ctx->num_engines)
		return NULL;

	return ctx->engines[array_index_nospec(idx, ctx->num_engines)].engine;
}

/* A context always uses all slices, subslices and EUs of the device. */
static void i915_context_fill_sseu(const struct i915_topology *topology,
				   struct drm_i915_gem_context_param_sseu *sseu)
{
	unsigned int eus = 0;
	unsigned int s, ss;

	for (s = 0; s < I915_MAX_SLICES; s++) {
		for (ss = 0; ss < I915_MAX_SUBSLICES; ss++)
			eus = max(eus, hweight8(topology->eu_mask[s][ss]));
	}

	sseu->slice_mask = topology->slice_mask;
	sseu->subslice_mask = topology->subslice_mask[0];
	sseu->min_eus_per_subslice = eus;
	sseu->max_eus_per_subslice = eus;
}

static int i915_context_get_sseu(struct i915_file *file, struct i915_gem_context *ctx,
				 struct drm_i915_gem_context_param *args)
{
	struct drm_i915_gem_context_param_sseu sseu;
	struct i915_engine *engine;

	if (!args->size)
		goto out_size;
	if (args->size < sizeof(sseu))
		return -EINVAL;
	if (copy_from_user(&sseu, u64_to_user_ptr(args->value), sizeof(sseu)))
		return -EFAULT;
	if (sseu.rsvd || sseu.flags & ~I915_CONTEXT_SSEU_FLAG_ENGINE_INDEX)
		return -EINVAL;

	mutex_lock(&ctx->lock);
	engine = i915_context_sseu_engine(ctx, &sseu);
	mutex_unlock(&ctx->lock);
	if (!engine)
		return -EINVAL;

	i915_context_fill_sseu(to_topology(ctx->i915), &sseu);
	if (copy_to_user(u64_to_user_ptr(args->value), &sseu, sizeof(sseu)))
		return -EFAULT;

out_size:
	args->size = sizeof(sseu);
	return 0;
}

static int i915_context_set_sseu(struct i915_file *file, struct i915_gem_context *ctx,
				 const struct drm_i915_gem_context_param *args)
{
	return -ENODEV;
}

static int i915_context_get_vm(struct i915_file *file, struct i915_gem_context *ctx,
			       struct drm_i915_gem_context_param *args)
{
	struct i915_address_space *vm;
	u32 id;
	int ret;

	mutex_lock(&ctx->lock);
	vm = i915_gem_context_vm(ctx);
	if (!IS_ERR(vm))
		i915_vm_get_user(vm);
	mutex_unlock(&ctx->lock);
	if (IS_ERR(vm))
		return PTR_ERR(vm);

	ret = i915_gem_vm_add_handle(file, vm, &id);
	if (ret) {
		i915_vm_put_user(vm);
		return ret;
	}

	args->size = 0;
	args->value = id;
	return 0;
}

static int i915_context_set_vm(struct i915_file *file, struct i915_gem_context *ctx,
			       const struct drm_i915_gem_context_param *args)
{
	struct i915_address_space *vm;
	int ret = 0;

	if (args->size)
		return -EINVAL;
	if (upper_32_bits(args->value))
		return -ENOENT;

	vm = i915_gem_vm_lookup_user(file, args->value);
	if (!vm)
		return -ENOENT;

	mutex_lock(&ctx->lock);
	if (ctx->used) {
		drm_dbg(&ctx->i915->drm, "the context has run: its VM is fixed\n");
		ret = -EINVAL;
	} else {
		swap(ctx->base.vm, vm);
	}
	mutex_unlock(&ctx->lock);

	if (vm)
		i915_vm_put_user(vm);
	return ret;
}

static int i915_context_set_engines(struct i915_file *file, struct i915_gem_context *ctx,
				    const struct drm_i915_gem_context_param *args)
{
	return i915_gem_context_set_engines(ctx, args);
}

static int i915_context_get_protected(struct i915_file *file, struct i915_gem_context *ctx,
				      struct drm_i915_gem_context_param *args)
{
	args->size = 0;
	args->value = 0;
	return 0;
}

static int i915_context_set_protected(struct i915_file *file, struct i915_gem_context *ctx,
				      const struct drm_i915_gem_context_param *args)
{
	return args->value ? -ENODEV : 0;
}

static const struct i915_context_param i915_context_params[] = {
	[I915_CONTEXT_PARAM_GTT_SIZE] = {
		.get = i915_context_get_gtt_size,
		.flag = -1,
	},
	[I915_CONTEXT_PARAM_NO_ERROR_CAPTURE] = { .flag = I915_CTX_NO_ERROR_CAPTURE },
	[I915_CONTEXT_PARAM_BANNABLE] = { .flag = I915_CTX_BANNABLE },
	[I915_CONTEXT_PARAM_RECOVERABLE] = { .flag = I915_CTX_RECOVERABLE },
	[I915_CONTEXT_PARAM_PERSISTENCE] = { .flag = I915_CTX_PERSISTENT },
	[I915_CONTEXT_PARAM_PRIORITY] = {
		.get = i915_context_get_priority,
		.set = i915_context_set_priority,
		.flag = -1,
	},
	[I915_CONTEXT_PARAM_SSEU] = {
		.get = i915_context_get_sseu,
		.set = i915_context_set_sseu,
		.flag = -1,
	},
	[I915_CONTEXT_PARAM_VM] = {
		.get = i915_context_get_vm,
		.set = i915_context_set_vm,
		.flag = -1,
	},
	[I915_CONTEXT_PARAM_ENGINES] = {
		.set = i915_context_set_engines,
		.flag = -1,
	},
	[I915_CONTEXT_PARAM_PROTECTED_CONTENT] = {
		.get = i915_context_get_protected,
		.set = i915_context_set_protected,
		.flag = -1,
	},
};

static const struct i915_context_param *i915_context_param_find(u64 param)
{
	/* Gaps of the table have flag 0, which therefore cannot be a parameter. */
	static_assert(I915_CTX_BANNED == 0);

	if (param >= ARRAY_SIZE(i915_context_params))
		return NULL;

	param = array_index_nospec(param, ARRAY_SIZE(i915_context_params));
	return i915_context_params[param].flag ? &i915_context_params[param] : NULL;
}

/**
 * i915_gem_context_set_param - set a parameter of a context
 * @file: the file, for handles of address spaces
 * @ctx: the context
 * @args: parameter, value and size as user space gave them
 *
 * Context: process context.
 * Return: 0; -EINVAL for unknown parameters, bad values, and for what is fixed
 * once the context has run; -EPERM, -ENODEV, -ENOENT, -EFAULT, -EEXIST, -ENOMEM.
 */
int i915_gem_context_set_param(struct i915_file *file, struct i915_gem_context *ctx,
			       const struct drm_i915_gem_context_param *args)
{
	const struct i915_context_param *param = i915_context_param_find(args->param);

	if (param && param->flag >= 0)
		return i915_context_set_flag(ctx, param->flag, args);
	if (param && param->set)
		return param->set(file, ctx, args);

	drm_dbg(&ctx->i915->drm, "param %llu cannot be set\n", args->param);
	return -EINVAL;
}

/**
 * i915_gem_context_getparam_ioctl - CONTEXT_GETPARAM
 * @dev: the device
 * @data: struct drm_i915_gem_context_param
 * @file: whose context
 *
 * Context: process context.
 * Return: 0; -ENOENT for the context, -EINVAL for the parameter, -EFAULT, -ENOMEM.
 */
int i915_gem_context_getparam_ioctl(struct drm_device *dev, void *data, struct drm_file *file)
{
	struct drm_i915_gem_context_param *args = data;
	struct i915_file *fpriv = file->driver_priv;
	const struct i915_context_param *param;
	struct i915_gem_context *ctx;
	int ret;

	ctx = i915_gem_context_lookup(fpriv, args->ctx_id);
	if (IS_ERR(ctx))
		return PTR_ERR(ctx);

	param = i915_context_param_find(args->param);
	if (param && param->flag >= 0) {
		ret = i915_context_get_flag(ctx, param->flag, args);
	} else if (param && param->get) {
		ret = param->get(fpriv, ctx, args);
	} else {
		drm_dbg(dev, "param %llu cannot be read\n", args->param);
		ret = -EINVAL;
	}

	i915_gt_context_put(&ctx->base);
	return ret;
}

/* Protected content is chosen at creation; the default context keeps its VM and engines. */
static bool i915_context_param_fixed(const struct i915_gem_context *ctx, u64 param)
{
	if (param == I915_CONTEXT_PARAM_PROTECTED_CONTENT)
		return true;

	return !ctx->id &&
	       (param == I915_CONTEXT_PARAM_VM || param == I915_CONTEXT_PARAM_ENGINES);
}

/**
 * i915_gem_context_setparam_ioctl - CONTEXT_SETPARAM
 * @dev: the device
 * @data: struct drm_i915_gem_context_param
 * @file: whose context
 *
 * Context: process context.
 * Return: 0; -ENOENT for the context, else what i915_gem_context_set_param() gives.
 */
int i915_gem_context_setparam_ioctl(struct drm_device *dev, void *data, struct drm_file *file)
{
	struct drm_i915_gem_context_param *args = data;
	struct i915_file *fpriv = file->driver_priv;
	struct i915_gem_context *ctx;
	int ret;

	ctx = i915_gem_context_lookup(fpriv, args->ctx_id);
	if (IS_ERR(ctx))
		return PTR_ERR(ctx);

	if (i915_context_param_fixed(ctx, args->param)) {
		drm_dbg(dev, "param %llu is fixed in this context\n", args->param);
		ret = -EINVAL;
	} else {
		ret = i915_gem_context_set_param(fpriv, ctx, args);
	}

	i915_gt_context_put(&ctx->base);
	return ret;
}
