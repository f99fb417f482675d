/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SELFTESTS_LUO_LIB_PLACE_H
#define SELFTESTS_LUO_LIB_PLACE_H

#include <stdbool.h>

/* Return the physical address of a page that is mapped and present. Exits on failure. */
unsigned long place_of(const void *addr);

/* Check whether an address is in a scratch area of KHO, from which pages are moved. */
bool place_in_scratch(unsigned long phys);

/* Check whether an address is in a zone, such as "Movable", of any node. */
bool place_in_zone(unsigned long phys, const char *zone);

#endif
