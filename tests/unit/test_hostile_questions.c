/*
 * Questions and registries of people who mean no good, or did not think: each is answered or refused, soon, with masses that are
 * masses. Under the sanitizers no sum overflows.
 */
#include "check.h"

#include <time.h>

#include "gather.h"
#include "leaves.h"
#include "made_up.h"
#include "world.h"

enum { TEXT_BYTES = 1024 * 1024, PUBLISHED_PORTS = 60 };

static uint64_t seed;
static struct arena arena, registry_arena;

static struct engine *
engine_of(struct made_up *ledger)
{
	struct engine *engine = NULL;
	struct reason why = { "" };
	const struct engine_options options = made_up_options(ledger);
	assert_int_equal(engine_open(&options, &engine, &why), STATUS_OK);
	return engine;
}

/* JSON with single quotes, longer than said_message's callers have it. */
static const ProtobufCMessage *
message_of(const ProtobufCMessageDescriptor *type, char *text, struct arena *room)
{
	const ProtobufCMessage *message = NULL;
	struct reason why = { "" };
	json_error_t error;
	for (char *quote = strchr(text, '\''); quote != NULL; quote = strchr(quote, '\''))
		*quote = '"';
	json_t *value = json_loads(text, 0, &error);
	assert_non_null(value);
	if (json_read(type, value, room, &message, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	json_decref(value);
	return message;
}

static enum status
asks(struct engine *engine, const char *question, const Juyan__V1__ForecastReply **out, struct reason *why)
{
	static char text[TEXT_BYTES];
	assert_true(snprintf(text, sizeof text, "%s", question) < TEXT_BYTES);
	arena_reset(&arena);
	const ProtobufCMessage *message = message_of(&juyan__v1__forecast_question__descriptor, text, &arena);
	return engine_answer(engine, (const Juyan__V1__ForecastQuestion *)message, &arena, out, why);
}

static const Juyan__V1__ForecastReply *
answer_to(struct engine *engine, const char *question)
{
	struct reason why = { "" };
	const Juyan__V1__ForecastReply *reply = NULL;
	if (asks(engine, question, &reply, &why) != STATUS_OK)
		fail_msg("%.500s: %s", question, why.text);
	return reply;
}

/* n records with a comma before each: its number stands between two texts. */
static void
many_records(struct made_up *ledger, const char *before, size_t n, const char *behind, const char *more)
{
	static char text[TEXT_BYTES];
	size_t used = (size_t)snprintf(text, sizeof text, "{'records': [" MADE_UP_PORTS);
	for (size_t i = 0; i < n; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "%s%zu%s", before, i, behind);
	used += (size_t)snprintf(text + used, sizeof text - used, "%s]}", more);
	assert_true(used < sizeof text);
	arena_reset(&registry_arena);
	ledger->registry = (const Juyan__V1__Registry *)message_of(&juyan__v1__registry__descriptor, text, &registry_arena);
	ledger->lsn++;
}

static void
check_masses(const Juyan__V1__Outlook *outlook)
{
	assert_true(outlook->n_rows > 0);
	for (size_t i = 0; i < outlook->n_rows; i++) {
		const Juyan__V1__Quantiles *of[] = { outlook->rows[i]->total, outlook->rows[i]->year_to_date };
		for (size_t k = 0; k < 2; k++) {
			assert_true(of[k]->p025_kg >= 0 && of[k]->p025_kg <= of[k]->p10_kg && of[k]->p10_kg <= of[k]->p50_kg);
			assert_true(of[k]->p50_kg <= of[k]->p90_kg && of[k]->p90_kg <= of[k]->p975_kg);
			assert_true(of[k]->mean_kg >= of[k]->p025_kg && of[k]->mean_kg <= INT64_MAX / 1000);
		}
	}
}

#define GOAL ", {'goal': {'id': 'g', 'ports': ['ceke'], 'from': '2025-01-01', 'to': '2025-12-31', 'target_kg': %s}}"
#define CHANGED(changes) "{'outlook': {'by_period': 'MONTH', 'making': {'scenario': {'name': 's', 'changes': [" changes "]}}}}"
#define THOUSANDFOLD "{'from': '2025-08-01', 'demand_per_mille': 1000000}"
#define MILLION(name) "{'from': '2025-08-01', 'lever': {'name': '" name "', 'value': 1000000}}"

/* Demand a thousand times, five times upon each other, was 10^15 times what is: sums of it were below zero. */
static void
runaway_scenarios_stay_masses(void **state)
{
	(void)state;
	struct made_up *ledger = made_up_open(civil_day(2025, 7, 1), seed);
	struct engine *engine = engine_of(ledger);
	made_up_registry(ledger,
	    ", {'lever': {'port': 'ceke', 'mode': 'TRUCK', 'name': 'lanes', 'now': 1, 'most': 1000000}}"
	    ", {'lever': {'port': 'ceke', 'mode': 'TRUCK', 'name': 'hours', 'now': 1, 'most': 1000000}}"
	    ", {'lever': {'port': 'ceke', 'mode': 'RAIL', 'name': 'trains', 'now': 0, 'most': 1000000, 'kg_per_day': "
	    "1000000000000}}"
	    ", {'goal': {'id': 'g', 'from': '2025-01-01', 'to': '2025-12-31', 'target_kg': 1000000000000000}}");
	static const char *const questions[] = {
		CHANGED(THOUSANDFOLD "," THOUSANDFOLD "," THOUSANDFOLD "," THOUSANDFOLD "," THOUSANDFOLD "," THOUSANDFOLD),
		CHANGED(MILLION("lanes") "," MILLION("hours") "," MILLION("trains") "," THOUSANDFOLD),
		CHANGED(
		    MILLION("lanes") "," MILLION("hours") ", {'from': '2025-08-01', 'ceiling_kg_per_day': 1, 'ramp_days': 3660}"),
		CHANGED("{'from': '2025-08-01', 'port': 'ceke', 'mode': 'rail', 'added_kg_per_day': 50000000000}," THOUSANDFOLD),
		CHANGED("{'from': '2025-08-01', 'ceiling_kg_per_day': 0}"),
	};
	for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++)
		check_masses(answer_to(engine, questions[i])->outlook);
	answer_to(engine, "{'plan': {'goal': 'g', 'chance': 0.99}}");
	struct reason why = { "" };
	const Juyan__V1__ForecastReply *reply = NULL;
	assert_int_equal(
	    asks(engine, CHANGED("{'from': '2025-08-01', 'port': 'ceke', 'mode': 'rail', 'added_kg_per_day': 9223372036854775807}"),
		&reply, &why),
	    STATUS_OUT_OF_RANGE);
	engine_close(&engine);
	made_up_close(ledger);
}

static void
overrides_upon_each_other_stay_masses(void **state)
{
	(void)state;
	struct made_up *ledger = made_up_open(civil_day(2025, 7, 1), seed);
	struct engine *engine = engine_of(ledger);
	many_records(ledger, ", {'override': {'id': 'o", 30,
	    "', 'port': '*', 'from': '2025-01-01', 'to': '2199-12-31', 'per_mille': 10000, 'by': 'A', 'reason': 'r'}}", "");
	check_masses(answer_to(engine, "{'outlook': {'by_period': 'MONTH'}}")->outlook);
	engine_close(&engine);
	made_up_close(ledger);
}

/* Each of these cannot be tried and gets a sentence, more than a list of sentences holds. */
static void
a_hundred_levers_at_zero_are_answered(void **state)
{
	(void)state;
	char goal[256];
	struct made_up *ledger = made_up_open(civil_day(2025, 7, 1), seed);
	struct engine *engine = engine_of(ledger);
	snprintf(goal, sizeof goal, GOAL, "26000000000");
	many_records(ledger, ", {'lever': {'port': 'ceke', 'mode': 'RAIL', 'name': 'l", 200,
	    "', 'now': 0, 'most': 10, 'kg_per_day': 1000}}", goal);
	const Juyan__V1__PlanReport *plan = answer_to(engine, "{'plan': {'goal': 'g'}}")->plan;
	bool said = false;
	for (size_t i = 0; i < plan->n_sentences; i++)
		said = said || strstr(plan->sentences[i], "Only the first 64 levers") != NULL;
	assert_true(said);
	engine_close(&engine);
	made_up_close(ledger);
}

/* Four lines of ten thousand values each: 10^12 combinations before the last, most of them too weak whatever follows. */
static void
combinations_without_number_come_to_an_end(void **state)
{
	(void)state;
	static const char levers[] =
	    ", {'lever': {'port': 'ceke', 'mode': 'TRUCK', 'name': 'a', 'now': 90000, 'most': 100000, 'cost': 1, 'cost_unit': 'y'}}"
	    ", {'lever': {'port': 'ceke', 'mode': 'AGV', 'name': 'b', 'now': 90000, 'most': 100000, 'cost': 2, 'cost_unit': 'y'}}"
	    ", {'lever': {'port': 'wuliji', 'mode': 'TRUCK', 'name': 'c', 'now': 90000, 'most': 100000, 'cost': 3, 'cost_unit': "
	    "'y'}}"
	    ", {'lever': {'port': 'ceke', 'mode': 'RAIL', 'name': 'd', 'now': 0, 'most': 10000, 'cost': 4, 'kg_per_day': 1000, "
	    "'cost_unit': 'y'}}";
	struct made_up *ledger = made_up_open(civil_day(2025, 7, 1), seed);
	struct engine *engine = engine_of(ledger);
	made_up_registry(ledger, levers);
	const Juyan__V1__Outlook *year = answer_to(engine, "{'outlook': {'by_period': 'YEAR'}}")->outlook;
	int64_t known = year->rows[0]->known_kg, rest = year->rows[0]->total->p50_kg - known;
	for (int64_t per_mille = 1040; per_mille <= 1160; per_mille += 120) {
		char more[2048];
		snprintf(more, sizeof more,
		    "%s, {'goal': {'id': 'g', 'from': '2025-01-01', 'to': '2025-12-31', 'target_kg': %lld}}", levers,
		    (long long)(known + rest / 1000 * per_mille));
		made_up_registry(ledger, more);
		const Juyan__V1__PlanReport *plan = answer_to(engine, "{'plan': {'goal': 'g', 'chance': 0.8}}")->plan;
		int64_t cost = 0;
		for (size_t i = 0; i < plan->n_together; i++)
			cost += plan->together[i]->cost;
		assert_int_equal(cost, plan->cost);
	}
	engine_close(&engine);
	made_up_close(ledger);
}

/* A megabyte of names was compared with every leaf on every day. */
static void
slices_name_no_more_than_there_can_be(void **state)
{
	(void)state;
	static const char *const kinds[] = { "ports", "groups", "modes", "directions" };
	static const char *const names[] = { "ceke", "coal", "truck", "import" };
	static char question[TEXT_BYTES];
	struct made_up *ledger = made_up_open(civil_day(2025, 7, 1), seed);
	struct engine *engine = engine_of(ledger);
	struct reason why = { "" };
	const Juyan__V1__ForecastReply *reply = NULL;
	for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
		size_t used = (size_t)snprintf(question, sizeof question, "{'outlook': {'slice': {'%s': ['%s'", kinds[k], names[k]);
		for (size_t i = 0; i < GROUPS_MAX; i++)
			used += (size_t)snprintf(question + used, sizeof question - used, ", '%s'", names[k]);
		snprintf(question + used, sizeof question - used, "]}}}");
		assert_int_equal(asks(engine, question, &reply, &why), STATUS_TOO_MANY);
		assert_non_null(strstr(why.text, kinds[k]));
	}
	engine_close(&engine);
	made_up_close(ledger);
}

/* The figures of a span that is shut and then kept open are the means of the days around it, however long it is. */
static void
a_half_year_kept_open_is_filled(void **state)
{
	(void)state;
	struct made_up *ledger = made_up_open(civil_day(2025, 7, 1), seed);
	struct engine *engine = engine_of(ledger);
	made_up_registry(ledger, ", {'day': {'port': '*', 'day': '2025-07-15', 'to': '2025-12-20', 'kind': 'CLOSED'}}");
	const Juyan__V1__Outlook *shut = answer_to(engine, "{'outlook': {'by_period': 'MONTH'}}")->outlook;
	assert_int_equal(shut->rows[8]->total->p975_kg, 0);
	const Juyan__V1__Outlook *open = answer_to(engine, CHANGED("{'from': '2025-07-01', 'closed': false}"))->outlook;
	int64_t july = open->rows[6]->total->mean_kg;
	assert_in_range(open->rows[8]->total->mean_kg, july / 3, july * 3);
	check_masses(open);
	engine_close(&engine);
	made_up_close(ledger);
}

/* A hundred thousand paths were allowed: a question and a plan took more than a gigabyte. */
static void
what_one_question_may_take_has_a_bound(void **state)
{
	(void)state;
	struct made_up *ledger = made_up_open(civil_day(2025, 7, 1), seed);
	struct engine *engine = engine_of(ledger);
	struct inputs all = { 0 };
	struct reason why = { "" };
	const Juyan__V1__ForecastReply *reply = NULL;
	const struct engine_options options = made_up_options(ledger);
	assert_int_equal(gather(&options.source, ledger->now_ms, &all, &why), STATUS_OK);
	size_t values = world_values(&all, (size_t)(civil_day(2027, 12, 31) - all.origin)), fit = WORLD_VALUES_MAX / values;
	inputs_close(&all);
	assert_in_range(fit, 1000, 9999);
	char expected[64];
	assert_int_equal(asks(engine, "{'outlook': {'to': '2027-12-31', 'making': {'paths': 10000}}}", &reply, &why),
	    STATUS_TOO_MANY);
	snprintf(expected, sizeof expected, "ask for up to %zu paths, or for an earlier end", fit);
	if (strstr(why.text, expected) == NULL || strstr(why.text, "10000 paths of the 5 parts") == NULL)
		fail_msg("'%s' is not in: %s", expected, why.text);
	engine_close(&engine);
	made_up_close(ledger);
}

/* What a question does not name is made to fit: of many ports that live by published figures each keeps two years of its past. */
static void
many_published_ports_are_answered(void **state)
{
	(void)state;
	static char more[TEXT_BYTES / 2];
	size_t used = 0;
	struct made_up *ledger = made_up_open(civil_day(2025, 7, 1), seed);
	struct engine_options options = made_up_options(ledger);
	struct engine *engine = NULL;
	struct reason why = { "" };
	options.paths = 1000;
	assert_int_equal(engine_open(&options, &engine, &why), STATUS_OK);
	for (size_t i = 0; i < PUBLISHED_PORTS; i++)
		used += (size_t)snprintf(more + used, sizeof more - used,
		    ", {'published': {'port': 'p%zu', 'definition': 'all', 'from': '2024-01-01', 'to': '2024-12-31', 'net_kg': "
		    "1000000000, "
		    "'precision': 'EXACT', 'source': 's'}}",
		    i);
	assert_true(used < sizeof more);
	many_records(ledger, ", {'port': {'id': 'p", PUBLISHED_PORTS, "', 'utc_offset': '+08:00', 'count_on': 'RELEASE'}}", more);
	const Juyan__V1__Outlook *outlook = answer_to(engine, "{'outlook': {'by_period': 'YEAR', 'by_port': true}}")->outlook;
	check_masses(outlook);
	assert_in_range(outlook->provenance->paths, 100, 999);
	engine_close(&engine);
	made_up_close(ledger);
}

/* Thirteen courses of a year were more than a frame holds, and the refusal said to ask for months. */
static void
courses_of_many_goals_fit(void **state)
{
	(void)state;
	char expected[64];
	struct made_up *ledger = made_up_open(civil_day(2025, 7, 1), seed);
	struct engine *engine = engine_of(ledger);
	for (size_t goals = 5; goals <= 60; goals += 55) {
		many_records(ledger, ", {'goal': {'id': 'g", goals,
		    "', 'from': '2024-01-01', 'to': '2025-12-31', 'target_kg': 26000000000}}", "");
		const Juyan__V1__ForecastReply *reply = answer_to(engine, "{'goal': {'course': true}}");
		assert_in_range(juyan__v1__forecast_reply__get_packed_size(reply), 1, FRAME_BYTES_MAX);
		assert_int_equal(reply->goals->n_goals, goals);
		bool said = false;
		snprintf(expected, sizeof expected, "there are %zu goals, so that the course of each", goals);
		for (size_t i = 0; i < reply->goals->provenance->n_notes; i++)
			said = said || strstr(reply->goals->provenance->notes[i], expected) != NULL;
		assert_int_equal(said, goals > 5);
		for (size_t i = 0; i < goals; i++) {
			const Juyan__V1__GoalReport *report = reply->goals->goals[i];
			assert_in_range(report->n_course, goals > 5 ? 60 : 700, goals > 5 ? 120 : 734);
			assert_string_equal(report->course[report->n_course - 1]->day, "2025-12-31");
		}
	}
	engine_close(&engine);
	made_up_close(ledger);
}

static void
more_goals_than_an_answer_holds_are_refused_with_advice(void **state)
{
	(void)state;
	char behind[1024];
	struct reason why = { "" };
	const Juyan__V1__ForecastReply *reply = NULL;
	struct made_up *ledger = made_up_open(civil_day(2025, 7, 1), seed);
	struct engine *engine = engine_of(ledger);
	char long_source[700];
	memset(long_source, 's', sizeof long_source - 1);
	long_source[sizeof long_source - 1] = '\0';
	snprintf(behind, sizeof behind, "', 'from': '2025-01-01', 'to': '2025-12-31', 'target_kg': 26000000000, 'source': '%s'}}",
	    long_source);
	many_records(ledger, ", {'goal': {'id': 'g", 1000, behind, "");
	assert_int_equal(asks(engine, "{'goal': {'course': true}}", &reply, &why), STATUS_TOO_LARGE);
	assert_non_null(strstr(why.text, "ask for one goal by its name"));
	answer_to(engine, "{'goal': {'course': true, 'id': 'g77'}}");
	engine_close(&engine);
	made_up_close(ledger);
}

/* Levers scale a mode, and published totals name none: the answer was as without them, and did not say so. */
static void
levers_on_published_totals_say_that_they_do_nothing(void **state)
{
	(void)state;
	struct made_up *ledger = made_up_open(civil_day(2025, 7, 10), seed);
	struct engine *engine = engine_of(ledger);
	memset(ledger->kg, 0, sizeof ledger->kg);
	made_up_registry(ledger,
	    ", {'lever': {'port': 'ceke', 'mode': 'TRUCK', 'name': 'lanes', 'now': 8, 'most': 12}}"
	    ", {'goal': {'id': 'g', 'ports': ['ceke'], 'from': '2025-01-01', 'to': '2025-12-31', 'target_kg': 90000000000}}"
	    ", {'published': {'port': 'ceke', 'definition': 'all', 'from': '2024-01-01', 'to': '2024-12-31', 'net_kg': "
	    "24000000000, "
	    "'precision': 'EXACT', 'source': 's'}}"
	    ", {'published': {'port': 'ceke', 'definition': 'all', 'from': '2025-01-01', 'to': '2025-06-30', 'net_kg': "
	    "14000000000, "
	    "'precision': 'EXACT', 'source': 's'}}");
	const Juyan__V1__Comparison *both = answer_to(engine,
	    "{'compare': {'goal': 'g', 'scenarios': [{'name': 'a', 'changes': ["
	    "{'from': '2025-08-01', 'port': 'ceke', 'lever': {'name': 'lanes', 'value': 12}}, "
	    "{'from': '2025-08-01', 'port': 'ceke', 'mode': 'truck', 'closed': true}]}]}}")
						->comparison;
	size_t said = 0;
	for (size_t i = 0; i < both->scenarios[1]->n_sentences; i++)
		said += strstr(both->scenarios[1]->sentences[i], "published totals do not say it") != NULL;
	assert_int_equal(said, 2);
	assert_int_equal(both->scenarios[0]->end->mean_kg, both->scenarios[1]->end->mean_kg);
	const Juyan__V1__PlanReport *plan = answer_to(engine, "{'plan': {'goal': 'g'}}")->plan;
	said = 0;
	for (size_t i = 0; i < plan->n_sentences; i++)
		said += strstr(plan->sentences[i], "published totals do not say it") != NULL;
	assert_int_equal(said, 1);
	engine_close(&engine);
	made_up_close(ledger);
}

static const char *const long_ones[] = { "{'plan': {'goal': 'g'}}", "{'backtest': {}}",
	"{'compare': {'scenarios': [{'name': 'a', 'changes': [{'from': '2025-08-01', 'demand_per_mille': 900}]}]}}",
	"{'outlook': {'making': {'scenario': {'name': 'a', 'changes': [{'from': '2025-08-01', 'demand_per_mille': 900}]}}}}",
	"{'goal': {}}" };

/*
 * The world is there already, so that nothing but the answer itself takes time: plans went on for
 * seconds, and the service with them.
 */
static void
what_takes_long_ends_when_asked_to(void **state)
{
	(void)state;
	atomic_bool stop = false;
	const Juyan__V1__ForecastReply *reply = NULL;
	struct reason why = { "" };
	struct engine *engine = NULL;
	struct made_up *ledger = made_up_open(civil_day(2025, 7, 1), seed);
	struct engine_options options = made_up_options(ledger);
	made_up_registry(ledger,
	    ", {'lever': {'port': 'ceke', 'mode': 'TRUCK', 'name': 'lanes', 'now': 8, 'most': 12, 'cost': 5, 'cost_unit': 'x'}}"
	    ", {'goal': {'id': 'g', 'from': '2025-01-01', 'to': '2025-12-31', 'target_kg': 26000000000}}");
	options.stop = &stop;
	assert_int_equal(engine_open(&options, &engine, &why), STATUS_OK);
	for (size_t i = 0; i < sizeof long_ones / sizeof long_ones[0]; i++)
		answer_to(engine, long_ones[i]);
	atomic_store(&stop, true);
	for (size_t i = 0; i < sizeof long_ones / sizeof long_ones[0]; i++)
		assert_int_equal(asks(engine, long_ones[i], &reply, &why), STATUS_INTERRUPTED);
	engine_close(&engine);
	made_up_close(ledger);
}

int
main(void)
{
	const char *given = getenv("JUYAN_SEED");
	seed = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
	print_message("seed=%llu\n", (unsigned long long)seed);
	assert_int_equal(arena_open(&arena, 2 * DECODE_BYTES_MAX), STATUS_OK);
	assert_int_equal(arena_open(&registry_arena, DECODE_BYTES_MAX), STATUS_OK);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(runaway_scenarios_stay_masses, said_forget),
		cmocka_unit_test_setup(overrides_upon_each_other_stay_masses, said_forget),
		cmocka_unit_test_setup(a_hundred_levers_at_zero_are_answered, said_forget),
		cmocka_unit_test_setup(combinations_without_number_come_to_an_end, said_forget),
		cmocka_unit_test_setup(slices_name_no_more_than_there_can_be, said_forget),
		cmocka_unit_test_setup(a_half_year_kept_open_is_filled, said_forget),
		cmocka_unit_test_setup(levers_on_published_totals_say_that_they_do_nothing, said_forget),
		cmocka_unit_test_setup(what_takes_long_ends_when_asked_to, said_forget),
		cmocka_unit_test_setup(what_one_question_may_take_has_a_bound, said_forget),
		cmocka_unit_test_setup(many_published_ports_are_answered, said_forget),
		cmocka_unit_test_setup(courses_of_many_goals_fit, said_forget),
		cmocka_unit_test_setup(more_goals_than_an_answer_holds_are_refused_with_advice, said_forget),
	};
	int failed = cmocka_run_group_tests(tests, said_begin, said_end);
	arena_close(&arena);
	arena_close(&registry_arena);
	return failed;
}
