/*
 * libjuyan: what a terminal's maker links. It takes what happens at a gate, a scale or a track, keeps it on this machine's disk,
 * and brings it to the centre as soon and as often as it takes. Needs no other header.
 *
 *     struct juyan_options options = {
 *         .centre = "tcp://10.0.0.1:4711",     where the centre listens
 *         .key_file = "/etc/juyan/scale-2.key", made with `juyan keys make`, let in with `juyan keys authorise`
 *         .centre_key_file = "/etc/juyan/server.key.pub",
 *         .spool_folder = "/var/lib/juyan/scale-2",
 *     };
 *     struct juyan *juyan;
 *     char why[JUYAN_SENTENCE_BYTES];
 *     if (juyan_open(&options, &juyan, why, sizeof why) != JUYAN_OK) …
 *     juyan_take(juyan, text, strlen(text), why, sizeof why);   one event in JSON, as proto/README.md tells
 *     …
 *     juyan_close(&juyan);
 *
 * What is promised:
 * - JUYAN_OK from juyan_take means: the event is on this machine's disk. It will be on the centre's disk once, whatever happens to
 *   the network, the centre, this process or the power, as long as the spool's folder lives.
 * - The centre gets the events in the order of their taking.
 * - The centre may be away for days. juyan_take never waits for it.
 * - Nothing is taken silently wrong: an event that could not be read at the centre is refused here, at once, with one sentence.
 *
 * A handle may be used by any threads at once. A thread of the library's own talks to the centre. Texts are UTF-8. The library
 * writes to no stream, takes no signal and never ends the process. A program that forks opens its handles after it has forked.
 */
#ifndef JUYAN_TERMINAL_JUYAN_H
#define JUYAN_TERMINAL_JUYAN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define JUYAN_API_VERSION 1
enum { JUYAN_SENTENCE_BYTES = 256 };

struct juyan;

enum juyan_result {
	JUYAN_OK = 0,
	JUYAN_WRONG = 1,   /* this event cannot be taken as it is; the sentence says why. Others can */
	JUYAN_FULL = 2,    /* the spool or its disk is full: nothing was taken; try again later, and call somebody */
	JUYAN_LATE = 3,    /* juyan_flush: not all is at the centre yet */
	JUYAN_SETTING = 4, /* juyan_open: an option is wrong, or a file is not what it should be */
	JUYAN_BROKEN = 5   /* this machine's disk or memory failed: close it, and see to the machine */
};

/* What a person may want to hear of. Each comes with a sentence. */
enum juyan_notice {
	JUYAN_CONNECTED,   /* the centre answers */
	JUYAN_AWAY,        /* the centre has gone, or never was there: events wait here meanwhile */
	JUYAN_NOT_LET_IN,  /* the centre is there, and this key is not authorised or was revoked */
	JUYAN_QUARANTINED, /* the centre has an event but counts it for nothing until a person there has looked at it */
	JUYAN_FILLS,       /* half of the spool's room is used; again at three quarters and at nine tenths */
	JUYAN_ROOM_AGAIN,
	JUYAN_CENTRE_LOST, /* the centre came back from an older copy, without events that it had confirmed */
	JUYAN_KEY_TWICE,   /* another process sends with this key: what both said is kept, and a person has to look */
	JUYAN_REFUSED      /* the centre is there and does not take what it is sent: the sentence says why. It is tried again */
};

/* Nothing of this is lent beyond juyan_open but `user`. */
struct juyan_options {
	const char *centre;          /* "tcp://HOST:PORT" */
	const char *key_file;        /* this terminal's secret key */
	const char *centre_key_file; /* the centre's public key */
	const char *spool_folder;    /* on a disk of this machine; made where it is missing. One process at a time */
	uint64_t spool_bytes;        /* how large the spool may grow; 0: 1 GiB, some four million events */
	/*
	 * Called by the library's own thread, never inside a call of yours; may be NULL. While it runs nothing goes to the centre,
	 * so that it should be short. It must not call juyan_close or juyan_flush.
	 */
	void (*on_notice)(void *user, enum juyan_notice notice, const char *sentence);
	void *user;
};

/* Where things stand. Times are milliseconds since 1970 UTC; 0: never. */
struct juyan_state {
	uint64_t taken;         /* events taken in the spool's life … */
	uint64_t confirmed;     /* … and how many of them are on the centre's disk */
	int64_t oldest_waiting; /* when the oldest that waits was taken; 0: none waits */
	uint64_t used_bytes;    /* of the spool … */
	uint64_t room_bytes;    /* … and how much there is: less than spool_bytes, and less again where the disk is full */
	int connected;          /* 1: the centre answers */
	int64_t heard;          /* when something was heard of the centre last */
	uint64_t quarantined;   /* since juyan_open: counted for nothing until a person has looked */
};

/* Opens the spool and begins to talk to the centre, which need not be there. `why` gets a sentence where the result is not OK. */
enum juyan_result juyan_open(const struct juyan_options *options, struct juyan **out, char *why, size_t why_bytes);
/* Waits some two seconds at most for what is under way, then closes. What is not confirmed waits in the spool. NULL is fine. */
void juyan_close(struct juyan **juyan);

/* Takes one event: a JSON object as proto/README.md tells. `bytes` without any ending zero. On disk when it returns OK. */
enum juyan_result juyan_take(struct juyan *juyan, const char *event, size_t bytes, char *why, size_t why_bytes);
/* Takes one event that is encoded already (message Event of cargo.proto). */
enum juyan_result juyan_take_encoded(struct juyan *juyan, const void *event, size_t bytes, char *why, size_t why_bytes);

/*
 * Several in one sync, which is many times faster: all of them or none. `which` (may be NULL) gets the index of the one that is
 * wrong.
 */
struct juyan_event {
	const char *event;
	size_t bytes;
};
enum juyan_result juyan_take_many(struct juyan *juyan, const struct juyan_event *events, size_t n, size_t *which, char *why,
    size_t why_bytes);

/* The same of events that are encoded already. */
enum juyan_result juyan_take_many_encoded(struct juyan *juyan, const struct juyan_event *events, size_t n, size_t *which, char *why,
    size_t why_bytes);

/* Waits until all that was taken before this call is on the centre's disk: OK, or JUYAN_LATE. */
enum juyan_result juyan_flush(struct juyan *juyan, int wait_ms);
void juyan_state(struct juyan *juyan, struct juyan_state *out);

/* "1.1.0": of the library that is linked, which may be newer than this header. */
const char *juyan_version(void);

#ifdef __cplusplus
}
#endif

#endif
