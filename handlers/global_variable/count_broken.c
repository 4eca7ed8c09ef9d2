/*
 * count_broken.c: what not to do.  The worker is stopped where this writes to
 * the global variable, and the answer is an error that says so.
 */
#include "global_variable.h"

static int students[] = { SCORES };
static int student_count = sizeof(students) / sizeof(students[0]);

static enum lethe_result
count_broken(struct lethe_call *call)
{
	int score = json_object_get_int(lethe_input(call, 0));
	int kept = 0;

	for (int i = 0; i < student_count; i++)
		if (students[i] == score)
			students[kept++] = students[i];
	student_count = kept;
	return lethe_output(call, 0, lethe_integer(student_count));
}

const struct lethe_callback count_broken_callback = {
	.name = "count_broken",
	.handler = count_broken,
	.outputs = LETHE_OUTPUTS({ "broken", "children" }),
	.inputs = LETHE_INPUTS({ "score", "value" }),
};
