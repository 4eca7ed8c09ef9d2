/*
 * dash/check.h: mistakes in an app's description.
 */
#ifndef LETHE_DASH_CHECK_H
#define LETHE_DASH_CHECK_H

#include "dash/dash.h"

/* Where mistakes are told, and how many there were. */
struct mistakes {
	void (*report)(void *context, const char *mistake);
	void *context;
	size_t count;
};

/* Tells one mistake: who, what is wrong, what to do. */
void mistake(struct mistakes *mistakes, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What can be seen in the app's and in one callback's description alone. */
void check_app(struct mistakes *mistakes, const struct lethe_app *app);
void check_description(struct mistakes *mistakes,
    const struct lethe_callback *callback, size_t which);

/* What callback number `which` of a prepared app has against those before. */
void check_callback(struct mistakes *mistakes, const struct dash *dash,
    size_t which);

#endif
