/* What one record of the registry may say by itself, and its name. Pure; owns nothing; any thread. */
#include "registry.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "civil.h"

enum { TERMINAL_KINDS_MAX = 32, UNLOCODE_BYTES_MAX = 8, RANK_MAX = 1000000, LEVER_MOST_MAX = 1000000, PER_MILLE_MAX = 10000 };

/* What may pass in a day, and in the longest span that anyone speaks of. */
#define DAY_KG_MAX (MASS_KG_MAX * 1000)
#define SPAN_KG_MAX (MASS_KG_MAX * 1000000)
#define COST_MAX INT64_C(1000000000000000)

/* The record under check, named in every sentence. */
struct check {
	const char *name;
	struct reason *why;
};

/* Prints a text from outside so that a sentence stays one clean line. */
static const char *
shown(const char *text)
{
	return wire_text_clean(text, strlen(text)) ? text : "(not clean text)";
}

/* ---- texts, ids, numbers ---- */

static enum status
check_text(const struct check *check, const char *field, const char *text, size_t bytes_min, size_t bytes_max)
{
	size_t bytes = strlen(text);
	if (bytes < bytes_min)
		return reason_say(check->why, STATUS_MISSING_FIELD, "%s: %s is missing", check->name, field);
	if (bytes > bytes_max)
		return reason_say(check->why, STATUS_OUT_OF_RANGE, "%s: %s has %zu bytes, at most %zu are allowed", check->name,
		    field, bytes, bytes_max);
	if (!wire_text_clean(text, bytes))
		return reason_say(check->why, STATUS_NOT_TEXT, "%s: %s is not clean UTF-8 text", check->name, field);
	return STATUS_OK;
}

static enum status
check_texts(const struct check *check, const char *field, char *const *texts, size_t n, size_t n_max, size_t bytes_max)
{
	if (n > n_max)
		return reason_say(check->why, STATUS_TOO_MANY, "%s: %s has %zu entries, at most %zu are allowed", check->name,
		    field, n, n_max);
	for (size_t i = 0; i < n; i++) {
		enum status status = check_text(check, field, texts[i], 1, bytes_max);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

static enum status
check_id(const struct check *check, const char *field, const char *id, size_t bytes_max)
{
	size_t bytes = strlen(id);
	if (bytes == 0)
		return reason_say(check->why, STATUS_MISSING_FIELD, "%s: %s is missing", check->name, field);
	if (bytes > bytes_max || strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-_") != bytes)
		return reason_say(check->why, STATUS_OUT_OF_RANGE,
		    "%s: %s is '%.40s', expected 1 to %zu of: lower-case letters, digits, '-' and '_'", check->name, field,
		    shown(id), bytes_max);
	return STATUS_OK;
}

/* The id of a port, or "*" for every port. */
static enum status
check_port_or_all(const struct check *check, const char *field, const char *id)
{
	return strcmp(id, "*") == 0 ? STATUS_OK : check_id(check, field, id, PORT_BYTES_MAX);
}

static enum status
check_day(const struct check *check, const char *field, const char *text, int64_t *day)
{
	if (!civil_parse_day(text, day))
		return reason_say(check->why, STATUS_OUT_OF_RANGE, "%s: %s is '%.40s', expected a day such as 2025-01-31",
		    check->name, field, shown(text));
	return STATUS_OK;
}

/* The days of a span, the last included. */
static enum status
check_span(const struct check *check, const char *from_field, const char *from, const char *to)
{
	int64_t first, last;
	enum status status = check_day(check, from_field, from, &first);
	if (status == STATUS_OK)
		status = check_day(check, "to", to, &last);
	if (status == STATUS_OK && first > last)
		status =
		    reason_say(check->why, STATUS_OUT_OF_RANGE, "%s: it ends on %s, before it begins on %s", check->name, to, from);
	return status;
}

static enum status
check_number(const struct check *check, const char *field, int64_t value, int64_t min, int64_t max)
{
	if (value < min || value > max)
		return reason_say(check->why, STATUS_OUT_OF_RANGE, "%s: %s is %lld, expected %lld to %lld", check->name, field,
		    (long long)value, (long long)min, (long long)max);
	return STATUS_OK;
}

/* An enum of the protocol; 0 ("unspecified") only where that has a meaning. */
static enum status
check_enum(const struct check *check, const char *field, int value, int min, int max, const char *expected)
{
	if (value < min || value > max)
		return reason_say(check->why, STATUS_OUT_OF_RANGE, "%s: %s is %d, expected %s", check->name, field, value,
		    expected);
	return STATUS_OK;
}

/* ---- one kind after the other. The first status that is not OK is the answer ---- */

#define TRY(call) \
	do { \
		enum status try_status = (call); \
		if (try_status != STATUS_OK) \
			return try_status; \
	} while (0)

static enum status
check_port(const struct check *check, const Juyan__V1__Port *port)
{
	int32_t minutes;
	TRY(check_id(check, "id", port->id, PORT_BYTES_MAX));
	TRY(check_text(check, "name_zh", port->name_zh, 0, TEXT_BYTES_MAX));
	TRY(check_text(check, "name_mn", port->name_mn, 0, TEXT_BYTES_MAX));
	TRY(check_text(check, "name_en", port->name_en, 0, TEXT_BYTES_MAX));
	TRY(check_texts(check, "lanes", port->lanes, port->n_lanes, LANES_MAX, SHORT_TEXT_BYTES_MAX));
	TRY(check_text(check, "unlocode", port->unlocode, 0, UNLOCODE_BYTES_MAX));
	if (port->place[0] != '\0')
		TRY(check_id(check, "place", port->place, PORT_BYTES_MAX));
	TRY(check_enum(check, "count_on", (int)port->count_on, JUYAN__V1__COUNT_ON__RELEASE, JUYAN__V1__COUNT_ON__DEPARTURE,
	    "release or departure"));
	if (!civil_parse_offset(port->utc_offset, &minutes))
		return reason_say(check->why, STATUS_OUT_OF_RANGE, "%s: utc_offset is '%.40s', expected a form such as +08:00",
		    check->name, shown(port->utc_offset));
	return STATUS_OK;
}

static enum status
check_place(const struct check *check, const Juyan__V1__Place *place)
{
	TRY(check_id(check, "id", place->id, PORT_BYTES_MAX));
	TRY(check_text(check, "name_zh", place->name_zh, 0, TEXT_BYTES_MAX));
	TRY(check_text(check, "name_mn", place->name_mn, 0, TEXT_BYTES_MAX));
	TRY(check_text(check, "name_en", place->name_en, 0, TEXT_BYTES_MAX));
	return place->parent[0] != '\0' ? check_id(check, "parent", place->parent, PORT_BYTES_MAX) : STATUS_OK;
}

static enum status
check_group(const struct check *check, const Juyan__V1__CommodityGroup *group)
{
	TRY(check_id(check, "id", group->id, GROUP_ID_BYTES_MAX));
	if (strcmp(group->id, GROUP_OTHER) == 0 || strcmp(group->id, GROUP_EMPTY) == 0)
		return reason_say(check->why, STATUS_OUT_OF_RANGE, "%s: this group is built in, choose another id", check->name);
	TRY(check_text(check, "name_zh", group->name_zh, 0, TEXT_BYTES_MAX));
	TRY(check_text(check, "name_mn", group->name_mn, 0, TEXT_BYTES_MAX));
	TRY(check_text(check, "name_en", group->name_en, 0, TEXT_BYTES_MAX));
	TRY(check_texts(check, "hs_prefixes", group->hs_prefixes, group->n_hs_prefixes, HS_PREFIXES_MAX, HS_DIGITS_MAX));
	for (size_t i = 0; i < group->n_hs_prefixes; i++) {
		const char *prefix = group->hs_prefixes[i];
		if (strlen(prefix) < HS_DIGITS_MIN || strspn(prefix, "0123456789") != strlen(prefix))
			return reason_say(check->why, STATUS_OUT_OF_RANGE, "%s: hs_prefixes has '%s', expected %d to %d digits",
			    check->name, shown(prefix), HS_DIGITS_MIN, HS_DIGITS_MAX);
	}
	TRY(check_texts(check, "words", group->words, group->n_words, WORDS_MAX, SHORT_TEXT_BYTES_MAX));
	if (group->rank > RANK_MAX)
		return reason_say(check->why, STATUS_OUT_OF_RANGE, "%s: rank is %u, expected 0 to %d", check->name, group->rank,
		    RANK_MAX);
	return STATUS_OK;
}

/* Administrative kinds are given by `administrator`, not by name: a list of kinds never makes an administrator. */
static bool
is_plain_kind(const char *kind)
{
	const ProtobufCFieldDescriptor *field =
	    protobuf_c_message_descriptor_get_field_by_name(&juyan__v1__event__descriptor, kind);
	return field != NULL && field->type == PROTOBUF_C_TYPE_MESSAGE && field->id < JUYAN__V1__EVENT__WHAT_REGISTRY_CHANGED;
}

/* A site sends its journal and nothing else, of ports that are named one by one: whose a port is has to be plain. */
static enum status
check_site(const struct check *check, const Juyan__V1__Terminal *terminal)
{
	if (terminal->n_kinds > 0 || terminal->administrator)
		return reason_say(check->why, STATUS_CONTRADICTION,
		    "%s: a site sends its journal and nothing else: no kinds, and it is no administrator", check->name);
	for (size_t i = 0; i < terminal->n_ports; i++)
		if (strcmp(terminal->ports[i], "*") == 0)
			return reason_say(check->why, STATUS_CONTRADICTION, "%s: a site's ports are named one by one, not '*'",
			    check->name);
	return STATUS_OK;
}

static enum status
check_terminal(const struct check *check, const Juyan__V1__Terminal *terminal)
{
	static const uint8_t nothing[PUBLIC_KEY_BYTES];
	if (terminal->terminal_no < 1 || terminal->terminal_no > TERMINAL_NO_MAX)
		return reason_say(check->why, STATUS_OUT_OF_RANGE, "%s: terminal_no is %u, expected 1 to %d", check->name,
		    terminal->terminal_no, TERMINAL_NO_MAX);
	TRY(check_text(check, "name", terminal->name, 1, TEXT_BYTES_MAX));
	if (terminal->public_key.len != PUBLIC_KEY_BYTES || memcmp(terminal->public_key.data, nothing, PUBLIC_KEY_BYTES) == 0)
		return reason_say(check->why, STATUS_OUT_OF_RANGE, "%s: public_key is no CURVE key of %d bytes", check->name,
		    PUBLIC_KEY_BYTES);
	TRY(check_texts(check, "ports", terminal->ports, terminal->n_ports, PORTS_MAX, PORT_BYTES_MAX));
	for (size_t i = 0; i < terminal->n_ports; i++)
		TRY(check_port_or_all(check, "ports", terminal->ports[i]));
	TRY(check_texts(check, "kinds", terminal->kinds, terminal->n_kinds, TERMINAL_KINDS_MAX, SHORT_TEXT_BYTES_MAX));
	for (size_t i = 0; i < terminal->n_kinds; i++)
		if (strcmp(terminal->kinds[i], "*") != 0 && !is_plain_kind(terminal->kinds[i]))
			return reason_say(check->why, STATUS_OUT_OF_RANGE,
			    "%s: kinds has '%s', expected names such as unit_weighed, or *", check->name, terminal->kinds[i]);
	return terminal->site ? check_site(check, terminal) : STATUS_OK;
}

static enum status
check_calendar_day(const struct check *check, const Juyan__V1__CalendarDay *calendar)
{
	bool holiday = calendar->kind == JUYAN__V1__DAY_KIND__HOLIDAY;
	TRY(check_port_or_all(check, "port", calendar->port));
	TRY(check_span(check, "day", calendar->day, calendar->to[0] == '\0' ? calendar->day : calendar->to));
	TRY(check_enum(check, "kind", (int)calendar->kind, JUYAN__V1__DAY_KIND__CLOSED, JUYAN__V1__DAY_KIND__OPEN_BY_AGREEMENT,
	    "closed, holiday or open_by_agreement"));
	if (calendar->country[0] != '\0' && strcmp(calendar->country, "CN") != 0 && strcmp(calendar->country, "MN") != 0)
		return reason_say(check->why, STATUS_OUT_OF_RANGE, "%s: country is '%.40s', expected CN, MN or nothing",
		    check->name, shown(calendar->country));
	if (calendar->open_per_mille != 0 && !holiday)
		return reason_say(check->why, STATUS_OUT_OF_RANGE, "%s: open_per_mille goes with a holiday alone", check->name);
	TRY(check_number(check, "open_per_mille", calendar->open_per_mille, 0, 999));
	if (calendar->festival[0] != '\0' && !holiday)
		return reason_say(check->why, STATUS_OUT_OF_RANGE, "%s: festival goes with a holiday alone", check->name);
	if (calendar->festival[0] != '\0')
		TRY(check_id(check, "festival", calendar->festival, GROUP_ID_BYTES_MAX));
	return check_text(check, "note", calendar->note, 0, TEXT_BYTES_MAX);
}

static enum status
check_capacity(const struct check *check, const Juyan__V1__Capacity *capacity)
{
	TRY(check_id(check, "port", capacity->port, PORT_BYTES_MAX));
	TRY(check_enum(check, "mode", (int)capacity->mode, 0, JUYAN__V1__MODE__RAIL, "truck, agv, rail or nothing (all)"));
	TRY(check_number(check, "kg_per_day", capacity->kg_per_day, 1, DAY_KG_MAX));
	return check_text(check, "note", capacity->note, 0, TEXT_BYTES_MAX);
}

static enum status
check_goal(const struct check *check, const Juyan__V1__Goal *goal)
{
	TRY(check_id(check, "id", goal->id, GROUP_ID_BYTES_MAX));
	TRY(check_text(check, "name", goal->name, 0, TEXT_BYTES_MAX));
	TRY(check_texts(check, "ports", goal->ports, goal->n_ports, PORTS_MAX, PORT_BYTES_MAX));
	TRY(check_texts(check, "groups", goal->groups, goal->n_groups, GROUPS_MAX, GROUP_ID_BYTES_MAX));
	TRY(check_enum(check, "direction", (int)goal->direction, 0, JUYAN__V1__DIRECTION__EXPORT,
	    "import, export or nothing (both)"));
	TRY(check_enum(check, "mode", (int)goal->mode, 0, JUYAN__V1__MODE__RAIL, "truck, agv, rail or nothing (all)"));
	TRY(check_span(check, "from", goal->from, goal->to));
	if (goal->target_kg == 0)
		return reason_say(check->why, STATUS_MISSING_FIELD,
		    "%s: target_kg is missing: a goal has to say how many kg are to pass", check->name);
	TRY(check_number(check, "target_kg", goal->target_kg, 1, SPAN_KG_MAX));
	TRY(check_text(check, "approved_by", goal->approved_by, 0, TEXT_BYTES_MAX));
	return check_text(check, "source", goal->source, 0, TEXT_BYTES_MAX);
}

static enum status
check_lever(const struct check *check, const Juyan__V1__Lever *lever)
{
	TRY(check_id(check, "port", lever->port, PORT_BYTES_MAX));
	TRY(check_enum(check, "mode", (int)lever->mode, JUYAN__V1__MODE__TRUCK, JUYAN__V1__MODE__RAIL, "truck, agv or rail"));
	TRY(check_id(check, "name", lever->name, GROUP_ID_BYTES_MAX));
	TRY(check_number(check, "most", lever->most, 1, LEVER_MOST_MAX));
	TRY(check_number(check, "now", lever->now, 0, LEVER_MOST_MAX));
	if (lever->now > lever->most)
		return reason_say(check->why, STATUS_OUT_OF_RANGE, "%s: now is %lld, more than most, which is %lld", check->name,
		    (long long)lever->now, (long long)lever->most);
	TRY(check_number(check, "kg_per_day", lever->kg_per_day, 0, DAY_KG_MAX));
	if (lever->now == 0 && lever->kg_per_day == 0)
		return reason_say(check->why, STATUS_MISSING_FIELD,
		    "%s: kg_per_day is missing: where now is 0 it has to say what one more brings", check->name);
	TRY(check_number(check, "cost", lever->cost, 0, COST_MAX));
	TRY(check_text(check, "cost_unit", lever->cost_unit, lever->cost > 0, SHORT_TEXT_BYTES_MAX));
	return check_text(check, "note", lever->note, 0, TEXT_BYTES_MAX);
}

static enum status
check_override(const struct check *check, const Juyan__V1__Override *override)
{
	TRY(check_id(check, "id", override->id, GROUP_ID_BYTES_MAX));
	TRY(check_port_or_all(check, "port", override->port));
	TRY(check_enum(check, "mode", (int) override->mode, 0, JUYAN__V1__MODE__RAIL, "truck, agv, rail or nothing (all)"));
	TRY(check_enum(check, "direction", (int) override->direction, 0, JUYAN__V1__DIRECTION__EXPORT,
	    "import, export or nothing (both)"));
	TRY(check_span(check, "from", override->from, override->to));
	TRY(check_number(check, "per_mille", override->per_mille, 0, PER_MILLE_MAX));
	TRY(check_text(check, "by", override->by, 1, TEXT_BYTES_MAX));
	return check_text(check, "reason", override->reason, 1, TEXT_BYTES_MAX);
}

static enum status
check_published(const struct check *check, const Juyan__V1__Published *published)
{
	TRY(check_id(check, "port", published->port, PORT_BYTES_MAX));
	TRY(check_id(check, "definition", published->definition, GROUP_ID_BYTES_MAX));
	TRY(check_span(check, "from", published->from, published->to));
	TRY(check_number(check, "net_kg", published->net_kg, 1, SPAN_KG_MAX));
	TRY(check_enum(check, "precision", (int)published->precision, JUYAN__V1__PRECISION__EXACT, JUYAN__V1__PRECISION__LESS_THAN,
	    "exact, about, more_than or less_than"));
	return check_text(check, "source", published->source, 1, TEXT_BYTES_MAX);
}

static enum status
check_authority(const struct check *check, const Juyan__V1__SigningAuthority *authority)
{
	static const uint8_t nothing[PUBLIC_KEY_BYTES];
	TRY(check_id(check, "id", authority->id, GROUP_ID_BYTES_MAX));
	if (authority->public_key.len != PUBLIC_KEY_BYTES || memcmp(authority->public_key.data, nothing, PUBLIC_KEY_BYTES) == 0)
		return reason_say(check->why, STATUS_OUT_OF_RANGE, "%s: public_key is no Ed25519 key of %d bytes", check->name,
		    PUBLIC_KEY_BYTES);
	TRY(check_texts(check, "kinds", authority->kinds, authority->n_kinds, TERMINAL_KINDS_MAX, SHORT_TEXT_BYTES_MAX));
	for (size_t i = 0; i < authority->n_kinds; i++)
		if (authorities_kind(authority->kinds[i]) == 0)
			return reason_say(check->why, STATUS_OUT_OF_RANGE,
			    "%s: kinds has '%s', expected kinds of records such as group, place or goal; a ledger's terminals and "
			    "authorities are always its own",
			    check->name, authority->kinds[i]);
	return STATUS_OK;
}

/*
 * What a record that may not be dated is called; NULL for others. Rights are not: whether a key opens the door depends on now. What
 * says itself for which days it is needs no other date. And the tree of places is one: questions of any time are asked by it.
 */
static const char *
undated(const Juyan__V1__RegistryRecord *record)
{
	switch ((int)record->record_case) {
	case JUYAN__V1__REGISTRY_RECORD__RECORD_TERMINAL:
		return "a terminal";
	case JUYAN__V1__REGISTRY_RECORD__RECORD_OVERRIDE:
		return "an override";
	case JUYAN__V1__REGISTRY_RECORD__RECORD_PUBLISHED:
		return "a published figure";
	case JUYAN__V1__REGISTRY_RECORD__RECORD_PLACE:
		return "a place";
	case JUYAN__V1__REGISTRY_RECORD__RECORD_AUTHORITY:
		return "an authority";
	default:
		return NULL;
	}
}

enum status
registry_check(const Juyan__V1__RegistryRecord *record, struct reason *why)
{
	char name[REGISTRY_KEY_BYTES];
	struct check check = { name, why };
	int64_t day;
	if (!registry_key(record, name))
		return reason_say(why, STATUS_MISSING_FIELD,
		    "a registry record has no id or a wrong one, expected one of a known kind with what names it, such as its id");
	if (record->valid_from[0] != '\0')
		TRY(check_day(&check, "valid_from", record->valid_from, &day));
	if (record->valid_from[0] != '\0' && undated(record) != NULL)
		return reason_say(why, STATUS_OUT_OF_RANGE, "%s: %s has no valid_from", name, undated(record));
	switch ((int)record->record_case) {
	case JUYAN__V1__REGISTRY_RECORD__RECORD_PORT:
		return check_port(&check, record->port);
	case JUYAN__V1__REGISTRY_RECORD__RECORD_GROUP:
		return check_group(&check, record->group);
	case JUYAN__V1__REGISTRY_RECORD__RECORD_TERMINAL:
		return check_terminal(&check, record->terminal);
	case JUYAN__V1__REGISTRY_RECORD__RECORD_DAY:
		return check_calendar_day(&check, record->day);
	case JUYAN__V1__REGISTRY_RECORD__RECORD_CAPACITY:
		return check_capacity(&check, record->capacity);
	case JUYAN__V1__REGISTRY_RECORD__RECORD_GOAL:
		return check_goal(&check, record->goal);
	case JUYAN__V1__REGISTRY_RECORD__RECORD_LEVER:
		return check_lever(&check, record->lever);
	case JUYAN__V1__REGISTRY_RECORD__RECORD_OVERRIDE:
		return check_override(&check, record->override);
	case JUYAN__V1__REGISTRY_RECORD__RECORD_PUBLISHED:
		return check_published(&check, record->published);
	case JUYAN__V1__REGISTRY_RECORD__RECORD_PLACE:
		return check_place(&check, record->place);
	case JUYAN__V1__REGISTRY_RECORD__RECORD_AUTHORITY:
		return check_authority(&check, record->authority);
	default:
		break;
	}
	assert(!"registry_key names only what is here");
	return STATUS_NO_CONTENT;
}

/* ---- names ---- */

static int
key_of_record(const Juyan__V1__RegistryRecord *record, char *out, size_t size)
{
	static const char *const day_kinds[] = { "", "closed", "holiday", "open_by_agreement" };
	switch ((int)record->record_case) {
	case JUYAN__V1__REGISTRY_RECORD__RECORD_PORT:
		return record->port->id[0] == '\0' ? -1 : snprintf(out, size, "port/%s", record->port->id);
	case JUYAN__V1__REGISTRY_RECORD__RECORD_GROUP:
		return record->group->id[0] == '\0' ? -1 : snprintf(out, size, "group/%s", record->group->id);
	case JUYAN__V1__REGISTRY_RECORD__RECORD_TERMINAL:
		return record->terminal->terminal_no == 0 ? -1
							  : snprintf(out, size, "terminal/%05u", record->terminal->terminal_no);
	case JUYAN__V1__REGISTRY_RECORD__RECORD_DAY: {
		const Juyan__V1__CalendarDay *day = record->day;
		unsigned kind = (unsigned)day->kind;
		if (day->day[0] == '\0' || kind < 1 || kind > 3)
			return -1;
		return snprintf(out, size, "day/%s/%s/%s%s%s", day->day, day->port, day_kinds[kind],
		    day->country[0] == '\0' ? "" : "/", day->country);
	}
	case JUYAN__V1__REGISTRY_RECORD__RECORD_CAPACITY: {
		const Juyan__V1__Capacity *capacity = record->capacity;
		const char *mode = (int)capacity->mode == 0 ? "all" : wire_mode_name(capacity->mode);
		if (capacity->port[0] == '\0' || mode == NULL)
			return -1;
		return snprintf(out, size, "capacity/%s/%s", capacity->port, mode);
	}
	case JUYAN__V1__REGISTRY_RECORD__RECORD_GOAL:
		return record->goal->id[0] == '\0' ? -1 : snprintf(out, size, "goal/%s", record->goal->id);
	case JUYAN__V1__REGISTRY_RECORD__RECORD_LEVER: {
		const Juyan__V1__Lever *lever = record->lever;
		const char *mode = wire_mode_name(lever->mode);
		if (lever->port[0] == '\0' || lever->name[0] == '\0' || mode == NULL)
			return -1;
		return snprintf(out, size, "lever/%s/%s/%s", lever->port, mode, lever->name);
	}
	case JUYAN__V1__REGISTRY_RECORD__RECORD_OVERRIDE:
		return record->override->id[0] == '\0' ? -1 : snprintf(out, size, "override/%s", record->override->id);
	case JUYAN__V1__REGISTRY_RECORD__RECORD_PUBLISHED: {
		const Juyan__V1__Published *published = record->published;
		if (published->port[0] == '\0' || published->definition[0] == '\0' || published->from[0] == '\0' ||
		    published->to[0] == '\0')
			return -1;
		return snprintf(out, size, "published/%s/%s/%s/%s", published->port, published->definition, published->from,
		    published->to);
	}
	case JUYAN__V1__REGISTRY_RECORD__RECORD_PLACE:
		return record->place->id[0] == '\0' ? -1 : snprintf(out, size, "place/%s", record->place->id);
	case JUYAN__V1__REGISTRY_RECORD__RECORD_AUTHORITY:
		return record->authority->id[0] == '\0' ? -1 : snprintf(out, size, "authority/%s", record->authority->id);
	default:
		return -1;
	}
}

bool
registry_key(const Juyan__V1__RegistryRecord *record, char out[REGISTRY_KEY_BYTES])
{
	int used = key_of_record(record, out, REGISTRY_KEY_BYTES);
	if (used < 0 || used >= REGISTRY_KEY_BYTES)
		return false;
	if (record->valid_from[0] != '\0') {
		int more = snprintf(out + used, (size_t)(REGISTRY_KEY_BYTES - used), " from %s", record->valid_from);
		if (more < 0 || more >= REGISTRY_KEY_BYTES - used)
			return false;
	}
	return wire_text_clean(out, strlen(out));
}
