// SPDX-License-Identifier: MIT

#include <linux/nospec.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <uapi/drm/i915_drm.h>

#include "base/i915_drv.h"
#include "base/i915_user_extensions.h"
#include "gem/i915_gem_context_engines.h"
#include "gem/i915_gem_context_types.h"
#include "gt/i915_gt.h"
#include "gt/i915_gt_layer.h"

/**
 * DOC: Engine maps
 *
 * I915_CONTEXT_PARAM_ENGINES replaces the fixed meaning of the ring selector of
 * execbuffer by an index into a list of engines that user space chose.
 *
 * The GPUs of this driver have one engine of each class, so a load-balanced
 * slot always stands for that one engine, and a bond has nothing to choose
 * from: both extensions are checked and then need no further work. Parallel
 * submission wants several engines of a class and firmware: -ENODEV.
 */

#define I915_MAX_USER_ENGINES	(I915_EXEC_RING_MASK + 1)

/* An engine map while it is read from user space. */
struct i915_engine_map {
	struct i915_gem_context *ctx;
	struct i915_engine_slot *slots;
	unsigned int count;
};

static struct i915_engine *
i915_engine_map_lookup(const struct i915_engine_map *map,
		       const struct i915_engine_class_instance *ci)
{
	return i915_gt_engine(to_gt(map->ctx->i915), ci->engine_class, ci->engine_instance);
}

/* Reads one of the engines behind an extension. */
static int i915_engine_map_sibling(const struct i915_engine_map *map,
				   const struct i915_engine_class_instance __user *user,
				   struct i915_engine **engine)
{
	struct i915_engine_class_instance ci;

	if (copy_from_user(&ci, user, sizeof(ci)))
		return -EFAULT;

	*engine = i915_engine_map_lookup(map, &ci);
	if (!*engine) {
		drm_dbg(&map->ctx->i915->drm, "no engine %u:%u\n", ci.engine_class,
			ci.engine_instance);
		return -EINVAL;
	}

	return 0;
}

static int i915_engine_map_load_balance(struct i915_user_extension __user *base, void *data)
{
	struct i915_context_engines_load_balance __user *user = (void __user *)base;
	struct i915_context_engines_load_balance ext;
	struct i915_engine_map *map = data;
	struct i915_engine *engine = NULL;
	unsigned int i;

	if (copy_from_user(&ext, user, sizeof(ext)))
		return -EFAULT;
	if (ext.engine_index >= map->count || ext.flags || ext.mbz64) {
		drm_dbg(&map->ctx->i915->drm, "load balance: bad index, flags or mbz64\n");
		return -EINVAL;
	}

	i = array_index_nospec(ext.engine_index, map->count);
	if (map->slots[i].engine) {
		drm_dbg(&map->ctx->i915->drm, "load balance: slot %u is taken\n", i);
		return -EEXIST;
	}

	for (i = 0; i < ext.num_siblings; i++) {
		struct i915_engine *sibling;
		int ret;

		ret = i915_engine_map_sibling(map, &user->engines[i], &sibling);
		if (ret)
			return ret;
		if (engine && sibling != engine) {
			drm_dbg(&map->ctx->i915->drm, "load balance: classes differ\n");
			return -EINVAL;
		}
		engine = sibling;
	}

	map->slots[array_index_nospec(ext.engine_index, map->count)].engine = engine;
	return 0;
}

static int i915_engine_map_bond(struct i915_user_extension __user *base, void *data)
{
	struct i915_context_engines_bond __user *user = (void __user *)base;
	struct i915_context_engines_bond ext;
	struct i915_engine_map *map = data;
	struct i915_engine *engine;
	unsigned int i;
	int ret;

	if (copy_from_user(&ext, user, sizeof(ext)))
		return -EFAULT;

	if (ext.virtual_index >= map->count || ext.flags ||
	    memchr_inv(ext.mbz64, 0, sizeof(ext.mbz64))) {
		drm_dbg(&map->ctx->i915->drm, "bond: bad index, flags or mbz64\n");
		return -EINVAL;
	}
	if (!map->slots[array_index_nospec(ext.virtual_index, map->count)].engine) {
		drm_dbg(&map->ctx->i915->drm, "bond: slot %u is empty\n", ext.virtual_index);
		return -EINVAL;
	}

	ret = i915_engine_map_sibling(map, &user->master, &engine);
	for (i = 0; i < ext.num_bonds && !ret; i++)
		ret = i915_engine_map_sibling(map, &user->engines[i], &engine);

	return ret;
}

static int i915_engine_map_parallel(struct i915_user_extension __user *base, void *data)
{
	return -ENODEV;
}

static const i915_user_extension_fn i915_engine_map_extensions[] = {
	[I915_CONTEXT_ENGINES_EXT_LOAD_BALANCE] = i915_engine_map_load_balance,
	[I915_CONTEXT_ENGINES_EXT_BOND] = i915_engine_map_bond,
	[I915_CONTEXT_ENGINES_EXT_PARALLEL_SUBMIT] = i915_engine_map_parallel,
};

static bool i915_engine_class_is_gap(const struct i915_engine_class_instance *ci)
{
	return ci->engine_class == (u16)I915_ENGINE_CLASS_INVALID &&
	       ci->engine_instance == (u16)I915_ENGINE_CLASS_INVALID_NONE;
}

static int i915_engine_map_read(struct i915_engine_map *map,
				struct i915_context_param_engines __user *user)
{
	u64 extensions;
	unsigned int i;

	for (i = 0; i < map->count; i++) {
		struct i915_engine_class_instance ci;

		if (copy_from_user(&ci, &user->engines[i], sizeof(ci)))
			return -EFAULT;
		if (i915_engine_class_is_gap(&ci))
			continue;

		map->slots[i].engine = i915_engine_map_lookup(map, &ci);
		if (!map->slots[i].engine) {
			drm_dbg(&map->ctx->i915->drm, "engines[%u]: no engine %u:%u\n", i,
				ci.engine_class, ci.engine_instance);
			return -ENOENT;
		}
	}

	if (get_user(extensions, &user->extensions))
		return -EFAULT;

	return i915_user_extensions(extensions, i915_engine_map_extensions,
				    ARRAY_SIZE(i915_engine_map_extensions), map);
}

/* Puts the map in place of the default one, which costs nothing; the context owns it then. */
static int i915_engine_map_install(struct i915_engine_map *map)
{
	struct i915_gem_context *ctx = map->ctx;
	int ret = 0;

	mutex_lock(&ctx->lock);
	if (ctx->used || ctx->user_engines) {
		drm_dbg(&ctx->i915->drm, "the engine map is fixed\n");
		ret = -EINVAL;
	} else {
		ctx->engines = map->slots;
		map->slots = NULL;
		ctx->num_engines = map->count;
		ctx->user_engines = true;
	}
	mutex_unlock(&ctx->lock);

	return ret;
}

/**
 * i915_gem_context_set_engines - give a context an engine map
 * @ctx: a context that has not run and has no user's map yet
 * @args: value: user address of struct i915_context_param_engines; size: its bytes
 *
 * Context: process context.
 * Return: 0; -EINVAL for the size, an extension's fields, or a map that is fixed;
 * -ENOENT for an engine in the list, -EEXIST, -ENODEV, -EFAULT, -ENOMEM.
 */
int i915_gem_context_set_engines(struct i915_gem_context *ctx,
				 const struct drm_i915_gem_context_param *args)
{
	struct i915_context_param_engines __user *user = u64_to_user_ptr(args->value);
	struct i915_engine_map map = { .ctx = ctx };
	size_t bytes;
	int ret;

	if (args->size < sizeof(*user))
		return -EINVAL;

	bytes = args->size - sizeof(*user);
	if (bytes % sizeof(*user->engines) ||
	    bytes / sizeof(*user->engines) > I915_MAX_USER_ENGINES) {
		drm_dbg(&ctx->i915->drm, "engines: size %u does not fit\n", args->size);
		return -EINVAL;
	}

	map.count = bytes / sizeof(*user->engines);
	map.slots = kcalloc(max(map.count, 1u), sizeof(*map.slots), GFP_KERNEL_ACCOUNT);
	if (!map.slots)
		return -ENOMEM;

	ret = i915_engine_map_read(&map, user);
	if (!ret)
		ret = i915_engine_map_install(&map);

	kfree(map.slots);
	return ret;
}
