// SPDX-License-Identifier: GPL-2.0
/*
 * PREAD and PWRITE: of objects of our own and of imports, to and from memory
 * that is not all there, of contents that were given up, and when killed.
 */
#include "i915_util.h"

#define PAGE	4096u
#define MIB	(1024 * 1024u)

#define SIZE	(3 * PAGE)
#define OLD	0x5a
#define NEW	0xc3
/* Where the copy begins: not at a page of the object */
#define AT	100

struct memory {
	int vgem;
	__u32 handle;
};

/* An object of our own, or, if the case asks for it, one of vgem's */
static __u32 create(int fd, struct memory *m, __u64 size)
{
	const char *name = i915_case_now()->data;

	m->vgem = -1;
	if (!name)
		return i915_gem_create(fd, size);

	m->vgem = i915_vgem_open();
	m->handle = i915_vgem_create(m->vgem, size);

	return i915_gem_import(fd, i915_gem_export(m->vgem, m->handle));
}

/* Two pages of memory, of which only the first can be accessed */
static __u8 *half_there(void)
{
	__u8 *p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	i915_require(p != MAP_FAILED && !mprotect(p + PAGE, PAGE, PROT_NONE), "%s",
		     strerror(errno));

	return p;
}

static void expect_bytes(const __u8 *bytes, unsigned int from, unsigned int to, __u8 value,
			 const char *what)
{
	unsigned int n;

	for (n = from; n < to; n++) {
		if (bytes[n] == value)
			continue;
		i915_complain(what, "byte %u is 0x%02x, expected 0x%02x", n, bytes[n], value);
		return;
	}
}

static void pwrite_from_bad_memory(int fd)
{
	__u8 old[SIZE], now[SIZE], *source = half_there();
	struct memory m;
	__u32 handle = create(fd, &m, SIZE);

	memset(old, OLD, sizeof(old));
	memset(source, NEW, PAGE);
	i915_gem_write(fd, handle, 0, old, SIZE);

	i915_expect_ret(i915_gem_pwrite(fd, handle, AT, source, 2 * PAGE), -EFAULT);
	i915_require_ok(i915_gem_pread(fd, handle, 0, now, SIZE));
	expect_bytes(now, 0, AT, OLD, "before the copy");
	expect_bytes(now, AT + PAGE, SIZE, OLD, "beyond what could be read");

	i915_gem_write(fd, handle, 0, old, SIZE);
	i915_expect_ret(i915_gem_pwrite(fd, handle, AT, source + PAGE, PAGE), -EFAULT);
	i915_require_ok(i915_gem_pread(fd, handle, 0, now, SIZE));
	expect_bytes(now, 0, SIZE, OLD, "nothing could be read");
}

static void pread_to_bad_memory(int fd)
{
	__u8 old[SIZE], *target = half_there();
	struct memory m;
	__u32 handle = create(fd, &m, SIZE);

	memset(old, OLD, sizeof(old));
	i915_gem_write(fd, handle, 0, old, SIZE);
	i915_expect_ret(i915_gem_pread(fd, handle, AT, target, 2 * PAGE), -EFAULT);
	/* to the end of the page of the object, for certain */
	expect_bytes(target, 0, PAGE - AT, OLD, "what could be written");
	i915_expect_ret(i915_gem_pread(fd, handle, AT, target + PAGE, PAGE), -EFAULT);
}

/* Longer than any piece that is copied in one go, and nowhere aligned */
static void values(int fd)
{
	const unsigned int size = MIB + 3 * PAGE, at = 5001, count = 700003;
	__u8 *all = malloc(size), *some = malloc(count);
	struct memory m;
	__u32 handle = create(fd, &m, size);
	unsigned int n;

	i915_require(all && some, "no memory");
	for (n = 0; n < size; n++)
		all[n] = n * 7 + n / 256;
	i915_gem_write(fd, handle, 0, all, size);

	i915_require_ok(i915_gem_pread(fd, handle, at, some, count));
	for (n = 0; n < count && some[n] == all[at + n]; n++)
		;
	i915_expect(n == count, "byte %u read is 0x%x, expected 0x%x", n, some[n], all[at + n]);

	for (n = 0; n < count; n++)
		some[n] = ~some[n];
	i915_gem_write(fd, handle, at, some, count);
	memcpy(all + at, some, count);
	some = realloc(some, size);
	i915_require_ok(i915_gem_pread(fd, handle, 0, some, size));
	for (n = 0; n < size && some[n] == all[n]; n++)
		;
	i915_expect(n == size, "byte %u is 0x%x, expected 0x%x", n, some[n], all[n]);
}

/* Whether somebody else needs the pages makes no difference. */
static void contents_given_up(int fd)
{
	__u32 idle = i915_gem_create(fd, PAGE), bound = i915_gem_create_batch(fd), word = 1;

	i915_gem_write(fd, idle, 0, &word, sizeof(word));
	i915_gem_exec(fd, bound);
	i915_require_ok(i915_gem_madvise(fd, idle, I915_MADV_DONTNEED));
	i915_require_ok(i915_gem_madvise(fd, bound, I915_MADV_DONTNEED));

	i915_expect_ret(i915_gem_pread(fd, idle, 0, &word, sizeof(word)), -EFAULT);
	i915_expect_ret(i915_gem_pread(fd, bound, 0, &word, sizeof(word)), -EFAULT);
	i915_expect_ret(i915_gem_pwrite(fd, idle, 0, &word, sizeof(word)), -EFAULT);
	i915_expect_ret(i915_gem_pwrite(fd, bound, 0, &word, sizeof(word)), -EFAULT);

	i915_require_ok(i915_gem_madvise(fd, bound, I915_MADV_WILLNEED));
	i915_expect_ret(i915_gem_pread(fd, bound, 0, &word, sizeof(word)), 0);
}

/* One attempt. Return: did the copy end before its time? */
static bool kill_reader(int fd, __u32 handle, __u8 *shared, __u32 size)
{
	__u8 *first = shared, *last = shared + size - 1;
	int status;
	pid_t pid;

	memset(shared, 0, size);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		i915_gem_pread(fd, handle, 0, shared, size);
		_exit(0);
	}
	i915_require(pid > 0, "fork: %s", strerror(errno));
	while (!__atomic_load_n(first, __ATOMIC_SEQ_CST) &&
	       !__atomic_load_n(last, __ATOMIC_SEQ_CST))
		;
	kill(pid, SIGKILL);
	i915_require(waitpid(pid, &status, 0) == pid, "waitpid: %s", strerror(errno));

	return !*last;
}

static void killed(int fd)
{
	const __u32 size = 64 * MIB;
	struct memory m;
	__u32 handle = create(fd, &m, size);
	__u8 *shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned int tries;

	i915_require(shared != MAP_FAILED, "mmap: %s", strerror(errno));
	memset(shared, OLD, size);
	i915_gem_write(fd, handle, 0, shared, size);
	for (tries = 0; tries < 20; tries++) {
		if (kill_reader(fd, handle, shared, size))
			return;
	}
	i915_fatal("PREAD of %u MiB always went on to its end", size / MIB);
}

/* What @data says: whose memory the object is */
#define VGEM	"vgem"

static const struct i915_case cases[] = {
	{ "pwrite-from-bad-memory-own", "changes nothing it could not read",
	  pwrite_from_bad_memory },
	{ "pwrite-from-bad-memory-import", "the same with an import",
	  pwrite_from_bad_memory, .data = VGEM },
	{ "pread-to-bad-memory-own", "-EFAULT", pread_to_bad_memory },
	{ "pread-to-bad-memory-import", "the same with an import", pread_to_bad_memory,
	  .data = VGEM },
	{ "values-own", "large copies at any offset", values },
	{ "values-import", "the same with an import", values, .data = VGEM },
	{ "contents-given-up", "-EFAULT, whoever has the pages", contents_given_up },
	{ "killed-own", "a copy ends when its caller is killed", killed, 120 },
	{ "killed-import", "the same with an import", killed, 120, .data = VGEM },
};

int main(int argc, char **argv)
{
	return i915_cases_main(argc, argv, cases, ARRAY_SIZE(cases), "PREAD and PWRITE.");
}
