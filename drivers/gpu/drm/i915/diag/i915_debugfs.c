// SPDX-License-Identifier: MIT

#include <linux/debugfs.h>
#include <linux/sched/mm.h>
#include <linux/seq_file.h>
#include <linux/string_choices.h>

#include <drm/drm_debugfs.h>
#include <drm/drm_file.h>

#include "base/i915_audit.h"
#include "base/i915_drv.h"
#include "diag/i915_debugfs.h"
#include "diag/i915_debugfs_control.h"
#include "diag/i915_debugfs_params.h"
#include "gt/i915_engine.h"
#include "gt/i915_engine_iter.h"
#include "gt/i915_gt_layer.h"
#include "gt/i915_gt_power.h"
#include "hw/i915_device_info.h"
#include "hw/i915_hw_layer.h"
#include "hw/i915_workarounds.h"
#include "mem/i915_gem_object.h"
#include "mem/i915_mm.h"
#include "vm/i915_vm_layer.h"
#include "vm/i915_vma.h"

/**
 * DOC: debugfs
 *
 * Read-only files that show state, in the formats that IGT parses; one table.
 * Walks of lists take references and never hold a lock for long, so that a read
 * does not disturb what is measured. Files that change something are in
 * i915_debugfs_control.c.
 */

static struct drm_i915_private *i915_debugfs_device(struct seq_file *m)
{
	struct drm_info_node *node = m->private;

	return to_i915(node->minor->dev);
}

static void i915_describe_vmas(struct drm_i915_gem_object *obj, struct drm_printer *p)
{
	struct rb_node *node;

	spin_lock(&obj->vma_lock);
	for (node = rb_first(&obj->vmas); node; node = rb_next(node)) {
		struct i915_vma *vma = rb_entry(node, struct i915_vma, obj_node);

		if (READ_ONCE(vma->bound))
			i915_vma_print(vma, p);
	}
	spin_unlock(&obj->vma_lock);
}

/* IGT looks for "(name: N)" and counts lines; the rest is for people. */
static void i915_describe_object(struct drm_i915_gem_object *obj, struct drm_printer *p)
{
	int name = READ_ONCE(obj->base.name);

	drm_printf(p, "   %p: %c%c %8zuKiB %02x %02x %s%s", obj,
		   dma_resv_test_signaled(obj->base.resv, DMA_RESV_USAGE_BOOKKEEP) ? ' ' : '*',
		   obj->base.dma_buf ? 'D' : ' ', obj->base.size >> 10,
		   READ_ONCE(obj->read_domains), READ_ONCE(obj->write_domain), obj->ops->name,
		   READ_ONCE(obj->madv) == I915_MADV_WILLNEED ? "" : " purgeable");
	if (name)
		drm_printf(p, " (name: %d)", name);
	drm_printf(p, " (pinned x %d)", atomic_read(&obj->pages_pin));
	i915_describe_vmas(obj, p);
	drm_puts(p, "\n");
}

static int i915_gem_gtt_show(struct seq_file *m, void *unused)
{
	struct drm_i915_private *i915 = i915_debugfs_device(m);
	struct drm_printer p = drm_seq_file_printer(m);
	struct drm_i915_gem_object *obj = NULL;
	unsigned int count = 0;
	u64 size = 0;

	while ((obj = i915_mm_next_object(i915, obj))) {
		if (!atomic_read(&obj->bind_count))
			continue;

		i915_describe_object(obj, &p);
		size += obj->base.size;
		count++;
	}
	seq_printf(m, "Total %u objects, %llu bytes, %llu GTT size\n", count, size,
		   to_ggtt(i915)->total);

	return 0;
}

struct i915_object_totals {
	unsigned int count;
	u64 bytes;
};

static void i915_totals_add(struct i915_object_totals *totals, bool counts,
			    const struct drm_i915_gem_object *obj)
{
	if (!counts)
		return;

	totals->count++;
	totals->bytes += obj->base.size;
}

static int i915_gem_objects_show(struct seq_file *m, void *unused)
{
	struct i915_object_totals all = {}, resident = {}, bound = {}, purgeable = {}, named = {};
	struct drm_i915_private *i915 = i915_debugfs_device(m);
	struct drm_i915_gem_object *obj = NULL;

	while ((obj = i915_mm_next_object(i915, obj))) {
		i915_totals_add(&all, true, obj);
		i915_totals_add(&resident, i915_gem_object_has_pages(obj), obj);
		i915_totals_add(&bound, atomic_read(&obj->bind_count), obj);
		i915_totals_add(&purgeable, READ_ONCE(obj->madv) == I915_MADV_DONTNEED, obj);
		i915_totals_add(&named, READ_ONCE(obj->base.name), obj);
	}

	/* IGT parses the number in front of "objects". */
	seq_printf(m, "%u objects, %llu bytes\n", all.count, all.bytes);
	seq_printf(m, "%u with pages, %llu bytes\n", resident.count, resident.bytes);
	seq_printf(m, "%u bound, %llu bytes\n", bound.count, bound.bytes);
	seq_printf(m, "%u purgeable, %llu bytes\n", purgeable.count, purgeable.bytes);
	seq_printf(m, "%u with a global name, %llu bytes\n", named.count, named.bytes);

	return 0;
}

static int i915_audit_show(struct seq_file *m, void *unused)
{
	struct i915_audit_snapshot snap;
	unsigned int kind;

	i915_audit_take(&snap);
	for (kind = 0; kind < I915_AUDIT_KINDS; kind++)
		seq_printf(m, "%s %ld\n", i915_audit_name(kind), snap.alive[kind]);

	return 0;
}

static int i915_capabilities_show(struct seq_file *m, void *unused)
{
	struct drm_i915_private *i915 = i915_debugfs_device(m);
	struct drm_printer p = drm_seq_file_printer(m);

	i915_device_info_print(i915->info, to_topology(i915), &p);

	return 0;
}

static void i915_request_list_print(struct list_head *list, const char *what,
				    struct drm_printer *p)
{
	struct i915_request *rq;

	list_for_each_entry(rq, list, link)
		drm_printf(p, "\t%s %llu:%llu prio %d, ring [%04x, %04x], %ums ago\n", what,
			   rq->fence.context, rq->fence.seqno, rq->priority, rq->head, rq->tail,
			   jiffies_to_msecs(jiffies - rq->emitted));
}

static void i915_engine_print(struct i915_engine *engine, struct drm_printer *p)
{
	unsigned long flags;
	unsigned int i;

	drm_printf(p, "%s\n", engine->desc->name);
	drm_printf(p, "\tMMIO base: 0x%05x\n", engine->desc->mmio_base);
	drm_printf(p, "\tbusy: %llu ms\n", div_u64(i915_engine_busy_ns(engine), NSEC_PER_MSEC));
	drm_printf(p, "\theartbeat: every %lu ms\n",
		   READ_ONCE(engine->props.heartbeat_interval_ms));

	spin_lock_irqsave(&engine->lock, flags);
	drm_printf(p, "\treset count: %u\n", READ_ONCE(engine->reset_count));
	drm_printf(p, "\tELSP writes: %llu, acknowledge due: %s\n", engine->submitted,
		   str_yes_no(engine->pending_ack));
	for (i = 0; i < I915_PORTS; i++) {
		if (engine->active[i].rq)
			drm_printf(p, "\tport %u: %llu:%llu, tail %04x\n", i,
				   engine->active[i].rq->fence.context,
				   engine->active[i].rq->fence.seqno, engine->active[i].tail);
	}
	i915_request_list_print(&engine->executing, "executing", p);
	i915_request_list_print(&engine->queue, "queued", p);
	spin_unlock_irqrestore(&engine->lock, flags);
}

static int i915_engine_info_show(struct seq_file *m, void *unused)
{
	struct drm_i915_private *i915 = i915_debugfs_device(m);
	struct drm_printer p = drm_seq_file_printer(m);
	struct i915_engine *engine;
	unsigned int id;

	seq_printf(m, "GT awake? %s [%d]\n", str_yes_no(atomic_read(&to_gt(i915)->awake)),
		   atomic_read(&to_gt(i915)->awake));
	seq_printf(m, "CS timestamp frequency: %u Hz, %u ns\n", i915->info->timestamp_hz,
		   i915->info->timestamp_hz ? (u32)NSEC_PER_SEC / i915->info->timestamp_hz : 0);
	seq_printf(m, "wedged: %s, GPU resets: %d\n", str_yes_no(i915_gt_is_wedged(to_gt(i915))),
		   atomic_read(&to_gt(i915)->reset_count));

	for_each_engine(engine, to_gt(i915), id)
		i915_engine_print(engine, &p);

	return 0;
}

static int i915_runtime_pm_status_show(struct seq_file *m, void *unused)
{
	struct drm_i915_private *i915 = i915_debugfs_device(m);

	seq_puts(m, "Runtime power management not supported\n");
	seq_printf(m, "GPU idle: %s\n", str_yes_no(!atomic_read(&to_gt(i915)->awake)));
	seq_printf(m, "Forcewake held: %s\n", str_yes_no(READ_ONCE(to_uncore(i915)->wakeref)));

	return 0;
}

static void i915_wa_list_print(struct seq_file *m, const char *engine,
			       const struct i915_wa_list *list)
{
	const struct i915_wa *wa;

	if (!list->count)
		return;

	seq_printf(m, "%s: Workarounds applied: %u\n", engine, list->count);
	for (wa = list->wa; wa < list->wa + list->count; wa++)
		seq_printf(m, "0x%X: 0x%08X, mask: 0x%08X\n", wa->reg, wa->set,
			   wa->set | wa->clear);
	seq_puts(m, "\n");
}

/* Workarounds of the context image; IGT reads these registers back with a batch. */
static int i915_wa_registers_show(struct seq_file *m, void *unused)
{
	struct drm_i915_private *i915 = i915_debugfs_device(m);
	struct i915_engine *engine;
	unsigned int id;

	for_each_engine(engine, to_gt(i915), id)
		i915_wa_list_print(m, engine->desc->name,
				   i915_wa_context(i915->info, engine->desc->is_render));

	return 0;
}

static const struct drm_info_list i915_debugfs_list[] = {
	{ "i915_audit", i915_audit_show },
	{ "i915_capabilities", i915_capabilities_show },
	{ "i915_engine_info", i915_engine_info_show },
	{ "i915_gem_gtt", i915_gem_gtt_show },
	{ "i915_gem_objects", i915_gem_objects_show },
	{ "i915_runtime_pm_status", i915_runtime_pm_status_show },
	{ "i915_wa_registers", i915_wa_registers_show },
};

/**
 * i915_debugfs_register - add the driver's files below the DRM minor
 * @i915: the device, registered
 *
 * They are removed with the minor. Nothing depends on them, so failing to create a
 * file is not an error.
 *
 * Context: process context.
 */
void i915_debugfs_register(struct drm_i915_private *i915)
{
	struct drm_minor *minor = i915->drm.primary;

	drm_debugfs_create_files(i915_debugfs_list, ARRAY_SIZE(i915_debugfs_list),
				 minor->debugfs_root, minor);
	i915_control_debugfs_register(i915);
	i915_debugfs_params_register(i915);
}
