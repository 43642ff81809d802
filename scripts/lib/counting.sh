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

# What a part of the check passed and failed, in $passed and $failed; needs a directory $WORK.

# one WHAT STATUS: count one thing that was done, by its exit status
one()
{
	if [ "$2" = 0 ]
	then
		echo "PASS $1"
		passed=$((passed + 1))
	else
		echo "FAIL $1"
		failed=$((failed + 1))
	fi
}

# tried WHAT COMMAND...: run a command that is one thing, and count it
tried()
{
	local what=$1 status=0

	shift
	"$@" || status=1
	one "$what" "$status"
}

# summed NAME COMMAND...: run a command that ends with "N passed, N failed", and
# count what it says; that it fails must agree with it
summed()
{
	local name=$1 output=$WORK/$1.out status=0 last

	shift
	"$@" 2>&1 | tee "$output" || status=$?
	last=$(tail -n 1 "$output")
	if [[ $last =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed ]] &&
		{ [ "$status" = 0 ] || [ "${BASH_REMATCH[2]}" -gt 0 ]; }
	then
		passed=$((passed + BASH_REMATCH[1]))
		failed=$((failed + BASH_REMATCH[2]))
	else
		one "$name: exit status $status without a count of failures" 1
	fi
}
