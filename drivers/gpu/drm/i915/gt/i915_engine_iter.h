/* SPDX-License-Identifier: MIT */
#ifndef _I915_ENGINE_ITER_H_
#define _I915_ENGINE_ITER_H_

#include "gt/i915_gt_types.h"

/**
 * struct i915_engine_iter - for for_each_engine()
 * @gt: whose engines
 * @id: of the current one; the caller's variable
 */
struct i915_engine_iter {
	struct i915_gt *gt;
	unsigned int *id;
};

static inline struct i915_engine_iter i915_engine_iter(struct i915_gt *gt, unsigned int *id)
{
	*id = ~0u;

	return (struct i915_engine_iter){ .gt = gt, .id = id };
}

static inline struct i915_engine *i915_engine_next(struct i915_engine_iter *iter)
{
	while (++*iter->id < I915_ENGINES) {
		if (iter->gt->engine[*iter->id])
			return iter->gt->engine[*iter->id];
	}

	return NULL;
}

/* engine__ is each engine of gt__ in turn, id__ (unsigned int) its index; NULL after the last */
#define for_each_engine(engine__, gt__, id__) \
	for (struct i915_engine_iter iter__ = i915_engine_iter((gt__), &(id__)); \
	     ((engine__) = i915_engine_next(&iter__));)

#endif
