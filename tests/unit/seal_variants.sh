#!/bin/sh
#
# seal_variants.sh: the seal and the crash answers hold however a program was
# linked, and a program that cannot be sealed is refused in words.
#
# Wants in the environment: LETHE_BUILD, where tests/unit/unit was built; CC
# (default cc); JSON_C_CFLAGS and JSON_C_LIBS (default: from pkg-config).
# Prints TAP.

set -u
LC_ALL=C
export LC_ALL
: "${CC:=cc}"
: "${JSON_C_CFLAGS=$(pkg-config --cflags json-c)}"
: "${JSON_C_LIBS=$(pkg-config --libs json-c)}"
source=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
unit=${LETHE_UNIT:-$LETHE_BUILD/tests/unit/unit}

work=$(mktemp -d "${TMPDIR:-/tmp}/seal_variants.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

number=0
failures=0

result() # ok|"not ok" description
{
	number=$((number + 1))
	echo "$1 $number - $2"
	if [ "$1" != ok ]; then
		failures=$((failures + 1))
		sed 's/^/# /' "$work/messages"
	fi
}

# Builds $work/KIND/seal_probe from the source, with CC or the compiler that
# is named in $compiler.
build() # kind [option...]
{
	kind=$1
	shift
	mkdir "$work/$kind" || exit 1
	# Lists of words.
	# shellcheck disable=SC2086
	(cd "$source" && ${compiler:-$CC} -std=gnu11 -g -O2 -D_GNU_SOURCE \
	    -fvisibility=hidden -Ifcgi/include -Ifcgi $JSON_C_CFLAGS \
	    -o "$work/$kind/seal_probe" \
	    tests/integration/seal_probe.c \
	    fcgi/base/error.c fcgi/base/text.c fcgi/base/trace.c \
	    fcgi/base/utf8.c \
	    fcgi/http/error_page.c fcgi/http/last_answer.c \
	    fcgi/process/attributes.c fcgi/process/backtrace.c \
	    fcgi/process/children.c fcgi/process/connects.c \
	    fcgi/process/crash.c fcgi/process/descriptors.c \
	    fcgi/process/exceptions.c fcgi/process/fault.c \
	    fcgi/process/landlock.c \
	    fcgi/process/log_line.c fcgi/process/maps.c \
	    fcgi/process/objects.c fcgi/process/outside.c \
	    fcgi/process/reload.c fcgi/process/replace.c \
	    fcgi/process/sandbox.c fcgi/process/seal.c \
	    fcgi/process/seal_check.c fcgi/process/seal_start.c \
	    fcgi/process/seal_variables.c fcgi/process/seccomp.c \
	    fcgi/process/seccomp_calls.c fcgi/process/symbols.c \
	    fcgi/process/trapped.c "$@" $JSON_C_LIBS -lm) \
	    >"$work/messages" 2>&1
}

# The suites pass with the probe built so.
passes() # description kind [option...]
{
	description=$1
	shift
	if build "$@" &&
	    LETHE_SEAL_PROBE=$work/$1/seal_probe LETHE_PROBE_KIND=$1 \
		"$unit" seal 'crash answers' >"$work/messages" 2>&1 &&
	    grep -q '^ok .* - seal: ' "$work/messages" &&
	    grep -q '^ok .* - crash answers: ' "$work/messages"; then
		result ok "$description"
	else
		result 'not ok' "$description"
	fi
}

# The probe ends with status 2 and a message that has the words.
refused() # description words kind [option...]
{
	description=$1
	words=$2
	shift 2
	if ! build "$@"; then
		result 'not ok' "$description"
		return
	fi
	(cd "$work/$1" && ./seal_probe cgi behave >"$work/messages" 2>&1)
	status=$?
	if [ "$status" -eq 2 ] && grep -qF -e "$words" "$work/messages"; then
		result ok "$description"
	else
		echo "status $status; wanted: $words" >>"$work/messages"
		result 'not ok' "$description"
	fi
}

now=-Wl,-z,now
jsonc=$(pkg-config --variable=libdir json-c)/libjson-c.a

echo 1..12

passes 'a position-independent program is sealed' pie -fPIE -pie $now
passes 'a program at a fixed address is sealed' no-pie -fno-pie -no-pie $now
passes 'a program that binds lazily runs again, bound' lazy -Wl,-z,lazy
passes 'so does one at a fixed address' no-pie-lazy -fno-pie -no-pie -Wl,-z,lazy
passes 'a stripped program is sealed' stripped -s $now
compiler=gcc
passes "a program with gcc's sanitizers is sealed" asan \
    -fsanitize=address,undefined $now
compiler=

refused 'a thread-local variable is refused and named' \
    'the variable per_thread of seal_probe is thread-local' \
    tls -DPROBE_THREAD_LOCAL $now
refused 'a stripped program with thread-local variables is refused' \
    'seal_probe has thread-local variables' \
    tls-stripped -DPROBE_THREAD_LOCAL -s $now
refused 'a static program is refused' 'is linked statically' static -static
refused 'a program that contains json-c is refused' 'contains json-c' \
    json-c $now "$jsonc"
refused 'so is a stripped one at a fixed address' 'contains json-c' \
    json-c-stripped -s -fno-pie -no-pie $now "$jsonc"
refused 'a program that counts coverage is refused' 'counts its coverage' \
    coverage --coverage -fprofile-dir="$work" $now

if [ "$failures" -ne 0 ]; then
	echo "$failures of $number variants failed" >&2
	exit 1
fi
