/*
 * session_file.h: each session has an SQLite file of its own, and finds in it
 * what it was given last.
 */
#ifndef SESSION_FILE_H
#define SESSION_FILE_H

#include <lethe.h>

extern const struct lethe_callback update_output_div_callback;

#endif
