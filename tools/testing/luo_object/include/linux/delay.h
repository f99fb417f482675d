/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_DELAY_H
#define _LUO_OBJECT_TEST_DELAY_H

#include <linux/mutex.h>

/* Do not sleep: waiting does not make memory available here. No lock may be held. */
static inline void msleep(unsigned int ms)
{
	assert(!luo_test_mutexes);
}

#endif /* _LUO_OBJECT_TEST_DELAY_H */
