/*
 * dash/script_scan.h: what can be seen in JavaScript without a parser.
 */
#ifndef LETHE_DASH_SCRIPT_SCAN_H
#define LETHE_DASH_SCRIPT_SCAN_H

#include <stdbool.h>

#include "base/error.h"

struct script_facts {
	/* It begins as a function does, or has an arrow. */
	bool is_function;
};

/*
 * Goes through text by its words: strings, comments and regular expressions
 * end, brackets are closed by their like.  -1 with a message when not.  What
 * cannot be told (a '/' that may begin a regular expression or divide) is
 * taken to be right.
 */
int script_scan(
    const char *text, struct script_facts *facts, struct error *error);

/* Is the name, as a whole word, anywhere in the text? */
bool script_names(const char *text, const char *name);

#endif
