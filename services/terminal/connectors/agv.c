/* The vehicles of one source: finding one, the order of its reports in time, and who is asked about each report. */
#include "agv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "agv_parts.h"

enum { BACK_MAX = 60 }; /* reports from the past, one after another, until the clock is believed to have been set back */
#define REFUSED_AGAIN_MS (INT64_C(3600) * 1000)

enum status
agv_open(const struct yaml_node *settings, const struct place *place, struct agv **out, struct reason *why)
{
	struct agv *agv = calloc(1, sizeof *agv);
	if (agv == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "there is no memory for the vehicles");
	enum status status = agv_rules_open(settings, &agv->rules, why);
	if (status != STATUS_OK) {
		free(agv);
		return status;
	}
	agv->offset_minutes = place->offset_minutes;
	*out = agv;
	return STATUS_OK;
}

void
agv_close(struct agv **agv)
{
	if (*agv == NULL)
		return;
	for (size_t i = 0; i < (*agv)->n; i++)
		free((*agv)->vehicles[i]);
	agv_rules_close(&(*agv)->rules);
	free((*agv)->before);
	free(*agv);
	*agv = NULL;
}

static uint64_t
hash_of(const char *manufacturer, const char *serial)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	for (const char *at = manufacturer; *at != '\0'; at++)
		hash = (hash ^ (uint8_t)*at) * UINT64_C(1099511628211);
	hash = (hash ^ 0xFF) * UINT64_C(1099511628211);
	for (const char *at = serial; *at != '\0'; at++)
		hash = (hash ^ (uint8_t)*at) * UINT64_C(1099511628211);
	return hash;
}

struct vehicle *
agv_vehicle(struct agv *agv, const char *manufacturer, const char *serial)
{
	char by[AGV_ID_BYTES], number[AGV_ID_BYTES];
	agv_fit(manufacturer, sizeof by - 1, by);
	agv_fit(serial, sizeof number - 1, number);
	uint64_t hash = hash_of(by, number);
	for (size_t i = 0; i < agv->n; i++) {
		struct vehicle *vehicle = agv->vehicles[i];
		if (vehicle->hash == hash && strcmp(vehicle->serial, number) == 0 && strcmp(vehicle->manufacturer, by) == 0)
			return vehicle;
	}
	struct vehicle *vehicle = agv->n < AGV_VEHICLES_MAX ? calloc(1, sizeof *vehicle) : NULL;
	if (vehicle == NULL)
		return NULL;
	vehicle->hash = hash;
	memcpy(vehicle->manufacturer, by, sizeof by);
	memcpy(vehicle->serial, number, sizeof number);
	struct agv_names names = { .order = "", .load = "", .manufacturer = by, .serial = number };
	agv_fill(agv->rules.unit, &names, UNIT_ID_BYTES_MAX, vehicle->name);
	if (vehicle->name[0] == '\0') /* the template names what a vehicle does not have */
		agv_fit(number, UNIT_ID_BYTES_MAX, vehicle->name);
	return agv->vehicles[agv->n++] = vehicle;
}

void
agv_message(struct agv *agv, const struct agv_heard *heard, struct findings *out)
{
	if (!agv->message_stands)
		findings_message(out, heard->raw);
	agv->message_stands = true;
}

Juyan__V1__Event *
agv_event(struct agv *agv, const struct agv_heard *heard, Juyan__V1__Event__WhatCase what, struct findings *out)
{
	agv_message(agv, heard, out);
	return findings_event(out, what);
}

static struct vehicle *
vehicle_of(struct agv *agv, const struct agv_heard *heard, struct findings *out)
{
	agv->message_stands = heard->kept;
	struct vehicle *vehicle = agv_vehicle(agv, heard->manufacturer, heard->serial);
	if (vehicle != NULL || (agv->refused_ms != 0 && heard->now_ms - agv->refused_ms < REFUSED_AGAIN_MS))
		return vehicle;
	agv_remark(agv, heard, out, REMARK_strange, "the vehicle %.40s of %.40s is one too many; expected at most %d",
	    heard->serial, heard->manufacturer, AGV_VEHICLES_MAX);
	agv->refused_ms = heard->now_ms;
	return NULL;
}

/*
 * Whether a report is younger than all before it. After a whole row of older ones, each younger than the one before it, the
 * vehicle's clock has been set back, and is believed.
 */
static bool
is_news(struct agv *agv, struct vehicle *vehicle, const struct agv_heard *heard, struct findings *out)
{
	bool younger = heard->at_ms > vehicle->last_ms || (heard->event && heard->at_ms == vehicle->last_ms);
	if (vehicle->last_ms == 0 || heard->untimed || younger) {
		vehicle->back = 0;
		return true;
	}
	vehicle->back = vehicle->back > 0 && heard->at_ms > vehicle->back_ms ? vehicle->back + 1 : 1;
	vehicle->back_ms = heard->at_ms;
	if (vehicle->back < BACK_MAX)
		return false;
	vehicle->back = 0;
	agv_remark(agv, heard, out, REMARK_implausible, "%s: its clock goes %lld s behind what it said before; expected: ahead",
	    vehicle->name, (long long)((vehicle->last_ms - heard->at_ms) / 1000));
	return true;
}

/*
 * A clock that goes far ahead would make all that comes later old: our own time stands in, a little later for each report, for many
 * come at once. The same report once more is still no news.
 */
static int64_t
time_of(struct agv *agv, struct vehicle *vehicle, const struct agv_heard *heard, struct findings *out)
{
	if (heard->at_ms <= heard->now_ms + TIME_AHEAD_MS_MAX) {
		vehicle->clock_told = false;
		return heard->at_ms;
	}
	if (!vehicle->clock_told)
		agv_remark(agv, heard, out, REMARK_implausible,
		    "%s: its clock is %lld s ahead; expected at most %lld; ours is used", vehicle->name,
		    (long long)((heard->at_ms - heard->now_ms) / 1000), (long long)(TIME_AHEAD_MS_MAX / 1000));
	vehicle->clock_told = true;
	if (heard->at_ms == vehicle->ahead_ms)
		return vehicle->last_ms;
	vehicle->ahead_ms = heard->at_ms;
	return heard->now_ms > vehicle->last_ms || vehicle->last_ms > heard->now_ms + TIME_AHEAD_MS_MAX ? heard->now_ms
													: vehicle->last_ms + 1;
}

static void
take_over(struct vehicle *vehicle, const struct agv_heard *heard)
{
	char node[AGV_ID_BYTES];
	vehicle->last_ms = heard->at_ms;
	if (heard->order != NULL)
		agv_fit(heard->order, sizeof vehicle->order - 1, vehicle->order);
	if (heard->node == NULL)
		return;
	agv_fit(heard->node, sizeof node - 1, node);
	if (strcmp(node, vehicle->node) == 0)
		return;
	memcpy(vehicle->node, node, sizeof node);
	size_t n = 0; /* elsewhere, what is gone is gone for good, and what is aboard is a trip to come */
	for (size_t i = 0; i < vehicle->n_aboard; i++)
		if (!vehicle->aboard[i].gone) {
			vehicle->aboard[n] = vehicle->aboard[i];
			vehicle->aboard[n++].counted = false;
		}
	vehicle->n_aboard = n;
}

void
agv_begin(struct agv *agv)
{
	assert(agv->n_before == 0);
	agv->changed_before = agv->changed;
}

void
agv_end(struct agv *agv, int64_t now_ms, struct findings *out)
{
	for (size_t i = 0; i < agv->n_before && !findings_full(out); i++) {
		agv->message_stands = false;
		agv_health_ends(agv, agv->before[i]->now, now_ms, out);
	}
	bool taken = !findings_full(out);
	for (size_t i = 0; i < agv->n_before; i++) {
		struct vehicle *copy = agv->before[i], *vehicle = copy->now;
		if (!taken)
			*vehicle = *copy;
		vehicle->copied = false;
		free(copy);
	}
	if (!taken)
		agv->changed = agv->changed_before;
	agv->n_before = 0;
}

/* As it is before the document's first word of it. False: there is no memory. */
static bool
remember(struct agv *agv, struct vehicle *vehicle)
{
	if (vehicle->copied)
		return true;
	if (agv->n_before == agv->room_before) {
		size_t room = agv->room_before > 0 ? 2 * agv->room_before : 16;
		struct vehicle **wider = reallocarray(agv->before, room, sizeof(struct vehicle *));
		if (wider == NULL)
			return false;
		agv->before = wider;
		agv->room_before = room;
	}
	struct vehicle *copy = malloc(sizeof *copy);
	if (copy == NULL)
		return false;
	*copy = *vehicle;
	copy->now = vehicle;
	vehicle->copied = true;
	agv->before[agv->n_before++] = copy;
	return true;
}

/* NULL: it is not heard of. */
static struct vehicle *
begin_report(struct agv *agv, const struct agv_heard *heard, struct findings *out)
{
	struct vehicle *vehicle = vehicle_of(agv, heard, out);
	if (vehicle != NULL && !remember(agv, vehicle)) {
		out->full = true;
		return NULL;
	}
	return vehicle;
}

static void
take_report(struct agv *agv, struct vehicle *vehicle, const struct agv_heard *heard, struct findings *out)
{
	struct agv_heard report = *heard;
	report.at_ms = time_of(agv, vehicle, heard, out);
	vehicle->heard_ms = heard->now_ms;
	vehicle->live = heard->live;
	vehicle->silent = false;
	if (is_news(agv, vehicle, &report, out)) {
		take_over(vehicle, &report);
		agv_trips(agv, vehicle, &report, out);
		vehicle->offline = false;
		agv_health(agv, vehicle, &report, out);
	}
}

void
agv_hear(struct agv *agv, struct agv_heard *heard, struct findings *out)
{
	struct vehicle *vehicle = begin_report(agv, heard, out);
	if (vehicle != NULL)
		take_report(agv, vehicle, heard, out);
	heard->kept = agv->message_stands;
}

static void
take_connection(struct agv *agv, struct vehicle *vehicle, const struct agv_heard *heard, bool connected, struct findings *out)
{
	struct agv_heard report = *heard;
	if (!heard->live && heard->at_ms < vehicle->last_ms) /* a file that is read once more */
		return;
	report.at_ms = heard->live || heard->at_ms > heard->now_ms ? heard->now_ms : heard->at_ms;
	vehicle->heard_ms = heard->now_ms;
	vehicle->live = heard->live;
	vehicle->silent = false;
	vehicle->offline = !connected;
	agv_health(agv, vehicle, &report, out);
}

void
agv_connected(struct agv *agv, struct agv_heard *heard, bool connected, struct findings *out)
{
	struct vehicle *vehicle = begin_report(agv, heard, out);
	if (vehicle != NULL)
		take_connection(agv, vehicle, heard, connected, out);
	heard->kept = agv->message_stands;
}

void
agv_pass(struct agv *agv, int64_t now_ms, struct findings *out)
{
	for (size_t i = 0; i < agv->n && !findings_full(out); i++) {
		struct vehicle before = *agv->vehicles[i];
		agv->message_stands = false;
		agv_health_passes(agv, agv->vehicles[i], now_ms, out);
		if (findings_full(out))
			*agv->vehicles[i] = before;
	}
}
