/*
 * dash/json_parse.h: json-c objects from text that json_scan() accepted.
 *
 * json-c's own parser is not used: it cuts integers that do not fit down to
 * the next that does, and reads lenient forms that the scanner refused.
 */
#ifndef LETHE_DASH_JSON_PARSE_H
#define LETHE_DASH_JSON_PARSE_H

#include <json-c/json.h>

#include "dash/json_scan.h"

/*
 * Builds the object of a span.  Integers become int64 or uint64, larger ones
 * and -0 doubles; strings keep NUL characters; of members with the same name
 * the last wins, as for JSON.parse().
 *
 * 0, and in `*value` an object that the caller owns, which is NULL for null
 * and for a span without a start.  Or -1, NULL, and why in `*fault` (may be
 * NULL), its offset counted from the span's start: memory ran out, or a name
 * holds a NUL character, which json-c cannot keep.
 */
int json_parse_span(struct json_span span, struct json_object **value,
    struct json_fault *fault);

#endif
