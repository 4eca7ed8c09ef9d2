/*
 * dash/dash.h: the Dash protocol over one app: layout, dependencies and
 * update-component.
 *
 * This folder knows JSON; it knows neither FastCGI nor SQLite.
 */
#ifndef LETHE_DASH_DASH_H
#define LETHE_DASH_DASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lethe.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/trace.h"
#include "dash/id.h"

struct data;
struct refreshes;
struct sessions;
struct store;

/* Where the front end finds functions that came as text, in the browser's
 * window.dash_clientside. */
#define DASH_INLINE_NAMESPACE "_dashprivate_clientside_funcs"

/* An output, input or state with what follows from its description. */
struct dash_property {
	struct id id;
	const char *property; /* without its mark */
	bool allow_duplicate;
	bool allow_optional;
	/* The property's name to the front end: of an output that others
	 * have too, with what tells it from theirs behind an '@'. */
	char *name;
};

struct dash_properties {
	struct dash_property *list;
	size_t count;
};

/* A callback with what follows from its description. */
struct dash_callback {
	const struct lethe_callback *description;
	struct dash_properties outputs;
	struct dash_properties inputs;
	struct dash_properties states;
	/* As the front end names it: "id.prop", "..id.prop...id2.prop2.."
	 * for several outputs, a hash of the inputs for none. */
	char *output;
	/* Of a function's text that runs in the browser: its name there. */
	char *function_name;
	bool prevent_initial_call;
};

/* An app, prepared for serving.  Immutable once made. */
struct dash {
	const struct lethe_app *app;
	struct dash_callback *callbacks;
	size_t callback_count;
};

/* Parts of the request that the app's code may ask for. */
enum dash_request_part {
	REQUEST_PAGE_PATH,
	REQUEST_PAGE_QUERY, /* by name */
	REQUEST_HEADER,	    /* by name */
	REQUEST_COOKIE,	    /* by name */
	REQUEST_ADDRESS
};

/* The request in hand and its response, however they travel. */
struct dash_request {
	void *context;
	/* Appends the part to `out`, as UTF-8.  False: there is none. */
	bool (*get)(void *context, enum dash_request_part part,
	    const char *name, struct buffer *out);
	/* Add to the response; -1 with a message. */
	int (*set_header)(void *context, const char *name, const char *value,
	    struct error *error);
	int (*set_cookie)(void *context, const struct lethe_cookie *cookie,
	    struct error *error);
	/* The session's token: appends the one that came with the request
	 * (false: none); has the browser keep one ("": none any more). */
	bool (*get_session)(void *context, struct buffer *token);
	void (*set_session)(void *context, const char *token);
};

/* Layouts that a process makes once, as JSON text; empty: not made yet. */
struct dash_kept {
	struct buffer layout;
	struct buffer validation_layout;
};

/* What the app's code may use during a call.  Members may be NULL. */
struct dash_services {
	struct store *store;
	struct sessions *sessions;
	/* Takes what is to be computed anew after the response; NULL: no
	 * value is served stale. */
	struct refreshes *refreshes;
	struct data *data;
	/* Why there is no data, if the app declares some. */
	struct error data_error;
	/* What the .start hook returned. */
	const void *started;
	/* Most milliseconds that a call may take; 0: no limit. */
	int64_t timeout_ms;
	/* Most bytes of a response. */
	size_t response_limit;
	/* Deepest nesting of a body; 0: 256. */
	size_t depth_limit;
	/* Most bytes of memory that a request's values may take, once they
	 * are parsed, beside what their text allows; 0: 256 MiB. */
	size_t input_limit;
	/* Told the name of what runs now ("layout", a callback's name), and
	 * NULL when it is over: for the answer of a process that dies. */
	const char *volatile *running;
	/* Told what is around the app's code; NULL: no development. */
	struct trace_base *trace_base;
	/* NULL: there is no request. */
	const struct dash_request *request;
	/* NULL: nothing is kept. */
	struct dash_kept *kept;
};

/* Something that a check of an app found. */
struct dash_finding {
	bool warning;	      /* odd, but no mistake for sure */
	const char *callback; /* its name; NULL: the app, or its layout */
	const char *message;  /* who, what is wrong, what to do */
};

typedef void dash_report(void *context, const struct dash_finding *finding);

/*
 * Prepares the app, which must outlive it, as far as its description allows,
 * and tells the mistakes in that.  With some it must not be served, but can be
 * checked further.  NULL: no memory.
 */
struct dash *dash_prepare(const struct lethe_app *app, dash_report *report,
    void *context, size_t *mistakes);

/*
 * Prepares the app for serving.  Each mistake found is told to `report`.  0,
 * or -1 when there were mistakes or no memory.
 */
int dash_new(struct dash **dash, const struct lethe_app *app,
    void (*report)(void *context, const char *mistake), void *context);
void dash_free(struct dash *dash);

/*
 * Looks for all else that makes a page misbehave: ids and properties that the
 * layout (which is run, once) does not have, wildcards that do not go
 * together, callbacks that start each other for ever.  `assets` is the
 * directory with the app's scripts; NULL: not known.  The number of mistakes;
 * warnings are not counted.
 */
size_t dash_check(const struct dash *dash,
    const struct dash_services *services, const char *assets,
    dash_report *report, void *context);

/* Is the callback not to run when the page has loaded? */
bool dash_is_initial_prevented(const struct lethe_app *app,
    const struct lethe_callback *callback);

/* The callback of that name, or of that output text (`size` bytes). */
const struct dash_callback *dash_find_name(const struct dash *dash,
    const char *name);
const struct dash_callback *dash_find_output(const struct dash *dash,
    const char *output, size_t size);

/* What became of a request, in terms of HTTP. */
struct dash_result {
	int status;	    /* 200, 204, 4xx, 500 or 504 */
	struct error error; /* set when status is 400 or more */
	struct trace trace; /* where it came from, if from app's code */
	/* Which callback it was; NULL: not known, or none. */
	const char *callback;
	/* How long the handler ran, and how much of that was the store's. */
	int64_t handler_us;
	int64_t store_us;
};

void dash_kept_init(struct dash_kept *kept, size_t limit);
void dash_kept_clear(struct dash_kept *kept);

/* Appends the layout, as GET _dash-layout answers it. */
void dash_layout(const struct dash *dash, const struct dash_services *services,
    struct buffer *out, struct dash_result *result);

/*
 * Appends the layout that the index page's configuration has for the browser
 * to check callbacks against; nothing when there is none.  After a failure
 * `out` is as it was.
 */
void dash_validation_layout(const struct dash *dash,
    const struct dash_services *services, struct buffer *out,
    struct dash_result *result);

/* Appends the dependencies, as GET _dash-dependencies answers them. */
void dash_dependencies(const struct dash *dash, struct buffer *out);

/*
 * Runs the callback that the body (of POST _dash-update-component) asks for.
 * `name` is the callback named in the URL, which must be the one that the body
 * means; NULL: none named.
 */
void dash_update(const struct dash *dash, const struct dash_services *services,
    const char *name, const char *body, size_t size, struct buffer *out,
    struct dash_result *result);

#endif
