// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: PKRAM
 *
 * Lets a subsystem save pages and bytes under a name, and find them again in the
 * next kernel. A node has a name and holds objects; an object holds a stream of
 * pages and a stream of bytes, which are independent of each other and keep their
 * order::
 *
 *   this kernel                               the next one
 *   pkram_prepare_save(&ps, name, gfp)        pkram_prepare_load(&ps, name)
 *     pkram_prepare_save_obj(&ps)               pkram_prepare_load_obj(&ps)
 *       pkram_save_page(&ps, page, flags)         pkram_load_page(&ps, &i, &f)
 *       pkram_write(&ps, buf, count)              pkram_read(&ps, buf, count)
 *     pkram_finish_save_obj(&ps)                pkram_finish_load_obj(&ps)
 *   pkram_finish_save(&ps)                    pkram_finish_load(&ps)
 *
 * or pkram_discard_save() at any time before pkram_finish_save(). What is saved
 * is in the handover at once. Loading takes it out: of what was not loaded nothing
 * remains. A node that nobody loads stays, is listed as unclaimed, and can be
 * dropped from user space.
 *
 * A node that this kernel saved can also be loaded by it, when there was no
 * kexec after all; one of the previous kernel with the same name comes first, if
 * it can be loaded. pkram_remove() removes a node without loading it.
 *
 * This file is the public face: it keeps the order of the calls and turns pages
 * into page frames. Tasks with different nodes share no lock but that of the list
 * of nodes, which is held where a node is looked up, and that of KHO's tree.
 */

#define pr_fmt(fmt) "pkram: " fmt

#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/hugetlb.h>
#include <linux/init.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/pkram.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "luo_handover.h"
#include "luo_object_internal.h"
#include "pkram_internal.h"

/* Values that a stream does not have by accident. */
enum pkram_state {
	PKRAM_OVER		= 0,
	PKRAM_SAVING		= 0x706b7231,
	PKRAM_SAVING_OBJECT	= 0x706b7232,
	PKRAM_LOADING		= 0x706b7233,
	PKRAM_LOADING_OBJECT	= 0x706b7234,
};

static struct pkram_set pkram_set = PKRAM_SET_INIT(pkram_set, &luo_handover_kho,
						   &luo_object_out,
						   &luo_object_in);

/* KHO takes pages from fs_initcall() on, and the kind has to be registered. */
static bool pkram_saves __ro_after_init;

static noinline void pkram_out_of_order(void)
{
	WARN_ONCE(1, "a call of pkram is out of order");
}

static bool pkram_expect(const struct pkram_stream *ps, enum pkram_state state)
{
	if (likely(ps->state == state))
		return true;

	pkram_out_of_order();

	return false;
}

static int pkram_name_check(const char *name)
{
	size_t len = name ? strnlen(name, PKRAM_NAME_MAX) : 0;

	if (!len)
		return -EINVAL;

	return len < PKRAM_NAME_MAX ? 0 : -ENAMETOOLONG;
}

/**
 * pkram_prepare_save_in - pkram_prepare_save() with a set to choose.
 * @set:      Where.
 * @ps:       The stream.
 * @name:     Name of the node.
 * @gfp_mask: How to allocate.
 *
 * Return: As pkram_prepare_save().
 */
int pkram_prepare_save_in(struct pkram_set *set, struct pkram_stream *ps,
			  const char *name, gfp_t gfp_mask)
{
	int err = pkram_name_check(name);

	*ps = (struct pkram_stream){ .gfp_mask = gfp_mask };
	if (err)
		return err;

	err = pkram_out_create(set, name, gfp_mask, &ps->node);
	if (!err)
		ps->state = PKRAM_SAVING;

	return err;
}

/**
 * pkram_prepare_save - Create a node and begin to save to it.
 * @ps:       The stream, set up by this call.
 * @name:     Name of the node: 1 to %PKRAM_NAME_MAX - 1 bytes. Copied.
 * @gfp_mask: How to allocate the memory of the node and of the object that leads
 *            to it: reclaim, retries, zones and warnings. The nodes of KHO's tree
 *            are allocated with GFP_KERNEL, less %__GFP_FS and %__GFP_IO if the
 *            mask is without them. The save may sleep whatever the mask is.
 *
 * On success the stream is the caller's until pkram_finish_save() or
 * pkram_discard_save(). A node of the previous kernel that has the same name and
 * was not loaded is not in the way.
 *
 * Context: Process context, may sleep; from device_initcall() on.
 * Return: 0; -EINVAL if the name is empty or the mask has %__GFP_MOVABLE, whose
 * pages may lie where the next kernel boots, or %__GFP_HIGHMEM; -ENAMETOOLONG;
 * -EEXIST if this kernel has saved, or is saving, a node with that name;
 * -EOPNOTSUPP if live update is off, or too early; -ENOMEM.
 */
int pkram_prepare_save(struct pkram_stream *ps, const char *name,
		       gfp_t gfp_mask)
{
	if (!pkram_saves)
		return -EOPNOTSUPP;

	return pkram_prepare_save_in(&pkram_set, ps, name, gfp_mask);
}
EXPORT_SYMBOL_GPL(pkram_prepare_save);

/**
 * pkram_prepare_save_obj - Create the next object of the node.
 * @ps: The stream, without an open object.
 *
 * Objects are loaded in the order in which they were saved.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EINVAL if the call is out of order; -ENOMEM.
 */
int pkram_prepare_save_obj(struct pkram_stream *ps)
{
	int err;

	if (!pkram_expect(ps, PKRAM_SAVING))
		return -EINVAL;

	err = pkram_out_add_object(ps);
	if (!err)
		ps->state = PKRAM_SAVING_OBJECT;

	return err;
}
EXPORT_SYMBOL_GPL(pkram_prepare_save_obj);

/* The whole of something that the page allocator gave out as it is. */
static bool pkram_page_valid(struct page *page)
{
	return page && !PageTail(page) && !PageReserved(page) &&
	       page_count(page) && !is_zone_device_page(page) &&
	       !PageHuge(page) && !PageSlab(page);
}

/**
 * pkram_save_page - Append a page to the open object.
 * @ps:    The stream.
 * @page:  The page, or the head page of a folio, whose order comes along.
 * @flags: The caller's own; they come back from pkram_load_page() as they are, as
 *         does the mapping offset, the index of the page's folio.
 *
 * The page is held with a reference until the node is loaded or discarded, and
 * else until kexec. It stays the caller's to write to: the next kernel finds what
 * was in it last.
 *
 * Context: Process context, may sleep.
 * A page is preserved once. If two streams have open runs in the same 32 pages,
 * the second one may save a page that the first one has in its run; then the
 * first one's next call returns -EEXIST and its node stays unfinished.
 *
 * Return: 0; -EINVAL if the call is out of order, or @page is a tail page, was not
 * allocated by the page allocator, or is in use by slab or hugetlbfs;
 * -EADDRNOTAVAIL if it lies where the next kernel boots, or in memory that the
 * next kernel does not know at boot, such as hot-added memory: move the data to
 * another page; -EHWPOISON if it is poisoned; -EEXIST if it is preserved already,
 * by this node or another owner; -ENOMEM. After an error the stream is as it was
 * before.
 */
int pkram_save_page(struct pkram_stream *ps, struct page *page, short flags)
{
	struct folio *folio;
	unsigned long pfn;
	int err = 0;

	if (!pkram_expect(ps, PKRAM_SAVING_OBJECT) || !pkram_page_valid(page))
		return -EINVAL;

	folio = page_folio(page);
	if (PageHWPoison(page) || folio_test_has_hwpoisoned(folio))
		return -EHWPOISON;

	/* Scratch areas and sections end where a block of a run does. */
	pfn = folio_pfn(folio);
	if (folio_test_large(folio) ||
	    !pkram_pages_extend(ps, pfn, folio->index, flags)) {
		err = pkram_out_page(ps, pfn, folio_order(folio), folio->index,
				     flags);
	}
	if (!err)
		folio_get(folio);

	return err;
}
EXPORT_SYMBOL_GPL(pkram_save_page);

/**
 * pkram_write - Append bytes to the open object.
 * @ps:    The stream.
 * @buf:   The bytes. Copied.
 * @count: How many.
 *
 * Context: Process context, may sleep.
 * Return: @count; -EINVAL if the call is out of order, or @count does not fit the
 * result; -ENOMEM. After an error the stream is as it was before.
 */
ssize_t pkram_write(struct pkram_stream *ps, const void *buf, size_t count)
{
	int err;

	if (!pkram_expect(ps, PKRAM_SAVING_OBJECT) || (ssize_t)count < 0)
		return -EINVAL;

	err = pkram_out_bytes(ps, buf, count);

	return err ?: count;
}
EXPORT_SYMBOL_GPL(pkram_write);

/**
 * pkram_finish_save_obj - Commit the open object.
 * @ps: The stream.
 *
 * It does not fail. Out of order it does nothing.
 *
 * Context: Process context, may sleep.
 */
void pkram_finish_save_obj(struct pkram_stream *ps)
{
	if (!pkram_expect(ps, PKRAM_SAVING_OBJECT))
		return;

	pkram_out_commit_object(ps);
	ps->object = NULL;
	ps->state = PKRAM_SAVING;
}
EXPORT_SYMBOL_GPL(pkram_finish_save_obj);

/**
 * pkram_finish_save - Commit the node.
 * @ps: The stream, without an open object. It is over.
 *
 * It does not fail. Out of order it does nothing.
 *
 * Context: Process context, may sleep.
 */
void pkram_finish_save(struct pkram_stream *ps)
{
	if (!pkram_expect(ps, PKRAM_SAVING))
		return;

	pkram_out_finish(ps->node);
	memset(ps, 0, sizeof(*ps));
}
EXPORT_SYMBOL_GPL(pkram_finish_save);

/**
 * pkram_discard_save - Cancel the save.
 * @ps: The stream, with or without an open object. It is over.
 *
 * The node and all that was saved to it are gone, and the references to its pages
 * are dropped. Out of order it does nothing.
 *
 * Context: Process context, may sleep.
 */
void pkram_discard_save(struct pkram_stream *ps)
{
	if (ps->state != PKRAM_SAVING_OBJECT &&
	    !pkram_expect(ps, PKRAM_SAVING))
		return;

	pkram_out_discard(ps);
	pkram_in_release(ps->node);
	memset(ps, 0, sizeof(*ps));
}
EXPORT_SYMBOL_GPL(pkram_discard_save);

/**
 * pkram_prepare_load_in - pkram_prepare_load() with a set to choose.
 * @set:  Where.
 * @ps:   The stream.
 * @name: Name of the node.
 *
 * Return: As pkram_prepare_load().
 */
int pkram_prepare_load_in(struct pkram_set *set, struct pkram_stream *ps,
			  const char *name)
{
	int err = pkram_name_check(name);

	*ps = (struct pkram_stream){};
	if (err)
		return err;

	err = pkram_in_take(set, name, &ps->node);
	if (!err)
		ps->state = PKRAM_LOADING;

	return err;
}

/**
 * pkram_prepare_load - Take a node and begin to load from it.
 * @ps:   The stream, set up by this call.
 * @name: Name of the node.
 *
 * On success the stream is the caller's until pkram_finish_load(), and the node is
 * found by nobody else.
 *
 * Context: Process context, may sleep; from subsys_initcall() on.
 * Return: 0; -EINVAL for an empty name; -ENAMETOOLONG; -ENOENT if there is no such
 * node; -EBUSY if its save was not finished, or another stream has it; -EBADMSG if
 * it is damaged, which the log says; -EPROTONOSUPPORT if it was saved by a kernel
 * in versions that this one does not read, which the log says too; -EOPNOTSUPP
 * where live update is off; -ENOMEM.
 */
int pkram_prepare_load(struct pkram_stream *ps, const char *name)
{
	if (!luo_handover_kho.enabled())
		return -EOPNOTSUPP;

	return pkram_prepare_load_in(&pkram_set, ps, name);
}
EXPORT_SYMBOL_GPL(pkram_prepare_load);

/**
 * pkram_prepare_load_obj - Take the next object off the node.
 * @ps: The stream, without an open object.
 *
 * Context: Process context.
 * Return: 0; -ENODATA if there is none; -EINVAL if the call is out of order.
 */
int pkram_prepare_load_obj(struct pkram_stream *ps)
{
	if (!pkram_expect(ps, PKRAM_LOADING))
		return -EINVAL;

	if (!pkram_in_load_object(ps))
		return -ENODATA;

	ps->state = PKRAM_LOADING_OBJECT;

	return 0;
}
EXPORT_SYMBOL_GPL(pkram_prepare_load_obj);

/**
 * pkram_load_page - Take the next page of the open object.
 * @ps:    The stream.
 * @index: Set to the mapping offset that the page had, where not NULL.
 * @flags: Set to the flags that it was saved with, where not NULL.
 *
 * Context: Process context.
 * Return: The page, or the head page of a folio, with a reference that is the
 * caller's; NULL if there is none, or the call is out of order.
 */
struct page *pkram_load_page(struct pkram_stream *ps, unsigned long *index,
			     short *flags)
{
	u64 pfn, its_index;
	u16 its_flags;

	if (!pkram_expect(ps, PKRAM_LOADING_OBJECT) ||
	    !pkram_pages_load(ps, &pfn, &its_index, &its_flags))
		return NULL;

	if (index)
		*index = its_index;
	if (flags)
		*flags = its_flags;

	return pfn_to_page(pfn);
}
EXPORT_SYMBOL_GPL(pkram_load_page);

/**
 * pkram_read - Take the next bytes of the open object.
 * @ps:    The stream.
 * @buf:   Where to.
 * @count: How many.
 *
 * Context: Process context.
 * Return: How many there were: less than @count at the end, 0 after it or if the
 * call is out of order.
 */
size_t pkram_read(struct pkram_stream *ps, void *buf, size_t count)
{
	if (!pkram_expect(ps, PKRAM_LOADING_OBJECT))
		return 0;

	return pkram_bytes_read(ps, buf, count);
}
EXPORT_SYMBOL_GPL(pkram_read);

/**
 * pkram_finish_load_obj - Be done with the open object.
 * @ps: The stream.
 *
 * Pages that were not loaded from it are freed. Out of order it does nothing.
 *
 * Context: Process context, may sleep.
 */
void pkram_finish_load_obj(struct pkram_stream *ps)
{
	if (!pkram_expect(ps, PKRAM_LOADING_OBJECT))
		return;

	pkram_pages_put_rest(ps);
	ps->object = NULL;
	ps->state = PKRAM_LOADING;
}
EXPORT_SYMBOL_GPL(pkram_finish_load_obj);

/**
 * pkram_finish_load - Be done with the node.
 * @ps: The stream, without an open object. It is over.
 *
 * The node is freed with all that was not loaded from it. Out of order it does
 * nothing.
 *
 * Context: Process context, may sleep.
 */
void pkram_finish_load(struct pkram_stream *ps)
{
	if (!pkram_expect(ps, PKRAM_LOADING))
		return;

	pkram_in_release(ps->node);
	memset(ps, 0, sizeof(*ps));
}
EXPORT_SYMBOL_GPL(pkram_finish_load);

/**
 * pkram_remove_in - pkram_remove() with a set to choose.
 * @set:  Where.
 * @name: Name of the node.
 *
 * Return: As pkram_remove().
 */
int pkram_remove_in(struct pkram_set *set, const char *name)
{
	int err = pkram_name_check(name);

	return err ?: pkram_in_remove(set, name);
}

/**
 * pkram_remove - Remove a node without loading it.
 * @name: Name of the node.
 *
 * Removes what the previous kernel left under the name, finished, unfinished or
 * damaged, or if it left nothing, the node that this kernel saved. Its pages are
 * freed; those that damage hides stay allocated until the next kexec or reboot.
 *
 * Context: Process context, may sleep; from subsys_initcall() on.
 * Return: 0; -EINVAL for an empty name; -ENAMETOOLONG; -ENOENT if there is no such
 * node; -EBUSY if a stream has it; -EBADMSG if the object that leads to it is
 * damaged; -EOPNOTSUPP if live update is off; -ENOMEM.
 */
int pkram_remove(const char *name)
{
	if (!luo_handover_kho.enabled())
		return -EOPNOTSUPP;

	return pkram_remove_in(&pkram_set, name);
}
EXPORT_SYMBOL_GPL(pkram_remove);

static int pkram_drop(const void *object)
{
	return pkram_in_drop(&pkram_set, object);
}

static int __init pkram_init(void)
{
	int err = pkram_node_register(pkram_drop);

	if (err == -EOPNOTSUPP)
		return 0;

	pkram_saves = !err;

	return err;
}
fs_initcall_sync(pkram_init);
