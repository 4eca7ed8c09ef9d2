/*
 * global_variable.h: why global variables break an app.
 *
 * One callback filters the students in a global variable and assigns what is
 * left back to it, so that it would count among ever fewer students, whoever
 * asks.  Its mended twin leaves them as they are.
 */
#ifndef GLOBAL_VARIABLE_H
#define GLOBAL_VARIABLE_H

#include <lethe.h>

/* What each of ten students scored, from 1 to 5. */
#define SCORES 1, 5, 2, 5, 2, 3, 1, 5, 1, 5

extern const struct lethe_callback count_broken_callback;
extern const struct lethe_callback count_mended_callback;

#endif
