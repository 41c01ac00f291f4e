/*
 * The simulator's tally is what a second, plain count of the encoded events gives, also when the streams are cut off somewhere:
 * so neither the tally nor the encoding of the events can be wrong alone.
 */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "simulated.h"

struct kept {
	Juyan__V1__Event *event;
	uint64_t order;
};

struct pile {
	struct kept *kept;
	size_t n, room;
};

static void
keep(struct pile *pile, const struct simulated_event *event)
{
	if (pile->n == pile->room) {
		pile->room = pile->room == 0 ? 1024 : 2 * pile->room;
		pile->kept = realloc(pile->kept, pile->room * sizeof *pile->kept);
		assert_non_null(pile->kept);
	}
	Juyan__V1__Event *copy = juyan__v1__event__unpack(NULL, event->bytes.bytes, event->bytes.data);
	assert_non_null(copy);
	pile->kept[pile->n] = (struct kept){ copy, pile->n };
	pile->n++;
}

static int
by_batch(const void *left, const void *right)
{
	const struct kept *a = left, *b = right;
	int order = strcmp(a->event->batch_no, b->event->batch_no);
	if (order != 0)
		return order;
	return a->event->occurred_at_ms != b->event->occurred_at_ms ? (a->event->occurred_at_ms < b->event->occurred_at_ms ? -1 : 1)
								    : 0;
}

/* Totals by day, direction, mode and basis; groups left aside. */
struct count {
	int64_t kg[TALLY_BASES], units[TALLY_BASES], batches;
};

enum { COUNT_DAYS = 200 };

struct counts {
	int64_t first_day;
	struct count at[COUNT_DAYS][CROSSING_PORTS][CROSSING_DIRECTIONS][CROSSING_MODES];
};

/* The batch's events in the order of happening: the last of each kind holds. */
struct batch {
	const Juyan__V1__Event *manifest, *released;
	const struct kept *kept;
	size_t n;
};

static int64_t
declared_total(const Juyan__V1__ManifestLodged *lodged)
{
	int64_t kg = 0;
	for (size_t w = 0; w < lodged->n_waybills; w++) {
		const Juyan__V1__Waybill *waybill = lodged->waybills[w];
		int64_t sum = 0;
		for (size_t g = 0; g < waybill->n_goods && !waybill->has_declared_kg; g++) {
			if (!waybill->goods[g]->has_declared_kg)
				return -1;
			sum += waybill->goods[g]->declared_kg;
		}
		kg += waybill->has_declared_kg ? waybill->declared_kg : sum;
	}
	return kg;
}

static int64_t
share(const Juyan__V1__ManifestLodged *lodged, size_t u, int64_t total)
{
	int64_t all = 0, upto = 0;
	bool listed = true;
	for (size_t i = 0; i < lodged->n_units; i++)
		listed = listed && lodged->units[i]->has_declared_kg;
	for (size_t i = 0; i < lodged->n_units; i++) {
		int64_t weight = listed ? lodged->units[i]->declared_kg : 1;
		all += weight;
		upto += i <= u ? weight : 0;
	}
	int64_t own = listed ? lodged->units[u]->declared_kg : 1;
	return total * upto / all - total * (upto - own) / all;
}

static int
count_unit(const struct batch *batch, size_t u, int64_t *kg)
{
	const Juyan__V1__ManifestLodged *lodged = batch->manifest->manifest_lodged;
	const Juyan__V1__Unit *unit = lodged->units[u];
	int64_t gross = -1, tare = unit->has_tare_kg ? unit->tare_kg : -1, corrected = -1;
	int64_t container = unit->has_container_tare_kg ? unit->container_tare_kg : unit->n_containers == 0 ? 0 : -1;
	for (size_t i = 0; i < batch->n; i++) {
		const Juyan__V1__Event *event = batch->kept[i].event;
		const Juyan__V1__UnitWeighed *weighed = event->unit_weighed;
		if (event->what_case == JUYAN__V1__EVENT__WHAT_MASS_CORRECTED &&
		    strcmp(event->mass_corrected->unit_id, unit->unit_id) == 0)
			corrected = event->mass_corrected->net_kg;
		if (event->what_case != JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED || strcmp(weighed->unit_id, unit->unit_id) != 0 ||
		    weighed->stability == JUYAN__V1__STABILITY__MOVING)
			continue;
		gross = weighed->has_gross_kg ? weighed->gross_kg : gross;
		tare = weighed->has_tare_kg ? weighed->tare_kg : tare;
		container = weighed->has_container_tare_kg ? weighed->container_tare_kg : container;
	}
	*kg = corrected;
	if (corrected >= 0)
		return TALLY_CORRECTED;
	*kg = gross - tare - container;
	if (gross >= 0 && tare >= 0 && container >= 0 && *kg >= 0)
		return TALLY_WEIGHED;
	int64_t total = declared_total(lodged);
	*kg = total < 0 ? 0 : share(lodged, u, total);
	return total < 0 ? TALLY_UNKNOWN : TALLY_DECLARED;
}

static void
count_batch(const struct kept *kept, size_t n, struct counts *counts)
{
	struct batch batch = { .kept = kept, .n = n };
	for (size_t i = 0; i < n; i++) {
		if (kept[i].event->what_case == JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED)
			batch.manifest = kept[i].event;
		else if (kept[i].event->what_case == JUYAN__V1__EVENT__WHAT_MANIFEST_DELETED)
			batch.manifest = NULL;
		else if (kept[i].event->what_case == JUYAN__V1__EVENT__WHAT_RELEASED)
			batch.released = kept[i].event;
	}
	if (batch.manifest == NULL || batch.released == NULL)
		return;
	const Juyan__V1__ManifestLodged *lodged = batch.manifest->manifest_lodged;
	int64_t day = (batch.released->occurred_at_ms + CALENDAR_OFFSET_MS) / CALENDAR_MS_PER_DAY - counts->first_day;
	assert_true(day >= 0 && day < COUNT_DAYS);
	struct count *count = &counts->at[day][strcmp(kept->event->port, "ceke") != 0][lodged->direction - 1][lodged->mode - 1];
	count->batches++;
	for (size_t u = 0; u < lodged->n_units; u++) {
		int64_t kg;
		int basis = count_unit(&batch, u, &kg);
		count->kg[basis] += kg;
		count->units[basis]++;
	}
}

static void
count_pile(struct pile *pile, struct counts *counts)
{
	qsort(pile->kept, pile->n, sizeof *pile->kept, by_batch);
	for (size_t i = 0, end; i < pile->n; i = end) {
		for (end = i + 1; end < pile->n && strcmp(pile->kept[end].event->batch_no, pile->kept[i].event->batch_no) == 0;
		     end++)
			;
		count_batch(pile->kept + i, end - i, counts);
	}
}

static void
compare(const struct simulation *simulation, struct counts *counts)
{
	struct tally_row *rows;
	size_t n;
	assert_int_equal(simulation_tally(simulation, TALLY_DAY, &rows, &n), STATUS_OK);
	assert_true(n > 0);
	for (size_t i = 0; i < n; i++) {
		uint32_t period = rows[i].period;
		int64_t day =
		    port_calendar_day((int)(period / 10000), (int)(period / 100 % 100), (int)(period % 100)) - counts->first_day;
		assert_true(day >= 0 && day < COUNT_DAYS);
		struct count *count = &counts->at[day][rows[i].port][rows[i].direction][rows[i].mode];
		count->kg[rows[i].basis] -= rows[i].net_kg;
		count->units[rows[i].basis] -= rows[i].units;
		count->batches -= rows[i].batches;
		assert_int_equal(rows[i].units_unknown, rows[i].basis == TALLY_UNKNOWN ? rows[i].units : 0);
	}
	static const struct counts nothing;
	assert_memory_equal(counts->at, nothing.at, sizeof nothing.at);
	free(rows);
}

static void
compare_with_second_count(const struct simulation_options *options)
{
	struct counts *counts = calloc(1, sizeof *counts);
	struct pile pile = { 0 };
	assert_non_null(counts);
	counts->first_day = options->from_day - 10;
	struct simulation *simulation = open_simulation(options);
	struct simulated_event event;
	while (next_event(simulation, &event))
		if (event.sound && (options->known_up_to == NULL || event.stream_seq <= options->known_up_to[event.terminal]))
			keep(&pile, &event);
	count_pile(&pile, counts);
	compare(simulation, counts);
	for (size_t i = 0; i < pile.n; i++)
		juyan__v1__event__free_unpacked(pile.kept[i].event, NULL);
	free(pile.kept);
	free(counts);
	simulation_close(&simulation);
}

static void
test_tally_is_what_a_second_count_gives(void **state)
{
	(void)state;
	uint64_t seed = seed_of_run();
	for (uint64_t s = 0; s < 6; s++) {
		struct simulation_options options = some_weeks(seed + s);
		options.faults = s != 0;
		compare_with_second_count(&options);
	}
}

static void
test_tally_of_streams_that_were_cut_off(void **state)
{
	(void)state;
	uint64_t seed = seed_of_run();
	struct random random;
	random_seed(&random, seed, 1);
	for (uint64_t s = 0; s < 4; s++) {
		struct simulation_options options = some_weeks(seed + s);
		uint64_t known_up_to[SIMULATION_TERMINALS_MAX];
		for (size_t i = 0; i < SIMULATION_TERMINALS_MAX; i++)
			known_up_to[i] = (uint64_t)random_between(&random, 0, 6000);
		options.known_up_to = known_up_to;
		compare_with_second_count(&options);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tally_is_what_a_second_count_gives),
		cmocka_unit_test(test_tally_of_streams_that_were_cut_off),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
