/*
 * process/landlock.c: Landlock by its system calls, for libc has none.
 *
 * The headers of older systems do not know what newer kernels can do, so the
 * numbers are here, as the kernel's documentation has them.
 */
#include "process/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

#define CREATE_RULESET_VERSION 1U

enum rule_type {
	RULE_PATH_BENEATH = 1,
	RULE_NET_PORT = 2
};

/* The kernel's struct landlock_ruleset_attr. */
struct ruleset {
	uint64_t files;
	uint64_t network; /* from version 4 on */
	uint64_t scoped;  /* from version 6 on */
};

struct path_rule {
	uint64_t allowed;
	int32_t parent;
} __attribute__((packed));

struct port_rule {
	uint64_t allowed;
	uint64_t port;
};

#define FILE_WRITE (UINT64_C(1) << 1)
#define FILE_READ (UINT64_C(1) << 2)
#define DIRECTORY_READ (UINT64_C(1) << 3)
#define DIRECTORY_REMOVE (UINT64_C(1) << 4)
#define DIRECTORY_REMOVE_FILE (UINT64_C(1) << 5)
#define DIRECTORY_MAKE (UINT64_C(1) << 7)
#define DIRECTORY_MAKE_FILE (UINT64_C(1) << 8)
#define DIRECTORY_MAKE_LINK (UINT64_C(1) << 12)
#define DIRECTORY_REFER (UINT64_C(1) << 13)
#define FILE_TRUNCATE (UINT64_C(1) << 14)
#define PORT_CONNECT (UINT64_C(1) << 1)

/* All that a version knows of files: bits from 0 on. */
static const int file_rights[LANDLOCK_NEWEST + 1] = { 0, 13, 14, 15, 15, 16,
	16, 16 };

#define FROM_NETWORK 4 /* to bind and to connect: two bits */
#define FROM_SCOPES 6  /* abstract sockets and signals: two bits */

#define OF_FILES (FILE_WRITE | FILE_READ | FILE_TRUNCATE)
#define TO_READ (FILE_READ | DIRECTORY_READ)
#define TO_WRITE                                                         \
	(TO_READ | OF_FILES | DIRECTORY_REMOVE | DIRECTORY_REMOVE_FILE | \
	    DIRECTORY_MAKE | DIRECTORY_MAKE_FILE | DIRECTORY_MAKE_LINK | \
	    DIRECTORY_REFER)

static uint64_t
known_rights(int version)
{
	return (UINT64_C(1) << file_rights[version]) - 1;
}

int
landlock_version(int most)
{
	long version = syscall(
	    SYS_landlock_create_ruleset, NULL, 0, CREATE_RULESET_VERSION);

	if (version > LANDLOCK_NEWEST)
		version = LANDLOCK_NEWEST;
	if (version > most)
		version = most;
	return version > 0 ? (int)version : 0;
}

int
landlock_begin(struct landlock *landlock, int version, struct error *error)
{
	struct ruleset ruleset = { known_rights(version), 0, 0 };
	size_t size = sizeof(ruleset.files);

	landlock->fd = -1;
	landlock->version = version;
	if (version == 0)
		return 0;
	if (version >= FROM_NETWORK) {
		ruleset.network = 3;
		size += sizeof(ruleset.network);
	}
	if (version >= FROM_SCOPES) {
		ruleset.scoped = 3;
		size += sizeof(ruleset.scoped);
	}
	landlock->fd =
	    (int)syscall(SYS_landlock_create_ruleset, &ruleset, size, 0);
	if (landlock->fd < 0)
		return error_set(
		    error, "Landlock has no rules: %s", strerror(errno));
	return 0;
}

void
landlock_end(struct landlock *landlock)
{
	if (landlock->fd >= 0)
		(void)close(landlock->fd);
	landlock->fd = -1;
}

int
landlock_allow(struct landlock *landlock, const char *path, bool write,
    bool optional, struct error *error)
{
	struct path_rule rule = { .allowed = write ? TO_WRITE : TO_READ };
	struct stat status;
	int result = 0;

	if (landlock->fd < 0)
		return 0;
	rule.parent = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent < 0 && optional)
		return 0;
	if (rule.parent < 0 || fstat(rule.parent, &status) != 0)
		result = -1;
	if (result == 0 && !S_ISDIR(status.st_mode))
		rule.allowed &= OF_FILES;
	rule.allowed &= known_rights(landlock->version);
	if (result == 0)
		result = (int)syscall(SYS_landlock_add_rule, landlock->fd,
		    RULE_PATH_BENEATH, &rule, 0);
	if (result != 0)
		(void)error_set(error, "the sandbox cannot have %s: %s", path,
		    strerror(errno));
	if (rule.parent >= 0)
		(void)close(rule.parent);
	return result;
}

int
landlock_allow_port(
    struct landlock *landlock, uint16_t port, struct error *error)
{
	const struct port_rule rule = { PORT_CONNECT, port };

	if (landlock->version < FROM_NETWORK)
		return 0;
	if (syscall(SYS_landlock_add_rule, landlock->fd, RULE_NET_PORT, &rule,
		0) != 0)
		return error_set(error,
		    "the sandbox cannot have the TCP port %u: %s",
		    (unsigned int)port, strerror(errno));
	return 0;
}

int
landlock_enforce(const struct landlock *landlock, struct error *error)
{
	if (landlock->fd < 0)
		return 0;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    syscall(SYS_landlock_restrict_self, landlock->fd, 0) != 0)
		return error_set(error, "Landlock cannot be set up: %s",
		    strerror(errno));
	return 0;
}
