/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_STRING_H
#define _LUO_OBJECT_TEST_STRING_H

#include <string.h>
#include <linux/types.h>

char *strim(char *s);
char *skip_spaces(const char *s);
int match_string(const char * const *array, size_t n, const char *string);
void *memchr_inv(const void *s, int c, size_t n);
ssize_t luo_strscpy(char *dst, const char *src, size_t size);

/* The size may be omitted if @dst is an array. */
#define strscpy_3(dst, src, size)	luo_strscpy(dst, src, size)
#define strscpy_2(dst, src)		luo_strscpy(dst, src, sizeof(dst))
#define strscpy_n(dst, src, size, name, ...)	name
#define strscpy(dst, src, ...)						\
	strscpy_n(dst, src, ##__VA_ARGS__, strscpy_3, strscpy_2)	\
		 (dst, src, ##__VA_ARGS__)

#endif /* _LUO_OBJECT_TEST_STRING_H */
