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
"""Watching charon's memory: sanitizers and valgrind, and what they report.

Only reports with the plugin in the stack count: charon and its libraries are
as the distribution made them.
"""

import glob
import os
import re
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
OURS = ("libstrongswan-redirect", "redirect-plugin/")


class Plain:
    """No watching at all."""

    part = "lab"
    variant = "plugin"
    patience = 1

    def launch(self, plugins):
        """Shell script that runs charon.

        plugins: charon's plugin directory
        """
        del plugins
        return "exec /run/lab/charon\n"

    def reports(self, logs):
        """Reports in a host's log directory that count, as texts."""
        del logs
        return []


class Sanitizers(Plain):
    """AddressSanitizer in an ordinary charon: its library is preloaded, and
    so is the plugin, which keeps it from being unloaded before leaks are
    looked for."""

    part = "memory"
    variant = "asan"
    patience = 3

    def __init__(self):
        self._libraries = [subprocess.run(
            ["gcc", f"-print-file-name={name}"], check=True,
            capture_output=True, text=True).stdout.strip()
            for name in ("libasan.so", "libubsan.so")]

    def launch(self, plugins):
        # the plugin for tests is built with sanitizers as well
        ours = " ".join(f"'{plugins}/libstrongswan-{name}.so'"
                        for name in ("redirect", "misbehave"))
        suppressions = os.path.join(HERE, "lsan.supp")
        libraries = " ".join(os.path.realpath(path)
                             for path in self._libraries)
        return (f"ours=$(ls {ours} 2> /dev/null | tr '\\n' ' ')\n"
                "[ -n \"$ours\" ] || exec /run/lab/charon\n"
                f"export LD_PRELOAD=\"{libraries} $ours\"\n"
                "export ASAN_OPTIONS=log_path=/var/log/asan:exitcode=0:"
                "fast_unwind_on_malloc=0\n"
                "export UBSAN_OPTIONS=log_path=/var/log/ubsan:"
                "print_stacktrace=1\n"
                f"export LSAN_OPTIONS=suppressions='{suppressions}':"
                "print_suppressions=0\n"
                "exec /run/lab/charon\n")

    def reports(self, logs):
        return _reports(logs, "*san.*",
                        r"\n(?=(?:Direct|Indirect) leak|==\d+==ERROR)")


class Valgrind(Plain):
    """valgrind's memcheck, with the plugin's names kept after unloading."""

    part = "memory"
    patience = 10

    def launch(self, plugins):
        plugin = os.path.join(plugins, "libstrongswan-redirect.so")
        suppressions = os.path.join(HERE, "valgrind.supp")
        return (f"[ -e '{plugin}' ] || exec /run/lab/charon\n"
                "exec valgrind --vgdb=no --leak-check=full --num-callers=40 "
                "--show-leak-kinds=definite,indirect --keep-debuginfo=yes "
                "--fullpath-after= "
                f"--suppressions='{suppressions}' "
                "--log-file=/var/log/valgrind.%p /run/lab/charon\n")

    def reports(self, logs):
        return _reports(logs, "valgrind.*", r"\n==\d+== \n")


def _reports(logs, pattern, separator):
    found = []
    for path in sorted(glob.glob(os.path.join(logs, pattern))):
        with open(path, encoding="utf-8", errors="replace") as file:
            for report in re.split(separator, file.read()):
                if any(name in report for name in OURS):
                    found.append(report.strip())
    return found
