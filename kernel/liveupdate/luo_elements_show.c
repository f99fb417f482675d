// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Elements in debugfs
 *
 * Shows the elements that the fields of an object lead to, by the fields of their kind.
 *
 * At most LUO_ELEMENTS_SHOWN elements of an array are shown, and only the first block of
 * its list is read, because the reader of debugfs holds the locks of all kinds and objects.
 * Elements that are cut off are counted.
 *
 * The owner of an array does not hold these locks while it changes or frees the array.
 * Therefore memory is copied by copy_from_kernel_nofault(), and only the copy is checked and
 * shown. An array that changes meanwhile is reported as corrupt. One that was freed is shown
 * with its last elements until its memory is used again.
 *
 * It is called by luo_object_debugfs.c. It calls luo_array.c and luo_object_field.c, and
 * claims nothing.
 */

#include <linux/cleanup.h>
#include <linux/crc32c.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/kho/abi/luo_array.h>
#include <linux/luo_field.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/pfn.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "luo_array_internal.h"
#include "luo_elements_internal.h"
#include "luo_object_internal.h"
#include "luo_pages_internal.h"

/* How many elements of an array are shown, and how many bytes of them are copied. */
#define LUO_ELEMENTS_SHOWN	1000ULL
#define LUO_ELEMENTS_SHOWN_SIZE	(16ULL * LUO_OBJECT_SIZE_MAX)

/**
 * struct luo_elements_shown - The first elements of an array.
 * @block: Copy of the first block of its list, one page.
 * @data:  Copy of the first elements.
 * @nr:    Their number.
 */
struct luo_elements_shown {
	struct luo_array_block_ser *block;
	void *data;
	u64 nr;
};

static int luo_elements_show_copy(void *to, u64 address, size_t size)
{
	if (!pfn_valid(PHYS_PFN(address)))
		return -EFAULT;

	return copy_from_kernel_nofault(to, phys_to_virt(address), size);
}

/* Copy the first block of a list and check it. */
static int luo_elements_show_read_block(struct luo_array_block_ser *block, u64 handle)
{
	if (luo_elements_show_copy(block, handle, PAGE_SIZE) ||
	    block->self != handle || block->magic != LUO_ARRAY_BLOCK_MAGIC ||
	    block->nr_runs > LUO_ARRAY_RUNS_PER_BLOCK ||
	    block->crc != luo_array_block_crc(block))
		return -EBADMSG;

	return 0;
}

/* Copy the first @size bytes of the elements, or less. Return how many, 0 on failure. */
static size_t luo_elements_show_read(const struct luo_array_block_ser *block,
				     void *data, size_t size)
{
	size_t done = 0, len;
	unsigned int order;
	u32 i;

	if (!block->nr_runs)
		return luo_elements_show_copy(data, block->self + sizeof(*block),
					      size) ? 0 : size;

	for (i = 0; i < block->nr_runs && done < size; i++, done += len) {
		order = luo_array_run_order(block->runs[i]);
		if (order > MAX_PAGE_ORDER)
			return 0;
		len = min_t(size_t, size - done, PAGE_SIZE << order);
		if (luo_elements_show_copy(data + done,
					   luo_array_run_phys(block->runs[i]), len))
			return 0;
	}

	return done;
}

/* Copy the first elements. Check the CRC if these are all. */
static int luo_elements_show_read_all(struct luo_elements_shown *shown)
{
	const struct luo_array_block_ser *block = shown->block;
	u64 nr = min(block->count, LUO_ELEMENTS_SHOWN);
	size_t size;

	nr = min(nr, LUO_ELEMENTS_SHOWN_SIZE / block->element_size);
	size = nr * block->element_size;
	shown->data = kvmalloc(size, GFP_KERNEL | __GFP_NOWARN);
	if (!shown->data)
		return -ENOMEM;

	size = luo_elements_show_read(block, shown->data, size);
	shown->nr = size / block->element_size;
	if (!shown->nr ||
	    (shown->nr == block->count && block->data_crc &&
	     block->data_crc != crc32c(~0, shown->data, size)))
		return -EBADMSG;

	return 0;
}

/* Find the version in which this kernel knows elements of a size, NULL if there is none. */
static const struct luo_object_version *
luo_elements_show_version(const struct luo_object_kind *kind, u32 size)
{
	unsigned int i;

	for (i = 0; i < kind->nr_versions; i++) {
		if (kind->versions[i].size == size)
			return &kind->versions[i];
	}

	return NULL;
}

static void luo_elements_show_each(struct seq_file *m, const char *path,
				   const struct luo_object_kind *kind,
				   const struct luo_object_version *version,
				   const struct luo_elements_shown *shown)
{
	const u32 stride = shown->block->element_size;
	/* The path and an index of any value. */
	char prefix[LUO_OBJECT_KIND_LEN + LUO_NOTE_FIELD_LEN + 24];
	u64 i;

	for (i = 0; i < shown->nr; i++) {
		snprintf(prefix, sizeof(prefix), "%s[%llu].", path, i);
		luo_object_fields_show(m, prefix, kind, version,
				       shown->data + i * stride);
	}
	if (shown->nr < shown->block->count)
		seq_printf(m, "  %s %llu of %llu shown\n", path, shown->nr,
			   shown->block->count);
}

/*
 * Show the elements of the array at @handle. @ser describes them, or is NULL if the
 * object does not. In an array without a description, the size tells the version.
 */
static void luo_elements_show_array(struct seq_file *m, const char *path,
				    const struct luo_object_kind *kind, u64 handle,
				    const struct luo_elements_ser *ser)
{
	struct luo_array_block_ser *block __free(kfree) = kmalloc(PAGE_SIZE, GFP_KERNEL);
	const struct luo_object_version *version;
	struct luo_elements_shown shown = { .block = block };
	int err = -ENOMEM;

	if (block)
		err = luo_elements_show_read_block(block, handle);
	if (!err && (!block->count || !block->element_size ||
		     block->element_size > LUO_OBJECT_SIZE_MAX ||
		     (ser && (ser->count != block->count ||
			      ser->stride != block->element_size))))
		err = -EBADMSG;
	if (!err) {
		version = ser ? luo_elements_version_find(ser, kind) :
				luo_elements_show_version(kind, block->element_size);
		if (IS_ERR_OR_NULL(version)) {
			seq_printf(m, "  %s not shown: in another layout\n", path);
			return;
		}
		err = luo_elements_show_read_all(&shown);
	}

	if (!err)
		luo_elements_show_each(m, path, kind, version, &shown);
	else
		seq_printf(m, "  %s %s\n", path,
			   err == -ENOMEM ? "not shown: no memory" : "corrupt");
	kvfree(shown.data);
}

/**
 * luo_elements_show - Show the elements that the fields of a version lead to.
 * @m:       The file to show them in.
 * @prefix:  Shown before the name of each field.
 * @kind:    A kind with fields.
 * @version: One of its versions.
 * @wire:    The version, @version->size bytes.
 *
 * The fields of the second element of "regions" have names such as "regions[1].start". The
 * runs of "tables", which is pages, are "tables.runs".
 *
 * Context: Process context, may sleep.
 */
void luo_elements_show(struct seq_file *m, const char *prefix,
		       const struct luo_object_kind *kind,
		       const struct luo_object_version *version, const void *wire)
{
	char path[LUO_OBJECT_KIND_LEN + LUO_NOTE_FIELD_LEN];
	unsigned int i;

	for (i = 0; i < kind->nr_fields; i++) {
		const struct luo_field *field = &kind->fields[i];
		const struct luo_object_kind *of = field->element_kind;
		const struct luo_elements_ser *ser = NULL;
		const char *more = "";
		u64 handle;

		if (field->since > version->version)
			continue;
		if (field->form == LUO_FORM_PAGES) {
			ser = &((const struct luo_pages_ser *)(wire + field->offset))->runs;
			of = luo_pages_run_kind;
			more = ".runs";
		} else if (field->type != LUO_FIELD_ARRAY || !of) {
			continue;
		} else if (field->form == LUO_FORM_ELEMENTS) {
			ser = wire + field->offset;
		}
		handle = ser ? ser->array : *(const u64 *)(wire + field->offset);
		if (!handle)
			continue;

		/* Without ".array" or ".nr_pages", which is the first field of @ser. */
		snprintf(path, sizeof(path), "%s%.*s%s", prefix,
			 ser ? (int)(strrchr(field->name, '.') - field->name) :
			       (int)strlen(field->name),
			 field->name, more);
		luo_elements_show_array(m, path, of, handle, ser);
	}
}
