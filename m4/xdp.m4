dnl Copyright (C) 2026 The strongSwan redirect plugin authors
dnl
dnl This program is free software; you can redistribute it and/or modify it
dnl under the terms of the GNU General Public License as published by the
dnl Free Software Foundation; either version 2 of the License, or (at your
dnl option) any later version.  See <http://www.fsf.org/copyleft/gpl.txt>.
dnl
dnl This program is distributed in the hope that it will be useful, but
dnl WITHOUT ANY WARRANTY; without even the implied warranty of MERCHANTABILITY
dnl or FITNESS FOR A PARTICULAR PURPOSE.  See the GNU General Public License
dnl for more details.

dnl REDIRECT_XDP
dnl Find what redirect-xdp is made of: libxdp, libbpf, and a clang that compiles
dnl for BPF. Sets have_xdp.
AC_DEFUN([REDIRECT_XDP], [
AC_ARG_ENABLE([xdp],
	[AS_HELP_STRING([--disable-xdp],
		[leave out the program that takes requests by AF_XDP; with
		--enable-xdp it is an error if it cannot be built @<:@auto@:>@])],
	[], [enable_xdp=auto])
have_xdp=no
if test "$enable_xdp" != no
then
	PKG_CHECK_MODULES([XDP], [libxdp >= 1.2 libbpf >= 0.7], [have_xdp=yes], [have_xdp=no])
	AC_CHECK_PROGS([BPF_CLANG], [clang clang-19 clang-16 clang-15 clang-14])
	dnl clang for BPF does not look where this machine's headers are
	redirect_triplet=$($CC -print-multiarch 2>/dev/null)
	BPF_CPPFLAGS=
	test -z "$redirect_triplet" || BPF_CPPFLAGS="-idirafter /usr/include/$redirect_triplet"
	AC_SUBST([BPF_CPPFLAGS])
	AC_MSG_CHECKING([whether ${BPF_CLANG:-clang} compiles for XDP])
	cat > conftest.bpf.c <<_ACEOF
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <xdp/xdp_helpers.h>
SEC("xdp") int pass(struct xdp_md *ctx) { return XDP_PASS; }
_ACEOF
	if test -n "$BPF_CLANG" && $BPF_CLANG -O2 -g -target bpf $BPF_CPPFLAGS \
		-c -o conftest.bpf.o conftest.bpf.c 2>&AS_MESSAGE_LOG_FD
	then
		AC_MSG_RESULT([yes])
	else
		AC_MSG_RESULT([no])
		have_xdp=no
	fi
	rm -f conftest.bpf.c conftest.bpf.o
	test "$have_xdp" = yes || test "$enable_xdp" = auto ||
		AC_MSG_ERROR([--enable-xdp needs libxdp, libbpf and clang (Debian: libxdp-dev, libbpf-dev, clang, pkg-config).])
fi
AM_CONDITIONAL([XDP], [test "$have_xdp" = yes])
])
