/*
 * The options that all tools share which talk to a running Juyan. A tool puts tool_connection_argp among its argp children and
 * hands it a zeroed struct tool_connection in ARGP_KEY_INIT:
 *
 *     static const struct argp_child children[] = { { &tool_connection_argp, 0, "Which Juyan:", 0 }, { 0 } };
 *     case ARGP_KEY_INIT: state->child_inputs[0] = &options->connection; return 0;
 *
 * The texts are argv's or the environment's; nothing is owned but the keys in a tool_address, which its user wipes.
 */
#ifndef JUYAN_TOOLS_OPTIONS_H
#define JUYAN_TOOLS_OPTIONS_H

#include <argp.h>

#include "door.h"
#include "keys.h"

struct tool_connection {
	const char *data;       /* --data; else $JUYAN_DATA, else ./juyan-data */
	const char *connect;    /* --connect: an endpoint somewhere else; NULL: what runs on `data` */
	const char *ask;        /* --ask: its query endpoint, for commands that send and ask; NULL: `connect` */
	const char *server_key; /* --server-key: the .pub file; needed with --connect */
	const char *key;        /* --key: the own secret's file; needed with --connect, else DATA/keys/admin.key */
};

extern const struct argp tool_connection_argp;

/* The data folder that holds when none was named. */
const char *tool_data(const char *data);

enum { TOOL_PATH_BYTES = 512 };

struct tool_address {
	char key_path[TOOL_PATH_BYTES]; /* where the two keys were read from */
	char server_key_path[TOOL_PATH_BYTES];
	char endpoint[DOOR_ENDPOINT_BYTES];
	struct key_pair keys;
	uint8_t server_key[PUBLIC_KEY_BYTES];
};

/* Where to connect to this service ("ingest", "query"), as whom. USAGE where an option is missing; what key files can be. */
enum status tool_address(const struct tool_connection *connection, const char *service, struct tool_address *out,
    struct reason *why) MUST_USE;

#endif
