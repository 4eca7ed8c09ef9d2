/*
 * dash/refresh.h: stale values that are to be computed anew once the visitor
 * has his answer.
 */
#ifndef LETHE_DASH_REFRESH_H
#define LETHE_DASH_REFRESH_H

#include "dash/dash.h"
#include "store/store.h"

struct refreshes;

/* NULL: no memory.  free() ends it when it is empty. */
struct refreshes *refreshes_new(void);

/*
 * Notes a value; all is copied.  What is noted already is not noted twice,
 * and what finds no room is left to the next visitor.
 */
void refresh_add(struct refreshes *refreshes, const struct lethe_memo *memo,
    enum store_kind kind, const struct store_key *key);

/* The name of the function that is next; NULL: there is nothing to do. */
const char *refresh_next(const struct refreshes *refreshes);

/* Computes the next value anew, unless another worker does, and forgets it.
 * -1 with a message when that failed. */
int refresh_run(struct refreshes *refreshes,
    const struct dash_services *services, struct error *error);

/* call_memoize.c: the computation itself. */
int memo_refresh(struct lethe_call *call, const struct lethe_memo *memo,
    enum store_kind kind, struct json_object *arguments, struct error *error);

#endif
