/*
 * process/own_calls.h: Lethe's own calls of functions that apps are refused.
 *
 * An app that holds liblethe imports from libc what Lethe calls, too.  To tell
 * the two apart, the compiler gives the functions below another name in every
 * file of the library (this header comes first in each, see Makefile.am);
 * process/own_calls.c has them, and reaches libc through a list of pointers.
 * What that list refers to is Lethe's; any other reference is the app's.
 *
 * A function that Lethe begins to call, and that process/refused.c has, needs
 * a line here and one there; else no app that holds liblethe starts.
 */
#ifndef LETHE_PROCESS_OWN_CALLS_H
#define LETHE_PROCESS_OWN_CALLS_H

#pragma redefine_extname _Fork lethe_own_fork
#pragma redefine_extname alarm lethe_own_alarm
#pragma redefine_extname at_quick_exit lethe_own_at_quick_exit
#pragma redefine_extname chdir lethe_own_chdir
#pragma redefine_extname clone lethe_own_clone
#pragma redefine_extname close_range lethe_own_close_range
#pragma redefine_extname execve lethe_own_execve
#pragma redefine_extname execv lethe_own_execv
#pragma redefine_extname fchdir lethe_own_fchdir
#pragma redefine_extname fesetenv lethe_own_fesetenv
#pragma redefine_extname fork lethe_own_plain_fork
#pragma redefine_extname mallopt lethe_own_mallopt
#pragma redefine_extname memfd_create lethe_own_memfd_create
#pragma redefine_extname mprotect lethe_own_mprotect
#pragma redefine_extname on_exit lethe_own_on_exit
#pragma redefine_extname prctl lethe_own_prctl
#pragma redefine_extname pthread_create lethe_own_pthread_create
#pragma redefine_extname sbrk lethe_own_sbrk
#pragma redefine_extname setenv lethe_own_setenv
#pragma redefine_extname setgroups lethe_own_setgroups
#pragma redefine_extname setitimer lethe_own_setitimer
#pragma redefine_extname setlocale lethe_own_setlocale
#pragma redefine_extname setpriority lethe_own_setpriority
#pragma redefine_extname setresgid lethe_own_setresgid
#pragma redefine_extname setresuid lethe_own_setresuid
#pragma redefine_extname setrlimit lethe_own_setrlimit
#pragma redefine_extname sigaction lethe_own_sigaction
#pragma redefine_extname sigaltstack lethe_own_sigaltstack
#pragma redefine_extname signal lethe_own_signal
#pragma redefine_extname strerror lethe_own_strerror
#pragma redefine_extname strsignal lethe_own_strsignal
#pragma redefine_extname syscall lethe_own_syscall
#pragma redefine_extname umask lethe_own_umask
#pragma redefine_extname unsetenv lethe_own_unsetenv
#pragma redefine_extname uselocale lethe_own_uselocale

#endif
