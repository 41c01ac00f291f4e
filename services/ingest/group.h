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
#include "guests.h"
#include "session.h"

enum {
	GROUP_REPLIES_MAX = 512,
	GROUP_TEXT_BYTES = 1024 * 1024,
	GROUP_FRAMES_BYTES_MAX = 8 * FRAME_BYTES_MAX, /* frames that are kept open for a group */

	/*
	 * The most that a group takes where several sessions send: those who send little wait for a commit, and do not wait for one
	 * that another has made long. A single larger batch is a group by itself.
	 */
	GROUP_SHARED_EVENTS = 2048,

	/* A group always has room left for one more event to decode, whatever it claims. */
	GROUP_DECODE_BYTES = DECODE_BYTES_MAX + EVENT_DECODE_BYTES
};

enum reply_kind { REPLY_WELCOME, REPLY_ACK, REPLY_PONG, REPLY_REFUSAL };

struct reply {
	enum reply_kind kind;
	size_t door;
	struct bus_peer peer;
	struct guest *guest; /* NULL: a stranger. It may mean another connection by now: compare hello */
	uint64_t hello;
	struct stream *stream;  /* NULL: a stranger's */
	struct receipt receipt; /* of an ACK */
	uint64_t nonce;         /* of a PONG */
	enum status status;     /* of a REFUSAL */
	const char *sentence;
};

struct group {
	struct admission admission;
	struct commit commit;
	size_t n_events;      /* of all batches: each may come to need an answer */
	struct answer *spare; /* as many as admission.answers: see group_committed */
	struct arena texts;
	struct arena decoded; /* emptied with each commit */
	struct reply *replies;
	size_t n_replies;
	size_t n_frames; /* how many frames are kept open for it */
	size_t frames_bytes;
	const struct guest *speaker; /* who sent the last batch */
	unsigned n_speakers;         /* 0, 1, or more than one */
	bool shared;                 /* several sessions send, in this group or lately */
	bool room_known;             /* admission.room has been looked at */
	bool closed;                 /* takes no more messages: an administrator's event has ended it */
};

enum status group_open(struct group *group, size_t events_max) MUST_USE; /* NO_MEMORY: close it nonetheless */
void group_close(struct group *group);                                   /* safe on a zeroed one */
void group_reset(struct group *group);

/* Whether a message with so many events (0: no batch) can be added. A batch larger than a whole group fits into an empty one. */
bool group_fits(const struct group *group, uint32_t events);
/* A batch of this session goes into it. */
void group_speak(struct group *group, const struct guest *speaker);
/* A new reply, zeroed but for where it goes. There has to be room. */
struct reply *group_reply(struct group *group, enum reply_kind kind, size_t door, const struct bus_peer *peer);
/* A sentence that lives as long as the group. */
const char *group_text(struct group *group, enum status status, const char *sentence);

/* Hands the entries to the committer. */
void group_give(struct group *group, struct committer *committer);
void group_do(struct group *group, struct committer *committer);
/* After the commit: its entries are on disk; or nothing is, and every batch is refused for the reason. */
void group_committed(struct group *group);
void group_failed(struct group *group, enum status reason, const char *sentence);

#endif
