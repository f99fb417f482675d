/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_FUZZ_KDEV_T_H
#define _LUO_FUZZ_KDEV_T_H

#define MINORBITS		20
#define MINORMASK		((1U << MINORBITS) - 1)
#define MKDEV(major, minor)	((major) << MINORBITS | (minor))

#endif /* _LUO_FUZZ_KDEV_T_H */
