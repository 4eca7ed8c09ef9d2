/*
 * tests/fuzz/fuzz_app.h: an app with every kind of id and argument, whose
 * handlers touch all that they are given.
 */
#ifndef LETHE_TESTS_FUZZ_APP_H
#define LETHE_TESTS_FUZZ_APP_H

#include "dash/dash.h"

extern const struct lethe_app fuzz_app;

/* The app, prepared; ends the program when it is not valid. */
struct dash *fuzz_app_new(void);

/* Has a handler failed, on purpose, since this was last asked? */
bool fuzz_app_has_failed(void);

#endif
