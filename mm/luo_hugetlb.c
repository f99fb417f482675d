// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: hugetlb files over live update
 *
 * The file handler for files of hugetlbfs: memfds with MFD_HUGETLB, and files of a mount
 * that a program has open. A file keeps its contents, holes, size, position, seals, mode,
 * owner and name, the size of its pages, and which ranges are reserved. The pages keep their
 * page frames. In the next kernel the file has no path, as a memfd, and belongs to no mount,
 * so the options size= and min_size= of the mount do not count for it.
 *
 * After the file was preserved, programs use it as before, and every change up to the
 * kexec is handed over. See Documentation/mm/luo_hugetlb.rst for what is refused.
 */

#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/hugetlb.h>
#include <linux/init.h>
#include <linux/liveupdate.h>
#include <linux/luo_kind.h>
#include <linux/magic.h>
#include <linux/module.h>

#include "luo_hugetlb.h"

static bool luo_hugetlb_can_preserve(struct liveupdate_file_handler *handler,
				     struct file *file)
{
	const struct inode *inode = file_inode(file);

	return inode->i_sb->s_magic == HUGETLBFS_MAGIC &&
	       S_ISREG(inode->i_mode) && is_file_hugepages(file) &&
	       luo_object_kind_writes(luo_hugetlb_kind, 0);
}

static unsigned long luo_hugetlb_get_id(struct file *file)
{
	return (unsigned long)file_inode(file);
}

static const struct liveupdate_file_ops luo_hugetlb_ops = {
	.can_preserve	= luo_hugetlb_can_preserve,
	.preserve	= luo_hugetlb_out_preserve,
	.unpreserve	= luo_hugetlb_out_unpreserve,
	.freeze		= luo_hugetlb_out_freeze,
	.unfreeze	= luo_hugetlb_out_unfreeze,
	.retrieve	= luo_hugetlb_in_retrieve,
	.finish		= luo_hugetlb_in_finish,
	.get_id		= luo_hugetlb_get_id,
	.owner		= THIS_MODULE,
};

static struct liveupdate_file_handler luo_hugetlb_handler = {
	.ops = &luo_hugetlb_ops,
	.compatible = LUO_HUGETLB_COMPATIBLE,
};

static int __init luo_hugetlb_init(void)
{
	int err;

	if (!hugepages_supported())
		return 0;

	luo_hugetlb_kind->drop = luo_hugetlb_in_free_object;
	luo_hugetlb_kind->handlers = luo_hugetlb_handlers;
	err = luo_object_register_kind(luo_hugetlb_kind);
	if (err)
		goto err_end;

	err = luo_hugetlb_pool_init();
	if (err)
		goto err_kind;

	err = liveupdate_register_file_handler(&luo_hugetlb_handler);
	if (err)
		goto err_pool;

	return 0;

err_pool:
	luo_hugetlb_pool_exit();
err_kind:
	luo_object_unregister_kind(luo_hugetlb_kind);
err_end:
	/* No file of the previous kernel will be retrieved. */
	luo_hugetlb_pool_end();

	return err == -EOPNOTSUPP ? 0 : err;
}
late_initcall(luo_hugetlb_init);
