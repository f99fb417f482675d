#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# memcached, which does not support live updates, has its cache in a memfd, and luoctl carries
# the memfd into another build of the kernel. No key is lost. `make demo` shows the lines that
# begin with "#", and uses "# mark" to measure times.
#
# vm: boot=pkram,stock
. ../luo_lib/functions.sh
cd ../luoctl || exit 1
# shellcheck source=../luoctl/functions.sh
. ./functions.sh

COUNT=100000
keys=../memcached/keys
cache=/tmp/cache

# start OPTIONS... - start memcached and wait until it answers.
start() {
	memcached -u root -l 127.0.0.1 -m 64 "$@" </dev/null >/tmp/memcached.log 2>&1 &
	memcached=$!
	$keys wait
}

# stop SIGNAL - stop memcached by a signal, and wait.
stop() {
	kill "-$1" "$memcached"
	wait "$memcached"
}

save() {
	ktap_print_header
	ktap_set_plan 6
	ln -s "$(./memfd "")" $cache
	result "memcached starts on a memfd" start -e $cache
	echo "# memcached -e $cache, which is $(readlink $cache), a memfd"
	result "keys are set" $keys set $COUNT
	result "keys are read" $keys get $COUNT
	echo "# mark stopped"
	stop USR1
	result "memcached leaves its notes" [ -s $cache.meta ]
	echo "# SIGUSR1; luoctl save memcached memory=$cache --copy meta=$cache.meta"
	luoctl save memcached memory=$cache --copy meta=$cache.meta
	says "save" 0 "session memcached has memory, meta"
	sed 's/^/# /; s/;.*//' $out
	echo "# mark saved"
	luoctl negotiate "/boot/$NEXT"
	says "what is lost is no memfd" 1 "memcached: 2 files" "survives" "sample/0"
	accepted=$(accept_kinds | tr '\n' ' ')
	echo "# luoctl kexec $accepted/boot/$NEXT"
	# shellcheck disable=SC2086 # options, a word each
	jumps kexec $accepted "/boot/$NEXT"
	ktap_finished
}

restore() {
	ktap_print_header
	ktap_set_plan 7
	echo "# mark booted"
	luoctl restore memcached
	says "restore" 0 "memory=/proc/" "meta=/proc/"
	sed 's/^/# luoctl restore memcached: /' $out
	ln -s "$(sed -n 's/^memory=//p' $out)" $cache
	cat "$(sed -n 's/^meta=//p' $out)" >$cache.meta
	# It starts with an empty cache in the second in which it has stopped.
	stopped=$(sed -n 's/^Kstop_time //p' $cache.meta)
	while [ "$(date +%s)" -le "$stopped" ]; do
		sleep 0.1
	done
	result "memcached starts on what was restored" start -e $cache
	echo "# mark restarted"
	echo "# memcached -e $cache, which is $(readlink $cache)"
	result "no key is lost" $keys get $COUNT
	stop TERM

	echo "# mark ended"
	result "memcached starts without" start
	echo "# mark cold"
	echo "# memcached, to compare, as it starts without what was saved"
	result "it has no key" sh -c "! $keys get $COUNT"
	echo "# mark filling"
	result "keys are set again" $keys set $COUNT
	echo "# mark filled"
	result "keys are read again" $keys get $COUNT
	stop TERM
	ktap_finished
}

case $STAGE in
1)	save ;;
2)	restore ;;
esac
