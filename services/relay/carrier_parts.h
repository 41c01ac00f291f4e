/* What carrier.c and carrier_compare.c share. Inside this folder alone. */
#ifndef JUYAN_RELAY_CARRIER_PARTS_H
#define JUYAN_RELAY_CARRIER_PARTS_H

#include "carrier.h"
#include "follow.h"
#include "halving.h"

enum {
	/* What stands around the blocks in a frame: the heads of two messages, the number, and of each block its tag and length. */
	CARRIER_HEAD_BYTES = 64 + 4 * FOLLOW_BLOCKS_MAX,
	CARRIER_ARENA_BYTES = FOLLOW_ARENA_BYTES(FRAME_BYTES_MAX) + FRAME_BYTES_MAX + FOLLOW_BLOCKS_MAX * 16 + 4096
};
_Static_assert(sizeof(ProtobufCBinaryData) <= 16, "the arena has room for a list of blocks");
_Static_assert(2 * (CARRIER_HEAD_BYTES + BLOCK_BYTES_MAX) < FRAME_BYTES_MAX, "the largest block fits into a frame");

/* What was sent at once and has no answer. */
struct consignment {
	uint64_t first, last;
	uint64_t serial;
};

struct carrier {
	struct carrier_options options;
	char *endpoint;
	struct key_pair keys;
	uint8_t server_key[PUBLIC_KEY_BYTES];
	struct caller caller;
	struct arena arena; /* for what is sent */

	enum carrier_state state;
	size_t frame_bytes_max; /* as the last Welcome allows */
	uint32_t events_max, under_way_max;
	char name[SHORT_TEXT_BYTES_MAX];
	struct consignment under_way[WINDOW_BATCHES]; /* the oldest first */
	size_t n_under_way;
	struct journal_end end; /* of the journal, when it was looked at last */
	uint64_t sent;          /* up to this event it was sent under the last Welcome */
	uint64_t confirmed;
	uint64_t remembered; /* the highest that headquarters had confirmed and has been held against a Welcome */
	uint64_t delivered;
	bool crowded; /* the socket had no room */

	struct halving halving;
	uint64_t parted_last; /* the Welcome for which a search was made, or is */
	uint8_t parted_chain[CHAIN_BYTES];
	uint64_t differs; /* what it has found; 0: nothing yet */

	bool connected, unheard, halted; /* the news that have been told */
	int64_t greeted_ns;              /* when the session was seen to be open last, or stopped */
	int64_t halt_ns;                 /* the next pause after a refusal */
	enum status status;
	struct reason why;
};

/* carrier.c */
void carrier_tell(const struct carrier *c, enum carrier_news news, const char *sentence);
void carrier_halt(struct carrier *c, enum status status, const char *sentence);      /* for a pause that grows */
void carrier_halt_long(struct carrier *c, enum status status, const char *sentence); /* for a minute */

/* carrier_compare.c: holds a Welcome against the journal, and sets the state: CARRYING, SEARCHING or STOPPED. */
enum status carrier_compare(struct carrier *c, const Juyan__V1__Welcome *welcome, struct reason *why) MUST_USE;
void carrier_end_search(struct carrier *c); /* … stops with what was found */

#endif
