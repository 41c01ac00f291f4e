/*
 * The customs gate: GATHER_INFO (a vehicle in a lane) becomes an arrival or a departure, and a weighing; COMMAND_INFO (what the
 * platform answers) becomes a remark, or, where the settings say so, what customs decided. Nothing here answers a gate.
 *
 * A state hears both sides of one connection: when->name is "" for the gate's bytes and "answer" for the platform's. Each side has
 * a reader of its own. The last vehicles are remembered by the key of their message, so that an answer finds the one that it
 * is of.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "container.h"
#include "driver.h"
#include "gate_sight.h"

enum { SCRATCH_BYTES = 64 * 1024, SCRATCH_A_BYTE = 32, REMEMBERED = 256, CONTAINERS_LOOKED_AT = CONTAINERS_MAX };
enum side { OF_GATE, OF_PLATFORM, SIDES };

struct vehicle {
	char pair[SHORT_TEXT_BYTES_MAX + 1];
	char unit_id[UNIT_ID_BYTES_MAX + 1];
	char batch_no[BATCH_NO_BYTES_MAX + 1];
};

struct gate {
	struct gate_settings settings;
	const struct place *place;
	struct gate_reader *readers[SIDES];
	struct vehicle vehicles[REMEMBERED];
	size_t next_vehicle;
};

static void
gate_close(void **state)
{
	struct gate *gate = *state;
	if (gate == NULL)
		return;
	for (size_t i = 0; i < SIDES; i++)
		gate_reader_close(&gate->readers[i]);
	free(gate);
	*state = NULL;
}

static enum status
gate_open(const struct yaml_node *settings, const struct place *place, void **state, struct reason *why)
{
	void *half = calloc(1, sizeof(struct gate));
	struct gate *gate = half;
	if (gate == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "no memory for one more gate");
	gate->place = place;
	enum status status = gate_settings_read(settings, &gate->settings, why);
	if (status != STATUS_OK)
		goto done;
	for (size_t i = 0; status == STATUS_OK && i < SIDES; i++)
		status = gate_reader_open(&gate->readers[i]);
	if (status != STATUS_OK)
		reason_write(why, "no memory for one more gate");
done:
	if (status != STATUS_OK)
		gate_close(&half);
	else
		*state = gate;
	return status;
}

/* ---- what the gate saw ---- */

static void
remember(struct gate *gate, const struct gate_sight *sight)
{
	struct vehicle *vehicle = &gate->vehicles[gate->next_vehicle];
	if (sight->pair[0] == '\0' || sight->unit_id[0] == '\0')
		return;
	memcpy(vehicle->pair, sight->pair, sizeof vehicle->pair);
	memcpy(vehicle->unit_id, sight->unit_id, sizeof vehicle->unit_id);
	memcpy(vehicle->batch_no, sight->batch_no, sizeof vehicle->batch_no);
	gate->next_vehicle = (gate->next_vehicle + 1) % REMEMBERED;
}

/* The latest of this key; NULL: there is none any more. */
static const struct vehicle *
remembered(const struct gate *gate, const char *pair)
{
	for (size_t i = 1; pair[0] != '\0' && i <= REMEMBERED; i++) {
		const struct vehicle *vehicle = &gate->vehicles[(gate->next_vehicle + REMEMBERED - i) % REMEMBERED];
		if (strcmp(vehicle->pair, pair) == 0)
			return vehicle;
	}
	return NULL;
}

static void
add_passage(const struct gate_sight *sight, int64_t at_ms, struct findings *out)
{
	enum gate_sees sees = sight->lane->sees;
	Juyan__V1__Event *event;
	if (sees == GATE_SEES_DIRECTION && sight->way == 0)
		findings_remark(out, REMARK_lacks,
		    "channel %.64s: neither frame nor XML says I (in) or E (out): no arrival, no departure", sight->channel);
	else if (sees == GATE_SEES_ARRIVAL || (sees == GATE_SEES_DIRECTION && sight->way == 'I')) {
		event = gate_sight_event(sight, JUYAN__V1__EVENT__WHAT_UNIT_ARRIVED, GATE_ARRIVED, at_ms, out);
		if (event == NULL)
			return;
		gate_put(out, &event->unit_arrived->unit_id, sight->unit_id, UNIT_ID_BYTES_MAX);
		gate_put(out, &event->unit_arrived->lane, gate_sight_lane(sight), SHORT_TEXT_BYTES_MAX);
		driver_put(out, sight->place, gate_driver(sight->root), &event->unit_arrived->driver);
	} else if (sees != GATE_SEES_WEIGHING) {
		event = gate_sight_event(sight, JUYAN__V1__EVENT__WHAT_UNIT_DEPARTED, GATE_DEPARTED, at_ms, out);
		if (event == NULL)
			return;
		gate_put(out, &event->unit_departed->unit_id, sight->unit_id, UNIT_ID_BYTES_MAX);
		gate_put(out, &event->unit_departed->lane, gate_sight_lane(sight), SHORT_TEXT_BYTES_MAX);
		driver_put(out, sight->place, gate_driver(sight->root), &event->unit_departed->driver);
	}
}

/*
 * GROSS_WT is what stood on the gate's scale. VE_WT stands among what the vehicle's card holds: a tare that was registered some
 * day, by whomever. A weighing of the empty vehicle would be beaten by it, for the later weighing holds; so it makes none,
 * unless the settings say that at this port it is what a scale said.
 */
static void
add_weighing(const struct gate_sight *sight, int64_t at_ms, struct findings *out)
{
	int64_t gross_kg = 0, tare_kg = 0;
	bool weighed = sight->lane->weighs != GATE_WEIGHS_NOTHING && gate_sight_mass(sight, GATE_gross, &gross_kg, out);
	bool has_tare = sight->settings->tare_weighed && gate_sight_mass(sight, GATE_tare, &tare_kg, out);
	bool has_gross = weighed && sight->lane->weighs == GATE_WEIGHS_GROSS;
	if (weighed && !has_gross) {
		tare_kg = gross_kg;
		has_tare = true;
	}
	if (!has_gross && !has_tare)
		return;
	if (has_gross && has_tare && tare_kg > gross_kg)
		findings_remark(out, REMARK_differs, "channel %.40s: %.32s weighs %lld kg, and empty %lld kg", sight->channel,
		    sight->unit_id, (long long)gross_kg, (long long)tare_kg);
	Juyan__V1__Event *event = gate_sight_event(sight, JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED, GATE_WEIGHED, at_ms, out);
	if (event == NULL)
		return;
	Juyan__V1__UnitWeighed *said = event->unit_weighed;
	said->has_gross_kg = has_gross;
	said->gross_kg = has_gross ? gross_kg : 0;
	said->has_tare_kg = has_tare;
	said->tare_kg = has_tare ? tare_kg : 0;
	gate_put(out, &said->unit_id, sight->unit_id, UNIT_ID_BYTES_MAX);
	gate_put(out, &said->scale, sight->lane->scale[0] != '\0' ? sight->lane->scale : sight->place->source,
	    SHORT_TEXT_BYTES_MAX);
	gate_put(out, &said->lane, gate_sight_lane(sight), SHORT_TEXT_BYTES_MAX);
}

/* No event of a gate holds containers; a number that is misread is worth a remark all the same. */
static void
look_at_containers(const struct gate_sight *sight, struct findings *out)
{
	const char *text;
	for (size_t n = 0; n < CONTAINERS_LOOKED_AT; n++) {
		if ((text = gate_value(&sight->settings->places, sight->root, GATE_container, n))[0] == '\0')
			return;
		(void)container_number(out, text);
	}
}

static void
gathered(struct gate *gate, struct gate_sight *sight, struct findings *out)
{
	gate_sight_unit(sight, out);
	gate_sight_batch(sight, out);
	look_at_containers(sight, out);
	if (sight->pair[0] == '\0')
		findings_remark(out, REMARK_lacks,
		    "channel %.64s: neither SEQ_NO nor SESSION_ID: a repetition cannot be told apart", sight->channel);
	int64_t at_ms = gate_sight_time(sight, out);
	if (sight->unit_id[0] == '\0')
		findings_remark(out, REMARK_lacks, "channel %.40s, %.40s: no plate, neither of a card nor of the camera",
		    sight->channel, sight->number[0] != '\0' ? sight->number : sight->session);
	else
		add_passage(sight, at_ms, out);
	add_weighing(sight, at_ms, out);
	remember(gate, sight);
}

/* ---- what the platform answered ---- */

enum verdict { NO_VERDICT, RELEASE, STOP_IT };

static enum verdict
verdict_of(const char *text)
{
	enum { FLAGS = 20 };
	if (strcmp(text, "Y") == 0 || strcmp(text, "y") == 0)
		return RELEASE;
	if (strcmp(text, "N") == 0 || strcmp(text, "n") == 0)
		return STOP_IT;
	if (strlen(text) != FLAGS || strspn(text, "01") != FLAGS)
		return NO_VERDICT;
	size_t ones = strspn(text, "1");
	if (ones + strspn(text + ones, "0") != FLAGS || (ones != 0 && ones != 2)) /* other flags: who knows what they are */
		return NO_VERDICT;
	return ones == 0 ? RELEASE : STOP_IT;
}

static void
remark_answer(const struct gate_sight *sight, enum verdict verdict, const char *but, struct findings *out)
{
	const char *result = gate_sight_value(sight, GATE_result), *hint = gate_sight_value(sight, GATE_hint);
	findings_remark(out, REMARK_answer, "channel %.32s, %.32s, %.32s: %s ('%.24s')%s%.48s%s", sight->channel,
	    sight->number[0] != '\0' ? sight->number : sight->session, sight->unit_id[0] != '\0' ? sight->unit_id : "no plate",
	    verdict == RELEASE       ? "release"
		: verdict == STOP_IT ? "stop"
				     : "neither release nor stop",
	    result, hint[0] != '\0' ? ", " : "", hint, but);
}

static void
add_inspected(const struct gate_sight *sight, enum verdict verdict, struct findings *out)
{
	bool passed = verdict == RELEASE;
	Juyan__V1__Event *event =
	    gate_sight_event(sight, JUYAN__V1__EVENT__WHAT_INSPECTED, passed ? GATE_PASSED : GATE_HELD, sight->now_ms, out);
	if (event == NULL)
		return;
	event->inspected->by = JUYAN__V1__AUTHORITY__CUSTOMS;
	event->inspected->outcome = passed ? JUYAN__V1__OUTCOME__PASSED : JUYAN__V1__OUTCOME__HELD;
	gate_put(out, &event->inspected->unit_id, sight->unit_id, UNIT_ID_BYTES_MAX);
	if (!passed)
		gate_put(out, &event->inspected->held, gate_sight_value(sight, GATE_hint), TEXT_BYTES_MAX);
}

static void
add_released(const struct gate_sight *sight, struct findings *out)
{
	Juyan__V1__Event *event = gate_sight_event(sight, JUYAN__V1__EVENT__WHAT_RELEASED, GATE_RELEASED, sight->now_ms, out);
	if (event == NULL)
		return;
	gate_put(out, &event->released->document_no, gate_sight_value(sight, GATE_form), SHORT_TEXT_BYTES_MAX);
	if (sight->unit_id[0] != '\0')
		findings_last(out)->unit_id = findings_text(out, sight->unit_id, UNIT_ID_BYTES_MAX);
}

/* The answer has the number of its question, and seldom the plate. Its own time it does not say. */
static void
answered(struct gate *gate, struct gate_sight *sight, struct findings *out)
{
	const struct vehicle *vehicle = remembered(gate, sight->pair);
	enum verdict verdict = verdict_of(gate_sight_value(sight, GATE_result));
	enum gate_answers wanted = gate->settings.answers;
	gate_sight_batch(sight, out);
	if (vehicle != NULL)
		memcpy(sight->unit_id, vehicle->unit_id, sizeof sight->unit_id);
	else
		gate_sight_unit(sight, out);
	if (vehicle != NULL && vehicle->batch_no[0] != '\0')
		memcpy(sight->batch_no, vehicle->batch_no, sizeof sight->batch_no);
	if (gate_sight_value(sight, GATE_result)[0] == '\0')
		findings_remark(out, REMARK_lacks, "channel %.40s: an answer without CHECK_RESULT or EXCUTE_COMMAND",
		    sight->channel);
	else if (wanted == GATE_ANSWERS_NONE || verdict == NO_VERDICT)
		remark_answer(sight, verdict, "", out);
	else if (sight->unit_id[0] == '\0' && sight->batch_no[0] == '\0')
		remark_answer(sight, verdict, ": of no vehicle that was seen here", out);
	else if (verdict == RELEASE && wanted == GATE_ANSWERS_RELEASED)
		add_released(sight, out);
	else
		add_inspected(sight, verdict, out);
}

/* ---- messages ---- */

static bool
is_gather(uint8_t type)
{
	return type == 0x21 || type == 0x81;
}

static bool
is_command(uint8_t type)
{
	return type == 0x31 || type == 0x32 || type == 0x82;
}

/* Some programs count the NUL behind their text, or a line's end, among its bytes. */
static struct span
without_tail(struct span xml)
{
	while (xml.bytes > 0 && (xml.data[xml.bytes - 1] == '\0' || xml.data[xml.bytes - 1] == '\n'))
		xml.bytes--;
	return xml;
}

/* The XML of one message is read, and its events made, while `scratch` holds its tree. */
static void
read_message(struct gate *gate, const struct gate_frame *frame, int64_t now_ms, struct arena *scratch, struct findings *out)
{
	const struct xml_node *root;
	struct reason why = { "" };
	struct gate_sight sight;
	if (xml_read(without_tail(frame->xml), scratch, &root, &why) != STATUS_OK) {
		findings_remark(out, REMARK_unreadable, "%s; expected GATHER_INFO or COMMAND_INFO as XML", why.text);
		return;
	}
	bool gather = strcmp(root->name, "GATHER_INFO") == 0;
	if (!gather && strcmp(root->name, "COMMAND_INFO") != 0) {
		findings_remark(out, REMARK_strange, "an element %.64s, expected GATHER_INFO or COMMAND_INFO", root->name);
		return;
	}
	if (!frame->bare && gather != is_gather(frame->type))
		findings_remark(out, REMARK_differs, "a frame of type 0x%02X holds %s, which is what is read", frame->type,
		    root->name);
	gate_sight_of(&gate->settings, gate->place, frame, root, now_ms, &sight, out);
	if (gather)
		gathered(gate, &sight, out);
	else
		answered(gate, &sight, out);
}

/* A tree takes some times the room of its text; one that takes more is unreadable. */
static void
hear_message(struct gate *gate, const struct gate_frame *frame, int64_t now_ms, struct findings *out)
{
	struct arena scratch;
	findings_message(out, frame->raw);
	if (!frame->bare && !is_gather(frame->type) && !is_command(frame->type))
		findings_remark(out, REMARK_strange, "a frame of type 0x%02X, expected 0x21 (gathered), 0x31 or 0x32 (a command)",
		    frame->type);
	else if (arena_open(&scratch, SCRATCH_BYTES + SCRATCH_A_BYTE * frame->xml.bytes) != STATUS_OK)
		findings_remark(out, REMARK_unreadable, "no memory to read %zu bytes of XML", frame->xml.bytes);
	else {
		read_message(gate, frame, now_ms, &scratch, out);
		arena_close(&scratch);
	}
}

static void
hear_skipped(const struct gate_skipped *skipped, struct findings *out)
{
	enum { SHOWN = 16 };
	char hex[3 * SHOWN + 1] = "";
	for (size_t i = 0; i < skipped->first.bytes && i < SHOWN; i++)
		snprintf(hex + 3 * i, sizeof hex - 3 * i, " %02X", skipped->first.data[i]);
	findings_message(out, skipped->first);
	findings_remark(out, REMARK_broken_frame,
	    "%llu bytes skipped, beginning with%s; expected E2 5C 4B 89, the lengths of frame and XML, and FF FF at the end",
	    (unsigned long long)skipped->bytes, hex);
}

static void
hear(struct gate *gate, enum side side, int64_t now_ms, struct findings *out)
{
	struct gate_frame frame;
	struct gate_skipped skipped;
	enum gate_step step;
	while ((step = gate_reader_next(gate->readers[side], &frame, &skipped)) != GATE_MORE) {
		if (step == GATE_MESSAGE)
			hear_message(gate, &frame, now_ms, out);
		else
			hear_skipped(&skipped, out);
	}
}

static void
gate_take(void *state, struct span bytes, const struct moment_of *when, struct findings *out)
{
	struct gate *gate = state;
	enum side side = strcmp(when->name, "answer") == 0 ? OF_PLATFORM : OF_GATE;
	while (bytes.bytes > 0) {
		size_t taken = gate_reader_feed(gate->readers[side], bytes, when->now_ms);
		bytes = (struct span){ bytes.data + taken, bytes.bytes - taken };
		hear(gate, side, when->now_ms, out);
	}
}

static void
gate_pass(void *state, int64_t now_ms, struct findings *out)
{
	struct gate *gate = state;
	for (size_t side = 0; side < SIDES; side++) {
		gate_reader_pass(gate->readers[side], now_ms);
		hear(gate, (enum side)side, now_ms, out);
	}
}

static void
gate_line(void *state, bool connected, int64_t now_ms, struct findings *out)
{
	struct gate *gate = state;
	(void)connected;
	for (size_t side = 0; side < SIDES; side++) {
		gate_reader_end(gate->readers[side]);
		hear(gate, (enum side)side, now_ms, out);
	}
}

bool
gate_guess(struct span bytes, const char *file_name)
{
	(void)file_name;
	return gate_frame_begins(bytes);
}

const struct connector gate_connector = {
	.name = "gate",
	.about = "a customs gate: GATHER_INFO and COMMAND_INFO, in frames over TCP or as bare XML",
	.feed = FEED_STREAM,
	.settings = gate_setting_list,
	.open = gate_open,
	.take = gate_take,
	.pass = gate_pass,
	.line = gate_line,
	.close = gate_close,
};
