/* SPDX-License-Identifier: GPL-2.0 */
/*
 * unpack - unpack compressed kernel images with libraries. The size of the result and the
 * memory for it are limited, because the image may be malicious.
 */
#ifndef LUOCTL_UNPACK_H
#define LUOCTL_UNPACK_H

#include "util.h"

/* The maximum size of a kernel. One with all debug options has 200 MiB. */
#ifndef UNPACK_MAX
#define UNPACK_MAX	((size_t)512 << 20)
#endif

struct packing {
	const char *name;
	const char *magic;
	size_t magic_len;
	/*
	 * Unpack @in to @out. The caller frees @out, also on error. Ignores the
	 * bytes after the packed data: a bzImage stores the size of the unpacked
	 * kernel there. Returns NULL, or a few words about the error.
	 */
	const char *(*unpack)(const struct bytes *in, struct bytes *out);
};

/* Find the format of @bytes by its magic number; NULL if it is unknown. */
const struct packing *packing_of(const struct bytes *bytes);

/* Errors that several formats share. */
extern const char *const unpack_ends_early;
extern const char *const unpack_too_large;
extern const char *const unpack_damaged;

/*
 * Grow the buffer for @size more bytes. @capacity is the size of the buffer. Returns
 * false if the result would be larger than UNPACK_MAX.
 */
bool unpack_reserve(struct bytes *out, size_t *capacity, size_t size);

/* In unpack_blocks.c */
const char *unpack_lz4_legacy(const struct bytes *in, struct bytes *out);
const char *unpack_lzo(const struct bytes *in, struct bytes *out);

#endif
