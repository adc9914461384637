// SPDX-License-Identifier: MIT

#include <linux/nospec.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include <uapi/drm/i915_drm.h>

#include "base/i915_user_extensions.h"

/**
 * DOC: Chained extensions of the user API
 *
 * Several ioctls take a singly linked list in user memory. Each link has a number
 * that says which struct it is the head of. The list is walked in place: a link is
 * read once, checked, and passed to its handler.
 */

/* A longer list is a loop, or an attempt to keep the kernel busy. */
#define I915_USER_EXTENSIONS_MAX	512

static bool i915_user_extension_valid(const struct i915_user_extension *head)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(head->rsvd); i++) {
		if (head->rsvd[i])
			return false;
	}

	return !head->flags;
}

/**
 * i915_user_extensions - call the handler of each extension in a list
 * @first: user address of the first link, or 0
 * @table: handlers by extension number; NULL: no such extension
 * @count: entries in @table
 * @data: for the handlers
 *
 * Context: process context, reads user memory; no locks that a page fault may need.
 * Return: 0; -EFAULT for an address that cannot be read, -EINVAL for an unknown
 * extension or reserved bits, -E2BIG for an endless list, -EINTR, or the errno of a handler.
 */
int i915_user_extensions(u64 first, const i915_user_extension_fn *table, unsigned int count,
			 void *data)
{
	unsigned int seen = 0;
	u64 next = first;

	while (next) {
		struct i915_user_extension __user *ext = u64_to_user_ptr(next);
		struct i915_user_extension head;
		int ret;

		if (++seen > I915_USER_EXTENSIONS_MAX)
			return -E2BIG;
		if (fatal_signal_pending(current))
			return -EINTR;
		if (copy_from_user(&head, ext, sizeof(head)))
			return -EFAULT;
		if (!i915_user_extension_valid(&head) || head.name >= count)
			return -EINVAL;

		head.name = array_index_nospec(head.name, count);
		if (!table[head.name])
			return -EINVAL;

		ret = table[head.name](ext, data);
		if (ret)
			return ret;

		next = head.next_extension;
	}

	return 0;
}
