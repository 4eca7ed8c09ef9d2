#!/bin/sh
#
# distcheck.sh: the archive that `make dist` makes is whole: it configures,
# builds, passes its unit tests, installs and uninstalls, from sources that
# cannot be written.  Prints TAP.
#
# Wants LETHE_BUILD, the build tree.

set -u
build=${LETHE_BUILD:?}
log=$build/distcheck.log

unset MAKEFLAGS MFLAGS MAKELEVEL CPPFLAGS
if ! command -v xz >/dev/null; then
	echo "Bail out! the archive needs xz: install it" \
	    "(on Debian: apt-get install xz-utils)"
	exit 1
fi
echo "1..1"
if make -C "$build" -j"$(nproc)" distcheck TESTS=tests/unit/unit \
    >"$log" 2>&1; then
	echo "ok 1 - make distcheck"
else
	tail -n 40 "$log" | sed 's/^/# /'
	echo "not ok 1 - make distcheck, see $log"
	exit 1
fi
