/*
 * process/own_calls.c: see own_calls.h.
 *
 * The pointers are volatile, or a compiler would call libc without them, and
 * writable, so that the dynamic linker fills them in wherever the program is
 * loaded; the seal closes them with all else.
 */
#include <stddef.h>
#include <stdint.h>

#include "process/imports.h"

#define SECTION "lethe_own_calls"

/*
 * OWN(result, name, symbol, parameters, arguments): lethe_own_NAME, which
 * calls libc's SYMBOL.  Types are only as exact as the registers need.
 */
#define OWN(result, name, symbol, parameters, arguments)               \
	extern result libc_##name parameters __asm__(symbol);          \
	static result(*volatile lethe_libc_##name) parameters          \
	    __attribute__((section(SECTION), used)) = libc_##name;     \
	extern result lethe_own_##name parameters;                     \
	result lethe_own_##name parameters                             \
	{                                                              \
		return lethe_libc_##name arguments;                    \
	}

/* The linker makes these for a section whose name is an identifier. */
extern char list_start[] __asm__("__start_" SECTION)
    __attribute__((visibility("hidden")));
extern char list_end[] __asm__("__stop_" SECTION)
    __attribute__((visibility("hidden")));

OWN(int, fork, "_Fork", (void), ())
OWN(int, plain_fork, "fork", (void), ())
OWN(int, execv, "execv", (const char *path, void *argv), (path, argv))
OWN(int, execve, "execve", (const char *path, void *argv, void *environment),
    (path, argv, environment))
OWN(int, mallopt, "mallopt", (int parameter, int value), (parameter, value))
OWN(int, mprotect, "mprotect", (void *start, size_t size, int protection),
    (start, size, protection))
OWN(unsigned int, alarm, "alarm", (unsigned int seconds), (seconds))
OWN(int, chdir, "chdir", (const char *path), (path))
OWN(int, clone, "clone",
    (int (*run)(void *), void *stack, int flags, void *argument),
    (run, stack, flags, argument))
OWN(int, close_range, "close_range",
    (unsigned int first, unsigned int last, int flags), (first, last, flags))
OWN(int, fchdir, "fchdir", (int fd), (fd))
OWN(int, fesetenv, "fesetenv", (const void *environment), (environment))
OWN(int, memfd_create, "memfd_create", (const char *name, unsigned int flags),
    (name, flags))
OWN(int, on_exit, "on_exit",
    (void (*function)(int, void *), void *argument), (function, argument))
OWN(int, prctl, "prctl",
    (int option, long a, long b, long c, long d), (option, a, b, c, d))
OWN(int, pthread_create, "pthread_create",
    (void *thread, const void *attributes, void *(*run)(void *),
	void *argument),
    (thread, attributes, run, argument))
OWN(int, quick_exit_with, "__cxa_at_quick_exit",
    (void (*function)(void *), void *object), (function, object))
OWN(void *, sbrk, "sbrk", (intptr_t more), (more))
OWN(int, setenv, "setenv",
    (const char *name, const char *value, int overwrite),
    (name, value, overwrite))
OWN(int, setgroups, "setgroups", (size_t count, const void *list),
    (count, list))
OWN(int, setitimer, "setitimer",
    (int which, const void *value, void *previous),
    (which, value, previous))
OWN(char *, setlocale, "setlocale", (int category, const char *locale),
    (category, locale))
OWN(int, setpriority, "setpriority",
    (int which, unsigned int who, int priority), (which, who, priority))
OWN(int, setresgid, "setresgid",
    (unsigned int real, unsigned int effective, unsigned int saved),
    (real, effective, saved))
OWN(int, setresuid, "setresuid",
    (unsigned int real, unsigned int effective, unsigned int saved),
    (real, effective, saved))
OWN(int, setrlimit, "setrlimit", (int resource, const void *limit),
    (resource, limit))
OWN(int, sigaction, "sigaction",
    (int signal, const void *action, void *previous),
    (signal, action, previous))
OWN(int, sigaltstack, "sigaltstack", (const void *stack, void *previous),
    (stack, previous))
OWN(void *, signal, "signal", (int signal, void (*handler)(int)),
    (signal, handler))
OWN(char *, strerror, "strerror", (int number), (number))
OWN(char *, strsignal, "strsignal", (int signal), (signal))
OWN(long, syscall, "syscall",
    (long number, long a, long b, long c, long d, long e, long f),
    (number, a, b, c, d, e, f))
OWN(unsigned int, umask, "umask", (unsigned int mode), (mode))
OWN(int, unsetenv, "unsetenv", (const char *name), (name))
OWN(void *, uselocale, "uselocale", (void *locale), (locale))

extern int lethe_own_at_quick_exit(void (*function)(void));

/* libc's own wrapper would be a part of the program, and its reference one
 * that the app could have made. */
int
lethe_own_at_quick_exit(void (*function)(void))
{
	return lethe_own_quick_exit_with(
	    (void (*)(void *))(uintptr_t)function, NULL);
}

bool
own_calls_contain(uintptr_t address)
{
	return address >= (uintptr_t)list_start &&
	    address < (uintptr_t)list_end;
}
