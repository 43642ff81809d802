# shellcheck shell=bash
# Copyright (C) 2026 The strongSwan redirect plugin authors
#
# This program is free software; you can redistribute it and/or modify it
# under the terms of the GNU General Public License as published by the
# Free Software Foundation; either version 2 of the License, or (at your
# option) any later version.  See <http://www.fsf.org/copyleft/gpl.txt>.
#
# This program is distributed in the hope that it will be useful, but
# WITHOUT ANY WARRANTY; without even the implied warranty of MERCHANTABILITY
# or FITNESS FOR A PARTICULAR PURPOSE.  See the GNU General Public License
# for more details.

# What all scripts share: where things are, how to speak, logs and locks.
# To be sourced by bash scripts in scripts/ after 'set -euo pipefail'.

# the repository
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# everything that is fetched or built; may lie elsewhere
BUILD=${REDIRECT_BUILD_DIR:-$ROOT/.build}
# compilers at once
# shellcheck disable=SC2034 # used by scripts that source this
JOBS=${REDIRECT_JOBS:-2}
# 1: the output of commands goes to the screen, too
VERBOSE=${VERBOSE:-0}

mkdir -p "$BUILD/log"
BUILD=$(cd "$BUILD" && pwd)

# say WORDS: tell what is going on; never part of a result
say()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

# fail WORDS: tell what is wrong, and give up
fail()
{
	say "$*"
	exit 1
}

# usage: print the comment at the head of the script, below the licence
usage()
{
	awk '/^#/ { if (seen) print substr($0, 3); next }
		 /^$/ { if (seen) exit; if (NR > 1) seen = 1 }
		 !/^#/ && !/^$/ { exit }' "$0"
}

# logged NAME COMMAND...: run a command with its output in log/NAME.log; when it
# fails, show the end of it
logged()
{
	local name=$1 log="$BUILD/log/$1.log" status=0

	shift
	mkdir -p "${log%/*}"
	if [ "$VERBOSE" = 1 ]
	then
		"$@" < /dev/null 2>&1 | tee "$log" >&2 || status=$?
	else
		"$@" < /dev/null > "$log" 2>&1 || status=$?
	fi
	if [ "$status" != 0 ]
	then
		say "failed ($status): $name; the end of $log:"
		tail -n 15 "$log" | sed 's/^/    /' >&2
	fi
	return "$status"
}

# locked NAME COMMAND...: run a command while no other script does under that
# name; a command may be a function
locked()
{
	local name=$1

	shift
	(
		if ! flock -n 9
		then
			say "waiting for another run ($name)"
			flock 9
		fi
		# only this shell holds the lock, nothing that outlives it
		"$@" 9>&-
	) 9> "$BUILD/.$name.lock"
}
