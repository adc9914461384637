// SPDX-License-Identifier: MIT

#include <linux/debugfs.h>
#include <linux/rcupdate.h>
#include <linux/sched/mm.h>
#include <linux/string.h>

#include <drm/drm_debugfs.h>
#include <drm/drm_file.h>

#include "base/i915_drv.h"
#include "diag/i915_debugfs_control.h"
#include "gt/i915_gt_layer.h"
#include "gt/i915_gt_power.h"
#include "gt/i915_reset.h"
#include "gt/i915_retire.h"
#include "gt/i915_wedge.h"
#include "hw/i915_hw_layer.h"
#include "hw/i915_uncore.h"
#include "mem/i915_mm.h"
#include "vm/i915_shrinker.h"

/**
 * DOC: Writable debugfs files
 *
 * i915_gem_drop_caches waits for work to finish and frees memory, i915_wedged
 * declares engines hung and resets the GPU, and i915_forcewake_user keeps it awake
 * while it is open. The bits of drop_caches are defined by IGT. Those that wait also
 * flush the workqueue, so that the audit afterwards shows only what is really held.
 */

#define I915_DROP_UNBOUND	BIT(0)	/* pages of objects that are not bound */
#define I915_DROP_BOUND		BIT(1)	/* pages of idle objects, unbinding them */
#define I915_DROP_RETIRE	BIT(2)	/* retire what is complete */
#define I915_DROP_ACTIVE	BIT(3)	/* wait until nothing runs */
#define I915_DROP_FREED		BIT(4)	/* finish deferred frees */
#define I915_DROP_SHRINK_ALL	BIT(5)	/* everything the shrinker can free */
#define I915_DROP_IDLE		BIT(6)	/* wait until nothing runs, and park the GPU */
#define I915_DROP_RESET_ACTIVE	BIT(7)	/* wedge and recover if not idle in 200 ms */
#define I915_DROP_RESET_SEQNO	BIT(8)	/* ignored: seqnos are per timeline and wrap */
#define I915_DROP_RCU		BIT(9)	/* wait for RCU callbacks */
#define I915_DROP_ALL		GENMASK(9, 0)

#define I915_DROP_RESET_MS	200

static int i915_drop_active(struct drm_i915_private *i915, u64 what)
{
	struct i915_gt *gt = to_gt(i915);
	int ret;

	if (what & I915_DROP_RESET_ACTIVE) {
		ret = i915_gt_wait_for_idle(gt, msecs_to_jiffies(I915_DROP_RESET_MS));
		if (ret == -ETIME)
			i915_gt_set_wedged(gt);
		else if (ret)
			return ret;
	}

	if (what & I915_DROP_RETIRE)
		i915_gt_retire(gt);

	if (what & (I915_DROP_IDLE | I915_DROP_ACTIVE)) {
		ret = i915_gt_wait_for_idle(gt, MAX_SCHEDULE_TIMEOUT);
		if (ret)
			return ret;
	}

	if (what & I915_DROP_RESET_ACTIVE && i915_gt_is_wedged(gt)) {
		ret = i915_gt_unset_wedged(gt);
		if (ret)
			drm_dbg(&i915->drm, "still wedged after drop_caches: %d\n", ret);
	}

	if (what & I915_DROP_IDLE)
		i915_gt_park(gt);

	if (what & (I915_DROP_RETIRE | I915_DROP_ACTIVE | I915_DROP_IDLE | I915_DROP_FREED))
		i915_mm_flush(i915);

	return 0;
}

static int i915_drop_caches_set(void *data, u64 what)
{
	struct drm_i915_private *i915 = data;
	int ret;

	ret = i915_drop_active(i915, what);
	if (ret)
		return ret;

	if (what & (I915_DROP_BOUND | I915_DROP_SHRINK_ALL))
		i915_vm_shrink(i915, ULONG_MAX, I915_SHRINK_BOUND);
	else if (what & I915_DROP_UNBOUND)
		i915_vm_shrink(i915, ULONG_MAX, 0);

	if (what & I915_DROP_RCU)
		rcu_barrier();

	if (what & I915_DROP_FREED)
		i915_mm_flush(i915);

	return 0;
}

static int i915_drop_caches_get(void *data, u64 *what)
{
	*what = I915_DROP_ALL;

	return 0;
}

DEFINE_SIMPLE_ATTRIBUTE(i915_drop_caches_fops, i915_drop_caches_get, i915_drop_caches_set,
			"0x%08llx\n");

static ssize_t i915_wedged_read(struct file *file, char __user *buf, size_t size, loff_t *pos)
{
	struct drm_i915_private *i915 = file_inode(file)->i_private;
	const char *answer = i915_gt_is_wedged(to_gt(i915)) ? "1\n" : "0\n";

	return simple_read_from_buffer(buf, size, pos, answer, strlen(answer));
}

/*
 * Reset the whole GPU. Bit n declares engine n hung, so that what it runs is guilty. User space
 * writes "all ones" both signed and unsigned.
 */
static ssize_t i915_wedged_write(struct file *file, const char __user *buf, size_t size,
				 loff_t *pos)
{
	struct drm_i915_private *i915 = file_inode(file)->i_private;
	s64 minus;
	u64 mask;
	int ret;

	ret = kstrtou64_from_user(buf, size, 0, &mask);
	if (ret) {
		ret = kstrtos64_from_user(buf, size, 0, &minus);
		if (ret)
			return ret;
		mask = minus;
	}

	if (i915_gt_is_wedged(to_gt(i915)))
		ret = i915_gt_unset_wedged(to_gt(i915));
	else
		ret = i915_gt_reset_all(to_gt(i915), mask, "asked for in debugfs");

	return ret ?: size;
}

static const struct file_operations i915_wedged_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = i915_wedged_read,
	.write = i915_wedged_write,
	.llseek = default_llseek,
};

static int i915_forcewake_open(struct inode *inode, struct file *file)
{
	struct drm_i915_private *i915 = inode->i_private;
	int idx;

	if (!drm_dev_enter(&i915->drm, &idx))
		return -ENODEV;

	drm_dev_get(&i915->drm);
	i915_forcewake_get(to_uncore(i915));
	drm_dev_exit(idx);

	return 0;
}

/* After an unbind this only decrements the count. */
static int i915_forcewake_release(struct inode *inode, struct file *file)
{
	struct drm_i915_private *i915 = inode->i_private;

	i915_forcewake_put(to_uncore(i915));
	drm_dev_put(&i915->drm);

	return 0;
}

static const struct file_operations i915_forcewake_fops = {
	.owner = THIS_MODULE,
	.open = i915_forcewake_open,
	.release = i915_forcewake_release,
};

static const struct {
	const char *name;
	umode_t mode;
	const struct file_operations *fops;
} i915_control_files[] = {
	{ "i915_forcewake_user", 0400, &i915_forcewake_fops },
	{ "i915_gem_drop_caches", 0644, &i915_drop_caches_fops },
	{ "i915_wedged", 0644, &i915_wedged_fops },
};

/**
 * i915_control_debugfs_register - add the writable files
 * @i915: the device, registered
 *
 * Context: process context.
 */
void i915_control_debugfs_register(struct drm_i915_private *i915)
{
	struct dentry *root = i915->drm.primary->debugfs_root;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(i915_control_files); i++)
		debugfs_create_file(i915_control_files[i].name, i915_control_files[i].mode, root,
				    i915, i915_control_files[i].fops);
}
