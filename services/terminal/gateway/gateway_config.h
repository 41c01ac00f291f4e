/*
 * The configuration of a gateway beside the machines: a YAML file. One table (name, kind, bounds, default, prose) gives the parser
 * and the help; a source's own settings come from its kind and its connector. Whatever is wrong is said with FILE:LINE, an unknown
 * name with the one that is probably meant.
 *
 * A gateway_config owns the document, and everything that it points to; it is not changed after it was read.
 */
#ifndef JUYAN_GATEWAY_GATEWAY_CONFIG_H
#define JUYAN_GATEWAY_GATEWAY_CONFIG_H

#include "driver.h"
#include "sources.h"

enum { GATEWAY_SOURCES_MAX = 64, SOURCE_NAME_BYTES_MAX = 32 };

/* X(kind, name, default, min, max, prose); a text without a default has to be there, but for metrics. */
#define GATEWAY_SETTING_LIST(X) \
	X(text, centre, NULL, 0, 0, "where the centre listens: tcp://10.0.0.1:4711") \
	X(text, centre_key, NULL, 0, 0, "the file with the centre's public key") \
	X(text, key, NULL, 0, 0, "the file with this gateway's secret key ('juyan keys make')") \
	X(text, folder, NULL, 0, 0, "a folder on a disk of this machine: spool and book stand there") \
	X(text, port, NULL, 0, 0, "the port's id in the registry, for what says none") \
	X(text, utc_offset, "+08:00", 0, 0, "of the port's local time, in which machines speak") \
	X(text, driver_secret, "", 0, 0, \
	    "the file with a key of its own ('juyan keys make') by which drivers become pseudonyms; empty: drivers are dropped") \
	X(text, metrics, "", 0, 0, "a file for Prometheus (node_exporter's textfile form); empty: none") \
	X(number, metrics_s, 15, 1, 3600, "seconds from one writing of that file to the next") \
	X(number, spool_mib, 1024, 1, 1048576, "MiB that events may take while the centre is away") \
	X(number, book_mib, 16384, 16, 1048576, "MiB that the book may take: raw messages, keys, what waits") \
	X(number, keep_raw_days, 30, 0, 3650, "days for which raw messages are kept, for disputes") \
	X(number, keep_keys_days, 30, 1, 3650, "days for which a repetition is known") \
	X(number, wait_hours, 72, 1, 8760, "hours that a vehicle waits for its manifest, before it is left for a person") \
	X(number, pair_s, 120, 1, 86400, "seconds between a vehicle and its weighing in a lane")

struct gateway_config {
#define X_text(name) const char *name;
#define X_number(name) int64_t name;
#define X(kind, name, fallback, min, max, prose) X_##kind(name)
	GATEWAY_SETTING_LIST(X)
#undef X
#undef X_text
#undef X_number
	int32_t offset_minutes;
	uint8_t driver_key[DRIVER_KEY_BYTES];               /* where driver_secret is set */
	struct machine_source sources[GATEWAY_SOURCES_MAX]; /* name, kind, connector, settings and place are filled in */
	size_t n;
	struct yaml *yaml;
};

/*
 * SYNTAX, NO_MEMORY; what is wrong with the file of driver_secret. What a source's kind and connector say of its settings is not
 * asked here. The config stays where it is: sources hold on to its key.
 */
enum status gateway_config_read(const char *path, struct gateway_config *out, struct reason *why) MUST_USE;
void gateway_config_close(struct gateway_config *config); /* safe on a zeroed one */
/* NULL: there is none of this name. */
const struct machine_source *gateway_config_source(const struct gateway_config *config, const char *name);

/* That there is such a connector, and that the settings in `own` (NULL: none) are ones that it has. SYNTAX with the nearest. */
enum status gateway_config_connector(const char *name, const struct yaml *own, struct reason *why) MUST_USE;

/* For the help. NULL after the last; *fallback and *prose are texts. */
const char *gateway_config_setting(size_t i, const char **fallback, const char **prose);

#endif
