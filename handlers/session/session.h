/*
 * session.h: data of one visitor, kept on the server.  The page carries no
 * more than an id, which opens nothing in anybody else's browser.
 */
#ifndef SESSION_H
#define SESSION_H

#include <lethe.h>

/* The data of the page with this id: computed once, however many callbacks
 * ask, and refused to a page of another visitor.  A reference. */
enum lethe_result get_dataframe(
    struct lethe_call *call, const char *page_id, struct json_object **rows);

/* The handler of both outputs, which only differ in their number. */
enum lethe_result display_value(struct lethe_call *call, int number);

extern const struct lethe_callback display_value_1_callback;
extern const struct lethe_callback display_value_2_callback;

#endif
