/* SPDX-License-Identifier: MIT */
#ifndef _MOCK_DEVICE_H_
#define _MOCK_DEVICE_H_

struct drm_i915_private;
struct file;
struct i915_file;

struct drm_i915_private *mock_device_create(void);
int mock_device_destroy(struct drm_i915_private *i915);
unsigned int mock_devices_alive(void);
void mock_devices_settle(unsigned int count);

struct file *mock_file_open(struct drm_i915_private *i915);
void mock_file_close(struct file *file);
struct drm_file *mock_file_drm(struct file *file);
struct i915_file *mock_file_priv(struct file *file);

#endif
