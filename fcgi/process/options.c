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

static bool
is_flag_value(const char *argument)
{
	return argument != NULL &&
	    (strcmp(argument, "0") == 0 || strcmp(argument, "1") == 0);
}

/* Sets the variable of the option in argv[0].  How many arguments that takes;
 * -1 with a message. */
static int
take(char *argv[], struct error *error)
{
	const char *option = argv[0];
	const char *value = argv[1];
	size_t size = strcspn(option, "=");
	char variable[64];
	int taken = 2;

	if (!variable_of(option + 2, size - 2, variable, sizeof(variable)))
		return error_set(error, "there is no option %.*s: see --help",
		    (int)size, option);
	if (option[size] == '=') {
		value = option + size + 1;
		taken = 1;
	} else if (settings_is_flag(variable) && !is_flag_value(value)) {
		value = "1";
		taken = 1;
	}
	if (value == NULL)
		return error_set(error, "the option %s needs a value", option);
	if (setenv(variable, value, 1) != 0)
		return error_set(error, "out of memory");
	return taken;
}

int
options_take(int argc, char *argv[], struct error *error)
{
	int taken = 0;

	while (taken + 1 < argc && is_option(argv[taken + 1])) {
		int more = take(argv + taken + 1, error);

		if (more < 0)
			return -1;
		taken += more;
	}
	return taken;
}
