/*
 * lethe.h: write a live data app in C behind Dash's own front end.
 *
 * An app is constant data: a layout function and a list of callbacks.  Its
 * main() hands that to lethe_main(), and the one program is then the FastCGI
 * worker, a CGI program and a tool to look at the app from the shell.
 *
 * A process forgets everything when a request ends, and Lethe enforces that:
 * before the first request every global variable of the app becomes
 * read-only.  What has to outlive a request lives in the browser (dcc.Store)
 * or in the store (lethe_memoize, lethe_session_set).
 *
 * Values are json-c objects.  "Takes" means that the function owns the
 * reference from then on, also when it fails; "borrowed" means that the
 * caller must not json_object_put() it.
 *
 * In a value that is read, NULL is JSON null, as in json-c.  In a value that
 * is handed over, NULL is one that could not be made, and what it is put into
 * fails: null is lethe_null() there.  Only for component properties that do
 * not hold components NULL means "not set"; those that do are left out with
 * LETHE_NOT_SET.
 */
#ifndef LETHE_H
#define LETHE_H

#include <lethe/app.h>
#include <lethe/cache.h>
#include <lethe/call.h>
#include <lethe/data.h>
#include <lethe/request.h>
#include <lethe/result.h>
#include <lethe/session.h>
#include <lethe/value.h>

#endif
