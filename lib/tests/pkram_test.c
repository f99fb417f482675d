// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: The test device of PKRAM
 *
 * Lets programs make the calls of linux/pkram.h before and after a kexec. Each open file
 * of ``/dev/pkram_test`` is one stream, with its own pages and buffer. A line written to
 * it is a command, and write() returns the result of the call; read() returns the output
 * of a successful command. The contents of pages and bytes, and orders, indexes and flags,
 * are a pattern that depends on a seed: -EILSEQ means that a page or byte is wrong.
 *
 * A command can report its time in nanoseconds. With -icount in QEMU these are
 * instructions.
 */

#define pr_fmt(fmt) "pkram_test: " fmt

#include <linux/cleanup.h>
#include <linux/crc32c.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/memblock.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pkram.h>
#include <linux/sched.h>
#include <linux/sched/clock.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "../../kernel/liveupdate/luo_object_internal.h"
#include "luo_pattern.h"
#include "luo_test_line.h"

/* An open file. */
struct pkram_test {
	struct mutex lock; /* one command at a time */
	struct pkram_stream ps;
	struct page **pages;
	unsigned long nr_pages;
	unsigned long nr_saved; /* of a "save" that failed, to continue there */
	unsigned long capacity;
	char result[64];
};

static char *pkram_test_name(struct luo_test_line *line)
{
	return line->nr > 1 ? line->word[1] : "";
}

static void pkram_test_say(struct pkram_test *test, u64 value)
{
	scnprintf(test->result, sizeof(test->result), "%llu\n", value);
}

/* Order, index and flags of the i-th page of a seed. */
struct pkram_test_page {
	unsigned int order;
	unsigned long index;
	short flags;
};

static struct pkram_test_page pkram_test_page(u64 seed, u64 i, u64 max_order)
{
	u64 random = luo_pattern_word(seed, i);

	/* Most pages have order 0, even if the largest order is allowed. */
	if (!max_order)
		return (struct pkram_test_page){ 0, seed + i, seed };

	return (struct pkram_test_page){
		.order = random % 16 ? 0 : (random >> 8) % (max_order + 1),
		.index = random % 3 ? luo_pattern_word(~seed, i) : i,
		.flags = random % 5 ? random >> 32 : seed,
	};
}

static void pkram_test_put_pages(struct pkram_test *test)
{
	while (test->nr_pages)
		put_page(test->pages[--test->nr_pages]);
	kvfree(test->pages);
	test->pages = NULL;
	test->capacity = 0;
}

static int pkram_test_reserve(struct pkram_test *test, u64 count)
{
	pkram_test_put_pages(test);
	test->pages = kvcalloc(count, sizeof(*test->pages), GFP_KERNEL);
	if (!test->pages)
		return -ENOMEM;
	test->capacity = count;

	return 0;
}

/* alloc SEED COUNT MAX_ORDER - pages with their patterns, held by the file */
static int pkram_test_alloc(struct pkram_test *test,
			    struct luo_test_line *line)
{
	u64 seed = luo_test_number(line, 1);
	u64 count = luo_test_number(line, 2);
	u64 max_order = luo_test_number(line, 3);
	struct pkram_test_page wanted;
	struct folio *folio;
	int err;

	if (line->bad || max_order > MAX_PAGE_ORDER)
		return -ERANGE;

	err = pkram_test_reserve(test, count);
	if (err)
		return err;

	test->nr_saved = 0;
	while (test->nr_pages < count) {
		wanted = pkram_test_page(seed, test->nr_pages, max_order);
		folio = folio_alloc(GFP_KERNEL, wanted.order);
		if (!folio)
			return -ENOMEM;

		folio->index = wanted.index;
		luo_pattern_fill(folio_address(folio), folio_size(folio),
				 seed + test->nr_pages);
		test->pages[test->nr_pages++] = folio_page(folio, 0);
		cond_resched();
	}

	return 0;
}

/* save SEED MAX_ORDER - saves the pages that the file holds */
static int pkram_test_save(struct pkram_test *test,
			   struct luo_test_line *line)
{
	u64 seed = luo_test_number(line, 1);
	u64 max_order = luo_test_number(line, 2);
	unsigned long i = test->nr_saved;
	u64 start, ns = 0;
	int err;

	if (line->bad)
		return -ERANGE;

	/* A page is preserved only once: a retry continues with the page that failed. */
	for (; i < test->nr_pages; i++) {
		short flags = pkram_test_page(seed, i, max_order).flags;

		start = local_clock();
		err = pkram_save_page(&test->ps, test->pages[i], flags);
		ns += local_clock() - start;
		if (err) {
			test->nr_saved = i;
			return err;
		}
	}
	test->nr_saved = 0;
	pkram_test_say(test, ns);

	return 0;
}

/* save_all FLAGS STEP - saves every STEP-th page, and measures the time of all */
static int pkram_test_save_all(struct pkram_test *test,
			       struct luo_test_line *line)
{
	short flags = luo_test_number(line, 1);
	u64 step = luo_test_number(line, 2);
	unsigned long i;
	u64 start;
	int err;

	if (line->bad || !step)
		return -ERANGE;

	start = local_clock();
	for (i = 0; i < test->nr_pages; i += step) {
		err = pkram_save_page(&test->ps, test->pages[i], flags);
		if (err)
			return err;
	}
	pkram_test_say(test, local_clock() - start);

	return 0;
}

static bool pkram_test_page_is(struct page *page, unsigned long index,
			       short flags, struct pkram_test_page wanted,
			       u64 seed)
{
	struct folio *folio = page_folio(page);

	return folio_order(folio) == wanted.order &&
	       folio_ref_count(folio) == 1 && index == wanted.index &&
	       flags == wanted.flags &&
	       luo_pattern_holds(page_address(page), folio_size(folio), seed);
}

/* load SEED COUNT MAX_ORDER - loads and checks that many pages, and frees them */
static int pkram_test_load(struct pkram_test *test,
			   struct luo_test_line *line)
{
	u64 seed = luo_test_number(line, 1);
	u64 count = luo_test_number(line, 2);
	u64 max_order = luo_test_number(line, 3);
	unsigned long index;
	struct page *page;
	short flags;
	bool good;
	u64 i;

	if (line->bad)
		return -ERANGE;

	for (i = 0; i < count; i++) {
		page = pkram_load_page(&test->ps, &index, &flags);
		if (!page)
			return -ENODATA;

		good = pkram_test_page_is(page, index, flags,
					  pkram_test_page(seed, i, max_order),
					  seed + i);
		put_page(page);
		if (!good)
			return -EILSEQ;
		cond_resched();
	}

	return 0;
}

/* load_all COUNT - loads that many pages without a check; the file holds them */
static int pkram_test_load_all(struct pkram_test *test,
			       struct luo_test_line *line)
{
	u64 count = luo_test_number(line, 1);
	unsigned long index;
	struct page *page;
	short flags;
	u64 start;
	int err;

	if (line->bad)
		return -ERANGE;

	err = pkram_test_reserve(test, count);
	if (err)
		return err;

	start = local_clock();
	while (test->nr_pages < count) {
		page = pkram_load_page(&test->ps, &index, &flags);
		if (!page)
			return -ENODATA;
		test->pages[test->nr_pages++] = page;
	}
	pkram_test_say(test, local_clock() - start);

	return 0;
}

/* load_none - checks that there is no further page */
static int pkram_test_load_none(struct pkram_test *test,
				struct luo_test_line *line)
{
	struct page *page = pkram_load_page(&test->ps, NULL, NULL);

	if (page)
		put_page(page);

	return page ? -EEXIST : 0;
}

/* free - drops the references to the pages that the file holds */
static int pkram_test_free(struct pkram_test *test,
			   struct luo_test_line *line)
{
	pkram_test_put_pages(test);

	return 0;
}

/* poison I - reports page I of those that the file holds as damaged memory */
static int pkram_test_poison(struct pkram_test *test,
			     struct luo_test_line *line)
{
	u64 i = luo_test_number(line, 1);

	if (line->bad || i >= test->nr_pages)
		return -ERANGE;

#ifdef CONFIG_MEMORY_FAILURE
	/* It fails, because the page belongs to no process. */
	memory_failure(page_to_pfn(test->pages[i]), 0);
#endif

	return PageHWPoison(test->pages[i]) ? 0 : -EIO;
}

/* Save a page of a scratch area, which is valid except for its address. */
static int pkram_test_save_scratch(struct pkram_test *test)
{
	unsigned long pfn;
	int err;

	for (pfn = 0; pfn < max_pfn; pfn += pageblock_nr_pages) {
		if (!pfn_valid(pfn) ||
		    !kho_scratch_overlap(PFN_PHYS(pfn), PAGE_SIZE) ||
		    alloc_contig_range(pfn, pfn + 1, ACR_FLAGS_CMA, GFP_KERNEL))
			continue;

		err = pkram_save_page(&test->ps, pfn_to_page(pfn), 0);
		free_contig_range(pfn, 1);
		return err;
	}

	return -ENXIO;
}

/* Save one of two pages, with a flag set in that page or in the next one. */
static int pkram_test_save_flagged(struct pkram_test *test, unsigned int which,
				   unsigned long flag)
{
	struct page *page = alloc_pages(GFP_KERNEL, 1);
	int err;

	if (!page)
		return -ENOMEM;

	split_page(page, 1);
	set_bit(flag, &page[which].flags.f);
	err = pkram_save_page(&test->ps, page, 0);
	clear_bit(flag, &page[which].flags.f);
	put_page(page);
	__free_page(page + 1);

	return err;
}

/* save_next_to_active - a page whose neighbour has the flag of a poisoned folio */
static int pkram_test_save_next_to_active(struct pkram_test *test,
					  struct luo_test_line *line)
{
	return pkram_test_save_flagged(test, 1, PG_active);
}

/* save_bad scratch|reserved|tail|slab|poisoned|none - a page that cannot be saved */
static int pkram_test_save_bad(struct pkram_test *test,
			       struct luo_test_line *line)
{
	const char *which = pkram_test_name(line);
	struct folio *folio;
	void *slab;
	int err;

	if (!strcmp(which, "scratch"))
		return pkram_test_save_scratch(test);
	if (!strcmp(which, "reserved"))
		return pkram_save_page(&test->ps, ZERO_PAGE(0), 0);
	if (!strcmp(which, "none"))
		return pkram_save_page(&test->ps, NULL, 0);
#ifdef CONFIG_MEMORY_FAILURE
	if (!strcmp(which, "poisoned"))
		return pkram_test_save_flagged(test, 0, PG_hwpoison);
#endif
	if (!strcmp(which, "slab")) {
		slab = kmalloc(64, GFP_KERNEL);
		if (!slab)
			return -ENOMEM;
		err = pkram_save_page(&test->ps, virt_to_page(slab), 0);
		kfree(slab);
		return err;
	}
	if (strcmp(which, "tail"))
		return -ERANGE;

	folio = folio_alloc(GFP_KERNEL, 2);
	if (!folio)
		return -ENOMEM;
	err = pkram_save_page(&test->ps, folio_page(folio, 1), 0);
	folio_put(folio);

	return err;
}

/* write_text TEXT */
static int pkram_test_text(struct pkram_test *test,
			   struct luo_test_line *line)
{
	const char *text = pkram_test_name(line);
	ssize_t written = pkram_write(&test->ps, text, strlen(text));

	return written == strlen(text) ? 0 : written;
}

/* The length of a piece of a stream: @piece, or a number that varies if it is 0. */
static size_t pkram_test_piece(u64 piece, u64 seed, u64 i)
{
	return piece ?: 1 + luo_pattern_word(seed, ~i) % 8191;
}

/* write|read|copy SEED COUNT PIECE - passes bytes; copy is a memcpy() of them */
static int pkram_test_bytes(struct pkram_test *test,
			    struct luo_test_line *line)
{
	u64 seed = luo_test_number(line, 1);
	u64 count = luo_test_number(line, 2);
	u64 piece = luo_test_number(line, 3);
	size_t done = 0, step;
	ssize_t got;
	u64 start, i;

	if (line->bad || count > SZ_512M)
		return -ERANGE;

	u8 *data __free(kvfree) = kvzalloc(count, GFP_KERNEL);
	u8 *copy __free(kvfree) = line->word[0][0] == 'c' ?
				  kvzalloc(count, GFP_KERNEL) : NULL;
	if (!data || (line->word[0][0] == 'c' && !copy))
		return -ENOMEM;

	if (line->word[0][0] != 'r')
		luo_pattern_fill(data, count, seed);

	start = local_clock();
	for (i = 0; done < count; i++) {
		step = min_t(size_t, pkram_test_piece(piece, seed, i),
			     count - done);
		if (copy) {
			memcpy(copy + done, data + done, step);
			got = step;
		} else if (line->word[0][0] == 'w') {
			got = pkram_write(&test->ps, data + done, step);
		} else {
			got = pkram_read(&test->ps, data + done, step);
		}
		if (got < 0)
			return got;
		done += got;
		if (got < step)
			break;
	}
	start = local_clock() - start;

	if (line->word[0][0] != 'r') {
		pkram_test_say(test, start);
		return done == count ? 0 : -EIO;
	}
	scnprintf(test->result, sizeof(test->result), "%zu %llu\n", done, start);

	return luo_pattern_holds(data, done, seed) ? 0 : -EILSEQ;
}

static int pkram_test_prepare_save(struct pkram_test *test,
				   struct luo_test_line *line)
{
	return pkram_prepare_save(&test->ps, pkram_test_name(line), GFP_KERNEL);
}

static int pkram_test_prepare_save_obj(struct pkram_test *test,
				       struct luo_test_line *line)
{
	return pkram_prepare_save_obj(&test->ps);
}

static int pkram_test_finish_save_obj(struct pkram_test *test,
				      struct luo_test_line *line)
{
	pkram_finish_save_obj(&test->ps);

	return 0;
}

static int pkram_test_finish_save(struct pkram_test *test,
				  struct luo_test_line *line)
{
	pkram_finish_save(&test->ps);

	return 0;
}

static int pkram_test_discard_save(struct pkram_test *test,
				   struct luo_test_line *line)
{
	pkram_discard_save(&test->ps);

	return 0;
}

static int pkram_test_prepare_load(struct pkram_test *test,
				   struct luo_test_line *line)
{
	u64 start = local_clock();
	int err = pkram_prepare_load(&test->ps, pkram_test_name(line));

	pkram_test_say(test, local_clock() - start);

	return err;
}

static int pkram_test_prepare_load_obj(struct pkram_test *test,
				       struct luo_test_line *line)
{
	return pkram_prepare_load_obj(&test->ps);
}

static int pkram_test_finish_load_obj(struct pkram_test *test,
				      struct luo_test_line *line)
{
	pkram_finish_load_obj(&test->ps);

	return 0;
}

static int pkram_test_finish_load(struct pkram_test *test,
				  struct luo_test_line *line)
{
	pkram_finish_load(&test->ps);

	return 0;
}

/* The data of an object of this kernel. */
static struct pkram_node_ser *pkram_test_find(const char *name)
{
	struct luo_object_record_ser *record;
	struct luo_object_table *table;
	struct luo_object_block_ser *block;
	struct pkram_node_ser *ser;

	guard(mutex)(&luo_objects_out.lock);

	table = luo_object_table_find(&luo_objects_out.tables, PKRAM_KIND);
	if (!table)
		return NULL;

	luo_object_for_each_block(table, block) {
		luo_object_for_each_record(block, record) {
			ser = luo_object_table_record_data(record);
			if (!strcmp(ser->name, name))
				return ser;
		}
	}

	return NULL;
}

/* metadata NAME - size in bytes of the lists of pages of a node */
static int pkram_test_metadata(struct pkram_test *test,
			       struct luo_test_line *line)
{
	struct pkram_node_ser *ser = pkram_test_find(pkram_test_name(line));
	struct pkram_object_ser *object;
	struct pkram_pages_ser *block;
	struct pkram_root_ser *root;
	u64 next, list, bytes = 0;

	if (!ser)
		return -ENOENT;

	root = phys_to_virt(ser->root);
	for (next = root->objects; next; next = object->next) {
		object = phys_to_virt(next);
		bytes += sizeof(*object);
		for (list = object->pages; list; list = block->next) {
			block = phys_to_virt(list);
			bytes += struct_size(block, runs, block->nr_runs);
		}
	}
	pkram_test_say(test, bytes);

	return 0;
}

/* early - the result of a load at subsys_initcall() */
static int pkram_test_early_result = -ENODEV;

static int pkram_test_early(struct pkram_test *test,
			    struct luo_test_line *line)
{
	return pkram_test_early_result;
}

static const struct {
	const char *name;
	int (*run)(struct pkram_test *test, struct luo_test_line *line);
} pkram_test_commands[] = {
	{ "prepare_save", pkram_test_prepare_save },
	{ "prepare_save_obj", pkram_test_prepare_save_obj },
	{ "finish_save_obj", pkram_test_finish_save_obj },
	{ "finish_save", pkram_test_finish_save },
	{ "discard_save", pkram_test_discard_save },
	{ "prepare_load", pkram_test_prepare_load },
	{ "prepare_load_obj", pkram_test_prepare_load_obj },
	{ "finish_load_obj", pkram_test_finish_load_obj },
	{ "finish_load", pkram_test_finish_load },
	{ "alloc", pkram_test_alloc },
	{ "save", pkram_test_save },
	{ "save_all", pkram_test_save_all },
	{ "poison", pkram_test_poison },
	{ "save_bad", pkram_test_save_bad },
	{ "save_next_to_active", pkram_test_save_next_to_active },
	{ "load", pkram_test_load },
	{ "load_all", pkram_test_load_all },
	{ "load_none", pkram_test_load_none },
	{ "free", pkram_test_free },
	{ "write_text", pkram_test_text },
	{ "write", pkram_test_bytes },
	{ "read", pkram_test_bytes },
	{ "copy", pkram_test_bytes },
	{ "metadata", pkram_test_metadata },
	{ "early", pkram_test_early },
};

static int pkram_test_run(struct pkram_test *test, char *text)
{
	struct luo_test_line line = {};
	unsigned int i;
	int err;

	err = luo_test_split(&line, text);
	if (err)
		return err;

	guard(mutex)(&test->lock);

	test->result[0] = '\0';
	for (i = 0; i < ARRAY_SIZE(pkram_test_commands); i++) {
		if (!strcmp(line.word[0], pkram_test_commands[i].name))
			return pkram_test_commands[i].run(test, &line);
	}

	return -EOPNOTSUPP;
}

static ssize_t pkram_test_write(struct file *file, const char __user *buf,
				size_t count, loff_t *pos)
{
	int err;

	char *text __free(kfree) = memdup_user_nul(buf, count);
	if (IS_ERR(text))
		return PTR_ERR(text);

	err = pkram_test_run(file->private_data, strim(text));

	return err ?: count;
}

static ssize_t pkram_test_read(struct file *file, char __user *buf,
			       size_t count, loff_t *pos)
{
	struct pkram_test *test = file->private_data;
	loff_t start = 0;

	guard(mutex)(&test->lock);

	/* Each read() returns the output from the beginning. */
	return simple_read_from_buffer(buf, count, &start, test->result,
				       strlen(test->result));
}

static int pkram_test_open(struct inode *inode, struct file *file)
{
	struct pkram_test *test = kzalloc_obj(*test);

	if (!test)
		return -ENOMEM;

	mutex_init(&test->lock);
	file->private_data = test;

	return 0;
}

static int pkram_test_release(struct inode *inode, struct file *file)
{
	struct pkram_test *test = file->private_data;

	pkram_test_put_pages(test);
	kfree(test);

	return 0;
}

static const struct file_operations pkram_test_fops = {
	.owner		= THIS_MODULE,
	.open		= pkram_test_open,
	.release	= pkram_test_release,
	.read		= pkram_test_read,
	.write		= pkram_test_write,
};

static struct miscdevice pkram_test_device = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "pkram_test",
	.fops	= &pkram_test_fops,
	.mode	= 0600,
};

static int __init pkram_test_init(void)
{
	return misc_register(&pkram_test_device);
}
device_initcall(pkram_test_init);

/* The earliest initcall at which a load must work. */
static int __init pkram_test_early_init(void)
{
	struct pkram_stream ps;
	char text[8];
	int err;

	err = pkram_prepare_load(&ps, "early");
	if (err) {
		pkram_test_early_result = err;
		return 0;
	}

	err = pkram_prepare_load_obj(&ps);
	if (!err) {
		err = pkram_read(&ps, text, sizeof(text)) == 5 &&
		      !memcmp(text, "early", 5) ? 0 : -EILSEQ;
		pkram_finish_load_obj(&ps);
	}
	pkram_finish_load(&ps);
	pkram_test_early_result = err;

	return 0;
}
subsys_initcall(pkram_test_early_init);

MODULE_DESCRIPTION("Test device of PKRAM");
MODULE_LICENSE("GPL");
