/*
 * store_fixture.h: a store in a directory of its own, for the store's tests.
 */
#ifndef LETHE_TESTS_STORE_FIXTURE_H
#define LETHE_TESTS_STORE_FIXTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "store/store_internal.h"

struct fixture {
	char directory[256];
	struct store *store;
	int warnings;
	char last_warning[600];
};

/* Makes the directory and opens the store; aborts the program on failure. */
void fixture_open(
    struct fixture *fixture, int64_t threshold, int64_t limit_bytes);
/* Opens another handle on the same directory, as another worker would. */
struct store *fixture_join(
    const struct fixture *fixture, int64_t threshold, int64_t limit_bytes);
/* Closes the store and removes the directory. */
void fixture_close(struct fixture *fixture);

/* A path in the directory; valid until the next call with the same buffer. */
const char *fixture_path(
    const struct fixture *fixture, const char *name, char path[512]);
bool fixture_has(const struct fixture *fixture, const char *name);
/* How many names in the directory begin like this. */
int fixture_count_names(const struct fixture *fixture, const char *prefix);

/* The integer that a query on the directory's cache.db gives, by a handle of
 * its own; -1 when it fails. */
int64_t fixture_ask(const struct fixture *fixture, const char *sql);
/* Runs SQL by such a handle; 0 or -1. */
int fixture_run(const struct fixture *fixture, const char *sql);

/* Keys and values in few words: function "f", shared by all. */
struct store_key key_of(const char *arguments);
struct store_key key_number(int number, char text[32]);
int set_text(struct store *store, const char *arguments, const char *value,
    int64_t timeout_s);
/* Is the value there, and this one? */
bool has_text(struct store *store, const char *arguments, const char *value);

/* In a child: from now on a file's mode holds for it, even as root.  0, or
 * -1. */
int obey_modes(void);

/* Waits for a child; its exit status, or -1 when a signal ended it. */
int wait_child(int pid);

#endif
