/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_BUG_H
#define _LUO_OBJECT_TEST_BUG_H

#include <assert.h>
#include <stdbool.h>

/* A warning of the kernel aborts the test. */
#define WARN_ON_ONCE(condition)	({ assert(!(condition)); false; })

#endif /* _LUO_OBJECT_TEST_BUG_H */
