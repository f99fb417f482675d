/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_KHO_ABI_PKRAM_H
#define _LINUX_KHO_ABI_PKRAM_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

/**
 * DOC: PKRAM ABI
 *
 * A node is an object of the kind %PKRAM_KIND. Its instance is xxh64() of its
 * name, without the NUL and with 0 as the seed; its data is a &struct
 * pkram_node_ser, which refers to the node's pool (&struct luo_pool_block_ser).
 * All other structures are allocations of that pool::
 *
 *   pkram_node_ser ---> pkram_root_ser
 *                           |
 *                       pkram_object_ser ------> pkram_object_ser ---> ...
 *                           |        |
 *                           |    pkram_bytes_ser ---> pkram_bytes_ser ---> ...
 *                           |
 *                       pkram_pages_ser ---> pkram_pages_ser ---> ...
 *                           runs of pages, each a pkram_run_ser
 *
 * All addresses are physical, and 0 at the end of a chain. CRCs are crc32c() seeded
 * with ~0. They cover the structures above, but not the contents of the pages and
 * not the bytes.
 *
 * This is a contract, as is linux/kho/abi/luo_object.h: a new layout is a new
 * version of the kind.
 */

/**
 * PKRAM_KIND - The kind of object that a node is, "pkram".
 */
#define PKRAM_KIND			"pkram"

/**
 * PKRAM_NAME_MAX - Size of the name of a node, with its NUL: 256 bytes.
 */
#define PKRAM_NAME_MAX			256

/**
 * struct pkram_node_ser - A node, version 1.
 * @pool: Handle of the node's pool.
 * @root: Address of its &struct pkram_root_ser.
 * @name: Its name, padded with NULs.
 */
struct pkram_node_ser {
	u64 pool;
	u64 root;
	char name[PKRAM_NAME_MAX];
};

static_assert(sizeof(struct pkram_node_ser) == 272);
static_assert(offsetof(struct pkram_node_ser, pool) == 0);
static_assert(offsetof(struct pkram_node_ser, root) == 8);
static_assert(offsetof(struct pkram_node_ser, name) == 16);

/**
 * struct pkram_root_ser - The objects of a node.
 * @objects:    Address of the first &struct pkram_object_ser.
 * @nr_objects: Number of objects.
 * @finished:   1 if the save was finished, 0 if not.
 * @crc:        CRC of the fields above.
 */
struct pkram_root_ser {
	u64 objects;
	u64 nr_objects;
	u32 finished;
	u32 crc;
};

static_assert(sizeof(struct pkram_root_ser) == 24);
static_assert(offsetof(struct pkram_root_ser, objects) == 0);
static_assert(offsetof(struct pkram_root_ser, nr_objects) == 8);
static_assert(offsetof(struct pkram_root_ser, finished) == 16);
static_assert(offsetof(struct pkram_root_ser, crc) == 20);

/**
 * struct pkram_object_ser - An object of a node.
 * @next:     Address of the next one.
 * @pages:    Address of the first &struct pkram_pages_ser.
 * @bytes:    Address of the first &struct pkram_bytes_ser.
 * @nr_bytes: Length of the byte stream.
 * @reserved: Zero.
 * @crc:      CRC of the fields above.
 */
struct pkram_object_ser {
	u64 next;
	u64 pages;
	u64 bytes;
	u64 nr_bytes;
	u32 reserved;
	u32 crc;
};

static_assert(sizeof(struct pkram_object_ser) == 40);
static_assert(offsetof(struct pkram_object_ser, next) == 0);
static_assert(offsetof(struct pkram_object_ser, pages) == 8);
static_assert(offsetof(struct pkram_object_ser, bytes) == 16);
static_assert(offsetof(struct pkram_object_ser, nr_bytes) == 24);
static_assert(offsetof(struct pkram_object_ser, reserved) == 32);
static_assert(offsetof(struct pkram_object_ser, crc) == 36);

/**
 * struct pkram_run_ser - A run of pages of one order with the same flags.
 * @where: The pages and their flags: PKRAM_RUN_*.
 * @index: The mapping offset of the first page. From each page to the next, the
 *         mapping offset grows by the number of base pages in a page, and so does
 *         the page frame; with %PKRAM_RUN_DOWN the page frame shrinks.
 *
 * Each page of an order above 0 is a folio under its own KHO key. Pages of order 0
 * are under keys that together cover the run; with %PKRAM_RUN_SINGLE, each is under
 * its own key.
 */
struct pkram_run_ser {
	u64 where;
	u64 index;
};

static_assert(sizeof(struct pkram_run_ser) == 16);
static_assert(offsetof(struct pkram_run_ser, where) == 0);
static_assert(offsetof(struct pkram_run_ser, index) == 8);

/**
 * PKRAM_RUN_FLAGS - Bits 0 to 15: the caller's flags.
 */
#define PKRAM_RUN_FLAGS			GENMASK_ULL(15, 0)
/**
 * PKRAM_RUN_COUNT - Bits 16 to 20: number of pages in the run, minus one.
 */
#define PKRAM_RUN_COUNT			GENMASK_ULL(20, 16)
/**
 * PKRAM_RUN_SINGLE - Bit 21: each page of order 0 is under its own key.
 */
#define PKRAM_RUN_SINGLE		BIT_ULL(21)
/**
 * PKRAM_RUN_DOWN - Bit 22: each page lies below the one before it.
 */
#define PKRAM_RUN_DOWN			BIT_ULL(22)
/**
 * PKRAM_RUN_FIRST - Bits 23 to 63: the first page, as 2 * page frame + 2^order:
 * the lowest bit set is bit number order.
 */
#define PKRAM_RUN_FIRST			GENMASK_ULL(63, 23)

/**
 * PKRAM_RUN_MAX - The largest number of pages in a run, 32.
 */
#define PKRAM_RUN_MAX			32

/**
 * struct pkram_pages_ser - A list of runs of a page stream.
 * @next:    Address of the next list.
 * @nr_runs: Number of runs in this list.
 * @crc:     CRC of the fields above and of @runs.
 * @runs:    The runs.
 */
struct pkram_pages_ser {
	u64 next;
	u32 nr_runs;
	u32 crc;
	struct pkram_run_ser runs[];
};

static_assert(sizeof(struct pkram_pages_ser) == 16);
static_assert(offsetof(struct pkram_pages_ser, next) == 0);
static_assert(offsetof(struct pkram_pages_ser, nr_runs) == 8);
static_assert(offsetof(struct pkram_pages_ser, crc) == 12);
static_assert(offsetof(struct pkram_pages_ser, runs) == 16);

/**
 * struct pkram_bytes_ser - A chunk of a byte stream.
 * @next: Address of the next one.
 * @size: Number of bytes in this chunk.
 * @crc:  CRC of the fields above.
 * @data: The bytes.
 */
struct pkram_bytes_ser {
	u64 next;
	u32 size;
	u32 crc;
	u8 data[];
};

static_assert(sizeof(struct pkram_bytes_ser) == 16);
static_assert(offsetof(struct pkram_bytes_ser, next) == 0);
static_assert(offsetof(struct pkram_bytes_ser, size) == 8);
static_assert(offsetof(struct pkram_bytes_ser, crc) == 12);
static_assert(offsetof(struct pkram_bytes_ser, data) == 16);

#endif /* _LINUX_KHO_ABI_PKRAM_H */
