/*
 * misdeeds.c: an app whose callbacks misbehave, each named for what it does,
 * and some that do well, for the tests through a real web server.
 *
 * Callback NAME has the input in-NAME.value and the output out-NAME.children,
 * unless its description below says otherwise.
 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <lethe.h>
#include <lethe/dcc.h>
#include <lethe/html.h>

/* What the misdeeds write to.  Volatile, so that the compiler does as told. */
volatile int visits;
static volatile double last_total = 1.5;

struct table {
	int squares[64];
};

static const void *
start(struct lethe_start *hook)
{
	struct table *table = malloc(sizeof(*table));

	if (table == NULL)
		return lethe_start_fail(hook, "no memory for the squares");
	for (int i = 0; i < 64; i++)
		table->squares[i] = i * i;
	return table;
}

static int64_t
integer(struct lethe_call *call)
{
	return json_object_get_int64(lethe_input(call, 0));
}

static void
pause_ms(int64_t milliseconds)
{
	struct timespec rest = { .tv_sec = milliseconds / 1000,
		.tv_nsec = milliseconds % 1000 * 1000000 };

	while (nanosleep(&rest, &rest) != 0 && errno == EINTR)
		continue;
}

/* A text that no other call of any process gives. */
static struct json_object *
unique(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return lethe_stringf(
	    "%d-%lld.%09ld", (int)getpid(), (long long)now.tv_sec, now.tv_nsec);
}

/* ------------------------------------------------------------------------
 * What is not allowed
 */

static enum lethe_result
write_global(struct lethe_call *call)
{
	visits++;
	return lethe_output(call, 0, lethe_integer(visits));
}

static enum lethe_result
write_static_global(struct lethe_call *call)
{
	last_total = (double)integer(call);
	return lethe_output(call, 0, lethe_number(last_total));
}

static enum lethe_result
write_static_local(struct lethe_call *call)
{
	static volatile int counter = 41;

	counter++;
	return lethe_output(call, 0, lethe_integer(counter));
}

static enum lethe_result
write_start_table(struct lethe_call *call)
{
	volatile struct table *table =
	    (struct table *)(uintptr_t)lethe_started(call);

	table->squares[3] = 10;
	return lethe_output(call, 0, lethe_integer(table->squares[3]));
}

/* ------------------------------------------------------------------------
 * What ends a process
 */

static enum lethe_result
segfault(struct lethe_call *call)
{
	volatile int *nowhere = (volatile int *)(uintptr_t)integer(call);

	*nowhere = 1;
	return lethe_output(call, 0, lethe_null());
}

/* A function that is nowhere. */
static enum lethe_result
jump_nowhere(struct lethe_call *call)
{
	void (*volatile nowhere)(void) = NULL;

	nowhere();
	return lethe_output(call, 0, lethe_null());
}

static enum lethe_result
abort_now(struct lethe_call *call)
{
	(void)call;
	abort();
}

static int
descend(volatile char *above, int64_t depth)
{
	volatile char frame[4096];

	frame[0] = above[0];
	return depth == 0 ? frame[0] : descend(frame, depth - 1) + frame[4095];
}

static enum lethe_result
overflow_stack(struct lethe_call *call)
{
	volatile char bottom[1] = { 0 };

	return lethe_output(call, 0, lethe_integer(descend(bottom, INT64_MAX)));
}

static enum lethe_result
loop_forever(struct lethe_call *call)
{
	volatile uint64_t turns = 0;

	while (turns != UINT64_MAX)
		turns++;
	return lethe_output(call, 0, lethe_null());
}

static enum lethe_result
call_exit(struct lethe_call *call)
{
	exit((int)integer(call));
}

/* Nothing can be done about this one: the web server has to answer. */
static enum lethe_result
call_underscore_exit(struct lethe_call *call)
{
	_exit((int)integer(call));
}

/* ------------------------------------------------------------------------
 * What is the worker's own
 */

static enum lethe_result
close_descriptor(struct lethe_call *call)
{
	(void)close((int)integer(call));
	return lethe_output(call, 0, lethe_integer(getpid()));
}

/* As programs do that become daemons. */
static enum lethe_result
close_all_descriptors(struct lethe_call *call)
{
	for (int fd = 3; fd < 1024; fd++)
		(void)close(fd);
	return lethe_output(call, 0, lethe_integer(getpid()));
}

static enum lethe_result
block_signals(struct lethe_call *call)
{
	sigset_t all;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, NULL);
	return lethe_output(call, 0, lethe_integer(getpid()));
}

/* The child does not end, but returns as the parent does.  fork() would lock
 * all memory of malloc, also what the .start hook made. */
static enum lethe_result
fork_and_return(struct lethe_call *call)
{
	return lethe_output(call, 0, lethe_boolean(_Fork() >= 0));
}

/* ------------------------------------------------------------------------
 * What a handler may say
 */

static enum lethe_result
fail_with_message(struct lethe_call *call)
{
	const char *text = lethe_input_string(call, 0);

	return lethe_fail(call, "cannot open the valve: %s",
	    text != NULL ? text : "no reason given");
}

/* Two functions, of which one calls the other as its last deed. */
static __attribute__((noinline)) enum lethe_result
fail_deeper(struct lethe_call *call)
{
	return lethe_fail(call, "deep <down>");
}

static enum lethe_result
fail_within(struct lethe_call *call)
{
	if (fail_deeper(call) != LETHE_OK)
		return LETHE_ERROR;
	return lethe_no_update(call, 0);
}

static enum lethe_result
fail_without_message(struct lethe_call *call)
{
	(void)call;
	return LETHE_ERROR;
}

static enum lethe_result
prevent_update(struct lethe_call *call)
{
	(void)call;
	return LETHE_PREVENT_UPDATE;
}

static enum lethe_result
no_update(struct lethe_call *call)
{
	return lethe_no_update(call, 0);
}

static enum lethe_result
unset_output(struct lethe_call *call)
{
	(void)call;
	return LETHE_OK;
}

static enum lethe_result
set_twice(struct lethe_call *call)
{
	(void)lethe_output(call, 0, lethe_integer(1));
	(void)lethe_output(call, 0, lethe_integer(2));
	return LETHE_OK;
}

static enum lethe_result
set_unknown(struct lethe_call *call)
{
	(void)lethe_output(call, 0, lethe_integer(1));
	(void)lethe_output(call, 7, lethe_integer(2));
	return LETHE_OK;
}

/* Sets an output of several components as the input says. */
static enum lethe_result
set_rows(struct lethe_call *call)
{
	const char *how = lethe_input_string(call, 0);

	if (strcmp(how, "one value") == 0)
		(void)lethe_output(call, 0, lethe_string("lost"));
	else if (strcmp(how, "too few") == 0)
		(void)lethe_output(call, 0, json_object_new_array());
	else if (strcmp(how, "too far") == 0)
		(void)lethe_output_at(call, 0, 2, lethe_string("lost"));
	for (int i = 0; strcmp(how, "twice") == 0 && i < 2; i++)
		(void)lethe_output_at(call, 0, 1, lethe_integer(i));
	/* Which is not so. */
	return LETHE_OK;
}

static enum lethe_result
sleep_for(struct lethe_call *call)
{
	pause_ms(integer(call));
	return lethe_output(call, 0, lethe_integer(getpid()));
}

static enum lethe_result
echo(struct lethe_call *call)
{
	return lethe_output(call, 0, lethe_input_take(call, 0));
}

/* Does not ask for its input, which therefore is never parsed. */
static enum lethe_result
ignore_input(struct lethe_call *call)
{
	return lethe_output(call, 0, lethe_string("ignored"));
}

/* As many bytes as the input says. */
static enum lethe_result
large_response(struct lethe_call *call)
{
	int64_t size = integer(call);
	struct json_object *output;
	char *text;

	if (size < 0 || size > 256 * 1024 * 1024)
		return lethe_fail(call, "the size must be 0 to 256 MiB");
	text = malloc((size_t)size + 1);
	if (text == NULL)
		return lethe_fail(
		    call, "no memory for %lld bytes", (long long)size);
	memset(text, 'x', (size_t)size);
	text[size] = '\0';
	output = lethe_string(text);
	free(text);
	return lethe_output(call, 0, output);
}

static enum lethe_result
read_table(struct lethe_call *call)
{
	const struct table *table = lethe_started(call);
	int64_t index = integer(call);

	if (index < 0 || index > 63)
		return lethe_fail(call, "the table has 64 squares");
	return lethe_output(call, 0, lethe_integer(table->squares[index]));
}

/* Outputs: sum, difference, and one that only changes for even sums. */
static enum lethe_result
several(struct lethe_call *call)
{
	int64_t a = json_object_get_int64(lethe_input(call, 0));
	int64_t b = json_object_get_int64(lethe_input(call, 1));
	int64_t factor = json_object_get_int64(lethe_state(call, 0));

	if (lethe_output(call, 0, lethe_integer((a + b) * factor)) !=
		LETHE_OK ||
	    lethe_output(call, 1, lethe_integer((a - b) * factor)) != LETHE_OK)
		return LETHE_ERROR;
	return (a + b) % 2 == 0 ? lethe_output(call, 2, lethe_string("even"))
				: lethe_no_update(call, 2);
}

/* ------------------------------------------------------------------------
 * The cache.  What is computed is a text of its own each time, so that the
 * texts that the callers got tell how many computations there were.
 */

static enum lethe_result
compute_slowly(struct lethe_call *call, struct json_object *arguments,
    struct json_object **value)
{
	(void)call;
	(void)arguments;
	pause_ms(250);
	*value = unique();
	return LETHE_OK;
}

static enum lethe_result
compute_and_fail(struct lethe_call *call, struct json_object *arguments,
    struct json_object **value)
{
	(void)arguments;
	(void)value;
	pause_ms(200);
	return lethe_fail(
	    call, "the instrument does not answer (%d)", (int)getpid());
}

static enum lethe_result
compute_and_crash(struct lethe_call *call, struct json_object *arguments,
    struct json_object **value)
{
	(void)call;
	(void)arguments;
	(void)value;
	abort();
}

static const struct lethe_memo slow_memo = {
	.name = "slow",
	.compute = compute_slowly,
};

static const struct lethe_memo brief_memo = {
	.name = "brief",
	.compute = compute_slowly,
	.timeout_s = 1,
};

static const struct lethe_memo stale_memo = {
	.name = "stale",
	.compute = compute_slowly,
	.timeout_s = 1,
	.stale_s = 600,
};

/* Crashes from the second time on. */
static enum lethe_result
compute_and_crash_later(struct lethe_call *call, struct json_object *arguments,
    struct json_object **value)
{
	struct json_object *been;

	if (lethe_cache_get(call, LETHE_SHARED, "been here",
		json_object_get(arguments), &been))
		abort();
	*value = unique();
	return lethe_cache_set(call, LETHE_SHARED, "been here",
	    json_object_get(arguments), lethe_null(),
	    LETHE_TIMEOUT_NEVER);
}

static const struct lethe_memo stale_crashing_memo = {
	.name = "stale_crashing",
	.compute = compute_and_crash_later,
	.timeout_s = 1,
	.stale_s = 600,
};

static const struct lethe_memo failing_memo = {
	.name = "failing",
	.compute = compute_and_fail,
};

static const struct lethe_memo crashing_memo = {
	.name = "crashing",
	.compute = compute_and_crash,
};

static enum lethe_result compute_in_a_circle(struct lethe_call *call,
    struct json_object *arguments, struct json_object **value);

static const struct lethe_memo circular_memo = {
	.name = "circular",
	.compute = compute_in_a_circle,
};

static enum lethe_result
compute_in_a_circle(struct lethe_call *call, struct json_object *arguments,
    struct json_object **value)
{
	return lethe_memoize(
	    call, &circular_memo, json_object_get(arguments), value);
}

static enum lethe_result
memoized(struct lethe_call *call, const struct lethe_memo *memo)
{
	struct json_object *value;

	if (lethe_memoize(call, memo, lethe_input_take(call, 0), &value) !=
	    LETHE_OK)
		return LETHE_ERROR;
	return lethe_output(call, 0, value);
}

static enum lethe_result
count_computation(struct lethe_call *call)
{
	return memoized(call, &slow_memo);
}

static enum lethe_result
compute_brief(struct lethe_call *call)
{
	return memoized(call, &brief_memo);
}

static enum lethe_result
compute_stale(struct lethe_call *call)
{
	return memoized(call, &stale_memo);
}

static enum lethe_result
compute_stale_crashing(struct lethe_call *call)
{
	return memoized(call, &stale_crashing_memo);
}

static enum lethe_result
compute_failing(struct lethe_call *call)
{
	return memoized(call, &failing_memo);
}

static enum lethe_result
compute_crashing(struct lethe_call *call)
{
	return memoized(call, &crashing_memo);
}

static enum lethe_result
compute_circular(struct lethe_call *call)
{
	return memoized(call, &circular_memo);
}

/* ------------------------------------------------------------------------
 * The description
 */

#define CALLBACK(function)                                                     \
	static const struct lethe_callback function##_callback = {             \
		.name = #function,                                             \
		.handler = function,                                           \
		.outputs = LETHE_OUTPUTS({ "out-" #function, "children" }),    \
		.inputs = LETHE_INPUTS({ "in-" #function, "value" }),          \
	}

CALLBACK(write_global);
CALLBACK(write_static_global);
CALLBACK(write_static_local);
CALLBACK(write_start_table);
CALLBACK(segfault);
CALLBACK(jump_nowhere);
CALLBACK(abort_now);
CALLBACK(overflow_stack);
CALLBACK(loop_forever);
CALLBACK(call_exit);
CALLBACK(call_underscore_exit);
CALLBACK(close_descriptor);
CALLBACK(close_all_descriptors);
CALLBACK(block_signals);
CALLBACK(fork_and_return);
CALLBACK(fail_with_message);
CALLBACK(fail_within);
CALLBACK(fail_without_message);
CALLBACK(prevent_update);
CALLBACK(no_update);
CALLBACK(unset_output);
CALLBACK(set_twice);
CALLBACK(set_unknown);
CALLBACK(sleep_for);
CALLBACK(echo);
CALLBACK(ignore_input);
CALLBACK(large_response);
CALLBACK(read_table);
CALLBACK(count_computation);
CALLBACK(compute_brief);
CALLBACK(compute_stale);
CALLBACK(compute_stale_crashing);
CALLBACK(compute_failing);
CALLBACK(compute_crashing);
CALLBACK(compute_circular);

static const struct lethe_callback set_rows_callback = {
	.name = "set_rows",
	.handler = set_rows,
	.outputs = LETHE_OUTPUTS({ LETHE_ID("row": ALL), "title" }),
	.inputs = LETHE_INPUTS({ "in-set_rows", "value" }),
};

static const struct lethe_callback several_callback = {
	.name = "several",
	.handler = several,
	.outputs = LETHE_OUTPUTS({ "sum", "children" },
	    { "difference", "children" }, { "sum", "title" }),
	.inputs = LETHE_INPUTS({ "a", "value" }, { "b", "value" }),
	.state = LETHE_STATE({ "factor", "value" }),
	.prevent_initial_call = true,
};

static const struct lethe_callback *const callbacks[] = {
	&write_global_callback,
	&write_static_global_callback,
	&write_static_local_callback,
	&write_start_table_callback,
	&segfault_callback,
	&abort_now_callback,
	&overflow_stack_callback,
	&loop_forever_callback,
	&call_exit_callback,
	&call_underscore_exit_callback,
	&close_descriptor_callback,
	&close_all_descriptors_callback,
	&block_signals_callback,
	&fork_and_return_callback,
	&fail_with_message_callback,
	&fail_without_message_callback,
	&prevent_update_callback,
	&no_update_callback,
	&unset_output_callback,
	&set_twice_callback,
	&set_unknown_callback,
	&set_rows_callback,
	&sleep_for_callback,
	&echo_callback,
	&ignore_input_callback,
	&large_response_callback,
	&read_table_callback,
	&count_computation_callback,
	&compute_brief_callback,
	&compute_stale_callback,
	&compute_stale_crashing_callback,
	&compute_failing_callback,
	&compute_crashing_callback,
	&compute_circular_callback,
	&several_callback,
	&jump_nowhere_callback,
	&fail_within_callback,
	NULL,
};

/* What the callbacks made by CALLBACK have. */
static struct json_object *
others(void)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; callbacks[i] != NULL; i++) {
		if (callbacks[i] == &several_callback)
			continue;
		json_object_array_add(list,
		    dcc_input(.id = callbacks[i]->inputs[0].id));
		if (callbacks[i]->outputs[0].id[0] != '{')
			json_object_array_add(list,
			    html_p(.id = callbacks[i]->outputs[0].id));
	}
	return html_div(.children = list);
}

static struct json_object *
layout(struct lethe_call *call)
{
	(void)call;
	return html_div(.children = lethe_children(
			    html_h1(.id = "sum",
				.children = lethe_string("Misdeeds")),
			    html_p(.id = "difference",
				.title = "a </script> & \"b\""),
			    dcc_input(.id = "a"), dcc_input(.id = "b"),
			    dcc_input(.id = "factor"), others()));
}

static const struct lethe_app app = {
	.name = "misdeeds",
	.title = "Misdeeds </title> & more",
	.layout = layout,
	.start = start,
	.callbacks = callbacks,
	/* What Lethe answers for when it happens all the same. */
	.calls = LETHE_NAMES("_Fork"),
};

int
main(int argc, char *argv[])
{
	return lethe_main(&app, argc, argv);
}
