// SPDX-License-Identifier: GPL-2.0
/*
 * The importer of i915_importer: it gets the object, executes it, lets go as its
 * cell says, and uses the address again.
 */
#include <pthread.h>
#include <sys/syscall.h>

#include "i915_importer.h"

struct importer {
	const struct exporter *exporter;
	int fd;
	unsigned int handles;
	__u32 handle[2];
	unsigned int contexts;
	__u32 context[CONTEXTS];
	__u32 vm;
	/* end CLOSES_IN_EXEC: the call that sleeps, and what it waits for */
	pthread_t thread;
	pid_t tid;
	int ret;
	bool returned;
	struct i915_spin obstacle;
	__u32 batch, displaced;
};

static const __u64 rings[CONTEXTS] = { I915_EXEC_RENDER, I915_EXEC_BLT };
#define OBSTACLE_RING	I915_EXEC_BSD

static bool keeps_context(const struct cell *cell)
{
	return cell->end == CLOSES || cell->end == CLOSES_IN_EXEC;
}

static void import(struct importer *importer)
{
	const struct exporter *exporter = importer->exporter;
	int fd = importer->fd;
	__u32 *handle = importer->handle;

	if (ways[exporter->cell->share].by_name)
		*handle++ = i915_gem_open_name(fd, exporter->name);
	if (ways[exporter->cell->share].again)
		*handle++ = i915_gem_open_name(fd, exporter->name);
	if (ways[exporter->cell->share].by_dmabuf)
		*handle++ = i915_gem_import(fd, exporter->dmabuf);
	importer->handles = handle - importer->handle;
	/* an import keeps its pages once it has them, whatever becomes of its bindings */
	i915_require_ok(i915_gem_set_domain(fd, *importer->handle, I915_GEM_DOMAIN_CPU, 0));
}

static void create_contexts(struct importer *importer)
{
	const struct cell *cell = importer->exporter->cell;
	int fd = importer->fd;
	__u64 vm = 0;

	importer->contexts = cell->vms == ONE ? 1 : CONTEXTS;
	if (cell->vms == HANDLE) {
		importer->vm = i915_vm_create(fd);
		importer->context[0] = i915_context_create_in(fd, importer->vm);
		importer->context[1] = i915_context_create_in(fd, importer->vm);
		return;
	}

	importer->context[0] = i915_context_create(fd);
	if (cell->vms == SHARED || cell->end == VM) {
		i915_require_ok(i915_context_get(fd, importer->context[0], I915_CONTEXT_PARAM_VM,
						 &vm));
		importer->vm = vm;
	}
	if (cell->vms == SHARED)
		importer->context[1] = i915_context_create_in(fd, vm);
	if (cell->vms == SHARED && cell->end != VM) {
		i915_require_ok(i915_vm_destroy(fd, vm));
		importer->vm = 0;
	}
}

static void warm_up(struct importer *importer)
{
	unsigned int n;

	for (n = 0; n < importer->contexts; n++)
		i915_require_ok(i915_exec_nop(importer->fd, importer->context[n], rings[n]));
	i915_require_ok(i915_exec_nop(importer->fd, importer->context[0], OBSTACLE_RING));
}

static void note_what_is_kept(struct importer *importer)
{
	i915_drop_caches(importer->fd, DROP_RETIRE | DROP_FREED);
	i915_audit_read(importer->fd, importer->exporter->kept);
}

/* Execute the object in each context; with two handles, the first is used for another batch. */
static void execute(struct importer *importer)
{
	const struct exporter *exporter = importer->exporter;
	__u32 last = importer->handle[importer->handles - 1];
	struct i915_exec exec;
	unsigned int n;
	int fence;

	if (importer->handles > 1) {
		__u32 batch = i915_gem_create_batch(importer->fd);

		i915_exec_init(&exec, importer->context[0], rings[0]);
		i915_exec_add(&exec, batch);
		i915_exec_add_at(&exec, importer->handle[0], ADDRESS);
		i915_require_ok(i915_exec_submit(importer->fd, &exec));
		i915_gem_close(importer->fd, batch);
	}
	for (n = 0; n < importer->contexts; n++) {
		i915_exec_init(&exec, importer->context[n], rings[n]);
		i915_exec_add_at(&exec, last, ADDRESS);
		if (exporter->cell->state == QUEUED) {
			exec.args.flags |= I915_EXEC_FENCE_IN;
			exec.args.rsvd2 = exporter->fence;
		}
		fence = i915_require_ok(i915_exec_submit_fence(importer->fd, &exec));
		if (exporter->cell->state == IDLE || exporter->cell->state == ELSEWHERE)
			i915_require(i915_fence_wait(fence, LIMIT_MS) == 1,
				     "its batch does not end: %d", i915_fence_status(fence));
		close(fence);
	}
	if (loops(exporter->cell))
		i915_require(i915_wait_for(__atomic_load_n(&exporter->map[MARK], __ATOMIC_SEQ_CST)
					   == RUNS, LIMIT_MS), "its batch does not begin");
}

static void *blocked_exec(void *arg)
{
	struct importer *importer = arg;
	struct i915_exec exec;
	unsigned int n;

	i915_exec_init(&exec, importer->context[0], rings[0]);
	i915_exec_add(&exec, importer->batch);
	for (n = 0; n < importer->handles; n++)
		i915_exec_add_at(&exec, importer->handle[n], ADDRESS);
	/* where a running batch is */
	i915_exec_add_at(&exec, importer->displaced, importer->obstacle.exec.object[0].offset);
	__atomic_store_n(&importer->tid, syscall(SYS_gettid), __ATOMIC_SEQ_CST);
	importer->ret = i915_exec_submit(importer->fd, &exec);
	__atomic_store_n(&importer->returned, true, __ATOMIC_SEQ_CST);

	return NULL;
}

static bool sleeps(const pid_t *tid)
{
	char path[64], text[256];
	pid_t id = __atomic_load_n(tid, __ATOMIC_SEQ_CST);

	if (!id)
		return false;
	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", id);
	if (i915_read_file(path, text, sizeof(text)))
		return false;

	return strstr(text, ") S") || strstr(text, ") D");
}

/* Begin an exec with the object in its list that cannot go on for the time being. */
static void begin_blocked_exec(struct importer *importer)
{
	i915_spin_start(&importer->obstacle, importer->fd, importer->context[0], OBSTACLE_RING, 0);
	importer->batch = i915_gem_create_batch(importer->fd);
	importer->displaced = i915_gem_create(importer->fd, PAGE);
	i915_require(!pthread_create(&importer->thread, NULL, blocked_exec, importer),
		     "%s", strerror(errno));
	i915_require(i915_wait_for(sleeps(&importer->tid), LIMIT_MS), "exec does not sleep");
}

static void end_blocked_exec(struct importer *importer)
{
	i915_expect(!importer->returned, "exec came back early, with %d", importer->ret);
	i915_spin_end(&importer->obstacle);
	pthread_join(importer->thread, NULL);
	i915_expect(!importer->ret, "exec came back with %d", importer->ret);
	i915_require_ok(i915_gem_wait(importer->fd, importer->batch, -1));
	i915_gem_close(importer->fd, importer->batch);
	i915_gem_close(importer->fd, importer->displaced);
	i915_spin_fini(&importer->obstacle);
}

static void destroy_contexts(struct importer *importer)
{
	while (importer->contexts)
		i915_require_ok(i915_context_destroy(importer->fd,
						     importer->context[--importer->contexts]));
}

static void destroy_vm(struct importer *importer)
{
	if (importer->vm)
		i915_require_ok(i915_vm_destroy(importer->fd, importer->vm));
	importer->vm = 0;
}

static void end(struct importer *importer)
{
	const struct cell *cell = importer->exporter->cell;
	unsigned int n;

	switch (cell->end) {
	case CONTEXT:
		destroy_contexts(importer);
		break;
	case VM:
		if (cell->vms == HANDLE)
			destroy_contexts(importer);
		destroy_vm(importer);
		destroy_contexts(importer);
		break;
	case CLOSES:
	case CLOSES_IN_EXEC:
		for (n = 0; n < importer->handles; n++)
			i915_gem_close(importer->fd, importer->handle[n]);
		break;
	default:
		break;
	}
}

/* When the GPU is done: what is left to do until only what is kept is left */
static void after_end(struct importer *importer)
{
	const struct cell *cell = importer->exporter->cell;

	if (cell->end == CLOSES_IN_EXEC)
		end_blocked_exec(importer);
	if (cell->end != CONTEXT || cell->vms != HANDLE)
		return;

	/* the address space outlives its contexts, with the object in it: a new one finds it */
	importer->context[0] = i915_context_create_in(importer->fd, importer->vm);
	importer->contexts = 1;
	execute(importer);
	destroy_contexts(importer);
	destroy_vm(importer);
}

/* The address is free, and what is there next is not mistaken for what was. */
static void use_address_again(struct importer *importer)
{
	static const __u32 value = 0xadd4e55;
	const __u64 at = ADDRESS + DATA * 4;
	const __u32 code[] = { MI_STORE_DWORD_IMM, at, at >> 32, value, MI_BATCH_BUFFER_END, 0 };
	__u32 handle = i915_gem_create(importer->fd, SIZE);
	struct i915_exec exec;
	__u32 seen;

	if (!importer->contexts)
		importer->context[importer->contexts++] = i915_context_create(importer->fd);
	i915_gem_write(importer->fd, handle, 0, code, sizeof(code));
	i915_exec_init(&exec, importer->context[0], rings[0]);
	i915_exec_add_at(&exec, handle, ADDRESS);
	i915_require_ok(i915_exec_submit(importer->fd, &exec));
	i915_require_ok(i915_gem_wait(importer->fd, handle, -1));
	seen = i915_gem_read32(importer->fd, handle, DATA * 4);
	i915_expect(seen == value, "0x%x came to where the shared object had been", seen);
	i915_gem_close(importer->fd, handle);
}

static void expect_gone(struct importer *importer)
{
	__u32 id;

	i915_expect_ret(i915_context_create_with(importer->fd, NULL, 0, &id), -ENODEV);
}

void importer_main(struct i915_child *child, void *arg)
{
	const struct exporter *exporter = arg;
	const struct cell *cell = exporter->cell;
	struct importer importer = { .exporter = exporter, .fd = i915_open_or_die() };

	if (keeps_context(cell)) {
		create_contexts(&importer);
		warm_up(&importer);
		note_what_is_kept(&importer);
		import(&importer);
	} else {
		import(&importer);
		note_what_is_kept(&importer);
		create_contexts(&importer);
	}
	execute(&importer);
	if (cell->end == CLOSES_IN_EXEC)
		begin_blocked_exec(&importer);
	i915_child_ready(child);
	i915_child_pause(child);
	if (!lives(cell))
		return;
	if (cell->end == UNBOUND) {
		expect_gone(&importer);
		return;
	}

	end(&importer);
	i915_child_ready(child);
	i915_child_pause(child);
	after_end(&importer);
	i915_child_ready(child);
	i915_child_pause(child);
	use_address_again(&importer);
}
