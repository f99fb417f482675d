// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: The list of kinds
 *
 * The blob that KHO carries: a device tree with one node per kind that leads to
 * the kind's table. It is written anew for each new kind and never changed in
 * place, so that a kexec at any moment finds a whole one.
 *
 * It is called by luo_object_out.c and luo_object_in.c, and calls libfdt.
 */

#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/libfdt.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "luo_handover.h"
#include "luo_object_internal.h"

/**
 * luo_object_kind_name_valid - Whether a kind may have this name.
 * @kind: The name.
 *
 * Kinds are names of device tree nodes and of sysfs folders, and appear in lists
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

static int luo_object_fdt_write(void *fdt, size_t size,
				const struct list_head *tables)
{
	struct luo_object_table *table;
	int err;

	err = fdt_create(fdt, size);
	err = err ?: fdt_finish_reservemap(fdt);
	err = err ?: fdt_begin_node(fdt, "");
	err = err ?: fdt_property_string(fdt, "compatible",
					 LUO_OBJECTS_COMPATIBLE);
	list_for_each_entry(table, tables, list) {
		if (!table->nr_records)
			continue;
		err = err ?: fdt_begin_node(fdt, table->kind);
		err = err ?: fdt_property_u64(fdt, LUO_OBJECTS_PROP_FIRST_BLOCK,
					      virt_to_phys(table->first));
		err = err ?: fdt_end_node(fdt);
	}
	err = err ?: fdt_end_node(fdt);

	return err ?: fdt_finish(fdt);
}

/**
 * luo_object_fdt_build - Write the list of kinds.
 * @tables:   The kinds. Those without objects are left out.
 * @handover: Where the memory for it comes from.
 * @order:    Set to the order of that memory.
 * @gfp:      How to allocate.
 *
 * Return: The device tree, or NULL when there is no memory.
 */
void *luo_object_fdt_build(const struct list_head *tables,
			   const struct luo_handover *handover,
			   unsigned int *order, gfp_t gfp)
{
	void *fdt;
	int err;

	for (*order = 0; *order <= MAX_PAGE_ORDER; ++*order) {
		fdt = handover->alloc(*order, gfp | __GFP_ZERO);
		if (!fdt)
			return NULL;

		err = luo_object_fdt_write(fdt, PAGE_SIZE << *order, tables);
		if (!err)
			return fdt;

		handover->free(fdt, *order);
		if (err != -FDT_ERR_NOSPACE)
			return NULL;
	}

	return NULL;
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
