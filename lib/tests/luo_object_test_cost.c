// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: The cost of objects with fields, and of their elements
 *
 * A benchmark makes these calls many times, by a line written to
 * ``/sys/kernel/debug/luo_object_test_cost``:
 *
 * - "save COUNT" and "load COUNT": objects of a kind with fields, after "load" finished;
 * - "save-elements COUNT" and "load-elements COUNT": one object with that many elements,
 *   each value of which is valid;
 * - "save-checked COUNT" and "load-checked COUNT": the same with four fields that have a
 *   range, a mask or names;
 * - "save-MEMBER COUNT" and "load-MEMBER COUNT", where MEMBER is list, xarray or pages: an
 *   object with that many items or pages;
 * - "copy COUNT": memcpy() and a CRC of as many elements, to compare with.
 *
 * Reading the file returns the nanoseconds of the last line: for each object, item or page,
 * or for all elements.
 */

#include <linux/cleanup.h>
#include <linux/crc32c.h>
#include <linux/debugfs.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/luo_elements.h>
#include <linux/luo_field.h>
#include <linux/luo_pages.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <linux/xarray.h>

#include "luo_test_line.h"

struct cost_ser {
	u64 start;
	u64 last;
	u64 owner;
	u32 node;
	u32 flags;
	u64 generation;
};

#define COST_FIELDS(field, ser)						\
	field(ser, 0, u64, start)					\
	field(ser, 0, u64, last, .min = 1)				\
	field(ser, 0, u64, owner)					\
	field(ser, 0, u32, node)					\
	field(ser, 0, u32, flags)					\
	field(ser, 0, u64, generation)

#define COST_VERSIONS(version, kind)					\
	version(kind, 0, mandatory)

LUO_DEFINE_KIND(cost, struct cost_ser, COST_FIELDS, COST_VERSIONS);

struct cost_element_ser {
	u64 start;
	u64 last;
	u32 node;
	u32 flags;
};

/* No range and no mask: elements of equal layout need not be looked at. */
#define COST_ELEMENT_FIELDS(field, ser)					\
	field(ser, 0, u64, start)					\
	field(ser, 0, u64, last)					\
	field(ser, 0, u32, node)					\
	field(ser, 0, u32, flags)

#define COST_ELEMENT_VERSIONS(version, kind)				\
	version(kind, 0, element)

LUO_DEFINE_KIND(cost_element, struct cost_element_ser, COST_ELEMENT_FIELDS,
		COST_ELEMENT_VERSIONS);

static const char *const cost_flags[] = { "first", "second", "third" };
static const char *const cost_modes[] = { "off", "on" };

/* Of the same layout, and each field is checked. */
struct cost_checked_ser {
	u64 start;
	u64 last;
	u32 mode;
	u32 flags;
};

#define COST_CHECKED_FIELDS(field, ser)					\
	field(ser, 0, u64, start, .max = S64_MAX)			\
	field(ser, 0, u64, last, .min = 1)				\
	field(ser, 0, enum(cost_modes), mode)				\
	field(ser, 0, mask(cost_flags), flags)

#define COST_CHECKED_VERSIONS(version, kind)				\
	version(kind, 0, element)

LUO_DEFINE_KIND(cost_checked, struct cost_checked_ser, COST_CHECKED_FIELDS,
		COST_CHECKED_VERSIONS);

struct cost_table_ser {
	struct luo_elements_ser elements;
	struct luo_elements_ser checked;
};

#define COST_TABLE_FIELDS(field, ser)					\
	field(ser, 0, elements_of(cost_element), elements)		\
	field(ser, 0, elements_of(cost_checked), checked)

#define COST_TABLE_VERSIONS(version, kind)				\
	version(kind, 0, mandatory)

LUO_DEFINE_KIND(cost_table, struct cost_table_ser, COST_TABLE_FIELDS,
		COST_TABLE_VERSIONS);

struct cost_members_ser {
	struct luo_elements_ser list;
	struct luo_elements_ser xarray;
	struct luo_pages_ser pages;
};

#define COST_MEMBERS_FIELDS(field, ser)					\
	field(ser, 0, elements_of(cost_element), list)			\
	field(ser, 0, elements_of(cost_element), xarray)		\
	field(ser, 0, pages, pages)

#define COST_MEMBERS_VERSIONS(version, kind)				\
	version(kind, 0, mandatory)

struct cost_item {
	struct list_head node;
	struct cost_element_ser ser;
};

struct cost_members {
	struct cost_members_ser ser;
	struct list_head list;
	struct xarray xarray;
	struct luo_pages pages;
};

#define COST_MEMBERS_MEMBERS(member, object)				\
	member(object, list, list(cost_element, struct cost_item, node, ser)) \
	member(object, xarray,						\
	       xarray(cost_element, struct cost_item, ser, start))	\
	member(object, pages, pages)

LUO_DEFINE_KIND_MEMBERS(cost_members, struct cost_members_ser, COST_MEMBERS_FIELDS,
			COST_MEMBERS_VERSIONS, struct cost_members,
			LUO_NO_SUBSECTIONS, COST_MEMBERS_MEMBERS);

#define COST_COUNT_MAX	1000000

static DEFINE_MUTEX(cost_lock);
static u64 cost_nsecs;

static int cost_save(u64 count)
{
	u64 begin = ktime_get_ns(), i;
	int err;

	for (i = 0; i < count; i++) {
		const struct cost_ser ser = { .start = i, .last = i + 1 };

		err = luo_object_save(&cost_kind, i, &ser);
		if (err)
			return err;
	}
	cost_nsecs = div64_u64(ktime_get_ns() - begin, count);

	return 0;
}

static int cost_load(u64 count)
{
	u64 begin = ktime_get_ns(), i;
	struct cost_ser ser;
	int err;

	for (i = 0; i < count; i++) {
		err = luo_object_load(&cost_kind, i, &ser);
		if (err)
			return err;
		if (ser.start != i || ser.last != i + 1)
			return -EILSEQ;
	}
	cost_nsecs = div64_u64(ktime_get_ns() - begin, count);

	for (i = 0; i < count; i++) {
		const struct luo_object_id id = { cost_kind.name, i };

		err = luo_finish_object(&id);
		if (err)
			return err;
		cond_resched();
	}

	return 0;
}

static void cost_fill(struct cost_element_ser *elements, u64 count)
{
	for (u64 i = 0; i < count; i++) {
		elements[i] = (struct cost_element_ser){
			.start = i,
			.last = i + 1,
			.node = i % 7,
		};
	}
}

static int cost_save_elements(struct cost_element_ser *elements, u64 count,
			      bool checked)
{
	struct cost_table_ser ser = {};
	struct luo_array array;
	u64 begin;
	int err;

	cost_fill(elements, count);
	/* The node of an element is the mode of one that is checked: off or on. */
	for (u64 i = 0; checked && i < count; i++)
		elements[i].node = i % 2;
	begin = ktime_get_ns();
	err = checked ?
	      luo_elements_save(&ser.checked, &array, &cost_checked_kind, elements,
				count, GFP_KERNEL) :
	      luo_elements_save(&ser.elements, &array, &cost_element_kind,
				elements, count, GFP_KERNEL);
	if (err)
		return err;
	cost_nsecs = ktime_get_ns() - begin;

	err = luo_object_save(&cost_table_kind, checked, &ser);
	if (err)
		luo_array_free(&array);

	return err;
}

static int cost_load_elements(u64 count, bool checked)
{
	const struct luo_elements_ser *elements_ser;
	const struct cost_element_ser *elements;
	struct cost_table_ser ser;
	void *copy = NULL;
	u64 begin;
	int err;

	err = luo_object_load(&cost_table_kind, checked, &ser);
	if (err)
		return err;

	elements_ser = checked ? &ser.checked : &ser.elements;
	begin = ktime_get_ns();
	err = luo_elements_copy(elements_ser,
				checked ? &cost_checked_kind : &cost_element_kind,
				&copy);
	if (err)
		return err;
	cost_nsecs = ktime_get_ns() - begin;

	elements = copy;
	if (elements_ser->count != count || elements[count - 1].last != count)
		err = -EILSEQ;
	kvfree(copy);

	return err ?: luo_object_finish(&cost_table_kind, checked);
}

enum cost_member { COST_LIST, COST_XARRAY, COST_PAGES };

/* It is saved until the kexec, or loaded for a moment. */
static struct cost_members cost_members;

static int cost_add_item(enum cost_member member, u64 nr)
{
	struct cost_item *item = kzalloc_obj(*item);
	int err;

	if (!item)
		return -ENOMEM;

	item->ser = (struct cost_element_ser){ .start = nr, .last = nr + 1 };
	if (member == COST_LIST) {
		list_add_tail(&item->node, &cost_members.list);
		return 0;
	}

	err = xa_insert(&cost_members.xarray, nr, item, GFP_KERNEL);
	if (err)
		kfree(item);

	return err;
}

static int cost_add_page(void)
{
	struct page *page = alloc_page(GFP_KERNEL);
	int err;

	if (!page)
		return -ENOMEM;

	err = luo_pages_add(&cost_members.pages, page, 0, GFP_KERNEL);
	if (err)
		__free_page(page);

	return err;
}

static void cost_init_members(void)
{
	cost_members = (struct cost_members){};
	INIT_LIST_HEAD(&cost_members.list);
	xa_init(&cost_members.xarray);
}

static int cost_save_members(enum cost_member member, u64 count)
{
	u64 begin, i;
	int err = 0;

	cost_init_members();
	for (i = 0; i < count && !err; i++)
		err = member == COST_PAGES ? cost_add_page() :
					     cost_add_item(member, i);
	if (!err) {
		begin = ktime_get_ns();
		err = luo_object_save(&cost_members_kind, member, &cost_members);
		cost_nsecs = div64_u64(ktime_get_ns() - begin, count);
	}
	/* The pages of an object that is saved stay allocated until the kexec. */
	if (!err && member == COST_PAGES)
		return 0;
	luo_object_unload(&cost_members_kind, &cost_members);

	return err;
}

static int cost_load_members(enum cost_member member, u64 count)
{
	struct cost_item *item = NULL;
	u64 begin;
	bool good;
	int err;

	cost_init_members();
	begin = ktime_get_ns();
	err = luo_object_load(&cost_members_kind, member, &cost_members);
	if (err)
		return err;
	cost_nsecs = div64_u64(ktime_get_ns() - begin, count);

	if (member == COST_LIST && !list_empty(&cost_members.list))
		item = list_last_entry(&cost_members.list, struct cost_item, node);
	else if (member == COST_XARRAY)
		item = xa_load(&cost_members.xarray, count - 1);
	good = member == COST_PAGES ? cost_members.pages.nr_pages == count :
				      item && item->ser.last == count;
	luo_object_unload(&cost_members_kind, &cost_members);
	err = luo_object_finish(&cost_members_kind, member);

	return good ? err : -EILSEQ;
}

static int cost_copy(struct cost_element_ser *elements, u64 count)
{
	size_t size = count * sizeof(*elements);
	void *copy __free(kvfree) = kvmalloc(size, GFP_KERNEL | __GFP_ZERO);
	static u32 crc;
	u64 begin;

	if (!copy)
		return -ENOMEM;

	cost_fill(elements, count);
	begin = ktime_get_ns();
	memcpy(copy, elements, size);
	WRITE_ONCE(crc, crc32c(~0, copy, size));
	cost_nsecs = ktime_get_ns() - begin;

	return 0;
}

static const struct {
	const char *save;
	const char *load;
} cost_member_lines[] = {
	[COST_LIST]	= { "save-list", "load-list" },
	[COST_XARRAY]	= { "save-xarray", "load-xarray" },
	[COST_PAGES]	= { "save-pages", "load-pages" },
};

static int cost_run(struct luo_test_line *line)
{
	u64 count = luo_test_number(line, 1);

	if (line->bad || !count || count > COST_COUNT_MAX)
		return -ERANGE;
	if (!strcmp(line->word[0], "save"))
		return cost_save(count);
	if (!strcmp(line->word[0], "load"))
		return cost_load(count);
	if (!strcmp(line->word[0], "load-elements"))
		return cost_load_elements(count, false);
	if (!strcmp(line->word[0], "load-checked"))
		return cost_load_elements(count, true);

	for (unsigned int i = 0; i < ARRAY_SIZE(cost_member_lines); i++) {
		if (!strcmp(line->word[0], cost_member_lines[i].save))
			return cost_save_members(i, count);
		if (!strcmp(line->word[0], cost_member_lines[i].load))
			return cost_load_members(i, count);
	}

	struct cost_element_ser *elements __free(kvfree) =
		kvcalloc(count, sizeof(*elements), GFP_KERNEL);
	if (!elements)
		return -ENOMEM;

	if (!strcmp(line->word[0], "save-elements"))
		return cost_save_elements(elements, count, false);
	if (!strcmp(line->word[0], "save-checked"))
		return cost_save_elements(elements, count, true);
	if (!strcmp(line->word[0], "copy"))
		return cost_copy(elements, count);

	return -ERANGE;
}

static struct luo_object_kind *const cost_kinds[] = {
	&cost_kind, &cost_table_kind, &cost_members_kind,
};

static void cost_unregister(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(cost_kinds); i++)
		luo_object_unregister_kind(cost_kinds[i]);
}

/* Other tests list all kinds that are registered, which these are only for a line. */
static int cost_register(void)
{
	int err;

	for (unsigned int i = 0; i < ARRAY_SIZE(cost_kinds); i++) {
		err = luo_object_register_kind(cost_kinds[i]);
		if (err) {
			cost_unregister();
			return err;
		}
	}

	return 0;
}

static ssize_t cost_write(struct file *file, const char __user *from,
			  size_t count, loff_t *pos)
{
	char *text __free(kfree) = memdup_user_nul(from, count);
	struct luo_test_line line = {};
	int err;

	if (IS_ERR(text))
		return PTR_ERR(no_free_ptr(text));

	guard(mutex)(&cost_lock);
	cost_nsecs = 0;
	err = luo_test_split(&line, strim(text)) ?: cost_register();
	if (err)
		return err;

	err = cost_run(&line);
	cost_unregister();

	return err ?: count;
}

static ssize_t cost_read(struct file *file, char __user *to, size_t count,
			 loff_t *pos)
{
	char line[24];
	int len = scnprintf(line, sizeof(line), "%llu\n", cost_nsecs);

	return simple_read_from_buffer(to, count, pos, line, len);
}

static const struct file_operations cost_fops = {
	.owner	= THIS_MODULE,
	.write	= cost_write,
	.read	= cost_read,
};

static int __init cost_init(void)
{
	debugfs_create_file("luo_object_test_cost", 0600, NULL, NULL, &cost_fops);

	return 0;
}
late_initcall(cost_init);
