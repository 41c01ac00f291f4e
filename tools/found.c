/*
 * `juyan found`: makes an empty ledger on purpose, so that a service started by a manager never begins a second one on a folder
 * that was only not mounted. Ingest is opened for a moment, beside nobody, and closed again: what is founded is what it can use.
 */
#include "tool.h"

#include <argp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "founding.h"
#include "host.h"
#include "options.h"
#include "roster.h"

static const struct argp_option options[] = {
	{ "data", 'd', "DIR", 0, "the folder that will hold everything ($JUYAN_DATA, else ./juyan-data)", 0 },
	{ 0 },
};

static error_t
parse(int key, char *text, struct argp_state *state)
{
	const char **data = state->input;
	if (key != 'd')
		return ARGP_ERR_UNKNOWN;
	*data = text;
	return 0;
}

static const struct argp argp = { options, parse, NULL,
	"Found a ledger: make the data folder with the server's key, the administrator's key, and a ledger that begins with the "
	"shipped registry and calendar."
	"\v"
	"A folder that holds a ledger already is left as it is, with exit code 1. The services then run as the user who founds:\n"
	"\n"
	"    runuser -u juyan -- juyan found --data /var/lib/juyan\n"
	"\n"
	"`juyan serve` typed by hand founds by itself what is missing; the installed service does not.\n",
	NULL, NULL, NULL };

/* A host_prepare. */
static enum status
found_new(const struct service_kit *kit, struct reason *why)
{
	struct ledger *ledger = NULL;
	enum status status = ledger_open(kit->env, &ledger, why);
	uint64_t lsn = status == STATUS_OK ? ledger_lsn(ledger) : 0;
	ledger_close(&ledger);
	if (lsn > 0)
		return reason_say(why, STATUS_CONTRADICTION, "%.128s holds a ledger already, of %llu events", kit->config->data_dir,
		    (unsigned long long)lsn);
	return status == STATUS_OK ? founding(kit, why) : status;
}

/* What root makes in the folder of another user, that user cannot open. */
static enum status
check_owner(const char *data, struct reason *why)
{
	struct stat info;
	if (stat(data, &info) != 0 || info.st_uid == geteuid())
		return STATUS_OK;
	const struct passwd *owner = getpwuid(info.st_uid);
	return reason_say(why, STATUS_USAGE, "%.128s belongs to %s: found it as that user, such as 'runuser -u %s -- juyan found'",
	    data, owner == NULL ? "another user" : owner->pw_name, owner == NULL ? "USER" : owner->pw_name);
}

static enum status
found(const char *data, struct log *log, struct reason *why)
{
	struct config config;
	struct host *host = NULL;
	char key[KEY_TEXT_BYTES];
	const struct service *ingest = roster_find("ingest");
	config_defaults(&config);
	config.listen[0] = '\0';
	if (snprintf(config.data_dir, sizeof config.data_dir, "%s", data) >= (int)sizeof config.data_dir)
		return reason_say(why, STATUS_USAGE, "--data: a path of less than %d bytes is expected", CONFIG_TEXT_BYTES);
	enum status status = check_owner(data, why);
	if (status == STATUS_OK)
		status = host_open(&config, &ingest, 1, found_new, log, &host, why);
	if (status != STATUS_OK)
		return status;
	key_format(host_server_key(host), key);
	printf("a ledger is founded in %s\nthe administrator's key is %s/keys/admin.key\nserver key %s\n", data, data, key);
	host_close(&host);
	return STATUS_OK;
}

int
tool_found(int argc, char **argv)
{
	const char *data = NULL;
	struct reason why = { "" };
	struct log *log = NULL;
	argp_err_exit_status = TOOL_USAGE;
	if (argp_parse(&argp, argc, argv, 0, NULL, &data) != 0)
		return TOOL_USAGE;
	enum status status = log_open(stderr, LOG_WARNING, &log);
	if (status == STATUS_OK)
		status = found(tool_data(data), log, &why);
	log_close(&log);
	return status == STATUS_OK ? TOOL_FINE : tool_fail("found", status, &why);
}
