/* session_file.h: an SQLite file for each session, with its last values. */
#ifndef SESSION_FILE_H
#define SESSION_FILE_H

#include <lethe.h>

extern const struct lethe_callback update_output_div_callback;

#endif
