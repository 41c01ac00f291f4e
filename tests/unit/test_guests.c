/* Who is let in where there is room for two: the silent make room and are counted, those who are owed an answer do not. */
#include "check.h"

#include <string.h>

#include "guests.h"

static struct stream stream_a = { .terminal_no = 1 }, stream_b = { .terminal_no = 2 }, stream_c = { .terminal_no = 3 };

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
	enum guests_gone gone = GUESTS_OWN;
	assert_int_equal(guests_open(2, &guests), STATUS_OK);
	assert_non_null(guests_admit(guests, 0, &a, &stream_a, &gone));
	assert_int_equal(gone, GUESTS_NOBODY);
	struct guest *second = guests_admit(guests, 0, &b, &stream_b, &gone);
	assert_non_null(second);
	assert_int_equal(gone, GUESTS_NOBODY);
	assert_non_null(guests_find(guests, 0, &a)); /* heard last */
	assert_non_null(guests_admit(guests, 0, &b, &stream_b, &gone));
	assert_int_equal(gone, GUESTS_NOBODY);
	assert_non_null(guests_find(guests, 0, &a));
	assert_non_null(guests_admit(guests, 0, &c, &stream_c, &gone));
	assert_int_equal(gone, GUESTS_SILENT);
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
	enum guests_gone gone = GUESTS_OWN;
	assert_int_equal(guests_open(1, &guests), STATUS_OK);
	struct guest *first = guests_admit(guests, 0, &a, &stream_a, &gone);
	assert_non_null(first);
	first->owed = 1;
	assert_null(guests_admit(guests, 0, &b, &stream_b, &gone));
	assert_int_equal(gone, GUESTS_NOBODY);
	first->owed = 0;
	assert_non_null(guests_admit(guests, 0, &b, &stream_b, &gone));
	assert_int_equal(gone, GUESTS_SILENT);
	guests_close(&guests);
}

/* By the port's door, and with its session open, as a Hello leaves it. */
static struct guest *
come(struct guests *guests, uint8_t number, struct stream *stream, enum guests_gone *gone)
{
	struct bus_peer peer = peer_of(number);
	struct guest *guest = guests_admit(guests, 0, &peer, stream, gone);
	if (guest != NULL)
		session_hello(&guest->session, stream, UINT64_C(1) + number);
	return guest;
}

static void
test_one_terminal_takes_no_room_of_the_others(void **state)
{
	(void)state;
	enum { OTHERS = 3, PLACES = GUESTS_OF_ONE + OTHERS, FIRST = 100 };
	struct bus_peer first = peer_of(FIRST), second = peer_of(FIRST + 1);
	struct guests *guests = NULL;
	enum guests_gone gone;
	assert_int_equal(guests_open(PLACES, &guests), STATUS_OK);
	for (uint8_t i = 0; i < OTHERS; i++)
		assert_non_null(come(guests, i, &stream_b, &gone));
	for (uint8_t i = 0; i < GUESTS_OF_ONE; i++) {
		assert_non_null(come(guests, FIRST + i, &stream_a, &gone));
		assert_int_equal(gone, GUESTS_NOBODY);
	}
	/* All places are taken now, the others have been silent longest: and yet one of its own has to go. */
	assert_non_null(guests_find(guests, 0, &first));
	assert_non_null(come(guests, FIRST + GUESTS_OF_ONE, &stream_a, &gone));
	assert_int_equal(gone, GUESTS_OWN);
	assert_null(guests_find(guests, 0, &second));
	for (uint8_t i = 0; i < OTHERS; i++) {
		struct bus_peer other = peer_of(i);
		assert_non_null(guests_find(guests, 0, &other));
	}
	guests_close(&guests);
}

static void
test_a_terminal_that_is_owed_all_its_answers_opens_no_more(void **state)
{
	(void)state;
	struct guests *guests = NULL;
	enum guests_gone gone;
	assert_int_equal(guests_open(2 * GUESTS_OF_ONE, &guests), STATUS_OK);
	for (uint8_t i = 0; i < GUESTS_OF_ONE; i++)
		come(guests, i, &stream_a, &gone)->owed = 1;
	assert_null(come(guests, GUESTS_OF_ONE, &stream_a, &gone));
	assert_int_equal(gone, GUESTS_NOBODY);
	assert_non_null(come(guests, GUESTS_OF_ONE, &stream_b, &gone)); /* there is room for others */
	guests_close(&guests);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_silent_make_room),
		cmocka_unit_test(test_who_is_owed_an_answer_stays),
		cmocka_unit_test(test_one_terminal_takes_no_room_of_the_others),
		cmocka_unit_test(test_a_terminal_that_is_owed_all_its_answers_opens_no_more),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
