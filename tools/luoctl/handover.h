/* SPDX-License-Identifier: GPL-2.0 */
/*
 * handover - the subtrees that KHO hands over, read from debugfs.
 */
#ifndef LUOCTL_HANDOVER_H
#define LUOCTL_HANDOVER_H

#include "util.h"

struct subtree {
	char *name;
	u64 size;
};

struct handover {
	char *compatible;	/* "kho-v4"; NULL if debugfs does not show it */
	struct subtree *subtrees;
	size_t nr;
};

/* @which is "out" for the next kernel, or "in" for the previous one. */
void handover_read(const char *which, struct handover *handover);
void handover_free(struct handover *handover);

#endif
