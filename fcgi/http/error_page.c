/*
 * http/error_page.c: a failure as a page of HTML.
 *
 * The dev tools put the page into a frame of 533 pixels' width, with the
 * page's own origin: everything in it that is not ours is escaped.
 */
#include "http/error_page.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"

static const char head[] =
    "<!doctype html>\n"
    "<html lang=\"en\"><head><meta charset=\"utf-8\">"
    "<meta name=\"viewport\" content=\"width=device-width\">"
    "<title>Error</title><style>"
    "body{margin:0;font:14px/1.45 system-ui,sans-serif;color:#2a3f5f;"
    "background:#fff}"
    "main{padding:12px 14px}"
    "h1{font-size:15px;margin:0 0 8px}"
    ".message{background:#fdeceb;border-left:4px solid #c0392b;"
    "padding:8px 10px;margin:0 0 12px;overflow-wrap:anywhere}"
    "h2{font-size:13px;margin:0 0 4px;color:#506784}"
    "ol{list-style:none;margin:0 0 12px;padding:0}"
    "li{border-top:1px solid #dfe8f3;padding:6px 0}"
    "code{font:13px/1.4 ui-monospace,monospace}"
    "b code{font-weight:700}"
    ".place{color:#506784;overflow-wrap:anywhere}"
    "pre{font:13px/1.4 ui-monospace,monospace;background:#f3f6fa;"
    "margin:4px 0 0;padding:5px 8px;white-space:pre-wrap;"
    "overflow-wrap:anywhere}"
    "footer{font-size:12px;color:#506784}"
    "</style></head><body><main>\n";

/* One call.  Returns what follows its line. */
static const char *
add_call(struct text *text, const char *line)
{
	size_t function = strcspn(line, "\t\n");
	const char *place = line + function + (line[function] == '\t');
	size_t place_size = strcspn(place, "\t\n");
	const char *source = place + place_size + (place[place_size] == '\t');
	size_t source_size = strcspn(source, "\n");

	text_add(text, "<li><b><code>");
	text_add_html(text, line, function);
	text_add(text, "</code></b> <span class=\"place\">");
	text_add_html(text, place, place_size);
	text_add(text, "</span>");
	if (source_size > 0) {
		text_add(text, "<pre>");
		text_add_html(text, source, source_size);
		text_add(text, "</pre>");
	}
	text_add(text, "</li>\n");
	return source + source_size + (source[source_size] == '\n');
}

static void
add_title(struct text *text, const char *callback)
{
	text_add(text, "<h1>");
	if (callback == NULL)
		text_add(text, "The request failed");
	else if (strcmp(callback, "layout") == 0)
		text_add(text, "The layout failed");
	else {
		text_add(text, "Callback <code>");
		text_add_html(text, callback, 100);
		text_add(text, "</code> failed");
	}
	text_add(text, "</h1>\n");
}

size_t
error_page(char *out, size_t size, const struct error_page *page)
{
	const char *line = page->trace;
	struct text text;

	text_init(&text, out, size);
	text_add(&text, head);
	add_title(&text, page->callback);
	text_add(&text, "<p class=\"message\">");
	text_add_html(&text, page->message, SIZE_MAX);
	text_add(&text, "</p>\n");
	if (line[0] != '\0') {
		text_add(&text, "<h2>Where, innermost call first</h2><ol>\n");
		while (line[0] != '\0')
			line = add_call(&text, line);
		text_add(&text, "</ol>\n");
	}
	text_add(&text, "<footer>Request <code>");
	text_add_html(&text, page->request, SIZE_MAX);
	text_add(&text,
	    "</code>. This page is for development (LETHE_DEBUG=1); without "
	    "it, visitors get the message alone.</footer>\n"
	    "</main></body></html>\n");
	return text.used;
}
