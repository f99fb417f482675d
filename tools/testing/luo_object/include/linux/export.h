/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_EXPORT_H
#define _LUO_OBJECT_TEST_EXPORT_H

#define EXPORT_SYMBOL(symbol)
#define EXPORT_SYMBOL_GPL(symbol)

#endif /* _LUO_OBJECT_TEST_EXPORT_H */
