/*
 * memoize.h: whoever asks for the same value within a minute, with whichever
 * button, in whichever browser, has it from the cache.
 */
#ifndef MEMOIZE_H
#define MEMOIZE_H

#include <lethe.h>

/* The handler of both: output 0 is the value, output 1 how it was come by. */
enum lethe_result compute_expensive_data(struct lethe_call *call);

extern const struct lethe_callback update_output_1_callback;
extern const struct lethe_callback update_output_2_callback;

#endif
