/*
 * signal_app.h: what the files of the caching-and-signaling example share.
 *
 * One callback runs an expensive query and then changes a signal in the
 * browser; the signal makes four other callbacks draw what the query found.
 * They find it in the cache, so the query runs once for each category,
 * however many graphs, users and workers there are.
 */
#ifndef SIGNAL_APP_H
#define SIGNAL_APP_H

#include <lethe.h>

/* The page; layout.c. */
struct json_object *signal_layout(struct lethe_call *call);

extern const struct lethe_callback compute_value_callback;
extern const struct lethe_callback update_graph_1_callback;
extern const struct lethe_callback update_graph_2_callback;
extern const struct lethe_callback update_graph_3_callback;
extern const struct lethe_callback update_graph_4_callback;

/*
 * The points of a category, from the cache or computed: "x", "y" and
 * "density" are columns, "count" says how long they are; "computed",
 * "worker" and "seconds" tell when, by which process and in what time.
 * `*points` is the caller's; NULL when there is no such category.
 */
enum lethe_result global_store(
    struct lethe_call *call, const char *category, struct json_object **points);

/*
 * Draws the points of the category that the signal (input 0) names: gives
 * `trace` (taken) its x and y, and sets the figure as output 0.
 */
enum lethe_result generate_figure(
    struct lethe_call *call, struct json_object *trace);

/* Colours that show on a light page and on a dark one. */
#define COLOUR_FEW "rgb(36, 144, 172)"
#define COLOUR_MANY "rgb(238, 140, 60)"

/* A colour scale for counts: where there is nothing the page shows through. */
struct json_object *count_colours(void);

#endif
