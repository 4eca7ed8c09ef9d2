/* ask.c: something to look at: ten values, the small ones more often. */
#include <time.h>
#include <sys/random.h>

#include "explorer.h"

static enum lethe_result
square(struct lethe_call *call, struct json_object *number,
    struct json_object **value)
{
	int64_t n = json_object_get_int64(number);

	(void)call;
	(void)nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
	*value = lethe_integer(n * n);
	return LETHE_OK;
}

static const struct lethe_memo memo = { .name = "square", .compute = square };

static enum lethe_result
ask(struct lethe_call *call)
{
	struct json_object *square;
	unsigned char chance[10][2];

	if (getrandom(chance, sizeof(chance), 0) != sizeof(chance))
		return lethe_fail(call, "there are no random numbers");
	for (size_t i = 0; i < sizeof(chance) / sizeof(chance[0]); i++) {
		if (lethe_memoize(call, &memo,
			lethe_integer(chance[i][0] * chance[i][1] / 2048),
			&square) != LETHE_OK)
			return LETHE_ERROR;
		json_object_put(square);
	}
	/* Something to remember makes the visitor one of the sessions. */
	if (lethe_session_set(call, "clicks", lethe_input_take(call, 0)) !=
	    LETHE_OK)
		return LETHE_ERROR;
	return lethe_output(call, 0, lethe_string("Asked for ten values."));
}

const struct lethe_callback ask_callback = {
	.name = "ask",
	.handler = ask,
	.outputs = LETHE_OUTPUTS({ "done", LETHE_ALLOW_DUPLICATE("children") }),
	.inputs = LETHE_INPUTS({ "ask", "n_clicks" }),
	.prevent_initial_call = LETHE_INITIAL_PREVENT,
};
