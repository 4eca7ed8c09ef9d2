/*
 * explorer.h: the store looks at itself: what is in the cache, how often that
 * was of use, and who the visitors are.
 */
#ifndef EXPLORER_H
#define EXPLORER_H

#include <lethe.h>

/* The callbacks, each in the file of its name. */
extern const struct lethe_callback ask_callback;
extern const struct lethe_callback refresh_callback;
extern const struct lethe_callback remove_callback;

#endif
