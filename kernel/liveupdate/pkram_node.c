// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: The nodes of PKRAM
 *
 * A node is an object of the kind "pkram", known by a hash of its name, with a
 * pool that holds all of it but its pages. It is stored as an object when its
 * save begins, so that a successor knows of a save that was not finished, and
 * what is in the pool says whether it was.
 *
 * A node of the previous kernel is checked and taken over as a whole before
 * anything is loaded from it, so that a load either does not begin or has it
 * all. One with damage is given back up to the damage. What is not finished is
 * kept until it is dropped from user space.
 *
 * It is called by pkram.c. It calls the objects, the pool, and pkram_pages.c and
 * pkram_bytes.c for what is in an object. A node has one stream, which brings the
 * locking of all but which node is where.
 */

#define pr_fmt(fmt) "pkram: " fmt

#include <linux/cleanup.h>
#include <linux/crc32c.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/limits.h>
#include <linux/luo_field.h>
#include <linux/luo_pool.h>
#include <linux/mm.h>
#include <linux/printk.h>
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
 * pkram_instance - The instance of the object that a node is.
 * @name: Its name.
 *
 * Return: A hash of the name.
 */
u64 pkram_instance(const char *name)
{
	/* What the previous kernel says is its name may have no end. */
	return xxh64(name, strnlen(name, PKRAM_NAME_MAX), 0);
}

static u32 pkram_root_crc(const struct pkram_root_ser *root)
{
	return crc32c(~0, root, offsetof(struct pkram_root_ser, crc));
}

static u32 pkram_object_crc(const struct pkram_object_ser *object)
{
	return crc32c(~0, object, offsetof(struct pkram_object_ser, crc));
}

/**
 * pkram_next - What an address in a node leads to.
 * @address: An address that was checked, or 0 at the end of a chain.
 *
 * Return: The memory, or NULL.
 */
void *pkram_next(u64 address)
{
	return address ? phys_to_virt(address) : NULL;
}

/**
 * pkram_found - Take memory of a node of the previous kernel for what it says.
 * @node:    The node, whose pool is restored.
 * @address: What leads to the memory: any number.
 * @size:    How many bytes there have to be.
 *
 * Return: The memory; NULL if it is not there, or the node would have more in it
 * than it has room for.
 */
void *pkram_found(struct pkram_node *node, u64 address, size_t size)
{
	void *mem = luo_pool_find(node->pool, address, size);

	if (!mem || size > node->room)
		return NULL;

	node->room -= size;

	return mem;
}

static struct pkram_node *pkram_find(const struct luo_index *index,
				     u64 instance)
{
	unsigned long cursor = 0;

	return (void *)luo_index_next(index, instance, &cursor);
}

/* A node that a stream has, in @index; ERR_PTR(@taken) if one is there already. */
static struct pkram_node *pkram_node_new(struct pkram_set *set,
					 struct luo_index *index,
					 const char *name, gfp_t gfp, int taken)
{
	struct pkram_node *node = kzalloc_obj(*node, gfp);
	int err;

	if (!node)
		return ERR_PTR(-ENOMEM);

	node->instance = pkram_instance(name);
	node->set = set;
	node->index = index;
	node->busy = true;

	mutex_lock(&set->lock);
	err = pkram_find(index, node->instance) ? taken :
	      luo_index_add(index, &node->instance, gfp);
	mutex_unlock(&set->lock);
	if (err) {
		kfree(node);
		return ERR_PTR(err);
	}

	return node;
}

/* Take the next object off a node. */
static struct pkram_object_ser *pkram_node_next_object(struct pkram_node *node)
{
	struct pkram_object_ser *object;

	if (!node->nr_left)
		return NULL;

	object = pkram_next(node->next);
	node->next = object->next;
	node->nr_left--;

	return object;
}

static void pkram_object_put_pages(struct pkram_node *node,
				   const struct pkram_object_ser *object,
				   u64 nr_pages)
{
	struct pkram_stream rest = { .node = node };

	/* Without any, what leads to them may be damaged. */
	if (!nr_pages)
		return;

	rest.pages.block = pkram_next(object->pages);
	pkram_pages_put(&rest, nr_pages);
}

/**
 * pkram_node_release - Free a node that is not in the handover.
 * @node: The node, with the objects that were not loaded from it.
 */
void pkram_node_release(struct pkram_node *node)
{
	struct pkram_object_ser *object;

	while ((object = pkram_node_next_object(node)))
		pkram_object_put_pages(node, object, node->nr_left ? U64_MAX :
							     node->nr_last);

	mutex_lock(&node->set->lock);
	luo_index_del(node->index, &node->instance);
	mutex_unlock(&node->set->lock);

	if (node->pool)
		luo_pool_free(node->pool);
	kfree(node);
}

/* Saving. */

/**
 * pkram_memory - Allocate memory of a node that is being saved.
 * @ps:     The stream.
 * @wanted: How much would be good to have, in bytes. What does not fit in a page
 *          is made to fill pages.
 * @size:   Set to how much it is: less where large pages are not to be had.
 *
 * Return: The memory, not zeroed, or NULL.
 */
void *pkram_memory(struct pkram_stream *ps, size_t wanted, size_t *size)
{
	unsigned int order = min_t(unsigned int, MAX_PAGE_ORDER,
				   get_order(wanted + PAGE_SIZE -
					     LUO_POOL_FILL(0)));
	gfp_t gfp = ps->gfp_mask & ~__GFP_ZERO;
	void *mem;

	*size = wanted;
	if (wanted <= PAGE_SIZE / 2)
		return luo_pool_alloc(ps->node->pool, wanted, gfp, 0);

	for (; order; order--) {
		*size = LUO_POOL_FILL(order);
		mem = luo_pool_alloc(ps->node->pool, *size,
				     gfp | __GFP_NORETRY | __GFP_NOWARN, 0);
		if (mem)
			return mem;
	}
	*size = LUO_POOL_FILL(0);

	return luo_pool_alloc(ps->node->pool, *size, gfp, 0);
}

static int pkram_node_populate(struct pkram_node *node, const char *name,
			       gfp_t gfp)
{
	struct pkram_node_ser ser = {};

	node->pool = luo_pool_create_from(node->set->handover, gfp);
	if (IS_ERR(node->pool)) {
		node->pool = NULL;
		return -ENOMEM;
	}

	node->root = luo_pool_alloc(node->pool, sizeof(*node->root),
				    gfp | __GFP_ZERO, 0);
	if (!node->root)
		return -ENOMEM;

	node->root->crc = pkram_root_crc(node->root);
	ser.pool = luo_pool_handle(node->pool);
	ser.root = virt_to_phys(node->root);
	strscpy(ser.name, name, sizeof(ser.name));

	return luo_object_kind_save(node->set->out, &pkram_kind,
				    node->instance, &ser, gfp);
}

/**
 * pkram_node_create - Create a node.
 * @set:   Where.
 * @name:  Its name, shorter than %PKRAM_NAME_MAX and not empty.
 * @gfp:   How to allocate.
 * @nodep: Set to the node.
 *
 * Return: 0; -EEXIST; -ENOMEM.
 */
int pkram_node_create(struct pkram_set *set, const char *name, gfp_t gfp,
		      struct pkram_node **nodep)
{
	struct pkram_node *node;
	int err;

	node = pkram_node_new(set, &set->saved, name, gfp, -EEXIST);
	if (IS_ERR(node))
		return PTR_ERR(node);

	err = pkram_node_populate(node, name, gfp);
	if (err) {
		pkram_node_release(node);
		return err;
	}
	*nodep = node;

	return 0;
}

/**
 * pkram_node_add_object - Begin an object.
 * @ps: A stream that saves a node.
 *
 * It is not part of the node until pkram_node_commit_object().
 *
 * Return: 0; -ENOMEM.
 */
int pkram_node_add_object(struct pkram_stream *ps)
{
	memset(&ps->pages, 0, sizeof(ps->pages));
	memset(&ps->bytes, 0, sizeof(ps->bytes));
	ps->object = luo_pool_alloc(ps->node->pool, sizeof(*ps->object),
				    ps->gfp_mask | __GFP_ZERO, 0);

	return ps->object ? 0 : -ENOMEM;
}

/**
 * pkram_node_commit_object - End an object.
 * @ps: A stream that saves an object.
 *
 * It does not fail.
 */
void pkram_node_commit_object(struct pkram_stream *ps)
{
	struct pkram_object_ser *object = ps->object;
	struct pkram_node *node = ps->node;

	pkram_pages_commit(ps);
	pkram_bytes_commit(ps);
	object->crc = pkram_object_crc(object);

	if (node->last) {
		node->last->next = virt_to_phys(object);
		node->last->crc = pkram_object_crc(node->last);
	} else {
		node->root->objects = virt_to_phys(object);
	}
	node->last = object;
	node->root->nr_objects++;
	node->root->crc = pkram_root_crc(node->root);
}

/**
 * pkram_node_finish - End the save of a node.
 * @node: The node. It belongs to no stream any more.
 *
 * It does not fail.
 */
void pkram_node_finish(struct pkram_node *node)
{
	guard(mutex)(&node->set->lock);

	node->root->finished = 1;
	node->root->crc = pkram_root_crc(node->root);
	node->busy = false;
}

/* Have the next kernel not find the node, nor its pages. */
static void pkram_node_withdraw(struct pkram_node *node)
{
	const struct luo_object_id id = { PKRAM_KIND, node->instance };
	struct pkram_object_ser *object;

	luo_object_out_abort(node->set->out, &id);
	for (object = pkram_next(node->root->objects); object;
	     object = pkram_next(object->next))
		pkram_pages_unpreserve(node, object);

	node->next = node->root->objects;
	node->nr_left = node->root->nr_objects;
	node->nr_last = U64_MAX;
}

/**
 * pkram_node_discard - Undo the save of a node.
 * @ps: The stream that saves it, with an object that is not committed or none.
 */
void pkram_node_discard(struct pkram_stream *ps)
{
	struct pkram_node *node = ps->node;

	if (ps->object)
		pkram_node_commit_object(ps);
	pkram_node_withdraw(node);
	pkram_node_release(node);
}

/* Loading. */

/* An object that was checked, or NULL. */
static struct pkram_object_ser *pkram_object_at(struct pkram_node *node,
						u64 address)
{
	struct pkram_object_ser *object;

	object = pkram_found(node, address, sizeof(*object));
	if (!object || object->crc != pkram_object_crc(object) ||
	    object->reserved || !pkram_bytes_valid(node, object))
		return NULL;

	return object;
}

/* Takes over all pages, or those before something that is not right. */
static int pkram_node_claim_objects(struct pkram_node *node)
{
	const struct pkram_object_ser *object;
	u64 address = node->root->objects;
	bool whole = true;

	node->next = address;
	for (; address && whole; address = object->next) {
		object = pkram_object_at(node, address);
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

static int pkram_node_restore(struct pkram_node *node,
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
	root = pkram_found(node, ser->root, sizeof(*root));
	if (root->crc != pkram_root_crc(root) || root->finished > 1)
		return -EBADMSG;

	node->root = root;
	node->unfinished = !root->finished;

	return pkram_node_claim_objects(node);
}

/* A node that the previous kernel saved; @node is in the index. */
static int pkram_node_take_in(struct pkram_node *node, const char *name)
{
	const struct luo_object_id id = { PKRAM_KIND, node->instance };
	struct pkram_set *set = node->set;
	struct pkram_node_ser ser;
	int err;

	err = luo_object_kind_load(set->in, &pkram_kind, node->instance, &ser);
	if (err == -EMSGSIZE || err == -ERANGE)
		err = -EBADMSG;
	if (err == -EBADMSG)
		pr_err("node %s: what leads to it is damaged\n", name);
	if (err)
		return err;

	if (strncmp(ser.name, name, sizeof(ser.name))) {
		pr_err("node %s: found one of another name in its place\n", name);
		return -EBADMSG;
	}

	err = pkram_node_restore(node, &ser);
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
static int pkram_node_take_out(struct pkram_set *set, const char *name,
			       struct pkram_node **nodep)
{
	struct pkram_node *node;

	scoped_guard(mutex, &set->lock) {
		node = pkram_find(&set->saved, pkram_instance(name));
		if (!node)
			return -ENOENT;
		if (node->busy)
			return -EBUSY;
		node->busy = true;
	}
	pkram_node_withdraw(node);
	*nodep = node;

	return 0;
}

/**
 * pkram_node_take - Take a node for loading.
 * @set:   Where.
 * @name:  Its name, shorter than %PKRAM_NAME_MAX and not empty.
 * @nodep: Set to the node, which is no longer in the handover.
 *
 * Return: 0; -ENOENT; -EBUSY if a stream has it or its save was not finished;
 * -EBADMSG if it is damaged; -EPROTONOSUPPORT if it is of versions that this
 * kernel does not read; -ENOMEM.
 */
int pkram_node_take(struct pkram_set *set, const char *name,
		    struct pkram_node **nodep)
{
	struct pkram_node *node;
	int err;

	node = pkram_node_new(set, &set->taken, name, GFP_KERNEL, -EBUSY);
	if (IS_ERR(node))
		return PTR_ERR(node);

	err = pkram_node_take_in(node, name);
	if (!err) {
		*nodep = node;
		return 0;
	}

	if (node->unfinished) {
		/* So that the next one who asks is told the same. */
		guard(mutex)(&set->lock);
		node->busy = false;
		return err;
	}
	pkram_node_release(node);

	return err == -ENOENT ? pkram_node_take_out(set, name, nodep) : err;
}

/**
 * pkram_node_load_object - Begin to load the next object of a node.
 * @ps: A stream that loads a node.
 *
 * Return: true; false if there is none.
 */
bool pkram_node_load_object(struct pkram_stream *ps)
{
	ps->object = pkram_node_next_object(ps->node);
	if (!ps->object)
		return false;

	memset(&ps->pages, 0, sizeof(ps->pages));
	memset(&ps->bytes, 0, sizeof(ps->bytes));
	ps->pages.block = pkram_next(ps->object->pages);
	ps->bytes.chunk = pkram_next(ps->object->bytes);

	return true;
}

static int pkram_node_drop_taken(struct pkram_set *set,
				 const struct pkram_node_ser *ser)
{
	struct pkram_node *node;

	scoped_guard(mutex, &set->lock) {
		node = pkram_find(&set->taken, pkram_instance(ser->name));
		/* The stream that had it may just have freed it. */
		if (!node)
			return 0;
		if (node->busy)
			return -EBUSY;
		node->busy = true;
	}
	pkram_node_release(node);

	return 0;
}

/**
 * pkram_node_drop - Free what a node of the previous kernel holds.
 * @set: Where.
 * @ser: The node.
 *
 * Return: 0; -EBUSY if a stream has it; -ENOMEM.
 */
int pkram_node_drop(struct pkram_set *set, const struct pkram_node_ser *ser)
{
	struct pkram_node *node;
	int err;

	node = pkram_node_new(set, &set->taken, ser->name, GFP_KERNEL, -EBUSY);
	if (node == ERR_PTR(-EBUSY))
		return pkram_node_drop_taken(set, ser);
	if (IS_ERR(node))
		return PTR_ERR(node);

	err = pkram_node_restore(node, ser);
	pkram_node_release(node);

	/* Damage is no reason to keep it. */
	return err == -ENOMEM ? err : 0;
}
