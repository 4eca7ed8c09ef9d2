/*
 * process/development.c: what a process has only in development mode.
 */
#include "process/development.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <sodium.h>

#include "process/backtrace.h"

/*
 * Tells this program's file from those before and after it.  The process asks
 * for the file that it runs, so that a page reloads when the new program
 * answers, and not while an old one still does.  Returns when that file was
 * put there (Unix time).
 */
static int64_t
hash_program(char *hex, size_t size)
{
	unsigned char hash[16];
	struct stat status;
	uint64_t identity[5];

	memset(&status, 0, sizeof(status));
	(void)stat("/proc/self/exe", &status);
	identity[0] = (uint64_t)status.st_dev;
	identity[1] = (uint64_t)status.st_ino;
	identity[2] = (uint64_t)status.st_size;
	identity[3] = (uint64_t)status.st_mtim.tv_sec;
	identity[4] = (uint64_t)status.st_mtim.tv_nsec;
	(void)crypto_generichash(hash, sizeof(hash),
	    (const unsigned char *)identity, sizeof(identity), NULL, 0);
	(void)sodium_bin2hex(hex, size, hash, sizeof(hash));
	return (int64_t)status.st_ctim.tv_sec;
}

static size_t
describe(void *context, const struct trace *trace, char *out, size_t size)
{
	const struct development *development = context;

	return backtrace_describe(development->tool, trace, NULL, out, size);
}

struct development *
development_new(struct error *error)
{
	struct development *development = mmap(NULL, sizeof(*development),
	    PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int64_t changed_s;

	if (development == MAP_FAILED) {
		(void)error_set(error, "no memory for development mode: %s",
		    strerror(errno));
		return NULL;
	}
	backtrace_find_tool(development->tool);
	changed_s = hash_program(
	    development->program_hash, sizeof(development->program_hash));
	development->site = (struct site_development){
		.program_hash = development->program_hash,
		.program_changed_s = changed_s,
		.describe = describe,
		.context = development,
	};
	return development;
}
