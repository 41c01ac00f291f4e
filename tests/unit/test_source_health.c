/* How a source's other end stands is told: away only after some seconds, back at once, and a loose contact not at every turn. */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "health.h"

struct world {
	FILE *nowhere;
	struct yaml *yaml;
	struct turn turn;
	struct machine_source source;
	struct instant now;
	size_t told;
	Juyan__V1__Condition last;
};

static void
begin(struct world *world)
{
	memset(world, 0, sizeof *world);
	world->source = (struct machine_source){ .name = "trains", .kind = &files_kind, .connector = connector_of("wagons") };
	struct reason why;
	assert_int_equal(yaml_open_text("gateway.yaml", "files: /srv/trains\n", 19, &world->yaml, &why), STATUS_OK);
	world->source.settings = yaml_root(world->yaml);
	assert_non_null(world->nowhere = fopen("/dev/null", "w"));
	assert_int_equal(log_open(world->nowhere, LOG_INFO, &world->source.log), STATUS_OK);
	assert_int_equal(turn_open(&world->turn), STATUS_OK);
	world->now = (struct instant){ INT64_C(1893456000000), 1000 };
}

static void
end(struct world *world)
{
	turn_close(&world->turn);
	log_close(&world->source.log);
	fclose(world->nowhere);
	yaml_close(&world->yaml);
}

/* A second goes by. */
static void
pass(struct world *world)
{
	world->now.ms += 1000;
	world->now.utc_ms += 1000;
	health_pass(&world->source, &world->turn, &world->now);
	for (size_t i = 0; i < world->turn.n; i++)
		for (size_t k = 0; k < world->turn.entries[i].findings.n; k++) {
			const Juyan__V1__Event *event = world->turn.entries[i].findings.list[k].event;
			assert_string_equal(event->machine_reported->machine, "trains");
			world->last = event->machine_reported->condition;
			world->told++;
		}
	turn_clear(&world->turn);
}

static void
passes(struct world *world, int seconds)
{
	for (int i = 0; i < seconds; i++)
		pass(world);
}

static void
away_is_told_after_some_seconds_and_back_at_once(void **unused)
{
	struct world world;
	(void)unused;
	begin(&world);
	health_back(&world.source, &world.now);
	pass(&world);
	assert_true(world.told == 1 && world.last == JUYAN__V1__CONDITION__WORKING);
	health_away(&world.source, "gone", &world.now);
	passes(&world, 10);
	assert_int_equal(world.told, 1);
	pass(&world);
	assert_true(world.told == 2 && world.last == JUYAN__V1__CONDITION__OFFLINE);
	passes(&world, 3600);
	assert_int_equal(world.told, 2);
	passes(&world, 2);
	assert_int_equal(world.told, 3);
	health_back(&world.source, &world.now);
	pass(&world);
	assert_true(world.told == 4 && world.last == JUYAN__V1__CONDITION__WORKING);
	end(&world);
}

static void
a_loose_contact_is_told_of_a_bounded_number_of_times_and_at_last(void **unused)
{
	struct world world;
	(void)unused;
	begin(&world);
	for (int i = 0; i < 600; i++) {
		health_away(&world.source, "gone", &world.now);
		passes(&world, 11);
		health_back(&world.source, &world.now);
		pass(&world);
	}
	assert_in_range(world.told, 100, 600 * 12 / 30 + 10);
	health_away(&world.source, "gone", &world.now);
	passes(&world, 60);
	assert_int_equal(world.last, JUYAN__V1__CONDITION__OFFLINE);
	size_t told = world.told;
	passes(&world, 60);
	assert_int_equal(world.told, told);
	end(&world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(away_is_told_after_some_seconds_and_back_at_once),
		cmocka_unit_test(a_loose_contact_is_told_of_a_bounded_number_of_times_and_at_last),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
