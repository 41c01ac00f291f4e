/*
 * Questions about the future, as bytes, to an engine over a made-up ledger: each is answered or refused with a sentence, and the
 * reply can be read again.
 *
 * reads: services/forecast/
 */
#include "check.h"

#include "fuzz.h"
#include "unit/made_up.h"

enum { SEED = 1, PATHS = 1000 };

static struct engine *engine;
static struct made_up *ledger;

static void
shut(void)
{
	engine_close(&engine);
	made_up_close(ledger);
	arena_close(&said_arena);
}

static void
open_engine(void)
{
	struct reason why = { "" };
	fuzz_holds(said_begin(NULL) == 0);
	ledger = made_up_open(civil_day(2024, 7, 1), SEED);
	made_up_registry(ledger,
	    ", {'lever': {'port': 'ceke', 'mode': 'TRUCK', 'name': 'lanes', 'now': 4, 'most': 9, 'cost': 3, 'cost_unit': 'y'}}"
	    ", {'capacity': {'port': 'ceke', 'mode': 'TRUCK', 'kg_per_day': 90000000}}"
	    ", {'goal': {'id': 'g', 'ports': ['ceke'], 'from': '2024-01-01', 'to': '2024-12-31', 'target_kg': 26000000000}}");
	struct engine_options options = made_up_options(ledger);
	options.paths = PATHS;
	fuzz_holds(engine_open(&options, &engine, &why) == STATUS_OK);
	atexit(shut);
}

/* What a question may ask for and what takes long for its own good: more paths, and backtests of many origins. */
static bool
is_quick(const Juyan__V1__ForecastQuestion *question)
{
	return question->ask_case != JUYAN__V1__FORECAST_QUESTION__ASK_BACKTEST;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	const ProtobufCMessage *message = NULL, *again = NULL;
	const Juyan__V1__ForecastReply *reply = NULL;
	struct reason why = { "" };
	struct span frame = { data, bytes }, packed;
	struct arena *arena = fuzz_arena(0, 4 * DECODE_BYTES_MAX);
	if (engine == NULL)
		open_engine();
	if (wire_unpack(&juyan__v1__forecast_question__descriptor, frame, arena, &message, &why) != STATUS_OK)
		return 0;
	const Juyan__V1__ForecastQuestion *question = (const void *)message;
	if (!is_quick(question))
		return 0;
	enum status s = engine_answer(engine, question, arena, &reply, &why);
	if (s != STATUS_OK) {
		fuzz_holds(status_consequence(s) == REFUSE && why.text[0] != '\0');
		fuzz_holds(wire_text_clean(why.text, strlen(why.text)));
		return 0;
	}
	fuzz_holds(reply->nonce == question->nonce);
	if (wire_pack(&reply->base, FRAME_BYTES_MAX, arena, &packed) == STATUS_OK)
		fuzz_holds(wire_unpack(&juyan__v1__forecast_reply__descriptor, packed, fuzz_arena(1, DECODE_BYTES_MAX), &again,
			       &why) == STATUS_OK);
	return 0;
}
