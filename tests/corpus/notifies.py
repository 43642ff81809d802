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

"""Reads tests/corpus/notifies, whose head describes the columns."""

import os
import re

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "notifies")

TYPES = {"REDIRECT_SUPPORTED": 16406, "REDIRECT": 16407, "REDIRECTED_FROM": 16408}


def decode(text, nonce=b""):
    """Octets of hex text with repetitions; Ni stands for the nonce."""
    octets = b""
    for word in text.split():
        if word == "Ni":
            octets += nonce
            continue
        if not re.fullmatch(r"([0-9a-f]{2}(\{\d+\})?)+", word):
            raise ValueError(f"no hex octets: {word}")
        for pair, count in re.findall(r"([0-9a-f]{2})(?:\{(\d+)\})?", word):
            octets += bytes.fromhex(pair) * int(count or 1)
    return octets


class Case:
    """One line of the file."""

    def __init__(self, line):
        (self.name, self.notify, places, protocol, spi, self.verdict,
         self.text) = line.split(None, 6)
        self.type = TYPES[self.notify]
        self.places = places.split(",")
        self.protocol = int(protocol)
        self.spi = b"" if spi == "-" else bytes.fromhex(spi)
        if self.text == "-":
            self.text = ""

    def data(self, nonce=b""):
        """Notification data; give the nonce in an IKE_SA_INIT response."""
        return decode(self.text, nonce)


def load(path=PATH):
    """All cases, in the order of the file."""
    with open(path, encoding="ascii") as file:
        return [Case(line.strip()) for line in file
                if line.strip() and not line.startswith("#")]
