/* SPDX-License-Identifier: MIT */
#ifndef _I915_GT_H_
#define _I915_GT_H_

#include "gt/i915_emit.h"
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

extern const struct i915_engine_desc i915_engine_table[I915_ENGINES];

/* life (i915_gt.c): init makes engines and resets the GPU; irqs are installed after it */
int i915_gt_init(struct i915_gt *gt, struct drm_i915_private *i915);
void i915_gt_fini(struct i915_gt *gt);
int i915_gt_irq_install(struct i915_gt *gt);
void i915_gt_irq_uninstall(struct i915_gt *gt);
void i915_gt_irq_start(struct i915_gt *gt);
bool i915_gt_irq_stop(struct i915_gt *gt);
/* The device goes away: no new work, running work is cancelled. */
void i915_gt_unplug(struct i915_gt *gt);
/* System sleep (i915_gt_pm.c): what is in flight is taken back, and goes on afterwards. */
void i915_gt_suspend(struct i915_gt *gt);
void i915_gt_resume(struct i915_gt *gt);

struct i915_engine *i915_gt_engine(struct i915_gt *gt, u16 uabi_class, u16 uabi_instance);

static inline bool i915_gt_is_wedged(const struct i915_gt *gt)
{
	return test_bit(I915_GT_WEDGED, &gt->flags);
}

/* Is there hardware that runs requests, and may be reset? */
static inline bool i915_gt_is_up(const struct i915_gt *gt)
{
	return !(READ_ONCE(gt->flags) & (BIT(I915_GT_WEDGED) | BIT(I915_GT_ASLEEP)));
}

/* Retire what is complete, on all engines. Any context that is not inside engine->lock. */
void i915_gt_retire(struct i915_gt *gt);
/* The same, but for what takes long */
void i915_gt_retire_short(struct i915_gt *gt);
/* timeout in jiffies, interruptible. Return: 0, -ETIME, -ERESTARTSYS. Retires as it goes. */
int i915_gt_wait_for_idle(struct i915_gt *gt, long timeout);
/* Give up forcewake now if idle */
void i915_gt_park(struct i915_gt *gt);
bool i915_gt_get_if_awake(struct i915_gt *gt);
u64 i915_gt_awake_ns(struct i915_gt *gt);
void i915_gt_listen(struct i915_gt *gt, int by);

/* reset (i915_reset.c) */
int i915_gt_reset_all(struct i915_gt *gt, u32 engines, const char *why);
void i915_gt_set_wedged(struct i915_gt *gt);
int i915_gt_unset_wedged(struct i915_gt *gt);
bool i915_gt_context_cancel(struct i915_lrc *lrc);

/* logical ring contexts (i915_lrc.c) */
struct i915_lrc *i915_lrc_create(struct i915_engine *engine, struct i915_gt_context *ctx,
				 const char *name);
void i915_lrc_destroy(struct i915_lrc *lrc);	/* no request in flight; may sleep; NULL is fine */
/* time on the GPU, with the turn it is in. Any context outside engine->lock. */
u64 i915_lrc_runtime_ns(struct i915_lrc *lrc);

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

void i915_gt_context_put(struct i915_gt_context *ctx);	/* any context */

/* guilt (i915_verdict.c) */
struct i915_gt_client *i915_gt_client_create(void);
void i915_gt_client_put(struct i915_gt_client *client);
bool i915_gt_client_is_refused(const struct i915_gt_client *client);

static inline struct i915_gt_client *i915_gt_client_get(struct i915_gt_client *client)
{
	kref_get(&client->ref);
	return client;
}

/* requests (i915_request.c) */
const char *i915_request_driver_name(const char *device);
int i915_request_slab_init(void);
void i915_request_slab_exit(void);

/**
 * i915_lrc_has_room - is the ring known to have room for a request?
 * @lrc: the timeline
 *
 * Context: any; a look without a lock.
 * Return: false: i915_lrc_begin_turn() finds out, and waits.
 */
static inline bool i915_lrc_has_room(const struct i915_lrc *lrc)
{
	return READ_ONCE(lrc->ring.space) >= I915_EMIT_ROOM;
}

int i915_lrc_begin_turn(struct i915_lrc *lrc, bool nonblock);
void i915_lrc_end_turn(struct i915_lrc *lrc);
struct i915_request *i915_request_try_create(struct i915_lrc *lrc, unsigned int max_vmas);
struct i915_request *i915_request_create(struct i915_lrc *lrc, unsigned int max_vmas);
/* Let the request wait for a fence of anybody. Signalled ones cost nothing. Return: 0, -ENOMEM. */
int i915_request_await(struct i915_request *rq, struct dma_fence *fence);
/* Hand over the caller's active mark and object reference. Never fails up to max_vmas. */
void i915_request_use_vma(struct i915_request *rq, struct i915_vma *vma);

#define I915_BATCH_SECURE	BIT(0)	/* GGTT, privileged */
#define I915_BATCH_NO_PREEMPT	BIT(1)
/* Start a batch at a (canonical or not) address of the context's VM; create reserved the room */
void i915_request_emit_batch(struct i915_request *rq, u64 addr, unsigned int flags);
/*
 * Point of no return: closes the request, drops lrc->lock, hands it to the scheduler. The caller
 * keeps its fence reference. Return: 0; -EIO: the GPU was given up, the request has ended.
 */
int i915_request_add(struct i915_request *rq);
/*
 * Give up before i915_request_add(): ring rewound, VMAs handed over are let go, lrc->lock and the
 * reference dropped.
 */
void i915_request_abandon(struct i915_request *rq);
/* Is the seqno there? Any context, no lock. */
bool i915_request_completed(const struct i915_request *rq);
/* Raise (or set) the priority, and that of what it waits for. */
void i915_request_set_priority(struct i915_request *rq, int priority);

struct i915_request *i915_fence_to_request(struct dma_fence *fence);	/* NULL: not ours */
bool i915_fence_is_in_vm(struct dma_fence *fence, const struct i915_address_space *vm);

static inline void i915_request_put(struct i915_request *rq)
{
	dma_fence_put(&rq->fence);
}

/* scheduler (i915_sched.c), between requests and the hardware back end */
void i915_sched_ready(struct i915_request *rq);
void i915_sched_retire(struct i915_engine *engine);

/* A changed heartbeat interval takes effect now */
void i915_engine_heartbeat_changed(struct i915_engine *engine);
u64 i915_engine_busy_ns(struct i915_engine *engine);
u64 i915_engine_timestamp(struct i915_engine *engine);	/* RING_TIMESTAMP, ticks */

#endif
