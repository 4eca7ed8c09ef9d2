/*
 * http/html.c: writing HTML.
 */
#include <string.h>
#include <strings.h>

#include "http/html.h"

void
html_add_text(struct buffer *out, const char *text)
{
	for (; *text != '\0'; text++)
		switch (*text) {
		case '<':
			buffer_add_string(out, "&lt;");
			break;
		case '>':
			buffer_add_string(out, "&gt;");
			break;
		case '&':
			buffer_add_string(out, "&amp;");
			break;
		case '"':
			buffer_add_string(out, "&quot;");
			break;
		default:
			buffer_add_char(out, *text);
		}
}

void
html_add_attribute(struct buffer *out, const char *name, const char *value)
{
	if (value == NULL)
		return;
	buffer_addf(out, " %s=\"", name);
	html_add_text(out, value);
	buffer_add_char(out, '"');
}

void
html_add_flag(struct buffer *out, const char *name, bool set)
{
	if (set)
		buffer_addf(out, " %s", name);
}

void
html_add_javascript(struct buffer *out, const char *text)
{
	const char *open;

	while ((open = strchr(text, '<')) != NULL) {
		const char *after = open + 1;

		buffer_add(out, text, (size_t)(open - text));
		if (strncasecmp(after, "/script", 7) == 0 ||
		    strncasecmp(after, "script", 6) == 0 ||
		    strncmp(after, "!--", 3) == 0)
			buffer_add_string(out, "\\x3c");
		else
			buffer_add_char(out, '<');
		text = after;
	}
	buffer_add_string(out, text);
}
