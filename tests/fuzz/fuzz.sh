#!/bin/sh
#
# fuzz.sh SOURCE SECONDS FUZZER...: runs each fuzzer so long.
#
# A fuzzer tests/fuzz/fuzz_NAME begins with the corpus in the sources and with
# seeds from the recordings.  What it finds beyond these is kept, smallest
# inputs only, in fuzz/corpus/NAME of the build tree, to be copied to
# tests/fuzz/corpus when it is worth it; an input that fails stays in
# fuzz/failed, and the run then ends with 1.

set -u
source=$1
seconds=$2
shift 2
status=0
mkdir -p fuzz/failed || exit 1

for fuzzer; do
	name=${fuzzer##*/fuzz_}
	rm -rf "fuzz/seeds/$name" "fuzz/corpus/$name"
	mkdir -p "fuzz/seeds/$name" "fuzz/corpus/$name" "fuzz/found/$name" ||
	    exit 1
	"${NODE:-node}" "$source/tests/fuzz/seeds.js" "$name" \
	    "fuzz/seeds/$name" || exit 1
	case $name in
	cookie | request) dictionary=request.dict ;;
	*) dictionary=json.dict ;;
	esac
	echo "fuzz_$name: $seconds seconds, its output is in fuzz/$name.log"
	if "$fuzzer" -max_total_time="$seconds" -timeout=10 -max_len=4096 \
	    -rss_limit_mb=2048 -artifact_prefix="fuzz/failed/$name-" \
	    -dict="$source/tests/fuzz/$dictionary" \
	    "fuzz/found/$name" "$source/tests/fuzz/corpus/$name" \
	    "fuzz/seeds/$name" >"fuzz/$name.log" 2>&1; then
		tail -n 1 "fuzz/$name.log"
	else
		tail -n 40 "fuzz/$name.log"
		echo "fuzz_$name failed: see fuzz/failed" >&2
		status=1
	fi
	# Edges, not how often they were passed: a tenth of the inputs.
	"$fuzzer" -set_cover_merge=1 -use_counters=0 "fuzz/corpus/$name" \
	    "$source/tests/fuzz/corpus/$name" "fuzz/seeds/$name" \
	    "fuzz/found/$name" >"fuzz/$name-merge.log" 2>&1 || status=1
done
exit $status
