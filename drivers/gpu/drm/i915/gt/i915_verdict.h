/* SPDX-License-Identifier: MIT */
#ifndef _I915_VERDICT_H_
#define _I915_VERDICT_H_

#include "gt/i915_gt_types.h"

/**
 * enum i915_reset_cause - why engines are reset
 * @I915_RESET_HANG: what an engine runs does not end, or cannot be executed
 * @I915_RESET_FAULT: engine and driver disagree about what runs: no batch did wrong
 * @I915_RESET_CANCEL: one context has to end: its owner is done with it
 * @I915_RESET_EXPIRED: a request took longer than i915.request_timeout_ms
 * @I915_RESET_ASKED: the administrator says that what engines run hangs
 */
enum i915_reset_cause {
	I915_RESET_HANG,
	I915_RESET_FAULT,
	I915_RESET_CANCEL,
	I915_RESET_EXPIRED,
	I915_RESET_ASKED,
};

/**
 * struct i915_reset - a reset that is wanted
 */
struct i915_reset {
	/** @cause: decides who is guilty */
	enum i915_reset_cause cause;
	/** @engines: bit n: the cause is about engine n; the others are bystanders */
	u32 engines;
	/** @fence_context: timeline of the suspect; 0: nobody in particular */
	u64 fence_context;
	/** @seqno: its request on that timeline; 0: any of them */
	u32 seqno;
	/** @why: for the log; static */
	const char *why;
};

/**
 * enum i915_verdict - what becomes of the request an engine was running at its reset
 * @I915_VERDICT_INNOCENT: it runs again
 * @I915_VERDICT_GUILTY: its batch is taken out, and its context is closer to a ban
 * @I915_VERDICT_EXPIRED: its batch is taken out, with -EINTR, but it did nothing wrong
 * @I915_VERDICT_ENDED: its batch is taken out; nobody is left to be told
 */
enum i915_verdict {
	I915_VERDICT_INNOCENT,
	I915_VERDICT_GUILTY,
	I915_VERDICT_EXPIRED,
	I915_VERDICT_ENDED,
};

/**
 * struct i915_evidence - how an engine was found at its reset
 */
struct i915_evidence {
	/** @concerned: the cause is about this engine */
	bool concerned;
	/** @suspect: what runs is the suspect of &struct i915_reset, or that has none */
	bool suspect;
	/** @begun: the engine was in the batch */
	bool begun;
	/** @dead: nothing of the context may run any more */
	bool dead;
};

enum i915_verdict i915_reach_verdict(enum i915_reset_cause cause,
				     const struct i915_evidence *evidence);
bool i915_is_suspect(const struct i915_reset *reset, const struct i915_request *rq);
bool i915_request_begun(const struct i915_request *rq, u32 head);
void i915_judge(const struct i915_reset *reset, struct i915_request *rq, u32 head);
bool i915_gt_client_is_refused(const struct i915_gt_client *client);

#endif
