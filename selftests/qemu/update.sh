#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A guest of QEMU, started as vm@.service does, continues after an update of its host to stock
# Linux, and after one back. The guest itself compares its memory and its disk: see guest.c.
# `make demo` shows the lines that begin with "#" or "vm:", and uses "# mark" to measure times.
#
# The guest is emulated in a machine that is emulated itself, and is slow: it executes some
# million instructions per second.
# vm: boot=pkram,stock,pkram disk=128M timeout=2400 arch=x86_64
# vm: programs=qemu-system-x86_64
. ../luo_lib/functions.sh
cd ../luoctl || exit 1
# shellcheck source=../luoctl/functions.sh
. ./functions.sh

# MiB of the guest, and the size that its QEMU gets.
MIB=48
MEMORY=${MIB}M
inspect=../qemu/inspect
# What the guest has printed, and the answers and events of QEMU. NAME.in and NAME.out are pipes.
console=/tmp/console
monitor=/tmp/monitor

# The guest's disk is the first part of the host's disk. The guest's time counts its
# instructions, because in real time many of them would be those of timer interrupts. The timer
# of the local APIC would be calibrated in a loop, and ACPI is mostly interpreted.
OPTIONS="-nodefaults -no-user-config -display none -no-reboot \
-machine pc -cpu qemu64 -accel tcg -icount shift=6,sleep=off \
-kernel /boot/stock -initrd /tmp/initrd \
-append 'console=ttyS0 acpi=off nolapic_timer no_timer_check panic=-1' \
-chardev pipe,id=console,path=$console -serial chardev:console -qmp pipe:$monitor \
-drive driver=raw,size=32M,file.driver=host_device,file.filename=/dev/vda,if=none,id=disk \
-device virtio-blk-pci,drive=disk"

# install - unpack QEMU, and install the service and the guest.
install() {
	unpack_programs || return
	mkdir -p /usr/libexec/luoctl /tmp/root
	cp ../qemu/vm /usr/libexec/luoctl/
	printf '#!/bin/sh\nexec %s/notify READY=1\n' "$PWD" >/usr/bin/systemd-notify
	chmod 755 /usr/bin/systemd-notify
	cp ../qemu/guest /tmp/root/init
	(cd /tmp/root && echo init | cpio -o -H newc) >/tmp/initrd 2>/dev/null
	mkfifo $console.in $console.out $monitor.in $monitor.out
	# If a pipe is open for reading too, writing does not wait for QEMU.
	exec 6<>$console.in 7<>$monitor.in
}

# exec_start - print the command of the service file for a shell.
exec_start() {
	sed -n '/^ExecStart=/,/[^\\]$/{s/^ExecStart=//;s/%i/guest/g;p}' ../qemu/vm@.service
}

# qmp COMMAND [ARGUMENTS] - have QEMU execute a command. Does not wait for the answer.
qmp() {
	echo "{\"execute\": \"$1\", \"arguments\": {$2}}" >&7
}

# attach - begin to read the pipes of a QEMU that starts.
attach() {
	: >$console
	: >$monitor
	cat $console.out >>$console &
	cat $monitor.out >>$monitor &
	qmp qmp_capabilities
}

# start - start the service as the service manager does.
start() {
	MEMORY=$MEMORY OPTIONS=$OPTIONS sh -c "eval \"exec $(exec_start)\"" </dev/null 2>&1 &
	service=$!
	attach
}

# stop - stop the service as the service manager does with KillMode=mixed.
stop() {
	kill -TERM $service
	wait $service
	status=$?
}

# waits COMMAND... - repeat a command until it succeeds. Fail if QEMU has ended, as it does when
# the guest panics. Twice a minute, print what the guest has printed last.
waits() {
	polls=0
	until "$@"; do
		if ! kill -0 $service 2>/dev/null; then
			echo "# QEMU has ended. The last lines of the guest:"
			tail -n 20 $console | tr -d '\r' | sed 's/^/#   /'
			return 1
		fi
		sleep 0.5
		polls=$((polls + 1))
		[ $((polls % 60)) -eq 0 ] || continue
		last=$(tail -n 1 $console | tr -d '\r')
		echo "# guest, after $((polls / 2)) s: ${last:-no line yet}"
	done
}

# printed FILE WORDS - wait until QEMU or the guest has printed that.
printed() {
	waits grep -q "$2" "$1"
}

# asked WORDS COMMAND [ARGUMENTS] - have QEMU execute a command until the answer has that.
asked() {
	: >$monitor
	waits answers "$@"
}

answers() {
	grep -q "$1" $monitor && return
	shift
	qmp "$@"
	return 1
}

# fields NAME - print a field of each line of the guest.
fields() {
	sed -n "s/^\(tick.* \)*$1 \([0-9]*\).*\r\$/\2/p" $console
}

# field NAME - print a field of the last line of the guest, or nothing.
field() {
	fields "$1" | tail -n 1
}

last_line() {
	echo "# $(grep ^tick $console | tail -n 1 | tr -d '\r')"
}

# reaches NAME VALUE - wait until a field has at least that value.
reaches() {
	waits has_reached "$@"
}

has_reached() {
	[ "$(field "$1")" -ge "$2" ] 2>/dev/null
}

# compared - wait until the guest has compared all its memory from now on, and check that no
# page has changed and no record is lost.
compared() {
	reaches pass $(($(field pass) + 2))
	last_line
	[ "$(field bad) $(field lost)" = "0 0" ]
}

# is_now SECONDS - check that a time is between $before and now.
is_now() {
	echo "# it is $1, and was read between $before and $(date +%s)"
	[ "$1" -ge $((before - 2)) ] && [ "$1" -le $(($(date +%s) + 2)) ]
}

# part_of NAME - print a part of the time in the last answer of QEMU.
part_of() {
	sed -n "s/.*\"tm_$1\": \([0-9]*\).*/\1/p" $monitor | tail -n 1
}

# rtc - print the time of the guest's RTC, which its kernel cannot read after the boot.
rtc() {
	asked tm_sec qom-get '"path": "/machine", "property": "rtc-time"'
	date -u +%s -d "$((1900 + $(part_of year)))-$((1 + $(part_of mon)))-$(part_of mday) \
$(part_of hour):$(part_of min):$(part_of sec)"
}

# set_clock - set the guest's clock, as an agent does, and check it.
set_clock() {
	before=$(date +%s)
	echo "clock $before" >&6
	printed $console "the clock was"
	echo "# guest: $(grep 'the clock was' $console | tr -d '\r')"
	reaches tick $(($(field tick) + 1))
	is_now "$(field clock)"
}

# records - print the number of records on the disk, which are complete and in order.
records() {
	$inspect records /dev/vda | cut -d' ' -f1
}

# continued - check that the first line of the guest is that of tick $records, or of the one
# before, of which the record was written but the line not printed.
continued() {
	first=$(fields tick | head -n 1)
	echo "# it had written $records records, and continues with tick $first"
	! grep -q filled $console && [ "$first" -ge $((records - 1)) ] &&
		[ "$first" -le "$records" ]
}

# uptime_continues - check that the uptime continues from that of the last record, without the
# time while the guest was stopped. A line may be up to two ticks after a record.
uptime_continues() {
	first=$(fields uptime | head -n 1)
	echo "# it had been up for $uptime ms, and continues at $first ms"
	[ "$first" -ge "$uptime" ] && [ "$first" -le $((uptime + 2000)) ]
}

# continue_guest - start the service after an update, and check that the guest continues.
continue_guest() {
	echo "# mark booted"
	result "QEMU is unpacked" install
	records=$(records)
	uptime=$($inspect records /dev/vda | cut -d' ' -f2)
	before=$(date +%s)
	echo "# mark start"
	start
	result "the guest prints lines" reaches tick 1
	echo "# mark ticks"
	result "it has not booted" continued
	result "its uptime continues" uptime_continues
	result "its RTC is right" is_now "$(rtc)"
	result "its clock can be set" set_clock
	result "its memory and its disk have not changed" compared
	result "its records are on the disk" [ "$(records)" -gt "$records" ]
	luoctl list
	says "the session is finished" 0 "session vm-guest was restored" \
		"no process holds a session"
}

# update OPTIONS... - stop the service for an update, and boot the next kernel.
update() {
	(next_initrd)
	luoctl kexec --load --initrd /boot/next-initrd --append "$(next_line)" "$@" \
		"/boot/$NEXT"
	rm /boot/next-initrd
	says "an image is loaded" 0 "is loaded"
	echo "# mark stop"
	stop
	echo "# mark saved"
	result "QEMU ends" [ $status -eq 0 ]
	luoctl list
	says "the memory and the state are saved" 0 "vm-guest" "outgoing" \
		"memory ($((MIB << 20)) bytes), state ("
	/usr/lib/pkram/kexec-jump
	ktap_finished
}

first() {
	ktap_print_header
	ktap_set_plan 6
	result "QEMU is unpacked" install
	start
	result "the guest boots" reaches tick 1
	result "it has its pattern" compared
	# shellcheck disable=SC2046 # options, a word each
	update $(accept_kinds)
}

second() {
	ktap_print_header
	ktap_set_plan 12
	continue_guest
	update --from "/boot/$FLAVOUR"
}

# save_whole - save the guest with its memory to the disk, behind its own disk.
save_whole() {
	: >$monitor
	echo "# mark whole_stop"
	qmp stop
	printed $monitor '"STOP"'
	echo "# mark whole_stopped"
	qmp migrate-set-capabilities \
		'"capabilities": [{"capability": "x-ignore-shared", "state": false}]'
	qmp migrate '"uri": "exec:dd of=/dev/vda bs=64k seek=512 conv=fsync 2>/dev/null"'
	asked '"status": "completed"' query-migrate
	echo "# mark whole_saved"
}

# restore_whole - start QEMU with what save_whole has saved.
restore_whole() {
	echo 3 >/proc/sys/vm/drop_caches
	echo "# mark whole_start"
	eval "exec qemu-system-x86_64 $OPTIONS -m $MEMORY -machine memory-backend=memory" \
		"-object memory-backend-ram,id=memory,size=$MEMORY" \
		"-incoming 'exec:dd if=/dev/vda bs=64k skip=512 2>/dev/null'" </dev/null &
	service=$!
	attach
	asked '"status": "completed"' query-migrate
	qmp cont
	echo "# mark whole_continued"
	reaches tick 1
	echo "# mark whole_ticks"
}

# press_button - stop the service without an update. The guest's kernel has no driver for the
# power button, so "off" follows when QEMU reports that it is pressed.
press_button() {
	kill -TERM $service
	printed $monitor '"POWERDOWN"'
	echo off >&6
	wait $service
}

third() {
	ktap_print_header
	ktap_set_plan 14
	continue_guest
	asked '"downtime-limit"' query-migrate-parameters
	if grep -q '"mode"' $monitor; then
		result "the mode is cpr-reboot" grep -q '"mode": "cpr-reboot"' $monitor
	else
		ktap_test_skip "the mode is cpr-reboot: QEMU has it from version 8.2 on"
	fi
	bad=$(field bad)
	$inspect corrupt "/proc/$(pidof qemu-system-x86_64)/fd/3"
	result "a byte that has changed is noticed" reaches bad $((bad + 1))

	echo "# the same guest saved to the disk with its memory, to compare"
	result "the whole guest is saved" save_whole
	qmp cont
	result "a stop without an update presses the power button" press_button
	# Its disk is ahead of what was saved, so it is not compared.
	result "the whole guest is restored" restore_whole
	# QEMU prints a line when it ends.
	stop
	ktap_finished
}

case $STAGE in
1)	first ;;
2)	second ;;
3)	third ;;
esac
