// SPDX-License-Identifier: MIT

#include <linux/idr.h>

#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_print.h>

#include <uapi/drm/i915_drm.h>

#include "diag/i915_diag.h"
#include "gem/i915_gem_context_types.h"
#include "gt/i915_gt.h"
#include "i915_drv.h"
#include "mem/i915_gem_object.h"

/**
 * DOC: fdinfo
 *
 * Usage by client, as Documentation/gpu/drm-usage-stats.rst defines it: the
 * time each class of engine worked for the contexts of the file, and the
 * memory behind its handles. Time is accounted when a context leaves the
 * engine, so that a batch that runs for long shows up when it ends or is
 * switched out.
 */

/* By I915_ENGINE_CLASS_*: names that tools know */
static const char * const i915_class_names[] = {
	[I915_ENGINE_CLASS_RENDER] = "render",
	[I915_ENGINE_CLASS_COPY] = "copy",
	[I915_ENGINE_CLASS_VIDEO] = "video",
	[I915_ENGINE_CLASS_VIDEO_ENHANCE] = "video-enhance",
};

static void i915_context_add_runtime(struct i915_gem_context *ctx, u64 *runtime_ns)
{
	unsigned int i;

	mutex_lock(&ctx->lock);
	for (i = 0; i < ctx->num_engines; i++) {
		struct i915_lrc *lrc = READ_ONCE(ctx->engines[i].lrc);

		if (lrc)
			runtime_ns[lrc->engine->desc->uabi_class] += READ_ONCE(lrc->runtime_ns);
	}
	mutex_unlock(&ctx->lock);
}

static struct i915_gem_context *i915_next_context(struct i915_file *file, unsigned long *id)
{
	struct i915_gem_context *ctx;

	xa_lock(&file->contexts);
	ctx = xa_find(&file->contexts, id, ULONG_MAX, XA_PRESENT);
	while (ctx && !kref_get_unless_zero(&ctx->base.ref))
		ctx = xa_find_after(&file->contexts, id, ULONG_MAX, XA_PRESENT);
	xa_unlock(&file->contexts);

	return ctx;
}

static void i915_show_engines(struct drm_printer *p, struct i915_file *file)
{
	u64 runtime_ns[ARRAY_SIZE(i915_class_names)] = {};
	unsigned int capacity[ARRAY_SIZE(i915_class_names)] = {};
	struct i915_gem_context *ctx;
	struct i915_engine *engine;
	unsigned long handle = 0;
	unsigned int id, class;

	for_each_engine(engine, &file->i915->gt, id)
		capacity[engine->desc->uabi_class]++;

	while ((ctx = i915_next_context(file, &handle))) {
		i915_context_add_runtime(ctx, runtime_ns);
		i915_gt_context_put(&ctx->base);
		if (handle++ == ULONG_MAX)
			break;
	}

	for (class = 0; class < ARRAY_SIZE(i915_class_names); class++) {
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

	if (READ_ONCE(obj->pages)) {
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
 * @p: where to print
 * @file: the open file
 *
 * Context: process context.
 */
void i915_show_fdinfo(struct drm_printer *p, struct drm_file *file)
{
	i915_show_engines(p, file->driver_priv);
	i915_show_memory(p, file);
}
