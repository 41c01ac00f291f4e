/* What becomes of a well-formed event: rights first, then what it points at. */
#include "judge.h"

#include <assert.h>

/* Says which of the rights is missing, so that an administrator knows what to change, and where. */
static enum status
say_missing_right(const struct registry *registry, uint32_t terminal_no, const Juyan__V1__Event *event, struct reason *why)
{
	const struct terminal_rule *terminal = registry_terminal(registry, terminal_no);
	const char *kind = wire_event_kind(event);
	if (terminal == NULL)
		return reason_say(why, STATUS_NOT_AUTHORISED, "terminal %u is not in the registry", terminal_no);
	if (wire_event_administers(event))
		return reason_say(why, STATUS_NOT_AUTHORISED, "terminal %u (%.60s) sent %s, which only an administrator may",
		    terminal_no, terminal->name, kind);
	return reason_say(why, STATUS_NOT_AUTHORISED, "terminal %u (%.60s) has no right to send %s for port %.32s", terminal_no,
	    terminal->name, kind, event->port);
}

static enum status
judge_registry_changed(const Juyan__V1__RegistryChanged *changed, struct reason *why)
{
	char key[REGISTRY_KEY_BYTES];
	for (size_t i = 0; i < changed->n_put; i++) {
		enum status status = registry_check(changed->put[i], why);
		if (status != STATUS_OK)
			return status;
	}
	for (size_t i = 0; i < changed->n_drop; i++)
		if (!registry_key(changed->drop[i], key))
			return reason_say(why, STATUS_MISSING_FIELD, "drop[%zu] names no record, expected a kind with its id", i);
	return STATUS_OK;
}

enum status
judge_event(const struct registry *registry, uint32_t terminal_no, const Juyan__V1__Event *event, struct reason *why)
{
	assert(wire_event_kind(event) != NULL);
	/* An unknown port is more likely misspelt than forbidden; an unknown terminal is told nothing about ports. */
	bool speaks_for_port = !wire_event_administers(event) && registry_terminal(registry, terminal_no) != NULL;
	if (speaks_for_port && !registry_knows_port(registry, event->port))
		return reason_say(why, STATUS_UNKNOWN_PORT, "the registry does not know the port '%.32s'", event->port);
	if (!registry_allows(registry, terminal_no, event))
		return say_missing_right(registry, terminal_no, event, why);
	if (event->what_case == JUYAN__V1__EVENT__WHAT_REGISTRY_CHANGED)
		return judge_registry_changed(event->registry_changed, why);
	return STATUS_OK;
}

enum status
judge_relayed(const struct registry *registry, uint32_t site_no, const Juyan__V1__Event *event, struct reason *why)
{
	if (wire_event_administers(event))
		return STATUS_OK;
	if (!registry_knows_port(registry, event->port))
		return reason_say(why, STATUS_UNKNOWN_PORT, "is of the port '%.32s', which the registry here does not know",
		    event->port);
	if (!registry_has_port(registry, site_no, event->port))
		return reason_say(why, STATUS_NOT_AUTHORISED, "is of the port '%.32s', which is not among the site's", event->port);
	return STATUS_OK;
}
