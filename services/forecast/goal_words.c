/* See goal_words.h. One sentence says one thing; figures are rounded as one would say them. */
#include "goal_words.h"

#include <stdio.h>
#include <string.h>

#include "phrase.h"

enum { RATE_DAYS_MIN = 7 };

/* A chance that needs no word: that of the other is below it. */
#define CERTAIN 0.995

/* "24.1 Mt (80 %: 22.9 to 25.5 Mt)". */
static const char *
say_end(const Juyan__V1__Quantiles *end, char out[2 * PHRASE_BYTES])
{
	char middle[PHRASE_BYTES], span[PHRASE_BYTES];
	snprintf(out, 2 * PHRASE_BYTES, "%.40s (80 %%: %.46s)", phrase_mass(end->p50_kg, PHRASE_NEAREST, middle),
	    phrase_masses(end->p10_kg, PHRASE_NEAREST, "to", end->p90_kg, span));
	return out;
}

static void
say_chance(const Juyan__V1__GoalReport *report, struct sentences *out)
{
	char chance[PHRASE_BYTES], end[2 * PHRASE_BYTES];
	sentences_add(out, "Chance %s: most likely %s.", phrase_chance(report->chance, chance), say_end(report->end, end));
}

/* "18.4 of 26 Mt": to the nearest, but what is not yet reached must not read as if it were. */
static const char *
say_done(const Juyan__V1__GoalReport *report, char out[PHRASE_BYTES])
{
	char done[PHRASE_BYTES], target[PHRASE_BYTES];
	bool reads_alike = strcmp(phrase_mass(report->done_kg, PHRASE_NEAREST, done),
			       phrase_mass(report->goal->target_kg, PHRASE_NEAREST, target)) == 0;
	return phrase_masses(report->done_kg, reads_alike ? PHRASE_DOWN : PHRASE_NEAREST, "of", report->goal->target_kg, out);
}

/* "18.4 of 26 Mt done by …; 7.6 Mt in 92 open days needs 82.2 kt a day; the last 28 open days had 67.3 kt a day." */
static void
say_rates(const Juyan__V1__GoalReport *report, const struct goal_facts *facts, const char *head, struct sentences *out)
{
	char left[PHRASE_BYTES], days[PHRASE_BYTES], needed[PHRASE_BYTES], had[PHRASE_BYTES], had_days[PHRASE_BYTES];
	phrase_mass(report->goal->target_kg - report->done_kg, PHRASE_NEAREST, left);
	if (facts->open_days == 0)
		sentences_add(out, "%s; %s more is needed, and no day that is left is an open one.", head, left);
	else if (facts->rate_days < RATE_DAYS_MIN) /* so few say nothing of a rate */
		sentences_add(out, "%s; %s in %s needs %s a day.", head, left, phrase_count(facts->open_days, "open day", days),
		    phrase_mass(report->rate_needed_kg, PHRASE_NEAREST, needed));
	else
		sentences_add(out, "%s; %s in %s needs %s a day; the last %s had %s a day.", head, left,
		    phrase_count(facts->open_days, "open day", days), phrase_mass(report->rate_needed_kg, PHRASE_NEAREST, needed),
		    phrase_count(facts->rate_days, "open day", had_days), phrase_mass(report->rate_had_kg, PHRASE_NEAREST, had));
}

static void
say_plan(const Juyan__V1__GoalReport *report, struct sentences *out)
{
	char plan[PHRASE_BYTES], off[PHRASE_BYTES];
	int64_t ahead = report->done_kg - report->plan_kg;
	sentences_add(out, "The plan line stands at %s: %s %s.", phrase_mass(report->plan_kg, PHRASE_NEAREST, plan),
	    phrase_mass(ahead < 0 ? -ahead : ahead, PHRASE_NEAREST, off), ahead < 0 ? "behind it" : "ahead of it");
}

static void
say_last_year(const Juyan__V1__GoalReport *report, struct sentences *out)
{
	char before[PHRASE_BYTES];
	if (!report->has_last_year_kg)
		return;
	phrase_mass(report->last_year_kg, PHRASE_NEAREST, before);
	if (report->last_year_kg <= 0) {
		sentences_add(out, "A year ago nothing had passed by the same day.");
		return;
	}
	double change = 100.0 * ((double)report->done_kg / (double)report->last_year_kg - 1);
	if (change > -0.5 && change < 0.5)
		sentences_add(out, "A year ago it was %s by the same day: as much as now.", before);
	else if (change < 1000)
		sentences_add(out, "A year ago it was %s by the same day: it is %.0f %% %s now.", before,
		    change < 0 ? -change : change, change < 0 ? "less" : "more");
	else
		sentences_add(out, "A year ago it was %s by the same day.", before);
}

static void
say_dates(const struct goal_facts *facts, struct sentences *out)
{
	char day[3][PHRASE_BYTES];
	for (size_t i = 0; i < 3; i++)
		if (facts->reached[i] != INT64_MAX)
			phrase_day(facts->reached[i], day[i]);
	if (facts->reached[2] != INT64_MAX)
		sentences_add(out, "As likely as not it is reached by %s; with 10 %% by %s, with 90 %% by %s.", day[1], day[0],
		    day[2]);
	else if (facts->reached[1] != INT64_MAX)
		sentences_add(out, "As likely as not it is reached by %s; with 10 %% by %s, with 90 %% not within its period.",
		    day[1], day[0]);
	else if (facts->reached[0] != INT64_MAX)
		sentences_add(out, "With 10 %% it is reached by %s; as likely as not it is not reached within its period.", day[0]);
}

/* Said where a part is not weighed: what is weighed needs no word. */
static void
say_basis(const Juyan__V1__GoalReport *report, struct sentences *out)
{
	char text[SENTENCE_BYTES_MAX] = "";
	size_t used = 0;
	if (report->done_kg <= 0 || (report->n_done_by_basis == 1 && strcmp(report->done_by_basis[0]->basis, "weighed") == 0))
		return;
	for (size_t i = 0; i < report->n_done_by_basis && used < sizeof text - 64; i++) {
		const Juyan__V1__BasisPart *part = report->done_by_basis[i];
		double share = 100.0 * (double)part->net_kg / (double)report->done_kg;
		used += (size_t)snprintf(text + used, sizeof text - used, "%s%s%.0f %% is %.16s", i == 0 ? "" : ", ",
		    share < 0.5 ? "below " : "", share < 0.5 ? 1 : share, part->basis);
	}
	sentences_add(out, "Of what is done %s.", text);
}

static void
say_unnamed(const struct goal_facts *facts, struct sentences *out)
{
	char mass[PHRASE_BYTES];
	if (facts->unnamed_kg > 0)
		sentences_add(out, "Not counted: %s of the period whose direction, mode or goods are not known.",
		    phrase_mass(facts->unnamed_kg, PHRASE_NEAREST, mass));
}

/* A ledger that began within the period does not know what passed before. */
static void
say_gap(const struct goal_facts *facts, struct sentences *out)
{
	char day[PHRASE_BYTES];
	if (facts->from <= facts->origin && facts->first_day > facts->from)
		sentences_add(out, "What passed before %s is not on file: more may have been done than is counted here.",
		    phrase_day(facts->first_day, day));
}

static void
say_next(const struct goal_facts *facts, struct sentences *out)
{
	char target[PHRASE_BYTES];
	const Juyan__V1__Goal *next = facts->next;
	if (next == NULL)
		return;
	phrase_mass(next->target_kg, PHRASE_NEAREST, target);
	sentences_add(out, "The next goal: %.64s, %s from %.12s to %.12s.", next->name[0] == '\0' ? next->id : next->name, target,
	    next->from, next->to);
}

/* Since when the report knows no more than the one before. */
static void
say_silence(const struct goal_facts *facts, struct sentences *out)
{
	char known[PHRASE_BYTES], asked[PHRASE_BYTES], to[PHRASE_BYTES];
	phrase_day(facts->origin, known);
	if (facts->asked <= facts->origin)
		return;
	if (facts->to > facts->origin && facts->to <= facts->asked)
		sentences_add(out, "Its period ended on %s, and nothing is known since %s: what came after that day is a forecast.",
		    phrase_day(facts->to, to), known);
	else if (facts->to > facts->asked)
		sentences_add(out, "Nothing is known since %s: what has come by %s is a forecast too.", known,
		    phrase_day(facts->asked, asked));
}

/* ---- the states of a goal ---- */

static void
not_begun(const Juyan__V1__GoalReport *report, const struct goal_facts *facts, struct sentences *out)
{
	char from[PHRASE_BYTES], days[PHRASE_BYTES], head[SENTENCE_BYTES_MAX / 2];
	phrase_day(facts->from, from);
	if (facts->from > facts->asked)
		snprintf(head, sizeof head, "It begins on %s, in %s", from, phrase_count(facts->from - facts->asked, "day", days));
	else
		snprintf(head, sizeof head, "It began on %s, and nothing of it is known yet", from);
	say_rates(report, facts, head, out);
	say_chance(report, out);
	say_dates(facts, out);
}

static void
running(const Juyan__V1__GoalReport *report, const struct goal_facts *facts, struct sentences *out)
{
	char done[PHRASE_BYTES], day[PHRASE_BYTES], head[SENTENCE_BYTES_MAX / 2];
	snprintf(head, sizeof head, "%s done by %s", say_done(report, done), phrase_day(facts->origin, day));
	say_rates(report, facts, head, out);
	say_chance(report, out);
	say_dates(facts, out);
	say_plan(report, out);
}

static void
met(const Juyan__V1__GoalReport *report, const struct goal_facts *facts, struct sentences *out)
{
	char on[PHRASE_BYTES], above[PHRASE_BYTES], early[PHRASE_BYTES], end[2 * PHRASE_BYTES], day[PHRASE_BYTES];
	phrase_mass(report->done_kg - report->goal->target_kg, PHRASE_DOWN, above);
	sentences_add(out, "Met %s%s%s, %s before its end; %s above it by %s.", report->met_is_estimated ? "about " : "on ",
	    phrase_day(facts->met, on), report->met_is_estimated ? " (estimated from published totals)" : "",
	    phrase_count(facts->to - facts->met, "day", early), above,
	    phrase_day(facts->origin < facts->to ? facts->origin : facts->to, day));
	if (report->chance < CERTAIN)
		sentences_add(out, "Not every figure of it is exact: the chance that it %s is %s.",
		    facts->to <= facts->origin ? "was reached" : "is reached", phrase_chance(report->chance, above));
	if (facts->to <= facts->origin)
		return;
	sentences_add(out, "Most likely it ends at %s: %s above the goal.", say_end(report->end, end),
	    phrase_mass(report->end->p50_kg - report->goal->target_kg, PHRASE_NEAREST, above));
}

static void
missed(const Juyan__V1__GoalReport *report, const struct goal_facts *facts, struct sentences *out)
{
	char done[PHRASE_BYTES], short_by[PHRASE_BYTES], day[PHRASE_BYTES];
	sentences_add(out, "Its period ended on %s with %s: missed by %s.", phrase_day(facts->to, day), say_done(report, done),
	    phrase_mass(report->goal->target_kg - report->done_kg, PHRASE_NEAREST, short_by));
	if (report->chance > 1.0 - CERTAIN)
		say_chance(report, out);
}

void
goal_words(const Juyan__V1__GoalReport *report, const struct goal_facts *facts, struct sentences *out)
{
	char target[PHRASE_BYTES];
	if (!facts->any) {
		sentences_add(out,
		    "Nothing is on file that counts for this goal of %s: what is done is not known, and no forecast can be made.",
		    phrase_mass(report->goal->target_kg, PHRASE_NEAREST, target));
		say_unnamed(facts, out);
		return;
	}
	if (facts->met != INT64_MAX)
		met(report, facts, out);
	else if (facts->to <= facts->origin)
		missed(report, facts, out);
	else if (facts->from > facts->origin)
		not_begun(report, facts, out);
	else
		running(report, facts, out);
	say_silence(facts, out);
	say_last_year(report, out);
	say_basis(report, out);
	say_unnamed(facts, out);
	say_gap(facts, out);
	if (facts->met != INT64_MAX || facts->to <= facts->origin)
		say_next(facts, out);
}
