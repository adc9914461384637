// SPDX-License-Identifier: MIT

#include <linux/module.h>

#include <drm/drm_drv.h>
#include <drm/drm_print.h>

#include <kunit/visibility.h>

#include "base/i915_audit.h"
#include "base/i915_params.h"
#include "diag/i915_pmu.h"
#include "gem/i915_gem_context.h"
#include "gt/i915_request.h"
#include "i915_module.h"
#include "i915_pci.h"
#include "mem/i915_gem_object.h"
#include "selftests/i915_selftest.h"
#include "vm/i915_pt.h"
#include "vm/i915_vma.h"

/**
 * DOC: Load and unload
 *
 * Load walks one table. A step that returns a negative errno fails the load, and
 * the steps before it are undone in reverse order. A step that returns a positive
 * number ends the load early and successfully: the module stays loaded, partially,
 * with what the steps before it have set up. Unload undoes exactly the steps that
 * were done; the parameter load_state shows how far load got.
 * Documentation/gpu/i915/load.rst has a table of how a load can end and what can
 * follow.
 *
 * Why a partially loaded module stays at all: the selftests put files with fput(),
 * and the task that loads the module releases them only when its system call
 * returns, after i915_init(). The slabs must outlive these files, so they can only
 * be destroyed in i915_exit(). If the driver is built in there is no exit; the task
 * is init, which releases the files when it executes its first program.
 *
 * The last step of an unload is the audit: whatever is still allocated is named in
 * the log.
 */

/*
 * Mock selftests use no device, so they run even with "nomodeset" or modeset=0.
 */
static bool i915_wanted(void)
{
	if (i915_params.modeset == 0)
		return false;

	return i915_params.modeset > 0 || !drm_firmware_drivers_only();
}

static int i915_check_wanted(void)
{
	if (i915_wanted() || i915_mock_selftests_requested())
		return 0;

	pr_info("i915: not loaded: graphics drivers are disabled (nomodeset or i915.modeset=0)\n");

	return -ENODEV;
}

static int i915_stop_if_unwanted(void)
{
	return i915_wanted() ? 0 : 1;
}

static void i915_audit_last_word(void)
{
	struct drm_printer p = drm_err_printer(NULL, "i915 leaked");

	WARN(i915_audit_check_empty(&p), "i915: objects are still allocated at unload\n");
}

static int i915_audit_start(void)
{
	return 0;
}

/* The PMU of a device may outlive it, and is freed at unload. */
static int i915_pmu_start(void)
{
	return 0;
}

struct i915_load_step {
	/* for load_state */
	const char *name;
	/* < 0: fail, undo the steps before. > 0: stop here, loaded. 0: go on. */
	int (*init)(void);
	/* undoes @init; NULL for a step that may end the load early */
	void (*exit)(void);
};

static const struct i915_load_step i915_load_steps[] = {
	{ .name = "wanted", .init = i915_check_wanted },
	{ .name = "audit", .init = i915_audit_start, .exit = i915_audit_last_word },
	{ .name = "performance events", .init = i915_pmu_start, .exit = i915_pmu_exit },
	{ .name = "objects", .init = i915_gem_object_slab_init, .exit = i915_gem_object_slab_exit },
	{ .name = "vmas", .init = i915_vma_slab_init, .exit = i915_vma_slab_exit },
	{ .name = "page tables", .init = i915_pt_slab_init, .exit = i915_pt_slab_exit },
	{ .name = "requests", .init = i915_request_slab_init, .exit = i915_request_slab_exit },
	{ .name = "contexts", .init = i915_gem_context_slab_init,
	  .exit = i915_gem_context_slab_exit },
	{ .name = "mock selftests", .init = i915_mock_selftests },
	{ .name = "wanted by a device", .init = i915_stop_if_unwanted },
	{ .name = "pci", .init = i915_pci_register_driver, .exit = i915_pci_unregister_driver },
};

/* Number of steps whose init succeeded, which unload has to undo */
static unsigned int i915_load_progress;

/* Why the load failed, or 0. Visible only if the driver is built in: a module is unloaded. */
static int i915_load_error;

static int i915_load_state_get(char *buffer, const struct kernel_param *kp)
{
	if (i915_load_error)
		return sysfs_emit(buffer, "failed: %d\n", i915_load_error);

	if (i915_load_progress == ARRAY_SIZE(i915_load_steps))
		return sysfs_emit(buffer, "full\n");

	return sysfs_emit(buffer, "partial: stopped at %s\n",
			  i915_load_steps[i915_load_progress].name);
}

/**
 * i915_load_failed - test whether the load of a built-in driver has failed
 *
 * If so, nothing the driver needs is set up. A module that fails to load is gone.
 *
 * Context: any.
 * Return: true if it has failed.
 */
bool i915_load_failed(void)
{
	return i915_load_error;
}
EXPORT_SYMBOL_IF_KUNIT(i915_load_failed);

static const struct kernel_param_ops i915_load_state_ops = {
	.get = i915_load_state_get,
};

module_param_cb(load_state, &i915_load_state_ops, NULL, 0444);
MODULE_PARM_DESC(load_state, "How load ended: full, the step that ended it early, or an errno (read only)");

static void i915_unload(void)
{
	while (i915_load_progress) {
		const struct i915_load_step *step = &i915_load_steps[--i915_load_progress];

		if (step->exit)
			step->exit();
	}
}

static int __init i915_init(void)
{
	int ret;

	for (; i915_load_progress < ARRAY_SIZE(i915_load_steps); i915_load_progress++) {
		ret = i915_inject_load_error(i915_load_progress + 1);
		if (!ret)
			ret = i915_load_steps[i915_load_progress].init();
		if (ret > 0)
			return 0;
		if (ret < 0) {
			i915_unload();
			i915_load_error = ret;
			return ret;
		}
	}

	return 0;
}

static void __exit i915_exit(void)
{
	i915_unload();
}

module_init(i915_init);
module_exit(i915_exit);

MODULE_AUTHOR("The i915-from-scratch authors");
MODULE_DESCRIPTION("Intel Gen8/Gen9 graphics: render and compute");
MODULE_LICENSE("Dual MIT/GPL");
