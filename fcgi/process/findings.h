/*
 * process/findings.h: what checks found, kept until it is told.
 */
#ifndef LETHE_PROCESS_FINDINGS_H
#define LETHE_PROCESS_FINDINGS_H

#include "base/buffer.h"
#include "dash/dash.h"

struct findings {
	struct dash_finding *list; /* messages are the list's own */
	size_t count;
	size_t capacity;
	size_t mistakes;
	size_t told; /* of the list, by findings_tell() */
	/* The app to tell each at once for; NULL: they are kept. */
	const char *tell_for;
};

/* Keeps a copy; a dash_report, whose context is the findings.  Without memory
 * the finding goes to standard error at once. */
void findings_add(void *findings, const struct dash_finding *finding);

/* Adds a mistake that is of the app or its surroundings. */
void findings_add_mistake(struct findings *findings, const char *message);

/* Prints what was not told yet on standard error, one line each. */
void findings_tell(struct findings *findings, const char *app);

/* Appends a JSON array of objects with "severity" ("mistake" or "warning"),
 * "callback" (a name or null) and "message". */
void findings_write(const struct findings *findings, struct buffer *out);

void findings_clear(struct findings *findings);

#endif
