/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_LIVEUPDATE_H
#define _LUO_OBJECT_TEST_LIVEUPDATE_H

#include <linux/types.h>

struct file;

struct liveupdate_file_op_args {
	int retrieve_status;
	struct file *file;
	u64 serialized_data;
};

static inline bool liveupdate_enabled(void)
{
	return true;
}

#endif /* _LUO_OBJECT_TEST_LIVEUPDATE_H */
