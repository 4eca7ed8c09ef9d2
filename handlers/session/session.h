/* session.h: a visitor's data on the server; the page has only its id. */
#ifndef SESSION_H
#define SESSION_H

#include <lethe.h>

/* The handler of both outputs. */
enum lethe_result display_value(struct lethe_call *call);

extern const struct lethe_callback display_value_1_callback;
extern const struct lethe_callback display_value_2_callback;

#endif
