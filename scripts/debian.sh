# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Functions to download Debian packages of suites and architectures that this machine does
# not have. apt fetches and verifies them with private directories and a private list of
# sources, so that the system's configuration and dpkg are unchanged. Source this file
# after lib.sh.

DEBIAN_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# Print the address of Debian's archive, from this machine's apt. Before the first
# "apt-get update", origin and label are unknown; use an address that ends in /debian then.
debian_mirror() {
	apt-get indextargets \
		--format '$(ORIGIN)/$(LABEL) $(REPO_URI)' 'Created-By: Packages' |
	awk '$1 == "Debian/Debian" { print $2; found = 1; exit }
	     $2 ~ /\/debian\/?$/ && !guess { guess = $2 }
	     END { if (!found && guess) print guess }'
}

# Print the suite of this machine's own Debian packages.
debian_suite() {
	# shellcheck disable=SC1091 # a file of every Debian system
	(. /etc/os-release && echo "${VERSION_CODENAME:?}")
}

# debian_sources WORK SUITE - prepare the directory WORK for debian_apt.
debian_sources() {
	local uri

	[ -e "$DEBIAN_KEYRING" ] || die "$DEBIAN_KEYRING is missing: install debian-archive-keyring"
	uri=$(debian_mirror)
	[ -n "$uri" ] || die "apt has no Debian mirror"
	mkdir -p "$1/state/lists/partial" "$1/cache/archives/partial"
	echo "deb [signed-by=$DEBIAN_KEYRING] $uri $2 main" >"$1/sources.list"
}

# debian_apt WORK ARCHITECTURE COMMAND... - run apt-get with files in WORK only.
debian_apt() {
	local work=$1 architecture=$2

	shift 2
	apt-get -q \
		-o Dir::State="$work/state" -o Dir::State::status=/dev/null \
		-o Dir::Cache="$work/cache" \
		-o Dir::Etc::SourceList="$work/sources.list" \
		-o Dir::Etc::SourceParts=/dev/null \
		-o Dir::Etc::Preferences=/dev/null \
		-o Dir::Etc::PreferencesParts=/dev/null \
		-o APT::Architecture="$architecture" \
		-o APT::Architectures="$architecture" \
		-o APT::Install-Recommends=false \
		-o APT::Sandbox::User="$(id -un)" "$@"
}
