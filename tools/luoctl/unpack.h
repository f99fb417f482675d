/* SPDX-License-Identifier: GPL-2.0 */
/*
 * unpack - what kernel images are compressed with. The libraries do the work;
 * what is here bounds them, for an image may be anything.
 */
#ifndef LUOCTL_UNPACK_H
#define LUOCTL_UNPACK_H

#include "util.h"

/* The largest kernel that is unpacked. Those with every debug option are 200. */
#ifndef UNPACK_MAX
#define UNPACK_MAX	((size_t)512 << 20)
#endif

struct packing {
	const char *name;
	const char *magic;
	size_t magic_len;
	/*
	 * Unpacks all of @in into @out, which the caller frees in any case.
	 * What follows the packed data is ignored: a bzImage has its size there.
	 * Returns NULL, or a few words on what is wrong. NULL where luoctl
	 * cannot unpack it.
	 */
	const char *(*unpack)(const struct bytes *in, struct bytes *out);
};

/* What @bytes is packed with; NULL if nothing known. */
const struct packing *packing_of(const struct bytes *bytes);

#endif
