/*
 * What the settings of a gate source say: of its lanes, and of what its messages may be made into. Texts are copied. Owns
 * nothing else; any thread.
 */
#ifndef JUYAN_CONNECTORS_GATE_SETTINGS_H
#define JUYAN_CONNECTORS_GATE_SETTINGS_H

#include "connector.h"
#include "gate_fields.h"

/* Of a vehicle in a lane. */
enum gate_sees {
	GATE_SEES_DIRECTION, /* an arrival where the message says in, a departure where it says out */
	GATE_SEES_ARRIVAL,
	GATE_SEES_DEPARTURE,
	GATE_SEES_WEIGHING /* neither: a vehicle on its way within the yard */
};
/* What GROSS_WT is in a lane: a gate writes there whatever stands on its scale. */
enum gate_weighs {
	GATE_WEIGHS_GROSS,
	GATE_WEIGHS_TARE, /* the empty vehicle: a lane by which they leave after unloading */
	GATE_WEIGHS_NOTHING
};
enum gate_batch { GATE_BATCH_NONE, GATE_BATCH_BILL, GATE_BATCH_FORM };
enum gate_answers { GATE_ANSWERS_NONE, GATE_ANSWERS_INSPECTED, GATE_ANSWERS_RELEASED };

struct gate_lane {
	char channel[SHORT_TEXT_BYTES_MAX + 1]; /* without leading zeros */
	char lane[SHORT_TEXT_BYTES_MAX + 1];    /* "": the channel's number, as the gate writes it */
	char scale[SHORT_TEXT_BYTES_MAX + 1];   /* "": the source's name */
	enum gate_sees sees;
	enum gate_weighs weighs;
};

struct gate_settings {
	struct gate_lane lanes[LANES_MAX];
	size_t n_lanes;
	struct gate_lane other; /* of channels that are not in the list */
	bool tare_weighed;
	enum gate_batch batch;
	enum gate_answers answers;
	struct gate_places places;
};

extern const struct connector_setting gate_setting_list[];

/* From the source's map, which may be NULL, and may hold what is not for a gate. SYNTAX, with file and line. */
enum status gate_settings_read(const struct yaml_node *settings, struct gate_settings *out, struct reason *why) MUST_USE;
/* The lane of a channel, as the gate writes its number: leading zeros do not matter. */
const struct gate_lane *gate_lane_of(const struct gate_settings *settings, const char *channel);

#endif
