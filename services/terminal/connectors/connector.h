/*
 * A connector reads one machine format: bytes in, findings out. It is pure: it owns no socket, no file and no clock; the time is
 * handed in, and the same bytes in any pieces give the same findings. The next format is one more file here, and one more line in
 * connectors.c.
 *
 * Rules that every connector holds:
 * - It never guesses a mass. What is empty is unknown. What was weighed and what was declared stand in different fields.
 * - A time without a zone is the port's local time. Personal data (a driver's name or number) goes nowhere, but as a pseudonym
 *   where the gateway has a key for it (driver.h).
 * - source_key is the source's own key of the record, made so that a repetition has the same one and nothing else has.
 * - What is wrong gives a remark with what, where and what was expected, and changes nothing else. After a broken frame it goes on
 *   with the next whole one.
 * - Whatever comes, memory and time are bounded.
 */
#ifndef JUYAN_CONNECTORS_CONNECTOR_H
#define JUYAN_CONNECTORS_CONNECTOR_H

#include "findings.h"
#include "yaml.h"

/* How its bytes come. */
enum feed {
	FEED_STREAM,  /* in pieces of any size, over a connection or a line: a state for each connection, or one (one_machine) */
	FEED_DOCUMENT /* whole: a file of a folder, or a message of a broker */
};

/* Of the place where the machine stands. */
struct place {
	const char *source; /* the source's name in the configuration: names the machine where it has no name of its own */
	const char *port;
	int32_t offset_minutes;    /* local time is UTC and so much */
	const uint8_t *driver_key; /* for pseudonyms, DRIVER_KEY_BYTES; NULL: what is said of drivers is dropped */
};

/* Of the moment at which bytes came. */
struct moment_of {
	int64_t now_ms;   /* UTC */
	const char *name; /* of a document: its file's name, or its topic; "" for a stream */
};

struct connector {
	const char *name;  /* as the configuration says it */
	const char *about; /* one line for the help: what is read */
	enum feed feed;
	/*
	 * Of FEED_STREAM: what speaks is one machine, whose state lives on while its connections come and go, and through a restart
	 * (keep, recall). It has one connection at a time, and hears of it by `line`; while it has none, too, time passes.
	 */
	bool one_machine;
	/* The settings of its own that it takes, NULL-ended, each "name" and its prose: the help comes from here. */
	const struct connector_setting {
		const char *name;
		const char *prose;
	} * settings;
	/*
	 * A state from the settings of one source, which are checked here (yaml_fail names file and line); `settings` may be NULL
	 * or hold what belongs to the gateway, too. The place is lent for the state's life. SYNTAX, NO_MEMORY.
	 */
	enum status (*open)(const struct yaml_node *settings, const struct place *place, void **state, struct reason *why);
	/* Takes all of the bytes. What is wrong with them is a remark, never a status. */
	void (*take)(void *state, struct span bytes, const struct moment_of *when, struct findings *out);
	/*
	 * Time has passed, a second or so, whether or not bytes came: for silence, readings that stand still, and time limits.
	 * NULL: time does not matter.
	 */
	void (*pass)(void *state, int64_t now_ms, struct findings *out);
	/* The connection has come or gone (FEED_STREAM): a message that was begun is dropped. NULL: does not matter. */
	void (*line)(void *state, bool connected, int64_t now_ms, struct findings *out);
	/*
	 * Another source has seen a vehicle in a lane of this port, at `at_ms` by its own clock (one_machine): for what ought to
	 * notice that vehicle itself. Whoever runs the connector says so soon after, or not at all. NULL: does not matter.
	 */
	void (*seen)(void *state, const char *lane, const char *unit_id, int64_t at_ms, int64_t now_ms);
	/*
	 * What must outlive the process (the loads on each vehicle: a trip that began before a restart counts after it), as bytes
	 * for `recall`, which comes right after open. keep gives false where nothing has changed since its last true, or the
	 * arena is used up. Whoever runs the connector has it on disk after book_enter, and before the machine is answered; then
	 * no kill loses it. Both NULL: nothing. Bytes that recall cannot read are as none.
	 */
	bool (*keep)(void *state, struct arena *arena, struct span *out);
	void (*recall)(void *state, struct span kept);
	void (*close)(void **state);
};

/* By its name; NULL: there is none. */
const struct connector *connector_of(const char *name);
/* In the order of the help; NULL after the last. */
const struct connector *connector_at(size_t i);
/* The connector whose format these bytes most probably are, for `juyan gateway --check`; NULL: none says so. */
const struct connector *connector_guess(struct span bytes, const char *file_name);

/* What each connector's file shows to connectors.c. `guess`: whether the beginning of the bytes, or the name, is of its format. */
extern const struct connector gate_connector;     /* gate.c: GATHER_INFO and COMMAND_INFO, dialects A and B */
extern const struct connector manifest_connector; /* manifest.c: MT1401, MT2401, MT44xx and receipts */
extern const struct connector yaohua_connector;   /* scale_yaohua.c: XK3190-A9 continuous */
extern const struct connector equals_connector;   /* scale_equals.c: "=" text */
extern const struct connector toledo_connector;   /* scale_toledo.c: Toledo continuous */
extern const struct connector sics_connector;     /* scale_sics.c: MT-SICS */
extern const struct connector vda5050_connector;  /* vda5050.c: AGV state and connection */
extern const struct connector vehicles_connector; /* vehicles.c: other JSON of vehicle managers, by a mapping */
extern const struct connector wagons_connector;   /* wagons.c: a train's wagon list as CSV */
extern const struct connector smgs_connector;     /* smgs.c: SMGS consignments as XML */
extern const struct connector codeco_connector;   /* codeco.c: EDIFACT CODECO */
bool gate_guess(struct span bytes, const char *file_name);
bool manifest_guess(struct span bytes, const char *file_name);
bool yaohua_guess(struct span bytes, const char *file_name);
bool equals_guess(struct span bytes, const char *file_name);
bool toledo_guess(struct span bytes, const char *file_name);
bool sics_guess(struct span bytes, const char *file_name);
bool vda5050_guess(struct span bytes, const char *file_name);
bool wagons_guess(struct span bytes, const char *file_name);
bool smgs_guess(struct span bytes, const char *file_name);
bool codeco_guess(struct span bytes, const char *file_name);

#endif
