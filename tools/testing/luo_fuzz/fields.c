// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Objects by their fields
 *
 * The input is the table of a kind, and an object of one of its versions. The types and
 * offsets of the fields are valid. Their ranges, fallbacks and values are any numbers.
 */

#include <stdlib.h>

#include <libfuzzer.h>
#include <linux/errno.h>
#include <linux/luo_field.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../../../kernel/liveupdate/luo_object_internal.h"
#include "expect.h"
#include "input.h"

#define FUZZ_FIELDS_MAX		8
#define FUZZ_VERSIONS_MAX	4

struct fuzz_table {
	struct luo_field fields[FUZZ_FIELDS_MAX];
	struct luo_object_version versions[FUZZ_VERSIONS_MAX];
	struct luo_object_kind kind;
};

/* Allocations do not fail here. */
bool luo_loopback_fails(void)
{
	return false;
}

static bool fuzz_is_number(const struct luo_field *field)
{
	return field->type != LUO_FIELD_BYTES &&
	       field->type != LUO_FIELD_RESERVED;
}

/* More about a field that is an unsigned or a signed number until here. */
static void fuzz_form(struct luo_field *field, u8 form)
{
	static const char *const names[] = {
		"zero", "one", NULL, "three", NULL, NULL, "six", "seven",
	};

	if (form & 0x80) {
		field->type = LUO_FIELD_BYTES;
		field->form = LUO_FORM_STRING;
		return;
	}
	if (form & 0x40) {
		field->item = field->size;
		field->size *= 1 + (form >> 4 & 3);
	}
	if (field->type == LUO_FIELD_SIGNED)
		return;

	field->form = LUO_FORM_BOOLEAN + form % 3;
	if (field->form != LUO_FORM_BOOLEAN) {
		field->names = names;
		field->nr_names = (form >> 2) % (ARRAY_SIZE(names) + 1);
	}
}

static size_t fuzz_field(struct fuzz_input *input, struct luo_field *field,
			 size_t at)
{
	u8 what = fuzz_take(input, 1);

	field->name = "field";
	field->type = (what & 7) % (LUO_FIELD_RESERVED + 1);
	field->since = what >> 3 & 3;
	field->droppable = what >> 5 & 1;
	switch (field->type) {
	case LUO_FIELD_UNSIGNED:
	case LUO_FIELD_SIGNED:
		field->size = 1 << (what >> 6);
		break;
	case LUO_FIELD_REFERENCE:
		field->form = LUO_FORM_REFERENCE;
		field->target = "other";
		fallthrough;
	case LUO_FIELD_ARRAY:
		field->size = sizeof(u64);
		break;
	default:
		field->size = 1 + (what >> 6) * 5;
	}
	if ((what & 7) > LUO_FIELD_RESERVED)
		fuzz_form(field, fuzz_take(input, 1));
	field->min = fuzz_take(input, sizeof(u64));
	field->max = fuzz_take(input, sizeof(u64));
	field->fallback = fuzz_take(input, sizeof(u64));

	if (fuzz_is_number(field))
		at = ALIGN(at, field->item ?: field->size);
	field->offset = at;

	return at + field->size;
}

static void fuzz_table(struct fuzz_input *input, struct fuzz_table *table)
{
	struct luo_object_kind *kind = &table->kind;
	struct luo_object_version *version;
	unsigned int i, j;
	size_t size = 0;

	kind->name = "fuzz";
	kind->fields = table->fields;
	kind->nr_fields = 1 + fuzz_take(input, 1) % FUZZ_FIELDS_MAX;
	for (i = 0; i < kind->nr_fields; i++) {
		size = fuzz_field(input, &table->fields[i], size);
		if (i && table->fields[i].since < table->fields[i - 1].since)
			table->fields[i].since = table->fields[i - 1].since;
	}
	kind->size = size;

	kind->versions = table->versions;
	kind->nr_versions = FUZZ_VERSIONS_MAX;
	for (i = 0; i < FUZZ_VERSIONS_MAX; i++) {
		version = &table->versions[i];
		version->version = FUZZ_VERSIONS_MAX - 1 - i;
		for (j = 0; j < kind->nr_fields; j++) {
			if (table->fields[j].since <= version->version)
				version->size = table->fields[j].offset +
						table->fields[j].size;
		}
	}
}

/* Each version that is written can be read. */
static void fuzz_save(const struct luo_object_kind *kind, const u8 *object)
{
	const struct luo_object_version *version;
	u8 *loaded = malloc(kind->size), *copy = malloc(kind->size), *wire;
	unsigned int i;

	for (i = 0; i < kind->nr_versions; i++) {
		version = &kind->versions[i];
		wire = malloc(version->size ?: 1);
		if (!luo_object_fields_save(kind, version, wire, object, copy))
			FUZZ_EXPECT(!luo_object_fields_load(kind, version, wire,
							    loaded));
		free(wire);
	}
	free(copy);
	free(loaded);
}

static void fuzz_load(const struct luo_object_kind *kind,
		      const struct luo_object_version *version, const u8 *wire,
		      FILE *shown, bool registered)
{
	struct seq_file m = { .file = shown };
	u8 *object = malloc(kind->size), *again = malloc(version->size ?: 1);
	u8 *copy = malloc(kind->size);
	int err;

	rewind(shown);
	luo_object_fields_show(&m, "", kind, version, wire);

	memset(object, 0xa5, kind->size);
	err = luo_object_fields_load(kind, version, wire, object);
	FUZZ_EXPECT(!err || err == -ERANGE);
	if (err) {
		FUZZ_EXPECT(object[0] == 0xa5 &&
			    !memcmp(object, object + 1, kind->size - 1));
	} else {
		FUZZ_EXPECT(!memcmp(object, wire, version->size));
		/* The loaded object can be saved, and is the same. */
		err = luo_object_fields_save(kind, version, again, object, copy);
		FUZZ_EXPECT(!err || !registered);
		FUZZ_EXPECT(err || !memcmp(again, wire, version->size));
		if (registered)
			fuzz_save(kind, object);
	}
	free(object);
	free(again);
	free(copy);
}

int fuzz_run(const u8 *data, size_t size)
{
	struct fuzz_input input = { data, size };
	const struct luo_object_version *version;
	struct fuzz_table table = {};
	static FILE *shown;
	bool registered;
	u8 *wire;

	if (!shown)
		shown = fopen("/dev/null", "w");

	fuzz_table(&input, &table);
	version = &table.versions[fuzz_take(&input, 1) % FUZZ_VERSIONS_MAX];
	registered = luo_object_fields_valid(&table.kind);

	wire = calloc(1, version->size ?: 1);
	memcpy(wire, input.data, min_t(size_t, input.left, version->size));
	fuzz_load(&table.kind, version, wire, shown, registered);
	free(wire);

	return 0;
}
