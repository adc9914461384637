/* SPDX-License-Identifier: GPL-2.0 */
#ifndef I915_FAULT_H
#define I915_FAULT_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "i915_window.h"

/*
 * Faults on demand of the virtual GPU (tools/testing/i915/gpu/README.md says
 * which there are). A program arms a rule, does what should survive it, and
 * looks whether it hit. On any other GPU there is no fault window: skip.
 */

#define I915_FAULT_BASE		0x7f2000
#define I915_FAULT_SIZE		0x1000
#define I915_FAULT_MAGIC	0x544c4146
/* words of the window */
#define I915_FAULT_CMD		(0x004 / 4)
#define I915_FAULT_RULE		(0x008 / 4)
#define I915_FAULT_HITS		(0x00c / 4)
#define I915_FAULT_SEEN		(0x010 / 4)
#define I915_FAULT_TIME		(0x018 / 4)
#define I915_FAULT_SEED		(0x020 / 4)
#define I915_FAULT_TEXT		(0x100 / 4)
#define I915_FAULT_TEXT_WORDS	64
#define I915_FAULT_WHY		(0x400 / 4)
#define I915_FAULT_WHY_WORDS	256

enum { I915_FAULT_ARM = 1, I915_FAULT_DISARM_ALL = 2, I915_FAULT_DISARM = 3 };

struct i915_fault {
	uint32_t *win;
	char why[4 * I915_FAULT_WHY_WORDS];	/* why the last rule was refused */
};

static inline void i915_fault_write(struct i915_fault *f, unsigned int word, uint32_t value)
{
	i915_window_write(f->win, word, value);
}

static inline uint32_t i915_fault_read(struct i915_fault *f, unsigned int word)
{
	return i915_window_read(f->win, word);
}

/* Return: 0, or -1 on a GPU that has no such window. */
static inline int i915_fault_open(struct i915_fault *f)
{
	f->win = i915_window_map(I915_FAULT_BASE, I915_FAULT_SIZE, I915_FAULT_MAGIC);
	f->why[0] = 0;

	return f->win ? 0 : -1;
}

/* Return: the number of the rule, or 0 with f->why. */
static inline unsigned int i915_fault_arm(struct i915_fault *f, const char *rule)
{
	uint32_t words[I915_FAULT_TEXT_WORDS] = { 0 };
	unsigned int i;

	if (strlen(rule) >= sizeof(words)) {
		snprintf(f->why, sizeof(f->why), "a rule has at most %zu characters",
			 sizeof(words) - 1);
		return 0;
	}
	memcpy(words, rule, strlen(rule));
	for (i = 0; i < I915_FAULT_TEXT_WORDS; i++)
		i915_fault_write(f, I915_FAULT_TEXT + i, words[i]);
	i915_fault_write(f, I915_FAULT_CMD, I915_FAULT_ARM);
	if (!i915_fault_read(f, I915_FAULT_CMD))
		return i915_fault_read(f, I915_FAULT_RULE);
	for (i = 0; i < I915_FAULT_WHY_WORDS; i++) {
		uint32_t word = i915_fault_read(f, I915_FAULT_WHY + i);

		memcpy(f->why + 4 * i, &word, 4);
	}
	f->why[sizeof(f->why) - 1] = 0;

	return 0;
}

/* How often did it hit? Also after it is spent. */
static inline unsigned int i915_fault_hits(struct i915_fault *f, unsigned int rule)
{
	i915_fault_write(f, I915_FAULT_RULE, rule);

	return i915_fault_read(f, I915_FAULT_HITS);
}

/* How many events has it looked at? */
static inline unsigned int i915_fault_seen(struct i915_fault *f, unsigned int rule)
{
	i915_fault_write(f, I915_FAULT_RULE, rule);

	return i915_fault_read(f, I915_FAULT_SEEN);
}

/* Another schedule from now on; 0: the plain one. */
static inline void i915_fault_seed(struct i915_fault *f, uint64_t seed)
{
	i915_fault_write(f, I915_FAULT_SEED, seed);
	i915_fault_write(f, I915_FAULT_SEED + 1, seed >> 32);
}

/* All rules; and what is stuck or gone is there again. */
static inline void i915_fault_disarm(struct i915_fault *f)
{
	i915_fault_write(f, I915_FAULT_CMD, I915_FAULT_DISARM_ALL);
}

#endif
