// SPDX-License-Identifier: GPL-2.0
/*
 * A mix of clients that do what clients do, drawn from a seed: contexts made
 * and ended, used, hung and cancelled; objects shared by flink and by dma-buf;
 * address spaces; processes killed in the middle. Whatever the schedule, work
 * is done right or its fence says why not, and nothing is left.
 *
 * make stress runs it under a range of seeds and faults of the virtual GPU.
 * In the environment: I915_STRESS_SEED (1) and I915_STRESS_MS (2000).
 */
#include "i915_util.h"

#define CLIENTS		6
#define FENCE_MS	30000
#define OBJECT		0x4000

struct client {
	unsigned int number;
	__u64 random;
	int fd;
	/* of the file: everything below belongs to it */
	__u32 target;
	__u32 value;
};

static __u64 setting(const char *name, __u64 otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 0) : otherwise;
}

static unsigned int draw(struct client *c, unsigned int below)
{
	/* splitmix64 */
	__u64 z = c->random += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;

	return (z ^ (z >> 31)) % below;
}

static __u64 draw_ring(struct client *c)
{
	return i915_engines[draw(c, I915_ENGINES)].ring;
}

/* Work that did nothing wrong. Return: is it done? */
static bool ended_well(struct client *c, int fence, const char *what)
{
	int status = i915_fence_wait(fence, FENCE_MS);

	close(fence);

	return i915_expect(status == 1, "client %u, %s: %d", c->number, what, status);
}

/* Store by the GPU, read by the CPU */
static void store_in(struct client *c, int fd, __u32 ctx, __u32 target, const char *what)
{
	__u64 offset = 4 * draw(c, OBJECT / 4);
	__u32 value = ++c->value << 8 | c->number, got;
	int fence = i915_store(fd, ctx, draw_ring(c), target, offset, value);

	if (!ended_well(c, fence, what))
		return;
	got = i915_gem_read32(fd, target, offset);
	i915_expect(got == value, "client %u, %s: 0x%x read, 0x%x written", c->number, what, got,
		    value);
}

static void use_default(struct client *c)
{
	store_in(c, c->fd, 0, c->target, "default context");
}

static void use_new(struct client *c)
{
	__u32 ctx = i915_context_create(c->fd);
	unsigned int n;

	for (n = draw(c, 4); n; n--)
		store_in(c, c->fd, ctx, c->target, "new context");
	i915_require_ok(i915_context_destroy(c->fd, ctx));
}

static void use_vm(struct client *c)
{
	__u32 vm = i915_vm_create(c->fd), ctx = i915_context_create_in(c->fd, vm);
	__u32 object = i915_gem_create(c->fd, OBJECT);
	bool early = draw(c, 2);

	if (early)
		i915_require_ok(i915_vm_destroy(c->fd, vm));
	store_in(c, c->fd, ctx, object, "own address space");
	i915_gem_close(c->fd, object);
	i915_require_ok(i915_context_destroy(c->fd, ctx));
	if (!early)
		i915_require_ok(i915_vm_destroy(c->fd, vm));
}

/* Ended while it runs: it may not go on when nobody can reach it */
static void destroy_busy(struct client *c)
{
	__u32 ctx = i915_context_create(c->fd);
	struct i915_spin spin;

	i915_spin_init(&spin, c->fd, ctx, draw_ring(c), 0);
	i915_require_ok(i915_spin_submit(&spin));
	if (draw(c, 2))
		i915_sleep_ms(draw(c, 5));
	i915_require_ok(i915_context_destroy(c->fd, ctx));
	i915_spin_end(&spin);
	i915_expect(i915_fence_wait(spin.fence, FENCE_MS) != 0, "client %u: never ends", c->number);
	i915_spin_fini(&spin);
}

static void hang(struct client *c)
{
	__u32 ctx = i915_context_create(c->fd), bad = i915_batch_invalid(c->fd);
	struct i915_exec exec;
	int fence, status;

	i915_exec_init(&exec, ctx, draw_ring(c));
	i915_exec_add(&exec, bad);
	fence = i915_require_ok(i915_exec_submit_fence(c->fd, &exec));
	status = i915_fence_wait(fence, FENCE_MS);
	i915_expect(status == -EIO, "client %u, what hung: %d", c->number, status);
	close(fence);
	i915_gem_close(c->fd, bad);
	i915_require_ok(i915_context_destroy(c->fd, ctx));
}

/* Made here, used there, closed in either order */
static void share(struct client *c, bool by_name)
{
	int other = i915_open_or_die(), dmabuf = -1;
	__u32 mine = i915_gem_create(c->fd, OBJECT), theirs;
	bool mine_first;

	if (by_name) {
		theirs = i915_gem_open_name(other, i915_gem_flink(c->fd, mine));
	} else {
		dmabuf = i915_gem_export(c->fd, mine);
		theirs = i915_gem_import(other, dmabuf);
	}
	if (draw(c, 2))
		store_in(c, c->fd, 0, mine, "shared, by its maker");
	mine_first = draw(c, 2);
	if (mine_first)
		i915_gem_close(c->fd, mine);
	store_in(c, other, 0, theirs, "shared");
	if (dmabuf >= 0)
		close(dmabuf);
	if (draw(c, 2))
		i915_gem_close(other, theirs);
	close(other);
	if (!mine_first)
		i915_gem_close(c->fd, mine);
}

static void share_name(struct client *c)
{
	share(c, true);
}

static void share_dmabuf(struct client *c)
{
	share(c, false);
}

/* A file whose work ends with it */
static int open_mortal(void)
{
	int fd = i915_open_or_die();

	i915_require_ok(i915_context_set(fd, 0, I915_CONTEXT_PARAM_PERSISTENCE, 0));

	return fd;
}

/* A file closed with work on it: what is not done is cancelled */
static void close_busy(struct client *c)
{
	int other = open_mortal();
	struct i915_spin spin;

	i915_spin_init(&spin, other, 0, draw_ring(c), draw(c, 8) ? 0 : I915_SPIN_RUDE);
	i915_require_ok(i915_spin_submit(&spin));
	if (draw(c, 2))
		i915_sleep_ms(draw(c, 5));
	close(other);
	i915_expect(i915_fence_wait(spin.fence, FENCE_MS) != 0, "client %u: not cancelled",
		    c->number);
	close(spin.fence);
	munmap(spin.map, 4096);
}

/* A process killed with work on the GPU */
static void kill_busy(struct client *c)
{
	unsigned int ms = draw(c, 10);
	__u64 ring = draw_ring(c);
	pid_t pid = fork();

	if (!pid) {
		struct i915_spin spin;

		i915_spin_init(&spin, open_mortal(), 0, ring, 0);
		i915_spin_submit(&spin);
		pause();
		_exit(0);
	}
	i915_require(pid > 0, "fork: %s", strerror(errno));
	i915_sleep_ms(ms);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Bind and unbind: objects that come and go at addresses of their own */
static void bind_many(struct client *c)
{
	__u32 handle[I915_EXEC_OBJECTS - 1], batch = i915_gem_create_batch(c->fd);
	struct i915_exec exec;
	unsigned int n, count = 1 + draw(c, ARRAY_SIZE(handle));
	int fence;

	i915_exec_init(&exec, 0, draw_ring(c));
	i915_exec_add(&exec, batch);
	for (n = 0; n < count; n++) {
		handle[n] = i915_gem_create(c->fd, OBJECT << draw(c, 6));
		i915_exec_add(&exec, handle[n]);
	}
	fence = i915_require_ok(i915_exec_submit_fence(c->fd, &exec));
	for (n = 0; n < count; n++)
		i915_gem_close(c->fd, handle[n]);
	ended_well(c, fence, "many objects");
	i915_gem_close(c->fd, batch);
}

static void (*const deeds[])(struct client *c) = {
	use_default, use_default, use_new, use_new, use_vm, destroy_busy, share_name, share_dmabuf,
	close_busy, kill_busy, bind_many, hang,
};

static __u64 until;

static void live(struct i915_child *child, void *arg)
{
	struct client *c = arg;

	c->fd = i915_open_or_die();
	c->target = i915_gem_create(c->fd, OBJECT);
	i915_child_ready(child);
	while (i915_now_ms() < until)
		deeds[draw(c, ARRAY_SIZE(deeds))](c);
	close(c->fd);
}

static void mix(int fd)
{
	struct i915_child child[CLIENTS];
	struct client c[CLIENTS];
	__u64 seed = setting("I915_STRESS_SEED", 1);
	unsigned int n;
	int status;

	until = i915_now_ms() + setting("I915_STRESS_MS", 2000);
	i915_heartbeat(fd, 100);
	for (n = 0; n < CLIENTS; n++) {
		c[n] = (struct client){ .number = n, .random = seed << 8 | n };
		i915_child_start(&child[n], live, &c[n]);
	}
	for (n = 0; n < CLIENTS; n++) {
		status = i915_child_join(&child[n]);
		i915_expect(!status, "client %u ended with status 0x%x", n, status);
	}
	/* the GPU works for whoever comes next */
	i915_expect_ret(i915_exec_nop(fd, 0, I915_EXEC_RENDER), 0);
}

/* The device goes while all of that is under way, and comes back. */
static void unplug(int fd)
{
	struct i915_slot slot = i915_slot(fd);
	struct i915_child child[CLIENTS];
	struct client c[CLIENTS];
	struct client me = { .random = setting("I915_STRESS_SEED", 1) << 8 | 0xff };
	unsigned int n;
	int again;

	until = ~0ull;
	close(fd);
	for (n = 0; n < CLIENTS; n++) {
		c[n] = (struct client){ .number = n, .random = me.random + n };
		i915_child_start(&child[n], live, &c[n]);
	}
	for (n = 0; n < CLIENTS; n++)
		i915_child_wait_ready(&child[n]);
	i915_sleep_ms(draw(&me, 300));
	/* they end while the driver does: none sees its calls fail */
	for (n = 0; n < CLIENTS; n++)
		i915_child_kill(&child[n]);
	i915_expect_ret(i915_unbind(&slot), 0);
	for (n = 0; n < CLIENTS; n++)
		i915_child_join(&child[n]);
	i915_require_ok(i915_bind(&slot));
	again = i915_open_or_die();
	i915_expect_ret(i915_exec_nop(again, 0, I915_EXEC_RENDER), 0);
	close(again);
}

static const struct i915_case cases[] = {
	{ .name = "mix", .what = "all of it at once", .run = mix, .limit_s = 120 },
	{ .name = "unplug", .what = "unbound and bound again meanwhile", .run = unplug,
	  .limit_s = 120, .flags = I915_CASE_NO_AUDIT },
};

int main(int argc, char **argv)
{
	return i915_cases_main(argc, argv, cases, ARRAY_SIZE(cases),
			       "does everything end, and end well, whatever the schedule?");
}
