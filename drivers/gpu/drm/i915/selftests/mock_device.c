// SPDX-License-Identifier: MIT

#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/file.h>
#include <linux/jiffies.h>
#include <linux/platform_device.h>
#include <linux/rcupdate.h>

#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_managed.h>

#include "base/i915_drv.h"
#include "gem/i915_gem_context_types.h"
#include "gem/i915_gem_object_funcs.h"
#include "gt/i915_gt_layer.h"
#include "gt/i915_mock_engine.h"
#include "gt/i915_retire.h"
#include "hw/i915_device_info.h"
#include "hw/i915_hw_layer.h"
#include "hw/i915_topology.h"
#include "hw/i915_uncore.h"
#include "i915_device.h"
#include "i915_drm.h"
#include "selftests/mock_device.h"
#include "vm/i915_ggtt.h"
#include "vm/i915_vm_layer.h"

/**
 * DOC: The mock device
 *
 * A device with everything above the hardware: objects, address spaces with
 * real page tables, engines whose requests a timer completes. Its parent is a
 * platform device, its driver is the real one, so files, handles and dma-bufs
 * are the real ones too. It is never registered: user space cannot see it.
 *
 * Like the real one it is torn down by managed actions when its last reference
 * goes, which may be long after mock_device_destroy() when a file is late.
 */

#define MOCK_GGTT_SIZE		SZ_64M

/* Time the mock engines get to finish what is queued, in jiffies */
#define MOCK_IDLE_TIMEOUT	(10 * HZ)

static atomic_t mock_devices = ATOMIC_INIT(0);

/* Names are not used twice: the DRM device of a late file keeps that of its parent in debugfs. */
static atomic_t mock_device_id = ATOMIC_INIT(0);

/**
 * mock_devices_alive - how many mock devices there are
 *
 * Context: any.
 * Return: devices whose last reference has not gone yet.
 */
unsigned int mock_devices_alive(void)
{
	return atomic_read(&mock_devices);
}

static void mock_release_count(struct drm_device *drm, void *data)
{
	atomic_dec(&mock_devices);
}

/* The actions run in reverse: the engines go first, the count last. */
static int mock_device_init(struct drm_i915_private *i915)
{
	struct drm_device *drm = &i915->drm;
	int ret;

	i915->mock = true;
	i915->info = &i915_mock_info;

	atomic_inc(&mock_devices);
	ret = drmm_add_action_or_reset(drm, mock_release_count, NULL);
	if (ret)
		return ret;

	i915_uncore_init_mock(to_uncore(i915), drm);
	i915_topology_init_mock(to_topology(i915));

	ret = i915_device_init_mm(i915, &i915_gem_object_funcs);
	if (ret)
		return ret;

	ret = i915_ggtt_init_mock(to_ggtt(i915), i915, MOCK_GGTT_SIZE);
	if (ret)
		return ret;

	ret = i915_device_adopt_ggtt(i915);
	if (ret)
		return ret;

	ret = i915_gt_init_mock(to_gt(i915), i915);
	if (ret)
		return ret;

	return i915_device_adopt_gt(i915);
}

static void mock_parent_destroy(struct platform_device *pdev)
{
	devres_release_group(&pdev->dev, mock_device_create);
	platform_device_unregister(pdev);
}

static struct drm_i915_private *mock_device_alloc(struct platform_device *pdev)
{
	struct drm_i915_private *i915;

	/* The group stands in for a driver's binding: its end drops the device's reference. */
	if (!devres_open_group(&pdev->dev, mock_device_create, GFP_KERNEL))
		return ERR_PTR(-ENOMEM);

	i915 = i915_device_alloc(&pdev->dev, &i915_drm_driver);
	devres_close_group(&pdev->dev, mock_device_create);

	return i915;
}

/**
 * mock_device_create - make a device without hardware
 *
 * Context: process context.
 * Return: the device, for mock_device_destroy(), or ERR_PTR.
 */
struct drm_i915_private *mock_device_create(void)
{
	struct drm_i915_private *i915;
	struct platform_device *pdev;
	int ret;

	pdev = platform_device_register_simple("i915-mock", atomic_inc_return(&mock_device_id),
					       NULL, 0);
	if (IS_ERR(pdev))
		return ERR_CAST(pdev);

	ret = dma_coerce_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));
	if (ret)
		goto err_pdev;

	i915 = mock_device_alloc(pdev);
	if (IS_ERR(i915)) {
		ret = PTR_ERR(i915);
		goto err_pdev;
	}

	ret = mock_device_init(i915);
	if (ret)
		goto err_pdev;

	return i915;

err_pdev:
	mock_parent_destroy(pdev);
	return ERR_PTR(ret);
}

/**
 * mock_device_destroy - let go of a mock device
 * @i915: the device
 *
 * It is gone when this returns, unless a file or a dma-buf still refers to it.
 *
 * Context: process context.
 * Return: 0, or -ETIME if its engines did not come to rest by themselves.
 */
int mock_device_destroy(struct drm_i915_private *i915)
{
	int ret;

	ret = i915_gt_wait_for_idle(to_gt(i915), MOCK_IDLE_TIMEOUT);
	i915_device_quiesce(i915);
	mock_parent_destroy(to_platform_device(i915->drm.dev));

	return ret;
}

/**
 * mock_file_open - open a mock device as a user would
 * @i915: the device
 *
 * Context: process context.
 * Return: the file or ERR_PTR.
 */
struct file *mock_file_open(struct drm_i915_private *i915)
{
	return mock_drm_getfile(i915->drm.render, O_RDWR);
}

/**
 * mock_file_close - let go of a file of a device or of a dma-buf
 * @file: the file; it is released here if this was its last reference
 *
 * fput() in a kernel thread leaves the release to a work item. That cannot be
 * waited for: flush_delayed_fput() releases what is queued, and returns while
 * the work item is still busy with what it took from the queue.
 *
 * Context: kernel thread.
 */
void mock_file_close(struct file *file)
{
	__fput_sync(file);
}

/**
 * mock_devices_settle - wait until the devices that should be gone are
 * @count: how many may stay
 *
 * A dma-buf that its importer lets go of is released by fput(), see
 * mock_file_close(). All that it keeps alive is gone before its device is.
 *
 * Context: process context.
 */
void mock_devices_settle(unsigned int count)
{
	unsigned long deadline = jiffies + MOCK_IDLE_TIMEOUT;

	flush_delayed_fput();
	while (mock_devices_alive() > count && time_before(jiffies, deadline)) {
		usleep_range(1000, 2000);
		flush_delayed_fput();
	}
	rcu_barrier();
}

/**
 * mock_file_drm - what the DRM core knows of a file
 * @file: the file
 *
 * Return: its DRM part.
 */
struct drm_file *mock_file_drm(struct file *file)
{
	return file->private_data;
}

/**
 * mock_file_priv - what the driver knows of a file
 * @file: the file
 *
 * Return: its driver part.
 */
struct i915_file *mock_file_priv(struct file *file)
{
	return mock_file_drm(file)->driver_priv;
}
