/*
 * What the files of the manifest connector share: a document on its way from a tree to one part of a manifest, or to nothing. All
 * or nothing: what is missing or malformed makes a remark and sets `refused`, and then no event comes of the document. All that is
 * made lives in the arena of the findings; NULL everywhere means "refused, or no memory".
 */
#ifndef JUYAN_CONNECTORS_MANIFEST_H
#define JUYAN_CONNECTORS_MANIFEST_H

#include "connector.h"
#include "xml.h"

/* What a document is about, by its message type alone: a TypeCode says truck and train differently in different programs. */
struct manifest_type {
	const char *name;
	Juyan__V1__Direction direction;
	bool of_vehicle; /* carriage confirmation: who crosses; else what crosses */
	bool empty;      /* no goods on it */
};

struct manifest_reading {
	struct findings *out;
	const struct place *place;
	const struct moment_of *when;
	const struct xml_node *root, *declaration;
	const struct manifest_type *type;
	char function; /* FunctionCode: '9', '0', '2', '5', '3' */
	bool classification_is_hs;
	bool waybill_releases; /* a release that names a waybill releases its batch */
	bool main_is_whole;    /* function 9 speaks of all waybills of the batch */
	uint64_t hash;         /* of its bytes */
	bool refused;
};

/* ---- reading fields (manifest_fields.c) ---- */

/* Refuses the document: names the element, by its path below `at`, what it holds and what was expected. */
void manifest_lacks(struct manifest_reading *reading, const struct xml_node *at, const char *path, const char *expected);
/* A text that must be there, of at most so many bytes: a number that is cut would be another one's. */
char *manifest_text(struct manifest_reading *reading, const struct xml_node *at, const char *path, size_t bytes_max,
    const char *expected);
/* Where the element is empty or not there, or its unit is not known (a remark): unknown. Malformed: refused. */
void manifest_mass(struct manifest_reading *reading, const struct xml_node *at, const char *path, protobuf_c_boolean *known,
    int64_t *kg);
void manifest_packages(struct manifest_reading *reading, const struct xml_node *at, const char *path, protobuf_c_boolean *known,
    int64_t *packages);
/* Local time of 17 digits (14 will do); where there is none, the time at which it came. */
int64_t manifest_moment(struct manifest_reading *reading, const struct xml_node *node);

/* ---- the kinds of document ---- */

/* MT1401, MT2401 (manifest_body.c). Fills `lodged` and says of which part it is; false: nothing comes of it. */
bool manifest_waybills(struct manifest_reading *reading, Juyan__V1__ManifestLodged *lodged, enum part *part);
/* MT4401 to MT4406 (manifest_vehicle.c), likewise. */
bool manifest_vehicles(struct manifest_reading *reading, Juyan__V1__ManifestLodged *lodged, enum part *part);
/* What customs answered (receipt.c). */
bool receipt_is(const struct xml_node *root);
void receipt_take(struct manifest_reading *reading);

#endif
