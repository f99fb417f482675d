#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A kernel with pages of another size: luoctl refuses to boot it, in both directions.
# Booted nevertheless, it finds nothing of the previous kernel, and says why.
#
# vm: boot=pkram,64k,pkram arch=arm64 mem=2G
. ./functions.sh

case $FLAVOUR in
64k)	here="aarch64, pages of 64 KiB" there="aarch64, pages of 4 KiB" other=4096 ;;
*)	here="aarch64, pages of 4 KiB" there="aarch64, pages of 64 KiB" other=65536 ;;
esac

logged() {
	dmesg | grep -qF -e "$1"
}

# A file and an object are there, and neither arrives.
nothing_arrives() {
	head -c 1048576 /dev/urandom >/tmp/file
	luoctl save cache --copy file=/tmp/file
	luoctl check "/boot/$NEXT"
	says "check" 1 "machine is not read: /boot/$NEXT is for another machine" "$here" "$there" \
		"cache: 1 file, 1 MiB, is lost"
	luoctl check --from "/boot/$NEXT" "/boot/$FLAVOUR"
	says "check of the way back" 1 "machine is lost" "is for another machine"
	luoctl kexec --dry-run --initrd none "/boot/$NEXT"
	says "kexec boots nothing" 1 "no kexec: session:cache would be lost" "another machine"
	result "an image of this size is loaded" kexec-load "$FLAVOUR"
	result "without a warning" sh -c "! dmesg | grep 'preserved memory will be lost'"
	result "an image of the other size is loaded" kexec-load
	result "with a warning" logged "preserved memory will be lost: the image has pages of another size"
	kexec-load -u
}

nothing_arrived() {
	result "the kernel says why" logged \
		"preserved memory is lost: the previous kernel had pages of $other bytes, this one has"
	luoctl restore cache
	says "no session" 2 "handed nothing over"
	result "no object" logged "luo_object_sample: kernel 1 of a chain"
}

ktap_print_header
case $STAGE in
1)	ktap_set_plan 7
	nothing_arrives ;;
2)	ktap_set_plan 10
	nothing_arrived
	nothing_arrives ;;
3)	ktap_set_plan 3
	nothing_arrived ;;
esac
ktap_finished
