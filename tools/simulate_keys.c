/* Keys and rights of the simulated terminals. */
#include "simulate_keys.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "administer.h"
#include "ask.h"

enum { PATH_BYTES = 512, KINDS_MAX = 9 };

static enum status
load_or_make(const char *path, struct key_pair *out, struct reason *why)
{
	enum status status = key_pair_load(path, out, why);
	if (status != STATUS_NOT_FOUND)
		return status;
	key_pair_make(out);
	return key_pair_save(out, path, why);
}

enum status
simulate_keys_load(const char *dir, const struct simulation *simulation, struct simulate_keys *out, struct reason *why)
{
	struct simulate_keys keys = { 0 };
	enum status status = STATUS_OK;
	for (uint32_t i = 0; status == STATUS_OK && i < simulation_terminals(simulation); i++) {
		char path[PATH_BYTES];
		if (snprintf(path, sizeof path, "%s/simulate-%s.key", dir, simulation_terminal(simulation, i)->name) >=
		    (int)sizeof path)
			status = reason_say(why, STATUS_USAGE, "the path of the keys is too long: '%s'", dir);
		else
			status = load_or_make(path, &keys.pair[i], why);
	}
	if (status == STATUS_OK)
		*out = keys;
	simulate_keys_wipe(&keys);
	return status;
}

void
simulate_keys_wipe(struct simulate_keys *keys)
{
	sodium_memzero(keys, sizeof *keys);
}

/* ---- what the registry knows ---- */

struct known {
	bool authorised[SIMULATION_TERMINALS_MAX];
	uint32_t terminal_no_max;
};

static enum status
look(const Juyan__V1__Registry *registry, const struct simulation *simulation, const struct simulate_keys *keys,
    struct known *known, struct reason *why)
{
	for (size_t r = 0; r < registry->n_records; r++) {
		const Juyan__V1__Terminal *terminal = registry->records[r]->terminal;
		if (registry->records[r]->record_case != JUYAN__V1__REGISTRY_RECORD__RECORD_TERMINAL)
			continue;
		if (terminal->terminal_no > known->terminal_no_max)
			known->terminal_no_max = terminal->terminal_no;
		for (uint32_t i = 0; i < simulation_terminals(simulation); i++) {
			if (terminal->public_key.len != PUBLIC_KEY_BYTES ||
			    memcmp(terminal->public_key.data, keys->pair[i].public_key, PUBLIC_KEY_BYTES) != 0)
				continue;
			if (terminal->revoked)
				return reason_say(why, STATUS_REVOKED,
				    "the key of %s has been revoked; 'juyan keys' gives it back its right",
				    simulation_terminal(simulation, i)->name);
			known->authorised[i] = true;
		}
	}
	return STATUS_OK;
}

static enum status
ask_registry(const struct tool_connection *connection, const struct simulation *simulation, const struct simulate_keys *keys,
    struct known *known, struct reason *why)
{
	struct ask *ask = NULL;
	enum status status = ask_open(connection, &ask, why);
	if (status != STATUS_OK)
		return status;
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	Juyan__V1__RegistryAsk terminals = JUYAN__V1__REGISTRY_ASK__INIT;
	char kind[] = "terminal";
	const Juyan__V1__Answer *answer = NULL;
	terminals.kind = kind;
	question.ask_case = JUYAN__V1__QUESTION__ASK_REGISTRY;
	question.registry = &terminals;
	status = ask_question(ask, &question, &answer, why);
	if (status == STATUS_OK && answer->say_case != JUYAN__V1__ANSWER__SAY_REGISTRY)
		status = reason_say(why, STATUS_UNDECODABLE, "the answer to a question about the registry is about something else");
	if (status == STATUS_OK)
		status = look(answer->registry, simulation, keys, known, why);
	ask_close(&ask);
	return status;
}

/* ---- entering the others ---- */

/* Everything that a RegistryChanged with these records points to. */
struct entry_forms {
	Juyan__V1__Terminal terminal[SIMULATION_TERMINALS_MAX];
	Juyan__V1__RegistryRecord record[SIMULATION_TERMINALS_MAX];
	Juyan__V1__RegistryRecord *records[SIMULATION_TERMINALS_MAX];
	char text[SIMULATION_TERMINALS_MAX][2][64];
	char kind[SIMULATION_TERMINALS_MAX][KINDS_MAX][32];
	char *port[SIMULATION_TERMINALS_MAX];
	char *kinds[SIMULATION_TERMINALS_MAX][KINDS_MAX];
	uint8_t key[SIMULATION_TERMINALS_MAX][PUBLIC_KEY_BYTES];
	size_t n;
};

static void
enter(struct entry_forms *forms, const struct simulation_terminal *from, const struct key_pair *pair, uint32_t terminal_no)
{
	size_t i = forms->n++;
	Juyan__V1__Terminal *terminal = &forms->terminal[i];
	juyan__v1__terminal__init(terminal);
	juyan__v1__registry_record__init(&forms->record[i]);
	snprintf(forms->text[i][0], sizeof forms->text[i][0], "%s (simulated)", from->name);
	snprintf(forms->text[i][1], sizeof forms->text[i][1], "%s", from->port);
	memcpy(forms->key[i], pair->public_key, PUBLIC_KEY_BYTES);
	terminal->terminal_no = terminal_no;
	terminal->name = forms->text[i][0];
	terminal->public_key = (ProtobufCBinaryData){ PUBLIC_KEY_BYTES, forms->key[i] };
	forms->port[i] = forms->text[i][1];
	terminal->n_ports = 1;
	terminal->ports = &forms->port[i];
	terminal->kinds = forms->kinds[i];
	for (size_t k = 0; from->kinds[k] != NULL; k++) {
		snprintf(forms->kind[i][k], sizeof forms->kind[i][k], "%s", from->kinds[k]);
		forms->kinds[i][k] = forms->kind[i][k];
		terminal->n_kinds = k + 1;
	}
	forms->record[i].record_case = JUYAN__V1__REGISTRY_RECORD__RECORD_TERMINAL;
	forms->record[i].terminal = terminal;
	forms->records[i] = &forms->record[i];
}

static enum status
send_forms(const struct tool_connection *connection, struct entry_forms *forms, struct reason *why)
{
	Juyan__V1__Event event = JUYAN__V1__EVENT__INIT;
	Juyan__V1__RegistryChanged changed = JUYAN__V1__REGISTRY_CHANGED__INIT;
	char by[] = "juyan simulate", reason[] = "terminals of a simulated port";
	changed.by = by;
	changed.reason = reason;
	changed.n_put = forms->n;
	changed.put = forms->records;
	event.what_case = JUYAN__V1__EVENT__WHAT_REGISTRY_CHANGED;
	event.registry_changed = &changed;
	return administer(connection, &event, why);
}

enum status
simulate_keys_authorise(const struct tool_connection *connection, const struct simulation *simulation,
    const struct simulate_keys *keys, struct reason *why)
{
	struct known known = { 0 };
	struct entry_forms forms = { 0 };
	enum status status = ask_registry(connection, simulation, keys, &known, why);
	if (status != STATUS_OK)
		return status;
	for (uint32_t i = 0; i < simulation_terminals(simulation); i++)
		if (!known.authorised[i])
			enter(&forms, simulation_terminal(simulation, i), &keys->pair[i], ++known.terminal_no_max);
	return forms.n == 0 ? STATUS_OK : send_forms(connection, &forms, why);
}
