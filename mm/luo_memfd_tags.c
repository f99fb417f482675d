// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Memory tags of a memfd
 *
 * A page that was mapped with PROT_MTE has tags of the Memory Tagging Extension of
 * arm64. They are not handed over, and the next kernel clears them when the page is
 * mapped with PROT_MTE again. A program that checks tags would then get a signal.
 * Therefore a file with such a page is refused.
 *
 * Called by luo_memfd_out.c. Checks each page of the file, but only if the processors
 * have tags.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <asm/mte.h>
#include <linux/cpufeature.h>
#include <linux/errno.h>
#include <linux/folio_batch.h>
#include <linux/fs.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/printk.h>
#include <linux/sched.h>

#include "luo_memfd_out.h"

/* Return the number of the first page of @folio that has tags, or -1. */
static long luo_memfd_folio_tagged(struct folio *folio)
{
	long i;

	for (i = 0; i < folio_nr_pages(folio); i++) {
		if (page_mte_tagged(folio_page(folio, i)))
			return i;
	}

	return -1;
}

/**
 * luo_memfd_tags_check - Check that no page of a file has memory tags.
 * @inode: The file. Pages in swap are not checked.
 *
 * Context: Process context, may sleep.
 * Return: 0, or -EOPNOTSUPP if a page has tags.
 */
int luo_memfd_tags_check(struct inode *inode)
{
	struct folio_batch fbatch;
	pgoff_t index = 0, at = 0;
	long tagged = -1;
	unsigned int i;

	if (!system_supports_mte())
		return 0;

	folio_batch_init(&fbatch);
	while (tagged < 0 && filemap_get_folios(inode->i_mapping, &index,
						ULONG_MAX, &fbatch)) {
		for (i = 0; i < folio_batch_count(&fbatch) && tagged < 0; i++) {
			at = fbatch.folios[i]->index;
			tagged = luo_memfd_folio_tagged(fbatch.folios[i]);
		}
		folio_batch_release(&fbatch);
		cond_resched();
	}
	if (tagged < 0)
		return 0;

	pr_err("a file is not handed over: its page %lu was mapped with PROT_MTE, and its tags would be lost; copy the content into a file that is not mapped so\n",
	       at + tagged);

	return -EOPNOTSUPP;
}
