// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Trees of a tmpfs over live update
 *
 * The file handler for a directory of a tmpfs, the root or one below it. The directory
 * is handed over with everything under it: names, hard links, symbolic links, fifos, sockets,
 * device nodes, their attributes, and the contents of files with their holes. In the
 * next kernel it is the root of a mount that move_mount() can attach anywhere.
 *
 * After the directory was preserved, programs use the tree as before, and every change
 * up to the kexec travels. See Documentation/mm/luo_tmpfs.rst for what is refused.
 */

#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/liveupdate.h>
#include <linux/luo_kind.h>
#include <linux/magic.h>
#include <linux/module.h>
#include <linux/string.h>

#include "luo_tmpfs.h"

/* Only what a program can mount: not the mount of memfds, devtmpfs or rootfs. */
static bool luo_tmpfs_is_tree(struct file *file)
{
	const struct super_block *sb = file_inode(file)->i_sb;

	return S_ISDIR(file_inode(file)->i_mode) && sb->s_magic == TMPFS_MAGIC &&
	       !strcmp(sb->s_type->name, "tmpfs") &&
	       !(sb->s_flags & (SB_KERNMOUNT | SB_NOUSER));
}

static bool luo_tmpfs_can_preserve(struct liveupdate_file_handler *handler,
				   struct file *file)
{
	return luo_tmpfs_is_tree(file) && luo_object_kind_writes(luo_tmpfs_kind, 0);
}

static unsigned long luo_tmpfs_get_id(struct file *file)
{
	return (unsigned long)file_inode(file);
}

static const struct liveupdate_file_ops luo_tmpfs_ops = {
	.can_preserve	= luo_tmpfs_can_preserve,
	.preserve	= luo_tmpfs_out_preserve,
	.unpreserve	= luo_tmpfs_out_unpreserve,
	.quiesce	= luo_tmpfs_out_quiesce,
	.resume		= luo_tmpfs_out_resume,
	.freeze		= luo_tmpfs_out_freeze,
	.unfreeze	= luo_tmpfs_out_unfreeze,
	.retrieve	= luo_tmpfs_in_retrieve,
	.finish		= luo_tmpfs_in_finish,
	.get_id		= luo_tmpfs_get_id,
	.owner		= THIS_MODULE,
};

static struct liveupdate_file_handler luo_tmpfs_handler = {
	.ops = &luo_tmpfs_ops,
	.compatible = LUO_TMPFS_COMPATIBLE,
};

static int __init luo_tmpfs_init(void)
{
	int err;

	luo_tmpfs_kind->drop = luo_tmpfs_in_free_object;
	luo_tmpfs_kind->handlers = luo_tmpfs_handlers;
	err = luo_object_register_kind(luo_tmpfs_kind);
	if (err)
		return err == -EOPNOTSUPP ? 0 : err;

	err = liveupdate_register_file_handler(&luo_tmpfs_handler);
	if (err)
		luo_object_unregister_kind(luo_tmpfs_kind);

	return err;
}
late_initcall(luo_tmpfs_init);
