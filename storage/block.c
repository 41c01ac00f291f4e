/* The form of a block: see block.h. */
#include "block.h"

#include <sodium.h>

#include "key.h"

_Static_assert(CHAIN_BYTES == crypto_generichash_BYTES, "BLAKE2b-256");
_Static_assert(EVENT_BYTES_MAX < 1 << 24, "an event's length fits into three bytes");

void
block_chain(const uint8_t before[CHAIN_BYTES], uint64_t lsn, struct span block, uint8_t out[CHAIN_BYTES])
{
	uint8_t head[CHAIN_BYTES + 8 + BLOCK_AT_CHAIN];
	assert(block.bytes >= BLOCK_HEADER_BYTES);
	memcpy(head, before, CHAIN_BYTES);
	value_put(head + CHAIN_BYTES, lsn, 8);
	memcpy(head + CHAIN_BYTES + 8, block.data, BLOCK_AT_CHAIN);
	crypto_generichash_state state;
	crypto_generichash_init(&state, NULL, 0, CHAIN_BYTES);
	crypto_generichash_update(&state, head, sizeof head);
	crypto_generichash_update(&state, block.data + BLOCK_HEADER_BYTES, block.bytes - BLOCK_HEADER_BYTES);
	crypto_generichash_final(&state, out, CHAIN_BYTES);
}

void
block_chain_at_site(const uint8_t before[CHAIN_BYTES], uint64_t site_lsn, struct span block, uint8_t out[CHAIN_BYTES])
{
	uint8_t head[CHAIN_BYTES + 8 + BLOCK_AT_CHAIN], *at = head + CHAIN_BYTES + 8;
	const size_t header = BLOCK_HEADER_BYTES + BLOCK_SITE_BYTES;
	assert(block.bytes >= header);
	memcpy(head, before, CHAIN_BYTES);
	value_put(head + CHAIN_BYTES, site_lsn, 8);
	memcpy(at, block.data, BLOCK_AT_RECEIVED);
	value_put(at + BLOCK_AT_TERMINAL, value_get(block.data + BLOCK_AT_TERMINAL, 4) & ((1u << SITE_BITS) - 1), 4);
	value_put(at + BLOCK_AT_FLAGS, value_get(block.data + BLOCK_AT_FLAGS, 2) & ~(uint64_t)BLOCK_RELAYED, 2);
	memcpy(at + BLOCK_AT_RECEIVED, block.data + BLOCK_AT_SITE_RECEIVED, 8);
	crypto_generichash_state state;
	crypto_generichash_init(&state, NULL, 0, CHAIN_BYTES);
	crypto_generichash_update(&state, head, sizeof head);
	crypto_generichash_update(&state, block.data + header, block.bytes - header);
	crypto_generichash_final(&state, out, CHAIN_BYTES);
}

enum status
block_open(uint64_t lsn, struct span block, struct block *out)
{
	if (block.bytes < BLOCK_HEADER_BYTES)
		return STATUS_DAMAGED;
	unsigned flags = (unsigned)value_get(block.data + BLOCK_AT_FLAGS, 2);
	bool relayed = (flags & BLOCK_RELAYED) != 0;
	size_t header = BLOCK_HEADER_BYTES + (relayed ? BLOCK_SITE_BYTES : 0);
	if (block.bytes < header)
		return STATUS_DAMAGED;
	struct block read = {
		.next = {
			.lsn = lsn,
			.terminal_no = (uint32_t)value_get(block.data + BLOCK_AT_TERMINAL, 4),
			.stream_seq = value_get(block.data + BLOCK_AT_FIRST_SEQ, 8),
			.received_at_ms = (int64_t)value_get(block.data + BLOCK_AT_RECEIVED, 8),
			.begins_block = true,
			.conflict = (flags & BLOCK_CONFLICT) != 0,
			.site_chain = relayed ? block.data + BLOCK_AT_SITE_CHAIN : NULL,
		},
		.left = (unsigned)value_get(block.data + BLOCK_AT_EVENTS, 2),
		.at = block.data + header,
		.end = block.data + block.bytes,
	};
	read.next.first_received_at_ms =
	    relayed ? (int64_t)value_get(block.data + BLOCK_AT_SITE_RECEIVED, 8) : read.next.received_at_ms;
	if (read.left == 0)
		return STATUS_DAMAGED;
	*out = read;
	return STATUS_OK;
}

enum status
block_next(struct block *block, struct journal_event *out)
{
	if (block->left == 0)
		return block->at == block->end ? STATUS_NOT_FOUND : STATUS_DAMAGED;
	if (block->end - block->at < BLOCK_EVENT_HEADER_BYTES)
		return STATUS_DAMAGED;
	size_t bytes = value_get(block->at + 1, 3);
	if (bytes > EVENT_BYTES_MAX || (size_t)(block->end - block->at) < BLOCK_EVENT_HEADER_BYTES + bytes)
		return STATUS_DAMAGED;
	*out = block->next;
	out->verdict = (enum status)block->at[0];
	out->bytes = (struct span){ block->at + BLOCK_EVENT_HEADER_BYTES, bytes };
	block->at += BLOCK_EVENT_HEADER_BYTES + bytes;
	block->next.begins_block = false;
	block->next.lsn++;
	block->next.stream_seq++;
	block->left--;
	return STATUS_OK;
}

enum status
block_follow(struct journal_end *end, uint64_t lsn, struct span bytes, struct block *out, struct reason *why)
{
	struct block block;
	uint8_t right[CHAIN_BYTES];
	uint64_t expected = end->lsn + 1;
	enum status status = block_open(lsn, bytes, &block);
	if (status != STATUS_OK)
		return reason_say(why, status, "journal: the block behind %llu is no block", (unsigned long long)end->lsn);
	if (lsn != expected)
		return reason_say(why, STATUS_DAMAGED, "journal: %llu was expected next, the block begins at %llu",
		    (unsigned long long)expected, (unsigned long long)lsn);
	block_chain(end->chain, expected, bytes, right);
	if (memcmp(right, bytes.data + BLOCK_AT_CHAIN, CHAIN_BYTES) != 0)
		return reason_say(why, STATUS_DAMAGED,
		    "journal: the chain breaks at the block of events %llu to %llu: its content was changed",
		    (unsigned long long)expected, (unsigned long long)(expected + block.left - 1));
	memcpy(end->chain, right, CHAIN_BYTES);
	end->lsn = expected + block.left - 1;
	end->received_at_ms = block.next.received_at_ms;
	*out = block;
	return STATUS_OK;
}
