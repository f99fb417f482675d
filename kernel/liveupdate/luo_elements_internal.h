/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_ELEMENTS_INTERNAL_H
#define _LUO_ELEMENTS_INTERNAL_H

#include <linux/luo_elements.h>

struct luo_object_version;
struct seq_file;

void luo_elements_abort(const struct luo_elements_ser *ser);
const struct luo_object_version *
luo_elements_version_find(const struct luo_elements_ser *ser,
			  const struct luo_object_kind *kind);

/* luo_elements_show.c */

void luo_elements_show(struct seq_file *m, const char *prefix,
		       const struct luo_object_kind *kind,
		       const struct luo_object_version *version, const void *wire);

#endif /* _LUO_ELEMENTS_INTERNAL_H */
