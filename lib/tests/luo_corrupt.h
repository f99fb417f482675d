/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_CORRUPT_H
#define _LUO_CORRUPT_H

#include <linux/array_size.h>
#include <linux/stddef.h>
#include <linux/types.h>

#include "../../kernel/liveupdate/luo_object_internal.h"
#include "../../kernel/liveupdate/pkram_internal.h"

struct luo_tmpfs_ser;

/**
 * struct luo_corrupt_spot - A structure of this kernel.
 * @mem:      The structure.
 * @seal:     Updates its CRC. NULL if it has none.
 * @table:    The table of the owner; NULL for the list of kinds.
 * @record:   The record of the owner; NULL for a kind.
 * @handle:   For @seal: the address that a chain begins with, or of an array.
 * @sequence: For @seal: the number of the structure in its chain.
 */
struct luo_corrupt_spot {
	void *mem;
	void (*seal)(const struct luo_corrupt_spot *spot);
	struct luo_object_table *table;
	struct luo_object_record_ser *record;
	u64 handle;
	u64 sequence;
};

/**
 * struct luo_corrupt_place - A kind of structure, by its name in a command.
 * @name: The name.
 * @find: Finds structure @nr of this kind in a spot with the table and the record of the
 *        owner. Returns 0, or -ENOENT if the owner has no such structure. Several places may
 *        have the same name, for other owners.
 */
struct luo_corrupt_place {
	const char *name;
	int (*find)(struct luo_corrupt_spot *spot, unsigned int nr);
};

/* How an address is written in a field. */
enum luo_corrupt_form {
	LUO_CORRUPT_ADDRESS,
	LUO_CORRUPT_BIG_ENDIAN,
	LUO_CORRUPT_PFN,
	LUO_CORRUPT_PFN_LOW,
	LUO_CORRUPT_PFN_RUN,
	LUO_CORRUPT_ARRAY_RUN,
};

/**
 * struct luo_corrupt_field - A field of a structure, by its name in a command.
 * @place:  The name of the structure's place.
 * @name:   The name of the field.
 * @offset: Its offset in bytes.
 * @size:   Its size in bytes.
 * @form:   How an address is written in it.
 */
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

/**
 * struct luo_corrupt_part - What one file knows.
 * @places:    The places.
 * @nr_places: Number of places.
 * @fields:    Their fields.
 * @nr_fields: Number of fields.
 */
struct luo_corrupt_part {
	const struct luo_corrupt_place *places;
	unsigned int nr_places;
	const struct luo_corrupt_field *fields;
	unsigned int nr_fields;
};

#define LUO_CORRUPT_PART(_places, _fields) {				\
	.places = _places,						\
	.nr_places = ARRAY_SIZE(_places),				\
	.fields = _fields,						\
	.nr_fields = ARRAY_SIZE(_fields),				\
}

extern const struct luo_corrupt_part luo_corrupt_objects_part;
extern const struct luo_corrupt_part luo_corrupt_pkram_part;
extern const struct luo_corrupt_part luo_corrupt_memfd_part;
extern const struct luo_corrupt_part luo_corrupt_tmpfs_part;
extern const struct luo_corrupt_part luo_corrupt_hugetlb_part;

int luo_corrupt_data(struct luo_corrupt_spot *spot, unsigned int nr);
int luo_corrupt_element(struct luo_corrupt_spot *spot, u64 handle, unsigned int nr);
int luo_corrupt_extent(struct luo_corrupt_spot *spot, unsigned int nr);

/* Return the tree of a record, or NULL if it is of another kind. */
const struct luo_tmpfs_ser *luo_corrupt_tree(const struct luo_corrupt_spot *spot);

#endif /* _LUO_CORRUPT_H */
