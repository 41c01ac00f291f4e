/*
 * Bytes of a customs gate and of its platform (services/terminal/connectors/gate.c): whole and in pieces they give the same
 * findings, every event is one that the centre can take once the book has completed it, and every remark is a text.
 *
 * The first byte chooses settings, and whether the second half is the platform's; the next is the length of the pieces.
 *
 * reads: services/terminal/connectors/gate services/terminal/connectors/xml.c services/terminal/connectors/encoding.c
 */
#include "connector.h"
#include "fuzz.h"

enum { ARENA_BYTES = 64 * 1024 * 1024 };

static const int64_t now_ms = INT64_C(1740801600000);

static const char *const settings[] = {
	"{}",
	"{sees: arrival, tare: weighed, batch_from: bill, answers: inspected}",
	"{sees: departure, weighs: tare, batch_from: form, answers: released}",
	"{answers: released, lanes: {\"3\": {lane: L3, weighs: nothing}}, elements: {plate: [CPH, A/B/C], gross: W/T, container: "
	"X}}",
};

static void *
open_gate(const char *text)
{
	static const struct place place = { "g", "ceke", 480, NULL };
	void *gate = NULL;
	struct yaml *yaml = NULL;
	struct reason why = { "" };
	fuzz_holds(yaml_open_text("f", text, strlen(text), &yaml, &why) == STATUS_OK);
	fuzz_holds(gate_connector.open(yaml_root(yaml), &place, &gate, &why) == STATUS_OK);
	yaml_close(&yaml);
	return gate;
}

static void
take(void *gate, struct span bytes, const char *name, size_t piece, struct findings *out)
{
	struct moment_of when = { now_ms, name };
	for (size_t at = 0, n; at < bytes.bytes; at += n) {
		n = bytes.bytes - at < piece ? bytes.bytes - at : piece;
		gate_connector.take(gate, (struct span){ bytes.data + at, n }, &when, out);
	}
}

static struct findings
read_all(struct span input, const char *text, bool answers, size_t piece, struct arena *arena)
{
	struct findings out;
	void *gate = open_gate(text);
	size_t half = answers ? input.bytes / 2 : input.bytes;
	findings_open(&out, arena);
	take(gate, (struct span){ input.data, half }, "", piece, &out);
	take(gate, (struct span){ input.data + half, input.bytes - half }, "answer", piece, &out);
	gate_connector.pass(gate, now_ms + 5000, &out);
	gate_connector.line(gate, false, now_ms + 5000, &out);
	gate_connector.close(&gate);
	return out;
}

static void
look_at_event(const Juyan__V1__Event *event)
{
	static char some[] = "x";
	struct reason why = { "" };
	Juyan__V1__Event whole = *event;
	Juyan__V1__UnitWeighed weighed;
	if (whole.batch_no[0] == '\0')
		whole.batch_no = some;
	if (whole.what_case == JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED && whole.unit_weighed->unit_id[0] == '\0') {
		weighed = *whole.unit_weighed;
		weighed.unit_id = some;
		whole.unit_weighed = &weighed;
	}
	if (wire_event_check(&whole, &why) != STATUS_OK)
		fuzz_says(why.text);
	fuzz_holds(whole.occurred_at_ms >= TIME_MS_MIN && whole.occurred_at_ms <= now_ms + TIME_AHEAD_MS_MAX);
}

static void
look_at(const struct findings *out)
{
	for (size_t i = 0; i < out->n; i++) {
		const struct finding *finding = &out->list[i];
		fuzz_holds(finding->message < out->n_messages);
		if (finding->event != NULL)
			look_at_event(finding->event);
		else
			fuzz_holds(finding->text[0] != '\0' && wire_text_clean(finding->text, strlen(finding->text)));
	}
}

static void
same(const struct findings *a, const struct findings *b, struct arena *arena)
{
	fuzz_holds(a->n == b->n && a->n_messages == b->n_messages);
	for (size_t i = 0; i < a->n; i++) {
		const struct finding *one = &a->list[i], *other = &b->list[i];
		fuzz_holds(one->message == other->message && (one->event != NULL) == (other->event != NULL));
		if (one->event != NULL)
			fuzz_holds(fuzz_same(fuzz_packed(&one->event->base, arena), fuzz_packed(&other->event->base, arena)));
		else
			fuzz_holds(one->remark == other->remark && strcmp(one->text, other->text) == 0);
	}
	for (size_t i = 0; i < a->n_messages; i++)
		fuzz_holds(fuzz_same(a->messages[i], b->messages[i]));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct span input = { data, bytes };
	unsigned how = fuzz_byte(&input);
	size_t piece = 1 + fuzz_byte(&input);
	const char *text = settings[how % 4];
	struct arena *arenas[] = { fuzz_arena(0, ARENA_BYTES), fuzz_arena(1, ARENA_BYTES), fuzz_arena(2, ARENA_BYTES) };
	struct findings whole = read_all(input, text, how & 4, SIZE_MAX, arenas[0]);
	struct findings pieces = read_all(input, text, how & 4, piece, arenas[1]);
	if (findings_full(&whole) || findings_full(&pieces)) /* more findings than any caller has room for */
		return 0;
	look_at(&whole);
	same(&whole, &pieces, arenas[2]);
	(void)gate_guess(input, "");
	return 0;
}
