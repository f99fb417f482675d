// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: PKRAM
 *
 * A subsystem saves pages and bytes under a name, and loads them by that name in the
 * next kernel. A node has a name and holds objects. An object holds a stream of pages
 * and a stream of bytes, which are independent of each other and keep their order::
 *
 *   this kernel                               the next one
 *   pkram_prepare_save(&ps, name, gfp)        pkram_prepare_load(&ps, name)
 *     pkram_prepare_save_obj(&ps)               pkram_prepare_load_obj(&ps)
 *       pkram_save_page(&ps, page, flags)         pkram_load_page(&ps, &i, &f)
 *       pkram_write(&ps, buf, count)              pkram_read(&ps, buf, count)
 *     pkram_finish_save_obj(&ps)                pkram_finish_load_obj(&ps)
 *   pkram_finish_save(&ps)                    pkram_finish_load(&ps)
 *
 * or pkram_discard_save() at any time before pkram_finish_save(). Pages and bytes are
 * part of the handover when the call that saves them returns. pkram_finish_load()
 * frees the node with all that was not loaded from it. A node that no subsystem loads
 * stays, is listed as unclaimed, and can be dropped from user space.
 *
 * If there was no kexec, this kernel can load a node that it saved. If the previous
 * kernel left a loadable node with the same name, that one is loaded first.
 * pkram_remove() removes a node without loading it.
 *
 * This file has the public calls. It checks their order and converts pages to page
 * frame numbers. Tasks with different nodes share only two locks: that of the index of
 * nodes, which is held while a node is looked up, and that of KHO's tree.
 *
 * It is called by subsystems and modules. It calls pkram_out.c, pkram_in.c,
 * pkram_pages.c and pkram_bytes.c.
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

/* Unlikely values, so that a stream that was not initialised is detected. */
enum pkram_state {
	PKRAM_OVER		= 0,
	PKRAM_SAVING		= 0x706b7231,
	PKRAM_SAVING_OBJECT	= 0x706b7232,
	PKRAM_LOADING		= 0x706b7233,
	PKRAM_LOADING_OBJECT	= 0x706b7234,
};

static struct pkram_set pkram_set =
	PKRAM_SET_INIT(pkram_set, &luo_objects_out, &luo_objects_in);

/* Set once the kind is registered. KHO preserves pages from fs_initcall() on. */
static bool pkram_saves __ro_after_init;

/* Each inlined copy would warn once. */
static noinline void pkram_warn_order(void)
{
	WARN_ONCE(1, "a call of pkram is out of order");
}

static bool pkram_expect(const struct pkram_stream *ps, enum pkram_state state)
{
	if (likely(ps->state == state))
		return true;

	pkram_warn_order();

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
 * pkram_prepare_save_in - Create a node in a given set, see pkram_prepare_save().
 * @set:      The set.
 * @ps:       The stream.
 * @name:     Name of the node.
 * @gfp_mask: Allocation mask.
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
 * @gfp_mask: Allocation mask for the memory of the node and of its object: reclaim,
 *            retries, zones and warnings. The nodes of KHO's tree are allocated with
 *            GFP_KERNEL, without %__GFP_FS and %__GFP_IO if the mask lacks them. The
 *            save may sleep even if the mask does not allow it.
 *
 * On success the caller must end the stream with pkram_finish_save() or
 * pkram_discard_save(). The previous kernel may have left a node with the same name;
 * the save does not change it.
 *
 * Context: Process context, may sleep; from device_initcall() on.
 * Return: 0; -EINVAL if the name is empty, or the mask has %__GFP_HIGHMEM or
 * %__GFP_MOVABLE, whose pages may lie where the next kernel boots; -ENAMETOOLONG if
 * the name is too long; -EEXIST if this kernel has saved, or is saving, a node with
 * that name; -EOPNOTSUPP if live update is off, the write policy is to store no nodes, or
 * the call is too early; -ENOMEM if there is no memory.
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
 * Return: 0; -EINVAL if the call is out of order; -ENOMEM if there is no memory.
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

/* Check that a page is a whole allocation of the page allocator, not a part of one. */
static bool pkram_page_valid(struct page *page)
{
	return page && !PageTail(page) && !PageReserved(page) &&
	       page_count(page) && !is_zone_device_page(page) &&
	       !PageHuge(page) && !PageSlab(page);
}

/**
 * pkram_save_page - Append a page to the open object.
 * @ps:    The stream.
 * @page:  The page, or the head page of a folio, which keeps its order.
 * @flags: Flags for the caller's use. pkram_load_page() returns them unchanged, and
 *         the mapping offset, which is the index of the page's folio.
 *
 * Takes a reference to the page, and drops it when the node is loaded or discarded.
 * The caller may still write to the page: the next kernel finds its last contents.
 *
 * A page can be preserved only once. If two streams have open runs in the same 32
 * pages, the second one may save a page that is in the run of the first one. The next
 * call for the first stream then returns -EEXIST, and its node stays unfinished.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EINVAL if the call is out of order, or @page is a tail page, was not
 * allocated by the page allocator, or is in use by slab or hugetlbfs;
 * -EADDRNOTAVAIL if it lies where the next kernel boots, or in memory that the
 * next kernel does not know at boot, such as hot-added memory: move the data to
 * another page; -EHWPOISON if it is poisoned; -EEXIST if it is preserved already,
 * by this node or another owner; -ENOMEM if there is no memory. On failure the page is
 * not added.
 */
int pkram_save_page(struct pkram_stream *ps, struct page *page, short flags)
{
	struct folio *folio;
	unsigned long pfn;
	int err = 0;

	if (!pkram_expect(ps, PKRAM_SAVING_OBJECT) || !pkram_page_valid(page))
		return -EINVAL;

	folio = page_folio(page);
	if (folio_contain_hwpoisoned_page(folio))
		return -EHWPOISON;

	/*
	 * pkram_pages_extend() checks no address: the pages of a run are in one aligned
	 * block, which no boundary of a scratch area or a section divides.
	 */
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
 * @count: Number of bytes.
 *
 * Context: Process context, may sleep.
 * Return: @count; -EINVAL if the call is out of order, or @count does not fit into
 * the result; -ENOMEM if there is no memory. On failure the stream is unchanged.
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
 * Cannot fail. Does nothing but warn if the call is out of order.
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
 * pkram_finish_save - Commit the node and end the stream.
 * @ps: The stream, without an open object.
 *
 * Cannot fail. Does nothing but warn if the call is out of order.
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
 * pkram_discard_save - Cancel the save and end the stream.
 * @ps: The stream, with or without an open object.
 *
 * Frees the node with its objects and bytes, and drops the references to its pages.
 * Does nothing but warn if the call is out of order.
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
 * pkram_prepare_load_in - Load a node of a given set, see pkram_prepare_load().
 * @set:  The set.
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

	err = pkram_in_claim(set, name, &ps->node);
	if (!err)
		ps->state = PKRAM_LOADING;

	return err;
}

/**
 * pkram_prepare_load - Find a node and begin to load from it.
 * @ps:   The stream, set up by this call.
 * @name: Name of the node.
 *
 * On success the caller must end the stream with pkram_finish_load(). Until then no
 * other call can load the node.
 *
 * Context: Process context, may sleep; from subsys_initcall() on.
 * Return: 0; -EINVAL if the name is empty; -ENAMETOOLONG if it is too long; -ENOENT
 * if there is no such node; -EBUSY if its save was not finished, or another stream
 * uses it; -EBADMSG if it is corrupt, which is logged; -EPROTONOSUPPORT if the
 * previous kernel saved it only in versions that this kernel does not read, which is
 * logged; -EOPNOTSUPP if live update is off; -ENOMEM if there is no memory.
 */
int pkram_prepare_load(struct pkram_stream *ps, const char *name)
{
	if (!luo_handover_enabled())
		return -EOPNOTSUPP;

	return pkram_prepare_load_in(&pkram_set, ps, name);
}
EXPORT_SYMBOL_GPL(pkram_prepare_load);

/**
 * pkram_prepare_load_obj - Open the next object of the node.
 * @ps: The stream, without an open object.
 *
 * Context: Process context.
 * Return: 0; -ENODATA if there is no further object; -EINVAL if the call is out of
 * order.
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
 * pkram_load_page - Load the next page of the open object.
 * @ps:    The stream.
 * @index: If not NULL, set to the mapping offset that the page had.
 * @flags: If not NULL, set to the flags that it was saved with.
 *
 * Context: Process context.
 * Return: The page, or the head page of a folio, with a reference that the caller
 * owns; NULL if there is no further page, or the call is out of order.
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
 * pkram_read - Read the next bytes of the open object.
 * @ps:    The stream.
 * @buf:   Set to the bytes.
 * @count: Number of bytes to read.
 *
 * Context: Process context.
 * Return: The number of bytes read: less than @count at the end of the stream, 0
 * after the end or if the call is out of order.
 */
size_t pkram_read(struct pkram_stream *ps, void *buf, size_t count)
{
	if (!pkram_expect(ps, PKRAM_LOADING_OBJECT))
		return 0;

	return pkram_bytes_read(ps, buf, count);
}
EXPORT_SYMBOL_GPL(pkram_read);

/**
 * pkram_finish_load_obj - Free the open object.
 * @ps: The stream.
 *
 * Frees the pages that were not loaded from it. Does nothing but warn if the call is
 * out of order.
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
 * pkram_finish_load - Free the node and end the stream.
 * @ps: The stream, without an open object.
 *
 * Frees the objects and pages that were not loaded. Does nothing but warn if the call
 * is out of order.
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
 * pkram_remove_in - Remove a node of a given set, see pkram_remove().
 * @set:  The set.
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
 * Removes the node of the previous kernel with that name, whether it is finished,
 * unfinished or corrupt. If there is none, removes the node that this kernel saved.
 * Frees its pages. Pages that cannot be found because the node is corrupt stay
 * allocated until the next kexec or reboot.
 *
 * Context: Process context, may sleep; from subsys_initcall() on.
 * Return: 0; -EINVAL if the name is empty; -ENAMETOOLONG if it is too long; -ENOENT
 * if there is no such node; -EBUSY if a stream uses it; -EBADMSG if its object is
 * corrupt; -EOPNOTSUPP if live update is off; -ENOMEM if there is no memory.
 */
int pkram_remove(const char *name)
{
	if (!luo_handover_enabled())
		return -EOPNOTSUPP;

	return pkram_remove_in(&pkram_set, name);
}
EXPORT_SYMBOL_GPL(pkram_remove);

static int pkram_drop(const void *object)
{
	return pkram_in_drop(&pkram_set, object);
}

static int pkram_freeze(void)
{
	return pkram_out_check_poison(&pkram_set);
}

static int __init pkram_init(void)
{
	int err = pkram_node_register(pkram_drop, pkram_freeze);

	if (err == -EOPNOTSUPP)
		return 0;

	pkram_saves = !err;

	return err;
}
fs_initcall_sync(pkram_init);
