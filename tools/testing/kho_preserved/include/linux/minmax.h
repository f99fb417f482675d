/* SPDX-License-Identifier: GPL-2.0 */
/* tools/include has these macros in linux/kernel.h. */
#include <linux/kernel.h>
