/*
 * Answers as bytes: what a BatchAck says of a receipt, and the other three messages. Everything is built in the arena and lives
 * until its reset. Owns nothing; any thread.
 */
#ifndef JUYAN_INGEST_REPLY_H
#define JUYAN_INGEST_REPLY_H

#include "session.h"

/*
 * One answer for each event that was not simply accepted. However many there are, the frame stays within FRAME_BYTES_MAX: where
 * the sentences would take too much, the later ones are left out, and code and name stay.
 */
enum status reply_ack(const struct receipt *receipt, const struct answer *answers, struct arena *arena, struct span *out) MUST_USE;
/* `site_chain`: of a site, NULL of others and where nothing of it is on file. */
enum status reply_welcome(uint64_t last_stream_seq, uint32_t terminal_no, const char *name, const uint8_t *site_chain,
    int64_t now_ms, struct arena *arena, struct span *out) MUST_USE;
enum status reply_pong(uint64_t nonce, uint64_t last_stream_seq, int64_t now_ms, struct arena *arena, struct span *out) MUST_USE;
/* The events are lent until the arena's reset. */
enum status reply_decrees(const char *authority, ProtobufCBinaryData *events, size_t n, struct arena *arena,
    struct span *out) MUST_USE;
/* `expected` is 0 where it is not known. */
enum status reply_refusal(enum status status, const char *sentence, uint64_t expected, struct arena *arena,
    struct span *out) MUST_USE;

#endif
