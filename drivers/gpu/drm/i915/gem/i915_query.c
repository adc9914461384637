// SPDX-License-Identifier: MIT

#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <drm/drm_file.h>

#include <uapi/drm/i915_drm.h>

#include "base/i915_drv.h"
#include "gem/i915_query.h"
#include "gt/i915_engine_iter.h"
#include "gt/i915_gt_layer.h"
#include "hw/i915_hw_layer.h"

/**
 * DOC: Queries
 *
 * Each item of a query is answered separately, by its length or an errno. An item of
 * length 0 asks for the length of the answer. Answers are small; they are built in
 * kernel memory and copied at once.
 *
 * Fields of the buffer that the user API wants zero are checked before anything is
 * written, because later versions may give them a meaning. For the topology these
 * are the flags only, so a buffer can be reused; for engines and memory regions they
 * are the whole header.
 */

/* Answers one item. Return: bytes of the answer, or -errno. */
typedef int (*i915_query_fn)(struct drm_i915_private *i915, struct drm_i915_query_item *item);

/*
 * Reads the first @head_size bytes of the user's buffer into @head.
 * Return: 0: only the length is wanted; 1: go on; -errno.
 */
static int i915_query_read(const struct drm_i915_query_item *item, u32 total, void *head,
			   size_t head_size)
{
	if (!item->length)
		return 0;
	/* The errno of an earlier query is no length: the same item may be asked again. */
	if (item->length < 0 || item->length < total)
		return -EINVAL;
	if (copy_from_user(head, u64_to_user_ptr(item->data_ptr), head_size))
		return -EFAULT;

	return 1;
}

/* The same for answers whose whole header must be zero in the user's buffer. */
static int i915_query_read_zeroed(const struct drm_i915_query_item *item, u32 total, void *head,
				  size_t head_size)
{
	int ret = i915_query_read(item, total, head, head_size);

	return ret > 0 && memchr_inv(head, 0, head_size) ? -EINVAL : ret;
}

static int i915_query_reply(const struct drm_i915_query_item *item, const void *reply, u32 total)
{
	return copy_to_user(u64_to_user_ptr(item->data_ptr), reply, total) ? -EFAULT : total;
}

#define I915_EU_STRIDE		DIV_ROUND_UP(I915_MAX_EUS, BITS_PER_BYTE)
#define I915_TOPOLOGY_DATA \
	(1 + I915_MAX_SLICES + I915_MAX_SLICES * I915_MAX_SUBSLICES * I915_EU_STRIDE)

/* Slice mask, then a byte of subslices for each slice, then a byte of EUs for each subslice. */
static u32 i915_query_fill_topology(const struct i915_topology *topology,
				    struct drm_i915_query_topology_info *info)
{
	u8 *data = info->data;
	unsigned int s, ss;

	info->max_slices = I915_MAX_SLICES;
	info->max_subslices = topology->max_subslices;
	info->max_eus_per_subslice = I915_MAX_EUS;

	*data++ = topology->slice_mask;

	info->subslice_offset = data - info->data;
	info->subslice_stride = 1;
	for (s = 0; s < I915_MAX_SLICES; s++)
		*data++ = topology->subslice_mask[s];

	info->eu_offset = data - info->data;
	info->eu_stride = I915_EU_STRIDE;
	for (s = 0; s < I915_MAX_SLICES; s++) {
		for (ss = 0; ss < topology->max_subslices; ss++)
			*data++ = topology->eu_mask[s][ss];
	}

	return sizeof(*info) + (data - info->data);
}

static int i915_query_topology(struct drm_i915_private *i915, struct drm_i915_query_item *item)
{
	DEFINE_RAW_FLEX(struct drm_i915_query_topology_info, reply, data, I915_TOPOLOGY_DATA);
	struct drm_i915_query_topology_info head;
	u32 total;
	int ret;

	if (item->flags)
		return -EINVAL;
	if (!to_topology(i915)->slice_mask)
		return -ENODEV;

	total = i915_query_fill_topology(to_topology(i915), reply);
	ret = i915_query_read(item, total, &head, sizeof(head));
	if (ret <= 0)
		return ret ?: total;
	if (head.flags)
		return -EINVAL;

	return i915_query_reply(item, reply, total);
}

static int i915_query_engines(struct drm_i915_private *i915, struct drm_i915_query_item *item)
{
	DEFINE_RAW_FLEX(struct drm_i915_query_engine_info, reply, engines, I915_ENGINES);
	struct drm_i915_query_engine_info head;
	struct i915_engine *engine;
	unsigned int id;
	u32 total;
	int ret;

	if (item->flags)
		return -EINVAL;

	for_each_engine(engine, to_gt(i915), id) {
		struct drm_i915_engine_info *info = &reply->engines[reply->num_engines++];

		info->engine.engine_class = engine->desc->uabi_class;
		info->engine.engine_instance = engine->desc->uabi_instance;
		info->flags = I915_ENGINE_INFO_HAS_LOGICAL_INSTANCE;
		info->logical_instance = engine->desc->uabi_instance;
	}

	total = struct_size(reply, engines, reply->num_engines);
	ret = i915_query_read_zeroed(item, total, &head, sizeof(head));
	if (ret <= 0)
		return ret ?: total;

	return i915_query_reply(item, reply, total);
}

static int i915_query_memory_regions(struct drm_i915_private *i915,
				     struct drm_i915_query_item *item)
{
	DEFINE_RAW_FLEX(struct drm_i915_query_memory_regions, reply, regions, 1);
	struct drm_i915_memory_region_info *system = &reply->regions[0];
	const u32 total = struct_size(reply, regions, 1);
	struct drm_i915_query_memory_regions head;
	int ret;

	if (item->flags)
		return -EINVAL;

	reply->num_regions = 1;
	system->region.memory_class = I915_MEMORY_CLASS_SYSTEM;
	system->probed_size = (u64)totalram_pages() << PAGE_SHIFT;
	system->unallocated_size = system->probed_size;
	system->probed_cpu_visible_size = system->probed_size;
	system->unallocated_cpu_visible_size = system->probed_size;

	ret = i915_query_read_zeroed(item, total, &head, sizeof(head));
	if (ret <= 0)
		return ret ?: total;

	return i915_query_reply(item, reply, total);
}

/* No OA unit, no table in firmware, no geometry pipeline beside the slices, no GuC. */
static int i915_query_no_unit(struct drm_i915_private *i915, struct drm_i915_query_item *item)
{
	return -ENODEV;
}

static const i915_query_fn i915_queries[] = {
	[DRM_I915_QUERY_TOPOLOGY_INFO] = i915_query_topology,
	[DRM_I915_QUERY_ENGINE_INFO] = i915_query_engines,
	[DRM_I915_QUERY_PERF_CONFIG] = i915_query_no_unit,
	[DRM_I915_QUERY_MEMORY_REGIONS] = i915_query_memory_regions,
	[DRM_I915_QUERY_HWCONFIG_BLOB] = i915_query_no_unit,
	[DRM_I915_QUERY_GEOMETRY_SUBSLICES] = i915_query_no_unit,
	[DRM_I915_QUERY_GUC_SUBMISSION_VERSION] = i915_query_no_unit,
};

static int i915_query_one(struct drm_i915_private *i915, struct drm_i915_query_item *item)
{
	u64 id = item->query_id;

	if (id >= ARRAY_SIZE(i915_queries))
		return -EINVAL;

	id = array_index_nospec(id, ARRAY_SIZE(i915_queries));
	return i915_queries[id] ? i915_queries[id](i915, item) : -EINVAL;
}

/* Answer one item in user memory. Return: 0 or what ends the whole query. */
static int i915_query_item(struct drm_i915_private *i915, struct drm_i915_query_item __user *user)
{
	struct drm_i915_query_item item;
	int length;

	if (copy_from_user(&item, user, sizeof(item)))
		return -EFAULT;
	if (!item.query_id)
		return -EINVAL;

	length = i915_query_one(i915, &item);

	/* A constant array of items is fine as long as its lengths are right. */
	if (length != item.length && put_user(length, &user->length))
		return -EFAULT;

	return 0;
}

/**
 * i915_query_ioctl - QUERY: facts of the device
 * @dev: the device
 * @data: struct drm_i915_query
 * @file: not used
 *
 * Context: process context.
 * Return: 0, with a length or an errno in each item: -EINVAL (unknown query,
 * flags, buffer too small, reserved fields), -EFAULT, -ENODEV. Of the whole:
 * -EINVAL for flags and for query number 0, -EFAULT for the array of items,
 * -EINTR if the caller was killed.
 */
int i915_query_ioctl(struct drm_device *dev, void *data, struct drm_file *file)
{
	struct drm_i915_query *args = data;
	struct drm_i915_query_item __user *user = u64_to_user_ptr(args->items_ptr);
	u32 i;
	int ret;

	if (args->flags) {
		drm_dbg(dev, "flags 0x%x: none is defined\n", args->flags);
		return -EINVAL;
	}

	/* The user API sets no limit to the number of items. */
	for (i = 0; i < args->num_items; i++) {
		ret = i915_query_item(to_i915(dev), &user[i]);
		if (ret)
			return ret;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}

	return 0;
}
