/* SPDX-License-Identifier: GPL-2.0 */
/*
 * unpack - the compression formats of kernel images. Libraries decompress; this
 * file bounds them, because an image may contain anything.
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
	 * Unpack all of @in into @out. The caller frees @out also on an error.
	 * Ignore the bytes behind the packed data: a bzImage stores the size of
	 * the unpacked kernel there. Returns NULL, or a few words about the
	 * error.
	 */
	const char *(*unpack)(const struct bytes *in, struct bytes *out);
};

/* Find the format of @bytes by its magic number; NULL if it is unknown. */
const struct packing *packing_of(const struct bytes *bytes);

/* Errors that several formats share. */
extern const char unpack_ends_early[];
extern const char unpack_too_large[];
extern const char unpack_damaged[];

/*
 * Make room for @size more bytes behind those unpacked so far. False if the
 * result would be larger than UNPACK_MAX.
 */
bool unpack_reserve(struct bytes *out, size_t *room, size_t size);

/* Formats of blocks, in unpack_blocks.c. */
const char *unpack_lz4_legacy(const struct bytes *in, struct bytes *out);
const char *unpack_lzo(const struct bytes *in, struct bytes *out);

#endif
