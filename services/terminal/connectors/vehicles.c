/*
 * Other JSON of vehicle managers, read by a mapping: where in a record each thing stands, and which of their words mean that a load
 * came on, came off, or how the vehicle stands. The trip rule and the health are those of agv.h. The source's name stands for the
 * manufacturer.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agv.h"
#include "agv_rules.h"
#include "moment.h"
#include "vda5050_read.h"

enum { PATH_BYTES = 128, PATHS_MAX = 4, WORDS_MAX_HERE = 128, WORD_BYTES = 64 };

enum field { VEHICLE, MISSION, LOAD, EVENT, TIME, NODE, CONTAINER, WEIGHT, FIELDS };
static const char *const field_names[] = { "vehicle", "mission", "load", "event", "time", "node", "container", "weight", NULL };

enum meaning { LOADED, UNLOADED, CHARGING, AT_FAULT, WORKING, OFFLINE, IGNORED, MEANINGS };
static const char *const meanings[] = { "loaded", "unloaded", "charging", "fault", "working", "offline", "ignored" };

struct word {
	char text[WORD_BYTES + 1];
	enum meaning meaning;
};

struct vehicles {
	struct agv *agv;
	char paths[FIELDS][PATHS_MAX][PATH_BYTES + 1];
	size_t n_paths[FIELDS];
	char records[PATH_BYTES + 1]; /* where the list of records stands; "": the document is it, or is one */
	struct word words[WORDS_MAX_HERE];
	size_t n_words;
	char time_form[MOMENT_FORM_BYTES_MAX + 1];
	char source[AGV_ID_BYTES];
	int32_t offset_minutes;
};

/* ---- settings ---- */

static enum status
read_path(const struct yaml_node *node, char out[PATH_BYTES + 1], struct reason *why)
{
	const char *text = yaml_text(node);
	if (text == NULL || text[0] == '\0' || strlen(text) > PATH_BYTES)
		return yaml_fail(node, why, "a path is expected, such as task.vehicle.id, of at most %d bytes", PATH_BYTES);
	memcpy(out, text, strlen(text) + 1);
	return STATUS_OK;
}

static enum status
read_paths(struct vehicles *vehicles, enum field field, const struct yaml_node *node, struct reason *why)
{
	enum status status = STATUS_OK;
	if (!yaml_is_list(node)) {
		vehicles->n_paths[field] = 1;
		return read_path(node, vehicles->paths[field][0], why);
	}
	if (yaml_count(node) > PATHS_MAX)
		return yaml_fail(node, why, "%s: at most %d paths are expected", field_names[field], PATHS_MAX);
	for (size_t i = 0; i < yaml_count(node) && status == STATUS_OK; i++)
		status = read_path(yaml_item(node, i), vehicles->paths[field][i], why);
	vehicles->n_paths[field] = yaml_count(node);
	return status;
}

static enum status
read_fields(struct vehicles *vehicles, const struct yaml_node *settings, struct reason *why)
{
	const struct yaml_node *fields = yaml_get(settings, "fields"), *records = yaml_get(settings, "records"), *one;
	if (fields == NULL)
		return yaml_fail(settings, why, "fields is missing; expected: a map of what to where it stands");
	enum status status = yaml_only(fields, field_names, why);
	for (int field = 0; field < FIELDS && status == STATUS_OK; field++)
		if ((one = yaml_get(fields, field_names[field])) != NULL)
			status = read_paths(vehicles, (enum field)field, one, why);
	if (status == STATUS_OK && (vehicles->n_paths[VEHICLE] == 0 || vehicles->n_paths[EVENT] == 0))
		return yaml_fail(fields, why, "fields: vehicle and event are expected at the least");
	return status == STATUS_OK && records != NULL ? read_path(records, vehicles->records, why) : status;
}

static enum status
read_words(struct vehicles *vehicles, const struct yaml_node *settings, struct reason *why)
{
	const struct yaml_node *events = yaml_get(settings, "events");
	if (events == NULL || !yaml_is_map(events) || yaml_count(events) == 0 || yaml_count(events) > WORDS_MAX_HERE)
		return yaml_fail(events != NULL ? events : settings, why,
		    "events: a map of 1 to %d of their words to ours is expected", WORDS_MAX_HERE);
	for (size_t i = 0; i < yaml_count(events); i++) {
		const char *said = yaml_text(yaml_value(events, i));
		size_t meaning = 0;
		while (meaning < MEANINGS && (said == NULL || strcmp(said, meanings[meaning]) != 0))
			meaning++;
		if (meaning == MEANINGS || strlen(yaml_key(events, i)) > WORD_BYTES)
			return yaml_fail(yaml_value(events, i), why,
			    "events: '%.32s' is not known; expected loaded, unloaded, charging, fault, working, offline or ignored",
			    said != NULL ? said : "");
		struct word *word = &vehicles->words[vehicles->n_words++];
		snprintf(word->text, sizeof word->text, "%s", yaml_key(events, i));
		word->meaning = (enum meaning)meaning;
	}
	return STATUS_OK;
}

static enum status
read_time(struct vehicles *vehicles, const struct yaml_node *settings, struct reason *why)
{
	const struct yaml_node *time = yaml_get(settings, "time");
	const char *form = time != NULL ? yaml_text(time) : "iso";
	enum moment_zone zone;
	struct reason expected;
	if (form != NULL)
		form = strcmp(form, "epoch_s") == 0 ? "unix_s" : strcmp(form, "epoch_ms") == 0 ? "unix_ms" : form;
	if (form == NULL || strlen(form) > MOMENT_FORM_BYTES_MAX || moment_form(form, &zone, &expected) != STATUS_OK)
		return yaml_fail(time, why, "time: iso, epoch_s, epoch_ms or a form such as YYYY-MM-DD hh:mm:ss is expected");
	snprintf(vehicles->time_form, sizeof vehicles->time_form, "%s", form);
	return STATUS_OK;
}

static void
vehicles_close(void **state)
{
	struct vehicles *vehicles = *state;
	agv_close(&vehicles->agv);
	free(vehicles);
	*state = NULL;
}

static enum status
vehicles_open(const struct yaml_node *settings, const struct place *place, void **state, struct reason *why)
{
	if (settings == NULL)
		return reason_say(why, STATUS_SYNTAX, "vehicles needs settings; expected: fields and events of a source");
	struct vehicles *vehicles = calloc(1, sizeof *vehicles);
	void *opened = vehicles;
	if (vehicles == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "there is no memory for the vehicles");
	vehicles->offset_minutes = place->offset_minutes;
	agv_fit(place->source, sizeof vehicles->source - 1, vehicles->source);
	enum status status = agv_open(settings, place, &vehicles->agv, why);
	if (status == STATUS_OK)
		status = read_fields(vehicles, settings, why);
	if (status == STATUS_OK)
		status = read_words(vehicles, settings, why);
	if (status == STATUS_OK)
		status = read_time(vehicles, settings, why);
	if (status == STATUS_OK)
		*state = vehicles;
	else
		vehicles_close(&opened);
	return status;
}

/* ---- records ---- */

/* "task.boxes.0.no": names of objects, places of lists. */
static const json_t *
at_path(const json_t *json, const char *path)
{
	while (json != NULL && path[0] != '\0') {
		char name[PATH_BYTES + 1];
		size_t bytes = strcspn(path, ".");
		memcpy(name, path, bytes);
		name[bytes] = '\0';
		bool is_place = bytes > 0 && strspn(name, "0123456789") == bytes;
		json = !json_is_array(json) ? json_object_get(json, name)
		    : is_place              ? json_array_get(json, strtoul(name, NULL, 10))
					    : NULL;
		path += bytes + (path[bytes] == '.');
	}
	return json;
}

/* A text, or a number or a truth as one; false for anything else. */
static bool
text_of(const json_t *json, char *out, size_t bytes)
{
	if (json_is_string(json))
		snprintf(out, bytes, "%s", json_string_value(json));
	else if (json_is_integer(json))
		snprintf(out, bytes, "%lld", (long long)json_integer_value(json));
	else if (json_is_boolean(json))
		snprintf(out, bytes, "%s", json_is_true(json) ? "true" : "false");
	else
		return false;
	return true;
}

/* The first path that leads to a text; "" where none does. */
static void
field_of(const struct vehicles *vehicles, const json_t *record, enum field field, char *out, size_t bytes)
{
	out[0] = '\0';
	for (size_t i = 0; i < vehicles->n_paths[field]; i++)
		if (text_of(at_path(record, vehicles->paths[field][i]), out, bytes) && out[0] != '\0')
			return;
	out[0] = '\0';
}

static void
complain(struct agv_heard *heard, struct findings *out, enum remark remark, const char *what, const char *value,
    const char *expected)
{
	if (!heard->kept)
		findings_message(out, heard->raw);
	heard->kept = true;
	findings_remark(out, remark, "%s '%.64s'; expected %s", what, value, expected);
}

/* Ours, where the record has none; false with a remark where it has none that can be read. */
static bool
read_moment(const struct vehicles *vehicles, const json_t *record, struct agv_heard *heard, struct findings *out)
{
	char text[64];
	struct reason expected;
	heard->at_ms = heard->now_ms;
	heard->untimed = vehicles->n_paths[TIME] == 0;
	if (heard->untimed)
		return true;
	const json_t *json = at_path(record, vehicles->paths[TIME][0]);
	double seconds = json_is_real(json) ? json_real_value(json) : 0;
	if (json_is_real(json) && strcmp(vehicles->time_form, "unix_s") == 0 && seconds > -2.2e9 && seconds < 7.2e9) {
		heard->at_ms = llround(seconds * 1000);
		return true;
	}
	if (!text_of(json, text, sizeof text))
		text[0] = '\0';
	if (moment_parse((struct span){ (const uint8_t *)text, strlen(text) }, vehicles->time_form, &vehicles->offset_minutes,
		&heard->at_ms, &expected) == STATUS_OK)
		return true;
	complain(heard, out, text[0] == '\0' ? REMARK_lacks : REMARK_unreadable, "a record's time", text, expected.text);
	return false;
}

/* Texts of loads, which live as long as the report. */
struct names {
	char text[AGV_LOADS_MAX][AGV_ID_BYTES];
};

static void
add_load(struct agv_heard *heard, struct names *names, const json_t *json)
{
	char text[512];
	if (heard->n_loads == AGV_LOADS_MAX || !text_of(json, text, sizeof text) || text[0] == '\0')
		return;
	agv_fit(text, AGV_ID_BYTES - 1, names->text[heard->n_loads]);
	heard->loads[heard->n_loads] = (struct agv_load){ .id = names->text[heard->n_loads] };
	heard->n_loads++;
}

static void
add_loads(const struct vehicles *vehicles, const json_t *record, enum field field, struct agv_heard *heard, struct names *names)
{
	for (size_t i = 0; i < vehicles->n_paths[field]; i++) {
		const json_t *json = at_path(record, vehicles->paths[field][i]);
		add_load(heard, names, json);
		for (size_t k = 0; json_is_array(json) && k < json_array_size(json) && k < AGV_LOADS_MAX; k++)
			add_load(heard, names, json_array_get(json, k));
	}
}

/* By their load's number, else by the containers'. A weight is of one load alone. */
static void
read_loads(const struct vehicles *vehicles, const json_t *record, struct agv_heard *heard, struct names *names)
{
	add_loads(vehicles, record, LOAD, heard, names);
	if (heard->n_loads == 0)
		add_loads(vehicles, record, CONTAINER, heard, names);
	if (heard->n_loads == 0 && heard->say == AGV_LOADS_ON) {
		heard->loads[0] = (struct agv_load){ .id = "" };
		heard->n_loads = 1;
	}
	if (heard->n_loads == 1 && vehicles->n_paths[WEIGHT] > 0)
		heard->loads[0].has_kg = read_kg(at_path(record, vehicles->paths[WEIGHT][0]), &heard->loads[0].kg);
}

static void
mean(struct agv_heard *heard, enum meaning meaning)
{
	static const Juyan__V1__Condition conditions[] = { [CHARGING] = JUYAN__V1__CONDITION__CHARGING,
		[AT_FAULT] = JUYAN__V1__CONDITION__FAULT,
		[LOADED] = JUYAN__V1__CONDITION__WORKING,
		[UNLOADED] = JUYAN__V1__CONDITION__WORKING,
		[WORKING] = JUYAN__V1__CONDITION__WORKING,
		[OFFLINE] = JUYAN__V1__CONDITION__OFFLINE };
	heard->condition = conditions[meaning];
	heard->say = meaning == LOADED ? AGV_LOADS_ON : meaning == UNLOADED ? AGV_LOADS_OFF : AGV_LOADS_UNSAID;
}

static const struct word *
word_of(const struct vehicles *vehicles, const char *text)
{
	for (size_t i = 0; i < vehicles->n_words; i++)
		if (strcmp(vehicles->words[i].text, text) == 0)
			return &vehicles->words[i];
	return NULL;
}

static void
hear(struct vehicles *vehicles, const json_t *record, enum meaning meaning, struct agv_heard *heard, struct findings *out)
{
	struct names names;
	mean(heard, meaning);
	read_loads(vehicles, record, heard, &names);
	if (meaning == OFFLINE)
		agv_connected(vehicles->agv, heard, false, out);
	else
		agv_hear(vehicles->agv, heard, out);
}

/* `heard`: what is the same for all records of one text. */
static void
take_record(struct vehicles *vehicles, const json_t *record, struct agv_heard *heard, struct findings *out)
{
	char vehicle[256], event[WORD_BYTES + 2], order[256], node[256];
	field_of(vehicles, record, VEHICLE, vehicle, sizeof vehicle);
	field_of(vehicles, record, EVENT, event, sizeof event);
	field_of(vehicles, record, MISSION, order, sizeof order);
	field_of(vehicles, record, NODE, node, sizeof node);
	if (vehicle[0] == '\0' || event[0] == '\0') {
		complain(heard, out, REMARK_lacks, "a record without vehicle or event", vehicle, "both, where the settings say");
		return;
	}
	const struct word *word = word_of(vehicles, event);
	if (word == NULL)
		complain(heard, out, REMARK_strange, "the event", event, "one of the settings' events");
	if (word == NULL || word->meaning == IGNORED || !read_moment(vehicles, record, heard, out))
		return;
	heard->serial = vehicle;
	heard->event = true;
	heard->order = vehicles->n_paths[MISSION] > 0 ? order : NULL;
	heard->node = node[0] != '\0' ? node : NULL;
	heard->note = word->meaning == AT_FAULT ? event : "";
	hear(vehicles, record, word->meaning, heard, out);
}

/* One JSON text with its records. */
struct hearing {
	struct vehicles *vehicles;
	const struct moment_of *when;
	struct findings *out;
};

/* The text is kept once, however many of its records say something. */
static void
take_value(void *user, const json_t *json, struct span raw)
{
	const struct hearing *hearing = user;
	struct vehicles *vehicles = hearing->vehicles;
	const json_t *records = vehicles->records[0] != '\0' ? at_path(json, vehicles->records) : json;
	size_t n = json_is_array(records) ? json_array_size(records) : 1;
	bool kept = false;
	for (size_t i = 0; i < n && !findings_full(hearing->out); i++) {
		const json_t *record = json_is_array(records) ? json_array_get(records, i) : records;
		struct agv_heard heard = { .raw = raw,
			.kept = kept,
			.manufacturer = vehicles->source,
			.now_ms = hearing->when->now_ms,
			.live = read_is_live(hearing->when->name) };
		if (json_is_object(record))
			take_record(vehicles, record, &heard, hearing->out);
		else
			complain(&heard, hearing->out, REMARK_strange, "JSON that is no record, at place", vehicles->records,
			    "an object, or a list of them");
		kept = heard.kept;
	}
}

static void
vehicles_take(void *state, struct span bytes, const struct moment_of *when, struct findings *out)
{
	struct vehicles *vehicles = state;
	struct hearing hearing = { vehicles, when, out };
	agv_begin(vehicles->agv);
	read_each(bytes, take_value, &hearing, out);
	agv_end(vehicles->agv, when->now_ms, out);
}

static void
vehicles_pass(void *state, int64_t now_ms, struct findings *out)
{
	agv_pass(((struct vehicles *)state)->agv, now_ms, out);
}

static bool
vehicles_keep(void *state, struct arena *arena, struct span *out)
{
	return agv_keep(((struct vehicles *)state)->agv, arena, out);
}

static void
vehicles_recall(void *state, struct span kept)
{
	agv_recall(((struct vehicles *)state)->agv, kept);
}

static const struct connector_setting settings[] = {
	{ "fields",
	    "where in a record each thing stands: a map of vehicle and event (required), mission, load, container, weight, node "
	    "and time to a path such as task.boxes.0.no, or to a list of paths" },
	{ "events", "what their words mean: a map to loaded, unloaded, charging, fault, working, offline or ignored; required" },
	{ "time", "iso, epoch_s, epoch_ms or a form such as YYYY-MM-DD hh:mm:ss; iso unless it says otherwise" },
	{ "records", "the path of the list of records, where the document is more than that" },
	AGV_SETTINGS,
	{ NULL, NULL },
};

const struct connector vehicles_connector = {
	.name = "vehicles",
	.about = "other JSON of vehicle managers, by a mapping in the settings",
	.feed = FEED_DOCUMENT,
	.settings = settings,
	.open = vehicles_open,
	.take = vehicles_take,
	.pass = vehicles_pass,
	.keep = vehicles_keep,
	.recall = vehicles_recall,
	.close = vehicles_close,
};
