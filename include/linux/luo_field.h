/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_LUO_FIELD_H
#define _LINUX_LUO_FIELD_H

#include <linux/array_size.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/compiler_attributes.h>
#include <linux/elfnote.h>
#include <linux/kho/abi/luo_elements.h>
#include <linux/kho/abi/luo_layout.h>
#include <linux/kho/abi/luo_note.h>
#include <linux/kho/abi/luo_pages.h>
#include <linux/luo_kind.h>
#include <linux/luo_member.h>
#include <linux/stddef.h>

/**
 * DOC: Describing an object once
 *
 * A kind is described by one wire struct, which grows only at its end, a list of its
 * fields and a list of its versions. A version is the beginning of the struct, up to
 * the last field that the version has::
 *
 *   struct counter_ser {
 *           u64 count;
 *           u64 since;
 *   };
 *
 *   #define COUNTER_FIELDS(field, ser)                            \
 *           field(ser, 0, u64, count, .min = 1)                   \
 *           field(ser, 1, u64, since, .droppable = true)
 *
 *   #define COUNTER_VERSIONS(version, kind)                       \
 *           version(kind, 1, mandatory)                           \
 *           version(kind, 0, mandatory)
 *
 *   LUO_DEFINE_KIND(counter, struct counter_ser, COUNTER_FIELDS,
 *                   COUNTER_VERSIONS);
 *
 * defines ``counter_kind``. luo_object_save() and luo_object_load() use a &struct
 * counter_ser for its objects, for each version that they write or find.
 *
 * A field is given as: the version that introduced it; its type; its name; and
 * initialisers of other members of &struct luo_field. The types are:
 *
 * ``u8``, ``u16``, ``u32``, ``u64``, ``s8``, ``s16``, ``s32``, ``s64``
 *     a number;
 * ``boolean``
 *     a u8 that is 0 or 1;
 * ``enum(names)``
 *     an unsigned number, which is an index of an entry other than NULL in ``names``,
 *     an array of strings;
 * ``mask(names)``
 *     an unsigned number, each bit of which is an index of such an entry;
 * ``numbers(u32)``
 *     an array of numbers, here u32, with a fixed length;
 * ``bytes``
 *     an array of u8 or char;
 * ``string``
 *     an array of char with a NUL;
 * ``nested(name, FIELDS)``
 *     a struct, see LUO_DEFINE_NESTED();
 * ``elements_of(kind)``
 *     a &struct luo_elements_ser, the elements of the object, which are structs of the
 *     named kind, see luo_elements_save(). Define the kind above the object's;
 * ``elements``
 *     the same, without the name of the kind in the layout. For fields that were
 *     published before there was ``elements_of``, whose layout cannot change. Set
 *     ``.element_kind``, or the elements are not shown in debugfs;
 * ``pages``
 *     a &struct luo_pages_ser, preserved pages of the object, see
 *     LUO_DEFINE_KIND_MEMBERS();
 * ``array``
 *     the handle of a &struct luo_array, a u64. Set ``.element_kind`` if its elements are
 *     the structs of a kind, or they are not shown in debugfs;
 * ``reference(kind)``
 *     the instance of an object of the named kind, a u64. Give ``.none`` a number that
 *     is not the instance of an object, and that stands for no object;
 * ``reserved``
 *     numbers or bytes that are zero;
 * ``alias(type, old)``
 *     one of the types above for a member of the struct that was renamed. In the layout and
 *     in the catalogue it keeps the name ``old``, without which it would be another layout.
 *     Not in a nested struct.
 *
 * The values that a field may have are not part of the layout. A u8 can become a
 * boolean or an enum, and bytes can become a string, if no kernel writes other values. Add
 * a name to an enum or a mask only together with a new version: luoctl compares the number
 * of names of two kernels that have the same newest version.
 *
 * A version is given as: its number, newest first; and one of mandatory, optional,
 * retired (read, but no longer written), exceptional (read, and written only for an object
 * of which the other versions would lose a value) and external (read and written by code
 * of the kind, and not stored as an object). The conversion functions of &struct
 * luo_object_version may follow. To remove support for a version, delete its line.
 *
 * A kind of elements is described in the same way. Each of its versions is given as
 * element. It is not registered, and no object of it is stored: whether the next kernel
 * reads elements matters for the objects that have them.
 *
 * The compiler checks that the list of fields matches the struct. The same lists
 * produce the entries of the catalogue, linux/kho/abi/luo_note.h.
 */

/**
 * enum luo_field_form - Which values a field may have.
 * @LUO_FORM_ANY:     Any.
 * @LUO_FORM_STRING:  Bytes of which one is NUL.
 * @LUO_FORM_BOOLEAN: 0 and 1.
 * @LUO_FORM_ENUM:    The indexes of names.
 * @LUO_FORM_MASK:    Numbers whose bits are indexes of names.
 * @LUO_FORM_ELEMENTS: The first member of a &struct luo_elements_ser.
 * @LUO_FORM_PAGES:   The first member of a &struct luo_pages_ser.
 * @LUO_FORM_REFERENCE: Any, but other than @none an object of kind @target must exist.
 */
enum luo_field_form {
	LUO_FORM_ANY,
	LUO_FORM_STRING,
	LUO_FORM_BOOLEAN,
	LUO_FORM_ENUM,
	LUO_FORM_MASK,
	LUO_FORM_ELEMENTS,
	LUO_FORM_PAGES,
	LUO_FORM_REFERENCE,
};

/**
 * struct luo_field - A field of a wire struct.
 * @name:      Its name.
 * @since:     The version that introduced it.
 * @offset:    Its offset in the struct in bytes.
 * @size:      Its size in bytes.
 * @type:      The type of its items.
 * @item:      Size of an item in bytes if the field is an array of numbers, else 0.
 * @form:      Which values it may have, besides those between @min and @max.
 * @names:     The known values of an enum, or the known bits of a mask: NULL if the
 *             index is not known, else its name.
 * @nr_names:  Length of @names.
 * @target:    The name of the kind that a reference or elements lead to, else NULL.
 * @element_kind: The kind of the elements that an array has, by which debugfs shows them.
 *             NULL if it is not known.
 * @min:       The smallest valid value. @min, @max and @fallback are for numbers, and
 *             in an array of numbers for each of them.
 * @max:       The largest valid value; 0 if there is no limit. In a signed field,
 *             set both @min and @max or neither.
 * @fallback:  The value that the field gets when a version without it is loaded.
 * @none:      The same as @fallback, in a reference: the value that stands for no
 *             object. 0 unless it is set, so set it if 0 is the instance of an object.
 * @droppable: A version without the field may be written even if its value would be
 *             lost. Otherwise such a version is written only if the value is
 *             @fallback.
 */
struct luo_field {
	const char *name;
	u32 since;
	u32 offset;
	u32 size;
	enum luo_field_type type;
	u32 item;
	enum luo_field_form form;
	const char *const *names;
	u32 nr_names;
	const char *target;
	const struct luo_object_kind *element_kind;
	u64 min;
	u64 max;
	union {
		u64 fallback;
		u64 none;
	};
	bool droppable;
};

/* private: the expansions of the lists. */

#define luo_wire_type_u8	LUO_FIELD_UNSIGNED
#define luo_wire_type_u16	LUO_FIELD_UNSIGNED
#define luo_wire_type_u32	LUO_FIELD_UNSIGNED
#define luo_wire_type_u64	LUO_FIELD_UNSIGNED
#define luo_wire_type_s8	LUO_FIELD_SIGNED
#define luo_wire_type_s16	LUO_FIELD_SIGNED
#define luo_wire_type_s32	LUO_FIELD_SIGNED
#define luo_wire_type_s64	LUO_FIELD_SIGNED
#define luo_wire_type_bytes	LUO_FIELD_BYTES
#define luo_wire_type_array	LUO_FIELD_ARRAY
#define luo_wire_type_array_of(kind) (LUO_FIELD_ARRAY | LUO_LAYOUT_TARGET(#kind))
#define luo_wire_type_reference(kind) (LUO_FIELD_REFERENCE | LUO_LAYOUT_TARGET(#kind))
#define luo_wire_type_reserved	LUO_FIELD_RESERVED
#define luo_wire_type_string	LUO_FIELD_BYTES
#define luo_wire_type_boolean	LUO_FIELD_UNSIGNED
#define luo_wire_type_enum(names) LUO_FIELD_UNSIGNED
#define luo_wire_type_mask(names) LUO_FIELD_UNSIGNED
#define luo_wire_type_numbers(t) (luo_wire_type_##t | LUO_FIELD_ITEMS(sizeof(t)))

/* Each is followed by the member in brackets. */
#define luo_wire_same_u8(x)	__same_type(x, u8)
#define luo_wire_same_u16(x)	__same_type(x, u16)
#define luo_wire_same_u32(x)	__same_type(x, u32)
#define luo_wire_same_u64(x)	__same_type(x, u64)
#define luo_wire_same_s8(x)	__same_type(x, s8)
#define luo_wire_same_s16(x)	__same_type(x, s16)
#define luo_wire_same_s32(x)	__same_type(x, s32)
#define luo_wire_same_s64(x)	__same_type(x, s64)
#define luo_wire_same_bytes(x)	(__same_type(x, u8[sizeof(x)]) ||	\
				 __same_type(x, char[sizeof(x)]))
#define luo_wire_same_array(x)	__same_type(x, u64)
#define luo_wire_same_array_of(kind) luo_wire_same_u64
#define luo_wire_same_reference(kind) luo_wire_same_u64
#define luo_wire_same_unsigned(x) (luo_wire_same_u8(x) ||		\
				   luo_wire_same_u16(x) ||		\
				   luo_wire_same_u32(x) ||		\
				   luo_wire_same_u64(x))
#define luo_wire_same_reserved(x) (luo_wire_same_unsigned(x) ||		\
				   luo_wire_same_bytes(x))
#define luo_wire_same_string(x)	__same_type(x, char[sizeof(x)])
#define luo_wire_same_boolean(x) __same_type(x, u8)
#define luo_wire_same_enum(names) luo_wire_same_unsigned
#define luo_wire_same_mask(names) luo_wire_same_unsigned
#define luo_wire_same_numbers(t) luo_wire_same_numbers_##t
#define luo_wire_same_numbers_u8(x) __same_type(x, u8[sizeof(x) / sizeof(u8)])
#define luo_wire_same_numbers_u16(x) __same_type(x, u16[sizeof(x) / sizeof(u16)])
#define luo_wire_same_numbers_u32(x) __same_type(x, u32[sizeof(x) / sizeof(u32)])
#define luo_wire_same_numbers_u64(x) __same_type(x, u64[sizeof(x) / sizeof(u64)])
#define luo_wire_same_numbers_s8(x) __same_type(x, s8[sizeof(x) / sizeof(s8)])
#define luo_wire_same_numbers_s16(x) __same_type(x, s16[sizeof(x) / sizeof(s16)])
#define luo_wire_same_numbers_s32(x) __same_type(x, s32[sizeof(x) / sizeof(s32)])
#define luo_wire_same_numbers_s64(x) __same_type(x, s64[sizeof(x) / sizeof(s64)])

/* The same: whether the bits of a mask fit. */
#define luo_wire_fits_u8	sizeof
#define luo_wire_fits_u16	sizeof
#define luo_wire_fits_u32	sizeof
#define luo_wire_fits_u64	sizeof
#define luo_wire_fits_s8	sizeof
#define luo_wire_fits_s16	sizeof
#define luo_wire_fits_s32	sizeof
#define luo_wire_fits_s64	sizeof
#define luo_wire_fits_bytes	sizeof
#define luo_wire_fits_array	sizeof
#define luo_wire_fits_array_of(kind) sizeof
#define luo_wire_fits_reference(kind) sizeof
#define luo_wire_fits_reserved	sizeof
#define luo_wire_fits_string	sizeof
#define luo_wire_fits_boolean	sizeof
#define luo_wire_fits_enum(names) sizeof
#define luo_wire_fits_mask(names) ARRAY_SIZE(names) <= 8 * sizeof
#define luo_wire_fits_numbers(t) sizeof

/* How many values of an enum, or bits of a mask, there are names for. */
#define luo_wire_names_u8	0
#define luo_wire_names_u16	0
#define luo_wire_names_u32	0
#define luo_wire_names_u64	0
#define luo_wire_names_s8	0
#define luo_wire_names_s16	0
#define luo_wire_names_s32	0
#define luo_wire_names_s64	0
#define luo_wire_names_bytes	0
#define luo_wire_names_array	0
#define luo_wire_names_array_of(kind)	0
#define luo_wire_names_reference(kind)	0
#define luo_wire_names_reserved	0
#define luo_wire_names_string	0
#define luo_wire_names_boolean	0
#define luo_wire_names_enum(_names) ARRAY_SIZE(_names)
#define luo_wire_names_mask(_names) ARRAY_SIZE(_names)
#define luo_wire_names_numbers(t) 0

/* Further initialisers. */
#define luo_wire_more_u8
#define luo_wire_more_u16
#define luo_wire_more_u32
#define luo_wire_more_u64
#define luo_wire_more_s8
#define luo_wire_more_s16
#define luo_wire_more_s32
#define luo_wire_more_s64
#define luo_wire_more_bytes
#define luo_wire_more_array
#define luo_wire_more_reference(kind)					\
	.form = LUO_FORM_REFERENCE, __luo_wire_target(#kind)
#define luo_wire_more_array_of(kind)	__luo_wire_target(#kind)
#define __luo_wire_target(kind)						\
	.item = BUILD_BUG_ON_ZERO(sizeof(kind) == 1 ||			\
				  sizeof(kind) > LUO_OBJECT_KIND_LEN,	\
				  "a field needs the name of a kind, not \"" kind "\""), \
	.target = kind,
#define luo_wire_more_reserved
#define luo_wire_more_string	.form = LUO_FORM_STRING,
#define luo_wire_more_boolean	.form = LUO_FORM_BOOLEAN,
#define luo_wire_more_enum(_names)					\
	.form = LUO_FORM_ENUM, .names = (_names), .nr_names = ARRAY_SIZE(_names),
#define luo_wire_more_mask(_names)					\
	.form = LUO_FORM_MASK, .names = (_names), .nr_names = ARRAY_SIZE(_names),
#define luo_wire_more_numbers(t)	.item = sizeof(t),

/*
 * Each is followed by a macro and a tuple of arguments. A nested struct expands the
 * macro for each of its fields; for any other field, the same macro with _ONE at the
 * end of its name is expanded.
 */
#define __luo_wire_one(expand, args)	expand##_ONE args
#define luo_wire_each_u8	__luo_wire_one
#define luo_wire_each_u16	__luo_wire_one
#define luo_wire_each_u32	__luo_wire_one
#define luo_wire_each_u64	__luo_wire_one
#define luo_wire_each_s8	__luo_wire_one
#define luo_wire_each_s16	__luo_wire_one
#define luo_wire_each_s32	__luo_wire_one
#define luo_wire_each_s64	__luo_wire_one
#define luo_wire_each_bytes	__luo_wire_one
#define luo_wire_each_array	__luo_wire_one
#define luo_wire_each_array_of(kind) __luo_wire_one
#define luo_wire_each_reference(kind) __luo_wire_one
#define luo_wire_each_reserved	__luo_wire_one
#define luo_wire_each_string	__luo_wire_one
#define luo_wire_each_boolean	__luo_wire_one
#define luo_wire_each_enum(names) __luo_wire_one
#define luo_wire_each_mask(names) __luo_wire_one
#define luo_wire_each_numbers(t) __luo_wire_one

#define luo_wire_same_nested(_nested, _fields)	luo_nested_size_##_nested == sizeof
#define luo_wire_each_nested(_nested, _fields)	_fields

/* The fields of struct luo_elements_ser, which is a nested struct. */
#define luo_wire_same_elements(x) __same_type(x, struct luo_elements_ser)
#define luo_wire_each_elements	luo_field_elements
#define luo_field_elements(field, ser)					\
	field(ser, 0, array, array, .form = LUO_FORM_ELEMENTS)		\
	__luo_field_elements(field, ser)
#define __luo_field_elements(field, ser)				\
	field(ser, 0, u64, count)					\
	field(ser, 0, u32, stride)					\
	field(ser, 0, u32, version)					\
	field(ser, 0, u32, layout)					\
	field(ser, 0, u32, kind)

/* The same, with the kind from the type of the outer field, elements_of(kind). */
#define luo_wire_same_elements_of(kind)	luo_wire_same_elements
#define luo_wire_each_elements_of(kind)	luo_field_elements_of
#define luo_field_elements_of(field, args)				\
	__luo_field_elements_of(field, args, __LUO_ARG_TYPE args)
#define __luo_field_elements_of(field, args, _type)			\
	__luo_field_elements_of_kind(field, args, _type)
#define __luo_field_elements_of_kind(field, args, _type)		\
	field(args, 0, array_##_type, array, .form = LUO_FORM_ELEMENTS,	\
	      .element_kind = kind_##_type)				\
	__luo_field_elements(field, args)
#define array_elements_of(kind)	array_of(kind)
#define kind_elements_of(kind)	(&kind##_kind)

/* A renamed field: the type and the name are those of alias(type, old). */
#define luo_wire_same_alias(_type, _old) luo_wire_same_##_type
#define luo_wire_each_alias(_type, _old) luo_field_alias
#define luo_field_alias(expand, args)					\
	__luo_field_alias(expand, args, __LUO_ARG_TYPE args)
#define __luo_field_alias(expand, args, _type)				\
	__luo_field_alias_for(expand, args, _type)
#define __luo_field_alias_for(expand, args, _type)			\
	__luo_field_alias_of(expand, args, luo_alias_type_##_type,	\
			     luo_alias_text_##_type)
#define luo_alias_type_alias(_type, _old)	_type
#define luo_alias_text_alias(_type, _old)	#_old
#define __luo_field_alias_of(expand, args, _type, _text)		\
	__luo_field_alias_each(expand, args, _type, _text)
#define __luo_field_alias_each(expand, args, _type, _text)		\
	luo_wire_each_##_type(expand,					\
		(__LUO_ARG_SER args, __LUO_ARG_SINCE args, _type,	\
		 __LUO_ARG_MEMBER args, _text, __LUO_ARG_MORE args))

/* The fields of struct luo_pages_ser. */
#define luo_wire_same_pages(x)	__same_type(x, struct luo_pages_ser)
#define luo_wire_each_pages	luo_field_pages
#define luo_field_pages(field, ser)					\
	field(ser, 0, u64, nr_pages, .form = LUO_FORM_PAGES)		\
	field(ser, 0, array_of(page_run), runs.array)			\
	field(ser, 0, u64, runs.count)					\
	field(ser, 0, u32, runs.stride)					\
	field(ser, 0, u32, runs.version)				\
	field(ser, 0, u32, runs.layout)					\
	field(ser, 0, u32, runs.kind)

#define luo_version_record_mandatory	0
#define luo_version_record_optional	LUO_OBJECT_RECORD_OPTIONAL
#define luo_version_record_retired	0
#define luo_version_record_exceptional	0
#define luo_version_record_external	0
#define luo_version_record_element	0

#define luo_version_note_mandatory	(LUO_NOTE_READABLE | LUO_NOTE_WRITABLE)
#define luo_version_note_optional	(LUO_NOTE_READABLE | LUO_NOTE_WRITABLE | \
					 LUO_NOTE_OPTIONAL)
#define luo_version_note_retired	LUO_NOTE_READABLE
#define luo_version_note_exceptional	LUO_NOTE_READABLE
#define luo_version_note_external	(LUO_NOTE_READABLE | LUO_NOTE_WRITABLE | \
					 LUO_NOTE_EXTERNAL)
#define luo_version_note_element	(LUO_NOTE_READABLE | LUO_NOTE_WRITABLE | \
					 LUO_NOTE_ELEMENT)

#define luo_version_exceptional_mandatory	false
#define luo_version_exceptional_optional	false
#define luo_version_exceptional_retired		false
#define luo_version_exceptional_exceptional	true
#define luo_version_exceptional_external	false
#define luo_version_exceptional_element		false

/* "ser" and "kind" of the lists are tuples, of which the expansions use parts. */
#define __LUO_FIRST(a, ...)	a
#define __LUO_SECOND(a, b, ...)	b
#define __LUO_THIRD(a, b, c)	c
#define __LUO_MEMBER(ser, _name) (((__LUO_FIRST ser *)0)->_name)

/* The parts of the tuple: the struct, the version, the member and its name. */
#define __LUO_ARG_SER(ser, _since, _type, _member, _text, ...)	ser
#define __LUO_ARG_SINCE(ser, _since, _type, _member, _text, ...) _since
#define __LUO_ARG_TYPE(ser, _since, _type, _member, _text, ...)	_type
#define __LUO_ARG_MEMBER(ser, _since, _type, _member, _text, ...) _member
#define __LUO_ARG_TEXT(ser, _since, _type, _member, _text, ...)	_text
#define __LUO_ARG_MORE(ser, _since, _type, _member, _text, ...)	__VA_ARGS__

/* The arguments for a field of a nested struct, which has the version of the struct. */
#define __LUO_NESTED(expand, args, _type, _name, ...)			\
	expand(__LUO_ARG_SER args, __LUO_ARG_SINCE args, _type,		\
	       __LUO_ARG_MEMBER args._name, __LUO_ARG_TEXT args "." #_name, \
	       ##__VA_ARGS__, __LUO_ARG_MORE args)

#define __LUO_FIELD(ser, _since, _type, _name, ...)			\
	luo_wire_each_##_type(__LUO_FIELD_IN,				\
		(ser, _since, _type, _name, #_name, ##__VA_ARGS__))
#define __LUO_FIELD_IN(args, _since, _type, _name, ...)			\
	__LUO_NESTED(__LUO_FIELD_IN_ONE, args, _type, _name, ##__VA_ARGS__)
#define __LUO_FIELD_IN_ONE(ser, _since, _type, _member, _text, ...) {	\
	.name = _text,							\
	.since = (_since),						\
	.offset = offsetof(__LUO_FIRST ser, _member),			\
	.size = sizeof(__LUO_MEMBER(ser, _member)),			\
	.type = (luo_wire_type_##_type) & LUO_FIELD_TYPE,		\
	luo_wire_more_##_type						\
	__VA_ARGS__							\
},

/*
 * The value of an enumerator without an initialiser is that of the one above it plus
 * one. The expansions use this to compare a field with the end and the age of the
 * field above it.
 */
#define __LUO_FIELD_END(ser, _since, _type, _name, ...)			\
	luo_begin_##_name,						\
	luo_end_##_name = offsetofend(__LUO_FIRST ser, _name),

#define __LUO_FIELD_AGE(ser, _since, _type, _name, ...)			\
	luo_before_##_name,						\
	luo_since_##_name = (_since),

#define __LUO_FIELD_CHECK(ser, _since, _type, _name, ...)		\
	luo_wire_each_##_type(__LUO_FIELD_TYPED,			\
		(ser, _since, _type, _name, #_name, ##__VA_ARGS__))	\
	static_assert(luo_wire_same_##_type(__LUO_MEMBER(ser, _name)),	\
		      "field " #_name " is not of type " #_type " in the struct"); \
	static_assert(offsetof(__LUO_FIRST ser, _name) + 1 <=		\
		      luo_begin_##_name,				\
		      "there is a gap before field " #_name		\
		      ": a field is missing, or padding that should be one"); \
	static_assert(offsetof(__LUO_FIRST ser, _name) + 1 >=		\
		      luo_begin_##_name,				\
		      "field " #_name " overlaps the one above it: "	\
		      "fields are listed once, in the order of the struct"); \
	static_assert(luo_since_##_name + 1 >= luo_before_##_name,	\
		      "field " #_name " is older than the one above it: " \
		      "new fields go to the end of the struct");

#define __LUO_FIELD_TYPED(args, _since, _type, _name, ...)		\
	__LUO_NESTED(__LUO_FIELD_TYPED_ONE, args, _type, _name, ##__VA_ARGS__)
#define __LUO_FIELD_TYPED_ONE(ser, _since, _type, _member, _text, ...)	\
	static_assert(luo_wire_fits_##_type(__LUO_MEMBER(ser, _member)), \
		      "field " _text " has fewer bits than " #_type " has names"); \
	static_assert(sizeof(_text) <= LUO_NOTE_FIELD_LEN,		\
		      "the name of field " _text " is too long");

#define __LUO_FIELD_SIZE(ser, _since, _type, _name, ...)		\
	+ ((_since) <= (__LUO_SECOND ser) ?				\
	   sizeof(__LUO_MEMBER(ser, _name)) : 0)

#define __LUO_FIELD_SUM(ser, _since, _type, _name, ...)			\
	luo_wire_each_##_type(__LUO_FIELD_SUM_IN,			\
		(ser, _since, _type, _name, #_name, ##__VA_ARGS__))
#define __LUO_FIELD_SUM_IN(args, _since, _type, _name, ...)		\
	__LUO_NESTED(__LUO_FIELD_SUM_IN_ONE, args, _type, _name, ##__VA_ARGS__)
#define __LUO_FIELD_SUM_IN_ONE(ser, _since, _type, _member, _text, ...)	\
	+ ((_since) <= (__LUO_SECOND ser) ?				\
	   LUO_FIELD_DIGEST(offsetof(__LUO_FIRST ser, _member),		\
			    sizeof(__LUO_MEMBER(ser, _member)),		\
			    luo_wire_type_##_type) : 0)

#define __LUO_FIELD_LAYOUT(ser, _since, _type, _name, ...)		\
	luo_wire_each_##_type(__LUO_FIELD_LAYOUT_IN,			\
		(ser, _since, _type, _name, #_name, ##__VA_ARGS__))
#define __LUO_FIELD_LAYOUT_IN(args, _since, _type, _name, ...)		\
	__LUO_NESTED(__LUO_FIELD_LAYOUT_IN_ONE, args, _type, _name, ##__VA_ARGS__)
#define __LUO_FIELD_LAYOUT_IN_ONE(ser, _since, _type, _member, _text, ...) \
	+ ((_since) <= (__LUO_SECOND ser) ?				\
	   LUO_LAYOUT_FIELD(_text, offsetof(__LUO_FIRST ser, _member),	\
			    sizeof(__LUO_MEMBER(ser, _member)),		\
			    luo_wire_type_##_type) : 0)

/*
 * As ELFNOTE32(), whose argument is a compound literal: there the compiler does not
 * evaluate the hash of the name of a kind.
 */
#define __LUO_NOTE(_type, _struct, ...)					\
	static const struct {						\
		u32 name_size, desc_size, type;				\
		char name[sizeof(LUO_NOTE_NAME)];			\
		struct _struct desc;					\
	} __UNIQUE_ID(luo_note)						\
	__used __aligned(sizeof(u32)) __section(".note." LUO_NOTE_NAME) = {	\
		sizeof(LUO_NOTE_NAME), sizeof(struct _struct), _type,	\
		LUO_NOTE_NAME, { __VA_ARGS__ }				\
	}

#define __LUO_FIELD_NOTE(ser, _since, _type, _name, ...)		\
	luo_wire_each_##_type(__LUO_FIELD_NOTE_IN,			\
		(ser, _since, _type, _name, #_name, ##__VA_ARGS__))
#define __LUO_FIELD_NOTE_IN(args, _since, _type, _name, ...)		\
	__LUO_NESTED(__LUO_FIELD_NOTE_IN_ONE, args, _type, _name, ##__VA_ARGS__)
#define __LUO_FIELD_NOTE_IN_ONE(ser, _since, _type, _member, _text, ...) \
	__LUO_NOTE(LUO_NOTE_FIELD, luo_note_field,			\
		   .kind = __LUO_SECOND ser,				\
		   .name = _text,					\
		   .since = (_since),					\
		   .offset = offsetof(__LUO_FIRST ser, _member),	\
		   .size = sizeof(__LUO_MEMBER(ser, _member)),		\
		   .type = luo_wire_type_##_type,			\
		   .nr_names = luo_wire_names_##_type);

#define __LUO_VERSION_SIZE(_kind, _version)				\
	(0 __LUO_SECOND _kind(__LUO_FIELD_SIZE, (__LUO_FIRST _kind, _version)))

#define __LUO_VERSION(_kind, _version, _treated, ...) {			\
	.version = (_version),						\
	.flags = luo_version_record_##_treated,				\
	.size = __LUO_VERSION_SIZE(_kind, _version),			\
	.layout = 0 __LUO_SECOND _kind(__LUO_FIELD_LAYOUT,		\
				       (__LUO_FIRST _kind, _version)),	\
	.retired = luo_version_note_##_treated == luo_version_note_retired, \
	.exceptional = luo_version_exceptional_##_treated,		\
	.external = luo_version_note_##_treated & LUO_NOTE_EXTERNAL,	\
	__VA_ARGS__							\
},

#define __LUO_VERSION_NOTE(_kind, _version, _treated, ...)		\
	__LUO_NOTE(LUO_NOTE_VERSION, luo_note_version,			\
		   .kind = __LUO_THIRD _kind,				\
		   .version = (_version),				\
		   .flags = luo_version_note_##_treated,		\
		   .size = __LUO_VERSION_SIZE(_kind, _version),		\
		   .digest = 0 __LUO_SECOND _kind(__LUO_FIELD_SUM,	\
			(__LUO_FIRST _kind, _version)));

/* The layout of a struct, whether or not it has versions. */
#define __LUO_CHECK_FIELDS(_name, _type, _fields, _more)		\
	static inline void __maybe_unused _name##_check_fields(void)	\
	{								\
		enum {							\
			luo_end_nothing,				\
			_fields(__LUO_FIELD_END, (_type, 0))		\
			luo_begin_nothing,				\
		};							\
		enum {							\
			luo_since_nothing,				\
			_fields(__LUO_FIELD_AGE, (_type, 0))		\
		};							\
		_fields(__LUO_FIELD_CHECK, (_type, 0))			\
		static_assert(sizeof(_type) + 1 == luo_begin_nothing,	\
			      #_type " has members after its last field");	\
		_more							\
	}

#define __LUO_VERSION_CHECK(_kind, _version, _treated, ...)		\
	static_assert((_version) < LUO_OBJECT_VERSION_SUBSECTIONS,	\
		      "version " #_version " is too large");

#define __LUO_VERSION_ANY(_kind, _version, _treated, ...)		\
	| luo_version_record_##_treated
#define __LUO_VERSION_ALL(_kind, _version, _treated, ...)		\
	& luo_version_record_##_treated

/* The number of versions of elements, and of all versions. */
#define __LUO_VERSION_ELEMENT(_kind, _version, _treated, ...)		\
	+ !!(luo_version_note_##_treated & LUO_NOTE_ELEMENT)
#define __LUO_VERSION_COUNT(_kind, _version, _treated, ...)		\
	+ 1

#define __LUO_KIND_NOTES(_text, _type, _fields, _versions)		\
	_fields(__LUO_FIELD_NOTE, (_type, _text))			\
	_versions(__LUO_VERSION_NOTE, (_type, _fields, _text))

#define __LUO_DEFINE_KIND(_name, _text, _type, _fields, _versions, ...)	\
	__LUO_CHECK_FIELDS(_name, _type, _fields,			\
		static_assert(sizeof(_type) <= LUO_OBJECT_SIZE_MAX,	\
			      #_type " is too large for an object");	\
		static_assert(sizeof(_text) <= LUO_OBJECT_KIND_LEN,	\
			      "the name " _text " is too long");	\
		static_assert(!(0 _versions(__LUO_VERSION_ELEMENT, ())) || \
			      (0 _versions(__LUO_VERSION_ELEMENT, ())) ==	\
			      (0 _versions(__LUO_VERSION_COUNT, ())),	\
			      "the versions of kind " _text		\
			      " are not all element or none");		\
		_versions(__LUO_VERSION_CHECK, ()))			\
	extern _type luo_struct_##_name;				\
	enum { luo_elements_##_name =					\
	       !!(0 _versions(__LUO_VERSION_ELEMENT, ())) };		\
	static const struct luo_field _name##_field_table[] = {		\
		_fields(__LUO_FIELD, (_type, 0))			\
	};								\
	static const struct luo_object_version _name##_version_table[] = {	\
		_versions(__LUO_VERSION, (_type, _fields, _text))	\
	};								\
	static struct luo_object_kind _name##_kind = {			\
		.name = _text,						\
		.versions = _name##_version_table,			\
		.nr_versions = ARRAY_SIZE(_name##_version_table),	\
		.fields = _name##_field_table,				\
		.nr_fields = ARRAY_SIZE(_name##_field_table),		\
		.size = sizeof(_type),					\
		.elements = luo_elements_##_name,			\
		__VA_ARGS__						\
	}

/* "object" of the list of subsections is the name of the kind and the struct. */
#define __LUO_SUBSECTION(_object, _member) {				\
	.kind = &__LUO_SUBSECTION_NAME(__LUO_FIRST _object, _member##_kind), \
	.offset = offsetof(__LUO_SECOND _object, _member),		\
},
#define __LUO_SUBSECTION_CHECK(_object, _member)			\
	static_assert(__same_type(__LUO_SECOND_MEMBER(_object, _member), \
		      __LUO_SUBSECTION_NAME(luo_subsection,		\
			__LUO_SUBSECTION_NAME(__LUO_FIRST _object, _member))), \
		      "member " #_member " is not the struct of the subsection");
#define __LUO_SECOND_MEMBER(_object, _member) (((__LUO_SECOND _object *)0)->_member)
#define __LUO_SUBSECTION_NAME(a, b)	__LUO_SUBSECTION_PASTE(a, b)
#define __LUO_SUBSECTION_PASTE(a, b)	a##_##b

/* Each is followed by the member of the object in brackets. */
#define luo_member_same_pages(x)	__same_type(x, struct luo_pages)
#define luo_member_same_list(...)	luo_member_same_list_head
#define luo_member_same_list_head(x)	__same_type(x, struct list_head)
#define luo_member_same_xarray(...)	luo_member_same_xa
#define luo_member_same_xa(x)		__same_type(x, struct xarray)

/* The same with the field. */
#define luo_member_field_pages(x)	__same_type(x, struct luo_pages_ser)
#define luo_member_field_list(...)	luo_member_field_elements
#define luo_member_field_xarray(...)	luo_member_field_elements
#define luo_member_field_elements(x)	__same_type(x, struct luo_elements_ser)

/* Checks of the items of a container. */
#define __LUO_ITEM(_item, _member)	(((_item *)0)->_member)
#define luo_member_check_pages
#define luo_member_check_list(_of, _item, _node, _ser)		\
	static_assert(__same_type(__LUO_ITEM(_item, _node), struct list_head), \
		      #_node " is not a struct list_head in " #_item);	\
	__luo_member_check_item(_of, _item, _ser)
#define luo_member_check_xarray(_of, _item, _ser, _key)		\
	__luo_member_check_item(_of, _item, _ser)			\
	static_assert(__same_type(__LUO_ITEM(_item, _ser)._key, u64),	\
		      #_key " is not a u64 in the struct of kind " #_of);
#define __luo_member_check_item(_of, _item, _ser)			\
	static_assert(__same_type(__LUO_ITEM(_item, _ser), luo_struct_##_of), \
		      #_ser " is not the struct of kind " #_of " in " #_item); \
	static_assert(luo_elements_##_of,				\
		      "kind " #_of " is not one of elements");

/* Further initialisers of struct luo_member. */
#define luo_member_more_pages
#define luo_member_more_list(_of, _item, _node, _ser)			\
	.ops = &luo_list_ops,						\
	.node = offsetof(_item, _node),					\
	__luo_member_more_item(_of, _item, _ser)
#define luo_member_more_xarray(_of, _item, _ser, _key)		\
	.ops = &luo_xarray_ops,						\
	.node = offsetof(_item, _ser._key),				\
	__luo_member_more_item(_of, _item, _ser)
#define __luo_member_more_item(_of, _item, _ser)			\
	.kind = &_of##_kind,						\
	.size = sizeof(_item),						\
	.ser = offsetof(_item, _ser),

/* "object" of the list of members is the struct of the object, in brackets. */
#define __LUO_HELD(_object, _member, _shape) {				\
	.field = offsetof(__LUO_FIRST _object, ser._member),		\
	.offset = offsetof(__LUO_FIRST _object, _member),		\
	luo_member_more_##_shape					\
},
#define __LUO_HELD_CHECK(_object, _member, _shape)			\
	static_assert(luo_member_same_##_shape(__LUO_MEMBER(_object, _member)), \
		      "member " #_member " is not of type " #_shape	\
		      " in the struct of the object");			\
	static_assert(luo_member_field_##_shape(__LUO_MEMBER(_object, ser._member)), \
		      "field " #_member " cannot hold " #_shape);	\
	luo_member_check_##_shape

#define __LUO_FIELD_ANCIENT(ser, _since, _type, _name, ...)		\
	static_assert(!(_since), "field " #_name " has a version: "	\
		      "a nested struct has those of the structs it is in");

/* public: */

/**
 * LUO_DEFINE_NESTED - Define a struct that is a field of wire structs.
 * @_name:   Its name, for "nested(@_name, @_fields)" as the type of a field.
 * @_type:   The struct.
 * @_fields: Its list of fields, each since version 0.
 *
 * The fields of the struct become fields of each struct that it is in, with names such
 * as "outer.inner". The struct never changes: if it must, define another one, and give
 * the kind a field of that type in a new version. It cannot contain a nested struct.
 */
#define LUO_DEFINE_NESTED(_name, _type, _fields)			\
	__LUO_CHECK_FIELDS(_name, _type, _fields,			\
			   _fields(__LUO_FIELD_ANCIENT, (_type, 0)))	\
	enum { luo_nested_size_##_name = sizeof(_type) }

/**
 * LUO_DEFINE_KIND_UNLISTED - LUO_DEFINE_KIND() without an entry in the catalogue.
 * @_name:     As for LUO_DEFINE_KIND(), and the same below.
 * @_type:     The wire struct.
 * @_fields:   The list of fields.
 * @_versions: The list of versions.
 *
 * For kinds of tests.
 */
#define LUO_DEFINE_KIND_UNLISTED(_name, _type, _fields, _versions)	\
	__LUO_DEFINE_KIND(_name, #_name, _type, _fields, _versions)

/**
 * LUO_DEFINE_KIND - Define a kind of object or of elements from its lists.
 * @_name:     Name of the kind. Defines ``_name_kind``, a static &struct
 *             luo_object_kind that is ready to be registered, unless it is of elements.
 * @_type:     The wire struct, with the fields of all versions.
 * @_fields:   The list of fields, in the order of the struct.
 * @_versions: The list of versions, newest first.
 */
#define LUO_DEFINE_KIND(_name, _type, _fields, _versions)		\
	__LUO_KIND_NOTES(#_name, _type, _fields, _versions)		\
	LUO_DEFINE_KIND_UNLISTED(_name, _type, _fields, _versions)

/**
 * LUO_SHARE_KIND - Let the tables of other files refer to a kind.
 * @_name:   Name of the kind, which is defined above.
 * @_global: The variable by which the other files refer to it. A header declares it.
 */
#define LUO_SHARE_KIND(_name, _global)					\
	extern struct luo_object_kind _global __alias(_name##_kind)

/**
 * LUO_DEFINE_SUBSECTION_UNLISTED - LUO_DEFINE_SUBSECTION() without an entry in the
 * catalogue.
 * @_kind:     As for LUO_DEFINE_SUBSECTION(), and the same below.
 * @_name:     The name.
 * @_type:     The wire struct.
 * @_fields:   The list of fields.
 * @_versions: The list of versions.
 */
#define LUO_DEFINE_SUBSECTION_UNLISTED(_kind, _name, _type, _fields, _versions) \
	extern _type luo_subsection_##_kind##_##_name;			\
	static_assert((0 _versions(__LUO_VERSION_ANY, ())) ==		\
		      (~0 _versions(__LUO_VERSION_ALL, ())),		\
		      "the versions of subsection " #_name		\
		      " are not all mandatory or all optional");	\
	__LUO_DEFINE_KIND(_kind##_##_name, #_kind "." #_name, _type,	\
			  _fields, _versions)

/**
 * LUO_DEFINE_SUBSECTION - Define a subsection of the objects of a kind.
 * @_kind:     The name of the kind.
 * @_name:     The name of the subsection.
 * @_type:     Its wire struct, with the fields of all versions.
 * @_fields:   The list of fields, none of which is elements, an array or a reference.
 * @_versions: The list of versions, newest first, all mandatory or all optional.
 *
 * The subsection is stored if any field that is not droppable differs from its
 * fallback. If it is mandatory, a kernel that does not know it does not load the object.
 */
#define LUO_DEFINE_SUBSECTION(_kind, _name, _type, _fields, _versions)	\
	__LUO_KIND_NOTES(#_kind "." #_name, _type, _fields, _versions)	\
	LUO_DEFINE_SUBSECTION_UNLISTED(_kind, _name, _type, _fields,	\
				       _versions)

/**
 * LUO_NO_SUBSECTIONS - The list of subsections of a kind that has none.
 * @subsection: Not used.
 * @object:     Not used.
 */
#define LUO_NO_SUBSECTIONS(subsection, object)

/* private: the list of members of a kind that has none. */
#define LUO_NO_MEMBERS(member, object)
/* public: */

/**
 * LUO_DEFINE_KIND_MEMBERS_UNLISTED - LUO_DEFINE_KIND_MEMBERS() without an entry in the
 * catalogue.
 * @_name:        As for LUO_DEFINE_KIND_MEMBERS(), and the same below.
 * @_type:        The wire struct.
 * @_fields:      The list of fields.
 * @_versions:    The list of versions.
 * @_object:      The struct of an object.
 * @_subsections: The list of subsections.
 * @_members:     The list of members.
 */
#define LUO_DEFINE_KIND_MEMBERS_UNLISTED(_name, _type, _fields, _versions, \
					 _object, _subsections, _members) \
	static_assert(!offsetof(_object, ser),				\
		      "ser is not the first member of " #_object);	\
	static_assert(__same_type(((_object *)0)->ser, _type),		\
		      "ser is not a " #_type " in " #_object);		\
	_subsections(__LUO_SUBSECTION_CHECK, (_name, _object))		\
	_members(__LUO_HELD_CHECK, (_object))				\
	static const struct luo_object_subsection			\
	_name##_subsection_table[] = {					\
		_subsections(__LUO_SUBSECTION, (_name, _object))	\
	};								\
	static const struct luo_member _name##_member_table[] = {	\
		_members(__LUO_HELD, (_object))				\
	};								\
	__LUO_DEFINE_KIND(_name, #_name, _type, _fields, _versions,	\
		.subsections = _name##_subsection_table,		\
		.nr_subsections = ARRAY_SIZE(_name##_subsection_table),	\
		.members = _name##_member_table,			\
		.nr_members = ARRAY_SIZE(_name##_member_table))

/**
 * LUO_DEFINE_KIND_MEMBERS - Define a kind whose objects have pages, lists or xarrays.
 * @_name:        As for LUO_DEFINE_KIND().
 * @_type:        As for LUO_DEFINE_KIND().
 * @_fields:      As for LUO_DEFINE_KIND().
 * @_versions:    As for LUO_DEFINE_KIND().
 * @_object:      A struct whose first member, ser, is the wire struct, and which has a
 *                member for each subsection, as for LUO_DEFINE_KIND_WITH(), and for each
 *                entry of @_members. Save and load this struct.
 * @_subsections: The list of subsections, or LUO_NO_SUBSECTIONS.
 * @_members:     The list of members, each as ``member(object, name, shape)``.
 *
 * A member has the same name as the field that it is saved in, which must not be
 * droppable. The shapes are:
 *
 * ``pages``
 *     the field is pages and the member is a &struct luo_pages;
 * ``list(kind, struct item, node, ser)``
 *     the field is elements of @kind and the member is a &struct list_head of items;
 *     ``node`` is the &struct list_head in an item, and ``ser`` the wire struct of @kind;
 * ``xarray(kind, struct item, ser, key)``
 *     the same for a &struct xarray, where ``key`` is the u64 in the wire struct that is
 *     the index of the item.
 *
 * Saving an object preserves the pages and saves the items; loading it claims the pages
 * and adds an item, from kzalloc(), for each element. The code of the kind does not
 * access the fields of members.
 */
#define LUO_DEFINE_KIND_MEMBERS(_name, _type, _fields, _versions, _object, \
				_subsections, _members)			\
	__LUO_KIND_NOTES(#_name, _type, _fields, _versions)		\
	LUO_DEFINE_KIND_MEMBERS_UNLISTED(_name, _type, _fields, _versions, \
					 _object, _subsections, _members)

/**
 * LUO_DEFINE_KIND_WITH_UNLISTED - LUO_DEFINE_KIND_WITH() without an entry in the
 * catalogue.
 * @_name:        As for LUO_DEFINE_KIND_WITH(), and the same below.
 * @_type:        The wire struct.
 * @_fields:      The list of fields.
 * @_versions:    The list of versions.
 * @_object:      The struct of an object.
 * @_subsections: The list of subsections.
 */
#define LUO_DEFINE_KIND_WITH_UNLISTED(_name, _type, _fields, _versions,	\
				      _object, _subsections)		\
	LUO_DEFINE_KIND_MEMBERS_UNLISTED(_name, _type, _fields, _versions, \
					 _object, _subsections, LUO_NO_MEMBERS)

/**
 * LUO_DEFINE_KIND_WITH - Define a kind whose objects have subsections.
 * @_name:        As for LUO_DEFINE_KIND().
 * @_type:        As for LUO_DEFINE_KIND().
 * @_fields:      As for LUO_DEFINE_KIND().
 * @_versions:    As for LUO_DEFINE_KIND().
 * @_object:      A struct whose first member, ser, is the wire struct, and which has the
 *                wire struct of each subsection as a member with the name of the
 *                subsection. Save and load this struct.
 * @_subsections: The list of subsections, each as ``subsection(object, name)``.
 */
#define LUO_DEFINE_KIND_WITH(_name, _type, _fields, _versions, _object,	\
			     _subsections)				\
	LUO_DEFINE_KIND_MEMBERS(_name, _type, _fields, _versions,	\
				_object, _subsections, LUO_NO_MEMBERS)

/**
 * LUO_DESCRIBE - Describe the structures of a part of an object.
 * @_name:     The name of their kind.
 * @_type:     The wire struct.
 * @_fields:   The list of fields.
 * @_versions: The list of versions, each given as element.
 *
 * As LUO_DEFINE_KIND(), but defines no kind: the compiler checks the layout, which is in
 * the catalogue, and the owner of the object checks the values.
 */
#define LUO_DESCRIBE(_name, _type, _fields, _versions)			\
	__LUO_KIND_NOTES(#_name, _type, _fields, _versions)		\
	__LUO_CHECK_FIELDS(_name, _type, _fields,			\
		static_assert((0 _versions(__LUO_VERSION_ELEMENT, ())) == \
			      (0 _versions(__LUO_VERSION_COUNT, ())),	\
			      "the versions of " #_name " are not all element");) \
	enum { luo_elements_##_name = 1 }

/**
 * LUO_NOTE_PART_OF - Add to the catalogue that objects contain structures of a kind.
 * @_kind: The kind of the objects.
 * @_part: The kind of the structures, defined by LUO_DESCRIBE() or LUO_DEFINE_KIND().
 *
 * For structures that the object leads to by an address or by an array whose field does not
 * name their kind. If the next kernel has them in another layout, luoctl judges the objects
 * as lost.
 */
#define LUO_NOTE_PART_OF(_kind, _part)					\
	static_assert(luo_elements_##_part,				\
		      "kind " #_part " is not one of elements");	\
	__LUO_NOTE(LUO_NOTE_PART, luo_note_part,			\
		   .kind = #_kind, .part = #_part)

/**
 * LUO_NOTE_STRING - Add a string that two kernels must share to the catalogue.
 * @_what:       The subject of the string, a string literal.
 * @_compatible: The string, a string literal.
 */
#define LUO_NOTE_STRING(_what, _compatible)				\
	ELFNOTE32(LUO_NOTE_NAME, LUO_NOTE_COMPATIBLE,			\
		  ((struct luo_note_compatible){			\
			.what = _what,					\
			.compatible = _compatible,			\
		  }))

#endif /* _LINUX_LUO_FIELD_H */
