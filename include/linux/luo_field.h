/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_LUO_FIELD_H
#define _LINUX_LUO_FIELD_H

#include <linux/array_size.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/elfnote.h>
#include <linux/kho/abi/luo_layout.h>
#include <linux/kho/abi/luo_note.h>
#include <linux/luo_object.h>
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
 * counter_ser for its objects, whatever version they write or find.
 *
 * A field is given as: the version that introduced it; its type, which is one of
 * u8, u16, u32, u64, s8, s16, s32, s64, bytes, array (the handle of a &struct
 * luo_array), object (the instance of another object) and reserved; its name;
 * and initialisers of other members of &struct luo_field.
 *
 * A version is given as: its number, newest first; and one of mandatory, optional,
 * retired (read, but no longer written) and external (read and written by code of
 * the kind, and not stored as an object). The conversion functions of &struct
 * luo_object_version may follow. To remove support for a version, delete its line.
 *
 * The compiler checks that the list of fields matches the struct. The same lists
 * produce the entries of the catalogue, linux/kho/abi/luo_note.h.
 */

/**
 * struct luo_field - A field of a wire struct.
 * @name:      Its name.
 * @since:     The version that introduced it.
 * @offset:    Its offset in the struct in bytes.
 * @size:      Its size in bytes.
 * @type:      Its type.
 * @min:       The smallest valid value. @min, @max and @fallback are for numbers.
 * @max:       The largest valid value; 0 if there is no limit. In a signed field,
 *             set both @min and @max or neither.
 * @fallback:  The value that the field gets when a version without it is loaded.
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
	u64 min;
	u64 max;
	u64 fallback;
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
#define luo_wire_type_object	LUO_FIELD_OBJECT
#define luo_wire_type_reserved	LUO_FIELD_RESERVED

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
#define luo_wire_same_object(x)	__same_type(x, u64)
#define luo_wire_same_reserved(x) (luo_wire_same_u8(x) ||		\
				   luo_wire_same_u16(x) ||		\
				   luo_wire_same_u32(x) ||		\
				   luo_wire_same_u64(x) ||		\
				   luo_wire_same_bytes(x))

#define luo_version_record_mandatory	0
#define luo_version_record_optional	LUO_OBJECT_RECORD_OPTIONAL
#define luo_version_record_retired	0
#define luo_version_record_external	0

#define luo_version_note_mandatory	(LUO_NOTE_READABLE | LUO_NOTE_WRITABLE)
#define luo_version_note_optional	(LUO_NOTE_READABLE | LUO_NOTE_WRITABLE | \
					 LUO_NOTE_OPTIONAL)
#define luo_version_note_retired	LUO_NOTE_READABLE
#define luo_version_note_external	(LUO_NOTE_READABLE | LUO_NOTE_WRITABLE | \
					 LUO_NOTE_EXTERNAL)

/* "ser" and "kind" of the lists are tuples, of which the expansions use parts. */
#define __LUO_FIRST(a, ...)	a
#define __LUO_SECOND(a, b, ...)	b
#define __LUO_THIRD(a, b, c)	c
#define __LUO_MEMBER(ser, _name) (((__LUO_FIRST ser *)0)->_name)

#define __LUO_FIELD(ser, _since, _type, _name, ...) {			\
	.name = #_name,							\
	.since = (_since),						\
	.offset = offsetof(__LUO_FIRST ser, _name),			\
	.size = sizeof(__LUO_MEMBER(ser, _name)),			\
	.type = luo_wire_type_##_type,					\
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
		      "new fields go to the end of the struct");	\
	static_assert(sizeof(#_name) <= LUO_NOTE_FIELD_LEN,		\
		      "the name of field " #_name " is too long");

#define __LUO_FIELD_SIZE(ser, _since, _type, _name, ...)		\
	+ ((_since) <= (__LUO_SECOND ser) ?				\
	   sizeof(__LUO_MEMBER(ser, _name)) : 0)

#define __LUO_FIELD_SUM(ser, _since, _type, _name, ...)			\
	+ ((_since) <= (__LUO_SECOND ser) ?				\
	   LUO_FIELD_DIGEST(offsetof(__LUO_FIRST ser, _name),		\
			    sizeof(__LUO_MEMBER(ser, _name)),		\
			    luo_wire_type_##_type) : 0)

#define __LUO_FIELD_LAYOUT(ser, _since, _type, _name, ...)		\
	+ ((_since) <= (__LUO_SECOND ser) ?				\
	   LUO_LAYOUT_FIELD(#_name, offsetof(__LUO_FIRST ser, _name),	\
			    sizeof(__LUO_MEMBER(ser, _name)),		\
			    luo_wire_type_##_type) : 0)

#define __LUO_FIELD_NOTE(ser, _since, _type, _name, ...)		\
	ELFNOTE32(LUO_NOTE_NAME, LUO_NOTE_FIELD,			\
		  ((struct luo_note_field){				\
			.kind = __LUO_SECOND ser,			\
			.name = #_name,					\
			.since = (_since),				\
			.offset = offsetof(__LUO_FIRST ser, _name),	\
			.size = sizeof(__LUO_MEMBER(ser, _name)),	\
			.type = luo_wire_type_##_type,			\
		  }));

#define __LUO_VERSION_SIZE(_kind, _version)				\
	(0 __LUO_SECOND _kind(__LUO_FIELD_SIZE, (__LUO_FIRST _kind, _version)))

#define __LUO_VERSION(_kind, _version, _treated, ...) {			\
	.version = (_version),						\
	.flags = luo_version_record_##_treated,				\
	.size = __LUO_VERSION_SIZE(_kind, _version),			\
	.layout = 0 __LUO_SECOND _kind(__LUO_FIELD_LAYOUT,		\
				       (__LUO_FIRST _kind, _version)),	\
	.retired = luo_version_note_##_treated == luo_version_note_retired, \
	.external = luo_version_note_##_treated & LUO_NOTE_EXTERNAL,	\
	__VA_ARGS__							\
},

#define __LUO_VERSION_NOTE(_kind, _version, _treated, ...)		\
	ELFNOTE32(LUO_NOTE_NAME, LUO_NOTE_VERSION,			\
		  ((struct luo_note_version){				\
			.kind = __LUO_THIRD _kind,			\
			.version = (_version),				\
			.flags = luo_version_note_##_treated,		\
			.size = __LUO_VERSION_SIZE(_kind, _version),	\
			.digest = 0 __LUO_SECOND _kind(__LUO_FIELD_SUM,	\
				(__LUO_FIRST _kind, _version)),		\
		  }));

/* public: */

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
			      #_type " goes on after its last field");	\
		static_assert(sizeof(_type) <= LUO_OBJECT_SIZE_MAX,	\
			      #_type " is too large for an object");	\
		static_assert(sizeof(#_name) <= LUO_OBJECT_KIND_LEN,	\
			      "the name " #_name " is too long");	\
	}								\
	static const struct luo_field _name##_field_table[] = {		\
		_fields(__LUO_FIELD, (_type, 0))			\
	};								\
	static const struct luo_object_version _name##_version_table[] = {	\
		_versions(__LUO_VERSION, (_type, _fields, #_name))	\
	};								\
	static struct luo_object_kind _name##_kind = {			\
		.name = #_name,						\
		.versions = _name##_version_table,				\
		.nr_versions = ARRAY_SIZE(_name##_version_table),		\
		.fields = _name##_field_table,				\
		.nr_fields = ARRAY_SIZE(_name##_field_table),		\
		.size = sizeof(_type),					\
	}

/**
 * LUO_DEFINE_KIND - Define a kind of object from its lists.
 * @_name:     Name of the kind. Defines ``_name_kind``, a static &struct
 *             luo_object_kind that is ready to be registered.
 * @_type:     The wire struct, with the fields of all versions.
 * @_fields:   The list of fields, in the order of the struct.
 * @_versions: The list of versions, newest first.
 */
#define LUO_DEFINE_KIND(_name, _type, _fields, _versions)		\
	_fields(__LUO_FIELD_NOTE, (_type, #_name))			\
	_versions(__LUO_VERSION_NOTE, (_type, _fields, #_name))		\
	LUO_DEFINE_KIND_UNLISTED(_name, _type, _fields, _versions)

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
