/* SPDX-License-Identifier: GPL-2.0 */
/* Those of tools/include are in linux/kernel.h. */
#include <linux/kernel.h>
