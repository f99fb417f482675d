# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Places and habits that the shell scripts share. To be sourced.

set -euo pipefail

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
BUILD=$TOP/build
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/pkram
JOBS=${JOBS:-$(nproc)}
export TOP BUILD CACHE JOBS

# What the outer make was told is not for the makes that the scripts call.
unset MAKEFLAGS MFLAGS MAKELEVEL

mkdir -p "$BUILD/log" "$CACHE"

# Progress and complaints go to stderr; stdout is for results.
say() { echo "$*" >&2; }
die() { echo "${0##*/}: $*" >&2; exit 1; }

# One at a time in this checkout. The lock is inherited by what we call, so
# that a script holding it may run another one that asks for it too.
lock() {
	[ -z "${PKRAM_LOCKED:-}" ] || return 0
	exec 9>"$BUILD/.lock"
	if ! flock -n 9; then
		say "waiting for another build in $BUILD"
		flock 9
	fi
	export PKRAM_LOCKED=1
}

elapsed() { printf '%d:%02d' $(($1 / 60)) $(($1 % 60)); }
