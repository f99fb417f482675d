/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_KHO_ABI_LUO_TMPFS_H
#define _LINUX_KHO_ABI_LUO_TMPFS_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/kho/abi/luo_elements.h>
#include <linux/stddef.h>
#include <linux/types.h>

/**
 * DOC: tmpfs tree ABI
 *
 * A directory of a tmpfs with everything under it is an object of kind
 * %LUO_TMPFS_KIND. The LUO file entry has the compatible string
 * %LUO_TMPFS_COMPATIBLE, and its data word is the instance of the object.
 *
 * The object has an array of nodes: the directory itself is the first, and each other
 * node comes after the directory that it is in. It also has an array of bytes, of 8-byte
 * elements and of extents. In each of these the parts of all nodes follow one another in
 * the order of the nodes, without gaps, so a node has only the length of its part:
 *
 * - the bytes are first the names of all nodes, then the targets of all symbolic links,
 *   each without a NUL;
 * - the elements of 8 bytes are extended attributes and security labels, as in
 *   ``linux/kho/abi/luo_memfd_attrs.h``, and ACLs, which the subsection %LUO_TMPFS_ACLS
 *   counts;
 * - the extents are those of ``linux/kho/abi/luo_memfd.h``, the pages of regular files.
 *   Extents of order 0 are preserved as %LUO_MEMFD_RANGE_KEYS says. They may have the
 *   flag %LUO_MEMFD_POISONED.
 */

/**
 * LUO_TMPFS_KIND - The kind of object that a tree is, "tmpfs".
 */
#define LUO_TMPFS_KIND			"tmpfs"

/**
 * LUO_TMPFS_NODE_KIND - The kind of the elements of a tree, "tmpfs_node".
 */
#define LUO_TMPFS_NODE_KIND		"tmpfs_node"

/**
 * LUO_TMPFS_ACLS - The subsection of a tree in which a file has an ACL, "acls".
 *
 * It is mandatory: without its ACL a file may be open to more users.
 */
#define LUO_TMPFS_ACLS			"acls"

/**
 * LUO_TMPFS_COMPATIBLE - Compatible string of the LUO file entry, "tmpfs-object".
 */
#define LUO_TMPFS_COMPATIBLE		"tmpfs-object"

/**
 * LUO_TMPFS_READONLY - Bit 0: the mount or the filesystem was read-only.
 */
#define LUO_TMPFS_READONLY		BIT(0)

/**
 * LUO_TMPFS_NOSUID - Bit 1: the mount option nosuid.
 */
#define LUO_TMPFS_NOSUID		BIT(1)

/**
 * LUO_TMPFS_NODEV - Bit 2: the mount option nodev.
 */
#define LUO_TMPFS_NODEV			BIT(2)

/**
 * LUO_TMPFS_NOEXEC - Bit 3: the mount option noexec.
 */
#define LUO_TMPFS_NOEXEC		BIT(3)

/**
 * LUO_TMPFS_NOATIME - Bit 4: the mount option noatime.
 */
#define LUO_TMPFS_NOATIME		BIT(4)

/**
 * LUO_TMPFS_NODIRATIME - Bit 5: the mount option nodiratime.
 */
#define LUO_TMPFS_NODIRATIME		BIT(5)

/**
 * LUO_TMPFS_RELATIME - Bit 6: the mount option relatime.
 */
#define LUO_TMPFS_RELATIME		BIT(6)

/**
 * LUO_TMPFS_NOSYMFOLLOW - Bit 7: the mount option nosymfollow.
 */
#define LUO_TMPFS_NOSYMFOLLOW		BIT(7)

/**
 * LUO_TMPFS_NOSWAP - Bit 8: the tmpfs option noswap.
 */
#define LUO_TMPFS_NOSWAP		BIT(8)

/**
 * LUO_TMPFS_INODE64 - Bit 9: the tmpfs option inode64; without the bit, inode32.
 */
#define LUO_TMPFS_INODE64		BIT(9)

#define LUO_TMPFS_FLAGS			GENMASK(9, 0)

/**
 * LUO_TMPFS_NODES_MAX - The largest number of nodes of a tree, 2^24.
 */
#define LUO_TMPFS_NODES_MAX		BIT(24)

/**
 * struct luo_tmpfs_ser - A tree.
 * @nodes:      Its nodes, of &struct luo_tmpfs_node_ser, at least 1.
 * @bytes:      Handle of the array of bytes, 0 if @nr_bytes is 0.
 * @nr_bytes:   Length of the names and targets.
 * @xattrs:     Handle of the array of extended attributes, 0 if @nr_xattrs is 0.
 * @nr_xattrs:  Its elements, of 8 bytes each.
 * @extents:    Handle of the array of &struct luo_memfd_extent_ser, 0 if @nr_extents
 *              is 0.
 * @nr_extents: Its elements.
 * @nr_pages:   Pages in all extents together.
 * @max_bytes:  The tmpfs option size= in bytes, 0 if there is no limit.
 * @max_inodes: The tmpfs option nr_inodes=, 0 if there is no limit.
 * @huge:       The tmpfs option huge=: 0 never, 1 always, 2 within_size, 3 advise.
 * @flags:      LUO_TMPFS_*; the other bits are zero.
 */
struct luo_tmpfs_ser {
	struct luo_elements_ser nodes;
	u64 bytes;
	u64 nr_bytes;
	u64 xattrs;
	u64 nr_xattrs;
	u64 extents;
	u64 nr_extents;
	u64 nr_pages;
	u64 max_bytes;
	u64 max_inodes;
	u32 huge;
	u32 flags;
};

static_assert(sizeof(struct luo_tmpfs_ser) == 112);
static_assert(offsetof(struct luo_tmpfs_ser, nodes) == 0);
static_assert(offsetof(struct luo_tmpfs_ser, bytes) == 32);
static_assert(offsetof(struct luo_tmpfs_ser, nr_bytes) == 40);
static_assert(offsetof(struct luo_tmpfs_ser, xattrs) == 48);
static_assert(offsetof(struct luo_tmpfs_ser, nr_xattrs) == 56);
static_assert(offsetof(struct luo_tmpfs_ser, extents) == 64);
static_assert(offsetof(struct luo_tmpfs_ser, nr_extents) == 72);
static_assert(offsetof(struct luo_tmpfs_ser, nr_pages) == 80);
static_assert(offsetof(struct luo_tmpfs_ser, max_bytes) == 88);
static_assert(offsetof(struct luo_tmpfs_ser, max_inodes) == 96);
static_assert(offsetof(struct luo_tmpfs_ser, huge) == 104);
static_assert(offsetof(struct luo_tmpfs_ser, flags) == 108);

/**
 * struct luo_tmpfs_acls_ser - The ACLs of a tree.
 * @nr: The number of access and default ACLs in the extended attributes of all nodes.
 *      The tree has the subsection if it is not 0.
 */
struct luo_tmpfs_acls_ser {
	u64 nr;
};

static_assert(sizeof(struct luo_tmpfs_acls_ser) == 8);
static_assert(offsetof(struct luo_tmpfs_acls_ser, nr) == 0);

/**
 * struct luo_tmpfs_node_ser - A name in a tree, and the file that it stands for.
 * @atime:      When the file was last read, in seconds since the epoch.
 * @mtime:      When its contents were last changed.
 * @ctime:      When it was last changed.
 * @btime:      When it was created.
 * @size:       Size of a regular file in bytes, else 0.
 * @nr_pages:   Pages in its extents together.
 * @nr_extents: Number of its extents.
 * @nr_xattrs:  Elements of its extended attributes, of 8 bytes each.
 * @parent:     Index of the directory, less than that of the node; 0 for the first node.
 * @link:       Index of the first name of the file: that of the node, or a smaller one
 *              if this is another hard link. Then @mode and all fields that describe the
 *              file are 0.
 * @atime_nsec: The nanoseconds of @atime, less than 10^9.
 * @mtime_nsec: Those of @mtime.
 * @ctime_nsec: Those of @ctime.
 * @btime_nsec: Those of @btime.
 * @mode:       The type of the file and its permissions, S_IFMT and 07777.
 * @uid:        The owner, in the initial user namespace.
 * @gid:        The group, in the initial user namespace.
 * @major:      The major number of a device node, else 0.
 * @minor:      The minor number of a device node, else 0.
 * @fsflags:    The flags of FS_IOC_SETFLAGS.
 * @name_len:   Length of the name, 1 to 255; 0 for the first node.
 * @target_len: Length of the target of a symbolic link, else 0.
 */
struct luo_tmpfs_node_ser {
	s64 atime;
	s64 mtime;
	s64 ctime;
	s64 btime;
	u64 size;
	u64 nr_pages;
	u64 nr_extents;
	u32 nr_xattrs;
	u32 parent;
	u32 link;
	u32 atime_nsec;
	u32 mtime_nsec;
	u32 ctime_nsec;
	u32 btime_nsec;
	u32 mode;
	u32 uid;
	u32 gid;
	u32 major;
	u32 minor;
	u32 fsflags;
	u16 name_len;
	u16 target_len;
};

static_assert(sizeof(struct luo_tmpfs_node_ser) == 112);
static_assert(offsetof(struct luo_tmpfs_node_ser, atime) == 0);
static_assert(offsetof(struct luo_tmpfs_node_ser, mtime) == 8);
static_assert(offsetof(struct luo_tmpfs_node_ser, ctime) == 16);
static_assert(offsetof(struct luo_tmpfs_node_ser, btime) == 24);
static_assert(offsetof(struct luo_tmpfs_node_ser, size) == 32);
static_assert(offsetof(struct luo_tmpfs_node_ser, nr_pages) == 40);
static_assert(offsetof(struct luo_tmpfs_node_ser, nr_extents) == 48);
static_assert(offsetof(struct luo_tmpfs_node_ser, nr_xattrs) == 56);
static_assert(offsetof(struct luo_tmpfs_node_ser, parent) == 60);
static_assert(offsetof(struct luo_tmpfs_node_ser, link) == 64);
static_assert(offsetof(struct luo_tmpfs_node_ser, atime_nsec) == 68);
static_assert(offsetof(struct luo_tmpfs_node_ser, mtime_nsec) == 72);
static_assert(offsetof(struct luo_tmpfs_node_ser, ctime_nsec) == 76);
static_assert(offsetof(struct luo_tmpfs_node_ser, btime_nsec) == 80);
static_assert(offsetof(struct luo_tmpfs_node_ser, mode) == 84);
static_assert(offsetof(struct luo_tmpfs_node_ser, uid) == 88);
static_assert(offsetof(struct luo_tmpfs_node_ser, gid) == 92);
static_assert(offsetof(struct luo_tmpfs_node_ser, major) == 96);
static_assert(offsetof(struct luo_tmpfs_node_ser, minor) == 100);
static_assert(offsetof(struct luo_tmpfs_node_ser, fsflags) == 104);
static_assert(offsetof(struct luo_tmpfs_node_ser, name_len) == 108);
static_assert(offsetof(struct luo_tmpfs_node_ser, target_len) == 110);

#endif /* _LINUX_KHO_ABI_LUO_TMPFS_H */
