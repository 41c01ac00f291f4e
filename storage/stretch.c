/* Stretches of the journal as files: see stretch.h. */
#include "stretch.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "meta.h"

#define MAGIC "juyan journal 1\n"
enum {
	MAGIC_BYTES = sizeof MAGIC - 1,
	HEAD_BYTES = MAGIC_BYTES + 8 + 2 * CHAIN_BYTES,
	BLOCK_PREFIX_BYTES = 4 + 8,
	END_BYTES = 4 + 8 + CHAIN_BYTES,
	HASH_BYTES = 32,
	PATH_BYTES = FILES_PATH_BYTES,
	PROGRESS_EVENTS = 10000
};

/* ---- writing ---- */

struct writing {
	FILE *file;
	crypto_generichash_state hash;
	uint64_t bytes;
	const char *path;
	char part[PATH_BYTES];
};

static enum status
write_failed(const struct writing *w, struct reason *why)
{
	return files_fail(w->part, "it cannot be written", why);
}

static enum status
put(struct writing *w, const void *data, size_t bytes, struct reason *why)
{
	crypto_generichash_update(&w->hash, data, bytes);
	w->bytes += bytes;
	return fwrite(data, 1, bytes, w->file) == bytes ? STATUS_OK : write_failed(w, why);
}

static enum status
begin_file(struct writing *w, const char *path, struct reason *why)
{
	*w = (struct writing){ .path = path };
	if ((size_t)snprintf(w->part, sizeof w->part, "%s.part", path) >= sizeof w->part)
		return reason_say(why, STATUS_USAGE, "the path is longer than %d bytes", PATH_BYTES - 6);
	int fd = open(w->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	w->file = fd < 0 ? NULL : fdopen(fd, "wb");
	if (w->file == NULL && fd >= 0)
		close(fd);
	crypto_generichash_init(&w->hash, NULL, 0, HASH_BYTES);
	return w->file != NULL ? STATUS_OK : write_failed(w, why);
}

/* Whole and synced under its name, or not there. */
static enum status
end_file(struct writing *w, enum status status, struct reason *why)
{
	uint8_t hash[HASH_BYTES];
	crypto_generichash_final(&w->hash, hash, sizeof hash);
	if (status == STATUS_OK && fwrite(hash, 1, sizeof hash, w->file) != sizeof hash)
		status = write_failed(w, why);
	if (status == STATUS_OK && (fflush(w->file) != 0 || fsync(fileno(w->file)) != 0))
		status = write_failed(w, why);
	w->bytes += sizeof hash;
	if (w->file != NULL && fclose(w->file) != 0 && status == STATUS_OK)
		status = write_failed(w, why);
	if (status == STATUS_OK && rename(w->part, w->path) != 0)
		status = write_failed(w, why);
	if (status != STATUS_OK)
		unlink(w->part);
	return status == STATUS_OK ? files_sync_beside(w->path, why) : status;
}

static enum status
put_head(struct writing *w, const struct stretch_span *span, struct reason *why)
{
	uint8_t head[HEAD_BYTES];
	memcpy(head, MAGIC, MAGIC_BYTES);
	value_put(head + MAGIC_BYTES, span->first_lsn, 8);
	memcpy(head + MAGIC_BYTES + 8, span->before, CHAIN_BYTES);
	memcpy(head + MAGIC_BYTES + 8 + CHAIN_BYTES, span->ledger, CHAIN_BYTES);
	return put(w, head, sizeof head, why);
}

static enum status
put_block(struct writing *w, uint64_t lsn, struct span block, struct reason *why)
{
	uint8_t prefix[BLOCK_PREFIX_BYTES];
	value_put(prefix, block.bytes, 4);
	value_put(prefix + 4, lsn, 8);
	enum status status = put(w, prefix, sizeof prefix, why);
	return status == STATUS_OK ? put(w, block.data, block.bytes, why) : status;
}

static enum status
put_end(struct writing *w, const struct stretch_span *span, struct reason *why)
{
	uint8_t end[END_BYTES] = { 0 };
	value_put(end + 4, span->last_lsn, 8);
	memcpy(end + 12, span->chain, CHAIN_BYTES);
	return put(w, end, sizeof end, why);
}

/* What is being written, and for whom. */
struct export
{
	struct journal_walk walk;
	struct writing writing;
	struct stretch_span span;
	uint64_t last_wanted;
	void (*progress)(void *user, uint64_t done, uint64_t all);
	void *user;
};

/* To the block that begins with the first event wanted. */
static enum status
begin_walk(struct export *e, const struct store *store, uint64_t *lsn, struct span *block, struct reason *why)
{
	enum status status = journal_name(store, e->span.ledger);
	if (status == STATUS_OK)
		status = journal_walk_behind(store, e->span.first_lsn - 1, &e->walk, why);
	if (status != STATUS_OK)
		return status;
	memcpy(e->span.before, e->walk.end.chain, CHAIN_BYTES);
	status = journal_walk_block(&e->walk, lsn, block, why);
	return status == STATUS_NOT_FOUND ? reason_say(why, status, "the journal ends before event %" PRIu64, e->span.first_lsn)
					  : status;
}

static enum status
put_blocks(struct export *e, uint64_t lsn, struct span block, struct reason *why)
{
	enum status status = STATUS_OK;
	uint64_t told = 0, before;
	for (;;) {
		status = put_block(&e->writing, lsn, block, why);
		if (status != STATUS_OK)
			return status;
		if (e->progress != NULL && e->walk.end.lsn - told >= PROGRESS_EVENTS) {
			told = e->walk.end.lsn;
			e->progress(e->user, told, e->last_wanted);
		}
		if (e->walk.end.lsn >= e->last_wanted)
			break;
		before = e->walk.end.lsn;
		status = journal_walk_block(&e->walk, &lsn, &block, why);
		if (status == STATUS_NOT_FOUND)
			return reason_say(why, status, "the journal ends with event %" PRIu64 ", before %" PRIu64, before,
			    e->last_wanted);
		if (status != STATUS_OK)
			return status;
	}
	if (e->walk.end.lsn != e->last_wanted)
		return reason_say(why, STATUS_OUT_OF_RANGE,
		    "no block ends with event %" PRIu64 ": the nearest end with %" PRIu64 " and %" PRIu64, e->last_wanted, lsn - 1,
		    e->walk.end.lsn);
	e->span.last_lsn = e->walk.end.lsn;
	memcpy(e->span.chain, e->walk.end.chain, CHAIN_BYTES);
	return put_end(&e->writing, &e->span, why);
}

static enum status
export_from(struct export *e, const struct store *store, const char *path, struct reason *why)
{
	struct span block;
	uint64_t lsn;
	enum status status = begin_walk(e, store, &lsn, &block, why);
	if (status == STATUS_OK) {
		status = begin_file(&e->writing, path, why);
		if (status == STATUS_OK)
			status = put_head(&e->writing, &e->span, why);
		if (status == STATUS_OK)
			status = put_blocks(e, lsn, block, why);
		status = end_file(&e->writing, status, why);
	}
	journal_walk_close(&e->walk);
	return status;
}

enum status
stretch_write(struct env *env, uint64_t first_lsn, uint64_t last_lsn, const char *path,
    void (*progress)(void *user, uint64_t done, uint64_t all), void *user, struct stretch_span *out, struct reason *why)
{
	struct store store;
	struct meta meta;
	struct export e = { .span.first_lsn = first_lsn, .last_wanted = last_lsn, .progress = progress, .user = user };
	if (first_lsn == 0 || (last_lsn != 0 && last_lsn < first_lsn))
		return reason_say(why, STATUS_OUT_OF_RANGE, "events %" PRIu64 " to %" PRIu64 " are no stretch", first_lsn,
		    last_lsn);
	enum status status = store_begin_read(env, &store, why);
	if (status != STATUS_OK)
		return status;
	status = meta_read(&store, &meta, why);
	if (status == STATUS_OK && last_lsn == 0)
		e.last_wanted = meta.end.lsn;
	if (status == STATUS_OK && (meta.end.lsn < first_lsn || meta.end.lsn < e.last_wanted))
		status = reason_say(why, STATUS_NOT_FOUND, "the journal ends with event %" PRIu64, meta.end.lsn);
	if (status == STATUS_OK)
		status = export_from(&e, &store, path, why);
	store_abort(&store);
	if (status != STATUS_OK)
		return status;
	e.span.bytes = e.writing.bytes;
	*out = e.span;
	return STATUS_OK;
}

/* ---- reading ---- */

struct stretch {
	FILE *file;
	struct stretch_span span;
	crypto_generichash_state hash;
	struct journal_end end; /* of what has been read */
	struct block block;
	bool ended;
	char path[PATH_BYTES];
	uint8_t bytes[BLOCK_BYTES_MAX];
};

static enum status
damaged(const struct stretch *stretch, const char *what, struct reason *why)
{
	return reason_say(why, STATUS_DAMAGED, "%.128s: behind event %" PRIu64 ": %s", stretch->path, stretch->end.lsn, what);
}

static enum status
get(struct stretch *stretch, void *out, size_t bytes, struct reason *why)
{
	if (fread(out, 1, bytes, stretch->file) != bytes)
		return ferror(stretch->file) ? reason_say(why, STATUS_SYSTEM, "%.128s: it cannot be read", stretch->path)
					     : damaged(stretch, "the file ends too early", why);
	return STATUS_OK;
}

static enum status
get_hashed(struct stretch *stretch, void *out, size_t bytes, struct reason *why)
{
	enum status status = get(stretch, out, bytes, why);
	if (status == STATUS_OK)
		crypto_generichash_update(&stretch->hash, out, bytes);
	return status;
}

/* The end says how far it goes; it is believed once the walk has come there. */
static enum status
peek_end(struct stretch *stretch, struct reason *why)
{
	uint8_t end[END_BYTES + HASH_BYTES];
	struct stat stat;
	if (fstat(fileno(stretch->file), &stat) != 0 || !S_ISREG(stat.st_mode))
		return reason_say(why, STATUS_SYSTEM, "%.128s is no file", stretch->path);
	if (stat.st_size < HEAD_BYTES + (off_t)sizeof end)
		return damaged(stretch, "the file ends too early", why);
	if (fseeko(stretch->file, -(off_t)sizeof end, SEEK_END) != 0)
		return reason_say(why, STATUS_SYSTEM, "%.128s: it cannot be read", stretch->path);
	enum status status = get(stretch, end, sizeof end, why);
	if (status != STATUS_OK)
		return status;
	stretch->span.last_lsn = value_get(end + 4, 8);
	memcpy(stretch->span.chain, end + 12, CHAIN_BYTES);
	stretch->span.bytes = (uint64_t)stat.st_size;
	rewind(stretch->file);
	return value_get(end, 4) == 0 ? STATUS_OK : damaged(stretch, "the file does not end as it should", why);
}

static enum status
get_head(struct stretch *stretch, struct reason *why)
{
	uint8_t head[HEAD_BYTES];
	crypto_generichash_init(&stretch->hash, NULL, 0, HASH_BYTES);
	enum status status = get_hashed(stretch, head, sizeof head, why);
	if (status != STATUS_OK)
		return status;
	if (memcmp(head, MAGIC, MAGIC_BYTES) != 0)
		return reason_say(why, STATUS_FORMAT, "%.128s is no journal of this format", stretch->path);
	stretch->span.first_lsn = value_get(head + MAGIC_BYTES, 8);
	memcpy(stretch->span.before, head + MAGIC_BYTES + 8, CHAIN_BYTES);
	memcpy(stretch->span.ledger, head + MAGIC_BYTES + 8 + CHAIN_BYTES, CHAIN_BYTES);
	if (stretch->span.first_lsn == 0 || stretch->span.last_lsn < stretch->span.first_lsn)
		return damaged(stretch, "its numbers contradict each other", why);
	stretch->end.lsn = stretch->span.first_lsn - 1;
	memcpy(stretch->end.chain, stretch->span.before, CHAIN_BYTES);
	return STATUS_OK;
}

enum status
stretch_open(const char *path, struct stretch **out, struct reason *why)
{
	struct stretch *stretch = calloc(1, sizeof *stretch);
	if (stretch == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "no memory to read a journal's file");
	snprintf(stretch->path, sizeof stretch->path, "%s", path);
	stretch->file = fopen(path, "rbe");
	enum status status = stretch->file != NULL ? STATUS_OK
						   : reason_say(why, errno == ENOENT ? STATUS_NOT_FOUND : STATUS_SYSTEM,
							 "%s: it cannot be opened: %s", path, strerror(errno));
	if (status == STATUS_OK)
		status = peek_end(stretch, why);
	if (status == STATUS_OK)
		status = get_head(stretch, why);
	if (status == STATUS_OK)
		*out = stretch;
	else
		stretch_close(&stretch);
	return status;
}

void
stretch_close(struct stretch **stretch)
{
	if (*stretch == NULL)
		return;
	if ((*stretch)->file != NULL)
		fclose((*stretch)->file);
	free(*stretch);
	*stretch = NULL;
}

struct stretch_span
stretch_span(const struct stretch *stretch)
{
	return stretch->span;
}

const struct journal_end *
stretch_end(const struct stretch *stretch)
{
	return &stretch->end;
}

static enum status
check_end(struct stretch *stretch, uint64_t last_lsn, struct reason *why)
{
	uint8_t chain[CHAIN_BYTES], right[HASH_BYTES], hash[HASH_BYTES];
	enum status status = get_hashed(stretch, chain, sizeof chain, why);
	crypto_generichash_final(&stretch->hash, right, sizeof right);
	if (status == STATUS_OK)
		status = get(stretch, hash, sizeof hash, why);
	if (status != STATUS_OK)
		return status;
	if (last_lsn != stretch->end.lsn || memcmp(chain, stretch->end.chain, CHAIN_BYTES) != 0)
		return damaged(stretch, "its end speaks of other events than it has", why);
	if (memcmp(hash, right, HASH_BYTES) != 0)
		return damaged(stretch, "its last 32 bytes are not the hash of the others", why);
	if (fgetc(stretch->file) != EOF)
		return damaged(stretch, "there are bytes behind its end", why);
	stretch->ended = true;
	return STATUS_NOT_FOUND;
}

/* The ledger's name is the chain of its first block, which a file that begins with it shows. */
static enum status
check_name(const struct stretch *stretch, uint64_t lsn, struct reason *why)
{
	return lsn != 1 || memcmp(stretch->end.chain, stretch->span.ledger, CHAIN_BYTES) == 0
	    ? STATUS_OK
	    : damaged(stretch, "the name of its ledger is not that of its first block", why);
}

static enum status
next_block(struct stretch *stretch, struct reason *why)
{
	uint8_t prefix[BLOCK_PREFIX_BYTES];
	if (stretch->ended)
		return STATUS_NOT_FOUND;
	enum status status = get_hashed(stretch, prefix, sizeof prefix, why);
	if (status != STATUS_OK)
		return status;
	size_t bytes = value_get(prefix, 4);
	uint64_t lsn = value_get(prefix + 4, 8);
	if (bytes == 0)
		return check_end(stretch, lsn, why);
	if (bytes > sizeof stretch->bytes)
		return damaged(stretch, "a block is larger than a block can be", why);
	status = get_hashed(stretch, stretch->bytes, bytes, why);
	struct reason inner = { "" };
	if (status == STATUS_OK &&
	    block_follow(&stretch->end, lsn, (struct span){ stretch->bytes, bytes }, &stretch->block, &inner) != STATUS_OK)
		return damaged(stretch, inner.text, why);
	return status == STATUS_OK ? check_name(stretch, lsn, why) : status;
}

enum status
stretch_next(struct stretch *stretch, struct journal_event *out, struct reason *why)
{
	enum status status = block_next(&stretch->block, out);
	if (status == STATUS_NOT_FOUND) {
		status = next_block(stretch, why);
		if (status != STATUS_OK)
			return status;
		status = block_next(&stretch->block, out);
	}
	return status == STATUS_OK ? status : damaged(stretch, "an event does not fit its block", why);
}
