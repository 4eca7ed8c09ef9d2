/*
 * process/log_line.c: one line of the log.  Signal handlers build theirs
 * here too, so it knows neither stdio nor time zones.
 */
#include "process/log_line.h"

#include <stdint.h>
#include <time.h>

#include "base/text.h"

/* A key's value is cut after so many bytes. */
#define VALUE_MAX 200

/*
 * Year, month and day of a day counted from 1970-01-01.  Years are counted
 * from March here, so that the leap day is a year's last; an era is the 400
 * years after which the calendar repeats.
 */
static void
civil_from_days(int64_t days, int64_t *year, int *month, int *day)
{
	const int64_t days_of_era = 146097;
	int64_t shifted = days + 719468; /* from 0000-03-01 */
	int64_t era = shifted / days_of_era;
	int64_t in_era = shifted % days_of_era;
	int64_t year_of_era =
	    (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	int64_t in_year =
	    in_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t from_march = (5 * in_year + 2) / 153;

	*day = (int)(in_year - (153 * from_march + 2) / 5 + 1);
	*month = (int)(from_march < 10 ? from_march + 3 : from_march - 9);
	*year = era * 400 + year_of_era + (*month <= 2 ? 1 : 0);
}

static void
add_time(struct text *text)
{
	struct timespec now = { 0, 0 };
	int64_t year;
	int month;
	int day;
	int64_t in_day;

	clock_gettime(CLOCK_REALTIME, &now);
	if (now.tv_sec < 0)
		now.tv_sec = 0;
	civil_from_days(now.tv_sec / 86400, &year, &month, &day);
	in_day = now.tv_sec % 86400;
	text_add_number(text, (uint64_t)year, 4);
	text_add_char(text, '-');
	text_add_number(text, (uint64_t)month, 2);
	text_add_char(text, '-');
	text_add_number(text, (uint64_t)day, 2);
	text_add_char(text, 'T');
	text_add_number(text, (uint64_t)in_day / 3600, 2);
	text_add_char(text, ':');
	text_add_number(text, (uint64_t)in_day / 60 % 60, 2);
	text_add_char(text, ':');
	text_add_number(text, (uint64_t)in_day % 60, 2);
	text_add_char(text, '.');
	text_add_number(text, (uint64_t)now.tv_nsec / 1000000, 3);
	text_add_char(text, 'Z');
}

static void
add_token(struct text *text, const char *key, const char *value)
{
	if (value == NULL || *value == '\0')
		return;
	text_add(text, key);
	text_add_token(text, value, VALUE_MAX);
}

size_t
log_line(char *out, size_t size, const char *level, const char *request,
    int status, const char *callback, const char *message)
{
	struct text text;

	/* Two bytes are kept for the closing quote and the newline. */
	text_init(&text, out, size - 2);
	text_add(&text, "time=");
	add_time(&text);
	add_token(&text, " level=", level);
	add_token(&text, " request=", request);
	if (status != 0) {
		text_add(&text, " status=");
		text_add_signed(&text, status);
	}
	add_token(&text, " callback=", callback);
	if (message != NULL && *message != '\0') {
		size_t before = text.used;

		text_add(&text, " message=\"");
		if (text.used - before < sizeof(" message=\"") - 1)
			text.used = before; /* no room even for the key */
		else {
			text_add_escaped(&text, message, SIZE_MAX);
			text.size++;
			text_add_char(&text, '"');
		}
	}
	text.size = size;
	text_add_char(&text, '\n');
	return text.used;
}
