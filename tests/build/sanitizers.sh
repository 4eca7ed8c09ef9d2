#!/bin/sh
#
# sanitizers.sh: the tests again, in a build with AddressSanitizer and
# UndefinedBehaviorSanitizer.  Prints TAP, a point for each test program.
#
# Wants LETHE_BUILD, the build tree, which gets a directory "sanitizers", and
# LETHE_FRONTEND, the front-end files.  The build there is kept.

set -u
source=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd) || exit 1
build=${LETHE_BUILD:?}/sanitizers
log=$build/check.log

# What else is tested, the compiler or the browser, has no code of ours in it.
tests='tests/unit/unit tests/conformance/runner.js'
for test in "$source"/tests/fuzz/corpus/*; do
	tests="$tests tests/fuzz/replay_${test##*/}"
done
for test in "$source"/tests/integration/*.test.js; do
	case $test in
	*/install.test.js | */readme.test.js | */lethe_run.test.js) ;;
	*) tests="$tests tests/integration/${test##*/}" ;;
	esac
done

bail()
{
	sed 's/^/# /' "$log" | tail -n 40
	echo "Bail out! $*"
	exit 1
}

# The make that runs this must not hand its variables on.
unset MAKEFLAGS MFLAGS MAKELEVEL TESTS CPPFLAGS
LETHE_BUILD=$build
export LETHE_BUILD

mkdir -p "$build" && cd "$build" || exit 1
# What is new in the sources brings its own rebuild; a new configure does not.
if [ ! config.status -nt "$source/configure" ]; then
	"$source/configure" --enable-sanitizers --disable-shared \
	    --with-frontend="$LETHE_FRONTEND" CC="${CC:-cc}" >"$log" 2>&1 ||
	    bail "configure failed"
fi
make -j"$(nproc)" all >"$log" 2>&1 || bail "the build failed"
make -j"$(nproc)" check TESTS= >>"$log" 2>&1 || bail "the build failed"

set -- $tests
echo "1..$#"
number=0
status=0
for test; do
	number=$((number + 1))
	rm -f "${test%.*}.trs"
	if make check TESTS="$test" >"$log" 2>&1 &&
	    grep -q '^# PASS: *[1-9]' "$log"; then
		echo "ok $number - $test, $(sed -n 's/^# PASS: *//p' "$log")" \
		    "points"
	else
		grep -E '^(FAIL|ERROR)' "$log" | sed 's/^/# /'
		echo "not ok $number - $test, see ${test%.*}.log in $build"
		status=1
	fi
done
exit $status
