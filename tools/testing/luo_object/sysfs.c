// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Stubs of functions that are not part of this program
 */

#include "../../../kernel/liveupdate/luo_object_internal.h"

int luo_object_sysfs_add(struct luo_object_kind *kind)
{
	return 0;
}

void luo_object_sysfs_remove(struct luo_object_kind *kind)
{
}
