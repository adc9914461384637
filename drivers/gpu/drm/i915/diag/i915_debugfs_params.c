// SPDX-License-Identifier: MIT

#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include <drm/drm_debugfs.h>
#include <drm/drm_file.h>

#include "diag/i915_diag.h"
#include "i915_drv.h"
#include "i915_params.h"

/**
 * DOC: debugfs i915_params/
 *
 * One file for each module parameter, made from the same table. The test suite
 * prefers these to /sys/module/i915/parameters because other drivers keep a
 * copy per device; here both show the one value there is. The file "help" says
 * what each is for and what it was born with.
 */

struct i915_param_file {
	const char *name;
	void *value;
	umode_t mode;
	/* for "help" */
	const char *what;
	const char *born_with;
	/* makes the file of this type */
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

#define I915_PARAM_FILE(type_, name_, value_, mode_, what_) { \
	.name = #name_, \
	.value = &i915_params.name_, \
	.mode = (mode_), \
	.what = (what_), \
	.born_with = #value_, \
	.create = i915_param_file_##type_, \
},

static const struct i915_param_file i915_param_files[] = {
	I915_PARAMS(I915_PARAM_FILE)
};

static int i915_param_help_show(struct seq_file *m, void *unused)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(i915_param_files); i++)
		seq_printf(m, "%s (%s): %s\n", i915_param_files[i].name,
			   i915_param_files[i].born_with, i915_param_files[i].what);

	return 0;
}

DEFINE_SHOW_ATTRIBUTE(i915_param_help);

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

	debugfs_create_file("help", 0400, dir, NULL, &i915_param_help_fops);
}
