/* The rules of attention.h. */
#include "attention.h"

#include <assert.h>
#include <stdlib.h>

const char *
attention_name(enum attention kind)
{
	static const char *const names[ATTENTIONS] = { "site", "silent", "quarantine", "machine", "stuck", "weight",
		"second_inspection", "review", "unheard" };
	assert(kind < ATTENTIONS);
	return names[kind];
}

static int
compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return x < y ? -1 : x > y;
}

int64_t
attention_usual_stay(int64_t *stays_ms, size_t n)
{
	if (n < ATTENTION_STUCK_LEAST_N)
		return ATTENTION_STUCK_UNKNOWN_MS;
	qsort(stays_ms, n, sizeof *stays_ms, compare);
	int64_t usual_ms = stays_ms[(n * ATTENTION_STUCK_PERCENT + 99) / 100 - 1]; /* by nearest rank */
	return usual_ms > ATTENTION_STUCK_LEAST_MS ? usual_ms : ATTENTION_STUCK_LEAST_MS;
}

bool
attention_stuck(const struct progress *progress, int64_t now_ms, int64_t usual_ms, int64_t *stay_ms)
{
	int64_t arrived_ms = progress->steps[STEP_ARRIVED];
	if (!progress_in_yard(progress) || progress->steps[STEP_RELEASED] != TIME_UNKNOWN)
		return false;
	*stay_ms = now_ms - arrived_ms;
	return *stay_ms > usual_ms;
}

bool
attention_unheard(const struct progress *progress, int64_t now_ms, int64_t *gone_ms)
{
	if (progress->stage != STAGE_RELEASED || progress->steps[STEP_RELEASED] == TIME_UNKNOWN)
		return false;
	*gone_ms = now_ms - progress->steps[STEP_RELEASED];
	return *gone_ms > UNHEARD_MS;
}

bool
attention_weight(const struct masses *masses, int64_t *above_kg)
{
	if (masses->weighed_kg == KG_UNKNOWN || masses->weighed_declared_kg == KG_UNKNOWN)
		return false;
	*above_kg = masses->weighed_kg - masses->weighed_declared_kg;
	int64_t difference = llabs(*above_kg);
	return difference > ATTENTION_WEIGHT_KG && difference * 100 > masses->weighed_declared_kg * ATTENTION_WEIGHT_PERCENT;
}

int64_t
attention_usual_gap(const int64_t *receipts_ms, size_t n)
{
	int64_t gaps[ATTENTION_SILENT_EVENTS];
	size_t found = 0;
	assert(n <= ATTENTION_SILENT_EVENTS);
	for (size_t i = 1; i < n; i++)
		if (receipts_ms[i - 1] > receipts_ms[i])
			gaps[found++] = receipts_ms[i - 1] - receipts_ms[i];
	if (found < ATTENTION_SILENT_LEAST_N)
		return 0;
	qsort(gaps, found, sizeof *gaps, compare);
	return gaps[(found - 1) / 2];
}

bool
attention_silent(int64_t last_ms, int64_t usual_gap_ms, int64_t now_ms)
{
	int64_t silence_ms = now_ms - last_ms;
	int64_t usual_ms = usual_gap_ms > 0 ? ATTENTION_SILENT_TIMES * usual_gap_ms : ATTENTION_SILENT_UNKNOWN_MS;
	return silence_ms > usual_ms && silence_ms >= ATTENTION_SILENT_LEAST_MS && silence_ms <= ATTENTION_SILENT_KNOWN_MS;
}

bool
attention_machine(Juyan__V1__Condition condition)
{
	return condition == JUYAN__V1__CONDITION__FAULT || condition == JUYAN__V1__CONDITION__SILENT ||
	    condition == JUYAN__V1__CONDITION__STUCK || condition == JUYAN__V1__CONDITION__OFFLINE;
}
