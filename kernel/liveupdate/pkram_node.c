// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: The nodes of PKRAM
 *
 * A node is an object of the kind "pkram", whose instance is a hash of the name, and
 * a pool that holds everything but its pages. This file has the code that saving and
 * loading share: the object, the memory in the pool, and the index of nodes by name.
 *
 * It is called by pkram_out.c, pkram_in.c, pkram_pages.c and pkram_bytes.c. It calls
 * pkram_kind.c, luo_object_convert.c, luo_pool.c and luo_index.c.
 */

#define pr_fmt(fmt) "pkram: " fmt

#include <linux/cleanup.h>
#include <linux/crc32c.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/luo_kind.h>
#include <linux/luo_pool.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/xxhash.h>

#include "luo_object_internal.h"
#include "pkram_internal.h"

/**
 * pkram_node_register - Register the kind "pkram".
 * @drop:   Frees the pages and the pool of a node of the previous kernel, or NULL.
 * @freeze: Checks the nodes that were saved, before a kexec; or NULL.
 *
 * Return: As luo_object_register_kind().
 */
int pkram_node_register(int (*drop)(const void *ser), int (*freeze)(void))
{
	if (drop)
		pkram_node_kind->drop = drop;
	if (freeze)
		pkram_node_kind->freeze = freeze;

	return luo_object_register_kind(pkram_node_kind);
}

/**
 * pkram_node_instance - Compute the instance of the object of a node.
 * @name: Name of the node.
 *
 * Return: A hash of the name.
 */
u64 pkram_node_instance(const char *name)
{
	/* A name that the previous kernel wrote may have no NUL. */
	return xxh64(name, strnlen(name, PKRAM_NAME_MAX), 0);
}

/**
 * pkram_node_root_crc - Compute the CRC of a root.
 * @root: The root.
 *
 * Return: The value that @root->crc must have.
 */
u32 pkram_node_root_crc(const struct pkram_root_ser *root)
{
	return crc32c(~0, root, offsetof(struct pkram_root_ser, crc));
}

/**
 * pkram_node_object_crc - Compute the CRC of an object of a node.
 * @object: The object.
 *
 * Return: The value that @object->crc must have.
 */
u32 pkram_node_object_crc(const struct pkram_object_ser *object)
{
	return crc32c(~0, object, offsetof(struct pkram_object_ser, crc));
}

/**
 * pkram_node_found - Find memory of a node of the previous kernel.
 * @node:    The node, whose pool is restored.
 * @address: Physical address of the memory: any number.
 * @size:    Size of the memory in bytes.
 *
 * Return: The memory; NULL if it is not in the pool of the node, or if more memory
 * was found than the pool has, because a chain has a loop.
 */
void *pkram_node_found(struct pkram_node *node, u64 address, size_t size)
{
	void *mem = luo_pool_memory(node->pool, address, size);

	if (!mem || size > node->unread)
		return NULL;

	node->unread -= size;

	return mem;
}

/**
 * pkram_node_find - Find a node by name.
 * @index: The index, with the lock of its set held.
 * @name:  The name.
 *
 * Return: The node, or NULL.
 */
struct pkram_node *pkram_node_find(const struct luo_index *index,
				   const char *name)
{
	unsigned long cursor = 0;

	return (void *)luo_index_next(index, pkram_node_instance(name), &cursor);
}

/* Insert a node. If the index is full, return -EAGAIN with the order that it needs. */
static int pkram_node_insert(struct pkram_node *node, struct luo_index *spare,
			     unsigned int *order, int exists)
{
	struct luo_index *index = node->index;
	unsigned long cursor = 0;

	guard(mutex)(&node->set->lock);

	if (luo_index_next(index, node->instance, &cursor))
		return exists;

	if (luo_index_full(index) && spare->order > index->order)
		luo_index_move(index, spare);
	*order = index->order + 1;

	return luo_index_full(index) ? -EAGAIN :
	       luo_index_add(index, &node->instance, 0);
}

/*
 * A filesystem may wait for the lock of the set in memory reclaim. Therefore nothing
 * is allocated or freed while it is held.
 */
static int pkram_node_add(struct pkram_node *node, gfp_t gfp, int exists)
{
	struct luo_index spare = {};
	unsigned int order;
	int err;

	for (;;) {
		err = pkram_node_insert(node, &spare, &order, exists);
		luo_index_destroy(&spare);
		if (err != -EAGAIN)
			return err;
		err = luo_index_alloc(&spare, order, gfp);
		if (err)
			return err;
	}
}

/**
 * pkram_node_new - Add an empty node for a stream.
 * @set:   The set.
 * @index: One of the two indexes of @set.
 * @name:  The name.
 * @gfp:   Allocation mask.
 * @exists: The errno to return if @index has a node with that name.
 *
 * Context: Process context, may sleep. Takes the lock of @set.
 * Return: The node; ERR_PTR(@exists); ERR_PTR(-ENOMEM) if there is no memory.
 */
struct pkram_node *pkram_node_new(struct pkram_set *set,
				  struct luo_index *index, const char *name,
				  gfp_t gfp, int exists)
{
	struct pkram_node *node = kzalloc_obj(*node, gfp);
	int err;

	if (!node)
		return ERR_PTR(-ENOMEM);

	node->instance = pkram_node_instance(name);
	node->set = set;
	node->index = index;
	node->busy = true;
	err = pkram_node_add(node, gfp, exists);
	if (err) {
		kfree(node);
		return ERR_PTR(err);
	}

	return node;
}

/**
 * pkram_node_store - Store the object of a node.
 * @node: The node.
 * @ser:  The data of the object.
 * @gfp:  Allocation mask.
 *
 * Return: As luo_object_convert_save().
 */
int pkram_node_store(struct pkram_node *node, const struct pkram_node_ser *ser,
		     gfp_t gfp)
{
	return luo_object_convert_save(node->set->out, pkram_node_kind,
				       node->instance, ser, gfp);
}

/**
 * pkram_node_read - Read the object of a node of the previous kernel.
 * @set:  The set.
 * @name: Name of the node.
 * @ser:  Set to the data of the object.
 *
 * Return: 0; -ENOENT if there is no such object; -EBADMSG if it is corrupt;
 * -EPROTONOSUPPORT if this kernel reads none of its versions; -ENOMEM if there is no
 * memory.
 */
int pkram_node_read(struct pkram_set *set, const char *name,
		    struct pkram_node_ser *ser)
{
	int err = luo_object_convert_load(set->in, pkram_node_kind,
					  pkram_node_instance(name), ser);

	return err == -EMSGSIZE || err == -ERANGE ? -EBADMSG : err;
}

/**
 * pkram_node_destroy - Free a node and its memory, but not its pages.
 * @node: The node, not in the handover.
 */
void pkram_node_destroy(struct pkram_node *node)
{
	mutex_lock(&node->set->lock);
	luo_index_del(node->index, &node->instance);
	mutex_unlock(&node->set->lock);

	if (node->pool)
		luo_pool_free(node->pool);
	kfree(node);
}

/**
 * pkram_node_alloc - Allocate memory of a node that is being saved.
 * @node:   The node.
 * @gfp:    Allocation mask.
 * @wanted: The preferred size in bytes. It is rounded up to fill pages if it exceeds
 *          half a page.
 * @size:   Set to the size of the memory in bytes: less than @wanted if no large
 *          pages are available.
 *
 * Return: The memory, not zeroed, or NULL.
 */
void *pkram_node_alloc(struct pkram_node *node, gfp_t gfp, size_t wanted,
		       size_t *size)
{
	unsigned int order = min_t(unsigned int, MAX_PAGE_ORDER,
				   get_order(wanted + PAGE_SIZE -
					     LUO_POOL_FILL(0)));
	void *mem;

	gfp &= ~__GFP_ZERO;
	*size = wanted;
	if (wanted <= PAGE_SIZE / 2)
		return luo_pool_alloc(node->pool, wanted, gfp);

	for (; order; order--) {
		*size = LUO_POOL_FILL(order);
		mem = luo_pool_alloc(node->pool, *size,
				     gfp | __GFP_NORETRY | __GFP_NOWARN);
		if (mem)
			return mem;
	}
	*size = LUO_POOL_FILL(0);

	return luo_pool_alloc(node->pool, *size, gfp);
}
