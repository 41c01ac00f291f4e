/* `juyan keys`: makes and shows key files here, and says over the session what a key may do. */
#include "tool.h"

#include <argp.h>
#include <stdio.h>
#include <string.h>

#include "rights.h"

enum {
	KEY_NAME = 'n',
	KEY_PORTS = 'p',
	KEY_KINDS = 't',
	KEY_JSON = 'j',
	KEY_BY = 256,
	KEY_REASON,
	KEY_ADMINISTRATOR,
	KEY_READER,
	KEY_SITE,
	KEY_REPLACES
};

struct keys {
	struct tool_connection connection;
	struct rights rights;
	bool json;
	const char *action;
	const char *object; /* the file, or whom */
};

static const struct argp_option options[] = {
	{ "name", KEY_NAME, "NAME", 0, "what people call the terminal", 1 },
	{ "ports", KEY_PORTS, "A,B", 0, "the ports that it may speak for, or '*'", 1 },
	{ "kinds", KEY_KINDS, "A,B", 0, "the events that it may send, such as unit_weighed,released, or '*'", 1 },
	{ "reader", KEY_READER, NULL, 0, "it may ask questions", 1 },
	{ "administrator", KEY_ADMINISTRATOR, NULL, 0, "it may change the registry and release from quarantine", 1 },
	{ "site", KEY_SITE, NULL, 0, "it is another ledger that brings its journal; --ports are its own", 1 },
	{ "replaces", KEY_REPLACES, "WHOM", 0, "authorise: this key takes the place of that one, which is revoked at once", 1 },
	{ "by", KEY_BY, "WHO", 0, "who does this (default: the login name)", 1 },
	{ "reason", KEY_REASON, "WHY", 0, "why it is done; it stays in the journal", 1 },
	{ "json", KEY_JSON, NULL, 0, "list and show: for programs", 1 },
	{ 0 },
};

static error_t
parse_argument(struct keys *keys, const char *text, struct argp_state *state)
{
	if (keys->action == NULL)
		keys->action = text;
	else if (keys->object == NULL)
		keys->object = text;
	else
		argp_error(state, "'%s' is one argument too many", text);
	return 0;
}

static error_t
parse(int key, char *text, struct argp_state *state)
{
	struct keys *keys = state->input;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &keys->connection;
		return 0;
	case KEY_NAME:
		keys->rights.name = text;
		return 0;
	case KEY_PORTS:
		keys->rights.ports = text;
		return 0;
	case KEY_KINDS:
		keys->rights.kinds = text;
		return 0;
	case KEY_READER:
		keys->rights.reader = true;
		return 0;
	case KEY_ADMINISTRATOR:
		keys->rights.administrator = true;
		return 0;
	case KEY_SITE:
		keys->rights.site = true;
		return 0;
	case KEY_BY:
		keys->rights.by = text;
		return 0;
	case KEY_REASON:
		keys->rights.reason = text;
		return 0;
	case KEY_REPLACES:
		keys->rights.replaces = text;
		return 0;
	case KEY_JSON:
		keys->json = true;
		return 0;
	case ARGP_KEY_ARG:
		return parse_argument(keys, text, state);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = { { &tool_connection_argp, 0, "Which Juyan:", 2 }, { 0 } };
static const struct argp argp = { options, parse, "make FILE\nshow FILE\nauthorise FILE.pub\nrevoke FILE.pub|NAME|NUMBER\nlist",
	"Make keys, and say who may send and who may ask."
	"\v"
	"  make FILE           makes a key pair: FILE (secret) and FILE.pub\n"
	"  show FILE           shows the public key of a secret or of a .pub file\n"
	"  authorise FILE.pub  lets the holder of this key in, with the rights named;\n"
	"                      a key that is known keeps its number and whatever is\n"
	"                      not said again. With --replaces WHOM it gets what WHOM\n"
	"                      had, and WHOM is revoked in the same step: for a key\n"
	"                      that was lost or stolen. A site keeps its number, and\n"
	"                      its journal goes on from where it is; the number that\n"
	"                      its key had by mistake is revoked\n"
	"  revoke WHOM         shuts a key out at once; what it sent stays\n"
	"  list                shows all terminals and their rights\n",
	children, NULL, NULL };

/* ---- here ---- */

static void
print_key(const uint8_t key[PUBLIC_KEY_BYTES], bool json)
{
	char text[KEY_TEXT_BYTES], hex[2 * PUBLIC_KEY_BYTES + 1];
	key_format(key, text);
	for (size_t i = 0; i < PUBLIC_KEY_BYTES; i++)
		snprintf(hex + 2 * i, 3, "%02x", key[i]);
	/* Z85 has no character that JSON would escape. */
	printf(json ? "{\"key\": \"%s\", \"hex\": \"%s\"}\n" : "public key %s\nhexadecimal %s\n", text, hex);
}

static enum status
make(const struct keys *keys, struct reason *why)
{
	struct key_pair pair;
	key_pair_make(&pair);
	enum status status = key_pair_save(&pair, keys->object, why);
	if (status == STATUS_OK)
		print_key(pair.public_key, keys->json);
	key_pair_wipe(&pair);
	return status;
}

/* A name that ends in .pub holds a public key, all else a secret. */
static enum status
show(const struct keys *keys, struct reason *why)
{
	uint8_t key[PUBLIC_KEY_BYTES];
	size_t bytes = strlen(keys->object);
	bool is_public = bytes > 4 && strcmp(keys->object + bytes - 4, ".pub") == 0;
	enum status status = STATUS_OK;
	if (is_public) {
		status = key_public_load(keys->object, key, why);
	} else {
		struct key_pair pair;
		status = key_pair_load(keys->object, &pair, why);
		if (status == STATUS_OK)
			memcpy(key, pair.public_key, sizeof key);
		key_pair_wipe(&pair);
	}
	if (status == STATUS_OK)
		print_key(key, keys->json);
	return status;
}

/* ---- over the session ---- */

static enum status
authorise(const struct keys *keys, struct reason *why)
{
	return rights_authorise(&keys->connection, keys->object, &keys->rights, why);
}

static enum status
revoke(const struct keys *keys, struct reason *why)
{
	return rights_revoke(&keys->connection, keys->object, keys->rights.by, keys->rights.reason, why);
}

static enum status
list(const struct keys *keys, struct reason *why)
{
	return rights_list(&keys->connection, keys->json, why);
}

static const struct {
	const char *name;
	bool has_object;
	bool changes; /* it needs ingest as well as query */
	enum status (*run)(const struct keys *, struct reason *);
} actions[] = {
	{ "make", true, false, make },
	{ "show", true, false, show },
	{ "authorise", true, true, authorise },
	{ "revoke", true, true, revoke },
	{ "list", false, false, list },
};

static enum status
run(const struct keys *keys, struct reason *why)
{
	for (size_t i = 0; keys->action != NULL && i < sizeof actions / sizeof actions[0]; i++) {
		if (strcmp(actions[i].name, keys->action) != 0)
			continue;
		if (actions[i].has_object != (keys->object != NULL))
			return reason_say(why, STATUS_USAGE, "%s: %s", keys->action,
			    actions[i].has_object ? "it needs to be said which key ('juyan keys --help')" : "it takes no argument");
		if (actions[i].changes && keys->connection.connect != NULL && keys->connection.ask == NULL)
			return reason_say(why, STATUS_USAGE,
			    "%s: with --connect (ingest's endpoint) it needs --ask (query's endpoint) too", keys->action);
		return actions[i].run(keys, why);
	}
	return reason_say(why, STATUS_USAGE, "expected: make, show, authorise, revoke or list; 'juyan keys --help' tells more");
}

int
tool_keys(int argc, char **argv)
{
	struct keys keys = { .json = false };
	struct reason why = { "" };
	argp_err_exit_status = TOOL_USAGE;
	if (argp_parse(&argp, argc, argv, 0, NULL, &keys) != 0)
		return TOOL_USAGE;
	enum status status = run(&keys, &why);
	return status == STATUS_OK ? TOOL_FINE : tool_fail("keys", status, &why);
}
