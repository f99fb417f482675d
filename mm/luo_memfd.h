/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MM_LUO_MEMFD_H
#define _MM_LUO_MEMFD_H

#include <linux/bitops.h>
#include <linux/kho/abi/luo_memfd.h>
#include <linux/luo_array.h>
#include <linux/luo_run.h>
#include <linux/luo_vec.h>
#include <linux/types.h>

struct file;
struct folio;
struct inode;
struct liveupdate_file_op_args;
struct luo_object_kind;
struct mm_struct;
struct page;
struct memfd_luo_folio_ser;
struct memfd_luo_ser;

/* The number of pages to handle at once. */
#define LUO_MEMFD_BATCH		256

/* luo_memfd_kind.c: the fields and versions of a file. */

/*
 * LUO_MEMFD_HAS_POISON - Bit 31 of the flags of a file in memory: an extent is poisoned, so
 * that only version 2 can hold the file. No version of the wire format has this flag.
 */
#define LUO_MEMFD_HAS_POISON	BIT(31)

extern struct luo_object_kind luo_memfd_extent_kind;
extern struct luo_object_kind *const luo_memfd_kind;
/* The handlers, for kinds whose objects belong to the files. */
extern const char *const luo_memfd_handlers[];

/* luo_memfd_out.c: preserve and freeze. */

int luo_memfd_out_preserve(struct liveupdate_file_op_args *args, bool stock);
void luo_memfd_out_unpreserve(struct liveupdate_file_op_args *args);
int luo_memfd_out_freeze(struct liveupdate_file_op_args *args);
void luo_memfd_out_unfreeze(struct liveupdate_file_op_args *args);
bool luo_memfd_out_fits(struct inode *inode);

/* luo_memfd_in.c: retrieve and finish. */

/* Number and interval of the retries of finish if there is no memory. */
#define LUO_MEMFD_IN_TRIES	50
#define LUO_MEMFD_IN_WAIT_MS	20

int luo_memfd_in_retrieve_stock(struct liveupdate_file_op_args *args);
int luo_memfd_in_retrieve_own(struct liveupdate_file_op_args *args);
void luo_memfd_in_finish_stock(struct liveupdate_file_op_args *args);
void luo_memfd_in_finish_own(struct liveupdate_file_op_args *args);

/* luo_memfd_extent.c: which file pages are in which page frames. */

/*
 * LUO_MEMFD_UNWRITTEN - Bit 15 of an extent in memory: the pages were allocated and
 * never written, and are zeroed before they are inserted. No version of the wire
 * format has this flag.
 */
#define LUO_MEMFD_UNWRITTEN	BIT(15)

/**
 * struct luo_memfd_extents - A growing list of extents.
 * @extents:  The extents.
 * @nr:       Number of extents.
 * @capacity: Number of extents that the list can hold.
 * @nr_pages: Number of pages of all extents.
 */
struct luo_memfd_extents {
	struct luo_memfd_extent_ser *extents;
	u64 nr;
	u64 capacity;
	u64 nr_pages;
};

int luo_memfd_extents_reserve(struct luo_memfd_extents *list, u64 nr);
void luo_memfd_extents_add(struct luo_memfd_extents *list, u64 first,
			   const struct luo_memfd_extent_ser *extent);
bool luo_memfd_extents_valid(const struct luo_memfd_extent_ser *extents,
			     u64 nr, u64 nr_pages, u64 size, u16 flags);
void luo_memfd_extents_free(struct luo_memfd_extents *list);
const struct luo_memfd_extent_ser *
luo_memfd_extents_find(const struct luo_memfd_extents *list, u64 index);

/**
 * luo_memfd_extent_run - Get the run of pages of an extent.
 * @extent: The extent.
 * @flags:  LUO_MEMFD_* of the file.
 *
 * Return: The run, valid if the extent is.
 */
static inline struct luo_run
luo_memfd_extent_run(const struct luo_memfd_extent_ser *extent, u32 flags)
{
	bool range = !extent->order && flags & LUO_MEMFD_RANGE_KEYS &&
		     !(extent->flags & LUO_MEMFD_POISONED);

	return (struct luo_run){
		.pfn = extent->pfn,
		.nr_pages = extent->nr_pages,
		.order = extent->order,
		.flags = (extent->flags & LUO_MEMFD_DESCENDING ?
			  LUO_RUN_DOWN : 0) | (range ? LUO_RUN_RANGE : 0),
	};
}

/* luo_memfd_collapse.c: replacing small folios by large ones. */

void luo_memfd_collapse(struct file *file);

/* luo_memfd_collect.c: finding, pinning and preserving the folios of a file. */

int luo_memfd_collect(struct inode *inode, struct luo_memfd_extents *list,
		      u32 flags);
int luo_memfd_collect_added(struct inode *inode, struct luo_memfd_extents *list,
			    u32 flags);
void luo_memfd_collect_undo_added(struct inode *inode,
				  struct luo_memfd_extents *list, u32 flags);
void luo_memfd_collect_release(struct inode *inode,
			       const struct luo_memfd_extent_ser *extent, u32 flags);
void luo_memfd_collect_clear_mark(struct inode *inode, pgoff_t index);
u32 luo_memfd_collect_poisoned(const struct luo_memfd_extent_ser *extent,
			       u32 offset);

/* luo_memfd_pin.c: folios that cannot be pinned as they are. */

/**
 * struct luo_memfd_walk - A walk over the folios of a file.
 * @inode:    The file.
 * @list:     The extents of the pinned folios.
 * @index:    The next page to visit.
 * @end:      The end of the file, in pages.
 * @nid:      The NUMA node of the extent that was added last.
 * @block:    First page frame of the pageblock that was checked last.
 * @may_stay: Whether pages of @block can be preserved without a move.
 * @nr_moved: Number of pages that were moved.
 * @moved_ns: Time that the moves took, in nanoseconds.
 */
struct luo_memfd_walk {
	struct inode *inode;
	struct luo_memfd_extents *list;
	pgoff_t index;
	pgoff_t end;
	int nid;
	unsigned long block;
	bool may_stay;
	u64 nr_moved;
	u64 moved_ns;
};

/**
 * struct luo_memfd_unready - A run of file pages that cannot be pinned yet.
 * @start: The first page.
 * @end:   The page after the last one.
 * @moves: Whether the pages must move.
 */
struct luo_memfd_unready {
	pgoff_t start;
	pgoff_t end;
	bool moves;
};

bool luo_memfd_pin_may_stay(struct luo_memfd_walk *walk, struct folio *folio);
void luo_memfd_pin_walk_add(struct luo_memfd_walk *walk,
			    const struct luo_memfd_extent_ser *extent);
void luo_memfd_pin_walk_add_folio(struct luo_memfd_walk *walk, struct folio *folio);
int luo_memfd_pin_run(struct luo_memfd_walk *walk,
		      const struct luo_memfd_unready *run);

/* luo_memfd_v0_out.c: writing the format of the stock handler. */

/*
 * The flags of the entry of a removed folio, which has no page frame. The stock
 * handler skips all entries without a page frame and ignores their flags. An entry
 * without a page frame and with other flags is corrupt.
 */
#define LUO_MEMFD_V0_REMOVED	BIT(11)

/*
 * A seal that no kernel has. Version 0 of a file with a poisoned page has it, because
 * it cannot describe such a page: the stock handler reads the seals first, returns
 * -EOPNOTSUPP, and leaves the pages where they are.
 */
#define LUO_MEMFD_V0_UNREADABLE	BIT(31)

struct kho_vmalloc_chunk;

/**
 * struct luo_memfd_v0 - Version 0 of a file that is being preserved.
 * @ser:        The head, whose address LUO hands over.
 * @pages:      The pages of the list of folios.
 * @chunks:     The pages that list @pages.
 * @nr:         Number of entries in the list, including those of removed folios.
 * @nr_sorted:  Entries before this one are in ascending order of file index.
 * @nr_removed: Number of folios that were removed.
 * @nr_pages:   Number of @pages.
 * @max_pages:  Number of pages that the table can hold.
 * @nr_chunks:  Number of @chunks.
 * @max_chunks: Number of chunks that the table can hold.
 */
struct luo_memfd_v0 {
	struct memfd_luo_ser *ser;
	struct memfd_luo_folio_ser **pages;
	struct kho_vmalloc_chunk **chunks;
	u64 nr;
	u64 nr_sorted;
	u64 nr_removed;
	unsigned long nr_pages;
	unsigned long max_pages;
	unsigned long nr_chunks;
	unsigned long max_chunks;
};

int luo_memfd_v0_out_init(struct luo_memfd_v0 *v0,
			  const struct luo_memfd_ser_v1 *v1);
int luo_memfd_v0_out_prepare(struct luo_memfd_v0 *v0, u64 nr);
int luo_memfd_v0_out_add(struct luo_memfd_v0 *v0,
			 const struct luo_memfd_extents *list);
void luo_memfd_v0_out_truncate(struct luo_memfd_v0 *v0, u64 nr);
void luo_memfd_v0_out_remove(struct luo_memfd_v0 *v0, u64 index);
void luo_memfd_v0_out_compact(struct luo_memfd_v0 *v0);
void luo_memfd_v0_out_update(struct luo_memfd_v0 *v0,
			     const struct luo_memfd_ser_v1 *v1, bool readable);
bool luo_memfd_v0_out_poisoned(const struct luo_memfd_v0 *v0);
void luo_memfd_v0_out_release(struct luo_memfd_v0 *v0);
void luo_memfd_v0_out_abort(struct luo_memfd_v0 *v0);

/* luo_memfd_v0_in.c: reading the format of the stock handler. */

int luo_memfd_v0_in_load(u64 address, struct luo_memfd_ser_v1 *v1,
			 struct luo_memfd_extents *list);
void luo_memfd_v0_in_discard(u64 address);
void luo_memfd_v0_in_drop(u64 address);

/* luo_memfd_insert.c: inserting pages into a file. */

/**
 * struct luo_memfd_batch - Pages to be inserted into a file at once.
 * @inode:     The file.
 * @nr:        How many there are.
 * @nr_stored: Number of pages that were already added to the page cache.
 * @zone_id:   The zone of all pages.
 * @mark:      Mark them if what is added to the file is marked.
 * @folios:    The pages.
 */
struct luo_memfd_batch {
	struct inode *inode;
	unsigned int nr;
	unsigned int nr_stored;
	int zone_id;
	bool mark;
	struct folio *folios[LUO_MEMFD_BATCH];
};

int luo_memfd_insert_create(const struct luo_memfd_ser_v1 *memfd,
			    const char *name, struct file **filep);
int luo_memfd_insert_page(struct luo_memfd_batch *batch, u64 pfn, pgoff_t index);
int luo_memfd_insert_pages(struct luo_memfd_batch *batch, u64 pfn,
			   unsigned long nr, bool down, pgoff_t index);
int luo_memfd_insert_flush(struct luo_memfd_batch *batch);
int luo_memfd_insert_absent(struct luo_memfd_batch *batch, gfp_t gfp,
			    struct mm_struct *mm, bool mark);
int luo_memfd_insert_absent_folio(struct inode *inode, struct folio *folio,
				  gfp_t gfp, struct mm_struct *mm, bool mark);
int luo_memfd_insert_absent_poison(struct inode *inode, struct folio *folio,
				   gfp_t gfp, bool mark);
int luo_memfd_insert_folio(struct inode *inode, u64 pfn, unsigned int order,
			   pgoff_t index);
void luo_memfd_insert_retire(u64 pfn);
int luo_memfd_insert_poison(struct inode *inode, u64 pfn, pgoff_t index);

/* luo_memfd_lazy.c: pages that are restored when they are used. */

bool luo_memfd_lazy_attach(struct inode *inode,
			   const struct luo_memfd_ser_v1 *memfd,
			   struct luo_array *array);
bool luo_memfd_lazy_attach_copy(struct inode *inode,
				const struct luo_memfd_ser_v1 *memfd,
				const struct luo_memfd_extent_ser *extents);
int luo_memfd_lazy_fill_range(struct inode *inode, pgoff_t start, pgoff_t end);

/* luo_memfd_relist.c: preserving pages that are absent. */

int luo_memfd_relist(struct luo_memfd_walk *walk);
void luo_memfd_relist_release_begin(struct inode *inode);
void luo_memfd_relist_release_end(struct inode *inode);
u64 luo_memfd_relist_present(struct inode *inode, u64 start, u64 *end);

/* luo_memfd_part.c: dividing a file for several processors. */

/**
 * struct luo_memfd_part - Some of the pages of a file.
 * @first:    Index of the extent in which the part begins.
 * @offset:   Where the part begins in that extent, in pages from the lowest one in
 *            memory. A key begins there.
 * @nr_pages: Number of pages, in this extent and the next ones.
 */
struct luo_memfd_part {
	u64 first;
	u32 offset;
	u64 nr_pages;
};

unsigned int luo_memfd_part_split(const struct luo_memfd_ser_v1 *memfd,
				  const struct luo_memfd_extent_ser *extents,
				  struct luo_memfd_part *parts,
				  unsigned int nr_parts);

/* luo_memfd_retrieve.c: claiming pages and inserting or putting them. */

int luo_memfd_retrieve_part(struct inode *inode,
			    const struct luo_memfd_ser_v1 *memfd,
			    const struct luo_memfd_extent_ser *extents,
			    const struct luo_memfd_part *part);
int luo_memfd_retrieve_all(struct inode *inode,
			   const struct luo_memfd_ser_v1 *memfd,
			   const struct luo_memfd_extent_ser *extents);

/* luo_memfd_threads.c: claiming and inserting pages on several processors. */

int luo_memfd_threads_retrieve(struct inode *inode,
			       const struct luo_memfd_ser_v1 *memfd,
			       const struct luo_memfd_extent_ser *extents);

#endif /* _MM_LUO_MEMFD_H */
