// SPDX-License-Identifier: MIT

#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include <drm/drm_debugfs.h>
#include <drm/drm_file.h>

#include "base/i915_drv.h"
#include "base/i915_params.h"
#include "diag/i915_debugfs_params.h"

/**
 * DOC: debugfs i915_params/
 *
 * One file for each module parameter. IGT prefers these to
 * /sys/module/i915/parameters, because other drivers have a copy per device; here
 * both show the same variable.
 */

struct i915_param_file {
	const char *name;
	void *value;
	umode_t mode;
	/* creates a file for this type */
	void (*create)(const struct i915_param_file *file, struct dentry *dir);
};

static void i915_param_file_bool(const struct i915_param_file *file, struct dentry *dir)
{
	debugfs_create_bool(file->name, file->mode, dir, file->value);
}

static void i915_param_file_uint(const struct i915_param_file *file, struct dentry *dir)
{
	debugfs_create_u32(file->name, file->mode, dir, file->value);
}

static int i915_param_int_get(void *data, u64 *value)
{
	*value = *(int *)data;

	return 0;
}

static int i915_param_int_set(void *data, u64 value)
{
	*(int *)data = value;

	return 0;
}

DEFINE_DEBUGFS_ATTRIBUTE_SIGNED(i915_param_int_fops, i915_param_int_get, i915_param_int_set,
				"%lld\n");

static void i915_param_file_int(const struct i915_param_file *file, struct dentry *dir)
{
	debugfs_create_file_unsafe(file->name, file->mode, dir, file->value,
				   &i915_param_int_fops);
}

static int i915_param_charp_show(struct seq_file *m, void *unused)
{
	char **value = m->private;

	seq_printf(m, "%s\n", *value ?: "");

	return 0;
}

DEFINE_SHOW_ATTRIBUTE(i915_param_charp);

static void __maybe_unused i915_param_file_charp(const struct i915_param_file *file,
						 struct dentry *dir)
{
	debugfs_create_file(file->name, file->mode, dir, file->value, &i915_param_charp_fops);
}

static const struct i915_param_file i915_param_files[] = {
	{ "modeset", &i915_params.modeset, 0400, i915_param_file_int },
	{ "reset", &i915_params.reset, 0600, i915_param_file_uint },
	{ "enable_hangcheck", &i915_params.enable_hangcheck, 0600, i915_param_file_bool },
	{ "request_timeout_ms", &i915_params.request_timeout_ms, 0600, i915_param_file_uint },
	{ "disable_display", &i915_params.disable_display, 0400, i915_param_file_bool },
#if IS_ENABLED(CONFIG_DRM_I915_SELFTEST)
	{ "mock_selftests", &i915_params.mock_selftests, 0400, i915_param_file_int },
	{ "st_filter", &i915_params.st_filter, 0400, i915_param_file_charp },
	{ "st_random_seed", &i915_params.st_random_seed, 0400, i915_param_file_uint },
	{ "st_timeout", &i915_params.st_timeout, 0400, i915_param_file_uint },
	{ "st_fail", &i915_params.st_fail, 0400, i915_param_file_uint },
	{ "inject_load_failure", &i915_params.inject_load_failure, 0400, i915_param_file_uint },
	{ "inject_probe_failure", &i915_params.inject_probe_failure, 0600, i915_param_file_uint },
#endif
};

/**
 * i915_debugfs_params_register - add i915_params/
 * @i915: the device, registered
 *
 * Context: process context.
 */
void i915_debugfs_params_register(struct drm_i915_private *i915)
{
	struct dentry *dir = debugfs_create_dir("i915_params", i915->drm.primary->debugfs_root);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(i915_param_files); i++)
		i915_param_files[i].create(&i915_param_files[i], dir);
}
