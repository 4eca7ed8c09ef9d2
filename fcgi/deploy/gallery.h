/*
 * deploy/gallery.h: the page that shows the apps that are served.
 */
#ifndef LETHE_DEPLOY_GALLERY_H
#define LETHE_DEPLOY_GALLERY_H

#include "deploy/site.h"

/*
 * Writes the page from the front end's template: the cards that this has for
 * single apps, of those that are served, and its simple card for each of the
 * others.  0 or -1.
 */
int gallery_write(const struct site *site, struct error *error);

#endif
