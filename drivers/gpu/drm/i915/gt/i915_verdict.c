// SPDX-License-Identifier: MIT

#include <linux/jiffies.h>
#include <linux/slab.h>

#include <kunit/visibility.h>

#include "base/i915_drv.h"
#include "gt/i915_request_end.h"
#include "gt/i915_ring.h"
#include "gt/i915_sched.h"
#include "gt/i915_verdict.h"

/**
 * DOC: Guilt
 *
 * A reset also stops work that did not cause it. Who is guilty is decided here and
 * nowhere else, for each engine, from the cause of the reset and the state in which
 * the engine was found:
 *
 * =========  =======================================  =========================
 * cause      guilty                                   everybody else
 * =========  =======================================  =========================
 * hang       the request that did not move, if the    runs again
 *            engine still runs it
 * fault      nobody                                   runs again
 * cancel     the context that ends loses its batch    runs again
 * expired    the request that took too long loses     runs again
 *            its batch, with -EINTR
 * asked      whoever is in a batch, on the engines    runs again
 *            that the administrator declares hung
 * =========  =======================================  =========================
 *
 * Engines that only share a full reset with the one that hangs are always
 * "everybody else". A guilty batch is skipped: its start in the ring is overwritten
 * with MI_NOOP, the rest of its request runs, so that all seqnos are written in
 * order, and its fence signals -EIO.
 *
 * GET_RESET_STATS counts lost batches as active, and batches that had begun and ran
 * again as pending. Batches that had not begun are not counted.
 *
 * Only a hang, found or declared, brings a context closer to a ban: its third
 * within 120 seconds ends it, its first if user space declared it not recoverable,
 * and none if it is not bannable. A client, that is an open file, collects points:
 * three for a banned context, one for a hang within 60 seconds of its previous one
 * (or of opening the file). With nine it gets no more contexts. Contexts that were
 * closed before they hang cost their client as much as others. These numbers are
 * part of the established behaviour of the i915 user API.
 */

#define CONTEXT_BAN_JIFFIES	(120 * HZ)
#define CLIENT_QUICK_JIFFIES	(60 * HZ)
#define CLIENT_POINTS_BAN	3
#define CLIENT_POINTS_QUICK	1
#define CLIENT_POINTS_REFUSED	9

static const char * const verdict_text[] = {
	[I915_VERDICT_GUILTY] = "hangs",
	[I915_VERDICT_EXPIRED] = "took too long",
};

/**
 * i915_reach_verdict - decide what becomes of what an engine was running
 * @cause: of the reset
 * @evidence: how the engine was found
 *
 * Context: any.
 * Return: the verdict.
 */
enum i915_verdict i915_reach_verdict(enum i915_reset_cause cause,
				     const struct i915_evidence *evidence)
{
	/* nothing of it will run again, so there is nothing to find out either */
	if (evidence->dead)
		return I915_VERDICT_ENDED;
	if (!evidence->concerned || !evidence->suspect)
		return I915_VERDICT_INNOCENT;

	switch (cause) {
	case I915_RESET_HANG:
		return I915_VERDICT_GUILTY;
	case I915_RESET_CANCEL:
		return I915_VERDICT_ENDED;
	case I915_RESET_EXPIRED:
		return I915_VERDICT_EXPIRED;
	case I915_RESET_ASKED:
		return evidence->begun ? I915_VERDICT_GUILTY : I915_VERDICT_INNOCENT;
	case I915_RESET_FAULT:
		break;
	}

	return I915_VERDICT_INNOCENT;
}
EXPORT_SYMBOL_IF_KUNIT(i915_reach_verdict);

/**
 * i915_is_suspect - is a request what a reset is about?
 * @reset: the reset
 * @rq: the request
 *
 * Context: any.
 * Return: true also if the reset suspects nobody in particular.
 */
bool i915_is_suspect(const struct i915_reset *reset, const struct i915_request *rq)
{
	if (!reset->fence_context)
		return true;
	if (reset->fence_context != rq->fence.context)
		return false;

	return !reset->seqno || reset->seqno == (u32)rq->fence.seqno;
}

/**
 * i915_request_begun - is the engine in the batch of a request?
 * @rq: the oldest request of its timeline
 * @head: ring offset the engine stands at, or stood at when it left the context, bytes
 *
 * Context: engine->lock held.
 * Return: true from the start of the batch to its end; false if it has none.
 */
bool i915_request_begun(const struct i915_request *rq, u32 head)
{
	if (!rq->batch_dwords)
		return false;

	/* HEAD is behind the batch start while the batch runs */
	return i915_ring_within(head, rq->batch + 4, rq->batch + 4 * rq->batch_dwords,
				rq->lrc->ring.size);
}
EXPORT_SYMBOL_IF_KUNIT(i915_request_begun);

/* Does a hang, now, end the context? */
static bool i915_context_hung(struct i915_gt_context *ctx)
{
	unsigned long before = ctx->hang_stamp[0];
	bool quick = before && time_before(jiffies, before + CONTEXT_BAN_JIFFIES);

	ctx->hang_stamp[0] = ctx->hang_stamp[1];
	ctx->hang_stamp[1] = jiffies;

	return quick || !test_bit(I915_CTX_RECOVERABLE, &ctx->flags);
}

static void i915_client_hung(struct i915_gt_client *client, bool banned)
{
	int points = banned ? CLIENT_POINTS_BAN : 0;

	if (time_before(jiffies, client->hang_stamp + CLIENT_QUICK_JIFFIES))
		points += CLIENT_POINTS_QUICK;
	client->hang_stamp = jiffies;
	atomic_add(points, &client->points);
}

static void i915_context_blame(struct i915_gt_context *ctx)
{
	bool ban;

	if (!test_bit(I915_CTX_BANNABLE, &ctx->flags))
		return;

	ban = i915_context_hung(ctx);
	if (ban)
		set_bit(I915_CTX_BANNED, &ctx->flags);
	if (ctx->client)
		i915_client_hung(ctx->client, ban);
}

/**
 * i915_judge - decide about what an engine was running, and carry it out
 * @reset: the reset
 * @rq: the oldest request of the context that ran, given to the hardware
 * @head: ring offset the engine stood at, bytes
 *
 * Context: engine->lock and gt->reset_mutex held; the engine was reset.
 */
void i915_judge(const struct i915_reset *reset, struct i915_request *rq, u32 head)
{
	struct i915_engine *engine = rq->engine;
	const struct i915_evidence evidence = {
		.concerned = reset->engines & BIT(engine->id),
		.suspect = i915_is_suspect(reset, rq),
		.begun = i915_request_begun(rq, head),
		.dead = i915_lrc_is_dead(rq->lrc),
	};
	enum i915_verdict verdict = i915_reach_verdict(reset->cause, &evidence);

	lockdep_assert_held(&engine->lock);
	lockdep_assert_held(&engine->gt->reset_mutex);

	if (verdict == I915_VERDICT_INNOCENT) {
		if (evidence.begun)
			atomic_inc(&rq->ctx->pending_count);
		return;
	}

	/* one whose batch is out of the ring already lost nothing more */
	if (verdict != I915_VERDICT_ENDED && !test_bit(I915_RQ_SKIPPED, &rq->state)) {
		drm_notice(&engine->gt->i915->drm, "%s: batch %llu:%llu %s\n", engine->desc->name,
			   rq->fence.context, rq->fence.seqno, verdict_text[verdict]);
		atomic_inc(&rq->ctx->lost_count);
		if (verdict == I915_VERDICT_GUILTY)
			i915_context_blame(rq->ctx);
	}
	i915_request_skip(rq, verdict == I915_VERDICT_EXPIRED ? -EINTR : -EIO);
}

/**
 * i915_gt_client_is_refused - has a client been guilty too often?
 * @client: the client
 *
 * Context: any.
 * Return: true if it shall get no more contexts.
 */
bool i915_gt_client_is_refused(const struct i915_gt_client *client)
{
	return atomic_read(&client->points) >= CLIENT_POINTS_REFUSED;
}
