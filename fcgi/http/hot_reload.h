/*
 * http/hot_reload.h: has pages in development take what was changed.
 *
 * The page asks every three seconds (_reload-hash) and compares with the
 * answer before.
 */
#ifndef LETHE_HTTP_HOT_RELOAD_H
#define LETHE_HTTP_HOT_RELOAD_H

#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

struct hot_reload {
	const char *program;	   /* tells this program from others */
	int64_t program_changed_s; /* Unix time */
	const char *prefix;	   /* where the app lives */
	const char *assets;	   /* its folder; "": it has none */
	const char *assets_ignore; /* NULL: nothing */
};

/*
 * Appends the answer to _reload-hash.  The hash is another when the program is
 * or a file of the assets folder that the page loads; when styles alone were
 * changed, they are listed for the page to take them in place.  -1 with a
 * message: the folder cannot be read.
 */
int hot_reload_add(struct buffer *out, const struct hot_reload *given,
    struct error *error);

#endif
