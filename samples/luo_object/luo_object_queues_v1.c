// SPDX-License-Identifier: GPL-2.0
/*
 * Version 1 of the devices in luo_object_queues.c, to update from and to roll back to.
 */

#define QUEUES_VERSION 1
#include "luo_object_queues.c"
