#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Use each interface as a user and as root without CAP_SYS_ADMIN, and compare with the table
# in Documentation/admin-guide/luo-access.rst.
#
# vm: boot=pkram append="luo_object.write=all"
. ../luo_lib/functions.sh

objects=/sys/kernel/luo_objects
lists=/sys/kernel/debug/luo_objects
tracing=/sys/kernel/tracing

ktap_print_header

# Functions, because ktap_test_result splits its command at spaces.
works() { ./as "$who" sh -c "$command" </dev/null >/dev/null; }
refused() { ! works; }
listed() { grep -q "^secret 1 0 8 " "$1"; }

may()
{
	who=$1 command=$2
	ktap_test_result "$who may: $command" works
}

may_not()
{
	who=$1 command=$2
	ktap_test_result "$who may not: $command" refused
}

# Store an object, so that the lists are not empty.
echo store secret 1 0 8 1 >/sys/kernel/debug/luo_object_test/command
ktap_test_result "root reads the list" listed $lists/outgoing
ktap_test_result "root reads the dump" listed $lists/outgoing.dump

# The device of LUO.
may_not user "exec 3</dev/liveupdate"
may_not user "exec 3<>/dev/liveupdate"
may root "exec 3<>/dev/liveupdate"

# sysfs: all users may read the versions and the policy, only root may change the policy.
may user "cat $objects/write $objects/unclaimed $objects/memfd/readable"
for file in write drop; do
	may_not user "echo all >$objects/$file"
done
may_not user "cat $objects/drop"

# debugfs, even if its mode lets all users enter the directory.
may_not user "ls /sys/kernel/debug"
mount -o remount,mode=755 /sys/kernel/debug
for list in $lists/outgoing $lists/incoming; do
	for file in $list $list.fields $list.dump; do
		may_not user "cat $file"
		may_not root "cat $file"
	done
done
may_not user "echo store a 1 0 8 1 >/sys/kernel/debug/luo_object_test/command"
may_not user "cat /sys/kernel/debug/luo_object_test/result"
mount -o remount,mode=700 /sys/kernel/debug

# Trace events.
may_not user "cat $tracing/trace"
may_not user "echo 1 >$tracing/events/luo/enable"

# The catalogue, which is as public as the kernel image.
may user "cat /sys/kernel/notes"
may user "luoctl check /boot/$FLAVOUR"

# The log, if it is restricted.
echo 1 >/proc/sys/kernel/dmesg_restrict
may_not user "dmesg"

# pstore, if it is mounted.
[ ! -d /sys/fs/pstore ] || may_not user "ls /sys/fs/pstore"

# The test device of PKRAM.
may_not user "exec 3</dev/pkram_test"
may_not user "exec 3<>/dev/pkram_test"

# luoctl has the permissions of its user.
./leftovers save 1 </dev/null >/dev/null
holder=$(pidof leftovers)
may_not user "luoctl dump"
may_not user "luoctl negotiate --rollback /boot/$FLAVOUR"
may_not user "luoctl save mine a=/proc/self/fd/0"
may_not user "luoctl restore mine"
may_not user "luoctl kexec --load /boot/$FLAVOUR"
may_not user "ls /proc/$holder/fd"
may_not user "kill $holder"
ktap_test_result "nothing was changed" grep -qx all $objects/write

exit "$((KTAP_CNT_FAIL > 0))"
