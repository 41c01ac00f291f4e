/* Questions of the asking commands, and the words that they share. */
#include "asking.h"

#include <assert.h>

#include "civil.h"
#include "clock.h"

error_t
asking_scope_parse(int key, char *arg, struct argp_state *state)
{
	struct asking_scope *scope = state->input;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &scope->asking.connection;
		break;
	case ASKING_KEY_PORT:
		scope->port = arg;
		break;
	case ASKING_KEY_JSON:
		scope->json = true;
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s' is not expected here", arg);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

enum status
asking_answer(struct asking *asking, Juyan__V1__Question *question, Juyan__V1__Answer__SayCase expected,
    const Juyan__V1__Answer **out)
{
	const Juyan__V1__Answer *answer;
	enum status status = STATUS_OK;
	if (asking->ask == NULL)
		status = ask_open(&asking->connection, &asking->ask, &asking->why);
	if (status == STATUS_OK)
		status = ask_question(asking->ask, question, &answer, &asking->why);
	if (status == STATUS_OK && answer->say_case != expected)
		status = reason_say(&asking->why, STATUS_UNDECODABLE, "the answer is not to the question that was asked");
	if (status == STATUS_OK)
		*out = answer;
	return status;
}

int
asking_end(struct asking *asking, enum status status)
{
	ask_close(&asking->ask);
	if (fflush(stdout) != 0 && status == STATUS_OK)
		status = reason_say(&asking->why, STATUS_SYSTEM, "the output cannot be written");
	if (status == STATUS_OK)
		return TOOL_FINE;
	if (asking->why.text[0] == '\0')
		reason_say(&asking->why, status, "%s", status_sentence(status));
	return tool_fail(asking->name, status, &asking->why);
}

/* ---- times ---- */

const char *
asking_time(int64_t utc_ms, int32_t offset_minutes, char out[ASKING_TIME_BYTES])
{
	char iso[32];
	civil_format_ms(utc_ms + (int64_t)offset_minutes * 60000, iso);
	snprintf(out, ASKING_TIME_BYTES, "%.10s %.8s", iso, iso + 11);
	return out;
}

const char *
asking_span(int64_t ms, char out[ASKING_TIME_BYTES])
{
	const char *sign = ms < 0 ? "-" : "";
	long long s = (long long)(ms < 0 ? -(ms / 1000) : ms / 1000);
	if (s < 120)
		snprintf(out, ASKING_TIME_BYTES, "%s%lld s", sign, s);
	else if (s < 120 * 60)
		snprintf(out, ASKING_TIME_BYTES, "%s%lld min", sign, s / 60);
	else if (s < 48 * 3600)
		snprintf(out, ASKING_TIME_BYTES, "%s%lld h", sign, s / 3600);
	else
		snprintf(out, ASKING_TIME_BYTES, "%s%lld days", sign, s / 86400);
	return out;
}

/* ---- how fresh it is ---- */

void
asking_print_as_of(struct asking *asking, FILE *out)
{
	Juyan__V1__StatusAsk ask_status = JUYAN__V1__STATUS_ASK__INIT;
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	const Juyan__V1__Answer *answer;
	question.ask_case = JUYAN__V1__QUESTION__ASK_STATUS;
	question.status = &ask_status;
	if (asking_answer(asking, &question, JUYAN__V1__ANSWER__SAY_STATUS, &answer) != STATUS_OK)
		return;
	const Juyan__V1__LedgerStatus *status = answer->status;
	if (status->last_received_at_ms == 0) {
		fprintf(out, "as of event %llu: nothing was received yet\n", (unsigned long long)status->last_lsn);
	} else {
		struct clock clock = clock_system();
		char when[32], age[ASKING_TIME_BYTES];
		civil_format_ms(status->last_received_at_ms, when);
		asking_span(clock_utc_ms(&clock) - status->last_received_at_ms, age);
		fprintf(out, "as of event %llu, received %s, %s ago\n", (unsigned long long)status->last_lsn, when, age);
	}
	if (status->quarantine_waiting > 0)
		fprintf(out, "%llu in quarantine, not counted: juyan quarantine list\n",
		    (unsigned long long)status->quarantine_waiting);
	if (status->review_batches > 0)
		fprintf(out, "%llu %s for a look: juyan quarantine list --review\n", (unsigned long long)status->review_batches,
		    status->review_batches == 1 ? "batch asks" : "batches ask");
}

/* ---- the registry ---- */

enum status
asking_registry(struct asking *asking, const char *kind, struct registry **out)
{
	Juyan__V1__RegistryAsk ask_records = JUYAN__V1__REGISTRY_ASK__INIT;
	Juyan__V1__Question question = JUYAN__V1__QUESTION__INIT;
	const Juyan__V1__Answer *answer;
	ask_records.kind = (char *)(uintptr_t)kind; /* it is only read */
	question.ask_case = JUYAN__V1__QUESTION__ASK_REGISTRY;
	question.registry = &ask_records;
	enum status status = asking_answer(asking, &question, JUYAN__V1__ANSWER__SAY_REGISTRY, &answer);
	if (status != STATUS_OK)
		return status;
	const Juyan__V1__RegistryRecord *const *records = (const Juyan__V1__RegistryRecord *const *)answer->registry->records;
	return registry_build(records, answer->registry->n_records, out, &asking->why);
}
