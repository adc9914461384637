// SPDX-License-Identifier: MIT

#include <linux/module.h>
#include <linux/slab.h>

#include "gt/i915_request.h"
#include "gt/i915_request_fence.h"
#include "i915_drv.h"

/**
 * DOC: Fences of requests
 *
 * The fence may live for as long as somebody keeps it, after context, engine
 * and device are gone. So it has a lock and names of its own, its callbacks
 * look at nothing else once the request retired, and it keeps the module.
 *
 * Tools know a fence by two names: that of the driver is the name of the
 * device, that of the timeline the process that made the context.
 */

/* Devices there were since load */
struct driver_name {
	struct list_head link;
	char name[];
};

static LIST_HEAD(driver_names);
/* Guards driver_names. */
DEFINE_MUTEX(i915_driver_names_lock);

/**
 * i915_fence_to_request - is this fence a request?
 * @fence: anybody's
 *
 * Context: any.
 * Return: the request, or NULL.
 */
struct i915_request *i915_fence_to_request(struct dma_fence *fence)
{
	if (fence->ops != &i915_request_fence_ops)
		return NULL;

	return container_of(fence, struct i915_request, fence);
}

/**
 * i915_fence_is_in_vm - is this fence a request of an address space that has not retired?
 * @fence: anybody's
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

	/* not retired under the lock: the context is still there */
	spin_lock_irqsave(&rq->hwsp_lock, flags);
	is_in = !test_bit(I915_RQ_RETIRED, &rq->state) && rq->ctx->vm == vm;
	spin_unlock_irqrestore(&rq->hwsp_lock, flags);

	return is_in;
}

/**
 * i915_request_completed - has the GPU finished a request?
 * @rq: the request
 *
 * Context: any; the caller has a reference and need not hold any lock.
 * Return: true once the seqno is there, also after retirement.
 */
bool i915_request_completed(const struct i915_request *rq)
{
	struct i915_request *r = (struct i915_request *)rq;
	unsigned long flags;
	bool completed;

	if (READ_ONCE(rq->state) & (BIT(I915_RQ_RETIRED) | BIT(I915_RQ_DONE)))
		return true;

	/* not retired under the lock: the timeline is still there */
	spin_lock_irqsave(&r->hwsp_lock, flags);
	completed = test_bit(I915_RQ_RETIRED, &rq->state) || __i915_request_completed(rq);
	spin_unlock_irqrestore(&r->hwsp_lock, flags);

	return completed;
}

static const char *request_driver_name(struct dma_fence *fence)
{
	return container_of(fence, struct i915_request, fence)->driver_name;
}

/* Copied when somebody asks: few do, and the timeline may be gone before the fence */
static const char *request_timeline_name(struct dma_fence *fence)
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

static bool request_signaled(struct dma_fence *fence)
{
	return i915_request_completed(container_of(fence, struct i915_request, fence));
}

/*
 * Called with rq->lock held and the fence not signalled: retirement, which
 * takes that lock to signal it, cannot get past us, so the engine stays.
 */
static bool request_enable_signaling(struct dma_fence *fence)
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

static void request_release(struct dma_fence *fence)
{
	struct i915_request *rq = container_of(fence, struct i915_request, fence);
	bool internal = test_bit(I915_RQ_INTERNAL, &rq->state);

	/* Many at once: a grace period for each would wake more than the request did. */
	kfree_rcu(rq, rcu);
	/* what is left to do here may be after it: see i915_request_slab_exit() */
	if (!internal)
		module_put(THIS_MODULE);
}

const struct dma_fence_ops i915_request_fence_ops = {
	.get_driver_name = request_driver_name,
	.get_timeline_name = request_timeline_name,
	.enable_signaling = request_enable_signaling,
	.signaled = request_signaled,
	.release = request_release,
};

/**
 * i915_request_driver_name - the name of a device, to keep
 * @device: its name
 *
 * A fence may outlive its device, but not the module.
 *
 * Context: process context.
 * Return: a copy that lives as long as the module; without memory the driver's name.
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
 * i915_request_names_exit - free the names of devices
 *
 * Context: process context; no fence is left.
 */
void i915_request_names_exit(void)
{
	struct driver_name *entry, *next;

	list_for_each_entry_safe(entry, next, &driver_names, link) {
		list_del(&entry->link);
		kfree(entry);
	}
}
