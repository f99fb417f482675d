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
#include <linux/debugfs.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/kexec.h>
#include <linux/kexec_handover.h>
#include <linux/kho/abi/luo_array.h>
#include <linux/kho/abi/luo_memfd.h>
#include <linux/kho/abi/pkram.h>
#include <linux/kstrtox.h>
#include <linux/list.h>
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

#include "luo_corrupt.h"
#include "luo_test_line.h"

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

static const struct luo_corrupt_part *const luo_corrupt_parts[] = {
	&luo_corrupt_objects_part,
	&luo_corrupt_pkram_part,
	&luo_corrupt_memfd_part,
	&luo_corrupt_tmpfs_part,
#ifdef CONFIG_LUO_HUGETLB
	&luo_corrupt_hugetlb_part,
#endif
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

static int luo_corrupt_find_in(const struct luo_corrupt_part *part, const char *name,
			       struct luo_corrupt_spot *spot, unsigned int nr)
{
	const struct luo_corrupt_spot owner = *spot;
	int err = -EINVAL;
	unsigned int i;

	for (i = 0; i < part->nr_places && err; i++) {
		if (strcmp(part->places[i].name, name))
			continue;
		*spot = owner;
		err = part->places[i].find(spot, nr);
	}

	return err;
}

static int luo_corrupt_find(char *owner, char *place,
			    struct luo_corrupt_spot *spot)
{
	const char *name = strsep(&place, ":");
	struct luo_corrupt_spot of_owner;
	unsigned int i, nr = 0;
	int err, result = -EINVAL;

	if (place && kstrtouint(place, 0, &nr))
		return -EINVAL;

	err = luo_corrupt_owner(owner, &of_owner);
	if (err)
		return err;

	for (i = 0; i < ARRAY_SIZE(luo_corrupt_parts) && result; i++) {
		*spot = of_owner;
		err = luo_corrupt_find_in(luo_corrupt_parts[i], name, spot, nr);
		if (err != -EINVAL)
			result = err;
	}

	return result;
}

static int luo_corrupt_field(const char *place, const char *name,
			     struct luo_corrupt_field *field)
{
	const struct luo_corrupt_part *part;
	size_t len = strcspn(place, ":");
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(luo_corrupt_parts); i++) {
		part = luo_corrupt_parts[i];
		for (j = 0; j < part->nr_fields; j++) {
			*field = part->fields[j];
			if (strlen(field->place) == len &&
			    !strncmp(field->place, place, len) &&
			    !strcmp(field->name, name))
				return 0;
		}
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
