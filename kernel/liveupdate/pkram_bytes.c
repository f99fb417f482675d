// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: The byte stream of a PKRAM object
 *
 * The bytes are stored in chunks whose size grows with the stream, from a part of a
 * page to pages of the largest order. A short stream therefore uses little memory,
 * and a long one is copied at the speed of memcpy().
 *
 * It is called by pkram_out.c and pkram_in.c, and to read by pkram.c, which check the
 * state of the stream. It calls pkram_node.c.
 */

#include <linux/crc32c.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/luo_pool.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "pkram_internal.h"

#define PKRAM_CHUNK_MIN		((size_t)64)
#define PKRAM_CHUNK_MAX		(PAGE_SIZE << MAX_PAGE_ORDER)

static u32 pkram_chunk_crc(const struct pkram_bytes_ser *chunk)
{
	return crc32c(~0, chunk, offsetof(struct pkram_bytes_ser, crc));
}

/* Allocate an empty chunk and link it behind the last one, which is full. */
static int pkram_bytes_grow(struct pkram_stream *ps, size_t count)
{
	struct pkram_bytes_ser *chunk, *full = ps->bytes.chunk;
	size_t size = max_t(size_t, count, ps->object->nr_bytes);

	chunk = pkram_node_alloc(ps->node, ps->gfp_mask,
				 clamp(sizeof(*chunk) + size, PKRAM_CHUNK_MIN,
				       PKRAM_CHUNK_MAX), &size);
	if (!chunk)
		return -ENOMEM;

	*chunk = (struct pkram_bytes_ser){};
	if (full) {
		full->next = virt_to_phys(chunk);
		full->crc = pkram_chunk_crc(full);
	} else {
		ps->object->bytes = virt_to_phys(chunk);
	}
	ps->bytes.chunk = chunk;
	ps->bytes.capacity = size - sizeof(*chunk);

	return 0;
}

/**
 * pkram_bytes_write - Append bytes.
 * @ps:    A stream that saves an object.
 * @buf:   The bytes.
 * @count: Number of bytes.
 *
 * Return: 0; -ENOMEM if there is no memory, with the stream unchanged.
 */
int pkram_bytes_write(struct pkram_stream *ps, const void *buf, size_t count)
{
	struct pkram_bytes_ser *chunk = ps->bytes.chunk;
	u32 capacity = ps->bytes.capacity, size = chunk ? chunk->size : 0;
	size_t done = 0, step;

	while (done < count) {
		if (!ps->bytes.chunk ||
		    ps->bytes.chunk->size == ps->bytes.capacity) {
			if (pkram_bytes_grow(ps, count - done))
				goto err_rewind;
		}
		step = min_t(size_t, count - done,
			     ps->bytes.capacity - ps->bytes.chunk->size);
		memcpy(ps->bytes.chunk->data + ps->bytes.chunk->size,
		       buf + done, step);
		ps->bytes.chunk->size += step;
		done += step;
	}
	ps->object->nr_bytes += count;

	return 0;

err_rewind:
	/* The chunks that were allocated stay in the pool and are freed with it. */
	ps->bytes.chunk = chunk;
	ps->bytes.capacity = capacity;
	if (chunk) {
		chunk->next = 0;
		chunk->size = size;
	} else {
		ps->object->bytes = 0;
	}

	return -ENOMEM;
}

/**
 * pkram_bytes_commit - Write the CRC of the last chunk.
 * @ps: A stream that saves an object.
 */
void pkram_bytes_commit(struct pkram_stream *ps)
{
	if (ps->bytes.chunk)
		ps->bytes.chunk->crc = pkram_chunk_crc(ps->bytes.chunk);
}

/**
 * pkram_bytes_valid - Check a byte stream of the previous kernel.
 * @node:   The node, whose pool is restored.
 * @object: The object, which was checked.
 *
 * Return: true if all its chunks are valid and hold all its bytes.
 */
bool pkram_bytes_valid(struct pkram_node *node,
		       const struct pkram_object_ser *object)
{
	struct pkram_bytes_ser *chunk;
	u64 address, nr_bytes = 0;

	for (address = object->bytes; address; address = chunk->next) {
		chunk = luo_pool_memory(node->pool, address, sizeof(*chunk));
		if (!chunk || chunk->crc != pkram_chunk_crc(chunk) ||
		    !pkram_kind_bytes_valid(chunk) ||
		    !pkram_node_found(node, address,
				 sizeof(*chunk) + (size_t)chunk->size))
			return false;

		nr_bytes += chunk->size;
		if (nr_bytes > object->nr_bytes)
			return false;
	}

	return nr_bytes == object->nr_bytes;
}

/**
 * pkram_bytes_read - Read the next bytes.
 * @ps:    A stream that loads an object.
 * @buf:   Set to the bytes.
 * @count: Number of bytes to read.
 *
 * Return: The number of bytes read, less than @count at the end of the stream.
 */
size_t pkram_bytes_read(struct pkram_stream *ps, void *buf, size_t count)
{
	struct pkram_bytes_ser *chunk = ps->bytes.chunk;
	size_t done = 0, step;

	while (chunk && done < count) {
		step = min_t(size_t, count - done,
			     chunk->size - ps->bytes.offset);
		memcpy(buf + done, chunk->data + ps->bytes.offset, step);
		ps->bytes.offset += step;
		done += step;

		if (ps->bytes.offset == chunk->size) {
			chunk = pkram_node_next(chunk->next);
			ps->bytes.offset = 0;
		}
	}
	ps->bytes.chunk = chunk;

	return done;
}
