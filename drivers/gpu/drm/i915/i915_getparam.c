// SPDX-License-Identifier: MIT

#include <linux/bits.h>
#include <linux/nospec.h>
#include <linux/pci.h>
#include <linux/uaccess.h>

#include <uapi/drm/i915_drm.h>

#include "base/i915_drv.h"
#include "base/i915_params.h"
#include "gt/i915_engine_iter.h"
#include "gt/i915_gt_layer.h"
#include "gt/i915_gt_types.h"
#include "hw/i915_device_info.h"
#include "hw/i915_hw_layer.h"
#include "hw/i915_topology.h"
#include "i915_getparam.h"

/**
 * DOC: GETPARAM
 *
 * A table with one row per parameter: a constant, or a function if the value
 * depends on the device. A parameter that is not in the table gives -EINVAL, by
 * which user space recognises a kernel that does not know it.
 *
 * A feature is reported only if it does what its documentation says: no
 * EXEC_CAPTURE without an error state, no secure batches, no user pointers, no
 * fence registers.
 */

/* Return: 0 with @value filled, or -errno. */
typedef int (*i915_getparam_fn)(struct drm_i915_private *i915, int *value);

/**
 * struct i915_getparam - one parameter
 */
struct i915_getparam {
	/** @get: reads the value from the device; NULL if it is @value */
	i915_getparam_fn get;
	/** @value: constant value; a negative errno is returned by the ioctl */
	int value;
	/** @known: True if the row is used; false in the gaps of the table */
	bool known;
};

static int i915_getparam_chipset_id(struct drm_i915_private *i915, int *value)
{
	if (i915->mock)
		return -ENODEV;

	*value = to_pci_dev(i915->drm.dev)->device;
	return 0;
}

static int i915_getparam_revision(struct drm_i915_private *i915, int *value)
{
	if (i915->mock)
		return -ENODEV;

	*value = to_pci_dev(i915->drm.dev)->revision;
	return 0;
}

static int i915_getparam_has_bsd(struct drm_i915_private *i915, int *value)
{
	*value = !!to_gt(i915)->engine[I915_VCS0];
	return 0;
}

static int i915_getparam_has_blt(struct drm_i915_private *i915, int *value)
{
	*value = !!to_gt(i915)->engine[I915_BCS0];
	return 0;
}

static int i915_getparam_has_vebox(struct drm_i915_private *i915, int *value)
{
	*value = !!to_gt(i915)->engine[I915_VECS0];
	return 0;
}

/* Bits by engine class: a context there starts from the default image, whatever ran before. */
static int i915_getparam_context_isolation(struct drm_i915_private *i915, int *value)
{
	struct i915_engine *engine;
	unsigned int id;

	*value = 0;
	for_each_engine(engine, to_gt(i915), id) {
		if (engine->default_valid)
			*value |= BIT(engine->desc->uabi_class);
	}

	return 0;
}

static int i915_getparam_subslice_total(struct drm_i915_private *i915, int *value)
{
	*value = i915_topology_subslice_total(to_topology(i915));
	return *value ? 0 : -ENODEV;
}

static int i915_getparam_eu_total(struct drm_i915_private *i915, int *value)
{
	*value = i915_topology_eu_total(to_topology(i915));
	return *value ? 0 : -ENODEV;
}

static int i915_getparam_slice_mask(struct drm_i915_private *i915, int *value)
{
	*value = to_topology(i915)->slice_mask;
	return *value ? 0 : -ENODEV;
}

static int i915_getparam_subslice_mask(struct drm_i915_private *i915, int *value)
{
	*value = to_topology(i915)->subslice_mask[0];
	return *value ? 0 : -ENODEV;
}

/* 0: hangs are not reset; 1: the whole GPU is reset; 2: only the engine is */
static int i915_getparam_has_gpu_reset(struct drm_i915_private *i915, int *value)
{
	*value = i915_params.enable_hangcheck ? min(i915_params.reset, 2u) : 0;
	return 0;
}

static int i915_getparam_scheduler(struct drm_i915_private *i915, int *value)
{
	*value = I915_SCHEDULER_CAP_ENABLED | I915_SCHEDULER_CAP_PRIORITY |
		 I915_SCHEDULER_CAP_ENGINE_BUSY_STATS;
	if (i915->info->has_preemption)
		*value |= I915_SCHEDULER_CAP_PREEMPTION;

	return 0;
}

static int i915_getparam_timestamp_hz(struct drm_i915_private *i915, int *value)
{
	*value = i915->info->timestamp_hz;
	return 0;
}

#define I915_VALUE(value_)	{ .value = (value_), .known = true }
#define I915_ASK(get_)		{ .get = (get_), .known = true }

static const struct i915_getparam i915_getparam_table[] = {
	/* what the device is */
	[I915_PARAM_CHIPSET_ID] = I915_ASK(i915_getparam_chipset_id),
	[I915_PARAM_REVISION] = I915_ASK(i915_getparam_revision),
	[I915_PARAM_CS_TIMESTAMP_FREQUENCY] = I915_ASK(i915_getparam_timestamp_hz),
	[I915_PARAM_OA_TIMESTAMP_FREQUENCY] = I915_ASK(i915_getparam_timestamp_hz),
	[I915_PARAM_SLICE_MASK] = I915_ASK(i915_getparam_slice_mask),
	[I915_PARAM_SUBSLICE_MASK] = I915_ASK(i915_getparam_subslice_mask),
	[I915_PARAM_SUBSLICE_TOTAL] = I915_ASK(i915_getparam_subslice_total),
	[I915_PARAM_EU_TOTAL] = I915_ASK(i915_getparam_eu_total),
	[I915_PARAM_HAS_POOLED_EU] = I915_VALUE(0),
	[I915_PARAM_MIN_EU_IN_POOL] = I915_VALUE(0),
	[I915_PARAM_HAS_LLC] = I915_VALUE(1),
	[I915_PARAM_HAS_WT] = I915_VALUE(0),

	/* engines */
	[I915_PARAM_HAS_BSD] = I915_ASK(i915_getparam_has_bsd),
	[I915_PARAM_HAS_BSD2] = I915_VALUE(0),
	[I915_PARAM_HAS_BLT] = I915_ASK(i915_getparam_has_blt),
	[I915_PARAM_HAS_VEBOX] = I915_ASK(i915_getparam_has_vebox),
	[I915_PARAM_HAS_SCHEDULER] = I915_ASK(i915_getparam_scheduler),
	[I915_PARAM_HAS_GPU_RESET] = I915_ASK(i915_getparam_has_gpu_reset),
	[I915_PARAM_HAS_SEMAPHORES] = I915_VALUE(0),
	[I915_PARAM_HAS_CONTEXT_ISOLATION] = I915_ASK(i915_getparam_context_isolation),
	[I915_PARAM_HAS_RESOURCE_STREAMER] = I915_VALUE(0),
	[I915_PARAM_CMD_PARSER_VERSION] = I915_VALUE(0),
	[I915_PARAM_HAS_CONTEXT_FREQ_HINT] = I915_VALUE(0),
	[I915_PARAM_HUC_STATUS] = I915_VALUE(-ENODEV),
	[I915_PARAM_PXP_STATUS] = I915_VALUE(-ENODEV),

	/* memory; 2: each context has an address space of its own */
	[I915_PARAM_HAS_GEM] = I915_VALUE(1),
	[I915_PARAM_HAS_ALIASING_PPGTT] = I915_VALUE(2),
	[I915_PARAM_NUM_FENCES_AVAIL] = I915_VALUE(0),
	[I915_PARAM_MMAP_VERSION] = I915_VALUE(1),
	[I915_PARAM_MMAP_GTT_VERSION] = I915_VALUE(4),
	[I915_PARAM_MMAP_GTT_COHERENT] = I915_VALUE(1),
	[I915_PARAM_HAS_COHERENT_PHYS_GTT] = I915_VALUE(1),
	[I915_PARAM_HAS_PRIME_VMAP_FLUSH] = I915_VALUE(1),
	[I915_PARAM_HAS_USERPTR_PROBE] = I915_VALUE(0),
	[I915_PARAM_HAS_WAIT_TIMEOUT] = I915_VALUE(1),

	/* execbuffer */
	[I915_PARAM_HAS_EXECBUF2] = I915_VALUE(1),
	[I915_PARAM_HAS_EXEC_NO_RELOC] = I915_VALUE(1),
	[I915_PARAM_HAS_EXEC_HANDLE_LUT] = I915_VALUE(1),
	[I915_PARAM_HAS_EXEC_BATCH_FIRST] = I915_VALUE(1),
	[I915_PARAM_HAS_EXEC_SOFTPIN] = I915_VALUE(1),
	[I915_PARAM_HAS_EXEC_ASYNC] = I915_VALUE(1),
	[I915_PARAM_HAS_EXEC_FENCE] = I915_VALUE(1),
	[I915_PARAM_HAS_EXEC_FENCE_ARRAY] = I915_VALUE(1),
	[I915_PARAM_HAS_EXEC_TIMELINE_FENCES] = I915_VALUE(1),
	[I915_PARAM_HAS_EXEC_SUBMIT_FENCE] = I915_VALUE(0),
	[I915_PARAM_HAS_EXEC_CAPTURE] = I915_VALUE(0),
	[I915_PARAM_HAS_SECURE_BATCHES] = I915_VALUE(0),
	[I915_PARAM_HAS_PINNED_BATCHES] = I915_VALUE(1),
	[I915_PARAM_HAS_RELAXED_DELTA] = I915_VALUE(1),
	[I915_PARAM_HAS_RELAXED_FENCING] = I915_VALUE(1),
	[I915_PARAM_HAS_COHERENT_RINGS] = I915_VALUE(1),
	[I915_PARAM_HAS_GEN7_SOL_RESET] = I915_VALUE(0),

	/* display */
	[I915_PARAM_HAS_OVERLAY] = I915_VALUE(0),
	[I915_PARAM_HAS_PAGEFLIPPING] = I915_VALUE(0),

	/* user mode setting and its batch buffers are gone from the API */
	[I915_PARAM_IRQ_ACTIVE] = I915_VALUE(-ENODEV),
	[I915_PARAM_ALLOW_BATCHBUFFER] = I915_VALUE(-ENODEV),
	[I915_PARAM_LAST_DISPATCH] = I915_VALUE(-ENODEV),
	[I915_PARAM_HAS_EXEC_CONSTANTS] = I915_VALUE(-ENODEV),
};

static int i915_getparam(struct drm_i915_private *i915, int param, int *value)
{
	const struct i915_getparam *row;

	if (param < 0 || param >= ARRAY_SIZE(i915_getparam_table))
		return -EINVAL;

	row = &i915_getparam_table[array_index_nospec(param, ARRAY_SIZE(i915_getparam_table))];
	if (!row->known)
		return -EINVAL;
	if (row->get)
		return row->get(i915, value);
	if (row->value < 0)
		return row->value;

	*value = row->value;
	return 0;
}

/**
 * i915_getparam_ioctl - GETPARAM: a number that describes device or driver
 * @dev: the device
 * @data: struct drm_i915_getparam
 * @file: not used
 *
 * Context: process context.
 * Return: 0; -EINVAL for an unknown parameter; -ENODEV for one that does not apply to
 * this device; -EFAULT.
 */
int i915_getparam_ioctl(struct drm_device *dev, void *data, struct drm_file *file)
{
	struct drm_i915_getparam *args = data;
	int value, ret;

	ret = i915_getparam(to_i915(dev), args->param, &value);
	if (ret) {
		drm_dbg(dev, "param %d: %d\n", args->param, ret);
		return ret;
	}

	return put_user(value, args->value) ? -EFAULT : 0;
}
