// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Functions of the kernel's library that the core uses
 */

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <linux/crc32c.h>
#include <linux/kstrtox.h>
#include <linux/limits.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/string.h>

static struct task_struct task;
struct task_struct *const current = &task;

/* The Castagnoli polynomial, least significant bit first. */
#define CRC32C_POLY	0x82f63b78

static u32 crc32c_table[256];

static void __attribute__((__constructor__(101))) crc32c_init(void)
{
	u32 byte, bit;

	for (byte = 0; byte < 256; byte++) {
		crc32c_table[byte] = byte;
		for (bit = 0; bit < 8; bit++)
			crc32c_table[byte] = (crc32c_table[byte] >> 1) ^
				(crc32c_table[byte] & 1 ? CRC32C_POLY : 0);
	}
}

u32 crc32c(u32 crc, const void *data, size_t len)
{
	const u8 *byte = data;

	while (len--)
		crc = (crc >> 8) ^ crc32c_table[(crc ^ *byte++) & 0xff];

	return crc;
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(buf, size, fmt, args);
	va_end(args);
	if (!size)
		return 0;

	return (size_t)len < size ? len : (int)size - 1;
}

int match_string(const char * const *array, size_t n, const char *string)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (!strcmp(array[i], string))
			return i;
	}

	return -EINVAL;
}

void *memchr_inv(const void *s, int c, size_t n)
{
	const u8 *byte = s;

	for (; n--; byte++) {
		if (*byte != (u8)c)
			return (void *)byte;
	}

	return NULL;
}

char *skip_spaces(const char *s)
{
	while (isspace((unsigned char)*s))
		s++;

	return (char *)s;
}

char *strim(char *s)
{
	char *end = s + strlen(s);

	while (end > s && isspace((unsigned char)end[-1]))
		*--end = '\0';
	while (isspace((unsigned char)*s))
		s++;

	return s;
}

ssize_t luo_strscpy(char *dst, const char *src, size_t size)
{
	size_t len = strnlen(src, size);

	if (len == size) {
		memcpy(dst, src, size - 1);
		dst[size - 1] = '\0';
		return -E2BIG;
	}
	memcpy(dst, src, len + 1);

	return len;
}

int kstrtou16(const char *s, unsigned int base, u16 *res)
{
	unsigned long value;
	char *end;

	if (!isdigit((unsigned char)*s))
		return -EINVAL;

	errno = 0;
	value = strtoul(s, &end, base);
	if (*end == '\n')
		end++;
	if (*end)
		return -EINVAL;
	if (errno || value > U16_MAX)
		return -ERANGE;
	*res = value;

	return 0;
}
