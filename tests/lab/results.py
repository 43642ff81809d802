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
"""Result lines for scripts: results/PART.tsv in the build area."""

import os


class Results:
    """One line a scenario: kind, name, charon version, result, seconds."""

    def __init__(self, directory, part):
        """part: lab, or memory if memory is watched"""
        os.makedirs(directory, exist_ok=True)
        self._path = os.path.join(directory, part + ".tsv")
        with open(self._path, "w", encoding="utf-8"):
            pass

    def add(self, name, version, good, seconds):
        """Append a result.

        name: scenario's folder below tests/scenarios
        version: as version() gives it
        """
        with open(self._path, "a", encoding="utf-8") as file:
            file.write("\t".join(("scenario", name, version,
                                  "PASS" if good else "FAIL",
                                  f"{seconds:.1f}")) + "\n")


def version(gateways, clients):
    """Name of the charon versions of a scenario: 5.9.8, or
    gateway=5.9.8,client=6.1.0 where they differ."""
    gateways, clients = sorted(set(gateways)), sorted(set(clients))
    if len(set(gateways + clients)) == 1:
        return (gateways + clients)[0]
    return ",".join([f"gateway={one}" for one in gateways] +
                    [f"client={one}" for one in clients])
