/*
 * http/client.h: the web server's side of FastCGI, for asking a worker
 * without a web server.
 */
#ifndef LETHE_HTTP_CLIENT_H
#define LETHE_HTTP_CLIENT_H

#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

/* Appends a parameter in the form in which they are sent. */
void client_param(struct buffer *params, const char *name, const char *value);

/*
 * Sends a request to the worker that listens at `path`, and appends what it
 * writes: a CGI response.  -1 with a message when there is no complete
 * response, or when the worker is silent for `silence_ms`.
 */
int client_ask(const char *path, const struct buffer *params, const char *body,
    size_t body_size, int64_t silence_ms, struct buffer *out,
    struct error *error);

#endif
