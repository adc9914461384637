// SPDX-License-Identifier: MIT

#include <linux/capability.h>

#include <drm/drm_file.h>

#include <uapi/drm/i915_drm.h>

#include "base/i915_drv.h"
#include "gem/i915_gem_context.h"
#include "gem/i915_gem_stats.h"
#include "gt/i915_engine.h"
#include "gt/i915_gt_context.h"
#include "gt/i915_gt_layer.h"
#include "vm/i915_vm_layer.h"

/**
 * DOC: Reset statistics, aperture size, registers
 *
 * Three ioctls that report numbers: GET_RESET_STATS, how often the whole GPU was
 * reset and how many batches of a context resets have hit (see i915_verdict.c);
 * GET_APERTURE, the size of the GGTT; and REG_READ, for the one register that user
 * space may read.
 */

/* The only register of REG_READ: the timestamp of the render engine. */
#define I915_REG_READ_RCS_TIMESTAMP	0x2358

/**
 * i915_gem_context_reset_stats_ioctl - GET_RESET_STATS: resets that concern a context
 * @dev: the device
 * @data: struct drm_i915_reset_stats
 * @file: whose context
 *
 * Context: process context.
 * Return: 0; -EINVAL for flags and padding, -ENOENT for the context.
 */
int i915_gem_context_reset_stats_ioctl(struct drm_device *dev, void *data, struct drm_file *file)
{
	struct drm_i915_reset_stats *args = data;
	struct i915_gem_context *ctx;

	if (args->flags || args->pad) {
		drm_dbg(dev, "flags and pad must be zero\n");
		return -EINVAL;
	}

	ctx = i915_gem_context_lookup(file->driver_priv, args->ctx_id);
	if (IS_ERR(ctx))
		return PTR_ERR(ctx);

	/* How often others hang the GPU is only for the administrator to see. */
	args->reset_count = 0;
	if (capable(CAP_SYS_ADMIN))
		args->reset_count = atomic_read(&to_gt(to_i915(dev))->reset_count);
	args->batch_active = atomic_read(&ctx->base.lost_count);
	args->batch_pending = atomic_read(&ctx->base.pending_count);

	i915_gt_context_put(&ctx->base);
	return 0;
}

/**
 * i915_gem_get_aperture_ioctl - GET_APERTURE: size of the global address space
 * @dev: the device
 * @data: struct drm_i915_gem_get_aperture
 * @file: not used
 *
 * Context: process context.
 * Return: 0
 */
int i915_gem_get_aperture_ioctl(struct drm_device *dev, void *data, struct drm_file *file)
{
	struct drm_i915_gem_get_aperture *args = data;
	struct i915_ggtt *ggtt = to_ggtt(to_i915(dev));

	args->aper_size = ggtt->total;
	args->aper_available_size = ggtt->total - READ_ONCE(ggtt->used);
	return 0;
}

/**
 * i915_reg_read_ioctl - REG_READ: read a register of the short list
 * @dev: the device
 * @data: struct drm_i915_reg_read
 * @file: not used
 *
 * The timestamp is 36 bits wide in a register of 64. Bit 0 of the offset
 * (I915_REG_READ_8B_WA) asks for it to be put together from halves; it always
 * is, since a read of 64 bits at once gives garbage in the upper half.
 *
 * Context: process context.
 * Return: 0; -EINVAL for any other offset or flag; -ENODEV without a render engine.
 */
int i915_reg_read_ioctl(struct drm_device *dev, void *data, struct drm_file *file)
{
	struct i915_engine *engine = to_gt(to_i915(dev))->engine[I915_RCS0];
	struct drm_i915_reg_read *args = data;

	if ((args->offset & ~(u64)I915_REG_READ_8B_WA) != I915_REG_READ_RCS_TIMESTAMP) {
		drm_dbg(dev, "offset 0x%llx is not on the list\n", args->offset);
		return -EINVAL;
	}
	if (!engine)
		return -ENODEV;

	args->val = i915_engine_timestamp(engine);
	return 0;
}
