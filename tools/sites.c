/* `juyan sites`: the sites whose journals come here, how far they have come, and what stands still. */
#include <argp.h>
#include <inttypes.h>

#include "asking.h"
#include "clock.h"
#include "json.h"
#include "table.h"

enum { DECREES_BYTES = 512 };

/* A port may be so long without news in the daytime. */
#define QUIET_MS INT64_C(1800000)

static const struct argp_option options[] = {
	{ "json", ASKING_KEY_JSON, NULL, 0, "as JSON, with the names of proto/query.proto", 1 },
	{ 0 },
};

static const char doc[] = "Shows the sites whose journals come to this headquarters, and how far each has come.\v"
			  "A site is a ledger of its own ('juyan keys authorise --site'). Nothing of one that is stopped is taken "
			  "until the reason is gone; "
			  "it tries again by itself, and the others go on. What a site's registry says of its ports is taken over; "
			  "what does not fit is left "
			  "as it is here, and tried again when the registry here changes. Of what is decided here and signed, 12 "
			  "of 14 says that a site has "
			  "taken the first 12; one that does not fit there holds up those behind it, and is the event in "
			  "quarantine that is named. Ends with "
			  "1 where one is stopped, does not fit, does not take a decree, or has taken one that is not here.";

static void
cell_of_age(struct table *table, int64_t at_ms, int64_t now_ms)
{
	enum { AHEAD_MS = 60000 }; /* clocks differ a little */
	char age[ASKING_TIME_BYTES];
	if (at_ms > now_ms + AHEAD_MS)
		table_cellf(table, "its clock is %s ahead", asking_span(at_ms - now_ms, age));
	else
		table_cell(table, at_ms == 0 ? "-" : asking_span(now_ms > at_ms ? now_ms - at_ms : 0, age));
}

static void
cell_of_state(struct table *table, const Juyan__V1__SiteStatus *site, int64_t now_ms)
{
	char age[ASKING_TIME_BYTES];
	if (site->revoked)
		table_cell(table, "revoked");
	else if (site->stopped_since_ms != 0)
		table_cellf(table, "stopped (%s): %s", site->name, site->sentence);
	else if (site->unfit_since_ms != 0)
		table_cellf(table, "goes on; its registry of event %" PRIu64 " does not fit here (%s): %s", site->unfit_lsn,
		    site->unfit_name, site->unfit_sentence);
	else if (site->last_lsn == 0)
		table_cell(table, "nothing has come yet");
	else if (now_ms - site->last_relayed_at_ms > QUIET_MS)
		table_cellf(table, "nothing has come for %s: it is quiet or away, 'juyan relay' there says which",
		    asking_span(now_ms - site->last_relayed_at_ms, age));
	else
		table_cell(table, "goes on");
}

/* Where something is to be looked into: what does not fit there, and where this ledger knows less than the site. */
static bool
waits(const Juyan__V1__SiteStatus *site)
{
	for (size_t i = 0; i < site->n_decrees; i++)
		if (site->decrees[i]->refused_number != 0 || site->decrees[i]->last_number > site->decrees[i]->decreed_number)
			return true;
	return false;
}

static void
cell_of_decrees(struct table *table, const Juyan__V1__SiteStatus *site)
{
	char text[DECREES_BYTES] = "", refused[64];
	size_t used = 0;
	for (size_t i = 0; i < site->n_decrees && used < sizeof text; i++) {
		const Juyan__V1__SiteDecrees *decrees = site->decrees[i];
		if (decrees->decreed_number == 0 && decrees->last_number == 0)
			continue;
		snprintf(refused, sizeof refused, ", not %" PRIu64 " (event %" PRIu64 ")", decrees->refused_number,
		    decrees->refused_lsn);
		used += (size_t)snprintf(text + used, sizeof text - used, "%s%s %" PRIu64 " of %" PRIu64 "%s", used > 0 ? "; " : "",
		    decrees->authority, decrees->last_number, decrees->decreed_number, decrees->refused_number == 0 ? "" : refused);
	}
	table_cell(table, used == 0 ? "-" : text);
}

static enum status
print_table(const Juyan__V1__LedgerStatus *status)
{
	static const struct table_column columns[] = { { "no", TABLE_RIGHT }, { "site", TABLE_LEFT }, { "events", TABLE_RIGHT },
		{ "the last had there", TABLE_RIGHT }, { "came here", TABLE_RIGHT }, { "decrees taken", TABLE_LEFT },
		{ "state", TABLE_LEFT } };
	struct clock clock = clock_system();
	int64_t now_ms = clock_utc_ms(&clock);
	struct table *table = NULL;
	enum status opened = table_open(columns, sizeof columns / sizeof columns[0], &table);
	for (size_t i = 0; i < status->n_sites && opened == STATUS_OK; i++) {
		const Juyan__V1__SiteStatus *site = status->sites[i];
		table_cellf(table, "%" PRIu32, site->terminal_no);
		table_cell(table, site->terminal_name);
		table_cellf(table, "%" PRIu64, site->last_lsn);
		cell_of_age(table, site->last_received_at_ms, now_ms);
		cell_of_age(table, site->last_relayed_at_ms, now_ms);
		cell_of_decrees(table, site);
		cell_of_state(table, site, now_ms);
	}
	if (opened == STATUS_OK)
		opened = table_print(table, stdout);
	table_close(&table);
	return opened;
}

static enum status
print_json(const Juyan__V1__LedgerStatus *status)
{
	json_t *rows = json_array(), *row;
	enum status written = rows == NULL ? STATUS_NO_MEMORY : STATUS_OK;
	for (size_t i = 0; i < status->n_sites && written == STATUS_OK; i++) {
		written = json_write(&status->sites[i]->base, true, &row);
		if (written == STATUS_OK && json_array_append_new(rows, row) != 0)
			written = STATUS_NO_MEMORY;
	}
	if (written == STATUS_OK && json_dumpf(rows, stdout, JSON_INDENT(2)) == 0)
		putchar('\n');
	json_decref(rows);
	return written;
}

static enum status
show(struct asking_scope *scope, bool *wrong)
{
	Juyan__V1__StatusAsk about = JUYAN__V1__STATUS_ASK__INIT;
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	const Juyan__V1__Answer *answer;
	question.ask_case = JUYAN__V1__QUESTION__ASK_STATUS;
	question.status = &about;
	enum status status = asking_answer(&scope->asking, &question, JUYAN__V1__ANSWER__SAY_STATUS, &answer);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < answer->status->n_sites; i++)
		*wrong = *wrong || answer->status->sites[i]->stopped_since_ms != 0 ||
		    answer->status->sites[i]->unfit_since_ms != 0 || waits(answer->status->sites[i]);
	if (scope->json)
		return print_json(answer->status);
	if (answer->status->n_sites > 0)
		return print_table(answer->status);
	printf("no site brings its journal here; 'juyan keys authorise --site' lets one in\n");
	return STATUS_OK;
}

int
tool_sites(int argc, char **argv)
{
	struct asking_scope scope = { .asking.name = "sites" };
	const struct argp_child children[] = { { &tool_connection_argp, 0, "Which Juyan:", 3 }, { 0 } };
	const struct argp argp = { options, asking_scope_parse, NULL, doc, children, NULL, NULL };
	bool wrong = false;
	argp_err_exit_status = TOOL_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &scope);
	int code = asking_end(&scope.asking, show(&scope, &wrong));
	return code == TOOL_FINE && wrong ? TOOL_WRONG : code;
}
