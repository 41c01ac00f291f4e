/* See folder_reading.h. */
#include "folder_reading.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_BYTES_MAX = 64 * 1024 * 1024 };

void
reading_forget(struct reading *reading)
{
	zip_members_close(&reading->zip);
	free(reading->name);
	free(reading->data);
	free(reading->sentences);
	*reading = (struct reading){ 0 };
}

/* ---- what is wrong with a file ---- */

void
reading_wrong(struct reading *reading, const char *sentence)
{
	reading->wrong++;
	if (reading->sentences == NULL && (reading->sentences = calloc(1, SENTENCES_BYTES)) == NULL)
		return;
	const char *member = reading->zip != NULL && reading->document.data != NULL ? strchr(reading->document_name, '/') : NULL;
	size_t room = SENTENCES_BYTES - reading->sentence_bytes;
	int n = snprintf(reading->sentences + reading->sentence_bytes, room, "%s%s%s\n", member != NULL ? member + 1 : "",
	    member != NULL ? ": " : "", sentence);
	if (n > 0 && (size_t)n < room)
		reading->sentence_bytes += (size_t)n;
	else
		reading->sentences[reading->sentence_bytes] = '\0'; /* no half sentence */
}

static bool
is_wrong(enum remark remark)
{
	return remark == REMARK_unreadable || remark == REMARK_lacks || remark == REMARK_strange || remark == REMARK_broken_frame;
}

void
reading_judge(struct reading *reading, const struct findings *findings)
{
	size_t events = 0, wrong = 0, noted = 0;
	for (size_t i = 0; i < findings->n; i++) {
		const struct finding *finding = &findings->list[i];
		events += finding->event != NULL;
		wrong += finding->event == NULL && is_wrong(finding->remark);
		noted += finding->event == NULL && !is_wrong(finding->remark);
		if (finding->event == NULL && is_wrong(finding->remark))
			reading_wrong(reading, finding->text);
	}
	if (events + wrong + noted == 0) {
		reading_wrong(reading, "nothing in it was understood");
		wrong++;
	}
	reading->events += events;
	reading->noted += noted;
	reading->bad_member = reading->bad_member || (wrong > 0 && events == 0);
}

/* ---- reading ---- */

static struct identity
identity_of(const struct stat *stat)
{
	return (struct identity){ stat->st_dev, stat->st_ino, stat->st_size, stat->st_mtim };
}

static bool
is_same(const struct identity *a, const struct identity *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->size == b->size && a->changed.tv_sec == b->changed.tv_sec &&
	    a->changed.tv_nsec == b->changed.tv_nsec;
}

bool
reading_has_changed(int folder, const struct reading *reading)
{
	struct stat stat;
	if (fstatat(folder, reading->name, &stat, AT_SYMLINK_NOFOLLOW) != 0)
		return false;
	struct identity identity = identity_of(&stat);
	return !is_same(&identity, &reading->identity);
}

enum status
reading_whole(int folder, const char *name, struct reading *out, struct reason *why)
{
	struct stat stat;
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &stat) != 0 || !S_ISREG(stat.st_mode)) {
		enum status status =
		    reason_say(why, STATUS_SYSTEM, "it cannot be opened: %s", fd < 0 ? strerror(errno) : "no file");
		if (fd >= 0)
			close(fd);
		return status;
	}
	enum status status = STATUS_OK;
	ssize_t n = 1;
	out->identity = identity_of(&stat);
	if (stat.st_size > FILE_BYTES_MAX)
		status = reason_say(why, STATUS_TOO_LARGE, "it has %lld bytes; at most %d MiB are read", (long long)stat.st_size,
		    FILE_BYTES_MAX >> 20);
	else if ((out->data = malloc((size_t)stat.st_size + 1)) == NULL)
		status = reason_say(why, STATUS_SYSTEM, "no memory for it");
	while (status == STATUS_OK && out->bytes < (size_t)stat.st_size && n > 0) {
		n = read(fd, out->data + out->bytes, (size_t)stat.st_size - out->bytes);
		if (n < 0)
			status = reason_say(why, STATUS_SYSTEM, "it cannot be read: %s", strerror(errno));
		out->bytes += n > 0 ? (size_t)n : 0;
	}
	close(fd);
	return status;
}

void
reading_next(struct reading *reading)
{
	struct reason why = { "" };
	const char *member = "";
	if (reading->zip == NULL) {
		reading->over = reading->document.data != NULL;
		reading->document = (struct span){ reading->data, reading->bytes };
		snprintf(reading->document_name, sizeof reading->document_name, "%s", reading->name);
		return;
	}
	for (;;) {
		reading->document.data = NULL;
		enum status status = zip_members_next(reading->zip, &member, &reading->document, &why);
		snprintf(reading->document_name, sizeof reading->document_name, "%s/%s", reading->name, member);
		if (status == STATUS_OK)
			break;
		reading_wrong(reading, why.text);
		reading->bad_member = true;
	}
	reading->over = reading->document.data == NULL;
}

void
reading_refuse(struct reading *reading, const struct findings *findings, const char *why)
{
	if (reading->first == NULL || findings < reading->first || findings > reading->last)
		return;
	for (size_t i = 0; i < findings->n; i++)
		reading->events -= findings->list[i].event != NULL && reading->events > 0;
	reading_wrong(reading, why);
	reading->bad_member = true;
}
