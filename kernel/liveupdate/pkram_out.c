// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Saving a node
 *
 * The object of a node is stored when its save begins, so that the next kernel finds
 * a save that was not finished. The root of the node records whether it was.
 *
 * The caller's mask is passed to every allocation that takes one. KHO allocates the
 * nodes of its tree with GFP_KERNEL. If the mask lacks __GFP_FS or __GFP_IO, the scope
 * of the call forbids them for these allocations as well.
 *
 * It is called by pkram.c, which checks the state of the stream. It calls
 * pkram_node.c, pkram_pages.c and pkram_bytes.c.
 */

#define pr_fmt(fmt) "pkram: " fmt

#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/limits.h>
#include <linux/luo_pool.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/sched/mm.h>
#include <linux/string.h>

#include "luo_object_internal.h"
#include "pkram_internal.h"

/* The scope of a mask, up to the end of the block. */
DEFINE_CLASS(pkram_out_scope, unsigned int, memalloc_flags_restore(_T),
	     memalloc_flags_save((gfp & __GFP_IO ? 0 : PF_MEMALLOC_NOIO) |
				 (gfp & __GFP_FS ? 0 : PF_MEMALLOC_NOFS)),
	     gfp_t gfp)

static int pkram_out_populate(struct pkram_node *node, const char *name,
			      gfp_t gfp)
{
	CLASS(pkram_out_scope, scope)(gfp);
	struct pkram_node_ser ser = {};

	node->pool = luo_pool_create(gfp);
	if (IS_ERR(node->pool)) {
		int err = PTR_ERR(node->pool);

		node->pool = NULL;
		return err;
	}

	node->root = luo_pool_alloc(node->pool, sizeof(*node->root),
				    gfp | __GFP_ZERO);
	if (!node->root)
		return -ENOMEM;

	node->root->crc = pkram_node_root_crc(node->root);
	ser.pool = luo_pool_handle(node->pool);
	ser.root = virt_to_phys(node->root);
	strscpy(ser.name, name, sizeof(ser.name));

	return pkram_node_store(node, &ser, gfp);
}

/**
 * pkram_out_create - Create a node.
 * @set:   The set.
 * @name:  Its name, shorter than %PKRAM_NAME_MAX and not empty.
 * @gfp:   Allocation mask.
 * @nodep: Set to the node.
 *
 * Return: 0; -EINVAL if @gfp has %__GFP_MOVABLE or %__GFP_HIGHMEM; -EEXIST if @set
 * has a saved node with that name; -ENOMEM if there is no memory.
 */
int pkram_out_create(struct pkram_set *set, const char *name, gfp_t gfp,
		     struct pkram_node **nodep)
{
	struct pkram_node *node;
	int err;

	node = pkram_node_new(set, &set->saved, name, gfp, -EEXIST);
	if (IS_ERR(node))
		return PTR_ERR(node);

	err = pkram_out_populate(node, name, gfp);
	if (err) {
		pkram_node_destroy(node);
		return err;
	}
	*nodep = node;

	return 0;
}

/**
 * pkram_out_add_object - Begin an object.
 * @ps: A stream that saves a node.
 *
 * It is not part of the node until pkram_out_commit_object().
 *
 * Return: 0; -ENOMEM if there is no memory.
 */
int pkram_out_add_object(struct pkram_stream *ps)
{
	CLASS(pkram_out_scope, scope)(ps->gfp_mask);

	memset(&ps->pages, 0, sizeof(ps->pages));
	memset(&ps->bytes, 0, sizeof(ps->bytes));
	ps->object = luo_pool_alloc(ps->node->pool, sizeof(*ps->object),
				    ps->gfp_mask | __GFP_ZERO);

	return ps->object ? 0 : -ENOMEM;
}

/**
 * pkram_out_page - Append a page to an object and preserve it.
 * @ps:    A stream that saves an object.
 * @pfn:   Page frame of the page.
 * @order: Its order.
 * @index: Its mapping offset.
 * @flags: The caller's flags.
 *
 * Return: As pkram_pages_save().
 */
int pkram_out_page(struct pkram_stream *ps, u64 pfn, unsigned int order,
		   u64 index, u16 flags)
{
	CLASS(pkram_out_scope, scope)(ps->gfp_mask);

	return pkram_pages_save(ps, pfn, order, index, flags);
}

/**
 * pkram_out_bytes - Append bytes to an object.
 * @ps:    A stream that saves an object.
 * @buf:   The bytes.
 * @count: Number of bytes.
 *
 * Return: As pkram_bytes_write().
 */
int pkram_out_bytes(struct pkram_stream *ps, const void *buf, size_t count)
{
	CLASS(pkram_out_scope, scope)(ps->gfp_mask);

	return pkram_bytes_write(ps, buf, count);
}

/**
 * pkram_out_commit_object - Add an object to its node.
 * @ps: A stream that saves an object.
 *
 * Cannot fail.
 */
void pkram_out_commit_object(struct pkram_stream *ps)
{
	CLASS(pkram_out_scope, scope)(ps->gfp_mask);
	struct pkram_object_ser *object = ps->object;
	struct pkram_node *node = ps->node;

	pkram_pages_commit(ps);
	pkram_bytes_commit(ps);
	object->crc = pkram_node_object_crc(object);

	if (node->last) {
		node->last->next = virt_to_phys(object);
		node->last->crc = pkram_node_object_crc(node->last);
	} else {
		node->root->objects = virt_to_phys(object);
	}
	node->last = object;
	node->root->nr_objects++;
	node->root->crc = pkram_node_root_crc(node->root);
}

/**
 * pkram_out_finish - End the save of a node.
 * @node: The node. No stream uses it when the call returns.
 *
 * Cannot fail. A node that is incomplete stays unfinished.
 */
void pkram_out_finish(struct pkram_node *node)
{
	guard(mutex)(&node->set->lock);

	if (node->incomplete)
		pr_err("a node was not finished: one of its pages was preserved elsewhere before its run was complete\n");
	node->root->finished = !node->incomplete;
	node->root->crc = pkram_node_root_crc(node->root);
	node->busy = false;
}

/* A node that is not finished is not loaded, and a stream may change it. */
static int pkram_out_check_node(u64 instance, const void *data, size_t size,
				const void *arg)
{
	const struct pkram_node_ser *ser = data;
	const struct pkram_root_ser *root = phys_to_virt(ser->root);
	struct pkram_object_ser *object;
	u64 pfn;

	if (!root->finished)
		return 0;

	for (object = pkram_node_next(root->objects); object;
	     object = pkram_node_next(object->next)) {
		pfn = pkram_pages_poisoned(object);
		if (pfn) {
			pr_err("node %*pE: page frame %#llx is poisoned: remove the node, or save it without this page\n",
			       (int)strnlen(ser->name, sizeof(ser->name)),
			       ser->name, pfn);
			return -EHWPOISON;
		}
	}

	return 0;
}

/**
 * pkram_out_check_poison - Check the pages of all nodes that were saved.
 * @set: The set.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EHWPOISON, with a line in the log, if the hardware has reported a page as
 * damaged since it was saved.
 */
int pkram_out_check_poison(struct pkram_set *set)
{
	return luo_object_out_each(set->out, PKRAM_KIND, pkram_out_check_node,
				   NULL);
}

/**
 * pkram_out_withdraw - Remove a node and its pages from the handover.
 * @node: The node. Its objects can then be loaded by this kernel.
 */
void pkram_out_withdraw(struct pkram_node *node)
{
	const struct luo_object_id id = { PKRAM_KIND, node->instance };
	struct pkram_object_ser *object;

	luo_object_out_abort(node->set->out, &id);
	for (object = pkram_node_next(node->root->objects); object;
	     object = pkram_node_next(object->next))
		pkram_pages_unpreserve(node, object);

	node->next = node->root->objects;
	node->nr_left = node->root->nr_objects;
	node->nr_last = U64_MAX;
}

/**
 * pkram_out_discard - Undo the save of a node.
 * @ps: The stream that saves it, with or without an object that is not committed.
 *
 * Keeps the references to its pages; pkram_in_release() drops them.
 */
void pkram_out_discard(struct pkram_stream *ps)
{
	if (ps->object)
		pkram_out_commit_object(ps);
	pkram_out_withdraw(ps->node);
}
