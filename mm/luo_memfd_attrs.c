// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: The kind of the attributes of a memfd
 *
 * The fields of &struct luo_memfd_attrs_ser_v1 for the object layer, and checks of
 * attributes. It calls no other file. luo_memfd.c registers the kind,
 * luo_memfd_attrs_out.c saves objects of it, and luo_memfd_attrs_in.c loads them.
 */

#include <linux/align.h>
#include <linux/luo_field.h>
#include <linux/string.h>
#include <linux/xattr.h>

#include "luo_memfd_attrs.h"

/* The bits of LUO_MEMFD_ATTRS_FLAGS. */
static const char *const luo_memfd_attrs_flag_names[] = {
	"read", "write", "append", "nonblock", "noatime", "direct",
};
static_assert(LUO_MEMFD_ATTRS_FLAGS == BIT(ARRAY_SIZE(luo_memfd_attrs_flag_names)) - 1);

#define MEMFD_ATTRS_FIELDS(field, ser)					\
	field(ser, 1, s64, atime)					\
	field(ser, 1, s64, mtime)					\
	field(ser, 1, s64, ctime)					\
	field(ser, 1, s64, btime)					\
	field(ser, 1, array, xattrs)					\
	field(ser, 1, u64, nr_xattrs)					\
	field(ser, 1, u32, atime_nsec, .max = 999999999)		\
	field(ser, 1, u32, mtime_nsec, .max = 999999999)		\
	field(ser, 1, u32, ctime_nsec, .max = 999999999)		\
	field(ser, 1, u32, btime_nsec, .max = 999999999)		\
	field(ser, 1, u32, mode, .max = LUO_MEMFD_ATTRS_MODE)		\
	field(ser, 1, u32, uid, .max = 0xfffffffe)			\
	field(ser, 1, u32, gid, .max = 0xfffffffe)			\
	field(ser, 1, mask(luo_memfd_attrs_flag_names), flags)		\
	field(ser, 1, bytes, name)

#define MEMFD_ATTRS_VERSIONS(version, kind)				\
	version(kind, 1, optional)

LUO_DEFINE_KIND(memfd_attrs, struct luo_memfd_attrs_ser_v1,
		MEMFD_ATTRS_FIELDS, MEMFD_ATTRS_VERSIONS);

/* The head of an extended attribute, which is followed by its name and value. */
#define MEMFD_XATTR_FIELDS(field, ser)					\
	field(ser, 1, u32, name_len)					\
	field(ser, 1, u32, value_len)

#define MEMFD_XATTR_VERSIONS(version, kind)				\
	version(kind, 1, element)

LUO_DESCRIBE(memfd_xattr, struct luo_memfd_xattr_ser, MEMFD_XATTR_FIELDS,
	     MEMFD_XATTR_VERSIONS);
LUO_NOTE_PART_OF(memfd_attrs, memfd_xattr);
LUO_NOTE_PART_OF(tmpfs, memfd_xattr);

struct luo_object_kind *const luo_memfd_attrs_kind = &memfd_attrs_kind;

/* Check that a name is empty or begins with the prefix, and is padded with NULs. */
static bool luo_memfd_attrs_name_valid(const char *name)
{
	size_t len = strnlen(name, LUO_MEMFD_ATTRS_NAME_LEN);

	if (len == LUO_MEMFD_ATTRS_NAME_LEN ||
	    memchr_inv(name + len, 0, LUO_MEMFD_ATTRS_NAME_LEN - len))
		return false;

	return !len || !strncmp(name, LUO_MEMFD_ATTRS_NAME_PREFIX,
				strlen(LUO_MEMFD_ATTRS_NAME_PREFIX));
}

/**
 * luo_memfd_attrs_valid - Check conditions that ranges of fields cannot express.
 * @ser: Attributes, each field of which is in its range.
 *
 * Context: Any.
 * Return: true if a file can have these attributes.
 */
bool luo_memfd_attrs_valid(const struct luo_memfd_attrs_ser_v1 *ser)
{
	return ser->flags & (LUO_MEMFD_ATTRS_READ | LUO_MEMFD_ATTRS_WRITE) &&
	       ser->nr_xattrs <= LUO_MEMFD_ATTRS_XATTRS_MAX &&
	       !ser->nr_xattrs == !ser->xattrs &&
	       luo_memfd_attrs_name_valid(ser->name);
}

/**
 * luo_memfd_attrs_xattr_size - Size of an extended attribute in memory.
 * @name_len:  Length of its name in bytes, with the NUL.
 * @value_len: Length of its value in bytes.
 *
 * Context: Any.
 * Return: The size with the header, in elements of 8 bytes.
 */
u64 luo_memfd_attrs_xattr_size(u32 name_len, u32 value_len)
{
	return (sizeof(struct luo_memfd_xattr_ser) + (u64)name_len + value_len +
		sizeof(u64) - 1) / sizeof(u64);
}

/**
 * luo_memfd_attrs_next - Find the next extended attribute.
 * @xattrs: The extended attributes.
 * @nr:     Their size in elements of 8 bytes.
 * @at:     Index of the element where the attribute begins. Set it to 0 before the
 *          first call. Advanced to the next attribute.
 *
 * Context: Any.
 * Return: The attribute; NULL if there are no more, or if the next one ends after @nr.
 */
const struct luo_memfd_xattr_ser *
luo_memfd_attrs_next(const void *xattrs, u64 nr, u64 *at)
{
	const struct luo_memfd_xattr_ser *xattr;
	u64 size;

	if (*at >= nr)
		return NULL;

	xattr = xattrs + *at * sizeof(u64);
	size = luo_memfd_attrs_xattr_size(xattr->name_len, xattr->value_len);
	if (size > nr - *at)
		return NULL;
	*at += size;

	return xattr;
}

/**
 * luo_memfd_attrs_is_acl - Check if an extended attribute is an ACL.
 * @xattr: The attribute, valid.
 *
 * Context: Any.
 * Return: true if it is an access or a default ACL.
 */
bool luo_memfd_attrs_is_acl(const struct luo_memfd_xattr_ser *xattr)
{
	return !strcmp(xattr->data, XATTR_NAME_POSIX_ACL_ACCESS) ||
	       !strcmp(xattr->data, XATTR_NAME_POSIX_ACL_DEFAULT);
}

static bool luo_memfd_attrs_xattr_valid(const struct luo_memfd_xattr_ser *xattr)
{
	u64 len = (u64)xattr->name_len + xattr->value_len;

	return xattr->name_len &&
	       strnlen(xattr->data, xattr->name_len) == xattr->name_len - 1 &&
	       !memchr_inv(xattr->data + len, 0,
			   ALIGN(len, sizeof(u64)) - len);
}

/**
 * luo_memfd_attrs_xattrs_valid - Check extended attributes.
 * @xattrs: The extended attributes.
 * @nr:     Their size in elements of 8 bytes.
 *
 * Context: Any.
 * Return: true if each name ends with a NUL, there is at most one label, and all other
 * bytes are zero.
 */
bool luo_memfd_attrs_xattrs_valid(const void *xattrs, u64 nr)
{
	const struct luo_memfd_xattr_ser *xattr;
	bool label = false;
	u64 at = 0;

	while ((xattr = luo_memfd_attrs_next(xattrs, nr, &at))) {
		if (!luo_memfd_attrs_xattr_valid(xattr) ||
		    (label && xattr->name_len == 1))
			return false;
		label |= xattr->name_len == 1;
	}

	return at == nr;
}
