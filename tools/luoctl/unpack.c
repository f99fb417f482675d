// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include <bzlib.h>
#include <lz4frame.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include "unpack.h"

const char *const unpack_ends_early = "ends early";
const char *const unpack_too_large = "unpacks to more than any kernel has";
const char *const unpack_damaged = "damaged";

/* The memory limit of liblzma. Kernels that were packed with xz -9 need 128 MiB. */
#define DICTIONARY_MAX	((u64)256 << 20)

bool unpack_reserve(struct bytes *out, size_t *capacity, size_t size)
{
	size_t more = *capacity ?: 1 << 20;

	if (size > UNPACK_MAX || out->size > UNPACK_MAX - size)
		return false;
	while (more < out->size + size)
		more *= 2;
	if (more > *capacity)
		out->data = xrealloc(out->data, more, 1);
	*capacity = more;

	return true;
}

/* Double the buffer when it is full. */
static bool grow(struct bytes *out, size_t *capacity)
{
	return unpack_reserve(out, capacity, *capacity < UNPACK_MAX && *capacity ?
			      *capacity : 1);
}

static const char *unpack_gzip(const struct bytes *in, struct bytes *out)
{
	z_stream stream = {
		.next_in = in->data,
		.avail_in = in->size,
	};
	const char *wrong = NULL;
	size_t capacity = 0;
	int ret;

	if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK)
		return "zlib does not start";

	do {
		if (out->size == capacity && !grow(out, &capacity)) {
			wrong = unpack_too_large;
			break;
		}
		stream.next_out = out->data + out->size;
		stream.avail_out = capacity - out->size;
		ret = inflate(&stream, Z_NO_FLUSH);
		out->size = capacity - stream.avail_out;
		if (ret == Z_BUF_ERROR || (ret == Z_OK && stream.avail_out))
			wrong = unpack_ends_early;
		else if (ret != Z_OK && ret != Z_STREAM_END)
			wrong = unpack_damaged;
	} while (!wrong && ret != Z_STREAM_END);
	inflateEnd(&stream);

	return wrong;
}

static const char *run_lzma(lzma_stream *stream, const struct bytes *in,
			    struct bytes *out)
{
	size_t capacity = 0;
	lzma_ret ret;

	stream->next_in = in->data;
	stream->avail_in = in->size;
	do {
		if (out->size == capacity && !grow(out, &capacity))
			return unpack_too_large;
		stream->next_out = out->data + out->size;
		stream->avail_out = capacity - out->size;
		ret = lzma_code(stream, LZMA_FINISH);
		out->size = capacity - stream->avail_out;
		if (ret == LZMA_BUF_ERROR)
			return unpack_ends_early;
		if (ret == LZMA_MEMLIMIT_ERROR)
			return "wants more memory to unpack than any kernel";
		if (ret != LZMA_OK && ret != LZMA_STREAM_END)
			return unpack_damaged;
	} while (ret != LZMA_STREAM_END);

	return NULL;
}

static const char *unpack_xz(const struct bytes *in, struct bytes *out)
{
	lzma_stream stream = LZMA_STREAM_INIT;
	const char *wrong = "liblzma does not start";

	if (lzma_stream_decoder(&stream, DICTIONARY_MAX, 0) == LZMA_OK)
		wrong = run_lzma(&stream, in, out);
	lzma_end(&stream);

	return wrong;
}

static const char *unpack_lzma(const struct bytes *in, struct bytes *out)
{
	lzma_stream stream = LZMA_STREAM_INIT;
	const char *wrong = "liblzma does not start";

	if (lzma_alone_decoder(&stream, DICTIONARY_MAX) == LZMA_OK)
		wrong = run_lzma(&stream, in, out);
	lzma_end(&stream);

	return wrong;
}

static const char *run_zstd(ZSTD_DStream *stream, const struct bytes *in,
			    struct bytes *out)
{
	ZSTD_inBuffer input = { in->data, in->size, 0 };
	size_t left, capacity = 0;

	do {
		ZSTD_outBuffer output;

		if (out->size == capacity && !grow(out, &capacity))
			return unpack_too_large;
		output = (ZSTD_outBuffer){ out->data, capacity, out->size };
		left = ZSTD_decompressStream(stream, &output, &input);
		out->size = output.pos;
		if (ZSTD_isError(left))
			return unpack_damaged;
		if (left && input.pos == input.size && out->size < capacity)
			return unpack_ends_early;
	} while (left);

	return NULL;
}

static const char *unpack_zstd(const struct bytes *in, struct bytes *out)
{
	ZSTD_DStream *stream = ZSTD_createDStream();
	const char *wrong = "libzstd does not start";

	if (stream && !ZSTD_isError(ZSTD_initDStream(stream)))
		wrong = run_zstd(stream, in, out);
	ZSTD_freeDStream(stream);

	return wrong;
}

static const char *run_lz4(LZ4F_dctx *context, const struct bytes *in,
			   struct bytes *out)
{
	size_t capacity = 0, at = 0, hint;

	do {
		size_t got, taken = in->size - at;

		if (out->size == capacity && !grow(out, &capacity))
			return unpack_too_large;
		got = capacity - out->size;
		hint = LZ4F_decompress(context, out->data + out->size, &got,
				       in->data + at, &taken, NULL);
		if (LZ4F_isError(hint))
			return unpack_damaged;
		out->size += got;
		at += taken;
		if (hint && at == in->size && out->size < capacity)
			return unpack_ends_early;
	} while (hint);

	return NULL;
}

/* The frame format of lz4(1), which the kernel does not use for itself. */
static const char *unpack_lz4(const struct bytes *in, struct bytes *out)
{
	const char *wrong = "liblz4 does not start";
	LZ4F_dctx *context = NULL;

	if (!LZ4F_isError(LZ4F_createDecompressionContext(&context,
							  LZ4F_VERSION)))
		wrong = run_lz4(context, in, out);
	LZ4F_freeDecompressionContext(context);

	return wrong;
}

static const char *unpack_bzip2(const struct bytes *in, struct bytes *out)
{
	bz_stream stream = {
		.next_in = (char *)in->data,
		.avail_in = in->size,
	};
	const char *wrong = NULL;
	size_t capacity = 0;
	int ret;

	if (BZ2_bzDecompressInit(&stream, 0, 0) != BZ_OK)
		return "libbz2 does not start";

	do {
		if (out->size == capacity && !grow(out, &capacity)) {
			wrong = unpack_too_large;
			break;
		}
		stream.next_out = (char *)out->data + out->size;
		stream.avail_out = capacity - out->size;
		ret = BZ2_bzDecompress(&stream);
		out->size = capacity - stream.avail_out;
		if (ret == BZ_OK && !stream.avail_in && stream.avail_out)
			wrong = unpack_ends_early;
		else if (ret != BZ_OK && ret != BZ_STREAM_END)
			wrong = unpack_damaged;
	} while (!wrong && ret != BZ_STREAM_END);
	BZ2_bzDecompressEnd(&stream);

	return wrong;
}

#define PACKING(_name, _magic, _unpack)					\
	{ .name = _name, .magic = _magic, .magic_len = sizeof(_magic) - 1,	\
	  .unpack = _unpack }

static const struct packing packings[] = {
	PACKING("gzip", "\x1f\x8b", unpack_gzip),
	PACKING("xz", "\3757zXZ\0", unpack_xz),
	PACKING("zstd", "\x28\xb5\x2f\xfd", unpack_zstd),
	PACKING("lzma", "\x5d\0\0", unpack_lzma),
	PACKING("lz4", "\x02\x21\x4c\x18", unpack_lz4_legacy),
	PACKING("lz4", "\x04\x22\x4d\x18", unpack_lz4),
	PACKING("lzo", "\x89LZO\0\r\n\x1a\n", unpack_lzo),
	PACKING("bzip2", "BZh", unpack_bzip2),
};

const struct packing *packing_of(const struct bytes *bytes)
{
	for (size_t i = 0; i < ARRAY_SIZE(packings); i++) {
		const struct packing *packing = &packings[i];

		if (bytes->size >= packing->magic_len &&
		    !memcmp(bytes->data, packing->magic, packing->magic_len))
			return packing;
	}

	return NULL;
}
