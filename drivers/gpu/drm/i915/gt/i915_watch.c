// SPDX-License-Identifier: MIT

#include <linux/jiffies.h>
#include <linux/minmax.h>

#include "base/i915_params.h"
#include "gt/i915_engine.h"
#include "gt/i915_request.h"
#include "gt/i915_watch.h"
#include "hw/i915_engine_regs.h"

/**
 * DOC: Watching an engine
 *
 * Submitting to an idle engine starts its watchdog, and code that detects an
 * error it cannot handle requests a reset. Both only queue the engine's work
 * item. i915_heartbeat.c, a layer above, supplies its function, so nothing down
 * here depends on how an engine is recovered.
 */

#define REQUEST_TIMEOUT_LOOKS	4

static bool i915_port_holds(const struct i915_port *port, const struct i915_lrc *lrc)
{
	return port->rq && port->rq->lrc == lrc;
}

/**
 * i915_engine_in_port - has the hardware been given a context?
 * @engine: the engine
 * @lrc: the context
 *
 * Context: engine->lock held.
 * Return: true from the submission on, until it is known that the hardware left it.
 */
bool i915_engine_in_port(const struct i915_engine *engine, const struct i915_lrc *lrc)
{
	unsigned int n;

	lockdep_assert_held(&engine->lock);

	for (n = 0; n < I915_PORTS; n++) {
		if (i915_port_holds(&engine->active[n], lrc) ||
		    i915_port_holds(&engine->pending[n], lrc))
			return true;
	}

	return false;
}

/**
 * i915_engine_running_lrc - which context does the hardware say it runs?
 * @engine: the engine, awake
 *
 * Context: engine->lock held.
 * Return: the context, or NULL if there is nothing in the ports.
 */
struct i915_lrc *i915_engine_running_lrc(struct i915_engine *engine)
{
	u32 id = i915_engine_read(engine, RING_EXECLIST_STATUS_HI);
	unsigned int n;

	lockdep_assert_held(&engine->lock);

	for (n = 0; n < I915_PORTS; n++) {
		if (engine->active[n].rq && engine->active[n].rq->lrc->sw_id == id)
			return engine->active[n].rq->lrc;
		if (engine->pending[n].rq && engine->pending[n].rq->lrc->sw_id == id)
			return engine->pending[n].rq->lrc;
	}

	return engine->active[0].rq ? engine->active[0].rq->lrc : NULL;
}

/**
 * i915_watch_interval - the heartbeat interval of an engine
 * @engine: the engine
 *
 * Context: any.
 * Return: jiffies; 0: the heartbeat is off.
 */
unsigned long i915_watch_interval(struct i915_engine *engine)
{
	return msecs_to_jiffies(READ_ONCE(engine->props.heartbeat_interval_ms));
}

/**
 * i915_watch_timeout - how long a request of user space may run
 *
 * Context: any.
 * Return: jiffies; 0: without a limit.
 */
unsigned long i915_watch_timeout(void)
{
	return msecs_to_jiffies(READ_ONCE(i915_params.request_timeout_ms));
}

/**
 * i915_watch_delay - time between two looks at an engine
 * @engine: the engine
 *
 * Context: any.
 * Return: jiffies; 0: there is no need to look.
 */
unsigned long i915_watch_delay(struct i915_engine *engine)
{
	unsigned long timeout = i915_watch_timeout();

	if (timeout)
		timeout = max(timeout / REQUEST_TIMEOUT_LOOKS, 1ul);

	return min_not_zero(i915_watch_interval(engine), timeout);
}

/**
 * i915_watch_start - the engine is busy
 * @engine: the engine
 *
 * Context: any; engine->lock held.
 */
void i915_watch_start(struct i915_engine *engine)
{
	unsigned long delay;

	/* the usual case: it looks for work under engine->lock, and has not done so yet */
	if (delayed_work_pending(&engine->heartbeat))
		return;

	delay = i915_watch_delay(engine);
	if (delay)
		queue_delayed_work(engine->gt->wq, &engine->heartbeat, delay);
}

/**
 * i915_engine_want_reset - ask for a reset where it cannot be done
 * @engine: which does not behave
 * @ask: why; the first one counts
 *
 * What runs at this moment is the suspect, if it can be a batch's fault. Where
 * i915.reset does not allow to reset a single engine nothing happens: it is
 * left to the heartbeat to find out whether the engine goes on.
 *
 * The hardware reports an invalid instruction once only. If that cannot be acted on
 * now it is remembered for i915_engine_ask_again().
 *
 * Context: engine->lock held.
 */
void i915_engine_want_reset(struct i915_engine *engine, enum i915_reset_ask ask)
{
	struct i915_request *rq;

	lockdep_assert_held(&engine->lock);

	if (READ_ONCE(i915_params.reset) < 2)
		return;
	if (engine->ask || engine->stopped) {
		engine->error_missed |= ask == I915_ASK_INSTRUCTION;
		return;
	}

	rq = i915_lrc_on_hardware(i915_engine_running_lrc(engine));
	engine->ask = ask;
	engine->suspect.fence_context = rq ? rq->fence.context : 0;
	engine->suspect.seqno = rq ? rq->fence.seqno : 0;
	mod_delayed_work(engine->gt->wq, &engine->heartbeat, 0);
}

/**
 * i915_engine_ask_again - ask for the reset that an error needs, if one was missed
 * @engine: which was not reset, although somebody was about to
 *
 * Context: engine->lock held, reports taken in.
 */
void i915_engine_ask_again(struct i915_engine *engine)
{
	if (!engine->error_missed)
		return;

	engine->error_missed = false;
	i915_engine_want_reset(engine, I915_ASK_INSTRUCTION);
}
