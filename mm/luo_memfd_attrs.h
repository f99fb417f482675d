/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MM_LUO_MEMFD_ATTRS_H
#define _MM_LUO_MEMFD_ATTRS_H

#include <linux/kho/abi/luo_memfd_attrs.h>
#include <linux/luo_array.h>
#include <linux/types.h>

struct dentry;
struct file;
struct luo_object_kind;

/* luo_memfd_attrs.c: the kind, and checks. */

extern struct luo_object_kind *const luo_memfd_attrs_kind;

bool luo_memfd_attrs_valid(const struct luo_memfd_attrs_ser_v1 *ser);
bool luo_memfd_attrs_xattrs_valid(const void *xattrs, u64 nr);
const struct luo_memfd_xattr_ser *
luo_memfd_attrs_next(const void *xattrs, u64 nr, u64 *at);
u64 luo_memfd_attrs_xattr_size(u32 name_len, u32 value_len);
bool luo_memfd_attrs_is_acl(const struct luo_memfd_xattr_ser *xattr);

/* luo_memfd_attrs_in.c: loading attributes. */

/**
 * struct luo_memfd_attrs_in - Attributes from the previous kernel.
 * @found:  Whether valid attributes were found. If not, all other members are zero.
 * @ser:    The attributes.
 * @xattrs: The extended attributes.
 */
struct luo_memfd_attrs_in {
	bool found;
	struct luo_memfd_attrs_ser_v1 ser;
	struct luo_array xattrs;
};

void luo_memfd_attrs_in_load(u64 instance, struct luo_memfd_attrs_in *in);
int luo_memfd_attrs_in_free_object(const void *ser);
void luo_memfd_attrs_in_free(struct luo_memfd_attrs_in *in);

/* luo_memfd_attrs_apply.c: setting the attributes of a file. */

int luo_memfd_attrs_apply_xattr(struct dentry *dentry,
				const struct luo_memfd_xattr_ser *xattr);
struct file *luo_memfd_attrs_apply(struct file *file, u64 instance,
				   const struct luo_memfd_attrs_in *in);

/* luo_memfd_attrs_out.c: saving the attributes of a file. */

/**
 * struct luo_memfd_attrs - Attributes of a file that is being preserved.
 * @instance: The instance of the file, and of the object of its attributes.
 * @stored:   Whether the object is stored.
 * @xattrs:   The extended attributes. The array has no elements if there are none.
 */
struct luo_memfd_attrs {
	u64 instance;
	bool stored;
	struct luo_array xattrs;
};

/**
 * struct luo_memfd_attrs_list - Extended attributes as they are handed over.
 * @data:    Elements of 8 bytes.
 * @nr:      Number of elements.
 * @nr_acls: Number of ACLs among the attributes.
 */
struct luo_memfd_attrs_list {
	void *data;
	u64 nr;
	u32 nr_acls;
};

int luo_memfd_attrs_out_collect(struct luo_memfd_attrs_list *list,
				struct dentry *dentry);
int luo_memfd_attrs_out_save(struct luo_memfd_attrs *attrs, struct file *file,
			     u64 instance);
int luo_memfd_attrs_out_update(struct luo_memfd_attrs *attrs,
			       struct file *file);
void luo_memfd_attrs_out_abort(struct luo_memfd_attrs *attrs);

#endif /* _MM_LUO_MEMFD_ATTRS_H */
