/*
 * process/log.h: one line per event, in logfmt, on standard error.
 */
#ifndef LETHE_PROCESS_LOG_H
#define LETHE_PROCESS_LOG_H

/*
 * Sends standard error to the end of a file, made when missing.  0, or -1 with
 * errno set.
 */
int log_open(const char *path);

/* Writes one line.  `request` and `callback` may be NULL, `status` 0. */
void log_write(const char *level, const char *request, int status,
    const char *callback, const char *message);

#endif
