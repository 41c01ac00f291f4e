/*
 * VDA 5050, versions 2.1 and 3.0: what vehicles publish of their state and their connection. A message of a broker has its topic
 * for a name (uagv/v2/MAKER/SERIAL/KIND), a file holds one message, or one on each line. Orders, actions, visualisations and
 * factsheets are passed over. Times are UTC.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agv.h"
#include "agv_rules.h"
#include "moment.h"
#include "vda5050_read.h"

enum { NOTE_MAX = 240, GUESS_BYTES = 64 * 1024 };

enum kind { STATE, CONNECTION, PASSED_OVER, UNKNOWN };

static enum status
vda_open(const struct yaml_node *settings, const struct place *place, void **state, struct reason *why)
{
	struct agv *agv = NULL;
	enum status status = agv_open(settings, place, &agv, why);
	if (status == STATUS_OK)
		*state = agv;
	return status;
}

/* UNKNOWN: it is no topic, or one that the specification does not have. */
static enum kind
kind_of_topic(const char *name)
{
	static const char *const passed_over[] = { "order", "instantActions", "visualization", "factsheet", "zoneSet",
		"responses" };
	const char *slash = read_is_live(name) ? strrchr(name, '/') : NULL;
	if (slash == NULL)
		return UNKNOWN;
	for (size_t i = 0; i < sizeof passed_over / sizeof passed_over[0]; i++)
		if (strcmp(slash + 1, passed_over[i]) == 0)
			return PASSED_OVER;
	return strcmp(slash, "/state") == 0 ? STATE : strcmp(slash, "/connection") == 0 ? CONNECTION : UNKNOWN;
}

/*
 * By the topic's last part where that is one of the specification's, else by what only such a message holds: a bridge may have
 * topics of its own.
 */
static enum kind
kind_of(const char *name, const json_t *json)
{
	static const char *const passed_over[] = { "nodes", "actions", "instantActions", "typeSpecification", "agvPosition",
		"mobileRobotPosition", "zones", "zoneSet", "responses" };
	enum kind kind = kind_of_topic(name);
	if (kind != UNKNOWN)
		return kind;
	if (json_object_get(json, "connectionState") != NULL)
		return CONNECTION;
	if (json_object_get(json, "operatingMode") != NULL || json_object_get(json, "lastNodeId") != NULL)
		return STATE;
	for (size_t i = 0; i < sizeof passed_over / sizeof passed_over[0]; i++)
		if (json_object_get(json, passed_over[i]) != NULL)
			return PASSED_OVER;
	return UNKNOWN;
}

static void
keep(struct agv_heard *heard, struct findings *out)
{
	if (!heard->kept)
		findings_message(out, heard->raw);
	heard->kept = true;
}

static void
remark(struct findings *out, struct agv_heard *heard, enum remark kind, const char *what, const char *expected)
{
	keep(heard, out);
	findings_remark(out, kind, "%s; expected %s", what, expected);
}

/* The five fields that each message begins with; false with a remark. */
static bool
read_head(const json_t *json, const struct moment_of *when, struct agv_heard *heard, struct findings *out)
{
	struct reason why;
	const char *time = read_text(json, "timestamp");
	heard->manufacturer = read_text(json, "manufacturer");
	heard->serial = read_text(json, "serialNumber");
	heard->now_ms = when->now_ms;
	heard->live = read_is_live(when->name);
	heard->note = "";
	if (heard->manufacturer[0] == '\0' || heard->serial[0] == '\0') {
		remark(out, heard, REMARK_lacks, "a message without manufacturer or serialNumber", "both, as texts");
		return false;
	}
	if (time[0] == '\0') {
		remark(out, heard, REMARK_lacks, "a message without timestamp", "one such as 2026-01-31T08:05:09.123Z");
		return false;
	}
	if (moment_parse((struct span){ (const uint8_t *)time, strlen(time) }, "iso", &(int32_t){ 0 }, &heard->at_ms, &why) ==
	    STATUS_OK)
		return true;
	keep(heard, out);
	findings_remark(out, REMARK_unreadable, "timestamp '%.40s'; expected %s", time, why.text);
	return false;
}

/* ---- loads ---- */

static void
read_load(const json_t *json, struct agv_heard *heard, struct findings *out)
{
	struct agv_load *load = &heard->loads[heard->n_loads++];
	const json_t *weight = json_object_get(json, "weight");
	*load = (struct agv_load){ .id = read_text(json, "loadId") };
	load->has_kg = read_kg(weight, &load->kg);
	if (load->has_kg || weight == NULL || json_is_null(weight))
		return;
	keep(heard, out);
	findings_remark(out, REMARK_implausible, "%.40s: the weight of load '%.64s' is not one; expected 0 to %lld kg",
	    heard->serial, load->id, (long long)MASS_KG_MAX);
}

/* Not there is unknown; there and empty is unloaded. */
static void
read_loads(const json_t *json, struct agv_heard *heard, struct findings *out)
{
	const json_t *loads = json_object_get(json, "loads");
	if (loads == NULL || json_is_null(loads))
		return;
	bool right = json_is_array(loads) && json_array_size(loads) <= AGV_LOADS_MAX;
	for (size_t i = 0; right && i < json_array_size(loads); i++)
		right = json_is_object(json_array_get(loads, i));
	if (!right) {
		remark(out, heard, REMARK_strange, "loads that are no short list of loads", "at most 8 in a list");
		return;
	}
	for (size_t i = 0; i < json_array_size(loads); i++)
		read_load(json_array_get(loads, i), heard, out);
	heard->say = AGV_LOADS_ALL;
}

/* ---- health ---- */

/* What is said of a vehicle's condition, piece by piece. */
struct note {
	char text[NOTE_MAX];
	size_t bytes;
};

static void
note_add(struct note *note, const char *what, const char *detail)
{
	int n = snprintf(note->text + note->bytes, sizeof note->text - note->bytes, "%s%s%.64s", note->bytes > 0 ? ", " : "", what,
	    detail);
	note->bytes += n > 0 ? (size_t)n : 0;
	if (note->bytes >= sizeof note->text)
		note->bytes = sizeof note->text - 1;
}

/* True where it cannot go on: FATAL of version 2, URGENT and CRITICAL, and FATAL, of version 3. A warning is a word alone. */
static bool
read_errors(const json_t *json, struct note *note)
{
	const json_t *errors = json_object_get(json, "errors");
	bool fault = false;
	for (size_t i = 0; json_is_array(errors) && i < json_array_size(errors); i++) {
		const json_t *error = json_array_get(errors, i);
		const char *level = read_text(error, "errorLevel");
		bool bad = strcmp(level, "FATAL") == 0 || strcmp(level, "URGENT") == 0 || strcmp(level, "CRITICAL") == 0;
		fault = fault || bad;
		note_add(note, bad ? "error " : "warning ", read_text(error, "errorType"));
	}
	return fault;
}

static bool
is_by_hand(const char *mode)
{
	static const char *const by_hand[] = { "MANUAL", "SERVICE", "TEACHIN", "TEACH_IN", "INTERVENED" };
	for (size_t i = 0; i < sizeof by_hand / sizeof by_hand[0]; i++)
		if (strcmp(mode, by_hand[i]) == 0)
			return true;
	return false;
}

static void
read_health(const json_t *json, struct agv_heard *heard, struct note *note)
{
	const json_t *safety = json_object_get(json, "safetyState"), *battery = json_object_get(json, "batteryState");
	const char *stop = read_text(safety, "eStop"), *mode = read_text(json, "operatingMode");
	if (battery == NULL)
		battery = json_object_get(json, "powerSupply"); /* its name in version 3 … */
	if (stop[0] == '\0')
		stop = read_text(safety, "activeEmergencyStop"); /* … likewise */
	bool stopped = stop[0] != '\0' && strcmp(stop, "NONE") != 0;
	if (stopped)
		note_add(note, "emergency stop ", stop);
	if (is_by_hand(mode))
		note_add(note, "mode ", mode);
	bool fault = read_errors(json, note);
	heard->in_the_way = json_is_true(json_object_get(safety, "fieldViolation"));
	heard->condition = fault                                 ? JUYAN__V1__CONDITION__FAULT
	    : stopped                                            ? JUYAN__V1__CONDITION__STOPPED
	    : is_by_hand(mode)                                   ? JUYAN__V1__CONDITION__BY_HAND
	    : json_is_true(json_object_get(battery, "charging")) ? JUYAN__V1__CONDITION__CHARGING
								 : JUYAN__V1__CONDITION__WORKING;
	heard->note = note->text;
}

/* ---- messages ---- */

static void
take_state(struct agv *agv, const json_t *json, struct agv_heard *heard, struct findings *out)
{
	struct note note = { .text = "" };
	const json_t *node = json_object_get(json, "lastNodeId"), *order = json_object_get(json, "orderId");
	if (!json_is_string(node)) {
		remark(out, heard, REMARK_lacks, "a state without lastNodeId", "a text, empty where there is none");
		return;
	}
	heard->node = json_string_value(node);
	heard->order = json_is_string(order) ? json_string_value(order) : NULL;
	heard->sequence = json_integer_value(json_object_get(json, "lastNodeSequenceId"));
	read_loads(json, heard, out);
	read_health(json, heard, &note);
	agv_hear(agv, heard, out);
}

static void
take_connection(struct agv *agv, const json_t *json, struct agv_heard *heard, struct findings *out)
{
	const char *said = read_text(json, "connectionState");
	bool online = strcmp(said, "ONLINE") == 0;
	if (!online && strcmp(said, "OFFLINE") != 0 && strcmp(said, "CONNECTIONBROKEN") != 0 &&
	    strcmp(said, "CONNECTION_BROKEN") != 0 && strcmp(said, "HIBERNATING") != 0) {
		remark(out, heard, REMARK_strange, "a connectionState that is not known",
		    "ONLINE, OFFLINE, CONNECTIONBROKEN or HIBERNATING");
		return;
	}
	heard->note = online ? "" : said;
	agv_connected(agv, heard, online, out);
}

struct hearing {
	struct agv *agv;
	const struct moment_of *when;
	struct findings *out;
};

static void
take_message(void *user, const json_t *json, struct span raw)
{
	const struct hearing *hearing = user;
	struct agv *agv = hearing->agv;
	const struct moment_of *when = hearing->when;
	struct findings *out = hearing->out;
	struct agv_heard heard = { .raw = raw };
	if (!json_is_object(json)) {
		remark(out, &heard, REMARK_strange, "JSON that is no object", "a message of VDA 5050");
		return;
	}
	enum kind kind = kind_of(when->name, json);
	if (kind == UNKNOWN)
		remark(out, &heard, REMARK_strange, "JSON that is no message of VDA 5050", "a state or a connection");
	if (kind == UNKNOWN || kind == PASSED_OVER || !read_head(json, when, &heard, out))
		return;
	if (kind == STATE)
		take_state(agv, json, &heard, out);
	else
		take_connection(agv, json, &heard, out);
}

static void
vda_take(void *state, struct span bytes, const struct moment_of *when, struct findings *out)
{
	struct hearing hearing = { state, when, out };
	enum kind kind = kind_of_topic(when->name);
	if (kind == PASSED_OVER || (kind == UNKNOWN && read_is_live(when->name) && !vda5050_guess(bytes, when->name)))
		return;
	agv_begin(state);
	read_each(bytes, take_message, &hearing, out);
	agv_end(state, when->now_ms, out);
}

static void
vda_pass(void *state, int64_t now_ms, struct findings *out)
{
	agv_pass(state, now_ms, out);
}

static bool
vda_keep(void *state, struct arena *arena, struct span *out)
{
	return agv_keep(state, arena, out);
}

static void
vda_recall(void *state, struct span kept)
{
	agv_recall(state, kept);
}

static void
vda_close(void **state)
{
	struct agv *agv = *state;
	agv_close(&agv);
	*state = NULL;
}

static bool
holds(struct span bytes, const char *text)
{
	return memmem(bytes.data, bytes.bytes < GUESS_BYTES ? bytes.bytes : GUESS_BYTES, text, strlen(text)) != NULL;
}

bool
vda5050_guess(struct span bytes, const char *file_name)
{
	(void)file_name;
	return bytes.bytes > 0 && holds(bytes, "\"serialNumber\"") && holds(bytes, "\"manufacturer\"") &&
	    (holds(bytes, "\"lastNodeId\"") || holds(bytes, "\"connectionState\""));
}

static const struct connector_setting settings[] = { AGV_SETTINGS, { NULL, NULL } };

const struct connector vda5050_connector = {
	.name = "vda5050",
	.about = "AGVs by VDA 5050 (2.1 and 3.0): state and connection, as messages of a broker or lines of a file",
	.feed = FEED_DOCUMENT,
	.settings = settings,
	.open = vda_open,
	.take = vda_take,
	.pass = vda_pass,
	.keep = vda_keep,
	.recall = vda_recall,
	.close = vda_close,
};
