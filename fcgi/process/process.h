/*
 * process/process.h: an app's process, whatever it was started as.
 */
#ifndef LETHE_PROCESS_PROCESS_H
#define LETHE_PROCESS_PROCESS_H

#include <stdbool.h>

#include <lethe.h>

#include "dash/dash.h"
#include "http/last_answer.h"
#include "http/route.h"
#include "process/findings.h"
#include "process/settings.h"
#include "store/store.h"

struct development;

struct process {
	const struct lethe_app *app;
	char *const *argv;
	struct settings settings;
	bool settings_are_read;
	/* What is wrong with the description and the settings. */
	struct findings findings;
	struct dash *dash;
	struct store *store;
	/* Why it is NULL. */
	struct error store_error;
	struct sessions *sessions;
	struct data *data;
	struct guard *guard;
	struct dash_services services;
	struct dash_kept kept;
	struct site site;
	struct last_answer answer;
	struct development *development; /* NULL: production */
};

/* How a process is going to run the app's code. */
enum process_kind {
	PROCESS_WORKER, /* answers, replaces itself after a crash */
	PROCESS_CGI,	/* answers once */
	PROCESS_TOOL,	/* runs the code, answers nobody */
	PROCESS_CHECK	/* the same, and tells itself what is missing */
};

/*
 * Reads the settings and checks the description of the app; with mistakes
 * among the findings it cannot do more than run_check().  NULL when there is
 * no memory, after saying so.
 */
struct process *process_new(const struct lethe_app *app, char *const argv[]);

/* Closes and frees; NULL is fine.  Not after process_start(): a process that
 * ran the app's code ends by _exit(). */
void process_free(struct process *process);

/*
 * Gets ready to run the app's code: crash answers, the .start hook, store and
 * data, and last the seal.  A store or data that cannot be opened is logged,
 * and calls that need it fail.  -1 with a message when the app cannot run.
 */
int process_start(struct process *process, enum process_kind kind,
    struct error *error);

/*
 * Makes the state directory when it is missing.  Root does not, but becomes
 * the directory's owner.  -1 with a message.
 */
int process_make_state(const struct process *process, struct error *error);

/*
 * Looks for all else that is wrong with the app, once it is started: see
 * dash_check().  Runs the layout.  The number of mistakes.
 */
size_t process_check(struct process *process, dash_report *report,
    void *context);

/* Opens the store alone, for looking at it.  -1 with a message. */
int process_open_store(struct process *process, struct error *error);

/* The same for the sessions. */
int process_open_sessions(struct process *process, struct error *error);

/* Tries once more to open a store that a worker could not open at its start.
 * 0: it is open now; -1: it still cannot be. */
int process_retry_store(struct process *process);

/* What of the app's memory from .start is not sealed; "": all is, or there is
 * none, or process_unsealed says it. */
const char *process_start_missing(const struct process *process);

/* What is told of a process that is not sealed. */
extern const char process_unsealed[];

/* Serve; only run_tool() returns, with the exit status. */
_Noreturn void run_worker(struct process *process);
_Noreturn void run_cgi(struct process *process);
int run_check(struct process *process, bool json);
int run_tool(struct process *process, int argc, char *argv[]);

#endif
