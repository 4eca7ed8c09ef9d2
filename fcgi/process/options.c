/*
 * process/options.c: settings on the command line.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "process/options.h"
#include "process/settings.h"

/* --default-timeout as LETHE_DEFAULT_TIMEOUT; false: no such setting. */
static bool
variable_of(const char *option, size_t size, char *variable, size_t room)
{
	int length = snprintf(variable, room, "LETHE_%.*s", (int)size, option);

	if (length < 0 || (size_t)length >= room)
		return false;
	for (char *c = variable; *c != '\0'; c++) {
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
		else if (*c == '-')
			*c = '_';
	}
	return settings_has(variable);
}

static bool
is_option(const char *argument)
{
	return strncmp(argument, "--", 2) == 0 &&
	    strcmp(argument, "--help") != 0 &&
	    strcmp(argument, "--version") != 0;
}

int
options_take(int argc, char *argv[], struct error *error)
{
	int taken = 0;

	while (taken + 1 < argc && is_option(argv[taken + 1])) {
		const char *option = argv[taken + 1];
		size_t size = strcspn(option, "=");
		const char *value = option[size] == '=' ? option + size + 1
							: argv[taken + 2];
		char variable[64];

		if (!variable_of(option + 2, size - 2, variable,
			sizeof(variable)))
			return error_set(error,
			    "there is no option %.*s: see --help", (int)size,
			    option);
		if (value == NULL)
			return error_set(error, "the option %s needs a value",
			    option);
		if (setenv(variable, value, 1) != 0)
			return error_set(error, "out of memory");
		taken += option[size] == '=' ? 1 : 2;
	}
	return taken;
}
