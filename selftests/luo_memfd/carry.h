/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SELFTESTS_LUO_MEMFD_CARRY_H
#define SELFTESTS_LUO_MEMFD_CARRY_H

#include "../luo_lib/shape.h"

/* Who can carry a file. */
enum reach {
	BY_ANY,		/* stock too */
	BY_PKRAM,	/* the project's handler, whatever version it writes */
	BY_NEWEST,	/* the newest version alone */
};

#define MAX_SHAPES	512

/* Fills in the files within reach and returns how many these are. */
int carry_shapes(struct shape *shapes, enum reach reach);

#endif
