/*
 * process/tool_replay.c: `app check --replay FILE`: an experiment that shows
 * whether a process remembers.
 *
 * Recorded requests are asked for twice in their order, so that each comes
 * before and after all others: of one worker, and of a new worker for each.
 * All else being the same, a worker that answers otherwise than a new one has
 * kept something.  To tell that from what differs in any case, by the time or
 * by chance, the new workers do it once before and once after the one worker.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "process/replay.h"
#include "process/tool.h"

/* How much is shown of an answer, around the first byte that differs. */
#define SHOWN 60
#define SHOWN_BEFORE 20

struct experiment {
	struct replay replay;
	struct replay_answer *before; /* each by a new worker */
	struct replay_answer *one;    /* all by one worker */
	struct replay_answer *after;  /* each by a new worker */
};

static bool
is_same(const struct buffer *a, const struct buffer *b)
{
	return a->size == b->size &&
	       (a->size == 0 || memcmp(a->data, b->data, a->size) == 0);
}

static bool
is_same_answer(const struct replay_answer *a, const struct replay_answer *b)
{
	return is_same(&a->head, &b->head) && is_same(&a->body, &b->body);
}

static size_t
first_difference(const struct buffer *a, const struct buffer *b)
{
	size_t at = 0;

	while (at < a->size && at < b->size && a->data[at] == b->data[at])
		at++;
	return at;
}

static void
tell_part(const char *who, const struct buffer *text, size_t at)
{
	size_t from = at > SHOWN_BEFORE ? at - SHOWN_BEFORE : 0;

	(void)fprintf(stderr, "    %s: ", who);
	for (size_t i = from; i < text->size && i < from + SHOWN; i++) {
		char c = text->data[i];

		(void)fputc(c == '\n' || (c >= ' ' && c != 0x7f) || c < 0
				? c == '\n' ? '|' : c
				: '?',
		    stderr);
	}
	(void)fputc('\n', stderr);
}

/* Where two answers part. */
static void
tell_difference(const char *who, const struct replay_answer *a,
    const char *whom, const struct replay_answer *b)
{
	bool in_head = !is_same(&a->head, &b->head);
	const struct buffer *first = in_head ? &a->head : &a->body;
	const struct buffer *second = in_head ? &b->head : &b->body;
	size_t at = first_difference(first, second);

	(void)fprintf(stderr, " from byte %zu of the %s on:\n", at,
	    in_head ? "headers" : "body");
	tell_part(who, first, at);
	tell_part(whom, second, at);
}

static void
tell_request(const struct experiment *experiment, size_t i)
{
	const struct recording *recording = experiment->replay.recording;
	const struct recorded_request *request =
	    &recording->list[i % recording->count];

	(void)fprintf(stderr, "%s: request %zu of %zu, %s %s",
	    experiment->replay.process->app->name, i % recording->count + 1,
	    recording->count, request->method, request->path);
	if (request->output != NULL)
		(void)fprintf(stderr, " (%s)", request->output);
}

/* Compares the answers to a request, to which it has two; tells the first
 * difference.  How it ended. */
static enum outcome {
	SAME,
	REMEMBERED,
	UNSTABLE
} compare(const struct experiment *experiment, size_t request)
{
	size_t count = experiment->replay.recording->count;

	for (size_t i = request; i < 2 * count; i += count) {
		const struct replay_answer *one = &experiment->one[i];
		const struct replay_answer *before = &experiment->before[i];
		const struct replay_answer *after = &experiment->after[i];

		if (!is_same_answer(before, after)) {
			tell_request(experiment, i);
			(void)fprintf(stderr,
			    ": new workers do not answer alike, so it depends "
			    "on the time or on chance, and nothing is shown;");
			tell_difference(
			    "a new worker", before, "another", after);
			return UNSTABLE;
		}
		if (!is_same_answer(one, before)) {
			tell_request(experiment, i);
			(void)fprintf(stderr,
			    ": a worker that had served %zu others answers "
			    "otherwise than a new one: the process remembers; "
			    "keep that in a dcc.Store, in the cache "
			    "(lethe_memoize) or in the session;",
			    i);
			tell_difference(
			    "this worker", one, "a new worker", before);
			return REMEMBERED;
		}
	}
	return SAME;
}

/* The exit status. */
static int
judge(const struct experiment *experiment)
{
	const char *name = experiment->replay.process->app->name;
	size_t count = experiment->replay.recording->count;
	size_t outcomes[3] = { 0, 0, 0 };

	for (size_t i = 0; i < count; i++)
		outcomes[compare(experiment, i)]++;
	(void)printf("%s: %zu request%s replayed: %zu answered alike by a "
		     "worker that had served others and by new ones, %zu not; "
		     "%zu depend on the time or on chance\n",
	    name, count, count == 1 ? "" : "s", outcomes[SAME],
	    outcomes[REMEMBERED], outcomes[UNSTABLE]);
	return outcomes[REMEMBERED] > 0;
}

static int
run(struct experiment *experiment, struct error *error)
{
	struct replay *replay = &experiment->replay;

	experiment->before = replay_run(replay, false, error);
	if (experiment->before == NULL)
		return -1;
	experiment->one = replay_run(replay, true, error);
	if (experiment->one == NULL)
		return -1;
	experiment->after = replay_run(replay, false, error);
	return experiment->after == NULL ? -1 : 0;
}

int
run_replay(struct process *process, const char *file)
{
	struct experiment experiment = { .before = NULL };
	struct recording recording;
	struct error error;
	int status = 1;

	/* Root is not who runs the app's code: it becomes the state's owner. */
	if (recording_read(
		&recording, file, process->settings.prefix, &error) != 0 ||
	    process_make_state(process, &error) != 0 ||
	    replay_open(&experiment.replay, process, &recording, &error) != 0 ||
	    run(&experiment, &error) != 0)
		(void)tool_complain(process, error.message);
	else
		status = judge(&experiment);
	replay_answers_free(&experiment.replay, experiment.before);
	replay_answers_free(&experiment.replay, experiment.one);
	replay_answers_free(&experiment.replay, experiment.after);
	replay_close(&experiment.replay);
	recording_clear(&recording);
	return status;
}
