#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Each allocation fails once while objects, arrays and pools are stored and
# restored.
#
# vm: boot=fault,fault mem=1G
. ../luo_lib/functions.sh

objects=/sys/kernel/luo_objects

# left KIND... - check that only these kinds are unclaimed, except for those that the kernel
# itself stores.
left() {
	! grep -v -e '^sample ' -e '^pkram ' $objects/unclaimed
}

ktap_print_header
case $STAGE in
1)	# The table of a kind keeps its first block: no other scenario adds a key.
	ktap_subtest "fail at the first object of a kind" ./steps once <<EOT
whole the first object
! luo store vm 1 0 40 7
! luo abort vm 1
! luo store disk 1 0 40 7
! luo abort disk 1
whole the first object that is described by fields
! kind 1 5 3
! luo abort test 1
whole the first in all versions
! luo register gauge 7,6,5,4,3,2,1,0
! luo save gauge 1 7
! luo abort gauge 1
! luo unregister gauge
whole the first array
! luo array-store table 1 24 1 7
! luo array-abort table 1
whole the first pool
! luo pool-store links 1 8 1 7
! luo pool-abort links 1
EOT
	ktap_subtest "fail while storing" ./steps fail <<EOT
scenario store an object
! luo store vm 1 0 40 7
- luo abort vm 1

scenario store a further object
= luo store vm 1 0 40 7
- luo abort vm 1
! luo store vm 2 0 40 7
- luo abort vm 2
! luo store vm 2 1 4000 8
! luo store vm 3 0 65536 9
- luo abort vm 3

scenario store one that needs a further block
= luo bulk-store vm 127 40 1
- luo bulk-abort vm 127 40 1
! luo store vm 128 0 40 7
- luo abort vm 128

scenario store one for which the index has to grow
= luo bulk-store vm 48 40 1
- luo bulk-abort vm 48 40 1
! luo store vm 128 0 40 7
- luo abort vm 128

scenario update
= luo store vm 1 0 40 7
- luo abort vm 1
! luo update vm 1 0 40 8

whole abort
= luo store vm 1 0 40 7
= luo store vm 2 0 40 7
= luo store disk 1 0 40 7
! luo abort vm 1
! luo abort disk 1
! luo abort vm 2

scenario register a kind
! luo register gauge 2,1,0
- luo unregister gauge
! luo save gauge 1 7
- luo abort gauge 1
! luo save gauge 2 7
- luo abort gauge 2

whole unregister a kind
= luo register gauge 2,1,0
! luo unregister gauge

scenario save in all versions
= luo register gauge 7,6,5,4,3,2,1,0
- luo unregister gauge
! luo save gauge 1 7
- luo abort gauge 1

scenario save what is described by fields
! kind 1 5 3
- luo abort test 1

scenario set the policy
= luo register gauge 2,1,0
- luo unregister gauge
! write newest
- write all

scenario set a policy by kinds
= luo register gauge 2,1,0
- luo unregister gauge
! write gauge:2,0;other:1
- write all
! luo save gauge 1 7
- luo abort gauge 1

scenario an array of one element
! luo array-store table 1 24 1 7
- luo array-abort table 1

scenario an array of many runs
! luo array-store table 1 24 27307 7
- luo array-abort table 1

scenario an array with a list of many pages
! luo array-store table 1 1 2093057 7
- luo array-abort table 1

whole abort an array
= luo array-store table 1 24 27307 7
! luo array-abort table 1

scenario a pool
! luo pool-store links 1 8 1 7
- luo pool-abort links 1

scenario a pool of many pages
! luo pool-store links 1 1000 40 7
- luo pool-abort links 1

scenario a pool of large pages
! luo pool-store links 1 20000 8 7
- luo pool-abort links 1

whole abort a pool
= luo pool-store links 1 1000 40 7
! luo pool-abort links 1
EOT
	ktap_subtest "store" ./steps times 64 <<EOT
scenario an object to finish first
= luo store first %d 0 40 7
scenario objects
= luo store vm %d 0 40 7
= luo store vm %d 1 30000 8
scenario objects of a kind
= luo register gauge 2,1,0
= luo save gauge %d 7
= luo unregister gauge
scenario objects that are described by fields
= kind %d 5 3
scenario arrays
= luo array-store table %d 24 27307 7
scenario pools
= luo pool-store links %d 1000 100 7
scenario unclaimed objects
= luo store unclaimed %d 0 30000 7
EOT
	;;
2)	ktap_subtest "fail while reading" ./steps once <<EOT
whole read the list of kinds and a table
! luo read vm 1 0 40 7
whole read all tables
! luo finish first 1
EOT
	ktap_subtest "fail while restoring" ./steps load 64 <<EOT
scenario objects
! luo read vm %d 1 30000 8
! luo read vm %d 0 40 7
! luo finish vm %d
scenario objects of a kind
! luo register gauge 2,1,0
! luo load gauge %d 7
! luo unregister gauge
! luo finish gauge %d
scenario objects that are described by fields
! kind %d
scenario arrays
! luo array-load table %d 7
scenario pools
! luo pool-load links %d 7
scenario unclaimed objects
! drop unclaimed:%d
EOT
	echo first >$objects/drop
	ktap_test_result "nothing is left" left ;;
esac
ktap_print_totals
[ "$KTAP_CNT_FAIL" -eq 0 ]
