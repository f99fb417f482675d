// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Retrieving a memfd
 *
 * The calls retrieve and finish of the file handlers in luo_memfd.c. Reads version 2, 1
 * or, by luo_memfd_v0_in.c, version 0 of a file, and creates the file.
 * luo_memfd_threads.c or luo_memfd_retrieve.c insert its pages.
 *
 * After retrieve every page is in the file or free, or comes when it is used
 * (luo_memfd_lazy.c), with two exceptions. If memory
 * for reading a version was lacking, finish reads it again and frees the pages. If
 * the list of pages is wrong, the pages that it names may belong to other objects,
 * and those not yet claimed stay preserved.
 */

#define pr_fmt(fmt) "luo_memfd: " fmt

#include <linux/delay.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/liveupdate.h>
#include <linux/luo_kind.h>
#include <linux/luo_object.h>
#include <linux/printk.h>

#include <trace/events/luo.h>

#include "luo_memfd.h"
#include "luo_memfd_attrs.h"

/**
 * struct luo_memfd_in - A file of the previous kernel.
 * @version: The version that was read. Initially 0.
 * @v1:      The file, converted to version 1.
 * @list:    The extents, if version 0 was read.
 * @array:   The extents, if another version was read.
 */
struct luo_memfd_in {
	u32 version;
	struct luo_memfd_ser_v1 v1;
	struct luo_memfd_extents list;
	struct luo_array array;
};

static const struct luo_memfd_extent_ser *
luo_memfd_in_extents(const struct luo_memfd_in *in)
{
	return in->array.data ?: in->list.extents;
}

static void luo_memfd_in_free(struct luo_memfd_in *in)
{
	luo_array_free(&in->array);
	luo_memfd_extents_free(&in->list);
}

static int luo_memfd_in_load_extents(struct luo_memfd_in *in)
{
	const struct luo_memfd_ser_v1 *v1 = &in->v1;
	int err;

	/* A file without extents has no array. */
	if (!v1->nr_extents && !v1->nr_pages && !v1->extents)
		return 0;

	err = luo_array_restore(&in->array, v1->extents,
				sizeof(struct luo_memfd_extent_ser),
				v1->nr_extents);
	if (err) {
		pr_err("the list of %llu extents cannot be read: %pe\n",
		       v1->nr_extents, ERR_PTR(err));
		return err;
	}

	if (!luo_memfd_extents_valid(in->array.data, v1->nr_extents,
				     v1->nr_pages, v1->size,
				     in->version == 1 ? LUO_MEMFD_DESCENDING :
				     LUO_MEMFD_DESCENDING | LUO_MEMFD_POISONED)) {
		pr_err("the extents are not those of a file of %llu bytes with %llu pages\n",
		       v1->size, v1->nr_pages);
		luo_array_free(&in->array);
		return -EBADMSG;
	}

	return 0;
}

/*
 * Load version 2 or 1 and free its object. On -ENOMEM keep the object, so that it can
 * be loaded again. On any error @in describes a file without pages.
 */
static int luo_memfd_in_load_object(u64 instance, struct luo_memfd_in *in)
{
	const struct luo_object_id id = { LUO_MEMFD_KIND, instance };
	int err;

	err = luo_object_load_newest(luo_memfd_kind, instance, &in->v1,
				     &in->version);
	if (!err)
		err = luo_memfd_in_load_extents(in);
	if (err)
		in->v1 = (struct luo_memfd_ser_v1){};
	if (err != -ENOMEM)
		luo_finish_object(&id);

	return err;
}

/*
 * Finish cannot fail, and the pages of an object that it does not load are never freed.
 * Wait for memory: if there is none because a program with sessions is being killed,
 * its memory will soon be free.
 */
static int luo_memfd_in_load_object_at_last(u64 instance,
					    struct luo_memfd_in *in)
{
	unsigned int tries = LUO_MEMFD_IN_TRIES;
	int err;

	while ((err = luo_memfd_in_load_object(instance, in)) == -ENOMEM &&
	       --tries)
		msleep(LUO_MEMFD_IN_WAIT_MS);
	if (err == -ENOMEM)
		pr_err("no memory to read instance %llu, its memory is lost until the next kexec\n",
		       instance);

	return err;
}

static int luo_memfd_in_create(struct luo_memfd_in *in, const char *name,
			       struct file **filep)
{
	const struct luo_memfd_extent_ser *extents = luo_memfd_in_extents(in);
	struct file *file;
	int err;

	err = luo_memfd_insert_create(&in->v1, name, &file);
	if (err) {
		luo_memfd_retrieve_all(NULL, &in->v1, extents);
		return err;
	}

	if (in->version &&
	    luo_memfd_lazy_attach(file_inode(file), &in->v1, &in->array)) {
		*filep = file;
		return 0;
	}

	/* Version 0 has no CRC. */
	err = in->version ?
	      luo_memfd_threads_retrieve(file_inode(file), &in->v1, extents) :
	      luo_memfd_retrieve_all(file_inode(file), &in->v1, extents);
	if (err) {
		fput(file);
		return err;
	}
	*filep = file;

	return 0;
}

static int luo_memfd_in_insert(struct luo_memfd_in *in, u64 instance,
			       struct file **filep)
{
	struct luo_memfd_attrs_in attrs = {};
	struct file *file;
	int err;

	luo_memfd_attrs_in_load(instance, &attrs);
	err = luo_memfd_in_create(in, attrs.ser.name, &file);
	if (!err)
		*filep = luo_memfd_attrs_apply(file, instance, &attrs);
	luo_memfd_attrs_in_free(&attrs);

	return err;
}

static void luo_memfd_in_report(const struct liveupdate_file_op_args *args,
				const struct luo_memfd_in *in, int err)
{
	if (err)
		pr_err("instance %llu cannot be retrieved: %pe\n",
		       args->serialized_data, ERR_PTR(err));
	trace_luo_memfd_retrieve(args->serialized_data, in->version,
				 in->v1.size, in->v1.nr_pages,
				 in->v1.nr_extents, err);
}

/**
 * luo_memfd_in_retrieve_stock - Create a file from version 1 or version 0.
 * @args: The arguments of the handler.
 *
 * If version 1 is missing, unknown or corrupt, the file is read from version 0, and
 * nothing is lost. If version 1 was read, finish frees the list of version 0, so that
 * retrieve does not take longer.
 *
 * Return: 0; -EBADMSG if both versions are corrupt or a page is missing; another errno,
 * with all pages freed.
 */
int luo_memfd_in_retrieve_stock(struct liveupdate_file_op_args *args)
{
	struct luo_memfd_in in = {};
	int err;

	err = luo_memfd_in_load_object(args->serialized_data, &in);
	if (!err) {
		err = luo_memfd_in_insert(&in, args->serialized_data,
					  &args->file);
		/* Finish must not read version 0 again. */
		if (err)
			luo_memfd_v0_in_drop(args->serialized_data);
	} else {
		if (err != -ENOENT)
			pr_warn("version 1 of a file cannot be read, using version 0: %pe\n",
				ERR_PTR(err));
		in.version = 0;
		err = luo_memfd_v0_in_load(args->serialized_data, &in.v1,
					   &in.list);
		if (!err)
			err = luo_memfd_in_insert(&in, args->serialized_data,
						  &args->file);
	}
	luo_memfd_in_report(args, &in, err);
	luo_memfd_in_free(&in);

	return err;
}

/**
 * luo_memfd_in_retrieve_own - Create a file from version 1.
 * @args: The arguments of the handler.
 *
 * Return: 0; -ENOENT if there is no such object; -EBADMSG if it is corrupt or a
 * page is missing; another errno, with all pages freed.
 */
int luo_memfd_in_retrieve_own(struct liveupdate_file_op_args *args)
{
	struct luo_memfd_in in = {};
	int err;

	err = luo_memfd_in_load_object(args->serialized_data, &in);
	if (!err)
		err = luo_memfd_in_insert(&in, args->serialized_data,
					  &args->file);
	luo_memfd_in_report(args, &in, err);
	luo_memfd_in_free(&in);

	return err;
}

static bool luo_memfd_in_is_unread(const struct liveupdate_file_op_args *args)
{
	return !args->retrieve_status || args->retrieve_status == -ENOMEM;
}

/**
 * luo_memfd_in_finish_stock - Free the remaining memory of a file with version 0.
 * @args: The arguments of the handler.
 */
void luo_memfd_in_finish_stock(struct liveupdate_file_op_args *args)
{
	struct luo_memfd_in in = {};
	int err;

	/* If retrieve had no memory to read version 1, free the same pages by version 0. */
	err = luo_memfd_in_load_object_at_last(args->serialized_data, &in);
	if (luo_memfd_in_is_unread(args) && err) {
		luo_memfd_v0_in_discard(args->serialized_data);
	} else if (luo_memfd_in_is_unread(args)) {
		luo_memfd_retrieve_all(NULL, &in.v1, luo_memfd_in_extents(&in));
		luo_memfd_v0_in_drop(args->serialized_data);
	} else if (args->retrieve_status > 0) {
		luo_memfd_v0_in_drop(args->serialized_data);
	}
	luo_memfd_in_free(&in);
}

/**
 * luo_memfd_in_finish_own - Free the remaining memory of a file without version 0.
 * @args: The arguments of the handler.
 */
void luo_memfd_in_finish_own(struct liveupdate_file_op_args *args)
{
	struct luo_memfd_in in = {};

	if (!luo_memfd_in_is_unread(args))
		return;

	luo_memfd_in_load_object_at_last(args->serialized_data, &in);
	luo_memfd_retrieve_all(NULL, &in.v1, luo_memfd_in_extents(&in));
	luo_memfd_in_free(&in);
}
