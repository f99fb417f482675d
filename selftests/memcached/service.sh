#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# memcached under luoctl run, with the command line of luoctl's service file. No key is lost
# over an update to stock Linux and one back. A stop without an update saves nothing, and an
# update that is aborted loses nothing.
#
# vm: boot=pkram,stock,pkram
. ../luo_lib/functions.sh
cd ../luoctl || exit 1
# shellcheck source=../luoctl/functions.sh
. ./functions.sh

COUNT=20000
keys=../memcached/keys

# exec_start - print the command of the service file for a shell.
exec_start() {
	sed -n '/^ExecStart=/,/[^\\]$/{s/^ExecStart=+*//;p}' ../memcached/memcached.service
}

# start - start the service as the service manager does, after it has created
# RuntimeDirectory=.
start() {
	grep -q memcache /etc/passwd ||
		echo 'memcache:x:100:100:memcache:/:/bin/false' >>/etc/passwd
	mkdir -p /run/memcached
	chown memcache /run/memcached
	sh -c "exec $(exec_start)" </dev/null >/tmp/service.log 2>&1 &
	service=$!
	$keys wait
}

# stop - stop the service as the service manager does with KillMode=mixed.
stop() {
	kill -TERM "$service"
	wait "$service"
	status=$?
	sed 's/^/# /' /tmp/service.log
	# memcached starts with an empty cache in the second in which it has stopped.
	sleep 2
}

# load ARGUMENTS... - run the commands of the administrator before the update.
load() {
	(next_initrd)
	luoctl kexec --load --initrd /boot/next-initrd --append "$(next_line)" "$@"
	rm /boot/next-initrd
	says "luoctl kexec --load" 0 "is loaded"
}

# saved NAME - check that the service has stopped and its files are saved.
saved() {
	result "memcached ends well" [ $status -eq 0 ]
	luoctl list
	says "$1" 0 "memcached" "outgoing" "memory (67108864 bytes), meta ("
}

first() {
	ktap_print_header
	ktap_set_plan 14
	result "memcached starts the first time" start
	result "keys are set" $keys set $COUNT
	stop
	luoctl list
	says "a stop without an update saves nothing" 0 "no process holds a session"
	result "memcached starts again" start
	result "without keys" sh -c "! $keys get $COUNT"
	result "keys are set again" $keys set $COUNT
	# shellcheck disable=SC2046 # options, a word each
	load $(accept_kinds) "/boot/$NEXT"
	stop
	saved "a stop for an update saves the cache"
	result "memcached starts after all" start
	result "with its keys" $keys get $COUNT
	luoctl list
	says "which are no longer saved" 0 "no process holds a session"
	stop
	saved "another stop saves them again"
	/usr/lib/pkram/kexec-jump
	ktap_finished
}

second() {
	ktap_print_header
	ktap_set_plan 6
	result "memcached starts after the update" start
	result "with all its keys" $keys get $COUNT
	luoctl list
	says "and the session is finished" 0 "session memcached was restored" \
		"no process holds a session"
	load --from "/boot/$FLAVOUR" "/boot/$NEXT"
	stop
	saved "a stop for an update saves the cache"
	/usr/lib/pkram/kexec-jump
	ktap_finished
}

third() {
	ktap_print_header
	ktap_set_plan 2
	result "memcached starts after another update" start
	result "with all its keys" $keys get $COUNT
	stop
	ktap_finished
}

case $STAGE in
1)	first ;;
2)	second ;;
3)	third ;;
esac
