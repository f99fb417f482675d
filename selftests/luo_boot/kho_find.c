// SPDX-License-Identifier: GPL-2.0
/* kho_find [SUBTREE] - prints the physical address of KHO's device tree or a subtree */
#include <inttypes.h>
#include <stdio.h>

#include "../luo_lib/kho.h"

int main(int argc, char *argv[])
{
	printf("%#" PRIx64 "\n", argc > 1 ? kho_find_subtree(argv[1]) : kho_find_fdt());

	return 0;
}
