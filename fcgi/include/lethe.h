/*
 * lethe.h: write a live data app in C behind Dash's own front end.
 *
 * An app is constant data: a layout function and a list of callbacks.  Its
 * main() hands that to lethe_main(), and the one program is then the FastCGI
 * worker, a CGI program and a tool to look at the app from the shell.
 *
 * A process forgets everything when a request ends, and Lethe enforces that:
 * before the first request every global variable of the app becomes
 * read-only.  What has to outlive a request lives in the browser (dcc.Store)
 * or in the store (lethe_memoize, lethe_session_set).
 *
 * Values are json-c objects.  "Takes" means that the function owns the
 * reference from then on, also when it fails; "borrowed" means that the
 * caller must not json_object_put() it.
 *
 * In a value that is read, NULL is JSON null, as in json-c.  In a value that
 * is handed over, NULL is one that could not be made, and what it is put into
 * fails: null is lethe_null() there.  Only for component properties that do
 * not hold components NULL means "not set"; those that do are left out with
 * LETHE_NOT_SET.
 */
#ifndef LETHE_H
#define LETHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

#include <lethe/value.h>

#if defined(__GNUC__)
#define LETHE_PRINTF(text, first) \
	__attribute__((format(printf, text, first)))
#define LETHE_MUST_CHECK __attribute__((warn_unused_result))
#else
#define LETHE_PRINTF(text, first)
#define LETHE_MUST_CHECK
#endif

#ifdef __cplusplus
extern "C" {
#endif
#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif

/* What a function of Lethe, or a handler, has to say. */
enum lethe_result {
	LETHE_OK = 0,
	/* Failed; lethe_fail(), or the function that failed, left a message. */
	LETHE_ERROR,
	/* From a handler only: leave every output as it is (HTTP 204). */
	LETHE_PREVENT_UPDATE,
	/* From lethe_statement_step() only: a row can be read. */
	LETHE_ROW,
	/* From lethe_statement_step() only: there is no further row. */
	LETHE_DONE
};

/*
 * A call: one run of the app's code (layout or handler) for one request.
 * Valid until that code returns; everything borrowed from it too.
 */
struct lethe_call;

/* ------------------------------------------------------------------------
 * Describing an app
 */

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
#define LETHE_META_TAGS(...) \
	((const struct lethe_meta_tag[]){ __VA_ARGS__, { .name = NULL } })

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
	/* Tags for the page's head; NULL: none. */
	const struct lethe_meta_tag *meta_tags;
	const struct lethe_script *external_scripts;
	const struct lethe_stylesheet *external_stylesheets;
	/* Files of the assets folder (setting LETHE_ASSETS) whose names this
	 * POSIX extended regular expression matches, wherever in the name,
	 * are not loaded by the page; NULL: all .css, .js and .mjs are. */
	const char *assets_ignore;
	/* The page's HTML, with Dash's places for what belongs in it:
	 * {%metas%} {%title%} {%favicon%} {%css%} {%app_entry%} {%config%}
	 * {%scripts%} {%renderer%}.  NULL: Lethe's own. */
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
	/* Work to do once per process, before it is sealed: build a table
	 * and return it; handlers get it read-only from lethe_started().
	 * All memory that it allocates becomes read-only.  NULL: none.  A
	 * failure is reported with lethe_start_fail(). */
	const void *(*start)(struct lethe_start *start);
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

/* ------------------------------------------------------------------------
 * Inside a handler or a layout function
 */

/*
 * The value of input (state) number `index`, counted from 0 as declared.
 * Borrowed; NULL for JSON null, for a property that the browser does not
 * have, and when `index` is out of range.  It is parsed when first asked for.
 * For an id with ALL or ALLSMALLER: an array of the components' values.
 */
struct json_object *lethe_input(struct lethe_call *call, size_t index);
struct json_object *lethe_state(struct lethe_call *call, size_t index);

/* The same, to be handed on: the caller owns a reference, and JSON null is
 * lethe_null(). */
struct json_object *lethe_input_take(struct lethe_call *call, size_t index);
struct json_object *lethe_state_take(struct lethe_call *call, size_t index);

/* The same as text; NULL unless the value is a string.  Borrowed. */
const char *lethe_input_string(struct lethe_call *call, size_t index);
const char *lethe_state_string(struct lethe_call *call, size_t index);

/*
 * How many components input (state) number `index` is of: 1, but for an id
 * with ALL or ALLSMALLER as many as the page has; 0 when out of range.
 */
size_t lethe_input_count(const struct lethe_call *call, size_t index);
size_t lethe_state_count(const struct lethe_call *call, size_t index);

/*
 * Value and id of component number `which` of those.  Borrowed; NULL when out
 * of range.  The id is a string, or the object of a pattern id.
 */
struct json_object *lethe_input_at(struct lethe_call *call, size_t index,
    size_t which);
struct json_object *lethe_input_id(struct lethe_call *call, size_t index,
    size_t which);
struct json_object *lethe_state_at(struct lethe_call *call, size_t index,
    size_t which);
struct json_object *lethe_state_id(struct lethe_call *call, size_t index,
    size_t which);

/*
 * What MATCH stands for in this call: the value of the pattern ids' key
 * `key`.  Borrowed; NULL when no id has MATCH there.
 */
struct json_object *lethe_match(struct lethe_call *call, const char *key);

/* A property whose change made the callback run. */
struct lethe_trigger {
	const char *id; /* a pattern id as its canonical text */
	const char *property;
	struct json_object *value; /* borrowed, as from lethe_input() */
};

/*
 * What made the callback run: 0 when the page has just loaded.  The entry
 * number `which` is valid as long as the call; NULL when out of range.
 */
size_t lethe_triggered_count(const struct lethe_call *call);
const struct lethe_trigger *lethe_triggered(struct lethe_call *call,
    size_t which);

/* Did a property of the component `id` (plain, or a pattern id, LETHE_ID)
 * make the callback run? */
bool lethe_triggered_by(const struct lethe_call *call, const char *id);

/*
 * The canonical text of a pattern id, for the .id of a component:
 * lethe_id(call, lethe_object({ "type", lethe_string("city") },
 * { "index", lethe_integer(3) })).  Takes `parts`, whose values are strings,
 * numbers and booleans.  Borrowed from the call; NULL after lethe_fail().
 */
const char *lethe_id(struct lethe_call *call, struct json_object *parts);

/*
 * Sets output number `index`; takes `value` (for null lethe_null(): NULL is a
 * value that could not be made, and fails the call).  LETHE_ERROR
 * when there is no such output or it is set already.  For an id with ALL the
 * value is an array, with a value for each component.
 */
enum lethe_result lethe_output(struct lethe_call *call, size_t index,
    struct json_object *value);

/*
 * Sets one component of an output with ALL; those that are not set are left
 * as they are.  Takes `value`.  LETHE_ERROR when there is no such output or
 * component, or it is set already.
 */
enum lethe_result lethe_output_at(struct lethe_call *call, size_t index,
    size_t which, struct json_object *value);

/* Leaves output number `index` as it is in the browser. */
enum lethe_result lethe_no_update(struct lethe_call *call, size_t index);

/*
 * How many components output number `index` is of, and the id of one, as for
 * inputs.
 */
size_t lethe_output_count(const struct lethe_call *call, size_t index);
struct json_object *lethe_output_id(struct lethe_call *call, size_t index,
    size_t which);

/*
 * Sets a property of any component, whether or not it is an output (Dash's
 * set_props).  `id` is plain, or a pattern id's text (lethe_id()).  Takes
 * `value`, which may be a patch.
 */
enum lethe_result lethe_set_props(struct lethe_call *call, const char *id,
    const char *property, struct json_object *value);

/*
 * Sets the message of a failure; returns LETHE_ERROR, for `return`.
 *
 * As a macro it also notes where it stands, for the log and the dev tools.
 * The empty asm keeps the function that fails on the stack: its last call
 * would become a jump.
 */
enum lethe_result lethe_fail(struct lethe_call *call, const char *format, ...)
    LETHE_PRINTF(2, 3);
enum lethe_result lethe_fail_at(struct lethe_call *call, const char *file,
    int line, const char *function, const char *format, ...)
    LETHE_PRINTF(5, 6);
#if defined(__GNUC__)
#define lethe_fail(call, ...)                                              \
	__extension__({                                                    \
		enum lethe_result lethe_failed_ = lethe_fail_at((call),    \
		    __FILE__, __LINE__, __func__, __VA_ARGS__);            \
		__asm__ volatile("");                                      \
		lethe_failed_;                                             \
	})
#endif

/* What the app's .start hook returned; NULL without one. */
const void *lethe_started(const struct lethe_call *call);

/* ------------------------------------------------------------------------
 * The request, as anybody may have sent it: check what you use of it.
 *
 * Texts are UTF-8, borrowed, and valid until the handler or layout function
 * returns.  In the tools, for a constant layout and for a validation layout
 * there is no request.
 */

/*
 * The path of the page in the browser, decoded, with the app's prefix; the
 * prefix when the browser does not tell.  "/" without a request, never NULL.
 */
const char *lethe_page_path(struct lethe_call *call);

/* The first value of `name` in the query string of the page in the browser,
 * decoded; NULL: there is none. */
const char *lethe_page_query(struct lethe_call *call, const char *name);

/* A header of the request, by its name in any case; NULL: there is none. */
const char *lethe_request_header(struct lethe_call *call, const char *name);

/* The value of a cookie; NULL: there is none. */
const char *lethe_request_cookie(struct lethe_call *call, const char *name);

/* Who sent the request, as the web server says; NULL: not known. */
const char *lethe_request_address(struct lethe_call *call);

/*
 * Adds a header to the response, and to a 204 too, but not to that of a call
 * that fails.  LETHE_ERROR for a name that is no token or that is Lethe's or
 * the web server's to set, for a value with control characters, and for more
 * than 8 KiB together.  Without a request nothing happens.
 */
enum lethe_result lethe_response_header(struct lethe_call *call,
    const char *name, const char *value);

/* Which requests from other sites carry a cookie. */
enum lethe_same_site {
	LETHE_SAME_SITE_LAX = 0, /* only those that lead to the page */
	LETHE_SAME_SITE_STRICT,
	LETHE_SAME_SITE_NONE /* all; needs .secure */
};

/* Value of .max_age_s in struct lethe_cookie: forget the cookie. */
enum {
	LETHE_COOKIE_DELETE = -1
};

/* A cookie to set. */
struct lethe_cookie {
	const char *name;
	/* Printable ASCII but for blanks, '"', ',', ';' and '\\'; NULL: "". */
	const char *value;
	/* Below which path it is sent; NULL: the app's prefix. */
	const char *path;
	/* 0: until the browser is closed. */
	int64_t max_age_s;
	bool http_only; /* closed to scripts of the page */
	bool secure;	/* sent over HTTPS only */
	enum lethe_same_site same_site;
};

/* Adds a cookie to the response, as lethe_response_header() does a header.
 * LETHE_ERROR when RFC 6265 does not allow it. */
enum lethe_result lethe_response_cookie(struct lethe_call *call,
    const struct lethe_cookie *cookie);

/* ------------------------------------------------------------------------
 * The cache: an expensive step runs once, for all users and workers
 */

/* Values of .timeout_s in struct lethe_memo. */
enum {
	LETHE_TIMEOUT_DEFAULT = 0, /* the setting LETHE_DEFAULT_TIMEOUT */
	LETHE_TIMEOUT_NEVER = -1   /* the value never expires */
};

/* Who shares a cached value. */
enum lethe_scope {
	LETHE_SHARED = 0, /* all users */
	LETHE_SESSION	  /* one visitor, in the session's pages */
};

/* Bytes that are no JSON. */
struct lethe_bytes {
	void *data;
	size_t size;
};

/* A function whose results are kept in the cache. */
struct lethe_memo {
	/* The function's name: with the arguments, the key. */
	const char *name;
	/*
	 * Computes the value for `arguments` (borrowed) and hands it over in
	 * `*value`; for null, which is cached too, that is lethe_null().
	 */
	enum lethe_result (*compute)(struct lethe_call *call,
	    struct json_object *arguments, struct json_object **value);
	/* The same for values that are bytes (lethe_memoize_bytes()): hands
	 * over memory of malloc(), or NULL for no bytes. */
	enum lethe_result (*compute_bytes)(struct lethe_call *call,
	    struct json_object *arguments, struct lethe_bytes *bytes);
	/* Seconds for which the value is fresh, or LETHE_TIMEOUT_... */
	int64_t timeout_s;
	enum lethe_scope scope;
	/*
	 * Seconds for which the value is served stale after that, before it
	 * expires.  Whoever gets it stale has an answer at once, and the
	 * worker computes it anew when that is sent: compute then runs in a
	 * call of its own, without inputs and outputs.
	 */
	int64_t stale_s;
	/* Seconds for which a failure is remembered, and given to all who
	 * ask; 0: only to those who wait for the computation that failed. */
	int64_t negative_timeout_s;
	/* The call does without the cache, when this returns true: the value
	 * is computed and not stored.  NULL: never. */
	bool (*unless)(struct lethe_call *call, struct json_object *arguments);
	/* The value is computed and stored, whatever the cache has, when this
	 * returns true.  NULL: never. */
	bool (*forced_update)(struct lethe_call *call,
	    struct json_object *arguments);
};

/* Returns true: for .unless and .forced_update. */
bool lethe_always(struct lethe_call *call, struct json_object *arguments);

/*
 * The value of `memo` for `arguments` (any JSON value; taken): from the
 * cache, or computed.  However many handlers in however many processes ask
 * at the same time, one computes and the others wait for its result; if it
 * fails, they fail with its message; if two workers in a row crash in it,
 * the others are told so.  In `*value` the caller gets a reference; NULL on
 * failure.
 *
 * The memo need not outlive the call.  So one call can have a timeout, or a
 * forced update, of its own: copy the struct, change it, and pass the copy.
 *
 * LETHE_ERROR: compute failed, or asked for the very key that it is
 * computing (memoized functions may ask for each other's values, but not in
 * a circle), or the wait for another's computation was longer than the
 * request may take.  A cache that cannot be read or written is no error:
 * the value is computed, and the log says why.
 */
enum lethe_result lethe_memoize(struct lethe_call *call,
    const struct lethe_memo *memo, struct json_object *arguments,
    struct json_object **value) LETHE_MUST_CHECK;

/* The same, but in `*value` unparsed (lethe_raw()): to be sent as it is. */
enum lethe_result lethe_memoize_raw(struct lethe_call *call,
    const struct lethe_memo *memo, struct json_object *arguments,
    struct json_object **value) LETHE_MUST_CHECK;

/* The same for .compute_bytes.  The bytes, with a NUL after them, are
 * borrowed from the call. */
enum lethe_result lethe_memoize_bytes(struct lethe_call *call,
    const struct lethe_memo *memo, struct json_object *arguments,
    struct lethe_bytes *bytes) LETHE_MUST_CHECK;

/*
 * The cache without a computation: values are filed under the name of a
 * function and its arguments (taken), as those of lethe_memoize() are.
 *
 * True: the value is in `*value`, a reference for the caller (NULL: JSON
 * null).  False: there is none, it has expired, or it is of the other kind.
 */
bool lethe_cache_get(struct lethe_call *call, enum lethe_scope scope,
    const char *function, struct json_object *arguments,
    struct json_object **value) LETHE_MUST_CHECK;
bool lethe_cache_get_bytes(struct lethe_call *call, enum lethe_scope scope,
    const char *function, struct json_object *arguments,
    struct lethe_bytes *bytes) LETHE_MUST_CHECK; /* as lethe_memoize_bytes() */

/*
 * Files a value; takes `value` (for null lethe_null()), copies `data`.
 * timeout_s: seconds until it expires, or LETHE_TIMEOUT_...  LETHE_ERROR: no
 * name, no such timeout, or arguments over 1 MiB.  That the cache is full, off
 * or broken is for the log alone: what was set may be missing at any time.
 */
enum lethe_result lethe_cache_set(struct lethe_call *call,
    enum lethe_scope scope, const char *function,
    struct json_object *arguments, struct json_object *value,
    int64_t timeout_s);
enum lethe_result lethe_cache_set_bytes(struct lethe_call *call,
    enum lethe_scope scope, const char *function,
    struct json_object *arguments, const void *data, size_t size,
    int64_t timeout_s);

/* Deletes one value, if it is there.  LETHE_ERROR: the cache cannot be
 * written, and the value would be served on. */
enum lethe_result lethe_cache_delete(struct lethe_call *call,
    enum lethe_scope scope, const char *function,
    struct json_object *arguments) LETHE_MUST_CHECK;

/* Delete all values of a function, shared and of all sessions, or the whole
 * cache.  How many; -1 after lethe_fail(). */
int64_t lethe_cache_delete_function(struct lethe_call *call,
    const char *function) LETHE_MUST_CHECK;
int64_t lethe_cache_clear(struct lethe_call *call) LETHE_MUST_CHECK;

/* ------------------------------------------------------------------------
 * The session: what the server remembers of a visitor
 *
 * A visitor is known by a signed cookie that Lethe makes, and by nothing else.
 * It is set when the app's code first uses one of these functions: best in
 * the layout, since callbacks that run at the same time without a cookie
 * begin a session each.  Nothing is stored before the first value.  A session
 * ends when the browser is closed, after 30 minutes without use
 * (LETHE_SESSION_IDLE) and after 8 hours (LETHE_SESSION_LIFETIME).
 *
 * What fails here fails the call, or returns LETHE_ERROR with a message for
 * the handler to return.
 */

/* The value under `name`.  Borrowed; NULL: JSON null, or there is none. */
struct json_object *lethe_session_get(struct lethe_call *call,
    const char *name);

/* Takes `value`, as lethe_output() does.  LETHE_OK: it is in the database. */
enum lethe_result lethe_session_set(struct lethe_call *call, const char *name,
    struct json_object *value) LETHE_MUST_CHECK;

/* Deletes a value; that there is none is no error. */
enum lethe_result lethe_session_delete(struct lethe_call *call,
    const char *name) LETHE_MUST_CHECK;

/* Ends the session, as after "log out": all of it is deleted, and the browser
 * forgets its cookie. */
enum lethe_result lethe_session_forget(struct lethe_call *call)
    LETHE_MUST_CHECK;

/* Gives the visitor a new id, as is right after "log in"; those before are
 * valid for another 30 seconds.  Lethe does so by itself every 15 minutes. */
enum lethe_result lethe_session_rotate(struct lethe_call *call)
    LETHE_MUST_CHECK;

/* What logs may call the session: 8 digits, as in the store's list of them.
 * Borrowed; NULL after a failure. */
const char *lethe_session_label(struct lethe_call *call);

/*
 * A new text for a dcc.Store that tells one page of the session from another.
 * It opens nothing: whoever takes it to another browser is refused there.
 * Not for a layout that is constant.  Borrowed; NULL after a failure.
 */
const char *lethe_session_page_id(struct lethe_call *call);

/* Is the text (NULL is none) a page id of this session?  LETHE_ERROR when not,
 * with a message for the visitor. */
enum lethe_result lethe_session_page_check(struct lethe_call *call,
    const char *page_id) LETHE_MUST_CHECK;

/*
 * As lethe_output(), but the value stays on the server, in the session; the
 * browser only gets a reference.  An input or state with that has the value
 * again, for this session.  For data that is too large for the wire.  The
 * oldest such values make room for new ones; a call with one that is gone
 * fails.
 */
enum lethe_result lethe_output_stored(struct lethe_call *call, size_t index,
    struct json_object *value);

/* ------------------------------------------------------------------------
 * The app's data: a read-only SQLite database, .data of struct lethe_app
 */

/* A prepared statement (sqlite3_stmt), kept by the worker for reuse. */
struct lethe_statement;

/*
 * Prepares `sql`, which must be one statement.  Never NULL: after a failure
 * lethe_statement_step() returns LETHE_ERROR and the call has the message.
 * Valid until the call ends; it is reset then.  A second prepare of the same
 * text within a call gives the same statement, reset.
 */
struct lethe_statement *lethe_statement_prepare(struct lethe_call *call,
    const char *sql);

/* Bind parameter number `index`, counted from 1; text is copied. */
void lethe_statement_bind_text(struct lethe_statement *statement, int index,
    const char *text);
void lethe_statement_bind_double(struct lethe_statement *statement, int index,
    double number);
void lethe_statement_bind_int64(struct lethe_statement *statement, int index,
    int64_t number);

/* LETHE_ROW, LETHE_DONE (the statement is reset), or LETHE_ERROR. */
enum lethe_result lethe_statement_step(struct lethe_statement *statement)
    LETHE_MUST_CHECK;

/*
 * Column number `column`, counted from 0, of the row last stepped to,
 * converted as SQLite does.  The text is borrowed until the next step;
 * NULL for SQL NULL.
 */
const char *lethe_statement_text(struct lethe_statement *statement,
    int column);
double lethe_statement_double(struct lethe_statement *statement, int column);
int64_t lethe_statement_int64(struct lethe_statement *statement, int column);

/*
 * The same on an SQLite database of the visitor's session alone, which is made
 * when first asked for, may be written to, has at most LETHE_SESSION_BYTES and
 * goes with the session.  A transaction that is still open when the call ends
 * is undone.  ATTACH, VACUUM and most of PRAGMA are refused.
 */
struct lethe_statement *lethe_session_prepare(struct lethe_call *call,
    const char *sql);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
