/*
 * deploy/place.h: as whom lethe-run serves, where it keeps its files, and
 * where it listens.
 */
#ifndef LETHE_DEPLOY_PLACE_H
#define LETHE_DEPLOY_PLACE_H

#include <sys/socket.h>
#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* As whom to serve. */
struct place_identity {
	uid_t uid;
	gid_t gid;
	char name[64];
};

/*
 * Who that is: the caller; for root the user `wanted`, else (NULL) the one
 * behind sudo, the owner of `directory` or of what it will be made in, and
 * only then www-data or nobody.  Never root.  0, or -1 with `error`.
 */
int place_identify(const char *wanted, const char *directory,
    struct place_identity *identity, struct error *error);

/*
 * Makes `directory` and its missing parents.  What root makes is the
 * identity's.  Returns its real path (malloc), or NULL with `error`.
 */
char *place_make_root(const char *directory,
    const struct place_identity *identity, struct error *error);

/* Root becomes the identity for good; for others nothing happens. */
int place_become(const struct place_identity *identity, struct error *error);

/* Makes a directory of this process's user inside another. */
int place_make(const char *directory, mode_t mode, struct error *error);

/*
 * Whether this process can use `path` (`mode` as for access()); -1 with
 * `error` names what is missing or closed, `what` what it was needed for.
 */
int place_check(const char *path, int mode, const char *what, const char *user,
    struct error *error);

/* Paths go into nginx's configuration, which can't take every character. */
int place_check_characters(const char *path, struct error *error);

/* A listening socket and its address in the forms that are needed. */
struct place_socket {
	int fd;
	struct sockaddr_storage address;
	socklen_t address_size;
	char nginx_listen[80]; /* "127.0.0.1:8080", "[::1]:8080" */
	char authority[80];    /* the same for use in a URL */
};

/*
 * Listens on `host` (a numeric address) and `port`; 0: on 8080 or the next
 * free one.  Non-blocking, for nginx to take over.  0, or -1 with `error`.
 */
int place_listen(const char *host, int port, struct place_socket *result,
    struct error *error);

/* Locks `directory` against another lethe-run, for this process and those
 * that it forks; the descriptor, or -1. */
int place_lock(const char *directory, struct error *error);

/* The process that locked `directory`; -1 when there is none. */
pid_t place_locked_by(const char *directory, struct error *error);

#endif
