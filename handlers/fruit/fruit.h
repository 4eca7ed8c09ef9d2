/*
 * fruit.h: what the examples with a data frame have in common: the slow step
 * that makes it, and a figure and a table of it.
 *
 * A frame is an array of rows: fruit, day ("2025-03-01"), amount.  One that
 * the browser sent may be anything; rows that are none are passed over.
 */
#ifndef FRUIT_H
#define FRUIT_H

#include <lethe.h>

extern const char *const fruit_names[];
enum { FRUIT_COUNT = 4 };

/* A dropdown for the city, with a label; `value` is chosen at first. */
struct json_object *fruit_control(
    struct lethe_call *call, struct json_object *value);

/*
 * What was sold in a city, without the notes that were corrected by later
 * ones: takes a good part of a second.  `*frame` is the caller's; NULL when
 * there is no such city.
 */
enum lethe_result slow_processing_step(
    struct lethe_call *call, const char *city, struct json_object **frame);

/* The twelve months' sums of one fruit. */
struct json_object *fruit_sums(struct json_object *frame, const char *fruit);

/* A trace with a bar for each month; takes `sums`. */
struct json_object *fruit_bars(const char *fruit, struct json_object *sums);

/* The figure of a list of traces, which it takes. */
struct json_object *fruit_figure(struct json_object *traces);

/* Figure and table of all fruits' sums. */
struct json_object *create_figure(struct json_object *frame);
struct json_object *create_table(struct json_object *frame);

/* A graph with a heading, a third of the page wide. */
struct json_object *fruit_card(const char *heading, const char *graph);

/* Children that are dimmed while their callbacks run. */
struct json_object *fruit_loading(struct json_object *children);

/*
 * What shows them: the graph, the table, and a status above.  They are dimmed
 * while their callbacks run, or the one that fills `store` (taken, or NULL).
 */
struct json_object *fruit_view(struct json_object *store);

#endif
