/* `juyan serve`: reads the settings, runs the services, says where they listen, and ends in good order when asked to. */
#include "tool.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "founding.h"
#include "host.h"
#include "options.h"
#include "roster.h"

enum { KEY_CONFIG = 'f', KEY_SET = 'o', KEY_LISTEN = 'l', SETTINGS_MAX = 64 };

struct serve {
	const char *data;
	const char *config_file;
	size_t n_settings;
	const char *settings[SETTINGS_MAX]; /* "name=value", later than the file's */
	bool named[ROSTER_SERVICES];
	bool any_named;
};

static const struct argp_option options[] = {
	{ "data", 'd', "DIR", 0, "the folder that holds everything ($JUYAN_DATA, else ./juyan-data); made at the first start", 0 },
	{ "config", KEY_CONFIG, "FILE", 0, "read settings from this YAML file, one 'name: value' a line", 0 },
	{ "set", KEY_SET, "NAME=VALUE", 0, "set one, over what the file says; may come several times", 0 },
	{ "listen", KEY_LISTEN, "ENDPOINTS", 0, "short for --set listen=ENDPOINTS", 0 },
	{ 0 },
};

/* ---- the command line ---- */

static void
add_setting(struct serve *serve, const char *setting, struct argp_state *state)
{
	if (strchr(setting, '=') == NULL)
		argp_error(state, "--set '%s': expected: NAME=VALUE", setting);
	if (serve->n_settings == SETTINGS_MAX)
		argp_error(state, "more than %d settings", SETTINGS_MAX);
	serve->settings[serve->n_settings++] = setting;
}

static void
add_listen(struct serve *serve, const char *endpoints, struct argp_state *state)
{
	static char setting[CONFIG_TEXT_BYTES + 16];
	if (snprintf(setting, sizeof setting, "listen=%s", endpoints) >= (int)sizeof setting)
		argp_error(state, "--listen: expected: less than %d bytes", CONFIG_TEXT_BYTES);
	add_setting(serve, setting, state);
}

static void
add_service(struct serve *serve, const char *name, struct argp_state *state)
{
	for (size_t i = 0; i < ROSTER_SERVICES; i++) {
		if (strcmp(roster[i]->name, name) == 0) {
			serve->named[i] = true;
			serve->any_named = true;
			return;
		}
	}
	argp_error(state, "there is no service '%s'; 'juyan serve --help' lists them", name);
}

static error_t
parse(int key, char *text, struct argp_state *state)
{
	struct serve *serve = state->input;
	switch (key) {
	case 'd':
		serve->data = text;
		return 0;
	case KEY_CONFIG:
		serve->config_file = text;
		return 0;
	case KEY_SET:
		add_setting(serve, text, state);
		return 0;
	case KEY_LISTEN:
		add_listen(serve, text, state);
		return 0;
	case ARGP_KEY_ARG:
		add_service(serve, text, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* The services and all settings stand below the options; argp frees what it is given here. */
static char *
add_help(int key, const char *text, void *input)
{
	(void)input;
	char *help = NULL;
	size_t bytes = 0;
	if (key != ARGP_KEY_HELP_POST_DOC)
		return (char *)(uintptr_t)text;
	FILE *out = open_memstream(&help, &bytes);
	if (out == NULL)
		return (char *)(uintptr_t)text;
	fputs("Services (all of them, unless some are named):\n", out);
	for (size_t i = 0; i < ROSTER_SERVICES; i++)
		fprintf(out, "  %-18s %s\n", roster[i]->name, roster[i]->help);
	fputs("\nSettings:\n", out);
	config_explain(out);
	return fclose(out) == 0 ? help : (char *)(uintptr_t)text;
}

static const struct argp argp = { options, parse, "[SERVICE...]",
	"Run Juyan on a data folder until Ctrl-C or SIGTERM. When it is up it prints where it listens, the server's public key, "
	"and 'ready'."
	"\vx",
	NULL, add_help, NULL };

/* ---- the settings ---- */

static enum status
read_settings(const struct serve *serve, struct config *config, struct reason *why)
{
	const char *data = tool_data(serve->data);
	enum status status = STATUS_OK;
	config_defaults(config);
	if (snprintf(config->data_dir, sizeof config->data_dir, "%s", data) >= (int)sizeof config->data_dir)
		return reason_say(why, STATUS_SETTING, "--data: a path of less than %d bytes is expected", CONFIG_TEXT_BYTES);
	if (serve->config_file != NULL)
		status = config_read(serve->config_file, config, why);
	for (size_t i = 0; status == STATUS_OK && i < serve->n_settings; i++) {
		char name[64];
		const char *equals = strchr(serve->settings[i], '=');
		snprintf(name, sizeof name, "%.*s", (int)(equals - serve->settings[i]), serve->settings[i]);
		status = config_set(config, name, equals + 1, why);
	}
	return status;
}

/* ---- running ---- */

static void
say_ready(const struct host *host)
{
	const char *service, *endpoint;
	char key[KEY_TEXT_BYTES];
	for (size_t i = 0; host_endpoint(host, i, &service, &endpoint); i++)
		printf("%s %s\n", service, endpoint);
	key_format(host_server_key(host), key);
	printf("server key %s\nready\n", key);
	fflush(stdout);
}

static enum status
run(const struct serve *serve, const struct config *config, struct log *log, struct reason *why)
{
	const struct service *services[ROSTER_SERVICES];
	size_t n = 0;
	struct host *host = NULL;
	for (size_t i = 0; i < ROSTER_SERVICES; i++)
		if (serve->named[i] || !serve->any_named)
			services[n++] = roster[i];
	enum status status = host_open(config, services, n, founding, log, &host, why);
	if (status != STATUS_OK)
		return status;
	say_ready(host);
	status = host_wait(host, -1, why);
	host_close(&host);
	return status;
}

int
tool_serve(int argc, char **argv)
{
	struct serve serve = { .data = NULL };
	struct config config;
	struct reason why = { "" };
	struct log *log = NULL;
	enum log_level level = LOG_INFO;
	argp_err_exit_status = TOOL_USAGE;
	if (argp_parse(&argp, argc, argv, 0, NULL, &serve) != 0)
		return TOOL_USAGE;
	enum status status = read_settings(&serve, &config, &why);
	if (status == STATUS_OK && !log_level_of(config.log_level, &level))
		status = STATUS_SETTING;
	if (status == STATUS_OK)
		status = log_open(stderr, level, &log);
	if (status == STATUS_OK)
		status = run(&serve, &config, log, &why);
	log_close(&log);
	if (status == STATUS_INTERRUPTED)
		return TOOL_FINE; /* asked to stop before it was up */
	return status == STATUS_OK ? TOOL_FINE : tool_fail("serve", status, &why);
}
