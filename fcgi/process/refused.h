/*
 * process/refused.h: the functions that an app may not use, because they keep
 * state in the process.
 */
#ifndef LETHE_PROCESS_REFUSED_H
#define LETHE_PROCESS_REFUSED_H

/* What to do in place of calling the function (or using the variable) of libc
 * with that name, as the rest of a sentence; NULL: it may be used. */
const char *refused_instead(const char *name);

/* The same name as a C program has it: atexit for __cxa_atexit. */
const char *refused_name(const char *name);

#endif
