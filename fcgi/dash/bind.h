/*
 * dash/bind.h: from a body's bytes to the arguments of a call.
 */
#ifndef LETHE_DASH_BIND_H
#define LETHE_DASH_BIND_H

#include "dash/call.h"

/* The members of the body that mean something here; start is NULL for those
 * that are missing. */
struct body {
	struct json_span output;
	struct json_span outputs;
	struct json_span inputs;
	struct json_span state;
	struct json_span changed;
};

/* Finds the members.  -1 after setting a 400 in `result`. */
int body_read(struct body *body, const char *text, size_t size, size_t depth,
    struct dash_result *result);

/*
 * Binds outputs, inputs, state and what changed to the call, which must be of
 * the callback that the body means.  -1 after setting a 4xx or 500.
 */
int body_bind(struct lethe_call *call, const struct body *body,
    struct dash_result *result);

/* Sets a failure in `result`; returns -1. */
int dash_refuse(struct dash_result *result, int status, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

#endif
