/* What the rules of a session ask, as ingest answers it: from the ledger and from the registry. See court.h. */
#include <inttypes.h>

#include "desk.h"
#include "judge.h"

static enum status
court_stored(void *user, uint32_t terminal_no, uint64_t stream_seq, struct span *out)
{
	struct desk *desk = user;
	if (desk->under_way != NULL)
		return STATUS_BUSY; /* the ledger is the committer's */
	arena_reset(&desk->stored);
	return ledger_stored(desk->ledger, terminal_no, stream_seq, &desk->stored, out);
}

static enum status
court_judge(void *user, uint32_t terminal_no, struct span bytes, const Juyan__V1__Event **out, struct reason *why)
{
	struct desk *desk = user;
	struct arena *decoded = &desk->filling->decoded;
	if (decoded->size - decoded->used < EVENT_DECODE_BYTES)
		return STATUS_BUSY;
	size_t used = decoded->used;
	enum status s = wire_event(bytes, decoded, out, why);
	if (s != STATUS_OK) {
		decoded->used = used;
		return s;
	}
	return judge_event(desk->registry, terminal_no, *out, why);
}

/* Of a site's event: one that leaves quarantine as it is there, by its number. OK also where there is none such. */
static enum status
held_there(struct desk *desk, uint32_t site_no, uint64_t site_lsn, struct span *out)
{
	bool fresh;
	const struct stream *stream = guests_stream(desk->guests, site_no, &fresh);
	if (site_lsn > stream->on_disk && site_lsn <= stream->taken)
		return STATUS_BUSY;
	enum status s = court_stored(desk, site_no, site_lsn, out);
	if (s == STATUS_NOT_FOUND)
		*out = (struct span){ NULL, 0 };
	return s == STATUS_NOT_FOUND ? STATUS_OK : s;
}

/* The event of which a port has to be known: its own, or the one that it lets out of quarantine; NULL: there is none. */
static enum status
speaks_of(struct desk *desk, uint32_t site_no, const Juyan__V1__Event *event, const Juyan__V1__Event **out)
{
	struct arena *decoded = &desk->filling->decoded;
	*out = wire_event_administers(event) ? NULL : event;
	if (event->what_case != JUYAN__V1__EVENT__WHAT_QUARANTINE_RELEASED || event->quarantine_released->dismissed)
		return STATUS_OK;
	const Juyan__V1__QuarantineReleased *release = event->quarantine_released;
	struct span bytes = { release->fixed_event.data, release->fixed_event.len };
	enum status s = bytes.bytes > 0 ? STATUS_OK : held_there(desk, site_no, release->lsn, &bytes);
	if (s != STATUS_OK || bytes.bytes == 0)
		return s;
	if (decoded->size - decoded->used < EVENT_DECODE_BYTES)
		return STATUS_BUSY;
	return wire_event(bytes, decoded, out, NULL) == STATUS_OK && !wire_event_administers(*out) ? STATUS_OK
												   : (*out = NULL, STATUS_OK);
}

static enum status
court_judge_site(void *user, uint32_t site_no, struct span bytes, const Juyan__V1__Event **out, struct reason *why)
{
	struct desk *desk = user;
	const Juyan__V1__Event *about;
	struct arena *decoded = &desk->filling->decoded;
	if (decoded->size - decoded->used < EVENT_DECODE_BYTES)
		return STATUS_BUSY;
	enum status s = wire_event(bytes, decoded, out, why);
	if (s == STATUS_OK)
		s = speaks_of(desk, site_no, *out, &about);
	if (s != STATUS_OK || about == NULL)
		return s;
	return judge_relayed(desk->registry, site_no, about, why);
}

static enum status
court_site_chain(void *user, uint32_t site_no, uint64_t site_lsn, uint8_t out[CHAIN_BYTES])
{
	struct desk *desk = user;
	return desk->under_way != NULL ? STATUS_BUSY : ledger_site_chain(desk->ledger, site_no, site_lsn, out);
}

static enum status
court_tail(void *user, uint32_t terminal_no, uint64_t *out)
{
	struct desk *desk = user;
	if (desk->under_way != NULL)
		return STATUS_BUSY;
	*out = ledger_stream_tail(desk->ledger, terminal_no);
	return STATUS_OK;
}

static enum status
court_begins(void *user, uint32_t site_no, const uint8_t chain[CHAIN_BYTES], struct reason *why)
{
	struct desk *desk = user;
	uint32_t holder;
	if (desk->under_way != NULL)
		return STATUS_BUSY;
	enum status s = ledger_whose_journal(desk->ledger, chain, &holder);
	if (s == STATUS_NOT_FOUND || (s == STATUS_OK && holder == site_no))
		return STATUS_OK;
	if (s != STATUS_OK)
		return reason_say(why, s, "%s", status_sentence(s));
	if (holder == 0)
		return reason_say(why, STATUS_CONTRADICTION, "is the first of this ledger's own journal: it is not its own site");
	const struct terminal_rule *rule = registry_terminal(desk->registry, holder);
	return reason_say(why, STATUS_CONTRADICTION,
	    "is on file here as the first of site %" PRIu32 " (%.60s): it goes on as that one with 'juyan keys authorise FILE.pub "
	    "--replaces %" PRIu32 "'",
	    holder, rule == NULL ? "" : rule->name, holder);
}

struct court
desk_court(struct desk *desk)
{
	return (struct court){ court_stored, court_judge, court_judge_site, court_site_chain, court_tail, court_begins, desk };
}
