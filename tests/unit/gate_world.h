/*
 * A gate for tests: frames put on a wire, and what the connector finds in them as text, a line for each finding. All names, plates
 * and numbers are invented. For one test program, in one thread.
 */
#ifndef JUYAN_TESTS_GATE_WORLD_H
#define JUYAN_TESTS_GATE_WORLD_H

#include "check.h"

#include <stdio.h>
#include <string.h>

#include "any.h"
#include "connector.h"
#include "gate_frame.h"

enum { ARENA_BYTES = 32 * 1024 * 1024, TEXT_BYTES = 512 * 1024 };

/* 2025-03-01 12:00 at UTC+8. */
static const int64_t noon_ms = INT64_C(1740801600000);
static struct place place = { "gate-1", "ceke", 480, NULL };

static struct arena arena;
static struct findings findings;
static char told[2][TEXT_BYTES];

/* ---- a gate of the test's own ---- */

static uint8_t wire[TEXT_BYTES];
static size_t wire_bytes;

static inline void
put(const void *bytes, size_t n)
{
	assert_true(wire_bytes + n <= sizeof wire);
	memcpy(wire + wire_bytes, bytes, n);
	wire_bytes += n;
}

static inline void
put_number(size_t number)
{
	put((const uint8_t[]){ (uint8_t)number, (uint8_t)(number >> 8), (uint8_t)(number >> 16), (uint8_t)(number >> 24) }, 4);
}

static inline void
put_frame(uint8_t type, char way, const char *xml)
{
	put("\xE2\x5C\x4B\x89", 4);
	put_number(strlen(xml) + GATE_FRAME_BYTES_MIN);
	put(&type, 1);
	put("07010001\0\0"
	    "0000000007",
	    20);
	put(&way, 1);
	put("\0\0\0\0", 4);
	put_number(strlen(xml));
	put(xml, strlen(xml));
	put("\xFF\xFF", 2);
}

#define HEAD "<GATHER_INFO AREA_ID=\"0000000701\" CHNL_NO=\"0000000003\" I_E_TYPE=\"I\" SEQ_NO=\"20250301115958000001\">"
#define CAR "<CAR><VE_NAME>\xE8\x92\x99L12345</VE_NAME><VE_WT>31000</VE_WT></CAR>" /* 蒙 */
#define WEIGHT(kg) "<WEIGHT><GROSS_WT>" kg "</GROSS_WT></WEIGHT>"
#define TAIL "</GATHER_INFO>"
#define ANSWER(inner) \
	"<COMMAND_INFO AREA_ID=\"0000000701\" CHNL_NO=\"0000000003\" I_E_TYPE=\"I\" SEQ_NO=\"20250301115958000001\">" inner \
	"</COMMAND_INFO>"

/* Dialect B. */
#define B_HEAD \
	"<GATHER_INFO><I_E_FLAG>I</I_E_FLAG><AREA_ID>701</AREA_ID><CHNL_NO>CNEJN070001WI01</CHNL_NO><SESSION_ID>s-1</SESSION_ID>"
#define B_SEEN \
	"<VE_LICENSE_RECOGNITION><DOMESTIC_LICENSE_NO>\xE8\x92\x99L99999</DOMESTIC_LICENSE_NO>" \
	"<FOREIGN_LICENSE_NO>1234 \xD0\xA3\xD0\x9D\xD0\x90</FOREIGN_LICENSE_NO></VE_LICENSE_RECOGNITION>"

/* ---- the connector, and what it finds as text: a line for each finding ---- */

static inline void *
open_gate(const char *settings)
{
	void *state = NULL;
	struct yaml *yaml = NULL;
	struct reason why = { "" };
	assert_int_equal(yaml_open_text("f", settings, strlen(settings), &yaml, &why), STATUS_OK);
	if (gate_connector.open(yaml_root(yaml), &place, &state, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	yaml_close(&yaml);
	return state;
}

static inline size_t
say_kg(char *text, size_t room, const char *name, bool known, int64_t kg)
{
	return known ? (size_t)snprintf(text, room, " %s=%lld", name, (long long)kg) : 0;
}

static inline size_t
tell_event(const struct finding *finding, char *text, size_t room)
{
	const Juyan__V1__Event *event = finding->event;
	size_t n = (size_t)snprintf(text, room, "%s", wire_event_kind(event));
	if (event->what_case == JUYAN__V1__EVENT__WHAT_UNIT_ARRIVED)
		n += (size_t)snprintf(text + n, room - n, " %s %s", event->unit_arrived->unit_id, event->unit_arrived->lane);
	else if (event->what_case == JUYAN__V1__EVENT__WHAT_UNIT_DEPARTED)
		n += (size_t)snprintf(text + n, room - n, " %s %s", event->unit_departed->unit_id, event->unit_departed->lane);
	else if (event->what_case == JUYAN__V1__EVENT__WHAT_INSPECTED)
		n += (size_t)snprintf(text + n, room - n, " %s %d %d '%s'", event->inspected->unit_id, (int)event->inspected->by,
		    (int)event->inspected->outcome, event->inspected->held);
	else if (event->what_case == JUYAN__V1__EVENT__WHAT_RELEASED)
		n += (size_t)snprintf(text + n, room - n, " of %s '%s'", finding->unit_id != NULL ? finding->unit_id : "nobody",
		    event->released->document_no);
	else {
		const Juyan__V1__UnitWeighed *said = event->unit_weighed;
		n += (size_t)snprintf(text + n, room - n, " %s %s %s", said->unit_id, said->lane, said->scale);
		n += say_kg(text + n, room - n, "gross", said->has_gross_kg, said->gross_kg);
		n += say_kg(text + n, room - n, "tare", said->has_tare_kg, said->tare_kg);
	}
	n += (size_t)snprintf(text + n, room - n, " batch=%s key=%s at=%lld", event->batch_no, event->source_key,
	    (long long)(event->occurred_at_ms - noon_ms));
	return n;
}

/* Every event is one that the centre would take, but for the batch number and the unit that the book adds. */
static inline void
expect_right(const Juyan__V1__Event *event)
{
	static char some_batch[] = "B", some_unit[] = "U";
	struct reason why = { "" };
	Juyan__V1__Event copy = *event;
	Juyan__V1__UnitWeighed weighed;
	if (copy.batch_no[0] == '\0')
		copy.batch_no = some_batch;
	if (copy.what_case == JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED && copy.unit_weighed->unit_id[0] == '\0') {
		weighed = *copy.unit_weighed;
		weighed.unit_id = some_unit;
		copy.unit_weighed = &weighed;
	}
	if (wire_event_check(&copy, &why) != STATUS_OK)
		fail_msg("%s", why.text);
	assert_string_equal(event->port, "ceke");
}

static inline const char *
tell(int into)
{
	char *text = told[into];
	size_t n = 0;
	text[0] = '\0';
	assert_false(findings_full(&findings));
	for (size_t i = 0; i < findings.n; i++) {
		const struct finding *finding = &findings.list[i];
		assert_true(finding->message < findings.n_messages && n < TEXT_BYTES - 2048);
		if (finding->event != NULL) {
			expect_right(finding->event);
			n += tell_event(finding, text + n, TEXT_BYTES - n);
		} else
			n += (size_t)snprintf(text + n, TEXT_BYTES - n, "%s: %s", remark_name(finding->remark), finding->text);
		n += (size_t)snprintf(text + n, TEXT_BYTES - n, "\n");
	}
	return text;
}

static inline void
take_wire(void *state, const char *name)
{
	struct moment_of when = { noon_ms, name };
	gate_connector.take(state, (struct span){ wire, wire_bytes }, &when, &findings);
	wire_bytes = 0;
}

/* Expects these lines of what lies on the wire, told to a gate of these settings. */
static inline void
expect(const char *settings, const char *lines)
{
	void *state = open_gate(settings);
	take_wire(state, "");
	gate_connector.line(state, false, noon_ms, &findings);
	assert_string_equal(tell(0), lines);
	gate_connector.close(&state);
	assert_null(state);
	findings_clear(&findings);
}

static inline int
begin(void **state)
{
	(void)state;
	wire_bytes = 0;
	findings_open(&findings, &arena);
	findings_clear(&findings);
	return 0;
}

#define KEY "0000000701/0000000003/20250301115958000001/"
#define ARRIVED "unit_arrived \xE8\x92\x99L12345 0000000003 batch= key=" KEY "a at=-2000\n"
#define WEIGHED "unit_weighed \xE8\x92\x99L12345 0000000003 gate-1 gross=146800 batch= key=" KEY "w at=-2000\n"

static inline int
begin_all(void **state)
{
	(void)state;
	return arena_open(&arena, ARENA_BYTES) == STATUS_OK ? 0 : -1;
}

static inline int
end_all(void **state)
{
	(void)state;
	arena_close(&arena);
	return 0;
}

#endif
