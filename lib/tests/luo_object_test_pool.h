/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_POOL_H
#define _LUO_OBJECT_TEST_POOL_H

struct luo_test_line;

int luo_test_pool_store(struct luo_test_line *line);
int luo_test_pool_abort(struct luo_test_line *line);
int luo_test_pool_load(struct luo_test_line *line);

#endif /* _LUO_OBJECT_TEST_POOL_H */
