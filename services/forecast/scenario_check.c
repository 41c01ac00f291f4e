/* Whether changes can be: days, words, names, numbers. See scenario.h and scenario_parts.h. */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "civil.h"
#include "nearest.h"
#include "scenario_parts.h"
#include "wire.h"

enum { RAMP_DAYS_MAX = 3660, PER_MILLE_MAX = 1000000, LEVER_VALUE_MAX = 1000000 };

#define CEILING_KG_MAX INT64_C(1000000000000)

static enum status
read_days(const Juyan__V1__Change *change, struct shift *out, struct reason *why)
{
	out->to = INT64_MAX;
	if (!civil_parse_day(change->from, &out->from))
		return reason_say(why, STATUS_SYNTAX, "from is '%.40s', expected an ISO day such as 2026-07-01", change->from);
	if (change->to[0] != '\0' && !civil_parse_day(change->to, &out->to))
		return reason_say(why, STATUS_SYNTAX, "to is '%.40s', expected an ISO day such as 2026-07-01", change->to);
	if (out->to < out->from)
		return reason_say(why, STATUS_OUT_OF_RANGE,
		    "it goes from %.12s to %.12s, expected an end that is not before the beginning", change->from, change->to);
	return STATUS_OK;
}

enum status
shift_read(const Juyan__V1__Change *change, struct shift *out, struct reason *why)
{
	struct shift shift = { .change = change };
	enum status status = read_days(change, &shift, why);
	if (status != STATUS_OK)
		return status;
	if (change->mode[0] != '\0' && !wire_mode_of(change->mode, &shift.mode))
		return reason_say(why, STATUS_NOT_FOUND, "mode is '%.40s', expected truck, agv or rail", change->mode);
	if (change->direction[0] != '\0' && !wire_direction_of(change->direction, &shift.direction))
		return reason_say(why, STATUS_NOT_FOUND, "direction is '%.40s', expected import or export", change->direction);
	*out = shift;
	return STATUS_OK;
}

static enum status
check_port(const Juyan__V1__Change *change, const struct scenario_ground *ground, struct reason *why)
{
	if (change->port[0] == '\0')
		return STATUS_OK;
	for (size_t i = 0; i < ground->n_ports; i++)
		if (strcmp(ground->ports[i], change->port) == 0)
			return STATUS_OK;
	const char *near = nearest_of(change->port, ground->ports, ground->n_ports);
	if (near == NULL)
		return reason_say(why, STATUS_NOT_FOUND, "port '%.40s' is not known: the registry has none", change->port);
	return reason_say(why, STATUS_NOT_FOUND, "port '%.40s' is not known; the nearest that is: '%.40s'", change->port, near);
}

/* The nearest among the levers where the change looks; where it has none at all there, among all. */
static enum status
no_lever(const struct shift *shift, const struct scenario_ground *ground, struct reason *why)
{
	const Juyan__V1__Change *change = shift->change;
	struct nearest here = nearest_to(change->lever->name), anywhere = nearest_to(change->lever->name);
	for (size_t i = 0; i < ground->n_levers; i++) {
		nearest_offer(&anywhere, ground->levers[i]->name);
		if (shift_names(shift, ground->levers[i]->port, ground->levers[i]->mode))
			nearest_offer(&here, ground->levers[i]->name);
	}
	const char *port = change->port[0] == '\0' ? "any port" : change->port,
		   *mode = change->mode[0] == '\0' ? "any mode" : change->mode;
	if (here.name != NULL)
		return reason_say(why, STATUS_NOT_FOUND,
		    "lever '%.40s' is not known for %.32s at %.32s; the nearest that is: '%.40s'", change->lever->name, mode, port,
		    here.name);
	if (anywhere.name != NULL)
		return reason_say(why, STATUS_NOT_FOUND,
		    "lever '%.40s' is not known: %.32s at %.32s has no levers; the nearest elsewhere: '%.40s'", change->lever->name,
		    mode, port, anywhere.name);
	return reason_say(why, STATUS_NOT_FOUND, "lever '%.40s' is not known: the registry has no levers", change->lever->name);
}

static enum status
check_lever(const struct shift *shift, const struct scenario_ground *ground, struct reason *why)
{
	const Juyan__V1__LeverChange *set = shift->change->lever;
	bool found = false;
	if (set->value < 0 || set->value > LEVER_VALUE_MAX)
		return reason_say(why, STATUS_OUT_OF_RANGE, "lever %.40s: its value is %" PRId64 ", expected 0 to %d", set->name,
		    set->value, LEVER_VALUE_MAX);
	if (shift->direction != 0)
		return reason_say(why, STATUS_OUT_OF_RANGE, "lever %.40s: it works both ways, expected no direction", set->name);
	for (size_t i = 0; i < ground->n_levers; i++) {
		const Juyan__V1__Lever *lever = ground->levers[i];
		if (!lever_is_set(shift, lever))
			continue;
		found = true;
		if (lever->now > 0)
			continue;
		if (lever->kg_per_day <= 0)
			return reason_say(why, STATUS_CONTRADICTION,
			    "lever %.40s of %.32s stands at 0 and has no kg_per_day in the registry: nobody knows what one more "
			    "brings",
			    lever->name, lever->port);
		if (levers_at_zero(ground, lever->port, lever->mode) > 1)
			return reason_say(why, STATUS_CONTRADICTION,
			    "lever %.40s of %.32s is not the only one of its mode that stands at 0: nobody knows what it brings "
			    "alone",
			    lever->name, lever->port);
	}
	return found ? STATUS_OK : no_lever(shift, ground, why);
}

static enum status
check_number(const char *what, int64_t value, int64_t max, struct reason *why)
{
	if (value >= 0 && value <= max)
		return STATUS_OK;
	return reason_say(why, STATUS_OUT_OF_RANGE, "%s is %" PRId64 ", expected 0 to %" PRId64, what, value, max);
}

static enum status
check_what(const struct shift *shift, const struct scenario_ground *ground, struct reason *why)
{
	const Juyan__V1__Change *change = shift->change;
	switch ((int)change->what_case) {
	case JUYAN__V1__CHANGE__WHAT_LEVER:
		return check_lever(shift, ground, why);
	case JUYAN__V1__CHANGE__WHAT_DEMAND_PER_MILLE:
		return check_number("demand_per_mille", change->demand_per_mille, PER_MILLE_MAX, why);
	case JUYAN__V1__CHANGE__WHAT_CLOSED:
		if (change->ramp_days > 1)
			return reason_say(why, STATUS_OUT_OF_RANGE, "a day is closed or open, expected no ramp");
		return STATUS_OK;
	case JUYAN__V1__CHANGE__WHAT_ADDED_KG_PER_DAY:
		if (change->port[0] == '\0' || shift->mode == 0)
			return reason_say(why, STATUS_MISSING_FIELD, "added traffic needs a port and a mode");
		return check_number("added_kg_per_day", change->added_kg_per_day, LEAVES_DAY_KG_MAX, why);
	case JUYAN__V1__CHANGE__WHAT_CEILING_KG_PER_DAY:
		return check_number("ceiling_kg_per_day", change->ceiling_kg_per_day, CEILING_KG_MAX, why);
	default:
		return reason_say(why, STATUS_NO_CONTENT,
		    "it changes nothing, expected a lever, demand, closed days, added traffic or a "
		    "ceiling");
	}
}

enum status
scenario_check(const Juyan__V1__Change *change, const struct scenario_ground *ground, struct reason *why)
{
	struct shift shift;
	enum status status = shift_read(change, &shift, why);
	if (status == STATUS_OK)
		status = check_port(change, ground, why);
	if (status == STATUS_OK && change->ramp_days > RAMP_DAYS_MAX)
		status =
		    reason_say(why, STATUS_OUT_OF_RANGE, "ramp_days is %u, expected at most %d", change->ramp_days, RAMP_DAYS_MAX);
	if (status == STATUS_OK)
		status = check_what(&shift, ground, why);
	return status;
}
