// SPDX-License-Identifier: MIT

#include <linux/kobject.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include <drm/drm_file.h>

#include <uapi/drm/i915_drm.h>

#include "base/i915_drv.h"
#include "diag/i915_diag_layer.h"
#include "diag/i915_sysfs.h"
#include "gt/i915_engine_iter.h"
#include "gt/i915_gt_layer.h"
#include "gt/i915_heartbeat.h"
#include "hw/i915_device_info.h"

/**
 * DOC: sysfs engine/
 *
 * engine/ below the card has one directory per engine: what it is (class, instance,
 * capabilities), its tunables (heartbeat, timeouts), and in .defaults/ the initial
 * values of the tunables, so that a test can restore them.
 *
 * Tunables are read whenever they are used, so setting one only stores it. The
 * exception is the heartbeat interval, which also reschedules the heartbeat.
 *
 * There is no max_busywait_duration_ns: a wait never spins before it sleeps, and a
 * file without effect would mislead.
 */

struct i915_engine_kobj {
	struct kobject kobj;
	struct i915_engine *engine;
	/* the values of the tunables in this directory: props or defaults */
	struct i915_engine_props *props;
};

struct i915_prop_attr {
	struct kobj_attribute attr;
	/* offset in struct i915_engine_props */
	size_t offset;
	/* largest allowed value, in the unit of the property */
	unsigned long max;
	/* only on GPUs that can preempt */
	bool preemption;
};

static struct i915_engine_kobj *i915_engine_kobj_of(struct kobject *kobj)
{
	return container_of(kobj, struct i915_engine_kobj, kobj);
}

static unsigned long *i915_prop(struct kobject *kobj, struct kobj_attribute *attr)
{
	struct i915_prop_attr *prop = container_of(attr, struct i915_prop_attr, attr);

	return (void *)i915_engine_kobj_of(kobj)->props + prop->offset;
}

static ssize_t i915_prop_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%lu\n", READ_ONCE(*i915_prop(kobj, attr)));
}

static ssize_t i915_prop_store(struct kobject *kobj, struct kobj_attribute *attr, const char *buf,
			       size_t count)
{
	struct i915_prop_attr *prop = container_of(attr, struct i915_prop_attr, attr);
	unsigned long value;
	int ret;

	ret = kstrtoul(buf, 0, &value);
	if (ret)
		return ret;

	if (value > prop->max)
		return -EINVAL;

	WRITE_ONCE(*i915_prop(kobj, attr), value);
	if (prop->offset == offsetof(struct i915_engine_props, heartbeat_interval_ms))
		i915_engine_heartbeat_changed(i915_engine_kobj_of(kobj)->engine);

	return count;
}

#define I915_PROP(name_, max_, preemption_) { \
	.attr = { \
		.attr = { .name = #name_, .mode = 0644 }, \
		.show = i915_prop_show, \
		.store = i915_prop_store, \
	}, \
	.offset = offsetof(struct i915_engine_props, name_), \
	.max = (max_), \
	.preemption = (preemption_), \
}

static struct i915_prop_attr i915_props[] = {
	I915_PROP(heartbeat_interval_ms, INT_MAX, false),
	I915_PROP(preempt_timeout_ms, INT_MAX, true),
	I915_PROP(stop_timeout_ms, INT_MAX, false),
	I915_PROP(timeslice_duration_ms, INT_MAX, true),
};

/* Read-only, for .defaults/ */
#define I915_DEFAULT(name_, preemption_) { \
	.attr = { \
		.attr = { .name = #name_, .mode = 0444 }, \
		.show = i915_prop_show, \
	}, \
	.offset = offsetof(struct i915_engine_props, name_), \
	.preemption = (preemption_), \
}

static struct i915_prop_attr i915_defaults[] = {
	I915_DEFAULT(heartbeat_interval_ms, false),
	I915_DEFAULT(preempt_timeout_ms, true),
	I915_DEFAULT(stop_timeout_ms, false),
	I915_DEFAULT(timeslice_duration_ms, true),
};

static_assert(ARRAY_SIZE(i915_props) == ARRAY_SIZE(i915_defaults));

static ssize_t i915_engine_name_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", i915_engine_kobj_of(kobj)->engine->desc->name);
}

static ssize_t i915_engine_class_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", i915_engine_kobj_of(kobj)->engine->desc->uabi_class);
}

static ssize_t i915_engine_instance_show(struct kobject *kobj, struct kobj_attribute *attr,
					 char *buf)
{
	return sysfs_emit(buf, "%d\n", i915_engine_kobj_of(kobj)->engine->desc->uabi_instance);
}

static ssize_t i915_engine_mmio_base_show(struct kobject *kobj, struct kobj_attribute *attr,
					  char *buf)
{
	return sysfs_emit(buf, "0x%x\n", i915_engine_kobj_of(kobj)->engine->desc->mmio_base);
}

/*
 * Capabilities of video engines. The first video decode engine and the enhancement engine feed the
 * scaler (SFC) on Gen9, which also added HEVC.
 */
static ssize_t i915_emit_capabilities(struct i915_engine *engine, bool known, char *buf)
{
	bool gen9 = engine->gt->i915->info->gen >= 9;
	ssize_t len = 0;

	switch (engine->desc->uabi_class) {
	case I915_ENGINE_CLASS_VIDEO:
		if (known || gen9)
			len += sysfs_emit_at(buf, len, "hevc ");
		if (known || gen9)
			len += sysfs_emit_at(buf, len, "sfc ");
		break;
	case I915_ENGINE_CLASS_VIDEO_ENHANCE:
		if (known || gen9)
			len += sysfs_emit_at(buf, len, "sfc ");
		break;
	}

	/* Replace the last space by a newline. */
	if (!len)
		return sysfs_emit(buf, "\n");
	buf[len - 1] = '\n';

	return len;
}

static ssize_t i915_engine_capabilities_show(struct kobject *kobj, struct kobj_attribute *attr,
					     char *buf)
{
	return i915_emit_capabilities(i915_engine_kobj_of(kobj)->engine, false, buf);
}

static ssize_t i915_engine_known_capabilities_show(struct kobject *kobj,
						   struct kobj_attribute *attr, char *buf)
{
	return i915_emit_capabilities(i915_engine_kobj_of(kobj)->engine, true, buf);
}

#define I915_ENGINE_ATTR(name_)	__ATTR(name_, 0444, i915_engine_##name_##_show, NULL)

static const struct kobj_attribute i915_engine_attrs[] = {
	I915_ENGINE_ATTR(name),
	I915_ENGINE_ATTR(class),
	I915_ENGINE_ATTR(instance),
	I915_ENGINE_ATTR(mmio_base),
	I915_ENGINE_ATTR(capabilities),
	I915_ENGINE_ATTR(known_capabilities),
};

static void i915_engine_kobj_release(struct kobject *kobj)
{
	kfree(i915_engine_kobj_of(kobj));
}

static const struct kobj_type i915_engine_ktype = {
	.release = i915_engine_kobj_release,
	.sysfs_ops = &kobj_sysfs_ops,
};

static int i915_props_create(struct kobject *kobj, struct i915_prop_attr *props)
{
	bool preemption = i915_engine_kobj_of(kobj)->engine->gt->i915->info->has_preemption;
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(i915_props); i++) {
		if (props[i].preemption && !preemption)
			continue;

		ret = sysfs_create_file(kobj, &props[i].attr.attr);
		if (ret)
			return ret;
	}

	return 0;
}

static struct kobject *i915_engine_kobj_create(struct kobject *parent, struct i915_engine *engine,
					       struct i915_engine_props *props, const char *name)
{
	struct i915_engine_kobj *dir;

	dir = kzalloc(sizeof(*dir), GFP_KERNEL);
	if (!dir)
		return ERR_PTR(-ENOMEM);

	dir->engine = engine;
	dir->props = props;
	if (kobject_init_and_add(&dir->kobj, &i915_engine_ktype, parent, "%s", name)) {
		kobject_put(&dir->kobj);
		return ERR_PTR(-ENOMEM);
	}

	return &dir->kobj;
}

static int i915_engine_dir_create(struct drm_i915_private *i915, struct i915_engine *engine)
{
	struct kobject *dir, *defaults;
	unsigned int i;
	int ret;

	dir = i915_engine_kobj_create(to_diag(i915)->engine_dir, engine, &engine->props,
				      engine->desc->name);
	if (IS_ERR(dir))
		return PTR_ERR(dir);
	to_diag(i915)->engine[engine->id] = dir;

	for (i = 0; i < ARRAY_SIZE(i915_engine_attrs); i++) {
		ret = sysfs_create_file(dir, &i915_engine_attrs[i].attr);
		if (ret)
			return ret;
	}

	ret = i915_props_create(dir, i915_props);
	if (ret)
		return ret;

	defaults = i915_engine_kobj_create(dir, engine, &engine->defaults, ".defaults");
	if (IS_ERR(defaults))
		return PTR_ERR(defaults);
	to_diag(i915)->engine_defaults[engine->id] = defaults;

	return i915_props_create(defaults, i915_defaults);
}

static void i915_kobj_remove(struct kobject **kobj)
{
	if (!*kobj)
		return;

	kobject_del(*kobj);
	kobject_put(*kobj);
	*kobj = NULL;
}

/**
 * i915_sysfs_unregister - remove engine/
 * @i915: the device, still registered
 *
 * Context: process context; waits for readers.
 */
void i915_sysfs_unregister(struct drm_i915_private *i915)
{
	unsigned int id;

	for (id = 0; id < I915_ENGINES; id++) {
		i915_kobj_remove(&to_diag(i915)->engine_defaults[id]);
		i915_kobj_remove(&to_diag(i915)->engine[id]);
	}
	i915_kobj_remove(&to_diag(i915)->engine_dir);
}

/**
 * i915_sysfs_register - add engine/ below the card
 * @i915: the device, registered
 *
 * Context: process context.
 * Return: 0, or -errno after everything was undone.
 */
int i915_sysfs_register(struct drm_i915_private *i915)
{
	struct i915_engine *engine;
	unsigned int id;
	int ret;

	to_diag(i915)->engine_dir =
		kobject_create_and_add("engine", &i915->drm.primary->kdev->kobj);
	if (!to_diag(i915)->engine_dir)
		return -ENOMEM;

	for_each_engine(engine, to_gt(i915), id) {
		ret = i915_engine_dir_create(i915, engine);
		if (ret) {
			i915_sysfs_unregister(i915);
			return ret;
		}
	}

	return 0;
}
