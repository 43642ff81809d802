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
"""What a guest is made of: command lines of qemu and of its file servers."""

import os

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
# where Debian's releases have it
VIRTIOFSD = ("/usr/libexec/virtiofsd", "/usr/lib/qemu/virtiofsd")
# seconds for a guest to come to its first line: with KVM, which is there but does
# not boot a kernel on some machines, and without
BOOT = {"kvm": 30, "tcg": 300}


def qemu(kernel, accelerator, inside, console, memory, processors=1):
    """Command line of a guest, to which devices may be added.

    kernel: directory of scripts/guest-kernel
    accelerator: kvm or tcg
    inside: script below tests/vm that is the guest's first process
    console: file for what the kernel says
    memory: in MiB
    """
    return ["qemu-system-x86_64", "-accel",
            "tcg,thread=multi" if accelerator == "tcg" else accelerator,
            # without vector registers: those are slow if they are emulated
            "-cpu", "qemu64" if accelerator == "tcg" else "host",
            "-smp", str(processors), "-m", f"{memory}M", "-object",
            f"memory-backend-memfd,id=memory,size={memory}M,share=on",
            "-numa", "node,memdev=memory", "-nic", "none", "-display", "none",
            "-monitor", "none", "-no-reboot", "-serial", f"file:{console}",
            "-kernel", os.path.join(kernel, "vmlinuz"),
            "-initrd", os.path.join(kernel, "initramfs"), "-append",
            # no_timer_check: without KVM the test of the timer fails at times
            "console=ttyS0 quiet panic=-1 no_timer_check "
            f"redirect.modules={kernel}/lib/modules "
            f"redirect.inside={ROOT}/tests/vm/{inside}"]


def file_server(socket, directory, cache):
    """Command line of what serves a directory on a socket.

    cache: of virtiofsd, "always" if nobody else changes the directory
    """
    program = next(filter(os.path.exists, VIRTIOFSD))
    # not a namespace of its own: that does not work for / everywhere
    return [program, f"--socket-path={socket}", "-o", f"source={directory}",
            "-o", "sandbox=chroot", "-o", f"cache={cache}"]


def share(tag, socket):
    """Device of qemu by which a guest sees what is served on a socket."""
    return ["-chardev", f"socket,id={tag},path={socket}", "-device",
            f"vhost-user-fs-pci,chardev={tag},tag={tag}"]
