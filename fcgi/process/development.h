/*
 * process/development.h: what a process has only in development mode
 * (LETHE_DEBUG=1): traces in words, pages for failures, and what tells the
 * page that the program is another.
 */
#ifndef LETHE_PROCESS_DEVELOPMENT_H
#define LETHE_PROCESS_DEVELOPMENT_H

#include <limits.h>

#include "base/error.h"
#include "base/trace.h"
#include "http/error_page.h"
#include "http/route.h"

/* Lies in a mapping of its own: signal handlers write to it. */
struct development {
	char tool[PATH_MAX]; /* addr2line */
	struct trace_base base;
	struct site_development site;
	char program_hash[33];
	/* For the answer of a process that dies. */
	char trace[ERROR_TRACE_SIZE];
	char page[ERROR_PAGE_SIZE];
};

/* Once, before the seal.  NULL with a message. */
struct development *development_new(struct error *error);

#endif
