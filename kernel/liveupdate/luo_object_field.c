// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Conversion by fields
 *
 * Interprets the table of fields of a kind (linux/luo_field.h): writes older
 * versions, fills the fields that an older version does not have, checks values and
 * shows them. A version is the beginning of the newest struct, so that most of a
 * conversion is one copy.
 *
 * The other files of the object core call it. It calls only the functions of the kind.
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

/* The number of items of a field, 1 if it is not an array of numbers. */
static u32 luo_field_items(const struct luo_field *field)
{
	return field->item ? field->size / field->item : 1;
}

static __always_inline u64 luo_field_read(const void *p, u32 size)
{
	switch (size) {
	case 1:
		return *(u8 *)p;
	case 2:
		return *(u16 *)p;
	case 4:
		return *(u32 *)p;
	default:
		return *(u64 *)p;
	}
}

/* Read an item of a field. Extend the sign of a signed one to 64 bits. */
static u64 luo_field_number(const struct luo_field *field, const void *ser,
			    u32 i)
{
	const u32 size = field->item ?: field->size;
	u64 value = luo_field_read(ser + field->offset + i * size, size);

	return field->type == LUO_FIELD_SIGNED ?
	       sign_extend64(value, 8 * size - 1) : value;
}

static void luo_field_set_number(const struct luo_field *field, void *ser,
				 u32 i, u64 value)
{
	const u32 size = field->item ?: field->size;
	void *p = ser + field->offset + i * size;

	switch (size) {
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

/* The name of a value of an enum, or of a bit of a mask. NULL if it is not known. */
static const char *luo_field_name(const struct luo_field *field, u64 i)
{
	return i < field->nr_names ? field->names[i] : NULL;
}

static u64 luo_field_known_bits(const struct luo_field *field)
{
	u64 bits = 0;
	u32 i;

	for (i = 0; i < field->nr_names; i++) {
		if (field->names[i])
			bits |= BIT_ULL(i);
	}

	return bits;
}

static bool luo_field_is_known(const struct luo_field *field, u64 value)
{
	switch (field->form) {
	case LUO_FORM_BOOLEAN:
		return value <= 1;
	case LUO_FORM_ENUM:
		return luo_field_name(field, value);
	case LUO_FORM_MASK:
		return !(value & ~luo_field_known_bits(field));
	default:
		return true;
	}
}

static void luo_field_warn(const struct luo_object_kind *kind,
			   const struct luo_field *field, u64 value)
{
	if (field->type == LUO_FIELD_ARRAY && !PAGE_ALIGNED(value))
		pr_warn("kind %s: field %s is %#llx, expected the handle of an array\n",
			kind->name, field->name, value);
	else if (field->form == LUO_FORM_MASK && !luo_field_is_known(field, value))
		pr_warn("kind %s: field %s has the unknown bits %#llx, known are %#llx\n",
			kind->name, field->name,
			value & ~luo_field_known_bits(field),
			luo_field_known_bits(field));
	else if (!luo_field_is_known(field, value))
		pr_warn("kind %s: field %s is %llu, which is not a known value\n",
			kind->name, field->name, value);
	else if (field->type == LUO_FIELD_SIGNED)
		pr_warn("kind %s: field %s is %lld, expected %lld to %lld\n",
			kind->name, field->name, value, field->min, field->max);
	else
		pr_warn("kind %s: field %s is %llu, expected %llu to %llu\n",
			kind->name, field->name, value, field->min,
			field->max ?: U64_MAX);
}

static bool luo_field_allows(const struct luo_field *field, u64 value)
{
	if (field->type == LUO_FIELD_ARRAY && !PAGE_ALIGNED(value))
		return false;

	return luo_field_is_known(field, value) &&
	       luo_field_in_range(field, value);
}

static int luo_field_check_bytes(const struct luo_object_kind *kind,
				 const struct luo_field *field, const void *bytes)
{
	if (field->type == LUO_FIELD_RESERVED &&
	    memchr_inv(bytes, 0, field->size)) {
		pr_warn("kind %s: field %s is not zero\n", kind->name,
			field->name);
		return -ERANGE;
	}
	if (field->form == LUO_FORM_STRING &&
	    strnlen(bytes, field->size) == field->size) {
		pr_warn("kind %s: field %s is a string without a NUL in %u bytes\n",
			kind->name, field->name, field->size);
		return -ERANGE;
	}

	return 0;
}

static int luo_field_check(const struct luo_object_kind *kind,
			   const struct luo_field *field, const void *ser)
{
	u64 value;
	u32 i;

	if (!luo_field_is_number(field))
		return luo_field_check_bytes(kind, field, ser + field->offset);

	for (i = 0; i < luo_field_items(field); i++) {
		value = luo_field_number(field, ser, i);
		if (luo_field_allows(field, value))
			continue;
		luo_field_warn(kind, field, value);
		return -ERANGE;
	}

	return 0;
}

/* Check whether a value fits into a field and is valid. */
static bool luo_field_may_hold(const struct luo_field *field, u64 value)
{
	const unsigned int bits = 8 * (field->item ?: field->size);

	if (field->type == LUO_FIELD_SIGNED ?
	    sign_extend64(value, bits - 1) != (s64)value :
	    bits < 64 && value >> bits)
		return false;

	return luo_field_allows(field, value);
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
	const u32 oldest = kind->versions[kind->nr_versions - 1].version;
	unsigned int i;

	for (i = 0; i < kind->nr_fields; i++) {
		const struct luo_field *field = &kind->fields[i];

		/* Fields that all versions have need no fallback, unless all are absent. */
		if (!luo_field_is_number(field) ||
		    (field->since <= oldest &&
		     !luo_object_is_subsection(kind->name)))
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
	u32 i;

	if (field->droppable)
		return false;

	if (!luo_field_is_number(field))
		return memchr_inv(ser + field->offset, 0, field->size);

	for (i = 0; i < luo_field_items(field); i++) {
		if (luo_field_number(field, ser, i) != field->fallback)
			return true;
	}

	return false;
}

/**
 * luo_object_fields_set - Check whether any value would be lost without the fields.
 * @kind: A kind with fields.
 * @ser:  The newest struct.
 *
 * Return: true if any field that is not droppable differs from its fallback.
 */
bool luo_object_fields_set(const struct luo_object_kind *kind, const void *ser)
{
	unsigned int i;

	for (i = 0; i < kind->nr_fields; i++) {
		if (luo_field_loses_value(&kind->fields[i], ser))
			return true;
	}

	return false;
}

/* Check that a version can hold the values of @ser. */
static int luo_object_fields_check_save(const struct luo_object_kind *kind,
					const struct luo_object_version *version,
					const void *ser)
{
	unsigned int i;
	int err;

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
 * @copy:    Memory of @kind->size bytes for the downgrade function. Not used if the version
 *           has none.
 *
 * Return: 0; -ENODATA if the value of a field would be lost; -ERANGE if a value is
 * invalid; or the errno of a downgrade function.
 */
int luo_object_fields_save(const struct luo_object_kind *kind,
			   const struct luo_object_version *version, void *wire,
			   const void *object, void *copy)
{
	int err;

	if (version->downgrade) {
		memcpy(copy, object, kind->size);
		err = version->downgrade(copy);
		if (err)
			return err;
		object = copy;
	}

	err = luo_object_fields_check_save(kind, version, object);
	if (err)
		return err;

	memcpy(wire, object, version->size);

	return 0;
}

/* Set a field, which is zero, to its fallback. */
static void luo_field_fall_back(const struct luo_field *field, void *ser)
{
	u32 i;

	if (!luo_field_is_number(field))
		return;
	for (i = 0; i < luo_field_items(field); i++)
		luo_field_set_number(field, ser, i, field->fallback);
}

/**
 * luo_object_fields_fill - Set the fields that a version does not have.
 * @kind:    A kind with fields.
 * @version: One of its versions.
 * @ser:     The newest struct, zeroed after the end of the version.
 */
void luo_object_fields_fill(const struct luo_object_kind *kind, u32 version,
			    void *ser)
{
	unsigned int i;

	for (i = 0; i < kind->nr_fields; i++) {
		if (kind->fields[i].since > version)
			luo_field_fall_back(&kind->fields[i], ser);
	}
}

/**
 * luo_object_fields_reset - Set all fields to their fallbacks.
 * @kind: A kind with fields.
 * @ser:  The newest struct.
 */
void luo_object_fields_reset(const struct luo_object_kind *kind, void *ser)
{
	unsigned int i;

	memset(ser, 0, kind->size);
	for (i = 0; i < kind->nr_fields; i++)
		luo_field_fall_back(&kind->fields[i], ser);
}

/* Whether all values of a field are valid. */
static bool luo_field_is_any(const struct luo_field *field)
{
	return field->form == LUO_FORM_ANY && !field->min && !field->max &&
	       field->type != LUO_FIELD_ARRAY &&
	       field->type != LUO_FIELD_RESERVED;
}

/**
 * luo_object_fields_any - Check whether any values of all fields are valid.
 * @kind: A kind with fields.
 *
 * Return: true if luo_object_fields_check() succeeds for all values.
 */
bool luo_object_fields_any(const struct luo_object_kind *kind)
{
	unsigned int i;

	for (i = 0; i < kind->nr_fields; i++) {
		if (!luo_field_is_any(&kind->fields[i]))
			return false;
	}

	return true;
}

/**
 * luo_object_fields_droppable - Check whether an older kernel may ignore new fields.
 * @kind: A kind with fields.
 *
 * Return: true if each field that the oldest version does not have is droppable.
 */
bool luo_object_fields_droppable(const struct luo_object_kind *kind)
{
	const u32 oldest = kind->versions[kind->nr_versions - 1].version;
	unsigned int i;

	for (i = 0; i < kind->nr_fields; i++) {
		const struct luo_field *field = &kind->fields[i];

		if (field->since <= oldest || field->droppable)
			continue;
		pr_warn("kind %s: field %s is not droppable, but older kernels ignore it in elements\n",
			kind->name, field->name);
		return false;
	}

	return true;
}

/* Find the first struct in which a number is out of its range. */
static __always_inline u64 luo_field_find(const struct luo_field *field,
					  const void *ser, u32 stride, u64 nr,
					  u32 size)
{
	const u64 min = field->min, max = field->max ?: U64_MAX;
	const void *p = ser + field->offset;
	u64 i, value;

	for (i = 0; i < nr; i++, p += stride) {
		value = luo_field_read(p, size);
		if (value < min || value > max)
			break;
	}

	return i;
}

static u64 luo_field_find_invalid(const struct luo_field *field,
				  const void *ser, u32 stride, u64 nr)
{
	switch (field->size) {
	case 1:
		return luo_field_find(field, ser, stride, nr, 1);
	case 2:
		return luo_field_find(field, ser, stride, nr, 2);
	case 4:
		return luo_field_find(field, ser, stride, nr, 4);
	default:
		return luo_field_find(field, ser, stride, nr, 8);
	}
}

/*
 * Check a field of several structs. Most fields are unsigned numbers, which are compared
 * without a call for each.
 */
static int luo_field_check_all(const struct luo_object_kind *kind,
			       const struct luo_field *field, const void *ser,
			       u64 nr, u64 *invalid)
{
	int err = 0;
	u64 i = 0;

	if (field->type == LUO_FIELD_UNSIGNED && field->form == LUO_FORM_ANY &&
	    !field->item)
		i = luo_field_find_invalid(field, ser, kind->size, nr);

	for (; i < nr && !err; i++) {
		err = luo_field_check(kind, field, ser + i * kind->size);
		*invalid = i;
	}

	return err;
}

/**
 * luo_object_fields_check_all - Check all fields that a version has, of several structs.
 * @kind:    A kind with fields.
 * @version: The version, %U32_MAX for all fields.
 * @ser:     The newest structs, one after the other.
 * @nr:      Their number.
 * @invalid: Set to the index of one that is invalid, on -ERANGE.
 *
 * Return: 0, or -ERANGE if a value is invalid.
 */
int luo_object_fields_check_all(const struct luo_object_kind *kind, u32 version,
				const void *ser, u64 nr, u64 *invalid)
{
	unsigned int i;
	int err;

	for (i = 0; i < kind->nr_fields; i++) {
		const struct luo_field *field = &kind->fields[i];

		if (field->since > version || luo_field_is_any(field))
			continue;
		err = luo_field_check_all(kind, field, ser, nr, invalid);
		if (err)
			return err;
	}

	return 0;
}

/**
 * luo_object_fields_check - Check all fields that a version has.
 * @kind:    A kind with fields.
 * @version: The version, %U32_MAX for all fields.
 * @ser:     The newest struct.
 *
 * Return: 0, or -ERANGE if a value is invalid.
 */
int luo_object_fields_check(const struct luo_object_kind *kind, u32 version,
			    const void *ser)
{
	u64 invalid;

	return luo_object_fields_check_all(kind, version, ser, 1, &invalid);
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
	void *ser __free(kfree) = NULL;
	int err;

	/* The newest version needs no conversion. */
	if (version->size == kind->size && !version->upgrade) {
		err = luo_object_fields_check(kind, version->version, wire);
		if (!err)
			memcpy(object, wire, kind->size);
		return err;
	}

	ser = kzalloc(kind->size, GFP_KERNEL);
	if (!ser)
		return -ENOMEM;

	memcpy(ser, wire, version->size);
	luo_object_fields_fill(kind, version->version, ser);

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

/*
 * Check whether a field is text that can be shown: printable characters, padded with
 * NULs. A string ends at its first NUL, and can be empty.
 */
static bool luo_field_is_text(const struct luo_field *field, const char *text)
{
	size_t len = strnlen(text, field->size), i;

	for (i = 0; i < len; i++) {
		if (!isprint(text[i]) || text[i] == '"' || text[i] == '\\')
			return false;
	}
	if (field->form == LUO_FORM_STRING)
		return len < field->size;

	return len && !memchr_inv(text + len, 0, field->size - len);
}

/* Show bytes as text or in hexadecimal. %ph prints at most 64. */
static void luo_field_show_bytes(struct seq_file *m,
				 const struct luo_field *field, const u8 *bytes)
{
	u32 i;

	if (luo_field_is_text(field, (const char *)bytes)) {
		seq_printf(m, " \"%.*s\"", (int)field->size, bytes);
		return;
	}

	seq_puts(m, " ");
	for (i = 0; i < field->size; i++)
		seq_printf(m, "%02x", bytes[i]);
}

/* Show the names of the bits that are set, and the unknown ones as a number. */
static void luo_field_show_mask(struct seq_file *m,
				const struct luo_field *field, u64 value)
{
	const u64 known = luo_field_known_bits(field);
	const char *separator = " ";
	u32 i;

	if (!value)
		seq_puts(m, " 0");
	for (i = 0; i < field->nr_names; i++) {
		if (!field->names[i] || !(value & BIT_ULL(i)))
			continue;
		seq_printf(m, "%s%s", separator, field->names[i]);
		separator = ",";
	}
	if (value & ~known)
		seq_printf(m, "%s%#llx", separator, value & ~known);
}

static void luo_field_show_number(struct seq_file *m,
				  const struct luo_field *field, u64 value)
{
	const char *name = field->form == LUO_FORM_ENUM ?
			   luo_field_name(field, value) : NULL;

	if (name)
		seq_printf(m, " %s", name);
	else if (field->form == LUO_FORM_MASK)
		luo_field_show_mask(m, field, value);
	else if (field->form == LUO_FORM_BOOLEAN && value <= 1)
		seq_puts(m, value ? " true" : " false");
	else if (field->type == LUO_FIELD_SIGNED)
		seq_printf(m, " %lld", (s64)value);
	else if (field->type == LUO_FIELD_ARRAY)
		seq_printf(m, " array %#llx", value);
	else if (field->form == LUO_FORM_REFERENCE && value == field->none)
		seq_puts(m, " none");
	else if (field->form == LUO_FORM_REFERENCE)
		seq_printf(m, " %s %llu", field->target, value);
	else
		seq_printf(m, " %llu", value);
}

/**
 * luo_object_fields_show - Show the fields of a version, one per line.
 * @m:       The file to show them in.
 * @prefix:  Shown before the name of each field.
 * @kind:    A kind with fields.
 * @version: One of its versions.
 * @wire:    The version, @version->size bytes.
 */
void luo_object_fields_show(struct seq_file *m, const char *prefix,
			    const struct luo_object_kind *kind,
			    const struct luo_object_version *version,
			    const void *wire)
{
	unsigned int i;
	u32 j;

	for (i = 0; i < kind->nr_fields; i++) {
		const struct luo_field *field = &kind->fields[i];

		if (field->since > version->version ||
		    field->type == LUO_FIELD_RESERVED)
			continue;

		seq_printf(m, "  %s%s", prefix, field->name);
		if (luo_field_is_number(field)) {
			for (j = 0; j < luo_field_items(field); j++)
				luo_field_show_number(m, field,
						      luo_field_number(field, wire, j));
		} else {
			luo_field_show_bytes(m, field, wire + field->offset);
		}
		seq_puts(m, "\n");
	}
}
