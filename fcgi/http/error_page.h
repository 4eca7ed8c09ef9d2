/*
 * http/error_page.h: a failure as a page of HTML, for whoever develops the
 * app.  The front end's dev tools show it, and so does a browser by itself.
 */
#ifndef LETHE_HTTP_ERROR_PAGE_H
#define LETHE_HTTP_ERROR_PAGE_H

#include <stddef.h>

#define ERROR_PAGE_SIZE ((size_t)64 * 1024)
#define ERROR_TRACE_SIZE ((size_t)16 * 1024)

struct error_page {
	const char *callback; /* its name, or "layout"; NULL: neither */
	const char *message;
	/* Lines "function TAB place TAB source"; "": not known. */
	const char *trace;
	const char *request; /* its id */
};

/* Writes the page; its size.  Async-signal-safe. */
size_t error_page(char *out, size_t size, const struct error_page *page);

#endif
