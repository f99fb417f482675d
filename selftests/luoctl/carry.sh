#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# luoctl save, kexec and restore carry descriptors of other processes and copies of files, by
# name, over a real kexec. A command that fails changes nothing.
#
# vm: boot=pkram,pkram
. ./functions.sh

nothing_open() {
	luoctl list
	says "$1" 0 "no process holds a session"
}

colon='{"version": 1, "units": {"u": {"fdstore": [
	{"type": "fd", "name": "x:y", "token": 5}]}}}'

refusals() {
	luoctl restore nothing
	says "a session, and no live update" 2 "handed nothing over"
	luoctl save s a=/tmp/note --copy
	says "the wrong arguments" 2 "usage"
	luoctl save systemd --copy a=/tmp/note
	says "the session of systemd is not created" 2 "belongs to the service manager"
	luoctl save s a=/proc/99999/fd/3
	says "a process that is not there" 2 "no process 99999"
	luoctl save s a="${memfd%/*}/77"
	says "a descriptor that is not there" 2 "has no descriptor 77"
	luoctl save s a=77
	says "an inherited descriptor that is not there" 2 "not started with a descriptor 77"
	luoctl save s a=/tmp/nothing
	says "a file that is not there" 2 "No such file"
	luoctl save s a="$memfd" note=/tmp/note
	says "a file that is not carried" 2 "note: /tmp/note cannot be preserved"
	luoctl save s a="$memfd" a="$memfd"
	says "a name twice" 2 "two descriptors have that name"
	luoctl save s a="$memfd" b="$memfd"
	says "a file twice" 2 "only once"
	luoctl save s a:b="$memfd"
	says "a name with a colon" 2 "none of them a colon"
	nobody save s --copy a=/tmp/note
	says "sessions are for root" 2 "must be root"
	nothing_open "nothing of this has left a session"

	exec 9<>/dev/liveupdate
	luoctl save --timeout 0 s a="$memfd"
	says "a second user of the device" 2 "in use by process $$ (carry.sh)"
	exec 9<&-
	luoctl save s --copy a=/dev/zero
	says "a copy of what never ends" 2 "not a regular file"
	mkfifo /tmp/fifo
	luoctl save s --copy a=/tmp/fifo
	says "a copy of a pipe" 2 "not a regular file"
	dd if=/dev/null of=/tmp/sparse bs=1M seek=100000 2>/dev/null
	luoctl save s --copy a=/tmp/sparse
	says "a copy that does not fit into memory" 2 "a copy needs" "are available"
	rm /tmp/sparse
}

# journaled ARGUMENTS... - run luoctl as a service manager does that has a store for
# descriptors. ./store prints the journal too.
journaled() {
	mkdir -p /run/systemd/journal
	ln -s /tmp/store /run/systemd/journal/socket
	./store ./luoctl "$@" >$out 2>&1
	status=$?
	# The manager prints after luoctl has ended. Wait for its output.
	sleep 1
	rm /run/systemd/journal/socket
}

# Save twenty sessions at once. Only one process can open the device, and the others wait.
parallel() {
	for number in $(seq 20); do
		./luoctl save "many$number" --copy note=/tmp/note >/tmp/many 2>&1 ||
			echo "many$number" >>/tmp/many_failed &
		pids="$pids $!"
	done
	for pid in $pids; do
		wait "$pid"
	done
	result "twenty sessions are saved at a time" [ ! -e /tmp/many_failed ]
	for number in $(seq 20); do
		./luoctl abort "many$number" >/dev/null 2>&1
	done
}

# unchanged NAME - check that no image is loaded and that the policy is unchanged.
unchanged() {
	result "$1" [ "$(cat /sys/kernel/kexec_loaded) $(policy)" = "0 all" ]
}

jumps_refused() {
	nobody kexec "/boot/$FLAVOUR"
	says "kexec is for root" 2 "must be root"
	journaled kexec --initrd none --append "console=ttyS0" "/boot/$FLAVOUR"
	says "a command line without kho=on" 1 "kho=on liveupdate=on" \
		"MESSAGE_ID=ec7e677ab83543a593a4576ac873451f" "LUOCTL_SUBJECT=/boot/$FLAVOUR"
	luoctl kexec --initrd none --append "$(cat /proc/cmdline) mem=256M" "/boot/$FLAVOUR"
	says "a command line with less memory" 1 "smaller mem= than this kernel"
	luoctl kexec --initrd none --append "$(cat /proc/cmdline) memmap=8M\$64M" "/boot/$FLAVOUR"
	says "a command line with a hole in memory" 1 "has memmap=8M\$64M, which"
	printf 070701 >/tmp/large
	dd if=/dev/null of=/tmp/large bs=1M seek=4000 2>/dev/null
	luoctl kexec --initrd /tmp/large "/boot/$FLAVOUR"
	says "an initrd that does not fit" 2 "/tmp/large: does not fit" "kho_scratch="
	mv /tmp/large /tmp/initrd.img-1.1
	ln -s "/boot/$FLAVOUR" /tmp/vmlinuz-1.1
	luoctl check /tmp/vmlinuz-1.1
	says "and check says so" 2 "/tmp/initrd.img-1.1: does not fit" "kho_scratch="
	rm /tmp/initrd.img-1.1
	luoctl --json kexec --dry-run --rollback --initrd none \
		--append "$(cat /proc/cmdline) luo_object.write=newest luo_object.write=all" \
		"/boot/$FLAVOUR"
	says "a way back after another one" 0 "luo_object.write=all"
	result "is on the command line once" [ "$(grep -o luo_object.write= $out | wc -l)" -eq 1 ]
	luoctl kexec --initrd /nothing "/boot/$FLAVOUR"
	says "an initrd that is not there" 2 "/nothing"
	luoctl kexec "/boot/$FLAVOUR"
	says "no initrd" 2 "no initrd beside" "--initrd none"
	luoctl kexec --initrd /tmp/note "/boot/$FLAVOUR"
	says "an invalid initrd" 2 "not an initrd"
	cp "/boot/$FLAVOUR" /tmp/vmlinuz-1.2
	ln -s /boot/initrd /tmp/initrd.img-1.2
	luoctl kexec --dry-run /tmp/vmlinuz-1.2
	says "an initrd that is beside the image" 0 "everything survives" "all survive"
	unchanged "none of which has loaded anything or changed the policy"

	luoctl save orphan --copy a=/tmp/note
	says "a session" 0 "process"
	kill "$(sed 's/.*process \([0-9]*\) holds.*/\1/' $out)"
	sleep 1
	luoctl status
	says "whose process is killed" 1 "has ended" "orphan"
	luoctl check "/boot/$FLAVOUR"
	says "check says so" 1 "session:orphan: it (a) was saved in this boot and has ended"
	luoctl list
	says "and list" 0 "session orphan was saved in this boot and has ended"
	luoctl negotiate "/boot/$FLAVOUR"
	says "and negotiate" 1 "session:orphan"
	echo all >/sys/kernel/luo_objects/write
	luoctl kexec --initrd none "/boot/$FLAVOUR"
	says "is not left behind without a word" 1 "no kexec: session:orphan would be lost: it (a) was saved"
	journaled kexec --load --initrd none --accept session:orphan "/boot/$FLAVOUR"
	says "unless that is accepted" 0 "is loaded" "MESSAGE_ID=99b333fcf1624f66938189dbfc364456" \
		"LUOCTL_SUBJECT=session:orphan" "systemctl kexec ends that process"
	result "which loads" [ "$(cat /sys/kernel/kexec_loaded)" = 1 ]
	luoctl status
	says "status says what would become of it there" 1 "loaded    /boot/$FLAVOUR" \
		"session:orphan would be lost"
	luoctl kexec --load --initrd none "/boot/$FLAVOUR"
	says "a refusal after that" 1 "session:orphan"
	unchanged "leaves nothing loaded, and the policy of before"
	luoctl abort orphan
	luoctl kexec --load --initrd none "/boot/$FLAVOUR"
	says "loading" 0 "is loaded"
	# Abort also cancels all sessions of luoctl, except for those in a store.
	luoctl save lasts --copy a=/tmp/note
	pids=$(luoctl list; awk '/luoctl-hold/ { print $1 }' $out)
	result "has sessions" [ "$(echo "$pids" | wc -w)" -gt 1 ]
	luoctl abort lasts
	/usr/sbin/kexec -s -u
	rm /run/luoctl/*/note
	echo all >/sys/kernel/luo_objects/write

	# Simulate kexec -c -l, which leaves no trace of the image, and which is not built here.
	/usr/sbin/kexec -s -l --append=x "/boot/$FLAVOUR"
	luoctl status
	says "status says that luoctl has not loaded the image" 2 "with kexec -c -l, nothing does" "cannot tell"
	luoctl check "/boot/$FLAVOUR"
	says "and check" 0 "an image is loaded that luoctl has not loaded"
	/usr/sbin/kexec -s -u
}

save() {
	ktap_print_header
	ktap_set_plan 77
	echo "a note" >/tmp/note
	memfd=$(./memfd "hello, next kernel" 7)
	stored=$(./memfd "stored")
	linked=$(./memfd "linked")
	ln -s "$linked" /tmp/link

	refusals

	luoctl save cache cache="$memfd" --copy note=/tmp/note link=/tmp/link
	says "save" 0 "session cache has cache, note, link; process" "luoctl abort cache"
	luoctl save cache a="$stored"
	says "a session that exists" 2 "exists already"
	luoctl list
	says "list" 0 "cache" "outgoing" "luoctl-hold" "cache (" "note (7 bytes), link ("
	journaled save service stored="$stored"
	says "a service hands its session to the manager" 0 "FDSTORE=1" "FDNAME=service" \
		"the service manager holds it" "MESSAGE_ID=efcda4388f77441a89a341c51b4f971a" "LUOCTL_SUBJECT=service"
	./store ./luoctl save passed stored="$linked" >$out 2>&1
	status=$?
	says "and another one" 2 "in a session already: cache"
	./store ./luoctl save passed --copy note=/tmp/note >$out 2>&1
	status=$?
	says "and a copy" 0 "FDNAME=passed"
	for names in 'no JSON' '{"version": 2}' "$colon"; do
		foreign=$((foreign + 1))
		result "session $foreign of others" \
			./session create "foreign$foreign" "$names" "data $foreign"
	done
	result "a session of systemd" ./session create systemd \
		'{"version": 1, "units": {}}' "data of systemd"
	luoctl list
	says "is listed and nothing more" 0 "systemd                  unknown"
	luoctl list
	says "which has it" 0 "service" "store"
	luoctl tree
	says "tree" 0 "memfd" "version 1: 17 objects" "sample"
	luoctl dump sample
	says "dump" 0 "sample:0 version 1" "  nr_kernels 1"
	luoctl --json dump sample:0
	says "dump in JSON" 0 '"nr_kernels": 1'
	luoctl dump sample:7
	says "dump of nothing" 2 "no outgoing object sample:7"
	parallel
	result "a session with a blank and a newline in its name" \
		./session create "two
words" '{"version": 1, "units": {}}' "data"
	luoctl list
	says "is shown quoted" 0 '"two\x0awords"'
	kill "$(sed -n 's/^"two.x0awords" *[a-z]* *\([0-9]*\) .*/\1/p' $out)"
	luoctl status --prometheus /tmp/luoctl.prom
	says "status for Prometheus" 0 "nothing is lost"
	result "writes a file" grep -qx 'luoctl_sessions{direction="outgoing"} [6-9]' \
		/tmp/luoctl.prom
	result "and no other" [ "$(echo /tmp/luoctl.prom*)" = /tmp/luoctl.prom ]
	luoctl save call_off --copy a=/tmp/note
	says "another session" 0 "process"
	luoctl abort call_off
	says "is called off" 0 "session call_off is cancelled"
	luoctl list
	result "and is listed no more" sh -c "! grep -q call_off $out"
	luoctl abort nothing
	says "a session that was not saved cannot be called off" 2 "not saved in this boot"
	luoctl status
	says "status" 0 "nothing is lost" "outgoing  cache" "no image"
	luoctl check "/boot/$FLAVOUR"
	says "check begins with the verdict" 0 "sessions, " "all survive" "everything survives" \
		"cache, held by process" "  note, 7 bytes"
	jumps_refused
	luoctl save gone --copy a=/tmp/note
	says "a session that ends" 0 "process"
	kill "$(sed 's/.*process \([0-9]*\) holds.*/\1/' $out)"
	sleep 1
	luoctl save ../a/b --copy a=/tmp/note
	says "a session whose name looks like a path" 0 "session ../a/b has a"
	luoctl abort ../a/b
	says "is called off as any other" 0 "session ../a/b is cancelled"
	luoctl save luoctl --copy a=/tmp/note
	says "the session of the index is not for users" 2 "is the index of luoctl itself"
	jumps kexec --accept session:gone "/boot/$FLAVOUR"
	ktap_finished
}

# A command that prints what luoctl restore passes to it.
# shellcheck disable=SC2016 # for another shell to expand
given='[ "$LISTEN_PID" = $$ ] && echo "$LISTEN_FDS $LISTEN_FDNAMES" &&
	echo "$(cat <&3) $(cat <&4) $(cat <&5)"'

# is_kept NAME - check that a process of luoctl holds session cache of the previous kernel.
is_kept() {
	sleep 1
	luoctl list
	says "$1" 0 cache incoming luoctl-hold
}

restore() {
	ktap_print_header
	ktap_set_plan 46
	luoctl restore cache -- /nothing
	says "a command that is not there" 127 "/nothing"
	luoctl restore cache -- nothing
	says "a command that is not in PATH" 127 "no such command"
	luoctl restore cache -- /tests/luoctl/functions.sh
	says "a command that is no program" 126 "Permission denied"
	luoctl restore --ready when cache -- true
	says "an option that is wrong, with a command" 125 "expected exec, notify or fd"
	nothing_open "which has not taken the session"
	luoctl status
	says "status" 1 "were not restored"
	luoctl list
	says "list" 0 "of the previous kernel have not been restored"
	luoctl kexec --initrd none "/boot/$FLAVOUR"
	says "another kexec would lose what waits" 1 "were not restored" "--accept unclaimed"
	luoctl check "/boot/$FLAVOUR"
	says "and check says so" 1 "unclaimed: " "records of memfd from the previous kernel"
	umount /sys/kernel/debug
	luoctl list
	says "and list without debugfs" 0 "records of memfd of the previous kernel"
	mount -t debugfs debugfs /sys/kernel/debug
	luoctl list
	says "and names them" 0 "session cache (cache, note, link) was saved at 20" \
		"session gone (a) was saved at 20" "is lost: it ended before the kexec"
	luoctl restore other
	says "a session that was not saved" 2 "was never saved" "cache, gone, passed, service"
	luoctl restore call_off
	says "a session that was called off" 2 "was never saved"
	luoctl restore gone
	says "a session that was lost" 2 "was lost: the previous kernel saved it (a) at 20"
	printf '#!/nothing\n' >/tmp/broken
	chmod 755 /tmp/broken
	luoctl restore cache -- /tmp/broken
	says "a command that cannot be run" 127 "cannot run /tmp/broken" "is held by process"
	result "luoctl is killed before the command runs" \
		./killed ./luoctl restore cache -- true
	sleep 1
	is_kept "which is not taken for a command that runs"
	# shellcheck disable=SC2016 # for another shell to expand
	luoctl restore --ready fd cache -- \
		sh -c 'env printf x >&$LUOCTL_READY_FD; sleep 1; exit 7'
	says "a child of the command says that it is ready" 7
	is_kept "and the session is kept"
	./store env -u FDSTORE ./luoctl restore cache -- ./notify STATUS=starting >$out 2>&1
	status=$?
	says "a message to the manager is passed on" 0 "command: STATUS=starting"
	is_kept "and a command that ends before READY=1 has not taken the session"
	# shellcheck disable=SC2016 # for another shell to expand
	LUOCTL_READY_FD=9 ./luoctl restore --keep cache -- \
		sh -c 'echo "fd ${LUOCTL_READY_FD-none}"' >$out 2>&1
	status=$?
	says "LUOCTL_READY_FD of another luoctl is not passed on" 0 "fd none"
	luoctl restore --ready fd cache -- false
	says "a command that ends before it is ready" 1
	is_kept "and the session is kept, too"
	luoctl restore --keep cache -- true
	says "a session that is to be kept" 0
	luoctl restore --token a=7 cache
	says "a token that was not saved" 2 "has no token 7" "is held by process"
	luoctl list
	says "the session is kept" 0 cache incoming luoctl-hold
	echo "READY=1" >/tmp/ready
	./store env -u FDSTORE ./luoctl restore --ready notify cache -- \
		sh -c "$given; ./notify \"\$(cat /tmp/ready)\"" >$out 2>&1
	status=$?
	says "restore takes it over" 0 "3 cache:note:link" "next kernel a note linked" \
		"command: READY=1"
	sleep 1
	nothing_open "and ends it"
	luoctl restore cache
	says "a session that has ended" 2 "was restored already in this boot"
	luoctl list
	says "and list says by which process" 0 "session cache was restored in this boot, by process"
	result "and not that it waits" sh -c "! grep -q 'session cache (' $out"

	luoctl restore systemd
	says "the session of systemd is not taken" 2 "belongs to the service manager"
	luoctl restore foreign1
	says "names that are not JSON" 2 "is not JSON" "--token" "held by process"
	# shellcheck disable=SC2016 # for another shell to expand
	luoctl restore --ready fd --token data=5 foreign1 -- \
		sh -c 'cat <&3; eval "echo >&$LUOCTL_READY_FD"'
	says "tokens in their place" 0 "data 1"
	luoctl restore foreign2
	says "names of another version" 2 "is not of version 1"
	luoctl restore foreign3 -- true
	says "a name with a colon" 125 "has an entry without a name"
	luoctl restore --token data=5 foreign3
	says "names of another program" 0 "data=/proc/"
	./store ./session pass passed ./luoctl restore passed -- \
		sh -c 'cat <&3; ./notify READY=1' >$out 2>&1
	status=$?
	says "a session that the manager has retrieved" 0 "a note" "FDSTOREREMOVE=1" "FDNAME=passed"
	journaled restore service
	says "a service hands descriptors to the manager" 0 "FDNAME=stored" "is in the descriptor store" \
		"MESSAGE_ID=e7899213e2f34295945c88e38effcf0c" "LUOCTL_SUBJECT=service"

	luoctl save again --copy a=/tmp/text
	says "a file that is not there" 2 "/tmp/text"
	echo text >/tmp/text
	chmod 755 /tmp/text
	luoctl save again --copy a=/tmp/text
	says "and save again" 0 "session again has a"
	luoctl restore again
	says "what is outgoing is not restored" 2 "is outgoing: process"
	luoctl dump --incoming memfd
	# The two descriptors of systemd, and one without a name.
	result "nothing is left of what was taken" [ "$(grep -c "^memfd:" $out)" -eq 3 ]
	luoctl --json list
	says "JSON" 0 '"name": "again"' '"direction": "outgoing"' '"token": "1"'
	luoctl tree
	says "tree" 0 "from the previous kernel (kho-v4)"
	ktap_finished
}

case $STAGE in
1)	save ;;
2)	restore ;;
esac
