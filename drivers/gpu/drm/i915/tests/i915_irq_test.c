// SPDX-License-Identifier: MIT

#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/preempt.h>
#include <linux/smp.h>

#include <kunit/test.h>

#include "gt/i915_irq.h"

/**
 * DOC: Interrupt tests
 *
 * An interrupt that a processor takes late, because it has interrupts disabled, still
 * finds its handler when the driver lets go of the line. The line is one that only
 * software raises.
 */

#define LATE_MS		20

struct late {
	struct i915_gt gt;
	/* true while the other processor has interrupts disabled, and the line is pending there */
	bool pending;
	bool taken;
};

static irqreturn_t late_handler(int irq, void *arg)
{
	struct late *late = container_of(arg, struct late, gt);

	WRITE_ONCE(late->taken, true);

	return IRQ_HANDLED;
}

/* In an interrupt, on the processor that the line points to */
static void be_late(void *arg)
{
	struct late *late = arg;
	int irq = late->gt.irq;

	WRITE_ONCE(late->pending, true);
	mdelay(LATE_MS);
	generic_handle_irq(irq);
	WRITE_ONCE(late->pending, false);
}

static int make_line(struct kunit *test, struct late *late, unsigned int cpu)
{
	int irq = irq_alloc_desc(NUMA_NO_NODE);

	KUNIT_ASSERT_GT(test, irq, 0);
	irq_set_chip_and_handler(irq, &dummy_irq_chip, handle_simple_irq);
	KUNIT_EXPECT_EQ(test, request_irq(irq, late_handler, 0, "i915-kunit", &late->gt), 0);
	irq_data_update_effective_affinity(irq_get_irq_data(irq), cpumask_of(cpu));

	return irq;
}

static void taken_late(struct kunit *test)
{
	struct late *late = kunit_kzalloc(test, sizeof(*late), GFP_KERNEL);
	unsigned int cpu;
	int irq;

	KUNIT_ASSERT_NOT_NULL(test, late);
	if (num_online_cpus() < 2)
		kunit_skip(test, "there is one processor only");

	migrate_disable();
	cpu = cpumask_any_but(cpu_online_mask, smp_processor_id());
	irq = make_line(test, late, cpu);
	late->gt.irq = irq;
	KUNIT_EXPECT_EQ(test, smp_call_function_single(cpu, be_late, late, false), 0);
	while (!READ_ONCE(late->pending))
		cpu_relax();
	i915_gt_irq_uninstall(&late->gt);
	migrate_enable();

	KUNIT_EXPECT_TRUE_MSG(test, READ_ONCE(late->taken), "the handler went before it ran");
	KUNIT_EXPECT_EQ(test, late->gt.irq, 0);
	while (READ_ONCE(late->pending))
		cpu_relax();
	irq_free_desc(irq);
}

static struct kunit_case i915_irq_cases[] = {
	KUNIT_CASE(taken_late),
	{}
};

static struct kunit_suite i915_irq_suite = {
	.name = "i915_irq",
	.test_cases = i915_irq_cases,
};

kunit_test_suite(i915_irq_suite);
