/* See phrase.h. */
#include "phrase.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "civil.h"

static const struct {
	int64_t kg;
	const char *name;
} units[] = {
	{ 1, "kg" },
	{ 1000, "t" },
	{ 1000000, "kt" },
	{ 1000000000, "Mt" },
};

enum { UNITS = sizeof units / sizeof units[0] };

/* Hundredths of the unit, rounded to hundredths below ten and to tenths from there on; kilograms are whole. */
static int64_t
hundredths_of(int64_t kg, size_t unit, enum phrase_round round)
{
	if (unit == 0)
		return kg * 100;
	int64_t step = units[unit].kg / (kg < 10 * units[unit].kg ? 100 : 10), times = units[unit].kg / step;
	return (kg + (round == PHRASE_DOWN ? 0 : round == PHRASE_UP ? step - 1 : step / 2)) / step * (100 / times);
}

/* The largest unit that a mass has at least one of; the next where rounding makes a thousand of it. */
static size_t
unit_of(int64_t kg, enum phrase_round round)
{
	size_t unit = UNITS - 1;
	while (unit > 0 && kg < units[unit].kg)
		unit--;
	return unit + 1 < UNITS && hundredths_of(kg, unit, round) >= 100000 ? unit + 1 : unit;
}

const char *
phrase_mass(int64_t kg, enum phrase_round round, char out[PHRASE_BYTES])
{
	int64_t size = kg < 0 ? -kg : kg;
	size_t unit = unit_of(size, round);
	int64_t hundredths = hundredths_of(size, unit, round);
	int whole = snprintf(out, PHRASE_BYTES, "%s%" PRId64, kg < 0 ? "-" : "", hundredths / 100);
	assert(whole > 0 && whole < PHRASE_BYTES / 2);
	char *end = out + whole;
	if (hundredths % 10 != 0)
		end += snprintf(end, PHRASE_BYTES / 4, ".%02d", (int)(hundredths % 100));
	else if (hundredths % 100 != 0)
		end += snprintf(end, PHRASE_BYTES / 4, ".%d", (int)(hundredths % 100 / 10));
	snprintf(end, PHRASE_BYTES / 4, " %s", units[unit].name);
	return out;
}

const char *
phrase_masses(int64_t kg, enum phrase_round round, const char *between, int64_t other_kg, char out[PHRASE_BYTES])
{
	char first[PHRASE_BYTES], second[PHRASE_BYTES];
	phrase_mass(kg, round, first);
	phrase_mass(other_kg, PHRASE_NEAREST, second);
	char *unit = strchr(first, ' ');
	assert(unit != NULL);
	if (kg == 0 || strcmp(unit, strchr(second, ' ')) == 0)
		*unit = '\0';
	snprintf(out, PHRASE_BYTES, "%.18s %.6s %.20s", first, between, second);
	return out;
}

const char *
phrase_day(int64_t day, char out[PHRASE_BYTES])
{
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	int year, month, dom;
	civil_date(day, &year, &month, &dom);
	assert(month >= 1 && month <= 12);
	snprintf(out, PHRASE_BYTES, "%d %.3s %d", dom, months[month - 1], year);
	return out;
}

const char *
phrase_iso(int64_t day, char out[PHRASE_ISO_BYTES])
{
	int year, month, dom;
	civil_date(day, &year, &month, &dom);
	civil_format((uint32_t)(year * 10000 + month * 100 + dom), PERIOD_DAY, out);
	return out;
}

const char *
phrase_chance(double chance, char out[PHRASE_BYTES])
{
	assert(chance >= 0 && chance <= 1);
	if (chance < 0.01)
		snprintf(out, PHRASE_BYTES, "below 1 %%");
	else if (chance > 0.99)
		snprintf(out, PHRASE_BYTES, "above 99 %%");
	else
		snprintf(out, PHRASE_BYTES, "%d %%", (int)lround(100 * chance));
	return out;
}

const char *
phrase_count(int64_t n, const char *noun, char out[PHRASE_BYTES])
{
	snprintf(out, PHRASE_BYTES, "%" PRId64 " %.24s%s", n, noun, n == 1 ? "" : "s");
	return out;
}
