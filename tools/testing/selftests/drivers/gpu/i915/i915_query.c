// SPDX-License-Identifier: GPL-2.0
/*
 * QUERY: which fields of the buffers must be zero, what is written back, and
 * how a query of very many items ends.
 */
#include "i915_util.h"

#define MIB	(1024 * 1024u)

static int query(int fd, struct drm_i915_query_item *items, __u32 count)
{
	struct drm_i915_query args = { .num_items = count, .items_ptr = (uintptr_t)items };

	return i915_ioctl(fd, DRM_IOCTL_I915_QUERY, &args);
}

/* Return: the length or errno of the item. */
static int ask(int fd, __u64 id, void *buffer, int length)
{
	struct drm_i915_query_item item = {
		.query_id = id,
		.length = length,
		.data_ptr = (uintptr_t)buffer,
	};

	i915_require_ok(query(fd, &item, 1));

	return item.length;
}

static void topology_twice(int fd)
{
	static __u8 first[4096], second[4096];
	struct drm_i915_query_topology_info *info = (void *)second;
	int length = ask(fd, DRM_I915_QUERY_TOPOLOGY_INFO, NULL, 0);

	i915_require(length > (int)sizeof(*info), "length %d", length);
	i915_expect_ret(ask(fd, DRM_I915_QUERY_TOPOLOGY_INFO, first, length), length);
	memcpy(second, first, sizeof(second));
	i915_expect_ret(ask(fd, DRM_I915_QUERY_TOPOLOGY_INFO, second, length), length);
	i915_expect(!memcmp(first, second, sizeof(first)), "the answers differ");

	/* any other field may hold anything */
	memset(second, 0xff, sizeof(second));
	info->flags = 0;
	i915_expect_ret(ask(fd, DRM_I915_QUERY_TOPOLOGY_INFO, second, length), length);
	i915_expect(!memcmp(first, second, length), "the answers differ");
	i915_expect(second[length] == 0xff, "written behind the answer");

	info->flags = 1;
	i915_expect_ret(ask(fd, DRM_I915_QUERY_TOPOLOGY_INFO, second, length), -EINVAL);
}

static void headers_that_must_be_zero(int fd)
{
	static const __u64 ids[] = { DRM_I915_QUERY_ENGINE_INFO, DRM_I915_QUERY_MEMORY_REGIONS };
	static __u32 buffer[1024];
	unsigned int n, word;
	int length;

	for (n = 0; n < ARRAY_SIZE(ids); n++) {
		length = ask(fd, ids[n], NULL, 0);
		for (word = 0; word < 4; word++) {
			memset(buffer, 0, sizeof(buffer));
			buffer[word] = 1;
			i915_expect_ret(ask(fd, ids[n], buffer, length), -EINVAL);
		}
		memset(buffer, 0, sizeof(buffer));
		i915_expect_ret(ask(fd, ids[n], buffer, length), length);
	}
}

/* An errno was written into the item, and the program asks again with it. */
static void length_is_an_errno(int fd)
{
	static const __u64 ids[] = {
		DRM_I915_QUERY_TOPOLOGY_INFO,
		DRM_I915_QUERY_ENGINE_INFO,
		DRM_I915_QUERY_MEMORY_REGIONS,
	};
	static const int lengths[] = { -EINVAL, -1, INT32_MIN, 1 };
	static __u8 buffer[4096];
	unsigned int n, k;

	for (n = 0; n < ARRAY_SIZE(ids); n++) {
		for (k = 0; k < ARRAY_SIZE(lengths); k++) {
			memset(buffer, 0, sizeof(buffer));
			i915_expect_ret(ask(fd, ids[n], buffer, lengths[k]), -EINVAL);
			i915_expect(!buffer[0] && !memcmp(buffer, buffer + 1, sizeof(buffer) - 1),
				    "query %llu answers a length of %d", ids[n], lengths[k]);
		}
	}
}

static void constant_items(int fd)
{
	static __u8 buffer[4096];
	struct drm_i915_query_item *items;

	items = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	i915_require(items != MAP_FAILED, "mmap: %s", strerror(errno));
	items[0] = (struct drm_i915_query_item) {
		.query_id = DRM_I915_QUERY_TOPOLOGY_INFO,
		.length = ask(fd, DRM_I915_QUERY_TOPOLOGY_INFO, NULL, 0),
		.data_ptr = (uintptr_t)buffer,
	};
	items[1] = items[0];
	items[1].length = 0;

	mprotect(items, 4096, PROT_READ);
	i915_expect_ret(query(fd, items, 1), 0);
	i915_expect(((struct drm_i915_query_topology_info *)buffer)->max_slices, "no answer");
	/* its length is to change */
	i915_expect_ret(query(fd, items, 2), -EFAULT);
}

/* One attempt. Return: did the query end before its time? */
static bool kill_asker(int fd, struct drm_i915_query_item *items, __u32 count)
{
	__s32 *first = &items[0].length, *last = &items[count - 1].length;
	int status;
	pid_t pid;
	__u32 n;

	for (n = 0; n < count; n++)
		items[n] = (struct drm_i915_query_item) {
			.query_id = DRM_I915_QUERY_HWCONFIG_BLOB,
		};
	fflush(stdout);
	pid = fork();
	if (!pid) {
		query(fd, items, count);
		_exit(0);
	}
	i915_require(pid > 0, "fork: %s", strerror(errno));
	while (!__atomic_load_n(first, __ATOMIC_SEQ_CST) &&
	       !__atomic_load_n(last, __ATOMIC_SEQ_CST))
		;
	kill(pid, SIGKILL);
	i915_require(waitpid(pid, &status, 0) == pid, "waitpid: %s", strerror(errno));
	i915_expect_ret(*first, -ENODEV);

	return !*last;
}

static void killed(int fd)
{
	const __u32 size = 24 * MIB, count = size / sizeof(struct drm_i915_query_item);
	struct drm_i915_query_item *items;
	unsigned int tries;

	items = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	i915_require(items != MAP_FAILED, "mmap: %s", strerror(errno));
	for (tries = 0; tries < 20; tries++) {
		if (kill_asker(fd, items, count))
			return;
	}
	i915_fatal("a query of %u items always went on to its end", count);
}

static const struct i915_case cases[] = {
	{ "topology-twice", "into a buffer that was used before", topology_twice },
	{ "headers-that-must-be-zero", "of engines and memory regions", headers_that_must_be_zero },
	{ "length-is-an-errno", "nothing is written, and it stays -EINVAL", length_is_an_errno },
	{ "constant-items", "only lengths that change are written", constant_items },
	{ "killed", "very many items end when their caller is killed", killed, 120 },
};

int main(int argc, char **argv)
{
	return i915_cases_main(argc, argv, cases, ARRAY_SIZE(cases), "Queries.");
}
