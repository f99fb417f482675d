// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: The list of kinds
 *
 * The blob that KHO carries is a device tree with one node per kind, which has the
 * address of the kind's table. It is published once at boot, without kinds, and never
 * moves. A kind is appended by one 8-byte store and never removed. A kexec at any
 * moment therefore finds a complete list, and a subsystem that stores its first
 * object needs neither KHO's root tree nor the page allocator.
 *
 * It is called by luo_object_out.c and luo_object_in.c, and calls libfdt.
 */

#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/libfdt.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "luo_object_internal.h"

/**
 * luo_object_fdt_name_valid - Check the name of a kind.
 * @kind: The name.
 *
 * The names of kinds are also names of device tree nodes and of sysfs directories.
 *
 * Return: true if the name is a letter, followed by letters, digits and -_.+, and
 * has at most %LUO_OBJECT_KIND_LEN bytes with its NUL.
 */
bool luo_object_fdt_name_valid(const char *kind)
{
	size_t i, len = strnlen(kind, LUO_OBJECT_KIND_LEN);

	if (!len || len == LUO_OBJECT_KIND_LEN || !isalpha(kind[0]))
		return false;

		/* isalnum() accepts letters of Latin-1. */
	for (i = 0; i < len; i++) {
		if (!isascii(kind[i]) ||
		    (!isalnum(kind[i]) && !strchr("-_.+", kind[i])))
			return false;
	}

	return true;
}

static void *luo_object_fdt_put_cell(void *to, u32 cell)
{
	*(fdt32_t *)to = cpu_to_fdt32(cell);

	return to + sizeof(fdt32_t);
}

/* Append bytes to zeroed memory, padded to the next cell. */
static void *luo_object_fdt_put(void *to, const void *from, size_t size)
{
	memcpy(to, from, size);

	return to + ALIGN(size, sizeof(fdt32_t));
}

static void *luo_object_fdt_put_property(void *to, u32 name, const void *value,
					 u32 size)
{
	to = luo_object_fdt_put_cell(to, FDT_PROP);
	to = luo_object_fdt_put_cell(to, size);
	to = luo_object_fdt_put_cell(to, name);

	return luo_object_fdt_put(to, value, size);
}

/* Write the end tags of the root and the tree, aligned for one 8-byte store. */
static void *luo_object_fdt_put_end(void *fdt, void *to)
{
	if (!IS_ALIGNED(to - fdt, sizeof(u64)))
		to = luo_object_fdt_put_cell(to, FDT_NOP);
	luo_object_fdt_put_cell(luo_object_fdt_put_cell(to, FDT_END_NODE),
				FDT_END);

	return to;
}

/* The strings block with the names of the properties, and their offsets in it. */
#define LUO_OBJECT_FDT_STRINGS	"compatible\0" LUO_OBJECTS_PROP_FIRST_BLOCK
#define LUO_OBJECT_FDT_COMPATIBLE	0
#define LUO_OBJECT_FDT_FIRST_BLOCK	sizeof("compatible")

/**
 * luo_object_fdt_init - Write a list without kinds.
 * @fdt: %LUO_OBJECT_FDT_SIZE bytes, zeroed and 8-byte aligned.
 *
 * The strings lie before the structure block, so that this block can grow up to
 * the end of the memory and no header field changes when a kind is added.
 *
 * Return: The offset of the end of the list, for luo_object_fdt_add_kind().
 */
u32 luo_object_fdt_init(void *fdt)
{
	void *reserved = fdt + ALIGN(sizeof(struct fdt_header), sizeof(u64));
	void *strings = reserved + sizeof(struct fdt_reserve_entry);
	void *structure, *to;

	to = luo_object_fdt_put(strings, LUO_OBJECT_FDT_STRINGS,
				sizeof(LUO_OBJECT_FDT_STRINGS));
	structure = PTR_ALIGN(to, sizeof(u64));

	fdt_set_magic(fdt, FDT_MAGIC);
	fdt_set_totalsize(fdt, LUO_OBJECT_FDT_SIZE);
	fdt_set_off_dt_struct(fdt, structure - fdt);
	fdt_set_off_dt_strings(fdt, strings - fdt);
	fdt_set_off_mem_rsvmap(fdt, reserved - fdt);
	fdt_set_version(fdt, FDT_LAST_SUPPORTED_VERSION);
	fdt_set_last_comp_version(fdt, FDT_LAST_COMPATIBLE_VERSION);
	fdt_set_size_dt_strings(fdt, sizeof(LUO_OBJECT_FDT_STRINGS));
	fdt_set_size_dt_struct(fdt, LUO_OBJECT_FDT_SIZE - (structure - fdt));

	to = luo_object_fdt_put_cell(structure, FDT_BEGIN_NODE);
	to = luo_object_fdt_put(to, "", sizeof(""));
	to = luo_object_fdt_put_property(to, LUO_OBJECT_FDT_COMPATIBLE,
					 LUO_OBJECTS_COMPATIBLE,
					 sizeof(LUO_OBJECTS_COMPATIBLE));

	return luo_object_fdt_put_end(fdt, to) - fdt;
}

/* The largest size of a node and of the end of the tree, in bytes. */
#define LUO_OBJECT_FDT_NODE_MAX						\
	(2 * sizeof(fdt32_t) + LUO_OBJECT_KIND_LEN +			\
	 sizeof(struct fdt_property) + sizeof(u64) + 3 * sizeof(fdt32_t))

/**
 * luo_object_fdt_full - Check whether the list can take another kind.
 * @end: The offset of the end of the list.
 *
 * Return: true if a kind with the longest name does not fit.
 */
bool luo_object_fdt_full(u32 end)
{
	return end + LUO_OBJECT_FDT_NODE_MAX > LUO_OBJECT_FDT_SIZE;
}

/**
 * luo_object_fdt_add_kind - Add a kind to the list.
 * @fdt:   The list, which may be published already.
 * @end:   The offset of its end, which is not luo_object_fdt_full(). Updated.
 * @kind:  The name of the kind.
 * @first: Physical address of its first block, which must be complete.
 *
 * A kexec may stop this CPU at any instruction, and the next kernel reads the list as
 * it is at that moment. Until the last store, the two end tags at @end close the tree
 * in front of the new node. The last store replaces both tags by the first 8 bytes of
 * the node. smp_wmb() makes the rest of the node, which ends with the same two tags,
 * visible before that.
 */
void luo_object_fdt_add_kind(void *fdt, u32 *end, const char *kind, u64 first)
{
	u8 node[LUO_OBJECT_FDT_NODE_MAX] __aligned(sizeof(u64)) = {};
	fdt64_t address = cpu_to_fdt64(first);
	void *at = fdt + *end, *to = node;

	to = luo_object_fdt_put_cell(to, FDT_BEGIN_NODE);
	to = luo_object_fdt_put(to, kind, strlen(kind) + 1);
	to = luo_object_fdt_put_property(to, LUO_OBJECT_FDT_FIRST_BLOCK,
					 &address, sizeof(address));
	to = luo_object_fdt_put_cell(to, FDT_END_NODE);
	to = luo_object_fdt_put_end(node, to);

	memcpy(at + sizeof(u64), node + sizeof(u64), sizeof(node) - sizeof(u64));
	/* See above: complete the node before the store that links it. */
	smp_wmb();
	WRITE_ONCE(*(u64 *)at, *(u64 *)node);
	*end += to - (void *)node;
}

/*
 * Return the only property of a node, or NULL if it has another name or length, or is
 * not the only one. If a tag or a length is corrupt, nodes that follow look like a
 * part of the property.
 */
static const void *luo_object_fdt_property(const void *fdt, int node,
					   const char *name, int size)
{
	int property = fdt_first_property_offset(fdt, node);
	const void *value;
	int len;

	if (property < 0 ||
	    fdt_next_property_offset(fdt, property) != -FDT_ERR_NOTFOUND)
		return NULL;

	value = fdt_getprop(fdt, node, name, &len);

	return value && len == size ? value : NULL;
}

static bool luo_object_fdt_compatible(const void *fdt)
{
	const char *compatible =
		luo_object_fdt_property(fdt, 0, "compatible",
					sizeof(LUO_OBJECTS_COMPATIBLE));

	return compatible && !memcmp(compatible, LUO_OBJECTS_COMPATIBLE,
				     sizeof(LUO_OBJECTS_COMPATIBLE));
}

/**
 * luo_object_fdt_read_kinds - Read the list of kinds.
 * @fdt:     A copy of the device tree of the previous kernel.
 * @size:    Size of @fdt in bytes.
 * @fn:      Called for each kind, with a valid name, and the address of its first
 *           block: any number. A negative errno ends the walk.
 * @context: Passed to @fn.
 *
 * Return: 0; -EBADMSG if the tree is corrupt, after @fn was called for all readable
 * kinds; or the errno of @fn.
 */
int luo_object_fdt_read_kinds(const void *fdt, size_t size,
			      luo_object_fdt_fn fn, void *context)
{
	int node = 0, depth = 0, end, err;
	bool damaged = false;

	if (size < sizeof(struct fdt_header) || fdt_check_header(fdt) ||
	    fdt_totalsize(fdt) > size || !luo_object_fdt_compatible(fdt))
		return -EBADMSG;

	/* fdt_for_each_subnode() would not report that the tree is corrupt. */
	while ((node = fdt_next_node(fdt, node, &depth)) >= 0 && depth > 0) {
		const char *kind = fdt_get_name(fdt, node, NULL);
		const fdt64_t *first;

		first = luo_object_fdt_property(fdt, node,
						LUO_OBJECTS_PROP_FIRST_BLOCK,
						sizeof(*first));
		if (depth > 1 || !first || !kind ||
		    !luo_object_fdt_name_valid(kind)) {
			damaged = true;
			continue;
		}

		err = fn(context, kind, fdt64_ld(first));
		if (err)
			return err;
	}

	/* The end tag of the root must be followed by that of the tree. */
	if (node < 0 || fdt_next_tag(fdt, node, &end) != FDT_END || end < 0)
		damaged = true;

	return damaged ? -EBADMSG : 0;
}
