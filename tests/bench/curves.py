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
"""Curves: numbers out of tables, and one picture of them by gnuplot."""

import os
import shutil
import subprocess

PICTURE = r"""
set terminal svg size 900,700 noenhanced background "white"
set output "{path}"
set multiplot layout 2,2
set logscale x
set grid
set key top left
set yrange [0:*]
set ylabel "CPU, us"
set xlabel "gateways, rules"
set title "a decision"
plot $decisions using 1:2 with linespoints title "of gateways", \
     $decisions using 1:3 with linespoints title "of rules"
set xlabel "sessions"
set title "a session"
plot $sessions using 1:2 with linespoints title "to look for", \
     $sessions using 1:3 with linespoints title "to list"
set ylabel "octets"
set title "memory of a session"
plot $sessions using 1:4 with linespoints notitle
unset logscale x
set ylabel "CPU, us"
set xlabel "queues"
set xtics 1
set title "a redirect by AF_XDP"
plot $queues using 1:2 with linespoints notitle
"""


def numbers(text):
    """The rows of a table that consist of a label and numbers."""
    rows = []
    for line in text.splitlines():
        cells = [cell for cell in line.split() if _is_number(cell)]
        if len(cells) > 1:
            rows.append([float(cell) for cell in cells])
    return rows


def _is_number(cell):
    try:
        float(cell)
    except ValueError:
        return False
    return True


def draw(directory, decisions, sessions, queues):
    """Draw all curves in one SVG; returns its path, None without gnuplot."""
    if not shutil.which("gnuplot"):
        return None
    os.makedirs(directory, exist_ok=True)
    path = os.path.join(directory, "curves.svg")
    data = "".join(
        f"${name} << END\n" + "".join(
            " ".join(f"{value:g}" for value in row) + "\n" for row in rows) +
        "END\n"
        for name, rows in (("decisions", decisions), ("sessions", sessions),
                           ("queues", queues)))
    subprocess.run(["gnuplot"], input=data + PICTURE.format(path=path),
                   text=True, check=True)
    return path
