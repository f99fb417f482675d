# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# Functions for tests that read the objects of this kernel in debugfs.

. ../luo_lib/functions.sh

dump=/sys/kernel/debug/luo_objects/outgoing.dump

# only_fields OBJECT LINE... - check that the object has these fields and elements, and no
# others. Addresses, digests and runs of pages are not compared.
only_fields() {
	fields "$@" || return
	shift
	printf '  %s\n' "$@" | sort >/tmp/expected
	grep -Ev '\.(array|layout|kind) |\.runs' /tmp/fields | sort |
		diff /tmp/expected - >/tmp/differ && return
	sed 's/^/# /' /tmp/differ
	return 1
}

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
