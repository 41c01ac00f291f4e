/* Who is let in where there is room for two: the silent make room and are counted, those who are owed an answer do not. */
#include "check.h"

#include <string.h>

#include "guests.h"

static struct bus_peer
peer_of(uint8_t number)
{
	struct bus_peer peer = { .route_bytes = 5 };
	memset(peer.route, number, peer.route_bytes);
	memset(peer.key, number, sizeof peer.key);
	return peer;
}

static void
test_the_silent_make_room(void **state)
{
	(void)state;
	struct bus_peer a = peer_of(1), b = peer_of(2), c = peer_of(3);
	struct guests *guests = NULL;
	bool forgot = true;
	assert_int_equal(guests_open(2, &guests), STATUS_OK);
	assert_non_null(guests_admit(guests, 0, &a, &forgot));
	assert_false(forgot);
	struct guest *second = guests_admit(guests, 0, &b, &forgot);
	assert_non_null(second);
	assert_false(forgot);
	assert_non_null(guests_find(guests, 0, &a)); /* heard last */
	assert_non_null(guests_admit(guests, 0, &b, &forgot));
	assert_false(forgot);
	assert_non_null(guests_find(guests, 0, &a));
	assert_non_null(guests_admit(guests, 0, &c, &forgot));
	assert_true(forgot);
	assert_null(guests_find(guests, 0, &b));
	assert_non_null(guests_find(guests, 0, &a));
	guests_close(&guests);
}

static void
test_who_is_owed_an_answer_stays(void **state)
{
	(void)state;
	struct bus_peer a = peer_of(1), b = peer_of(2);
	struct guests *guests = NULL;
	bool forgot = true;
	assert_int_equal(guests_open(1, &guests), STATUS_OK);
	struct guest *first = guests_admit(guests, 0, &a, &forgot);
	assert_non_null(first);
	first->owed = 1;
	assert_null(guests_admit(guests, 0, &b, &forgot));
	assert_false(forgot);
	first->owed = 0;
	assert_non_null(guests_admit(guests, 0, &b, &forgot));
	assert_true(forgot);
	guests_close(&guests);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_silent_make_room),
		cmocka_unit_test(test_who_is_owed_an_answer_stays),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
