// SPDX-License-Identifier: MIT

#include <linux/moduleparam.h>

#include <drm/drm_print.h>

#include "i915_drv.h"
#include "i915_params.h"

/**
 * DOC: Module parameters
 *
 * One table, I915_PARAMS() in i915_params.h, makes the struct, the module
 * parameters and the files below debugfs i915_params/. There is no copy per
 * device: a parameter means the same to every GPU of the machine.
 */

struct i915_params i915_params __read_mostly = {
#define I915_PARAM_DEFAULT(type, name, value, mode, what) .name = (value),
	I915_PARAMS(I915_PARAM_DEFAULT)
#undef I915_PARAM_DEFAULT
};

#define I915_PARAM_MODULE(type, name, value, mode, what) \
	module_param_named(name, i915_params.name, type, mode); \
	MODULE_PARM_DESC(name, what);
I915_PARAMS(I915_PARAM_MODULE)

#if IS_ENABLED(CONFIG_DRM_I915_SELFTEST)
/**
 * i915_inject_probe_error - one step of load that can be made to fail
 * @i915: the device that is being set up
 *
 * Every step that can fail calls this first. The Nth call since the module was
 * loaded fails, N being the parameter inject_probe_failure, which then reads 0.
 *
 * Context: process context, during load; not concurrent.
 * Return: 0 to go on, -ENODEV to fail as told.
 */
int i915_inject_probe_error(struct drm_i915_private *i915)
{
	static unsigned int step;

	if (!i915_params.inject_probe_failure)
		return 0;

	if (++step < i915_params.inject_probe_failure)
		return 0;

	drm_info(&i915->drm, "failing step %u of load, as told by inject_probe_failure\n", step);
	i915_params.inject_probe_failure = 0;
	step = 0;

	return -ENODEV;
}
#endif
