/*
 * CODECO (EDIFACT, D.95B and later): a container yard says which containers came in at its gate (BGM 34) or went out (36), and with
 * which vehicle. The vehicle is the unit: its plate stands in TDT, of the inland stage by road, before the equipment or behind it.
 * A movement without a plate is a remark: a container is no unit.
 *
 * No mass is taken. What MEA says is declared (G), or, where it is verified (VGM), of the container alone: a weighing's gross is
 * the vehicle with all that it carries.
 *
 * A message whose count of segments (UNT) is wrong was cut or changed: nothing of it counts. Other counts that are wrong (CNT, UNZ)
 * are remarks. A cancellation is a remark, too: what happened cannot be taken back by an event.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connector.h"
#include "container.h"
#include "edifact.h"
#include "encoding.h"
#include "moment.h"

enum { QUALIFIER_BYTES_MAX = 3, EQUIPMENT_MAX = 999 };

struct codeco {
	int32_t offset_minutes;
	char batch_rff[QUALIFIER_BYTES_MAX + 1], encoding[SHORT_TEXT_BYTES_MAX + 1];
};

/* What is known of a movement; of all of a message's where it stands before the first EQD. */
struct movement {
	struct movement *next;
	const char *container, *plate, *batch_no;
	int64_t at_ms;
	int at_rank; /* how well the time says when it happened; 0: nobody said it */
};

/* One document, and in it the message under way. */
struct reading {
	const struct codeco *codeco;
	const struct moment_of *when;
	struct findings *out;
	size_t messages, groups;
	bool begun, ended; /* UNB, UNZ */
	const char *interchange;

	bool open, ours;                        /* between UNH and UNT; a CODECO */
	size_t first;                           /* the segment that was UNH */
	const char *number;                     /* UNH's … */
	const char *document, *kind, *function; /* … and BGM's */
	struct movement all, *list, *last;
	size_t containers, equipment;
	int64_t counted; /* by CNT; -1: not */
};

/* ---- segments of a message ---- */

static const char *
copy(struct reading *reading, const char *text, size_t bytes_max)
{
	const char *copied = findings_text(reading->out, text, bytes_max);
	return copied != NULL ? copied : "";
}

/* A plate, or a batch's number, that is cut would be another one's: "" with a remark. */
static const char *
whole(struct reading *reading, const char *text, size_t bytes_max, const char *what)
{
	if (strlen(text) <= bytes_max)
		return copy(reading, text, bytes_max);
	findings_remark(reading->out, REMARK_implausible, "message %s: the %s %.80s has more than %zu bytes: not taken",
	    reading->number, what, text, bytes_max);
	return "";
}

static struct movement *
current(struct reading *reading)
{
	return reading->last != NULL ? reading->last : &reading->all;
}

static void
take_bgm(struct reading *reading, const struct edifact_segment *segment)
{
	reading->kind = copy(reading, edifact_text(segment, 1, 0), QUALIFIER_BYTES_MAX);
	reading->document = copy(reading, edifact_text(segment, 2, 0), 35);
	reading->function = copy(reading, edifact_text(segment, 3, 0), QUALIFIER_BYTES_MAX);
}

static void
take_eqd(struct reading *reading, const struct edifact_segment *segment)
{
	struct movement *movement = findings_take(reading->out, sizeof *movement);
	bool container = strcmp(edifact_text(segment, 1, 0), "CN") == 0;
	reading->containers += container;
	if (movement == NULL || ++reading->equipment > EQUIPMENT_MAX)
		return;
	movement->plate = movement->batch_no = "";
	movement->container = container ? container_number(reading->out, edifact_text(segment, 2, 0)) : "";
	if (movement->container == NULL)
		movement->container = "";
	if (reading->last != NULL)
		reading->last->next = movement;
	else
		reading->list = movement;
	reading->last = movement;
}

/* The inland stage (1), or what comes before or after the main one (10, 30), by road (3) or without a word on it. */
static void
take_tdt(struct reading *reading, const struct edifact_segment *segment)
{
	const char *stage = edifact_text(segment, 1, 0), *mode = edifact_text(segment, 3, 0), *plate = "";
	if ((strcmp(stage, "1") != 0 && strcmp(stage, "10") != 0 && strcmp(stage, "30") != 0) ||
	    (mode[0] != '\0' && strcmp(mode, "3") != 0))
		return;
	/*
	 * The means of transport is the eighth element, its name the fourth component; some leave an element out, or use its
	 * code.
	 */
	for (size_t element = 8; element >= 7 && plate[0] == '\0'; element--)
		for (size_t component = 4; component-- > 0 && plate[0] == '\0';)
			if (component == 0 || component == 3)
				plate = edifact_text(segment, element, component);
	if (plate[0] != '\0')
		current(reading)->plate = whole(reading, plate, UNIT_ID_BYTES_MAX, "plate");
}

static void
take_rff(struct reading *reading, const struct edifact_segment *segment)
{
	const char *number = edifact_text(segment, 1, 1);
	if (reading->codeco->batch_rff[0] != '\0' && strcmp(edifact_text(segment, 1, 0), reading->codeco->batch_rff) == 0 &&
	    number[0] != '\0')
		current(reading)->batch_no = whole(reading, number, BATCH_NO_BYTES_MAX, "batch number");
}

/*
 * How well a time says when the gate was passed: 7 effective, 178 arrival, 186 departure, 200 pick-up, 203 execution; 137 of
 * the message.
 */
static int
rank_of(const char *qualifier)
{
	static const char *const exact[] = { "7", "178", "186", "200", "203" };
	for (size_t i = 0; i < sizeof exact / sizeof exact[0]; i++)
		if (strcmp(qualifier, exact[i]) == 0)
			return 2;
	return strcmp(qualifier, "137") == 0 ? 1 : 0;
}

static const char *
picture_of(const char *format)
{
	static const struct {
		const char *format, *picture;
	} pictures[] = { { "203", "YYYYMMDDhhmm" }, { "204", "YYYYMMDDhhmmss" }, { "201", "YYMMDDhhmm" },
		{ "202", "YYMMDDhhmmss" } };
	for (size_t i = 0; i < sizeof pictures / sizeof pictures[0]; i++)
		if (strcmp(format, pictures[i].format) == 0)
			return pictures[i].picture;
	return NULL;
}

static void
take_dtm(struct reading *reading, const struct edifact_segment *segment)
{
	char text[32];
	struct reason why;
	int rank = rank_of(edifact_text(segment, 1, 0));
	const char *time = edifact_text(segment, 1, 1), *picture = picture_of(edifact_text(segment, 1, 2));
	struct movement *movement = current(reading);
	if (rank == 0 || rank < movement->at_rank)
		return;
	if (picture == NULL || strlen(time) > 14) {
		findings_remark(reading->out, REMARK_lacks,
		    "message %s: DTM %s in the format %s: expected a time of day, in 203 or 204", reading->number, time,
		    edifact_text(segment, 1, 2));
		return;
	}
	bool century = strncmp(picture, "YYYY", 4) == 0;
	int n = snprintf(text, sizeof text, "%s%s", century ? "" : "20", time);
	const char *form = strcmp(picture + (century ? 4 : 2), "MMDDhhmm") == 0 ? "YYYYMMDDhhmm" : "YYYYMMDDhhmmss";
	if (moment_parse((struct span){ (const uint8_t *)text, (size_t)n }, form, &reading->codeco->offset_minutes,
		&movement->at_ms, &why) == STATUS_OK)
		movement->at_rank = rank;
	else
		findings_remark(reading->out, REMARK_lacks, "message %s: DTM %s: expected %s", reading->number, time, why.text);
}

static int64_t
whole_number(const char *text)
{
	size_t digits = strspn(text, "0123456789");
	return digits == 0 || digits > 9 || text[digits] != '\0' ? -1 : strtoll(text, NULL, 10);
}

static void
take_segment(struct reading *reading, const struct edifact_segment *segment)
{
	static const struct {
		const char *tag;
		void (*take)(struct reading *reading, const struct edifact_segment *segment);
	} known[] = { { "BGM", take_bgm }, { "EQD", take_eqd }, { "TDT", take_tdt }, { "RFF", take_rff }, { "DTM", take_dtm } };
	if (!reading->ours)
		return;
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (edifact_is(segment, known[i].tag))
			known[i].take(reading, segment);
	if (edifact_is(segment, "CNT") && strcmp(edifact_text(segment, 1, 0), "16") == 0)
		reading->counted = whole_number(edifact_text(segment, 1, 1));
}

/* ---- a message's end: what it means ---- */

/* The one plate that the message names, for equipment beside which none stands; "" where it names none, or several. */
static const char *
only_plate(const struct reading *reading)
{
	const char *only = reading->all.plate;
	for (const struct movement *m = reading->list; m != NULL; m = m->next) {
		if (m->plate[0] != '\0' && only[0] != '\0' && strcmp(m->plate, only) != 0)
			return "";
		if (m->plate[0] != '\0')
			only = m->plate;
	}
	return only;
}

/* Each vehicle passes the gate once, however many containers it carries. */
static bool
said_before(const struct reading *reading, const struct movement *movement)
{
	for (const struct movement *m = reading->list; m != NULL && m != movement; m = m->next)
		if (strcmp(m->plate, movement->plate) == 0 && strcmp(m->batch_no, movement->batch_no) == 0 &&
		    m->at_ms == movement->at_ms)
			return true;
	return false;
}

static void
tell(struct reading *reading, const struct movement *movement, bool in)
{
	char key[SHORT_TEXT_BYTES_MAX + 1];
	Juyan__V1__Event *event =
	    findings_event(reading->out, in ? JUYAN__V1__EVENT__WHAT_UNIT_ARRIVED : JUYAN__V1__EVENT__WHAT_UNIT_DEPARTED);
	if (event == NULL)
		return;
	event->occurred_at_ms = movement->at_ms;
	event->batch_no = (char *)(uintptr_t)movement->batch_no;
	/* The document's own number is the same when it is sent again; the interchange's is only where that is missing. */
	if (reading->document[0] != '\0')
		snprintf(key, sizeof key, "%s", reading->document);
	else
		snprintf(key, sizeof key, "%s/%s", reading->interchange, reading->number);
	if (movement->at_rank > 0)
		snprintf(key + strlen(key), sizeof key - strlen(key), "@%" PRId64, movement->at_ms / 1000);
	event->source_key = findings_text(reading->out, key, SHORT_TEXT_BYTES_MAX);
	if (in)
		event->unit_arrived->unit_id = (char *)(uintptr_t)movement->plate;
	else
		event->unit_departed->unit_id = (char *)(uintptr_t)movement->plate;
}

/* What stands before the equipment holds for all of it. */
static void
complete(const struct reading *reading, struct movement *movement, const char *plate)
{
	if (movement->plate[0] == '\0')
		movement->plate = plate;
	if (movement->batch_no[0] == '\0')
		movement->batch_no = reading->all.batch_no;
	if (movement->at_rank < reading->all.at_rank) {
		movement->at_rank = reading->all.at_rank;
		movement->at_ms = reading->all.at_ms;
	}
	if (movement->at_rank == 0)
		movement->at_ms = reading->when->now_ms;
}

static void
tell_all(struct reading *reading, bool in)
{
	const char *plate = only_plate(reading);
	if (reading->list == NULL && plate[0] != '\0')
		reading->list = &reading->all; /* a vehicle without equipment */
	if (reading->list == NULL)
		findings_remark(reading->out, REMARK_lacks, "message %s: neither a vehicle (TDT) nor a container (EQD)",
		    reading->number);
	for (struct movement *m = reading->list; m != NULL; m = m->next) {
		complete(reading, m, plate);
		if (m->plate[0] == '\0')
			findings_remark(reading->out, REMARK_lacks,
			    "message %s: container %s: expected its vehicle's plate in a TDT by road", reading->number,
			    m->container);
		else if (!said_before(reading, m))
			tell(reading, m, in);
	}
}

static void
end_message(struct reading *reading, const struct edifact_segment *segment, size_t segments)
{
	struct findings *out = reading->out;
	size_t counted = segments - reading->first + 1;
	bool whole = whole_number(edifact_text(segment, 1, 0)) == (int64_t)counted &&
	    strcmp(edifact_text(segment, 2, 0), reading->number) == 0;
	reading->open = false;
	if (!reading->ours)
		return;
	if (!whole)
		findings_remark(out, REMARK_differs,
		    "message %s: UNT says %s segments of message %s, and there are %zu: nothing of it counts", reading->number,
		    edifact_text(segment, 1, 0), edifact_text(segment, 2, 0), counted);
	else if (strcmp(reading->function, "1") == 0 || strcmp(reading->function, "3") == 0)
		findings_remark(out, REMARK_strange, "message %s: it cancels document %s: expected to be done by a person",
		    reading->number, reading->document);
	else if (reading->equipment > EQUIPMENT_MAX)
		findings_remark(out, REMARK_strange, "message %s: %zu containers, expected at most %d: nothing of it counts",
		    reading->number, reading->equipment, EQUIPMENT_MAX);
	else if (strcmp(reading->kind, "34") != 0 && strcmp(reading->kind, "36") != 0)
		findings_remark(out, REMARK_strange, "message %s: BGM %s: expected 34 (in) or 36 (out)", reading->number,
		    reading->kind);
	else {
		if (reading->counted >= 0 && reading->counted != (int64_t)reading->containers &&
		    reading->counted != (int64_t)reading->equipment)
			findings_remark(out, REMARK_differs, "message %s: CNT says %" PRId64 " containers, and there are %zu",
			    reading->number, reading->counted, reading->containers);
		tell_all(reading, strcmp(reading->kind, "34") == 0);
	}
}

/* ---- the interchange ---- */

static void
begin_message(struct reading *reading, const struct edifact_segment *segment, size_t segments)
{
	if (reading->open)
		findings_remark(reading->out, REMARK_lacks, "message %s: expected UNT at its end: nothing of it counts",
		    reading->number);
	reading->messages++;
	reading->open = true;
	reading->first = segments;
	reading->number = copy(reading, edifact_text(segment, 1, 0), 35);
	reading->document = reading->kind = reading->function = "";
	reading->all = (struct movement){ .container = "", .plate = "", .batch_no = "" };
	reading->list = reading->last = NULL;
	reading->containers = reading->equipment = 0;
	reading->counted = -1;
	reading->ours = strcmp(edifact_text(segment, 2, 0), "CODECO") == 0;
	if (!reading->ours)
		findings_remark(reading->out, REMARK_strange, "message %s: %s: expected CODECO", reading->number,
		    edifact_text(segment, 2, 0));
}

static void
take_any(struct reading *reading, const struct edifact_segment *segment, size_t segments)
{
	if (edifact_is(segment, "UNB")) {
		reading->begun = true;
		reading->interchange = copy(reading, edifact_text(segment, 5, 0), 20);
	} else if (edifact_is(segment, "UNG"))
		reading->groups++;
	else if (edifact_is(segment, "UNH"))
		begin_message(reading, segment, segments);
	else if (edifact_is(segment, "UNT") && reading->open)
		end_message(reading, segment, segments);
	else if (edifact_is(segment, "UNZ")) {
		int64_t said = whole_number(edifact_text(segment, 1, 0));
		size_t counted = reading->groups > 0 ? reading->groups : reading->messages;
		reading->ended = true;
		if (said != (int64_t)counted || strcmp(edifact_text(segment, 2, 0), reading->interchange) != 0)
			findings_remark(reading->out, REMARK_differs,
			    "UNZ says %s messages of interchange %s, and there are %zu of %s", edifact_text(segment, 1, 0),
			    edifact_text(segment, 2, 0), counted, reading->interchange);
	} else if (reading->open)
		take_segment(reading, segment);
}

static void
take_document(struct reading *reading, struct span text)
{
	struct edifact edifact;
	struct edifact_segment segment;
	struct reason why = { "" };
	bool found = true;
	enum status s = edifact_open(text, &edifact, &why);
	while (s == STATUS_OK && found && (s = edifact_next(&edifact, &segment, &found, &why)) == STATUS_OK && found) {
		if (edifact.segments == 1 && !edifact_is(&segment, "UNB"))
			break;
		take_any(reading, &segment, edifact.segments);
	}
	if (s != STATUS_OK)
		findings_remark(reading->out, REMARK_unreadable, "%s", why.text);
	else if (!reading->begun)
		findings_remark(reading->out, REMARK_unreadable, "expected UNA or UNB at the beginning of an EDIFACT document");
	if (reading->open)
		findings_remark(reading->out, REMARK_lacks, "message %s: expected UNT at its end: nothing of it counts",
		    reading->number);
	if (s == STATUS_OK && reading->begun && !reading->ended)
		findings_remark(reading->out, REMARK_lacks, "interchange %s: expected UNZ at its end", reading->interchange);
}

static void
take(void *state, struct span bytes, const struct moment_of *when, struct findings *out)
{
	struct codeco *codeco = state;
	struct reading reading = { .codeco = codeco, .when = when, .out = out, .interchange = "", .number = "" };
	struct span text;
	struct reason why = { "" };
	findings_message(out, bytes);
	enum status s = encoding_to_utf8(codeco->encoding[0] != '\0' ? codeco->encoding : NULL, bytes, out->arena, &text, &why);
	if (s == STATUS_NO_MEMORY)
		out->full = true;
	else if (s != STATUS_OK)
		findings_remark(out, REMARK_unreadable, "%s", why.text);
	else
		take_document(&reading, text);
}

/* ---- settings ---- */

static enum status
read_setting(const struct yaml_node *settings, const char *name, char *out, size_t room, struct reason *why)
{
	const struct yaml_node *node = settings != NULL ? yaml_get(settings, name) : NULL;
	if (node == NULL)
		return STATUS_OK;
	const char *text = yaml_text(node);
	if (text == NULL || strlen(text) >= room)
		return yaml_fail(node, why, "%s: expected a word of at most %zu letters", name, room - 1);
	snprintf(out, room, "%s", text);
	return STATUS_OK;
}

static enum status
open_codeco(const struct yaml_node *settings, const struct place *place, void **state, struct reason *why)
{
	struct codeco *codeco = calloc(1, sizeof *codeco);
	if (codeco == NULL)
		return STATUS_NO_MEMORY;
	codeco->offset_minutes = place->offset_minutes;
	enum status s = read_setting(settings, "batch_rff", codeco->batch_rff, sizeof codeco->batch_rff, why);
	if (s == STATUS_OK)
		s = read_setting(settings, "encoding", codeco->encoding, sizeof codeco->encoding, why);
	if (s == STATUS_OK && codeco->encoding[0] != '\0' && !encoding_knows(codeco->encoding))
		s = yaml_fail(yaml_get(settings, "encoding"), why,
		    "encoding: %s: expected utf-8, gb18030, gbk, gb2312, windows-1251 or utf-16", codeco->encoding);
	if (s == STATUS_OK)
		*state = codeco;
	else
		free(codeco);
	return s;
}

static void
close_codeco(void **state)
{
	free(*state);
	*state = NULL;
}

bool
codeco_guess(struct span bytes, const char *file_name)
{
	size_t looked = bytes.bytes < 4096 ? bytes.bytes : 4096;
	(void)file_name;
	return looked > 3 && (memcmp(bytes.data, "UNA", 3) == 0 || memcmp(bytes.data, "UNB", 3) == 0) &&
	    memmem(bytes.data, looked, "CODECO", 6) != NULL;
}

static const struct connector_setting settings_taken[] = {
	{ "batch_rff", "the qualifier of the reference (RFF) that is the batch number, such as BN (default: none is)" },
	{ "encoding", "of the text (default: UTF-8 where it is that, else GB18030)" }, { NULL, NULL }
};

const struct connector codeco_connector = {
	.name = "codeco",
	.about = "container yard: gate-in and gate-out as EDIFACT CODECO",
	.feed = FEED_DOCUMENT,
	.settings = settings_taken,
	.open = open_codeco,
	.take = take,
	.close = close_codeco,
};
