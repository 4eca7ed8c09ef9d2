/*
 * process/recording.h: requests that a browser recorded, in the form that
 * browsers' dev tools export (HTTP Archive 1.2, "HAR").
 */
#ifndef LETHE_PROCESS_RECORDING_H
#define LETHE_PROCESS_RECORDING_H

#include <stddef.h>

#include <json-c/json.h>

#include "base/buffer.h"
#include "base/error.h"

/* A request; all of it is borrowed from the recording. */
struct recorded_request {
	const char *method;
	const char *path;	     /* with the query, as it was encoded */
	struct json_object *headers; /* array of { name, value }, or NULL */
	const char *body;
	size_t body_size;
	char *output; /* what the callback was asked for; NULL: no callback */
};

struct recording {
	struct json_object *archive;
	struct recorded_request *list;
	size_t count;
};

/*
 * Reads those requests of the file that are for paths below `prefix`.  -1
 * with a message; clear the recording also then.
 */
int recording_read(struct recording *recording, const char *file,
    const char *prefix, struct error *error);
void recording_clear(struct recording *recording);

/* Appends the request as the parameters that a web server sends; `cookies`
 * come before those that were recorded. */
void recording_params(const struct recorded_request *request,
    const char *cookies, const char *id, struct buffer *params);

#endif
