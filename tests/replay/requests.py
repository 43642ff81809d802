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
"""IKE_SA_INIT requests, sound and odd, and those of a capture."""

import struct

SA, KE, NONCE, NOTIFY, VENDOR = 33, 34, 40, 41, 43
COOKIE, REDIRECT_SUPPORTED, REDIRECTED_FROM = 16390, 16406, 16408
NAT_SOURCE, NAT_DESTINATION = 16388, 16389
FRAGMENTATION, HASH_ALGORITHMS = 16430, 16431

HEADER = 28

# ENCR_AES_CBC 256, PRF and AUTH HMAC_SHA2_256, CURVE_25519
PROPOSAL = bytes.fromhex(
    "0000002c01010004" "0300000c0100000c800e0100" "030000080300000c"
    "0300000802000005" "000000080400001f")


def notify(kind, data=b""):
    """A notify payload."""
    return NOTIFY, struct.pack(">BBH", 0, 0, kind) + data


def core(nonce=b"\xa5" * 32):
    """Payloads that every request has."""
    return [(SA, PROPOSAL), (KE, struct.pack(">HH", 31, 0) + b"\x5a" * 32),
            (NONCE, nonce)]


SUPPORTED = notify(REDIRECT_SUPPORTED)


def message(payloads):
    """A message of payloads: pairs of type and body. The initiator SPI is
    zero, send() of the replay fills in one that is not used elsewhere."""
    body = b""
    types = [kind for kind, _ in payloads] + [0]
    for following, (_, data) in zip(types[1:], payloads):
        body += struct.pack(">BBH", following, 0, 4 + len(data)) + data
    return bytes(16) + struct.pack(">BBBBII", types[0], 0x20, 34, 0x08, 0,
                                   HEADER + len(body)) + body


def typical():
    """A request as strongSwan sends it."""
    return message(core() + [
        notify(NAT_SOURCE, b"\1" * 20), notify(NAT_DESTINATION, b"\2" * 20),
        notify(FRAGMENTATION), notify(HASH_ALGORITHMS, b"\0\2\0\3\0\4\0\5"),
        SUPPORTED])


def sound():
    """Requests that are right, one way or the other."""
    yield "typical", typical()
    yield "no support", message(core())
    for length in (16, 17, 31, 32, 33, 64, 255, 256):
        yield (f"nonce of {length}",
               message(core(bytes(range(256))[:length]) + [SUPPORTED]))
    yield "support first", message([SUPPORTED] + core())
    yield "vendor IDs", message(core() + [SUPPORTED, (VENDOR, b"carol"),
                                          (VENDOR, b"")])
    yield "cookie", message([notify(COOKIE, b"\7" * 24)] + core() + [SUPPORTED])
    yield "unknown payload", message(core() + [SUPPORTED, (200, b"what?")])
    yield "unknown notify", message(core() + [SUPPORTED, notify(40960, b"x")])
    for label, data in (("IPv4", b"\1\4\xc6\x33\x64\7"),
                        ("IPv6", b"\2\x10\x20\1\x0d\xb8" + bytes(11) + b"\7")):
        yield f"redirected from {label}", message(
            core() + [notify(REDIRECTED_FROM, data)])
        yield f"redirected from {label}, and support", message(
            core() + [SUPPORTED, notify(REDIRECTED_FROM, data)])


def odd():
    """Requests that are wrong in ways a peer may be wrong."""
    for length in (0, 1, 15, 257, 300):
        yield (f"nonce of {length}",
               message(core(b"\xa5" * length) + [SUPPORTED]))
    yield "no nonce", message(core()[:2] + [SUPPORTED])
    yield "two nonces", message(core() + [core()[2], SUPPORTED])
    yield "no KE", message([core()[0], core()[2], SUPPORTED])
    yield "no SA", message(core()[1:] + [SUPPORTED])
    yield "support with data", message(core() + [notify(REDIRECT_SUPPORTED,
                                                        b"yes")])
    yield "support twice", message(core() + [SUPPORTED, SUPPORTED])
    for label, data in (("nothing", b""), ("a name", b"\3\3sun"),
                        ("a short address", b"\1\3\xc6\x33\x64"),
                        ("a long address", b"\1\4\xc6\x33\x64\7\7"),
                        ("nowhere", b"\1\4\0\0\0\0")):
        yield f"redirected from {label}", message(
            core() + [notify(REDIRECTED_FROM, data)])
    for name, position, value in (
            ("version 3", 17, 0x30), ("version 2.1", 17, 0x21),
            ("response", 19, 0x28), ("not the initiator", 19, 0),
            ("message ID 1", 23, 1), ("responder SPI", 8, 1),
            ("IKE_AUTH", 18, 35), ("INFORMATIONAL", 18, 37)):
        data = bytearray(typical())
        data[position] = value
        yield name, bytes(data)
    yield "too long", typical() + b"\0"


def truncated():
    """A request that ends too early, anywhere, with and without a length in
    its header that fits."""
    whole = typical()
    for length in range(HEADER, len(whole)):
        yield f"{length} octets", whole[:length]
        yield (f"{length} octets, length to fit",
               whole[:24] + struct.pack(">I", length) + whole[HEADER:length])


def flipped():
    """A request with one bit wrong, in headers of message and payloads."""
    whole = typical()
    positions = list(range(8, HEADER))
    start, kind = HEADER, whole[16]
    while kind:
        following, length = whole[start], struct.unpack_from(
            ">H", whole, start + 2)[0]
        positions += range(start, start + (8 if kind in (KE, NOTIFY) else 4))
        start, kind = start + length, following
    for position in positions:
        for bit in range(8):
            data = bytearray(whole)
            data[position] ^= 1 << bit
            yield f"octet {position}, bit {bit}", bytes(data)


def of_capture(path):
    """IKE_SA_INIT requests in a capture in pcap format, of Ethernet."""
    with open(path, "rb") as file:
        data = file.read()
    order = {b"\xd4\xc3\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">",
             b"\x4d\x3c\xb2\xa1": "<", b"\xa1\xb2\x3c\x4d": ">"}.get(data[:4])
    if not order:
        raise ValueError(f"{path} is not in pcap format")
    position = 24
    while position + 16 <= len(data):
        length = struct.unpack_from(order + "I", data, position + 8)[0]
        found = _ike_of_frame(data[position + 16:position + 16 + length])
        position += 16 + length
        if found:
            yield f"octet {position} of {path}", found


def _ike_of_frame(frame):
    """The IKE_SA_INIT request in an Ethernet frame, None if there is none."""
    kind = frame[12:14]
    if kind == b"\x08\x00" and frame[23:24] == b"\x11":
        udp = 14 + (frame[14] & 0x0f) * 4
    elif kind == b"\x86\xdd" and frame[20:21] == b"\x11":
        udp = 54
    else:
        return None
    data = frame[udp + 8:]
    if data[:4] == bytes(4):
        data = data[4:]
    if len(data) < HEADER or data[17:20] != b"\x20\x22\x08":
        return None
    return data
