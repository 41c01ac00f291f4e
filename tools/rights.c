/*
 * See rights.h. The terminals come from query, the change goes to ingest: whole records, put in the place of those that were. A
 * record that was asked for lives in the ask, which is open until the change is made.
 */
#include "rights.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "administer.h"
#include "ask.h"
#include "json.h"
#include "table.h"

enum { PORTS_LISTED_MAX = 64, KINDS_LISTED_MAX = 32, LIST_BYTES = 2048 };

struct terminals {
	struct ask *ask;
	size_t n;
	Juyan__V1__RegistryRecord *const *records; /* each with a terminal */
};

static enum status
open_terminals(const struct tool_connection *connection, struct terminals *out, struct reason *why)
{
	static char kind[] = "terminal";
	Juyan__V1__RegistryAsk about = JUYAN__V1__REGISTRY_ASK__INIT;
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	const Juyan__V1__Answer *answer = NULL;
	struct terminals terminals = { .ask = NULL };
	about.kind = kind;
	question.ask_case = JUYAN__V1__QUESTION__ASK_REGISTRY;
	question.registry = &about;
	enum status status = ask_open(connection, &terminals.ask, why);
	if (status == STATUS_OK)
		status = ask_question(terminals.ask, &question, &answer, why);
	if (status == STATUS_OK && answer->say_case != JUYAN__V1__ANSWER__SAY_REGISTRY)
		status = reason_say(why, STATUS_UNDECODABLE, "query answered something else than a registry");
	for (size_t i = 0; status == STATUS_OK && i < answer->registry->n_records; i++)
		if (answer->registry->records[i]->record_case != JUYAN__V1__REGISTRY_RECORD__RECORD_TERMINAL ||
		    answer->registry->records[i]->terminal->public_key.len != PUBLIC_KEY_BYTES)
			status = reason_say(why, STATUS_UNDECODABLE, "query answered records that are no terminals");
	if (status != STATUS_OK) {
		ask_close(&terminals.ask);
		return status;
	}
	terminals.n = answer->registry->n_records;
	terminals.records = answer->registry->records;
	*out = terminals;
	return STATUS_OK;
}

/* A file's path may well have the length and the characters of a key: where there is such a file, it is meant. */
static enum status
read_key(const char *text, uint8_t key[PUBLIC_KEY_BYTES], struct reason *why)
{
	if (access(text, F_OK) != 0 && key_parse(text, key))
		return key_published(key) ? reason_say(why, STATUS_SETTING, "this key is printed in ZeroMQ's manual") : STATUS_OK;
	return key_public_load(text, key, why);
}

static bool
has_key(const Juyan__V1__RegistryRecord *record, const uint8_t key[PUBLIC_KEY_BYTES])
{
	return memcmp(record->terminal->public_key.data, key, PUBLIC_KEY_BYTES) == 0;
}

/* A folder is none: a site is easily called as the folder that its ledger is in. */
static bool
names_file(const char *text)
{
	struct stat about;
	return stat(text, &about) == 0 && !S_ISDIR(about.st_mode);
}

/* By key, by number or by name; a name that two terminals have is not enough. */
static enum status
find(const struct terminals *terminals, const char *whom, const Juyan__V1__RegistryRecord **out, struct reason *why)
{
	uint8_t key[PUBLIC_KEY_BYTES] = { 0 };
	const Juyan__V1__RegistryRecord *found = NULL;
	bool is_number = whom[0] != '\0' && whom[strspn(whom, "0123456789")] == '\0';
	bool is_file = names_file(whom);
	bool is_key = !is_file && key_parse(whom, key);
	unsigned long number = is_number ? strtoul(whom, NULL, 10) : 0;
	if (is_file && !is_number) {
		enum status status = key_public_load(whom, key, why);
		if (status != STATUS_OK)
			return status;
		is_key = true;
	}
	for (size_t i = 0; i < terminals->n; i++) {
		const Juyan__V1__RegistryRecord *record = terminals->records[i];
		bool fits = is_key ? has_key(record, key)
		    : is_number    ? record->terminal->terminal_no == number
				   : strcmp(record->terminal->name, whom) == 0;
		if (!fits)
			continue;
		if (found != NULL && found->terminal->terminal_no != record->terminal->terminal_no)
			return reason_say(why, STATUS_USAGE,
			    "'%.64s' is the name of terminals %" PRIu32 " and %" PRIu32 ": say the number", whom,
			    found->terminal->terminal_no, record->terminal->terminal_no);
		found = record; /* of several records of one terminal the last holds */
	}
	if (found == NULL)
		return reason_say(why, STATUS_NOT_FOUND,
		    "'%.64s' is no terminal's name, number, key or key file; 'juyan keys list' shows them", whom);
	*out = found;
	return STATUS_OK;
}

/* ---- the change ---- */

static enum status
send_change(const struct tool_connection *connection, Juyan__V1__RegistryRecord **records, size_t n, const char *by,
    const char *reason, struct reason *why)
{
	Juyan__V1__Event event = JUYAN__V1__EVENT__INIT;
	Juyan__V1__RegistryChanged changed = JUYAN__V1__REGISTRY_CHANGED__INIT;
	char who[TEXT_BYTES_MAX], what[TEXT_BYTES_MAX];
	snprintf(who, sizeof who, "%s", administer_by(by));
	snprintf(what, sizeof what, "%s", reason);
	changed.by = who;
	changed.reason = what;
	changed.n_put = n;
	changed.put = records;
	event.what_case = JUYAN__V1__EVENT__WHAT_REGISTRY_CHANGED;
	event.registry_changed = &changed;
	return administer(connection, &event, why);
}

/* "a,b" into parts that point into `copy`. */
static enum status
split(const char *text, const char *what, char copy[LIST_BYTES], char **parts, size_t parts_max, size_t *n, struct reason *why)
{
	size_t found = 0;
	if (snprintf(copy, LIST_BYTES, "%s", text) >= LIST_BYTES)
		return reason_say(why, STATUS_USAGE, "--%s: the list is too long", what);
	char *rest = copy;
	for (char *part = strsep(&rest, ","); part != NULL; part = strsep(&rest, ",")) {
		if (part[0] == '\0')
			return reason_say(why, STATUS_USAGE, "--%s '%.64s': expected: names with commas between, or '*'", what,
			    text);
		if (found == parts_max)
			return reason_say(why, STATUS_USAGE, "--%s: more than %zu of them", what, parts_max);
		parts[found++] = part;
	}
	*n = found;
	return STATUS_OK;
}

static enum status
check_kinds(char *const *kinds, size_t n, struct reason *why)
{
	for (size_t i = 0; i < n; i++) {
		size_t k = 0;
		bool all = strcmp(kinds[i], "*") == 0;
		while (!all && wire_event_kind_name(k) != NULL && strcmp(wire_event_kind_name(k), kinds[i]) != 0)
			k++;
		if (!all && wire_event_kind_name(k) == NULL)
			return reason_say(why, STATUS_USAGE,
			    "--kinds: there is no kind of event '%.40s'; expected: names such as manifest_lodged, unit_weighed, "
			    "released, or '*'",
			    kinds[i]);
	}
	return STATUS_OK;
}

/* A terminal as it shall be: what it was, where it was, and over it what is said now. It points into `rights` and `old`. */
struct draft {
	Juyan__V1__RegistryRecord record;
	Juyan__V1__Terminal terminal;
	char name[TEXT_BYTES_MAX];
	char ports_text[LIST_BYTES], kinds_text[LIST_BYTES];
	char *ports[PORTS_LISTED_MAX], *kinds[KINDS_LISTED_MAX];
};

static enum status
draft_rights(struct draft *draft, const struct rights *rights, struct reason *why)
{
	enum status status = STATUS_OK;
	Juyan__V1__Terminal *terminal = &draft->terminal;
	if (rights->name != NULL) {
		snprintf(draft->name, sizeof draft->name, "%s", rights->name);
		terminal->name = draft->name;
	}
	if (rights->ports != NULL) {
		status = split(rights->ports, "ports", draft->ports_text, draft->ports, PORTS_LISTED_MAX, &terminal->n_ports, why);
		terminal->ports = draft->ports;
	}
	if (status == STATUS_OK && rights->kinds != NULL) {
		status = split(rights->kinds, "kinds", draft->kinds_text, draft->kinds, KINDS_LISTED_MAX, &terminal->n_kinds, why);
		terminal->kinds = draft->kinds;
		if (status == STATUS_OK)
			status = check_kinds(draft->kinds, terminal->n_kinds, why);
	}
	terminal->administrator = terminal->administrator || rights->administrator;
	terminal->reader = terminal->reader || rights->reader;
	terminal->site = terminal->site || rights->site;
	terminal->revoked = false;
	return status;
}

static enum status
check_new(const struct rights *rights, struct reason *why)
{
	if (rights->name == NULL)
		return reason_say(why, STATUS_USAGE, "a new terminal needs --name");
	if (rights->site)
		return rights->ports != NULL && rights->kinds == NULL && !rights->administrator
		    ? STATUS_OK
		    : reason_say(why, STATUS_USAGE,
			  "--site goes with --ports, the site's own, and without --kinds and --administrator: it sends its "
			  "journal");
	if ((rights->ports == NULL) != (rights->kinds == NULL))
		return reason_say(why, STATUS_USAGE, "--ports and --kinds go together: which events for which ports");
	if (rights->ports == NULL && !rights->administrator && !rights->reader)
		return reason_say(why, STATUS_USAGE,
		    "a new terminal needs rights: --ports and --kinds, --reader or --administrator");
	return STATUS_OK;
}

/* The draft begins as the record that this key has, or as a new one under the next number. */
static enum status
draft_terminal(struct draft *draft, const struct terminals *terminals, uint8_t key[PUBLIC_KEY_BYTES], const struct rights *rights,
    struct reason *why)
{
	const Juyan__V1__RegistryRecord *known = NULL;
	uint32_t highest = 0;
	for (size_t i = 0; i < terminals->n; i++) {
		known = has_key(terminals->records[i], key) ? terminals->records[i] : known;
		highest =
		    terminals->records[i]->terminal->terminal_no > highest ? terminals->records[i]->terminal->terminal_no : highest;
	}
	enum status status = known != NULL ? STATUS_OK : check_new(rights, why);
	if (status != STATUS_OK)
		return status;
	juyan__v1__registry_record__init(&draft->record);
	juyan__v1__terminal__init(&draft->terminal);
	draft->terminal.terminal_no = highest + 1;
	if (known != NULL) {
		draft->record = *known;
		draft->terminal = *known->terminal;
	}
	draft->record.record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_TERMINAL;
	draft->record.terminal = &draft->terminal;
	draft->terminal.public_key = (ProtobufCBinaryData){ PUBLIC_KEY_BYTES, key };
	return draft_rights(draft, rights, why);
}

/* What becomes of the one that is replaced, or of the number that a site's key was authorised under by mistake. */
struct successor {
	Juyan__V1__RegistryRecord record;
	Juyan__V1__Terminal terminal;
	bool of_site; /* the number stays */
	bool revokes; /* the record is part of the change */
};

/* Who has a key already; NULL: nobody. */
static const Juyan__V1__RegistryRecord *
holder_of(const struct terminals *terminals, const uint8_t key[PUBLIC_KEY_BYTES])
{
	for (size_t i = 0; i < terminals->n; i++)
		if (has_key(terminals->records[i], key))
			return terminals->records[i];
	return NULL;
}

/*
 * A site goes on under another key, with its number: what came of its journal is its own, and goes on from there. Where the key was
 * authorised as another site's by mistake, that one is revoked, and is left with the key that is replaced.
 */
static enum status
draft_site_key(struct draft *draft, const struct terminals *terminals, const Juyan__V1__RegistryRecord *site,
    uint8_t key[PUBLIC_KEY_BYTES], const struct rights *rights, struct successor *out, struct reason *why)
{
	const Juyan__V1__RegistryRecord *holder = holder_of(terminals, key);
	draft->record = *site;
	draft->terminal = *site->terminal;
	draft->record.terminal = &draft->terminal;
	draft->terminal.public_key = (ProtobufCBinaryData){ PUBLIC_KEY_BYTES, key };
	out->of_site = true;
	if (holder != NULL) {
		out->record = *holder;
		out->terminal = *holder->terminal;
		out->record.terminal = &out->terminal;
		out->terminal.public_key = site->terminal->public_key;
		out->terminal.revoked = true;
		out->revokes = true;
	}
	return draft_rights(draft, rights, why);
}

/* The one that has to go: its name and rights are what the new one has, where nothing else is said. */
static enum status
draft_successor(struct draft *draft, const struct terminals *terminals, uint8_t key[PUBLIC_KEY_BYTES], const struct rights *rights,
    struct successor *out, struct reason *why)
{
	const Juyan__V1__RegistryRecord *found = NULL;
	struct rights whole = *rights;
	enum status status = find(terminals, rights->replaces, &found, why);
	if (status != STATUS_OK)
		return status;
	const Juyan__V1__RegistryRecord *holder = holder_of(terminals, key);
	bool by_mistake = holder != NULL && holder->terminal->site && found->terminal->site && holder != found;
	if (holder != NULL && !by_mistake)
		return reason_say(why, STATUS_USAGE, "--replaces: the new key is terminal %" PRIu32 " already",
		    holder->terminal->terminal_no);
	out->record = *found;
	out->terminal = *found->terminal;
	out->record.terminal = &out->terminal;
	if (found->terminal->site)
		return draft_site_key(draft, terminals, found, key, rights, out, why);
	out->revokes = true;
	whole.name = rights->name != NULL ? rights->name : out->terminal.name;
	whole.reader = rights->reader || out->terminal.reader;
	whole.administrator = rights->administrator || out->terminal.administrator;
	if (rights->ports != NULL || rights->kinds != NULL || out->terminal.n_ports == 0)
		status = draft_terminal(draft, terminals, key, &whole, why);
	else {
		static char any[] = "*"; /* passes the check of a new terminal; replaced below */
		whole.ports = any;
		whole.kinds = any;
		status = draft_terminal(draft, terminals, key, &whole, why);
		draft->terminal.n_ports = out->terminal.n_ports;
		draft->terminal.ports = out->terminal.ports;
		draft->terminal.n_kinds = out->terminal.n_kinds;
		draft->terminal.kinds = out->terminal.kinds;
	}
	out->terminal.revoked = true;
	return status;
}

enum status
rights_authorise(const struct tool_connection *connection, const char *key_text, const struct rights *rights, struct reason *why)
{
	struct terminals terminals = { .ask = NULL };
	struct draft draft;
	struct successor old = { .of_site = false };
	Juyan__V1__RegistryRecord *records[] = { &draft.record, &old.record };
	uint8_t key[PUBLIC_KEY_BYTES];
	char reason[TEXT_BYTES_MAX];
	enum status status = read_key(key_text, key, why);
	if (status == STATUS_OK)
		status = open_terminals(connection, &terminals, why);
	if (status == STATUS_OK)
		status = rights->replaces == NULL ? draft_terminal(&draft, &terminals, key, rights, why)
						  : draft_successor(&draft, &terminals, key, rights, &old, why);
	if (status == STATUS_OK) {
		snprintf(reason, sizeof reason, "%s", rights->reason != NULL ? rights->reason : "the key is authorised");
		status = send_change(connection, records, old.revokes ? 2 : 1, rights->by, reason, why);
	}
	if (status == STATUS_OK)
		printf("terminal %" PRIu32 " \"%s\" is authorised\n", draft.terminal.terminal_no, draft.terminal.name);
	if (status == STATUS_OK && old.of_site)
		printf("its former key is shut out\n");
	if (status == STATUS_OK && old.revokes)
		printf("terminal %" PRIu32 " \"%s\" is revoked\n", old.terminal.terminal_no, old.terminal.name);
	ask_close(&terminals.ask);
	return status;
}

/* ---- revoke ---- */

enum status
rights_revoke(const struct tool_connection *connection, const char *whom, const char *by, const char *reason, struct reason *why)
{
	struct terminals terminals = { .ask = NULL };
	const Juyan__V1__RegistryRecord *found = NULL;
	enum status status = open_terminals(connection, &terminals, why);
	if (status == STATUS_OK)
		status = find(&terminals, whom, &found, why);
	if (status == STATUS_OK) {
		Juyan__V1__RegistryRecord record = *found;
		Juyan__V1__Terminal terminal = *found->terminal;
		record.terminal = &terminal;
		terminal.revoked = true;
		status = send_change(connection, &(Juyan__V1__RegistryRecord *){ &record }, 1, by,
		    reason != NULL ? reason : "the key is revoked", why);
		if (status == STATUS_OK)
			printf("terminal %" PRIu32 " \"%s\" is revoked\n", terminal.terminal_no, terminal.name);
	}
	ask_close(&terminals.ask);
	return status;
}

/* ---- list ---- */

/* "a,b", or "-" for none. */
static void
cell_of_names(struct table *table, char *const *names, size_t n)
{
	char text[LIST_BYTES] = "-";
	size_t used = 0;
	for (size_t i = 0; i < n && used < sizeof text; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", i == 0 ? "" : ",", names[i]);
	table_cell(table, text);
}

static const char *
may_text(const Juyan__V1__Terminal *terminal)
{
	if (terminal->site)
		return terminal->reader ? "send a journal, ask" : "send a journal";
	return terminal->administrator ? "administer, ask" : terminal->reader ? "ask" : "-";
}

static enum status
print_table(const struct terminals *terminals, struct reason *why)
{
	static const struct table_column columns[] = { { "no", TABLE_RIGHT }, { "name", TABLE_LEFT }, { "state", TABLE_LEFT },
		{ "may", TABLE_LEFT }, { "ports", TABLE_LEFT }, { "kinds", TABLE_LEFT }, { "key", TABLE_LEFT } };
	struct table *table = NULL;
	enum status status = table_open(columns, sizeof columns / sizeof columns[0], &table);
	if (status != STATUS_OK)
		return reason_say(why, status, "memory ran out");
	for (size_t i = 0; i < terminals->n; i++) {
		const Juyan__V1__Terminal *terminal = terminals->records[i]->terminal;
		char key[KEY_TEXT_BYTES];
		key_format(terminal->public_key.data, key);
		table_cellf(table, "%" PRIu32, terminal->terminal_no);
		table_cell(table, terminal->name);
		table_cell(table, terminal->revoked ? "revoked" : "authorised");
		table_cell(table, may_text(terminal));
		cell_of_names(table, terminal->ports, terminal->n_ports);
		cell_of_names(table, terminal->kinds, terminal->n_kinds);
		table_cell(table, key);
	}
	status = table_print(table, stdout);
	table_close(&table);
	return status == STATUS_OK ? STATUS_OK : reason_say(why, status, "memory ran out");
}

/* The proto's own names, with the key as people write it beside the bytes. */
static enum status
print_json(const struct terminals *terminals, struct reason *why)
{
	json_t *list = json_array();
	enum status status = list == NULL ? STATUS_NO_MEMORY : STATUS_OK;
	for (size_t i = 0; status == STATUS_OK && i < terminals->n; i++) {
		json_t *row = NULL;
		char key[KEY_TEXT_BYTES];
		status = json_write(&terminals->records[i]->terminal->base, true, &row);
		key_format(terminals->records[i]->terminal->public_key.data, key);
		if (status == STATUS_OK && json_object_set_new(row, "key", json_string(key)) != 0)
			status = STATUS_NO_MEMORY;
		if (row != NULL && json_array_append_new(list, row) != 0)
			status = STATUS_NO_MEMORY;
	}
	if (status == STATUS_OK && json_dumpf(list, stdout, JSON_INDENT(2)) == 0)
		putchar('\n');
	json_decref(list);
	return status == STATUS_OK ? STATUS_OK : reason_say(why, status, "memory ran out");
}

enum status
rights_list(const struct tool_connection *connection, bool json, struct reason *why)
{
	struct terminals terminals = { .ask = NULL };
	enum status status = open_terminals(connection, &terminals, why);
	if (status == STATUS_OK)
		status = json ? print_json(&terminals, why) : print_table(&terminals, why);
	ask_close(&terminals.ask);
	return status;
}
