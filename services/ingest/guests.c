/* Two tables with chains, of fixed size. */
#include "guests.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session_site.h"

enum { CHAINS = 8192 }; /* a power of two, twice as many as there can be guests or streams */

_Static_assert((CHAINS & (CHAINS - 1)) == 0 && CHAINS >= 2 * TERMINALS_MAX, "chains stay short");

struct stream_place {
	struct stream stream;
	uint32_t next;
};

struct guests {
	size_t places;
	uint64_t heard;
	struct guest *guests;
	uint32_t chains[CHAINS]; /* index + 1; 0: empty */

	size_t n_streams;
	struct stream_place *streams;
	uint32_t stream_chains[CHAINS];
};

enum status
guests_open(size_t sessions_max, struct guests **out)
{
	assert(sessions_max > 0 && sessions_max <= TERMINALS_MAX);
	struct guests *guests = calloc(1, sizeof *guests);
	if (guests != NULL) {
		guests->places = sessions_max;
		guests->guests = calloc(sessions_max, sizeof *guests->guests);
		guests->streams = calloc(TERMINALS_MAX, sizeof *guests->streams);
	}
	if (guests == NULL || guests->guests == NULL || guests->streams == NULL) {
		guests_close(&guests);
		return STATUS_NO_MEMORY;
	}
	*out = guests;
	return STATUS_OK;
}

void
guests_close(struct guests **guests)
{
	if (*guests == NULL)
		return;
	for (size_t i = 0; (*guests)->streams != NULL && i < (*guests)->n_streams; i++) {
		struct site *site = (*guests)->streams[i].stream.site;
		if (site != NULL)
			free(site->tails);
		free(site);
	}
	free((*guests)->guests);
	free((*guests)->streams);
	free(*guests);
	*guests = NULL;
}

/* FNV-1a. A peer may choose its own route and so crowd a chain; no chain is longer than there are guests. */
static uint32_t *
chain_of(struct guests *guests, size_t door, const struct bus_peer *peer)
{
	uint32_t hash = UINT32_C(2166136261) ^ (uint32_t)door;
	for (size_t i = 0; i < peer->route_bytes; i++)
		hash = (hash ^ peer->route[i]) * UINT32_C(16777619);
	return &guests->chains[(hash ^ hash >> 16) & (CHAINS - 1)];
}

static bool
same_route(const struct guest *guest, size_t door, const struct bus_peer *peer)
{
	return guest->door == door && guest->peer.route_bytes == peer->route_bytes &&
	    memcmp(guest->peer.route, peer->route, peer->route_bytes) == 0;
}

/* A route may be used again by another connection: only the same proven key makes it the same guest. */
static bool
same_key(const struct guest *guest, const struct bus_peer *peer)
{
	return guest->peer.local == peer->local && (peer->local || memcmp(guest->peer.key, peer->key, PUBLIC_KEY_BYTES) == 0);
}

struct guest *
guests_find(struct guests *guests, size_t door, const struct bus_peer *peer)
{
	assert(peer->route_bytes <= BUS_ROUTE_BYTES_MAX);
	for (uint32_t at = *chain_of(guests, door, peer); at != 0; at = guests->guests[at - 1].next) {
		struct guest *guest = &guests->guests[at - 1];
		if (!same_route(guest, door, peer))
			continue;
		if (same_key(guest, peer)) {
			guest->heard = ++guests->heard;
			return guest;
		}
		guests_forget(guests, guest);
		return NULL;
	}
	return NULL;
}

void
guests_forget(struct guests *guests, struct guest *guest)
{
	assert(guest->here);
	uint32_t index = (uint32_t)(guest - guests->guests) + 1;
	uint32_t *link = chain_of(guests, guest->door, &guest->peer);
	while (*link != index) {
		assert(*link != 0);
		link = &guests->guests[*link - 1].next;
	}
	*link = guest->next;
	*guest = (struct guest){ 0 };
}

/* Of two who might go; who is owed a reply stays. */
static struct guest *
more_silent(struct guest *a, struct guest *b)
{
	if (b->owed > 0)
		return a;
	return a == NULL || b->heard < a->heard ? b : a;
}

/* An empty place, or that of a guest who goes; NULL when those who might all wait for a reply. */
static struct guest *
find_place(struct guests *guests, const struct stream *stream, enum guests_gone *gone)
{
	struct guest *empty = NULL, *oldest = NULL, *own = NULL;
	size_t n_own = 0;
	for (size_t i = 0; i < guests->places; i++) {
		struct guest *guest = &guests->guests[i];
		if (!guest->here) {
			empty = empty == NULL ? guest : empty;
			continue;
		}
		oldest = more_silent(oldest, guest);
		if (guest->session.stream != stream)
			continue;
		own = more_silent(own, guest);
		n_own++;
	}
	bool many = n_own >= GUESTS_OF_ONE;
	if (!many && empty != NULL)
		return empty;
	struct guest *goes = many ? own : oldest;
	if (goes != NULL) {
		*gone = many ? GUESTS_OWN : GUESTS_SILENT;
		guests_forget(guests, goes);
	}
	return goes;
}

struct guest *
guests_admit(struct guests *guests, size_t door, const struct bus_peer *peer, const struct stream *stream, enum guests_gone *gone)
{
	struct guest *guest = guests_find(guests, door, peer);
	*gone = GUESTS_NOBODY;
	if (guest != NULL)
		return guest;
	guest = find_place(guests, stream, gone);
	if (guest == NULL)
		return NULL;
	uint32_t *chain = chain_of(guests, door, peer);
	*guest = (struct guest){ .door = door, .peer = *peer, .heard = ++guests->heard, .here = true, .next = *chain };
	*chain = (uint32_t)(guest - guests->guests) + 1;
	return guest;
}

struct guest *
guests_at(struct guests *guests, size_t i)
{
	return i < guests->places ? &guests->guests[i] : NULL;
}

struct stream *
guests_stream(struct guests *guests, uint32_t terminal_no, bool *fresh)
{
	uint32_t *chain = &guests->stream_chains[(terminal_no * UINT32_C(2654435761)) >> 19];
	*fresh = false;
	for (uint32_t at = *chain; at != 0; at = guests->streams[at - 1].next)
		if (guests->streams[at - 1].stream.terminal_no == terminal_no)
			return &guests->streams[at - 1].stream;
	if (guests->n_streams == TERMINALS_MAX)
		return NULL;
	struct stream_place *place = &guests->streams[guests->n_streams++];
	*place = (struct stream_place){ .stream = { .terminal_no = terminal_no }, .next = *chain };
	*chain = (uint32_t)guests->n_streams;
	*fresh = true;
	return &place->stream;
}

enum status
guests_site(struct stream *stream, const char *name)
{
	if (stream->site == NULL) {
		struct site *site = calloc(1, sizeof *site);
		uint64_t *tails = calloc(TERMINAL_NO_MAX + 1, sizeof *tails);
		if (site == NULL || tails == NULL) {
			free(site);
			free(tails);
			return STATUS_NO_MEMORY;
		}
		site->tails = tails;
		stream->site = site;
	}
	snprintf(stream->site->name, sizeof stream->site->name, "%s", name);
	wire_text_mend(stream->site->name);
	return STATUS_OK;
}
