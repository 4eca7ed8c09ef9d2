#!/bin/sh
#
# compile_fail.sh: mistakes in a layout that the compiler must catch, and say
# what is wrong with which property.
#
# Wants in the environment: CC (default cc), CXX (default c++), CPPFLAGS that
# find <lethe/html.h> and json-c.  Prints TAP.
#
# Warnings are errors here: for some of these mistakes C has only a warning,
# one that is on without any option.

set -u
LC_ALL=C
export LC_ALL
: "${CC:=cc}" "${CXX:=c++}" "${CPPFLAGS:=}"

work=$(mktemp -d "${TMPDIR:-/tmp}/compile_fail.XXXXXX") || exit 1
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

# Puts the expression into a layout function and compiles that.
compile() # expression [option...]
{
	cat >"$work/layout.c" <<EOF
#include <stdbool.h>
#include <lethe/dash_table.h>
#include <lethe/dcc.h>
#include <lethe/html.h>
struct json_object *layout(double number, int whole, const char *text);
struct json_object *
layout(double number, int whole, const char *text)
{
	(void)number, (void)whole, (void)text;
	return $1;
}
EOF
	shift
	# CC and CPPFLAGS are lists of words.
	# shellcheck disable=SC2086
	$CC $CPPFLAGS -std=gnu11 -Werror "$@" -c -o "$work/layout.o" \
	    "$work/layout.c" >"$work/messages" 2>&1
}

compiles() # description expression
{
	if compile "$2" -Wall -Wextra -Wshadow -Woverride-init; then
		result ok "$1"
	else
		result 'not ok' "$1"
	fi
}

# The message must have all the words, each a fixed string.
refused() # description expression word...
{
	description=$1
	if compile "$2" -Wall -Wextra; then
		echo "compiles: $2" >"$work/messages"
		result 'not ok' "$description"
		return
	fi
	shift 2
	for word; do
		if ! grep -qF -e "$word" "$work/messages"; then
			echo "the message lacks: $word" >>"$work/messages"
			result 'not ok' "$description"
			return
		fi
	done
	result ok "$description"
}

cplusplus() # header
{
	echo "#include <lethe/$1>" >"$work/header.cc"
	# shellcheck disable=SC2086
	if $CXX $CPPFLAGS -std=c++17 -Wall -Wextra -Werror -fsyntax-only \
	    "$work/header.cc" >"$work/messages" 2>&1; then
		result ok "<lethe/$1> can be included from C++"
	else
		result 'not ok' "<lethe/$1> can be included from C++"
	fi
}

echo 1..18

compiles 'a correct layout compiles without a warning' \
    'html_div(.className = text, .hidden = whole > 1, .n_clicks = whole,
	.children = lethe_children(html_p(), dcc_slider(.min = number,
	.disabled = true), dcc_input(.type = DCC_INPUT_TYPE_TEXT,
	.spellCheck = false, .value = lethe_string(text)),
	dash_table_data_table(.id = "t", .page_size = 10)))'
compiles 'no property at all is correct too' 'html_div()'
compiles 'a component may be left out' \
    'html_div(.children = whole ? html_p() : LETHE_NOT_SET)'

refused 'a misspelt property' 'html_div(.clasName = "x")' \
    clasName className html_div
refused 'a misspelt property of a nested component' \
    'html_div(.children = lethe_children(html_p(),
	html_div(.children = dcc_graph(.figur = NULL))))' \
    figur figure dcc_graph
refused 'a property of another component' 'html_div(.href = "/")' \
    href html_div
refused 'a misspelt property of a table' \
    'dash_table_data_table(.colums = NULL)' colums columns
refused 'a misspelt constant' 'dcc_input(.type = DCC_INPUT_TYPE_TXT)' \
    DCC_INPUT_TYPE_TXT DCC_INPUT_TYPE_TEXT
refused 'text for an enumeration' 'dcc_input(.type = "text")' \
    'enum dcc_input_type'
refused "another enumeration's constant" \
    'dcc_input(.type = DCC_LOADING_TYPE_DOT)' dcc_input_type
refused 'text for a boolean' 'dcc_slider(.disabled = "yes")' \
    '.disabled = "yes"'
refused 'text for a number' 'dcc_slider(.min = "0")' '.min = "0"'
refused 'a number for text' 'html_div(.id = 7)' '.id = 7'
refused 'text for JSON' 'dcc_dropdown(.options = "a")' '.options = "a"'

cplusplus html.h
cplusplus dcc.h
cplusplus dash_table.h
cplusplus figure.h

if [ "$failures" -ne 0 ]; then
	echo "$failures of $number checks of compile errors failed" >&2
	exit 1
fi
