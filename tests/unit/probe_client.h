/*
 * probe_client.h: runs tests/integration/seal_probe.c and asks it, as a web
 * server would, for misdeeds.
 */
#ifndef TESTS_PROBE_CLIENT_H
#define TESTS_PROBE_CLIENT_H

#include <stdbool.h>
#include <sys/types.h>

struct probe_process {
	pid_t pid;
	char directory[64]; /* of its socket and its log; made and removed */
	char path[96];	    /* of the socket */
	char log[96];
};

/* What came back for one request. */
struct probe_answer {
	char text[8192]; /* as a CGI response; or what was sent, unwrapped */
	bool records;	 /* it came as well-formed FastCGI records */
};

/*
 * The probe's path: LETHE_SEAL_PROBE, or seal_probe next to this program or
 * in tests/integration.  NULL when there is none.
 */
const char *probe_path(void);

/*
 * Starts a probe with the argument `start` (NULL: none) and the environment
 * variable `setting` ("NAME=value", NULL: none).  False when that failed.
 */
bool probe_begin(
    struct probe_process *probe, const char *start, const char *setting);

/* Ends it if it runs, and removes its directory. */
void probe_end(struct probe_process *probe);

/* Waits for the process to end: its status as of waitpid(); -1: it did not
 * end. */
int probe_wait(struct probe_process *probe);

/* Sends a request, and receives all of the answer.  False: none came. */
bool probe_ask(const struct probe_process *probe, const char *misdeed,
    const char *id, struct probe_answer *answer);

/* The log so far; static memory. */
const char *probe_log(const struct probe_process *probe);

/* Runs the probe with one or two arguments to its end; all of its standard
 * output goes into `output`.  The exit status, or -1. */
int probe_run(const char *first, const char *second, char *output, size_t size);

#endif
