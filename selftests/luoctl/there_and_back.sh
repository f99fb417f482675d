#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# luoctl kexec to a kernel that would lose objects, which it refuses unless the loss is
# accepted, and back again.
#
# vm: boot=pkram,stock,pkram
. ./functions.sh

# unchanged NAME POLICY - check that no image is loaded and that the policy is POLICY.
unchanged() {
	result "$1" [ "$(cat /sys/kernel/kexec_loaded) $(policy)" = "0 $2" ]
}

# A kexec that loads an image and fails to boot it.
no_kexec() {
	mkdir -p /tmp/bin
	cat >/tmp/bin/kexec <<-'EOF'
	#!/bin/sh
	[ "$1" != -e ] || { echo "kexec: not today" >&2; exit 1; }
	exec /usr/sbin/kexec "$@"
	EOF
	chmod 755 /tmp/bin/kexec
	# shellcheck disable=SC2046 # options, a word each
	PATH=/tmp/bin:$PATH luoctl kexec --initrd none $(accept_kinds) /boot/stock
}

there() {
	ktap_print_header
	ktap_set_plan 12
	echo here >/tmp/note
	echo newest >/sys/kernel/luo_objects/write
	luoctl save early --copy note=/tmp/note
	luoctl negotiate /boot/stock
	says "what was saved before is noticed" 1 "session:early: session early was saved in version 1 of memfd"
	luoctl abort early
	echo newest >/sys/kernel/luo_objects/write
	sleep 1
	luoctl kexec --initrd none /boot/stock
	says "a loss is refused" 1 "no kexec: sample/0 would be lost: " "--accept sample/0"
	unchanged "and nothing has changed" newest
	luoctl kexec --initrd none --accept simple /boot/stock
	says "a slip is noticed" 2 "--accept simple"
	luoctl kexec --initrd none --accept sample /etc/passwd
	says "no image" 2 "not a kernel image"
	no_kexec
	says "a kexec that fails" 2 "not today"
	unchanged "is undone" newest
	# shellcheck disable=SC2046 # options, a word each
	luoctl kexec --initrd none $(accept_kinds) --load /boot/stock
	says "loading only" 0 "is loaded"
	result "loads" [ "$(cat /sys/kernel/kexec_loaded)" = 1 ]
	luoctl abort
	says "abort" 0 "no image is loaded"
	unchanged "sets the policy of before" newest
	echo all >/sys/kernel/luo_objects/write
	luoctl save travels memfd="$(./memfd memory)" --copy note=/tmp/note
	says "save, in what stock reads" 0 "session travels has memfd, note"
	# shellcheck disable=SC2046 # options, a word each
	jumps kexec $(accept_kinds) /boot/stock
	ktap_finished
}

stock() {
	ktap_print_header
	ktap_set_plan 2
	luoctl restore travels
	says "restore in stock" 0 "memfd=/proc/" "note=/proc/"
	memfd=$(sed -n 's/^memfd=//p' $out)
	note=$(sed -n 's/^note=//p' $out)
	luoctl save travels memfd="$memfd" note="$note"
	says "save in stock" 0 "session travels has memfd, note"
	jumps kexec --from /boot/stock "/boot/$NEXT"
	ktap_finished
}

back() {
	ktap_print_header
	ktap_set_plan 1
	luoctl restore travels -- sh -c 'cat <&3 && cat <&4'
	says "back again" 0 memory here
	ktap_finished
}

case $STAGE in
1)	there ;;
2)	stock ;;
3)	back ;;
esac
