/* See recent.h. A ring: the oldest makes room. */
#include "recent.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct entry {
	char target[RECENT_TARGET_BYTES];
	uint64_t lsn;
	int64_t until_ms;
	struct body *body;
};

struct recent {
	pthread_mutex_t mutex;
	size_t next;
	struct entry entries[RECENT_ANSWERS];
};

enum status
recent_open(struct recent **out, struct reason *why)
{
	struct recent *recent = calloc(1, sizeof *recent);
	if (recent == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	pthread_mutex_init(&recent->mutex, NULL);
	*out = recent;
	return STATUS_OK;
}

void
recent_close(struct recent **recent)
{
	if (*recent == NULL)
		return;
	for (size_t i = 0; i < RECENT_ANSWERS; i++)
		body_drop(&(*recent)->entries[i].body);
	pthread_mutex_destroy(&(*recent)->mutex);
	free(*recent);
	*recent = NULL;
}

struct body *
recent_find(struct recent *recent, const char *target, uint64_t lsn, int64_t now_ms)
{
	struct body *found = NULL;
	pthread_mutex_lock(&recent->mutex);
	for (size_t i = 0; found == NULL && i < RECENT_ANSWERS; i++) {
		struct entry *entry = &recent->entries[i];
		if (entry->body != NULL && entry->lsn == lsn && now_ms < entry->until_ms && strcmp(entry->target, target) == 0)
			found = body_hold(entry->body);
	}
	pthread_mutex_unlock(&recent->mutex);
	return found;
}

void
recent_put(struct recent *recent, const char *target, uint64_t lsn, int64_t until_ms, struct body *body)
{
	if (strlen(target) >= RECENT_TARGET_BYTES || body->n > RECENT_BYTES_MAX)
		return;
	pthread_mutex_lock(&recent->mutex);
	struct entry *entry = &recent->entries[recent->next++ % RECENT_ANSWERS];
	body_drop(&entry->body);
	memcpy(entry->target, target, strlen(target) + 1);
	entry->lsn = lsn;
	entry->until_ms = until_ms;
	entry->body = body_hold(body);
	pthread_mutex_unlock(&recent->mutex);
}
