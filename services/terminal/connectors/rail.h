/*
 * Wagons, as a train's list or a consignment form names them, into one manifest. A row is one wagon with what it carries under one
 * waybill. What is wrong makes a remark with its line and sets `refused`: then nothing comes of the whole document.
 *
 * What counts once:
 * - A row that stands twice, with the same wagon, waybill, load and containers.
 * - A cargo that was reloaded between gauges. A row marked so is left out where its waybill has others that are not: the same cargo
 *   stands on those. Where all rows of a waybill are marked, they are its wagons.
 * The same cargo in two lists, the 1,520 mm train's and the 1,435 mm train's, no single document can see: the setting `counts: no`
 * is for the folder with the lists of the inner train.
 */
#ifndef JUYAN_CONNECTORS_RAIL_H
#define JUYAN_CONNECTORS_RAIL_H

#include "findings.h"
#include "yaml.h"

enum { RAIL_ROWS_MAX = 1024, RAIL_WORD_BYTES = 16, RAIL_TEMPLATE_BYTES = 128 };

struct rail_row {
	unsigned long line;
	const char *wagon, *waybill, *goods, *hs_code; /* "" where there is none */
	char **containers;
	size_t n_containers;
	bool has_tare, has_load, has_gross, reloaded;
	int64_t tare_kg, load_kg, gross_kg;
};

struct rail_list {
	struct findings *out;
	struct rail_row *rows; /* of the arena, RAIL_ROWS_MAX */
	size_t n;
	const char *tare_unit, *load_unit; /* as the document writes them, for a sentence */
	size_t complaints;
	bool refused;
};

/* False: no memory. */
bool rail_begin(struct rail_list *list, struct findings *out);
/* A zeroed row with empty texts; NULL: too many, and refused. */
struct rail_row *rail_add(struct rail_list *list, unsigned long line);
/* Wrong: "line 12: …". Of many only the first are told. */
void rail_refuse(struct rail_list *list, unsigned long line, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* All rows into units, waybills and goods; false: refused, or no memory. */
bool rail_fill(struct rail_list *list, Juyan__V1__ManifestLodged *lodged);

/* What a source of such documents is set to say of all of them. */
struct rail_settings {
	bool counts, knows_direction;
	Juyan__V1__Direction direction;
	char batch[RAIL_TEMPLATE_BYTES]; /* "": the connector's own default */
};
extern const char rail_direction_prose[], rail_counts_prose[];
/* Without settings at all (a mere look at a file) the direction may be unknown; else it is required. SYNTAX. */
enum status rail_configure(const struct yaml_node *settings, const char *const *fields, struct rail_settings *out,
    struct reason *why) MUST_USE;

/* A file's name without folders and ending; NULL: no memory. */
const char *rail_file(struct findings *out, const char *name);
/* A batch number by its template: {field} is values[i] of fields[i] (NULL-ended). NULL: refused, an empty one is named. */
char *rail_batch(struct rail_list *list, const char *template, const char *const *fields, const char *const *values);
/* The event, or, where these documents do not count, a remark of what was in it. */
void rail_lodge(struct rail_list *list, const struct rail_settings *settings, enum part part, char *batch, char *key, int64_t at_ms,
    Juyan__V1__ManifestLodged *lodged);

#endif
