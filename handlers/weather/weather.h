/*
 * weather.h: a date is chosen, and a unit.  One callback downloads the weather
 * into a dcc.Store; another shows it, and is all that runs for another unit.
 */
#ifndef WEATHER_H
#define WEATHER_H

#include <lethe.h>

/* How many days are shown, from the chosen date on. */
enum { DAYS = 30 };

/* The callbacks, each in the file of its name. */
extern const struct lethe_callback download_weather_callback;
extern const struct lethe_callback show_weather_callback;

#endif
