/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_STAT_H
#define _LUO_OBJECT_TEST_STAT_H

#include <sys/stat.h>

#endif /* _LUO_OBJECT_TEST_STAT_H */
