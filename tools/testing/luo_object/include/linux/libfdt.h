/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_LIBFDT_H
#define _LUO_OBJECT_TEST_LIBFDT_H

#include <libfdt.h>

#endif /* _LUO_OBJECT_TEST_LIBFDT_H */
