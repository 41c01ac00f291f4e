/*
 * A group: what is committed together, and the replies that are given when it is on disk. There are two, one being gathered while
 * the other is with the committer. A group owns its arrays and arenas, sized once; nothing is taken from the heap while it works.
 *
 * Replies are given in the order in which their messages came, all of them after the group's commit: so a terminal's answers are
 * in the order of its questions without further care.
 */
#ifndef JUYAN_INGEST_GROUP_H
#define JUYAN_INGEST_GROUP_H

#include "bus.h"
#include "committer.h"
#include "parcel.h"
#include "session.h"

enum {
	GROUP_REPLIES_MAX = 512,
	GROUP_TEXT_BYTES = 1024 * 1024,
	GROUP_FRAMES_BYTES_MAX = 8 * FRAME_BYTES_MAX, /* frames that are kept open for a group */

	/*
	 * The most that a group takes where several terminals send: those who send little wait for a commit, and do not wait for
	 * one that another has made long. One alone gets no more of it than its share (desk.h).
	 */
	GROUP_SHARED_EVENTS = 2048,

	/* A group always has room left for one more event to decode, whatever it claims. */
	GROUP_DECODE_BYTES = DECODE_BYTES_MAX + EVENT_DECODE_BYTES
};

/* A part is no reply yet: it stands for the parcel's receipt among those of the group. */
enum reply_kind { REPLY_WELCOME, REPLY_ACK, REPLY_PART, REPLY_PONG, REPLY_DECREES, REPLY_REFUSAL };

struct reply {
	enum reply_kind kind;
	size_t door;
	struct bus_peer peer;
	struct guest *guest; /* NULL: a stranger. It may mean another connection by now: compare hello */
	uint64_t hello;
	struct stream *stream;   /* NULL: a stranger's */
	struct receipt receipt;  /* of an ACK without a parcel */
	struct parcel *parcel;   /* of a PART, and of the ACK at its end */
	uint64_t nonce;          /* of a PONG; of DECREES the number behind which they are */
	enum status status;      /* of a REFUSAL */
	const char *sentence;    /* … ; of DECREES the authority */
	struct bus_frame *frame; /* its message's; kept open until the reply is given */
};

struct group {
	uint64_t serial; /* no other group has had it */
	struct admission admission;
	struct commit commit;
	size_t n_events;      /* of all batches: each may come to need an answer */
	struct answer *spare; /* as many as admission.answers: see group_committed */
	struct arena texts;
	struct arena decoded; /* emptied with each commit */
	struct reply *replies;
	size_t n_replies;
	size_t frames_bytes;          /* of the frames that are kept open for it */
	const struct stream *speaker; /* whose the last batch is */
	unsigned n_speakers;          /* 0, 1, or more than one */
	bool shared;                  /* several terminals send, in this group or lately */
	bool room_known;              /* admission.room has been looked at */
	bool closed;                  /* takes no more messages: an administrator's event has ended it */
};

enum { GROUPS = 2 };

/* `no` from 0 to GROUPS - 1, each once. NO_MEMORY: close it nonetheless. */
enum status group_open(struct group *group, unsigned no, size_t events_max) MUST_USE;
void group_close(struct group *group); /* safe on a zeroed one */
void group_reset(struct group *group);

/* Whether a message with so many events (0: no batch) can be added. A batch larger than a whole group fits into an empty one. */
bool group_fits(const struct group *group, uint32_t events);
/* A batch of this terminal goes into it, or a part of one. */
void group_speak(struct group *group, const struct stream *speaker);
/* A new reply, zeroed but for where it goes. There has to be room. */
struct reply *group_reply(struct group *group, enum reply_kind kind, size_t door, const struct bus_peer *peer);
/* Of an ACK or a PART: what stands in it, and the answers to which that refers. NULL: it is another kind of reply. */
struct receipt *reply_receipt(struct reply *reply);
struct answer *group_answers(const struct group *group, const struct reply *reply);
/* A sentence that lives as long as the group. */
const char *group_text(struct group *group, enum status status, const char *sentence);

/* Hands the entries to the committer. */
void group_give(struct group *group, struct committer *committer);
void group_do(struct group *group, struct committer *committer);
/* After the commit: its entries are on disk; or nothing is, and every batch is refused for the reason. */
void group_committed(struct group *group);
void group_failed(struct group *group, enum status reason, const char *sentence);

#endif
