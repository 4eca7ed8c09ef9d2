/*
 * tests/fuzz/replay.c: gives a fuzz target the inputs that are kept, without
 * a fuzzer.  Prints TAP, a point for each file.
 *
 * Arguments are files and directories; without any it is the corpus in the
 * sources ($srcdir, as `make check` sets it).
 */
#define FUZZ_INPUT_LIMIT (16 << 20)

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "fuzz.h"

static size_t replayed;

/* The bytes have their exact size, so that reading beyond them is seen. */
static int
replay_bytes(FILE *file)
{
	uint8_t *bytes = malloc(FUZZ_INPUT_LIMIT), *exact;
	size_t size;

	if (bytes == NULL)
		return -1;
	size = fread(bytes, 1, FUZZ_INPUT_LIMIT, file);
	exact = realloc(bytes, size > 0 ? size : 1);
	if (exact == NULL || ferror(file) != 0) {
		free(exact != NULL ? exact : bytes);
		return -1;
	}
	(void)LLVMFuzzerTestOneInput(exact, size);
	free(exact);
	return 0;
}

static int
replay_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	int done;

	/* Said first: a target that fails ends the program. */
	(void)fprintf(stderr, "%s\n", path);
	done = file != NULL ? replay_bytes(file) : -1;
	(void)printf(
	    "%s %zu - %s\n", done == 0 ? "ok" : "not ok", ++replayed, path);
	(void)fflush(stdout);
	if (file != NULL)
		(void)fclose(file);
	return done;
}

static int
replay(const char *path)
{
	struct dirent **entries;
	char below[PATH_MAX];
	int count = scandir(path, &entries, NULL, alphasort), failed = 0;

	if (count < 0 && errno == ENOTDIR)
		return replay_file(path);
	if (count < 0) {
		(void)printf("Bail out! %s: %s\n", path, strerror(errno));
		exit(1);
	}
	for (int i = 0; i < count; i++) {
		int size = snprintf(
		    below, sizeof(below), "%s/%s", path, entries[i]->d_name);

		if (entries[i]->d_name[0] != '.' &&
		    (size >= (int)sizeof(below) || replay_file(below) != 0))
			failed = -1;
		free(entries[i]);
	}
	free(entries);
	return failed;
}

int
main(int argc, char *argv[])
{
	const char *source = getenv("srcdir");
	char corpus[PATH_MAX];
	int failed = 0;

	for (int i = 1; i < argc; i++)
		failed |= replay(argv[i]);
	if (argc == 1) {
		(void)snprintf(corpus, sizeof(corpus),
		    "%s/tests/fuzz/corpus/" FUZZ_TARGET,
		    source != NULL ? source : ".");
		failed = replay(corpus);
	}
	(void)printf("1..%zu\n", replayed);
	return failed != 0 || replayed == 0;
}
