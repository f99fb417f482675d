// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Corrupting the handover
 *
 * Corrupts preserved memory at the last moment: after LUO has frozen all sessions, right
 * before the kexec. User space writes the changes before that to
 * ``/sys/kernel/debug/luo_corrupt/command``, one per line::
 *
 *   OWNER PLACE FIELD VALUE [crc]
 *
 * OWNER is pkram/NAME, memfd/SIZE-OF-THE-FILE, object/KIND/INSTANCE, kind/KIND or
 * fdt. PLACE is a structure of the owner, NAME or NAME:NUMBER, see the table of places
 * below. FIELD is a member of that structure, or the offset of 8 bytes. VALUE is a
 * number, +NUMBER, -NUMBER or ^NUMBER, or an address: @free of a page that is not
 * preserved, @text of the kernel, @scratch of a scratch area, @none of no memory, or
 * @OWNER@PLACE. With "crc" the CRC of the structure is updated, so that the checks
 * behind the CRC are tested.
 *
 * write() fails if the place does not exist yet. All places and values are looked up
 * before a change is made, so two lines can swap two fields.
 *
 * It uses all wire formats. A change cannot be undone; do not use such a kernel for
 * anything else.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitfield.h>
#include <linux/cleanup.h>
#include <linux/crc32c.h>
#include <linux/debugfs.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/kexec.h>
#include <linux/kexec_handover.h>
#include <linux/kho/abi/luo_array.h>
#include <linux/kho/abi/luo_hugetlb.h>
#include <linux/kho/abi/luo_memfd.h>
#include <linux/kho/abi/luo_memfd_attrs.h>
#include <linux/kho/abi/luo_pool.h>
#include <linux/kho/abi/luo_tmpfs.h>
#include <linux/kho/abi/memfd.h>
#include <linux/kho/abi/pkram.h>
#include <linux/kstrtox.h>
#include <linux/libfdt.h>
#include <linux/list.h>
#include <linux/luo_field.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/reboot.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/swab.h>
#include <linux/uaccess.h>

#include <asm/sections.h>

#include "../../kernel/liveupdate/luo_object_internal.h"
#include "../../kernel/liveupdate/pkram_internal.h"
#include "../../mm/luo_hugetlb.h"
#include "luo_test_line.h"

/* A structure, and the function that updates its CRC. */
struct luo_corrupt_spot {
	void *mem;
	void (*seal)(const struct luo_corrupt_spot *spot);
	struct luo_object_table *table;
	struct luo_object_record_ser *record;
	u64 handle;
	u64 sequence;
};

/* A line, looked up. */
struct luo_corrupt_change {
	struct luo_corrupt_spot spot;
	void *mem;
	unsigned int size;
	u64 value;
	bool seal;
};

struct luo_corrupt_line {
	struct list_head list;
	struct luo_corrupt_change change;
	char text[];
};

static DEFINE_MUTEX(luo_corrupt_lock);
static LIST_HEAD(luo_corrupt_lines);
static struct page *luo_corrupt_free_page;

/* Functions that update a CRC. */

static void luo_corrupt_seal_record(const struct luo_corrupt_spot *spot)
{
	spot->record->crc = luo_object_table_record_crc(spot->record);
}

static void luo_corrupt_seal_data(const struct luo_corrupt_spot *spot)
{
	spot->record->data_crc = crc32c(~0, luo_object_table_record_data(spot->record),
					spot->record->size);
	luo_corrupt_seal_record(spot);
}

static void luo_corrupt_seal_block(const struct luo_corrupt_spot *spot)
{
	struct luo_object_block_ser *block = spot->mem;

	block->crc = luo_object_table_block_crc(block);
}

static void luo_corrupt_seal_pool(const struct luo_corrupt_spot *spot)
{
	struct luo_pool_block_ser *block = spot->mem;

	block->crc = crc32c(~0, block, offsetof(struct luo_pool_block_ser, crc));
}

static void luo_corrupt_seal_chain(const struct luo_corrupt_spot *spot)
{
	struct luo_pool_block_ser *block = spot->mem;
	u32 crc = crc32c(~0, &spot->handle, sizeof(spot->handle));

	crc = crc32c(crc, &spot->sequence, sizeof(spot->sequence));
	block->crc = crc32c(crc, block, offsetof(struct luo_pool_block_ser, crc));
}

static void luo_corrupt_seal_root(const struct luo_corrupt_spot *spot)
{
	struct pkram_root_ser *root = spot->mem;

	root->crc = crc32c(~0, root, offsetof(struct pkram_root_ser, crc));
}

static void luo_corrupt_seal_object(const struct luo_corrupt_spot *spot)
{
	struct pkram_object_ser *object = spot->mem;

	object->crc = crc32c(~0, object, offsetof(struct pkram_object_ser, crc));
}

static void luo_corrupt_seal_bytes(const struct luo_corrupt_spot *spot)
{
	struct pkram_bytes_ser *chunk = spot->mem;

	chunk->crc = crc32c(~0, chunk, offsetof(struct pkram_bytes_ser, crc));
}

/* At most the runs that fit into a page, even if nr_runs is larger. */
static void luo_corrupt_seal_pages(const struct luo_corrupt_spot *spot)
{
	struct pkram_pages_ser *block = phys_to_virt(spot->handle);
	u32 crc = crc32c(~0, block, offsetof(struct pkram_pages_ser, crc));
	size_t room = PAGE_SIZE - offset_in_page(block->runs);

	block->crc = crc32c(crc, block->runs,
			    min(room, block->nr_runs * sizeof(*block->runs)));
}

static void luo_corrupt_seal_array(const struct luo_corrupt_spot *spot)
{
	struct luo_array_block_ser *block = spot->mem;
	struct luo_array_block_ser copy = *block;
	u32 nr_runs = min_t(u32, block->nr_runs, LUO_ARRAY_RUNS_PER_BLOCK);

	copy.data_crc = 0;
	copy.crc = 0;
	block->crc = crc32c(crc32c(~0, &copy, sizeof(copy)), block->runs,
			    nr_runs * sizeof(block->runs[0]));
}

/* The elements of an array, or those in its first run. */
static void *luo_corrupt_elements(struct luo_array_block_ser *block)
{
	return block->nr_runs ?
	       phys_to_virt(block->runs[0] & ~LUO_ARRAY_RUN_ORDER) : block + 1;
}

static void luo_corrupt_seal_elements(const struct luo_corrupt_spot *spot)
{
	struct luo_array_block_ser *block = phys_to_virt(spot->handle);

	block->data_crc = crc32c(~0, luo_corrupt_elements(block),
				 block->count * block->element_size);
}

/* Functions that find a structure of this kernel, which is still valid. */

static int luo_corrupt_record(struct luo_corrupt_spot *spot, unsigned int nr)
{
	spot->mem = spot->record;
	spot->seal = luo_corrupt_seal_record;

	return spot->mem ? 0 : -ENOENT;
}

static int luo_corrupt_data(struct luo_corrupt_spot *spot, unsigned int nr)
{
	if (!spot->record)
		return -ENOENT;

	spot->mem = luo_object_table_record_data(spot->record);
	spot->seal = luo_corrupt_seal_data;

	return 0;
}

static int luo_corrupt_pool(struct luo_corrupt_spot *spot, unsigned int nr)
{
	if (!spot->record)
		return -ENOENT;

	spot->mem = luo_pool_block(luo_object_table_record_data(spot->record));
	spot->seal = luo_corrupt_seal_pool;

	return 0;
}

static int luo_corrupt_block(struct luo_corrupt_spot *spot, unsigned int nr)
{
	struct luo_object_block_ser *block;

	if (!spot->table)
		return -ENOENT;

	luo_object_for_each_block(spot->table, block) {
		if (nr--)
			continue;
		spot->mem = block;
		spot->seal = luo_corrupt_seal_block;
		return 0;
	}

	return -ENOENT;
}

/* The first block of a kind, as the list of kinds has it. */
static int luo_corrupt_first(struct luo_corrupt_spot *spot, unsigned int nr)
{
	const void *fdt = luo_objects_out.fdt;

	if (!spot->table || !fdt)
		return -ENOENT;

	spot->mem = (void *)fdt_getprop(fdt, fdt_subnode_offset(fdt, 0,
						spot->table->kind),
					LUO_OBJECTS_PROP_FIRST_BLOCK, NULL);

	return spot->mem ? 0 : -ENOENT;
}

static int luo_corrupt_fdt(struct luo_corrupt_spot *spot, unsigned int nr)
{
	spot->mem = luo_objects_out.fdt;

	return spot->mem ? 0 : -ENOENT;
}

static const struct pkram_node_ser *
luo_corrupt_node(const struct luo_corrupt_spot *spot)
{
	if (!spot->record || strcmp(spot->table->kind, PKRAM_KIND))
		return NULL;

	return luo_object_table_record_data(spot->record);
}

static int luo_corrupt_chain(struct luo_corrupt_spot *spot, unsigned int nr)
{
	const struct pkram_node_ser *node = luo_corrupt_node(spot);
	struct luo_pool_block_ser *block;
	u64 address;

	if (!node)
		return -ENOENT;

	spot->seal = luo_corrupt_seal_chain;
	spot->handle = node->pool;
	for (address = node->pool; address; address = block->next) {
		block = phys_to_virt(address);
		spot->mem = block;
		if (spot->sequence == nr)
			return 0;
		spot->sequence++;
	}

	return -ENOENT;
}

static int luo_corrupt_root(struct luo_corrupt_spot *spot, unsigned int nr)
{
	const struct pkram_node_ser *node = luo_corrupt_node(spot);

	if (!node)
		return -ENOENT;

	spot->mem = phys_to_virt(node->root);
	spot->seal = luo_corrupt_seal_root;

	return 0;
}

static int luo_corrupt_object(struct luo_corrupt_spot *spot, unsigned int nr)
{
	struct pkram_object_ser *object;
	u64 address;
	int err;

	err = luo_corrupt_root(spot, 0);
	if (err)
		return err;

	address = ((struct pkram_root_ser *)spot->mem)->objects;
	spot->seal = luo_corrupt_seal_object;
	for (; address; address = object->next) {
		object = phys_to_virt(address);
		spot->mem = object;
		if (!nr--)
			return 0;
	}

	return -ENOENT;
}

/* The chunks of the first object. */
static int luo_corrupt_pages(struct luo_corrupt_spot *spot, unsigned int nr)
{
	struct pkram_pages_ser *block;
	int err;

	err = luo_corrupt_object(spot, 0);
	if (err)
		return err;

	spot->handle = ((struct pkram_object_ser *)spot->mem)->pages;
	spot->seal = luo_corrupt_seal_pages;
	for (; spot->handle; spot->handle = block->next) {
		block = phys_to_virt(spot->handle);
		spot->mem = block;
		if (!nr--)
			return 0;
	}

	return -ENOENT;
}

/* The runs of the first list of pages. */
static int luo_corrupt_run(struct luo_corrupt_spot *spot, unsigned int nr)
{
	struct pkram_pages_ser *block;
	int err;

	err = luo_corrupt_pages(spot, 0);
	if (err)
		return err;

	block = spot->mem;
	spot->mem = &block->runs[nr];

	return nr < block->nr_runs ? 0 : -ENOENT;
}

static int luo_corrupt_bytes(struct luo_corrupt_spot *spot, unsigned int nr)
{
	struct pkram_bytes_ser *chunk;
	u64 address;
	int err;

	err = luo_corrupt_object(spot, 0);
	if (err)
		return err;

	address = ((struct pkram_object_ser *)spot->mem)->bytes;
	spot->seal = luo_corrupt_seal_bytes;
	for (; address; address = chunk->next) {
		chunk = phys_to_virt(address);
		spot->mem = chunk;
		if (!nr--)
			return 0;
	}

	return -ENOENT;
}

static const struct luo_tmpfs_ser *
luo_corrupt_tree(const struct luo_corrupt_spot *spot)
{
	if (!spot->record || strcmp(spot->table->kind, LUO_TMPFS_KIND))
		return NULL;

	return luo_object_table_record_data(spot->record);
}

/*
 * The offset of the handle in an object: of its first elements, if it has any by the fields
 * of its kind. An object of the test driver begins with a handle.
 */
static u32 luo_corrupt_handle_offset(const char *name)
{
	const struct luo_object_kind *kind;
	unsigned int i;

	lockdep_assert_held(&luo_object_kinds_lock);

	list_for_each_entry(kind, &luo_object_kinds, list) {
		if (strcmp(kind->name, name))
			continue;
		for (i = 0; i < kind->nr_fields; i++) {
			if (kind->fields[i].form == LUO_FORM_ELEMENTS)
				return kind->fields[i].offset;
		}
	}

	return 0;
}

/* The extents of a memfd or of a tree, or the elements of another object. */
static u64 luo_corrupt_handle(const struct luo_corrupt_spot *spot)
{
	const struct luo_tmpfs_ser *tree = luo_corrupt_tree(spot);
	const struct luo_memfd_ser_v1 *v1;

	if (!spot->record)
		return 0;
	if (tree)
		return tree->extents;

	v1 = luo_object_table_record_data(spot->record);
	if (!strcmp(spot->table->kind, LUO_MEMFD_KIND))
		return v1->extents;

	return *(u64 *)((void *)v1 + luo_corrupt_handle_offset(spot->table->kind));
}

static int luo_corrupt_array(struct luo_corrupt_spot *spot, unsigned int nr)
{
	struct luo_array_block_ser *block;
	u64 address = luo_corrupt_handle(spot);

	spot->seal = luo_corrupt_seal_array;
	for (; address; address = block->next) {
		block = phys_to_virt(address);
		spot->mem = block;
		if (!nr--)
			return 0;
	}

	return -ENOENT;
}

/* An element in the first run of an array. */
static int luo_corrupt_element(struct luo_corrupt_spot *spot, u64 handle,
			       unsigned int nr)
{
	struct luo_array_block_ser *block;

	if (!handle)
		return -ENOENT;

	block = phys_to_virt(handle);
	spot->handle = handle;
	spot->seal = luo_corrupt_seal_elements;
	spot->mem = luo_corrupt_elements(block) + nr * block->element_size;

	return nr < block->count ? 0 : -ENOENT;
}

static int luo_corrupt_extent(struct luo_corrupt_spot *spot, unsigned int nr)
{
	return luo_corrupt_element(spot, luo_corrupt_handle(spot), nr);
}

static int luo_corrupt_tree_node(struct luo_corrupt_spot *spot, unsigned int nr)
{
	const struct luo_tmpfs_ser *tree = luo_corrupt_tree(spot);

	return luo_corrupt_element(spot, tree ? tree->nodes.array : 0, nr);
}

/* A byte of a name or of the target of a symbolic link. */
static int luo_corrupt_tree_byte(struct luo_corrupt_spot *spot, unsigned int nr)
{
	const struct luo_tmpfs_ser *tree = luo_corrupt_tree(spot);

	return luo_corrupt_element(spot, tree ? tree->bytes : 0, nr);
}

/* An extended attribute, which begins at an element of 8 bytes. */
static int luo_corrupt_tree_xattr(struct luo_corrupt_spot *spot, unsigned int nr)
{
	const struct luo_tmpfs_ser *tree = luo_corrupt_tree(spot);

	return luo_corrupt_element(spot, tree ? tree->xattrs : 0, nr);
}

static const struct luo_hugetlb_ser *
luo_corrupt_hugetlb(const struct luo_corrupt_spot *spot)
{
	if (!spot->record || strcmp(spot->table->kind, LUO_HUGETLB_KIND))
		return NULL;

	return luo_object_table_record_data(spot->record);
}

static int luo_corrupt_hugetlb_extent(struct luo_corrupt_spot *spot,
				      unsigned int nr)
{
	const struct luo_hugetlb_ser *hugetlb = luo_corrupt_hugetlb(spot);

	return luo_corrupt_element(spot, hugetlb ? hugetlb->extents.array : 0, nr);
}

static int luo_corrupt_hugetlb_resv(struct luo_corrupt_spot *spot,
				    unsigned int nr)
{
	const struct luo_hugetlb_ser *hugetlb = luo_corrupt_hugetlb(spot);

	return luo_corrupt_element(spot, hugetlb ? hugetlb->reserved.array : 0, nr);
}

#ifdef CONFIG_LUO_HUGETLB
static void luo_corrupt_seal_hugetlb_pool(const struct luo_corrupt_spot *spot)
{
	luo_hugetlb_pool_out->crc = luo_hugetlb_pool_crc(luo_hugetlb_pool_out);
}

/* The numbers of huge pages, which have no owner. */
static int luo_corrupt_hugetlb_pool(struct luo_corrupt_spot *spot,
				    unsigned int nr)
{
	spot->mem = luo_hugetlb_pool_out;
	spot->seal = luo_corrupt_seal_hugetlb_pool;

	return spot->mem ? 0 : -ENOENT;
}

static int luo_corrupt_hugetlb_node(struct luo_corrupt_spot *spot,
				    unsigned int nr)
{
	if (!luo_hugetlb_pool_out || nr >= luo_hugetlb_pool_out->nr)
		return -ENOENT;

	spot->mem = &luo_hugetlb_pool_out->entries[nr];
	spot->seal = luo_corrupt_seal_hugetlb_pool;

	return 0;
}
#endif

static int luo_corrupt_v0(struct luo_corrupt_spot *spot, unsigned int nr)
{
	if (!spot->record || strcmp(spot->table->kind, LUO_MEMFD_KIND) ||
	    !PAGE_ALIGNED(spot->record->instance))
		return -ENOENT;

	spot->mem = phys_to_virt(spot->record->instance);

	return 0;
}

/* The attributes of a memfd, which are another object of the same instance. */
static int luo_corrupt_attrs(struct luo_corrupt_spot *spot, unsigned int nr)
{
	struct luo_object_table *table;

	if (!spot->record || strcmp(spot->table->kind, LUO_MEMFD_KIND))
		return -ENOENT;

	table = luo_object_table_find(&luo_objects_out.tables,
				      LUO_MEMFD_ATTRS_KIND);
	spot->record = table ?
		       luo_object_table_any(table, spot->record->instance) :
		       NULL;

	return luo_corrupt_data(spot, nr);
}

/* The first chunk of the list of folios. */
static int luo_corrupt_chunk(struct luo_corrupt_spot *spot, unsigned int nr)
{
	int err;

	err = luo_corrupt_v0(spot, 0);
	if (err)
		return err;

	spot->mem = phys_to_virt(((struct memfd_luo_ser *)spot->mem)->folios.first.phys);

	return 0;
}

/* In the first page of the list of folios. */
static int luo_corrupt_folio(struct luo_corrupt_spot *spot, unsigned int nr)
{
	int err;

	err = luo_corrupt_chunk(spot, 0);
	if (err)
		return err;

	spot->mem = phys_to_virt(((struct kho_vmalloc_chunk *)spot->mem)->phys[0]);
	spot->mem += nr * sizeof(struct memfd_luo_folio_ser);

	return 0;
}

/* The lowest page of a run, or the first page of an extent. */
static int luo_corrupt_page(struct luo_corrupt_spot *spot, unsigned int nr)
{
	struct luo_memfd_extent_ser *extent;
	struct pkram_run_ser *run;
	u64 first, pfn;

	if (!luo_corrupt_run(spot, nr)) {
		run = spot->mem;
		first = FIELD_GET(PKRAM_RUN_FIRST, run->where);
		spot->mem = phys_to_virt((first & (first - 1)) >> 1 << PAGE_SHIFT);
		return 0;
	}
	if (!luo_corrupt_extent(spot, nr)) {
		extent = spot->mem;
		pfn = extent->pfn;
		if (extent->flags & LUO_MEMFD_DESCENDING)
			pfn += extent->nr_pages - 1;
		spot->mem = phys_to_virt(PFN_PHYS(pfn));
		return 0;
	}

	return -ENOENT;
}

static const struct {
	const char *name;
	int (*find)(struct luo_corrupt_spot *spot, unsigned int nr);
} luo_corrupt_places[] = {
	{ "record", luo_corrupt_record },
	{ "data", luo_corrupt_data },
	{ "pool", luo_corrupt_pool },
	{ "block", luo_corrupt_block },
	{ "first", luo_corrupt_first },
	{ "fdt", luo_corrupt_fdt },
	{ "node", luo_corrupt_data },
	{ "chain", luo_corrupt_chain },
	{ "root", luo_corrupt_root },
	{ "object", luo_corrupt_object },
	{ "pages", luo_corrupt_pages },
	{ "run", luo_corrupt_run },
	{ "bytes", luo_corrupt_bytes },
	{ "array", luo_corrupt_array },
	{ "v1", luo_corrupt_data },
	{ "attrs", luo_corrupt_attrs },
	{ "extent", luo_corrupt_extent },
	{ "element", luo_corrupt_extent },
	{ "tree", luo_corrupt_data },
	{ "tree_node", luo_corrupt_tree_node },
	{ "tree_byte", luo_corrupt_tree_byte },
	{ "tree_xattr", luo_corrupt_tree_xattr },
	{ "hugetlb", luo_corrupt_data },
	{ "hugetlb_extent", luo_corrupt_hugetlb_extent },
	{ "hugetlb_resv", luo_corrupt_hugetlb_resv },
#ifdef CONFIG_LUO_HUGETLB
	{ "hugetlb_pool", luo_corrupt_hugetlb_pool },
	{ "hugetlb_node", luo_corrupt_hugetlb_node },
#endif
	{ "v0", luo_corrupt_v0 },
	{ "chunk", luo_corrupt_chunk },
	{ "folio", luo_corrupt_folio },
	{ "page", luo_corrupt_page },
};

/* The records of a memfd are found by the size of the file. */
static struct luo_object_record_ser *
luo_corrupt_memfd(struct luo_object_table *table, u64 size)
{
	struct luo_object_record_ser *record;
	struct luo_object_block_ser *block;

	luo_object_for_each_block(table, block) {
		luo_object_for_each_record(block, record) {
			const struct luo_memfd_ser_v1 *v1 =
				luo_object_table_record_data(record);

			if (v1->size == size)
				return record;
		}
	}

	return NULL;
}

/* Table and record of an owner, if it has any. */
static int luo_corrupt_owner(char *owner, struct luo_corrupt_spot *spot)
{
	const char *type = strsep(&owner, "/");
	const char *name = strsep(&owner, "/");
	const char *kind = name;
	u64 number = 0;

	*spot = (struct luo_corrupt_spot){};
	if (!strcmp(type, "fdt"))
		return 0;
	if (!name)
		return -EINVAL;

	if (!strcmp(type, "pkram")) {
		kind = PKRAM_KIND;
		number = pkram_node_instance(name);
	} else if (!strcmp(type, "memfd")) {
		kind = LUO_MEMFD_KIND;
		if (kstrtou64(name, 0, &number))
			return -EINVAL;
	} else if (!strcmp(type, "object")) {
		if (!owner || kstrtou64(owner, 0, &number))
			return -EINVAL;
	} else if (strcmp(type, "kind")) {
		return -EINVAL;
	}

	spot->table = luo_object_table_find(&luo_objects_out.tables, kind);
	if (!spot->table)
		return -ENOENT;
	if (!strcmp(type, "kind"))
		return 0;

	spot->record = strcmp(type, "memfd") ?
		       luo_object_table_any(spot->table, number) :
		       luo_corrupt_memfd(spot->table, number);

	return spot->record ? 0 : -ENOENT;
}

static int luo_corrupt_find(char *owner, char *place,
			    struct luo_corrupt_spot *spot)
{
	const char *name = strsep(&place, ":");
	unsigned int i, nr = 0;
	int err;

	if (place && kstrtouint(place, 0, &nr))
		return -EINVAL;

	err = luo_corrupt_owner(owner, spot);
	if (err)
		return err;

	for (i = 0; i < ARRAY_SIZE(luo_corrupt_places); i++) {
		if (!strcmp(luo_corrupt_places[i].name, name))
			return luo_corrupt_places[i].find(spot, nr);
	}

	return -EINVAL;
}

/* How an address is written in a field. */
enum luo_corrupt_form {
	LUO_CORRUPT_ADDRESS,
	LUO_CORRUPT_BIG_ENDIAN,
	LUO_CORRUPT_PFN,
	LUO_CORRUPT_PFN_LOW,
	LUO_CORRUPT_PFN_RUN,
	LUO_CORRUPT_ARRAY_RUN,
};

struct luo_corrupt_field {
	const char *place;
	const char *name;
	unsigned int offset;
	unsigned int size;
	enum luo_corrupt_form form;
};

#define FIELD_AS(_place, type, field, _form) {				\
	.place = #_place,						\
	.name = #field,							\
	.offset = offsetof(struct type, field),				\
	.size = sizeof_field(struct type, field),			\
	.form = LUO_CORRUPT_##_form,					\
}

#define FIELD(place, type, field) FIELD_AS(place, type, field, ADDRESS)

#define ELEMENT(_place, _name, _offset, _form) {			\
	.place = #_place,						\
	.name = _name,							\
	.offset = _offset,						\
	.size = sizeof(u64),						\
	.form = LUO_CORRUPT_##_form,					\
}

static const struct luo_corrupt_field luo_corrupt_fields[] = {
	FIELD(record, luo_object_record_ser, instance),
	FIELD(record, luo_object_record_ser, address),
	FIELD(record, luo_object_record_ser, size),
	FIELD(record, luo_object_record_ser, version),
	FIELD(record, luo_object_record_ser, flags),
	FIELD(record, luo_object_record_ser, data_crc),
	FIELD(record, luo_object_record_ser, crc),
	FIELD(block, luo_object_block_ser, self),
	FIELD(block, luo_object_block_ser, next),
	FIELD(block, luo_object_block_ser, magic),
	FIELD(block, luo_object_block_ser, sequence),
	FIELD(block, luo_object_block_ser, kind_crc),
	FIELD(block, luo_object_block_ser, crc),
	ELEMENT(first, "address", 0, BIG_ENDIAN),
	FIELD(pool, luo_pool_block_ser, self),
	FIELD(pool, luo_pool_block_ser, magic),
	FIELD(pool, luo_pool_block_ser, order),
	FIELD(pool, luo_pool_block_ser, next),
	FIELD(chain, luo_pool_block_ser, self),
	FIELD(chain, luo_pool_block_ser, magic),
	FIELD(chain, luo_pool_block_ser, order),
	FIELD(chain, luo_pool_block_ser, crc),
	FIELD(chain, luo_pool_block_ser, live),
	FIELD(chain, luo_pool_block_ser, next),
	FIELD(node, pkram_node_ser, pool),
	FIELD(node, pkram_node_ser, root),
	FIELD(root, pkram_root_ser, objects),
	FIELD(root, pkram_root_ser, nr_objects),
	FIELD(root, pkram_root_ser, finished),
	FIELD(root, pkram_root_ser, crc),
	FIELD(object, pkram_object_ser, next),
	FIELD(object, pkram_object_ser, pages),
	FIELD(object, pkram_object_ser, bytes),
	FIELD(object, pkram_object_ser, nr_bytes),
	FIELD(object, pkram_object_ser, reserved),
	FIELD(object, pkram_object_ser, crc),
	FIELD(pages, pkram_pages_ser, next),
	FIELD(pages, pkram_pages_ser, nr_runs),
	FIELD(pages, pkram_pages_ser, crc),
	FIELD_AS(run, pkram_run_ser, where, PFN_RUN),
	FIELD(run, pkram_run_ser, index),
	FIELD(bytes, pkram_bytes_ser, next),
	FIELD(bytes, pkram_bytes_ser, size),
	FIELD(bytes, pkram_bytes_ser, crc),
	FIELD(array, luo_array_block_ser, self),
	FIELD(array, luo_array_block_ser, next),
	FIELD(array, luo_array_block_ser, count),
	FIELD(array, luo_array_block_ser, element_size),
	FIELD(array, luo_array_block_ser, magic),
	FIELD(array, luo_array_block_ser, sequence),
	FIELD(array, luo_array_block_ser, nr_runs),
	FIELD(array, luo_array_block_ser, data_crc),
	FIELD(array, luo_array_block_ser, crc),
	ELEMENT(array, "run", offsetof(struct luo_array_block_ser, runs),
		ARRAY_RUN),
	ELEMENT(array, "run2", offsetof(struct luo_array_block_ser, runs) + 8,
		ARRAY_RUN),
	FIELD(v1, luo_memfd_ser_v1, pos),
	FIELD(v1, luo_memfd_ser_v1, size),
	FIELD(v1, luo_memfd_ser_v1, nr_pages),
	FIELD(v1, luo_memfd_ser_v1, nr_extents),
	FIELD(v1, luo_memfd_ser_v1, extents),
	FIELD(v1, luo_memfd_ser_v1, seals),
	FIELD(v1, luo_memfd_ser_v1, flags),
	FIELD(attrs, luo_memfd_attrs_ser_v1, atime),
	FIELD(attrs, luo_memfd_attrs_ser_v1, ctime_nsec),
	FIELD(attrs, luo_memfd_attrs_ser_v1, xattrs),
	FIELD(attrs, luo_memfd_attrs_ser_v1, nr_xattrs),
	FIELD(attrs, luo_memfd_attrs_ser_v1, mode),
	FIELD(attrs, luo_memfd_attrs_ser_v1, uid),
	FIELD(attrs, luo_memfd_attrs_ser_v1, gid),
	FIELD(attrs, luo_memfd_attrs_ser_v1, flags),
	FIELD(extent, luo_memfd_extent_ser, index),
	FIELD_AS(extent, luo_memfd_extent_ser, pfn, PFN),
	FIELD(extent, luo_memfd_extent_ser, nr_pages),
	FIELD(extent, luo_memfd_extent_ser, order),
	FIELD(extent, luo_memfd_extent_ser, flags),
	FIELD(tree, luo_tmpfs_ser, nodes.array),
	FIELD(tree, luo_tmpfs_ser, nodes.count),
	FIELD(tree, luo_tmpfs_ser, nodes.stride),
	FIELD(tree, luo_tmpfs_ser, nodes.kind),
	FIELD(tree, luo_tmpfs_ser, bytes),
	FIELD(tree, luo_tmpfs_ser, nr_bytes),
	FIELD(tree, luo_tmpfs_ser, xattrs),
	FIELD(tree, luo_tmpfs_ser, nr_xattrs),
	FIELD(tree, luo_tmpfs_ser, extents),
	FIELD(tree, luo_tmpfs_ser, nr_extents),
	FIELD(tree, luo_tmpfs_ser, nr_pages),
	FIELD(tree, luo_tmpfs_ser, huge),
	FIELD(tree, luo_tmpfs_ser, flags),
	FIELD(tree_node, luo_tmpfs_node_ser, mtime),
	FIELD(tree_node, luo_tmpfs_node_ser, size),
	FIELD(tree_node, luo_tmpfs_node_ser, nr_pages),
	FIELD(tree_node, luo_tmpfs_node_ser, nr_extents),
	FIELD(tree_node, luo_tmpfs_node_ser, nr_xattrs),
	FIELD(tree_node, luo_tmpfs_node_ser, parent),
	FIELD(tree_node, luo_tmpfs_node_ser, link),
	FIELD(tree_node, luo_tmpfs_node_ser, mtime_nsec),
	FIELD(tree_node, luo_tmpfs_node_ser, mode),
	FIELD(tree_node, luo_tmpfs_node_ser, uid),
	FIELD(tree_node, luo_tmpfs_node_ser, fsflags),
	FIELD(tree_node, luo_tmpfs_node_ser, name_len),
	FIELD(tree_node, luo_tmpfs_node_ser, target_len),
	{ .place = "tree_byte", .name = "byte", .size = 1 },
	FIELD(tree_xattr, luo_memfd_xattr_ser, name_len),
	FIELD(tree_xattr, luo_memfd_xattr_ser, value_len),
	FIELD(hugetlb, luo_hugetlb_ser, size),
	FIELD(hugetlb, luo_hugetlb_ser, nr),
	FIELD(hugetlb, luo_hugetlb_ser, extents.array),
	FIELD(hugetlb, luo_hugetlb_ser, extents.count),
	FIELD(hugetlb, luo_hugetlb_ser, extents.stride),
	FIELD(hugetlb, luo_hugetlb_ser, extents.kind),
	FIELD(hugetlb, luo_hugetlb_ser, reserved.array),
	FIELD(hugetlb, luo_hugetlb_ser, reserved.count),
	FIELD(hugetlb, luo_hugetlb_ser, order),
	FIELD(hugetlb, luo_hugetlb_ser, seals),
	FIELD(hugetlb, luo_hugetlb_ser, mode),
	FIELD(hugetlb, luo_hugetlb_ser, padding),
	FIELD(hugetlb_extent, luo_hugetlb_extent_ser, index),
	FIELD_AS(hugetlb_extent, luo_hugetlb_extent_ser, pfn, PFN),
	FIELD(hugetlb_extent, luo_hugetlb_extent_ser, nr),
	FIELD(hugetlb_extent, luo_hugetlb_extent_ser, reserved),
	FIELD(hugetlb_resv, luo_hugetlb_reserved_ser, from),
	FIELD(hugetlb_resv, luo_hugetlb_reserved_ser, to),
	FIELD(hugetlb_pool, luo_hugetlb_pool_ser, magic),
	FIELD(hugetlb_pool, luo_hugetlb_pool_ser, version),
	FIELD(hugetlb_pool, luo_hugetlb_pool_ser, nr),
	FIELD(hugetlb_node, luo_hugetlb_pool_entry_ser, order),
	FIELD(hugetlb_node, luo_hugetlb_pool_entry_ser, nid),
	FIELD(hugetlb_node, luo_hugetlb_pool_entry_ser, nr),
	FIELD(hugetlb_node, luo_hugetlb_pool_entry_ser, surplus),
	FIELD(v0, memfd_luo_ser, pos),
	FIELD(v0, memfd_luo_ser, size),
	FIELD(v0, memfd_luo_ser, seals),
	FIELD(v0, memfd_luo_ser, nr_folios),
	FIELD(v0, memfd_luo_ser, folios.first.phys),
	FIELD(v0, memfd_luo_ser, folios.total_pages),
	FIELD(v0, memfd_luo_ser, folios.order),
	FIELD(chunk, kho_vmalloc_chunk, hdr.next.phys),
	FIELD(chunk, kho_vmalloc_chunk, phys[0]),
	FIELD(chunk, kho_vmalloc_chunk, phys[1]),
	ELEMENT(folio, "pfn", 0, PFN_LOW),
	FIELD(folio, memfd_luo_folio_ser, index),
};

static int luo_corrupt_field(const char *place, const char *name,
			     struct luo_corrupt_field *field)
{
	size_t len = strcspn(place, ":");
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(luo_corrupt_fields); i++) {
		*field = luo_corrupt_fields[i];
		if (strlen(field->place) == len &&
		    !strncmp(field->place, place, len) &&
		    !strcmp(field->name, name))
			return 0;
	}

	*field = (struct luo_corrupt_field){ .size = sizeof(u64) };

	return kstrtouint(name, 0, &field->offset);
}

static u64 luo_corrupt_scratch(void)
{
	unsigned long pfn;

	for (pfn = 0; pfn < max_pfn; pfn += pageblock_nr_pages) {
		if (pfn_valid(pfn) &&
		    kho_scratch_overlap(PFN_PHYS(pfn), PAGE_SIZE))
			break;
	}

	return PFN_PHYS(pfn);
}

/* @WORD or @OWNER@PLACE */
static int luo_corrupt_address(char *text, u64 *address)
{
	struct luo_corrupt_spot spot;
	char *owner = strsep(&text, "@");
	int err;

	if (text) {
		err = luo_corrupt_find(owner, text, &spot);
		if (!err)
			*address = virt_to_phys(spot.mem);
		return err;
	}

	if (!strcmp(owner, "free"))
		*address = page_to_phys(luo_corrupt_free_page);
	else if (!strcmp(owner, "text"))
		*address = __pa_symbol(_stext);
	else if (!strcmp(owner, "scratch"))
		*address = luo_corrupt_scratch();
	else if (!strcmp(owner, "none"))
		*address = PFN_PHYS(max_pfn) + SZ_1G;
	else
		return -EINVAL;

	return 0;
}

/* Write an address to a field, and keep the other bits of the field. */
static u64 luo_corrupt_encode(enum luo_corrupt_form form, u64 old, u64 address)
{
	u64 pfn = PHYS_PFN(address), first, order;

	switch (form) {
	case LUO_CORRUPT_BIG_ENDIAN:
		return swab64(address);
	case LUO_CORRUPT_PFN:
		return pfn;
	case LUO_CORRUPT_PFN_LOW:
		return (old & ~GENMASK_ULL(51, 0)) | pfn;
	case LUO_CORRUPT_PFN_RUN:
		first = FIELD_GET(PKRAM_RUN_FIRST, old);
		order = first & -first;
		return (old & ~PKRAM_RUN_FIRST) |
		       FIELD_PREP(PKRAM_RUN_FIRST, 2 * pfn + order);
	case LUO_CORRUPT_ARRAY_RUN:
		return address | (old & LUO_ARRAY_RUN_ORDER);
	default:
		return address;
	}
}

static int luo_corrupt_value(char *text, const struct luo_corrupt_field *field,
			     u64 old, u64 *value)
{
	u64 number;
	int err;

	if (*text == '@') {
		err = luo_corrupt_address(text + 1, &number);
		if (!err)
			*value = luo_corrupt_encode(field->form, old, number);
		return err;
	}

	err = kstrtou64(text + !!strchr("+-^", *text), 0, &number);
	if (err)
		return err;

	switch (*text) {
	case '+':
		*value = old + number;
		break;
	case '-':
		*value = old - number;
		break;
	case '^':
		*value = old ^ number;
		break;
	default:
		*value = number;
	}

	return 0;
}

/* The machine is little endian. */
static int luo_corrupt_look_up(const char *text,
			       struct luo_corrupt_change *change)
{
	struct luo_corrupt_field field;
	struct luo_test_line line = {};
	u64 old = 0;
	int err;

	char *copy __free(kfree) = kstrdup(text, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;

	err = luo_test_split(&line, copy);
	if (err)
		return err;
	if (line.nr < 4 || line.nr > 5)
		return -EINVAL;

	change->seal = line.nr == 5;
	if (change->seal && strcmp(line.word[4], "crc"))
		return -EINVAL;

	err = luo_corrupt_field(line.word[1], line.word[2], &field);
	err = err ?: luo_corrupt_find(line.word[0], line.word[1], &change->spot);
	if (err)
		return err;
	if (change->seal && !change->spot.seal)
		return -EINVAL;

	change->mem = change->spot.mem + field.offset;
	change->size = field.size;
	memcpy(&old, change->mem, change->size);

	return luo_corrupt_value(line.word[3], &field, old, &change->value);
}

static void luo_corrupt_apply(void)
{
	struct luo_corrupt_line *line;
	unsigned int nr = 0;
	int err;

	list_for_each_entry(line, &luo_corrupt_lines, list) {
		err = luo_corrupt_look_up(line->text, &line->change);
		if (err) {
			pr_err("%s: %pe\n", line->text, ERR_PTR(err));
			return;
		}
	}

	list_for_each_entry(line, &luo_corrupt_lines, list) {
		memcpy(line->change.mem, &line->change.value,
		       line->change.size);
		if (line->change.seal)
			line->change.spot.seal(&line->change.spot);
		nr++;
	}
	if (nr)
		pr_info("%u changes were made to what the next kernel finds\n",
			nr);
}

/* LUO has frozen all sessions and can no longer cancel the kexec. */
static int luo_corrupt_reboot(struct notifier_block *nb, unsigned long action,
			      void *data)
{
	if (!kexec_in_progress)
		return NOTIFY_DONE;

	guard(mutex)(&luo_corrupt_lock);
	guard(mutex)(&luo_object_kinds_lock);
	guard(mutex)(&luo_objects_out.lock);
	luo_corrupt_apply();

	return NOTIFY_DONE;
}

static struct notifier_block luo_corrupt_nb = {
	.notifier_call = luo_corrupt_reboot,
	.priority = INT_MIN,
};

static int luo_corrupt_check(struct luo_corrupt_line *line)
{
	guard(mutex)(&luo_object_kinds_lock);
	guard(mutex)(&luo_objects_out.lock);

	return luo_corrupt_look_up(line->text, &line->change);
}

static ssize_t luo_corrupt_write(struct file *file, const char __user *buf,
				 size_t count, loff_t *pos)
{
	struct luo_corrupt_line *line;
	int err;

	if (count >= PAGE_SIZE)
		return -E2BIG;

	line = kzalloc_flex(*line, text, count + 1);
	if (!line)
		return -ENOMEM;

	err = copy_from_user(line->text, buf, count) ? -EFAULT : 0;
	if (!err) {
		memmove(line->text, strim(line->text), count);
		err = luo_corrupt_check(line);
	}
	if (err) {
		kfree(line);
		return err;
	}

	guard(mutex)(&luo_corrupt_lock);
	list_add_tail(&line->list, &luo_corrupt_lines);

	return count;
}

static const struct file_operations luo_corrupt_fops = {
	.owner	= THIS_MODULE,
	.open	= nonseekable_open,
	.write	= luo_corrupt_write,
};

static int __init luo_corrupt_init(void)
{
	int err;

	luo_corrupt_free_page = alloc_page(GFP_KERNEL);
	if (!luo_corrupt_free_page)
		return -ENOMEM;

	err = register_reboot_notifier(&luo_corrupt_nb);
	if (err) {
		__free_page(luo_corrupt_free_page);
		return err;
	}
	debugfs_create_file("command", 0200,
			    debugfs_create_dir("luo_corrupt", NULL), NULL,
			    &luo_corrupt_fops);

	return 0;
}
late_initcall(luo_corrupt_init);
