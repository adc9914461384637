// SPDX-License-Identifier: MIT

#include <linux/slab.h>

#include "gt/i915_gt_context.h"

/**
 * DOC: Contexts of the GT
 *
 * A context as the GT sees it: a reference count, an address space, a priority, and
 * the client that is held responsible for its hangs. The rest, everything that
 * user space can name, belongs to the structure that embeds &struct i915_gt_context.
 */

static void i915_gt_context_release(struct kref *ref)
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
	kref_put(&ctx->ref, i915_gt_context_release);
}

/**
 * i915_gt_client_create - somebody who may come to answer for hangs
 *
 * Context: process context.
 * Return: the client, with one reference, or NULL: no memory.
 */
struct i915_gt_client *i915_gt_client_create(void)
{
	struct i915_gt_client *client = kzalloc(sizeof(*client), GFP_KERNEL_ACCOUNT);

	if (client) {
		kref_init(&client->ref);
		client->hang_stamp = jiffies;
	}

	return client;
}

static void i915_gt_client_release(struct kref *ref)
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
		kref_put(&client->ref, i915_gt_client_release);
}
