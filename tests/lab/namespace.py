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
"""Namespaces of one host, alive as long as the process that made them.

A host is a network, mount, UTS, IPC and PID namespace without a name. Its
first process reads from a pipe that only this program holds: when this program
ends, even by SIGKILL, the pipe closes, that process ends, and the kernel takes
everything in the namespaces with it. So nothing is ever left behind.
"""

import ctypes
import os
import signal
import subprocess
import tempfile
import threading
import time

CLONE_NEWNET = 0x40000000

_libc = ctypes.CDLL(None, use_errno=True)


class CommandTimeout(Exception):
    """A command on a host did not end in time."""


class Namespaces:
    """The namespaces of one host, and the way to run commands in them."""

    def __init__(self, name, patience=1):
        """patience: how many times as long as elsewhere a command may take"""
        self.name = name
        self._patience = patience
        self._processes = set()
        self._lock = threading.Lock()
        self._anchor = subprocess.Popen(
            ["unshare", "--net", "--mount", "--uts", "--ipc", "--pid",
             "--fork", "--mount-proc", "--propagation", "private",
             "bash", "-c", 'hostname "$1" && ip link set lo up && echo ready '
             '&& read -r _', "anchor", name],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, start_new_session=True)
        if self._anchor.stdout.readline() != b"ready\n":
            error = self._anchor.stderr.read().decode().strip()
            self.close()
            raise OSError(f"cannot make namespaces for {name}: {error}")
        child = f"/proc/{self._anchor.pid}/task/{self._anchor.pid}/children"
        with open(child, encoding="ascii") as file:
            self.pid = int(file.read().split()[0])

    def enter(self, argv):
        """Command line that runs argv in these namespaces."""
        return ["nsenter", "-t", str(self.pid), "-n", "-m", "-u", "-i", "-p",
                "--"] + list(argv)

    def run(self, argv, timeout=30, env=None, stdin=None, watch=None):
        """Run a command to its end.

        What it leaves running in the background does not hold us up: output
        goes to files, not to pipes.

        env: additional environment, a dictionary
        stdin: text for its standard input
        timeout: in seconds, on a machine of ordinary speed
        watch: called now and then; the command is ended if it raises
        returns: exit status, standard output, standard error
        """
        timeout *= self._patience
        with tempfile.TemporaryFile() as out, \
                tempfile.TemporaryFile() as err, \
                tempfile.TemporaryFile() as data:
            data.write((stdin or "").encode())
            data.seek(0)
            process = self._start(argv, env, data, out, err)
            try:
                status = _wait(process, timeout, watch)
                if status is None:
                    raise CommandTimeout(
                        f"{self.name}: not finished after {timeout} s: "
                        f"{argv[-1]}")
            finally:
                if process.poll() is None:
                    process.kill()
                    process.wait()
                with self._lock:
                    self._processes.discard(process)
            out.seek(0)
            err.seek(0)
            return (status, out.read().decode(errors="replace"),
                    err.read().decode(errors="replace"))

    def _start(self, argv, env, stdin, stdout, stderr):
        process = subprocess.Popen(
            self.enter(argv), stdin=stdin, stdout=stdout, stderr=stderr,
            env={**os.environ, **(env or {})}, start_new_session=True)
        with self._lock:
            self._processes.add(process)
        return process

    def observe(self, argv, stdin=None):
        """Run a command beside the host, with its files; as run()."""
        return self.run(argv, stdin=stdin)

    def check(self, argv, stdin=None):
        """Run a command that has to succeed; returns its output."""
        status, out, err = self.run(argv, stdin=stdin)
        if status:
            raise OSError(f"{self.name}: {' '.join(argv)}: {err.strip()}")
        return out

    def check_net(self, argv, stdin):
        """Run a command that has to succeed in the network namespace only."""
        result = subprocess.run(
            ["nsenter", "-t", str(self.pid), "-n", "--"] + argv,
            input=stdin.encode(), capture_output=True, check=False,
            start_new_session=True)
        if result.returncode:
            raise OSError(f"{self.name}: {' '.join(argv)}: "
                          f"{result.stderr.decode().strip()}\n{stdin}")

    def path(self, path):
        """Path at which this program sees a file of the host."""
        return f"/proc/{self.pid}/root{path}"

    def socket(self, make):
        """Call make(), which opens a socket, in the network of the host."""
        with open("/proc/thread-self/ns/net", "rb") as own, \
                open(f"/proc/{self.pid}/ns/net", "rb") as other:
            _setns(other.fileno())
            try:
                return make()
            finally:
                _setns(own.fileno())

    def close(self):
        """End everything in the namespaces, and with it the namespaces."""
        self._anchor.stdin.close()
        self._anchor.wait()
        self._anchor.stdout.close()
        self._anchor.stderr.close()
        with self._lock:
            processes = list(self._processes)
        for process in processes:
            try:
                process.send_signal(signal.SIGKILL)
            except ProcessLookupError:
                pass


def _wait(process, timeout, watch):
    """Wait for a process; returns its status, None if it takes too long."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        try:
            return process.wait(0.25)
        except subprocess.TimeoutExpired:
            if watch:
                watch()
    return None


def _setns(descriptor):
    if _libc.setns(descriptor, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")
