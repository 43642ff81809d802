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

dnl REDIRECT_COMPILER
dnl Flags for the compiler and linker, sanitizers and fuzzing.
AC_DEFUN([REDIRECT_COMPILER], [
dnl methods of an interface get parameters that not each of them needs
REDIRECT_CFLAGS="-std=gnu11 -fvisibility=hidden -Wall -Wextra -Wno-unused-parameter"
REDIRECT_LDFLAGS="-Wl,-z,defs"
FUZZING_LDFLAGS=
test "$enable_werror" = no || REDIRECT_CFLAGS="$REDIRECT_CFLAGS -Werror"
if test "$enable_fuzzing" = yes
then
	REDIRECT_CFLAGS="$REDIRECT_CFLAGS -fsanitize=fuzzer-no-link"
	FUZZING_LDFLAGS="-fsanitize=fuzzer"
	redirect_cflags=$CFLAGS
	CFLAGS="$CFLAGS -fsanitize=fuzzer-no-link"
	AC_MSG_CHECKING([whether $CC has libFuzzer])
	AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])],
		[AC_MSG_RESULT([yes])],
		[AC_MSG_ERROR([$CC has no libFuzzer: --enable-fuzzing needs CC=clang.])])
	CFLAGS=$redirect_cflags
	enable_sanitizers=yes
fi
if test "$enable_sanitizers" = yes
then
	REDIRECT_CFLAGS="$REDIRECT_CFLAGS -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer"
	dnl a shared object does not link the sanitizers' run time with every compiler
	REDIRECT_LDFLAGS="-fsanitize=address,undefined"
fi
dnl counters of 64 bits come from a library on some 32 bit machines
AC_MSG_CHECKING([whether atomic 64 bit operations need -latomic])
AC_LINK_IFELSE([AC_LANG_PROGRAM([[unsigned long long counter;]],
		[[return __atomic_fetch_add(&counter, 1, __ATOMIC_RELAXED);]])],
	[AC_MSG_RESULT([no])],
	[AC_MSG_RESULT([yes])
	LIBS="$LIBS -latomic"])
AM_CONDITIONAL([FUZZING], [test "$enable_fuzzing" = yes])
AC_SUBST([REDIRECT_CFLAGS])
AC_SUBST([REDIRECT_LDFLAGS])
AC_SUBST([FUZZING_LDFLAGS])
])
