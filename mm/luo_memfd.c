// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: memfds over live update
 *
 * The file handlers for memfds. A file keeps its contents, holes, size, position and
 * seals over the kexec, and whether it is executable. Between kernels that support
 * attributes (luo_memfd_attrs.c) it also keeps its name, mode, owner and times, the
 * flags that it is open with, extended attributes, ACLs and the security label. It loses
 * the close-on-exec flag, and all other state is that of a new memfd. Hugetlb files have
 * another handler, luo_hugetlb.c.
 *
 * There are two handlers, because LUO finds a handler by a string, and fails the whole
 * session if it does not know the string. The first handler has the string of the
 * stock handler and writes version 0, and also version 1 if the write policy selects
 * it. A kernel with the stock handler reads version 0, this kernel reads the newest
 * version. The second handler writes version 1 alone, for files that no stock kernel
 * must read.
 *
 * The size of a preserved file cannot change, but holes can be filled and punched.
 * Freeze preserves the pages that were added since preserve. After freeze, a task that
 * adds or removes pages waits. Pages may be written at any time, because they are
 * handed over in place, and all of them as dirty.
 */

#include <linux/errno.h>
#include <linux/kho/abi/memfd.h>
#include <linux/liveupdate.h>
#include <linux/luo_kind.h>
#include <linux/module.h>
#include <linux/shmem_fs.h>

#include "luo_memfd.h"
#include "luo_memfd_attrs.h"

static bool luo_memfd_is_memfd(struct file *file)
{
	struct inode *inode = file_inode(file);

	/*
	 * Files of the kernel, such as segments of System V shared memory, have flags that
	 * are changed under other locks.
	 */
	return shmem_file(file) && !inode->i_nlink && !(inode->i_flags & S_PRIVATE);
}

static bool luo_memfd_can_preserve_stock(struct liveupdate_file_handler *handler,
					 struct file *file)
{
	return luo_memfd_is_memfd(file) && luo_object_kind_writes(luo_memfd_kind, 0);
}

static bool luo_memfd_can_preserve_own(struct liveupdate_file_handler *handler,
				       struct file *file)
{
	return luo_memfd_is_memfd(file) &&
	       !luo_object_kind_writes(luo_memfd_kind, 0);
}

static unsigned long luo_memfd_get_id(struct file *file)
{
	return (unsigned long)file_inode(file);
}

static int luo_memfd_preserve_stock(struct liveupdate_file_op_args *args)
{
	return luo_memfd_out_preserve(args, true);
}

static int luo_memfd_preserve_own(struct liveupdate_file_op_args *args)
{
	return luo_memfd_out_preserve(args, false);
}

static const struct liveupdate_file_ops luo_memfd_stock_ops = {
	.can_preserve	= luo_memfd_can_preserve_stock,
	.preserve	= luo_memfd_preserve_stock,
	.unpreserve	= luo_memfd_out_unpreserve,
	.freeze		= luo_memfd_out_freeze,
	.unfreeze	= luo_memfd_out_unfreeze,
	.retrieve	= luo_memfd_in_retrieve_stock,
	.finish		= luo_memfd_in_finish_stock,
	.get_id		= luo_memfd_get_id,
	.owner		= THIS_MODULE,
};

static const struct liveupdate_file_ops luo_memfd_own_ops = {
	.can_preserve	= luo_memfd_can_preserve_own,
	.preserve	= luo_memfd_preserve_own,
	.unpreserve	= luo_memfd_out_unpreserve,
	.freeze		= luo_memfd_out_freeze,
	.unfreeze	= luo_memfd_out_unfreeze,
	.retrieve	= luo_memfd_in_retrieve_own,
	.finish		= luo_memfd_in_finish_own,
	.get_id		= luo_memfd_get_id,
	.owner		= THIS_MODULE,
};

static struct liveupdate_file_handler luo_memfd_stock_handler = {
	.ops = &luo_memfd_stock_ops,
	.compatible = MEMFD_LUO_FH_COMPATIBLE,
};

static struct liveupdate_file_handler luo_memfd_own_handler = {
	.ops = &luo_memfd_own_ops,
	.compatible = LUO_MEMFD_COMPATIBLE,
};

static int __init luo_memfd_init(void)
{
	int err;

	err = luo_object_register_kind(luo_memfd_kind);
	if (err)
		return err == -EOPNOTSUPP ? 0 : err;

	luo_memfd_attrs_kind->drop = luo_memfd_attrs_in_free_object;
	luo_memfd_attrs_kind->handlers = luo_memfd_handlers;
	err = luo_object_register_kind(luo_memfd_attrs_kind);
	if (err)
		goto err_kind;

	err = liveupdate_register_file_handler(&luo_memfd_stock_handler);
	if (err)
		goto err_attrs;

	err = liveupdate_register_file_handler(&luo_memfd_own_handler);
	if (err)
		goto err_stock;

	return 0;

err_stock:
	liveupdate_unregister_file_handler(&luo_memfd_stock_handler);
err_attrs:
	luo_object_unregister_kind(luo_memfd_attrs_kind);
err_kind:
	luo_object_unregister_kind(luo_memfd_kind);

	return err;
}
late_initcall(luo_memfd_init);
