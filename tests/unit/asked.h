/* Questions to the ledger of book.h, written as JSON like events (said.h), and a look at their answers. For one thread. */
#ifndef JUYAN_TESTS_ASKED_H
#define JUYAN_TESTS_ASKED_H

#include "opened_ledger.h"

enum { SHOWN_BYTES = 64 * 1024 };

/* Asks, such as "'status': {}"; the answer lives in the said arena. */
__attribute__((format(printf, 2, 3))) static inline const Juyan__V1__Answer *
ask(struct book *book, const char *question, ...)
{
	char text[2048];
	struct reason why = { "" };
	const Juyan__V1__Answer *answer;
	va_list list;
	int head = snprintf(text, sizeof text, "{'version': 1, 'nonce': 77, ");
	va_start(list, question);
	int body = vsnprintf(text + head, sizeof text - (size_t)head, question, list);
	va_end(list);
	assert_true((size_t)(head + body) + 2 < sizeof text);
	snprintf(text + head + body, sizeof text - (size_t)(head + body), "}");
	const ProtobufCMessage *message = said_message(&juyan__v1__question__descriptor, text);
	must(reader_answer(book->reader, (const Juyan__V1__Question *)message, &said_arena, &answer, &why), &why);
	assert_int_equal(answer->nonce, 77);
	assert_int_equal(answer->lsn, ledger_lsn(book->ledger));
	return answer;
}

/* The answer as JSON on one line. */
static inline const char *
shown(const Juyan__V1__Answer *answer)
{
	static char text[SHOWN_BYTES];
	json_t *value;
	assert_int_equal(json_write(&answer->base, true, &value), STATUS_OK);
	size_t bytes = json_dumpb(value, text, sizeof text - 1, JSON_COMPACT);
	assert_true(bytes < sizeof text);
	text[bytes] = '\0';
	json_decref(value);
	for (char *quote = text; (quote = strchr(quote, '"')) != NULL;)
		*quote = '\'';
	return text;
}

static inline void
holds(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("'%s' is not in: %s", part, text);
}

/* All that counts at all, such as "30000 kg, 1 batches, 1 units". */
static inline void
counts_in_all(struct book *book, int64_t net_kg, int64_t batches, int64_t units)
{
	const Juyan__V1__Totals *totals = ask(book, "'totals': {}")->totals;
	assert_int_equal(totals->n_rows, batches + units + net_kg > 0);
	if (totals->n_rows == 0)
		return;
	assert_int_equal(totals->rows[0]->net_kg, net_kg);
	assert_int_equal(totals->rows[0]->batches, batches);
	assert_int_equal(totals->rows[0]->units, units);
}

#endif
