/*
 * See tries.h. Two tables of the same form, for names and for addresses, found by a keyed hash: what strangers call themselves is
 * not kept. A full table forgets what failed least lately.
 */
#include "tries.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct entry {
	uint64_t who; /* 0: free */
	unsigned failures;
	int64_t last_s;
};

struct tries {
	pthread_mutex_t mutex;
	unsigned char key[crypto_shorthash_KEYBYTES];
	struct entry accounts[TRIES_KEPT], addresses[TRIES_KEPT];
};

enum status
tries_open(struct tries **out, struct reason *why)
{
	struct tries *tries = calloc(1, sizeof *tries);
	if (tries == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	randombytes_buf(tries->key, sizeof tries->key);
	pthread_mutex_init(&tries->mutex, NULL);
	*out = tries;
	return STATUS_OK;
}

void
tries_close(struct tries **tries)
{
	if (*tries == NULL)
		return;
	pthread_mutex_destroy(&(*tries)->mutex);
	free(*tries);
	*tries = NULL;
}

static uint64_t
who_is(const struct tries *tries, const char *text)
{
	unsigned char hash[crypto_shorthash_BYTES];
	uint64_t who;
	crypto_shorthash(hash, (const unsigned char *)text, strlen(text), tries->key);
	memcpy(&who, hash, sizeof who);
	return who == 0 ? 1 : who;
}

static struct entry *
find(struct entry *table, uint64_t who)
{
	struct entry *oldest = &table[0];
	for (size_t i = 0; i < TRIES_KEPT; i++) {
		if (table[i].who == who)
			return &table[i];
		if (table[i].who == 0 || (oldest->who != 0 && table[i].last_s < oldest->last_s))
			oldest = oldest->who == 0 ? oldest : &table[i];
	}
	*oldest = (struct entry){ .who = who };
	return oldest;
}

static unsigned
pause_of(struct entry *entry, int64_t now_s, unsigned most_s)
{
	if (entry->failures > 0 && now_s - entry->last_s >= TRIES_FORGET_S)
		entry->failures = 0;
	if (entry->failures < TRIES_FREE)
		return 0;
	unsigned doublings = entry->failures - TRIES_FREE;
	unsigned pause_s = doublings > 16 || (1U << doublings) > most_s ? most_s : 1U << doublings;
	int64_t left_s = entry->last_s + pause_s - now_s;
	return left_s > 0 ? (unsigned)left_s : 0;
}

unsigned
tries_begin(struct tries *tries, const char *account, const char *address, int64_t now_s)
{
	pthread_mutex_lock(&tries->mutex);
	struct entry *by_name = find(tries->accounts, who_is(tries, account));
	struct entry *by_address = find(tries->addresses, who_is(tries, address));
	unsigned name_s = pause_of(by_name, now_s, TRIES_ACCOUNT_S), address_s = pause_of(by_address, now_s, TRIES_ADDRESS_S);
	unsigned wait_s = name_s > address_s ? name_s : address_s;
	if (wait_s == 0) {
		by_name->failures++;
		by_address->failures++;
		by_name->last_s = by_address->last_s = now_s;
	}
	pthread_mutex_unlock(&tries->mutex);
	return wait_s;
}

/* The account begins anew; the address only loses this try, or one with an account of his own could try others' for ever. */
void
tries_right(struct tries *tries, const char *account, const char *address)
{
	pthread_mutex_lock(&tries->mutex);
	find(tries->accounts, who_is(tries, account))->failures = 0;
	struct entry *by_address = find(tries->addresses, who_is(tries, address));
	by_address->failures -= by_address->failures > 0;
	pthread_mutex_unlock(&tries->mutex);
}
