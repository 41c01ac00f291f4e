/*
 * Messages of a customs gate, cut out of a connection's bytes, which come in any pieces:
 *
 *      0  E2 5C 4B 89        the head                      29  1  'I' in, 'E' out
 *      4  u32                bytes of the whole frame      30  4  flags of no meaning
 *      8  u8                 the type                      34  u32  bytes of the XML
 *      9  10  station, padded with NUL                     38  the XML
 *     19  10  channel (a lane), likewise                       FF FF, the tail
 *
 * Integers are little-endian, and the frame is 40 bytes longer than its XML. Between frames a document may stand bare, from
 * <GATHER_INFO or <COMMAND_INFO (with or without <?xml before) to its closing tag: some gates speak without frames.
 *
 * What is neither is skipped up to the next whole frame, and told once, with its beginning; a long stretch is told in parts. Where
 * a connection has never shown a head, a bare document ends the skipping, too; else what lies within a broken frame would be one.
 *
 * A reader owns one buffer, which grows to hold the largest message. Messages and skipped bytes are lent until the next call. One
 * thread.
 */
#ifndef JUYAN_CONNECTORS_GATE_FRAME_H
#define JUYAN_CONNECTORS_GATE_FRAME_H

#include "wire.h"

enum {
	GATE_FRAME_BYTES_MAX = 1024 * 1024, /* a frame, or a bare document */
	GATE_FRAME_BYTES_MIN = 40,
	GATE_SKIPPED_TOLD = 64 * 1024, /* at the latest after so many skipped bytes they are told */
	GATE_SKIPPED_KEPT = 256,       /* of the beginning of what is skipped */
	GATE_BEGUN_MS = 30000,         /* a message that takes longer to come is broken: its length may be a lie */
	GATE_QUIET_MS = 1000           /* what was skipped is told after such a silence */
};

struct gate_frame {
	bool bare;    /* a document without a frame: what follows, up to the XML, is 0 */
	uint8_t type; /* 0x21, 0x81 gather; 0x31, 0x32, 0x82 command; or any other */
	char station[11], channel[11];
	char way; /* as it stands there */
	struct span xml;
	struct span raw;
};

struct gate_skipped {
	uint64_t bytes;
	struct span first; /* at most GATE_SKIPPED_KEPT of them */
};

enum gate_step {
	GATE_MORE,    /* nothing whole is left: feed */
	GATE_MESSAGE, /* a message */
	GATE_SKIPPED  /* bytes were skipped */
};

struct gate_reader;

enum status gate_reader_open(struct gate_reader **out) MUST_USE; /* NO_MEMORY */
void gate_reader_close(struct gate_reader **reader);
/* Takes as many bytes as there is room for, at least one, and says how many. Only after GATE_MORE. */
size_t gate_reader_feed(struct gate_reader *reader, struct span bytes, int64_t now_ms);
/* One of the outputs is written, as the step says. */
enum gate_step gate_reader_next(struct gate_reader *reader, struct gate_frame *frame, struct gate_skipped *skipped);
/* Time has passed, or the connection has ended; then gate_reader_next until GATE_MORE. */
void gate_reader_pass(struct gate_reader *reader, int64_t now_ms);
void gate_reader_end(struct gate_reader *reader);

/* Whether bytes begin as a message does: white space and a UTF-8 mark aside, a head or a bare document. */
bool gate_frame_begins(struct span bytes);

#endif
