/*
 * signal_app.h: one callback computes, once for all users, and then changes a
 * signal; four others draw from the cache when they see it.
 */
#ifndef SIGNAL_APP_H
#define SIGNAL_APP_H

#include <lethe.h>

/* Points of the category that is input 0, from the cache or computed: columns
 * "x", "y", "density", and "computed", which tells when.  The caller's. */
enum lethe_result global_store(
    struct lethe_call *call, struct json_object **points);

/* The handler of four: draws the points as the trace that is their argument. */
enum lethe_result generate_figure(struct lethe_call *call);

extern const struct lethe_callback compute_value_callback,
    update_graph_1_callback, update_graph_2_callback,
    update_graph_3_callback, update_graph_4_callback;

#endif
