/*
 * dash/call.h: the inside of struct lethe_call.
 */
#ifndef LETHE_DASH_CALL_H
#define LETHE_DASH_CALL_H

#include "dash/dash.h"
#include "dash/json_scan.h"

/* An argument as it came: bytes of the body, parsed when first asked for. */
struct argument {
	struct json_span span; /* start is NULL: the browser sent none */
	struct json_object *value;
	bool parsed;
};

/* An output as the handler set it. */
struct output {
	struct json_object *value;
	enum { OUTPUT_UNSET, OUTPUT_SET, OUTPUT_NO_UPDATE } state;
};

struct lethe_call {
	const struct dash_services *services;
	/* NULL while the layout is made. */
	const struct dash_callback *callback;
	struct argument *inputs;
	struct argument *states;
	struct output *outputs;
	/* When the call has to be over; CLOCK_MONOTONIC, 0: never. */
	int64_t deadline_ms;
	struct error error;
	/* The call has failed, whatever the handler returns: it set an output
	 * wrongly, or an input could not be parsed. */
	bool failed;
	/* The first statement of the call; see data.c. */
	struct lethe_statement *statements;
};

/* Makes a call for `callback` (NULL: the layout).  0 or -1: no memory. */
int call_init(struct lethe_call *call, const struct dash_services *services,
    const struct dash_callback *callback);
void call_clear(struct lethe_call *call);

/* Frees the call's statements; see call_data.c. */
void call_data_clear(struct lethe_call *call);

/* "callback NAME", or "layout", for messages. */
const char *call_kind(const struct lethe_call *call);
const char *call_name(const struct lethe_call *call);

#endif
