// SPDX-License-Identifier: GPL-2.0

/**
 * DOC: Test of preserved memory at boot
 *
 * When loaded, it restores the pages that it preserved in the previous kernel, checks
 * their contents and that they have no other owner, and frees them. Then it preserves
 * pages for the next kernel: every other page, random pages, contiguous pages, folios
 * of all orders, and ranges.
 *
 * Module parameters: @blocks is the number of blocks of 2 MiB in which pages are
 * preserved. @note has two numbers for all later kernels, which find them in @noted.
 * @overlap has the physical addresses of the root of KHO's tree and of a scratch area. The
 * module adds keys to the tree that KHO itself refuses: within folios, over the root, and
 * in the scratch area. The next kernel must not restore these keys.
 *
 * If @threads is not 0, that number of kernel threads restores each piece at the same time.
 * One of them must get it.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/kho_radix_tree.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/prandom.h>
#include <linux/sched.h>

#define SUBTREE		"kho-boot-test"
#define BLOCK_PAGES	512
#define RANGE		0xff
#define LOST		0xfe

static unsigned int blocks = 20;
module_param(blocks, uint, 0444);

static unsigned long note[2];
module_param_array(note, ulong, NULL, 0444);

static unsigned long noted[2];
module_param_array(noted, ulong, NULL, 0444);

static unsigned long overlap[2];
module_param_array(overlap, ulong, NULL, 0444);

static unsigned int threads;
module_param(threads, uint, 0444);

/* The order of folios that have smaller keys within, and the first page of one. */
#define OVERLAP_ORDER	3
#define OVERLAP_PAGE	5

/*
 * A preservation: a folio of @order, or @nr_pages pages if it is RANGE. If it is LOST, the
 * address must have none.
 */
struct kho_boot_piece {
	u64 phys;
	u32 nr_pages;
	u32 order;
};

/* A chain of pages of order 0 that list all preservations. */
struct kho_boot_list {
	u64 next;
	u64 note[ARRAY_SIZE(note)];
	u32 nr_pieces;
	u32 reserved;
	struct kho_boot_piece pieces[];
};

#define LIST_PIECES							\
	((PAGE_SIZE - sizeof(struct kho_boot_list)) / sizeof(struct kho_boot_piece))

static struct kho_boot_list *head;
static struct rnd_state rnd;

static u64 pattern(unsigned long pfn, unsigned int word)
{
	return (pfn << 9 | word) * 0x9e3779b97f4a7c15ULL;
}

static void fill(struct page *page, unsigned int nr_pages)
{
	for (unsigned int i = 0; i < nr_pages; i++) {
		u64 *words = page_address(page + i);

		for (unsigned int word = 0; word < PAGE_SIZE / sizeof(u64); word++)
			words[word] = pattern(page_to_pfn(page + i), word);
	}
}

static bool is_filled(const struct page *page)
{
	const u64 *words = page_address(page);

	for (unsigned int word = 0; word < PAGE_SIZE / sizeof(u64); word++)
		if (words[word] != pattern(page_to_pfn(page), word))
			return false;

	return true;
}

/* Check the owner and the content before the restore. */
static bool is_preserved(const struct kho_boot_piece *piece)
{
	struct page *page = phys_to_page(piece->phys);

	for (unsigned int i = 0; i < piece->nr_pages; i++, page++) {
		if (PageBuddy(page) || PageReserved(page) || page_count(page) != 1) {
			pr_err("pfn %#lx has an owner: flags %#lx, count %d\n",
			       page_to_pfn(page), page->flags.f, page_count(page));
			return false;
		}
		if (!is_filled(page)) {
			pr_err("pfn %#lx is not what it was\n", page_to_pfn(page));
			return false;
		}
	}

	return true;
}

/* Check that only the folio can be restored, and no key within it. */
static bool is_alone(const struct kho_boot_piece *piece)
{
	phys_addr_t within = piece->phys + OVERLAP_PAGE * PAGE_SIZE;

	if (piece->order != OVERLAP_ORDER)
		return true;

	return kho_preserved_order(piece->phys) == OVERLAP_ORDER &&
	       kho_preserved_order(within) == -ENOENT;
}

static bool restore_pages(const struct kho_boot_piece *piece)
{
	struct folio *folio;
	struct page *page;

	if (piece->order == RANGE) {
		page = kho_restore_pages(piece->phys, piece->nr_pages);
		if (!page)
			return false;
		for (unsigned int i = 0; i < piece->nr_pages; i++)
			__free_page(page + i);
		return true;
	}

	folio = kho_restore_folio(piece->phys);
	if (!folio || folio_order(folio) != piece->order)
		return false;
	folio_put(folio);

	return true;
}

/* Threads that restore the same piece, all of them when the last one has arrived. */
struct race {
	const struct kho_boot_piece *piece;
	atomic_t nr_arrived;
	atomic_t nr_restored;
	atomic_t nr_running;
	struct completion done;
};

static int race_thread(void *data)
{
	struct race *race = data;

	atomic_inc(&race->nr_arrived);
	while (atomic_read(&race->nr_arrived) < threads)
		cond_resched();
	if (restore_pages(race->piece))
		atomic_inc(&race->nr_restored);
	if (atomic_dec_and_test(&race->nr_running))
		complete(&race->done);

	return 0;
}

/* Return the number of threads that have restored the piece. */
static int restore_by_threads(const struct kho_boot_piece *piece)
{
	struct race race = { .piece = piece, .nr_running = ATOMIC_INIT(threads) };
	struct task_struct *task;
	unsigned int i;

	init_completion(&race.done);
	for (i = 0; i < threads; i++) {
		task = kthread_run(race_thread, &race, "kho_boot_test/%u", i);
		if (!IS_ERR(task))
			continue;
		/* The others must neither wait for it nor use @race after the return. */
		atomic_inc(&race.nr_arrived);
		if (atomic_dec_and_test(&race.nr_running))
			complete(&race.done);
	}
	wait_for_completion(&race.done);

	return atomic_read(&race.nr_restored);
}

static int restore_piece(const struct kho_boot_piece *piece)
{
	int nr;

	if (piece->order == LOST)
		return kho_preserved_order(piece->phys) == -ENOENT ? 0 : -EEXIST;

	if (!is_preserved(piece) || !is_alone(piece))
		return -EIO;

	nr = threads ? restore_by_threads(piece) : restore_pages(piece);
	if (nr != 1) {
		pr_err("restored %d times\n", nr);
		return -EIO;
	}

	return 0;
}

static int restore_all(void)
{
	unsigned long nr_pages = 0, nr_pieces = 0;
	phys_addr_t phys;
	int err;

	err = kho_retrieve_subtree(SUBTREE, &phys, NULL);
	if (err)
		return err == -ENOENT ? 0 : err;

	while (phys) {
		struct kho_boot_list *list = phys_to_virt(phys);

		for (unsigned int i = 0; i < ARRAY_SIZE(noted); i++)
			noted[i] = list->note[i];
		for (unsigned int i = 0; i < list->nr_pieces; i++) {
			err = restore_piece(&list->pieces[i]);
			if (err) {
				pr_err("piece %lu, %#llx, order %u, is lost\n",
				       nr_pieces, list->pieces[i].phys,
				       list->pieces[i].order);
				return err;
			}
			nr_pages += list->pieces[i].nr_pages;
			nr_pieces++;
		}
		phys = list->next;
		kho_restore_free(list);
		cond_resched();
	}
	pr_info("%lu pages in %lu pieces are unchanged\n", nr_pages, nr_pieces);

	return 0;
}

static int add_list(void)
{
	struct kho_boot_list *list = kho_alloc_preserve(PAGE_SIZE);

	if (IS_ERR(list))
		return PTR_ERR(list);

	for (unsigned int i = 0; i < ARRAY_SIZE(note); i++)
		list->note[i] = noted[i] ?: note[i];
	list->next = head ? virt_to_phys(head) : 0;
	head = list;

	return 0;
}

static int add_piece(u64 phys, unsigned int nr_pages, unsigned int order)
{
	int err;

	if (!head || head->nr_pieces == LIST_PIECES) {
		err = add_list();
		if (err)
			return err;
	}

	head->pieces[head->nr_pieces++] = (struct kho_boot_piece) {
		.phys = phys,
		.nr_pages = nr_pages,
		.order = order,
	};

	return 0;
}

static int preserve_piece(struct page *page, unsigned int nr_pages, unsigned int order)
{
	int err;

	fill(page, nr_pages);
	if (order == RANGE)
		err = kho_preserve_pages(page, nr_pages);
	else
		err = kho_preserve_folio(page_folio(page));

	return err ?: add_piece(page_to_phys(page), nr_pages, order);
}

/* A random page among every few pages of a block, or every other page. */
static int preserve_single(unsigned int one_in, bool alternate)
{
	struct page *page = alloc_pages(GFP_KERNEL, get_order(BLOCK_PAGES * PAGE_SIZE));
	int err;

	if (!page)
		return -ENOMEM;

	split_page(page, get_order(BLOCK_PAGES * PAGE_SIZE));
	for (unsigned int i = 0; i < BLOCK_PAGES; i++) {
		if (alternate ? i % 2 : prandom_u32_state(&rnd) % one_in) {
			__free_page(page + i);
			continue;
		}
		err = preserve_piece(page + i, 1, 0);
		if (err)
			return err;
	}

	return 0;
}

static int preserve_range(void)
{
	unsigned int first = prandom_u32_state(&rnd) % BLOCK_PAGES;
	unsigned int nr = prandom_u32_state(&rnd) % (BLOCK_PAGES - first) + 1;
	struct page *page = alloc_pages(GFP_KERNEL, get_order(BLOCK_PAGES * PAGE_SIZE));

	if (!page)
		return -ENOMEM;

	split_page(page, get_order(BLOCK_PAGES * PAGE_SIZE));
	for (unsigned int i = 0; i < BLOCK_PAGES; i++)
		if (i < first || i >= first + nr)
			__free_page(page + i);

	return preserve_piece(page + first, nr, RANGE);
}

static int preserve_folios(void)
{
	for (unsigned int order = 0; order <= MAX_PAGE_ORDER; order++) {
		struct folio *folio = folio_alloc(GFP_KERNEL, order);
		int err;

		if (!folio)
			return -ENOMEM;
		err = preserve_piece(folio_page(folio, 0), 1 << order, order);
		if (err)
			return err;
	}

	return 0;
}

static int preserve_block(unsigned int i)
{
	switch (i % 5) {
	case 0:
		return preserve_single(0, true);
	case 1:
		return preserve_single(8, false);
	case 2:
		return preserve_single(1, false);
	case 3:
		return preserve_range();
	default:
		return preserve_folios();
	}
}

/* The same as kho_encode_radix_key(). */
static int add_key(struct kho_radix_tree *tree, u64 phys, unsigned int order)
{
	return kho_radix_add_key(tree, BIT(64 - PAGE_SHIFT - order) |
				 phys >> (PAGE_SHIFT + order));
}

/* A page in a folio, and the first half of the folio. */
static int add_within(struct kho_radix_tree *tree)
{
	struct kho_boot_list *list;
	int err = 0;

	for (list = head; list && !err; list = list->next ? phys_to_virt(list->next) : NULL) {
		for (unsigned int i = 0; i < list->nr_pieces && !err; i++) {
			u64 phys = list->pieces[i].phys;

			if (list->pieces[i].order != OVERLAP_ORDER)
				continue;
			err = add_key(tree, phys, OVERLAP_ORDER - 1);
			err = err ?: add_key(tree, phys + OVERLAP_PAGE * PAGE_SIZE, 0);
		}
	}

	return err;
}

/* Over the root of the tree, and in a scratch area. */
static int add_lost(struct kho_radix_tree *tree)
{
	int err = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(overlap) && !err; i++) {
		err = add_piece(overlap[i], 0, LOST);
		err = err ?: add_key(tree, overlap[i], 0);
	}

	return err;
}

static int add_overlaps(void)
{
	struct kho_radix_tree tree;
	int err;

	err = kho_radix_init_tree(&tree, phys_to_virt(overlap[0]));
	err = err ?: add_within(&tree);

	return err ?: add_lost(&tree);
}

static int __init kho_boot_test_init(void)
{
	int err;

	err = restore_all();
	if (err)
		return err;

	prandom_seed_state(&rnd, blocks);
	for (unsigned int i = 0; i < blocks; i++) {
		err = preserve_block(i);
		if (err)
			return err;
		cond_resched();
	}

	if (overlap[0]) {
		err = add_overlaps();
		if (err)
			return err;
	}

	return head ? kho_add_subtree(SUBTREE, head, PAGE_SIZE) : 0;
}
module_init(kho_boot_test_init);

/* The pages stay preserved until the kexec, so the module cannot be unloaded. */
MODULE_DESCRIPTION("Test of what a boot does with preserved memory");
MODULE_LICENSE("GPL");
