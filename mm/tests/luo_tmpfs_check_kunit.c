// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Tests of the checks of a tree
 *
 * Each case changes one thing of a tree that is valid, and the tree must be refused.
 */

#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/limits.h>
#include <linux/stat.h>
#include <linux/string.h>

#include "../luo_memfd_attrs.h"
#include "../luo_tmpfs.h"

/* The nodes of the tree. */
enum { ROOT, DIRECTORY, FILE, SYMLINK, LINK, DEVICE, NR_NODES };

/* The names without the root, then the target of the symbolic link. */
#define NAMES	"dir" "file" "symlink" "link" "device"
#define TARGET	"../target"

#define NR_EXTENTS	2

/**
 * struct check - A tree, and the memory of its arrays.
 * @in:      The tree.
 * @nodes:   Its nodes.
 * @bytes:   The names and the target.
 * @extents: The extents of the file.
 * @xattr:   The extended attribute of the directory.
 * @value:   Its name and value.
 */
struct check {
	struct luo_tmpfs_in in;
	struct luo_tmpfs_node_ser nodes[NR_NODES];
	char bytes[sizeof(NAMES TARGET)];
	struct luo_memfd_extent_ser extents[NR_EXTENTS];
	struct luo_memfd_xattr_ser xattr;
	char value[8];
};

static struct luo_tmpfs_node_ser node(u32 index, u32 parent, u32 mode, u16 name_len)
{
	return (struct luo_tmpfs_node_ser){
		.parent = parent,
		.link = index,
		.mode = mode,
		.name_len = name_len,
	};
}

static void check_init(struct check *check)
{
	struct luo_tmpfs_node_ser *nodes = check->nodes;

	*check = (struct check){
		.bytes = NAMES TARGET,
		.extents = {
			{ .index = 0, .pfn = 100, .nr_pages = 2 },
			{ .index = 5, .pfn = 200, .nr_pages = 1 },
		},
		.xattr = { .name_len = 4, .value_len = 4 },
	};
	memcpy(check->value, "u.x\0valu", sizeof(check->value));
	nodes[ROOT] = node(0, 0, S_IFDIR | 0755, 0);
	nodes[DIRECTORY] = node(DIRECTORY, ROOT, S_IFDIR | 01777, 3);
	nodes[DIRECTORY].nr_xattrs = 2;
	nodes[FILE] = node(FILE, DIRECTORY, S_IFREG | 0644, 4);
	nodes[FILE].size = 6 * PAGE_SIZE - 1;
	nodes[FILE].nr_pages = 3;
	nodes[FILE].nr_extents = NR_EXTENTS;
	nodes[FILE].uid = 1000;
	nodes[SYMLINK] = node(SYMLINK, DIRECTORY, S_IFLNK | 0777, 7);
	nodes[SYMLINK].target_len = strlen(TARGET);
	nodes[LINK] = node(FILE, ROOT, 0, 4);
	nodes[DEVICE] = node(DEVICE, ROOT, S_IFCHR | 0600, 6);
	nodes[DEVICE].major = 1;
	nodes[DEVICE].minor = 3;
	check->in = (struct luo_tmpfs_in){
		.ser.nodes.count = NR_NODES,
		.ser.nr_bytes = strlen(NAMES TARGET),
		.ser.nr_xattrs = 2,
		.ser.nr_extents = NR_EXTENTS,
		.ser.nr_pages = 3,
		.nodes = nodes,
		.bytes.data = check->bytes,
		.xattrs.data = &check->xattr,
		.extents.data = check->extents,
	};
}

/* A change of a number at an offset in &struct check. */
struct damage {
	const char *what;
	size_t offset;
	u8 size;
	u64 value;
};

#define DAMAGE(_what, _member, _value) {				\
	.what = _what,							\
	.offset = offsetof(struct check, _member),			\
	.size = sizeof_field(struct check, _member),			\
	.value = (_value),						\
}

static const struct damage damages[] = {
	DAMAGE("root is a file", nodes[ROOT].mode, S_IFREG | 0644),
	DAMAGE("root has a parent", nodes[ROOT].parent, 1),
	DAMAGE("root is a link", nodes[ROOT].link, 1),
	DAMAGE("root has a name", nodes[ROOT].name_len, 1),
	DAMAGE("root has flags of no file", nodes[ROOT].fsflags, 0x80000000),
	DAMAGE("a loop of one", nodes[DIRECTORY].parent, DIRECTORY),
	DAMAGE("a directory that comes later", nodes[DIRECTORY].parent, DEVICE),
	DAMAGE("a directory that is not there", nodes[FILE].parent, U32_MAX),
	DAMAGE("a file as directory", nodes[SYMLINK].parent, FILE),
	DAMAGE("a link as directory", nodes[DEVICE].parent, LINK),
	DAMAGE("an empty name", nodes[FILE].name_len, 0),
	DAMAGE("a longer name", nodes[FILE].name_len, 5),
	DAMAGE("a name with a slash", bytes[4], '/'),
	DAMAGE("a name with a NUL", bytes[4], 0),
	DAMAGE("a target with a NUL", bytes[strlen(NAMES)], 0),
	DAMAGE("fewer bytes", in.ser.nr_bytes, strlen(NAMES TARGET) - 1),
	DAMAGE("more bytes", in.ser.nr_bytes, strlen(NAMES TARGET) + 1),
	DAMAGE("a link to a later node", nodes[LINK].link, DEVICE),
	DAMAGE("a link to no node", nodes[LINK].link, U32_MAX),
	DAMAGE("a link to a directory", nodes[LINK].link, DIRECTORY),
	DAMAGE("a link with a mode", nodes[LINK].mode, S_IFREG),
	DAMAGE("a link with pages", nodes[LINK].nr_pages, 1),
	DAMAGE("a link with a time", nodes[LINK].mtime, 1),
	DAMAGE("a link to a link", nodes[FILE].link, DIRECTORY),
	DAMAGE("an unknown type", nodes[DEVICE].mode, 0030000),
	DAMAGE("no type", nodes[DEVICE].mode, 0600),
	DAMAGE("a fifo with a device", nodes[DEVICE].mode, S_IFIFO),
	DAMAGE("a directory with a size", nodes[DIRECTORY].size, 1),
	DAMAGE("a directory with pages", nodes[DIRECTORY].nr_pages, 1),
	DAMAGE("a directory with a device", nodes[DIRECTORY].major, 1),
	DAMAGE("a symbolic link without a target", nodes[SYMLINK].target_len, 0),
	DAMAGE("a file with a target", nodes[FILE].target_len, 1),
	DAMAGE("a file that is too short", nodes[FILE].size, 4 * PAGE_SIZE),
	DAMAGE("fewer pages", nodes[FILE].nr_pages, 2),
	DAMAGE("more pages", nodes[FILE].nr_pages, 4),
	DAMAGE("an ACL that is not there", in.acls.nr, 1),
	DAMAGE("fewer pages in the tree", in.ser.nr_pages, 2),
	DAMAGE("fewer extents", nodes[FILE].nr_extents, 1),
	DAMAGE("more extents", nodes[FILE].nr_extents, 3),
	DAMAGE("very many extents", nodes[FILE].nr_extents, U64_MAX),
	DAMAGE("an extent without pages", extents[1].nr_pages, 0),
	DAMAGE("an extent with an unknown flag", extents[1].flags, 0x8000),
	DAMAGE("an extent with a large order", extents[1].order, 63),
	DAMAGE("fewer extended attributes", nodes[DIRECTORY].nr_xattrs, 1),
	DAMAGE("more extended attributes", nodes[DIRECTORY].nr_xattrs, 3),
	DAMAGE("unused extended attributes", nodes[DIRECTORY].nr_xattrs, 0),
	DAMAGE("an extended attribute without a name", xattr.name_len, 0),
	DAMAGE("a large extended attribute", xattr.value_len, 5),
	DAMAGE("very large extended attribute", xattr.value_len, U32_MAX),
	DAMAGE("flags that make names equal", nodes[FILE].fsflags,
	       FS_CASEFOLD_FL),
};

static void damage_name(const struct damage *damage, char *text)
{
	strscpy(text, damage->what, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(luo_tmpfs_check, damages, damage_name);

static struct check *check_create(struct kunit *test)
{
	struct check *check = kunit_kzalloc(test, sizeof(*check), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, check);
	check_init(check);

	return check;
}

static void luo_tmpfs_check_refuses(struct kunit *test)
{
	const struct damage *damage = test->param_value;
	struct check *check = check_create(test);

	KUNIT_ASSERT_EQ(test, luo_tmpfs_check(&check->in), 0);
	/* The machine is little endian, as all that have live update. */
	memcpy((void *)check + damage->offset, &damage->value, damage->size);
	KUNIT_EXPECT_EQ(test, luo_tmpfs_check(&check->in), -EBADMSG);
}

static void luo_tmpfs_check_dots(struct kunit *test)
{
	struct check *check = check_create(test);
	u16 *len = &check->nodes[DIRECTORY].name_len;
	u16 *other = &check->nodes[FILE].name_len;

	memset(check->bytes, '.', 3);
	KUNIT_EXPECT_EQ(test, luo_tmpfs_check(&check->in), 0);
	/* The sum of the lengths stays the same. */
	for (; *len > 1; (*len)--, (*other)++) {
		if (*len < 3)
			KUNIT_EXPECT_EQ(test, luo_tmpfs_check(&check->in),
					-EBADMSG);
	}
	KUNIT_EXPECT_EQ(test, luo_tmpfs_check(&check->in), -EBADMSG);
}

static struct kunit_case luo_tmpfs_check_cases[] = {
	KUNIT_CASE_PARAM(luo_tmpfs_check_refuses, luo_tmpfs_check_gen_params),
	KUNIT_CASE(luo_tmpfs_check_dots),
	{}
};

static struct kunit_suite luo_tmpfs_check_suite = {
	.name = "luo_tmpfs_check",
	.test_cases = luo_tmpfs_check_cases,
};

kunit_test_suite(luo_tmpfs_check_suite);

MODULE_DESCRIPTION("KUnit tests of the checks of a tree");
MODULE_LICENSE("GPL");
