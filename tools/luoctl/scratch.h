/* SPDX-License-Identifier: GPL-2.0 */
/*
 * scratch - the scratch areas of KHO. The next kernel and its initrd are loaded there.
 * Their sizes are fixed at the cold boot.
 */
#ifndef LUOCTL_SCRATCH_H
#define LUOCTL_SCRATCH_H

#include "util.h"

/*
 * Check that the image and the initrd, which may be NULL, each fit into an area. Returns
 * 0. If one does not fit, prints an error and returns -1. Without debugfs the sizes are
 * unknown, so this returns 0, and kexec(8) fails if the image does not fit.
 */
int scratch_check(const char *image, const char *initrd);

#endif
