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

#include <linux/errno.h>
#include <linux/io.h>
#include <linux/libfdt.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "luo_handover.h"
#include "luo_object_internal.h"

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
 * @tables:   The kinds, each with a first block.
 * @handover: Where the memory for it comes from.
 * @order:    Set to the order of that memory.
 *
 * Return: The device tree, or NULL when there is no memory.
 */
void *luo_object_fdt_build(const struct list_head *tables,
			   const struct luo_handover *handover,
			   unsigned int *order)
{
	void *fdt;
	int err;

	for (*order = 0; *order <= MAX_PAGE_ORDER; ++*order) {
		fdt = handover->alloc(*order, GFP_KERNEL);
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

/**
 * luo_object_fdt_for_each_kind - Read the list of kinds.
 * @fdt:     The device tree as the previous kernel left it.
 * @size:    Memory that is known to be there, in bytes.
 * @fn:      Called for each kind, with its name shorter than
 *           %LUO_OBJECT_KIND_LEN and the address of its first block: any
 *           number. A negative errno ends the reading.
 * @context: For @fn.
 *
 * Return: 0; what @fn returned; -EBADMSG where the tree is damaged, after @fn
 * was called for all that could be read.
 */
int luo_object_fdt_for_each_kind(const void *fdt, size_t size,
				 int (*fn)(void *context, const char *kind,
					   u64 first),
				 void *context)
{
	bool damaged = false;
	int node, len, err;

	if (size < sizeof(struct fdt_header) || fdt_check_header(fdt) ||
	    fdt_totalsize(fdt) > size)
		return -EBADMSG;

	if (fdt_node_check_compatible(fdt, 0, LUO_OBJECTS_COMPATIBLE))
		return -EBADMSG;

	fdt_for_each_subnode(node, fdt, 0) {
		const char *kind = fdt_get_name(fdt, node, &len);
		const fdt64_t *first;

		if (!kind || !len || len >= LUO_OBJECT_KIND_LEN) {
			damaged = true;
			continue;
		}

		first = fdt_getprop(fdt, node, LUO_OBJECTS_PROP_FIRST_BLOCK,
				    &len);
		if (!first || len != sizeof(*first)) {
			damaged = true;
			continue;
		}

		err = fn(context, kind, fdt64_ld(first));
		if (err)
			return err;
	}

	return damaged || node != -FDT_ERR_NOTFOUND ? -EBADMSG : 0;
}
