#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# pstore has one backend. If another one is selected, no log is handed over, and its memory is
# freed.
#
# vm: boot=pkram,pkram,pkram
. ./functions.sh

case $STAGE in
1)
	result "the only backend" logged "Registered pkram"
	end_stage "pstore.backend=other" ;;
2)
	result "no log is shown" nothing_there
	result "the backend is refused" logged "ignoring 'pkram'"
	result "an error is logged" logged "the log of this kernel will not be handed over"
	result "the previous log was freed" unlisted $objects/unclaimed
	result "and so was this kernel's" unlisted $lists/outgoing
	end_stage ;;
3)
	result "such a kernel hands over no log" nothing_there
	result "the backend again" logged "Registered pkram"
	end_stage ;;
esac
