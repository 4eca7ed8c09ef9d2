/*
 * deploy/keeper.h: brings a site up, keeps it, and takes it down.
 */
#ifndef LETHE_DEPLOY_KEEPER_H
#define LETHE_DEPLOY_KEEPER_H

#include "base/error.h"
#include "deploy/place.h"
#include "deploy/site.h"

/* What is to be served, all places made and checked. */
struct keeper_plan {
	struct site site;
	struct place_socket listen;
	int workers;
	/* Multiwatch's full path, for spawn-fcgi does not search for it;
	 * NULL: the pools have no supervisor. */
	char *supervisor;
};

/*
 * Asks and checks the apps, starts their workers and the web server, prints
 * the line with the address when all of them answer, and stays until a
 * signal to stop arrives or the site can't go on.  When a reload is asked
 * for, and in development when a program was built anew, it puts new workers
 * in the place of the old ones.  It ends in every case
 * with no child left.  The process's exit status.
 */
int keeper_serve(struct keeper_plan *plan, int signals, int reload_signals);

#endif
