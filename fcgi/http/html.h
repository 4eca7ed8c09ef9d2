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
 * Appends JavaScript for the inside of a script element.  What could end that
 * or change how it is read (`</script`, `<script` and `<!--`) gets its `<` as
 * \x3c, which is the same within strings, templates and regular expressions.
 */
void html_add_javascript(struct buffer *out, const char *text);

#endif
