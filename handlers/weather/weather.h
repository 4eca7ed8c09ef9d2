/* weather.h: one callback downloads; the other shows, in either unit. */
#ifndef WEATHER_H
#define WEATHER_H

#include <lethe.h>

extern const struct lethe_callback download_weather_callback;
extern const struct lethe_callback show_weather_callback;

#endif
