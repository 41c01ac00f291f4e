/*
 * CODECO documents, and EDIFACT below them: each event passes the checks of the wire, each remark is a text, and the same document
 * says the same again.
 *
 * reads: services/terminal/connectors/codeco services/terminal/connectors/edifact services/terminal/connectors/container
 *     services/terminal/connectors/iso6346
 */
#include "connector.h"
#include "fuzz.h"

enum { ARENA_BYTES = 4 << 20 };

static void
look(const struct findings *findings)
{
	for (size_t i = 0; i < findings->n; i++) {
		const struct finding *finding = &findings->list[i];
		struct reason why = { "" };
		fuzz_holds(finding->message == 0);
		if (finding->event == NULL) {
			fuzz_holds(finding->text[0] != '\0' && wire_text_clean(finding->text, strlen(finding->text)));
			continue;
		}
		fuzz_holds(finding->event->what_case == JUYAN__V1__EVENT__WHAT_UNIT_ARRIVED ||
		    finding->event->what_case == JUYAN__V1__EVENT__WHAT_UNIT_DEPARTED);
		finding->event->port = (char *)(uintptr_t) "ceke";
		if (finding->event->batch_no[0] == '\0')
			finding->event->batch_no = (char *)(uintptr_t) "B1";
		if (wire_event_check(finding->event, &why) != STATUS_OK)
			fuzz_says(why.text);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static const struct place place = { "yard", "ceke", 480, NULL };
	static const struct moment_of when = { INT64_C(1738281900000), "f.edi" };
	static struct yaml *yaml;
	static void *state;
	struct reason why = { "" };
	size_t n[2];
	if (bytes > 64 * 1024)
		return 0;
	if (state == NULL) {
		fuzz_holds(yaml_open_text("f", "batch_rff: BN", 13, &yaml, &why) == STATUS_OK);
		fuzz_holds(codeco_connector.open(yaml_root(yaml), &place, &state, &why) == STATUS_OK);
	}
	for (unsigned i = 0; i < 2; i++) {
		struct findings findings;
		findings_open(&findings, fuzz_arena(i, ARENA_BYTES));
		codeco_connector.take(state, (struct span){ data, bytes }, &when, &findings);
		fuzz_holds(!findings_full(&findings));
		look(&findings);
		n[i] = findings.n;
	}
	fuzz_holds(n[0] == n[1]);
	return 0;
}
