/*
 * Masses, days and messages as the contract's JSON, for picture_*.c alone. The caller owns what is made. A json_t * that is NULL
 * means that memory ran out; jansson hands it on, so that it is looked at once, at the end.
 */
#ifndef JUYAN_DASHBOARD_PAINTER_JSON_H
#define JUYAN_DASHBOARD_PAINTER_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "query.pb-c.h"
#include "status.h"

struct mass {
	int64_t net_kg, weighed_kg, declared_kg, corrected_kg, batches, units, units_unknown;
};

void mass_add(struct mass *mass, const Juyan__V1__TotalsRow *row); /* a row by basis */
void mass_add_mass(struct mass *mass, const struct mass *other);
json_t *mass_json(const struct mass *mass);
json_t *kg_json(bool known, int64_t kg); /* null where it is unknown; for times too */
json_t *text_json(const char *text);     /* null where it is empty */
json_t *day_json(int64_t day);
/* All fields of a message: null for what may be absent and is, else empty or 0. Messages within it that are absent are null. */
json_t *told_json(const ProtobufCMessage *message);
json_t *goal_json(const Juyan__V1__Goal *goal);
/* Sets `name`; a value of NULL is memory that ran out. */
enum status put_json(json_t *object, const char *name, json_t *value) MUST_USE;
enum status append_json(json_t *list, json_t *value) MUST_USE;

#endif
