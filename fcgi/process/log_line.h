/*
 * process/log_line.h: one line of the log (logfmt).
 *
 * time=2026-11-21T20:31:00.123Z level=error request=3f.. status=500
 * callback=update_output message="..."
 */
#ifndef LETHE_PROCESS_LOG_LINE_H
#define LETHE_PROCESS_LOG_LINE_H

#include <stddef.h>

/* Holds a line with a message of about 1,000 bytes. */
#define LOG_LINE_SIZE 2048

/*
 * Builds a line, with the time of now, in `out` and returns its size.  It
 * ends with a newline and a NUL, also when it had to be cut; `size` is at
 * least 128.  What is NULL, "" or (status) 0 is left out.  The message is
 * escaped as a JSON string is.  Async-signal-safe.
 */
size_t log_line(char *out, size_t size, const char *level, const char *request,
    int status, const char *callback, const char *message);

#endif
