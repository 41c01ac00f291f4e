/*
 * The course of a year: the plan line, what was done, the year before, and how the rest may add up. The sums are of now; the
 * plan line and the fan are the forecast's where there is one, for the calendar may say more than the registry's days (a holiday
 * that was kept open).
 */
#include <stdlib.h>

#include "painter_year.h"

enum { COURSE_DAYS = 732 }; /* of a longer period every second, third … day */

enum status
year_totals(struct year *year, Juyan__V1__TotalsAsk *ask, int64_t from, int64_t to, const Juyan__V1__Totals **out,
    struct reason *why)
{
	char from_text[CIVIL_TEXT_BYTES], to_text[CIVIL_TEXT_BYTES], *names[2];
	goal_slice(year->goal, ask, names);
	days_text(from, from_text);
	days_text(to, to_text);
	ask->from = from_text;
	ask->to = to_text;
	return painter_totals(year->painter, ask, out, why);
}

enum status
year_days(struct year *year, int64_t from, int64_t to, int64_t **out, struct reason *why)
{
	enum { DAYS_AT_ONCE = TOTALS_ROWS_MAX };
	int64_t *kg = calloc((size_t)(to - from) + 1, sizeof *kg);
	enum status status = kg != NULL ? STATUS_OK : STATUS_NO_MEMORY;
	for (int64_t first = from; first <= to && status == STATUS_OK; first += DAYS_AT_ONCE) {
		Juyan__V1__TotalsAsk ask = JUYAN__V1__TOTALS_ASK__INIT;
		const Juyan__V1__Totals *totals;
		ask.by_period = JUYAN__V1__PERIOD_KIND__DAY;
		status =
		    year_totals(year, &ask, first, first + DAYS_AT_ONCE - 1 < to ? first + DAYS_AT_ONCE - 1 : to, &totals, why);
		for (size_t i = 0; status == STATUS_OK && i < totals->n_rows; i++) {
			int64_t day;
			if (civil_parse_day(totals->rows[i]->period, &day) && day >= from && day <= to)
				kg[day - from] = totals->rows[i]->net_kg;
		}
	}
	if (status != STATUS_OK) {
		free(kg);
		return status;
	}
	*out = kg;
	return STATUS_OK;
}

/* ---- the plan ---- */

struct plan {
	int64_t target_kg, days; /* open days of the period; all, where none is open */
	bool every_day;
};

static struct plan
plan_of(const struct year *year)
{
	struct plan plan = { .target_kg = year->goal != NULL ? year->goal->target_kg : 0 };
	for (int64_t day = year->from; day <= year->to; day++)
		plan.days += days_any_open(year->painter, year->goal, day);
	plan.every_day = plan.days == 0;
	if (plan.every_day)
		plan.days = year->to - year->from + 1;
	return plan;
}

/* In two steps: a target times days may be too large for the integers. */
static int64_t
plan_at(const struct plan *plan, int64_t days)
{
	return plan->target_kg / plan->days * days + plan->target_kg % plan->days * days / plan->days;
}

static const Juyan__V1__GoalDay *
forecast_day(const struct year *year, int64_t day)
{
	char text[CIVIL_TEXT_BYTES];
	days_text(day, text);
	for (size_t i = 0; year->report != NULL && i < year->report->n_course; i++)
		if (strcmp(year->report->course[i]->day, text) == 0)
			return year->report->course[i];
	return NULL;
}

static int64_t
part_of(int64_t kg, int64_t of_day_ms)
{
	return kg / CIVIL_MS_PER_DAY * of_day_ms + kg % CIVIL_MS_PER_DAY * of_day_ms / CIVIL_MS_PER_DAY;
}

json_t *
year_plan_now(const struct year *year)
{
	if (year->goal == NULL || year->today < year->from)
		return json_null();
	if (year->today > year->to)
		return json_integer(year->goal->target_kg);
	const Juyan__V1__GoalDay *last = forecast_day(year, year->today - 1), *now = forecast_day(year, year->today);
	int64_t of_day_ms = year->hour * CIVIL_MS_PER_HOUR + year->into_ms, before = last != NULL ? last->plan_kg : 0;
	if (now != NULL && (last != NULL || year->today == year->from))
		return json_integer(before + part_of(now->plan_kg - before, of_day_ms));
	struct plan plan = plan_of(year);
	int64_t days = 0;
	for (int64_t day = year->from; day < year->today; day++)
		days += plan.every_day || days_any_open(year->painter, year->goal, day);
	before = plan_at(&plan, days);
	days += plan.every_day || days_any_open(year->painter, year->goal, year->today);
	return json_integer(before + part_of(plan_at(&plan, days) - before, of_day_ms));
}

/* ---- the days ---- */

/* What has come cannot be too much: no possible end of a day lies below it. */
static json_t *
fan_json(const Juyan__V1__Quantiles *quantiles, int64_t least_kg)
{
	Juyan__V1__Quantiles raised = *quantiles;
	int64_t *const kg[] = { &raised.mean_kg, &raised.p025_kg, &raised.p10_kg, &raised.p25_kg, &raised.p50_kg, &raised.p75_kg,
		&raised.p90_kg, &raised.p975_kg };
	for (size_t i = 0; i < sizeof kg / sizeof kg[0]; i++)
		*kg[i] = *kg[i] < least_kg ? least_kg : *kg[i];
	return told_json(&raised.base);
}

struct walk {
	int64_t plan_days, done_kg, before_kg, before_day;
	struct plan plan;
};

/* Before the ledger knew all of these ports it is the forecast that knows, from published totals. */
static json_t *
done_json(const struct year *year, const struct walk *walk, const Juyan__V1__GoalDay *said, int64_t day)
{
	if (day > year_known_to(year))
		return json_null();
	if (year->published_kg > 0 && day < year->whole_day)
		return said != NULL && said->has_done_kg ? json_integer(said->done_kg) : json_null();
	return kg_json(year->published_kg > 0 || (year->any && day >= year->first_day), walk->done_kg + year->published_kg);
}

static json_t *
day_of(const struct year *year, const struct walk *walk, int64_t day)
{
	const Juyan__V1__GoalDay *said = forecast_day(year, day);
	int64_t done_kg = year->today >= year->from ? walk->done_kg + year->published_kg : 0;
	bool fan = said != NULL && said->to_date != NULL && day >= year->today;
	json_t *before = year->reaches ? kg_json(days_year_before(day) <= year->today, walk->before_kg)
	    : said != NULL             ? kg_json(year->published_before && said->has_last_year_kg, said->last_year_kg)
				       : json_null();
	json_t *plan = year->goal == NULL ? json_null()
	    : said != NULL                ? json_integer(said->plan_kg)
					  : json_integer(plan_at(&walk->plan, walk->plan_days));
	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "day", day_json(day), "plan_kg", plan, "done_kg",
	    done_json(year, walk, said, day), "last_year_kg", before, "to_date",
	    fan ? fan_json(said->to_date, done_kg) : json_null());
}

static void
take_day(const struct year *year, struct walk *walk, int64_t day)
{
	walk->plan_days += walk->plan.every_day || days_any_open(year->painter, year->goal, day);
	if (year->done_kg != NULL && day <= year_known_to(year))
		walk->done_kg += year->done_kg[day - year->from];
	/* The 29th of February has the 28th of the year before; the day after a 28th may have two days to take. */
	for (; year->before_kg != NULL && walk->before_day < days_year_before(day); walk->before_day++)
		walk->before_kg += year->before_kg[walk->before_day + 1 - days_year_before(year->from)];
}

enum status
year_put_course(struct year *year, struct reason *why)
{
	int64_t known_to = year_known_to(year), stride = (year->to - year->from) / COURSE_DAYS + 1;
	struct walk walk = { .plan = plan_of(year), .before_day = days_year_before(year->from) - 1 };
	enum status status = STATUS_OK;
	if (known_to >= year->from)
		status = year_days(year, year->from, known_to, &year->done_kg, why);
	if (status == STATUS_OK && year->reaches)
		status = year_days(year, days_year_before(year->from), days_year_before(year->to), &year->before_kg, why);
	if (status != STATUS_OK)
		return status;
	json_t *list = json_array();
	status = put_json(year->object, "course", list);
	for (int64_t day = year->from; day <= year->to && status == STATUS_OK; day++) {
		take_day(year, &walk, day);
		if ((day - year->from) % stride == 0 || day == year->to || day == known_to)
			status = append_json(list, day_of(year, &walk, day));
	}
	return status;
}
