/* What is aboard, as JSON, so that a trip that began before a restart counts after it. Empty vehicles need no memory. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "agv_parts.h"

enum { KEPT_BYTES_MAX = 16 * 1024 * 1024 };

static json_t *
aboard_json(const struct aboard *load)
{
	json_t *json = json_pack("{s:s, s:s, s:b, s:b, s:I, s:s}", "id", load->id, "order", load->order, "unnamed", load->unnamed,
	    "counted", load->counted, "on_ms", (json_int_t)load->on_ms, "on_lane", load->on_lane);
	if (load->has_kg)
		json_object_set_new(json, "kg", json_integer(load->kg));
	return json;
}

/* NULL: nothing is aboard. */
static json_t *
vehicle_json(const struct vehicle *vehicle)
{
	json_t *loads = json_array();
	for (size_t i = 0; i < vehicle->n_aboard; i++)
		if (!vehicle->aboard[i].gone)
			json_array_append_new(loads, aboard_json(&vehicle->aboard[i]));
	if (json_array_size(loads) == 0) {
		json_decref(loads);
		return NULL;
	}
	return json_pack("{s:s, s:s, s:I, s:s, s:s, s:s, s:I, s:o}", "manufacturer", vehicle->manufacturer, "serial",
	    vehicle->serial, "last_ms", (json_int_t)vehicle->last_ms, "node", vehicle->node, "order", vehicle->order,
	    "weighed_batch", vehicle->weighed_batch, "weighed_kg", (json_int_t)vehicle->weighed_kg, "loads", loads);
}

bool
agv_keep(struct agv *agv, struct arena *arena, struct span *out)
{
	if (!agv->changed)
		return false;
	json_t *all = json_array(), *one;
	for (size_t i = 0; i < agv->n; i++)
		if ((one = vehicle_json(agv->vehicles[i])) != NULL)
			json_array_append_new(all, one);
	char *text = all != NULL ? json_dumps(all, JSON_COMPACT) : NULL;
	size_t bytes = text != NULL ? strlen(text) : 0;
	uint8_t *copy = text != NULL ? arena_take(arena, bytes) : NULL;
	if (copy != NULL) {
		memcpy(copy, text, bytes);
		*out = (struct span){ copy, bytes };
		agv->changed = false;
	}
	free(text);
	json_decref(all);
	return copy != NULL;
}

static const char *
text_in(const json_t *json, const char *name)
{
	const char *text = json_string_value(json_object_get(json, name));
	return text != NULL ? text : "";
}

static void
recall_load(struct vehicle *vehicle, const json_t *json)
{
	const json_t *kg = json_object_get(json, "kg");
	if (vehicle->n_aboard == ABOARD_MAX || text_in(json, "id")[0] == '\0')
		return;
	struct aboard *load = &vehicle->aboard[vehicle->n_aboard++];
	*load = (struct aboard){ .unnamed = json_is_true(json_object_get(json, "unnamed")),
		.counted = json_is_true(json_object_get(json, "counted")),
		.on_ms = json_integer_value(json_object_get(json, "on_ms")) };
	agv_fit(text_in(json, "id"), sizeof load->id - 1, load->id);
	agv_fit(text_in(json, "order"), sizeof load->order - 1, load->order);
	agv_fit(text_in(json, "on_lane"), sizeof load->on_lane - 1, load->on_lane);
	load->kg = json_integer_value(kg);
	load->has_kg = json_is_integer(kg) && load->kg >= 0 && load->kg <= MASS_KG_MAX;
}

static void
recall_vehicle(struct agv *agv, const json_t *json)
{
	const json_t *loads = json_object_get(json, "loads");
	int64_t last_ms = json_integer_value(json_object_get(json, "last_ms"));
	struct vehicle *vehicle = json_is_array(loads) && text_in(json, "serial")[0] != '\0'
	    ? agv_vehicle(agv, text_in(json, "manufacturer"), text_in(json, "serial"))
	    : NULL;
	if (vehicle == NULL || vehicle->n_aboard > 0 || last_ms < TIME_MS_LOWEST || last_ms > TIME_MS_HIGHEST)
		return;
	vehicle->last_ms = last_ms;
	vehicle->loads_known = true;
	vehicle->weighed_kg = json_integer_value(json_object_get(json, "weighed_kg"));
	if (vehicle->weighed_kg < 0 || vehicle->weighed_kg > MASS_KG_MAX)
		vehicle->weighed_kg = 0;
	agv_fit(text_in(json, "node"), sizeof vehicle->node - 1, vehicle->node);
	agv_fit(text_in(json, "order"), sizeof vehicle->order - 1, vehicle->order);
	agv_fit(text_in(json, "weighed_batch"), sizeof vehicle->weighed_batch - 1, vehicle->weighed_batch);
	for (size_t i = 0; i < json_array_size(loads); i++)
		recall_load(vehicle, json_array_get(loads, i));
}

void
agv_recall(struct agv *agv, struct span kept)
{
	json_error_t error;
	if (kept.bytes > KEPT_BYTES_MAX)
		return;
	json_t *all = json_loadb((const char *)kept.data, kept.bytes, JSON_REJECT_DUPLICATES, &error);
	for (size_t i = 0; json_is_array(all) && i < json_array_size(all); i++)
		recall_vehicle(agv, json_array_get(all, i));
	json_decref(all);
}
