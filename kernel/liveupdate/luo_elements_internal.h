/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_ELEMENTS_INTERNAL_H
#define _LUO_ELEMENTS_INTERNAL_H

#include <linux/luo_elements.h>

void luo_elements_abort(const struct luo_elements_ser *ser);

#endif /* _LUO_ELEMENTS_INTERNAL_H */
