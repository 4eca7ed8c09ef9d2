/*
 * deploy/watch.h: notices that a program was built anew, and what its log
 * says.
 */
#ifndef LETHE_DEPLOY_WATCH_H
#define LETHE_DEPLOY_WATCH_H

#include <sys/stat.h>

#include <stdbool.h>

struct watch {
	const char *program;
	struct stat current; /* of the program that runs */
	struct stat seen;    /* at the last look */
	/* What of the log was shown. */
	const char *log;
	long log_shown;
};

/* The program as it is now is the one that runs. */
void watch_start(struct watch *watch);

/*
 * Is the program another, which can be run, and no longer being written?
 * Takes two looks; true once for each that came.
 */
bool watch_look(struct watch *watch);

/* Copies to standard error the whole lines that came to the log. */
void watch_show_log(struct watch *watch);

#endif
