/* The tree of places: what it refuses, and what stands below what. */
#include "check.h"

#include <string.h>

#include "registry.h"

enum { RECORDS = 8 };

struct made {
	Juyan__V1__RegistryRecord records[RECORDS];
	Juyan__V1__Port ports[RECORDS];
	Juyan__V1__Place places[RECORDS];
	const Juyan__V1__RegistryRecord *list[RECORDS];
	size_t n;
};

static Juyan__V1__RegistryRecord *
add(struct made *made)
{
	assert_true(made->n < RECORDS);
	Juyan__V1__RegistryRecord *record = &made->records[made->n];
	juyan__v1__registry_record__init(record);
	made->list[made->n++] = record;
	return record;
}

static Juyan__V1__RegistryRecord *
add_port(struct made *made, const char *id, const char *place)
{
	Juyan__V1__Port *port = &made->ports[made->n];
	Juyan__V1__RegistryRecord *record = add(made);
	juyan__v1__port__init(port);
	port->id = (char *)(uintptr_t)id;
	port->place = (char *)(uintptr_t)place;
	port->utc_offset = (char *)(uintptr_t) "+08:00";
	port->count_on = JUYAN__V1__COUNT_ON__RELEASE;
	record->record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_PORT;
	record->port = port;
	return record;
}

static void
add_place(struct made *made, const char *id, const char *parent)
{
	Juyan__V1__Place *place = &made->places[made->n];
	Juyan__V1__RegistryRecord *record = add(made);
	juyan__v1__place__init(place);
	place->id = (char *)(uintptr_t)id;
	place->parent = (char *)(uintptr_t)parent;
	record->record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_PLACE;
	record->place = place;
}

static void
add_region(struct made *made)
{
	add_port(made, "ceke", "alxa");
	add_port(made, "wuliji", "alxa");
	add_port(made, "ganqimaodu", "bayannur");
	add_place(made, "region", "");
	add_place(made, "bayannur", "region");
	add_place(made, "alxa", "region");
}

static void
refused(struct made *made, const char *word)
{
	struct registry *registry = NULL;
	struct reason why = { "" };
	const Juyan__V1__RegistryRecord *misfit = NULL;
	assert_int_equal(registry_build_telling(made->list, made->n, &registry, &misfit, &why), STATUS_CONTRADICTION);
	assert_non_null(strstr(why.text, word));
	assert_non_null(misfit);
	assert_null(registry);
}

static struct registry *
built(struct made *made)
{
	struct registry *registry = NULL;
	struct reason why = { "" };
	enum status status = registry_build(made->list, made->n, &registry, &why);
	if (status != STATUS_OK)
		fail_msg("%s", why.text);
	return registry;
}

static void
test_a_place_means_the_ports_below_it(void **state)
{
	(void)state;
	struct made made = { .n = 0 };
	add_region(&made);
	struct registry *registry = built(&made);
	const struct places *places = registry_places(registry);
	assert_true(places_within(places, "ceke", "alxa"));
	assert_true(places_within(places, "ceke", "region"));
	assert_true(places_within(places, "ceke", "ceke"));
	assert_false(places_within(places, "ganqimaodu", "alxa"));
	assert_false(places_within(places, "unheard", "region"));
	assert_string_equal(places_above(places, "ceke"), "alxa");
	assert_string_equal(places_above(places, "alxa"), "region");
	assert_null(places_above(places, "region"));
	assert_null(places_id(places, "ceke"));
	assert_true(registry_knows_spot(registry, "alxa") && !registry_knows_port(registry, "alxa"));
	assert_string_equal(registry_nearest_spot(registry, "alxaa"), "alxa");
	registry_close(&registry);
}

static void
test_a_list_of_ports_and_places_names_each_port_once(void **state)
{
	(void)state;
	struct made made = { .n = 0 };
	char alxa[] = "alxa", ceke[] = "ceke", region[] = "region", *both[] = { alxa, ceke }, *all[] = { region };
	char *ports[16];
	add_region(&made);
	struct registry *registry = built(&made);
	const struct places *places = registry_places(registry);
	assert_true(places_room(places, 2) <= 16);
	assert_int_equal(places_ports(places, both, 2, ports), 2);
	assert_string_equal(ports[0], "ceke");
	assert_string_equal(ports[1], "wuliji");
	assert_int_equal(places_ports(places, all, 1, ports), 3);
	assert_int_equal(places_ports(places, NULL, 0, ports), 0); /* all */
	registry_close(&registry);
}

/* An empty list would be one of all ports. */
static void
test_a_place_without_ports_is_not_everything(void **state)
{
	(void)state;
	struct made made = { .n = 0 };
	char empty[] = "empty-land", *names[] = { empty }, *ports[8];
	add_port(&made, "ceke", "");
	add_place(&made, "empty-land", "");
	struct registry *registry = built(&made);
	assert_int_equal(places_ports(registry_places(registry), names, 1, ports), 1);
	assert_string_equal(ports[0], "empty-land");
	assert_false(places_among(registry_places(registry), names, 1, "ceke"));
	registry_close(&registry);
}

static void
test_a_port_stands_where_its_latest_record_puts_it(void **state)
{
	(void)state;
	struct made made = { .n = 0 };
	add_port(&made, "ceke", "new")->valid_from = (char *)(uintptr_t) "2026-01-01";
	add_port(&made, "ceke", "old");
	add_place(&made, "new", "");
	add_place(&made, "old", "");
	struct registry *registry = built(&made);
	assert_string_equal(places_above(registry_places(registry), "ceke"), "new");
	registry_close(&registry);
}

static void
test_what_does_not_fit_is_refused(void **state)
{
	(void)state;
	struct made made = { .n = 0 };
	add_port(&made, "ceke", "alxi");
	add_place(&made, "alxa", "");
	refused(&made, "nearest known is 'alxa'");
	made.n = 0;
	add_port(&made, "ceke", "");
	add_place(&made, "ceke", "");
	refused(&made, "id of a port and of a place");
	made.n = 0;
	add_place(&made, "one", "two");
	add_place(&made, "two", "three");
	add_place(&made, "three", "one");
	refused(&made, "below itself");
	made.n = 0;
	add_place(&made, "one", "one");
	refused(&made, "below itself");
	made.n = 0;
	add_port(&made, "ceke", "wuliji");
	add_port(&made, "wuliji", "");
	refused(&made, "place 'wuliji'");
}

/* Dropping a place that a goal names leaves a registry that does not fit. */
static void
test_a_goal_needs_the_place_that_it_names(void **state)
{
	(void)state;
	struct made made = { .n = 0 };
	char alxa[] = "alxa", *ports[] = { alxa };
	Juyan__V1__Goal goal = JUYAN__V1__GOAL__INIT;
	goal.id = (char *)(uintptr_t) "annual";
	goal.from = (char *)(uintptr_t) "2025-01-01";
	goal.to = (char *)(uintptr_t) "2025-12-31";
	goal.target_kg = 26000000000;
	goal.ports = ports;
	goal.n_ports = 1;
	add_port(&made, "ceke", "");
	Juyan__V1__RegistryRecord *record = add(&made);
	record->record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_GOAL;
	record->goal = &goal;
	refused(&made, "port or place 'alxa'");
	add_place(&made, "alxa", "");
	struct registry *registry = built(&made);
	registry_close(&registry);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_place_means_the_ports_below_it),
		cmocka_unit_test(test_a_list_of_ports_and_places_names_each_port_once),
		cmocka_unit_test(test_a_place_without_ports_is_not_everything),
		cmocka_unit_test(test_a_port_stands_where_its_latest_record_puts_it),
		cmocka_unit_test(test_what_does_not_fit_is_refused),
		cmocka_unit_test(test_a_goal_needs_the_place_that_it_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
