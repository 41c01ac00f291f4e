/* Settings of gate sources, each checked where it is read, with the words that are allowed. */
#include "gate_settings.h"

#include <string.h>

const struct connector_setting gate_setting_list[] = {
	{ "sees",
	    "what a vehicle in its lanes does: direction (in is an arrival, out a departure: so it is where nothing is said), "
	    "arrival, "
	    "departure, or weighing (neither; passing is the same)" },
	{ "weighs",
	    "what GROSS_WT is: gross (where nothing is said), tare (of empty vehicles, in a lane by which they leave) or nothing "
	    "(it is "
	    "not taken)" },
	{ "scale", "the scale's name in weighings; else the source's" },
	{ "lanes",
	    "a map from the channel's number (CHNL_NO) to its lane: {\"0000000001\": L1} or {\"0000000001\": {lane: L1, sees: "
	    "arrival, "
	    "weighs: gross, scale: S1}}; what is left out is as for the source; a channel that is not there is a lane of its "
	    "number" },
	{ "tare",
	    "what VE_WT is: registered (where nothing is said; it is not taken for a weighing) or weighed (the vehicle's tare, by "
	    "a scale "
	    "of this port)" },
	{ "batch_from",
	    "what holds the transport batch number: none (where nothing is said), bill (IC_BILL_NO) or form (FORM_ID)" },
	{ "answers",
	    "what COMMAND_INFO is made into: none (a remark; where nothing is said), inspected (passed or held by customs) or "
	    "released "
	    "(the release, or held)" },
	{ "elements",
	    "further names of values in the XML, asked before those that are known: {plate: [VE_NAME, CAR/CAR_NO], gross: W}; of: "
	    "area, "
	    "channel, way, number, session, time, plate, camera, gross, tare, bill, form, container, result, hint" },
	{ NULL, NULL },
};

/* A setting of a few words. */
struct words {
	const char *name;
	const char *expected;
	struct {
		const char *word;
		int value;
	} list[6];
};

static const struct words sees = { "sees", "direction, arrival, departure or weighing",
	{ { "direction", GATE_SEES_DIRECTION }, { "arrival", GATE_SEES_ARRIVAL }, { "departure", GATE_SEES_DEPARTURE },
	    { "weighing", GATE_SEES_WEIGHING }, { "passing", GATE_SEES_WEIGHING } } };
static const struct words weighs = { "weighs", "gross, tare or nothing",
	{ { "gross", GATE_WEIGHS_GROSS }, { "tare", GATE_WEIGHS_TARE }, { "nothing", GATE_WEIGHS_NOTHING } } };
static const struct words tare = { "tare", "registered or weighed", { { "registered", false }, { "weighed", true } } };
static const struct words batch = { "batch_from", "none, bill or form",
	{ { "none", GATE_BATCH_NONE }, { "bill", GATE_BATCH_BILL }, { "form", GATE_BATCH_FORM } } };
static const struct words answers = { "answers", "none, inspected or released",
	{ { "none", GATE_ANSWERS_NONE }, { "inspected", GATE_ANSWERS_INSPECTED }, { "released", GATE_ANSWERS_RELEASED } } };

/* Leaves the value as it is where the map does not say it. */
static enum status
read_word(const struct yaml_node *map, const struct words *words, int *out, struct reason *why)
{
	const struct yaml_node *node = yaml_get(map, words->name);
	if (node == NULL)
		return STATUS_OK;
	const char *text = yaml_text(node);
	for (size_t i = 0; text != NULL && words->list[i].word != NULL; i++) {
		if (strcmp(text, words->list[i].word) == 0) {
			*out = words->list[i].value;
			return STATUS_OK;
		}
	}
	return yaml_fail(node, why, "'%s' is '%.40s', expected %s", words->name, text == NULL ? "no word" : text, words->expected);
}

static enum status
read_text(const struct yaml_node *node, const char *name, char out[SHORT_TEXT_BYTES_MAX + 1], struct reason *why)
{
	const char *text = node != NULL ? yaml_text(node) : NULL;
	if (node == NULL)
		return STATUS_OK;
	if (text == NULL || text[0] == '\0' || strlen(text) > SHORT_TEXT_BYTES_MAX || !wire_text_clean(text, strlen(text)))
		return yaml_fail(node, why, "'%s' is no text of 1 to %d bytes", name, SHORT_TEXT_BYTES_MAX);
	memcpy(out, text, strlen(text) + 1);
	return STATUS_OK;
}

static enum status
read_lane_words(const struct yaml_node *map, struct gate_lane *lane, struct reason *why)
{
	int of_sees = (int)lane->sees, of_weighs = (int)lane->weighs;
	enum status status = read_word(map, &sees, &of_sees, why);
	if (status == STATUS_OK)
		status = read_word(map, &weighs, &of_weighs, why);
	if (status == STATUS_OK)
		status = read_text(yaml_get(map, "scale"), "scale", lane->scale, why);
	lane->sees = (enum gate_sees)of_sees;
	lane->weighs = (enum gate_weighs)of_weighs;
	return status;
}

static const char *
without_zeros(const char *channel)
{
	return channel + strspn(channel, "0");
}

static enum status
read_lane(const struct yaml_node *lanes, size_t i, struct gate_settings *out, struct reason *why)
{
	static const char *const allowed[] = { "lane", "sees", "weighs", "scale", NULL };
	const struct yaml_node *node = yaml_value(lanes, i);
	const char *channel = without_zeros(yaml_key(lanes, i));
	struct gate_lane *lane = &out->lanes[i];
	if (strlen(channel) > SHORT_TEXT_BYTES_MAX)
		return yaml_fail(node, why, "a channel's number has more than %d bytes", SHORT_TEXT_BYTES_MAX);
	for (size_t j = 0; j < i; j++)
		if (strcmp(out->lanes[j].channel, channel) == 0)
			return yaml_fail(node, why, "the channel '%s' stands twice in 'lanes'", yaml_key(lanes, i));
	*lane = out->other;
	memcpy(lane->channel, channel, strlen(channel) + 1);
	if (!yaml_is_map(node))
		return read_text(node, "lane", lane->lane, why);
	enum status status = yaml_only(node, allowed, why);
	if (status == STATUS_OK)
		status = read_text(yaml_get(node, "lane"), "lane", lane->lane, why);
	return status == STATUS_OK ? read_lane_words(node, lane, why) : status;
}

static enum status
read_lanes(const struct yaml_node *lanes, struct gate_settings *out, struct reason *why)
{
	if (lanes == NULL)
		return STATUS_OK;
	if (!yaml_is_map(lanes) || yaml_count(lanes) > LANES_MAX)
		return yaml_fail(lanes, why, "'lanes' is no map of at most %d channels, expected such as {\"0000000001\": L1}",
		    LANES_MAX);
	for (size_t i = 0; i < yaml_count(lanes); i++) {
		enum status status = read_lane(lanes, i, out, why);
		if (status != STATUS_OK)
			return status;
	}
	out->n_lanes = yaml_count(lanes);
	return STATUS_OK;
}

enum status
gate_settings_read(const struct yaml_node *settings, struct gate_settings *out, struct reason *why)
{
	int of_tare = false, of_batch = GATE_BATCH_NONE, of_answers = GATE_ANSWERS_NONE;
	memset(out, 0, sizeof *out);
	if (settings == NULL)
		return STATUS_OK;
	if (!yaml_is_map(settings))
		return yaml_fail(settings, why, "the settings of a gate are no map");
	enum status status = read_lane_words(settings, &out->other, why);
	if (status == STATUS_OK)
		status = read_lanes(yaml_get(settings, "lanes"), out, why);
	if (status == STATUS_OK)
		status = read_word(settings, &tare, &of_tare, why);
	if (status == STATUS_OK)
		status = read_word(settings, &batch, &of_batch, why);
	if (status == STATUS_OK)
		status = read_word(settings, &answers, &of_answers, why);
	if (status == STATUS_OK)
		status = gate_places_read(yaml_get(settings, "elements"), &out->places, why);
	out->tare_weighed = of_tare;
	out->batch = (enum gate_batch)of_batch;
	out->answers = (enum gate_answers)of_answers;
	return status;
}

const struct gate_lane *
gate_lane_of(const struct gate_settings *settings, const char *channel)
{
	for (size_t i = 0; i < settings->n_lanes; i++)
		if (strcmp(settings->lanes[i].channel, without_zeros(channel)) == 0)
			return &settings->lanes[i];
	return &settings->other;
}
