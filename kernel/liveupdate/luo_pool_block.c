// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Blocks of pools
 *
 * Small allocations share a block, because each preserved page needs a key. A block
 * is one or more pages under one key. Its head lets the next kernel check that an
 * address is in a block of a pool.
 *
 * This file writes the CRC of the head and checks the head. It is called by
 * luo_pool_out.c, luo_pool_in.c and luo_pool.c, and calls the handover.
 */

#include <linux/crc32c.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/stddef.h>
#include <linux/string.h>

#include "luo_handover.h"
#include "luo_pool_internal.h"

/**
 * luo_pool_block_crc - Compute the CRC of a head.
 * @head:  The head.
 * @place: The place of the block in a chain, NULL if it stands alone.
 *
 * Return: The value that @head->crc must have.
 */
u32 luo_pool_block_crc(const struct luo_pool_block_ser *head,
		       const struct luo_pool_place *place)
{
	u32 crc = ~0;

	if (place) {
		crc = crc32c(crc, &place->handle, sizeof(place->handle));
		crc = crc32c(crc, &place->sequence, sizeof(place->sequence));
	}

	return crc32c(crc, head, offsetof(struct luo_pool_block_ser, crc));
}

/**
 * luo_pool_block_read - Read the head of a block of the previous kernel.
 * @address:  Expected physical address of the block: any number.
 * @place:    Its expected place in a chain, NULL if it should stand alone.
 * @head:     Set to a copy of the head. A device may still write to the original,
 *            so callers must use only the copy.
 *
 * Return: 0; -EBADMSG if there is no such block.
 */
int luo_pool_block_read(u64 address, const struct luo_pool_place *place,
			struct luo_pool_block_ser *head)
{
	const u32 magic = place ? LUO_POOL_CHAINED_MAGIC : LUO_POOL_BLOCK_MAGIC;
	const u32 flags = place ? LUO_POOL_BLOCK_KEEP : 0;
	int order = luo_handover_order(address);

	if (order < 0)
		return -EBADMSG;

	memcpy(head, phys_to_virt(address), sizeof(*head));
	if (head->self != address || head->magic != magic ||
	    (head->order & ~flags) != order || (!place && head->next) ||
	    head->crc != luo_pool_block_crc(head, place))
		return -EBADMSG;

	return 0;
}
