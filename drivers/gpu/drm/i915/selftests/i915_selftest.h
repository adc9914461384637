/* SPDX-License-Identifier: MIT */
#ifndef _I915_SELFTEST_H_
#define _I915_SELFTEST_H_

#include <linux/types.h>

#if IS_ENABLED(CONFIG_DRM_I915_SELFTEST)
int i915_mock_selftests(void);
bool i915_mock_selftests_requested(void);
#else
static inline int i915_mock_selftests(void)
{
	return 0;
}

static inline bool i915_mock_selftests_requested(void)
{
	return false;
}
#endif

#endif
