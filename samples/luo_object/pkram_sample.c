// SPDX-License-Identifier: GPL-2.0
/* A page and a number that survive live updates: Documentation/core-api/pkram.rst. */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pkram.h>

static struct page *page;
static u64 nr_kernels;

static int save(void)
{
	struct pkram_stream ps;
	int err = pkram_prepare_save(&ps, "sample", GFP_KERNEL);

	if (err)
		return err;
	if (pkram_prepare_save_obj(&ps) || pkram_save_page(&ps, page, 0) ||
	    pkram_write(&ps, &nr_kernels, sizeof(nr_kernels)) < 0) {
		pkram_discard_save(&ps);
		return -ENOMEM;
	}
	pkram_finish_save_obj(&ps);
	pkram_finish_save(&ps);
	return 0;
}

static void load(void)
{
	struct pkram_stream ps;
	int err = pkram_prepare_load(&ps, "sample");

	/* A corrupt node stays until it is removed. */
	if (err == -EBADMSG) {
		pr_warn("the page of the previous kernel is lost: %pe\n", ERR_PTR(err));
		pkram_remove("sample");
	}
	if (err)
		return;
	if (!pkram_prepare_load_obj(&ps)) {
		page = pkram_load_page(&ps, NULL, NULL);
		pkram_read(&ps, &nr_kernels, sizeof(nr_kernels));
		pkram_finish_load_obj(&ps);
	}
	pkram_finish_load(&ps);
}

static int __init sample_init(void)
{
	int err;

	load();
	page = page ?: alloc_page(GFP_KERNEL | __GFP_ZERO);
	if (!page)
		return -ENOMEM;
	/* Another kernel wrote the text. */
	pr_info("after %llu kernels: %.32s\n", nr_kernels++,
		(char *)page_address(page));
	sprintf(page_address(page), "kernel %llu was here", nr_kernels);
	err = save();
	put_page(page);
	return err;
}
module_init(sample_init);

MODULE_DESCRIPTION("Sample user of PKRAM");
MODULE_LICENSE("GPL");
