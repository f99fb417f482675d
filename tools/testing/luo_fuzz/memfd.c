// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Files of the memfd handler
 *
 * Four files: one in version 0, one in version 1, one in both, and one in version 1
 * with keys of ranges and attributes. The retrieving half of the handler creates them over
 * luo_object/memfd_file.c, which has a map instead of the page cache.
 *
 * Version 0 has no CRC, so that an input can change it to the addresses of pages of other
 * files. A file may then get a page of another file, which lacks it. No page may be in two
 * files.
 */

#include <stdlib.h>

#include <linux/errno.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/io.h>
#include <linux/mm.h>

#include "../luo_object/memfd_saved.h"
#include "frame.h"

#define FUZZ_FILES	4
#define FUZZ_SIZE	30

static struct memfd_saved fuzz_saved[FUZZ_FILES];

/* The file in version 1 needs its object, the list and its first page. */
static u64 fuzz_needs[FUZZ_OBJECT_NEEDS + 1];

/* Pages have no CRC, so the file can be retrieved if they are preserved. */
static void fuzz_save_file(struct memfd_saved *saved, u32 flags)
{
	memfd_begin(saved, FUZZ_SIZE, flags);
	memfd_add(saved, 0, 0, 2, 0);
	memfd_add(saved, 6, 0, 1, LUO_MEMFD_DESCENDING);
	memfd_add(saved, 8, 2, 2, 0);
	memfd_add(saved, 28, 2, 2, 0);
	memfd_add(saved, 20, 0, 0, 0);
}

static void fuzz_save_files(void)
{
	unsigned int i;

	for (i = 0; i < FUZZ_FILES; i++)
		fuzz_save_file(&fuzz_saved[i],
			       i == 3 ? LUO_MEMFD_RANGE_KEYS : 0);
	memfd_save_v0(&fuzz_saved[0], 0);
	memfd_save_v1(&fuzz_saved[1], 1);
	memfd_save_v0(&fuzz_saved[2], 1);
	memfd_save_v1(&fuzz_saved[2], 1);
	memfd_save_v1(&fuzz_saved[3], 1);
	memfd_set_attrs(&fuzz_saved[3]);
	memfd_save_attrs(&fuzz_saved[3]);
	fuzz_saved[0].folios[0][3].flags = 0;
	fuzz_roots[0] = fuzz_saved[0].data;
	fuzz_roots[1] = fuzz_saved[2].data;

	fuzz_object_needs(LUO_MEMFD_KIND, fuzz_saved[1].data, 1, fuzz_needs);
	fuzz_needs[FUZZ_OBJECT_NEEDS] = fuzz_saved[1].array.handle;
}

/* Write to all pages of a file, to check that no other file has them. */
static void fuzz_use(const struct file *file)
{
	unsigned long i;

	for (i = 0; i < file->inode.nr; i++) {
		const struct memfd_page *page = &file->inode.pages[i];

		memset(phys_to_virt(PFN_PHYS(page->pfn)), 0,
		       PAGE_SIZE << page->order);
	}
}

static void fuzz_restore_files(void)
{
	struct file *files[FUZZ_FILES] = {};
	int err[FUZZ_FILES];
	unsigned int i;

	fuzz_saved[0].data = fuzz_roots[0];
	fuzz_saved[2].data = fuzz_roots[1];
	for (i = 0; i < FUZZ_FILES; i++) {
		err[i] = memfd_retrieve(&fuzz_saved[i], &files[i]);
		FUZZ_EXPECT_ERRNO(err[i], -ENOENT, -EBADMSG, -EMSGSIZE, -ERANGE,
				  -EEXIST, -EOPNOTSUPP, -EPROTONOSUPPORT);
		if (fuzz_untouched())
			FUZZ_EXPECT(!err[i] && (!i || memfd_holds(&fuzz_saved[i],
								  files[i])) &&
				    files[i]->has_attrs == (i == 3));
		if (err[i])
			files[i] = NULL;
	}
	for (i = 0; i < FUZZ_FILES; i++) {
		if (files[i])
			fuzz_use(files[i]);
	}

	/* Finish each object that can be read, even if its file was not retrieved. */
	luo_loopback_fail_nth(0);
	for (i = 0; i < FUZZ_FILES; i++) {
		memfd_finish(&fuzz_saved[i], err[i] ?: 1);
		if (files[i])
			fput(files[i]);
	}
	luo_object_kind_drop(&luo_objects_in, NULL, NULL);
	memfd_forget_objects();
}

const struct fuzz_target fuzz_target = {
	.save		= fuzz_save_files,
	.restore	= fuzz_restore_files,
};
