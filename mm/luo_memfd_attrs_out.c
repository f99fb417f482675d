// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Saving the attributes of a memfd
 *
 * Called by luo_memfd_out.c when it preserves a file, and again when it freezes the
 * file, because the attributes may have changed. Also called to undo both.
 */

#define pr_fmt(fmt) "luo_memfd: " fmt

#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/luo_kind.h>
#include <linux/luo_object.h>
#include <linux/mm.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <linux/printk.h>
#include <linux/security.h>
#include <linux/shmem_fs.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/user_namespace.h>
#include <linux/xattr.h>

#include "luo_memfd_attrs.h"

/* Append an attribute. The caller fills in the value. */
static void *luo_memfd_attrs_append(struct luo_memfd_attrs_list *list,
				    const char *name, size_t value_len)
{
	u32 name_len = strlen(name) + 1;
	u64 size = luo_memfd_attrs_xattr_size(name_len, value_len);
	struct luo_memfd_xattr_ser *xattr;
	void *data;

	if (list->nr + size > LUO_MEMFD_ATTRS_XATTRS_MAX)
		return ERR_PTR(-E2BIG);

	data = kvrealloc(list->data, (list->nr + size) * sizeof(u64),
			 GFP_KERNEL | __GFP_ZERO);
	if (!data)
		return ERR_PTR(-ENOMEM);

	list->data = data;
	xattr = data + list->nr * sizeof(u64);
	memset(xattr, 0, size * sizeof(u64));
	list->nr += size;
	xattr->name_len = name_len;
	xattr->value_len = value_len;
	memcpy(xattr->data, name, name_len);

	return xattr->data + name_len;
}

static int luo_memfd_attrs_collect_label(struct luo_memfd_attrs_list *list,
					 struct inode *inode)
{
	struct lsm_context label;
	void *value;
	int err = 0;

	/* Without a security module there is no label. */
	if (security_inode_getsecctx(inode, &label))
		return 0;

	value = luo_memfd_attrs_append(list, "", label.len);
	if (IS_ERR(value))
		err = PTR_ERR(value);
	else
		memcpy(value, label.context, label.len);
	security_release_secctx(&label);

	return err;
}

static int luo_memfd_attrs_collect_acl(struct luo_memfd_attrs_list *list,
				       struct inode *inode, int type)
{
	struct posix_acl *acl;
	void *data, *value;
	size_t len;

	if (!IS_POSIXACL(inode) || S_ISLNK(inode->i_mode))
		return 0;

	acl = get_inode_acl(inode, type);
	if (IS_ERR_OR_NULL(acl))
		return PTR_ERR_OR_ZERO(acl);

	data = posix_acl_to_xattr(&init_user_ns, acl, &len, GFP_KERNEL);
	posix_acl_release(acl);
	if (!data)
		return -ENOMEM;

	value = luo_memfd_attrs_append(list, posix_acl_xattr_name(type), len);
	if (!IS_ERR(value)) {
		memcpy(value, data, len);
		list->nr_acls++;
	}
	kfree(data);

	return PTR_ERR_OR_ZERO(value);
}

static int luo_memfd_attrs_collect_one(struct luo_memfd_attrs_list *list,
				       struct dentry *dentry, const char *name)
{
	struct inode *inode = d_inode(dentry);
	u64 nr = list->nr;
	ssize_t len, got;
	void *value;

	/* Skip the label and ACLs, which are not read by this function. */
	len = __vfs_getxattr(dentry, inode, name, NULL, 0);
	if (len < 0)
		return 0;

	value = luo_memfd_attrs_append(list, name, len);
	if (IS_ERR(value))
		return PTR_ERR(value);

	/* It was removed or changed meanwhile: freeze reads it again. */
	got = __vfs_getxattr(dentry, inode, name, value, len);
	if (got != len)
		list->nr = nr;

	return 0;
}

static int luo_memfd_attrs_collect_names(struct luo_memfd_attrs_list *list,
					 struct dentry *dentry)
{
	struct inode *inode = d_inode(dentry);
	const char *name;
	ssize_t len;
	int err = 0;

	if (!inode->i_op->listxattr)
		return 0;

	len = inode->i_op->listxattr(dentry, NULL, 0);
	if (len <= 0)
		return len;

	char *names __free(kvfree) = kvzalloc(len, GFP_KERNEL);
	if (!names)
		return -ENOMEM;

	/* On -ERANGE some were added meanwhile: freeze reads them again. */
	len = inode->i_op->listxattr(dentry, names, len);
	for (name = names; !err && name - names < len;
	     name += strlen(name) + 1)
		err = luo_memfd_attrs_collect_one(list, dentry, name);

	return err;
}

/**
 * luo_memfd_attrs_out_collect - Collect the extended attributes, ACLs and label of a file.
 * @list:   Set to the attributes, in memory that the caller frees with kvfree(). Must
 *          be zeroed. All zero on failure.
 * @dentry: The file.
 *
 * Context: Process context, may sleep.
 * Return: 0; -E2BIG if they have more than %LUO_MEMFD_ATTRS_XATTRS_MAX elements;
 * -ENOMEM.
 */
int luo_memfd_attrs_out_collect(struct luo_memfd_attrs_list *list,
				struct dentry *dentry)
{
	struct inode *inode = d_inode(dentry);
	int err;

	err = luo_memfd_attrs_collect_label(list, inode);
	if (!err)
		err = luo_memfd_attrs_collect_acl(list, inode, ACL_TYPE_ACCESS);
	if (!err)
		err = luo_memfd_attrs_collect_acl(list, inode, ACL_TYPE_DEFAULT);
	if (!err)
		err = luo_memfd_attrs_collect_names(list, dentry);
	if (err || !list->nr) {
		kvfree(list->data);
		*list = (struct luo_memfd_attrs_list){};
	}

	return err;
}

/* Copy the attributes to preserved memory, unless they are unchanged, as most are. */
static int luo_memfd_attrs_collect_array(struct luo_memfd_attrs *attrs,
					 struct luo_array *array,
					 struct file *file)
{
	struct luo_memfd_attrs_list list = {};
	int err;

	err = luo_memfd_attrs_out_collect(&list, file->f_path.dentry);
	if (err == -E2BIG)
		pr_warn_ratelimited("the extended attributes of a file have more than %zu bytes, and are not preserved\n",
				    LUO_MEMFD_ATTRS_XATTRS_MAX * sizeof(u64));
	if (err && err != -E2BIG)
		return err;

	err = 0;

	if (list.nr == attrs->xattrs.count &&
	    (!list.nr || !memcmp(list.data, attrs->xattrs.data,
				 list.nr * sizeof(u64)))) {
		*array = attrs->xattrs;
	} else if (list.nr) {
		err = luo_array_alloc(array, sizeof(u64), list.nr, GFP_KERNEL);
		if (!err) {
			memcpy(array->data, list.data, list.nr * sizeof(u64));
			luo_array_seal(array);
		}
	}
	kvfree(list.data);

	return err;
}

static void luo_memfd_attrs_get_name(char *name, const struct file *file)
{
	const struct qstr *found = &file->f_path.dentry->d_name;

	/* The name of a file in tmpfs that was removed has another form. */
	if (found->len < LUO_MEMFD_ATTRS_NAME_LEN &&
	    !strncmp(found->name, LUO_MEMFD_ATTRS_NAME_PREFIX,
		     strlen(LUO_MEMFD_ATTRS_NAME_PREFIX)))
		memcpy(name, found->name, found->len);
}

static u32 luo_memfd_attrs_get_flags(const struct file *file)
{
	u32 flags = 0;

	flags |= file->f_mode & FMODE_READ ? LUO_MEMFD_ATTRS_READ : 0;
	flags |= file->f_mode & FMODE_WRITE ? LUO_MEMFD_ATTRS_WRITE : 0;
	flags |= file->f_flags & O_APPEND ? LUO_MEMFD_ATTRS_APPEND : 0;
	flags |= file->f_flags & O_NONBLOCK ? LUO_MEMFD_ATTRS_NONBLOCK : 0;
	flags |= file->f_flags & O_NOATIME ? LUO_MEMFD_ATTRS_NOATIME : 0;
	flags |= file->f_flags & O_DIRECT ? LUO_MEMFD_ATTRS_DIRECT : 0;

	return flags;
}

static void luo_memfd_attrs_get(struct luo_memfd_attrs_ser_v1 *ser,
				const struct file *file,
				const struct luo_array *xattrs)
{
	struct inode *inode = file_inode(file);

	*ser = (struct luo_memfd_attrs_ser_v1){
		.atime = inode_get_atime_sec(inode),
		.mtime = inode_get_mtime_sec(inode),
		.ctime = inode_get_ctime_sec(inode),
		.btime = SHMEM_I(inode)->i_crtime.tv_sec,
		.atime_nsec = inode_get_atime_nsec(inode),
		.mtime_nsec = inode_get_mtime_nsec(inode),
		.ctime_nsec = inode_get_ctime_nsec(inode),
		.btime_nsec = SHMEM_I(inode)->i_crtime.tv_nsec,
		.mode = inode->i_mode & LUO_MEMFD_ATTRS_MODE,
		.uid = i_uid_read(inode),
		.gid = i_gid_read(inode),
		.flags = luo_memfd_attrs_get_flags(file),
		.xattrs = xattrs->handle,
		.nr_xattrs = xattrs->count,
	};
	luo_memfd_attrs_get_name(ser->name, file);
}

/**
 * luo_memfd_attrs_out_save - Save the attributes of a file.
 * @attrs:    Set up by this call; must be zeroed.
 * @file:     The file.
 * @instance: Its instance.
 *
 * Does nothing if the write policy excludes attributes.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOMEM or another errno of luo_object_save(), with nothing saved.
 */
int luo_memfd_attrs_out_save(struct luo_memfd_attrs *attrs, struct file *file,
			     u64 instance)
{
	struct luo_memfd_attrs_ser_v1 ser;
	struct luo_array xattrs = {};
	int err;

	if (!luo_object_kind_writes(luo_memfd_attrs_kind, 1))
		return 0;

	err = luo_memfd_attrs_collect_array(attrs, &xattrs, file);
	if (err)
		return err;

	luo_memfd_attrs_get(&ser, file, &xattrs);
	err = luo_object_save(luo_memfd_attrs_kind, instance, &ser);
	if (err) {
		luo_array_free(&xattrs);
		return err;
	}
	attrs->instance = instance;
	attrs->stored = true;
	attrs->xattrs = xattrs;

	return 0;
}

/**
 * luo_memfd_attrs_out_update - Save the attributes again if they have changed.
 * @attrs: The attributes, saved or not.
 * @file:  Their file.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOMEM if there is no memory, with the saved attributes unchanged.
 */
int luo_memfd_attrs_out_update(struct luo_memfd_attrs *attrs,
			       struct file *file)
{
	struct luo_memfd_attrs_ser_v1 ser;
	struct luo_array xattrs = {};
	bool changed;
	int err;

	if (!attrs->stored)
		return 0;

	err = luo_memfd_attrs_collect_array(attrs, &xattrs, file);
	if (err)
		return err;

	changed = xattrs.handle != attrs->xattrs.handle;
	luo_memfd_attrs_get(&ser, file, &xattrs);
	err = luo_object_update(luo_memfd_attrs_kind, attrs->instance, &ser);
	if (err && changed)
		luo_array_free(&xattrs);
	if (err || !changed)
		return err;

	luo_array_free(&attrs->xattrs);
	attrs->xattrs = xattrs;

	return 0;
}

/**
 * luo_memfd_attrs_out_abort - Undo luo_memfd_attrs_out_save().
 * @attrs: The attributes, saved or not.
 *
 * Context: Process context, may sleep.
 */
void luo_memfd_attrs_out_abort(struct luo_memfd_attrs *attrs)
{
	const struct luo_object_id id = { LUO_MEMFD_ATTRS_KIND, attrs->instance };

	if (!attrs->stored)
		return;

	luo_abort_object(&id);
	luo_array_free(&attrs->xattrs);
	attrs->stored = false;
}
