/* SPDX-License-Identifier: GPL-2.0 */
/*
 * compat - the strings that KHO and LUO compare for equality, and the file handlers
 * that save files in the versions of a kind. All names of formats and kinds that luoctl
 * treats specially are here.
 */
#ifndef LUOCTL_COMPAT_H
#define LUOCTL_COMPAT_H

#include "catalogue.h"

/*
 * Search the data of a kernel for the strings of which it has no notes, and add them.
 * Stock Linux has no notes.
 */
void compat_scan(struct catalogue *catalogue, const struct bytes *kernel);

/*
 * The file handlers that save files whose objects are of a kind. Files are saved with
 * the stock handler if the write policy selects the stock version, and with the own
 * handler otherwise.
 */
struct carrier {
	const char *kind;
	u32 stock_version;	/* the version that the stock handler reads and writes */
	const char *stock;	/* compatible string of the stock handler */
	const char *own;	/* compatible string of the own handler */
	u32 special_version;	/* describes files that the stock version cannot */
	/* Check, by its instance, that an object was saved in the stock version. */
	bool (*has_stock)(u64 instance);
};

const struct carrier *compat_carrier(const char *kind);
/* Find the carrier of which one of the two handlers is @handler. */
const struct carrier *compat_carrier_of(const char *handler);

/* Check if objects of the kind only add attributes to files that are saved without them. */
bool compat_is_companion(const char *kind);

/* Check if objects of the kind describe the layouts of other kinds, and are freed with those. */
bool compat_is_layout(const char *kind);

/* Get the field that has the name of the objects of a kind; NULL if there is none. */
const char *compat_name_field(const char *kind);

/* Check if the object is only for people to read, such as the log of this kernel. */
bool compat_is_optional(const char *object);

/* Check if objects of the kind only record the times of the update. */
bool compat_is_ledger(const char *kind);

/* Check if the kind belongs to a test or a sample, so that a host stores none. */
bool compat_is_test(const char *kind);

#endif
