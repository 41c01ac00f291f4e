/*
 * What all scales share: a connector of a scale is a format, which finds the next frame in a stream of bytes, and this. Frames
 * become readings, readings weighings (weighing.h), each a unit_weighed without a unit; and the scale's own state is told as
 * machine_reported: working, silent, stuck at one reading, offline.
 *
 * Bytes that are no frame are skipped up to the next one that is. One remark broken_frame, with the first of them, is made for each
 * disturbance: until ten whole frames have come in a row. What is left of a frame at the start of a connection is no disturbance.
 *
 * The state is opened and closed by the gateway; one thread. Its memory does not grow.
 */
#ifndef JUYAN_CONNECTORS_SCALE_H
#define JUYAN_CONNECTORS_SCALE_H

#include "connector.h"
#include "decimal.h"
#include "weighing.h"

enum { SCALE_FRAME_BYTES_MAX = 64 };

enum frame {
	FRAME_WHOLE,
	FRAME_MORE, /* it may become one: more bytes are needed */
	FRAME_NONE  /* here begins none */
};

/* How the scale's figures are to be read where its frames do not say it. */
struct scale_written {
	bool unit_known;
	enum decimal_unit unit;
	bool reversed; /* the last digit comes first */
};

struct scale_format {
	const char *name;      /* in sentences */
	unsigned still_frames; /* so many equal frames that the scale itself calls stable are enough */
	/*
	 * Looks at the front of the bytes. The answer depends on nothing else, and more bytes never change one that is not
	 * FRAME_MORE; SCALE_FRAME_BYTES_MAX bytes are always enough. *length is a whole frame's.
	 */
	enum frame (*frame)(struct span bytes, const struct scale_written *written, size_t *length, struct reading *out);
};

/* The settings of every scale, for a connector's list. */
#define SCALE_SETTINGS \
	{ "scale", "the scale's name in weighings and on the dashboard (default: the source's name)" }, \
	    { "lane", "the lane in which it stands: a weighing belongs to the vehicle that a gate sees there" }, \
	    { "seen", \
		    "before where the gate always stands before the scale: then the weighing of a vehicle whose plate nobody " \
		    "read " \
		    "is left for a person, and never the next one's; or either (default)" }, \
	    { "weighs", "gross (default), or tare where only empty vehicles are weighed" }, \
	    { "stable_frames", "so many equal readings in a row are stable, where the scale does not say it (default 5)" }, \
	    { "minimum_kg", "below it the scale is empty (default 500)" }, \
	    { "tolerance_kg", "within it two readings of one load are the same (default 20)" }, \
	    { "stands_s", "a load that stands for so long is told before it has gone; 0: never (default 0)" }, \
	    { "silent_s", "without a frame for so long the scale is silent; 0: it may be (default 10)" }, \
	    { "stuck_s", "with one and the same load for so long it is stuck (default 1800)" }, \
	{ \
		"stuck_vehicles", \
		    "so many vehicles that gates saw in its lane without a change of its reading, and it is stuck; 0: never " \
		    "(default 3)" \
	}
#define SCALE_SETTING_UNIT \
	{ \
		"unit", "kg, t, centner or lb: what the digits mean (default: kg, where at most one of them is behind the point)" \
	}

/* What a connector's own functions are. */
enum status scale_open(const struct scale_format *format, const struct yaml_node *settings, const struct place *place, void **state,
    struct reason *why) MUST_USE;
void scale_take(void *state, struct span bytes, const struct moment_of *when, struct findings *out);
void scale_pass(void *state, int64_t now_ms, struct findings *out);
void scale_line(void *state, bool connected, int64_t now_ms, struct findings *out);
void scale_seen(void *state, const char *lane, const char *unit_id, int64_t at_ms, int64_t now_ms);
bool scale_keep(void *state, struct arena *arena, struct span *out);
void scale_recall(void *state, struct span kept);
void scale_close(void **state);
/* Whether most of the bytes are frames of this format, at least two. */
bool scale_guess(const struct scale_format *format, struct span bytes);

/*
 * A figure as a reading: a text such as "-51.070", or a number of which `places` digits stand behind the point (below 0: so many
 * zeros are left out at its end). SAID_UNCLEAR where no unit is known and more than one digit stands behind the point: no
 * weighbridge has a division of 10 g, so these may be tonnes. False: it is no number, or more than any mass.
 */
bool scale_text(struct span text, const struct scale_written *written, struct reading *out) MUST_USE;
bool scale_number(int64_t number, int places, const struct scale_written *written, struct reading *out) MUST_USE;

/*
 * What stands at the end of each format's file: its connector and its guess, from `format` there. `more` settings besides those of
 * every scale may follow.
 */
#define SCALE_CONNECTOR(word, told, ...) \
	static enum status open_##word(const struct yaml_node *settings, const struct place *place, void **state, \
	    struct reason *why) \
	{ \
		return scale_open(&format, settings, place, state, why); \
	} \
	bool word##_guess(struct span bytes, const char *file_name) \
	{ \
		(void)file_name; \
		return scale_guess(&format, bytes); \
	} \
	static const struct connector_setting word##_settings[] = { SCALE_SETTINGS, ##__VA_ARGS__, { NULL, NULL } }; \
	const struct connector word##_connector = { .name = #word, \
		.about = told, \
		.feed = FEED_STREAM, \
		.one_machine = true, \
		.settings = word##_settings, \
		.open = open_##word, \
		.take = scale_take, \
		.pass = scale_pass, \
		.line = scale_line, \
		.seen = scale_seen, \
		.keep = scale_keep, \
		.recall = scale_recall, \
		.close = scale_close };

#endif
