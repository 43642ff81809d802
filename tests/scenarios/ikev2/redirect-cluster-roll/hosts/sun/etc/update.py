#!/usr/bin/env python3
"""Stands in for ssh: update.py serve runs this host's update when it is told to
by update.py on another, which ends with the exit status of it."""

import os
import socket
import subprocess
import sys

if sys.argv[1:] == ["serve"]:
    with socket.create_server(("0.0.0.0", 10022)) as server:
        while True:
            client, _ = server.accept()
            with client:
                done = subprocess.run(["systemctl", "restart", "strongswan"],
                                      check=False)
                client.sendall(b"%d" % done.returncode)
with socket.create_connection((os.environ["REDIRECT_ADDRESS"], 10022)) as peer:
    sys.exit(int(peer.recv(8) or 1))
