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
"""Packet capture of one interface.

The kernel keeps the packets in the socket's buffer until they are wanted, so
that a look at them sees everything that passed before it, without waiting.
"""

import socket
import struct

ETH_P_ALL = 3
SO_RCVBUFFORCE = 33
SO_TIMESTAMPNS = 35
SOL_PACKET = 263
PACKET_STATISTICS = 6
BUFFER = 64 * 1024 * 1024

PCAP_HEADER = struct.pack("=IHHiIII", 0xa1b23c4d, 2, 4, 0, 0, 262144, 1)


class Capture:
    """Captures an interface of a host into a pcap file."""

    def __init__(self, namespaces, interface, path):
        """path: file outside that receives the packets"""
        self.path = path
        self._lost = 0
        self._socket = namespaces.socket(lambda: _open(interface))
        with open(path, "wb") as file:
            file.write(PCAP_HEADER)

    def update(self):
        """Write what came since the last call.

        returns: number of packets that the kernel could not keep, ever
        """
        with open(self.path, "ab") as file:
            while self._socket:
                try:
                    data, ancillary, _, _ = self._socket.recvmsg(
                        262144, 256, socket.MSG_DONTWAIT)
                except BlockingIOError:
                    break
                seconds, nanoseconds = _timestamp(ancillary)
                file.write(struct.pack("=IIII", seconds, nanoseconds,
                                       len(data), len(data)) + data)
            if self._socket:
                counts = self._socket.getsockopt(SOL_PACKET,
                                                 PACKET_STATISTICS, 8)
                self._lost += struct.unpack("=II", counts)[1]
        return self._lost

    def close(self):
        """Write what is left and stop."""
        if self._socket:
            self.update()
            self._socket.close()
            self._socket = None


def _open(interface):
    # bind before anything else can be queued from other interfaces
    packets = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    packets.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER)
    packets.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    packets.bind((interface, ETH_P_ALL))
    return packets


def _timestamp(ancillary):
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS:
            return struct.unpack("=qq", data[:16])
    return 0, 0


def read(path):
    """Packets of a capture: pairs of time in seconds and Ethernet frame."""
    packets = []
    with open(path, "rb") as file:
        data = file.read()
    offset = len(PCAP_HEADER)
    while offset + 16 <= len(data):
        seconds, nanoseconds, length, _ = struct.unpack_from("=IIII", data,
                                                             offset)
        offset += 16
        packets.append((seconds + nanoseconds / 1e9,
                        data[offset:offset + length]))
        offset += length
    return packets
