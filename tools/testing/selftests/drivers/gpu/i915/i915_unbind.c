// SPDX-License-Identifier: GPL-2.0
/*
 * The driver is taken from a device that is busy: nothing of it outlives the
 * unbind but what open files hold, nobody hangs, everybody gets an error, and
 * nothing touches the registers any more.
 *
 * What goes wrong here is often seen in the kernel log only, so each case
 * watches it.
 */
#include <sched.h>

#include "i915_util.h"

#define PAGE	4096

struct scene {
	struct i915_slot slot;
	struct i915_audit before;
	int klog;
};

/* The file the case came with is closed: only what it opens itself is open. */
static struct scene scene_begin(int fd)
{
	struct scene scene = { .slot = i915_slot(fd), .klog = i915_klog_open() };

	close(fd);
	fd = i915_open_or_die();
	i915_audit_take(fd, &scene.before);
	close(fd);

	return scene;
}

static void scene_unbind(const struct scene *scene)
{
	i915_require_ok(i915_unbind(&scene->slot));
}

/* Bound again: the GPU works, and no more is alive than at the beginning. */
static void scene_end(struct scene *scene)
{
	struct i915_audit after;
	unsigned int n;
	int fd;

	i915_require_ok(i915_bind(&scene->slot));
	fd = i915_open_or_die();
	for (n = 0; n < I915_ENGINES; n++)
		i915_expect_ret(i915_exec_nop(fd, 0, i915_engines[n].ring), 0);
	/* with what it had just now */
	close(fd);
	fd = i915_open_or_die();
	i915_audit_take(fd, &after);
	i915_expect(!i915_audit_compare(&scene->before, &after, "after bind"), "see above");
	close(fd);
	i915_klog_clean(scene->klog);
	close(scene->klog);
}

/* ---- Contexts that live only for their work ---- */

/* Contexts whose batches stand behind a spinner when the process ends */
static void leave_contexts_behind(struct i915_child *child, void *arg)
{
	const unsigned int *contexts = arg;
	int fd = i915_open_or_die();
	struct i915_spin spin;
	unsigned int n;
	__u32 batch;

	batch = i915_gem_create_batch(fd);
	i915_spin_start(&spin, fd, i915_context_create(fd), I915_EXEC_RENDER, 0);
	for (n = 0; n < *contexts; n++)
		i915_require_ok(i915_exec_batch(fd, i915_context_create(fd), I915_EXEC_RENDER,
						batch));
	i915_child_ready(child);
}

/*
 * They end at the unbind, on a workqueue. With one processor that comes to its
 * turn only when the unbind has gone on to free the engines, if nobody waits.
 */
static void contexts_without_file(int fd)
{
	unsigned int contexts = 200;
	struct sched_param fifo = { .sched_priority = 10 };
	struct scene scene = scene_begin(fd);
	struct i915_child child;

	i915_child_start(&child, leave_contexts_behind, &contexts);
	i915_child_wait_ready(&child);
	i915_require(!i915_child_join(&child), "the other process");
	sched_setscheduler(0, SCHED_FIFO, &fifo);
	scene_unbind(&scene);
	fifo.sched_priority = 0;
	sched_setscheduler(0, SCHED_OTHER, &fifo);
	scene_end(&scene);
}

/* ---- Calls that sleep, or that come, while the device goes ---- */

#define CLIENTS		16

static struct client {
	/* of the calls that came back, and what the last of them said */
	unsigned long done;
	int last;
} *clients;

static void clients_make(void)
{
	clients = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	i915_require(clients != MAP_FAILED, "mmap");
}

/* Executes behind a spinner of its own context until the ring is full, and sleeps there. */
static void fill_the_ring(struct i915_child *child, void *arg)
{
	struct client *client = arg;
	int fd = i915_open_or_die();
	struct i915_spin spin;
	__u32 ctx, batch;

	ctx = i915_context_create(fd);
	batch = i915_gem_create_batch(fd);
	i915_spin_init(&spin, fd, ctx, I915_EXEC_RENDER, 0);
	i915_require_ok(i915_spin_submit(&spin));
	i915_child_ready(child);
	do {
		client->last = i915_exec_batch(fd, ctx, I915_EXEC_RENDER, batch);
		__atomic_fetch_add(&client->done, 1, __ATOMIC_SEQ_CST);
	} while (!client->last);
}

/* Nothing moves any more for a while: all of them sleep. */
static void wait_until_blocked(void)
{
	unsigned long sum, before = ~0ul;
	unsigned int n;

	for (;;) {
		for (sum = 0, n = 0; n < CLIENTS; n++)
			sum += __atomic_load_n(&clients[n].done, __ATOMIC_SEQ_CST);
		if (sum == before)
			return;
		before = sum;
		i915_sleep_ms(300);
	}
}

/*
 * The unbind lets them go on, which they do when it has unmapped the registers:
 * it is at the front of the queue of the one processor, they are at the back.
 */
static void exec_asleep(int fd)
{
	struct sched_param fifo = { .sched_priority = 10 }, none = {};
	struct scene scene = scene_begin(fd);
	struct i915_child child[CLIENTS];
	unsigned int n;
	cpu_set_t one;

	clients_make();
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	sched_setaffinity(0, sizeof(one), &one);
	for (n = 0; n < CLIENTS; n++) {
		i915_child_start(&child[n], fill_the_ring, &clients[n]);
		i915_child_wait_ready(&child[n]);
	}
	wait_until_blocked();
	for (n = 0; n < CLIENTS; n++)
		sched_setscheduler(child[n].pid, SCHED_IDLE, &none);
	sched_setscheduler(0, SCHED_FIFO, &fifo);
	scene_unbind(&scene);
	sched_setscheduler(0, SCHED_OTHER, &none);
	for (n = 0; n < CLIENTS; n++) {
		i915_expect(!i915_child_join(&child[n]), "client %u", n);
		i915_expect(clients[n].last == -EIO || clients[n].last == -ENODEV,
			    "client %u got %d", n, clients[n].last);
	}
	scene_end(&scene);
}

/* One after the other of the calls that may reach a register. Return: 0 or -errno */
static int call_something(int fd, unsigned int which, __u32 batch)
{
	struct drm_i915_reg_read timestamp = { .offset = 0x2358 | I915_REG_READ_8B_WA };
	__u64 ring = i915_engines[which / 4 % I915_ENGINES].ring;
	struct drm_i915_gem_create create = { .size = PAGE };
	static const __u32 end = MI_BATCH_BUFFER_END;
	struct drm_gem_close gem_close = {};
	__u32 ctx;
	int ret;

	switch (which % 4) {
	case 0:
		return i915_ioctl(fd, DRM_IOCTL_I915_REG_READ, &timestamp);
	case 1:
		return i915_exec_batch(fd, 0, ring, batch);
	case 2:
		ret = i915_context_create_with(fd, NULL, 0, &ctx);
		if (!ret)
			ret = i915_exec_batch(fd, ctx, ring, batch);
		return ret ?: i915_context_destroy(fd, ctx);
	default:
		/* its pages go back to the system while the GPU is awake: TLB */
		ret = i915_ioctl(fd, DRM_IOCTL_I915_GEM_CREATE, &create);
		gem_close.handle = create.handle;
		/* without an end it would run on through what others are binding */
		if (!ret)
			ret = i915_gem_pwrite(fd, gem_close.handle, 0, &end, sizeof(end));
		if (!ret)
			ret = i915_exec_batch(fd, 0, ring, gem_close.handle);
		return ret ?: i915_ioctl(fd, DRM_IOCTL_GEM_CLOSE, &gem_close);
	}
}

static void call_until_told(struct i915_child *child, void *arg)
{
	struct client *client = arg;
	int fd = i915_open_or_die();
	__u32 batch = i915_gem_create_batch(fd);

	i915_child_ready(child);
	while (client->last != -ENODEV) {
		client->last = call_something(fd, client->done, batch);
		client->done++;
	}
}

/* Calls of all kinds come in while the device goes. Afterwards they are told that it is gone. */
static void calls_coming_in(int fd)
{
	struct scene scene = scene_begin(fd);
	struct i915_child child[4];
	unsigned int n;

	clients_make();
	for (n = 0; n < ARRAY_SIZE(child); n++) {
		i915_child_start(&child[n], call_until_told, &clients[n]);
		i915_child_wait_ready(&child[n]);
	}
	i915_sleep_ms(50);
	scene_unbind(&scene);
	for (n = 0; n < ARRAY_SIZE(child); n++)
		i915_expect(!i915_child_join(&child[n]), "client %u", n);
	scene_end(&scene);
}

/* What sleeps until a batch ends is woken, and the fence says why. */
static void waits(int fd)
{
	struct scene scene = scene_begin(fd);
	struct i915_spin spin;
	int status;
	pid_t pid;

	fd = i915_open_or_die();
	i915_spin_start(&spin, fd, 0, I915_EXEC_BLT, 0);
	fflush(stdout);
	pid = fork();
	if (!pid)
		_exit(-i915_gem_wait(fd, spin.handle, -1));
	i915_sleep_ms(20);
	scene_unbind(&scene);
	i915_expect_ret(i915_fence_wait(spin.fence, 1000), -EIO);
	waitpid(pid, &status, 0);
	i915_expect(WIFEXITED(status) && !WEXITSTATUS(status), "GEM_WAIT: status 0x%x", status);
	close(spin.fence);
	munmap(spin.map, PAGE);
	close(fd);
	scene_end(&scene);
}

#define DROP_IDLE	0x40
/* Until the writer gives up, and with it an unbind that waits for it: seconds */
#define WRITER_S	20

static void wait_in_debugfs(struct i915_child *child, void *arg)
{
	int fd = i915_open_or_die();

	i915_child_ready(child);
	alarm(WRITER_S);
	i915_drop_caches(fd, DROP_IDLE);
}

/*
 * A debugfs file goes when nobody is inside of it any more, and who writes there may wait for the
 * GPU: without end, if nobody looks after its batches.
 */
static void waits_in_debugfs(int fd)
{
	char path[128], timeout[16];
	struct i915_child child;
	struct i915_spin spin;
	struct scene scene;
	int status;

	i915_debugfs_path(fd, "i915_params/request_timeout_ms", path, sizeof(path));
	i915_require_ok(i915_read_file(path, timeout, sizeof(timeout)));
	scene = scene_begin(fd);
	fd = i915_open_or_die();
	i915_param_set(fd, "request_timeout_ms", "0");
	i915_heartbeat(fd, 0);
	i915_spin_start(&spin, fd, 0, I915_EXEC_RENDER, 0);
	i915_child_start(&child, wait_in_debugfs, NULL);
	i915_child_wait_ready(&child);
	i915_sleep_ms(200);
	scene_unbind(&scene);
	status = i915_child_join(&child);
	i915_expect(!WIFSIGNALED(status), "the unbind waited for the writer: status 0x%x", status);
	close(spin.fence);
	munmap(spin.map, PAGE);
	close(fd);
	scene_end(&scene);
	fd = i915_open_or_die();
	i915_param_set(fd, "request_timeout_ms", timeout);
	close(fd);
}

/* ---- Things that are held ---- */

static void held(int fd)
{
	struct scene scene = scene_begin(fd);
	struct i915_held held;
	unsigned int n;

	for (n = 0; n < i915_holders_count; n++) {
		/* let go while there is no device, and when it is back */
		i915_hold(&i915_holders[n], &held);
		scene_unbind(&scene);
		i915_let_go(&held);
		i915_require_ok(i915_bind(&scene.slot));

		i915_hold(&i915_holders[n], &held);
		scene_unbind(&scene);
		i915_require_ok(i915_bind(&scene.slot));
		i915_let_go(&held);
		if (!i915_klog_clean(scene.klog))
			i915_complain(i915_holders[n].name, "the lines above");
	}
	scene_unbind(&scene);
	scene_end(&scene);
}

/* A file of a device that is gone: every call says so, and closing it is all that is left. */
static void file_of_the_past(int fd)
{
	struct scene scene = scene_begin(fd);
	__u32 batch, id;

	fd = i915_open_or_die();
	batch = i915_gem_create_batch(fd);
	scene_unbind(&scene);
	i915_expect_ret(i915_exec_batch(fd, 0, I915_EXEC_RENDER, batch), -ENODEV);
	i915_expect_ret(i915_context_create_with(fd, NULL, 0, &id), -ENODEV);
	i915_expect_ret(i915_getparam(fd, I915_PARAM_CHIPSET_ID), -ENODEV);
	i915_expect_ret(i915_open(), -ENODEV);
	close(fd);
	scene_end(&scene);
}

static const struct i915_case cases[] = {
	{ "contexts", "contexts that live only for their work end in time", contexts_without_file },
	{ "exec-asleep", "execbufs that wait for room in a ring get an error", exec_asleep, 180 },
	{ "calls", "calls of all kinds come in meanwhile", calls_coming_in },
	{ "waits", "who waits for a batch is woken", waits },
	{ "waits-in-debugfs", "who waits for it in a debugfs file, too", waits_in_debugfs },
	{ "held", "files, mappings, fences, events are held, and let go later", held, 120 },
	{ "file", "a file of the device that is gone", file_of_the_past },
};

int main(int argc, char **argv)
{
	return i915_cases_main(argc, argv, cases, ARRAY_SIZE(cases),
			       "The driver is taken from a busy device.");
}
