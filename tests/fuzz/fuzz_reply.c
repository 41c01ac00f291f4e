/*
 * What services answer and tell, as their askers and listeners read it: Answer, ForecastReply, News, ToTerminal, and Registry and
 * Event inside of them. What decodes leaves again with the same bytes, and its JSON form is stable.
 *
 * reads: proto/json proto/wire.c
 */
#include "fuzz.h"
#include "json.h"

#include "feed.pb-c.h"
#include "forecast.pb-c.h"
#include "ingest.pb-c.h"
#include "query.pb-c.h"

enum { ARENA_BYTES = 4 * DECODE_BYTES_MAX };

static const ProtobufCMessageDescriptor *const types[] = { &juyan__v1__answer__descriptor, &juyan__v1__forecast_reply__descriptor,
	&juyan__v1__news__descriptor, &juyan__v1__to_terminal__descriptor, &juyan__v1__forecast_question__descriptor,
	&juyan__v1__question__descriptor, &juyan__v1__registry__descriptor, &juyan__v1__event__descriptor };

enum { TYPES = sizeof types / sizeof types[0] };

/* A number that is none (NaN) and a text that is no UTF-8 have no JSON form: such a message is refused, or mended on its way. */
static void
through_json(const ProtobufCMessageDescriptor *type, const ProtobufCMessage *message)
{
	json_t *first = NULL, *second = NULL;
	const ProtobufCMessage *again = NULL;
	struct reason why = { "" };
	struct arena *arena = fuzz_arena(2, ARENA_BYTES);
	if (json_write(message, true, &first) != STATUS_OK)
		return;
	if (json_read(type, first, arena, &again, &why) == STATUS_OK) {
		fuzz_holds(json_write(again, true, &second) == STATUS_OK);
		fuzz_holds(json_equal(first, second));
	} else {
		fuzz_holds(why.text[0] != '\0');
	}
	json_decref(first);
	json_decref(second);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct span input = { data, bytes };
	const ProtobufCMessageDescriptor *type = types[fuzz_byte(&input) % TYPES];
	const ProtobufCMessage *message = NULL, *again = NULL;
	struct reason why = { "" };
	if (wire_unpack(type, input, fuzz_arena(0, DECODE_BYTES_MAX), &message, &why) != STATUS_OK)
		return 0;
	struct arena *out = fuzz_arena(1, ARENA_BYTES);
	struct span once = fuzz_packed(message, out);
	/* A field of the number 0 passes where its tag is longer than it need be, and no more when it is packed anew. */
	if (once.bytes > FRAME_BYTES_MAX || wire_unpack(type, once, fuzz_arena(3, ARENA_BYTES), &again, &why) != STATUS_OK)
		return 0;
	fuzz_holds(fuzz_same(once, fuzz_packed(again, out)));
	through_json(type, message);
	return 0;
}
