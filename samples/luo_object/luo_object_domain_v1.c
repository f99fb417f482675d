// SPDX-License-Identifier: GPL-2.0
/*
 * Version 1 of the domain in luo_object_domain.c, to update from and to roll back to.
 */

#define DOMAIN_VERSION 1
#include "luo_object_domain.c"
