/* deploy/place.c: see deploy/place.h. */
#include "deploy/place.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEFAULT_PORT = 8080, PORTS_TRIED = 100 };

static bool
take_user(const struct passwd *user, struct place_identity *identity)
{
	if (user == NULL || user->pw_uid == 0)
		return false;
	identity->uid = user->pw_uid;
	identity->gid = user->pw_gid;
	snprintf(identity->name, sizeof(identity->name), "%s", user->pw_name);
	return true;
}

/* The user behind sudo. */
static bool
take_sudo_user(struct place_identity *identity)
{
	const char *text = getenv("SUDO_UID");
	char *end;
	long uid;

	if (text == NULL || *text == '\0')
		return false;
	uid = strtol(text, &end, 10);
	return *end == '\0' && uid > 0 &&
	       take_user(getpwuid((uid_t)uid), identity);
}

/* The owner of `path`, or of the nearest directory above that exists. */
static bool
take_owner(const char *path, struct place_identity *identity)
{
	char place[PATH_MAX];
	struct stat status;
	char *slash;

	if (snprintf(place, sizeof(place), "%s%s", *path == '/' ? "" : "./",
		path) >= (int)sizeof(place))
		return false;
	while (lstat(place, &status) < 0) {
		slash = strrchr(place, '/');
		if (slash == NULL || slash == place)
			return false;
		*slash = '\0';
	}
	return status.st_uid != 0 &&
	       take_user(getpwuid(status.st_uid), identity);
}

int
place_identify(const char *wanted, const char *directory,
    struct place_identity *identity, struct error *error)
{
	const struct passwd *user;

	memset(identity, 0, sizeof(*identity));
	if (geteuid() != 0) {
		identity->uid = geteuid();
		identity->gid = getegid();
		user = getpwuid(identity->uid);
		snprintf(identity->name, sizeof(identity->name), "%s",
		    user != NULL ? user->pw_name : "this user");
		if (wanted != NULL && strcmp(wanted, identity->name) != 0)
			return error_set(error,
			    "only root can serve as "
			    "another user; leave --user out, or run as %s",
			    wanted);
		return 0;
	}
	if (wanted != NULL) {
		if (!take_user(getpwnam(wanted), identity))
			return error_set(error,
			    "--user %s: there is no such "
			    "unprivileged user",
			    wanted);
		return 0;
	}
	if (take_sudo_user(identity) || take_owner(directory, identity) ||
	    take_user(getpwnam("www-data"), identity) ||
	    take_user(getpwnam("nobody"), identity))
		return 0;
	return error_set(error,
	    "root does not serve itself, and there is no "
	    "www-data or nobody to become: name a user with --user");
}

/* Hands the directory that root just made to the identity. */
static int
hand_over(const char *path, const struct place_identity *identity)
{
	int result;
	int fd;

	if (geteuid() != 0)
		return 0;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -1;
	result = fchown(fd, identity->uid, identity->gid);
	close(fd);
	return result;
}

char *
place_make_root(const char *directory, const struct place_identity *identity,
    struct error *error)
{
	char path[PATH_MAX];
	char *real = NULL;
	size_t length;
	size_t at;
	bool last;

	length = strlen(directory);
	while (length > 1 && directory[length - 1] == '/')
		length--;
	if (length == 0 || length >= sizeof(path)) {
		error_set(error, "--dir: the path is empty or too long");
		return NULL;
	}
	memcpy(path, directory, length);
	path[length] = '\0';
	for (at = 1; at <= length; at++) {
		if (path[at] != '/' && path[at] != '\0')
			continue;
		last = path[at] == '\0';
		path[at] = '\0';
		if (mkdir(path, 0755) == 0) {
			if (last && hand_over(path, identity) < 0)
				goto fail;
		} else if (errno != EEXIST) {
			goto fail;
		}
		if (!last)
			path[at] = '/';
	}
	real = realpath(path, NULL);
	if (real != NULL)
		return real;
fail:
	error_set(error,
	    "cannot make the directory %s: %s; give another one "
	    "with --dir",
	    path, strerror(errno));
	return NULL;
}

int
place_become(const struct place_identity *identity, struct error *error)
{
	if (geteuid() != 0)
		return 0;
	if (initgroups(identity->name, identity->gid) < 0 ||
	    setgid(identity->gid) < 0 || setuid(identity->uid) < 0)
		return error_set(error, "cannot become %s: %s", identity->name,
		    strerror(errno));
	if (setuid(0) == 0 || geteuid() == 0)
		return error_set(error, "did not give up root's rights");
	return 0;
}

int
place_make(const char *directory, mode_t mode, struct error *error)
{
	struct stat status;

	if (mkdir(directory, mode) < 0 && errno != EEXIST)
		return error_set(error, "cannot make the directory %s: %s",
		    directory, strerror(errno));
	if (lstat(directory, &status) < 0)
		return error_set(error, "%s: %s", directory, strerror(errno));
	if (!S_ISDIR(status.st_mode) || status.st_uid != geteuid())
		return error_set(error,
		    "%s is not a directory of the user "
		    "who serves, perhaps from an earlier run as somebody "
		    "else: remove it, or give another --dir",
		    directory);
	return 0;
}

int
place_check(const char *path, int mode, const char *what, const char *user,
    struct error *error)
{
	char part[PATH_MAX];
	size_t at;

	for (at = 1; path[at] != '\0' && at < sizeof(part); at++) {
		if (path[at] != '/')
			continue;
		memcpy(part, path, at);
		part[at] = '\0';
		if (access(part, X_OK) < 0 && errno == EACCES)
			return error_set(error,
			    "%s %s cannot be reached: "
			    "the directory %s is closed to the user %s; open "
			    "it, move things out of it, or serve as another "
			    "user with --user",
			    what, path, part, user);
	}
	if (access(path, mode) < 0)
		return error_set(error,
		    "%s %s cannot be used by the user "
		    "%s: %s",
		    what, path, user, strerror(errno));
	return 0;
}

int
place_check_characters(const char *path, struct error *error)
{
	const char *at;

	for (at = path; *at != '\0'; at++) {
		if ((unsigned char)*at <= ' ' || *at == 0x7f ||
		    strchr("\"'$\\;{}*?[]#", *at) != NULL)
			return error_set(error,
			    "the path %s has a character "
			    "that nginx's configuration cannot take (a blank, "
			    "a control character or one of \"'$\\;{}*?[]#): "
			    "use another place",
			    path);
	}
	return 0;
}

/* Reads a numeric address; the result's size, 0 when it is none. */
static socklen_t
read_address(const char *host, struct sockaddr_storage *address)
{
	struct sockaddr_in *four = (struct sockaddr_in *)address;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)address;

	memset(address, 0, sizeof(*address));
	if (inet_pton(AF_INET, host, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		return sizeof(*four);
	}
	if (inet_pton(AF_INET6, host, &six->sin6_addr) == 1) {
		six->sin6_family = AF_INET6;
		return sizeof(*six);
	}
	return 0;
}

static void
set_port(struct sockaddr_storage *address, int port)
{
	if (address->ss_family == AF_INET)
		((struct sockaddr_in *)address)->sin_port =
		    htons((uint16_t)port);
	else
		((struct sockaddr_in6 *)address)->sin6_port =
		    htons((uint16_t)port);
}

/* Listens on exactly this address; the descriptor, or -1 with errno. */
static int
listen_on(const struct sockaddr_storage *address, socklen_t size)
{
	int yes = 1;
	int saved;
	int fd;

	fd = socket(
	    address->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) == 0 &&
	    (address->ss_family == AF_INET ||
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof(yes)) ==
		    0) &&
	    bind(fd, (const struct sockaddr *)address, size) == 0 &&
	    listen(fd, 511) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

static int
explain_listen(const char *host, int port, int last, struct error *error)
{
	if (errno == EADDRINUSE && port == last)
		return error_set(error,
		    "port %d of %s is in use by another "
		    "program; stop that, or choose another with --port",
		    port, host);
	if (errno == EADDRINUSE)
		return error_set(error,
		    "the ports %d to %d of %s are all in "
		    "use; choose another with --port",
		    port, last, host);
	if (errno == EACCES)
		return error_set(error,
		    "only root may listen on port %d; "
		    "choose one above 1023 with --port",
		    port);
	return error_set(error, "cannot listen on %s, port %d: %s", host, port,
	    strerror(errno));
}

int
place_listen(const char *host, int port, struct place_socket *result,
    struct error *error)
{
	int first = port != 0 ? port : DEFAULT_PORT;
	int last = port != 0 ? port : DEFAULT_PORT + PORTS_TRIED - 1;
	const char *reach = host;
	int at;

	memset(result, 0, sizeof(*result));
	result->fd = -1;
	result->address_size = read_address(host, &result->address);
	if (result->address_size == 0)
		return error_set(error,
		    "--listen %s: not a numeric IPv4 or "
		    "IPv6 address",
		    host);
	for (at = first; at <= last && result->fd < 0; at++) {
		set_port(&result->address, at);
		result->fd = listen_on(&result->address, result->address_size);
		if (result->fd < 0 && errno != EADDRINUSE)
			break;
	}
	if (result->fd < 0)
		return explain_listen(host, first, last, error);
	/* Every address of the machine: this one is sure to answer. */
	if (strcmp(host, "0.0.0.0") == 0)
		reach = "127.0.0.1";
	else if (strcmp(host, "::") == 0)
		reach = "::1";
	snprintf(result->nginx_listen, sizeof(result->nginx_listen),
	    strchr(host, ':') != NULL ? "[%s]:%d" : "%s:%d", host, at - 1);
	snprintf(result->authority, sizeof(result->authority),
	    strchr(host, ':') != NULL ? "[%s]:%d" : "%s:%d", reach, at - 1);
	result->address_size = read_address(reach, &result->address);
	set_port(&result->address, at - 1);
	return 0;
}

int
place_lock(const char *directory, struct error *error)
{
	char path[PATH_MAX];
	int fd;

	if (snprintf(path, sizeof(path), "%s/lock", directory) >=
	    (int)sizeof(path))
		return error_set(error, "--dir: the path is too long");
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return error_set(error,
		    "cannot write to the directory %s: "
		    "%s; give another one with --dir, or remove it if an "
		    "earlier run as another user made it",
		    directory, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
		if (ftruncate(fd, 0) == 0 &&
		    dprintf(fd, "%ld\n", (long)getpid()) > 0)
			return fd;
		close(fd);
		return error_set(
		    error, "cannot write %s: %s", path, strerror(errno));
	}
	close(fd);
	return error_set(error,
	    "another lethe-run is serving from %s; stop "
	    "it, or give another --dir",
	    directory);
}

pid_t
place_locked_by(const char *directory, struct error *error)
{
	char text[32] = "";
	char path[PATH_MAX];
	long pid = 0;
	int fd;

	if (snprintf(path, sizeof(path), "%s/lock", directory) >=
	    (int)sizeof(path))
		return error_set(error, "--dir: the path is too long");
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno != ENOENT)
		return error_set(
		    error, "cannot read %s: %s", path, strerror(errno));
	if (fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0 &&
	    read(fd, text, sizeof(text) - 1) > 0)
		pid = strtol(text, NULL, 10);
	if (fd >= 0)
		close(fd);
	if (pid > 0)
		return (pid_t)pid;
	return error_set(error,
	    "no lethe-run is serving from %s; start one, or name its "
	    "directory with --dir",
	    directory);
}
