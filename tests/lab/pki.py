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
"""Keys and certificates of the hosts, made at run time.

Every certificate names its host; those of gateways also carry the name that
all gateways of the cluster share, vpn.strongswan.org. A client asks for that
name only, so every gateway that it is redirected to fits its configuration
(RFC 5685, section 3: same PAD entry, R3-11).
"""

import fcntl
import os
import shutil
import subprocess
import time

from hosts import DOMAIN

CLUSTER = f"vpn.{DOMAIN}"
DEFAULT_CA = "strongswan"
# days a certificate is valid
DAYS = 30


class Authority:
    """A directory with CAs and host certificates, filled on demand.

    Several runs may share the directory, a lock file keeps them apart.
    """

    def __init__(self, directory):
        self._directory = directory
        os.makedirs(directory, exist_ok=True)

    def _path(self, name):
        return os.path.join(self._directory, name)

    def _openssl(self, arguments):
        result = subprocess.run(["openssl"] + arguments, check=False,
                                capture_output=True, start_new_session=True)
        if result.returncode:
            raise OSError(f"openssl {' '.join(arguments)}: "
                          f"{result.stderr.decode().strip()}")

    def _make(self, name, subject, extensions, issuer=None):
        """Make NAMEKey.pem and NAMECert.pem, complete or not at all."""
        key, certificate = self._path(name + "Key"), self._path(name + "Cert")
        arguments = ["req", "-x509", "-newkey", "ec", "-pkeyopt",
                     "ec_paramgen_curve:P-256", "-sha256", "-noenc",
                     "-config", "/dev/null", "-days", str(DAYS),
                     "-subj", f"/C=CH/O=strongSwan redirect lab/CN={subject}",
                     "-keyout", key + ".new", "-out", certificate + ".new"]
        for extension in extensions:
            arguments += ["-addext", extension]
        if issuer:
            arguments += ["-CA", self._path(issuer + "Cert.pem"),
                          "-CAkey", self._path(issuer + "Key.pem")]
        self._openssl(arguments)
        os.rename(key + ".new", key + ".pem")
        os.rename(certificate + ".new", certificate + ".pem")

    def _is_good(self, name):
        """Whether a certificate exists and stays valid for the next day."""
        path = self._path(name + "Cert.pem")
        return os.path.exists(path) and \
            time.time() - os.path.getmtime(path) < (DAYS - 1) * 86400

    def _lock(self):
        """File that is locked until it is closed."""
        lock = open(self._path("lock"), "w", encoding="ascii")
        fcntl.flock(lock, fcntl.LOCK_EX)
        return lock

    def _found(self, issuer):
        """Make a CA, unless there is a good one."""
        if not self._is_good("ca-" + issuer):
            for name in os.listdir(self._directory):
                if name.startswith(issuer + "-"):
                    os.remove(self._path(name))
            self._make("ca-" + issuer, f"{issuer} CA",
                       ["basicConstraints=critical,CA:TRUE",
                        "keyUsage=keyCertSign,cRLSign"])

    def _issue(self, host, gateway, issuer):
        self._found(issuer)
        name = f"{issuer}-{host}"
        if not self._is_good(name):
            if gateway:
                subject = f"{host}.{DOMAIN}"
                names = f"DNS:{subject},DNS:{CLUSTER}"
            else:
                subject = f"{host}@{DOMAIN}"
                names = f"email:{subject}"
            self._make(name, subject, ["basicConstraints=CA:FALSE",
                                       f"subjectAltName={names}"],
                       "ca-" + issuer)

    def install(self, host, gateway, issuer, swanctl):
        """Put a host's key and certificate below its /etc/swanctl.

        gateway: True for a certificate with the name of the cluster
        issuer: name of the CA, made if there is none of that name
        swanctl: directory, with x509 and private below
        """
        with self._lock():
            self._issue(host, gateway, issuer)
        for kind, suffix in (("x509", "Cert"), ("private", "Key")):
            shutil.copy(self._path(f"{issuer}-{host}{suffix}.pem"),
                        os.path.join(swanctl, kind, f"{host}{suffix}.pem"))

    def trust(self, issuer, swanctl):
        """Put the certificate of a CA below a host's /etc/swanctl."""
        with self._lock():
            self._found(issuer)
        shutil.copy(self._path(f"ca-{issuer}Cert.pem"),
                    os.path.join(swanctl, "x509ca", f"{issuer}Cert.pem"))
