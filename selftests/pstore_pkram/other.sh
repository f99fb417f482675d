#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# pstore has one backend. Where it is to be another, no log is handed over, and
# the memory is free.
#
# vm: boot=pkram,pkram,pkram
. ./functions.sh

case $STAGE in
1)
	result "the only backend" logged "Registered pkram"
	end_stage "pstore.backend=other" ;;
2)
	result "nothing is shown" nothing_there
	result "is refused" logged "ignoring 'pkram'"
	result "says so" logged "the log of this kernel will not be handed over"
	result "nothing is left of the previous log" unlisted $objects/unclaimed
	result "nor of this one" unlisted $lists/outgoing
	end_stage ;;
3)
	result "there is none from such a kernel" nothing_there
	result "the backend again" logged "Registered pkram"
	end_stage ;;
esac
