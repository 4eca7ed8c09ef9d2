/*
 * count_mended.c: the same count, of students that nobody changes.
 */
#include "global_variable.h"

static const int students[] = { SCORES };

static enum lethe_result
count_mended(struct lethe_call *call)
{
	int score = json_object_get_int(lethe_input(call, 0));
	int count = 0;

	for (size_t i = 0; i < sizeof(students) / sizeof(students[0]); i++)
		if (students[i] == score)
			count++;
	return lethe_output(call, 0, lethe_integer(count));
}

const struct lethe_callback count_mended_callback = {
	.name = "count_mended",
	.handler = count_mended,
	.outputs = LETHE_OUTPUTS({ "mended", "children" }),
	.inputs = LETHE_INPUTS({ "score", "value" }),
};
