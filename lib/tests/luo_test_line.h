/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_TEST_LINE_H
#define _LUO_TEST_LINE_H

#include <linux/errno.h>
#include <linux/kstrtox.h>
#include <linux/luo_object.h>
#include <linux/string.h>
#include <linux/types.h>

#define LUO_TEST_WORDS_MAX	8

/* The words of a command; numbers are read when they are asked for. */
struct luo_test_line {
	char *word[LUO_TEST_WORDS_MAX];
	unsigned int nr;
	bool bad;
};

static inline int luo_test_split(struct luo_test_line *line, char *text)
{
	char *word;

	while ((word = strsep(&text, " "))) {
		if (line->nr == LUO_TEST_WORDS_MAX)
			return -E2BIG;
		line->word[line->nr++] = word;
	}

	return 0;
}

static inline u64 luo_test_number(struct luo_test_line *line, unsigned int i)
{
	u64 value = 0;

	if (i >= line->nr || kstrtou64(line->word[i], 0, &value))
		line->bad = true;

	return value;
}

/* Most commands begin with a kind and an instance. */
static inline struct luo_object_id luo_test_id(struct luo_test_line *line)
{
	return (struct luo_object_id){
		.kind = line->word[1],
		.instance = luo_test_number(line, 2),
	};
}

#endif /* _LUO_TEST_LINE_H */
