/*
 * process/nginx.h: the nginx locations of an app, for `app nginx`.
 */
#ifndef LETHE_PROCESS_NGINX_H
#define LETHE_PROCESS_NGINX_H

#include "base/buffer.h"
#include "process/process.h"

/*
 * Appends the configuration (deploy/app.nginx.conf filled in).  `socket` is a
 * path or HOST:PORT; `frontend` the directory that holds suites/.  -1 with a
 * message when one of them cannot be written into a configuration.
 */
int nginx_print(struct buffer *out, const struct process *process,
    const char *socket, const char *frontend, struct error *error);

#endif
