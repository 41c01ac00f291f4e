/* Pictures of a place, which are those of all the ports below it: see painter.h. */
#include "painting.h"

/* Ceke below a league, and the league with a port of its own clock below a region. */
static void
put_tree(void)
{
	book_take(&studio.book, ADMIN,
	    registry_changed("'put': [{'place': {'id': 'region', 'name_zh': '自治区', 'name_mn': 'Орон', 'name_en': 'Region'}}, "
			     "{'place': {'id': 'league', 'parent': 'region'}}, "
			     "{'port': {'id': 'ceke', 'utc_offset': '+08:00', 'count_on': 'RELEASE', 'place': 'league'}}, "
			     "{'port': {'id': 'far', 'utc_offset': '-10:00', 'count_on': 'RELEASE', 'place': 'region'}}, "
			     "{'goal': {'id': 'small', 'ports': ['league'], 'from': '2025-01-01', 'to': '2025-12-31', "
			     "'target_kg': 5000}}, "
			     "{'goal': {'id': 'wide', 'ports': ['region'], 'from': '2025-01-01', 'to': '2025-12-31', "
			     "'target_kg': 9000}}]"));
	pass_truck(&studio.book, "ceke", "B1", MIDNIGHT - HOURS(30), 1000);
	pass_truck(&studio.book, "far", "B2", MIDNIGHT - HOURS(40), 2000);
	pass_truck(&studio.book, "wuliji", "B3", MIDNIGHT - HOURS(50), 4000);
}

static void
test_the_tree_is_told_with_its_names(void **state)
{
	(void)state;
	put_tree();
	PAINT(&studio, "Place", painter_place(studio.painter, &picture, &studio.why));
	assert_int_equal(json_array_size(at(picture, "places")), 2);
	assert_string_equal(text_at(picture, "places.0.id"), "league");
	assert_string_equal(text_at(picture, "places.0.names.zh"), "league");
	assert_string_equal(text_at(picture, "places.0.parent"), "region");
	assert_string_equal(text_at(picture, "places.1.names.mn"), "Орон");
	assert_true(json_is_null(at(picture, "places.1.parent")));
	assert_string_equal(text_at(picture, "ports.0.place"), "league");
	assert_true(json_is_null(at(picture, "ports.2.place")));
}

static int64_t
goods_of(const char *port)
{
	int64_t sum = 0;
	json_decref(picture);
	picture = NULL;
	PAINT(&studio, "Goods", painter_goods(studio.painter, port, "2025-01", NULL, &picture, &studio.why));
	for (size_t i = 0; i < json_array_size(at(picture, "rows")); i++)
		sum +=
		    json_integer_value(json_object_get(json_object_get(json_array_get(at(picture, "rows"), i), "mass"), "net_kg"));
	return sum;
}

static int64_t
days_of(const char *port)
{
	int64_t sum = 0;
	json_decref(picture);
	picture = NULL;
	PAINT(&studio, "Calendar", painter_calendar(studio.painter, port, "2025", &picture, &studio.why));
	for (size_t i = 0; i < json_array_size(at(picture, "days")); i++)
		sum +=
		    json_integer_value(json_object_get(json_object_get(json_array_get(at(picture, "days"), i), "mass"), "net_kg"));
	return sum;
}

static void
test_a_place_is_all_its_ports_and_no_other(void **state)
{
	static const struct {
		const char *port;
		int64_t kg;
	} parts[] = { { "", 7000 }, { "region", 3000 }, { "league", 1000 }, { "ceke", 1000 }, { "far", 2000 } };
	(void)state;
	put_tree();
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		assert_int_equal(goods_of(parts[i].port), parts[i].kg);
		assert_int_equal(days_of(parts[i].port), parts[i].kg);
	}
	/* Its day is that of its port furthest ahead; one of a port behind is not lost. */
	json_decref(picture);
	picture = NULL;
	PAINT(&studio, "Flow", painter_flow(studio.painter, "region", NULL, &picture, &studio.why));
	assert_string_equal(text_at(picture, "day"), "2025-01-31");
}

static void
test_goals_of_each_level(void **state)
{
	(void)state;
	put_tree();
	PAINT(&studio, "Overview", painter_overview(studio.painter, "small", NULL, "none", &picture, &studio.why));
	assert_int_equal(number_at(picture, "done.net_kg"), 1000);
	json_decref(picture);
	/* Without a name it is the goal of most ports. */
	PAINT(&studio, "Overview", painter_overview(studio.painter, "", NULL, "none", &picture, &studio.why));
	assert_string_equal(text_at(picture, "goal.id"), "wide");
	assert_int_equal(number_at(picture, "done.net_kg"), 3000);
}

static void
test_a_place_that_is_none_is_told_the_nearest(void **state)
{
	(void)state;
	json_t *none = NULL;
	put_tree();
	assert_int_equal(painter_flow(studio.painter, "leage", NULL, &none, &studio.why), STATUS_UNKNOWN_PORT);
	assert_non_null(strstr(studio.why.text, "is 'league' meant?"));
	assert_int_equal(painter_batch(studio.painter, "league", "B1", &none, &studio.why), STATUS_NOT_FOUND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_the_tree_is_told_with_its_names, fresh, done),
		cmocka_unit_test_setup_teardown(test_a_place_is_all_its_ports_and_no_other, fresh, done),
		cmocka_unit_test_setup_teardown(test_goals_of_each_level, fresh, done),
		cmocka_unit_test_setup_teardown(test_a_place_that_is_none_is_told_the_nearest, fresh, done),
	};
	return cmocka_run_group_tests(tests, said_begin, said_end);
}
