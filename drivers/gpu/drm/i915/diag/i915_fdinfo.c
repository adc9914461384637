// SPDX-License-Identifier: MIT

#include <linux/idr.h>
#include <linux/string.h>

#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_print.h>

#include <uapi/drm/i915_drm.h>

#include "base/i915_drv.h"
#include "diag/i915_fdinfo.h"
#include "gem/i915_gem_context.h"
#include "gt/i915_engine_iter.h"
#include "gt/i915_gt_layer.h"
#include "mem/i915_gem_object.h"

/**
 * DOC: fdinfo
 *
 * Usage by client, as defined in Documentation/gpu/drm-usage-stats.rst: the time
 * each engine class has spent on contexts of the file, and the memory behind its
 * handles. The time never decreases: that of a destroyed context is added to its
 * file, except for what requests use that are still in flight then.
 */

/* Names that tools expect, by I915_ENGINE_CLASS_* */
static const char * const i915_class_names[I915_ENGINE_CLASSES] = {
	[I915_ENGINE_CLASS_RENDER] = "render",
	[I915_ENGINE_CLASS_COPY] = "copy",
	[I915_ENGINE_CLASS_VIDEO] = "video",
	[I915_ENGINE_CLASS_VIDEO_ENHANCE] = "video-enhance",
};

static void i915_show_engines(struct drm_printer *p, struct i915_file *file)
{
	u64 runtime_ns[I915_ENGINE_CLASSES];
	unsigned int capacity[I915_ENGINE_CLASSES] = {};
	struct i915_gem_context *ctx;
	struct i915_engine *engine;
	unsigned long handle;
	unsigned int id, class;

	for_each_engine(engine, to_gt(file->i915), id)
		capacity[engine->desc->uabi_class]++;

	mutex_lock(&file->lock);
	memcpy(runtime_ns, file->past_runtime_ns, sizeof(runtime_ns));
	xa_for_each(&file->contexts, handle, ctx)
		i915_gem_context_add_runtime(ctx, runtime_ns);
	mutex_unlock(&file->lock);

	for (class = 0; class < I915_ENGINE_CLASSES; class++) {
		if (!capacity[class])
			continue;

		drm_printf(p, "drm-engine-%s:\t%llu ns\n", i915_class_names[class],
			   runtime_ns[class]);
		if (capacity[class] > 1)
			drm_printf(p, "drm-engine-capacity-%s:\t%u\n", i915_class_names[class],
				   capacity[class]);
	}
}

static void i915_add_object(struct drm_i915_gem_object *obj, struct drm_memory_stats *stats)
{
	bool busy = !dma_resv_test_signaled(obj->base.resv, DMA_RESV_USAGE_BOOKKEEP);
	u64 size = obj->base.size;

	if (drm_gem_object_is_shared_for_memory_stats(&obj->base))
		stats->shared += size;
	else
		stats->private += size;

	if (busy)
		stats->active += size;

	if (i915_gem_object_has_pages(obj)) {
		stats->resident += size;
		if (!busy && READ_ONCE(obj->madv) == I915_MADV_DONTNEED)
			stats->purgeable += size;
	}
}

static void i915_show_memory(struct drm_printer *p, struct drm_file *file)
{
	struct drm_memory_stats stats = {};
	struct drm_gem_object *gem;
	int handle;

	spin_lock(&file->table_lock);
	idr_for_each_entry(&file->object_idr, gem, handle)
		i915_add_object(to_i915_bo(gem), &stats);
	spin_unlock(&file->table_lock);

	drm_print_memory_stats(p, &stats,
			       DRM_GEM_OBJECT_RESIDENT | DRM_GEM_OBJECT_PURGEABLE, "system0");
}

/**
 * i915_show_fdinfo - the driver's lines in /proc/PID/fdinfo/FD
 * @p: the printer
 * @file: the open file
 *
 * Context: process context.
 */
void i915_show_fdinfo(struct drm_printer *p, struct drm_file *file)
{
	i915_show_engines(p, file->driver_priv);
	i915_show_memory(p, file);
}
