/*
 * process/options.h: settings on the command line.
 *
 * Each environment variable has an option: LETHE_DEFAULT_TIMEOUT is
 * --default-timeout.  Options stand before a command.
 */
#ifndef LETHE_PROCESS_OPTIONS_H
#define LETHE_PROCESS_OPTIONS_H

#include "base/error.h"

/*
 * Puts the options that `argv` begins with into the environment, where the
 * program that replaces this one finds them too.  How many arguments they
 * were, or -1 with a message.  --help, -h and --version are none of them.
 */
int options_take(int argc, char *argv[], struct error *error);

#endif
