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
"""IKEv2 on the wire, as lines of text that scenarios search with patterns:

IKE_SA_INIT response 0 192.168.0.1 > 192.168.0.100 spi_i=8c1b... spi_r=0
N(REDIRECT ipv4 192.168.0.2 nonce=Ni)

Written from RFC 7296, section 3, and RFC 5685, section 9, without a look at
the code that is tested with it.
"""

import ipaddress
import struct

import capture

# INVALID_MAJOR_VERSION, as gateways answer each other's probes
PROBE_ANSWER = [(41, bytes((0, 0, 0, 5)))]

EXCHANGES = {34: "IKE_SA_INIT", 35: "IKE_AUTH", 36: "CREATE_CHILD_SA",
             37: "INFORMATIONAL"}

PAYLOADS = {33: "SA", 34: "KE", 35: "IDi", 36: "IDr", 37: "CERT",
            38: "CERTREQ", 39: "AUTH", 41: "N", 42: "D", 43: "V", 46: "SK",
            53: "SKF"}

NOTIFIES = {1: "UNSUPPORTED_CRITICAL_PAYLOAD", 5: "INVALID_MAJOR_VERSION",
            7: "INVALID_SYNTAX", 14: "NO_PROPOSAL_CHOSEN",
            17: "INVALID_KE_PAYLOAD", 16388: "NAT_DETECTION_SOURCE_IP",
            16389: "NAT_DETECTION_DESTINATION_IP", 16390: "COOKIE",
            16404: "MULTIPLE_AUTH_SUPPORTED", 16406: "REDIRECT_SUPPORTED",
            16407: "REDIRECT", 16408: "REDIRECTED_FROM",
            16430: "IKEV2_FRAGMENTATION_SUPPORTED",
            16431: "SIGNATURE_HASH_ALGORITHMS"}

NONCE = 40
NOTIFY = 41
ENCRYPTED = (46, 53)
FLAG_RESPONSE = 0x20
FLAG_INITIATOR = 0x08


class Message:
    """An IKEv2 message, or an ESP packet, seen on the wire."""

    def __init__(self, time, source, destination, data):
        """data: IKE message, None for an ESP packet"""
        self.time = time
        self.source = source
        self.destination = destination
        self.data = data
        self.nonce = None
        self.exchange = "ESP"
        self.response = False
        self.payloads = []
        if data:
            self._parse_header(data)

    def _parse_header(self, data):
        self.spi_i, self.spi_r, following, _, exchange, flags, self.mid, \
            _ = struct.unpack_from("!QQBBBBII", data)
        self.exchange = EXCHANGES.get(exchange, str(exchange))
        self.response = bool(flags & FLAG_RESPONSE)
        self._walk(following, data, 28)

    def _walk(self, kind, data, offset):
        while kind and offset + 4 <= len(data):
            following, _, length = struct.unpack_from("!BBH", data, offset)
            body = data[offset + 4:offset + length]
            if length < 4 or offset + length > len(data):
                self.payloads.append(("broken", b""))
                return
            if kind == NONCE:
                self.nonce = body
            self.payloads.append((kind, body))
            if kind in ENCRYPTED:
                return
            kind, offset = following, offset + length

    def has(self, notify):
        """Whether there is a notify of that name."""
        return any(kind == NOTIFY and len(body) >= 4 and NOTIFIES.get(
            struct.unpack_from("!H", body, 2)[0]) == notify
            for kind, body in self.payloads)

    def text(self, nonces):
        """The line for this message.

        nonces: dictionary from initiator SPI to Ni of IKE_SA_INIT requests
        """
        hosts = f"{self.source} > {self.destination}"
        if not self.data:
            return f"ESP {hosts}"
        words = [self.exchange, "response" if self.response else "request",
                 str(self.mid), hosts, f"spi_i={self.spi_i:x}",
                 f"spi_r={self.spi_r:x}"]
        for kind, body in self.payloads:
            if kind == NOTIFY:
                words.append(f"N({_notify(body, nonces.get(self.spi_i))})")
            elif kind == NONCE:
                words.append("Nr" if self.response else "Ni")
            else:
                words.append(PAYLOADS.get(kind, str(kind)))
        return " ".join(words)


def _notify(body, nonce):
    if len(body) < 4:
        return "broken"
    protocol, spi_size, kind = struct.unpack_from("!BBH", body)
    text = NOTIFIES.get(kind, str(kind))
    if protocol or spi_size:
        text += f" protocol={protocol} spi_size={spi_size}"
    if text in ("REDIRECT", "REDIRECTED_FROM"):
        text += " " + _identity(body[4:], nonce)
    return text


def _identity(data, nonce):
    """Gateway identity and nonce: type, length, identity, rest."""
    if len(data) < 2 or len(data) < 2 + data[1]:
        return f"broken {data.hex()}"
    value, rest = data[2:2 + data[1]], data[2 + data[1]:]
    if data[0] == 1 and len(value) == 4:
        text = f"ipv4 {ipaddress.IPv4Address(value)}"
    elif data[0] == 2 and len(value) == 16:
        text = f"ipv6 {ipaddress.IPv6Address(value)}"
    elif data[0] == 3:
        text = f"fqdn {value.decode('ascii', 'backslashreplace')}"
    else:
        text = f"broken {data.hex()}"
    if rest:
        text += " nonce=Ni" if rest == nonce else f" nonce={rest.hex()}"
    return text


def _addresses(frame):
    """Source, destination, protocol and payload of an IP packet in an Ethernet
    frame, None for anything else."""
    kind = struct.unpack_from("!H", frame, 12)[0]
    packet = frame[14:]
    if kind == 0x0800 and len(packet) >= 20:
        length = (packet[0] & 0x0f) * 4
        total = struct.unpack_from("!H", packet, 2)[0]
        return (ipaddress.IPv4Address(packet[12:16]),
                ipaddress.IPv4Address(packet[16:20]), packet[9],
                packet[length:total])
    if kind == 0x86dd and len(packet) >= 40:
        total = 40 + struct.unpack_from("!H", packet, 4)[0]
        return (ipaddress.IPv6Address(packet[8:24]),
                ipaddress.IPv6Address(packet[24:40]), packet[6],
                packet[40:total])
    return None


def _message(time, frame):
    addresses = _addresses(frame) if len(frame) > 14 else None
    if not addresses:
        return None
    source, destination, protocol, data = addresses
    if protocol == 50:
        return Message(time, source, destination, None)
    if protocol != 17 or len(data) < 8:
        return None
    ports = struct.unpack_from("!HH", data)
    data = data[8:]
    if 4500 in ports:
        if len(data) > 8 and data[:4] != bytes(4):
            return Message(time, source, destination, None)
        data = data[4:]
    elif 500 not in ports:
        return None
    if len(data) < 28 or data[17] >> 4 != 2:
        return None
    return Message(time, source, destination, data)


def messages(path):
    """IKEv2 messages and ESP packets of a capture, in order."""
    found = []
    for time, frame in capture.read(path):
        message = _message(time, frame)
        if message and message.payloads != PROBE_ANSWER:
            found.append(message)
    return found


def lines(found, repeated=True):
    """Text of messages, a line each.

    repeated: False to leave out what is the same as an earlier message, e.g.
              retransmitted because the answer came while charon was busy
    """
    # a client that retransmits or answers a COOKIE keeps SPI and nonce
    nonces = {message.spi_i: message.nonce for message in found
              if message.nonce and not message.response}
    seen = set()
    output = []
    for message in found:
        key = (message.source, message.destination, message.data)
        if repeated or not message.data or key not in seen:
            output.append(message.text(nonces))
        seen.add(key)
    return output
