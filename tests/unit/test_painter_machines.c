/* The machines as they are painted, and how soon what does not work is counted among what asks for a person. */
#include "check.h"

#include "painted.h"

static struct studio studio;
static json_t *picture;

#define NOW (MIDNIGHT + HOURS(12))

static int
fresh(void **state)
{
	said_forget(state);
	studio_open(&studio);
	painter_set_now(studio.painter, NOW, true);
	picture = NULL;
	return 0;
}

static int
done(void **state)
{
	(void)state;
	json_decref(picture);
	studio_close(&studio);
	return 0;
}

static void
tell(int64_t at_ms, const char *port, const char *kind, const char *machine, const char *condition)
{
	book_take(&studio.book, SCALE,
	    cargo(at_ms, port, "", "'machine_reported': {'machine': '%s', 'kind': '%s', 'condition': '%s', 'note': 'n'}", machine,
		kind, condition));
}

static void
paint(const char *port)
{
	json_decref(picture);
	picture = NULL;
	PAINT(&studio, "Machines", painter_machines(studio.painter, port, &picture, &studio.why));
}

static int64_t
asking(void)
{
	json_t *live = NULL;
	must(painter_live(studio.painter, &live, &studio.why), &studio.why);
	int64_t n = number_at(live, "attention");
	json_decref(live);
	return n;
}

static void
test_machines_are_painted_with_all_that_is_known_and_not(void **state)
{
	(void)state;
	paint(NULL);
	assert_int_equal(json_array_size(at(picture, "rows")), 0);
	tell(NOW - HOURS(2), "ceke", "VEHICLE", "AGV-1", "WORKING");
	tell(NOW - HOURS(1), "ceke", "VEHICLE", "AGV-1", "STOPPED");
	tell(NOW - HOURS(5), "wuliji", "GATE", "gate 1", "WORKING");
	paint(NULL);
	assert_int_equal(json_array_size(at(picture, "rows")), 2);
	assert_string_equal(text_at(picture, "rows.0.machine"), "AGV-1");
	assert_string_equal(text_at(picture, "rows.0.kind"), "vehicle");
	assert_string_equal(text_at(picture, "rows.0.condition"), "stopped");
	assert_string_equal(text_at(picture, "rows.0.lane"), "");
	assert_int_equal(number_at(picture, "rows.0.since_ms"), NOW - HOURS(1));
	assert_int_equal(number_at(picture, "rows.0.latest.available_ms"), HOURS(1));
	assert_int_equal(number_at(picture, "rows.0.latest.known_ms"), HOURS(2));
	assert_int_equal(number_at(picture, "rows.0.latest.stops"), 1);
	assert_int_equal(number_at(picture, "rows.0.day.faults"), 0);
	assert_true(null_at(picture, "rows.0.hours.21"));
	assert_int_equal(number_at(picture, "rows.0.hours.22"), 1000);
	assert_int_equal(number_at(picture, "rows.0.hours.23"), 0);
	assert_true(json_is_true(at(picture, "rows.1.outdated")));
	paint("wuliji");
	assert_int_equal(json_array_size(at(picture, "rows")), 1);
	assert_int_equal(painter_machines(studio.painter, "wulij", &picture, &studio.why), STATUS_UNKNOWN_PORT);
	holds(studio.why.text, "is 'wuliji' meant?");
}

/* Attention is looked at every five seconds; what a machine says does not wait for that. */
static void
test_a_machine_that_fails_is_counted_at_once(void **state)
{
	(void)state;
	painter_set_now(studio.painter, MIDNIGHT, true); /* else the terminal is silent too */
	int64_t before = asking();
	tell(MIDNIGHT, "ceke", "SCALE", "scale 1", "SILENT");
	assert_int_equal(asking(), before + 1);
	json_decref(picture);
	picture = NULL;
	PAINT(&studio, "Attention", painter_attention(studio.painter, "ceke", false, &picture, &studio.why));
	tell(MIDNIGHT, "ceke", "SCALE", "scale 1", "WORKING");
	assert_int_equal(asking(), before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_machines_are_painted_with_all_that_is_known_and_not, fresh, done),
		cmocka_unit_test_setup_teardown(test_a_machine_that_fails_is_counted_at_once, fresh, done),
	};
	return cmocka_run_group_tests(tests, said_begin, said_end);
}
