/*
 * base/error.h: why something failed, in words, handed upwards.
 */
#ifndef LETHE_BASE_ERROR_H
#define LETHE_BASE_ERROR_H

#include <stdarg.h>

/* One line: what, where, what to do.  Empty: no error. */
struct error {
	char message[512];
};

/* Sets the message, cut to fit on a character's boundary; returns -1. */
int error_set(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
int error_setv(struct error *error, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

#endif
