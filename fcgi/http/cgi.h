/*
 * http/cgi.h: one request as plain CGI (RFC 3875): parameters in the
 * environment, body on standard input, response on standard output.
 */
#ifndef LETHE_HTTP_CGI_H
#define LETHE_HTTP_CGI_H

#include "http/exchange.h"

/* 1: a request to answer; 0: there is an answer already, send it. */
int cgi_receive(const struct http_limits *limits, struct exchange *exchange,
    struct last_answer *answer);

/* Writes the response to standard output.  -1: it could not be written. */
int cgi_send(const struct exchange *exchange, struct last_answer *answer);

#endif
