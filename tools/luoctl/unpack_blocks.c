// SPDX-License-Identifier: GPL-2.0
/*
 * unpack_blocks - unpack formats that consist of a header and blocks, each of which a
 * library unpacks in one call: lz4 -l and lzop. The kernel's build uses both.
 */
#include <endian.h>
#include <string.h>

#include <lz4.h>
#include <lzo/lzo1x.h>
#include <zlib.h>

#include "unpack.h"

/* The input that is not consumed yet. */
struct rest {
	const u8 *data;
	size_t size;
};

static bool consume(struct rest *rest, void *to, size_t size)
{
	if (size > rest->size)
		return false;
	if (to)
		memcpy(to, rest->data, size);
	rest->data += size;
	rest->size -= size;

	return true;
}

static bool read_be32(struct rest *rest, u32 *value)
{
	if (!consume(rest, value, sizeof(*value)))
		return false;
	*value = be32toh(*value);

	return true;
}

#define LZ4_LEGACY_MAGIC	0x184c2102
#define LZ4_LEGACY_BLOCK	(8 << 20)

/*
 * A bzImage ends with the size of the unpacked kernel, which no block follows.
 * Each block but the last unpacks to LZ4_LEGACY_BLOCK bytes.
 */
const char *unpack_lz4_legacy(const struct bytes *in, struct bytes *out)
{
	struct rest rest = { in->data, in->size };
	size_t capacity = 0;
	u32 size;

	while (consume(&rest, &size, sizeof(size)) && rest.size) {
		int got;

		size = le32toh(size);
		if (size == LZ4_LEGACY_MAGIC)
			continue;
		if (!size || size > LZ4_COMPRESSBOUND(LZ4_LEGACY_BLOCK))
			return unpack_damaged;
		if (size > rest.size)
			return unpack_ends_early;
		if (!unpack_reserve(out, &capacity, LZ4_LEGACY_BLOCK))
			return unpack_too_large;
		got = LZ4_decompress_safe((const char *)rest.data,
					  (char *)out->data + out->size, size,
					  LZ4_LEGACY_BLOCK);
		if (got < 0)
			return unpack_damaged;
		out->size += got;
		consume(&rest, NULL, size);
	}

	return out->size ? NULL : unpack_ends_early;
}

/* The header of lzop, as defined in its source. */
#define LZOP_MAGIC_LEN		9
#define LZOP_BLOCK_MAX		(64 << 20)
#define LZOP_ADLER32_D		0x00000001
#define LZOP_ADLER32_C		0x00000002
#define LZOP_EXTRA_FIELD	0x00000040
#define LZOP_CRC32_D		0x00000100
#define LZOP_CRC32_C		0x00000200
#define LZOP_FILTER		0x00000800

static bool read_lzop_header(struct rest *rest, u32 *flags)
{
	u16 version;
	u8 name;

	if (!consume(rest, NULL, LZOP_MAGIC_LEN) ||
	    !consume(rest, &version, sizeof(version)))
		return false;
	version = be16toh(version);
	/* Skip the library version, the version needed to unpack, method and level. */
	if (!consume(rest, NULL, version >= 0x0940 ? 2 + 2 + 1 + 1 : 2 + 1) ||
	    !read_be32(rest, flags) ||
	    !consume(rest, NULL, *flags & LZOP_FILTER ? 4 : 0))
		return false;
	/* Skip mode, time, name and checksum. */
	if (!consume(rest, NULL, version >= 0x0940 ? 4 + 4 + 4 : 4 + 4) ||
	    !consume(rest, &name, 1) || !consume(rest, NULL, name + 4))
		return false;

	return true;
}

static bool sum_matches(u32 adler, u32 crc, u32 flags, u32 adler_flag,
			u32 crc_flag, const u8 *data, size_t size)
{
	if (flags & adler_flag && adler != adler32(1, data, size))
		return false;

	return !(flags & crc_flag) || crc == crc32(0, data, size);
}

struct lzop_block {
	u32 size, packed;
	u32 adler_d, crc_d, adler_c, crc_c;
};

/* Only blocks that are smaller than their contents have sums of the packed data. */
static bool read_lzop_block(struct rest *rest, u32 flags,
			    struct lzop_block *block)
{
	if (!read_be32(rest, &block->packed) ||
	    (flags & LZOP_ADLER32_D && !read_be32(rest, &block->adler_d)) ||
	    (flags & LZOP_CRC32_D && !read_be32(rest, &block->crc_d)))
		return false;
	if (block->packed >= block->size)
		return true;

	return !(flags & LZOP_ADLER32_C && !read_be32(rest, &block->adler_c)) &&
	       !(flags & LZOP_CRC32_C && !read_be32(rest, &block->crc_c));
}

static const char *unpack_lzop_block(const struct rest *rest, u32 flags,
				     const struct lzop_block *block,
				     struct bytes *out)
{
	u8 *to = out->data + out->size;
	lzo_uint size = block->size;

	if (block->packed == block->size) {
		memcpy(to, rest->data, size);
	} else if (!sum_matches(block->adler_c, block->crc_c, flags,
				LZOP_ADLER32_C, LZOP_CRC32_C, rest->data,
				block->packed) ||
		   lzo1x_decompress_safe(rest->data, block->packed, to, &size,
					 NULL) != LZO_E_OK ||
		   size != block->size) {
		return unpack_damaged;
	}
	if (!sum_matches(block->adler_d, block->crc_d, flags, LZOP_ADLER32_D,
			 LZOP_CRC32_D, to, size))
		return unpack_damaged;
	out->size += size;

	return NULL;
}

const char *unpack_lzo(const struct bytes *in, struct bytes *out)
{
	struct rest rest = { in->data, in->size };
	struct lzop_block block = {};
	const char *wrong = NULL;
	size_t capacity = 0;
	u32 flags;

	if (lzo_init() != LZO_E_OK)
		return "liblzo2 does not start";
	if (!read_lzop_header(&rest, &flags))
		return unpack_ends_early;
	if (flags & LZOP_EXTRA_FIELD)
		return unpack_damaged;

	while (!wrong) {
		if (!read_be32(&rest, &block.size))
			return unpack_ends_early;
		/* A size of 0 ends the file. */
		if (!block.size)
			return out->size ? NULL : unpack_damaged;
		if (block.size > LZOP_BLOCK_MAX)
			return unpack_damaged;
		if (!read_lzop_block(&rest, flags, &block))
			return unpack_ends_early;
		if (block.packed > block.size)
			return unpack_damaged;
		if (block.packed > rest.size)
			return unpack_ends_early;
		if (!unpack_reserve(out, &capacity, block.size))
			return unpack_too_large;
		wrong = unpack_lzop_block(&rest, flags, &block, out);
		consume(&rest, NULL, block.packed);
	}

	return wrong;
}
