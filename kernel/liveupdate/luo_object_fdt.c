// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: The list of kinds
 *
 * The blob that KHO carries: a device tree with one node per kind that leads to
 * the kind's table. It is published once at boot, without kinds, and stays where
 * it is. A kind is appended by one 8-byte store and never removed, so a kexec at
 * any moment finds a complete list, and neither KHO's root tree nor the page
 * allocator is involved when a subsystem stores its first object.
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
 * luo_object_kind_name_valid - Whether a kind may have this name.
 * @kind: The name.
 *
 * Kinds are names of device tree nodes and of sysfs directories, and appear in lists
 * and in the log.
 *
 * Return: true for letters, digits and -_.+, a letter first, that with their NUL
 * fit into %LUO_OBJECT_KIND_LEN.
 */
bool luo_object_kind_name_valid(const char *kind)
{
	size_t i, len = strnlen(kind, LUO_OBJECT_KIND_LEN);

	if (!len || len == LUO_OBJECT_KIND_LEN || !isalpha(kind[0]))
		return false;

	/* isalnum() knows Latin-1. */
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

/* End the root and the tree, aligned so that one store can replace both tags. */
static void *luo_object_fdt_put_end(void *fdt, void *to)
{
	if (!IS_ALIGNED(to - fdt, sizeof(u64)))
		to = luo_object_fdt_put_cell(to, FDT_NOP);
	luo_object_fdt_put_cell(luo_object_fdt_put_cell(to, FDT_END_NODE),
				FDT_END);

	return to;
}

/* The names of the properties, and where they are in the strings block. */
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
 * Return: Where the list ends, as an offset for luo_object_fdt_add_kind().
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

/* A node with its tags, its name and its property, and the end of the tree. */
#define LUO_OBJECT_FDT_NODE_MAX						\
	(2 * sizeof(fdt32_t) + LUO_OBJECT_KIND_LEN +			\
	 sizeof(struct fdt_property) + sizeof(u64) + 3 * sizeof(fdt32_t))

/**
 * luo_object_fdt_full - Check whether the list can take another kind.
 * @end: Where the list ends.
 *
 * Return: true if a kind with a name of any length may not fit.
 */
bool luo_object_fdt_full(u32 end)
{
	return end + LUO_OBJECT_FDT_NODE_MAX > LUO_OBJECT_FDT_SIZE;
}

/**
 * luo_object_fdt_add_kind - Add a kind to the list.
 * @fdt:   The list, which may be published already.
 * @end:   Where it ends; not luo_object_fdt_full(). Updated.
 * @kind:  The name of the kind.
 * @first: Physical address of its first block, which is complete.
 *
 * A kexec may stop this processor at any instruction, and the next kernel reads
 * the list as it is at that moment. Until the last store the two tags at @end
 * close the tree in front of the new node. That store is one of 8 aligned bytes:
 * it replaces both tags by the beginning of the node, whose other bytes smp_wmb()
 * makes visible before. They end with the same two tags.
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
	/* See above: the node is complete before the store that leads to it. */
	smp_wmb();
	WRITE_ONCE(*(u64 *)at, *(u64 *)node);
	*end += to - (void *)node;
}

/*
 * The only property of a node, which has to have this name and length: where a
 * tag or a length is damaged, a property swallows nodes.
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
 * @fdt:     The device tree as the previous kernel left it.
 * @size:    Memory that is known to be there, in bytes.
 * @fn:      Called for each kind, with a name that is one, and the address of
 *           its first block: any number. A negative errno ends the reading.
 * @context: For @fn.
 *
 * Return: 0; what @fn returned; -EBADMSG where the tree is damaged, after @fn
 * was called for all that could be read.
 */
int luo_object_fdt_read_kinds(const void *fdt, size_t size,
			      luo_object_fdt_fn fn, void *context)
{
	int node = 0, depth = 0, end, err;
	bool damaged = false;

	if (size < sizeof(struct fdt_header) || fdt_check_header(fdt) ||
	    fdt_totalsize(fdt) > size || !luo_object_fdt_compatible(fdt))
		return -EBADMSG;

	/* Not fdt_for_each_subnode(), to which a broken tree is just shorter. */
	while ((node = fdt_next_node(fdt, node, &depth)) >= 0 && depth > 0) {
		const char *kind = fdt_get_name(fdt, node, NULL);
		const fdt64_t *first;

		first = luo_object_fdt_property(fdt, node,
						LUO_OBJECTS_PROP_FIRST_BLOCK,
						sizeof(*first));
		if (depth > 1 || !first || !kind ||
		    !luo_object_kind_name_valid(kind)) {
			damaged = true;
			continue;
		}

		err = fn(context, kind, fdt64_ld(first));
		if (err)
			return err;
	}

	/* The root has to have ended, and the tree with it. */
	if (node < 0 || fdt_next_tag(fdt, node, &end) != FDT_END || end < 0)
		damaged = true;

	return damaged ? -EBADMSG : 0;
}
