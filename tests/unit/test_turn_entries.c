/* What a turn finds, apart by document and by connection: what is refused of one is not refused of another. */
#include "check.h"

#include "gateway/turn.h"

static struct turn turn;

static int
begin(void **state)
{
	(void)state;
	assert_int_equal(turn_open(&turn), STATUS_OK);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	turn_close(&turn);
	return 0;
}

/* A source is but a place to the turn. */
static struct machine_source *
source(size_t i)
{
	static uint64_t places[4];
	return (struct machine_source *)(void *)&places[i];
}

static void
each_connection_has_its_own_findings(void **state)
{
	static const int connections[2];
	(void)state;
	struct findings *first = turn_join(&turn, source(0), &connections[0]);
	assert_non_null(first);
	assert_ptr_equal(turn_join(&turn, source(0), &connections[0]), first);
	struct findings *second = turn_join(&turn, source(0), &connections[1]);
	assert_ptr_not_equal(second, first);
	assert_ptr_equal(turn_join(&turn, source(0), &connections[1]), second);
	struct findings *besides = turn_join(&turn, source(0), NULL);
	assert_ptr_not_equal(besides, second);
	assert_ptr_equal(turn_join(&turn, source(0), NULL), besides);
	assert_ptr_not_equal(turn_join(&turn, source(1), NULL), besides);
	assert_int_equal(turn.n, 4);
}

static void
a_document_is_joined_by_no_connection(void **state)
{
	static const int connection;
	(void)state;
	struct findings *document = turn_begin(&turn, source(0));
	assert_ptr_not_equal(turn_join(&turn, source(0), &connection), document);
	assert_ptr_not_equal(turn_begin(&turn, source(0)), document);
}

static void
there_is_room_for_every_connection(void **state)
{
	static char connections[2048];
	(void)state;
	for (size_t i = 0; i < sizeof connections; i++)
		assert_non_null(turn_join(&turn, source(0), &connections[i]));
	while (turn_begin(&turn, source(0)) != NULL)
		;
	assert_int_equal(turn.n, TURN_ENTRIES_MAX);
	turn_clear(&turn);
	assert_true(turn_is_fresh(&turn));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_connection_has_its_own_findings, begin, end),
		cmocka_unit_test_setup_teardown(a_document_is_joined_by_no_connection, begin, end),
		cmocka_unit_test_setup_teardown(there_is_room_for_every_connection, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
