// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Setting the attributes of a memfd
 *
 * Called by luo_memfd_in.c for a file whose pages are inserted. No lock is needed,
 * because no process can see the file yet. No permission is checked, because the owner
 * set the same attributes in the previous kernel.
 */

#define pr_fmt(fmt) "luo_memfd: " fmt

#include <linux/cred.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <linux/printk.h>
#include <linux/security.h>
#include <linux/shmem_fs.h>
#include <linux/xattr.h>

#include "luo_memfd_attrs.h"

static int luo_memfd_attrs_apply_acl(struct dentry *dentry, const char *name,
				     const void *value, size_t len)
{
	struct inode *inode = d_inode(dentry);
	struct posix_acl *acl;
	int err;

	if (!IS_POSIXACL(inode) || !inode->i_op->set_acl)
		return -EOPNOTSUPP;

	acl = posix_acl_from_xattr(&init_user_ns, value, len);
	if (IS_ERR_OR_NULL(acl))
		return acl ? PTR_ERR(acl) : -EBADMSG;

	err = posix_acl_valid(&init_user_ns, acl);
	if (!err)
		err = inode->i_op->set_acl(&nop_mnt_idmap, dentry, acl,
					   posix_acl_type(name));
	posix_acl_release(acl);

	return err;
}

/**
 * luo_memfd_attrs_apply_xattr - Set an extended attribute, an ACL or the security label.
 * @dentry: The file, which only the caller uses.
 * @xattr:  The attribute, valid.
 *
 * Context: Process context, may sleep.
 * Return: 0 or a negative errno.
 */
int luo_memfd_attrs_apply_xattr(struct dentry *dentry,
				const struct luo_memfd_xattr_ser *xattr)
{
	const void *value = xattr->data + xattr->name_len;
	struct inode *inode = d_inode(dentry);

	if (xattr->name_len == 1)
		return security_inode_notifysecctx(inode, (void *)value,
						   xattr->value_len);

	if (luo_memfd_attrs_is_acl(xattr))
		return luo_memfd_attrs_apply_acl(dentry, xattr->data, value,
						 xattr->value_len);

	return __vfs_setxattr(&nop_mnt_idmap, dentry, inode,
			      xattr->data, value, xattr->value_len, 0);
}

/* If an attribute cannot be set, continue with the others. */
static void luo_memfd_attrs_apply_xattrs(struct file *file, u64 instance,
					 const struct luo_memfd_attrs_in *in)
{
	const struct luo_memfd_xattr_ser *xattr;
	unsigned int nr_lost = 0;
	int err = 0, ret;
	u64 at = 0;

	while ((xattr = luo_memfd_attrs_next(in->xattrs.data,
					     in->ser.nr_xattrs, &at))) {
		ret = luo_memfd_attrs_apply_xattr(file->f_path.dentry, xattr);
		nr_lost += !!ret;
		err = err ?: ret;
	}
	if (err)
		pr_warn("instance %llu was retrieved without %u of its extended attributes and label: %pe\n",
			instance, nr_lost, ERR_PTR(err));
}

static struct timespec64 luo_memfd_attrs_time(struct inode *inode, s64 sec,
					      u32 nsec)
{
	return timestamp_truncate((struct timespec64){ sec, nsec }, inode);
}

static void luo_memfd_attrs_apply_inode(struct inode *inode,
					const struct luo_memfd_attrs_ser_v1 *ser)
{
	umode_t mode = ser->mode;

	/*
	 * The file was created executable or not, as the memfd was. F_SEAL_EXEC may
	 * forbid to change that.
	 */
	if (!(inode->i_mode & 0111))
		mode &= ~0111;
	inode->i_mode = (inode->i_mode & S_IFMT) | mode;
	i_uid_write(inode, ser->uid);
	i_gid_write(inode, ser->gid);
	SHMEM_I(inode)->i_crtime = luo_memfd_attrs_time(inode, ser->btime,
							ser->btime_nsec);
	inode_set_atime_to_ts(inode, luo_memfd_attrs_time(inode, ser->atime,
							  ser->atime_nsec));
	inode_set_mtime_to_ts(inode, luo_memfd_attrs_time(inode, ser->mtime,
							  ser->mtime_nsec));
	inode_set_ctime_to_ts(inode, luo_memfd_attrs_time(inode, ser->ctime,
							  ser->ctime_nsec));
}

static unsigned int luo_memfd_attrs_open_flags(u32 flags)
{
	unsigned int open = O_LARGEFILE;

	if (!(flags & LUO_MEMFD_ATTRS_WRITE))
		open |= O_RDONLY;
	else
		open |= flags & LUO_MEMFD_ATTRS_READ ? O_RDWR : O_WRONLY;
	open |= flags & LUO_MEMFD_ATTRS_APPEND ? O_APPEND : 0;
	open |= flags & LUO_MEMFD_ATTRS_NONBLOCK ? O_NONBLOCK : 0;
	open |= flags & LUO_MEMFD_ATTRS_NOATIME ? O_NOATIME : 0;
	open |= flags & LUO_MEMFD_ATTRS_DIRECT ? O_DIRECT : 0;

	return open;
}

/*
 * A file that memfd_create() has opened differs from one that open() has opened.
 * Therefore open the file again only if its flags show that open() was used.
 */
static struct file *luo_memfd_attrs_reopen(struct file *file, u32 flags)
{
	unsigned int open = luo_memfd_attrs_open_flags(flags);
	struct file *again;

	if ((open & O_ACCMODE) == O_RDWR && !(open & O_DIRECT)) {
		file->f_flags |= open & (O_APPEND | O_NONBLOCK | O_NOATIME);
		file->f_iocb_flags = iocb_flags(file);
		return file;
	}

	again = dentry_open(&file->f_path, open, current_cred());
	if (IS_ERR(again))
		return again;

	vfs_setpos(again, file->f_pos, MAX_LFS_FILESIZE);
	fput(file);

	return again;
}

/**
 * luo_memfd_attrs_apply - Set the attributes of a file.
 * @file:     The file, which only the caller uses. Consumed.
 * @instance: The instance of the file, for the log.
 * @in:       The attributes, if they were found. The name is ignored.
 *
 * Reports attributes that cannot be set, and sets the others.
 *
 * Context: Process context, may sleep.
 * Return: The file, which was opened again if it needs other flags. Never an error.
 */
struct file *luo_memfd_attrs_apply(struct file *file, u64 instance,
				   const struct luo_memfd_attrs_in *in)
{
	struct file *again;

	if (!in->found)
		return file;

	luo_memfd_attrs_apply_xattrs(file, instance, in);
	again = luo_memfd_attrs_reopen(file, in->ser.flags);
	if (IS_ERR(again))
		pr_warn("instance %llu is open for reading and writing, and not with the flags that it had: %pe\n",
			instance, again);
	else
		file = again;
	/* Last, because the others change the times. */
	luo_memfd_attrs_apply_inode(file_inode(file), &in->ser);

	return file;
}
