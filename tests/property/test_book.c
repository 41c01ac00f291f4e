/*
 * A gateway's book against a plain model: random crossings, whose manifests come in parts, in any order, amended and deleted, whose
 * vehicles are seen before or after, by messages that come late or twice, while the book is closed without a commit and opened
 * anew, and its spool takes what is handed out, or not. In the end what went out, applied by a simple tally, is what happened.
 * And a process that enters and is killed: what it was told to be kept is there, and nothing twice.
 *
 * JUYAN_BOOKS=N sets how many lives (30), JUYAN_BOOK_KILLS=N how many kills (25).
 * also: address
 */
#include "check.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "any.h"
#include "bookkeeping.h"

enum {
	LIVES = 30,
	KILLS = 25,
	CROSSINGS = 40,
	MESSAGES = 4000,
	TRUCKS = 5,
	UNITS = 3,
	WAYBILLS = 4,
	PARTS = 8,
	NAME = 24,
	LANES = 2
};

/* ---- what happens ---- */

struct part_said {
	enum part part;
	int64_t at_ms;
	unsigned units, waybills; /* which of them, by bits */
	int64_t kg[WAYBILLS];
	bool goodless;
};

struct passage {
	char plate[NAME];
	int64_t arrived_ms, weighed_ms, departed_ms, kg;
};

struct crossing {
	char batch[NAME];
	struct passage units[UNITS];
	size_t n_units, n_parts;
	struct part_said parts[PARTS]; /* in the order of their times */
	/* What holds in the end, by the model. */
	unsigned named, waybills;
	int64_t kg[WAYBILLS];
	bool goodless, directed;
};

enum said_kind { SAYS_PART, SAYS_ARRIVED, SAYS_WEIGHED, SAYS_DEPARTED };

struct message {
	enum said_kind kind;
	size_t crossing, which; /* a part or a unit */
	int64_t comes_ms;
	int lane;
	bool again; /* the source repeats itself */
};

/* ---- what came out ---- */

struct tally_unit {
	int arrived, weighed, departed;
	int64_t kg;
};

struct outcome {
	int64_t at_ms; /* of the manifest or deletion that holds */
	bool lodged;
	const Juyan__V1__ManifestLodged *manifest;
	struct tally_unit units[UNITS];
};

static struct life {
	struct crossing crossings[CROSSINGS];
	size_t n_crossings, n_messages, done;
	struct message messages[MESSAGES];
	struct outcome outcomes[CROSSINGS];
	struct arena kept; /* the events that the spool took */
	uint64_t taken;
} life;

/* ---- making a history ---- */

static int64_t
minutes(size_t n)
{
	return (int64_t)n * 60000;
}

static void
apply_part(struct crossing *crossing, const struct part_said *said)
{
	if (said->part == PART_DROP && said->units == 0 && said->waybills == 0) {
		crossing->named = crossing->waybills = 0;
		crossing->goodless = crossing->directed = false;
		return;
	}
	if (said->part == PART_DROP) {
		crossing->named &= ~said->units;
		crossing->waybills &= ~said->waybills;
		return;
	}
	if (said->part == PART_WHOLE || (said->part == PART_REPLACE && said->units != 0))
		crossing->named = 0;
	if (said->part == PART_WHOLE || (said->part == PART_REPLACE && (said->waybills != 0 || said->goodless))) {
		crossing->waybills = 0;
		crossing->goodless = false;
	}
	crossing->named |= said->units;
	crossing->waybills |= said->waybills;
	crossing->goodless |= said->goodless;
	crossing->directed = true;
	for (size_t i = 0; i < WAYBILLS; i++)
		if ((said->waybills >> i & 1) != 0)
			crossing->kg[i] = said->kg[i];
}

/* The first parts of an ordinary one name all; what comes later leaves its units alone. An odd one does what it likes. */
static void
make_parts(struct crossing *crossing, int64_t from_ms, bool odd)
{
	unsigned all = (1U << crossing->n_units) - 1;
	crossing->n_parts = 2 + any_below(PARTS - 1);
	for (size_t i = 0; i < crossing->n_parts; i++) {
		struct part_said *said = &crossing->parts[i];
		*said = (struct part_said){ .at_ms = from_ms + minutes(18 * i) };
		said->part = (enum part)any_below(4);
		said->units = odd ? (unsigned)any_below(all + 1) : all;
		said->waybills = (unsigned)any_below(1U << WAYBILLS);
		said->goodless = any_chance(10);
		for (size_t j = 0; j < WAYBILLS; j++)
			said->kg[j] = 1 + (int64_t)any_below(70000);
		if (!odd && said->part == PART_DROP)
			said->units = 0;
		if (!odd && said->part == PART_DROP && said->waybills == 0)
			said->part = PART_ADD;
		if (!odd && any_chance(50) && i > 0 && said->part != PART_WHOLE)
			said->units = 0;
		if (!odd && i == 0 && said->part == PART_DROP) {
			said->part = PART_REPLACE;
			said->units = all;
		}
		if (!odd && said->part == PART_DROP && said->waybills == 0)
			said->waybills = 1;
		apply_part(crossing, said);
	}
	if (!odd && (crossing->waybills == 0 && !crossing->goodless)) { /* it ends with goods */
		struct part_said *said = &crossing->parts[crossing->n_parts - 1];
		said->part = PART_REPLACE;
		said->waybills = 1;
		apply_part(crossing, said);
	}
}

static void
say(enum said_kind kind, size_t crossing, size_t which, int64_t at_ms, int lane)
{
	for (size_t times = any_chance(20) ? 2 : 1; times > 0; times--) {
		assert_true(life.n_messages < MESSAGES);
		life.messages[life.n_messages++] =
		    (struct message){ kind, crossing, which, at_ms + minutes(any_below(180)), lane, times == 2 };
	}
}

/*
 * Each truck comes every fifteen hours, so that a message which is three hours late is still about a crossing of which it can be
 * known. In a lane nine minutes lie between two vehicles.
 */
static void
make_crossing(size_t number)
{
	struct crossing *crossing = &life.crossings[number];
	size_t round = number / TRUCKS, turn = number % TRUCKS;
	int64_t from_ms = BOOK_DAY + minutes(round * 900 + turn * 60);
	int lane = (int)any_below(LANES);
	bool odd = any_chance(30);
	*crossing = (struct crossing){ .n_units = 1 + any_below(UNITS) };
	snprintf(crossing->batch, NAME, "B%zu", number);
	for (size_t i = 0; i < crossing->n_units; i++) {
		struct passage *unit = &crossing->units[i];
		if (odd)
			snprintf(unit->plate, NAME, "X%zu-%zu", number, i);
		else
			snprintf(unit->plate, NAME, "%zu%zu УНА", turn, i);
		unit->arrived_ms = from_ms + minutes(120 + 9 * i);
		unit->weighed_ms = unit->arrived_ms + minutes(1 + any_below(3));
		unit->departed_ms = from_ms + minutes(160 + any_below(40));
		unit->kg = 1 + (int64_t)any_below(140000);
		say(SAYS_ARRIVED, number, i, unit->arrived_ms, lane);
		say(SAYS_WEIGHED, number, i, unit->weighed_ms, lane);
		say(SAYS_DEPARTED, number, i, unit->departed_ms, lane);
	}
	make_parts(crossing, from_ms, odd);
	for (size_t i = 0; i < crossing->n_parts; i++)
		say(SAYS_PART, number, i, crossing->parts[i].at_ms, lane);
}

static int
by_coming(const void *a, const void *b)
{
	const struct message *one = a, *other = b;
	return one->comes_ms < other->comes_ms ? -1 : one->comes_ms > other->comes_ms;
}

/* ---- telling it to the book ---- */

static void
say_words(char text[256], const char *letter, unsigned bits, const int64_t *kg, const struct crossing *crossing)
{
	text[0] = '\0';
	for (size_t i = 0; i < 8; i++) {
		size_t used = strlen(text);
		if ((bits >> i & 1) == 0)
			continue;
		if (kg != NULL)
			snprintf(text + used, 256 - used, "%s%zu:%lld ", letter, i, (long long)kg[i]);
		else
			snprintf(text + used, 256 - used, "%s ", crossing->units[i].plate);
		for (char *space = text + used; kg == NULL && space[1] != '\0'; space++)
			if (*space == ' ')
				*space = '_';
	}
}

static void
say_message(const struct message *message)
{
	static char key[64];
	char units[256], waybills[256];
	const struct crossing *crossing = &life.crossings[message->crossing];
	const struct passage *unit = message->kind == SAYS_PART ? NULL : &crossing->units[message->which];
	const char *lane = message->lane == 0 ? "L0" : "L1", *scale = message->lane == 0 ? "s0" : "s1";
	snprintf(key, sizeof key, "%zu/%d/%zu", message->crossing, (int)message->kind, message->which);
	desk.key = key;
	if (message->kind == SAYS_ARRIVED) {
		say_arrived(unit->plate, lane, unit->arrived_ms);
	} else if (message->kind == SAYS_DEPARTED) {
		say_departed(unit->plate, "", unit->departed_ms);
	} else if (message->kind == SAYS_WEIGHED) {
		say_weighed("", lane, scale, unit->kg, unit->weighed_ms);
	} else {
		const struct part_said *said = &crossing->parts[message->which];
		say_words(units, "", said->units, NULL, crossing);
		say_words(waybills, "W", said->waybills, said->kg, crossing);
		struct finding *finding = say_part(said->part, crossing->batch, units, waybills, said->at_ms);
		finding->without_goods = said->goodless && said->part != PART_DROP;
	}
}

/* Some messages in one sync, or not: then they come again. */
static void
enter_some(void)
{
	size_t n = 1 + any_below(6), from = life.done;
	bool grouped = any_chance(60), killed = grouped && any_chance(15);
	if (grouped)
		assert_int_equal(book_begin(desk.book, &desk.why), STATUS_OK);
	for (size_t i = 0; i < n && life.done < life.n_messages; i++) {
		const struct message *message = &life.messages[life.done++];
		desk.now_ms = message->comes_ms;
		say_message(message);
		desk_enter();
	}
	if (killed)
		life.done = from;
	else if (grouped)
		assert_int_equal(book_commit(desk.book, &desk.why), STATUS_OK);
	if (killed || any_chance(5))
		desk_reopen();
}

/* ---- the spool, and the tally behind it ---- */

static size_t
unit_at(const struct crossing *crossing, const char *unit_id)
{
	for (size_t i = 0; i < crossing->n_units; i++)
		if (strcmp(crossing->units[i].plate, unit_id) == 0)
			return i;
	fail_msg("unit %s is not of batch %s", unit_id, crossing->batch);
	return 0;
}

static void
count_event(const Juyan__V1__Event *event)
{
	size_t number = (size_t)strtoul(event->batch_no + 1, NULL, 10);
	assert_true(number < life.n_crossings);
	const struct crossing *crossing = &life.crossings[number];
	struct outcome *outcome = &life.outcomes[number];
	if (event->what_case == JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED ||
	    event->what_case == JUYAN__V1__EVENT__WHAT_MANIFEST_DELETED) {
		assert_true(event->occurred_at_ms > outcome->at_ms); /* each later than the one before */
		outcome->at_ms = event->occurred_at_ms;
		outcome->lodged = event->what_case == JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED;
		outcome->manifest = event->manifest_lodged;
	} else if (event->what_case == JUYAN__V1__EVENT__WHAT_UNIT_ARRIVED) {
		outcome->units[unit_at(crossing, event->unit_arrived->unit_id)].arrived++;
	} else if (event->what_case == JUYAN__V1__EVENT__WHAT_UNIT_DEPARTED) {
		outcome->units[unit_at(crossing, event->unit_departed->unit_id)].departed++;
	} else {
		struct tally_unit *unit = &outcome->units[unit_at(crossing, event->unit_weighed->unit_id)];
		unit->weighed++;
		unit->kg = event->unit_weighed->gross_kg;
	}
}

/* The spool takes what it is handed, or the process ends before. */
static size_t
hand_some(bool surely)
{
	struct span events[64];
	size_t n = surely ? 64 : 1 + any_below(64);
	arena_reset(&desk.out);
	assert_int_equal(book_outbox(desk.book, life.taken, &desk.out, events, &n, &desk.why), STATUS_OK);
	if (!surely && any_chance(30)) {
		desk_reopen();
		return n;
	}
	for (size_t i = 0; i < n; i++) {
		const Juyan__V1__Event *event;
		assert_int_equal(wire_event(events[i], &life.kept, &event, &desk.why), STATUS_OK);
		count_event(event);
	}
	life.taken += n;
	if (!surely && any_chance(30))
		desk_reopen();
	return n;
}

/* ---- what has to be so ---- */

static void
compare_manifest(const struct crossing *crossing, const struct outcome *outcome)
{
	bool whole = crossing->named != 0 && crossing->directed && (crossing->waybills != 0 || crossing->goodless);
	unsigned named = 0, waybills = 0;
	assert_int_equal(outcome->lodged, whole);
	if (!whole)
		return;
	for (size_t i = 0; i < outcome->manifest->n_units; i++)
		named |= 1U << unit_at(crossing, outcome->manifest->units[i]->unit_id);
	for (size_t i = 0; i < outcome->manifest->n_waybills; i++) {
		const Juyan__V1__Waybill *waybill = outcome->manifest->waybills[i];
		size_t at = (size_t)(waybill->waybill_no[1] - '0');
		waybills |= 1U << at;
		assert_int_equal(waybill->declared_kg, crossing->kg[at]);
	}
	assert_int_equal(named, crossing->named);
	assert_int_equal(waybills, crossing->waybills);
}

static void
compare(size_t number)
{
	const struct crossing *crossing = &life.crossings[number];
	const struct outcome *outcome = &life.outcomes[number];
	compare_manifest(crossing, outcome);
	for (size_t i = 0; i < crossing->n_units; i++) {
		const struct tally_unit *unit = &outcome->units[i];
		bool odd = crossing->units[i].plate[0] == 'X', named = (crossing->named >> i & 1) != 0;
		assert_true(unit->arrived <= 1 && unit->weighed <= 1 && unit->departed <= 1);
		if (!named)
			continue;
		if (unit->arrived + unit->weighed + unit->departed != 3)
			fail_msg("batch %s, unit %s%s: %d arrivals, %d weighings, %d departures", crossing->batch,
			    crossing->units[i].plate, odd ? " (odd)" : "", unit->arrived, unit->weighed, unit->departed);
		assert_int_equal(unit->kg, crossing->units[i].kg);
	}
}

static void
live(void)
{
	memset(&life, 0, sizeof life);
	assert_int_equal(arena_open(&life.kept, 64 << 20), STATUS_OK);
	desk_begin(NULL);
	life.n_crossings = 1 + any_below(CROSSINGS);
	for (size_t i = 0; i < life.n_crossings; i++)
		make_crossing(i);
	qsort(life.messages, life.n_messages, sizeof life.messages[0], by_coming);
	while (life.done < life.n_messages) {
		enter_some();
		if (any_chance(20))
			hand_some(false);
		if (any_chance(10))
			assert_int_equal(book_pass(desk.book, desk.now_ms, &desk.why), STATUS_OK);
	}
	while (hand_some(true) > 0)
		;
	for (size_t i = 0; i < life.n_crossings; i++)
		compare(i);
	assert_int_equal(tally().outbox, 0);
	desk_end(NULL);
	arena_close(&life.kept);
}

static size_t
times(const char *name, size_t otherwise)
{
	const char *text = getenv(name);
	return text == NULL ? otherwise : strtoul(text, NULL, 10);
}

static void
what_goes_out_is_what_happened(void **state)
{
	(void)state;
	for (size_t i = times("JUYAN_BOOKS", LIVES); i > 0; i--)
		live();
}

/* ---- kills ---- */

/* Enters one arrival after the other, from this one on, and tells the number of each that is on disk. */
static void
enter_for_ever(uint64_t from, int pipe_end)
{
	desk_open();
	for (uint64_t number = from;;) {
		uint64_t n = 1 + any_below(5);
		bool grouped = any_chance(50);
		char key[32];
		if (grouped && book_begin(desk.book, &desk.why) != STATUS_OK)
			_exit(1);
		for (uint64_t i = 0; i < (grouped ? n : 1); i++, number++) {
			snprintf(key, sizeof key, "%llu", (unsigned long long)number);
			desk.key = key;
			desk.batch = "B1";
			say_arrived("A", "L1", BOOK_DAY + (int64_t)number);
			if (desk_try() != STATUS_OK)
				_exit(1);
		}
		if (grouped && book_commit(desk.book, &desk.why) != STATUS_OK)
			_exit(1);
		uint64_t last = number - 1;
		if (write(pipe_end, &last, sizeof last) != sizeof last)
			_exit(1);
	}
}

/* The last number that was told before the end came. */
static uint64_t
kill_one(uint64_t from)
{
	int ends[2];
	uint64_t last = from - 1, told;
	size_t after = 1 + any_below(40);
	assert_int_equal(pipe(ends), 0);
	any_bits();
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		close(ends[0]);
		enter_for_ever(from, ends[1]);
	}
	close(ends[1]);
	for (size_t i = 0; read(ends[0], &told, sizeof told) == sizeof told; i++) {
		last = told;
		if (i == after)
			kill(child, SIGKILL);
	}
	close(ends[0]);
	int how;
	assert_int_equal(waitpid(child, &how, 0), child);
	assert_true(WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL);
	return last;
}

/* What waits goes out, each number after the one before. */
static uint64_t
take_all(uint64_t seen)
{
	struct span events[64];
	size_t n;
	do {
		n = 64;
		arena_reset(&desk.out);
		assert_int_equal(book_outbox(desk.book, life.taken, &desk.out, events, &n, &desk.why), STATUS_OK);
		for (size_t i = 0; i < n; i++) {
			const Juyan__V1__Event *event;
			assert_int_equal(wire_event(events[i], &desk.out, &event, &desk.why), STATUS_OK);
			assert_int_equal(event->occurred_at_ms - BOOK_DAY, ++seen);
		}
		life.taken += n;
	} while (n > 0);
	return seen;
}

static void
what_was_told_to_be_kept_is_there_once_after_a_kill(void **state)
{
	uint64_t told = 0, seen = 0;
	(void)state;
	memset(&life, 0, sizeof life);
	desk_begin(NULL);
	for (size_t i = times("JUYAN_BOOK_KILLS", KILLS); i > 0; i--) {
		book_close(&desk.book); /* a child's is its own */
		told = kill_one(told + 1);
		desk_open();
		if (any_chance(50))
			seen = take_all(seen);
		assert_true(tally().events >= told);
	}
	seen = take_all(seen);
	assert_true(seen >= told);
	desk_end(NULL);
}

int
main(void)
{
	any_begin();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_goes_out_is_what_happened),
		cmocka_unit_test(what_was_told_to_be_kept_is_there_once_after_a_kill),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
