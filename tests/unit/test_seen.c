/* What gates see, told to the machines of the place: each vehicle in its lane, of this port, to whoever wants to know. */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "gateway/seen.h"

static char heard[512];

static void
note(void *state, const char *lane, const char *unit_id, int64_t at_ms, int64_t now_ms)
{
	size_t n = strlen(heard);
	snprintf(heard + n, sizeof heard - n, "%s: %s in %s @%lld of %lld;", (const char *)state, unit_id, lane, (long long)at_ms,
	    (long long)now_ms);
}

static void
vehicles_are_told_to_those_who_want_to_know(void **state)
{
	static char one[] = "one", other[] = "other";
	static const struct connector wants = { .name = "scale", .seen = note }, does_not = { .name = "gate" };
	const struct machine_source sources[] = {
		{ .connector = &wants, .shared = one, .place = { .port = "ceke" } },
		{ .connector = &does_not, .shared = other, .place = { .port = "ceke" } },
		{ .connector = &wants, .place = { .port = "ceke" } }, /* nobody has connected yet */
		{ .connector = &wants, .shared = other, .place = { .port = "wuliji" } },
	};
	const struct instant now = { .utc_ms = 9, .ms = 1 };
	static char l1[] = "L1", a[] = "A", wuliji[] = "wuliji";
	struct arena arena;
	struct findings findings;
	(void)state;
	assert_int_equal(arena_open(&arena, 1 << 16), STATUS_OK);
	findings_open(&findings, &arena);
	findings_message(&findings, (struct span){ (const uint8_t *)"raw", 3 });
	findings_remark(&findings, REMARK_lacks, "a remark");
	Juyan__V1__Event *event = findings_event(&findings, JUYAN__V1__EVENT__WHAT_UNIT_ARRIVED);
	event->occurred_at_ms = 5;
	event->unit_arrived->unit_id = a;
	event->unit_arrived->lane = l1;
	event = findings_event(&findings, JUYAN__V1__EVENT__WHAT_UNIT_DEPARTED);
	event->port = wuliji;
	event->occurred_at_ms = 6;
	event->unit_departed->unit_id = a;
	event->unit_departed->lane = l1;
	event = findings_event(&findings, JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED); /* whose it is nobody knows yet */
	event->unit_weighed->lane = l1;
	event = findings_event(&findings, JUYAN__V1__EVENT__WHAT_UNIT_ARRIVED); /* where, neither */
	event->unit_arrived->unit_id = a;
	findings_event(&findings, JUYAN__V1__EVENT__WHAT_RELEASED);
	seen_tell(sources, sizeof sources / sizeof sources[0], &findings, &now);
	assert_string_equal(heard, "one: A in L1 @5 of 9;other: A in L1 @5 of 9;other: A in L1 @6 of 9;");
	arena_close(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(vehicles_are_told_to_those_who_want_to_know) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
