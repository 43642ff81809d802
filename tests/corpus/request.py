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

"""IKE_SA_INIT requests as a client sends them, RFC 7296, for tests to spoil."""

import struct

SPI = bytes.fromhex("c1c1c1c1c1c1c1c1")
NONCE = bytes(range(32))

SA, KE, NONCE_PAYLOAD, NOTIFY, VENDOR_ID = 33, 34, 40, 41, 43
COOKIE, NAT_DETECTION_SOURCE_IP, SIGNATURE_HASHES = 16390, 16388, 16431

IKE_SA_INIT = 34
INITIATOR, RESPONSE = 0x08, 0x20
CURVE25519 = 31

# AES-CBC-128, HMAC-SHA2-256, PRF-HMAC-SHA2-256 and, as second proposal,
# AES-GCM-128, PRF-HMAC-SHA2-256, both with Curve25519
PROPOSALS = bytes.fromhex(
    "0200002c01010004" "0300000c0100000c800e0080" "030000080300000c"
    "0300000802000005" "000000080400001f"
    "0000002402010003" "0300000c01000014800e0080"
    "0300000802000005" "000000080400001f")


def payload(kind, data):
    """A payload, not knowing yet what follows it."""
    return kind, data


def notify(kind, data=b"", protocol=0, spi=b""):
    """A notify payload."""
    return payload(NOTIFY, struct.pack("!BBH", protocol, len(spi), kind) +
                   spi + data)


def core(nonce=NONCE):
    """What every request has."""
    return [payload(SA, PROPOSALS),
            payload(KE, struct.pack("!HH", CURVE25519, 0) + b"\x5a" * 32),
            payload(NONCE_PAYLOAD, nonce)]


def message(payloads, spi=SPI):
    """A request with these payloads."""
    body = b""
    for i, (_, data) in enumerate(payloads):
        following = payloads[i + 1][0] if i + 1 < len(payloads) else 0
        body += struct.pack("!BBH", following, 0, 4 + len(data)) + data
    return spi + struct.pack("!QBBBBII", 0, payloads[0][0], 0x20, IKE_SA_INIT,
                             INITIATOR, 0, 28 + len(body)) + body
