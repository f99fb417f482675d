// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Conversion by fields
 *
 * Interprets the table of fields of a kind (linux/luo_field.h): writes older
 * versions, fills the fields that an older version does not have, checks values and
 * shows them. A version is the beginning of the newest struct, so that most of a
 * conversion is one copy.
 *
 * It is called by luo_object_convert.c and luo_object_debugfs.c. It calls only the
 * functions of the kind.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitops.h>
#include <linux/cleanup.h>
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/luo_field.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "luo_object_internal.h"

static bool luo_field_is_number(const struct luo_field *field)
{
	return field->type != LUO_FIELD_BYTES &&
	       field->type != LUO_FIELD_RESERVED;
}

/* Read a field. Extend the sign of a signed one to 64 bits. */
static u64 luo_field_number(const struct luo_field *field, const void *ser)
{
	const void *p = ser + field->offset;
	u64 value;

	switch (field->size) {
	case 1:
		value = *(u8 *)p;
		break;
	case 2:
		value = *(u16 *)p;
		break;
	case 4:
		value = *(u32 *)p;
		break;
	default:
		value = *(u64 *)p;
	}

	return field->type == LUO_FIELD_SIGNED ?
	       sign_extend64(value, 8 * field->size - 1) : value;
}

static void luo_field_set_number(const struct luo_field *field, void *ser,
				 u64 value)
{
	void *p = ser + field->offset;

	switch (field->size) {
	case 1:
		*(u8 *)p = value;
		break;
	case 2:
		*(u16 *)p = value;
		break;
	case 4:
		*(u32 *)p = value;
		break;
	default:
		*(u64 *)p = value;
	}
}

static bool luo_field_in_range(const struct luo_field *field, u64 value)
{
	if (!field->min && !field->max)
		return true;

	if (field->type == LUO_FIELD_SIGNED)
		return (s64)value >= (s64)field->min &&
		       (s64)value <= (s64)field->max;

	return value >= field->min && (!field->max || value <= field->max);
}

static int luo_field_check(const struct luo_object_kind *kind,
			   const struct luo_field *field, const void *ser)
{
	u64 value;

	if (field->type == LUO_FIELD_RESERVED) {
		if (!memchr_inv(ser + field->offset, 0, field->size))
			return 0;
		pr_warn("kind %s: field %s is not zero\n", kind->name,
			field->name);
		return -ERANGE;
	}

	if (!luo_field_is_number(field))
		return 0;

	value = luo_field_number(field, ser);
	if (field->type == LUO_FIELD_ARRAY && !PAGE_ALIGNED(value)) {
		pr_warn("kind %s: field %s is %#llx, expected the handle of an array\n",
			kind->name, field->name, value);
		return -ERANGE;
	}

	if (luo_field_in_range(field, value))
		return 0;

	if (field->type == LUO_FIELD_SIGNED)
		pr_warn("kind %s: field %s is %lld, expected %lld to %lld\n",
			kind->name, field->name, value, field->min, field->max);
	else
		pr_warn("kind %s: field %s is %llu, expected %llu to %llu\n",
			kind->name, field->name, value, field->min,
			field->max ?: U64_MAX);

	return -ERANGE;
}

/* Check whether a value fits into a field and is within its range. */
static bool luo_field_may_hold(const struct luo_field *field, u64 value)
{
	unsigned int bits = 8 * field->size;

	if (field->type == LUO_FIELD_ARRAY && !PAGE_ALIGNED(value))
		return false;

	if (field->type == LUO_FIELD_SIGNED ?
	    sign_extend64(value, bits - 1) != (s64)value :
	    bits < 64 && value >> bits)
		return false;

	return luo_field_in_range(field, value);
}

/**
 * luo_object_fields_valid - Check the fallbacks of all fields.
 * @kind: A kind with fields.
 *
 * If a fallback were out of the range of its field, a version without the field could
 * be written but never loaded. If it were too large for the field, such a version
 * could be loaded but never written.
 *
 * Return: true if all are valid.
 */
bool luo_object_fields_valid(const struct luo_object_kind *kind)
{
	unsigned int i;

	for (i = 0; i < kind->nr_fields; i++) {
		const struct luo_field *field = &kind->fields[i];

		if (!luo_field_is_number(field) || !field->since)
			continue;
		if (!luo_field_may_hold(field, field->fallback)) {
			pr_warn("kind %s: the fallback of field %s is out of its range\n",
				kind->name, field->name);
			return false;
		}
	}

	return true;
}

/* Check whether a version without the field would lose its value. */
static bool luo_field_loses_value(const struct luo_field *field, const void *ser)
{
	if (field->droppable)
		return false;

	if (luo_field_is_number(field))
		return luo_field_number(field, ser) != field->fallback;

	return memchr_inv(ser + field->offset, 0, field->size);
}

/* Convert @ser to a version in place. Its length does not change. */
static int luo_object_fields_downgrade(const struct luo_object_kind *kind,
				       const struct luo_object_version *version,
				       void *ser)
{
	unsigned int i;
	int err;

	if (version->downgrade) {
		err = version->downgrade(ser);
		if (err)
			return err;
	}

	for (i = 0; i < kind->nr_fields; i++) {
		const struct luo_field *field = &kind->fields[i];

		if (field->since <= version->version) {
			err = luo_field_check(kind, field, ser);
			if (err)
				return err;
		} else if (luo_field_loses_value(field, ser)) {
			pr_warn("kind %s: version %u is not written, it has no field %s\n",
				kind->name, version->version, field->name);
			return -ENODATA;
		}
	}

	return 0;
}

/**
 * luo_object_fields_save - Write a version.
 * @kind:    A kind with fields.
 * @version: One of its versions.
 * @wire:    Set to the version, @version->size bytes.
 * @object:  The newest struct.
 * @gfp:     Allocation mask.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENODATA if the value of a field would be lost; -ERANGE if a value is
 * invalid; -ENOMEM if there is no memory; or the errno of a downgrade function.
 */
int luo_object_fields_save(const struct luo_object_kind *kind,
			   const struct luo_object_version *version, void *wire,
			   const void *object, gfp_t gfp)
{
	void *ser __free(kfree) = kmemdup(object, kind->size, gfp);
	int err;

	if (!ser)
		return -ENOMEM;

	err = luo_object_fields_downgrade(kind, version, ser);
	if (err)
		return err;

	memcpy(wire, ser, version->size);

	return 0;
}

/* Check all fields that a version has. */
static int luo_object_fields_check(const struct luo_object_kind *kind,
				   u32 version, const void *ser)
{
	unsigned int i;
	int err;

	for (i = 0; i < kind->nr_fields; i++) {
		if (kind->fields[i].since > version)
			continue;
		err = luo_field_check(kind, &kind->fields[i], ser);
		if (err)
			return err;
	}

	return 0;
}

/**
 * luo_object_fields_load - Read a version.
 * @kind:    A kind with fields.
 * @version: One of its versions.
 * @wire:    The version, @version->size bytes.
 * @object:  Set to the newest struct, unchanged on failure.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ERANGE if a value is invalid; -ENOMEM if there is no memory; or the
 * errno of an upgrade function.
 */
int luo_object_fields_load(const struct luo_object_kind *kind,
			   const struct luo_object_version *version,
			   const void *wire, void *object)
{
	void *ser __free(kfree) = kzalloc(kind->size, GFP_KERNEL);
	unsigned int i;
	int err;

	if (!ser)
		return -ENOMEM;

	memcpy(ser, wire, version->size);
	for (i = 0; i < kind->nr_fields; i++) {
		const struct luo_field *field = &kind->fields[i];

		if (field->since > version->version &&
		    luo_field_is_number(field))
			luo_field_set_number(field, ser, field->fallback);
	}

	/* Check before the upgrade function, which may use a field as an index. */
	err = luo_object_fields_check(kind, version->version, ser);
	if (err)
		return err;

	if (version->upgrade) {
		err = version->upgrade(ser) ?:
		      luo_object_fields_check(kind, U32_MAX, ser);
		if (err)
			return err;
	}
	memcpy(object, ser, kind->size);

	return 0;
}

/* Check whether a field is a string of printable characters, padded with NULs. */
static bool luo_field_is_text(const struct luo_field *field, const char *text)
{
	size_t len = strnlen(text, field->size), i;

	for (i = 0; i < len; i++) {
		if (!isprint(text[i]) || text[i] == '"' || text[i] == '\\')
			return false;
	}

	return len && !memchr_inv(text + len, 0, field->size - len);
}

/* Show bytes in hexadecimal. %ph prints at most 64. */
static void luo_field_show_bytes(struct seq_file *m,
				 const struct luo_field *field, const void *wire)
{
	const u8 *bytes = wire + field->offset;
	u32 i;

	for (i = 0; i < field->size; i++)
		seq_printf(m, "%02x", bytes[i]);
	seq_puts(m, "\n");
}

/**
 * luo_object_fields_show - Show the fields of a version, one per line.
 * @m:       The file to show them in.
 * @kind:    A kind with fields.
 * @version: One of its versions.
 * @wire:    The version, @version->size bytes.
 */
void luo_object_fields_show(struct seq_file *m,
			    const struct luo_object_kind *kind,
			    const struct luo_object_version *version,
			    const void *wire)
{
	unsigned int i;

	for (i = 0; i < kind->nr_fields; i++) {
		const struct luo_field *field = &kind->fields[i];

		if (field->since > version->version ||
		    field->type == LUO_FIELD_RESERVED)
			continue;

		seq_printf(m, "  %s ", field->name);
		if (field->type == LUO_FIELD_BYTES &&
		    luo_field_is_text(field, wire + field->offset))
			seq_printf(m, "\"%.*s\"\n", (int)field->size,
				   (const char *)wire + field->offset);
		else if (field->type == LUO_FIELD_BYTES)
			luo_field_show_bytes(m, field, wire);
		else if (field->type == LUO_FIELD_SIGNED)
			seq_printf(m, "%lld\n",
				   (s64)luo_field_number(field, wire));
		else if (field->type == LUO_FIELD_ARRAY)
			seq_printf(m, "array %#llx\n",
				   luo_field_number(field, wire));
		else
			seq_printf(m, "%llu\n", luo_field_number(field, wire));
	}
}
