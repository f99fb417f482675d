/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SELFTESTS_LUO_MEMFD_CARRY_H
#define SELFTESTS_LUO_MEMFD_CARRY_H

#include "../luo_lib/shape.h"

/* The kernels that can carry a file. */
enum reach {
	BY_ANY,		/* stock too */
	BY_PKRAM,	/* the project's handler, with any version */
	BY_NEWEST,	/* the newest version alone */
};

#define MAX_SHAPES	512

/* Set up the files that @reach can carry. Return their number. */
int carry_shapes(struct shape *shapes, enum reach reach);

#endif
