/*
 * http/assets.h: what is in an app's assets folder for its page.
 *
 * The web server serves the files; here is only which of them the page loads.
 */
#ifndef LETHE_HTTP_ASSETS_H
#define LETHE_HTTP_ASSETS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum asset_kind {
	ASSET_OTHER,
	ASSET_STYLE,  /* .css */
	ASSET_SCRIPT, /* .js */
	ASSET_MODULE, /* .mjs */
	ASSET_FAVICON /* favicon.ico */
};

struct asset {
	char *directory; /* below the folder: "", or "a/b" */
	char *name;
	enum asset_kind kind;
	int64_t modified_ns; /* Unix time */
};

struct assets {
	struct asset *list; /* in the order in which the page loads them */
	size_t count;
};

/*
 * Lists what the page loads of `folder`, without files whose names the POSIX
 * extended regular expression `ignore` matches (NULL: none), and without
 * hidden ones.  The order is Dash's: the files of a directory by their names,
 * directories by their paths.  A folder that is not there is empty.  -1 with
 * a message for one that cannot be read or is too large; the list is empty
 * then.
 */
int assets_read(struct assets *assets, const char *folder, const char *ignore,
    struct error *error);
void assets_clear(struct assets *assets);

#endif
