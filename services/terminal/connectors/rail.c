/* Rows become units, waybills and goods lines, each by its name; what is unknown in one of them is unknown in their sum. */
#include "rail.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { COMPLAINTS_MAX = 16 };

/* No wagon is lighter: a tare below is one of another unit. */
#define WAGON_TARE_KG_MIN INT64_C(4000)

/* ---- rows ---- */

bool
rail_begin(struct rail_list *list, struct findings *out)
{
	*list = (struct rail_list){ .out = out, .tare_unit = "kg", .load_unit = "kg" };
	list->rows = findings_take(out, RAIL_ROWS_MAX * sizeof *list->rows);
	return list->rows != NULL;
}

struct rail_row *
rail_add(struct rail_list *list, unsigned long line)
{
	if (list->n == RAIL_ROWS_MAX) {
		rail_refuse(list, line, "more than %d rows; a train has at most %d wagons here", RAIL_ROWS_MAX, UNITS_MAX);
		return NULL;
	}
	struct rail_row *row = &list->rows[list->n++];
	*row = (struct rail_row){ .line = line, .wagon = "", .waybill = "", .goods = "", .hs_code = "" };
	return row;
}

void
rail_refuse(struct rail_list *list, unsigned long line, const char *format, ...)
{
	struct reason why;
	va_list args;
	list->refused = true;
	if (list->complaints++ >= COMPLAINTS_MAX)
		return;
	va_start(args, format);
	vsnprintf(why.text, sizeof why.text, format, args);
	va_end(args);
	findings_remark(list->out, REMARK_lacks, "line %lu: %s", line, why.text);
}

/* ---- what counts once ---- */

static bool
same_containers(const struct rail_row *a, const struct rail_row *b)
{
	bool same = a->n_containers == b->n_containers;
	for (size_t i = 0; same && i < a->n_containers; i++)
		same = strcmp(a->containers[i], b->containers[i]) == 0;
	return same;
}

static bool
same_row(const struct rail_row *a, const struct rail_row *b)
{
	return a->has_load == b->has_load && a->load_kg == b->load_kg && strcmp(a->goods, b->goods) == 0 && same_containers(a, b);
}

/* Whether the cargo of a marked row stands on another wagon of the same list. */
static bool
stands_elsewhere(const struct rail_list *list, const struct rail_row *row)
{
	for (size_t i = 0; row->reloaded && i < list->n; i++)
		if (!list->rows[i].reloaded && strcmp(list->rows[i].waybill, row->waybill) == 0)
			return true;
	return false;
}

/* A second row of a wagon under the same waybill: the same again, one more container, or a contradiction. */
static bool
is_repeated(struct rail_list *list, const struct rail_row *row)
{
	for (const struct rail_row *other = list->rows; other < row; other++) {
		if (strcmp(other->wagon, row->wagon) != 0 || strcmp(other->waybill, row->waybill) != 0 ||
		    other->reloaded != row->reloaded)
			continue;
		if (same_row(other, row)) {
			findings_remark(list->out, REMARK_repeated,
			    "line %lu: wagon %.32s under waybill %.64s stands in line %lu, too: counted once", row->line,
			    row->wagon, row->waybill, other->line);
			return true;
		}
		if (row->n_containers == 0 || other->n_containers == 0 || same_containers(other, row))
			rail_refuse(list, row->line,
			    "wagon %.32s under waybill %.64s stands in line %lu with another load; expected it once", row->wagon,
			    row->waybill, other->line);
	}
	return false;
}

/* ---- sums ---- */

/* One more mass of several: the sum is known as long as each one is. */
static void
add_mass(bool first, bool has, int64_t kg, protobuf_c_boolean *has_sum, int64_t *sum)
{
	*has_sum = has && (first || *has_sum);
	*sum = *has_sum ? (first ? 0 : *sum) + kg : 0;
}

static void
mark_implausible(const struct rail_list *list, const struct rail_row *row)
{
	if (row->has_load && row->load_kg > UNIT_KG_MAX_RAIL)
		findings_remark(list->out, REMARK_implausible,
		    "line %lu: wagon %.32s has a load of %" PRId64 " kg, read in %s; expected at most %" PRId64
		    " kg: is the unit right?",
		    row->line, row->wagon, row->load_kg, list->load_unit, UNIT_KG_MAX_RAIL);
	if (row->has_tare && (row->tare_kg > UNIT_KG_MAX_RAIL || row->tare_kg < WAGON_TARE_KG_MIN))
		findings_remark(list->out, REMARK_implausible,
		    "line %lu: wagon %.32s has a tare of %" PRId64 " kg, read in %s; expected %" PRId64 " to %" PRId64
		    " kg: is the unit right?",
		    row->line, row->wagon, row->tare_kg, list->tare_unit, WAGON_TARE_KG_MIN, UNIT_KG_MAX_RAIL);
	if (row->has_gross && row->has_tare && row->has_load && row->gross_kg != row->tare_kg + row->load_kg)
		findings_remark(list->out, REMARK_differs,
		    "line %lu: wagon %.32s: tare and load are %" PRId64 " kg together, its gross is %" PRId64 " kg: the load holds",
		    row->line, row->wagon, row->tare_kg + row->load_kg, row->gross_kg);
}

static bool
fill_unit(struct rail_list *list, const struct rail_row *row, Juyan__V1__ManifestLodged *lodged)
{
	Juyan__V1__Unit *unit = NULL;
	for (size_t i = 0; i < lodged->n_units && unit == NULL; i++)
		unit = strcmp(lodged->units[i]->unit_id, row->wagon) == 0 ? lodged->units[i] : NULL;
	bool first = unit == NULL;
	if (first && lodged->n_units == UNITS_MAX) {
		rail_refuse(list, row->line, "more than %d wagons", UNITS_MAX);
		return false;
	}
	if (first) {
		unit = findings_new(list->out, &juyan__v1__unit__descriptor);
		if (!findings_append(list->out, &lodged->units, &lodged->n_units, unit))
			return false;
		unit->unit_id = findings_text(list->out, row->wagon, UNIT_ID_BYTES_MAX);
	}
	add_mass(first, row->has_load, row->load_kg, &unit->has_declared_kg, &unit->declared_kg);
	if (unit->has_tare_kg && row->has_tare && unit->tare_kg != row->tare_kg)
		rail_refuse(list, row->line, "wagon %.32s has two different tares", row->wagon);
	unit->tare_kg = row->has_tare ? row->tare_kg : unit->tare_kg;
	unit->has_tare_kg = unit->has_tare_kg || row->has_tare;
	for (size_t i = 0; i < row->n_containers; i++) {
		if (unit->n_containers == CONTAINERS_MAX) {
			rail_refuse(list, row->line, "wagon %.32s has more than %d containers", row->wagon, CONTAINERS_MAX);
			return false;
		}
		findings_append(list->out, &unit->containers, &unit->n_containers, row->containers[i]);
	}
	return unit->unit_id != NULL;
}

static bool
fill_goods(struct rail_list *list, const struct rail_row *row, Juyan__V1__Waybill *waybill)
{
	Juyan__V1__GoodsLine *line = NULL;
	char *description = findings_text(list->out, row->goods, TEXT_BYTES_MAX);
	if (description == NULL)
		return false;
	for (size_t i = 0; i < waybill->n_goods && line == NULL; i++)
		if (strcmp(waybill->goods[i]->description, description) == 0 &&
		    strcmp(waybill->goods[i]->hs_code, row->hs_code) == 0)
			line = waybill->goods[i];
	bool first = line == NULL;
	if (first) {
		line = findings_new(list->out, &juyan__v1__goods_line__descriptor);
		if (!findings_append(list->out, &waybill->goods, &waybill->n_goods, line))
			return false;
		line->description = description;
		line->hs_code = findings_text(list->out, row->hs_code, HS_DIGITS_MAX);
	}
	add_mass(first, row->has_load, row->load_kg, &line->has_declared_kg, &line->declared_kg);
	return line->hs_code != NULL;
}

static bool
fill_waybill(struct rail_list *list, const struct rail_row *row, Juyan__V1__ManifestLodged *lodged)
{
	Juyan__V1__Waybill *waybill = NULL;
	if (row->waybill[0] == '\0') { /* an empty wagon */
		if (row->goods[0] != '\0' || (row->has_load && row->load_kg > 0))
			rail_refuse(list, row->line, "wagon %.32s is loaded and has no waybill; expected its number", row->wagon);
		return !list->refused;
	}
	for (size_t i = 0; i < lodged->n_waybills && waybill == NULL; i++)
		waybill = strcmp(lodged->waybills[i]->waybill_no, row->waybill) == 0 ? lodged->waybills[i] : NULL;
	bool first = waybill == NULL;
	if (first) {
		waybill = findings_new(list->out, &juyan__v1__waybill__descriptor);
		if (!findings_append(list->out, &lodged->waybills, &lodged->n_waybills, waybill))
			return false;
		waybill->waybill_no = findings_text(list->out, row->waybill, SHORT_TEXT_BYTES_MAX);
	}
	add_mass(first, row->has_load, row->load_kg, &waybill->has_declared_kg, &waybill->declared_kg);
	return waybill->waybill_no != NULL && fill_goods(list, row, waybill);
}

static bool
fits(struct rail_list *list, const Juyan__V1__ManifestLodged *lodged)
{
	size_t goods = 0;
	int64_t most_kg = 0;
	for (size_t i = 0; i < lodged->n_waybills; i++) {
		goods += lodged->waybills[i]->n_goods;
		for (size_t k = 0; k < lodged->waybills[i]->n_goods; k++)
			if (lodged->waybills[i]->goods[k]->declared_kg > most_kg)
				most_kg = lodged->waybills[i]->goods[k]->declared_kg;
		most_kg = lodged->waybills[i]->declared_kg > most_kg ? lodged->waybills[i]->declared_kg : most_kg;
	}
	for (size_t i = 0; i < lodged->n_units; i++)
		most_kg = lodged->units[i]->declared_kg > most_kg ? lodged->units[i]->declared_kg : most_kg;
	if (most_kg > MASS_KG_MAX)
		rail_refuse(list, 1, "a load of %" PRId64 " kg; expected at most a million tonnes: is the unit right?", most_kg);
	else if (lodged->n_waybills > WAYBILLS_MAX || goods > GOODS_MAX)
		rail_refuse(list, 1, "%zu waybills with %zu goods lines; expected at most %d with %d", lodged->n_waybills, goods,
		    WAYBILLS_MAX, GOODS_MAX);
	else if (lodged->n_units == 0)
		rail_refuse(list, 1, "no wagon; expected at least one");
	return !list->refused;
}

bool
rail_fill(struct rail_list *list, Juyan__V1__ManifestLodged *lodged)
{
	for (size_t i = 0; i < list->n && !findings_full(list->out); i++) {
		const struct rail_row *row = &list->rows[i];
		if (stands_elsewhere(list, row)) {
			findings_remark(list->out, REMARK_repeated,
			    "line %lu: wagon %.32s is marked as reloaded: waybill %.64s counts on its other wagons", row->line,
			    row->wagon, row->waybill);
			continue;
		}
		if (is_repeated(list, row))
			continue;
		mark_implausible(list, row);
		if (!fill_unit(list, row, lodged) || !fill_waybill(list, row, lodged))
			return false;
	}
	return !findings_full(list->out) && fits(list, lodged);
}
