/*
 * dash/check.h: what the checks of an app have in common.
 *
 * Each check looks at one subject and tells what it finds, all of it; none
 * stops at the first mistake.
 */
#ifndef LETHE_DASH_CHECK_H
#define LETHE_DASH_CHECK_H

#include "components/component.h"
#include "dash/dash.h"

/* Where findings are told, and how many of them were mistakes. */
struct mistakes {
	dash_report *report;
	void *context;
	size_t count;
};

/*
 * Tells a mistake, or what is only odd: who, what is wrong, what to do.
 * `callback` is NULL for the app and its layout.
 */
void mistake(struct mistakes *mistakes, const struct lethe_callback *callback,
    const char *format, ...) __attribute__((format(printf, 3, 4)));
void oddity(struct mistakes *mistakes, const struct lethe_callback *callback,
    const char *format, ...) __attribute__((format(printf, 3, 4)));
void no_memory_to_check(struct mistakes *mistakes);

/* ------------------------------------------------------------------------
 * Without these right, an app cannot be served: check_description.c
 */

/* What can be seen in the app's and in one callback's description alone. */
void check_app(struct mistakes *mistakes, const struct lethe_app *app);
void check_page(struct mistakes *mistakes, const struct lethe_app *app);
void check_description(struct mistakes *mistakes, const struct lethe_app *app,
    const struct lethe_callback *callback, size_t which);

/* What callback number `which` of a prepared app has against those before.
 * One whose description cannot be prepared has no .output. */
void check_callback(
    struct mistakes *mistakes, const struct dash *dash, size_t which);

/* ------------------------------------------------------------------------
 * What makes a page misbehave: the parts of dash_check()
 */

/* The component ids with the wildcards that go together. */
void check_wildcards(struct mistakes *mistakes, const struct dash *dash);

/* Callbacks that start each other for ever. */
void check_cycles(struct mistakes *mistakes, const struct dash *dash);

/* Functions that run in the browser; `assets` is the directory whose scripts
 * may define them, NULL: not known. */
void check_clientside(
    struct mistakes *mistakes, const struct dash *dash, const char *assets);

/* A component with an id. */
struct placed {
	struct json_object *id; /* borrowed from the tree */
	char *text;		/* plain or canonical */
	/* NULL: one that is not built in. */
	const struct lethe_component_type *type;
};

/* The components that a layout has. */
struct placed_list {
	struct placed *list; /* by text */
	size_t count;
	size_t capacity;
};

/* Finds the components of a tree, and what is wrong with them.  The list
 * borrows from the tree.  -1: no memory. */
int check_layout(struct mistakes *mistakes, struct json_object *tree,
    struct placed_list *placed);
void placed_clear(struct placed_list *placed);

/* The ids and properties that callbacks name.  `complete`: all plain ids must
 * be in the list. */
void check_targets(struct mistakes *mistakes, const struct dash *dash,
    const struct placed_list *placed, bool complete);

/* Which of a component's properties was probably meant; NULL: none. */
const char *nearest_property(
    const struct lethe_component_type *type, const char *name);

/* May two of the same property be of one component? */
bool properties_overlap(
    const struct dash_property *a, const struct dash_property *b);

#endif
