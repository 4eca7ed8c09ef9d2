/*
 * dash/check_clientside.c: functions that run in the browser, as far as that
 * can be seen without running them: is the text of one whole, and does a
 * script of the app name one that is said to be there?
 */
#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dash/check.h"
#include "dash/script_scan.h"

/* Scripts that are larger are libraries. */
#define SCRIPT_LIMIT ((size_t)16 << 20)

static void
check_text(struct mistakes *mistakes, const struct lethe_callback *callback)
{
	struct script_facts facts;
	struct error error;

	if (script_scan(callback->clientside_function, &facts, &error) != 0)
		mistake(mistakes, callback,
		    "callback %s: its .clientside_function is not JavaScript: "
		    "%s",
		    callback->name, error.message);
	else if (!facts.is_function)
		mistake(mistakes, callback,
		    "callback %s: its .clientside_function is no function: "
		    "write \"function (value) { return ...; }\", or "
		    "\"(value) => ...\"",
		    callback->name);
}

static bool
is_script(const FTSENT *entry)
{
	const char *end = strrchr(entry->fts_name, '.');

	return entry->fts_info == FTS_F && end != NULL &&
	       (strcmp(end, ".js") == 0 || strcmp(end, ".mjs") == 0) &&
	       entry->fts_statp->st_size <= (off_t)SCRIPT_LIMIT;
}

/* The text of a file; what cannot be read is empty. */
static void
read_file(const char *path, struct buffer *text)
{
	FILE *file = fopen(path, "re");
	char piece[4096];
	size_t size;

	while (
	    file != NULL && (size = fread(piece, 1, sizeof(piece), file)) > 0)
		buffer_add(text, piece, size);
	if (file != NULL)
		(void)fclose(file);
}

/* A function that is looked for. */
struct wanted {
	const char *namespace, *name;
	bool namespace_found;
};

/* Does some script below the directory name the function?  -1: it cannot be
 * read. */
static int
find_function(const char *directory, struct wanted *wanted)
{
	char *const roots[] = { (char *)(uintptr_t)directory, NULL };
	FTS *walk = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, NULL);
	bool found = false;
	FTSENT *entry;

	if (walk == NULL)
		return -1;
	while (!found && (entry = fts_read(walk)) != NULL) {
		struct buffer text;

		if (!is_script(entry))
			continue;
		buffer_init(&text, SCRIPT_LIMIT);
		read_file(entry->fts_path, &text);
		if (!buffer_failed(&text) && text.data != NULL &&
		    script_names(text.data, wanted->namespace)) {
			wanted->namespace_found = true;
			found = script_names(text.data, wanted->name);
		}
		buffer_clear(&text);
	}
	(void)fts_close(walk);
	return found ? 1 : 0;
}

/* Only a warning: a script can make the name of a function as it runs. */
static void
check_named(struct mistakes *mistakes, const struct lethe_callback *callback,
    const char *assets)
{
	struct wanted wanted = { callback->clientside_namespace,
		callback->clientside_name, false };

	if (access(assets, R_OK) != 0)
		oddity(mistakes, callback,
		    "callback %s: its function %s.%s has to be in a script of "
		    "the assets folder %s: %s: make the folder, or set "
		    "LETHE_ASSETS to the one that the app has",
		    callback->name, wanted.namespace, wanted.name, assets,
		    strerror(errno));
	else if (find_function(assets, &wanted) != 1)
		oddity(mistakes, callback,
		    "callback %s: its function %s.%s is missing: no script in "
		    "the assets folder %s has the name \"%s\"%s: define "
		    "window.dash_clientside.%s.%s there",
		    callback->name, wanted.namespace, wanted.name, assets,
		    wanted.namespace_found ? wanted.name : wanted.namespace,
		    wanted.namespace_found ? " below that of its namespace"
					   : "",
		    wanted.namespace, wanted.name);
}

void
check_clientside(
    struct mistakes *mistakes, const struct dash *dash, const char *assets)
{
	for (size_t i = 0; i < dash->callback_count; i++) {
		const struct lethe_callback *each =
		    dash->callbacks[i].description;

		if (each->name == NULL)
			continue;
		if (each->clientside_function != NULL)
			check_text(mistakes, each);
		else if (each->clientside_namespace != NULL &&
			 each->clientside_name != NULL && assets != NULL)
			check_named(mistakes, each, assets);
	}
}
