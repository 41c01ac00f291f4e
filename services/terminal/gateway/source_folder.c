/*
 * A folder into which others put files. Each is read as a whole once it is whole, a zip member by member, and leaves the folder
 * when all that it says is on disk: to done/ of its day, or to rejected/ beside a text that says why. Where it cannot be moved that
 * is tried again, and nothing is read again. What has become another file meanwhile stays, and is read. A file that is read twice,
 * because this process ended in between, is known to the book.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "civil.h"
#include "folder_look.h"
#include "folder_move.h"
#include "folder_reading.h"
#include "health.h"
#include "memory.h"

enum {
	FILES_A_TURN = 64,
	AGAIN_MS = 10 * 60 * 1000,
	MOVE_AGAIN_MS = 1000,   /* then twice as long, */
	MOVE_AGAIN_DOUBLED = 4, /* so often */
	STUCK_MAX = 512         /* more that cannot be moved are read again, and the book knows them */
};

struct folder_source {
	struct folder folder;
	void *state; /* the connector's, of documents */
	int64_t look_ms;
	struct reading now;
	struct reading done[FILES_A_TURN];
	size_t n_done;
	struct reading stuck[STUCK_MAX];
	size_t n_stuck;
};

/* ---- opening ---- */

static void
files_close(struct machine_source *source)
{
	struct folder_source *files = source->state;
	if (files == NULL)
		return;
	reading_forget(&files->now);
	for (size_t i = 0; i < files->n_done; i++)
		reading_forget(&files->done[i]);
	for (size_t i = 0; i < files->n_stuck; i++)
		reading_forget(&files->stuck[i]);
	folder_close(&files->folder);
	if (files->state != NULL)
		source->connector->close(&files->state);
	free(files);
	source->state = NULL;
}

static enum status
files_open(struct machine_source *source, const struct instant *now, struct reason *why)
{
	struct folder_source *files = calloc(1, sizeof *files);
	if (files == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "no memory for the source '%.64s'", source->name);
	folder_open(&files->folder, source_text(source, "files"));
	files->look_ms = now->ms;
	source->state = files;
	enum status status = source->connector->open(source->settings, &source->place, &files->state, why);
	if (status != STATUS_OK) {
		files_close(source);
		return status;
	}
	memory_recall(source, files->state);
	return STATUS_OK;
}

/* ---- reading ---- */

/* A file that was read and could not be moved waits to be settled once more. */
static bool
take_stuck(struct folder_source *files, const char *name)
{
	for (size_t i = 0; i < files->n_stuck; i++) {
		if (strcmp(files->stuck[i].name, name) != 0)
			continue;
		struct reading reading = files->stuck[i];
		files->stuck[i] = files->stuck[--files->n_stuck];
		if (reading_has_changed(files->folder.fd, &reading)) {
			reading_forget(&reading);
			return false;
		}
		files->done[files->n_done++] = reading;
		return true;
	}
	return false;
}

/* The next file of the folder is the one to read; false: there is none. */
static bool
begin(struct machine_source *source, const struct instant *now)
{
	struct folder_source *files = source->state;
	struct reading *reading = &files->now;
	struct folder_file *file;
	struct reason why = { "" };
	int never = 0;
	while (files->n_done < FILES_A_TURN && (file = folder_next(&files->folder, now->ms, &never)) != NULL) {
		file->not_before_ms = INT64_MAX;
		if (take_stuck(files, file->name))
			continue;
		reading->name = strdup(file->name);
		enum status status =
		    reading->name == NULL ? STATUS_SYSTEM : reading_whole(files->folder.fd, file->name, reading, &why);
		if (status == STATUS_SYSTEM) {
			source_say(source, LOG_WARNING, "file_unreadable", file->name, why.text);
			file->not_before_ms = now->ms + AGAIN_MS;
			reading_forget(reading);
			continue;
		}
		source->heard_ms = now->utc_ms;
		source->tally.bytes += reading->bytes;
		const struct span whole = { reading->data, reading->bytes };
		if (status == STATUS_OK && zip_members_are(whole))
			status = zip_members_open(whole, &reading->zip, &why);
		else if (status == STATUS_OK && reading->bytes > DOCUMENT_BYTES_MAX)
			status = reason_say(&why, STATUS_TOO_LARGE, "it has %zu bytes; at most %d MiB are read of one document",
			    reading->bytes, DOCUMENT_BYTES_MAX >> 20);
		if (status != STATUS_OK) {
			reading_wrong(reading, why.text);
			reading->over = true;
		}
		return true;
	}
	return false;
}

/* A recording of a stream is read as one connection that comes and goes. */
static void
give(struct machine_source *source, const struct reading *reading, const struct instant *now, struct findings *findings)
{
	struct folder_source *files = source->state;
	const struct moment_of when = { now->utc_ms, reading->document_name };
	const struct connector *connector = source->connector;
	struct reason why = { "" };
	if (connector->feed == FEED_DOCUMENT) {
		connector->take(files->state, reading->document, &when, findings);
		return;
	}
	const struct moment_of heard = { now->utc_ms, "" };
	void *state = NULL;
	if (connector->open(source->settings, &source->place, &state, &why) != STATUS_OK)
		return;
	connector->take(state, reading->document, &heard, findings);
	if (connector->line != NULL)
		connector->line(state, false, now->utc_ms, findings);
	connector->close(&state);
}

/* The document that is next goes through the connector. False: not in this turn. */
static bool
read_document(struct machine_source *source, struct turn *turn, const struct instant *now)
{
	struct folder_source *files = source->state;
	struct reading *reading = &files->now;
	bool fresh = turn_is_fresh(turn);
	struct findings *findings = turn_begin(turn, source);
	if (findings == NULL)
		return false;
	give(source, reading, now, findings);
	if (!findings_full(findings)) {
		reading_judge(reading, findings);
		reading->first = reading->first == NULL ? findings : reading->first;
		reading->last = findings;
		return true;
	}
	turn_undo(turn);
	if (!fresh)
		return false;
	source->tally.given_up++;
	reading_wrong(reading, "it needs more memory than there is for one document");
	reading->bad_member = true;
	return true;
}

static void
finish(struct folder_source *files)
{
	if (files->now.events + files->now.wrong + files->now.noted == 0)
		reading_wrong(&files->now, "there is nothing in it");
	files->done[files->n_done++] = files->now;
	struct reading *done = &files->done[files->n_done - 1];
	zip_members_close(&done->zip);
	free(done->data);
	done->data = NULL;
	files->now = (struct reading){ 0 };
}

/* ---- the turn ---- */

static size_t
files_watch(struct machine_source *source, struct pollfd *polls, size_t room, bool held, const struct instant *now, int *wait_ms)
{
	struct folder_source *files = source->state;
	if (room == 0)
		return 0;
	*polls = (struct pollfd){ .fd = held ? -1 : files->folder.notes, .events = POLLIN };
	if (held)
		return 1;
	int64_t left = files->look_ms - now->ms;
	if (left < *wait_ms)
		*wait_ms = left > 0 ? (int)left : 0;
	if (files->now.name != NULL || folder_next(&files->folder, now->ms, wait_ms) != NULL)
		*wait_ms = 0;
	return 1;
}

static void
look(struct machine_source *source, const struct instant *now)
{
	struct folder_source *files = source->state;
	struct reason why = { "" };
	files->look_ms = now->ms + FOLDER_LOOK_MS;
	if (folder_look(&files->folder, now->ms, &why) != STATUS_OK) {
		health_away(source, why.text, now);
		return;
	}
	health_back(source, now);
	for (size_t i = files->n_stuck; i-- > 0;) {
		if (folder_find(&files->folder, files->stuck[i].name) != NULL)
			continue;
		reading_forget(&files->stuck[i]); /* somebody took it away */
		files->stuck[i] = files->stuck[--files->n_stuck];
	}
}

static void
files_move(struct machine_source *source, const struct pollfd *polls, size_t n, bool held, const struct instant *now)
{
	struct folder_source *files = source->state;
	if (held)
		return;
	bool noted = n > 0 && polls[0].revents != 0 && folder_noted(&files->folder);
	if (now->ms >= files->look_ms)
		look(source, now);
	else if (noted && files->look_ms > now->ms + FOLDER_STILL_MS / 8) /* several notes, one look */
		files->look_ms = now->ms + FOLDER_STILL_MS / 8;
}

static void
files_take(struct machine_source *source, struct turn *turn, const struct instant *now)
{
	struct folder_source *files = source->state;
	while (files->n_done < FILES_A_TURN && (files->now.name != NULL || begin(source, now))) {
		struct reading *reading = &files->now;
		if (!reading->over && reading->document.data == NULL)
			reading_next(reading);
		while (!reading->over) {
			if (!read_document(source, turn, now))
				return;
			reading_next(reading);
		}
		finish(files);
	}
}

static void
files_pass(struct machine_source *source, struct turn *turn, const struct instant *now)
{
	struct folder_source *files = source->state;
	struct findings *findings = source->connector->pass != NULL ? turn_join(turn, source, NULL) : NULL;
	if (findings != NULL)
		source->connector->pass(files->state, now->utc_ms, findings);
}

/* Where it goes, beside what text. */
static enum status
move(struct machine_source *source, const struct reading *done, bool rejected, const struct instant *now, struct reason *why)
{
	struct folder_source *files = source->state;
	char also[SENTENCES_BYTES + 128] = "";
	if (done->events > 0 && done->wrong > 0)
		snprintf(also, sizeof also, "The rest of it was read (%zu events, or parts of one).\n\n%s", done->events,
		    done->sentences != NULL ? done->sentences : "");
	const char *sentences = also[0] != '\0' ? also : rejected && done->sentences != NULL ? done->sentences : NULL;
	int64_t day = civil_day_of_ms(now->utc_ms + (int64_t)source->place.offset_minutes * 60000);
	return folder_move(files->folder.fd, done->name, !rejected, day, sentences, why);
}

/* It stays where it is, and need not be read again for that. */
static void
keep_stuck(struct machine_source *source, struct reading *done, const struct instant *now, const char *why)
{
	struct folder_source *files = source->state;
	struct folder_file *file = folder_find(&files->folder, done->name);
	bool room = files->n_stuck < STUCK_MAX;
	if (done->stuck == 0)
		source_say(source, LOG_ERROR, "file_not_moved", done->name, why);
	if (file != NULL)
		file->not_before_ms = now->ms + (room ? MOVE_AGAIN_MS << done->stuck : AGAIN_MS);
	if (!room)
		return;
	done->stuck += done->stuck < MOVE_AGAIN_DOUBLED;
	files->stuck[files->n_stuck++] = *done;
	*done = (struct reading){ 0 };
}

static void
settle_one(struct machine_source *source, struct reading *done, const struct instant *now)
{
	struct folder_source *files = source->state;
	struct reason why = { "" };
	struct folder_file *file = folder_find(&files->folder, done->name);
	bool rejected = done->bad_member || (done->events == 0 && done->wrong > 0);
	if (reading_has_changed(files->folder.fd, done)) {
		source_say(source, LOG_INFO, "file_changed", done->name, "it was written while it was read: it is read once more");
		if (file != NULL)
			file->not_before_ms = 0;
		return;
	}
	if (move(source, done, rejected, now, &why) != STATUS_OK) {
		keep_stuck(source, done, now, why.text);
		return;
	}
	if (file != NULL)
		folder_forget(&files->folder, file);
	if (rejected)
		source->tally.files_rejected++;
	else
		source->tally.files_done++;
	source_say(source, rejected ? LOG_WARNING : LOG_INFO, rejected ? "file_rejected" : "file_done", done->name,
	    rejected && done->sentences != NULL ? done->sentences : "");
}

static void
files_settle(struct machine_source *source, const struct instant *now)
{
	struct folder_source *files = source->state;
	memory_keep(source, files->state);
	for (size_t i = 0; i < files->n_done; i++) {
		settle_one(source, &files->done[i], now);
		reading_forget(&files->done[i]);
	}
	files->n_done = 0;
	files->now.first = files->now.last = NULL;
}

static void
files_refuse(struct machine_source *source, const struct findings *findings, const char *why)
{
	struct folder_source *files = source->state;
	for (size_t i = 0; i < files->n_done; i++)
		reading_refuse(&files->done[i], findings, why);
	reading_refuse(&files->now, findings, why);
}

static const struct connector_setting settings[] = { { NULL, NULL } };

const struct source_kind files_kind = { "files", "a folder: files put there are read, and moved to its done/ or rejected/",
	settings, files_open, files_watch, files_move, files_take, files_pass, files_settle, files_close, files_refuse };
