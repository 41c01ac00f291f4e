/* The machines that a person has to see to: those that are silent, stuck, at fault or offline. */
#include <inttypes.h>
#include <stdio.h>

#include "attending.h"
#include "machines.h"

/* What an event calls by one word, as people say it. */
static const char *
say_condition(Juyan__V1__Condition condition)
{
	switch ((int)condition) {
	case JUYAN__V1__CONDITION__SILENT:
		return "has said nothing";
	case JUYAN__V1__CONDITION__STUCK:
		return "has said one and the same";
	case JUYAN__V1__CONDITION__FAULT:
		return "has been at fault";
	default:
		return "has been offline";
	}
}

/* Each time that it stands so is one to be seen: who has noted the last one has not seen the next. */
static enum status
tell_machine(struct attending *attending, const struct machine_report *last, int64_t since_ms)
{
	char sentence[ATTENDING_SENTENCE_BYTES], span[ATTENDING_SPAN_BYTES];
	struct candidate candidate = { .kind = ATTENTION_MACHINE,
		.port = last->port,
		.batch_no = "",
		.machine = last->machine,
		.machine_kind = last->kind,
		.condition = last->condition,
		.machine_note = last->note,
		.since_ms = since_ms };
	candidate.measured = attending->ask->now_ms - since_ms;
	snprintf(candidate.subject, sizeof candidate.subject, "machine:%s/%s/%" PRId64, last->port, last->machine, since_ms);
	snprintf(sentence, sizeof sentence, "the %s %s %s for %s%s%.*s", wire_machine_kind_name(last->kind), last->machine,
	    say_condition(last->condition), attending_say_span(candidate.measured, span), last->note.bytes > 0 ? ": " : "",
	    (int)last->note.bytes, (const char *)last->note.data);
	wire_text_mend(sentence); /* a long note may have been cut within a sign */
	return attending_add(attending, &candidate, sentence);
}

static enum status
see(void *user, const struct machine_report *last, struct walk *walk)
{
	struct attending *attending = user;
	const struct registry *registry = attending->snapshot->registry;
	struct uptime uptime;
	int64_t now_ms = attending->ask->now_ms;
	if (!attention_machine(last->condition) || now_ms - last->at.occurred_at_ms > ATTENTION_SILENT_KNOWN_MS ||
	    !registry_knows_port(registry, last->port) || !answer_asks_port(attending->snapshot, attending->ask->port, last->port))
		return STATUS_OK;
	enum status status = machines_look_back(walk, now_ms, answer_day_begin_ms(registry, last->port, now_ms), &uptime);
	return status == STATUS_OK ? tell_machine(attending, last, uptime.since_ms) : status;
}

enum status
attending_machines(struct attending *attending)
{
	const struct machines_wanted wanted = { .port = answer_one_port(attending->snapshot, attending->ask->port),
		.now_ms = attending->ask->now_ms };
	return machines_each(&attending->snapshot->store, &wanted, see, attending);
}
