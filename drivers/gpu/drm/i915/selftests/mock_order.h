/* SPDX-License-Identifier: MIT */
#ifndef _MOCK_ORDER_H_
#define _MOCK_ORDER_H_

#include <linux/dma-fence.h>
#include <linux/types.h>

#include "gt/i915_gt_types.h"

struct i915_st;

#define MOCK_ORDER_MAX	32

/**
 * struct mock_order - in which order fences signalled, as their callbacks saw it
 */
struct mock_order {
	/** @st: the subtest */
	struct i915_st *st;
	/** @watch: one for each fence that is watched */
	struct mock_watch {
		struct dma_fence_cb cb;
		struct mock_order *order;
		struct dma_fence *fence;
		char name;
	} watch[MOCK_ORDER_MAX];
	/** @count: of @watch */
	unsigned int count;
	/** @seen: their names as they signalled */
	char seen[MOCK_ORDER_MAX + 1];
	/** @signalled: of @seen */
	atomic_t signalled;
};

void mock_order_init(struct mock_order *order, struct i915_st *st);
/* Watch a fence, which the order keeps, under a name of one letter */
void mock_order_watch(struct mock_order *order, struct dma_fence *fence, char name);
/* What signalled until now, and in which order: "abc" */
bool mock_order_eq(struct mock_order *order, const char *when, const char *expected);
void mock_order_fini(struct mock_order *order);

/* A request on a timeline that waits for @fence (or nothing), watched by @order under @name */
struct i915_request *mock_order_submit(struct mock_order *order, struct i915_lrc *lrc, char name,
				       int priority, struct dma_fence *fence);

/* Acknowledge and complete until there is nothing left to do */
void mock_run_all(struct i915_engine *engine);

#endif
