/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MM_LUO_HUGETLB_H
#define _MM_LUO_HUGETLB_H

#include <linux/kho/abi/luo_hugetlb.h>
#include <linux/list.h>
#include <linux/luo_hugetlb.h>
#include <linux/luo_run.h>
#include <linux/types.h>

struct file;
struct folio;
struct hstate;
struct hugetlb_cgroup;
struct inode;
struct liveupdate_file_op_args;
struct luo_object_kind;

/* luo_hugetlb_kind.c: the fields and versions of a file. */

extern struct luo_object_kind *const luo_hugetlb_kind;
extern struct luo_object_kind *const luo_hugetlb_extent_kind;
extern struct luo_object_kind *const luo_hugetlb_reserved_kind;
extern const char *const luo_hugetlb_handlers[];

/* luo_hugetlb_changes.c: stopping changes of a file. */

void luo_hugetlb_changes_freeze(struct inode *inode);
void luo_hugetlb_changes_thaw(struct inode *inode);
long luo_hugetlb_changes_seen(struct inode *inode);

/* luo_hugetlb_collect.c: finding and preserving the pages of a file. */

/**
 * struct luo_hugetlb_list - The pages of a file.
 * @extents: The extents, in ascending order of file offset.
 * @nr:      Number of extents.
 * @max:     How many @extents can hold.
 */
struct luo_hugetlb_list {
	struct luo_hugetlb_extent_ser *extents;
	u64 nr;
	u64 max;
};

int luo_hugetlb_collect(struct file *file, struct luo_hugetlb_list *list);
void luo_hugetlb_collect_release(struct hstate *h, struct luo_hugetlb_list *list);

/**
 * luo_hugetlb_run - Get the run of pages of an extent.
 * @extent: A valid extent.
 * @order:  The order of the huge pages.
 *
 * Return: The run.
 */
static inline struct luo_run
luo_hugetlb_run(const struct luo_hugetlb_extent_ser *extent, unsigned int order)
{
	return (struct luo_run){
		.pfn = extent->pfn,
		.nr_pages = extent->nr << order,
		.order = order,
	};
}

/* luo_hugetlb_out.c: preserve and freeze. */

int luo_hugetlb_out_preserve(struct liveupdate_file_op_args *args);
void luo_hugetlb_out_unpreserve(struct liveupdate_file_op_args *args);
int luo_hugetlb_out_freeze(struct liveupdate_file_op_args *args);
void luo_hugetlb_out_unfreeze(struct liveupdate_file_op_args *args);

/* luo_hugetlb_check.c: checking what another kernel wrote. */

/**
 * struct luo_hugetlb_in - A file of the previous kernel.
 * @ser:      The object.
 * @extents:  Its extents.
 * @reserved: Its reserved ranges.
 */
struct luo_hugetlb_in {
	struct luo_hugetlb_ser ser;
	struct luo_hugetlb_extent_ser *extents;
	struct luo_hugetlb_reserved_ser *reserved;
};

int luo_hugetlb_check(const struct luo_hugetlb_in *in);

/* luo_hugetlb_in.c: retrieve and finish. */

int luo_hugetlb_in_retrieve(struct liveupdate_file_op_args *args);
int luo_hugetlb_in_free_object(const void *data);
void luo_hugetlb_in_finish(struct liveupdate_file_op_args *args);

/* luo_hugetlb_adopt.c: making huge pages of claimed folios. */

/* The number of huge pages that are adopted at once. */
#define LUO_HUGETLB_BATCH	64

bool luo_hugetlb_adopt_poisoned(struct folio *folio);
bool luo_hugetlb_adopt_spans_zones(struct folio *folio);
void luo_hugetlb_adopt(struct hstate *h, struct list_head *folios,
		       struct hugetlb_cgroup *h_cg);
void luo_hugetlb_adopt_free(struct hstate *h, struct list_head *folios);
void luo_hugetlb_adopt_put(struct list_head *folios);

/* luo_hugetlb_pool.c: the pages of the previous kernel and the pool. */

extern struct luo_hugetlb_pool_ser *luo_hugetlb_pool_out;

u32 luo_hugetlb_pool_crc(const struct luo_hugetlb_pool_ser *pool);
void luo_hugetlb_pool_adopt(struct hstate *h, int nid);
bool luo_hugetlb_pool_wants(struct hstate *h, int nid);
void luo_hugetlb_pool_drop(struct hstate *h, int nid);
void luo_hugetlb_pool_lose(struct hstate *h, int nid);
void luo_hugetlb_pool_count(struct hstate *h, int nid, long delta);
void luo_hugetlb_pool_write(void);
void luo_hugetlb_pool_end(void);
int luo_hugetlb_pool_init(void);
void luo_hugetlb_pool_exit(void);

#endif /* _MM_LUO_HUGETLB_H */
