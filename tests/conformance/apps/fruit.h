/*
 * fruit.h: what the recorded apps on intermediate values leave to the reader:
 * a data frame of fruit sold, a figure and a table of it.
 *
 * A frame is {"columns": [...], "index": [...], "data": [[...], ...]}, which
 * pandas calls the orientation "split".
 */
#ifndef FRUIT_H
#define FRUIT_H

#include <json-c/json.h>

/*
 * The slow processing step: the amounts depend on `value`.  Only the rows of
 * `fruit`; all with NULL.  The frame is the caller's; NULL without memory.
 */
struct json_object *fruit_clean(const char *value, const char *fruit);

/* The frame as text, for dcc.Store; takes `frame`. */
struct json_object *fruit_text(struct json_object *frame);

/* The frame of such a text, which may be NULL; NULL when it is not one. */
struct json_object *fruit_parse(const char *text);

/* Amounts as bars; `title` may be NULL.  The figure is the caller's. */
struct json_object *fruit_figure(struct json_object *frame, const char *title);

/* The html.Table of the frame; the component is the caller's. */
struct json_object *fruit_table(struct json_object *frame);

#endif
