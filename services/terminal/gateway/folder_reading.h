/*
 * One file of a folder, from its bytes to the judgement of it: which file it was, its documents (a zip's members, or the file
 * itself) one after the other, what was found in them, and the sentences on what is wrong. It knows no connector and no turn.
 *
 * A reading owns its name, bytes, zip and sentences; zeroed, it owns nothing. One thread.
 */
#ifndef JUYAN_GATEWAY_FOLDER_READING_H
#define JUYAN_GATEWAY_FOLDER_READING_H

#include <limits.h>
#include <sys/stat.h>

#include "findings.h"
#include "zip_members.h"

enum {
	DOCUMENT_BYTES_MAX = 32 * 1024 * 1024, /* the book keeps it raw, as one message */
	SENTENCES_BYTES = 16 * 1024,
	READING_NAME_BYTES = NAME_MAX + 260
};

/* Which file of that name it is. */
struct identity {
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec changed;
};

/* A file that is being read, or has been and waits to be moved. */
struct reading {
	char *name;
	struct identity identity;
	uint8_t *data;
	size_t bytes;
	struct zip_members *zip; /* NULL: it is none */
	struct span document;    /* which comes next; data NULL: it is not known yet */
	char document_name[READING_NAME_BYTES];
	size_t events, wrong, noted; /* found in it */
	bool bad_member, over;
	unsigned stuck; /* how often it could not be moved, as far as that is counted; why was said the first time */
	char *sentences;
	size_t sentence_bytes;
	const struct findings *first, *last; /* of this turn; NULL: none yet */
};

void reading_forget(struct reading *reading);
/* All bytes of the file, and which one it is. SYSTEM: it cannot be read now; TOO_LARGE: never. */
enum status reading_whole(int folder, const char *name, struct reading *out, struct reason *why) MUST_USE;
/* Whether the file of this name is not the one that was read: it grew, or another came in its place. Gone is not changed. */
bool reading_has_changed(int folder, const struct reading *reading);
/* What is to be read next of it; over: nothing more. */
void reading_next(struct reading *reading);
/* One sentence on what is wrong, with the member's name before it. */
void reading_wrong(struct reading *reading, const char *sentence);
/* What was found in the document that is read now. */
void reading_judge(struct reading *reading, const struct findings *findings);
/* These findings never come into the book; where they are none of this file nothing happens. */
void reading_refuse(struct reading *reading, const struct findings *findings, const char *why);

#endif
