/*
 * http/html.h: writing HTML.
 */
#ifndef LETHE_HTTP_HTML_H
#define LETHE_HTTP_HTML_H

#include <stdbool.h>

#include "base/buffer.h"

/* Appends text, escaped for content and for quoted attributes. */
void html_add_text(struct buffer *out, const char *text);

/* Appends ` name="value"`; nothing when the value is NULL. */
void html_add_attribute(
    struct buffer *out, const char *name, const char *value);

/* Appends ` name` when `set`. */
void html_add_flag(struct buffer *out, const char *name, bool set);

/*
 * Can the text be inside a script element as it is?  Not when it has
 * `</script`, `<script` or `<!--`.
 */
bool html_is_script_text(const char *text);

#endif
