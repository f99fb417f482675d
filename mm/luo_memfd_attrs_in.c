// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Loading the attributes of a memfd
 *
 * Called by luo_memfd_in.c when it retrieves a file. An error here does not
 * fail the retrieve: a file whose attributes cannot be read has those of a new memfd,
 * and the error is logged.
 */

#define pr_fmt(fmt) "luo_memfd: " fmt

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/luo_kind.h>
#include <linux/luo_object.h>
#include <linux/printk.h>

#include "luo_memfd.h"
#include "luo_memfd_attrs.h"

static int luo_memfd_attrs_in_read(u64 instance, struct luo_memfd_attrs_in *in)
{
	struct luo_memfd_attrs_ser_v1 *ser = &in->ser;
	int err;

	err = luo_object_load(luo_memfd_attrs_kind, instance, ser);
	if (err)
		return err;

	if (!luo_memfd_attrs_valid(ser))
		return -EBADMSG;
	if (!ser->nr_xattrs)
		return 0;

	err = luo_array_restore(&in->xattrs, ser->xattrs, sizeof(u64),
				ser->nr_xattrs);
	if (err)
		return err;

	return luo_memfd_attrs_xattrs_valid(in->xattrs.data, ser->nr_xattrs) ?
	       0 : -EBADMSG;
}

/* On -ENOMEM keep the object, so that it can be loaded again. */
static int luo_memfd_attrs_in_try(u64 instance, struct luo_memfd_attrs_in *in)
{
	const struct luo_object_id id = { LUO_MEMFD_ATTRS_KIND, instance };
	int err = luo_memfd_attrs_in_read(instance, in);

	if (err)
		luo_memfd_attrs_in_free(in);
	if (err != -ENOMEM)
		luo_finish_object(&id);
	in->found = !err;

	return err;
}

/**
 * luo_memfd_attrs_in_load - Load the attributes of a file.
 * @instance: The instance of the file.
 * @in:       Set to the attributes. Free them with luo_memfd_attrs_in_free().
 *
 * Logs an error if the attributes cannot be read. Frees their object, except on -ENOMEM:
 * it is freed with the session then, as it is if the file is not retrieved.
 *
 * Context: Process context, may sleep.
 */
void luo_memfd_attrs_in_load(u64 instance, struct luo_memfd_attrs_in *in)
{
	int err = luo_memfd_attrs_in_try(instance, in);

	if (err && err != -ENOENT)
		pr_warn("instance %llu was retrieved without its name, owner and other attributes: %pe\n",
			instance, ERR_PTR(err));
}

/**
 * luo_memfd_attrs_in_free_object - Free the memory that an object refers to.
 * @ser: The &struct luo_memfd_attrs_ser_v1 of an object that is dropped.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOMEM if there is no memory, with nothing freed.
 */
int luo_memfd_attrs_in_free_object(const void *ser)
{
	const struct luo_memfd_attrs_ser_v1 *attrs = ser;

	return luo_array_drop(attrs->xattrs, sizeof(u64), attrs->nr_xattrs);
}

/**
 * luo_memfd_attrs_in_free - Free attributes that were loaded.
 * @in: The attributes. Zeroed.
 *
 * Context: Process context, may sleep.
 */
void luo_memfd_attrs_in_free(struct luo_memfd_attrs_in *in)
{
	luo_array_free(&in->xattrs);
	*in = (struct luo_memfd_attrs_in){};
}
