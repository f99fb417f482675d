#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# luoctl run: the descriptors that a command gets at its first start and after an update, when
# files are saved, and that nothing is lost if a process is killed or an argument is wrong.
#
# vm: boot=pkram,pkram
. ./functions.sh

# A service that prints what luoctl passes to it, writes its own file, and waits.
# shellcheck disable=SC2016 # for another shell to expand
service='echo "given $LISTEN_FDS $LISTEN_FDNAMES"; [ "$LISTEN_PID" = $$ ] && echo pid
	echo "sizes $(stat -L -c %s /proc/self/fd/3) $(stat -L -c %s /tmp/link)"
	read -r text </proc/self/fd/4; echo "text $text"
	echo "some text" 1<>/proc/self/fd/4
	[ ! -e /tmp/note ] || stat -c "note %a %u %s" /tmp/note
	trap "echo stopped; exit 3" USR1
	echo ready; while :; do sleep 0.1; done'

# start OPTIONS... - start the service and wait until it is ready or has failed.
start() {
	# Remove the output of the previous service.
	: >$out
	./luoctl run --stop-signal SIGUSR1 --link b=/tmp/link --copy note=/tmp/note \
		"$@" s a=1M b=4K -- sh -c "$service" >$out 2>&1 &
	service_pid=$!
	status=0
	until grep -q ready $out || ! kill -0 $service_pid 2>/dev/null; do
		sleep 0.1
	done
}

# stop - stop the service. Set $status to its exit status.
stop() {
	kill -TERM $service_pid
	wait $service_pid
	status=$?
}

load() {
	(next_initrd)
	luoctl kexec --load --initrd /boot/next-initrd --append "$(next_line)" \
		"/boot/$FLAVOUR"
	rm /boot/next-initrd
	says "an image is loaded" 0 "is loaded"
}

save() {
	ktap_print_header
	ktap_set_plan 17
	luoctl run s a=1M -- sh -c 'exit 9'
	says "the status is that of the command" 9
	# shellcheck disable=SC2016 # for another shell to expand
	luoctl run s a=1M -- sh -c 'kill -TERM $$'
	says "or tells the signal" 143
	luoctl run s a=1M -- /tests/luoctl/functions.sh
	says "a command that is no program" 126
	echo >/tmp/link
	luoctl run --link a=/tmp/link s a=1 -- true
	says "a link in the place of a file" 125 "is not a symbolic link"
	rm /tmp/link
	luoctl run --link b=/tmp/link s a=1 -- true
	says "a link to no file" 125 "needs an argument NAME=SIZE"

	start
	says "the first time" 0 "given 2 a:b" "pid" "sizes 1048576 4096" "creating new files"
	stop
	says "is stopped by the signal" 3 "stopped"
	luoctl list
	says "and nothing is saved" 0 "no process holds a session"

	start
	result "is started again" grep -q ready $out
	load
	echo "a note" >/tmp/note
	chmod 640 /tmp/note
	chown nobody /tmp/note
	stop
	says "is stopped for an update" 3 "stopped"
	luoctl list
	says "and is saved" 0 "s  " "outgoing" "a (1048576 bytes), b (4096 bytes), note (7 bytes)"
	rm /tmp/note
	luoctl run s a=1M -- true
	says "an argument that is missing" 125 "has a file b"
	luoctl list
	says "loses nothing" 0 "outgoing"
	start
	says "started after all it has its files" 0 "text some text" "note 640 65534 7"
	rm /tmp/note
	stop
	says "a copy that is not there" 3 "/tmp/note: No such file" "is saved without it"
	start
	says "is not needed" 0 "text some text"
	echo "a note" >/tmp/note
	chmod 604 /tmp/note
	stop
	/usr/lib/pkram/kexec-jump
	ktap_finished
}

restore() {
	ktap_print_header
	ktap_set_plan 7
	luoctl run s a=1M b=4K -- true
	says "an argument that is missing" 125 "has a file note" "is held by process"
	luoctl run --copy note=/tmp/note s a=1M b=4K -- /tmp/nothing
	says "a command that is not there" 127
	start --ready fd
	says "after the update" 0 "text some text" "given 2 a:b" "sizes 1048576 4096" "note 604 0 7"
	kill -KILL $service_pid
	pkill -KILL -f "echo ready"
	sleep 1
	luoctl list
	says "killed before it is ready" 0 "s  " "incoming" "luoctl-hold"
	start --ready exec
	says "it has its files, still" 0 "text some text" "note 604 0 7"
	sleep 1
	luoctl list
	says "and the session is finished" 0 "no process holds a session" "session s was restored"
	stop
	says "it is stopped" 3
	ktap_finished
}

case $STAGE in
1)	save ;;
2)	restore ;;
esac
