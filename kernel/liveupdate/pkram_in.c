// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Loading a node
 *
 * A node of the previous kernel is checked and claimed as a whole before a page is
 * loaded from it, so that a load that has begun finds the whole node. If a node is
 * corrupt, the pages listed before the corruption are freed. An unfinished node is
 * kept until it is removed.
 *
 * This kernel can also load a node that it saved. It does so if the previous kernel
 * left no node with that name that can be loaded.
 *
 * It is called by pkram.c, which checks the state of the stream. It calls
 * pkram_out.c to remove a node of this kernel from the handover, pkram_node.c,
 * pkram_kind.c, pkram_pages.c and pkram_bytes.c.
 */

#define pr_fmt(fmt) "pkram: " fmt

#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/luo_pool.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "luo_object_internal.h"
#include "pkram_internal.h"

/* Remove the next object from a node. */
static struct pkram_object_ser *pkram_in_next_object(struct pkram_node *node)
{
	struct pkram_object_ser *object;

	if (!node->nr_left)
		return NULL;

	object = pkram_node_next(node->next);
	node->next = object->next;
	node->nr_left--;

	return object;
}

static void pkram_in_put_pages(struct pkram_node *node,
			       const struct pkram_object_ser *object,
			       u64 nr_pages)
{
	struct pkram_stream rest = { .node = node };

	/* If no page was claimed, the addresses of the lists may be corrupt. */
	if (!nr_pages)
		return;

	rest.pages.block = pkram_node_next(object->pages);
	pkram_pages_put(&rest, nr_pages);
}

/**
 * pkram_in_release - Free a node that is not in the handover.
 * @node: The node, with the objects that were not loaded from it.
 */
void pkram_in_release(struct pkram_node *node)
{
	struct pkram_object_ser *object;

	while ((object = pkram_in_next_object(node)))
		pkram_in_put_pages(node, object, node->nr_left ? U64_MAX :
							     node->nr_last);

	pkram_node_destroy(node);
}

/* Check and return the object at an address, or return NULL. */
static struct pkram_object_ser *pkram_in_object_at(struct pkram_node *node,
						   u64 address)
{
	struct pkram_object_ser *object;

	object = pkram_node_found(node, address, sizeof(*object));
	if (!object || object->crc != pkram_node_object_crc(object) ||
	    !pkram_kind_object_valid(object) || !pkram_bytes_valid(node, object))
		return NULL;

	return object;
}

/* Claim all pages of a node, or those that are listed before a corruption. */
static int pkram_in_claim_objects(struct pkram_node *node)
{
	const struct pkram_object_ser *object;
	u64 address = node->root->objects;
	bool whole = true;

	node->next = address;
	for (; address && whole; address = object->next) {
		object = pkram_in_object_at(node, address);
		if (!object)
			return -EBADMSG;

		whole = pkram_pages_claim(node, object, &node->nr_last);
		node->nr_left++;
	}
	if (!whole)
		return -EBADMSG;

	node->nr_last = U64_MAX;

	return node->nr_left == node->root->nr_objects ? 0 : -EBADMSG;
}

static int pkram_in_restore(struct pkram_node *node,
			    const struct pkram_node_ser *ser)
{
	struct pkram_root_ser *root;

	/* The handle may be that of another pool: the root must be in the pool. */
	node->pool = luo_pool_restore_root(ser->pool, ser->root, sizeof(*root));
	if (IS_ERR(node->pool)) {
		int err = PTR_ERR(node->pool);

		node->pool = NULL;
		return err;
	}

	node->unread = luo_pool_size(node->pool);
	root = pkram_node_found(node, ser->root, sizeof(*root));
	if (root->crc != pkram_node_root_crc(root) || !pkram_kind_root_valid(root))
		return -EBADMSG;

	node->root = root;
	node->unfinished = !root->finished;

	return pkram_in_claim_objects(node);
}

/* Load a node of the previous kernel. @node is in the index. */
static int pkram_in_claim_previous(struct pkram_node *node, const char *name)
{
	const struct luo_object_id id = { PKRAM_KIND, node->instance };
	struct pkram_set *set = node->set;
	struct pkram_node_ser ser;
	int err;

	err = luo_object_in_prepare_finish(set->in);
	if (err)
		return err;

	err = pkram_node_read(set, name, &ser);
	if (err == -EBADMSG)
		pr_err("node %s: the structures that refer to it are damaged\n", name);
	if (err)
		return err;

	if (strncmp(ser.name, name, sizeof(ser.name))) {
		pr_err("node %s: found one of another name in its place\n", name);
		return -EBADMSG;
	}

	err = pkram_in_restore(node, &ser);
	if (err == -EBADMSG)
		pr_err("node %s: its list of pages and bytes is damaged, it cannot be loaded\n",
		       name);
	if (err)
		return err;

	if (node->unfinished) {
		pr_warn("node %s: the previous kernel did not finish its save\n",
			name);
		return -EBUSY;
	}

	/* The memory for it is allocated. The node is claimed, so no error may lose it. */
	luo_object_in_finish(set->in, &id);

	return 0;
}

/* Load a node that this kernel saved, because there was no kexec. */
static int pkram_in_claim_saved(struct pkram_set *set, const char *name,
				struct pkram_node **nodep)
{
	struct pkram_node *node;

	scoped_guard(mutex, &set->lock) {
		node = pkram_node_find(&set->saved, name);
		if (!node)
			return -ENOENT;
		if (node->busy)
			return -EBUSY;
		node->busy = true;
	}
	pkram_out_withdraw(node);
	*nodep = node;

	return 0;
}

static int pkram_in_take_node(struct pkram_set *set, const char *name,
			      struct pkram_node **nodep)
{
	struct pkram_node *node;
	int err;

	node = pkram_node_new(set, &set->loading, name, GFP_KERNEL, -EBUSY);
	if (IS_ERR(node))
		return PTR_ERR(node);

	err = pkram_in_claim_previous(node, name);
	if (!err) {
		*nodep = node;
		return 0;
	}

	if (node->unfinished) {
		/* Keep it, so that the next caller gets the same errno. */
		guard(mutex)(&set->lock);
		node->busy = false;
		return err;
	}
	pkram_in_release(node);

	return err;
}

/**
 * pkram_in_claim - Find a node, claim it, and remove it from the handover.
 * @set:   The set.
 * @name:  Its name, shorter than %PKRAM_NAME_MAX and not empty.
 * @nodep: Set to the node, which the caller owns.
 *
 * If the node of the previous kernel cannot be loaded, a node with the same name that
 * this kernel saved is loaded.
 *
 * Return: 0; -ENOENT if there is no node with that name; -EBUSY if a stream uses it or
 * its save was not finished; -EBADMSG if it is corrupt; -EPROTONOSUPPORT if this
 * kernel reads none of its versions; -ENOMEM if there is no memory.
 */
int pkram_in_claim(struct pkram_set *set, const char *name,
		   struct pkram_node **nodep)
{
	int err = pkram_in_take_node(set, name, nodep), saved_err;

	if (!err || err == -ENOMEM)
		return err;

	saved_err = pkram_in_claim_saved(set, name, nodep);

	return saved_err == -ENOENT ? err : saved_err;
}

/**
 * pkram_in_load_object - Begin to load the next object of a node.
 * @ps: A stream that loads a node.
 *
 * Return: true; false if there is no further object.
 */
bool pkram_in_load_object(struct pkram_stream *ps)
{
	ps->object = pkram_in_next_object(ps->node);
	if (!ps->object)
		return false;

	memset(&ps->pages, 0, sizeof(ps->pages));
	memset(&ps->bytes, 0, sizeof(ps->bytes));
	ps->pages.block = pkram_node_next(ps->object->pages);
	ps->bytes.chunk = pkram_node_next(ps->object->bytes);

	return true;
}

static int pkram_in_drop_loading(struct pkram_set *set,
				 const struct pkram_node_ser *ser)
{
	struct pkram_node *node;

	scoped_guard(mutex, &set->lock) {
		node = pkram_node_find(&set->loading, ser->name);
		/* The stream that used it may have freed it meanwhile. */
		if (!node)
			return 0;
		if (node->busy)
			return -EBUSY;
		node->busy = true;
	}
	pkram_in_release(node);

	return 0;
}

/**
 * pkram_in_drop - Free the pages and the pool of a node of the previous kernel.
 * @set: The set.
 * @ser: The data of its object.
 *
 * Return: 0; -EBUSY if a stream uses it; -ENOMEM if there is no memory.
 */
int pkram_in_drop(struct pkram_set *set, const struct pkram_node_ser *ser)
{
	struct pkram_node *node;
	int err;

	node = pkram_node_new(set, &set->loading, ser->name, GFP_KERNEL, -EBUSY);
	if (node == ERR_PTR(-EBUSY))
		return pkram_in_drop_loading(set, ser);
	if (IS_ERR(node))
		return PTR_ERR(node);

	err = pkram_in_restore(node, ser);
	pkram_in_release(node);

	/* Drop a corrupt node too. */
	return err == -ENOMEM ? err : 0;
}

/* Remove the node of the previous kernel with a name. */
static int pkram_in_remove_previous(struct pkram_set *set, const char *name)
{
	const struct luo_object_id id = { PKRAM_KIND,
					  pkram_node_instance(name) };
	struct pkram_node_ser ser;
	int err;

	err = luo_object_in_prepare_finish(set->in);
	if (!err)
		err = pkram_node_read(set, name, &ser);
	if (err == -ENOENT || err == -ENOMEM)
		return err;

	/* If the object cannot be read, its pages and pool cannot be found. */
	if (!err) {
		if (strncmp(ser.name, name, sizeof(ser.name)))
			return -ENOENT;
		err = pkram_in_drop(set, &ser);
		if (err)
			return err;
	}

	return luo_object_in_finish(set->in, &id);
}

/**
 * pkram_in_remove - Remove a node without loading it.
 * @set:  The set.
 * @name: Its name, shorter than %PKRAM_NAME_MAX and not empty.
 *
 * Return: 0; -ENOENT if there is no node with that name; -EBUSY if a stream uses it;
 * -EBADMSG if it may have been lost because of corruption; -ENOMEM if there is no
 * memory.
 */
int pkram_in_remove(struct pkram_set *set, const char *name)
{
	int err = pkram_in_remove_previous(set, name), saved_err;
	struct pkram_node *node;

	if (err != -ENOENT && err != -EBADMSG)
		return err;

	saved_err = pkram_in_claim_saved(set, name, &node);
	if (saved_err)
		return saved_err == -ENOENT ? err : saved_err;
	pkram_in_release(node);

	return 0;
}
