/* Packs what a terminal is told. */
#include "reply.h"

#include <assert.h>
#include <string.h>

enum { SENTENCES_BYTES_MAX = FRAME_BYTES_MAX / 2, ANSWER_BYTES_MAX = 64 /* of one EventAnswer, its sentence not counted */ };

_Static_assert(SENTENCES_BYTES_MAX + BATCH_EVENTS_MAX * ANSWER_BYTES_MAX + 64 <= FRAME_BYTES_MAX,
    "every BatchAck fits into a frame");

/* Generated structs hold texts as char *; nobody writes through them. */
static char *
text(const char *lent)
{
	union {
		const char *lent;
		char *text;
	} both = { .lent = lent };
	return both.text;
}

static enum status
pack(const Juyan__V1__ToTerminal *to, struct arena *arena, struct span *out)
{
	return wire_pack(&to->base, FRAME_BYTES_MAX, arena, out);
}

/* Answers under construction. */
struct list {
	Juyan__V1__EventAnswer *rows;
	Juyan__V1__EventAnswer **pointers;
	size_t n;
	size_t sentences_bytes;
};

static void
add(struct list *list, const struct answer *answer)
{
	Juyan__V1__EventAnswer *row = &list->rows[list->n];
	juyan__v1__event_answer__init(row);
	row->stream_seq = answer->stream_seq;
	row->disposition = answer->disposition;
	row->code = answer->status;
	row->name = text(status_name(answer->status));
	assert(strlen(row->name) <= 24);
	size_t bytes = strlen(answer->sentence);
	if (list->sentences_bytes + bytes <= SENTENCES_BYTES_MAX) {
		row->sentence = text(answer->sentence);
		list->sentences_bytes += bytes;
	}
	list->pointers[list->n++] = row;
}

enum status
reply_ack(const struct receipt *receipt, const struct answer *answers, struct arena *arena, struct span *out)
{
	size_t given = receipt->answers_to - receipt->answers_from;
	size_t refused = 0;
	if (receipt->refused != STATUS_OK)
		refused = (size_t)(receipt->first + (receipt->n - 1) - receipt->refused_from) + 1;
	assert(given + refused <= receipt->n && receipt->done == receipt->n);

	Juyan__V1__ToTerminal to;
	Juyan__V1__BatchAck ack;
	juyan__v1__to_terminal__init(&to);
	juyan__v1__batch_ack__init(&ack);
	to.say_case = JUYAN__V1__TO_TERMINAL__SAY_BATCH_ACK;
	to.batch_ack = &ack;
	ack.first_stream_seq = receipt->first;
	ack.events = receipt->n;
	ack.last_stream_seq = receipt->tail;
	if (given + refused == 0)
		return pack(&to, arena, out);

	struct list list = {
		.rows = arena_take(arena, (given + refused) * sizeof *list.rows),
		.pointers = arena_take(arena, (given + refused) * sizeof *list.pointers),
	};
	if (list.rows == NULL || list.pointers == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = receipt->answers_from; i < receipt->answers_to; i++)
		add(&list, &answers[i]);
	for (size_t i = 0; i < refused; i++) {
		struct answer answer = { receipt->refused_from + i, JUYAN__V1__DISPOSITION__REFUSED, receipt->refused,
			receipt->sentence };
		add(&list, &answer);
	}
	ack.n_answers = list.n;
	ack.answers = list.pointers;
	return pack(&to, arena, out);
}

enum status
reply_welcome(uint64_t last_stream_seq, uint32_t terminal_no, const char *name, const uint8_t *site_chain, int64_t now_ms,
    struct arena *arena, struct span *out)
{
	uint8_t chain[CHAIN_BYTES];
	Juyan__V1__ToTerminal to;
	Juyan__V1__Welcome welcome;
	juyan__v1__to_terminal__init(&to);
	juyan__v1__welcome__init(&welcome);
	to.say_case = JUYAN__V1__TO_TERMINAL__SAY_WELCOME;
	to.welcome = &welcome;
	welcome.last_stream_seq = last_stream_seq;
	welcome.terminal_no = terminal_no;
	welcome.terminal_name = text(name);
	welcome.server_time_ms = now_ms;
	welcome.events_max = BATCH_EVENTS_MAX;
	welcome.batch_bytes_max = FRAME_BYTES_MAX;
	welcome.event_bytes_max = EVENT_BYTES_MAX;
	welcome.window_batches = WINDOW_BATCHES;
	if (site_chain != NULL) {
		memcpy(chain, site_chain, sizeof chain);
		welcome.site_chain = (ProtobufCBinaryData){ sizeof chain, chain };
	}
	return pack(&to, arena, out);
}

enum status
reply_pong(uint64_t nonce, uint64_t last_stream_seq, int64_t now_ms, struct arena *arena, struct span *out)
{
	Juyan__V1__ToTerminal to;
	Juyan__V1__Pong pong;
	juyan__v1__to_terminal__init(&to);
	juyan__v1__pong__init(&pong);
	to.say_case = JUYAN__V1__TO_TERMINAL__SAY_PONG;
	to.pong = &pong;
	pong.nonce = nonce;
	pong.last_stream_seq = last_stream_seq;
	pong.server_time_ms = now_ms;
	return pack(&to, arena, out);
}

enum status
reply_decrees(const char *authority, ProtobufCBinaryData *events, size_t n, struct arena *arena, struct span *out)
{
	Juyan__V1__ToTerminal to;
	Juyan__V1__Decrees decrees;
	juyan__v1__to_terminal__init(&to);
	juyan__v1__decrees__init(&decrees);
	to.say_case = JUYAN__V1__TO_TERMINAL__SAY_DECREES;
	to.decrees = &decrees;
	decrees.authority = text(authority);
	decrees.events = events;
	decrees.n_events = n;
	return pack(&to, arena, out);
}

enum status
reply_refusal(enum status status, const char *sentence, uint64_t expected, struct arena *arena, struct span *out)
{
	Juyan__V1__ToTerminal to;
	Juyan__V1__Refusal refusal;
	juyan__v1__to_terminal__init(&to);
	juyan__v1__refusal__init(&refusal);
	to.say_case = JUYAN__V1__TO_TERMINAL__SAY_REFUSAL;
	to.refusal = &refusal;
	refusal.code = status;
	refusal.name = text(status_name(status));
	refusal.sentence = text(sentence);
	refusal.expected_stream_seq = expected;
	return pack(&to, arena, out);
}
