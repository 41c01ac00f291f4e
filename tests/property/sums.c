/* The comparison of sums.h. */
#include "check.h"

#include "sums.h"

#include <stdio.h>
#include <string.h>

enum { TOTALS_MAX = 512 };

struct total {
	char key[160];
	int64_t net_kg, batches, units;
};

struct totals {
	struct total rows[TOTALS_MAX];
	size_t n;
	size_t period_bytes; /* how much of "2025-01-31T08" is looked at */
};

/* ---- the naive rules ---- */

static const struct sums_rules *current; /* what the naive rules look at */

static bool
naive_on_departure(const char *port)
{
	return strcmp(port, "wuliji") == 0 && current->changed && current->departure_counts;
}

static const char *
naive_group(const char *hs, const char *description)
{
	if (hs[0] != '\0')
		return strncmp(hs, "2701", 4) == 0 ? "coal" : strncmp(hs, "26", 2) == 0 && !current->changed ? "copper" : "other";
	if (strstr(description, "煤") != NULL || strstr(description, "COAL") != NULL || strstr(description, "НҮҮРС") != NULL)
		return "coal";
	return strstr(description, "зэс") != NULL ? "copper" : "other";
}

/* ---- totals ---- */

static void
add_total(void *user, const char *key, int64_t net_kg, int64_t batches, int64_t units)
{
	struct totals *totals = user;
	char port[40], period[16], rest[96], cut[160];
	assert_int_equal(sscanf(key, "%39s %15s %95[^\n]", port, period, rest), 3);
	snprintf(cut, sizeof cut, "%s %.*s %s", port, (int)totals->period_bytes, period, rest);
	size_t i = 0;
	while (i < totals->n && strcmp(totals->rows[i].key, cut) != 0)
		i++;
	assert_true(i < TOTALS_MAX);
	if (i == totals->n) {
		totals->rows[totals->n++] = (struct total){ "", net_kg, batches, units };
		memcpy(totals->rows[i].key, cut, sizeof cut);
		return;
	}
	totals->rows[i].net_kg += net_kg;
	totals->rows[i].batches += batches;
	totals->rows[i].units += units;
}

static void
take_away_ledger(struct totals *totals, struct env *env, size_t period, struct arena *arena)
{
	struct reader *reader;
	struct reason why = { "" };
	const Juyan__V1__Answer *answer;
	Juyan__V1__TotalsAsk ask = JUYAN__V1__TOTALS_ASK__INIT;
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	ask.by_period = (Juyan__V1__PeriodKind)(period + 1);
	ask.by_port = ask.by_direction = ask.by_mode = ask.by_group = ask.by_basis = true;
	question.version = PROTOCOL_VERSION;
	question.ask_case = JUYAN__V1__QUESTION__ASK_TOTALS;
	question.totals = &ask;
	arena_reset(arena);
	if (reader_open(env, &reader, &why) != STATUS_OK || reader_answer(reader, &question, arena, &answer, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	assert_int_equal(answer->say_case, JUYAN__V1__ANSWER__SAY_TOTALS);
	for (size_t i = 0; i < answer->totals->n_rows; i++) {
		const Juyan__V1__TotalsRow *row = answer->totals->rows[i];
		char key[160];
		snprintf(key, sizeof key, "%s %s %s %s %s %s", row->port, row->period, row->direction, row->mode, row->group,
		    row->basis);
		add_total(totals, key, -row->net_kg, -row->batches, -row->units);
	}
	reader_close(&reader);
}

bool
sums_agree(struct env *env, const struct naive_event *events, size_t n, const struct sums_rules *rules,
    const struct sums_world *world, size_t period, struct arena *arena)
{
	static const size_t period_bytes[] = { 13, 10, 7, 4 };
	static struct totals totals;
	const struct naive_rules naive = { naive_on_departure, naive_group };
	totals.n = 0;
	totals.period_bytes = period_bytes[period];
	current = rules;
	for (size_t b = 0; b < world->batches; b++)
		for (size_t p = 0; p < world->n_ports; p++) {
			char batch[24];
			snprintf(batch, sizeof batch, "B%zu", b);
			naive_count((struct naive_batch){ events, n, world->ports[p], batch, "" }, &naive, add_total, &totals);
		}
	take_away_ledger(&totals, env, period, arena);
	bool equal = true;
	for (size_t i = 0; i < totals.n; i++)
		if (totals.rows[i].net_kg != 0 || totals.rows[i].batches != 0 || totals.rows[i].units != 0) {
			equal = false;
			print_error("%s: naive - ledger = %lld kg, %lld batches, %lld units\n", totals.rows[i].key,
			    (long long)totals.rows[i].net_kg, (long long)totals.rows[i].batches, (long long)totals.rows[i].units);
		}
	return equal;
}
