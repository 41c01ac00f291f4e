/* The first and the last day of an outlook: see outlook.h. */
#include "civil.h"
#include "outlook.h"

/* A history begins with its first traffic: after the holidays, that is the beginning of its first month. */
enum { HOLIDAYS = 7 };

int64_t
outlook_default_end(int64_t asked)
{
	int year, month, dom;
	civil_date(asked, &year, &month, &dom);
	return civil_day(year + (month == 12 ? 2 : 1), 1, 1) - 1;
}

int64_t
outlook_first_day(const struct leaves *leaves, bool year_before)
{
	int year, month, dom;
	civil_date(leaves->origin, &year, &month, &dom);
	int64_t own = civil_day(year, 1, 1), first = civil_day(year - 1, 1, 1);
	for (month = 2; year_before && first < own && first + HOLIDAYS < leaves->first_day; month++)
		first = month > 12 ? own : civil_day(year - 1, month, 1);
	return year_before ? first : own;
}
