/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vfs - the functions of the VFS and of tmpfs that retrieving a tree calls. A tree is a
 * list of dentries. Each file is one of luo_object/memfd_file.h.
 */
#ifndef LUO_FUZZ_VFS_H
#define LUO_FUZZ_VFS_H

#include <linux/container_of.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/limits.h>
#include <linux/slab.h>
#include <linux/stat.h>

#include "../luo_object/include/linux/shmem_fs.h"
#include "../luo_object/memfd_file.h"

enum { SHMEM_HUGE_NEVER, SHMEM_HUGE_ALWAYS, SHMEM_HUGE_WITHIN_SIZE, SHMEM_HUGE_ADVISE };

enum {
	MNT_READONLY	= 0x01,
	MNT_NOSUID	= 0x02,
	MNT_NODEV	= 0x04,
	MNT_NOEXEC	= 0x08,
	MNT_NOATIME	= 0x10,
	MNT_NODIRATIME	= 0x20,
	MNT_RELATIME	= 0x40,
	MNT_NOSYMFOLLOW	= 0x80,
};

#define O_RDONLY	0
#define O_DIRECTORY	0
#define O_LARGEFILE	0

struct timespec64 {
	s64 tv_sec;
	long tv_nsec;
};

struct shmem_inode_info {
	struct timespec64 i_crtime;
};

/**
 * struct dentry - A name.
 * @next:    The name that was created before it.
 * @parent:  The directory; NULL for the root.
 * @file:    The file; NULL until it is created.
 * @is_link: Another name has the same file, and frees it.
 * @len:     Length of @name.
 * @name:    The name.
 * @d_sb:    For up_write().
 */
struct dentry {
	struct dentry *next;
	struct dentry *parent;
	struct file *file;
	bool is_link;
	u32 len;
	char name[NAME_MAX];
	struct super_block {
		int s_umount;
	} *d_sb;
};

/* The names of the tree, the last one first. */
extern struct dentry *vfs_dentries;

void vfs_free_tree(void);

/* linux/fs_context.h, linux/mount.h */

struct fs_context {
	struct dentry *root;
};

struct file_system_type;

struct file_system_type *get_fs_type(const char *name);
#define put_filesystem(type)	((void)(type))
struct fs_context *fs_context_for_mount(struct file_system_type *type,
					unsigned int flags);
int vfs_parse_fs_string(struct fs_context *fc, const char *key,
			const char *value);
int vfs_get_tree(struct fs_context *fc);
void put_fs_context(struct fs_context *fc);
struct file *fc_open_mount(struct fs_context *fc, unsigned int mnt_flags,
			   unsigned int flags);
#define up_write(sem)		((void)(sem))

/* linux/fs.h, linux/namei.h, linux/dcache.h */

struct qstr {
	const char *name;
	u32 len;
};

#define QSTR_LEN(n, l)		((struct qstr){ .name = (n), .len = (l) })

extern struct mnt_idmap { int unused; } nop_mnt_idmap;

static inline struct inode *d_inode(const struct dentry *dentry)
{
	return &dentry->file->inode;
}

struct dentry *start_creating_noperm(struct dentry *parent, struct qstr *name);
void end_creating(struct dentry *dentry);
int vfs_create(struct mnt_idmap *idmap, struct dentry *dentry, u16 mode,
	       void *delegated);
struct dentry *vfs_mkdir(struct mnt_idmap *idmap, struct inode *dir,
			 struct dentry *dentry, u16 mode, void *delegated);
int vfs_mknod(struct mnt_idmap *idmap, struct inode *dir, struct dentry *dentry,
	      u16 mode, u32 dev, void *delegated);
int vfs_symlink(struct mnt_idmap *idmap, struct inode *dir,
		struct dentry *dentry, const char *target, void *delegated);
int vfs_link(struct dentry *old, struct mnt_idmap *idmap, struct inode *dir,
	     struct dentry *dentry, void *delegated);
char *dentry_path_raw(const struct dentry *dentry, char *buffer, int size);

/* Attributes: linux/fs.h, linux/fileattr.h, linux/shmem_fs.h */

struct file_kattr {
	u32 flags;
};

#define fileattr_fill_flags(kattr, f)	((kattr)->flags = (f))
int vfs_fileattr_set(struct mnt_idmap *idmap, struct dentry *dentry,
		     const struct file_kattr *flags);

void i_size_write(struct inode *inode, s64 size);
void i_uid_write(struct inode *inode, u32 id);
#define i_gid_write(inode, id)	i_uid_write(inode, id)
struct timespec64 timestamp_truncate(struct timespec64 time, struct inode *inode);
struct shmem_inode_info *SHMEM_I(struct inode *inode);
#define inode_set_atime_to_ts(inode, time)	((void)(time))
#define inode_set_mtime_to_ts(inode, time)	((void)(time))
#define inode_set_ctime_to_ts(inode, time)	((void)(time))

/* linux/cred.h, linux/user_namespace.h, linux/sched/signal.h */

extern struct user_namespace { int unused; } init_user_ns;

#define current_user_ns()		(&init_user_ns)
#define CAP_SYS_ADMIN			21
#define capable(cap)			true
#define fatal_signal_pending(task)	false

#endif
