/*
 * A made-up ledger that answers an engine's questions: daily totals of a few leaves from 2023 on, by a formula with a seed, and a
 * registry written as JSON with single quotes. A test changes its days and its clock. For one thread.
 */
#ifndef JUYAN_TESTS_MADE_UP_H
#define JUYAN_TESTS_MADE_UP_H

#include <stdlib.h>

#include "chance.h"
#include "civil.h"
#include "engine.h"
#include "said.h"

enum { MADE_UP_DAYS = 1400, MADE_UP_LEAVES = 5, MADE_UP_ROWS = 10000 };

#define T INT64_C(1000)

struct made_up {
	int64_t first, today; /* days are counted from `first`; today's stand in `kg` as far as they have come */
	int64_t now_ms;
	uint64_t lsn;
	int64_t kg[MADE_UP_LEAVES][MADE_UP_DAYS];
	const Juyan__V1__Registry *registry;
	struct arena arena;
	size_t asked;      /* questions so far */
	enum status fails; /* every question, unless OK */
};

static const struct made_up_leaf {
	const char *port, *direction, *mode, *group;
	int64_t usual_kg;
	unsigned every; /* on one of so many days */
} made_up_leaf[MADE_UP_LEAVES] = {
	{ "ceke", "import", "truck", "coal", 60000 * T, 1 },
	{ "ceke", "import", "truck", "copper", 2000 * T, 1 },
	{ "ceke", "import", "agv", "coal", 6000 * T, 1 },
	{ "ceke", "export", "truck", "machinery", 300 * T, 9 },
	{ "wuliji", "import", "truck", "coal", 500 * T, 20 },
};

static inline char *
made_up_text(struct made_up *ledger, const char *text)
{
	char *copy = arena_take(&ledger->arena, strlen(text) + 1);
	assert_non_null(copy);
	return strcpy(copy, text);
}

static inline bool
made_up_among(char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return n == 0;
}

static inline Juyan__V1__TotalsRow *
made_up_row(struct made_up *ledger, const Juyan__V1__TotalsAsk *ask, size_t leaf, const char *period, int64_t kg)
{
	Juyan__V1__TotalsRow *row = arena_take(&ledger->arena, sizeof *row);
	assert_non_null(row);
	juyan__v1__totals_row__init(row);
	row->port = made_up_text(ledger, ask->by_port ? made_up_leaf[leaf].port : "");
	row->direction = made_up_text(ledger, ask->by_direction ? made_up_leaf[leaf].direction : "");
	row->mode = made_up_text(ledger, ask->by_mode ? made_up_leaf[leaf].mode : "");
	row->group = made_up_text(ledger, ask->by_group ? made_up_leaf[leaf].group : "");
	row->basis = made_up_text(ledger, ask->by_basis ? "weighed" : "");
	row->period = made_up_text(ledger, period);
	row->net_kg = kg;
	return row;
}

/* Rows are not added up: each leaf and day has its own, and an hour's is the eighth of a day between 8 and 16. */
static inline enum status
made_up_totals(struct made_up *ledger, const Juyan__V1__TotalsAsk *ask, Juyan__V1__Totals *totals, struct reason *why)
{
	int64_t from, to;
	assert_true(civil_parse_day(ask->from, &from) && civil_parse_day(ask->to, &to));
	totals->rows = arena_take(&ledger->arena, MADE_UP_ROWS * sizeof *totals->rows);
	assert_non_null(totals->rows);
	for (int64_t day = from > ledger->first ? from : ledger->first; day <= to && day <= ledger->today; day++)
		for (size_t i = 0; i < MADE_UP_LEAVES; i++) {
			char period[32];
			int year, month, dom, hours = ask->by_period == JUYAN__V1__PERIOD_KIND__HOUR ? 8 : 1;
			int64_t kg = ledger->kg[i][day - ledger->first];
			if (kg == 0 || !made_up_among(ask->ports, ask->n_ports, made_up_leaf[i].port) ||
			    !made_up_among(ask->modes, ask->n_modes, made_up_leaf[i].mode))
				continue;
			civil_date(day, &year, &month, &dom);
			for (int hour = 0; hour < hours; hour++) {
				if (ask->by_period == JUYAN__V1__PERIOD_KIND__YEAR)
					snprintf(period, sizeof period, "%04d", year);
				else
					snprintf(period, sizeof period, hours == 8 ? "%04d-%02d-%02dT%02d" : "%04d-%02d-%02d", year,
					    month, dom, 8 + hour);
				if (totals->n_rows == TOTALS_ROWS_MAX && ask->by_period == JUYAN__V1__PERIOD_KIND__DAY)
					return reason_say(why, STATUS_TOO_MANY, "too many rows");
				if (totals->n_rows < TOTALS_ROWS_MAX)
					totals->rows[totals->n_rows++] = made_up_row(ledger, ask, i, period, kg / hours);
			}
		}
	return STATUS_OK;
}

static inline const char *
made_up_kind(const Juyan__V1__RegistryRecord *record)
{
	static const char *const kinds[] = { "port", "group", "terminal", "day", "capacity", "goal", "lever", "override",
		"published" };
	return kinds[(int)record->record_case - (int)JUYAN__V1__REGISTRY_RECORD__RECORD_PORT];
}

static inline enum status
made_up_ask(void *user, Juyan__V1__Question *question, const Juyan__V1__Answer **out, struct reason *why)
{
	struct made_up *ledger = user;
	arena_reset(&ledger->arena);
	ledger->asked++;
	if (ledger->fails != STATUS_OK)
		return reason_say(why, ledger->fails, "the ledger is away");
	Juyan__V1__Answer *answer = arena_take(&ledger->arena, sizeof *answer);
	Juyan__V1__Registry *registry = arena_take(&ledger->arena, sizeof *registry);
	Juyan__V1__Totals *totals = arena_take(&ledger->arena, sizeof *totals);
	assert_true(answer != NULL && registry != NULL && totals != NULL);
	juyan__v1__answer__init(answer);
	juyan__v1__registry__init(registry);
	juyan__v1__totals__init(totals);
	answer->lsn = ledger->lsn;
	*out = answer;
	if (question->ask_case == JUYAN__V1__QUESTION__ASK_STATUS) {
		answer->say_case = JUYAN__V1__ANSWER__SAY_STATUS;
		return STATUS_OK;
	}
	if (question->ask_case == JUYAN__V1__QUESTION__ASK_TOTALS) {
		answer->say_case = JUYAN__V1__ANSWER__SAY_TOTALS;
		answer->totals = totals;
		return made_up_totals(ledger, question->totals, totals, why);
	}
	answer->say_case = JUYAN__V1__ANSWER__SAY_REGISTRY;
	answer->registry = registry;
	registry->records = arena_take(&ledger->arena, (ledger->registry->n_records + 1) * sizeof *registry->records);
	for (size_t i = 0; i < ledger->registry->n_records; i++)
		if (strcmp(made_up_kind(ledger->registry->records[i]), question->registry->kind) == 0)
			registry->records[registry->n_records++] = ledger->registry->records[i];
	return STATUS_OK;
}

static inline int64_t
made_up_utc_ms(void *user)
{
	return ((const struct made_up *)user)->now_ms;
}

/* Noon of a day by the ports' clock. */
static inline void
made_up_noon(struct made_up *ledger, int64_t day)
{
	ledger->today = day;
	ledger->now_ms = day * CIVIL_MS_PER_DAY + (12 - 8) * CIVIL_MS_PER_HOUR;
}

static inline struct engine_options
made_up_options(struct made_up *ledger)
{
	return (struct engine_options){ .source = { made_up_ask, ledger },
		.clock = { made_up_utc_ms, NULL, ledger },
		.threads = 1,
		.paths = 200 };
}

#define MADE_UP_PORTS \
	"{'port': {'id': 'ceke', 'utc_offset': '+08:00', 'count_on': 'RELEASE'}}," \
	"{'port': {'id': 'wuliji', 'utc_offset': '+08:00', 'count_on': 'RELEASE'}}"

/* The registry of the two ports and what else is given: records with a comma before each. */
static inline void
made_up_registry(struct made_up *ledger, const char *more)
{
	char text[8192];
	snprintf(text, sizeof text, "{'records': [" MADE_UP_PORTS "%s]}", more);
	ledger->registry = (const Juyan__V1__Registry *)said_message(&juyan__v1__registry__descriptor, text);
	ledger->lsn++;
}

/* From 1 January 2023 to before `today`: a level with a week, a year and chance; nothing on Sundays' ninth part. */
static inline struct made_up *
made_up_open(int64_t today, uint64_t seed)
{
	struct made_up *ledger = calloc(1, sizeof *ledger);
	assert_non_null(ledger);
	assert_int_equal(arena_open(&ledger->arena, 64 * 1024 * 1024), STATUS_OK);
	ledger->first = civil_day(2023, 1, 1);
	ledger->lsn = 100;
	made_up_noon(ledger, today);
	made_up_registry(ledger, "");
	struct chance chance = chance_begin(seed, 1);
	for (int64_t d = 0; d < today - ledger->first && d < MADE_UP_DAYS; d++)
		for (size_t i = 0; i < MADE_UP_LEAVES; i++) {
			bool passes = chance_index(&chance, made_up_leaf[i].every) == 0;
			double wobble = 0.7 + 0.6 * chance_uniform(&chance);
			double week = (d % 7) == 0 ? 0.3 : 1.0;
			ledger->kg[i][d] = passes ? (int64_t)((double)made_up_leaf[i].usual_kg * wobble * week) : 0;
		}
	return ledger;
}

static inline void
made_up_close(struct made_up *ledger)
{
	arena_close(&ledger->arena);
	free(ledger);
}

#endif
