/*
 * http/fastcgi.h: a worker's side of FastCGI, one connection at a time.
 */
#ifndef LETHE_HTTP_FASTCGI_H
#define LETHE_HTTP_FASTCGI_H

#include "http/exchange.h"

struct fastcgi;

/* Prepares libfcgi.  NULL: no memory. */
struct fastcgi *fastcgi_new(void);

/*
 * Reads one request from the connection `fd` (taken, close-on-exec), which
 * may stay silent for `silence_ms` at most.  1: a request to answer; 0: there
 * is an answer already in `exchange` (a 4xx), send it; -1: nothing came that
 * could be answered, the connection is closed and `exchange->error` says why.
 */
int fastcgi_receive(struct fastcgi *fastcgi, int fd, int64_t silence_ms,
    const struct http_limits *limits, struct exchange *exchange,
    struct last_answer *answer);

/* Sends the response and closes the connection.  -1: the peer was gone. */
int fastcgi_send(struct fastcgi *fastcgi, const struct exchange *exchange,
    struct last_answer *answer);

#endif
