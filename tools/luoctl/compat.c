// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <string.h>

#include "compat.h"

/* "kho-v4": of what string, what it is about, and how it begins. */
static const struct {
	const char *what;
	const char *prefix;
} prefixes[] = {
	{ "kho", "kho-v" },
	{ "luo", "luo-v" },
	{ "file", "memfd-v" },
};

/*
 * The string that begins at @prefix, if one does: a string of its own, which
 * the compiler may have put among the instructions that compare it. The kernel
 * is followed by a NUL.
 */
static size_t string_at(const struct bytes *kernel, const u8 *at,
			size_t prefix_len)
{
	size_t len = prefix_len;

	if (at > kernel->data && (isalnum(at[-1]) || strchr("-_\"", at[-1])) &&
	    at[-1])
		return 0;
	while (isdigit(at[len]))
		len++;
	if (len == prefix_len || len >= LUO_OBJECT_KIND_LEN || at[len])
		return 0;

	return len;
}

static void scan(struct catalogue *catalogue, const struct bytes *kernel,
		 const char *what, const char *prefix)
{
	const u8 *end = kernel->data + kernel->size;
	size_t prefix_len = strlen(prefix);
	const u8 *at = kernel->data;

	while ((at = memmem(at, end - at, prefix, prefix_len))) {
		size_t len = string_at(kernel, at, prefix_len);
		char string[LUO_OBJECT_KIND_LEN] = "";

		memcpy(string, at, len);
		if (len)
			catalogue_add_compatible(catalogue, what, string);
		at += prefix_len;
	}
}

void compat_scan(struct catalogue *catalogue, const struct bytes *kernel)
{
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		if (!catalogue_has(catalogue, prefixes[i].what, NULL))
			scan(catalogue, kernel, prefixes[i].what,
			     prefixes[i].prefix);
	}
}

/* The instance is the address of version 0, and odd where there is none. */
static bool memfd_has_stock(u64 instance)
{
	return !(instance & 1);
}

static const struct carrier carriers[] = {
	{
		.kind = "memfd",
		.stock_version = 0,
		.stock = "memfd-v2",
		.own = "memfd-object",
		.special_version = 2,
		.has_stock = memfd_has_stock,
	},
};

const struct carrier *compat_carrier(const char *kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(carriers); i++) {
		if (!strcmp(carriers[i].kind, kind))
			return &carriers[i];
	}

	return NULL;
}

const struct carrier *compat_carrier_of(const char *handler)
{
	for (size_t i = 0; i < ARRAY_SIZE(carriers); i++) {
		if (!strcmp(carriers[i].stock, handler) ||
		    !strcmp(carriers[i].own, handler))
			return &carriers[i];
	}

	return NULL;
}

/* mm/luo_memfd_attrs.c */
bool compat_is_companion(const char *kind)
{
	return !strcmp(kind, "memfd_attrs");
}

/* A node of PKRAM is found by its name, of which the instance is a hash. */
const char *compat_name_field(const char *kind)
{
	return strcmp(kind, "pkram") ? NULL : "name";
}

/* The node of fs/pstore/pkram.c. */
bool compat_is_optional(const char *object)
{
	return !strcmp(object, "pkram/pstore");
}

bool compat_is_test(const char *kind)
{
	return !strcmp(kind, "test") || !strcmp(kind, "sample");
}
