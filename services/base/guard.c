/* See guard.h. */
#include "guard.h"

#include <inttypes.h>

enum { REFRESH_NS = 1000000000 };

static enum status
replace_keys(struct guard *guard, struct reason *why)
{
	const struct registry *registry;
	uint64_t version = 0;
	/* The version first: should the registry change in between, the next look finds a newer one. */
	enum status status = reader_registry_version(guard->reader, &version, why);
	if (status == STATUS_OK)
		status = reader_registry(guard->reader, &registry, why);
	if (status == STATUS_OK)
		status = auth_replace(guard->kit->auth, registry);
	if (status == STATUS_OK)
		guard->registry_version = version;
	return status;
}

enum status
guard_open(const struct service_kit *kit, const char *who, struct reader *reader, struct guard *out, struct reason *why)
{
	*out = (struct guard){ .kit = kit, .who = who, .reader = reader };
	return kit->readonly ? replace_keys(out, why) : STATUS_OK;
}

enum status
guard_refresh(struct guard *guard, struct reason *why)
{
	int64_t now_ns = clock_monotonic_ns(&guard->kit->clock);
	if (!guard->kit->readonly || now_ns < guard->refresh_ns)
		return STATUS_OK;
	guard->refresh_ns = now_ns + REFRESH_NS;
	uint64_t version = 0;
	enum status status = reader_registry_version(guard->reader, &version, why);
	if (status != STATUS_OK || version == guard->registry_version)
		return status;
	status = replace_keys(guard, why);
	if (status == STATUS_OK)
		log_say(guard->kit->log, LOG_INFO, guard->who, "keys_replaced", "registry_version=%" PRIu64,
		    guard->registry_version);
	return status;
}

static void
say_refused(struct guard *guard, const struct bus_peer *peer)
{
	char key[KEY_TEXT_BYTES], quoted[LOG_QUOTED_BYTES];
	uint64_t withheld;
	count(guard->kit->counters, COUNTER_questions_refused, 1);
	if (!log_affords(&guard->budget, &withheld))
		return;
	key_format(peer->key, key);
	log_say(guard->kit->log, LOG_WARNING, guard->who, "question_refused", "key=%s withheld=%" PRIu64, log_quoted(key, quoted),
	    withheld);
}

enum status
guard_admit(struct guard *guard, const struct bus_peer *peer, struct reason *failure, struct reason *why)
{
	const struct registry *registry;
	if (peer->local)
		return STATUS_OK;
	enum status status = reader_registry(guard->reader, &registry, why);
	if (status != STATUS_OK)
		return status;
	const struct terminal_rule *terminal = registry_terminal_by_key(registry, peer->key);
	if (terminal != NULL && !terminal->revoked && (terminal->reader || terminal->administrator))
		return STATUS_OK;
	say_refused(guard, peer);
	return reason_say(failure, STATUS_NOT_AUTHORISED,
	    "this key may not ask questions; expected: a terminal with the right 'reader'");
}
