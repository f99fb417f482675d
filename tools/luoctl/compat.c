// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <string.h>

#include <linux/kho/abi/luo_layout.h>

#include "compat.h"

/* The format that a string such as "kho-v4" names, and the prefix of the string. */
static const struct {
	const char *what;
	const char *prefix;
} prefixes[] = {
	{ "kho", "kho-v" },
	{ "luo", "luo-v" },
	{ "file", "memfd-v" },
};

/*
 * Get the length of the string at @at, which begins with a prefix; 0 if it is part of
 * a longer string. The compiler may have placed the string between the instructions
 * that compare it. A NUL follows the kernel in memory.
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

/* The instance is the address of version 0. It is odd if there is no version 0. */
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

/* kernel/liveupdate/luo_object_layout.c */
bool compat_is_layout(const char *kind)
{
	return !strcmp(kind, LUO_LAYOUT_KIND);
}

/* The instance of a PKRAM node is a hash of its name. */
const char *compat_name_field(const char *kind)
{
	return strcmp(kind, "pkram") ? NULL : "name";
}

/* The PKRAM node of fs/pstore/pkram.c. */
bool compat_is_optional(const char *object)
{
	return !strcmp(object, "pkram/pstore");
}

/* kernel/liveupdate/luo_ledger.c */
bool compat_is_ledger(const char *kind)
{
	return !strcmp(kind, "ledger");
}

bool compat_is_test(const char *kind)
{
	return !strcmp(kind, "test") || !strcmp(kind, "sample");
}
