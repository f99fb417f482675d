// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Checking a hugetlb file of the previous kernel
 *
 * Checks the extents and reserved ranges before the file is created. The previous kernel
 * may be of another version or broken, so nothing that it wrote is trusted. Pages that do
 * not exist, that were preserved in another order, or that have two owners are found when
 * they are claimed.
 *
 * Called by luo_hugetlb_in.c. It calls nothing, and is built into a KUnit test as well.
 */

#define pr_fmt(fmt) "luo_hugetlb: " fmt

#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/pfn.h>
#include <linux/printk.h>
#include <linux/sched.h>

#include "luo_hugetlb.h"

/* Return why extent @i is invalid, or NULL. Set @end to its end, for the next call. */
static const char *luo_hugetlb_check_extent(const struct luo_hugetlb_in *in,
					    u64 i, u64 *end)
{
	const struct luo_hugetlb_extent_ser *extent = &in->extents[i];
	const u64 limit = MAX_LFS_FILESIZE >> (in->ser.order + PAGE_SHIFT);

	if (extent->nr > U32_MAX >> in->ser.order)
		return "too many pages";
	if (extent->pfn & ((1ULL << in->ser.order) - 1) ||
	    extent->pfn > PHYS_PFN(PHYS_ADDR_MAX) -
			  ((u64)extent->nr << in->ser.order))
		return "an invalid page frame";
	if (extent->index > limit || extent->nr > limit - extent->index)
		return "pages after the largest possible file";
	if (extent->index < *end)
		return "pages before those of the one above it";
	*end = extent->index + extent->nr;

	return NULL;
}

static int luo_hugetlb_check_extents(const struct luo_hugetlb_in *in)
{
	u64 nr = 0, end = 0, i;
	const char *wrong;

	for (i = 0; i < in->ser.extents.count; i++) {
		wrong = luo_hugetlb_check_extent(in, i, &end);
		if (wrong) {
			pr_err("extent %llu of %llu has %s\n", i,
			       in->ser.extents.count, wrong);
			return -EBADMSG;
		}
		nr += in->extents[i].nr;
		cond_resched();
	}
	if (nr != in->ser.nr) {
		pr_err("the extents have %llu pages, expected %llu\n", nr,
		       in->ser.nr);
		return -EBADMSG;
	}

	return 0;
}

static int luo_hugetlb_check_reserved(const struct luo_hugetlb_in *in)
{
	const u64 limit = MAX_LFS_FILESIZE >> (in->ser.order + PAGE_SHIFT);
	const struct luo_hugetlb_reserved_ser *range;
	u64 end = 0, i;

	for (i = 0; i < in->ser.reserved.count; i++) {
		range = &in->reserved[i];
		if (range->from < end || range->from >= range->to ||
		    range->to > limit) {
			pr_err("reserved range %llu of %llu is invalid\n", i,
			       in->ser.reserved.count);
			return -EBADMSG;
		}
		end = range->to;
		cond_resched();
	}

	return 0;
}

/**
 * luo_hugetlb_check - Check a file that another kernel wrote.
 * @in: The file, with its elements. Each field is in its range.
 *
 * Reports what is wrong.
 *
 * Context: Process context, may sleep.
 * Return: 0 or -EBADMSG.
 */
int luo_hugetlb_check(const struct luo_hugetlb_in *in)
{
	int err;

	if (in->ser.order >= BITS_PER_TYPE(u32)) {
		pr_err("pages of order %u are too large\n", in->ser.order);
		return -EBADMSG;
	}
	if (in->ser.size & ((PAGE_SIZE << in->ser.order) - 1)) {
		pr_err("the size of %llu bytes is not that of a number of pages of order %u\n",
		       in->ser.size, in->ser.order);
		return -EBADMSG;
	}

	err = luo_hugetlb_check_extents(in);

	return err ?: luo_hugetlb_check_reserved(in);
}
