/*
 * process/health.h: what a worker answers those who watch over it.
 */
#ifndef LETHE_PROCESS_HEALTH_H
#define LETHE_PROCESS_HEALTH_H

#include "base/buffer.h"

/*
 * Appends how the worker of this struct process is, as a JSON object.  -1: it
 * cannot read what it should, and requests that need that fail.
 */
int health_report(void *process, struct buffer *out);

#endif
