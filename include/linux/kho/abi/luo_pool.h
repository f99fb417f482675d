/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_KHO_ABI_LUO_POOL_H
#define _LINUX_KHO_ABI_LUO_POOL_H

#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

/**
 * DOC: Pool ABI
 *
 * A pool block is one KHO folio key: 2^@order pages that begin with a
 * &struct luo_pool_block_ser. What follows the header are allocations, each
 * known only to whoever stored its physical address. The header lets a
 * successor be sure that the memory around such an address belongs to a pool
 * before it takes the block over.
 */

/**
 * LUO_POOL_BLOCK_MAGIC - "LUOP" in little endian.
 */
#define LUO_POOL_BLOCK_MAGIC		0x504f554c

/**
 * struct luo_pool_block_ser - The head of a pool block.
 * @self:  Physical address of this block.
 * @magic: %LUO_POOL_BLOCK_MAGIC.
 * @order: The block is 2^@order pages.
 * @crc:   CRC of the fields above.
 * @live:  Allocations in use, a count of the kernel that holds the block. The
 *         successor counts anew and does not read it.
 * @reserved: Zero.
 */
struct luo_pool_block_ser {
	u64 self;
	u32 magic;
	u32 order;
	u32 crc;
	u32 live;
	u64 reserved;
};

static_assert(sizeof(struct luo_pool_block_ser) == 32);
static_assert(offsetof(struct luo_pool_block_ser, self) == 0);
static_assert(offsetof(struct luo_pool_block_ser, magic) == 8);
static_assert(offsetof(struct luo_pool_block_ser, order) == 12);
static_assert(offsetof(struct luo_pool_block_ser, crc) == 16);
static_assert(offsetof(struct luo_pool_block_ser, live) == 20);
static_assert(offsetof(struct luo_pool_block_ser, reserved) == 24);

#endif /* _LINUX_KHO_ABI_LUO_POOL_H */
