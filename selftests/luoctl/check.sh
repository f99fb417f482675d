#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# luoctl check and negotiate with real images, from a kernel with the catalogue
# and from one without.
#
# vm: boot=pkram,stock
. ./functions.sh

# /tmp/short is an image that is cut off, /tmp/text is none.
dd if="/boot/$FLAVOUR" of=/tmp/short bs=1k count=2000 2>/dev/null
echo "not an image" >/tmp/text

pkram() {
	ktap_print_header
	ktap_set_plan 21

	luoctl check "/boot/$FLAVOUR"
	says "this kernel to itself" 0 "all survives" memfd luo-objects-v1
	luoctl check --from "/boot/$FLAVOUR" "/boot/$FLAVOUR"
	says "its image to itself" 0 "all survives"
	nobody check "/boot/$FLAVOUR"
	says "without root" 0 "all survives"
	luoctl check /boot/stock
	says "to stock" 1 "judged by its strings" "sample is lost"
	result "to stock: what is not there is not lost" \
		grep -q '^memfd .*nothing stored$' $out
	luoctl check --from /boot/stock "/boot/$FLAVOUR"
	says "from stock" 0 "memfd-v2" "all survives"
	luoctl check /tmp/short
	says "a truncated image" 2 "truncated"
	luoctl check /tmp/text
	says "a text file" 2 "not a kernel image"
	luoctl --json check /boot/stock
	says "JSON" 1 '"fate": "lost"'

	nobody negotiate "/boot/$FLAVOUR"
	says "negotiate is for root" 2 "must be root"
	result "which leaves the policy" [ "$(policy)" = all ]
	luoctl negotiate /tmp/text
	says "negotiate with a text file" 2 "not a kernel image"
	result "which leaves the policy, too" [ "$(policy)" = all ]
	luoctl negotiate "/boot/$FLAVOUR"
	says "negotiate with pkram" 0 "it was all" "all survives"
	result "selects the newest alone" \
		[ "$(cat /sys/kernel/luo_objects/memfd/selected)" = 1 ]
	echo "a note" >/tmp/note
	luoctl save s --copy note=/tmp/note
	luoctl check /boot/stock
	says "which stock does not read" 1 "memfd-object" "luoctl negotiate" \
		"s: 1 file, 1 KiB, is lost"
	luoctl abort s
	luoctl negotiate /boot/stock
	says "negotiate with stock" 1 "sample is lost"
	result "selects what stock reads" \
		[ "$(cat /sys/kernel/luo_objects/memfd/selected)" = 0 ]
	luoctl negotiate --rollback /boot/stock
	says "negotiate with stock and a way back" 1 "and back"
	result "selects what pkram reads as well" \
		[ "$(cat /sys/kernel/luo_objects/memfd/selected)" = 1,0 ]
	luoctl check
	says "no image" 2 "usage"
	ktap_finished
}

stock() {
	ktap_print_header
	ktap_set_plan 4
	luoctl check "/boot/$FLAVOUR"
	says "a kernel without a catalogue" 2 "has no catalogue" "--from"
	luoctl check --from /boot/stock "/boot/$FLAVOUR"
	says "its image" 0 "all survives"
	luoctl negotiate "/boot/$FLAVOUR"
	says "nothing to negotiate" 2 "has no catalogue"
	luoctl tree
	says "its tree" 0 "from the last kernel (kho-v4)" "  LUO, "
	ktap_finished
}

case $STAGE in
1)	pkram ;;
2)	stock ;;
esac
