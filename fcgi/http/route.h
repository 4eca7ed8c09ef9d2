/*
 * http/route.h: which part of the app answers which request.
 */
#ifndef LETHE_HTTP_ROUTE_H
#define LETHE_HTTP_ROUTE_H

#include "dash/dash.h"
#include "http/exchange.h"

struct site {
	const struct dash *dash;
	const struct dash_services *services;
	/* Where the app lives; begins and ends with '/'.  In plain CGI it is
	 * relative to where the program is mounted. */
	const char *prefix;
};

/* Answers the request of `exchange`, whole, into its response. */
void route(const struct site *site, struct exchange *exchange,
    const struct last_answer *answer);

#endif
