/*
 * Questions to the ledger, as bytes: each is answered, be it with a Failure, the answer fits its frame and can be read again, and
 * nothing of the ledger changes.
 *
 * reads: storage/reader.c storage/answer
 */
#include "check.h"

#include "fuzz.h"
#include "past.h"

#include "query.pb-c.h"

static struct book book;

static void
ask_it(const Juyan__V1__Question *question, struct arena *arena)
{
	const Juyan__V1__Answer *answer = NULL;
	const ProtobufCMessage *again = NULL;
	struct reason why = { "" };
	struct span packed;
	json_t *json = NULL;
	enum status s = reader_answer(book.reader, question, arena, &answer, &why);
	if (s == STATUS_NO_MEMORY)
		return; /* told as too large an answer */
	fuzz_holds(s == STATUS_OK && answer->nonce == question->nonce && answer->lsn == ledger_lsn(book.ledger));
	if (wire_pack(&answer->base, FRAME_BYTES_MAX, arena, &packed) != STATUS_OK)
		return;
	fuzz_holds(wire_unpack(&juyan__v1__answer__descriptor, packed, fuzz_arena(1, DECODE_BYTES_MAX), &again, &why) == STATUS_OK);
	fuzz_holds(json_write(again, true, &json) == STATUS_OK);
	json_decref(json);
	if (answer->say_case == JUYAN__V1__ANSWER__SAY_FAILURE)
		fuzz_holds(wire_text_clean(answer->failure->sentence, strlen(answer->failure->sentence)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	const ProtobufCMessage *message = NULL;
	struct reason why = { "" };
	struct arena *arena = fuzz_arena(0, 2 * DECODE_BYTES_MAX + FRAME_BYTES_MAX);
	if (book.env == NULL)
		past_open(&book);
	struct span frame = { data, bytes };
	if (wire_unpack(&juyan__v1__question__descriptor, frame, arena, &message, &why) == STATUS_OK)
		ask_it((const Juyan__V1__Question *)message, arena);
	return 0;
}
