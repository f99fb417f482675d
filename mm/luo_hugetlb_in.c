// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Retrieving a hugetlb file
 *
 * The calls retrieve and finish of the file handler in luo_hugetlb.c. Reads the object and
 * its elements, checks them, creates a file like one of memfd_create(), claims the pages
 * and adds them to the file. Pages and reservations are accounted as if a program had
 * reserved the ranges of the file and touched the pages.
 *
 * After retrieve every page is in the file or free, with three exceptions. If there is an
 * error before a page was claimed, the object stays, and is freed with its session. If a
 * page was not preserved as the object says, the object is corrupt, and the pages that
 * follow may be those of another object: they stay preserved. A page that was poisoned in
 * this kernel stays allocated until the next kexec. The file is then not retrieved, because
 * a program would take a hole there for zeroes that it has written. A gigantic page that
 * spans two zones of this kernel is retrieved, but is never freed.
 */

#define pr_fmt(fmt) "luo_hugetlb: " fmt

#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/hugetlb.h>
#include <linux/hugetlb_cgroup.h>
#include <linux/kho/abi/memfd.h>
#include <linux/limits.h>
#include <linux/liveupdate.h>
#include <linux/luo_elements.h>
#include <linux/luo_kind.h>
#include <linux/luo_object.h>
#include <linux/memcontrol.h>
#include <linux/memfd.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>
#include <linux/vmstat.h>

#include <uapi/linux/fcntl.h>
#include <uapi/linux/memfd.h>

#include "hugetlb_internal.h"
#include "luo_hugetlb.h"

/**
 * struct luo_hugetlb_insert - Pages that are being added to a file.
 * @h:       The size.
 * @inode:   The file; NULL to free the pages.
 * @h_cg:    The hugetlb cgroup that is charged, or NULL.
 * @charged: Number of huge pages that it is charged for, and that are not adopted yet.
 * @claim:   The claims.
 */
struct luo_hugetlb_insert {
	struct hstate *h;
	struct inode *inode;
	struct hugetlb_cgroup *h_cg;
	u64 charged;
	struct luo_run_claim claim;
};

static void luo_hugetlb_in_free(struct luo_hugetlb_in *in)
{
	kvfree(in->extents);
	kvfree(in->reserved);
	*in = (struct luo_hugetlb_in){};
}

static int luo_hugetlb_in_elements(const struct luo_elements_ser *ser,
				   const struct luo_object_kind *kind,
				   void **elements)
{
	int err;

	if (!ser->count)
		return 0;

	err = luo_elements_copy(ser, kind, elements);
	if (err)
		pr_err("%llu elements of kind %s cannot be read: %pe\n",
		       ser->count, kind->name, ERR_PTR(err));

	return err;
}

/* Load the elements of an object, and check it. On an error @in has no elements. */
static int luo_hugetlb_in_load_elements(struct luo_hugetlb_in *in)
{
	void *extents = NULL, *reserved = NULL;
	int err;

	err = luo_hugetlb_in_elements(&in->ser.extents, luo_hugetlb_extent_kind,
				      &extents);
	if (!err)
		err = luo_hugetlb_in_elements(&in->ser.reserved,
					      luo_hugetlb_reserved_kind,
					      &reserved);
	in->extents = extents;
	in->reserved = reserved;
	if (!err)
		err = luo_hugetlb_check(in);
	if (err)
		luo_hugetlb_in_free(in);

	return err;
}

static int luo_hugetlb_in_load(u64 instance, struct luo_hugetlb_in *in)
{
	int err;

	err = luo_object_load(luo_hugetlb_kind, instance, &in->ser);

	return err ?: luo_hugetlb_in_load_elements(in);
}

/* Free the lists of elements. */
static void luo_hugetlb_in_finish_elements(const struct luo_elements_ser *ser)
{
	if (luo_elements_finish(ser))
		pr_err("no memory to free the list of %llu elements, which stays allocated until the next kexec\n",
		       ser->count);
}

/* Free an object whose pages were claimed. */
static void luo_hugetlb_in_drop(u64 instance, const struct luo_hugetlb_ser *ser)
{
	const struct luo_object_id id = { LUO_HUGETLB_KIND, instance };

	luo_hugetlb_in_finish_elements(&ser->extents);
	luo_hugetlb_in_finish_elements(&ser->reserved);
	luo_finish_object(&id);
}

/* If no object is left, the pool need not wait for pages. */
static void luo_hugetlb_in_end(void)
{
	struct luo_object_iter iter = {};

	if (!luo_object_next(luo_hugetlb_kind, &iter) && iter.err != -ENOMEM)
		luo_hugetlb_pool_end();
}

static struct file *luo_hugetlb_in_create(const struct luo_hugetlb_ser *ser)
{
	const unsigned int shift = ser->order + PAGE_SHIFT;
	struct inode *inode;
	struct file *file;
	int err;

	file = memfd_alloc_file(ser->name, MFD_HUGETLB | MFD_ALLOW_SEALING |
				shift << MFD_HUGE_SHIFT);
	if (IS_ERR(file))
		return file;

	inode = file_inode(file);
	if (ser->seals & F_SEAL_WRITE) {
		err = mapping_deny_writable(file->f_mapping);
		if (err) {
			fput(file);
			return ERR_PTR(err);
		}
	}
	HUGETLBFS_I(inode)->seals = ser->seals;
	inode->i_mode = S_IFREG | ser->mode;
	i_uid_write(inode, ser->uid);
	i_gid_write(inode, ser->gid);
	i_size_write(inode, ser->size);
	vfs_setpos(file, ser->pos, MAX_LFS_FILESIZE);

	return file;
}

/*
 * Reserve a range of the file for pages that come from the previous kernel. The pool needs
 * no free page for them. Return a negative errno, or 0.
 */
static int luo_hugetlb_in_map(struct luo_hugetlb_insert *insert, long from, long to)
{
	struct resv_map *map = HUGETLBFS_I(insert->inode)->resv_map;
	const int idx = hstate_index(insert->h);
	struct hugetlb_cgroup *h_cg = NULL;
	long needed, nr;
	int err;

	nr = region_chg(map, from, to, &needed);
	if (nr < 0)
		return nr;

	err = hugetlb_cgroup_charge_cgroup_rsvd(idx, nr * pages_per_huge_page(insert->h),
						&h_cg);
	if (err) {
		region_abort(map, from, to, needed);
		return -ENOSPC;
	}

	nr = region_add(map, from, to, needed, insert->h, h_cg);
	if (nr < 0) {
		region_abort(map, from, to, needed);
		hugetlb_cgroup_uncharge_cgroup_rsvd(idx, (to - from) *
						    pages_per_huge_page(insert->h),
						    h_cg);
		return nr;
	}
	/* The entry in the map has its own reference. */
	if (h_cg)
		hugetlb_cgroup_put_rsvd_cgroup(h_cg);

	return 0;
}

/* Add a page to the file. On an error the page is freed to the pool. */
static int luo_hugetlb_in_add(struct luo_hugetlb_insert *insert,
			      struct folio *folio, u64 index)
{
	int err;

	/* As in hugetlb_alloc_folio(): the page is counted also if it cannot be charged. */
	err = mem_cgroup_charge_hugetlb(folio, current->mm,
					GFP_KERNEL | __GFP_RETRY_MAYFAIL);
	lruvec_stat_mod_folio(folio, NR_HUGETLB, folio_nr_pages(folio));
	if (err != -ENOMEM) {
		__folio_mark_uptodate(folio);
		err = hugetlb_add_to_page_cache(folio, insert->inode->i_mapping,
						index);
	}
	if (!err) {
		folio_set_hugetlb_migratable(folio);
		folio_unlock(folio);
	}
	folio_put(folio);

	return err;
}

/* Check a claimed page, and report it. The reference to a poisoned one is never dropped. */
static bool luo_hugetlb_in_poisoned(struct folio *folio, u64 index)
{
	if (!luo_hugetlb_adopt_poisoned(folio))
		return false;

	pr_err("page %llu of the file is poisoned, and its contents are lost: page frame %lu stays allocated until the next kexec\n",
	       index, folio_pfn(folio));

	return true;
}

/* Check a claimed page that can be in a file, but cannot be freed, and report it. */
static bool luo_hugetlb_in_spans_zones(struct folio *folio, u64 index)
{
	if (!luo_hugetlb_adopt_spans_zones(folio))
		return false;

	pr_warn("page %llu of the file in page frame %lu spans two zones: its memory stays allocated until the next kexec, also when the file is freed\n",
		index, folio_pfn(folio));

	return true;
}

/*
 * Add claimed pages to the file. Return an error of the first one that could not be added,
 * with *@nr set to the number of those that were before it.
 */
static int luo_hugetlb_in_add_batch(struct luo_hugetlb_insert *insert, u64 pfn,
				    u32 *nr, u64 index)
{
	const unsigned int order = huge_page_order(insert->h);
	DECLARE_BITMAP(lost, LUO_HUGETLB_BATCH) = {};
	u32 i, added = 0, good = 0;
	struct folio *folio;
	LIST_HEAD(folios);
	int err = 0, ret;
	bool spans;

	for (i = 0; i < *nr; i++) {
		folio = pfn_folio(pfn + ((u64)i << order));
		spans = luo_hugetlb_in_spans_zones(folio, index + i);
		if (luo_hugetlb_in_poisoned(folio, index + i) ||
		    (spans && !insert->inode)) {
			luo_hugetlb_pool_lose(insert->h, folio_nid(folio));
			__set_bit(i, lost);
			continue;
		}
		list_add_tail(&folio->lru, &folios);
		good++;
	}

	if (!insert->inode) {
		luo_hugetlb_adopt_free(insert->h, &folios);
		/* The caller only reports that pages stay allocated. */
		return good < *nr ? -EHWPOISON : 0;
	}

	luo_hugetlb_adopt(insert->h, &folios, insert->h_cg);
	insert->charged -= good;
	for (i = 0; i < *nr; i++) {
		folio = pfn_folio(pfn + ((u64)i << order));

		if (test_bit(i, lost)) {
			err = err ?: -EHWPOISON;
			continue;
		}
		if (err) {
			/* Freeing it decrements the number of pages. */
			lruvec_stat_mod_folio(folio, NR_HUGETLB,
					      folio_nr_pages(folio));
			folio_put(folio);
			continue;
		}
		ret = luo_hugetlb_in_add(insert, folio, index + i);
		if (ret)
			err = ret;
		else
			added++;
	}
	*nr = added;

	return err;
}

/*
 * Undo luo_hugetlb_in_map() for the pages from @from on, which are not in the file. The pool
 * has reserved nothing for them, so this must precede the final fput(). No entry of the map
 * is split, so no memory is needed.
 */
static void luo_hugetlb_in_unmap(struct luo_hugetlb_insert *insert, long from)
{
	region_del(HUGETLBFS_I(insert->inode)->resv_map, from, LONG_MAX);
}

/* Reserve the ranges of all pages. On an error nothing is reserved. */
static int luo_hugetlb_in_map_all(struct luo_hugetlb_insert *insert,
				  const struct luo_hugetlb_in *in)
{
	const struct luo_hugetlb_extent_ser *extent;
	int err;
	u64 i;

	for (i = 0; i < in->ser.extents.count; i++) {
		extent = &in->extents[i];
		err = luo_hugetlb_in_map(insert, extent->index,
					 extent->index + extent->nr);
		if (err) {
			if (err == -ENOSPC)
				pr_err("%llu huge pages of %lu kB exceed the limit of the hugetlb cgroup for reservations\n",
				       in->ser.nr, huge_page_size(insert->h) / SZ_1K);
			luo_hugetlb_in_unmap(insert, 0);
			return err;
		}
		cond_resched();
	}

	return 0;
}

/* Report that a page of an extent cannot be claimed. */
static void luo_hugetlb_in_missing(const struct luo_hugetlb_extent_ser *extent,
				   u32 nr, unsigned int order)
{
	pr_err("page %llu of the file in page frame %llu was not preserved with order %u, or has another owner\n",
	       extent->index + nr, extent->pfn + ((u64)nr << order), order);
}

/* Claim the pages of an extent and add them to the file, or free them. */
static int luo_hugetlb_in_extent(struct luo_hugetlb_insert *insert,
				 const struct luo_hugetlb_extent_ser *extent)
{
	const struct luo_run run = luo_hugetlb_run(extent,
						   huge_page_order(insert->h));
	u32 i, nr, wanted, claimed;
	int err = 0, ret;

	for (i = 0; i < extent->nr; i += wanted) {
		wanted = min(extent->nr - i, LUO_HUGETLB_BATCH);
		claimed = luo_run_claim(&insert->claim, &run, i << run.order,
					wanted << run.order) >> run.order;
		nr = claimed;
		ret = luo_hugetlb_in_add_batch(insert,
					       run.pfn + ((u64)i << run.order),
					       &nr, extent->index + i);
		if (claimed < wanted) {
			luo_hugetlb_in_missing(extent, i + claimed, run.order);
			ret = -EBADMSG;
		}
		if (ret && insert->inode) {
			luo_hugetlb_in_unmap(insert, extent->index + i + nr);
			insert->inode = NULL;
		}
		err = err ?: ret;
		if (claimed < wanted)
			return -EBADMSG;
		cond_resched();
	}

	return err;
}

/*
 * Claim all pages. After an error free the other pages, unless the object is corrupt.
 * Return the first error, or -EBADMSG.
 */
static int luo_hugetlb_in_claim(struct luo_hugetlb_insert *insert,
				const struct luo_hugetlb_in *in)
{
	int err = 0, ret;
	u64 i;

	for (i = 0; i < in->ser.extents.count; i++) {
		ret = luo_hugetlb_in_extent(insert, &in->extents[i]);
		err = err ?: ret;
		if (ret == -EBADMSG) {
			err = ret;
			break;
		}
	}
	luo_run_claim_end(&insert->claim);

	return err;
}

/* The pages of the file are there. Reserve the rest of what was reserved. */
static void luo_hugetlb_in_reserve(struct inode *inode, u64 instance,
				   const struct luo_hugetlb_in *in)
{
	const struct luo_hugetlb_reserved_ser *range;
	long ret;
	u64 i;

	for (i = 0; i < in->ser.reserved.count; i++) {
		range = &in->reserved[i];
		ret = hugetlb_reserve_pages(inode, range->from, range->to, NULL,
					    EMPTY_VMA_FLAGS);
		if (ret < 0)
			pr_err("instance %llu: pages %llu to %llu of the file were reserved and are not any more, so a program that touches a hole there may be killed: %pe\n",
			       instance, range->from, range->to - 1,
			       ERR_PTR(ret));
		cond_resched();
	}
}

/* Charge the hugetlb cgroup for all pages, and reserve their ranges. */
static int luo_hugetlb_in_charge(struct luo_hugetlb_insert *insert,
				 const struct luo_hugetlb_in *in)
{
	const unsigned long nr_pages = in->ser.nr * pages_per_huge_page(insert->h);
	const int idx = hstate_index(insert->h);
	int err;

	if (hugetlb_cgroup_charge_cgroup(idx, nr_pages, &insert->h_cg)) {
		pr_err("%llu huge pages of %lu kB exceed the limit of the hugetlb cgroup\n",
		       in->ser.nr, huge_page_size(insert->h) / SZ_1K);
		return -ENOSPC;
	}

	err = luo_hugetlb_in_map_all(insert, in);
	if (err && nr_pages)
		hugetlb_cgroup_uncharge_cgroup(idx, nr_pages, insert->h_cg);
	insert->charged = err ? 0 : in->ser.nr;

	return err;
}

/*
 * Add the pages to the file, and free the object. After an error no page is left, unless it
 * is -EBADMSG or -EHWPOISON.
 */
static int luo_hugetlb_in_fill(struct luo_hugetlb_insert *insert, u64 instance,
			       const struct luo_hugetlb_in *in)
{
	struct inode *inode = insert->inode;
	int err;

	err = luo_hugetlb_in_claim(insert, in);
	/* If nothing is charged any more, the cgroup may be freed already. */
	if (insert->charged)
		hugetlb_cgroup_uncharge_cgroup(hstate_index(insert->h),
					       insert->charged *
					       pages_per_huge_page(insert->h),
					       insert->h_cg);
	if (!err)
		luo_hugetlb_in_reserve(inode, instance, in);
	luo_hugetlb_in_drop(instance, &in->ser);
	luo_hugetlb_in_end();

	return err;
}

static int luo_hugetlb_in_retrieve_loaded(const struct luo_hugetlb_in *in,
					  u64 instance, struct file **filep)
{
	struct luo_hugetlb_insert insert = {
		.h = size_to_hstate(PAGE_SIZE << in->ser.order),
	};
	struct file *file;
	int err;

	if (!insert.h) {
		pr_err("this kernel has no huge pages of %lu kB\n",
		       (PAGE_SIZE << in->ser.order) / SZ_1K);
		return -ENODEV;
	}
	if (in->ser.seals & ~MEMFD_LUO_ALL_SEALS) {
		pr_err("the file has seals %#x, of which this kernel knows %#x\n",
		       in->ser.seals, MEMFD_LUO_ALL_SEALS);
		return -EOPNOTSUPP;
	}

	file = luo_hugetlb_in_create(&in->ser);
	if (IS_ERR(file))
		return PTR_ERR(file);

	insert.inode = file_inode(file);
	err = luo_hugetlb_in_charge(&insert, in);
	/* After this the pages are claimed, so the object is freed. */
	if (!err)
		err = luo_hugetlb_in_fill(&insert, instance, in);
	if (err) {
		fput(file);
		return err;
	}
	*filep = file;

	return 0;
}

/**
 * luo_hugetlb_in_retrieve - Create a file.
 * @args: The arguments of the handler.
 *
 * If there are not enough free pages for holes of the file that were reserved, the file is
 * retrieved without that reservation, which is reported.
 *
 * Return: 0; -ENODEV if this kernel has no huge pages of this size; -ENOSPC if a limit of
 * the hugetlb cgroup is exceeded; -EOPNOTSUPP if the file has an unknown seal; -EHWPOISON
 * if a page is poisoned; -EBADMSG if the object is corrupt or a page is missing; -ENOMEM;
 * as luo_object_load() and luo_elements_copy().
 */
int luo_hugetlb_in_retrieve(struct liveupdate_file_op_args *args)
{
	struct luo_hugetlb_in in = {};
	int err;

	err = luo_hugetlb_in_load(args->serialized_data, &in);
	if (!err)
		err = luo_hugetlb_in_retrieve_loaded(&in, args->serialized_data,
						     &args->file);
	luo_hugetlb_in_free(&in);
	if (err)
		pr_err("instance %llu cannot be retrieved: %pe\n",
		       args->serialized_data, ERR_PTR(err));

	return err;
}

/*
 * Claim the pages of a size that this kernel does not have, and free them. Return -EBADMSG
 * if a page is missing; the pages after it stay allocated.
 */
static int luo_hugetlb_in_put(const struct luo_hugetlb_in *in)
{
	struct luo_run_claim claim = {};
	struct folio *folio;
	struct luo_run run;
	u64 i, index;
	int err = 0;
	u32 nr, j;

	for (i = 0; i < in->ser.extents.count && !err; i++) {
		run = luo_hugetlb_run(&in->extents[i], in->ser.order);
		nr = luo_run_claim(&claim, &run, 0, run.nr_pages) >> run.order;
		for (j = 0; j < nr; j++) {
			folio = pfn_folio(run.pfn + ((u64)j << run.order));
			index = in->extents[i].index + j;
			if (!luo_hugetlb_in_poisoned(folio, index) &&
			    !luo_hugetlb_in_spans_zones(folio, index))
				folio_put(folio);
			cond_resched();
		}
		if (nr < in->extents[i].nr) {
			luo_hugetlb_in_missing(&in->extents[i], nr, run.order);
			err = -EBADMSG;
		}
	}
	luo_run_claim_end(&claim);

	return err;
}

/**
 * luo_hugetlb_in_free_object - Free the pages of a file that was not retrieved.
 * @data: The &struct luo_hugetlb_ser of an object that is dropped, whose lists are freed
 *        after that.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOMEM if there is no memory, with nothing freed.
 */
int luo_hugetlb_in_free_object(const void *data)
{
	struct luo_hugetlb_in in = { .ser = *(const struct luo_hugetlb_ser *)data };
	const struct luo_hugetlb_ser ser = in.ser;
	struct luo_hugetlb_insert insert = {};
	int err;

	err = luo_hugetlb_in_load_elements(&in);
	if (err == -ENOMEM)
		return err;

	if (err) {
		pr_err("%llu huge pages stay allocated until the next kexec\n",
		       ser.nr);
	} else {
		insert.h = size_to_hstate(PAGE_SIZE << ser.order);
		err = insert.h ? luo_hugetlb_in_claim(&insert, &in) :
				 luo_hugetlb_in_put(&in);
		if (err)
			pr_err("some of %llu huge pages stay allocated until the next kexec\n",
			       ser.nr);
	}
	luo_hugetlb_in_free(&in);

	return 0;
}

/**
 * luo_hugetlb_in_finish - Finish a file.
 * @args: The arguments of the handler.
 *
 * A file that was retrieved has no object any more. The object of any other one was freed
 * before, by luo_hugetlb_in_free_object(), because it belongs to the file.
 */
void luo_hugetlb_in_finish(struct liveupdate_file_op_args *args)
{
	luo_hugetlb_in_end();
}
