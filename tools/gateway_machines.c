/* `juyan gateway --config`: the gateway beside the port's machines. */
#include "gateway_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fold.h"
#include "gateway_loop.h"
#include "process.h"
#include "tool.h"

enum { SPOOL_PATH_BYTES = 512, NAME_COLUMN = 16 };

struct machines {
	struct gateway_config config;
	struct gateway_ear ear;
	struct notify notify;
	struct process_signals signals;
	struct juyan *juyan;
	struct gateway_loop *loop;
	char spool[SPOOL_PATH_BYTES];
};

/* ---- the help ---- */

static void
explain_one(const char *name, const char *prose, const char *fallback, FILE *out)
{
	char text[1024];
	bool says = fallback != NULL && fallback[0] != '\0';
	snprintf(text, sizeof text, "%s%s%s%s", prose, says ? " (default: " : "", says ? fallback : "", says ? ")" : "");
	int column = fprintf(out, "  %-*s ", NAME_COLUMN, name);
	fold_print(text, NAME_COLUMN + 3, column, out);
}

static void
explain_settings(const struct connector_setting *settings, FILE *out)
{
	for (; settings != NULL && settings->name != NULL; settings++) {
		int column = fprintf(out, "    %s: ", settings->name);
		fold_print(settings->prose, 8, column, out);
	}
}

static void
explain(FILE *out)
{
	const char *name, *fallback, *prose;
	fputs("The configuration, in YAML:\n", out);
	for (size_t i = 0; (name = gateway_config_setting(i, &fallback, &prose)) != NULL; i++)
		explain_one(name, prose, fallback, out);
	explain_one("sources", "a list; each has a name, a connector, where it is heard, and settings", NULL, out);
	fputs("\nWhere a source is heard, one of:\n", out);
	for (size_t i = 0; source_kind_at(i) != NULL; i++) {
		explain_one(source_kind_at(i)->name, source_kind_at(i)->about, NULL, out);
		explain_settings(source_kind_at(i)->settings, out);
	}
	fputs("\nConnectors, with settings of their own:\n", out);
	for (size_t i = 0; connector_at(i) != NULL; i++) {
		explain_one(connector_at(i)->name, connector_at(i)->about, NULL, out);
		explain_settings(connector_at(i)->settings, out);
	}
}

char *
gateway_explain(const char *text)
{
	char *help = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&help, &bytes);
	if (out == NULL)
		return (char *)(uintptr_t)text;
	fprintf(out, "%s\n\n", text);
	explain(out);
	return fclose(out) == 0 ? help : (char *)(uintptr_t)text;
}

/* ---- at work ---- */

static enum status
open_spool(struct machines *machines, struct reason *why)
{
	const struct gateway_config *config = &machines->config;
	if (mkdir(config->folder, 0750) == 0)
		log_say(machines->ear.log, LOG_INFO, "gateway", "folder_made", "%s", "");
	if (!gateway_loop_spool(config, machines->spool, sizeof machines->spool))
		return reason_say(why, STATUS_SETTING, "folder: its path is too long");
	const struct juyan_options options = {
		.centre = config->centre,
		.key_file = config->key,
		.centre_key_file = config->centre_key,
		.spool_folder = machines->spool,
		.spool_bytes = (uint64_t)config->spool_mib << 20,
		.on_notice = gateway_on_notice,
		.user = &machines->ear,
	};
	enum juyan_result result = juyan_open(&options, &machines->juyan, why->text, sizeof why->text);
	return result == JUYAN_OK ? STATUS_OK : result == JUYAN_SETTING ? STATUS_SETTING : STATUS_SYSTEM;
}

static enum status
open_all(struct machines *machines, const char *path, struct reason *why)
{
	enum status status = gateway_config_read(path, &machines->config, why);
	if (status != STATUS_OK)
		return status == STATUS_SYNTAX ? STATUS_SETTING : status;
	status = process_prepare(0, why);
	umask(027); /* what is rejected is for the office to read, too */
	if (status == STATUS_OK)
		status = process_signals_open(&machines->signals, why);
	if (status == STATUS_OK)
		status = log_open(stderr, LOG_INFO, &machines->ear.log);
	if (status == STATUS_OK)
		status = notify_open(&machines->notify, why);
	if (status == STATUS_OK)
		status = open_spool(machines, why);
	if (status != STATUS_OK)
		return status;
	const struct gateway_loop_parts parts = { &machines->config, machines->juyan, machines->ear.log, &machines->notify,
		machines->signals.fd };
	status = gateway_loop_open(&parts, &machines->loop, why);
	return status == STATUS_SYNTAX ? STATUS_SETTING : status;
}

int
gateway_machines(const struct gateway_command *command)
{
	static struct machines machines = { .notify.fd = -1, .signals.fd = -1 };
	struct reason why = { "" };
	enum status status = open_all(&machines, command->config, &why);
	if (status == STATUS_OK) {
		notify_say(&machines.notify, "READY=1\nSTATUS=hearing the machines");
		status = gateway_loop_run(machines.loop, &why);
		notify_say(&machines.notify, "STOPPING=1");
	}
	gateway_loop_close(&machines.loop);
	juyan_close(&machines.juyan);
	gateway_config_close(&machines.config);
	notify_close(&machines.notify);
	log_close(&machines.ear.log);
	if (machines.signals.fd >= 0)
		process_signals_close(&machines.signals);
	return status == STATUS_OK ? TOOL_FINE : tool_fail("gateway", status, &why);
}
