// SPDX-License-Identifier: MIT

#include <linux/module.h>
#include <linux/slab.h>

#include "base/i915_drv.h"
#include "gt/i915_request.h"
#include "gt/i915_request_fence.h"

/**
 * DOC: Fences of requests
 *
 * A fence lives for as long as somebody holds a reference, which may be longer
 * than its context, engine and device. So it has its own lock and copies of its
 * names, its callbacks access nothing but the request once that is retired, and
 * it holds a reference to the module.
 *
 * Tools see two names of a fence: the driver name is the name of the device, and
 * the timeline name says which process created the context.
 */

/* The name of each device that was ever bound */
struct driver_name {
	struct list_head link;
	char name[];
};

static LIST_HEAD(driver_names);
/* Guards driver_names. */
DEFINE_MUTEX(i915_driver_names_lock);

/**
 * i915_fence_to_request - get the request that a fence belongs to
 * @fence: a fence of any driver
 *
 * Context: any.
 * Return: the request, or NULL if the fence is not one of a request.
 */
struct i915_request *i915_fence_to_request(struct dma_fence *fence)
{
	if (fence->ops != &i915_request_fence_ops)
		return NULL;

	return container_of(fence, struct i915_request, fence);
}

/**
 * i915_fence_is_in_vm - check for an unretired request of an address space
 * @fence: a fence of any driver
 * @vm: the address space
 *
 * Context: any.
 * Return: true while the request may have marks on VMAs of @vm.
 */
bool i915_fence_is_in_vm(struct dma_fence *fence, const struct i915_address_space *vm)
{
	struct i915_request *rq = i915_fence_to_request(fence);
	unsigned long flags;
	bool is_in;

	if (!rq)
		return false;

	/* retirement takes the lock: until then rq->ctx is valid */
	spin_lock_irqsave(&rq->hwsp_lock, flags);
	is_in = !test_bit(I915_RQ_RETIRED, &rq->state) && rq->ctx->vm == vm;
	spin_unlock_irqrestore(&rq->hwsp_lock, flags);

	return is_in;
}

/**
 * i915_request_completed - check whether the GPU has completed a request
 * @rq: the request
 *
 * Context: any; the caller holds a reference and needs no lock.
 * Return: true once the seqno is written, and after retirement.
 */
bool i915_request_completed(const struct i915_request *rq)
{
	struct i915_request *r = (struct i915_request *)rq;
	unsigned long flags;
	bool completed;

	if (READ_ONCE(rq->state) & (BIT(I915_RQ_RETIRED) | BIT(I915_RQ_DONE)))
		return true;

	/* retirement takes the lock: until then the timeline is valid */
	spin_lock_irqsave(&r->hwsp_lock, flags);
	completed = test_bit(I915_RQ_RETIRED, &rq->state) || __i915_request_completed(rq);
	spin_unlock_irqrestore(&r->hwsp_lock, flags);

	return completed;
}

static const char *i915_fence_driver_name(struct dma_fence *fence)
{
	return container_of(fence, struct i915_request, fence)->driver_name;
}

/* Copied on the first call, which is rare; the timeline may be freed before the fence */
static const char *i915_fence_timeline_name(struct dma_fence *fence)
{
	struct i915_request *rq = container_of(fence, struct i915_request, fence);
	unsigned long flags;

	spin_lock_irqsave(&rq->hwsp_lock, flags);
	if (!rq->timeline_name[0])
		strscpy(rq->timeline_name,
			test_bit(I915_RQ_RETIRED, &rq->state) ? "signaled" : rq->lrc->name,
			sizeof(rq->timeline_name));
	spin_unlock_irqrestore(&rq->hwsp_lock, flags);

	return rq->timeline_name;
}

static bool i915_fence_signaled(struct dma_fence *fence)
{
	return i915_request_completed(container_of(fence, struct i915_request, fence));
}

/*
 * Called with rq->lock held and the fence unsignalled. Retirement needs that
 * lock to signal the fence, so it cannot finish meanwhile, and the engine stays
 * valid.
 */
static bool i915_fence_enable_signaling(struct dma_fence *fence)
{
	struct i915_request *rq = container_of(fence, struct i915_request, fence);
	struct i915_engine *engine = rq->engine;

	if (test_bit(I915_RQ_RETIRED, &rq->state))
		return false;

	spin_lock(&engine->lock);
	if (!test_bit(I915_RQ_DONE, &rq->state) && !test_and_set_bit(I915_RQ_SIGNAL, &rq->state)) {
		engine->signals++;
		if (test_bit(I915_RQ_EXECUTING, &rq->state))
			engine->ops->update_irq(engine);
	}
	spin_unlock(&engine->lock);

	return !i915_request_completed(rq);
}

static void i915_fence_release(struct dma_fence *fence)
{
	struct i915_request *rq = container_of(fence, struct i915_request, fence);
	bool internal = test_bit(I915_RQ_INTERNAL, &rq->state);

	/* kfree_rcu() batches: a grace period for each would cost more wakeups than the request */
	kfree_rcu(rq, rcu);
	/* the module may be unloaded before this returns: see i915_request_slab_exit() */
	if (!internal)
		module_put(THIS_MODULE);
}

const struct dma_fence_ops i915_request_fence_ops = {
	.get_driver_name = i915_fence_driver_name,
	.get_timeline_name = i915_fence_timeline_name,
	.enable_signaling = i915_fence_enable_signaling,
	.signaled = i915_fence_signaled,
	.release = i915_fence_release,
};

/**
 * i915_request_driver_name - get a copy of a device's name that fences can use
 * @device: the name of the device
 *
 * A fence may outlive its device, but not the module.
 *
 * Context: process context.
 * Return: a copy that is valid until the module is unloaded; the name of the
 * driver if there is no memory for it.
 */
const char *i915_request_driver_name(const char *device)
{
	size_t size = strlen(device) + 1;
	struct driver_name *entry;

	guard(mutex)(&i915_driver_names_lock);
	list_for_each_entry(entry, &driver_names, link) {
		if (!strcmp(entry->name, device))
			return entry->name;
	}

	entry = kmalloc(struct_size(entry, name, size), GFP_KERNEL);
	if (!entry)
		return DRIVER_NAME;

	strscpy(entry->name, device, size);
	list_add(&entry->link, &driver_names);

	return entry->name;
}

/**
 * i915_request_names_exit - free the copies of device names
 *
 * Context: process context, at module exit; no fence is left.
 */
void i915_request_names_exit(void)
{
	struct driver_name *entry, *next;

	list_for_each_entry_safe(entry, next, &driver_names, link) {
		list_del(&entry->link);
		kfree(entry);
	}
}
