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

"""A daemon that answers redirectctl as it is told, and what tests of redirectctl
have in common. They run in the directory of a build, beside redirectctl."""

import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import unittest

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
PROGRAM = os.path.abspath("../../src/redirectctl/redirectctl")
REQUEST, RESPONSE, UNKNOWN, REGISTER, _, CONFIRM, NO_EVENT, EVENT = range(8)
RUNNING = {"success": "yes", "state": "running", "run": "7", "partial": "no",
           "total": "3", "left": "3", "rate": "1", "asked": "1",
           "outcomes": {"followed": "0"}, "stuck": {}}


def encode(message):
    """Octets of a VICI message."""
    octets = b""
    for key, value in message.items():
        name = bytes([len(key)]) + key.encode()
        if isinstance(value, dict):
            octets += b"\x01" + name + encode(value) + b"\x02"
        elif isinstance(value, list):
            items = b"".join(b"\x05" + struct.pack(">H", len(item.encode())) +
                             item.encode() for item in value)
            octets += b"\x04" + name + items + b"\x06"
        else:
            value = value if isinstance(value, bytes) else value.encode()
            octets += b"\x03" + name + struct.pack(">H", len(value)) + value
    return octets


def decode(octets):
    """A VICI message of octets."""
    stack, at, items = [{}], 0, None
    while at < len(octets):
        kind, at = octets[at], at + 1
        if kind in (1, 3, 4):
            name = octets[at + 1:at + 1 + octets[at]].decode()
            at += 1 + octets[at]
        if kind == 1:
            stack[-1][name] = {}
            stack.append(stack[-1][name])
        elif kind == 2:
            stack.pop()
        elif kind == 4:
            items = stack[-1][name] = []
        elif kind in (3, 5):
            length = struct.unpack(">H", octets[at:at + 2])[0]
            value = octets[at + 2:at + 2 + length].decode()
            at += 2 + length
            if kind == 3:
                stack[-1][name] = value
            else:
                items.append(value)
    return stack[0]


class Daemon(threading.Thread):
    """Answers commands: a message, messages with the event they stream, or a
    function that has these; followed sends events after an answer."""

    def __init__(self, answers, event=None, followed=()):
        super().__init__(daemon=True)
        self.directory = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.directory.name, "socket")
        self.answers = answers
        self.event = event
        self.followed = followed
        self.requests = []
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(self.path)
        self.socket.listen(8)
        self.start()

    def run(self):
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,),
                             daemon=True).start()

    @staticmethod
    def send(client, operation, octets, name=None):
        """Send a message."""
        head = bytes([operation])
        if name:
            head += bytes([len(name)]) + name.encode()
        client.sendall(struct.pack(">I", len(head + octets)) + head + octets)

    def serve(self, client):
        """Answer a client until it is gone."""
        try:
            while True:
                head = client.recv(4, socket.MSG_WAITALL)
                if len(head) < 4:
                    return
                octets = client.recv(struct.unpack(">I", head)[0],
                                     socket.MSG_WAITALL)
                name = octets[2:2 + octets[1]].decode()
                if octets[0] == REGISTER:
                    self.send(client, CONFIRM, b"")
                    continue
                self.requests.append((name, decode(octets[2 + octets[1]:])))
                self.answer(client, name)
        except OSError:
            pass
        finally:
            client.close()

    def answer(self, client, name):
        """Answer a command."""
        answer = self.answers.get(name)
        if answer is None:
            self.send(client, UNKNOWN, b"")
            return
        if callable(answer):
            answer = answer(self.requests[-1][1])
        if isinstance(answer, list):
            for message in answer:
                self.send(client, EVENT, encode(message), self.event)
            answer = {"success": "yes"}
        self.send(client, RESPONSE, encode(answer))
        for message in self.followed:
            self.send(client, EVENT, encode(message), "drain-progress")


class Redirectctl(unittest.TestCase):
    """Calls redirectctl."""

    def call(self, daemon, *arguments):
        """Call it; returns exit code, output and complaints."""
        done = subprocess.run(
            [PROGRAM, "--uri", daemon.path if daemon else "/nowhere/socket",
             *arguments], stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=60, check=False)
        return done.returncode, done.stdout, done.stderr


def main():
    """Run all tests of the program and report in TAP, as those with Check do."""
    program = sys.modules["__main__"]
    result = unittest.TextTestRunner(verbosity=2, stream=sys.stdout).run(
        unittest.defaultTestLoader.loadTestsFromModule(program))
    failed = {str(test).split()[0] for test, _
              in result.failures + result.errors}
    names = sorted(name for kind in vars(program).values()
                   if isinstance(kind, type) and issubclass(kind, Redirectctl)
                   for name in vars(kind) if name.startswith("test_"))
    tap = os.environ.get("CK_TAP_LOG_FILE_NAME")
    if tap:
        with open(tap, "w", encoding="utf-8") as file:
            file.write(f"1..{len(names)}\n")
            for number, name in enumerate(names, 1):
                file.write("%sok %d - %s:redirectctl:%s: %s\n" % (
                    "not " if name in failed else "", number,
                    os.path.abspath(program.__file__), name[len("test_"):],
                    "Failed" if name in failed else "Passed"))
    return 0 if result.wasSuccessful() else 1
