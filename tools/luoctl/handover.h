/* SPDX-License-Identifier: GPL-2.0 */
/*
 * handover - what KHO passes on, by name, from debugfs.
 */
#ifndef LUOCTL_HANDOVER_H
#define LUOCTL_HANDOVER_H

#include "util.h"

struct subtree {
	char *name;
	u64 size;
};

struct handover {
	char *compatible;	/* "kho-v4"; NULL where it is not to be seen */
	struct subtree *subtrees;
	size_t nr;
};

/* @which is "out", or "in" for what the last kernel passed on. */
void handover_read(const char *which, struct handover *handover);
void handover_free(struct handover *handover);

#endif
