/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_MODULE_H
#define _LUO_OBJECT_TEST_MODULE_H

#include <linux/export.h>
#include <linux/init.h>
#include <linux/types.h>

#define MODULE_DESCRIPTION(text)
#define MODULE_LICENSE(text)
#define THIS_MODULE	NULL

#endif /* _LUO_OBJECT_TEST_MODULE_H */
