// SPDX-License-Identifier: GPL-2.0
/*
 * What an importer leaves behind: nothing, whichever way it got the object,
 * whatever its work is doing, and whichever way it goes. One case for each cell
 * of
 *
 *   how it got the object   x  what its batch does  x  how it goes  x  its VM
 *
 * as Documentation/gpu/i915/lifetimes.rst promises. The shared object is the
 * batch that the importer executes, so that the exporter, who has it mapped, can
 * let a running one end after the importer has gone. In each cell:
 *
 * - The end happens while a batch of somebody else still runs, and, where the
 *   importer's own is to run or wait, while that still does: nobody is waited for.
 * - When the GPU is done, as much is alive as before, by every kind of the audit.
 *   Nothing is asked of the driver meanwhile: no idling, no flush.
 * - An importer that lives on can use the address again.
 * - The exporter finds its data as it was.
 */
#include <pthread.h>
#include <sys/syscall.h>

#include "i915_util.h"

#define PAGE		4096
#define SIZE		(2 * PAGE)
/* Where the importer has the object, the same in each of its address spaces */
#define ADDRESS		0x10000000ull
/* In dwords: where the batch loops, where it says that it runs, the exporter's data */
#define LOOP		4
#define MARK		(PAGE / 4 - 1)
#define DATA		(PAGE / 4)
#define DATA_DWORDS	(PAGE / 4)
#define RUNS		0x57a47ed

#define LIMIT_MS	20000

enum share { FLINK, PRIME, BOTH, VGEM, TWICE, SHARES };
enum state { IDLE, QUEUED, RUNNING, HUNG, ELSEWHERE, STATES };
enum end { EXITS, KILLED, CONTEXT, VM, CLOSES, CLOSES_IN_EXEC, UNBOUND, ENDS };
enum vms { ONE, SHARED, HANDLE, VMS };

static const char * const share_name[] = { "flink", "prime", "both", "vgem", "twice" };
static const char * const state_name[] = { "idle", "queued", "running", "hung", "elsewhere" };
static const char * const end_name[] = {
	"exit", "kill", "context", "vm", "close", "close-in-exec", "unbind"
};
static const char * const vms_name[] = { "one", "shared", "handle" };

struct cell {
	enum share share;
	enum state state;
	enum end end;
	enum vms vms;
};

/* The exporter's side; the importer gets a copy by fork(). */
struct exporter {
	const struct cell *cell;
	int fd;
	/* the other driver, or -1 */
	int vgem;
	/* the object in the exporter's i915 file */
	__u32 handle;
	__u32 *map;
	__u32 name;
	int dmabuf;
	/* what a queued batch waits for */
	int timeline;
	int fence;
	/* somebody's work that has nothing to do with the importer's */
	struct i915_spin other;
	/* shared memory: what was alive when the importer had what it keeps, and no more */
	struct i915_audit *kept;
};

/* The importer's side */
#define CONTEXTS	2

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
#define OTHER_RING	I915_EXEC_VEBOX

static bool loops(const struct cell *cell)
{
	return cell->state == RUNNING || cell->state == HUNG;
}

/* Does the importer live on, with its file open? */
static bool lives(const struct cell *cell)
{
	return cell->end != EXITS && cell->end != KILLED;
}

static bool keeps_context(const struct cell *cell)
{
	return cell->end == CLOSES || cell->end == CLOSES_IN_EXEC;
}

/* ---- The exporter ---- */

static void write_batch(struct exporter *exporter)
{
	const __u64 loop = ADDRESS + LOOP * 4, mark = ADDRESS + MARK * 4;
	const __u32 code[] = {
		MI_STORE_DWORD_IMM, mark, mark >> 32, RUNS,
		exporter->cell->state == HUNG ? MI_NOOP : MI_ARB_CHECK,
		MI_BATCH_BUFFER_START, loop, loop >> 32,
	};

	exporter->map[0] = MI_BATCH_BUFFER_END;
	if (loops(exporter->cell))
		memcpy(exporter->map, code, sizeof(code));
}

static __u32 data(unsigned int n)
{
	return 0xda7a0000 + n * 7;
}

static void create_object(struct exporter *exporter)
{
	unsigned int n;
	__u32 handle;

	exporter->vgem = -1;
	exporter->dmabuf = -1;
	if (exporter->cell->share == VGEM) {
		exporter->vgem = i915_vgem_open();
		handle = i915_vgem_create(exporter->vgem, SIZE);
		exporter->map = i915_vgem_mmap(exporter->vgem, handle, SIZE);
		exporter->dmabuf = i915_gem_export(exporter->vgem, handle);
		if (exporter->cell->state == ELSEWHERE)
			exporter->handle = i915_gem_import(exporter->fd, exporter->dmabuf);
	} else {
		exporter->handle = i915_gem_create(exporter->fd, SIZE);
		exporter->map = i915_gem_mmap(exporter->fd, exporter->handle, SIZE);
		exporter->name = i915_gem_flink(exporter->fd, exporter->handle);
		if (exporter->cell->share == PRIME || exporter->cell->share == BOTH)
			exporter->dmabuf = i915_gem_export(exporter->fd, exporter->handle);
	}
	for (n = 0; n < DATA_DWORDS; n++)
		exporter->map[DATA + n] = data(n);
	exporter->map[MARK] = 0;
	write_batch(exporter);
}

static void create_others(struct exporter *exporter)
{
	i915_spin_init(&exporter->other, exporter->fd, 0, OTHER_RING, 0);
	if (exporter->cell->state == ELSEWHERE)
		i915_exec_add(&exporter->other.exec, exporter->handle);
	i915_require_ok(i915_spin_submit(&exporter->other));
	i915_spin_wait_running(&exporter->other);

	if (exporter->cell->state == QUEUED) {
		exporter->timeline = i915_sw_sync_open();
		exporter->fence = i915_sw_sync_fence(exporter->timeline, 1);
	}
}

static void expect_other_runs(const struct exporter *exporter, const char *when)
{
	int status = i915_fence_status(exporter->other.fence);

	i915_expect(!status, "%s the fence of the other client's batch says %d", when, status);
}

/* The importer's batch comes to its end. */
static void let_end(struct exporter *exporter)
{
	if (exporter->cell->state == QUEUED)
		i915_sw_sync_advance(exporter->timeline, 1);
	if (exporter->cell->state == RUNNING)
		__atomic_store_n(&exporter->map[LOOP], MI_BATCH_BUFFER_END, __ATOMIC_SEQ_CST);
}

static void expect_data(const struct exporter *exporter)
{
	unsigned int n;

	for (n = 0; n < DATA_DWORDS; n++) {
		if (exporter->map[DATA + n] == data(n))
			continue;
		i915_complain(__func__, "dword %u of the exporter's data is 0x%x, it was 0x%x", n,
			      exporter->map[DATA + n], data(n));
		return;
	}
}

/* ---- The importer ---- */

static void import(struct importer *importer)
{
	const struct exporter *exporter = importer->exporter;
	int fd = importer->fd;
	__u32 *handle = importer->handle;

	switch (exporter->cell->share) {
	case TWICE:
		*handle++ = i915_gem_open_name(fd, exporter->name);
		/* fallthrough */
	case FLINK:
		*handle++ = i915_gem_open_name(fd, exporter->name);
		break;
	case BOTH:
		*handle++ = i915_gem_open_name(fd, exporter->name);
		/* fallthrough */
	default:
		*handle++ = i915_gem_import(fd, exporter->dmabuf);
		break;
	}
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
	importer->context[importer->contexts++] = i915_context_create_in(importer->fd, importer->vm);
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

static void importer_main(struct i915_child *child, void *arg)
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

/* ---- The cell ---- */

static void tune(const struct cell *cell, int fd)
{
	unsigned int n;

	/* what is to run as long as the test wants shall not be taken for a hang */
	i915_require_ok(i915_engine_tune(fd, "vcs0", "heartbeat_interval_ms", 0));
	i915_require_ok(i915_engine_tune(fd, "vecs0", "heartbeat_interval_ms", 0));
	for (n = 0; n < CONTEXTS && cell->state == HUNG; n++) {
		i915_require_ok(i915_engine_tune(fd, i915_engines[n].name,
						 "heartbeat_interval_ms", 50));
		i915_engine_tune(fd, i915_engines[n].name, "preempt_timeout_ms", 100);
	}
}

static void importer_dies(struct exporter *exporter, struct i915_child *child,
			  const struct i915_audit *before)
{
	int status;

	if (exporter->cell->end == KILLED)
		i915_child_kill(child);
	else
		i915_child_release(child);
	status = i915_child_join(child);
	i915_expect(exporter->cell->end == KILLED || !status, "the importer's status is 0x%x",
		    status);
	expect_other_runs(exporter, "the importer is gone;");
	let_end(exporter);
	i915_expect(i915_audit_returns(exporter->fd, before, LIMIT_MS, "by the importer"),
		    "something is left of it");
	expect_other_runs(exporter, "all that it had is gone;");
}

static void importer_lives_on(struct exporter *exporter, struct i915_child *child,
			      const struct i915_audit *before)
{
	i915_child_release(child);
	i915_child_wait_ready(child);
	expect_other_runs(exporter, "the importer has let go;");
	let_end(exporter);
	if (exporter->cell->end == CONTEXT && exporter->cell->vms == HANDLE) {
		/* the object is executed once more */
		i915_require(i915_wait_for(i915_audit_alive(exporter->fd, "request") <=
					   i915_audit_of(before, "request"), LIMIT_MS),
			     "its batch does not end");
		exporter->map[0] = MI_BATCH_BUFFER_END;
	}
	i915_child_release(child);
	i915_child_wait_ready(child);
	i915_expect(i915_audit_returns(exporter->fd, exporter->kept, LIMIT_MS, "by what ended"),
		    "something is left of it");
	expect_other_runs(exporter, "all that is to go is gone;");
	i915_child_finish(child);
	i915_expect(i915_audit_returns(exporter->fd, before, LIMIT_MS, "by the importer"),
		    "something is left of it");
}

static void device_is_unbound(struct exporter *exporter, struct i915_child *child)
{
	struct i915_slot slot = i915_slot(exporter->fd);
	int status;

	i915_require_ok(i915_unbind(&slot));
	status = i915_fence_wait(exporter->other.fence, LIMIT_MS);
	i915_expect(status < 0, "the batch that ran says %d", status);
	i915_child_finish(child);
	/* what else the exporter had mapped went with the device */
	if (exporter->cell->share == VGEM)
		expect_data(exporter);
	if (exporter->cell->state == QUEUED)
		i915_sw_sync_advance(exporter->timeline, 1);
	munmap(exporter->map, SIZE);
	munmap(exporter->other.map, PAGE);
	close(exporter->fd);
	i915_require_ok(i915_bind(&slot));
}

static void run_cell(int fd)
{
	const struct cell *cell = i915_case_now()->data;
	struct exporter exporter = { .cell = cell, .fd = fd };
	struct i915_audit before;
	struct i915_child child;

	exporter.kept = mmap(NULL, sizeof(*exporter.kept), PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	i915_require(exporter.kept != MAP_FAILED, "%s", strerror(errno));
	tune(cell, fd);
	create_object(&exporter);
	create_others(&exporter);
	i915_drop_caches(fd, DROP_RETIRE | DROP_FREED);
	i915_audit_read(fd, &before);

	i915_child_start(&child, importer_main, &exporter);
	i915_child_wait_ready(&child);
	i915_expect(i915_audit_alive(fd, "vma_bound") > i915_audit_of(&before, "vma_bound"),
		    "the importer has bound nothing");
	if (cell->end == UNBOUND) {
		device_is_unbound(&exporter, &child);
		return;
	}
	if (lives(cell))
		importer_lives_on(&exporter, &child, &before);
	else
		importer_dies(&exporter, &child, &before);
	expect_data(&exporter);
	i915_spin_fini(&exporter.other);
}

static struct cell cells[SHARES * STATES * ENDS * VMS];
static struct i915_case cases[ARRAY_SIZE(cells)];

static void make_cases(void)
{
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(cells); n++) {
		struct cell *cell = &cells[n];
		char *name;

		cell->vms = n % VMS;
		cell->end = n / VMS % ENDS;
		cell->state = n / VMS / ENDS % STATES;
		cell->share = n / VMS / ENDS / STATES;
		if (asprintf(&name, "%s-%s-%s-%s", share_name[cell->share],
			     state_name[cell->state], end_name[cell->end],
			     vms_name[cell->vms]) < 0)
			exit(KSFT_FAIL);
		cases[n].name = name;
		cases[n].run = run_cell;
		cases[n].data = cell;
	}
}

int main(int argc, char **argv)
{
	make_cases();

	return i915_cases_main(argc, argv, cases, ARRAY_SIZE(cases),
			       "Does the importer of a shared object leave anything behind?");
}
