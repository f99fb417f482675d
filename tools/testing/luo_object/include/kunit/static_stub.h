/* SPDX-License-Identifier: GPL-2.0 */
/**
 * DOC: Redirected functions for user space
 *
 * A function F that can be redirected is defined by a file of this build, and calls
 * F_stub. There is one test at a time, so the replacement does not depend on it.
 */
#ifndef _LUO_OBJECT_TEST_KUNIT_STATIC_STUB_H
#define _LUO_OBJECT_TEST_KUNIT_STATIC_STUB_H

#include "../../handover.h"

#define kunit_activate_static_stub(test, real, replacement) do {		\
	(void)(test);							\
	real##_stub = (replacement);					\
} while (0)

#endif /* _LUO_OBJECT_TEST_KUNIT_STATIC_STUB_H */
