// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Retrieving a tree
 *
 * The calls retrieve and finish of the file handler in luo_tmpfs.c. Reads the object and
 * its arrays, checks them, and mounts a tmpfs in which luo_tmpfs_create.c creates the
 * files. The mount is not attached anywhere: nothing can reach the files before the
 * program that retrieves the tree moves the mount.
 *
 * After retrieve every page is in the tree or free, with two exceptions. If the object
 * could not be read, it stays, and is freed with its session. If the list of extents is
 * corrupt, its pages stay preserved, because it may name those of another object.
 */

#define pr_fmt(fmt) "luo_tmpfs: " fmt

#include <linux/cleanup.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/fs_context.h>
#include <linux/liveupdate.h>
#include <linux/luo_elements.h>
#include <linux/luo_kind.h>
#include <linux/luo_object.h>
#include <linux/mount.h>
#include <linux/printk.h>
#include <linux/shmem_fs.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>

#include "luo_tmpfs.h"

static int luo_tmpfs_in_array(struct luo_array *array, u64 handle,
			      u32 element_size, u64 nr, const char *what)
{
	int err;

	if (!nr && !handle)
		return 0;

	err = luo_array_restore(array, handle, element_size, nr);
	if (err)
		pr_err("the array of %llu %s cannot be read: %pe\n", nr, what,
		       ERR_PTR(err));

	return err;
}

/*
 * Free the pages from an extent on. Which file an extent is of does not matter, so the
 * whole list is treated as one file.
 */
static void luo_tmpfs_in_put_pages(const struct luo_tmpfs_in *in, u64 first,
				   u64 nr_pages)
{
	const struct luo_memfd_extent_ser *extents = in->extents.data;
	const struct luo_memfd_ser_v1 rest = {
		.nr_extents = in->ser.nr_extents - first,
		.nr_pages = nr_pages,
		.flags = LUO_TMPFS_EXTENTS,
	};

	if (!nr_pages && !rest.nr_extents)
		return;

	if (!luo_memfd_extents_valid(extents + first, rest.nr_extents, nr_pages,
				     MAX_LFS_FILESIZE, LUO_MEMFD_DESCENDING |
				     LUO_MEMFD_POISONED)) {
		pr_err("the extents are not those of %llu pages, which stay allocated until the next kexec\n",
		       nr_pages);
		return;
	}
	luo_memfd_retrieve_all(NULL, &rest, extents + first);
}

static void luo_tmpfs_in_free(struct luo_tmpfs_in *in)
{
	luo_array_free(&in->bytes);
	luo_array_free(&in->xattrs);
	luo_array_free(&in->extents);
	kvfree(in->nodes);
	*in = (struct luo_tmpfs_in){};
}

/* Copy the nodes and free their array. */
static int luo_tmpfs_in_load_nodes(struct luo_tmpfs_in *in)
{
	u64 nr = in->ser.nodes.count;
	void *nodes;
	int err;

	if (!nr || nr > LUO_TMPFS_NODES_MAX) {
		pr_err("found %llu nodes, expected 1 to %lu\n", nr,
		       LUO_TMPFS_NODES_MAX);
		return -EBADMSG;
	}

	err = luo_elements_copy(&in->ser.nodes, luo_tmpfs_node_kind, &nodes);
	in->nodes = nodes;

	/* Not after the files were created, when it is too late for -ENOMEM. */
	return err ?: luo_elements_finish(&in->ser.nodes);
}

static int luo_tmpfs_in_load_rest(struct luo_tmpfs_in *in)
{
	const struct luo_tmpfs_ser *ser = &in->ser;
	int err;

	err = luo_tmpfs_in_load_nodes(in);
	if (!err)
		err = luo_tmpfs_in_array(&in->bytes, ser->bytes, 1,
					 ser->nr_bytes, "bytes");
	if (!err)
		err = luo_tmpfs_in_array(&in->xattrs, ser->xattrs, sizeof(u64),
					 ser->nr_xattrs, "extended attributes");

	return err;
}

static void luo_tmpfs_in_report_array(u64 nr, const char *what)
{
	pr_err("no memory to free the array of %llu %s, which stays allocated until the next kexec\n",
	       nr, what);
}

/* Restore an array that is to be freed, unless it was restored before. */
static void luo_tmpfs_in_find(struct luo_array *array, u64 handle,
			      u32 element_size, u64 nr, const char *what)
{
	if (nr && !array->data &&
	    luo_array_restore(array, handle, element_size, nr) == -ENOMEM)
		luo_tmpfs_in_report_array(nr, what);
}

/* Restore the arrays to free them. */
static void luo_tmpfs_in_restore(struct luo_tmpfs_in *in)
{
	luo_tmpfs_in_find(&in->bytes, in->ser.bytes, 1, in->ser.nr_bytes,
			  "bytes");
	luo_tmpfs_in_find(&in->xattrs, in->ser.xattrs, sizeof(u64),
			  in->ser.nr_xattrs, "extended attributes");
}

/* Free the object and everything but the pages. */
static void luo_tmpfs_in_drop(u64 instance, struct luo_tmpfs_in *in)
{
	const struct luo_object_id id = { LUO_TMPFS_KIND, instance };

	luo_tmpfs_in_restore(in);
	if (luo_elements_finish(&in->ser.nodes))
		luo_tmpfs_in_report_array(in->ser.nodes.count, "nodes");
	luo_finish_object(&id);
	luo_tmpfs_in_free(in);
}

/*
 * Load the object and the list of extents. On an error nothing has changed, and the object
 * is freed with its session.
 */
static int luo_tmpfs_in_load(u64 instance, struct luo_tmpfs_in *in)
{
	struct luo_tmpfs_object object = {};
	int err;

	err = luo_object_load(luo_tmpfs_kind, instance, &object);
	in->ser = object.ser;
	in->acls = object.acls;
	if (!err)
		err = luo_tmpfs_in_array(&in->extents, in->ser.extents,
					 sizeof(struct luo_memfd_extent_ser),
					 in->ser.nr_extents, "extents");

	return err;
}

static unsigned int luo_tmpfs_in_mnt_flags(u32 flags)
{
	unsigned int mnt = 0;

	mnt |= flags & LUO_TMPFS_READONLY ? MNT_READONLY : 0;
	mnt |= flags & LUO_TMPFS_NOSUID ? MNT_NOSUID : 0;
	mnt |= flags & LUO_TMPFS_NODEV ? MNT_NODEV : 0;
	mnt |= flags & LUO_TMPFS_NOEXEC ? MNT_NOEXEC : 0;
	mnt |= flags & LUO_TMPFS_NOATIME ? MNT_NOATIME : 0;
	mnt |= flags & LUO_TMPFS_NODIRATIME ? MNT_NODIRATIME : 0;
	mnt |= flags & LUO_TMPFS_RELATIME ? MNT_RELATIME : 0;
	mnt |= flags & LUO_TMPFS_NOSYMFOLLOW ? MNT_NOSYMFOLLOW : 0;

	return mnt;
}

static int luo_tmpfs_in_number(struct fs_context *fc, const char *option,
			       u64 value)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", value);

	return vfs_parse_fs_string(fc, option, text);
}

static int luo_tmpfs_in_options(struct fs_context *fc,
				const struct luo_tmpfs_ser *ser)
{
	static const char *const huge[] = {
		[SHMEM_HUGE_NEVER] = NULL,
		[SHMEM_HUGE_ALWAYS] = "always",
		[SHMEM_HUGE_WITHIN_SIZE] = "within_size",
		[SHMEM_HUGE_ADVISE] = "advise",
	};
	int err;

	err = vfs_parse_fs_string(fc, "source", "tmpfs");
	if (!err)
		err = luo_tmpfs_in_number(fc, "size", ser->max_bytes);
	if (!err)
		err = luo_tmpfs_in_number(fc, "nr_inodes", ser->max_inodes);
	if (!err && huge[ser->huge])
		err = vfs_parse_fs_string(fc, "huge", huge[ser->huge]);
	if (!err && ser->flags & LUO_TMPFS_NOSWAP)
		err = vfs_parse_fs_string(fc, "noswap", NULL);
	if (!err)
		err = vfs_parse_fs_string(fc, ser->flags & LUO_TMPFS_INODE64 ?
					  "inode64" : "inode32", NULL);

	return err;
}

static struct fs_context *luo_tmpfs_in_mount(const struct luo_tmpfs_ser *ser)
{
	struct file_system_type *type = get_fs_type("tmpfs");
	struct fs_context *fc;
	int err;

	if (!type)
		return ERR_PTR(-ENODEV);

	fc = fs_context_for_mount(type, 0);
	put_filesystem(type);
	if (IS_ERR(fc))
		return fc;

	err = luo_tmpfs_in_options(fc, ser);
	if (!err)
		err = vfs_get_tree(fc);
	if (err) {
		put_fs_context(fc);
		return ERR_PTR(err);
	}
	up_write(&fc->root->d_sb->s_umount);

	return fc;
}

/* Create the tree. The pages that are not in it on an error are freed. */
static struct file *luo_tmpfs_in_create(const struct luo_tmpfs_in *in)
{
	u64 nr_extents = 0, nr_pages = 0;
	struct fs_context *fc;
	struct file *file;
	int err;

	fc = luo_tmpfs_in_mount(&in->ser);
	err = PTR_ERR_OR_ZERO(fc);
	if (err)
		pr_err("a tmpfs with the options of the tree cannot be mounted: %pe\n",
		       fc);
	else
		err = luo_tmpfs_create(in, fc->root, &nr_extents, &nr_pages);
	/* A page was missing: the others may be those of another object. */
	if (err && err != -EBADMSG)
		luo_tmpfs_in_put_pages(in, nr_extents,
				       in->ser.nr_pages - nr_pages);
	file = err ? ERR_PTR(err) :
	       fc_open_mount(fc, luo_tmpfs_in_mnt_flags(in->ser.flags),
			     O_RDONLY | O_DIRECTORY | O_LARGEFILE);
	if (!IS_ERR(fc))
		put_fs_context(fc);

	return file;
}

static int luo_tmpfs_in_may_retrieve(void)
{
	/* The files have owners in the initial user namespace. */
	if (current_user_ns() != &init_user_ns || !capable(CAP_SYS_ADMIN))
		return -EPERM;

	return 0;
}

/**
 * luo_tmpfs_in_retrieve - Create a tree.
 * @args: The arguments of the handler.
 *
 * Return: 0; -EPERM if the caller may not mount a tmpfs in the initial user namespace;
 * -EBADMSG if the tree is corrupt or a page is missing; -ENOENT if there is no such
 * object; -ERANGE, -EMSGSIZE, -EPROTO or -EPROTONOSUPPORT of luo_object_load() and
 * luo_elements_copy(); another errno of the creation of a file, which is reported with
 * its path.
 */
int luo_tmpfs_in_retrieve(struct liveupdate_file_op_args *args)
{
	struct luo_tmpfs_in in = {};
	struct file *file;
	int err;

	err = luo_tmpfs_in_may_retrieve();
	if (!err)
		err = luo_tmpfs_in_load(args->serialized_data, &in);
	if (err)
		goto report;

	err = luo_tmpfs_in_load_rest(&in);
	if (!err)
		err = luo_tmpfs_check(&in);
	if (err) {
		luo_tmpfs_in_put_pages(&in, 0, in.ser.nr_pages);
	} else {
		file = luo_tmpfs_in_create(&in);
		err = PTR_ERR_OR_ZERO(file);
		if (!err)
			args->file = file;
	}
	luo_tmpfs_in_drop(args->serialized_data, &in);

report:
	if (err)
		pr_err("instance %llu cannot be retrieved: %pe\n",
		       args->serialized_data, ERR_PTR(err));

	return err;
}

/**
 * luo_tmpfs_in_free_object - Free the pages and arrays of a tree that was not retrieved.
 * @data: The &struct luo_tmpfs_ser of an object that is dropped.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOMEM if there is no memory, with no page freed.
 */
int luo_tmpfs_in_free_object(const void *data)
{
	struct luo_tmpfs_in in = { .ser = *(const struct luo_tmpfs_ser *)data };
	int err;

	err = luo_tmpfs_in_array(&in.extents, in.ser.extents,
				 sizeof(struct luo_memfd_extent_ser),
				 in.ser.nr_extents, "extents");
	if (err == -ENOMEM)
		return err;
	if (!err)
		luo_tmpfs_in_put_pages(&in, 0, in.ser.nr_pages);
	luo_tmpfs_in_restore(&in);
	luo_tmpfs_in_free(&in);

	return 0;
}

/**
 * luo_tmpfs_in_finish - Finish a tree.
 * @args: The arguments of the handler.
 *
 * A tree that was retrieved has no object any more. The object of any other one was freed
 * before, by luo_tmpfs_in_free_object(), because it belongs to the file.
 */
void luo_tmpfs_in_finish(struct liveupdate_file_op_args *args)
{
}
