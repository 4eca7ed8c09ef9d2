/* compute_expensive_data.c: the expensive step, memoized by its argument. */
#include <time.h>
#include <unistd.h>

#include "memoize.h"

/* What runs on a miss: a second's sleep stands for a second's work. */
static enum lethe_result
compute(struct lethe_call *call, struct json_object *typed,
    struct json_object **value)
{
	(void)call;
	(void)nanosleep(&(struct timespec){ .tv_sec = 1 }, NULL);
	*value = json_object_get(typed);
	return LETHE_OK;
}

static const struct lethe_memo memo = {
	.name = "compute_expensive_data",
	.compute = compute,
};

static double
seconds_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

enum lethe_result
compute_expensive_data(struct lethe_call *call)
{
	const char *typed = lethe_state_string(call, 0);
	double start = seconds_now();
	struct json_object *value;
	bool hit;

	if (typed == NULL || *typed == '\0') {
		(void)lethe_output(call, 0, lethe_string(""));
		return lethe_output(call, 1, lethe_string("Type something."));
	}
	/* lethe_memoize() would do; looking first tells a hit from a miss. */
	hit = lethe_cache_get(call, LETHE_SHARED, memo.name,
	    lethe_string(typed), &value);
	if (!hit && lethe_memoize(call, &memo, lethe_string(typed), &value) !=
		LETHE_OK)
		return LETHE_ERROR;
	(void)lethe_output(call, 0, value);
	return lethe_output(call, 1,
	    lethe_stringf("%s. Worker %ld, after %.1f ms.",
		hit ? "Hit" : "Miss", (long)getpid(),
		(seconds_now() - start) * 1e3));
}
