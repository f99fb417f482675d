/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_COMPILER_ATTRIBUTES_H
#define _LUO_OBJECT_TEST_COMPILER_ATTRIBUTES_H

#define __alias(symbol)	__attribute__((__alias__(#symbol)))

#endif /* _LUO_OBJECT_TEST_COMPILER_ATTRIBUTES_H */
