/*
 * lethe-run: serves apps of Lethe for development and demonstration.
 *
 * It starts, as one unprivileged user, a pool of workers for each app under
 * spawn-fcgi and a private nginx in front of them, and ends them all again.
 * It needs no part of the library: an app tells it through its tool face
 * (info, check, nginx) what has to be known.
 *
 * Two processes do it.  The keeper has the site's processes as its children
 * (it is their subreaper, since spawn-fcgi's workers are orphans); the front
 * process passes signals on.  Whichever of the two is killed, the other still
 * ends everything.
 */
#include <sys/prctl.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"
#include "deploy/child.h"
#include "deploy/keeper.h"
#include "deploy/place.h"
#include "deploy/site.h"

/* Room that an app's name and ".sock" need in a socket's path. */
enum { SOCKET_NAME_SIZE = 72 };

enum { MOST_WORKERS = 512, DEFAULT_WORKERS = 2 };

struct options {
	const char *directory;
	const char *frontend;
	const char *data;
	const char *listen;
	const char *user;
	int port;
	int workers;
	bool supervise;
	bool development;
	bool reload;
};

static const char usage[] =
    "Usage: lethe-run [OPTION]... APP...\n"
    "       lethe-run --reload [--dir DIR]\n"
    "Serves apps of Lethe (the programs) for development and demonstration:\n"
    "a private nginx, and for each app a pool of workers under spawn-fcgi.\n"
    "Prints one line with the address when everything answers; Ctrl-C or\n"
    "SIGTERM stops it all.\n"
    "\n"
    "  --port N        the port to listen on (default: 8080, or the next\n"
    "                  one that is free)\n"
    "  --workers N     processes for each app (default: 2)\n"
    "  --supervise     run each pool under multiwatch, which replaces even\n"
    "                  workers that were killed by SIGKILL\n"
    "  --dev           development: Dash's dev tools in the browser, with\n"
    "                  where the code failed; a program that was built anew\n"
    "                  replaces the old one, and its page reloads; the apps'\n"
    "                  logs on standard error\n"
    "  --reload        tells the lethe-run that serves from DIR to put new\n"
    "                  workers in the place of all old ones, so that programs\n"
    "                  that were built anew are served; no request is lost.\n"
    "                  It tells there, not here, what cannot be served\n"
    "  --listen ADDR   the numeric address to listen on (default:\n"
    "                  127.0.0.1).  With any but a loopback address,\n"
    "                  everyone who can reach this machine can use the apps\n"
    "  --dir DIR       where state, logs and sockets are kept (default:\n"
    "                  ~/.local/state/lethe-run, for root\n"
    "                  /var/lib/lethe-run)\n"
    "  --frontend DIR  the front-end files, as html/fetch.js made them\n"
    "  --data DIR      the apps' databases\n"
    "  --user NAME     root only: as whom to serve (default: the user behind\n"
    "                  sudo, the owner of DIR, www-data or nobody)\n"
    "  --help, --version\n"
    "\n"
    "Root gives up its rights before any of this is started.\n";

/* Reads a number from `least` to `most`; exits when it is none. */
static int
read_number(const char *option, const char *text, int least, int most)
{
	char *end;
	long number;

	errno = 0;
	number = strtol(text, &end, 10);
	if (errno != 0 || *text == '\0' || *end != '\0' || number < least ||
	    number > most)
		errx(2, "--%s %s: not a number from %d to %d", option, text,
		    least, most);
	return (int)number;
}

static void
read_options(int argc, char *argv[], struct options *options)
{
	static const struct option list[] = {
		{ "port", required_argument, NULL, 'p' },
		{ "workers", required_argument, NULL, 'w' },
		{ "supervise", no_argument, NULL, 's' },
		{ "dev", no_argument, NULL, 'D' },
		{ "reload", no_argument, NULL, 'r' },
		{ "listen", required_argument, NULL, 'l' },
		{ "dir", required_argument, NULL, 'd' },
		{ "frontend", required_argument, NULL, 'f' },
		{ "data", required_argument, NULL, 'a' },
		{ "user", required_argument, NULL, 'u' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", list, NULL)) != -1) {
		switch (option) {
		case 'p':
			options->port = read_number("port", optarg, 1, 65535);
			break;
		case 'w':
			options->workers =
			    read_number("workers", optarg, 1, MOST_WORKERS);
			break;
		case 's':
			options->supervise = true;
			break;
		case 'D':
			options->development = true;
			break;
		case 'r':
			options->reload = true;
			break;
		case 'l':
			options->listen = optarg;
			break;
		case 'd':
			options->directory = optarg;
			break;
		case 'f':
			options->frontend = optarg;
			break;
		case 'a':
			options->data = optarg;
			break;
		case 'u':
			options->user = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(0);
		case 'V':
			printf("lethe-run (Lethe) %s\n", LETHE_VERSION);
			exit(0);
		default:
			errx(2, "see lethe-run --help");
		}
	}
	if (options->reload && optind != argc)
		errx(2, "--reload takes no apps: it is for those that are "
			"served");
	if (!options->reload && optind == argc)
		errx(2, "name at least one app's program; see "
			"lethe-run --help");
}

/* Where to keep things when nobody said. */
static char *
default_directory(void)
{
	const char *state = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");

	if (geteuid() == 0)
		return strdup("/var/lib/lethe-run");
	if (state != NULL && *state == '/')
		return site_text("%s/lethe-run", state);
	if (home != NULL && *home == '/')
		return site_text("%s/.local/state/lethe-run", home);
	errx(2, "say with --dir where to keep state, logs and sockets");
}

/* Has the lethe-run that serves already reload; the exit status. */
static int
ask_for_reload(const struct options *options)
{
	char *directory = options->directory != NULL
			      ? strdup(options->directory)
			      : default_directory();
	struct error error;
	pid_t pid;

	if (directory == NULL)
		errx(1, "no memory");
	pid = place_locked_by(directory, &error);
	if (pid < 0)
		errx(1, "%s", error.message);
	if (kill(pid, SIGUSR1) < 0)
		err(1, "cannot tell process %ld, which serves from %s",
		    (long)pid, directory);
	free(directory);
	return 0;
}

/* The absolute path of what must exist; exits when it does not. */
static char *
real_path(const char *path, const char *what)
{
	char *real = realpath(path, NULL);

	if (real == NULL)
		errx(1, "%s %s: %s", what, path, strerror(errno));
	return real;
}

/* nginx lives in directories that a user's PATH often lacks. */
static void
widen_path(void)
{
	const char *path = getenv("PATH");
	char *wide;

	wide = site_text("%s:/usr/local/sbin:/usr/sbin:/sbin",
	    path != NULL && *path != '\0' ? path : "/usr/bin:/bin");
	if (wide == NULL || setenv("PATH", wide, 1) < 0)
		errx(1, "no memory");
	free(wide);
}

/* The full path of a program (malloc); exits when it is not in PATH. */
static char *
find_program(const char *program)
{
	const char *at = getenv("PATH");
	size_t length;
	char *path;

	for (; at != NULL && *at != '\0'; at += length + (at[length] == ':')) {
		length = strcspn(at, ":");
		path = site_text("%.*s/%s", (int)length, at, program);
		if (path == NULL)
			errx(1, "no memory");
		if (access(path, X_OK) == 0)
			return path;
		free(path);
	}
	errx(1, "%s is not installed; on Debian: apt-get install %s", program,
	    program);
}

/* The front end's files, complete as far as can be seen at a glance. */
static void
check_frontend(const char *frontend, const char *user)
{
	static const char *const samples[] = { "gallery.html",
		"suites/lethe/lethe.js",
		"suites/dash/dash-renderer/build/dash_renderer.min.js" };
	struct error error;
	char *path;
	size_t i;

	for (i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		path = site_text("%s/%s", frontend, samples[i]);
		if (path == NULL)
			errx(1, "no memory");
		if (access(path, F_OK) < 0 && errno == ENOENT)
			errx(1,
			    "the front-end bundles are missing: there is "
			    "no %s in %s; fetch them with \"./bootstrap "
			    "build\", or name their directory with "
			    "--frontend",
			    samples[i], frontend);
		if (place_check(
			path, R_OK, "the front-end file", user, &error) < 0)
			errx(1, "%s", error.message);
		free(path);
	}
}

/*
 * Where the sockets go.  The path of one may have no more than 107 bytes, so
 * what is too deep gets them in a temporary directory.
 */
static char *
make_sockets(const char *directory)
{
	char *path = site_text("%s/sockets", directory);
	struct error error;

	if (path == NULL)
		errx(1, "no memory");
	if (strlen(path) + SOCKET_NAME_SIZE <
	    sizeof(((struct sockaddr_un *)NULL)->sun_path)) {
		if (place_make(path, 0750, &error) < 0)
			errx(1, "%s", error.message);
		return path;
	}
	free(path);
	path = strdup("/tmp/lethe-run-XXXXXX");
	if (path == NULL || mkdtemp(path) == NULL)
		err(1, "cannot make a directory for the sockets in /tmp");
	return path;
}

static void
make_places(const char *directory)
{
	static const char *const names[] = { "state", "log", "nginx",
		"nginx/page" };
	struct error error;
	char *path;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		path = site_text("%s/%s", directory, names[i]);
		if (path == NULL)
			errx(1, "no memory");
		if (place_make(path, 0750, &error) < 0)
			errx(1, "%s", error.message);
		free(path);
	}
}

/* Resolves what the options name, and becomes the user who serves. */
static void
settle(struct options *options, struct keeper_plan *plan, char *apps[])
{
	struct place_identity identity;
	struct site *site = &plan->site;
	struct error error;
	char *wanted;
	size_t i;

	wanted = options->directory != NULL ? strdup(options->directory)
					    : default_directory();
	if (wanted == NULL ||
	    (site->apps = calloc(site->app_count, sizeof(*site->apps))) == NULL)
		errx(1, "no memory");
	site->frontend = real_path(options->frontend, "--frontend");
	if (options->data != NULL)
		site->data = real_path(options->data, "--data");
	for (i = 0; i < site->app_count; i++)
		site->apps[i].program = real_path(apps[i], "the app");
	if (place_identify(options->user, wanted, &identity, &error) < 0 ||
	    (site->directory = place_make_root(wanted, &identity, &error)) ==
		NULL ||
	    place_listen(
		options->listen, options->port, &plan->listen, &error) < 0 ||
	    place_become(&identity, &error) < 0 ||
	    place_check_characters(site->directory, &error) < 0 ||
	    place_check_characters(site->frontend, &error) < 0)
		errx(1, "%s", error.message);
	site->listen = plan->listen.nginx_listen;
	if (site->development && strncmp(site->listen, "127.", 4) != 0 &&
	    strncmp(site->listen, "[::1]:", 6) != 0)
		warnx("--dev shows where the code failed to everyone who can "
		      "reach %s",
		    site->listen);
	free(wanted);
	check_frontend(site->frontend, identity.name);
	if (site->data != NULL &&
	    place_check(site->data, R_OK | X_OK, "the data directory",
		identity.name, &error) < 0)
		errx(1, "%s", error.message);
	for (i = 0; i < site->app_count; i++) {
		if (place_check(site->apps[i].program, R_OK | X_OK, "the app",
			identity.name, &error) < 0)
			errx(1, "%s", error.message);
	}
	if (place_check(site->directory, R_OK | W_OK | X_OK, "the directory",
		identity.name, &error) < 0)
		errx(1, "%s", error.message);
}

/* The keeper: in a process group of its own, so that Ctrl-C reaches only
 * the front process, and the site ends in order. */
static int
be_keeper(
    struct keeper_plan *plan, int signals, int reload_signals, pid_t front)
{
	setpgid(0, 0);
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0 ||
	    prctl(PR_SET_CHILD_SUBREAPER, 1) < 0) {
		warn("cannot keep the site's processes together");
		return 1;
	}
	if (getppid() != front)
		return 1;
	return keeper_serve(plan, signals, reload_signals);
}

/* The front process: passes signals on until the keeper ends. */
static int
watch_keeper(int signals, int reload_signals, pid_t keeper)
{
	char how[64];
	int status;
	pid_t pid;

	for (;;) {
		if (child_wait_signal(signals, reload_signals, -1) != 0)
			kill(keeper, SIGTERM);
		if (child_was_asked(reload_signals))
			kill(keeper, SIGUSR1);
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
			if (pid != keeper)
				continue;
			if (WIFEXITED(status))
				return WEXITSTATUS(status);
			child_describe_end(status, how, sizeof(how));
			warnx("the process that kept the site ended with %s; "
			      "stopping everything",
			    how);
			child_stop_all(signals, 0);
			return 1;
		}
	}
}

static void
forget_site(struct site *site)
{
	size_t i;

	for (i = 0; i < site->app_count; i++)
		site_app_clear(&site->apps[i]);
	free(site->apps);
	free((char *)site->frontend);
	free((char *)site->data);
	free((char *)site->directory);
	free((char *)site->sockets);
}

/* Runs the two processes; the exit status. */
static int
serve(struct keeper_plan *plan)
{
	pid_t front = getpid();
	int signals = child_signals();
	int reload_signals = child_reload_signals();
	int status;
	pid_t pid;

	if (signals < 0 || reload_signals < 0 ||
	    prctl(PR_SET_CHILD_SUBREAPER, 1) < 0) {
		warn("cannot listen to signals");
		return 1;
	}
	fflush(stdout);
	pid = fork();
	if (pid < 0) {
		warn("cannot start a process");
		return 1;
	}
	if (pid == 0) {
		status = be_keeper(plan, signals, reload_signals, front);
		forget_site(&plan->site);
		exit(status);
	}
	close(plan->listen.fd);
	return watch_keeper(signals, reload_signals, pid);
}

int
main(int argc, char *argv[])
{
	struct options options = { .listen = "127.0.0.1",
		.workers = DEFAULT_WORKERS };
	struct keeper_plan plan;
	struct error error;
	int status;

#ifdef LETHE_FRONTEND_DIRECTORY
	options.frontend = LETHE_FRONTEND_DIRECTORY;
#endif
#ifdef LETHE_DATA_DIRECTORY
	if (access(LETHE_DATA_DIRECTORY, F_OK) == 0)
		options.data = LETHE_DATA_DIRECTORY;
#endif
	memset(&plan, 0, sizeof(plan));
	signal(SIGPIPE, SIG_IGN);
	/* Until it can be heard. */
	signal(SIGUSR1, SIG_IGN);
	/* Directories on the way to DIR stay passable, DIR's own do not. */
	umask(022);
	read_options(argc, argv, &options);
	if (options.reload)
		return ask_for_reload(&options);
	if (options.frontend == NULL)
		errx(2, "say with --frontend where the front-end files are");
	plan.workers = options.workers;
	plan.site.development = options.development;
	plan.site.app_count = (size_t)(argc - optind);
	widen_path();
	free(find_program("nginx"));
	free(find_program("spawn-fcgi"));
	if (options.supervise)
		plan.supervisor = find_program("multiwatch");
	settle(&options, &plan, argv + optind);
	umask(027);
	/* The caller's directory may be closed to who serves. */
	if (chdir(plan.site.directory) < 0)
		err(1, "%s", plan.site.directory);
	if (place_lock(plan.site.directory, &error) < 0)
		errx(1, "%s", error.message);
	make_places(plan.site.directory);
	plan.site.sockets = make_sockets(plan.site.directory);
	status = serve(&plan);
	/* The keeper did, unless it was killed. */
	site_remove_sockets(&plan.site);
	free(plan.supervisor);
	forget_site(&plan.site);
	return status;
}
