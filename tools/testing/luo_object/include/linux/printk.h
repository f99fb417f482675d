/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_PRINTK_H
#define _LUO_OBJECT_TEST_PRINTK_H

#include <stdio.h>
#include <linux/types.h>

#ifndef pr_fmt
#define pr_fmt(fmt) fmt
#endif

#define KBUILD_MODNAME	"luo_object"

struct va_format {
	const char *fmt;
	va_list *va;
};

/* Standard output is for KTAP. */
#define pr_err(fmt, ...)	fprintf(stderr, pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn(fmt, ...)	fprintf(stderr, pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn_ratelimited	pr_warn
#define pr_info(fmt, ...)	fprintf(stderr, pr_fmt(fmt), ##__VA_ARGS__)

__printf(3, 4)
int scnprintf(char *buf, size_t size, const char *fmt, ...);

#endif /* _LUO_OBJECT_TEST_PRINTK_H */
