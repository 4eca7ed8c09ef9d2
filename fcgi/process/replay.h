/*
 * process/replay.h: workers that answer recorded requests in one order, on
 * one store, either all by one worker or each by a worker of its own.
 */
#ifndef LETHE_PROCESS_REPLAY_H
#define LETHE_PROCESS_REPLAY_H

#include <stdbool.h>

#include "process/process.h"
#include "process/recording.h"

/* What was answered, without what differs between any two answers. */
struct replay_answer {
	struct buffer head;
	struct buffer body;
};

struct replay {
	const struct process *process;
	const struct recording *recording;
	char directory[64]; /* of sockets, stores and logs; is removed */
};

/* -1 with a message.  Close it also then. */
int replay_open(struct replay *replay, const struct process *process,
    const struct recording *recording, struct error *error);
void replay_close(struct replay *replay);

/*
 * Asks for all requests of the recording, twice: A, B, A, B.  Gives that many
 * answers, twice the recording's count, for replay_answers_free().  NULL with
 * a message.
 */
struct replay_answer *replay_run(
    struct replay *replay, bool one_worker, struct error *error);
void replay_answers_free(
    const struct replay *replay, struct replay_answer *answers);

#endif
