/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_MODULEPARAM_H
#define _LUO_OBJECT_TEST_MODULEPARAM_H

#define module_param_string(name, string, len, perm)
#define MODULE_PARM_DESC(name, text)

#endif /* _LUO_OBJECT_TEST_MODULEPARAM_H */
