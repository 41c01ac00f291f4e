/*
 * Totals come by day and leaf, a stretch of days at a time; a stretch with more rows than one answer holds is halved. Rows are put
 * into a growing list and folded into leaves at the end, when the first day is known.
 */
#include "gather.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "civil.h"

enum { STRETCH_DAYS = 366, RECENT_DAYS = 28, HOURS = 24 };

struct row {
	struct leaf_key key;
	int64_t day, net_kg;
};

struct rows {
	struct row *rows;
	size_t n, room;
};

/* ---- questions ---- */

static enum status
ask_for(const struct engine_source *source, Juyan__V1__Question *question, Juyan__V1__Answer__SayCase expected,
    const Juyan__V1__Answer **out, struct reason *why)
{
	const Juyan__V1__Answer *answer;
	enum status status = source->ask(source->user, question, &answer, why);
	if (status == STATUS_OK && answer->say_case != expected)
		status = reason_say(why, STATUS_UNDECODABLE, "the ledger's answer is not to the question that was asked");
	if (status == STATUS_OK)
		*out = answer;
	return status;
}

enum status
gather_mark(const struct engine_source *source, uint64_t *lsn, struct reason *why)
{
	Juyan__V1__StatusAsk ask = JUYAN__V1__STATUS_ASK__INIT;
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	const Juyan__V1__Answer *answer = NULL;
	question.ask_case = JUYAN__V1__QUESTION__ASK_STATUS;
	question.status = &ask;
	enum status status = ask_for(source, &question, JUYAN__V1__ANSWER__SAY_STATUS, &answer, why);
	if (status == STATUS_OK)
		*lsn = answer->lsn;
	return status;
}

static enum status
ask_totals(const struct engine_source *source, const Juyan__V1__TotalsAsk *asked, int64_t from, int64_t to,
    const Juyan__V1__Totals **out, struct reason *why)
{
	char first[CIVIL_TEXT_BYTES], last[CIVIL_TEXT_BYTES];
	Juyan__V1__TotalsAsk ask = *asked;
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	const Juyan__V1__Answer *answer = NULL;
	int year, month, dom;
	civil_date(from, &year, &month, &dom);
	snprintf(first, sizeof first, "%04d-%02d-%02d", year, month, dom);
	civil_date(to, &year, &month, &dom);
	snprintf(last, sizeof last, "%04d-%02d-%02d", year, month, dom);
	ask.from = first;
	ask.to = last;
	question.ask_case = JUYAN__V1__QUESTION__ASK_TOTALS;
	question.totals = &ask;
	enum status status = ask_for(source, &question, JUYAN__V1__ANSWER__SAY_TOTALS, &answer, why);
	if (status == STATUS_OK)
		*out = answer->totals;
	return status;
}

/* ---- the registry ---- */

/* Kinds that no forecast looks at, such as the terminals with their keys, are not even asked for. */
static enum status
add_kind(const struct engine_source *source, char *kind, Juyan__V1__Registry *all, struct reason *why)
{
	Juyan__V1__RegistryAsk ask = JUYAN__V1__REGISTRY_ASK__INIT;
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	const Juyan__V1__Answer *answer = NULL;
	ask.kind = kind;
	question.ask_case = JUYAN__V1__QUESTION__ASK_REGISTRY;
	question.registry = &ask;
	enum status status = ask_for(source, &question, JUYAN__V1__ANSWER__SAY_REGISTRY, &answer, why);
	if (status != STATUS_OK)
		return status;
	size_t n = all->n_records + answer->registry->n_records;
	Juyan__V1__RegistryRecord **grown = realloc(all->records, (n + 1) * sizeof *grown);
	if (grown == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	all->records = grown;
	for (size_t i = 0; i < answer->registry->n_records; i++) { /* lent until the next question: so each is copied */
		const Juyan__V1__RegistryRecord *record = answer->registry->records[i];
		size_t bytes = juyan__v1__registry_record__get_packed_size(record);
		uint8_t *packed = malloc(bytes + 1);
		Juyan__V1__RegistryRecord *copy = packed == NULL
		    ? NULL
		    : juyan__v1__registry_record__unpack(NULL, juyan__v1__registry_record__pack(record, packed), packed);
		free(packed);
		if (copy == NULL)
			return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
		all->records[all->n_records++] = copy;
	}
	return STATUS_OK;
}

static enum status
gather_registry(const struct engine_source *source, Juyan__V1__Registry **out, struct reason *why)
{
	char kinds[][16] = { "port", "place", "group", "day", "capacity", "goal", "lever", "override", "published" };
	Juyan__V1__Registry *all = malloc(sizeof *all);
	if (all == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	juyan__v1__registry__init(all);
	enum status status = STATUS_OK;
	for (size_t i = 0; status == STATUS_OK && i < sizeof kinds / sizeof kinds[0]; i++)
		status = add_kind(source, kinds[i], all, why);
	if (status != STATUS_OK) {
		juyan__v1__registry__free_unpacked(all, NULL);
		return status;
	}
	*out = all;
	return STATUS_OK;
}

int64_t
gather_today(const Juyan__V1__Registry *registry, int64_t now_ms)
{
	int64_t today = INT64_MAX;
	for (size_t i = 0; i < registry->n_records; i++) {
		const Juyan__V1__RegistryRecord *record = registry->records[i];
		int32_t minutes;
		if (record->record_case != JUYAN__V1__REGISTRY_RECORD__RECORD_PORT ||
		    !civil_parse_offset(record->port->utc_offset, &minutes))
			continue;
		int64_t day = civil_day_of_ms(now_ms + (int64_t)minutes * 60000);
		today = day < today ? day : today;
	}
	return today == INT64_MAX ? civil_day_of_ms(now_ms) : today;
}

static int32_t
offset_of(const Juyan__V1__Registry *registry, const char *port)
{
	int32_t minutes = 0, found;
	for (size_t i = 0; i < registry->n_records; i++) {
		const Juyan__V1__RegistryRecord *record = registry->records[i];
		if (record->record_case == JUYAN__V1__REGISTRY_RECORD__RECORD_PORT && strcmp(record->port->id, port) == 0 &&
		    civil_parse_offset(record->port->utc_offset, &found))
			minutes = found;
	}
	return minutes;
}

/* ---- daily totals ---- */

static enum status
add_row(struct rows *rows, const Juyan__V1__TotalsRow *from)
{
	struct row row = { .net_kg = from->net_kg };
	if (from->net_kg == 0 || !civil_parse_day(from->period, &row.day))
		return STATUS_OK;
	if (rows->n == rows->room) {
		size_t room = rows->room == 0 ? 4096 : 2 * rows->room;
		struct row *grown = realloc(rows->rows, room * sizeof *grown);
		if (grown == NULL)
			return STATUS_NO_MEMORY;
		rows->rows = grown;
		rows->room = room;
	}
	snprintf(row.key.port, sizeof row.key.port, "%s", from->port);
	snprintf(row.key.group, sizeof row.key.group, "%s", from->group);
	if (!wire_direction_of(from->direction, &row.key.direction) || !wire_mode_of(from->mode, &row.key.mode))
		return STATUS_UNDECODABLE;
	rows->rows[rows->n++] = row;
	return STATUS_OK;
}

static enum status
gather_days(const struct engine_source *source, int64_t from, int64_t to, struct rows *rows, struct reason *why)
{
	Juyan__V1__TotalsAsk ask = JUYAN__V1__TOTALS_ASK__INIT;
	ask.by_period = JUYAN__V1__PERIOD_KIND__DAY;
	ask.by_port = ask.by_direction = ask.by_mode = ask.by_group = true;
	int64_t stretch = STRETCH_DAYS;
	while (from <= to) {
		const Juyan__V1__Totals *totals;
		int64_t last = from + stretch - 1 < to ? from + stretch - 1 : to;
		enum status status = ask_totals(source, &ask, from, last, &totals, why);
		if (status == STATUS_TOO_MANY && stretch > 1) {
			stretch /= 2;
			continue;
		}
		for (size_t i = 0; status == STATUS_OK && i < totals->n_rows; i++)
			status = add_row(rows, totals->rows[i]);
		if (status != STATUS_OK)
			return status == STATUS_NO_MEMORY ? reason_say(why, status, "memory ran out") : status;
		from = last + 1;
	}
	return STATUS_OK;
}

/* The first day of the first year that has traffic; today where there is none. */
static enum status
first_day_of(const struct engine_source *source, int64_t today, int64_t *out, struct reason *why)
{
	const Juyan__V1__Totals *totals = NULL;
	Juyan__V1__TotalsAsk ask = JUYAN__V1__TOTALS_ASK__INIT;
	ask.by_period = JUYAN__V1__PERIOD_KIND__YEAR;
	int64_t first = today, oldest = civil_day(2000, 1, 1);
	enum status status = ask_totals(source, &ask, oldest, today, &totals, why);
	for (size_t i = 0; status == STATUS_OK && i < totals->n_rows; i++) {
		int64_t begin = civil_day((int)strtol(totals->rows[i]->period, NULL, 10), 1, 1);
		first = begin < first ? begin : first;
	}
	if (status == STATUS_OK)
		*out = first < today - INPUTS_DAYS_MAX ? today - INPUTS_DAYS_MAX : first;
	return status;
}

static int
row_order(const void *left, const void *right)
{
	const struct row *a = left, *b = right;
	int order = leaf_key_order(&a->key, &b->key);
	return order != 0 ? order : (a->day > b->day) - (a->day < b->day);
}

/* Rows of today go into running_kg, those after it nowhere: their clocks are ahead. */
static enum status
fold(struct rows *rows, int64_t today, struct inputs *out)
{
	if (rows->n > 0)
		qsort(rows->rows, rows->n, sizeof *rows->rows, row_order);
	size_t n = 0;
	for (size_t i = 0; i < rows->n; i++)
		n += i == 0 || leaf_key_order(&rows->rows[i].key, &rows->rows[i - 1].key) != 0;
	out->leaf = calloc(n + 1, sizeof *out->leaf);
	out->running_kg = calloc(n + 1, sizeof *out->running_kg);
	if (out->leaf == NULL || out->running_kg == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < rows->n; i++) {
		const struct row *row = &rows->rows[i];
		if (out->n == 0 || leaf_key_order(&row->key, &out->leaf[out->n - 1].key) != 0) {
			int64_t *past_kg = calloc(out->past_days, sizeof *past_kg);
			if (past_kg == NULL)
				return STATUS_NO_MEMORY;
			out->leaf[out->n++] = (struct leaf){ .key = row->key, .past_kg = past_kg };
		}
		if (row->day >= out->first_day && row->day <= out->origin)
			out->leaf[out->n - 1].past_kg[row->day - out->first_day] = row->net_kg;
		else if (row->day == today)
			out->running_kg[out->n - 1] = row->net_kg;
	}
	return STATUS_OK;
}

/* ---- the running day ---- */

/* What hour by hour of the last weeks says: the share of a day's mass that has usually come by this minute of the day. */
static double
share_by(const double hours[HOURS], int64_t minute)
{
	double all = 0.0, done = 0.0;
	for (int h = 0; h < HOURS; h++) {
		double passed = (double)(minute - h * 60) / 60.0;
		all += hours[h];
		done += hours[h] * (passed < 0.0 ? 0.0 : passed > 1.0 ? 1.0 : passed);
	}
	return all <= 0.0 ? 0.0 : done / all;
}

static enum status
gather_shares(const struct engine_source *source, int64_t now_ms, int64_t today, struct inputs *out, struct reason *why)
{
	const Juyan__V1__Totals *totals = NULL;
	Juyan__V1__TotalsAsk ask = JUYAN__V1__TOTALS_ASK__INIT;
	ask.by_period = JUYAN__V1__PERIOD_KIND__HOUR;
	ask.by_port = true;
	out->running_share = calloc(out->n + 1, sizeof *out->running_share);
	if (out->running_share == NULL)
		return STATUS_NO_MEMORY;
	enum status status = STATUS_OK;
	for (size_t i = 0; status == STATUS_OK && i < out->n; i++) {
		const char *port = out->leaf[i].key.port;
		if (i > 0 && strcmp(port, out->leaf[i - 1].key.port) == 0) {
			out->running_share[i] = out->running_share[i - 1];
			continue;
		}
		char *ports[] = { out->leaf[i].key.port };
		double hours[HOURS] = { 0.0 };
		ask.ports = ports;
		ask.n_ports = 1;
		status = ask_totals(source, &ask, today - RECENT_DAYS, today - 1, &totals, why);
		for (size_t k = 0; status == STATUS_OK && k < totals->n_rows; k++)
			if (strlen(totals->rows[k]->period) == strlen("2025-01-31T08"))
				hours[strtoul(totals->rows[k]->period + 11, NULL, 10) % HOURS] += (double)totals->rows[k]->net_kg;
		int64_t local_ms = now_ms + (int64_t)offset_of(out->registry, port) * 60000 - today * CIVIL_MS_PER_DAY;
		out->running_share[i] = share_by(hours, local_ms / 60000);
	}
	return status;
}

static enum status
gather_running(const struct engine_source *source, int64_t now_ms, int64_t today, struct inputs *out, struct reason *why)
{
	bool any = false;
	for (size_t i = 0; i < out->n; i++)
		any = any || out->running_kg[i] != 0;
	if (any)
		return gather_shares(source, now_ms, today, out, why);
	free(out->running_kg);
	out->running_kg = NULL;
	return STATUS_OK;
}

/* ---- all of it ---- */

enum status
gather(const struct engine_source *source, int64_t now_ms, struct inputs *out, struct reason *why)
{
	struct inputs made = { 0 };
	struct rows rows = { 0 };
	int64_t today = 0;
	enum status status = gather_mark(source, &made.lsn, why);
	if (status == STATUS_OK)
		status = gather_registry(source, &made.registry, why);
	if (status == STATUS_OK) {
		today = gather_today(made.registry, now_ms);
		status = first_day_of(source, today, &made.first_day, why);
	}
	if (status == STATUS_OK)
		status = gather_days(source, made.first_day, today, &rows, why);
	if (status == STATUS_OK) {
		made.origin = today - 1;
		made.first_day = made.first_day < made.origin ? made.first_day : made.origin;
		made.past_days = (size_t)(made.origin - made.first_day + 1);
		status = fold(&rows, today, &made);
	}
	if (status == STATUS_OK)
		status = gather_running(source, now_ms, today, &made, why);
	free(rows.rows);
	if (status != STATUS_OK) {
		inputs_close(&made);
		return status == STATUS_NO_MEMORY ? reason_say(why, status, "memory ran out") : status;
	}
	inputs_mark(&made);
	*out = made;
	return STATUS_OK;
}
