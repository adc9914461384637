/* SPDX-License-Identifier: GPL-2.0 */
#ifndef I915_FAULTS_H
#define I915_FAULTS_H

#include "i915_util.h"

/* What the files of i915_faults know of each other. */

#define LIMIT_MS	20000

/* Return: the number of the rule. Skips on a GPU without faults on demand. */
unsigned int faults_arm(const char *rule);
void faults_disarm(void);
/* Return: the fence of the batch */
int faults_submit(int fd, __u32 ctx, __u64 ring, __u32 batch);

/* Cases about a GPU that is beyond rescue: i915_faults_end.c */
void faults_nothing_resets(int fd);
void faults_nothing_resets_unbind(int fd);
void faults_gone(int fd);

#endif
