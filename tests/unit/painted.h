/*
 * Pictures of a test's own ledger: a source that asks the book of book.h, a clock that stands, and looks into what was painted.
 * What a test paints is also written into the folder of $JUYAN_PICTURES, where there is one: tests/interop/test_dashboard_api.py
 * holds that against the contract. For one thread.
 */
#ifndef JUYAN_TESTS_PAINTED_H
#define JUYAN_TESTS_PAINTED_H

#include <unistd.h>

#include "asked.h"
#include "base/source.h"
#include "painter.h"

enum { ANSWER_BYTES = 32 * 1024 * 1024 };

struct studio {
	struct book book;
	struct source source;
	struct painter *painter;
	struct arena answers;
	struct reason why;
	size_t asked, fails_at;                 /* questions so far; which of them has no answer (0: none) */
	size_t kinds[32];                       /* of these, by what they ask */
	void (*between)(struct studio *studio); /* called before each question */
	size_t n_painted;
};

static inline enum status
studio_query(void *user, Juyan__V1__Question *question, const Juyan__V1__Answer **out, struct reason *why)
{
	struct studio *studio = user;
	const Juyan__V1__Answer *answer;
	if (studio->between != NULL)
		studio->between(studio);
	assert_true(question->ask_case < sizeof studio->kinds / sizeof studio->kinds[0]);
	studio->kinds[question->ask_case]++;
	if (++studio->asked == studio->fails_at)
		return reason_say(why, STATUS_TIMEOUT, "nobody answers");
	arena_reset(&studio->answers);
	question->version = PROTOCOL_VERSION;
	enum status status = reader_answer(studio->book.reader, question, &studio->answers, &answer, why);
	if (status != STATUS_OK)
		return status;
	if (answer->say_case == JUYAN__V1__ANSWER__SAY_FAILURE)
		return reason_say(why, (enum status)answer->failure->code, "%s", answer->failure->sentence);
	*out = answer;
	return STATUS_OK;
}

static inline void
studio_open(struct studio *studio)
{
	*studio = (struct studio){ .n_painted = 0 };
	book_open(&studio->book);
	assert_int_equal(arena_open(&studio->answers, ANSWER_BYTES), STATUS_OK);
	studio->source = (struct source){ .query = studio_query, .user = studio };
	must(painter_open(&studio->source, &studio->painter, &studio->why), &studio->why);
	painter_set_now(studio->painter, MIDNIGHT, true);
}

static inline void
studio_close(struct studio *studio)
{
	painter_close(&studio->painter);
	arena_close(&studio->answers);
	book_close(&studio->book);
}

static inline void
show(struct studio *studio, const char *schema, json_t *picture)
{
	char path[512];
	const char *folder = getenv("JUYAN_PICTURES");
	if (folder == NULL)
		return;
	snprintf(path, sizeof path, "%s/%s-%d-%zu.json", folder, schema, (int)getpid(), studio->n_painted++);
	assert_int_equal(json_dump_file(picture, path, 0), 0);
}

/* Paints, or fails the test; the caller owns the picture. `call` is such as painter_live(studio.painter, &picture, &studio.why). */
#define PAINT(studio, schema, call) \
	do { \
		must((call), &(studio)->why); \
		show((studio), (schema), picture); \
	} while (0)

/* What stands at a path such as "ports.0.so_far.net_kg". */
static inline json_t *
at(json_t *value, const char *path)
{
	char step[64];
	const char *rest = path;
	while (*rest != '\0') {
		size_t n = strcspn(rest, ".");
		assert_true(n < sizeof step);
		memcpy(step, rest, n);
		step[n] = '\0';
		json_t *next = json_is_array(value) ? json_array_get(value, strtoul(step, NULL, 10)) : json_object_get(value, step);
		if (next == NULL)
			fail_msg("there is no %s in %s", step, path);
		value = next;
		rest += n + (rest[n] == '.');
	}
	return value;
}

static inline int64_t
number_at(json_t *value, const char *path)
{
	json_t *found = at(value, path);
	if (!json_is_integer(found))
		fail_msg("%s is no number", path);
	return json_integer_value(found);
}

static inline const char *
text_at(json_t *value, const char *path)
{
	json_t *found = at(value, path);
	if (!json_is_string(found))
		fail_msg("%s is no text", path);
	return json_string_value(found);
}

static inline bool
null_at(json_t *value, const char *path)
{
	return json_is_null(at(value, path));
}

/* Adds a mass to another, field by field. */
static inline void
add_mass(json_t *sum, json_t *mass)
{
	const char *name;
	json_t *value;
	json_object_foreach(mass, name, value)
	{
		int64_t kg = json_integer_value(json_object_get(sum, name)) + json_integer_value(value);
		json_object_set_new(sum, name, json_integer(kg));
	}
}

/* A truck of coal that has come and gone; it counts from its release. `kg` is its weighed net, its declared mass a tonne more. */
static inline void
pass_truck(struct book *book, const char *port, const char *batch_no, int64_t released_ms, int64_t kg)
{
	book_take(book, GATE,
	    cargo(released_ms - HOURS(2), port, batch_no, LODGED(UNIT("T1"), WAYBILL("{'hs_code': '2701', 'declared_kg': %lld}")),
		(long long)kg + 1000));
	book_take(book, GATE, cargo(released_ms - HOURS(1), port, batch_no, "'unit_arrived': {'unit_id': 'T1', 'lane': 'in 1'}"));
	book_take(book, SCALE,
	    cargo(released_ms - MINUTES(30), port, batch_no, WEIGHED("T1", "'gross_kg': %lld, 'tare_kg': 20000"),
		(long long)kg + 20000));
	book_take(book, GATE, cargo(released_ms, port, batch_no, RELEASED));
	book_take(book, GATE,
	    cargo(released_ms + MINUTES(20), port, batch_no, "'unit_departed': {'unit_id': 'T1', 'lane': 'out 1'}"));
}

#endif
