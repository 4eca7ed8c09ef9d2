/*
 * lethe/app.h: describing an app, and running it.
 */
#ifndef LETHE_APP_H
#define LETHE_APP_H

#include <stdbool.h>
#include <stdint.h>

#include <json-c/json.h>

#include <lethe/result.h>

#ifdef __cplusplus
extern "C" {
#endif
#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif

/*
 * A pattern id, for callbacks over components that come and go, as text that
 * LETHE_ID makes of it: LETHE_ID("type": "city", "index": ALL).  A value is a
 * JSON string, number or boolean, or one of the words MATCH, ALL and
 * ALLSMALLER, which mean what they mean in Dash.
 */
#define LETHE_ID(...) "{" #__VA_ARGS__ "}"

/* A property of a component, as Dash's Input, State and Output name it. */
struct lethe_dependency {
	/* The component's id: plain text, or a pattern id (LETHE_ID). */
	const char *id;
	/* Maybe within one of the marks below. */
	const char *property;
};

/*
 * Marks of a property.  { "o", LETHE_ALLOW_DUPLICATE("children") }: other
 * callbacks may have this output too.  { "i", LETHE_ALLOW_OPTIONAL("value") }:
 * this input or state may be missing from the page, and is null then.
 */
#define LETHE_ALLOW_DUPLICATE(property) "@" property
#define LETHE_ALLOW_OPTIONAL(property) "?" property

/* Lists for struct lethe_callback: LETHE_INPUTS({ "dropdown", "value" }). */
#define LETHE_DEPENDENCIES(...) \
	((const struct lethe_dependency[]){ __VA_ARGS__, { NULL, NULL } })
#define LETHE_OUTPUTS(...) LETHE_DEPENDENCIES(__VA_ARGS__)
#define LETHE_INPUTS(...) LETHE_DEPENDENCIES(__VA_ARGS__)
#define LETHE_STATE(...) LETHE_DEPENDENCIES(__VA_ARGS__)

/* A property to set while a callback runs, and when it is over. */
struct lethe_running {
	const char *id;
	const char *property;
	const char *running;	 /* value while it runs, as JSON text */
	const char *running_off; /* value afterwards, as JSON text */
};

#define LETHE_RUNNING(...) \
	((const struct lethe_running[]){ __VA_ARGS__, { .id = NULL } })

/*
 * Computes the outputs of one callback from its inputs.  Returns LETHE_OK
 * after setting every output (lethe_output(), lethe_no_update()),
 * LETHE_PREVENT_UPDATE to change nothing, or LETHE_ERROR, best as
 * `return lethe_fail(call, "what, where, what to do")`.
 */
typedef enum lethe_result lethe_handler(struct lethe_call *call);

/*
 * Answers in place of a handler that failed with `message`.  What the handler
 * had set is gone; outputs that are not set here are left as they are.  The
 * result means the same as a handler's.
 */
typedef enum lethe_result lethe_error_handler(struct lethe_call *call,
    const char *message);

/* When the page loads: what Dash calls prevent_initial_call. */
enum lethe_prevent_initial_call {
	/* As the app's .prevent_initial_callbacks says. */
	LETHE_INITIAL_DEFAULT = 0,
	/* Do not run; `true` means this. */
	LETHE_INITIAL_PREVENT = 1,
	/* Run, also when the app's default is not to. */
	LETHE_INITIAL_RUN,
	/* Run, though it has an output that others have too: which of them
	 * comes last is not known then. */
	LETHE_INITIAL_DUPLICATE
};

/* A callback; lists end with an all-NULL entry, NULL is an empty list. */
struct lethe_callback {
	/* Unique in the app; letters, digits, '_' and '-'.  It is the last
	 * part of the callback's URL, and names it in every message. */
	const char *name;
	/* NULL for a callback that runs in the browser. */
	lethe_handler *handler;
	/* What lethe_argument() gives the handler, when several callbacks
	 * share it and it has to know which one it runs for; or NULL. */
	const void *argument;
	const struct lethe_dependency *outputs;
	const struct lethe_dependency *inputs;
	const struct lethe_dependency *state;
	enum lethe_prevent_initial_call prevent_initial_call;
	/* NULL: the app's .on_error. */
	lethe_error_handler *on_error;
	const struct lethe_running *running;
	/* For a callback that runs in the browser: the text of a JavaScript
	 * function, or the namespace and name of one that a script of the
	 * app defines below window.dash_clientside. */
	const char *clientside_function;
	const char *clientside_namespace;
	const char *clientside_name;
	/* The one output is named as a list of one, as Dash does for
	 * [Output(...)]. */
	bool output_list;
	/* No error when the page has none of its components. */
	bool optional;
	/* Leave it out of the dev tools' callback graph. */
	bool hidden;
};

#define LETHE_CALLBACKS(...) \
	((const struct lethe_callback *const[]){ __VA_ARGS__, NULL })

/* A <script> of the page.  What is NULL or false is left out. */
struct lethe_script {
	/* An absolute URL, or a path below _dash-component-suites/. */
	const char *src;
	const char *type;
	const char *integrity;
	const char *crossorigin;
	const char *referrerpolicy;
	bool async;
	bool defer;
};

/* A <link> of the page; `rel` is "stylesheet" when it is NULL. */
struct lethe_stylesheet {
	/* An absolute URL, or a path below _dash-component-suites/. */
	const char *href;
	const char *rel;
	const char *type;
	const char *media;
	const char *integrity;
	const char *crossorigin;
	const char *referrerpolicy;
};

/* A <meta> of the page. */
struct lethe_meta_tag {
	const char *name;
	const char *property;
	const char *http_equiv;
	const char *charset;
	const char *content;
};

/* Lists for struct lethe_app: LETHE_SCRIPTS({ .src = "https://..." }). */
#define LETHE_SCRIPTS(...) \
	((const struct lethe_script[]){ __VA_ARGS__, { .src = NULL } })
#define LETHE_STYLESHEETS(...) \
	((const struct lethe_stylesheet[]){ __VA_ARGS__, { .href = NULL } })
#define LETHE_ORIGINS(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define LETHE_META_TAGS(...) \
	((const struct lethe_meta_tag[]){ __VA_ARGS__, { .name = NULL } })

/* A list of names and paths for struct lethe_app. */
#define LETHE_NAMES(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* What the .start hook is given. */
struct lethe_start;

/* An app.  Keep it `static const`: read-only memory needs no sealing. */
struct lethe_app {
	/* Short name: letters, digits, '_' and '-'.  Names the app's files
	 * in the state directory and its log lines.  Required. */
	const char *name;
	/* Title of the page; NULL: the name. */
	const char *title;
	/* Title while callbacks run; NULL: "Updating...", "": as it is. */
	const char *update_title;
	/* One sentence for lists of apps; may be NULL. */
	const char *description;
	/* Below which URL the app lives: begins and ends with '/'; NULL: "/".
	 * The setting LETHE_PREFIX overrides it. */
	const char *prefix;
	/* File name of the app's read-only SQLite database in the data
	 * directory (setting LETHE_DATA); NULL: none. */
	const char *data;
	/* Most rows in the app's cache; 0: 500.  The setting LETHE_THRESHOLD
	 * overrides it. */
	int64_t cache_threshold;
	/* Seconds until a value in it expires whose own timeout is
	 * LETHE_TIMEOUT_DEFAULT; 0: 300; LETHE_TIMEOUT_NEVER: never.  The
	 * setting LETHE_DEFAULT_TIMEOUT overrides it. */
	int64_t cache_timeout_s;
	/* Tags for the page's head; NULL: none. */
	const struct lethe_meta_tag *meta_tags;
	const struct lethe_script *external_scripts;
	const struct lethe_stylesheet *external_stylesheets;
	/* Origins ("https://tile.example.org") beyond the page's own and
	 * those of the two above that the page may load images, fonts, data
	 * and scripts from: LETHE_ORIGINS(); NULL: none. */
	const char *const *external_origins;
	/* Files of the assets folder (setting LETHE_ASSETS) whose names this
	 * POSIX extended regular expression matches, wherever in the name,
	 * are not loaded by the page; NULL: all .css, .js and .mjs are. */
	const char *assets_ignore;
	/* The page's HTML, with Dash's places for what belongs in it:
	 * {%metas%} {%title%} {%favicon%} {%css%} {%app_entry%} {%config%}
	 * {%scripts%} {%renderer%}.  NULL: Lethe's own.  Scripts in it need
	 * the place {%nonce%}: <script nonce="{%nonce%}">. */
	const char *index_string;
	/* Returns a new component tree, or an array of some, on every page
	 * load; on failure NULL after lethe_fail(). */
	struct json_object *(*layout)(struct lethe_call *call);
	/* The layout is the same for all: it is made once per process, when
	 * first needed, without a request, and kept as text. */
	bool layout_is_constant;
	/* With all components that any page may have, for the browser to
	 * check callbacks against; NULL: the layout, when it is no constant.
	 * Made once per process, without a request. */
	struct json_object *(*validation_layout)(struct lethe_call *call);
	/* Callbacks may name components that no layout has at first. */
	bool suppress_callback_exceptions;
	const struct lethe_callback *const *callbacks;
	/* Do not run callbacks when the page loads, unless they say so. */
	bool prevent_initial_callbacks;
	/* Answers for handlers that fail; NULL: none, they give a 500. */
	lethe_error_handler *on_error;
	/* What the page tells a visitor when a callback or the layout failed.
	 * NULL: what the server says, as lethe_fail() was given it; "": it
	 * tells nothing; else this text.  What the server says is in its
	 * answer in any case, and in the log. */
	const char *failure_notice;
	/* Work to do once per process, before it is sealed: build a table
	 * and return it; handlers get it read-only from lethe_started().
	 * All memory that it allocates becomes read-only.  NULL: none.  A
	 * failure is reported with lethe_start_fail(). */
	const void *(*start)(struct lethe_start *start);
	/* Functions of libc that keep state, which are refused, and that the
	 * app calls all the same: LETHE_NAMES("setlocale").  What they keep
	 * is then seen by later requests; NULL: none. */
	const char *const *calls;
	/* Shared objects that the app links and that must write to variables
	 * of their own: LETHE_NAMES("libcurl.so").  They are not sealed, and
	 * what they keep is seen by later requests; NULL: none. */
	const char *const *libraries;
	/* What the sandbox leaves open to the app's code, beyond the system's
	 * files, its own data and assets to read and LETHE_STATE to write:
	 * files and directories to read, and to write, and where to connect
	 * to: "unix:/PATH", "tcp:PORT" of any host, or "tcp:ADDRESS:PORT".
	 * "$NAME" is the value of an environment variable.  NULL: nothing. */
	const char *const *reads;
	const char *const *writes;
	const char *const *connects;
};

/* Reports that the start hook failed; returns NULL, for `return`. */
const void *lethe_start_fail(struct lethe_start *start, const char *format,
    ...) LETHE_PRINTF(2, 3);

/*
 * The whole program: worker, CGI program or tool, by how it was started.
 * Returns the exit status for main().  Does not return from serving; a
 * worker ends by _exit().
 */
int lethe_main(const struct lethe_app *app, int argc, char *argv[]);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
