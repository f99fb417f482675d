/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_KHO_ABI_LUO_POOL_H
#define _LINUX_KHO_ABI_LUO_POOL_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

/**
 * DOC: Pool ABI
 *
 * A pool block is 2^@order pages under one KHO folio key. It begins with a &struct
 * luo_pool_block_ser, the head, followed by allocations. An allocation has no header;
 * the next kernel finds it by its physical address, which the previous one stored
 * elsewhere. The head lets the next kernel check that the memory around such an
 * address belongs to a pool before it claims the block.
 *
 * The data of objects is in blocks that stand alone. The blocks of a pool that
 * luo_pool_create() made form a chain. The handle of that pool is the physical
 * address of the first one.
 */

/**
 * LUO_POOL_BLOCK_MAGIC - "LUOP" in little endian.
 */
#define LUO_POOL_BLOCK_MAGIC		0x504f554c

/**
 * LUO_POOL_CHAINED_MAGIC - "LUOQ" in little endian, the magic in a chain.
 */
#define LUO_POOL_CHAINED_MAGIC		0x514f554c

/**
 * LUO_POOL_BLOCK_ORDER - Bits 0 to 7 of &luo_pool_block_ser.order: the order.
 */
#define LUO_POOL_BLOCK_ORDER		0xff

/**
 * LUO_POOL_BLOCK_KEEP - Bit 8 of &luo_pool_block_ser.order. Older kernels set it in some
 * blocks of a chain, and it has no meaning.
 */
#define LUO_POOL_BLOCK_KEEP		BIT(8)

/**
 * struct luo_pool_block_ser - The head of a pool block.
 * @self:  Physical address of this block.
 * @magic: %LUO_POOL_BLOCK_MAGIC or %LUO_POOL_CHAINED_MAGIC.
 * @order: The block is 2^n pages, with n in %LUO_POOL_BLOCK_ORDER.
 * @crc:   CRC of the fields above. In a chain, CRC of the pool's handle and the
 *         number of blocks before this one, both 64 bits, and of the fields above, so
 *         that a block is valid at one place of one chain.
 * @live:  Number of allocations in use. The next kernel counts anew and does not read
 *         it.
 * @next:  Physical address of the next block of the chain, 0 in the last and in
 *         a block that stands alone. No CRC covers it.
 */
struct luo_pool_block_ser {
	u64 self;
	u32 magic;
	u32 order;
	u32 crc;
	u32 live;
	u64 next;
};

static_assert(sizeof(struct luo_pool_block_ser) == 32);
static_assert(offsetof(struct luo_pool_block_ser, self) == 0);
static_assert(offsetof(struct luo_pool_block_ser, magic) == 8);
static_assert(offsetof(struct luo_pool_block_ser, order) == 12);
static_assert(offsetof(struct luo_pool_block_ser, crc) == 16);
static_assert(offsetof(struct luo_pool_block_ser, live) == 20);
static_assert(offsetof(struct luo_pool_block_ser, next) == 24);

#endif /* _LINUX_KHO_ABI_LUO_POOL_H */
