/* SPDX-License-Identifier: MIT */
#ifndef _I915_GT_TYPES_H_
#define _I915_GT_TYPES_H_

#include <linux/atomic.h>
#include <linux/dma-fence.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rbtree.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "vm/i915_ggtt_types.h"

struct drm_i915_private;
struct i915_address_space;
struct i915_engine;
struct i915_gt;
struct i915_lrc;
struct i915_request;
struct i915_vma;

/**
 * enum i915_engine_id - index in the engine table and in i915_gt.engine
 * @I915_RCS0: render
 * @I915_BCS0: copy
 * @I915_VCS0: video
 * @I915_VECS0: video enhancement
 * @I915_ENGINES: number of them
 */
enum i915_engine_id {
	I915_RCS0,
	I915_BCS0,
	I915_VCS0,
	I915_VECS0,
	I915_ENGINES
};

/**
 * struct i915_engine_desc - one line of the engine table: all that differs between engines
 */
struct i915_engine_desc {
	/** @name: as in sysfs and IGT: "rcs0" */
	const char *name;
	/** @uabi_class: I915_ENGINE_CLASS_* */
	u16 uabi_class;
	/** @uabi_instance: instance within the class */
	u16 uabi_instance;
	/** @mmio_base: first register of the engine, bytes */
	u32 mmio_base;
	/** @reset_bit: its bit in GDRST */
	u32 reset_bit;
	/** @tlb_inv_reg: register that invalidates its TLB */
	u32 tlb_inv_reg;
	/** @mocs_base: first register of its MOCS table (gen9) */
	u32 mocs_base;
	/** @irq_bank: GT interrupt bank, 0 to 3 */
	u8 irq_bank;
	/** @irq_shift: first bit of the engine within the bank: 0 or 16 */
	u8 irq_shift;
	/** @context_pages: pages of the context image by generation: [0] gen8, [1] gen9 */
	u8 context_pages[2];
	/** @is_render: flushes with PIPE_CONTROL instead of MI_FLUSH_DW */
	bool is_render;
};

/**
 * enum i915_reset_ask - what may be found out where a reset cannot be done
 * @I915_ASK_NOTHING: all is well
 * @I915_ASK_INSTRUCTION: the engine met a command it does not know
 * @I915_ASK_PREEMPT: what runs does not let itself be preempted
 * @I915_ASK_STRAY_ACK: an acknowledge without a submission
 * @I915_ASK_STRAY_END: the completion of nothing
 * @I915_ASK_CSB_POINTER: a write pointer beyond the context status buffer
 * @I915_ASK_CSB_ENTRY: an entry that does not come
 */
enum i915_reset_ask {
	I915_ASK_NOTHING,
	I915_ASK_INSTRUCTION,
	I915_ASK_PREEMPT,
	I915_ASK_STRAY_ACK,
	I915_ASK_STRAY_END,
	I915_ASK_CSB_POINTER,
	I915_ASK_CSB_ENTRY,
};

/**
 * struct i915_engine_props - what sysfs engine/NAME/ shows and sets, milliseconds
 */
struct i915_engine_props {
	/** @heartbeat_interval_ms: no progress for about five of these: reset; 0: never look */
	unsigned long heartbeat_interval_ms;
	/** @preempt_timeout_ms: how long a batch may refuse preemption */
	unsigned long preempt_timeout_ms;
	/** @stop_timeout_ms: how long to wait for the engine to stop before a reset */
	unsigned long stop_timeout_ms;
	/** @timeslice_duration_ms: turn of one context among equals (needs preemption) */
	unsigned long timeslice_duration_ms;
};

/**
 * struct i915_gt_client - who answers for the hangs of some contexts: an open file
 */
struct i915_gt_client {
	/** @ref: one of the file, one for each of its contexts */
	struct kref ref;
	/** @points: what its hangs add up to, see i915_verdict.c */
	atomic_t points;
	/** @hang_stamp: jiffies of its latest hang, or of its beginning; gt->reset_mutex */
	unsigned long hang_stamp;
};

/**
 * struct i915_gt_context - a context as the scheduler sees it
 *
 * Embedded in what user space calls a context; the GT knows no more of that
 * than this. Requests hold @ref; the last one may go in interrupt context.
 */
struct i915_gt_context {
	/** @ref: one for the owner's handle, one for each request in flight */
	struct kref ref;
	/** @release: last reference gone; any context, so it may only queue work */
	void (*release)(struct i915_gt_context *ctx);
	/**
	 * @vm: address space of its batches. The reference is the owner's; NULL for kernel
	 * contexts
	 */
	struct i915_address_space *vm;
	/**
	 * @priority: I915_CONTEXT_MIN_USER_PRIORITY..MAX; WRITE_ONCE by the owner, READ_ONCE
	 * here
	 */
	int priority;
	/** @flags: bits I915_CTX_* , atomic bitops */
	unsigned long flags;
#define I915_CTX_BANNED		0	/* too many hangs: no more work, -EIO */
#define I915_CTX_CLOSED		1	/* handle gone: no more work from user space */
#define I915_CTX_BANNABLE	2	/* may be banned */
#define I915_CTX_RECOVERABLE	3	/* goes on after a hang */
#define I915_CTX_PERSISTENT	4	/* work goes on after the handle is closed */
#define I915_CTX_NO_ERROR_CAPTURE 5	/* no error state wanted */
	/** @client: who answers for it; referenced; NULL: the driver's own */
	struct i915_gt_client *client;
	/** @lost_count: batches that resets took out while they ran */
	atomic_t lost_count;
	/** @pending_count: batches that had begun when a reset came, and ran again */
	atomic_t pending_count;
	/**
	 * @hang_stamp: jiffies of its last two hangs, the older one first, 0 for one that it did
	 * not have; gt->reset_mutex
	 */
	unsigned long hang_stamp[2];
};

/**
 * struct i915_ring - the command ring of one context on one engine
 */
struct i915_ring {
	/** @vaddr: CPU address; the tail of &i915_lrc.buf */
	void *vaddr;
	/** @size: bytes, power of two */
	u32 size;
	/** @emit: where the next command goes, bytes; lrc->lock */
	u32 emit;
	/** @space: bytes known to be free; lrc->lock; a hint for who reads it without */
	u32 space;
};

/* Name of a process, and its number in brackets */
#define I915_TIMELINE_NAME	(TASK_COMM_LEN + 12)

/**
 * struct i915_lrc - a logical ring context: one context on one engine
 *
 * Image and ring keep their GGTT address while a request is being built or in
 * flight, and after that until somebody else needs it. Also the timeline: its
 * requests run and complete in seqno order.
 */
struct i915_lrc {
	/** @engine: where it runs; constant */
	struct i915_engine *engine;
	/** @ctx: whose it is. The lrc is owned by it: no reference */
	struct i915_gt_context *ctx;
	/**
	 * @buf: image (PPHWSP, register state, the rest) and ring. Unbound and bound again by
	 * @lock, while no request is in flight and it is in no port.
	 */
	struct i915_ggtt_buf buf;
	/** @regs: CPU address of the register state page */
	u32 *regs;
	/** @hwsp_seqno: CPU address of the seqno the GPU writes, in the PPHWSP */
	u32 *hwsp_seqno;
	/** @hwsp_seqno_ggtt: its GGTT address, while @buf has one */
	u32 hwsp_seqno_ggtt;
	/** @desc: lower half of the ELSP descriptor, while @buf has an address */
	u32 desc;
	/**
	 * @sw_id: upper half of the ELSP descriptor: what the hardware calls it; constant, not 0
	 */
	u32 sw_id;
	/** @engine_link: on engine->lrcs; engine->lock */
	struct list_head engine_link;
	/** @name: what fences call the timeline: process and context's owner; constant */
	char name[I915_TIMELINE_NAME];

	/**
	 * @turn: held by who waits for room in @ring, until it has begun its request or given up.
	 * Outside object locks.
	 */
	struct mutex turn;
	/**
	 * @lock: held from i915_request_try_create() to i915_request_add(): building of a
	 * request. Guards @ring and @seqno. Inside object locks; never held while waiting for
	 * the GPU.
	 */
	struct mutex lock;
	/** @ring: commands */
	struct i915_ring ring;
	/** @seqno: of the latest request */
	u32 seqno;
	/** @emitted: when that was added, jiffies; lrc->lock */
	unsigned long emitted;
	/** @fence_context: dma_fence timeline */
	u64 fence_context;
	/** @requests: unfinished requests, oldest first; engine->lock */
	struct list_head requests;
	/** @runtime_ns: total time on the GPU, nanoseconds, for fdinfo; engine->lock */
	u64 runtime_ns;
	/** @watch_since: when @watch_seqno was first seen to be its oldest, jiffies */
	unsigned long watch_since;
	/** @watch_seqno: its oldest request when it was last seen running; engine->lock */
	u32 watch_seqno;
	/** @cancelled: true once nothing of it may run any more; engine->lock */
	bool cancelled;
	/** @cancel_running: true when it ran at the last look of cancelling; engine->lock */
	bool cancel_running;
	/** @cancel_link: on engine->cancelled while its requests are being ended; engine->lock */
	struct list_head cancel_link;
	/** @late: its requests that are retired late, see i915_engine.late; engine->lock */
	unsigned int late;
	/** @rewind: HEAD in the image is stale: start at the oldest request; engine->lock */
	bool rewind;
};

#define I915_PORTS	2

/**
 * struct i915_port - one element of the execlist submission port
 */
struct i915_port {
	/** @rq: last request of the context the element was given, referenced; NULL: empty */
	struct i915_request *rq;
	/** @tail: ring tail written for it, bytes */
	u32 tail;
};

/**
 * struct i915_engine - one command streamer
 */
struct i915_engine {
	/** @gt: back pointer */
	struct i915_gt *gt;
	/** @desc: its line in the engine table */
	const struct i915_engine_desc *desc;
	/** @id: index in i915_gt.engine */
	enum i915_engine_id id;
	/** @hwsp: global status page of the engine, with the context status buffer */
	struct i915_ggtt_buf hwsp;
	/** @kernel_ctx: owner of @kernel_lrc */
	struct i915_gt_context kernel_ctx;
	/** @kernel_lrc: context of the driver's own requests */
	struct i915_lrc *kernel_lrc;
	/**
	 * @default_image: what every context begins with: its image without the status page;
	 * constant once @default_valid
	 */
	void *default_image;
	/**
	 * @default_valid: True once @default_image is recorded, before user space gets at the
	 * device. Until then requests set the workarounds themselves.
	 */
	bool default_valid;
	/** @ops: how requests reach the engine: execlists or mock; constant */
	const struct i915_engine_ops *ops;
	/** @backend: of @ops, from init() to fini() */
	void *backend;

	/**
	 * @lock: the scheduler: everything from here to @lock_end; irqsave, innermost but for
	 * i915_uncore.lock
	 */
	spinlock_t lock;
	/** @queue: ready requests, highest priority first, oldest first among equals */
	struct list_head queue;
	/** @executing: requests given to the hardware, in the order it runs them */
	struct list_head executing;
	/**
	 * @done: complete requests that whoever drops @lock retires, see i915_sched_unlock()
	 */
	struct list_head done;
	/**
	 * @late: complete requests with too much to let go of in an interrupt, and those behind
	 * them on their timelines; i915_gt.late_work retires them
	 */
	struct list_head late;
	/** @released: requests that wait for nothing any more, because another one failed */
	struct list_head released;
	/** @lrcs: every logical ring context of the engine */
	struct list_head lrcs;
	/** @cancelled: those of @lrcs whose requests are being ended */
	struct list_head cancelled;
	/** @cancel_delay: until the next look at @cancelled, milliseconds */
	unsigned int cancel_delay;
	/** @next_sw_id: for the next i915_lrc.sw_id */
	u32 next_sw_id;
	/**
	 * @signals: requests not yet complete that somebody waits for, plus I915_SIGNALS_ALL
	 * while there are @listeners
	 */
	unsigned int signals;
#define I915_SIGNALS_ALL	BIT(24)
	/** @listeners: how many want to hear of every request */
	unsigned int listeners;
	/** @running: context @busy_since is charged to, NULL: idle. In a port, so it stays */
	struct i915_lrc *running;
	/** @preempt_deadline: when @pending must be acknowledged, jiffies, while @preempting */
	unsigned long preempt_deadline;
	/** @ask: somebody who may not sleep wants a reset, see i915_engine_want_reset() */
	enum i915_reset_ask ask;
	/**
	 * @error_missed: True while an error that was reported at a bad time, of a stopped engine
	 * or while @ask was taken, is still to be acted on.
	 */
	bool error_missed;
	/** @suspect: the request that ran when @ask was set; fence context 0: none did */
	struct {
		u64 fence_context;
		u32 seqno;
	} suspect;
	/** @active: what the hardware acknowledged */
	struct i915_port active[I915_PORTS];
	/** @pending: what was written to ELSP and not yet acknowledged */
	struct i915_port pending[I915_PORTS];
	/** @pending_ack: an acknowledge is due: ELSP must not be written */
	bool pending_ack;
	/** @preempting: True while something important waits for the acknowledge. */
	bool preempting;
	/** @csb_head: last context status entry consumed */
	u8 csb_head;
	/** @user_irq: the user interrupt, one for each request, is unmasked */
	bool user_irq;
	/** @user_irq_pays: what completed last had been waited for: leave @user_irq on */
	bool user_irq_pays;
	/** @csb_irq: the context switch interrupt, one for each CSB entry, is unmasked */
	bool csb_irq;
	/**
	 * @stopped: true from before a reset of the engine until it goes on: nothing is
	 * submitted, and what the hardware reports is not taken in
	 */
	bool stopped;
	/** @given_up: true while a wedged GPU is certain not to run anything: requests fail */
	bool given_up;
	/** @submitted: ELSP writes, for debugfs */
	u64 submitted;
	/** @busy_since: ktime ns since when @running runs, 0: idle; @busy_ns adds up */
	u64 busy_since;
	/** @busy_ns: total busy time, nanoseconds */
	u64 busy_ns;
	/** @lock_end: end of what @lock guards */
	struct { } lock_end;

	/** @reset_count: resets of this engine alone; gt->reset_mutex, read without it */
	u32 reset_count;
	/** @retiring: CPUs that retire requests they took from @done */
	atomic_t retiring;
	/** @timeslice: end of the turn of what runs (engines that can preempt) */
	struct timer_list timeslice;
	/** @preempt_timer: limit for what runs to let itself be preempted */
	struct timer_list preempt_timer;
	/** @cancel_work: ends what is on @cancelled */
	struct delayed_work cancel_work;
	/** @pulse: the heartbeat's own request while it is in flight; heartbeat work only */
	struct i915_request *pulse;
	/** @heartbeat: watches progress while the engine is busy */
	struct delayed_work heartbeat;
	/**
	 * @heartbeat_seen: fence context and seqno that stood at the head last time, and since
	 * when (jiffies); heartbeat work only, but that a sleep of the system begins the time
	 * anew
	 */
	struct {
		u64 fence_context;
		u32 seqno;
		unsigned long since;
	} heartbeat_seen;
	/** @props: tunables; WRITE_ONCE / READ_ONCE */
	struct i915_engine_props props;
	/** @defaults: what @props was born with; constant */
	struct i915_engine_props defaults;
};

/**
 * struct i915_engine_ops - how requests reach an engine: the back end
 *
 * It is given two requests to write and reports what became of them; what to
 * write is decided in i915_ports.c.
 */
struct i915_engine_ops {
	/** @init: optional: set up i915_engine.backend; may sleep */
	int (*init)(struct i915_engine *engine);
	/** @fini: optional: undo @init; may sleep */
	void (*fini)(struct i915_engine *engine);
	/** @write: give the hardware what is in engine->pending; engine->lock held */
	void (*write)(struct i915_engine *engine);
	/**
	 * @process: take in what the hardware reported, with i915_ports_acknowledge() and
	 * i915_ports_complete(); nothing while the engine is stopped; engine->lock held
	 */
	void (*process)(struct i915_engine *engine);
	/** @drain: take in the last reports of an engine that is stopped; engine->lock held */
	void (*drain)(struct i915_engine *engine);
	/**
	 * @clear: optional: the ports are cleared: forget what was given and what was reported;
	 * engine->lock held
	 */
	void (*clear)(struct i915_engine *engine);
	/**
	 * @update_irq: unmask the interrupts that are needed. True: one was
	 * unmasked, what happened before must be looked for. engine->lock held
	 */
	bool (*update_irq)(struct i915_engine *engine);
	/** @resume: write the registers of an engine after reset or load; it is stopped */
	void (*resume)(struct i915_engine *engine);
	/** @reset: reset the hardware of an engine that was told to stop; may sleep */
	int (*reset)(struct i915_engine *engine);
};

/**
 * struct i915_gt - the engines and what they share
 */
struct i915_gt {
	/** @i915: the device */
	struct drm_i915_private *i915;
	/** @driver_name: what fences call the driver: the name of the device; constant */
	const char *driver_name;
	/** @engine: by i915_engine_id; NULL where the model has none */
	struct i915_engine *engine[I915_ENGINES];

	/** @awake: requests in flight; forcewake is held while it is not zero */
	atomic_t awake;
	/** @idle_wq: woken when @awake falls to zero, and on wedging */
	wait_queue_head_t idle_wq;
	/** @park_work: gives up forcewake a moment after the last request retired */
	struct delayed_work park_work;
	/** @forcewake_held: under @awake_lock */
	bool forcewake_held;
	/** @awake_since: ktime ns when @forcewake_held became true; under @awake_lock */
	u64 awake_since;
	/** @awake_ns: time before that, nanoseconds; under @awake_lock */
	u64 awake_ns;
	/** @awake_lock: serialises waking and parking; irqsave */
	spinlock_t awake_lock;

	/**
	 * @wq: all work that fences wait for: retiring, heartbeat, cancelling. So may memory
	 * reclaim: it runs also if there is no memory for another thread
	 */
	struct workqueue_struct *wq;
	/** @retire_work: retires what was found complete where retiring is not possible */
	struct work_struct retire_work;
	/** @late_work: retires what is on i915_engine.late */
	struct work_struct late_work;
	/** @late_mutex: held by whoever retires what is on i915_engine.late; innermost mutex */
	struct mutex late_mutex;
	/** @late: requests on i915_engine.late, or taken from there and not yet retired */
	atomic_t late;
	/**
	 * @sched_lock: guards i915_request.signalers of requests in flight; outside
	 * engine->lock, inside fence locks; irqsave
	 */
	spinlock_t sched_lock;
	/** @raise: struct i915_await whose other side is still to be raised; sched_lock */
	struct list_head raise;
	/** @uevents: I915_EVENT_* that are to be sent */
	atomic_t uevents;
	/** @uevent_work: sends @uevents */
	struct work_struct uevent_work;
	/**
	 * @reset_mutex: one reset at a time; outside engine->lock. Fences wait for who holds it,
	 * so nothing is allocated meanwhile
	 */
	struct mutex reset_mutex;
	/** @flags: atomic bitops */
	unsigned long flags;
#define I915_GT_WEDGED		0	/* no new request is taken: -EIO */
#define I915_GT_IRQ_READY	1
#define I915_GT_GIVEN_UP	3	/* wedged, and the hardware is certain to be quiet */
#define I915_GT_UNPLUGGED	2	/* wedged for good: the device goes away */
#define I915_GT_ASLEEP		4	/* the system sleeps: nothing runs, all is kept */
	/** @reset_count: full resets of the GPU since load */
	atomic_t reset_count;
	/** @irq: interrupt line in use, 0: none */
	int irq;
	/**
	 * @irq_count: interrupts since load, for the PMU; counted by the interrupt handler only
	 */
	unsigned long irq_count;
};

/**
 * struct i915_request - one batch on one engine
 *
 * Life: i915_request_try_create() (lrc->lock taken) -> awaits, VMAs, commands ->
 * i915_request_add() (lrc->lock dropped; nothing is taken back any more) -> ready once
 * its awaits signalled -> engine->queue -> engine->executing -> complete (the
 * seqno is in the PPHWSP) -> retired: fence signalled, VMAs and context let go.
 */
struct i915_request {
	/** @fence: what the world sees of it */
	struct dma_fence fence;
	/**
	 * @lock: the lock of @fence: it may outlive its timeline. irqsave, outside engine->lock
	 */
	spinlock_t lock;
	/**
	 * @driver_name: of the device; lives as long as the module: may be asked for after
	 * everything else is gone
	 */
	const char *driver_name;
	/** @timeline_name: of its lrc, once somebody asked; @hwsp_lock */
	char timeline_name[I915_TIMELINE_NAME];
	/**
	 * @hwsp_lock: guards the step to I915_RQ_RETIRED against a look at the seqno: after it
	 * the timeline may be gone. irqsave, innermost
	 */
	spinlock_t hwsp_lock;
	/** @engine: where it runs */
	struct i915_engine *engine;
	/** @lrc: its timeline */
	struct i915_lrc *lrc;
	/** @ctx: referenced until it retires */
	struct i915_gt_context *ctx;

	/** @head: ring offset of its first byte */
	u32 head;
	/**
	 * @batch: ring offset of the batch start; HEAD there or beyond means the batch began
	 */
	u32 batch;
	/** @batch_dwords: commands from @batch on that start the batch */
	unsigned int batch_dwords;
	/** @tail: ring offset after its last command */
	u32 tail;
	/**
	 * @wa_tail: @tail plus padding, so that the same context can be resubmitted with a new
	 * tail
	 */
	u32 wa_tail;

	/** @awaits: dependencies not yet signalled, plus one until i915_request_add() */
	atomic_t awaits;
	/**
	 * @followers: awaits (struct i915_await) of requests of the same engine that only have to
	 * run after this one; engine->lock
	 */
	struct list_head followers;
	/** @signalers: what it waits for (struct i915_await); gt->sched_lock after add */
	struct list_head signalers;
	/** @awaited: the same by timeline, while the request is built; lrc->lock */
	struct rb_root awaited;
	/** @nr_awaits: entries of @signalers */
	unsigned int nr_awaits;
	/** @priority: effective; engine->lock, read without it */
	int priority;
	/** @state: bits I915_RQ_*; atomic bitops */
	unsigned long state;
#define I915_RQ_QUEUED		0	/* on engine->queue */
#define I915_RQ_EXECUTING	1	/* on engine->executing */
#define I915_RQ_SIGNAL		2	/* somebody waits: completion must interrupt */
#define I915_RQ_RETIRED		3
#define I915_RQ_READY		4	/* its awaits are signalled */
#define I915_RQ_SUBMITTED	5	/* was given to the hardware at least once */
#define I915_RQ_DONE		6	/* complete, or failed: off every list */
#define I915_RQ_SKIPPED		7	/* its batch was taken out of the ring */
#define I915_RQ_RAISED		9	/* its priority changed, its place in the queue not yet */
#define I915_RQ_INTERNAL	8	/* of the driver: no fence outside, no module ref */
	/** @link: on engine->queue or engine->executing; engine->lock */
	struct list_head link;
	/** @lrc_link: on lrc->requests; engine->lock */
	struct list_head lrc_link;
	/** @emitted: jiffies of i915_request_add() */
	unsigned long emitted;
	/**
	 * @rcu: the fence may be looked at without a reference until a grace period after the
	 * last one
	 */
	struct rcu_head rcu;

	/**
	 * @vmas: VMAs it uses: each holds an active mark and an object reference until it
	 * retires
	 */
	struct i915_vma **vmas;
	/** @nr_vmas: entries in @vmas */
	unsigned int nr_vmas;
	/** @max_vmas: room in @vmas */
	unsigned int max_vmas;
	/** @inline_vmas: room for the usual small list */
	struct i915_vma *inline_vmas[4];
};

#endif
