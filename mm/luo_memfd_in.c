// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Retrieving a memfd
 *
 * The retrieve and finish of the file handlers: reads version 1 or version 0 of a
 * file and has luo_memfd_retrieve.c make a file of its pages or free them. Called
 * by LUO by way of luo_memfd.c.
 */

#define pr_fmt(fmt) "luo_memfd: " fmt

#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/liveupdate.h>
#include <linux/luo_object.h>
#include <linux/printk.h>

#include <trace/events/luo.h>

#include "luo_memfd.h"

/**
 * struct luo_memfd_in - A file of the previous kernel.
 * @version: The version that was taken.
 * @v1:      The file as version 1 describes it.
 * @list:    What is in it, read from version 0.
 * @array:   What is in it, read from version 1.
 */
struct luo_memfd_in {
	int version;
	struct luo_memfd_ser_v1 v1;
	struct luo_memfd_extents list;
	struct luo_array array;
};

static int luo_memfd_v1_load_extents(const struct luo_memfd_ser_v1 *v1,
				     struct luo_array *array)
{
	int err;

	err = luo_array_restore(array, v1->extents,
				sizeof(struct luo_memfd_extent_ser),
				v1->nr_extents);
	if (err) {
		pr_err("the list of %llu extents cannot be read: %pe\n",
		       v1->nr_extents, ERR_PTR(err));
		return err;
	}

	if (!luo_memfd_extents_valid(array->data, v1->nr_extents, v1->nr_pages,
				     v1->size)) {
		pr_err("the extents are not those of a file of %llu bytes with %llu pages\n",
		       v1->size, v1->nr_pages);
		luo_array_free(array);
		return -EBADMSG;
	}

	return 0;
}

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

/* On failure @in describes a file without pages. */
static int luo_memfd_load_v1(u64 instance, struct luo_memfd_in *in)
{
	int err;

	in->version = 1;
	err = luo_object_load_version(luo_memfd_kind, instance, &in->v1, 1);
	if (err)
		return err;
	if (!in->v1.nr_extents && !in->v1.nr_pages && !in->v1.extents)
		return 0;

	/* Without extents there is no array, which is an error then. */
	err = luo_memfd_v1_load_extents(&in->v1, &in->array);
	if (err)
		in->v1 = (struct luo_memfd_ser_v1){};

	return err;
}

/* What there was no memory to read is left for finish, as it was. */
static void luo_memfd_finish_object(u64 data, int err)
{
	const struct luo_object_id id = { LUO_MEMFD_KIND, data };

	if (err != -ENOMEM)
		luo_finish_object(&id);
}

/*
 * With version 0 at hand, a version 1 that is not there, is not understood or
 * is damaged is no loss. If it is taken, version 0 is left for finish, where
 * nobody waits.
 */
static int luo_memfd_load_stock(u64 data, struct luo_memfd_in *in)
{
	int err;

	err = luo_memfd_load_v1(data, in);
	luo_memfd_finish_object(data, err);
	if (err) {
		if (err != -ENOENT)
			pr_warn("version 1 of a file cannot be read, taking version 0: %pe\n",
				ERR_PTR(err));
		in->version = 0;
		err = luo_memfd_v0_in_load(data, &in->v1, &in->list);
	}

	return err;
}

static int luo_memfd_load_own(u64 data, struct luo_memfd_in *in)
{
	int err;

	err = luo_memfd_load_v1(data, in);
	if (err == -ENOENT)
		err = luo_object_load(luo_memfd_kind, data, &in->v1);
	luo_memfd_finish_object(data, err);

	return err;
}

static int luo_memfd_retrieve_as(struct liveupdate_file_op_args *args,
				 int (*load)(u64 data, struct luo_memfd_in *in))
{
	struct luo_memfd_in in = {};
	int err;

	err = load(args->serialized_data, &in);
	if (err)
		luo_memfd_discard(&in.v1, luo_memfd_in_extents(&in));
	else
		err = luo_memfd_retrieve(&in.v1, luo_memfd_in_extents(&in),
					 in.array.data, &args->file);
	if (err)
		pr_err("instance %llu cannot be retrieved: %pe\n",
		       args->serialized_data, ERR_PTR(err));
	trace_luo_memfd_retrieve(args->serialized_data, in.version, in.v1.size,
				 in.v1.nr_pages, in.v1.nr_extents, err);
	luo_memfd_in_free(&in);

	return err;
}

/**
 * luo_memfd_in_retrieve_stock - Make a file of version 1 or version 0.
 * @args: What LUO passes to its handler.
 *
 * Return: 0, or a negative errno.
 */
int luo_memfd_in_retrieve_stock(struct liveupdate_file_op_args *args)
{
	return luo_memfd_retrieve_as(args, luo_memfd_load_stock);
}

/**
 * luo_memfd_in_retrieve_own - Make a file of version 1.
 * @args: What LUO passes to its handler.
 *
 * Return: 0, or a negative errno.
 */
int luo_memfd_in_retrieve_own(struct liveupdate_file_op_args *args)
{
	return luo_memfd_retrieve_as(args, luo_memfd_load_own);
}

/*
 * Finish cannot fail, and what it does not read is never freed. Where a process
 * that is out of memory goes with its sessions, there soon is some.
 */
static int luo_memfd_load_own_at_last(u64 data, struct luo_memfd_in *in)
{
	unsigned int tries = 50;
	int err;

	while ((err = luo_memfd_load_own(data, in)) == -ENOMEM && --tries)
		msleep(20);

	return err;
}

/*
 * A retrieve has taken or freed everything, whatever it returned, unless there was
 * no memory to read it.
 */
static int luo_memfd_finish_as(struct liveupdate_file_op_args *args,
			       int (*load)(u64 data, struct luo_memfd_in *in))
{
	struct luo_memfd_in in = {};
	int err;

	err = load(args->serialized_data, &in);
	luo_memfd_discard(&in.v1, luo_memfd_in_extents(&in));
	luo_memfd_in_free(&in);

	return err;
}

/**
 * luo_memfd_in_finish_stock - Free what is left of a file with version 0.
 * @args: What LUO passes to its handler.
 */
void luo_memfd_in_finish_stock(struct liveupdate_file_op_args *args)
{
	struct luo_memfd_in in = {};
	int err = args->retrieve_status;

	if (!err)
		err = luo_memfd_finish_as(args, luo_memfd_load_stock);

	/* The pages of a version 1 that was not read are those of version 0. */
	luo_memfd_load_own_at_last(args->serialized_data, &in);
	luo_memfd_in_free(&in);
	/* A list that is damaged may be in the memory of somebody else. */
	if (err != -EBADMSG)
		luo_memfd_v0_in_drop(args->serialized_data);
}

/**
 * luo_memfd_in_finish_own - Free what is left of a file without version 0.
 * @args: What LUO passes to its handler.
 */
void luo_memfd_in_finish_own(struct liveupdate_file_op_args *args)
{
	if (!args->retrieve_status || args->retrieve_status == -ENOMEM)
		luo_memfd_finish_as(args, luo_memfd_load_own_at_last);
}
