#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The structures that all objects share are corrupt, in a different way in each
# kernel: each call returns an error or valid data, no valid data is lost that can
# be found, and new objects reach the next kernel.
#
# vm: boot=fault,fault,fault,fault,fault,fault,fault,fault,fault,fault mem=1G
. ../luo_lib/objects.sh
. ./corrupt.sh

# The list of kinds is a device tree with numbers in big endian. Its structure block begins
# at 80 and is longer than the nodes. If it is shortened, this is detected only if it ends
# within the nodes.
case $STAGE in
1)	what="magic"		damage="fdt fdt 0 ^0xff" ;;
2)	what="size"		damage="fdt fdt 4 ^0x7f" ;;
3)	what="structure"	damage="fdt fdt 8 ^0x7f" ;;
4)	what="strings"		damage="fdt fdt 12 ^0x7f" ;;
5)	what="version"		damage="fdt fdt 24 ^0x7f" ;;
6)	what="short structure"	damage="fdt fdt 36 ^0x207f0000" ;;
7)	what="first tag"	damage="fdt fdt 80 ^0x3000000" ;;
8)	what="compatible"	damage="fdt fdt 100 ^0x20" ;;
9)	what="pool"		damage="object/safe/1 pool self @free crc" ;;
esac

# right_or_refused KIND INSTANCE - check that a read fails or returns the right data.
right_or_refused() {
	luo_expected=$EBADMSG
	luo read "$1" "$2" 0 40 "$2" || [ "$said" = "-$EBADMSG" ]
	right_status=$?
	luo_expected=
	return $right_status
}

if [ "$STAGE" -eq 1 ]; then
	preserve_others
else
	result "the first object is right or refused" right_or_refused safe 1
	result "so is the last one" right_or_refused last 1
	if [ "$STAGE" -lt 10 ]; then
		result "the list is named in the log" \
			logged "list of kinds from the previous kernel is damaged" 1
	else
		for kind in safe last; do
			result "kind $kind: is named in the log" \
				logged "kind $kind: record 0 of block 0 is damaged" 1
		done
		result "no memory has two owners" ./fill_memory true
	fi
	accepted $objects/drop all || :
	check_others $((STAGE * 500))
fi
if [ "$STAGE" -lt 10 ]; then
	result "store" luo store safe 1 0 40 1
	result "store last" luo store last 1 0 40 1
	# shellcheck disable=SC2086 # these are words
	result "damage the $what" corrupt $damage
fi
end_stage
