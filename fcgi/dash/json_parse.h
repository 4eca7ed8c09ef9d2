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
 * Builds the object of a span; the caller owns it.  Integers become int64 or
 * uint64, larger ones and -0 doubles.  Strings keep NUL characters; in names,
 * where json-c cannot, they become U+FFFD.  Of members with the same name the
 * last wins, as for JSON.parse().
 *
 * NULL for null and for a span without a start; from any other span (see
 * json_span_type()) it means that memory ran out, or that the object would
 * take more than 256 MiB and 16 times its text.
 */
struct json_object *json_parse_span(struct json_span span);

/* What json_parse_span() may take beside 16 times the text. */
#define JSON_ROOM ((size_t)256 * 1024 * 1024)

/*
 * The same with `*room` in place of those 256 MiB; what the object takes is
 * taken off.  NULL with `*room` 0: it would take more.
 */
struct json_object *json_parse_within(struct json_span span, size_t *room);

#endif
