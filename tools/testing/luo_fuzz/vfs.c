// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: A VFS for trees
 *
 * Creates a tree in memory, and fails for the reasons for which the VFS does: a name that
 * exists, and no memory. Everything that luo_tmpfs_check.c must have refused before is
 * an error of the code under test: a file as directory, a name or a target that is
 * invalid, another link to a directory, attributes that no file has.
 */

#include <errno.h>
#include <string.h>

#include <linux/file.h>

#include "../../../mm/luo_memfd_attrs.h"
#include "../../../lib/tests/luo_loopback.h"
#include "expect.h"
#include "vfs.h"

struct dentry *vfs_dentries;
struct mnt_idmap nop_mnt_idmap;
struct user_namespace init_user_ns;

static struct super_block vfs_super;

static bool vfs_is_directory(const struct dentry *dentry)
{
	return dentry && dentry->file && S_ISDIR(dentry->file->inode.i_mode);
}

static struct dentry *vfs_find(const struct dentry *parent,
			       const struct qstr *name)
{
	struct dentry *dentry;

	for (dentry = vfs_dentries; dentry; dentry = dentry->next) {
		if (dentry->parent == parent && dentry->len == name->len &&
		    !memcmp(dentry->name, name->name, name->len))
			break;
	}

	return dentry;
}

static struct dentry *vfs_new(struct dentry *parent, const struct qstr *name)
{
	struct dentry *dentry;

	if (luo_loopback_fails())
		return ERR_PTR(-ENOMEM);

	dentry = calloc(1, sizeof(*dentry));
	dentry->parent = parent;
	dentry->d_sb = &vfs_super;
	dentry->len = name->len;
	memcpy(dentry->name, name->name, name->len);

	return dentry;
}

/* Create a file, and make its name part of the tree. */
static int vfs_new_file(struct dentry *dentry, struct file *file, u16 mode)
{
	FUZZ_EXPECT(!dentry->file);
	if (luo_loopback_fails())
		return -ENOMEM;

	dentry->is_link = file;
	dentry->file = file ?: calloc(1, sizeof(*file));
	if (!file)
		dentry->file->inode.i_mode = mode;
	dentry->next = vfs_dentries;
	vfs_dentries = dentry;

	return 0;
}

struct dentry *start_creating_noperm(struct dentry *parent, struct qstr *name)
{
	FUZZ_EXPECT(vfs_is_directory(parent));
	FUZZ_EXPECT(name->len && name->len <= NAME_MAX);
	FUZZ_EXPECT(!memchr(name->name, '/', name->len));
	FUZZ_EXPECT(!memchr(name->name, 0, name->len));
	FUZZ_EXPECT(name->len > 2 || memcmp(name->name, "..", name->len));
	if (vfs_find(parent, name))
		return ERR_PTR(-EEXIST);

	return vfs_new(parent, name);
}

void end_creating(struct dentry *dentry)
{
	if (!IS_ERR(dentry) && !dentry->file)
		free(dentry);
}

int vfs_create(struct mnt_idmap *idmap, struct dentry *dentry, u16 mode,
	       void *delegated)
{
	return vfs_new_file(dentry, NULL, S_IFREG | mode);
}

struct dentry *vfs_mkdir(struct mnt_idmap *idmap, struct inode *dir,
			 struct dentry *dentry, u16 mode, void *delegated)
{
	int err = vfs_new_file(dentry, NULL, S_IFDIR | mode);

	if (!err)
		return dentry;
	end_creating(dentry);

	return ERR_PTR(err);
}

int vfs_mknod(struct mnt_idmap *idmap, struct inode *dir, struct dentry *dentry,
	      u16 mode, u32 dev, void *delegated)
{
	FUZZ_EXPECT(S_ISCHR(mode) || S_ISBLK(mode) ||
		    ((S_ISFIFO(mode) || S_ISSOCK(mode)) && !dev));

	return vfs_new_file(dentry, NULL, mode);
}

int vfs_symlink(struct mnt_idmap *idmap, struct inode *dir,
		struct dentry *dentry, const char *target, void *delegated)
{
	FUZZ_EXPECT(*target && strlen(target) < PATH_MAX);

	return vfs_new_file(dentry, NULL, S_IFLNK | 0777);
}

int vfs_link(struct dentry *old, struct mnt_idmap *idmap, struct inode *dir,
	     struct dentry *dentry, void *delegated)
{
	FUZZ_EXPECT(old && old->file && !old->is_link && !vfs_is_directory(old));

	return vfs_new_file(dentry, old->file, 0);
}

char *dentry_path_raw(const struct dentry *dentry, char *buffer, int size)
{
	FUZZ_EXPECT(vfs_is_directory(dentry));
	*buffer = 0;

	return buffer;
}

/**
 * vfs_free_tree - Free the tree with the pages of its files.
 */
void vfs_free_tree(void)
{
	struct dentry *dentry;

	while ((dentry = vfs_dentries)) {
		vfs_dentries = dentry->next;
		if (!dentry->is_link)
			fput(dentry->file);
		free(dentry);
	}
}

struct file_system_type *get_fs_type(const char *name)
{
	return (struct file_system_type *)name;
}

struct fs_context *fs_context_for_mount(struct file_system_type *type,
					unsigned int flags)
{
	return luo_loopback_fails() ? ERR_PTR(-ENOMEM) :
				      calloc(1, sizeof(struct fs_context));
}

int vfs_parse_fs_string(struct fs_context *fc, const char *key,
			const char *value)
{
	return luo_loopback_fails() ? -ENOMEM : 0;
}

int vfs_get_tree(struct fs_context *fc)
{
	struct dentry *root = vfs_new(NULL, &QSTR_LEN("", 0));
	int err;

	FUZZ_EXPECT(!vfs_dentries);
	if (IS_ERR(root))
		return PTR_ERR(root);

	err = vfs_new_file(root, NULL, S_IFDIR | 0755);
	if (err)
		free(root);
	else
		fc->root = root;

	return err;
}

/* The tree is freed, unless it was opened. */
void put_fs_context(struct fs_context *fc)
{
	if (fc->root)
		vfs_free_tree();
	free(fc);
}

struct file *fc_open_mount(struct fs_context *fc, unsigned int mnt_flags,
			   unsigned int flags)
{
	if (luo_loopback_fails())
		return ERR_PTR(-ENOMEM);
	fc->root = NULL;

	return calloc(1, sizeof(struct file));
}

int vfs_fileattr_set(struct mnt_idmap *idmap, struct dentry *dentry,
		     const struct file_kattr *flags)
{
	FUZZ_EXPECT(!(flags->flags & (~SHMEM_FL_USER_MODIFIABLE |
				      FS_CASEFOLD_FL)));

	return luo_loopback_fails() ? -ENOMEM : 0;
}

int luo_memfd_attrs_apply_xattr(struct dentry *dentry,
				const struct luo_memfd_xattr_ser *xattr)
{
	const char *value = xattr->data + xattr->name_len;

	FUZZ_EXPECT(strlen(xattr->data) == xattr->name_len - 1);
	if (luo_loopback_fails())
		return -ENOMEM;
	/* ASan checks the access. */
	free(memcpy(malloc(xattr->value_len), value, xattr->value_len));
	dentry->file->nr_xattrs++;

	return 0;
}

void i_size_write(struct inode *inode, s64 size)
{
	FUZZ_EXPECT(size >= 0 && S_ISREG(inode->i_mode));
	container_of(inode, struct file, inode)->size = size;
}

void i_uid_write(struct inode *inode, u32 id)
{
	FUZZ_EXPECT(id != U32_MAX);
}

struct timespec64 timestamp_truncate(struct timespec64 time, struct inode *inode)
{
	FUZZ_EXPECT(time.tv_nsec >= 0 && time.tv_nsec < 1000000000);

	return time;
}

struct shmem_inode_info *SHMEM_I(struct inode *inode)
{
	static struct shmem_inode_info info;

	return &info;
}
