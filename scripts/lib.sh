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

# Do not pass the flags of the outer make to the makes that the scripts call.
unset MAKEFLAGS MFLAGS MAKELEVEL

mkdir -p "$BUILD/log" "$CACHE"

# Progress and complaints go to stderr; stdout is for results.
say() { echo "$*" >&2; }
die() { echo "${0##*/}: $*" >&2; exit 1; }

# lock NAME - one at a time in this checkout, until the script ends.
lock() {
	exec 9>"$BUILD/.lock-$1"
	if ! flock -n 9; then
		say "waiting: another ${0##*/} is at work in $BUILD"
		flock 9
	fi
}

elapsed() { printf '%d:%02d' $(($1 / 60)) $(($1 % 60)); }
