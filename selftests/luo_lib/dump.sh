# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# Functions for tests that read the objects of this kernel in debugfs.

. ../luo_lib/functions.sh

dump=/sys/kernel/debug/luo_objects/outgoing.dump

# fields OBJECT LINE... - check that each line is a field of the object, "KIND INSTANCE", in
# the newest version that is stored.
fields() {
	sed -n "/^$1 /,/^[^ ]/{/^ /p;}" $dump >/tmp/fields
	shift
	for fields_line; do
		grep -qxF "  $fields_line" /tmp/fields && continue
		echo "# expected $fields_line"
		sed 's/^/# found /' /tmp/fields
		return 1
	done
}
