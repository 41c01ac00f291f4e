/*
 * A client of an MQTT broker (3.1.1, libmosquitto) that loses nothing which the broker entrusts to it. No thread but the
 * loop's, which watches its descriptor and calls it; nothing waits. A broker that is away is dialled again after 1, 2, 4 … 30 s.
 *
 * What holds, of a message that was published with QoS 1:
 * - It is acknowledged only after mqtt_settle, which the loop calls when all that was handed out is in the book. (libmosquitto
 *   answers before its callback runs, unless it is told that a thread of ours writes; so it is told that, and the answers wait in
 *   its queue until we write.) Killed before, the broker brings the message again to the next life: the session is persistent,
 *   under the client's id. Twice is possible, never is not; the book counts it once.
 * - What comes while the gateway is away waits at the broker, as far as the broker's queue goes (mosquitto: 1,000 messages unless
 *   max_queued_messages says more).
 * Of QoS 0, which most vehicles use for their states, there is no such word: what is on its way when a connection breaks, or is
 * published while the gateway is away, is gone. VDA 5050 states are whole, so the next one of a vehicle makes up for it, as long as
 * the vehicle still stands where it unloaded.
 *
 * TLS: the certificate is always checked, and its name. A name is resolved by a thread of its own (resolve.h) before it is dialled.
 * Passwords and keys stand in files that others cannot read. One thread. Names of options are lent for the client's life.
 */
#ifndef JUYAN_GATEWAY_SOURCE_MQTT_H
#define JUYAN_GATEWAY_SOURCE_MQTT_H

#include <poll.h>

#include "wire.h"

enum {
	MQTT_TOPICS_MAX = 32,
	MQTT_MESSAGE_BYTES_MAX = 1024 * 1024, /* larger ones are counted, told and passed over */
	MQTT_WAITING_MAX = 256,               /* messages that were read and are not settled; then no more is read */
	MQTT_WAITING_BYTES_MAX = 8 * 1024 * 1024
};

struct mqtt;

struct mqtt_options {
	const char *url; /* mqtt://HOST[:1883] or mqtts://HOST[:8883] */
	const char *const *topics;
	size_t n_topics;
	const char *client_id;                   /* of this gateway alone: two of one id show each other out */
	const char *username, *password_file;    /* NULL: none */
	const char *ca_file;                     /* who vouches for the broker; NULL: whom the system trusts */
	const char *certificate_file, *key_file; /* of this client; NULL: none */
	/* The connection has come or gone (why: a sentence), or something is wrong with a message. */
	void (*on_line)(void *user, bool connected, const char *why);
	void (*on_complaint)(void *user, const char *what);
	void *user;
};

struct mqtt_message {
	const char *topic;
	struct span payload;
	bool retained;
};

/* SETTING with what is wrong with the options; NO_MEMORY. That the broker is away is no failure. */
enum status mqtt_open(const struct mqtt_options *options, struct mqtt **out, struct reason *why) MUST_USE;
/* What was not settled is not acknowledged. */
void mqtt_close(struct mqtt **mqtt);

/* What to poll for: true, and *poll is filled in. *wait_ms is lowered to when it wants to be called at the latest. Monotonic ms. */
bool mqtt_watch(const struct mqtt *mqtt, int64_t now_ms, struct pollfd *poll, int *wait_ms);
/* Connects, reads and writes what can be without waiting. `revents` as poll has answered; 0: none. */
void mqtt_move(struct mqtt *mqtt, short revents, int64_t now_ms);
/* The first message that was not taken yet, lent until mqtt_settle; it stays the first one until mqtt_taken. */
bool mqtt_first(const struct mqtt *mqtt, struct mqtt_message *out);
void mqtt_taken(struct mqtt *mqtt);
/* All that was taken is on disk. Once nothing waits to be taken, it is acknowledged. */
void mqtt_settle(struct mqtt *mqtt, int64_t now_ms);
/* It cannot be put on disk: the connection is dropped, and the broker brings it again. */
void mqtt_refuse(struct mqtt *mqtt, int64_t now_ms);

bool mqtt_connected(const struct mqtt *mqtt); /* and the broker has granted the topics */

#endif
