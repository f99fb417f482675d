/* SPDX-License-Identifier: GPL-2.0 */
/*
 * scratch - the scratch areas of KHO, which are as large as the cold boot has made
 * them: the next kernel and its initrd are loaded there, and nowhere else.
 */
#ifndef LUOCTL_SCRATCH_H
#define LUOCTL_SCRATCH_H

#include "util.h"

/*
 * Does each of the two fit into an area? @initrd may be NULL. Complains and returns -1
 * if one is larger than all areas. How large these are is in debugfs; without that,
 * loading the image says whether it fits.
 */
int scratch_check(const char *image, const char *initrd);

#endif
