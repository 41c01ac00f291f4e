/* Which past is at headquarters: whether its Welcome fits this journal, and where the two part if it does not. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "carrier_parts.h"

static void
say_parted(struct carrier *c)
{
	char sentence[SENTENCE_BYTES_MAX];
	uint64_t last = c->parted_last;
	if (c->differs > c->end.lsn)
		snprintf(sentence, sizeof sentence,
		    "headquarters has events up to %" PRIu64 " of this journal, which ends with %" PRIu64
		    ": this ledger was restored from an older copy, or another one sends with its key",
		    last, c->end.lsn);
	else
		snprintf(sentence, sizeof sentence,
		    "event %" PRIu64 " is the first that is another one at headquarters, which has %" PRIu64
		    " of this site: the two journals have parted there",
		    c->differs, last);
	carrier_halt_long(c, STATUS_OTHER_PAST, sentence);
}

void
carrier_end_search(struct carrier *c)
{
	c->differs = c->halving.differs;
	say_parted(c);
}

/* What can be the same is what both have. The block in which headquarters' last event stands is another one there. */
static enum status
begin_search(struct carrier *c, struct reason *why)
{
	struct followed followed;
	c->halving = (struct halving){ .differs = c->end.lsn + 1, .last = c->end.lsn };
	c->differs = 0;
	if (c->parted_last <= c->end.lsn) {
		arena_reset(&c->arena);
		enum status s = follow_block(c->options.env, c->parted_last, &c->arena, &followed, why);
		if (s != STATUS_OK)
			return s;
		c->halving.differs = followed.first_lsn;
	}
	c->state = CARRIER_SEARCHING;
	return STATUS_OK;
}

/* The same Welcome again: the search goes on, or has ended already. */
static enum status
part(struct carrier *c, const Juyan__V1__Welcome *welcome, struct reason *why)
{
	uint64_t last = welcome->last_stream_seq;
	bool again = c->parted_last == last && memcmp(c->parted_chain, welcome->site_chain.data, CHAIN_BYTES) == 0;
	c->parted_last = last;
	memcpy(c->parted_chain, welcome->site_chain.data, CHAIN_BYTES);
	if (again && c->differs > 0) {
		say_parted(c);
		return STATUS_OK;
	}
	if (again && c->halving.differs > 0) {
		c->state = CARRIER_SEARCHING;
		return STATUS_OK;
	}
	return begin_search(c, why);
}

static void
carry_on(struct carrier *c, uint64_t last)
{
	char sentence[SENTENCE_BYTES_MAX];
	uint64_t lost = c->remembered > last ? c->remembered - last : 0;
	c->state = CARRIER_CARRYING;
	c->sent = c->confirmed = c->remembered = last;
	if (c->differs > 0)
		c->halted = false;
	c->parted_last = c->differs = 0;
	c->halving = (struct halving){ 0 };
	if (lost == 0)
		return;
	snprintf(sentence, sizeof sentence,
	    "headquarters has %" PRIu64 " events of this site less than it had confirmed: it was restored from an older copy, and "
	    "gets them again",
	    lost);
	carrier_tell(c, CARRIER_LOST, sentence);
}

static enum status
fits(struct carrier *c, const Juyan__V1__Welcome *welcome, bool *out, struct reason *why)
{
	uint8_t chain[CHAIN_BYTES];
	uint64_t last = welcome->last_stream_seq;
	enum status s = STATUS_OK;
	*out = last == 0;
	if (last == 0 || last > c->end.lsn)
		return s;
	s = follow_chain(c->options.env, last, chain, why);
	*out = s == STATUS_OK && memcmp(chain, welcome->site_chain.data, CHAIN_BYTES) == 0;
	return s == STATUS_NOT_FOUND ? STATUS_OK : s;
}

enum status
carrier_compare(struct carrier *c, const Juyan__V1__Welcome *welcome, struct reason *why)
{
	bool fit;
	if (welcome->last_stream_seq > 0 && welcome->site_chain.len != CHAIN_BYTES)
		return reason_say(why, STATUS_NOT_AUTHORISED,
		    "headquarters takes this key for a terminal's, and has events of it: a site needs a key of its own there");
	if (c->confirmed > c->remembered)
		c->remembered = c->confirmed;
	enum status s = follow_end(c->options.env, &c->end, why);
	if (s == STATUS_OK)
		s = fits(c, welcome, &fit, why);
	if (s != STATUS_OK)
		return s;
	if (!fit)
		return part(c, welcome, why);
	carry_on(c, welcome->last_stream_seq);
	return STATUS_OK;
}

void
carrier_look(struct carrier *c, struct carrier_view *out)
{
	struct followed followed;
	struct journal_end end;
	if (follow_end(c->options.env, &end, NULL) == STATUS_OK)
		c->end = end;
	*out = (struct carrier_view){ .state = c->halted ? CARRIER_STOPPED : c->state,
		.lsn = c->end.lsn,
		.confirmed = c->confirmed,
		.delivered = c->delivered,
		.status = c->status,
		.why = c->why,
		.differs = c->differs };
	memcpy(out->name, c->name, sizeof out->name);
	arena_reset(&c->arena);
	if (c->confirmed < c->end.lsn && follow_block(c->options.env, c->confirmed + 1, &c->arena, &followed, NULL) == STATUS_OK)
		out->waits_from_ms = followed.received_at_ms;
}
