// SPDX-License-Identifier: GPL-2.0
/*
 * CPU mappings of objects: which are possible, what is seen through them, and
 * how an access ends that cannot succeed.
 */
#include <sys/mount.h>

#include "i915_util.h"

#define PAGE	4096ull
#define MIB	(1024 * 1024ull)
#define GIB	(1024 * MIB)

static const struct {
	const char *name;
	__u64 type;
} modes[] = {
	{ "write-back", I915_MMAP_OFFSET_WB },
	{ "write-combining", I915_MMAP_OFFSET_WC },
	{ "uncached", I915_MMAP_OFFSET_UC },
};

/* Return: 0 or -errno; the fake offset in @offset. */
static int get_offset(int fd, __u32 handle, __u64 type, __u64 *offset)
{
	struct drm_i915_gem_mmap_offset args = { .handle = handle, .flags = type };
	int ret = i915_ioctl(fd, DRM_IOCTL_I915_GEM_MMAP_OFFSET, &args);

	*offset = args.offset;

	return ret;
}

/* Return: 0 (and the mapping is gone again) or -errno. */
static int try_map(int fd, __u64 size, int prot, int flags, __u64 offset)
{
	void *p = mmap(NULL, size, prot, flags, fd, offset);

	if (p == MAP_FAILED)
		return -errno;
	munmap(p, size);

	return 0;
}

/* Write to the mapping in another process. Return: the signal that ended it, or 0. */
static int touch(__u32 *p)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		__atomic_store_n(p, 1, __ATOMIC_SEQ_CST);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		i915_fatal("fork: %s", strerror(errno));

	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

/* Let the kernel read from the mapping. Return: 0 or -errno. */
static int read_by_kernel(const void *p)
{
	int ends[2], ret = 0;

	if (pipe(ends))
		i915_fatal("pipe: %s", strerror(errno));
	if (write(ends[1], p, 1) != 1)
		ret = -errno;
	close(ends[0]);
	close(ends[1]);

	return ret;
}

static void private_is_refused(int fd)
{
	__u32 handle = i915_gem_create(fd, PAGE);
	int dmabuf = i915_gem_export(fd, handle);
	unsigned int n;
	__u64 offset;

	for (n = 0; n < ARRAY_SIZE(modes); n++) {
		i915_require_ok(get_offset(fd, handle, modes[n].type, &offset));
		i915_note("%s", modes[n].name);
		i915_expect_ret(try_map(fd, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, offset),
				-EINVAL);
		i915_expect_ret(try_map(fd, PAGE, PROT_READ, MAP_PRIVATE, offset), -EINVAL);
		i915_expect_ret(try_map(fd, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, offset), 0);
	}
	i915_expect_ret(try_map(dmabuf, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, 0), -EINVAL);
	i915_expect_ret(try_map(dmabuf, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, 0), 0);
	close(dmabuf);
}

static void one_memory(int fd)
{
	__u32 handle = i915_gem_create(fd, 2 * PAGE);
	struct drm_i915_gem_mmap legacy = { .handle = handle, .size = 2 * PAGE };
	int dmabuf = i915_gem_export(fd, handle);
	__u32 *maps[5];
	unsigned int n, m;

	for (n = 0; n < ARRAY_SIZE(modes); n++)
		maps[n] = i915_gem_map(fd, handle, 2 * PAGE, modes[n].type, MAP_SHARED);
	i915_require_ok(i915_ioctl(fd, DRM_IOCTL_I915_GEM_MMAP, &legacy));
	maps[3] = (void *)(uintptr_t)legacy.addr_ptr;
	maps[4] = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, dmabuf, 0);
	i915_require(maps[4] != MAP_FAILED, "mmap of the dma-buf: %s", strerror(errno));

	for (n = 0; n < ARRAY_SIZE(maps); n++) {
		maps[n][1024 + n] = 0xabc0 + n;
		for (m = 0; m < ARRAY_SIZE(maps); m++)
			i915_expect(maps[m][1024 + n] == 0xabc0 + n,
				    "written through mapping %u, 0x%x through mapping %u", n,
				    maps[m][1024 + n], m);
		i915_expect(i915_gem_read32(fd, handle, PAGE + 4 * n) == 0xabc0 + n, "PREAD");
	}
	close(dmabuf);
}

static void moved_and_inherited(int fd)
{
	__u32 handle = i915_gem_create(fd, 4 * PAGE);
	__u32 *p = i915_gem_mmap(fd, handle, 4 * PAGE), *moved;
	void *there;
	__u32 n;

	for (n = 0; n < 4; n++)
		p[n * 1024] = 0x40 + n;
	there = mmap(NULL, 4 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	moved = mremap(p, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, there);
	i915_require(moved == there, "mremap: %s", strerror(errno));

	/* The second half, after what of it has PTEs was given back */
	munmap(moved, 2 * PAGE);
	i915_drop_caches(fd, DROP_BOUND | DROP_UNBOUND | DROP_SHRINK_ALL);
	i915_expect(moved[2 * 1024] == 0x42 && moved[3 * 1024] == 0x43, "0x%x 0x%x",
		    moved[2 * 1024], moved[3 * 1024]);

	i915_expect(touch(moved + 3 * 1024) == 0, "a child inherits the mapping");
	i915_expect(moved[3 * 1024] == 1, "what the child wrote is 0x%x", moved[3 * 1024]);

	there = mremap(moved + 2 * 1024, 2 * PAGE, 4 * PAGE, MREMAP_MAYMOVE);
	i915_expect(there == MAP_FAILED && errno == EFAULT, "a mapping does not grow");
}

static void beyond_the_end(int fd)
{
	__u32 handle = i915_gem_create(fd, 2 * PAGE);
	int prot = PROT_READ | PROT_WRITE, other;
	unsigned int n;
	__u64 offset;

	for (n = 0; n < ARRAY_SIZE(modes); n++) {
		i915_require_ok(get_offset(fd, handle, modes[n].type, &offset));
		i915_note("%s", modes[n].name);
		i915_expect_ret(try_map(fd, PAGE, prot, MAP_SHARED, offset + PAGE), 0);
		i915_expect_ret(try_map(fd, 2 * PAGE, prot, MAP_SHARED, offset + PAGE), -EINVAL);
		i915_expect_ret(try_map(fd, PAGE, prot, MAP_SHARED, offset + 2 * PAGE), -EINVAL);

		other = i915_open_or_die();
		i915_expect_ret(try_map(other, PAGE, prot, MAP_SHARED, offset), -EACCES);
		close(other);
	}
	/* where the next mode would be */
	i915_expect_ret(try_map(fd, PAGE, prot, MAP_SHARED, offset + (1ull << 41)), -EINVAL);
}

/* ptrace, gdb and /proc/PID/mem write where the process could, and nowhere else. */
static void debugger_writes(int fd)
{
	__u32 handle = i915_gem_create(fd, PAGE), value = 0xdeb;
	__u32 *p = i915_gem_mmap(fd, handle, PAGE), *readonly;
	int mem = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
	__u64 offset;

	i915_require(mem >= 0, "/proc/self/mem: %s", strerror(errno));
	i915_require_ok(get_offset(fd, handle, I915_MMAP_OFFSET_WB, &offset));
	readonly = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, offset);
	i915_require(readonly != MAP_FAILED, "mmap: %s", strerror(errno));

	i915_expect(pwrite(mem, &value, 4, (uintptr_t)p) == 4, "pwrite: %s", strerror(errno));
	i915_expect(i915_gem_read32(fd, handle, 0) == 0xdeb, "what the debugger wrote");
	value = 0;
	i915_expect(pread(mem, &value, 4, (uintptr_t)readonly) == 4, "%s", strerror(errno));
	i915_expect(value == 0xdeb, "the debugger reads 0x%x", value);

	value = 0xbad;
	i915_expect(pwrite(mem, &value, 4, (uintptr_t)readonly) == -1, "mapped for reading only");
	i915_expect(i915_gem_read32(fd, handle, 0) == 0xdeb, "changed through a read-only mapping");
	close(mem);
}

static void larger_than_memory(int fd)
{
	__u64 size = (i915_meminfo("MemTotal") + MIB) * 1024 / PAGE * PAGE;
	__u32 handle = i915_gem_create(fd, size);
	__u32 *p = i915_gem_mmap(fd, handle, size);

	i915_expect_ret(touch(p), SIGBUS);
	i915_expect_ret(touch(p + size / 4 - 1), SIGBUS);
	i915_expect_ret(read_by_kernel(p), -EFAULT);
}

/* What a cgroup may have is less than the object: the same. */
static void larger_than_the_cgroup(int fd)
{
	const __u64 size = 64 * MIB;
	__u32 handle = i915_gem_create(fd, size), *p = i915_gem_mmap(fd, handle, size);
	char top[] = "/tmp/i915-cgroup-XXXXXX", path[96], pid[16];
	int status, err;
	pid_t child;

	if (!mkdtemp(top) || mount("none", top, "cgroup2", 0, NULL))
		i915_skip("cgroup2: %s (CONFIG_MEMCG)", strerror(errno));
	snprintf(path, sizeof(path), "%s/cgroup.subtree_control", top);
	err = i915_write_file(path, "+memory");
	snprintf(path, sizeof(path), "%s/i915", top);
	if (!err && mkdir(path, 0700))
		err = -errno;
	snprintf(path, sizeof(path), "%s/i915/memory.max", top);
	if (!err)
		err = i915_write_file(path, "16M");
	snprintf(path, sizeof(path), "%s/i915/cgroup.procs", top);

	fflush(stdout);
	child = err ? -1 : fork();
	if (!child) {
		snprintf(pid, sizeof(pid), "%d", getpid());
		if (i915_write_file(path, pid))
			_exit(1);
		__atomic_store_n(p, 1, __ATOMIC_SEQ_CST);
		_exit(0);
	}
	if (child > 0) {
		waitpid(child, &status, 0);
		i915_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS,
			    "status 0x%x of the process that touched it", status);
	}
	snprintf(path, sizeof(path), "%s/i915", top);
	rmdir(path);
	umount(top);
	rmdir(top);
	if (err)
		i915_skip("the memory controller of cgroup2: %s", strerror(-err));
}

static void contents_given_up(int fd)
{
	__u32 handle = i915_gem_create(fd, PAGE);
	__u32 *p = i915_gem_mmap(fd, handle, PAGE);

	p[0] = 1;
	i915_require_ok(i915_gem_madvise(fd, handle, I915_MADV_DONTNEED));
	i915_drop_caches(fd, DROP_BOUND | DROP_UNBOUND);
	i915_expect_ret(touch(p), SIGBUS);
	i915_expect_ret(read_by_kernel(p), -EFAULT);
}

/* One attempt. Return: was the child killed while the kernel faulted for it? */
static bool kill_in_a_fault(int fd, __u64 size)
{
	__u32 handle = i915_gem_create(fd, size);
	void *p = i915_gem_mmap(fd, handle, size);
	long before = i915_meminfo("Shmem"), kib = size / 1024;
	bool begun;
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid)
		_exit(read_by_kernel(p) != 0);
	i915_require(pid > 0, "fork: %s", strerror(errno));

	begun = i915_wait_for(i915_meminfo("Shmem") > before + kib / 16, 20000);
	kill(pid, SIGKILL);
	i915_require(i915_wait_for(waitpid(pid, &status, WNOHANG) == pid, 20000),
		     "a process does not end that was killed in a fault of the kernel's");
	begun &= i915_meminfo("Shmem") < before + kib - kib / 16;
	munmap(p, size);
	i915_gem_close(fd, handle);

	return begun;
}

static void killed_in_a_fault(int fd)
{
	__u64 size = i915_meminfo("MemAvailable") * 1024ull / 4;
	unsigned int tries;

	if (size > 512 * MIB)
		size = 512 * MIB;
	size -= size % PAGE;
	for (tries = 0; tries < 10; tries++) {
		if (kill_in_a_fault(fd, size))
			return;
	}
	i915_fatal("%llu MiB were always there before the process was killed", size / MIB);
}

/* An object takes no more of the offsets, of which there is one TiB for all, than its size. */
static void huge_objects(int fd)
{
	__u32 handles[3], small = i915_gem_create(fd, PAGE), n, m;
	__u64 offset, seen[ARRAY_SIZE(modes)];

	handles[0] = i915_gem_create(fd, 400 * GIB);
	handles[1] = i915_gem_create(fd, 300 * GIB);
	handles[2] = i915_gem_create(fd, 300 * GIB);
	for (n = 0; n < ARRAY_SIZE(handles); n++) {
		for (m = 0; m < ARRAY_SIZE(modes); m++)
			i915_expect_ret(get_offset(fd, handles[n], modes[m].type, &seen[m]), 0);
		i915_expect(seen[0] != seen[1] && seen[1] != seen[2] && seen[0] != seen[2],
			    "offsets %llx %llx %llx", seen[0], seen[1], seen[2]);
	}
	i915_expect_ret(get_offset(fd, small, I915_MMAP_OFFSET_WB, &offset), 0);

	/* the last page of the first, in the last mode */
	i915_require_ok(get_offset(fd, handles[0], I915_MMAP_OFFSET_UC, &offset));
	offset += 400 * GIB - PAGE;
	i915_expect_ret(try_map(fd, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, offset), 0);

	small = i915_gem_create(fd, 2048 * GIB);
	i915_expect_ret(get_offset(fd, small, I915_MMAP_OFFSET_WB, &offset), -ENOSPC);
}

static const struct i915_case cases[] = {
	{ "private-is-refused", "of an object and of its dma-buf, in each caching mode",
	  private_is_refused },
	{ "one-memory", "all mappings of an object show the same", one_memory },
	{ "moved-and-inherited", "mremap, munmap in the middle, fork", moved_and_inherited },
	{ "beyond-the-end", "of the object, of the modes; without a handle", beyond_the_end },
	{ "debugger", "writes what the process could write", debugger_writes },
	{ "larger-than-memory", "touching such an object is SIGBUS, soon", larger_than_memory, 20 },
	{ "larger-than-the-cgroup", "the same, with less for the cgroup", larger_than_the_cgroup,
	  20 },
	{ "contents-given-up", "touching what madvise gave up is SIGBUS", contents_given_up },
	{ "killed-in-a-fault", "also if the kernel faults for it", killed_in_a_fault, 120 },
	{ "huge-objects", "take no more of the offsets than their size", huge_objects },
};

int main(int argc, char **argv)
{
	return i915_cases_main(argc, argv, cases, ARRAY_SIZE(cases),
			       "CPU mappings of objects.");
}
