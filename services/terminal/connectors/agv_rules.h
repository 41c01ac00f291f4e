/*
 * What a port says about its vehicles: where a load comes off, and what a trip is called. Read once from the settings of a source;
 * the rules own their texts. Shared by vda5050.c and vehicles.c.
 */
#ifndef JUYAN_CONNECTORS_AGV_RULES_H
#define JUYAN_CONNECTORS_AGV_RULES_H

#include "connector.h"

enum { AGV_ID_BYTES = SHORT_TEXT_BYTES_MAX + 1, AGV_NODES_MAX = 1024, AGV_GOODS_MAX = 8 };

struct agv_rules {
	struct arena texts;
	bool anywhere; /* without settings (a look at a file): every node is one for unloading */
	const char **unload, **load;
	size_t n_unload, n_load;
	const char *lane; /* "": not known */
	const char **lane_nodes, **lane_names;
	size_t n_lanes;
	const char *unit, *batch; /* templates */
	bool lodges;              /* the AGV system is the manifests' source */
	Juyan__V1__Direction direction;
	const char *waybill; /* template */
	const char *goods[AGV_GOODS_MAX], *hs[AGV_GOODS_MAX];
	size_t n_goods;
	bool weighed;
	int64_t tare_kg, silent_ms;
};

/* What a template may name. */
struct agv_names {
	const char *order, *load, *manufacturer, *serial;
	int64_t at_ms; /* UTC */
	int32_t offset_minutes;
};

/* The settings that these rules take, for the tables of connectors. */
#define AGV_SETTINGS \
	{ "unload_nodes", "the nodes at which a load comes off: a list; required" }, \
	    { "load_nodes", "the nodes at which a load comes on: seen there, the trip has an arrival" }, \
	    { "lane", "the lane that these vehicles drive in" }, { "lanes", "or a map: node: lane" }, \
	    { "unit", "what a vehicle is called, from {serial} and {manufacturer}; \"{serial}\" unless it says otherwise" }, \
	    { "batch", \
		    "the batch number of a trip, from {order} {load} {manufacturer} {serial} {date}; \"{order}\" unless it says " \
		    "otherwise; empty: of the manifest that names the vehicle" }, \
	    { "lodge", \
		    "where the AGV system is the manifest's source: a map of direction (import or export), goods (a list of " \
		    "description and hs_code) and waybill (a template; \"{load}\" unless it says otherwise)" }, \
	    { "weight", \
		    "declared: a load's weight stands in the manifest; weighed: it is the vehicle's own scale, and needs " \
		    "tare_kg" }, \
	    { "tare_kg", "the mass of the empty vehicle, which the weight that it states of its load does not hold" }, \
	{ \
		"silent_s", "a vehicle that has said nothing for so many seconds is silent; 60 unless it says otherwise; 0: never" \
	}

/* SYNTAX with file and line, NO_MEMORY; nothing is left to close then. */
enum status agv_rules_open(const struct yaml_node *settings, struct agv_rules *out, struct reason *why) MUST_USE;
void agv_rules_close(struct agv_rules *rules); /* safe on a zeroed one */

bool agv_unloads_at(const struct agv_rules *rules, const char *node);
bool agv_loads_at(const struct agv_rules *rules, const char *node);
const char *agv_lane_of(const struct agv_rules *rules, const char *node); /* "" where none is known */

/*
 * A text in at most bytes_max bytes, as clean text. A longer one becomes its beginning with a hash of the whole, so that two that
 * differ stay two. `out` has room for one byte more.
 */
void agv_fit(const char *text, size_t bytes_max, char *out);
/* A template filled in, fitted likewise; "" where something that it names is empty. */
void agv_fill(const char *template, const struct agv_names *names, size_t bytes_max, char *out);

#endif
