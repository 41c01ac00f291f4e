/*
 * The settings of `juyan serve`: one table (name, kind, bounds, default, unit, prose) from which the YAML parser, --help and the
 * documentation come. An unknown name or a value out of range is refused with file, line and what is allowed. The caller owns a
 * config; it is not changed after it was read.
 */
#ifndef JUYAN_BASE_CONFIG_H
#define JUYAN_BASE_CONFIG_H

#include <stdint.h>
#include <stdio.h>

#include "status.h"

enum { CONFIG_TEXT_BYTES = 256, CONFIG_LISTEN_MAX = 8 };

/* X(kind, name, default, min, max, unit, prose); for texts min and max are bytes. */
#define CONFIG_LIST(X) \
	X(text, listen, "tcp://127.0.0.1:4711", 0, 255, "", \
	    "where terminals connect (CURVE always), with commas between several; empty: only from this machine, over ipc") \
	X(text, query_listen, "", 0, 255, "", \
	    "where questions may be asked over tcp (CURVE, keys with the right to read); empty: only from this machine, over ipc") \
	X(text, feed_listen, "", 0, 255, "", \
	    "where news may be heard over tcp (CURVE, keys with the right to read); empty: only from this machine, over ipc") \
	X(text, forecast_listen, "", 0, 255, "", \
	    "where forecasts may be asked for over tcp (CURVE, keys with the right to read); empty: only from this machine, over " \
	    "ipc") \
	X(text, dashboard_listen, "127.0.0.1:4780", 0, 255, "", \
	    "ADDRESS:PORT of the dashboard; beyond this machine only with a certificate and at least one user; empty: none") \
	X(text, dashboard_names, "", 0, 255, "", \
	    "names by which browsers may call it, with commas between several; those of this machine need none") \
	X(text, dashboard_certificate, "", 0, 255, "", "the file with its certificate and what it was signed with (PEM)") \
	X(text, dashboard_key, "", 0, 255, "", "the file with the certificate's secret key (PEM), for nobody else to read") \
	X(text, dashboard_metrics_token_file, "", 0, 255, "", \
	    "the file with a token, for nobody else to read, that opens /metrics alone (Authorization: Bearer); empty: a session") \
	X(number, dashboard_session_listeners, 32, 1, 1024, "listeners", \
	    "of the event stream that one session may have; where nobody logs in, one address") \
	X(number, report_memory_mib, 1024, 1, 65536, "MiB", \
	    "address space for setting one report as PDF or XLSX, in a process of its own; a report that needs more is refused") \
	X(number, forecast_threads, 0, 0, 64, "threads", \
	    "that make forecasts, at low priority; 0: as many as there are processors") \
	X(number, forecast_paths, 1000, 100, 10000, "paths", "possible futures that a forecast is made of") \
	X(number, forecast_seed, 26, 1, 1000000000, "", "the same seed gives the same forecast of the same data") \
	X(number, group_events_max, 8192, 1, 65536, "events", "the most that one commit takes") \
	X(number, map_gib, 64, 1, 16384, "GiB", "address space reserved for the ledger; sparse, costs no disk") \
	X(number, headroom_map_mib, 256, 16, 1048576, "MiB", "free map below which events are refused until there is room") \
	X(number, headroom_disk_mib, 512, 0, 1048576, "MiB", "free disk below which events are refused until there is room") \
	X(number, checkpoint_minute, 5, 0, 1439, "minutes", \
	    "after midnight of the first port, when the day's checkpoint is signed, if there is a key ('juyan checkpoint key')") \
	X(number, scrub_mib_per_s, 4, 0, 256, "MiB/s", "at which the ledger is read over in the background for damage; 0: never") \
	X(text, headquarters, "", 0, 255, "", \
	    "where this ledger's journal is brought, such as tcp://hq.example:4711; this ledger is a site there; empty: nowhere") \
	X(text, headquarters_key, "", 0, 255, "", "the file with headquarters' public key (its keys/server.key.pub)") \
	X(text, warehouse, "", 0, 255, "", \
	    "PostgreSQL to keep the facts in as well: a connection string of libpq (several hosts with commas between), or a " \
	    "file with one, beginning with '/' or './', for nobody else to read; empty: none") \
	X(text, warehouse_partitions, "month", 4, 5, "", \
	    "month: the warehouse's large tables are partitioned by month; none: they are not; of tables that are made anew") \
	X(number, warehouse_timeout_s, 30, 1, 3600, "s", "after which PostgreSQL is taken for slow, and a statement given up") \
	X(number, sessions_max, 1024, 1, 4096, "sessions", "sessions open at the same time") \
	X(text, log_level, "info", 4, 7, "", "debug, info, warning or error")

struct config {
	char data_dir[CONFIG_TEXT_BYTES]; /* from --data */
#define X_text(name) char name[CONFIG_TEXT_BYTES];
#define X_number(name) int64_t name;
#define X(kind, name, fallback, min, max, unit, prose) X_##kind(name)
	CONFIG_LIST(X)
#undef X
#undef X_text
#undef X_number
};

void config_defaults(struct config *out);
/* Reads a YAML file over what `config` holds. SETTING with "FILE:LINE: …". */
enum status config_read(const char *path, struct config *config, struct reason *why) MUST_USE;
/* Sets one by name, as from "--set name=value". SETTING. */
enum status config_set(struct config *config, const char *name, const char *value, struct reason *why) MUST_USE;
/* The table for people: one setting a line, with bounds, default and prose. */
void config_explain(FILE *out);

struct config_endpoints {
	size_t n;
	char text[CONFIG_LISTEN_MAX][CONFIG_TEXT_BYTES];
};

/* The parts of a list such as "tcp://127.0.0.1:4711, tcp://[::1]:4711"; empty: none. SETTING for what is no tcp endpoint, or too
 * many. */
enum status config_endpoints(const char *listen, struct config_endpoints *out, struct reason *why) MUST_USE;

#endif
