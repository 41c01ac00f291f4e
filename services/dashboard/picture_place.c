/* The place: ports, the places above them, commodity groups and goals, with their names. */
#include "painter_parts.h"

/* Where the registry has no name in a language, it has another one, or the id. */
static json_t *
names_json(const char *id, const char *zh, const char *mn, const char *en)
{
	const char *any = en[0] != '\0' ? en : zh[0] != '\0' ? zh : mn[0] != '\0' ? mn : id;
	return json_pack("{s:s, s:s, s:s}", "zh", zh[0] != '\0' ? zh : any, "mn", mn[0] != '\0' ? mn : any, "en",
	    en[0] != '\0' ? en : any);
}

static json_t *
port_json(const struct places *places, const struct port *port)
{
	const Juyan__V1__Port *record = port->record;
	json_t *lanes = json_array();
	for (size_t i = 0; i < record->n_lanes && lanes != NULL; i++)
		if (append_json(lanes, json_string(record->lanes[i])) != STATUS_OK) {
			json_decref(lanes);
			return NULL;
		}
	const char *above = places_above(places, port->id);
	return json_pack("{s:s, s:o, s:s, s:o, s:o, s:s, s:s?}", "id", port->id, "names",
	    names_json(port->id, record->name_zh, record->name_mn, record->name_en), "utc_offset", record->utc_offset, "today",
	    day_json(port->today), "lanes", lanes, "count_on",
	    record->count_on == JUYAN__V1__COUNT_ON__DEPARTURE ? "departure" : "release", "place", above);
}

static enum status
put_places(struct painter *painter, json_t *object)
{
	const struct kept *kept = &painter->kept;
	json_t *list = json_array();
	enum status status = put_json(object, "places", list);
	for (size_t i = 0; i < kept->n_places && status == STATUS_OK; i++) {
		const Juyan__V1__Place *place = kept->places[i].place;
		status = append_json(list,
		    json_pack("{s:s, s:o, s:s?}", "id", place->id, "names",
			names_json(place->id, place->name_zh, place->name_mn, place->name_en), "parent",
			places_above(registry_places(kept->registry), place->id)));
	}
	return status;
}

/* Two groups are there without a record. */
static enum status
put_groups(struct painter *painter, json_t *object)
{
	static const struct {
		const char *id, *zh, *mn, *en;
	} built_in[] = { { GROUP_EMPTY, "空车", "Хоосон", "Empty" }, { GROUP_OTHER, "其他货物", "Бусад бараа", "Other goods" } };
	const Juyan__V1__Registry *records = painter->kept.records[RECORDS_GROUP];
	bool has[2] = { false, false };
	json_t *list = json_array();
	enum status status = put_json(object, "groups", list);
	for (size_t i = 0; i < records->n_records && status == STATUS_OK; i++) {
		const Juyan__V1__CommodityGroup *group = records->records[i]->group;
		for (size_t k = 0; k < 2; k++)
			has[k] = has[k] || strcmp(group->id, built_in[k].id) == 0;
		if (record_holds(painter, RECORDS_GROUP, i))
			status = append_json(list,
			    json_pack("{s:s, s:o}", "id", group->id, "names",
				names_json(group->id, group->name_zh, group->name_mn, group->name_en)));
	}
	for (size_t k = 0; k < 2 && status == STATUS_OK; k++)
		if (!has[k])
			status = append_json(list,
			    json_pack("{s:s, s:o}", "id", built_in[k].id, "names",
				names_json(built_in[k].id, built_in[k].zh, built_in[k].mn, built_in[k].en)));
	return status;
}

static enum status
put_goals(struct painter *painter, json_t *object)
{
	const Juyan__V1__Registry *records = painter->kept.records[RECORDS_GOAL];
	json_t *list = json_array();
	enum status status = put_json(object, "goals", list);
	for (size_t i = 0; i < records->n_records && status == STATUS_OK; i++)
		if (record_holds(painter, RECORDS_GOAL, i))
			status = append_json(list, goal_json(records->records[i]->goal));
	return status;
}

static enum status
draw(struct painter *painter, const void *what, json_t *object, struct reason *why)
{
	(void)what;
	(void)why;
	json_t *ports = json_array();
	enum status status = put_json(object, "ports", ports);
	for (size_t i = 0; i < painter->kept.n_ports && status == STATUS_OK; i++)
		status = append_json(ports, port_json(registry_places(painter->kept.registry), &painter->kept.ports[i]));
	if (status == STATUS_OK)
		status = put_places(painter, object);
	if (status == STATUS_OK)
		status = put_groups(painter, object);
	return status == STATUS_OK ? put_goals(painter, object) : status;
}

enum status
painter_place(struct painter *painter, json_t **out, struct reason *why)
{
	return painter_paint(painter, draw, NULL, out, why);
}
