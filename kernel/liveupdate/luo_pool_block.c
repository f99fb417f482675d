// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Blocks of pools
 *
 * A preserved page costs a page and a key, so 40 bytes must not take one each.
 * Small allocations share a block: pages under one key, with a head that lets the
 * next kernel check that what it is led to is a block of a pool.
 *
 * This file knows the head. luo_pool_out.c and luo_pool_in.c call it; it calls the
 * handover.
 */

#include <linux/crc32c.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/stddef.h>
#include <linux/string.h>

#include "luo_handover.h"
#include "luo_pool_internal.h"

/**
 * luo_pool_block_crc - The CRC of a head.
 * @head:  The head.
 * @place: Where the block is in a chain, NULL if it stands alone.
 *
 * Return: The CRC.
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
 * @handover: Where the pages come from.
 * @address:  Where the block should be: any number.
 * @place:    Where it should be in a chain, NULL if it should stand alone.
 * @head:     Set to a copy of the head. Memory that another kernel wrote may be
 *            written to by a device, so no field of it is read twice.
 *
 * Return: 0; -EBADMSG if there is no such block.
 */
int luo_pool_block_read(const struct luo_handover *handover, u64 address,
			const struct luo_pool_place *place,
			struct luo_pool_block_ser *head)
{
	const u32 magic = place ? LUO_POOL_CHAINED_MAGIC : LUO_POOL_BLOCK_MAGIC;
	const u32 flags = place ? LUO_POOL_BLOCK_KEEP : 0;
	int order = handover->order(address);

	if (order < 0)
		return -EBADMSG;

	memcpy(head, phys_to_virt(address), sizeof(*head));
	if (head->self != address || head->magic != magic ||
	    (head->order & ~flags) != order || (!place && head->next) ||
	    head->crc != luo_pool_block_crc(head, place))
		return -EBADMSG;

	return 0;
}
