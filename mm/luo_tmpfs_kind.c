// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: The kinds of a tmpfs tree
 *
 * The fields and versions of &struct luo_tmpfs_ser and &struct luo_tmpfs_node_ser, and
 * the string of the file handler, for the object layer and for the catalogue in the
 * kernel image. It calls no other file. luo_tmpfs.c registers the kinds,
 * luo_tmpfs_image.c saves objects of them, and luo_tmpfs_in.c loads them.
 */

#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/limits.h>
#include <linux/luo_field.h>

#include "luo_tmpfs.h"

const char *const luo_tmpfs_handlers[] = { LUO_TMPFS_COMPATIBLE, NULL };

/* The index is that of SHMEM_HUGE_NEVER and those after it. */
static const char *const luo_tmpfs_huge_names[] = {
	"never", "always", "within_size", "advise",
};

/* The bits of LUO_TMPFS_FLAGS. */
static const char *const luo_tmpfs_flag_names[] = {
	"ro", "nosuid", "nodev", "noexec", "noatime", "nodiratime", "relatime",
	"nosymfollow", "noswap", "inode64",
};
static_assert(LUO_TMPFS_FLAGS == BIT(ARRAY_SIZE(luo_tmpfs_flag_names)) - 1);

#define TMPFS_NODE_FIELDS(field, ser)					\
	field(ser, 0, s64, atime)					\
	field(ser, 0, s64, mtime)					\
	field(ser, 0, s64, ctime)					\
	field(ser, 0, s64, btime)					\
	field(ser, 0, u64, size, .max = MAX_LFS_FILESIZE)		\
	field(ser, 0, u64, nr_pages)					\
	field(ser, 0, u64, nr_extents)					\
	field(ser, 0, u32, nr_xattrs)					\
	field(ser, 0, u32, parent, .max = LUO_TMPFS_NODES_MAX - 1)	\
	field(ser, 0, u32, link, .max = LUO_TMPFS_NODES_MAX - 1)	\
	field(ser, 0, u32, atime_nsec, .max = 999999999)		\
	field(ser, 0, u32, mtime_nsec, .max = 999999999)		\
	field(ser, 0, u32, ctime_nsec, .max = 999999999)		\
	field(ser, 0, u32, btime_nsec, .max = 999999999)		\
	field(ser, 0, u32, mode, .max = S_IFMT | 07777)			\
	field(ser, 0, u32, uid, .max = 0xfffffffe)			\
	field(ser, 0, u32, gid, .max = 0xfffffffe)			\
	field(ser, 0, u32, major, .max = U32_MAX >> MINORBITS)		\
	field(ser, 0, u32, minor, .max = MINORMASK)			\
	field(ser, 0, u32, fsflags)					\
	field(ser, 0, u16, name_len, .max = NAME_MAX)			\
	field(ser, 0, u16, target_len, .max = PATH_MAX - 1)

#define TMPFS_NODE_VERSIONS(version, kind)				\
	version(kind, 0, element)

LUO_DEFINE_KIND(tmpfs_node, struct luo_tmpfs_node_ser, TMPFS_NODE_FIELDS,
		TMPFS_NODE_VERSIONS);

#define TMPFS_FIELDS(field, ser)					\
	field(ser, 0, elements_of(tmpfs_node), nodes)			\
	field(ser, 0, array, bytes)					\
	field(ser, 0, u64, nr_bytes)					\
	field(ser, 0, array, xattrs)					\
	field(ser, 0, u64, nr_xattrs)					\
	field(ser, 0, array, extents, .element_kind = &luo_memfd_extent_kind) \
	field(ser, 0, u64, nr_extents)					\
	field(ser, 0, u64, nr_pages)					\
	field(ser, 0, u64, max_bytes)					\
	field(ser, 0, u64, max_inodes)					\
	field(ser, 0, enum(luo_tmpfs_huge_names), huge)			\
	field(ser, 0, mask(luo_tmpfs_flag_names), flags)

#define TMPFS_VERSIONS(version, kind)					\
	version(kind, 0, mandatory)

#define TMPFS_ACLS_FIELDS(field, ser)					\
	field(ser, 0, u64, nr)

#define TMPFS_ACLS_VERSIONS(version, kind)				\
	version(kind, 0, mandatory)

LUO_DEFINE_SUBSECTION(tmpfs, acls, struct luo_tmpfs_acls_ser, TMPFS_ACLS_FIELDS,
		      TMPFS_ACLS_VERSIONS);

#define TMPFS_SUBSECTIONS(subsection, object)				\
	subsection(object, acls)

LUO_DEFINE_KIND_WITH(tmpfs, struct luo_tmpfs_ser, TMPFS_FIELDS, TMPFS_VERSIONS,
		     struct luo_tmpfs_object, TMPFS_SUBSECTIONS);
LUO_NOTE_STRING("file", LUO_TMPFS_COMPATIBLE);

struct luo_object_kind *const luo_tmpfs_kind = &tmpfs_kind;
struct luo_object_kind *const luo_tmpfs_node_kind = &tmpfs_node_kind;
