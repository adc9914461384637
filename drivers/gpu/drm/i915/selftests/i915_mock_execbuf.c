// SPDX-License-Identifier: MIT

#include <linux/array_size.h>
#include <linux/dma-resv.h>
#include <linux/string.h>

#include <uapi/drm/i915_drm.h>

#include "base/i915_drv.h"
#include "gem/i915_eb.h"
#include "gem/i915_eb_bind.h"
#include "gem/i915_eb_lock.h"
#include "mem/i915_gem_object.h"
#include "selftests/i915_mock_selftests.h"
#include "selftests/mock_util.h"
#include "vm/i915_vma.h"

/**
 * DOC: mock execbuf
 *
 * The steps of an execbuf, one by one, on lists that the subtest makes: who is
 * locked, marked and pinned while another step goes on.
 */

#define EXECBUF_ENTRIES	3

/* A list as it is after the lookup; large for a stack, and one subtest runs at a time */
static struct mock_list {
	struct i915_execbuffer eb;
	struct drm_i915_gem_exec_object2 exec[EXECBUF_ENTRIES];
	struct i915_eb_vma ev[EXECBUF_ENTRIES];
} execbuf_list;

/* What get_pages() of the watched objects saw */
static struct {
	const struct i915_gem_object_ops *ops;
	struct drm_i915_gem_object *shared;
	unsigned int count;
	bool locked;
	int err;
} execbuf_pages;

static int execbuf_get_pages(struct drm_i915_gem_object *obj)
{
	execbuf_pages.count++;
	execbuf_pages.locked |= dma_resv_is_locked(execbuf_pages.shared->base.resv);

	return execbuf_pages.err ?: execbuf_pages.ops->get_pages(obj);
}

static void mock_list_init(struct mock_client *client, struct drm_i915_gem_object *const *objs)
{
	struct mock_list *list = &execbuf_list;
	unsigned int i;

	memset(list, 0, sizeof(*list));
	list->eb.i915 = client->st->i915;
	list->eb.exec = list->exec;
	list->eb.ev = list->ev;
	list->eb.count = EXECBUF_ENTRIES;
	list->eb.batch = EXECBUF_ENTRIES - 1;
	list->eb.ctx = client->ctx;
	for (i = 0; i < EXECBUF_ENTRIES; i++) {
		list->ev[i].obj = objs[i];
		list->ev[i].first = i;
	}
}

/* Return: what i915_eb_bind() said. */
static int mock_list_bind(void)
{
	int ret = i915_eb_bind(&execbuf_list.eb);

	i915_eb_unlock(&execbuf_list.eb);

	return ret;
}

/* The first has pages, the others get them while the list is bound. */
static void list_with_cold_objects(struct i915_st *st, int err)
{
	struct drm_i915_gem_object *objs[EXECBUF_ENTRIES] = {};
	struct i915_gem_object_ops ops;
	struct mock_client client;
	unsigned int i;

	for (i = 0; i < EXECBUF_ENTRIES; i++) {
		objs[i] = mock_object(st, 1);
		if (!objs[i])
			goto out_objs;
	}
	if (!mock_client_open(st, &client))
		goto out_objs;

	st_ok(st, "filling", mock_fill(objs[0], 1));
	ops = *objs[0]->ops;
	execbuf_pages = (typeof(execbuf_pages)) {
		.ops = objs[0]->ops,
		.shared = objs[0],
		.err = err,
	};
	ops.get_pages = execbuf_get_pages;
	for (i = 1; i < EXECBUF_ENTRIES; i++)
		objs[i]->ops = &ops;

	mock_list_init(&client, objs);
	st_eq(st, "binding the list", mock_list_bind(), err);
	st_eq(st, "objects that were to get pages", execbuf_pages.count,
	      err ? 1 : EXECBUF_ENTRIES - 1);
	st_true(st, "nobody is held up meanwhile", !execbuf_pages.locked);
	/* what had pages was bound before it was seen that others have none */
	st_alive_eq(st, "after it", I915_AUDIT_VMA_BOUND, err ? 1 : EXECBUF_ENTRIES);
	for (i = 0; i < EXECBUF_ENTRIES; i++) {
		st_eq(st, "pins of an object", atomic_read(&objs[i]->pages_pin), !i || !err);
		st_eq(st, "marks of an object", atomic_read(&objs[i]->in_use), 0);
		objs[i]->ops = execbuf_pages.ops;
	}

	mock_client_close(&client);
out_objs:
	for (i = 0; i < EXECBUF_ENTRIES; i++) {
		if (objs[i])
			i915_gem_object_put(objs[i]);
	}
}

/* Whoever shares one object of a list does not wait for the pages of another. */
static void pages_with_nothing_else_locked(struct i915_st *st)
{
	list_with_cold_objects(st, 0);
}

static void pages_that_there_are_not(struct i915_st *st)
{
	list_with_cold_objects(st, -ENOMEM);
}

static const struct i915_subtest execbuf_subtests[] = {
	I915_SUBTEST(pages_with_nothing_else_locked),
	I915_SUBTEST(pages_that_there_are_not),
};

const struct i915_suite i915_mock_execbuf_suite = {
	.name = "execbuf",
	.tests = execbuf_subtests,
	.count = ARRAY_SIZE(execbuf_subtests),
};
