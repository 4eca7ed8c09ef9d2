/*
 * http/route.h: which part of the app answers which request.
 */
#ifndef LETHE_HTTP_ROUTE_H
#define LETHE_HTTP_ROUTE_H

#include "dash/dash.h"
#include "http/exchange.h"
#include "http/policy.h"

/* What a site has only in development mode. */
struct site_development {
	/* Changes with the program. */
	const char *program_hash;
	int64_t program_changed_s; /* Unix time */
	/* Puts a trace into words, as in struct error_page; the size. */
	size_t (*describe)(void *context, const struct trace *trace, char *out,
	    size_t size);
	void *context;
};

struct site {
	const struct dash *dash;
	const struct dash_services *services;
	/* Where the app lives; begins and ends with '/'.  In plain CGI it is
	 * relative to where the program is mounted. */
	const char *prefix;
	/* NULL: production. */
	const struct site_development *development;
	/* The assets folder; "": there is none. */
	const char *assets;
	struct policy policy;
	/* Appends how the process is, as JSON; -1: it cannot serve all that it
	 * should.  NULL: it does not live long enough to be asked. */
	int (*health)(void *context, struct buffer *out);
	void *health_context;
};

/* Answers the request of `exchange`, whole, into its response. */
void route(const struct site *site, struct exchange *exchange,
    const struct last_answer *answer);

#endif
