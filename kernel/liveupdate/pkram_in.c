// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Loading a node
 *
 * A node of the previous kernel is checked and claimed as a whole before anything
 * is loaded from it, so that a load either does not begin or has it all. Of one
 * that is damaged, the pages before the damage are freed. One that is unfinished
 * is kept until it is removed.
 *
 * A node that this kernel saved can be loaded by it as well, and is found if the
 * previous kernel left none with its name that can be loaded.
 *
 * pkram.c calls it with streams in the right state. It calls pkram_out.c to take
 * a node of this kernel out of the handover, pkram_node.c, pkram_pages.c and
 * pkram_bytes.c.
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

/* Take the next object off a node. */
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

	/* Without any, what leads to them may be damaged. */
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

/* An object that was checked, or NULL. */
static struct pkram_object_ser *pkram_in_object_at(struct pkram_node *node,
						   u64 address)
{
	struct pkram_object_ser *object;

	object = pkram_node_found(node, address, sizeof(*object));
	if (!object || object->crc != pkram_node_object_crc(object) ||
	    object->reserved || !pkram_bytes_valid(node, object))
		return NULL;

	return object;
}

/* Takes over all pages, or those before something that is not right. */
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

	/* With the root in it, it is the pool of this node and no other. */
	node->pool = luo_pool_restore_from(node->set->handover, ser->pool,
					   ser->root, sizeof(*root));
	if (IS_ERR(node->pool)) {
		int err = PTR_ERR(node->pool);

		node->pool = NULL;
		return err;
	}

	node->room = luo_pool_size(node->pool);
	root = pkram_node_found(node, ser->root, sizeof(*root));
	if (root->crc != pkram_node_root_crc(root) || root->finished > 1)
		return -EBADMSG;

	node->root = root;
	node->unfinished = !root->finished;

	return pkram_in_claim_objects(node);
}

/* A node that the previous kernel saved; @node is in the index. */
static int pkram_in_take_left(struct pkram_node *node, const char *name)
{
	const struct luo_object_id id = { PKRAM_KIND, node->instance };
	struct pkram_set *set = node->set;
	struct pkram_node_ser ser;
	int err;

	err = pkram_node_read(set, name, &ser);
	if (err == -EBADMSG)
		pr_err("node %s: what leads to it is damaged\n", name);
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

	/* If there is no memory for that, it only stays listed as unclaimed. */
	luo_object_in_finish(set->in, &id);

	return 0;
}

/* A node of this kernel, which was not updated after all. */
static int pkram_in_take_saved(struct pkram_set *set, const char *name,
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

	node = pkram_node_new(set, &set->taken, name, GFP_KERNEL, -EBUSY);
	if (IS_ERR(node))
		return PTR_ERR(node);

	err = pkram_in_take_left(node, name);
	if (!err) {
		*nodep = node;
		return 0;
	}

	if (node->unfinished) {
		/* Kept, so that the next caller gets the same errno. */
		guard(mutex)(&set->lock);
		node->busy = false;
		return err;
	}
	pkram_in_release(node);

	return err;
}

/**
 * pkram_in_take - Take a node for loading.
 * @set:   Where.
 * @name:  Its name, shorter than %PKRAM_NAME_MAX and not empty.
 * @nodep: Set to the node, which is no longer in the handover.
 *
 * Whatever the previous kernel left under the name that cannot be loaded does not
 * hide a node that this kernel saved.
 *
 * Return: 0; -ENOENT; -EBUSY if a stream has it or its save was not finished;
 * -EBADMSG if it is damaged; -EPROTONOSUPPORT if it is of versions that this
 * kernel does not read; -ENOMEM.
 */
int pkram_in_take(struct pkram_set *set, const char *name,
		  struct pkram_node **nodep)
{
	int err = pkram_in_take_node(set, name, nodep), saved_err;

	if (!err || err == -ENOMEM)
		return err;

	saved_err = pkram_in_take_saved(set, name, nodep);

	return saved_err == -ENOENT ? err : saved_err;
}

/**
 * pkram_in_load_object - Begin to load the next object of a node.
 * @ps: A stream that loads a node.
 *
 * Return: true; false if there is none.
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

static int pkram_in_drop_taken(struct pkram_set *set,
			       const struct pkram_node_ser *ser)
{
	struct pkram_node *node;

	scoped_guard(mutex, &set->lock) {
		node = pkram_node_find(&set->taken, ser->name);
		/* The stream that had it may just have freed it. */
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
 * pkram_in_drop - Free what a node of the previous kernel holds.
 * @set: Where.
 * @ser: The node.
 *
 * Return: 0; -EBUSY if a stream has it; -ENOMEM.
 */
int pkram_in_drop(struct pkram_set *set, const struct pkram_node_ser *ser)
{
	struct pkram_node *node;
	int err;

	node = pkram_node_new(set, &set->taken, ser->name, GFP_KERNEL, -EBUSY);
	if (node == ERR_PTR(-EBUSY))
		return pkram_in_drop_taken(set, ser);
	if (IS_ERR(node))
		return PTR_ERR(node);

	err = pkram_in_restore(node, ser);
	pkram_in_release(node);

	/* Damage is no reason to keep it. */
	return err == -ENOMEM ? err : 0;
}

/* Remove what the previous kernel left under a name. */
static int pkram_in_remove_left(struct pkram_set *set, const char *name)
{
	const struct luo_object_id id = { PKRAM_KIND,
					  pkram_node_instance(name) };
	struct pkram_node_ser ser;
	int err;

	err = pkram_node_read(set, name, &ser);
	if (err == -ENOENT || err == -ENOMEM)
		return err;

	/* Of an object that cannot be read there is no more to free. */
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
 * @set:  Where.
 * @name: Its name, shorter than %PKRAM_NAME_MAX and not empty.
 *
 * Return: 0; -ENOENT; -EBUSY if a stream has it; -EBADMSG if what the previous
 * kernel left is too damaged to tell; -ENOMEM.
 */
int pkram_in_remove(struct pkram_set *set, const char *name)
{
	int err = pkram_in_remove_left(set, name), saved_err;
	struct pkram_node *node;

	if (err != -ENOENT && err != -EBADMSG)
		return err;

	saved_err = pkram_in_take_saved(set, name, &node);
	if (saved_err)
		return saved_err == -ENOENT ? err : saved_err;
	pkram_in_release(node);

	return 0;
}
