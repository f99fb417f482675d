/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_KHO_ABI_LUO_MEMFD_ATTRS_H
#define _LINUX_KHO_ABI_LUO_MEMFD_ATTRS_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

/**
 * DOC: memfd attributes ABI
 *
 * The attributes of a memfd are an optional object of kind
 * %LUO_MEMFD_ATTRS_KIND. Its instance is that of the memfd: the data word of the
 * LUO file entry, whichever versions of the memfd are written. A kernel without
 * this kind, such as a stock kernel, retrieves the file without them. So does a kernel
 * that finds them corrupt.
 */

/**
 * LUO_MEMFD_ATTRS_KIND - The kind of object that attributes are, "memfd_attrs".
 */
#define LUO_MEMFD_ATTRS_KIND		"memfd_attrs"

/**
 * LUO_MEMFD_ATTRS_READ - Bit 0: the file is open for reading.
 */
#define LUO_MEMFD_ATTRS_READ		BIT(0)

/**
 * LUO_MEMFD_ATTRS_WRITE - Bit 1: the file is open for writing.
 */
#define LUO_MEMFD_ATTRS_WRITE		BIT(1)

/**
 * LUO_MEMFD_ATTRS_APPEND - Bit 2: O_APPEND.
 */
#define LUO_MEMFD_ATTRS_APPEND		BIT(2)

/**
 * LUO_MEMFD_ATTRS_NONBLOCK - Bit 3: O_NONBLOCK.
 */
#define LUO_MEMFD_ATTRS_NONBLOCK	BIT(3)

/**
 * LUO_MEMFD_ATTRS_NOATIME - Bit 4: O_NOATIME.
 */
#define LUO_MEMFD_ATTRS_NOATIME		BIT(4)

/**
 * LUO_MEMFD_ATTRS_DIRECT - Bit 5: O_DIRECT.
 */
#define LUO_MEMFD_ATTRS_DIRECT		BIT(5)

#define LUO_MEMFD_ATTRS_FLAGS						\
	(LUO_MEMFD_ATTRS_READ | LUO_MEMFD_ATTRS_WRITE |			\
	 LUO_MEMFD_ATTRS_APPEND | LUO_MEMFD_ATTRS_NONBLOCK |		\
	 LUO_MEMFD_ATTRS_NOATIME | LUO_MEMFD_ATTRS_DIRECT)

/**
 * LUO_MEMFD_ATTRS_MODE - The bits that @mode may have.
 */
#define LUO_MEMFD_ATTRS_MODE		07777

/**
 * LUO_MEMFD_ATTRS_NAME_LEN - Size of the name of a file, with its NUL: 256 bytes.
 */
#define LUO_MEMFD_ATTRS_NAME_LEN	256

/**
 * LUO_MEMFD_ATTRS_NAME_PREFIX - The beginning of a name, "memfd:".
 */
#define LUO_MEMFD_ATTRS_NAME_PREFIX	"memfd:"

/**
 * LUO_MEMFD_ATTRS_XATTRS_MAX - The largest number of elements of @xattrs, 1 MiB in all.
 */
#define LUO_MEMFD_ATTRS_XATTRS_MAX	0x20000

/**
 * struct luo_memfd_attrs_ser_v1 - The attributes of a memfd.
 * @atime:      When the file was last read, in seconds since the epoch.
 * @mtime:      When its contents were last changed.
 * @ctime:      When it was last changed.
 * @btime:      When it was created.
 * @xattrs:     Handle of an array of &struct luo_memfd_xattr_ser, 0 if @nr_xattrs
 *              is 0.
 * @nr_xattrs:  Elements of @xattrs, of 8 bytes each.
 * @atime_nsec: The nanoseconds of @atime, less than 10^9.
 * @mtime_nsec: Those of @mtime.
 * @ctime_nsec: Those of @ctime.
 * @btime_nsec: Those of @btime.
 * @mode:       The permissions, of %LUO_MEMFD_ATTRS_MODE. The bits of 0111 count
 *              only if the memfd is executable, as %LUO_MEMFD_NOEXEC says.
 * @uid:        The owner, in the initial user namespace.
 * @gid:        The group, in the initial user namespace.
 * @flags:      LUO_MEMFD_ATTRS_*, at least one of READ and WRITE; the other bits
 *              are zero.
 * @name:       %LUO_MEMFD_ATTRS_NAME_PREFIX and the name that was passed to
 *              memfd_create(), padded with NULs; all NULs if the name has another form.
 */
struct luo_memfd_attrs_ser_v1 {
	s64 atime;
	s64 mtime;
	s64 ctime;
	s64 btime;
	u64 xattrs;
	u64 nr_xattrs;
	u32 atime_nsec;
	u32 mtime_nsec;
	u32 ctime_nsec;
	u32 btime_nsec;
	u32 mode;
	u32 uid;
	u32 gid;
	u32 flags;
	char name[LUO_MEMFD_ATTRS_NAME_LEN];
};

static_assert(sizeof(struct luo_memfd_attrs_ser_v1) == 336);
static_assert(offsetof(struct luo_memfd_attrs_ser_v1, atime) == 0);
static_assert(offsetof(struct luo_memfd_attrs_ser_v1, mtime) == 8);
static_assert(offsetof(struct luo_memfd_attrs_ser_v1, ctime) == 16);
static_assert(offsetof(struct luo_memfd_attrs_ser_v1, btime) == 24);
static_assert(offsetof(struct luo_memfd_attrs_ser_v1, xattrs) == 32);
static_assert(offsetof(struct luo_memfd_attrs_ser_v1, nr_xattrs) == 40);
static_assert(offsetof(struct luo_memfd_attrs_ser_v1, atime_nsec) == 48);
static_assert(offsetof(struct luo_memfd_attrs_ser_v1, mtime_nsec) == 52);
static_assert(offsetof(struct luo_memfd_attrs_ser_v1, ctime_nsec) == 56);
static_assert(offsetof(struct luo_memfd_attrs_ser_v1, btime_nsec) == 60);
static_assert(offsetof(struct luo_memfd_attrs_ser_v1, mode) == 64);
static_assert(offsetof(struct luo_memfd_attrs_ser_v1, uid) == 68);
static_assert(offsetof(struct luo_memfd_attrs_ser_v1, gid) == 72);
static_assert(offsetof(struct luo_memfd_attrs_ser_v1, flags) == 76);
static_assert(offsetof(struct luo_memfd_attrs_ser_v1, name) == 80);

/**
 * struct luo_memfd_xattr_ser - An extended attribute, or the security label.
 * @name_len:  Length of the name in bytes, with its NUL. If it is 1, the name is empty
 *             and the value is the label of the security module. There is at most one.
 *             If the name is %XATTR_NAME_POSIX_ACL_ACCESS or that of the default, the
 *             value is an ACL in the form that getxattr() returns.
 * @value_len: Length of the value in bytes.
 * @data:      The name, its NUL and the value, padded with NULs to 8 bytes.
 */
struct luo_memfd_xattr_ser {
	u32 name_len;
	u32 value_len;
	char data[];
};

static_assert(sizeof(struct luo_memfd_xattr_ser) == 8);
static_assert(offsetof(struct luo_memfd_xattr_ser, name_len) == 0);
static_assert(offsetof(struct luo_memfd_xattr_ser, value_len) == 4);
static_assert(offsetof(struct luo_memfd_xattr_ser, data) == 8);

#endif /* _LINUX_KHO_ABI_LUO_MEMFD_ATTRS_H */
