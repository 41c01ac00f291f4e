/*
 * A scale's bytes: the first byte says which protocol and which settings, then each part comes at once. Taken whole and byte by
 * byte they give the same findings, and each event passes the checks of the wire.
 *
 * reads: services/terminal/connectors/scale services/terminal/connectors/weighing
 */
#include "connector.h"
#include "fuzz.h"

enum { ARENA_BYTES = 1 << 20, FOUND_MAX = 1 << 20 };

static const struct {
	const struct connector *connector;
	const char *settings;
} kinds[] = {
	{ &yaohua_connector, "{}" },
	{ &yaohua_connector, "{unit: t, stable_frames: 1, minimum_kg: 1, tolerance_kg: 0}" },
	{ &equals_connector, "{}" },
	{ &equals_connector, "{unit: t, digits: reversed, stable_frames: 2}" },
	{ &toledo_connector, "{}" },
	{ &toledo_connector, "{weighs: tare, stands_s: 1, silent_s: 1, stuck_s: 1}" },
	{ &sics_connector, "{}" },
	{ &sics_connector, "{stable_frames: 1, stands_s: 2, stuck_s: 3}" },
};

struct copy {
	uint8_t bytes[FOUND_MAX];
	size_t n;
};

static void
put(struct copy *copy, const void *bytes, size_t n)
{
	if (copy->n + n > FOUND_MAX)
		return;
	if (n > 0)
		memcpy(copy->bytes + copy->n, bytes, n);
	copy->n += n;
}

/* Checks what was found, and keeps it for the comparison. */
static void
look(struct findings *findings, struct copy *copy)
{
	static uint8_t packed[EVENT_BYTES_MAX];
	fuzz_holds(!findings_full(findings));
	for (size_t i = 0; i < findings->n; i++) {
		const struct finding *finding = &findings->list[i];
		struct reason why = { "" };
		fuzz_holds(finding->message < findings->n_messages);
		if (finding->event == NULL) {
			fuzz_holds(wire_text_clean(finding->text, strlen(finding->text)));
			put(copy, finding->text, strlen(finding->text));
			continue;
		}
		size_t n = protobuf_c_message_get_packed_size(&finding->event->base);
		fuzz_holds(n <= sizeof packed);
		protobuf_c_message_pack(&finding->event->base, packed);
		put(copy, packed, n);
		finding->event->port = (char *)(uintptr_t) "ceke";
		if (finding->event->what_case == JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED) {
			finding->event->batch_no = finding->event->unit_weighed->unit_id = (char *)(uintptr_t) "B1";
			fuzz_holds(finding->event->unit_weighed->gross_kg > 0 || finding->event->unit_weighed->tare_kg > 0);
			fuzz_holds(findings->messages[finding->message].bytes > 0);
		}
		if (wire_event_check(finding->event, &why) != STATUS_OK)
			fuzz_says(why.text);
	}
	findings_clear(findings);
}

static void
hear(unsigned kind, struct span input, size_t piece, struct copy *copy)
{
	static const struct place place = { "north", "ceke", 480, NULL };
	struct findings findings;
	struct yaml *yaml = NULL;
	struct reason why = { "" };
	void *state = NULL;
	struct moment_of when = { INT64_C(1738281900000), "" };
	const struct connector *connector = kinds[kind].connector;
	copy->n = 0;
	fuzz_holds(yaml_open_text("f", kinds[kind].settings, strlen(kinds[kind].settings), &yaml, &why) == STATUS_OK);
	fuzz_holds(connector->open(yaml_root(yaml), &place, &state, &why) == STATUS_OK);
	while (input.bytes > 0) {
		unsigned what = fuzz_byte(&input);
		struct span part = fuzz_part(&input);
		findings_open(&findings, fuzz_arena(0, ARENA_BYTES));
		when.now_ms += what % 16 == 15 ? 100000 : (int64_t)(what % 16) * 100;
		for (size_t at = 0; at < part.bytes; at += piece) {
			size_t n = part.bytes - at < piece ? part.bytes - at : piece;
			connector->take(state, (struct span){ part.data + at, n }, &when, &findings);
			look(&findings, copy);
			if (piece > part.bytes)
				break;
		}
		if (what & 16)
			connector->line(state, what & 32, when.now_ms, &findings);
		if (what & 64)
			connector->pass(state, when.now_ms, &findings);
		look(&findings, copy);
	}
	connector->close(&state);
	yaml_close(&yaml);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static struct copy whole, pieces;
	struct span input = { data, bytes };
	unsigned kind = fuzz_byte(&input) % (sizeof kinds / sizeof kinds[0]);
	if (bytes > 8192)
		return 0;
	(void)connector_guess(input, "f");
	hear(kind, input, SIZE_MAX, &whole);
	hear(kind, input, 1, &pieces);
	fuzz_holds(whole.n == pieces.n && memcmp(whole.bytes, pieces.bytes, whole.n) == 0);
	return 0;
}
