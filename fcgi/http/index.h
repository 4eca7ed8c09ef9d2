/*
 * http/index.h: the index page, the one HTML page of an app.
 */
#ifndef LETHE_HTTP_INDEX_H
#define LETHE_HTTP_INDEX_H

#include "base/buffer.h"
#include "dash/dash.h"

/* What the page is made from. */
struct index_page {
	const struct dash *dash;
	const struct dash_services *services;
	/* Where the app lives, with slashes at both ends. */
	const char *prefix;
	/* The assets folder; "": there is none. */
	const char *assets;
	/* Of this response: scripts bear it (http/policy.h). */
	const char *nonce;
	/* With Dash's dev tools; it reloads itself when the program changed. */
	bool development;
};

/* Appends the page.  -1 with a message: the assets folder is no good. */
int index_page(
    struct buffer *out, const struct index_page *page, struct error *error);

#endif
