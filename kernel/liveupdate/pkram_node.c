// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: The nodes of PKRAM
 *
 * A node is an object of the kind "pkram", known by a hash of its name, with a
 * pool that holds all of it but its pages. This file has what saving and loading
 * have in common: the object, the memory in the pool, and the nodes of a set by
 * name.
 *
 * pkram_out.c, pkram_in.c, pkram_pages.c and pkram_bytes.c call it. It calls the
 * objects and the pool.
 */

#define pr_fmt(fmt) "pkram: " fmt

#include <linux/crc32c.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/luo_field.h>
#include <linux/luo_pool.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/xxhash.h>

#include "luo_object_internal.h"
#include "pkram_internal.h"

#define PKRAM_FIELDS(field, ser)					\
	field(ser, 1, u64, pool)					\
	field(ser, 1, u64, root)					\
	field(ser, 1, bytes, name)

#define PKRAM_VERSIONS(version, kind)					\
	version(kind, 1, mandatory)

LUO_DEFINE_KIND(pkram, struct pkram_node_ser, PKRAM_FIELDS, PKRAM_VERSIONS);

/**
 * pkram_node_register - Register the kind of object that nodes are.
 * @drop: Frees what a node of the previous kernel holds. NULL leaves that as it
 *        is.
 *
 * Return: As luo_object_register_kind().
 */
int pkram_node_register(int (*drop)(const void *ser))
{
	if (drop)
		pkram_kind.drop = drop;

	return luo_object_register_kind(&pkram_kind);
}

/**
 * pkram_node_instance - The instance of the object that a node is.
 * @name: Its name.
 *
 * Return: A hash of the name.
 */
u64 pkram_node_instance(const char *name)
{
	/* What the previous kernel says is its name may have no end. */
	return xxh64(name, strnlen(name, PKRAM_NAME_MAX), 0);
}

/**
 * pkram_node_root_crc - The CRC of a root.
 * @root: The root.
 *
 * Return: The CRC.
 */
u32 pkram_node_root_crc(const struct pkram_root_ser *root)
{
	return crc32c(~0, root, offsetof(struct pkram_root_ser, crc));
}

/**
 * pkram_node_object_crc - The CRC of an object of a node.
 * @object: The object.
 *
 * Return: The CRC.
 */
u32 pkram_node_object_crc(const struct pkram_object_ser *object)
{
	return crc32c(~0, object, offsetof(struct pkram_object_ser, crc));
}

/**
 * pkram_node_found - Take memory of a node of the previous kernel for what it says.
 * @node:    The node, whose pool is restored.
 * @address: What leads to the memory: any number.
 * @size:    How many bytes there have to be.
 *
 * Return: The memory; NULL if it is not there, or the node would have more in it
 * than it has room for.
 */
void *pkram_node_found(struct pkram_node *node, u64 address, size_t size)
{
	void *mem = luo_pool_find(node->pool, address, size);

	if (!mem || size > node->room)
		return NULL;

	node->room -= size;

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

/**
 * pkram_node_new - Add an empty node that a stream has.
 * @set:   The set.
 * @index: Which of the indexes of @set.
 * @name:  The name.
 * @gfp:   How to allocate.
 * @taken: The errno to return if @index has a node with that name.
 *
 * Return: The node; ERR_PTR(@taken); ERR_PTR(-ENOMEM).
 */
struct pkram_node *pkram_node_new(struct pkram_set *set,
				  struct luo_index *index, const char *name,
				  gfp_t gfp, int taken)
{
	struct pkram_node *node = kzalloc_obj(*node, gfp);
	int err;

	if (!node)
		return ERR_PTR(-ENOMEM);

	node->instance = pkram_node_instance(name);
	node->set = set;
	node->index = index;
	node->busy = true;

	mutex_lock(&set->lock);
	err = pkram_node_find(index, name) ? taken :
	      luo_index_add(index, &node->instance, gfp);
	mutex_unlock(&set->lock);
	if (err) {
		kfree(node);
		return ERR_PTR(err);
	}

	return node;
}

/**
 * pkram_node_store - Store the object that a node is.
 * @node: The node.
 * @ser:  What the object says.
 * @gfp:  How to allocate.
 *
 * Return: As luo_object_kind_save().
 */
int pkram_node_store(struct pkram_node *node, const struct pkram_node_ser *ser,
		     gfp_t gfp)
{
	return luo_object_kind_save(node->set->out, &pkram_kind,
				    node->instance, ser, gfp);
}

/**
 * pkram_node_read - Read the object that a node of the previous kernel is.
 * @set:  The set.
 * @name: The name of the node.
 * @ser:  Set to what the object says.
 *
 * Return: 0; -ENOENT; -EBADMSG; -EPROTONOSUPPORT; -ENOMEM.
 */
int pkram_node_read(struct pkram_set *set, const char *name,
		    struct pkram_node_ser *ser)
{
	int err = luo_object_kind_load(set->in, &pkram_kind,
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
 * @gfp:    How to allocate.
 * @wanted: The size to try for, in bytes. It is rounded up to fill pages if it
 *          exceeds half of one.
 * @size:   Set to the size of the memory: less than @wanted if there are no large
 *          pages.
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
		return luo_pool_alloc(node->pool, wanted, gfp, 0);

	for (; order; order--) {
		*size = LUO_POOL_FILL(order);
		mem = luo_pool_alloc(node->pool, *size,
				     gfp | __GFP_NORETRY | __GFP_NOWARN, 0);
		if (mem)
			return mem;
	}
	*size = LUO_POOL_FILL(0);

	return luo_pool_alloc(node->pool, *size, gfp, 0);
}
