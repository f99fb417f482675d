/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_FUZZ_TYPES_H
#define _LUO_FUZZ_TYPES_H

#include "../../../luo_object/include/linux/types.h"

typedef unsigned long pgoff_t;

#endif /* _LUO_FUZZ_TYPES_H */
