/*
 * What the records of a RegistryChanged may say. A record under `drop` needs its key alone; what else it holds is bounded all the
 * same. Whether records fit together is the registry's business, not the wire's. Owns nothing; any thread.
 */
#include <string.h>

#include "wire_check.h"

/* `whole`: the record is put, not dropped, and has to be complete. */
struct record_check {
	struct check *check;
	bool whole;
};

static bool
two_digits(const char *text, int *out)
{
	if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9')
		return false;
	*out = (text[0] - '0') * 10 + (text[1] - '0');
	return true;
}

/* A day that exists, 1900-01-01 to 2199-12-31: what TIME_MS_LOWEST and TIME_MS_HIGHEST span. */
static bool
is_day(const char *text)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int century, year, month, day;
	if (strlen(text) != 10 || text[4] != '-' || text[7] != '-' || !two_digits(text, &century) || !two_digits(text + 2, &year) ||
	    !two_digits(text + 5, &month) || !two_digits(text + 8, &day))
		return false;
	year += century * 100;
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	if (year < 1900 || year > 2199 || month < 1 || month > 12)
		return false;
	return day >= 1 && day <= days[month - 1] + (month == 2 && leap);
}

static enum status
check_day(const struct check *check, const char *field, const char *text, const char *wanted)
{
	CHECK(check_text(check, field, text, SHORT_TEXT_BYTES_MAX, wanted));
	if (text[0] != '\0' && !is_day(text))
		return check_fail(check, STATUS_OUT_OF_RANGE, field, "is \"%s\": a day such as 2025-01-31 was expected", text);
	return STATUS_OK;
}

static enum status
check_id(const struct check *check, const char *field, const char *text, size_t bytes_max)
{
	CHECK(check_text(check, field, text, bytes_max, "an id"));
	if (strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-_") != strlen(text))
		return check_fail(
		    check, STATUS_OUT_OF_RANGE, field, "is \"%s\": lower-case letters, digits, '-' and '_' were expected", text);
	return STATUS_OK;
}

static enum status
check_names(const struct check *check, const char *zh, const char *mn, const char *en)
{
	CHECK(check_text(check, "name_zh", zh, TEXT_BYTES_MAX, NULL));
	CHECK(check_text(check, "name_mn", mn, TEXT_BYTES_MAX, NULL));
	return check_text(check, "name_en", en, TEXT_BYTES_MAX, NULL);
}

/* "+08:00": sign, hours and minutes, from -12:00 to +14:00. */
static bool
is_utc_offset(const char *text)
{
	int hours, minutes;
	if (strlen(text) != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':' || !two_digits(text + 1, &hours) ||
	    !two_digits(text + 4, &minutes) || minutes > 59)
		return false;
	int offset = hours * 60 + minutes;
	return offset <= (text[0] == '-' ? 12 * 60 : 14 * 60);
}

static enum status
check_port(const struct record_check *record, const Juyan__V1__Port *port)
{
	struct check *check = record->check;
	CHECK(check_id(check, "port.id", port->id, PORT_BYTES_MAX));
	CHECK(check_names(check, port->name_zh, port->name_mn, port->name_en));
	CHECK(check_text(check, "port.utc_offset", port->utc_offset, SHORT_TEXT_BYTES_MAX,
	    record->whole ? "an offset from UTC such as \"+08:00\"" : NULL));
	if (port->utc_offset[0] != '\0' && !is_utc_offset(port->utc_offset))
		return check_fail(
		    check, STATUS_OUT_OF_RANGE, "port.utc_offset", "is \"%s\": -12:00 to +14:00 was expected", port->utc_offset);
	CHECK(check_texts(check, "port.lanes", port->lanes, port->n_lanes, LANES_MAX, SHORT_TEXT_BYTES_MAX));
	CHECK(check_enum(check, "port.count_on", (int)port->count_on, &juyan__v1__count_on__descriptor, !record->whole));
	return check_text(check, "port.unlocode", port->unlocode, SHORT_TEXT_BYTES_MAX, NULL);
}

static enum status
check_group(const struct record_check *record, const Juyan__V1__CommodityGroup *group)
{
	struct check *check = record->check;
	CHECK(check_id(check, "group.id", group->id, GROUP_ID_BYTES_MAX));
	CHECK(check_names(check, group->name_zh, group->name_mn, group->name_en));
	CHECK(check_count(check, "group.hs_prefixes", group->n_hs_prefixes, 0, HS_PREFIXES_MAX));
	check->inner = "group.hs_prefixes";
	for (check->j = 0; check->j < group->n_hs_prefixes; check->j++)
		CHECK(check_digits(check, NULL, group->hs_prefixes[check->j], "the first digits of an HS code"));
	check->inner = NULL;
	return check_texts(check, "group.words", group->words, group->n_words, WORDS_MAX, SHORT_TEXT_BYTES_MAX);
}

static bool
is_kind(const char *text)
{
	if (strcmp(text, "*") == 0)
		return true;
	const char *name;
	for (size_t i = 0; (name = wire_event_kind_name(i)) != NULL; i++)
		if (strcmp(text, name) == 0)
			return true;
	return false;
}

static enum status
check_terminal(const struct record_check *record, const Juyan__V1__Terminal *terminal)
{
	struct check *check = record->check;
	if (terminal->terminal_no == 0)
		return check_fail(check, STATUS_MISSING_FIELD, "terminal.terminal_no", "is not set: a number from 1 was expected");
	CHECK(check_text(check, "terminal.name", terminal->name, TEXT_BYTES_MAX, NULL));
	if (terminal->public_key.len != PUBLIC_KEY_BYTES && (record->whole || terminal->public_key.len != 0))
		return check_fail(check, STATUS_OUT_OF_RANGE, "terminal.public_key", "has %zu bytes: %d were expected",
		    terminal->public_key.len, PUBLIC_KEY_BYTES);
	CHECK(check_texts(check, "terminal.ports", terminal->ports, terminal->n_ports, PORTS_MAX, PORT_BYTES_MAX));
	CHECK(check_texts(check, "terminal.kinds", terminal->kinds, terminal->n_kinds, KINDS_MAX, SHORT_TEXT_BYTES_MAX));
	check->inner = "terminal.kinds";
	for (check->j = 0; check->j < terminal->n_kinds; check->j++)
		if (!is_kind(terminal->kinds[check->j]))
			return check_fail(check, STATUS_OUT_OF_RANGE, NULL,
			    "is \"%s\": \"*\" or a kind of event such as \"unit_weighed\" was expected", terminal->kinds[check->j]);
	check->inner = NULL;
	return STATUS_OK;
}

static enum status
check_calendar_day(const struct record_check *record, const Juyan__V1__CalendarDay *day)
{
	const struct check *check = record->check;
	CHECK(check_text(check, "day.port", day->port, PORT_BYTES_MAX, "a port id or \"*\""));
	CHECK(check_day(check, "day.day", day->day, "a day such as 2025-01-31"));
	CHECK(check_enum(check, "day.kind", (int)day->kind, &juyan__v1__day_kind__descriptor, !record->whole));
	CHECK(check_text(check, "day.country", day->country, SHORT_TEXT_BYTES_MAX, NULL));
	if (day->country[0] != '\0' && strcmp(day->country, "CN") != 0 && strcmp(day->country, "MN") != 0)
		return check_fail(
		    check, STATUS_OUT_OF_RANGE, "day.country", "is \"%s\": CN, MN or nothing was expected", day->country);
	return check_text(check, "day.note", day->note, TEXT_BYTES_MAX, NULL);
}

static enum status
check_capacity(const struct record_check *record, const Juyan__V1__Capacity *capacity)
{
	const struct check *check = record->check;
	CHECK(check_text(check, "capacity.port", capacity->port, PORT_BYTES_MAX, "a port id"));
	CHECK(check_enum(check, "capacity.mode", (int)capacity->mode, &juyan__v1__mode__descriptor, true));
	CHECK(check_number(check, "capacity.kg_per_day", capacity->kg_per_day, 0, TARGET_KG_MAX));
	return check_text(check, "capacity.note", capacity->note, TEXT_BYTES_MAX, NULL);
}

static enum status
check_goal(const struct record_check *record, const Juyan__V1__Goal *goal)
{
	struct check *check = record->check;
	CHECK(check_id(check, "goal.id", goal->id, SHORT_TEXT_BYTES_MAX));
	CHECK(check_text(check, "goal.name", goal->name, TEXT_BYTES_MAX, NULL));
	CHECK(check_texts(check, "goal.ports", goal->ports, goal->n_ports, PORTS_MAX, PORT_BYTES_MAX));
	CHECK(check_enum(check, "goal.direction", (int)goal->direction, &juyan__v1__direction__descriptor, true));
	CHECK(check_enum(check, "goal.mode", (int)goal->mode, &juyan__v1__mode__descriptor, true));
	CHECK(check_texts(check, "goal.groups", goal->groups, goal->n_groups, GROUPS_MAX, GROUP_ID_BYTES_MAX));
	CHECK(check_day(check, "goal.from", goal->from, record->whole ? "the first day" : NULL));
	CHECK(check_day(check, "goal.to", goal->to, record->whole ? "the last day" : NULL));
	if (strcmp(goal->from, goal->to) > 0)
		return check_fail(check, STATUS_OUT_OF_RANGE, "goal.to", "is %s, before goal.from, %s", goal->to, goal->from);
	CHECK(check_number(check, "goal.target_kg", goal->target_kg, 0, TARGET_KG_MAX));
	CHECK(check_text(check, "goal.approved_by", goal->approved_by, TEXT_BYTES_MAX, NULL));
	return check_text(check, "goal.source", goal->source, TEXT_BYTES_MAX, NULL);
}

static enum status
check_record(struct check *check, const Juyan__V1__RegistryRecord *said, bool whole)
{
	const struct record_check record = { .check = check, .whole = whole };
	CHECK(check_day(check, "valid_from", said->valid_from, NULL));
	if (said->record_case == JUYAN__V1__REGISTRY_RECORD__RECORD_PORT)
		return check_port(&record, said->port);
	if (said->record_case == JUYAN__V1__REGISTRY_RECORD__RECORD_GROUP)
		return check_group(&record, said->group);
	if (said->record_case == JUYAN__V1__REGISTRY_RECORD__RECORD_TERMINAL)
		return check_terminal(&record, said->terminal);
	if (said->record_case == JUYAN__V1__REGISTRY_RECORD__RECORD_DAY)
		return check_calendar_day(&record, said->day);
	if (said->record_case == JUYAN__V1__REGISTRY_RECORD__RECORD_CAPACITY)
		return check_capacity(&record, said->capacity);
	if (said->record_case == JUYAN__V1__REGISTRY_RECORD__RECORD_GOAL)
		return check_goal(&record, said->goal);
	return check_fail(
	    check, STATUS_MISSING_FIELD, NULL, "holds no record: a port, group, terminal, day, capacity or goal was expected");
}

enum status
check_registry_changed(struct check *check, const Juyan__V1__RegistryChanged *said)
{
	CHECK(check_text(check, "by", said->by, TEXT_BYTES_MAX, "who changes the registry"));
	CHECK(check_text(check, "reason", said->reason, TEXT_BYTES_MAX, "why the registry changes"));
	CHECK(check_count(check, "put", said->n_put, 0, REGISTRY_RECORDS_MAX));
	CHECK(check_count(check, "drop", said->n_drop, 0, REGISTRY_RECORDS_MAX - said->n_put));
	if (said->n_put + said->n_drop == 0)
		return check_fail(check, STATUS_MISSING_FIELD, "put", "is empty, and so is drop: at least one record was expected");

	check->list = "put";
	for (check->i = 0; check->i < said->n_put; check->i++)
		CHECK(check_record(check, said->put[check->i], true));
	check->list = "drop";
	for (check->i = 0; check->i < said->n_drop; check->i++)
		CHECK(check_record(check, said->drop[check->i], false));
	check->list = NULL;
	return STATUS_OK;
}
