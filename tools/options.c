/* What is common to the command lines of all tools: see tool.h and options.h. */
#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "endpoint.h"
#include "tool.h"

int
tool_exit(enum status status)
{
	if (status == STATUS_OK)
		return TOOL_FINE;
	if (status == STATUS_USAGE || status == STATUS_SETTING)
		return TOOL_USAGE;
	if (status == STATUS_DAMAGED || status == STATUS_FORMAT)
		return TOOL_UNREADABLE;
	return status_consequence(status) == REFUSE ? TOOL_WRONG : TOOL_FAILED;
}

int
tool_fail(const char *name, enum status status, const struct reason *why)
{
	fprintf(stderr, "juyan %s: %s\n", name, why != NULL && why->text[0] != '\0' ? why->text : status_sentence(status));
	return tool_exit(status);
}

static const struct argp_option options[] = {
	{ "data", 'd', "DIR", 0, "the data folder of the Juyan on this machine ($JUYAN_DATA, else ./juyan-data)", 0 },
	{ "connect", 'c', "ENDPOINT", 0, "a Juyan elsewhere, such as tcp://10.0.0.5:4711", 0 },
	{ "ask", 'a', "ENDPOINT", 0, "where its questions are answered, for commands that both send and ask", 0 },
	{ "server-key", 's', "FILE.pub", 0, "its public key, with --connect", 0 },
	{ "key", 'k', "FILE.key", 0, "the key to come with (default: DIR/keys/admin.key)", 0 },
	{ 0 },
};

static error_t
parse(int key, char *text, struct argp_state *state)
{
	struct tool_connection *connection = state->input;
	switch (key) {
	case 'd':
		connection->data = text;
		return 0;
	case 'c':
		connection->connect = text;
		return 0;
	case 'a':
		connection->ask = text;
		return 0;
	case 's':
		connection->server_key = text;
		return 0;
	case 'k':
		connection->key = text;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp tool_connection_argp = { options, parse, NULL, NULL, NULL, NULL, NULL };

const char *
tool_data(const char *data)
{
	const char *named = data != NULL ? data : getenv("JUYAN_DATA");
	return named != NULL && named[0] != '\0' ? named : "./juyan-data";
}

static enum status
check(const struct tool_connection *connection, struct reason *why)
{
	if (connection->ask != NULL && connection->connect == NULL)
		return reason_say(why, STATUS_USAGE, "--ask goes with --connect");
	if (connection->connect != NULL && (connection->server_key == NULL || connection->key == NULL))
		return reason_say(why, STATUS_USAGE, "--connect needs --server-key FILE.pub and --key FILE.key");
	if (connection->connect != NULL && strlen(connection->connect) >= DOOR_ENDPOINT_BYTES)
		return reason_say(why, STATUS_USAGE, "--connect: an endpoint has less than %d bytes", DOOR_ENDPOINT_BYTES);
	struct reason inner = { "" };
	if (connection->connect != NULL && endpoint_check(connection->connect, &inner) != STATUS_OK)
		return reason_say(why, STATUS_USAGE, "--connect: %.200s", inner.text);
	if (strlen(tool_data(connection->data)) >= CONFIG_TEXT_BYTES)
		return reason_say(why, STATUS_USAGE, "--data: a path of less than %d bytes is expected", CONFIG_TEXT_BYTES);
	return STATUS_OK;
}

enum status
tool_address(const struct tool_connection *connection, const char *service, struct tool_address *out, struct reason *why)
{
	struct tool_address address;
	const char *data = tool_data(connection->data);
	enum status status = check(connection, why);
	if (status != STATUS_OK)
		return status;
	const char *named_server = connection->server_key, *named_key = connection->key;
	snprintf(address.server_key_path, TOOL_PATH_BYTES, named_server != NULL ? "%s" : "%s/keys/server.key.pub",
	    named_server != NULL ? named_server : data);
	snprintf(address.key_path, TOOL_PATH_BYTES, named_key != NULL ? "%s" : "%s/keys/admin.key",
	    named_key != NULL ? named_key : data);
	if (connection->connect != NULL)
		snprintf(address.endpoint, sizeof address.endpoint, "%s", connection->connect);
	else
		door_ipc(data, service, address.endpoint);
	status = key_public_load(address.server_key_path, address.server_key, why);
	if (status == STATUS_NOT_FOUND && connection->server_key == NULL)
		reason_say(why, status, "%s: no Juyan has been started here yet ('juyan serve --data %s')", data, data);
	if (status == STATUS_OK)
		status = key_pair_load(address.key_path, &address.keys, why);
	if (status == STATUS_OK)
		*out = address;
	key_pair_wipe(&address.keys);
	return status;
}
