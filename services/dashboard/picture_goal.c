/* Goals: which one is meant, and what counts for it. */
#include "nearest.h"
#include "painter_parts.h"

typedef Juyan__V1__RegistryRecord Record;

static const char *
id_of(const Record *record)
{
	return record->record_case == JUYAN__V1__REGISTRY_RECORD__RECORD_GOAL ? record->goal->id
	    : record->record_case == JUYAN__V1__REGISTRY_RECORD__RECORD_GROUP ? record->group->id
									      : record->port->id;
}

/* Of several versions the latest that is not after today; before the first of them, the first. They stand together, in order. */
bool
record_holds(const struct painter *painter, enum record_kind kind, size_t i)
{
	const Juyan__V1__Registry *records = painter->kept.records[kind];
	int64_t today = kept_today(painter, NULL), from;
	const char *id = id_of(records->records[i]);
	bool first = i == 0 || strcmp(id_of(records->records[i - 1]), id) != 0;
	bool begun = !civil_parse_day(records->records[i]->valid_from, &from) || from <= today;
	bool followed = i + 1 < records->n_records && strcmp(id_of(records->records[i + 1]), id) == 0 &&
	    civil_parse_day(records->records[i + 1]->valid_from, &from) && from <= today;
	return (first || begun) && !followed;
}

bool
goal_has_port(const struct kept *kept, const Juyan__V1__Goal *goal, const char *port)
{
	return goal == NULL || places_among(registry_places(kept->registry), goal->ports, goal->n_ports, port);
}

void
goal_slice(const Juyan__V1__Goal *goal, Juyan__V1__TotalsAsk *ask, char *names[2])
{
	static char directions[][8] = { "", "import", "export" }, modes[][8] = { "", "truck", "agv", "rail" };
	if (goal == NULL)
		return;
	ask->ports = goal->ports;
	ask->n_ports = goal->n_ports;
	ask->groups = goal->groups;
	ask->n_groups = goal->n_groups;
	names[0] = wire_direction_name(goal->direction) != NULL ? directions[goal->direction] : NULL;
	names[1] = wire_mode_name(goal->mode) != NULL ? modes[goal->mode] : NULL;
	ask->directions = &names[0];
	ask->n_directions = names[0] != NULL;
	ask->modes = &names[1];
	ask->n_modes = names[1] != NULL;
}

/* How much a goal leaves out: the one that speaks of most is the one that a manager means. */
static int
narrow(const Juyan__V1__Goal *goal)
{
	return (goal->mode != 0) + (goal->direction != 0) + (goal->n_groups > 0);
}

/* How many ports it is about. */
static size_t
n_ports(const struct kept *kept, const Juyan__V1__Goal *goal)
{
	size_t n = 0;
	for (size_t i = 0; i < kept->n_ports; i++)
		n += goal_has_port(kept, goal, kept->ports[i].id);
	return goal->n_ports > 0 ? n : PORTS_MAX;
}

/* Among those of today: the widest; of more ports; the longest; with the least target; by id. */
static bool
comes_before(const struct kept *kept, const Juyan__V1__Goal *a, const Juyan__V1__Goal *b)
{
	int64_t a_from = 0, a_to = 0, b_from = 0, b_to = 0;
	if (narrow(a) != narrow(b))
		return narrow(a) < narrow(b);
	size_t a_ports = n_ports(kept, a), b_ports = n_ports(kept, b);
	if (a_ports != b_ports)
		return a_ports > b_ports;
	if (civil_parse_day(a->from, &a_from) && civil_parse_day(a->to, &a_to) && civil_parse_day(b->from, &b_from) &&
	    civil_parse_day(b->to, &b_to) && a_to - a_from != b_to - b_from)
		return a_to - a_from > b_to - b_from;
	return a->target_kg != b->target_kg ? a->target_kg < b->target_kg : strcmp(a->id, b->id) < 0;
}

static bool
is_of_today(const struct painter *painter, const Juyan__V1__Goal *goal)
{
	int64_t from, to, today = kept_today(painter, NULL);
	return civil_parse_day(goal->from, &from) && civil_parse_day(goal->to, &to) && from <= today && today <= to;
}

enum status
goal_find(struct painter *painter, const char *id, const Juyan__V1__Goal **out, struct reason *why)
{
	const Juyan__V1__Registry *records = painter->kept.records[RECORDS_GOAL];
	const Juyan__V1__Goal *found = NULL;
	bool named = id != NULL && id[0] != '\0';
	struct nearest nearest = nearest_to(named ? id : "");
	for (size_t i = 0; i < records->n_records; i++) {
		const Juyan__V1__Goal *goal = records->records[i]->goal;
		if (!record_holds(painter, RECORDS_GOAL, i))
			continue;
		nearest_offer(&nearest, goal->id);
		if (named ? strcmp(goal->id, id) == 0
			  : is_of_today(painter, goal) && (found == NULL || comes_before(&painter->kept, goal, found)))
			found = goal;
	}
	if (named && found == NULL)
		return nearest.name == NULL
		    ? reason_say(why, STATUS_OUT_OF_RANGE, "there is no goal '%.64s', and no other", id)
		    : reason_say(why, STATUS_OUT_OF_RANGE, "there is no goal '%.64s'; is '%.64s' meant?", id, nearest.name);
	*out = found;
	return STATUS_OK;
}
