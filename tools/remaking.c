/*
 * `juyan compact` and `juyan upgrade`: a ledger made anew beside its place and exchanged with the old one in one step. Both need
 * the data folder for themselves.
 */
#include <argp.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "exclusive.h"
#include "options.h"
#include "progress_line.h"
#include "remake.h"
#include "tool.h"

static const struct argp_option options[] = {
	{ "data", 'd', "DIR", 0, "the data folder ($JUYAN_DATA, else ./juyan-data)", 0 },
	{ 0 },
};

static error_t
parse(int key, char *text, struct argp_state *state)
{
	const char **data = state->input;
	if (key == ARGP_KEY_ARG)
		argp_error(state, "'%s' is not expected here", text);
	if (key != 'd')
		return ARGP_ERR_UNKNOWN;
	*data = text;
	return 0;
}

/* The folder, with every service of it kept away. */
static enum status
take(int argc, char **argv, const char *doc, const char **dir, struct exclusive *exclusive, struct reason *why)
{
	const struct argp argp = { options, parse, NULL, doc, NULL, NULL, NULL };
	const char *data = NULL;
	argp_err_exit_status = TOOL_USAGE;
	if (argp_parse(&argp, argc, argv, 0, NULL, &data) != 0)
		return reason_say(why, STATUS_USAGE, "the command line cannot be read");
	*dir = tool_data(data);
	if (access(*dir, F_OK) != 0) /* nothing is made where nothing is */
		return reason_say(why, STATUS_NOT_FOUND, "%.160s has no ledger yet", *dir);
	return exclusive_take(*dir, exclusive, why);
}

int
tool_compact(int argc, char **argv)
{
	static const char doc[] = "Give back the disk that a ledger does not need: pages that were used once and are free now."
				  "\v"
				  "Stop Juyan first. The ledger is copied, which needs as much free disk as it has live pages; the "
				  "copy is checked and takes "
				  "the ledger's place in one step. A cut in between leaves the old one.";
	struct exclusive exclusive = { .n = 0 };
	struct remake_result result;
	struct reason why = { "" };
	const char *dir;
	enum status status = take(argc, argv, doc, &dir, &exclusive, &why);
	if (status == STATUS_OK)
		status = remake_compact(dir, &result, &why);
	exclusive_give(&exclusive);
	if (status != STATUS_OK)
		return tool_fail("compact", status, &why);
	printf("compacted: %" PRIu64 " events, %" PRIu64 " bytes before, %" PRIu64 " now\n", result.end.lsn, result.bytes_before,
	    result.bytes);
	return TOOL_FINE;
}

int
tool_upgrade(int argc, char **argv)
{
	static const char doc[] = "Bring a ledger of an older version to this one's form."
				  "\v"
				  "Stop Juyan first. Every event is applied again to a new ledger, which takes the old one's place "
				  "in one step. The old one "
				  "stays beside it as ledger.N-old, N being its format: remove it by hand when you have seen that "
				  "all is well. Going back is "
				  "putting it back, without what came since.";
	struct exclusive exclusive = { .n = 0 };
	struct remake_result result;
	struct progress_line progress = progress_line_begin("upgrading");
	struct reason why = { "" };
	const char *dir;
	enum status status = take(argc, argv, doc, &dir, &exclusive, &why);
	if (status == STATUS_OK)
		status = remake_upgrade(dir, progress_line_step, &progress, &result, &why);
	progress_line_end(&progress);
	exclusive_give(&exclusive);
	if (status != STATUS_OK)
		return tool_fail("upgrade", status, &why);
	printf("upgraded: %" PRIu64 " events, from format %u; the old ledger is %s/ledger.%u-old\n", result.end.lsn,
	    result.format_before, dir, result.format_before);
	return TOOL_FINE;
}
