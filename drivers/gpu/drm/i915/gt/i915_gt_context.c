// SPDX-License-Identifier: MIT

#include <linux/slab.h>

#include "gt/i915_gt_context.h"

/**
 * DOC: Contexts of the GT
 *
 * What a context is to the GT: a reference count, an address space, a priority,
 * and somebody who answers for its hangs. What else it is to user space, the
 * owner of &struct i915_gt_context knows.
 */

static void context_release(struct kref *ref)
{
	struct i915_gt_context *ctx = container_of(ref, struct i915_gt_context, ref);

	ctx->release(ctx);
}

/**
 * i915_gt_context_put - drop a reference of a context
 * @ctx: the context
 *
 * Context: any.
 */
void i915_gt_context_put(struct i915_gt_context *ctx)
{
	kref_put(&ctx->ref, context_release);
}

/**
 * i915_gt_client_create - somebody who may come to answer for hangs
 *
 * Context: process context.
 * Return: the client, with one reference, or NULL: no memory.
 */
struct i915_gt_client *i915_gt_client_create(void)
{
	struct i915_gt_client *client = kzalloc(sizeof(*client), GFP_KERNEL);

	if (client) {
		kref_init(&client->ref);
		client->hang_stamp = jiffies;
	}

	return client;
}

static void client_release(struct kref *ref)
{
	kfree(container_of(ref, struct i915_gt_client, ref));
}

/**
 * i915_gt_client_put - drop a reference of a client
 * @client: the client; NULL does nothing
 *
 * Context: any.
 */
void i915_gt_client_put(struct i915_gt_client *client)
{
	if (client)
		kref_put(&client->ref, client_release);
}
