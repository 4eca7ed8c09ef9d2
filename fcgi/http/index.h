/*
 * http/index.h: the index page, the one HTML page of an app.
 */
#ifndef LETHE_HTTP_INDEX_H
#define LETHE_HTTP_INDEX_H

#include "base/buffer.h"
#include "dash/dash.h"

/*
 * Appends the page.  `prefix` is where the app lives, with slashes at both
 * ends; `title` is shown until the front end sets its own.  With `development`
 * the page has Dash's dev tools, and reloads itself when the program changed.
 */
void index_page(struct buffer *out, const struct dash *dash,
    const char *prefix, bool development);

#endif
