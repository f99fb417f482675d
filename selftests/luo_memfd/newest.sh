#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The boot parameter selects the newest version alone. Files that the old version cannot
# describe are carried too. A stock kernel refuses all files, and does not crash.
#
# vm: boot=pkram,pkram,pkram,stock append="luo_object.write=newest"
. ../luo_lib/functions.sh

refused() {
	! error=$( (: <>/dev/liveupdate) 2>&1) || return 1
	case $error in
	*"Input/output error"*)	;;
	*)	ktap_print_msg "$error"; return 1 ;;
	esac
}

case $STAGE in
1)	exec ./carry save newest ;;
2|3)	exec ./carry pass newest ;;
4)	ktap_print_header
	ktap_set_plan 1
	ktap_test_result "files without version 0 are refused" refused
	ktap_finished ;;
esac
