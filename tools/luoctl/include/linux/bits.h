/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUOCTL_LINUX_BITS_H
#define _LUOCTL_LINUX_BITS_H

#define BIT(nr)		(1U << (nr))

#endif
