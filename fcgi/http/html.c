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

bool
html_is_script_text(const char *text)
{
	for (; (text = strchr(text, '<')) != NULL; text++)
		if (strncasecmp(text, "</script", 8) == 0 ||
		    strncasecmp(text, "<script", 7) == 0 ||
		    strncmp(text, "<!--", 4) == 0)
			return false;
	return true;
}
