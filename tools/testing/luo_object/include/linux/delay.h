/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_DELAY_H
#define _LUO_OBJECT_TEST_DELAY_H

/* Do not sleep: waiting does not make memory available here. */
#define msleep(ms)	do { } while (0)

#endif /* _LUO_OBJECT_TEST_DELAY_H */
