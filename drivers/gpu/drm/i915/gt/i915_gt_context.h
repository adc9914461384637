/* SPDX-License-Identifier: MIT */
#ifndef _I915_GT_CONTEXT_H_
#define _I915_GT_CONTEXT_H_

#include "gt/i915_gt_types.h"

static inline void i915_gt_context_init(struct i915_gt_context *ctx,
					void (*release)(struct i915_gt_context *ctx))
{
	kref_init(&ctx->ref);
	ctx->release = release;
	ctx->flags = BIT(I915_CTX_BANNABLE) | BIT(I915_CTX_RECOVERABLE) | BIT(I915_CTX_PERSISTENT);
}

static inline struct i915_gt_context *i915_gt_context_get(struct i915_gt_context *ctx)
{
	kref_get(&ctx->ref);
	return ctx;
}

static inline struct i915_gt_client *i915_gt_client_get(struct i915_gt_client *client)
{
	kref_get(&client->ref);
	return client;
}

/* Its owner is done with it, or it is banned: nothing of it may run any more */
static inline bool i915_gt_context_is_dead(const struct i915_gt_context *ctx)
{
	unsigned long flags = READ_ONCE(ctx->flags);

	return flags & BIT(I915_CTX_BANNED) ||
	       (flags & BIT(I915_CTX_CLOSED) && !(flags & BIT(I915_CTX_PERSISTENT)));
}

void i915_gt_context_put(struct i915_gt_context *ctx);
struct i915_gt_client *i915_gt_client_create(void);
void i915_gt_client_put(struct i915_gt_client *client);

#endif
