/* SPDX-License-Identifier: GPL-2.0 */
/*
 * compat - the strings that KHO and LUO compare for equality, and which file
 * handler a version of a kind travels with. All that luoctl knows by name of
 * particular kernels is here.
 */
#ifndef LUOCTL_COMPAT_H
#define LUOCTL_COMPAT_H

#include "catalogue.h"

/*
 * Adds the strings that a kernel without notes for them carries in its data.
 * Stock Linux has no notes at all.
 */
void compat_scan(struct catalogue *catalogue, const struct bytes *kernel);

/*
 * Files of a kind travel with a file handler, and the write policy decides with
 * which: that of version 0, which stock Linux knows, wherever it is written.
 */
struct carrier {
	const char *kind;
	u32 stock_version;	/* what the stock handler reads and writes */
	const char *stock;	/* its string */
	const char *own;	/* that of the handler used otherwise */
	u32 special_version;	/* beside it, the stock version cannot be read */
	/* Whether the stock version of an object exists, by its instance. */
	bool (*has_stock)(u64 instance);
};

const struct carrier *compat_carrier(const char *kind);
/* The kind whose files @handler takes. */
const struct carrier *compat_carrier_of(const char *handler);

/* Are objects of the kind what files, which travel on their own, are known by? */
bool compat_is_companion(const char *kind);

/* The field with the name of an object, of kinds whose instances are no names. */
const char *compat_name_field(const char *kind);

/* Is the object nothing but a help for people, such as the log of this kernel? */
bool compat_is_optional(const char *object);

/* Is the kind that of a test or an example, of which a host stores nothing? */
bool compat_is_test(const char *kind);

#endif
