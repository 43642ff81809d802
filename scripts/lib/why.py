#!/usr/bin/env python3
#
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
#
"""Tell why parts of the check failed, in few lines: why.py LOG...

All lines together fit where only the end of an output is kept.
"""

import itertools
import re
import sys

# failures that are told, lines of each, and of all together
FAILURES, LINES, ALL = 5, 6, 18
# columns of a line
WIDTH = 200
TELLING = re.compile(r"FAIL: |error|ERROR|not ok|\*\*\*|Traceback|expected|No rule")


def failures(log):
    """Each failure of a log: its FAIL line, and what it says of it.

    What is indented below the line tells why, up to the next that is indented
    as the first one: a scenario goes on with the next expectation there.
    >>> failures(["FAIL a", "  x:1: moon# ls", "    expected: 'y'", "  x:2: sun# ls"])
    [('FAIL a', ['  x:1: moon# ls', "    expected: 'y'"])]

    With nothing there it is the lines above, since the last result.
    >>> failures(["PASS a", "b.c:7: error: c", "make: gone", "FAIL b", "FAIL c"])
    [('FAIL b', ['b.c:7: error: c']), ('FAIL c', [])]
    """
    found = []
    above = 0
    for number, line in enumerate(log):
        if not re.match(r"(FAIL|PASS) ", line):
            continue
        if line.startswith("FAIL"):
            below = list(itertools.takewhile(lambda one: one.startswith(" "),
                                             log[number + 1:]))
            before = log[above:number]
            found.append((line, first_reason(below) if below else
                          [one for one in before if TELLING.search(one)] or
                          before[-LINES:]))
        above = number + 1
    return found


def first_reason(lines):
    """Lines up to the next that is indented as the first."""
    indent = len(lines[0]) - len(lines[0].lstrip())
    return lines[:1] + list(itertools.takewhile(
        lambda one: one[:indent + 1].isspace(), lines[1:]))


def shortened(lines, count):
    """The first two of lines, and the last ones: output ends with what matters.

    >>> shortened(["a", "b", "c", "d", "e"], 4)
    ['a', 'b', 'd', 'e']
    """
    if len(lines) <= count:
        return lines
    return lines[:min(2, count)] + lines[len(lines) - max(0, count - 2):]


def tell(found):
    """What is printed of all failures.

    >>> len(tell([("FAIL a", ["  b"] * 9)] * 7)) <= ALL
    True
    >>> tell([("FAIL a", ["  b", "    expected: c"])])
    ['FAIL a', '  b', '    expected: c']
    """
    told = found[:FAILURES]
    rest = len(found) - len(told)
    lines = []
    for line, why in told:
        room = min(LINES, (ALL - bool(rest)) // len(told)) - 1
        lines += [line] + shortened([one if one.startswith(" ") else "  " + one
                                     for one in why if one.strip()], room)
    if rest:
        lines.append(f"and {rest} more")
    return [line[:WIDTH] for line in lines]


def main():
    """Tell of the logs that are named."""
    found = []
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8", errors="replace") as file:
            found += failures(file.read().splitlines())
    print("\n".join(tell(found)))


if __name__ == "__main__":
    main()
