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
"""Which IKE_SAs of a client are one too many, read from its log."""

import re
import time

DAY = 24 * 60 * 60


class Lineage:
    """What followed what on a client.

    A client without the plugin may have IKE_SAs besides the one it should have, by
    holes of its core (docs/upstream.md): it does not delete the IKE_SA it was
    redirected in if that was rekeyed while it followed, and it begins another one if
    it is told again, or that is closed, meanwhile. What begins when such an IKE_SA
    ends is one too many as well.

    extra: their numbers, as charon logs them
    """

    def __init__(self, log):
        """log: a charon's, level 2 for IKE, with the time of day and connections"""
        self.extra = self._find(log)
        self._two = list(self._times(log))

    @staticmethod
    def _find(log):
        newest = {}     # the last one that another began
        following = {}  # one that follows: where it comes from, rekeyed or not
        extra = set()
        for one, begun, task, rekeyed in re.findall(
                r"<home\|(\d+)> +(?:initiating IKE_SA home\[(\d+)\]|"
                r"(queueing|activating) IKE_REAUTH_COMPLETE task|"
                r"IKE_SA home\[(\d+)\] rekeyed between)", log):
            if begun and begun != one:
                newest[one] = begun
                extra |= {other for other, known in following.items()
                          if one in known}
                if one in extra:
                    extra.add(begun)
            elif rekeyed:
                for known in [extra, *following.values()]:
                    if one in known:
                        known.add(rekeyed)
            elif task == "queueing" and one in newest:
                following[newest[one]] = {one}
            elif task == "activating":
                known = following.pop(one, set())
                if len(known) > 1:
                    extra |= known
        return extra

    def _times(self, log):
        """From when to when one that is too many was established beside another, in
        seconds of the day."""
        established = set()
        begun = None
        for hours, minutes, seconds, one, before, after in re.findall(
                r"^(\d\d):(\d\d):(\d\d\.\d+) .*"
                r"IKE_SA home\[(\d+)\] state change: (\w+) => (\w+)", log,
                re.MULTILINE):
            if after == "ESTABLISHED":
                established.add(one)
            elif before == "ESTABLISHED":
                established.discard(one)
            now = int(hours) * 3600 + int(minutes) * 60 + float(seconds)
            two = len(established) > 1 and bool(established & self.extra)
            if two and begun is None:
                begun = now
            elif begun is not None and not two:
                yield begun, now
                begun = None
        if begun is not None:
            yield begun, begun + DAY / 2

    def had_two(self, begin, end):
        """Whether one that is too many was established beside another at some time.

        begin, end: seconds since the epoch, less than half a day apart
        """
        local = time.localtime(begin)
        first = (local.tm_hour * 3600 + local.tm_min * 60 + local.tm_sec +
                 begin % 1)
        last = first + end - begin
        return any(since - day < last and until - day > first
                   for since, until in self._two for day in (0, -DAY, DAY))
