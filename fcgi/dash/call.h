/*
 * dash/call.h: the inside of struct lethe_call.
 */
#ifndef LETHE_DASH_CALL_H
#define LETHE_DASH_CALL_H

#include "dash/dash.h"
#include "dash/json_scan.h"

/* Where in the library it stands tells an app's author nothing. */
#undef lethe_fail

/* One of the components that an argument is of, as bytes of the body, which
 * are parsed when first asked for. */
struct component {
	struct json_span id;	/* start is NULL: a plain id, as described */
	struct json_span value; /* start is NULL: the browser sent none */
	struct json_object *parsed_id;
	struct json_object *parsed_value;
	char *text; /* the id's canonical text, made when asked for */
	bool id_is_parsed;
	bool value_is_parsed;
	/* The page has none: its id is not one. */
	bool is_missing;
};

/* An input, state or output as the body has it. */
struct argument {
	const struct dash_property *property;
	struct component *components;
	size_t count;
	/* The values together, for an id with ALL; made when asked for. */
	struct json_object *list;
};

/* What the handler did to an output. */
struct result {
	struct json_object *value;
	enum { RESULT_UNSET, RESULT_SET, RESULT_NO_UPDATE } state;
	/* Which components were set one by one; NULL: all together. */
	bool *parts;
};

/* A property set by lethe_set_props(). */
struct side_update {
	char *id;
	char *property;
	struct json_object *value;
};

struct lethe_call {
	const struct dash_services *services;
	/* NULL while the layout is made. */
	const struct dash_callback *callback;
	struct argument *inputs;
	struct argument *states;
	struct argument *outputs;
	struct result *results; /* one for each output */
	/* What MATCH stands for: an object. */
	struct json_object *matches;
	struct lethe_trigger *triggers;
	size_t trigger_count;
	struct side_update *sides;
	size_t side_count;
	/* Texts that live as long as the call: call_keep_text(). */
	char **texts;
	size_t text_count;
	/* When the call has to be over; CLOCK_MONOTONIC, 0: never. */
	int64_t deadline_ms;
	/* Memory that inputs may still take (services->input_limit). */
	size_t input_room;
	/* They would have taken more. */
	bool too_large;
	/* Time spent in the store: in memoized calls, but for what they
	 * compute, and in statements. */
	int64_t store_us;
	struct error error;
	/* Where the error came from. */
	struct trace trace;
	/* The call has failed, whatever the handler returns: it set an output
	 * wrongly, or an input could not be parsed. */
	bool failed;
	/* NULL: the call has not asked for it; see call_session.c. */
	struct session *session;
	/* Values of the session that were handed out. */
	struct json_object **session_values;
	size_t session_value_count;
	/* How many shared values are being computed, one within the other:
	 * none of them may have what is a visitor's alone. */
	unsigned int sharing;
	/* The session's own database; NULL: not asked for. */
	struct data *session_data;
	/* It computes a stale value anew, after the response (refresh.c), of
	 * this owner; NULL: of nobody. */
	bool refreshing;
	const char *owner;
	/* The first statement of the call; see call_data.c. */
	struct lethe_statement *statements;
};

/* Makes a call for `callback` (NULL: the layout).  0 or -1: no memory. */
int call_init(struct lethe_call *call, const struct dash_services *services,
    const struct dash_callback *callback);
void call_clear(struct lethe_call *call);

/* The database of the visitor's session; NULL: the call has failed. */
struct data *call_session_data(struct lethe_call *call);

/* Whose the call is: the name of the visitor's session.  Borrowed; NULL: the
 * call has failed. */
const char *call_owner(struct lethe_call *call);

/* The value that a browser's one stands for, when that is kept in the session,
 * or else that one.  Takes and gives a reference; NULL after a failure. */
struct json_object *call_resolve_stored(
    struct lethe_call *call, struct json_object *value);

/* Ends the call's use of the session, and tells the browser of a new id. */
void call_session_clear(struct lethe_call *call);

/* Frees the call's statements; see call_data.c. */
void call_data_clear(struct lethe_call *call);

/* Forgets what the handler set, for an error handler to set it anew. */
void call_reset_results(struct lethe_call *call);

/* Takes over a text, or clears it and fails the call.  Borrowed from the call;
 * NULL: no memory, or the buffer failed. */
const char *call_keep_text(struct lethe_call *call, struct buffer *text);

/* The parts of a component, parsed.  Borrowed; NULL: null, or no memory, which
 * fails the call. */
struct json_object *component_id(struct lethe_call *call,
    const struct argument *argument, struct component *component);
struct json_object *component_value(struct lethe_call *call,
    struct component *component);

/* The id as plain or canonical text.  Borrowed; NULL: missing, or no memory,
 * which fails the call. */
const char *component_text(struct lethe_call *call,
    const struct argument *argument, struct component *component);

#endif
