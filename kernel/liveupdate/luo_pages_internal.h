/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_PAGES_INTERNAL_H
#define _LUO_PAGES_INTERNAL_H

#include <linux/kho/abi/luo_pages.h>
#include <linux/luo_pages.h>

struct luo_object_kind;

/* The kind of the runs. */
extern const struct luo_object_kind *const luo_pages_run_kind;

int luo_pages_save(struct luo_pages_ser *ser, const struct luo_pages *pages,
		   gfp_t gfp);
void luo_pages_abort(const struct luo_pages_ser *ser);
bool luo_pages_stored(const struct luo_pages_ser *ser, const struct luo_pages *pages);
u64 luo_pages_poisoned(const struct luo_pages_ser *ser);
int luo_pages_read(const struct luo_pages_ser *ser, struct luo_pages *pages,
		   const char **why);
int luo_pages_claim(struct luo_pages *pages);

int luo_pages_add_pfn(struct luo_pages *pages, u64 pfn, unsigned int order,
		      gfp_t gfp);

#endif /* _LUO_PAGES_INTERNAL_H */
