#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# luoctl check and negotiate read real images, on a kernel with the catalogue and on one
# without.
#
# vm: boot=pkram,stock
. ./functions.sh

# /tmp/short is a truncated image, /tmp/text is not an image. The Image of arm64 does not have
# its own size, so luoctl cannot tell that it is truncated.
dd if="/boot/$FLAVOUR" of=/tmp/short bs=1k count=2000 2>/dev/null
echo "not an image" >/tmp/text
case $(uname -m) in
aarch64) short="found arm64 Image without the words 'Linux version'" ;;
*)	short="truncated" ;;
esac

# luoctl reads in debugfs which objects are stored, and in which versions.
without_debugfs() {
	luoctl save hidden --copy note=/tmp/text
	umount /sys/kernel/debug
	luoctl check "/boot/$FLAVOUR"
	says "without debugfs, if all versions are read" 0 "hidden: 1 file" "everything survives"
	luoctl check /boot/stock
	says "without debugfs, if not all are read" 2 "cannot tell" "hidden: 1 file, 13 bytes, survives" \
		"pkram: " "the stored objects cannot be read"
	luoctl kexec --initrd none /boot/stock
	says "and kexec refuses" 2 "no kexec: cannot tell whether"
	luoctl status
	says "and status needs none" 0 "nothing is lost" "outgoing  hidden"
	mount -t debugfs debugfs /sys/kernel/debug
	luoctl abort hidden
}

# The pages and address spaces of a domain are elements. The module is of the next kernel.
with_elements() {
	module=/lib/modules/$(uname -r)/kernel/samples/luo_object/luo_object_domain.ko
	modprobe luo_object_domain tables=3 pasids=9,5
	luoctl check --module "$module" "/boot/$FLAVOUR"
	says "an object with elements that are read" 0 "everything survives"
	result "whose kinds are listed" \
		[ "$(grep -c '^\(domain_space\|page_run\) *1 *1 *1 *survives$' $out)" = 2 ]
	sed 's/domain_space/domain_spade/g' "$module" >/tmp/other.ko
	luoctl check --module /tmp/other.ko "/boot/$FLAVOUR"
	says "a kind of elements that is missing" 1 "1 lost" \
		"domain/0: field spaces.array of version 4 leads to elements of domain_space, which are written in version 1, but /boot/$FLAVOUR reads none"
	luoctl check "/boot/$FLAVOUR"
	says "the kind that has the elements is missing" 1 "1 lost" \
		"domain/0: stored in version 4, but /boot/$FLAVOUR reads none"
	luoctl kexec --dry-run --initrd none "/boot/$FLAVOUR"
	says "for which kexec refuses" 1 "no kexec: domain/0 would be lost"
	rmmod luo_object_domain
	luoctl check "/boot/$FLAVOUR"
	says "elements without objects are not lost" 0 "everything survives"
}

pkram() {
	ktap_print_header
	ktap_set_plan 34

	luoctl check "/boot/$FLAVOUR"
	says "this kernel to itself" 0 "everything survives" memfd luo-objects-v1
	luoctl check --from "/boot/$FLAVOUR" "/boot/$FLAVOUR"
	says "its image to itself" 0 "everything survives"
	nobody check "/boot/$FLAVOUR"
	says "without root" 0 "everything survives"
	luoctl check /boot/stock
	says "to stock" 1 "no session is saved" "kernel state: " "would be lost:" \
		"sample/0: stored in version 1, 0, but /boot/stock reads none" \
		"judged by its strings"
	result "to stock: the log of this kernel is optional" \
		sh -c "sed -n '/^is optional/,/^$/p' $out | grep -q '^  pkram/pstore:'"
	result "to stock: tests are not among the formats" \
		sh -c "! grep -q '^test ' $out"
	result "to stock: what is not there is not lost" \
		grep -q '^memfd .*nothing stored$' $out
	luoctl check --from /boot/stock "/boot/$FLAVOUR"
	says "from stock" 0 "memfd-v2" "everything survives"
	luoctl check /tmp/short
	says "a truncated image" 2 "$short"
	luoctl check /tmp/text
	says "a text file" 2 "not a kernel image"
	luoctl --json check /boot/stock
	says "JSON" 1 '"fate": "lost"' '"name": "sample/0"'
	without_debugfs
	with_elements

	nobody negotiate "/boot/$FLAVOUR"
	says "negotiate is for root" 2 "must be root"
	result "which leaves the policy" [ "$(policy)" = all ]
	luoctl negotiate /tmp/text
	says "negotiate with a text file" 2 "not a kernel image"
	result "which leaves the policy, too" [ "$(policy)" = all ]
	luoctl negotiate "/boot/$FLAVOUR"
	says "negotiate with pkram" 0 "it was all" "everything survives"
	result "selects the newest alone" \
		[ "$(cat /sys/kernel/luo_objects/memfd/selected)" = 1 ]
	echo "a note" >/tmp/note
	luoctl save s --copy note=/tmp/note
	luoctl check /boot/stock
	says "which stock does not read" 1 "s: 1 file, 7 bytes, is lost" \
		"session:s: session s was saved in version 1 of memfd" \
		"/dev/liveupdate cannot be opened" "luoctl abort s, and save it again"
	luoctl kexec --dry-run --initrd none --accept sample /boot/stock
	says "nor does kexec go there" 1 "no kexec: session:s would be lost"
	luoctl abort s
	luoctl negotiate /boot/stock
	says "negotiate with stock" 1 "sample/0"
	result "selects what stock reads" \
		[ "$(cat /sys/kernel/luo_objects/memfd/selected)" = 0 ]
	luoctl negotiate --rollback /boot/stock
	says "negotiate with stock and a way back" 1 "rollback:"
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
	says "its image" 0 "everything survives"
	luoctl negotiate "/boot/$FLAVOUR"
	says "nothing to negotiate" 2 "has no catalogue"
	luoctl tree
	says "its tree" 0 "from the previous kernel (kho-v4)" "  LUO, "
	ktap_finished
}

case $STAGE in
1)	pkram ;;
2)	stock ;;
esac
