#!/bin/sh
#
# unit.sh: the unit tests under valgrind's memcheck.  Prints TAP.
#
# Wants LETHE_BUILD, the build tree.  Programs that the tests start are not
# watched, only what they fork: in that, memory need not be given back.

set -u
source=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd) || exit 1
cd "${LETHE_BUILD:?}" || exit 1
logs=$(mktemp -d "${TMPDIR:-/tmp}/lethe-valgrind-XXXXXX") || exit 1
trap 'rm -rf "$logs"' EXIT
trap 'exit 1' HUP INT TERM

# point PROBLEM-FILE NAME: a point, not ok when the file has something.
number=0
status=0
point()
{
	number=$((number + 1))
	if [ ! -s "$1" ]; then
		echo "ok $number - $2"
		return
	fi
	echo "not ok $number - $2"
	sed 's/^/# /' "$1" | tail -n 60
	status=1
}

echo 1..3
# The shell's pid becomes valgrind's, and that the tests'.  Tests that count
# time or system calls look for LETHE_VALGRIND.
srcdir=$source LETHE_VALGRIND=1 timeout -k 10 1800 sh -c 'echo $$ >"$1/pid"
exec valgrind --leak-check=full --show-leak-kinds=definite,indirect \
    --errors-for-leak-kinds=definite,indirect --num-callers=20 \
    --log-file="$1/%p.log" tests/unit/unit' sh "$logs" \
    >"$logs/out" 2>"$logs/err"
grep '^not ok' "$logs/out" >"$logs/failed"
grep -q '^1\.\.[1-9]' "$logs/out" || cat "$logs/out" "$logs/err" >"$logs/failed"
point "$logs/failed" \
    "$(grep -c '^ok' "$logs/out") unit tests pass under valgrind"

# What a child that the tests forked did wrong, but for what it kept.
grep -El 'Invalid (read|write|free)|ninitialised|Mismatched free' \
    "$logs"/*.log | xargs -r cat >"$logs/errors"
point "$logs/errors" "no process makes an error"
log=$logs/$(cat "$logs/pid").log
grep -q 'ERROR SUMMARY: 0 errors' "$log" || cp "$log" "$logs/leaks"
touch "$logs/leaks"
point "$logs/leaks" "the unit tests lose no memory"
exit $status
