/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUOCTL_LINUX_STDDEF_H
#define _LUOCTL_LINUX_STDDEF_H

#include <stddef.h>
#include_next <linux/stddef.h>

#endif
