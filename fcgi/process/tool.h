/*
 * process/tool.h: what the commands of the tool share.
 */
#ifndef LETHE_PROCESS_TOOL_H
#define LETHE_PROCESS_TOOL_H

#include "base/buffer.h"
#include "process/process.h"

/* Command lines and outputs of the tool are bounded like all else. */
#define TOOL_OUTPUT_LIMIT (1024UL * 1024 * 1024)

/* These give the exit status of who complains. */
int tool_complain(const struct process *process, const char *message);
int tool_complain_usage(const struct process *process, const char *name);

/* Prints the buffer and frees it; the exit status. */
int tool_print(const struct process *process, struct buffer *out);

/* `app store`; `argv` begins after that. */
int run_store(struct process *process, int argc, char *argv[]);

/* `app check --replay FILE`. */
int run_replay(struct process *process, const char *file);

#endif
