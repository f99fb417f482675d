/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_LUO_POOL_H
#define _LINUX_LUO_POOL_H

#include <linux/err.h>
#include <linux/gfp_types.h>
#include <linux/kho/abi/luo_pool.h>
#include <linux/types.h>

struct luo_pool;

/**
 * LUO_POOL_FILL - Size in bytes of an allocation that fills a block of 2^@order pages.
 * @order: The order, up to %MAX_PAGE_ORDER.
 */
#define LUO_POOL_FILL(order)						\
	((PAGE_SIZE << (order)) - sizeof(struct luo_pool_block_ser))

#ifdef CONFIG_LUO_OBJECT

struct luo_pool *luo_pool_create(gfp_t gfp);
u64 luo_pool_handle(const struct luo_pool *pool);
void *luo_pool_alloc(struct luo_pool *pool, size_t size, gfp_t gfp);
struct luo_pool *luo_pool_restore(u64 handle);
struct luo_pool *luo_pool_restore_root(u64 handle, u64 root, size_t size);
u64 luo_pool_size(const struct luo_pool *pool);
void *luo_pool_memory(const struct luo_pool *pool, u64 address, size_t size);
void luo_pool_free(struct luo_pool *pool);

#else

static inline struct luo_pool *luo_pool_create(gfp_t gfp)
{
	return ERR_PTR(-EOPNOTSUPP);
}

static inline u64 luo_pool_handle(const struct luo_pool *pool)
{
	return 0;
}

static inline void *luo_pool_alloc(struct luo_pool *pool, size_t size,
				   gfp_t gfp)
{
	return NULL;
}

static inline struct luo_pool *luo_pool_restore(u64 handle)
{
	return ERR_PTR(-EOPNOTSUPP);
}

static inline void *luo_pool_memory(const struct luo_pool *pool, u64 address,
				    size_t size)
{
	return NULL;
}

static inline void luo_pool_free(struct luo_pool *pool) { }

#endif /* CONFIG_LUO_OBJECT */

#endif /* _LINUX_LUO_POOL_H */
