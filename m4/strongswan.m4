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

dnl REDIRECT_TOKENS(FILE)
dnl Print what looks like a strongSwan version among the strings of a binary.
AC_DEFUN([REDIRECT_TOKENS],
	[tr '\000' '\n' < "$1" 2>/dev/null | LC_ALL=C grep -a -E -x \
		'@<:@0-9@:>@+\.@<:@0-9@:>@+\.@<:@0-9@:>@+((dr|rc)@<:@0-9@:>@+)?' | sort -u])

dnl REDIRECT_STRONGSWAN
dnl Find the installed strongSwan and the source tree its headers come from, and
dnl make sure that both are the same version. The plugin uses libcharon's
dnl structs, whose layout changes from version to version and with ME.
AC_DEFUN([REDIRECT_STRONGSWAN], [
AC_ARG_WITH([strongswan],
	[AS_HELP_STRING([--with-strongswan=DIR],
		[strongSwan source tree of the version that is installed])],
	[], [with_strongswan=no])
AC_ARG_WITH([charon-prefix],
	[AS_HELP_STRING([--with-charon-prefix=DIR],
		[prefix the strongSwan to build for is installed in])],
	[], [with_charon_prefix=no])
AC_ARG_WITH([ipseclibdir],
	[AS_HELP_STRING([--with-ipseclibdir=DIR],
		[directory of libcharon.so.0, e.g. /usr/lib/ipsec])],
	[], [with_ipseclibdir=no])
AC_ARG_WITH([plugindir],
	[AS_HELP_STRING([--with-plugindir=DIR],
		[strongSwan's plugin directory @<:@IPSECLIBDIR/plugins@:>@])],
	[], [with_plugindir=no])
AC_ARG_WITH([strongswan-conf],
	[AS_HELP_STRING([--with-strongswan-conf=DIR],
		[strongswan.d/charon directory @<:@that of the installed charon@:>@])],
	[], [with_strongswan_conf=no])

AC_MSG_CHECKING([for libcharon])
if test "$with_ipseclibdir" != no
then
	redirect_dirs=$with_ipseclibdir
elif test "$with_charon_prefix" != no
then
	redirect_dirs="$with_charon_prefix/lib/ipsec $with_charon_prefix/lib64/ipsec"
else
	redirect_dirs="/usr/lib/ipsec /usr/lib64/ipsec /usr/lib/strongswan
		/usr/lib64/strongswan /usr/libexec/strongswan /usr/local/lib/ipsec"
fi
ipseclibdir=
for redirect_dir in $redirect_dirs
do
	if test -f "$redirect_dir/libcharon.so.0" && test -f "$redirect_dir/libstrongswan.so.0"
	then
		ipseclibdir=$redirect_dir
		break
	fi
done
test -n "$ipseclibdir" || AC_MSG_ERROR([libcharon.so.0 is not in $(echo $redirect_dirs): install strongSwan's charon, or name its directory with --with-ipseclibdir.])
AC_MSG_RESULT([$ipseclibdir])

AC_MSG_CHECKING([for the version of the installed charon])
strongswan_version=
redirect_prefix=${ipseclibdir%/*}
redirect_prefix=${redirect_prefix%/*}
for redirect_file in "$ipseclibdir/charon" "$redirect_prefix/libexec/ipsec/charon" \
	"$redirect_prefix/libexec/strongswan/charon" "$redirect_prefix/sbin/charon-systemd" \
	"$ipseclibdir/libstrongswan.so.0" "$ipseclibdir/plugins/libstrongswan-vici.so"
do
	test -f "$redirect_file" || continue
	strongswan_version=$(REDIRECT_TOKENS([$redirect_file]))
	case $strongswan_version in
	""|*"
"*)	strongswan_version= ;;
	*)	break ;;
	esac
done
test -n "$strongswan_version" || AC_MSG_ERROR([the version of the charon in $ipseclibdir cannot be determined: neither charon, charon-systemd, libstrongswan nor the vici plugin there tells it.])
AC_MSG_RESULT([$strongswan_version])

dnl what is known of it; docs/interop.md tells more
case $strongswan_version in
5.9.8|6.0.1|6.1.0)
	strongswan_known="tested"
	;;
5.9.13|6.0.4)
	strongswan_known="tried: the plugin was loaded and passed scenarios, but it is not tested regularly"
	;;
5.9.@<:@67@:>@|5.9.9|5.9.1@<:@0-2@:>@|5.9.14|6.0.@<:@0-6@:>@)
	strongswan_known="untested: the plugin compiles with it, nobody ran it"
	;;
*)
	strongswan_known="unknown: nobody compiled the plugin with it"
	AC_MSG_WARN([strongSwan $strongswan_version is not among those the plugin was tried with, see docs/interop.md.])
	;;
esac
AC_MSG_CHECKING([for strongSwan's headers])
test "$with_strongswan" != no || AC_MSG_ERROR([no strongSwan source tree: fetch it with scripts/strongswan-source and name it with --with-strongswan=DIR.])
test -f "$with_strongswan/src/libcharon/daemon.h" || AC_MSG_ERROR([$with_strongswan is not a strongSwan source tree: src/libcharon/daemon.h is missing.])
strongswan_source=$(cd "$with_strongswan" && pwd)
redirect_version=$(sed -n 's/^A@<:@C@:>@_INIT(\@<:@strongSwan\@:>@,\@<:@\(.*\)\@:>@)$/\1/p' \
	"$strongswan_source/configure.ac")
test "$redirect_version" = "$strongswan_version" || AC_MSG_ERROR([the headers in $strongswan_source are of strongSwan ${redirect_version:-(unknown)}, but the installed charon is $strongswan_version: both must be the same version.])
AC_MSG_RESULT([$strongswan_source])

AC_MSG_CHECKING([whether libcharon has mediation (ME)])
redirect_symbols=$($NM -D "$ipseclibdir/libcharon.so.0" 2>/dev/null)
case $redirect_symbols in
*" T libcharon_init"*)
	;;
*)	AC_MSG_ERROR([whether libcharon was built with mediation (ME) cannot be determined: '$NM -D' lists no symbols of $ipseclibdir/libcharon.so.0.])
	;;
esac
case $redirect_symbols in
*" T ike_me_create"*)
	strongswan_me=yes
	AC_DEFINE([ME], [1], [mediation extension, shifts members of ike_sa_t])
	;;
*)	strongswan_me=no
	;;
esac
AC_MSG_RESULT([$strongswan_me])

case $($NM -D "$ipseclibdir/libstrongswan.so.0" 2>/dev/null) in
*" T builtin_printf"*)
	AC_DEFINE([USE_BUILTIN_PRINTF], [1],
		[libstrongswan replaces printf() by its own])
	;;
esac

AC_DEFINE_UNQUOTED([VERSION], ["$strongswan_version"],
	[version of charon, which the plugin loader compares from 6.0.3 on])
AC_DEFINE([USE_IKEV1], [1], [libcharon speaks IKEv1])
AC_DEFINE([USE_IKEV2], [1], [libcharon speaks IKEv2])
AC_DEFINE([TESTABLE_KE], [1],
	[strongSwan's default from 6.0.2 on; changes key_exchange_t only])

plugindir=$with_plugindir
test "$plugindir" != no || plugindir=$ipseclibdir/plugins
strongswan_conf=$with_strongswan_conf
if test "$strongswan_conf" = no
then
	redirect_file=$(tr '\000' '\n' < "$ipseclibdir/libstrongswan.so.0" | \
		LC_ALL=C grep -a '^/.*/strongswan\.conf$' | head -n 1)
	strongswan_conf=${redirect_file:-/etc/strongswan.conf}
	strongswan_conf=${strongswan_conf%.conf}.d/charon
fi

AC_SUBST([ipseclibdir])
AC_SUBST([plugindir])
AC_SUBST([strongswan_conf])
AC_SUBST([strongswan_source])
AC_SUBST([strongswan_version])
AC_SUBST([strongswan_known])
STRONGSWAN_CPPFLAGS="-isystem $strongswan_source/src/libstrongswan -isystem $strongswan_source/src/libcharon"
AC_SUBST([STRONGSWAN_CPPFLAGS])
dnl as linker flags, or libtool would write a run path into the plugin
STRONGSWAN_LIBS="-Wl,--push-state,--no-as-needed,$ipseclibdir/libcharon.so.0,$ipseclibdir/libstrongswan.so.0,--pop-state"
AC_SUBST([STRONGSWAN_LIBS])

dnl what strongSwan's headers ask config.h for
AC_CHECK_HEADERS([stdbool.h])
AC_SEARCH_LIBS([dladdr], [dl])
AC_CHECK_FUNCS([dladdr explicit_bzero fmemopen memrchr closefrom sigwaitinfo clock_gettime])
AC_CHECK_FUNC([pthread_condattr_setclock],
	[AC_DEFINE([HAVE_CONDATTR_CLOCK_MONOTONIC], [1],
		[condition variables can wait on the monotonic clock])])
AC_CHECK_FUNC([register_printf_specifier],
	[AC_DEFINE([HAVE_PRINTF_SPECIFIER], [1], [printf() hooks of glibc])])
AC_CHECK_TYPE([__int128],
	[AC_DEFINE([HAVE_INT128], [1], [128 bit integers])])
AC_CACHE_CHECK([for __sync operations], [redirect_cv_sync],
	[AC_LINK_IFELSE([AC_LANG_PROGRAM([],
		[[int i = 0; return __sync_fetch_and_add(&i, 1);]])],
		[redirect_cv_sync=yes], [redirect_cv_sync=no])])
test "$redirect_cv_sync" = no ||
	AC_DEFINE([HAVE_GCC_SYNC_OPERATIONS], [1], [__sync operations])
])
