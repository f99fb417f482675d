/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_FUZZ_PRINTK_H
#define _LUO_FUZZ_PRINTK_H

#include <stdio.h>
#include <linux/types.h>

#ifndef pr_fmt
#define pr_fmt(fmt) fmt
#endif

#define KBUILD_MODNAME	"luo_fuzz"

struct va_format {
	const char *fmt;
	va_list *va;
};

/* Read all arguments of a message, so that ASan checks them, and print nothing. */
#define pr_err(fmt, ...) do {						\
	char __line[512];						\
									\
	snprintf(__line, sizeof(__line), pr_fmt(fmt), ##__VA_ARGS__);	\
} while (0)

#define pr_warn			pr_err
#define pr_warn_ratelimited	pr_err
#define pr_info			pr_err

__printf(3, 4)
int scnprintf(char *buf, size_t size, const char *fmt, ...);

#endif /* _LUO_FUZZ_PRINTK_H */
