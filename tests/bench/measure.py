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
"""Measures, and what is made of several rounds of them."""

import os
import statistics
import subprocess

import network


class WrongAnswer(Exception):
    """A gateway gave an answer that it must not give."""


def parse(line):
    """The key=value pairs of a line, numbers as float."""
    return {key: float(value) for key, value in
            (pair.split("=") for pair in line.split())}


class Load:
    """Loads gateways with IKE_SA_INIT requests."""

    def __init__(self, net, programs):
        self._net = net
        self._program = os.path.join(programs, "ike_load")

    def command(self, gateway, *arguments):
        """Command line that loads a gateway; by AF_XDP if the kernel's threads
        that receive for it can be counted."""
        place = gateway.place
        if place.receivers:
            arguments = (*arguments, "--interface", place.interface, "--macs",
                         f"{place.load_mac},{place.mac}")
            for pid in place.receivers:
                arguments = (*arguments, "--pid", str(pid))
        if gateway.target:
            arguments = ("--gateway", gateway.target, *arguments)
        return ["nsenter", "-t", str(self._net.load.pid), "-n", "--",
                *network.pinned(network.LOAD_CPU, [
                    self._program, "--sources", network.SOURCES,
                    "--pid", str(gateway.pid),
                    *arguments, gateway.place.address, "500"])]

    def measure(self, gateway, *arguments):
        """Load a gateway for a while; returns what ike_load tells."""
        result = subprocess.run(self.command(gateway, *arguments), check=False,
                                capture_output=True, text=True)
        if result.returncode:
            raise OSError(f"{gateway.name} cannot be loaded: {result.stderr}")
        values = parse(result.stdout)
        wrong = {key: values[key] for key in
                 ("bad_nonce", "bad_redirect", "broken", "cookies", "notifies")
                 if values[key]}
        if wrong:
            raise WrongAnswer(f"{gateway.name}: {wrong}")
        return values

    def start(self, gateway, *arguments):
        """Load a gateway in the background."""
        return subprocess.Popen(self.command(gateway, *arguments),
                                stdout=subprocess.PIPE, text=True)


def median(rounds, key):
    """Median of a value over the rounds."""
    return statistics.median(one[key] for one in rounds)


def median_ratio(a, b, key):
    """Median of the ratios of a value, round by round: neighbours in time
    suffer from the same noise."""
    return statistics.median(x[key] / y[key] for x, y in zip(a, b) if y[key])


def cpu_advantage(a, b):
    """How many times less CPU a redirect takes with a than with b. Says the
    same as rates do on an idle machine, where each has a CPU for itself."""
    return median_ratio(b, a, "cpu_us")


def table(head, rows):
    """Print a table: first column to the left, the others to the right."""
    widths = [max(len(row[i]) for row in [head] + rows)
              for i in range(len(head))]
    for row in [head] + rows:
        print("  ".join([row[0].ljust(widths[0])] +
                        [cell.rjust(width) for cell, width in
                         zip(row[1:], widths[1:])]))
    print(flush=True)


def bar(text, value, limit, at_least=True):
    """Print a ratio next to its bar; returns whether it is met."""
    met = value >= limit if at_least else value <= limit
    print(f"{text}: {value:.4g} (bar: at {'least' if at_least else 'most'} "
          f"{limit:g}, {'met' if met else 'MISSED'})", flush=True)
    return met
